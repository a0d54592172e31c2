package report

import (
	"strings"
	"testing"
)

// What is meant is underlined where a terminal shows it.
func TestCut(t *testing.T) {
	long := strings.Repeat("a", 50) + "KEY" + strings.Repeat("b", 50)
	tests := []struct {
		name, line      string
		begin, end      int
		text, underline string
	}{
		{"plain", "titel: Demo", 0, 5, "titel: Demo", "^^^^^"},
		{"nothing", "a: ", 3, 3, "a: ", "   ^"},
		{"behind the end", "a:", 7, 9, "a:", "  ^"},
		{"tab", "a:\tb", 3, 4, "a:  b", "    ^"},
		{"tab as what is meant", "a\tb", 1, 2, "a   b", " ^^^"},
		{"wide", "日本: x", 4, 5, "日本: x", "      ^"},
		{"wide as what is meant", "日本: x", 0, 2, "日本: x", "^^^^"},
		{"combining", "e\u0301e\u0301: x", 6, 7, "e\u0301e\u0301: x", "    ^"},
		{"emoji", "🙂: x", 3, 4, "🙂: x", "    ^"},
		{"escape", "a: \x1b[31mx", 8, 9, "a: \uFFFD[31mx", "        ^"},
		{"hidden", "a\u202e: x", 4, 5, "a\uFFFD: x", "    ^"},
		{"not UTF-8", "a\xff: x", 4, 5, "a\uFFFD: x", "    ^"},
		{"carriage return", "a: x\r", 3, 4, "a: x", "   ^"},
		{"long, at the beginning", long, 3, 5, strings.Repeat("a", 38) + "…", "   ^^"},
		{"long, in the middle", long, 50, 53, "…" + strings.Repeat("a", 19) + "KEY" + strings.Repeat("b", 16) + "…", strings.Repeat(" ", 20) + "^^^"},
		{"long, at the end", long, 102, 103, "…" + strings.Repeat("b", 20), strings.Repeat(" ", 20) + "^"},
		{"long, all of it", long, 0, 103, strings.Repeat("a", 38) + "…", strings.Repeat("^", 38)},
		{"very long", strings.Repeat("a", 100_000) + "KEY" + strings.Repeat("b", 100_000), 100_000, 100_003,
			"…" + strings.Repeat("a", 19) + "KEY" + strings.Repeat("b", 16) + "…", strings.Repeat(" ", 20) + "^^^"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, underline, _ := frame{width: 40}.cut(test.line, test.begin, test.end)
			if text != test.text || underline != test.underline {
				t.Errorf("\n%s\n%s\nwant\n%s\n%s", text, underline, test.text, test.underline)
			}
			if total(cells(text)) > 40 {
				t.Errorf("it is %d columns wide", total(cells(text)))
			}
		})
	}
}
