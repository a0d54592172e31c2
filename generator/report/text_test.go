package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"modulex.dev/connector/generator/manifest"
)

const faulty = `manifest: 1
name: demo
titel: Demo
version: 1.0.0
overview: A demo.

base_url: https://api.example.com
actions:
	# a tab
  list: { description: "日本", request: GET /items, autor: x, returns: none }
`

func shown(t *testing.T, src string, s Style, d ...manifest.Diagnostic) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, []byte(src), manifest.Diagnostics(d), s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	titel = manifest.Diagnostic{
		File: "manifest.yaml", Pos: manifest.Pos{Line: 3, Col: 1}, End: manifest.Pos{Line: 3, Col: 6}, Rule: "unknown-key",
		Message: `the manifest has no key "titel"`, Cure: `did you mean "title"?`,
	}
	base = manifest.Diagnostic{
		File: "manifest.yaml", Pos: manifest.Pos{Line: 7, Col: 11}, End: manifest.Pos{Line: 7, Col: 34}, Rule: "unused", Severity: manifest.SeverityAdvice,
		Message: "it could be better",
	}
	autor = manifest.Diagnostic{
		File: "manifest.yaml", Pos: manifest.Pos{Line: 10, Col: 51}, End: manifest.Pos{Line: 10, Col: 56}, Rule: "unknown-key",
		Message: `"list" has no key "autor"`, Cure: `did you mean "auth"?`,
	}
)

// In a pipe a diagnostic is a line, whatever reads it.
func TestTextInAPipe(t *testing.T) {
	want := `manifest.yaml:3:1: the manifest has no key "titel"; did you mean "title"? [unknown-key]
manifest.yaml:7:11: advice: it could be better [unused]
manifest.yaml:1:1: said by no rule
`
	if diff := cmp.Diff(want, shown(t, faulty, Style{}, titel, base, manifest.Diagnostic{
		File: "manifest.yaml", Pos: manifest.Pos{Line: 1, Col: 1}, Message: "said by no rule",
	})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTextInFrames(t *testing.T) {
	want := `manifest.yaml:3:1: the manifest has no key "titel" [unknown-key]
  2 | name: demo
  3 | titel: Demo
    | ^^^^^
  4 | version: 1.0.0
    = did you mean "title"?

manifest.yaml:7:11: advice: it could be better [unused]
  7 | base_url: https://api.example.com
    |           ^^^^^^^^^^^^^^^^^^^^^^^
  8 | actions:

manifest.yaml:10:51: "list" has no key "autor" [unknown-key]
   9 |     # a tab
  10 |   list: { description: "日本", request: GET /items, autor: x, returns: none }
     |                                                     ^^^^^
     = did you mean "auth"?

`
	if diff := cmp.Diff(want, shown(t, faulty, Style{Frames: true}, titel, base, autor)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A narrow terminal shows the part that matters, without lines around it.
func TestTextOnANarrowTerminal(t *testing.T) {
	want := `manifest.yaml:10:51: "list" has no key "autor" [unknown-key]
  10 | …equest: GET /items, autor: x, returns: no…
     |                      ^^^^^
     = did you mean "auth"?

`
	got := shown(t, faulty, Style{Frames: true, Width: 50}, autor)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Colours add nothing but colours.
func TestTextInColors(t *testing.T) {
	colored := shown(t, faulty, Style{Frames: true, Color: true}, titel, base, autor)
	if !strings.Contains(colored, "\x1b[1;31m^^^^^\x1b[0m") || !strings.Contains(colored, "\x1b[1;33m          ^") {
		t.Errorf("a fault is not red or advice is not yellow:\n%q", colored)
	}
	plain := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(colored, "")
	if diff := cmp.Diff(shown(t, faulty, Style{Frames: true}, titel, base, autor), plain); diff != "" {
		t.Errorf("(-without +with)\n%s", diff)
	}
}

// A manifest cannot write to the terminal by itself.
func TestTextIsSafe(t *testing.T) {
	src := "a: \x1b]0;owned\x07\n\x1b[2J: x\n"
	d := manifest.Diagnostic{File: "m", Pos: manifest.Pos{Line: 1, Col: 4}, End: manifest.Pos{Line: 1, Col: 5}, Message: "x"}
	if got := shown(t, src, Style{Frames: true}, d); strings.ContainsAny(got, "\x1b\x07") {
		t.Errorf("%q", got)
	}
}

// Places outside the file are no reason to fail.
func TestTextOutside(t *testing.T) {
	for _, at := range []manifest.Pos{{}, {Line: 1, Col: 900}, {Line: 900, Col: 1}} {
		if got := shown(t, faulty, Style{Frames: true}, manifest.Diagnostic{File: "m", Pos: at, End: at, Message: "x"}); !strings.HasPrefix(got, "m:") {
			t.Errorf("%v: %q", at, got)
		}
	}
}
