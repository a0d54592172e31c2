//go:build unix

package main

import (
	"fmt"
	"math"
	"strings"
)

// report is what a section has found: tables, and the aims beside their figures.
type report struct {
	name   string
	tables []grid
	aims   []aim
	notes  []string // what could not be measured, and why
}

// grid is one table of the page.
type grid struct {
	head []string
	rows [][]string
}

func (t *grid) add(cells ...string) { t.rows = append(t.rows, cells) }

// aim is a figure and the bar that it should keep under.
type aim struct {
	what   string
	got    float64
	bar    float64
	format func(float64) string
}

func (a aim) met() bool { return a.got <= a.bar }

func (a aim) row() []string {
	met := "met"
	if !a.met() {
		met = "**not met**"
	}
	return []string{a.what, a.format(a.got), "≤ " + a.format(a.bar), met}
}

var aimHead = []string{"aim", "here", "bar", ""}

// markdown is the report as it stands on the page.
func (r report) markdown() string {
	var b strings.Builder
	for _, t := range r.tables {
		t.print(&b)
	}
	for _, n := range r.notes {
		b.WriteString(n + "\n\n")
	}
	if len(r.aims) > 0 {
		t := grid{head: aimHead}
		for _, a := range r.aims {
			t.add(a.row()...)
		}
		t.print(&b)
	}
	return strings.TrimSpace(b.String()) + "\n"
}

func (t grid) print(b *strings.Builder) {
	line := func(cells []string) { fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.head)
	fmt.Fprintf(b, "|%s\n", strings.Repeat(" --- |", len(t.head)))
	for _, r := range t.rows {
		line(append(r, make([]string, len(t.head)-len(r))...))
	}
	b.WriteString("\n")
}

// summary is all aims in one table.
func summary(all []report) string {
	t := grid{head: append([]string{"section"}, aimHead...)}
	met, total := 0, 0
	for _, r := range all {
		for _, a := range r.aims {
			t.add(append([]string{r.name}, a.row()...)...)
			if total++; a.met() {
				met++
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d of %d aims are met.\n\n", machine(), met, total)
	t.print(&b)
	return strings.TrimSpace(b.String()) + "\n"
}

// How figures are written.

func times(x float64) string {
	if x < 0.1 {
		return fmt.Sprintf("%.3f×", x)
	}
	return fmt.Sprintf("%.2f×", x)
}

func count(x float64) string     { return thousands(x) }
func nanos(s float64) string     { return thousands(s * 1e9) }
func nanosOf(ns float64) string  { return fmt.Sprintf("%.1f ns", ns) }
func millis(s float64) string    { return fmt.Sprintf("%.2f", s*1e3) }
func seconds(s float64) string   { return fmt.Sprintf("%.3f", s) }
func megabytes(b float64) string { return fmt.Sprintf("%.1f", b/1e6) }
func megabytesOf(b float64) string {
	return fmt.Sprintf("%.1f MB", b/1e6)
}

// thousands is a whole number with commas.
func thousands(x float64) string {
	text := fmt.Sprintf("%.0f", math.Abs(x))
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	if x < 0 && text != "0" {
		text = "-" + text
	}
	return text
}
