package report

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"modulex.dev/connector/generator/manifest"
)

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, manifest.Diagnostics{titel, base}); err != nil {
		t.Fatal(err)
	}
	want := `{
  "diagnostics": [
    {
      "file": "manifest.yaml",
      "line": 3,
      "column": 1,
      "endLine": 3,
      "endColumn": 6,
      "rule": "unknown-key",
      "severity": "error",
      "message": "the manifest has no key \"titel\"",
      "cure": "did you mean \"title\"?",
      "help": "https://modulex.dev/connector/docs/rules.md#unknown-key"
    },
    {
      "file": "manifest.yaml",
      "line": 7,
      "column": 11,
      "endLine": 7,
      "endColumn": 34,
      "rule": "unused",
      "severity": "advice",
      "message": "it could be better",
      "cure": "",
      "help": "https://modulex.dev/connector/docs/rules.md#unused"
    }
  ]
}
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	b.Reset()
	if err := JSON(&b, nil); err != nil || b.String() != "{\n  \"diagnostics\": []\n}\n" {
		t.Errorf("nothing is %s, %v", b.String(), err)
	}
}

// The log has what SARIF 2.1.0 requires, and what code scanners want besides.
func TestSARIF(t *testing.T) {
	for name, d := range map[string]manifest.Diagnostics{"faults": {titel, base}, "clean": nil} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := SARIF(&b, d); err != nil {
				t.Fatal(err)
			}
			var log struct {
				Schema  string `json:"$schema"`
				Version string
				Runs    []struct {
					Tool struct {
						Driver struct {
							Name, InformationURI string
							Rules                []sarifRule
						}
					}
					ColumnKind string
					Results    json.RawMessage
				}
			}
			d1 := json.NewDecoder(&b)
			d1.UseNumber()
			if err := d1.Decode(&log); err != nil {
				t.Fatal(err)
			}
			if log.Version != "2.1.0" || !absolute(log.Schema) || len(log.Runs) != 1 {
				t.Fatalf("%+v", log)
			}
			run := log.Runs[0]
			if run.Tool.Driver.Name != "connectorgen" || !absolute(run.Tool.Driver.InformationURI) || run.ColumnKind != "unicodeCodePoints" {
				t.Errorf("the tool is %+v", run)
			}
			rules := run.Tool.Driver.Rules
			for _, r := range rules {
				if r.ID == "" || r.ShortDescription.Text == "" || r.FullDescription.Text == "" || r.Help.Text == "" || r.Help.Markdown == "" ||
					r.Default.Level == "" || r.HelpURI != page+"#"+r.ID || !absolute(r.HelpURI) {
					t.Errorf("the rule is %+v", r)
				}
			}
			results(t, run.Results, rules, d)
		})
	}
}

func results(t *testing.T, text json.RawMessage, rules []sarifRule, d manifest.Diagnostics) {
	t.Helper()
	var list []sarifResult
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&list); err != nil || list == nil || len(list) != len(d) {
		t.Fatalf("%d results, want %d: %v", len(list), len(d), err)
	}
	for i, r := range list {
		region := r.Locations[0].Physical.Region
		if r.Message.Text == "" || r.RuleIndex == nil || rules[*r.RuleIndex].ID != r.RuleID || r.Locations[0].Physical.Artifact.URI != "manifest.yaml" {
			t.Errorf("the result is %+v", r)
		}
		if r.Level != map[manifest.Severity]string{manifest.SeverityError: "error", manifest.SeverityAdvice: "note"}[d[i].Severity] {
			t.Errorf("the level is %s", r.Level)
		}
		if region.StartLine < 1 || region.StartColumn < 1 || region.EndLine < region.StartLine || region.EndColumn < region.StartColumn {
			t.Errorf("the region is %+v", region)
		}
	}
}

func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.IsAbs() && u.Host != ""
}

func TestAddress(t *testing.T) {
	for file, want := range map[string]string{
		"manifest.yaml":         "manifest.yaml",
		"apis/a b#1%.yaml":      "apis/a%20b%231%25.yaml",
		"/tmp/größe.yaml":       "file:///tmp/gr%C3%B6%C3%9Fe.yaml",
		"a:b.yaml":              "./a:b.yaml",
		"../apis/manifest.yaml": "../apis/manifest.yaml",
	} {
		if got := address(file); got != want {
			t.Errorf("%s is %s, want %s", file, got, want)
		}
	}
}

// The page is where help addresses lead.
func TestHelpLeadsToThePage(t *testing.T) {
	_, path, _ := strings.Cut(page, Home+"/")
	committed, err := os.ReadFile("../../" + path)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range manifest.LintRules() {
		if _, anchor, _ := strings.Cut(help(r.Code), "#"); !strings.Contains(string(committed), "\n## "+anchor+"\n") {
			t.Errorf("the page has no heading for %s", help(r.Code))
		}
	}
}
