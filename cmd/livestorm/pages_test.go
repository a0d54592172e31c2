// The pages that people read: every link between them leads somewhere, and the
// page about fuzzing knows every target.

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// link is a link of Markdown, with its target.
var link = regexp.MustCompile(`\]\(([^()\s]+)\)`)

// pagesWithLinks are those of the repository that people read.
func pagesWithLinks(t *testing.T) (files []string) {
	t.Helper()
	for _, pattern := range []string{"../../*.md", "../../docs/*.md", "../../examples/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}

func TestLinksLeadSomewhere(t *testing.T) {
	looked := 0
	for _, file := range pagesWithLinks(t) {
		for i, line := range prose(t, file) {
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
					continue
				}
				looked++
				name, anchor, _ := strings.Cut(m[1], "#")
				target := file
				if name != "" {
					target = filepath.Join(filepath.Dir(file), name)
				}
				if _, err := os.Stat(target); err != nil {
					t.Errorf("%s:%d: %s is not there", file, i+1, m[1])
				} else if anchor != "" && !anchors(t, target)[anchor] {
					t.Errorf("%s:%d: %s has no heading #%s", file, i+1, target, anchor)
				}
			}
		}
	}
	if looked < 100 {
		t.Errorf("only %d links were looked at", looked)
	}
}

// prose is a page by lines, those of code empty.
func prose(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	code := false
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		if code || fence {
			lines[i] = ""
		}
		code = code != fence
	}
	return lines
}

// named is an anchor that a page gives itself.
var named = regexp.MustCompile(`<a (?:id|name)="([^"]+)"`)

// anchors are those of a page, and the names that its headings have on GitHub.
func anchors(t *testing.T, file string) map[string]bool {
	t.Helper()
	out := make(map[string]bool)
	for _, line := range prose(t, file) {
		for _, m := range named.FindAllStringSubmatch(line, -1) {
			out[m[1]] = true
		}
		title := strings.TrimLeft(line, "#")
		if title == line || !strings.HasPrefix(title, " ") {
			continue
		}
		out[strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(title))] = true
	}
	return out
}

func TestFuzzTargetsAreOnTheirPage(t *testing.T) {
	target := regexp.MustCompile(`\bFuzz[A-Z]\w*`)
	page, err := os.ReadFile("../../docs/fuzzing.md")
	if err != nil {
		t.Fatal(err)
	}
	var promised, there []string
	for _, cell := range regexp.MustCompile("(?m)^\\| `Fuzz[^|]*").FindAllString(string(page), -1) {
		promised = append(promised, target.FindAllString(cell, -1)...)
	}
	for _, room := range []string{"runtime", "generator", "cmd"} {
		err := filepath.WalkDir("../../"+room, func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, head := range regexp.MustCompile(`(?m)^func Fuzz\w+`).FindAllString(string(text), -1) {
				there = append(there, target.FindString(head))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(promised)
	slices.Sort(there)
	if !slices.Equal(promised, there) || len(there) < 30 {
		t.Errorf("docs/fuzzing.md has %v\nthere are %v", promised, there)
	}
}
