// The rules, explained: on a terminal, and as the page docs/rules.md.

package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/manifest"
)

// List is every rule in a line, code and summary.
func List() string {
	var b strings.Builder
	longest := 0
	for _, r := range manifest.LintRules() {
		longest = max(longest, len(r.Code))
	}
	for _, part := range parts() {
		fmt.Fprintf(&b, "%s\n", part.title)
		for _, r := range part.rules {
			fmt.Fprintf(&b, "  %-*s  %s\n", longest, r.Code, r.Summary)
		}
	}
	return b.String()
}

// Explain is a rule for a terminal.
func Explain(r manifest.LintRule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n%s\n", r.Code, r.Summary, wrap(r.Explanation, 80))
	if r.Bad != "" {
		fmt.Fprintf(&b, "\nThis draws it:\n\n%s\n%s\nThis does not:\n\n%s", indent(visible(r.Bad)), indent(drawn(r)+"\n"), indent(visible(r.Good)))
	}
	return b.String()
}

// Markdown is the page of all rules.
func Markdown() []byte {
	var b strings.Builder
	b.WriteString(`# The rules of the manifest

<!-- Rendered by ` + "`make generate`" + ` from generator/manifest/rulebook.go. Edit that. -->

` + "`connectorgen lint`" + ` reports every fault of a manifest in one run, as ` + "`file:line:col: message; cure [code]`" + `. The code is
that of a rule on this page; ` + "`connectorgen rules CODE`" + ` shows the same on a terminal. A manifest with a fault is refused.
Advice is about style: it is shown on a terminal and with ` + "`--advice`" + `, and nothing is refused for it. A comment
` + "`# allow: CODE`" + ` in the line, or alone in the line above, says that something is meant as it is.

An example holds the parts of a manifest that matter; what is required besides is left out.
`)
	for _, part := range parts() {
		fmt.Fprintf(&b, "\n| %s | |\n| --- | --- |\n", strings.ToLower(part.title))
		for _, r := range part.rules {
			fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", r.Code, r.Code, r.Summary)
		}
	}
	for _, r := range manifest.LintRules() {
		fmt.Fprintf(&b, "\n## %s\n\n%s", r.Code, section(r))
	}
	return []byte(b.String())
}

// section is a rule in Markdown, without its heading.
func section(r manifest.LintRule) string {
	s := sentence(r.Summary) + "\n\n" + r.Explanation + "\n"
	if r.Bad != "" {
		s += fmt.Sprintf("\nThis draws it:\n\n```yaml\n%s```\n\n```\n%s\n```\n\nThis does not:\n\n```yaml\n%s```\n", visible(r.Bad), drawn(r), visible(r.Good))
	}
	return s
}

type part struct {
	title string
	rules []manifest.LintRule
}

func parts() []part {
	list := []part{{title: "Faults"}, {title: "Advice"}}
	for _, r := range manifest.LintRules() {
		list[r.Severity].rules = append(list[r.Severity].rules, r)
	}
	return list
}

// Example is an example of a rule as a whole manifest: its sections, and the
// required ones that it lacks.
func Example(r manifest.LintRule, text string) []byte {
	if r.Whole {
		return []byte(text)
	}
	own := make(map[string]bool)
	for line := range strings.Lines(text) {
		if key, _, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, " ") {
			own[key] = true
		}
	}
	var b strings.Builder
	for line := range strings.Lines(required) {
		if key, _, _ := strings.Cut(line, ":"); !own[key] {
			b.WriteString(line)
		}
	}
	return []byte(b.String() + text)
}

// required is a line for each section that no manifest can be without.
const required = `manifest: 1
name: demo
title: Demo
version: 1.0.0
overview: A demo.
base_url: https://api.example.com
actions: { ping: { description: Ping., request: GET /ping, returns: none, docs: https://api.example.com/docs } }
`

// Drawn are the diagnostics of a manifest, faults first.
func Drawn(file string, src []byte) manifest.Diagnostics {
	_, faults := generator.Load(file, src)
	return append(faults, manifest.Advice(file, src)...)
}

// drawn is what the bad example of a rule draws by it.
func drawn(r manifest.LintRule) string {
	for _, d := range Drawn("manifest.yaml", Example(r, r.Bad)) {
		if d.Rule == r.Code {
			return said(d)
		}
	}
	return ""
}

// visible shows the characters of an example that nobody would see.
func visible(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, "<%02X>", s[i])
		case c != '\n' && !unicode.IsPrint(c):
			fmt.Fprintf(&b, "<U+%04X>", c)
		default:
			b.WriteRune(c)
		}
		i += size
	}
	return b.String()
}

func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:] + "."
}

func indent(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) != "" {
			b.WriteString("    ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// wrap breaks a text into lines.
func wrap(s string, width int) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(s) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}
