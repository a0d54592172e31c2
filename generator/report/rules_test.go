package report

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"modulex.dev/connector/generator/manifest"
)

// large are the rules without examples, with a manifest that draws each.
var large = map[string]func() string{
	"too-large": func() string { return required + "limits:\n" + strings.Repeat("  - x\n", 10_001) },
	"nested-too-deep": func() string {
		return required + "query: { a: " + strings.Repeat("[", 60) + strings.Repeat("]", 60) + " }\n"
	},
	"too-many-faults": func() string { return required + strings.Repeat("? [x]\n: y\n", 1001) },
}

// Every rule is drawn by its bad example and not by its good one, which has no
// other fault either.
func TestExamples(t *testing.T) {
	for _, r := range manifest.LintRules() {
		t.Run(r.Code, func(t *testing.T) {
			bad := Example(r, r.Bad)
			if build := large[r.Code]; build != nil {
				bad = []byte(build())
			} else if r.Bad == "" || r.Good == "" {
				t.Fatal("it has no examples")
			}
			if d := Drawn("manifest.yaml", bad); !drawsRule(d, r.Code) {
				t.Errorf("the bad example does not draw it:\n%v\n%s", d, firstLines(bad))
			}
			for _, d := range Drawn("manifest.yaml", Example(r, r.Good)) {
				if r.Good != "" && (d.Rule == r.Code || d.Severity == manifest.SeverityError) {
					t.Errorf("the good example draws %v [%s]\n%s", d, d.Rule, Example(r, r.Good))
				}
			}
		})
	}
}

func firstLines(src []byte) string { return fmt.Sprintf("%.2000s", src) }

func drawsRule(list manifest.Diagnostics, code string) bool {
	for _, d := range list {
		if d.Rule == code {
			return true
		}
	}
	return false
}

// Words are of one kind, so that the list and the page read well.
func TestRulesAreWorded(t *testing.T) {
	for _, r := range manifest.LintRules() {
		switch {
		case r.Summary == "" || strings.HasSuffix(r.Summary, "."):
			t.Errorf("%s: the summary has no full stop: %q", r.Code, r.Summary)
		case !strings.HasSuffix(r.Explanation, "."):
			t.Errorf("%s: the explanation is a sentence or more: %q", r.Code, r.Explanation)
		case r.Bad != "" && !strings.HasSuffix(r.Bad, "\n"), r.Good != "" && !strings.HasSuffix(r.Good, "\n"):
			t.Errorf("%s: an example ends with a line break", r.Code)
		}
	}
}

func TestPageIsCommitted(t *testing.T) {
	committed, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(Markdown()), string(committed)); diff != "" {
		t.Errorf("docs/rules.md is not up to date; run `make generate` (-rendered +committed):\n%s", diff)
	}
}

func TestExplain(t *testing.T) {
	r, ok := manifest.FindLintRule("unknown-key")
	if !ok {
		t.Fatal("there is no such rule")
	}
	want := `unknown-key: the language has no such key here

Keys that mean nothing would be ignored silently, so they are refused. The cure
names the nearest key that may stand here; docs/manifest.md lists them all.

This draws it:

    titel: Demo

    the manifest has no key "titel"; did you mean "title"?

This does not:

    title: Demo
`
	if diff := cmp.Diff(want, Explain(r)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What nobody would see is shown as what it is.
func TestVisible(t *testing.T) {
	if got, want := visible("a\u200b\xe9\tb\n"), "a<U+200B><E9><U+0009>b\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
