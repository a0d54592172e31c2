// The form for people: one line for each diagnostic, and on a terminal the lines
// of the manifest that it is about.

package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"modulex.dev/connector/generator/manifest"
)

// Style is how diagnostics are shown to people. The zero Style is one line each,
// for pipes.
type Style struct {
	Frames bool // show the lines, with what is meant underlined
	Color  bool
	Width  int // of the terminal, 0 when unknown
}

// Text prints diagnostics about src. Their first lines begin with file:line:col
// and the message, and end with the code of the rule.
func Text(out io.Writer, src []byte, d manifest.Diagnostics, s Style) error {
	w := bufio.NewWriter(out)
	lines := strings.Split(strings.TrimPrefix(string(src), "\uFEFF"), "\n")
	for _, one := range d {
		if s.Frames {
			s.framed(w, lines, one)
		} else {
			fmt.Fprintln(w, one.String()+bracketed(one.Rule))
		}
	}
	return w.Flush()
}

func bracketed(code string) string {
	if code == "" {
		return ""
	}
	return " [" + code + "]"
}

// framed prints
//
//	manifest.yaml:3:5: the manifest has no key "titel" [unknown-key]
//	  2 | name: demo
//	  3 | titel: Demo
//	    | ^^^^^
//	    = did you mean "title"?
func (s Style) framed(w io.Writer, lines []string, d manifest.Diagnostic) {
	head, cure := d, d.Cure
	head.Cure = ""
	place, message, _ := strings.Cut(head.String(), ": ")
	fmt.Fprintf(w, "%s: %s%s\n", s.paint(bold, place), message, s.paint(dim, bracketed(d.Rule)))

	gutter := len(fmt.Sprint(d.Pos.Line + 1))
	f := frame{width: max(s.width()-gutter-len("   | "), 20)}
	number := func(n any) string { return s.paint(dim, fmt.Sprintf("  %*v | ", gutter, n)) }
	at := d.Pos.Line - 1
	if at < 0 || at >= len(lines) {
		return
	}
	line, underline, shifted := f.cut(lines[at], d.Pos.Col-1, d.End.Col-1)
	around := func(i int) {
		if !shifted && i >= 0 && i < len(lines) && strings.TrimSpace(lines[i]) != "" {
			text, _, _ := f.cut(lines[i], 0, 0)
			fmt.Fprintf(w, "%s%s\n", number(i+1), text)
		}
	}
	around(at - 1)
	fmt.Fprintf(w, "%s%s\n%s%s\n", number(at+1), line, number(""), s.paint(severity(d.Severity), underline))
	around(at + 1)
	if cure != "" {
		fmt.Fprintf(w, "  %*s %s %s\n", gutter, "", s.paint(dim, "="), s.paint(green, cure))
	}
	fmt.Fprintln(w)
}

func (s Style) width() int {
	if s.Width <= 0 {
		return 100
	}
	return s.Width
}

// The colours, as the terminal calls them.
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	green  = "32"
	yellow = "1;33"
)

func severity(s manifest.Severity) string {
	if s == manifest.SeverityAdvice {
		return yellow
	}
	return red
}

func (s Style) paint(color, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}
