package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// demo is a manifest without a fault, and without a piece of advice.
const demo = `manifest: 1
name: demo
title: Demo
version: 1.0.0
overview: A demo.
base_url: https://api.example.com
actions:
  get_event:
    description: Get an event.
    request: GET /events/{event_id}
    parameters:
      event_id: { description: The ID of the event }
    returns: none
    docs: https://api.example.com/docs/get
  cancel_event:
    description: Cancel an event.
    request: POST /events/{event_id}/cancel
    parameters:
      event_id: { description: The ID of the event }
    returns: none
    docs: https://api.example.com/docs/cancel
`

// written is a manifest in a file.
func written(t *testing.T, src string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "manifest.yaml")
	put(t, file, []byte(src))
	return file
}

func withoutDocs(src string) string {
	return strings.Replace(src, "    docs: https://api.example.com/docs/cancel\n", "", 1)
}

// faulty has one fault and one piece of advice.
func faulty(t *testing.T) string {
	t.Helper()
	return written(t, withoutDocs(strings.Replace(demo, "event_id: { description", "event_id: { wire: id, description", 1)))
}

const (
	saysFault  = `a parameter in the path has no name on the wire; remove it [path-parameter-wire]`
	saysAdvice = "advice: \"cancel_event\" does not say where it is documented; add `docs: …` [action-docs]"
)

func TestLintAsText(t *testing.T) {
	file := faulty(t)
	for _, test := range []struct {
		flags      string
		says, hush []string
	}{
		{"", []string{saysFault}, []string{"advice", "\x1b", "^"}},
		{"--advice", []string{saysFault, saysAdvice}, []string{"\x1b", "^"}},
		{"--advice=false --color always", []string{"\x1b[", "^^"}, []string{"advice"}},
		{"--color always", []string{"\x1b[1;31m", "\x1b[1;33m", "1 fault, 1 piece of advice"}, nil},
		{"--color never", []string{saysFault}, []string{"\x1b"}},
	} {
		code, out, errOut := do(append([]string{"lint", "--manifest", file}, strings.Fields(test.flags)...)...)
		if code != 1 || errOut != "" || !strings.Contains(out, file+":") {
			t.Errorf("%s: exit %d, %s%s", test.flags, code, out, errOut)
		}
		for _, want := range test.says {
			if !strings.Contains(out, want) {
				t.Errorf("%s: it does not say %q:\n%s", test.flags, want, out)
			}
		}
		for _, not := range test.hush {
			if strings.Contains(out, not) {
				t.Errorf("%s: it says %q:\n%s", test.flags, not, out)
			}
		}
	}
	// Advice comes after faults.
	if _, out, _ := do("lint", "--advice", "--manifest", file); strings.Index(out, saysAdvice) < strings.Index(out, saysFault) {
		t.Error(out)
	}
}

func TestLintNoColor(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	if _, out, _ := do("lint", "--color", "always", "--manifest", faulty(t)); strings.Contains(out, "\x1b") || !strings.Contains(out, "^^") {
		t.Errorf("%q", out)
	}
}

// Advice alone is no failure, and a clean manifest says nothing.
func TestLintAdviceAlone(t *testing.T) {
	file := written(t, withoutDocs(demo))
	if code, out, errOut := do("lint", "--manifest", file); code != 0 || out+errOut != "" {
		t.Errorf("exit %d, %s%s", code, out, errOut)
	}
	if code, out, _ := do("lint", "--advice", "--manifest", file); code != 0 || !strings.Contains(out, saysAdvice) {
		t.Errorf("exit %d, %s", code, out)
	}
	if code, out, errOut := do("lint", "--advice", "--color", "always", "--manifest", written(t, demo)); code != 0 || out+errOut != "" {
		t.Errorf("exit %d, %s%s", code, out, errOut)
	}
}

func TestLintForPrograms(t *testing.T) {
	file := faulty(t)
	code, out, _ := do("lint", "--format", "json", "--manifest", file)
	var list struct {
		Diagnostics []struct {
			File, Rule, Severity string
			Line, Column         int
			EndLine, EndColumn   int
			Message, Cure, Help  string
		}
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != 1 || len(list.Diagnostics) != 2 {
		t.Fatalf("exit %d, %v\n%s", code, err, out)
	}
	d := list.Diagnostics[0]
	if d.File != file || d.Rule != "path-parameter-wire" || d.Severity != "error" || d.EndLine != d.Line || d.EndColumn-d.Column != len("id") || !strings.HasSuffix(d.Help, "docs/rules.md#path-parameter-wire") {
		t.Errorf("%+v", d)
	}
	if list.Diagnostics[1].Severity != "advice" {
		t.Errorf("%+v", list.Diagnostics[1])
	}
	if _, out, _ := do("lint", "--format", "json", "--advice=false", "--manifest", file); strings.Contains(out, `"advice"`) {
		t.Error(out)
	}
	for _, format := range []string{"json", "sarif"} {
		code, out, errOut := do("lint", "--format", format, "--manifest", written(t, demo))
		if code != 0 || errOut != "" || !json.Valid([]byte(out)) {
			t.Errorf("%s: exit %d, %s", format, code, errOut)
		}
	}
	if code, out, _ := do("lint", "--format", "sarif", "--manifest", file); code != 1 || !strings.Contains(out, `"ruleId": "path-parameter-wire"`) {
		t.Errorf("exit %d, %s", code, out)
	}
}

func TestLintTrouble(t *testing.T) {
	for args, says := range map[string]string{
		"lint --format xml --manifest " + repository:  "--format cannot be",
		"lint --color green --manifest " + repository: "--color cannot be",
		"lint --explain nonsense":                     "there is no rule",
		"lint --manifest /nowhere.yaml --format json": "no such file",
		"lint --advise":       "unknown flag",
		"rules unknwn-key":    `did you mean "unknown-key"?`,
		"rules --format html": "use text or markdown",
		"rules a b":           "at most 1",
	} {
		if code, out, errOut := do(strings.Fields(args)...); code != 2 || out != "" || !strings.Contains(errOut, says) {
			t.Errorf("%s: exit %d, %s%s", args, code, out, errOut)
		}
	}
}

func TestRules(t *testing.T) {
	_, explained, _ := do("rules", "unknown-key")
	code, out, _ := do("lint", "--explain", "unknown-key")
	if code != 0 || out != explained || !strings.HasPrefix(out, "unknown-key: ") {
		t.Errorf("exit %d\n%s\n%s", code, out, explained)
	}
	if code, out, _ := do("rules"); code != 0 || !strings.Contains(out, "  unknown-key ") || !strings.Contains(out, "\nAdvice\n") {
		t.Errorf("exit %d\n%s", code, out)
	}
	committed, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, out, _ := do("rules", "--format", "markdown"); out != string(committed) {
		t.Error("docs/rules.md is not current; run `make generate`")
	}
}
