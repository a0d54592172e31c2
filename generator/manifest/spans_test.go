package manifest

import (
	"strings"
	"testing"
)

// Each case marks the place of a diagnostic with ‹ and where it ends with ›.
func TestSpanned(t *testing.T) {
	tests := []struct{ name, src string }{
		{"key", "‹titel›: Demo\n"},
		{"value", "title: ‹Demo› # shown\n"},
		{"value of several words", "a: { b: ‹c d›, e: f }\n"},
		{"double quotes", "a: ‹\"b \\\" c\"› # d\n"},
		{"single quotes", "a: ‹'b '' c'› # d\n"},
		{"key in quotes", "‹\"a b\"›: c\n"},
		{"mapping in braces", "a: ‹{ b: \"}\", c: '}' }› # }\n"},
		{"list in brackets", "a: ‹[b, [c]]›\n"},
		{"braces over lines", "a: ‹{ b: c,›\n  d: e }\n"},
		{"block text", "a: ‹|-› # b\n  c\n"},
		{"text over lines", "a: ‹b c›\n  d\n"},
		{"quotes over lines", "a: ‹\"b c›\n  d\"\n"},
		{"block mapping", "a:\n  ‹b›: c\n"},
		{"block list", "a:\n  ‹-› b\n"},
		{"element", "a:\n  - ‹b c›\n"},
		{"alias", "a: &x b\nc: [‹*x›, d]\n"},
		{"anchor", "a: ‹&x› b\n"},
		{"tag", "a: ‹!!str› b\n"},
		{"nothing", "a: b\nc:‹›\n"},
		{"hole in a path", "a: GET /b/‹{c}›/d\n"},
		{"segment", "a: { b: \"GET /‹c?d=e›\", f: g }\n"},
		{"empty segment", "a: GET /‹›/b\n"},
		{"hole in quotes", "a: \"b ‹{c}›, d\"\n"},
		{"characters", "日本: { é: ‹ü x› }\n"},
		{"CRLF", "a: b\r\nc: ‹d e›\r\n"},
		{"byte order mark", "\uFEFFa: ‹b›\n"},
		{"no YAML", "a: b\n‹c: \"d›\n"},
		{"invisible", "a: b‹\u200b›c\n"},
		{"behind the file", "a: b\n‹›"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			src := strings.NewReplacer("‹", "", "›", "").Replace(test.src)
			begin, _, _ := strings.Cut(test.src, "‹")
			end := strings.ReplaceAll(test.src[:strings.Index(test.src, "›")], "‹", "")
			at, want := markAt(begin), markAt(end)
			got := Diagnostics{{Pos: at}}.Spanned([]byte(src))[0].End
			if got != want {
				t.Errorf("from %v to %v, want %v", at, got, want)
			}
		})
	}
}

func markAt(before string) Pos {
	return place([]byte(strings.TrimPrefix(before, "\uFEFF")), len(strings.TrimPrefix(before, "\uFEFF")))
}

// Whatever is asked, the end is not before the beginning, and in its line.
func TestSpannedAnywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of manifests in one goroutine; the run without -short tries them")
	}
	for name, src := range cases(t) {
		var d Diagnostics
		for line := range 20 {
			for col := range 90 {
				d = append(d, Diagnostic{Pos: Pos{line, col}})
			}
		}
		for _, one := range d.Spanned(src) {
			if one.End.Line != one.Pos.Line || one.End.Col < one.Pos.Col {
				t.Fatalf("%s: %v ends at %v", name, one.Pos, one.End)
			}
		}
	}
}
