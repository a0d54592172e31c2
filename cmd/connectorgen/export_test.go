// Exports as authors run them: what goes where, and what is said of it.

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestExportFormats(t *testing.T) {
	for _, tt := range []struct {
		args   string
		begins string // of what is printed
		says   string // on standard error
	}{
		{"tools-openai --actions get_event", `[
  {
    "type": "function",
    "name": "get_event",`, ""},
		{"tools-openai --form chat --actions get_event", `[
  {
    "type": "function",
    "function": {
      "name": "get_event",`, ""},
		{"tools-openai --strict", "[\n", `note: register_someone_for_session is not strict: fields is an object with any members
note: patch_session_person is not strict: fields is an object with any members
note: queue_registrations is not strict: tasks is a list of any values
note: register_people_for_session is not strict: tasks is a list of any values
`},
		{"tools-anthropic --strict --actions get_event", `[
  {
    "name": "get_event",
    "description": "Get an event.",
    "strict": true,
    "input_schema": {`, ""},
		{"openapi", "{\n  \"openapi\": \"3.1.0\",\n  \"info\": {\n    \"title\": \"Livestorm API\",", ""},
		{"openapi --envelope --format yaml", "openapi: \"3.1.0\"\ninfo:\n  title: Livestorm actions\n", ""},
		{"markdown", "---\ntitle: \"Livestorm\"\n", ""},
		{"llms-txt", "# Livestorm\n\n> Video engagement", ""},
	} {
		code, out, errOut := do(append([]string{"export", "--manifest", repository}, strings.Fields(tt.args)...)...)
		if code != 0 || !strings.HasPrefix(out, tt.begins) || errOut != tt.says {
			t.Errorf("%s: exit %d\n%.300s\n%s", tt.args, code, out, errOut)
		}
	}
}

func TestExportWrongUsage(t *testing.T) {
	for args, says := range map[string]string{
		"":                               "connectorgen: name the format: schemas, catalogue, tools-openai, tools-anthropic, openapi, markdown, llms-txt, site\n",
		"tools-openai --form assistants": "connectorgen: --form cannot be \"assistants\"; use responses or chat\n",
		"openapi --format xml":           "connectorgen: --format cannot be \"xml\"; use json or yaml\n",
		"markdown --actions get_evnt":    "connectorgen: there is no action \"get_evnt\"; did you mean \"get_event\"?\n",
		"markdown extra":                 "connectorgen: unknown command \"extra\" for \"connectorgen export markdown\"\n",
	} {
		code, out, errOut := do(append([]string{"export", "--manifest", repository}, strings.Fields(args)...)...)
		if code != exitTrouble || out != "" || errOut != says {
			t.Errorf("%s: exit %d, %q, %q", args, code, out, errOut)
		}
	}
}

// TestExportListsItsFormats: help names every format, and every format has an
// example that works.
func TestExportListsItsFormats(t *testing.T) {
	var commands []string
	for _, c := range exportCommand(new(string)).Commands() {
		commands = append(commands, c.Name())
		for line := range strings.Lines(c.Example) {
			line, _, _ = strings.Cut(strings.TrimSpace(strings.TrimSuffix(line, "\n")), " > ")
			args := strings.Fields(strings.TrimPrefix(line, "connectorgen "))
			if i := slices.Index(args, "--out"); i >= 0 {
				args[i+1] = t.TempDir()
			}
			if code, _, errOut := do(append(args, "--manifest", repository)...); code != 0 {
				t.Errorf("%s: exit %d, %s", line, code, errOut)
			}
		}
	}
	want := slices.Sorted(slices.Values(formats))
	if !slices.Equal(commands, want) {
		t.Errorf("export has %v, and names %v", commands, want)
	}
}

// TestExportMarkdown: pages lie under the connector's, and a second time nothing
// changes.
func TestExportMarkdown(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		if code, out, errOut := do("export", "markdown", "--manifest", repository, "--actions", "get_event,list_events", "--out", dir); code != 0 || out+errOut != "" {
			t.Fatalf("exit %d, %s%s", code, out, errOut)
		}
	}
	if got := names(t, dir) + " " + names(t, filepath.Join(dir, "livestorm")); got != ".markdownlint.json livestorm livestorm.md get_event.md list_events.md" {
		t.Errorf("there are %s", got)
	}
}

// TestOpenAPIComesBack: a manifest made of our own document has no faults and our
// actions.
func TestOpenAPIComesBack(t *testing.T) {
	for _, name := range []string{repository, "../../examples/luma/manifest.yaml"} {
		dir := t.TempDir()
		if code, _, errOut := do("export", "openapi", "--manifest", name, "--out", dir); code != 0 {
			t.Fatal(errOut)
		}
		docs, err := filepath.Glob(filepath.Join(dir, "*[a-z].openapi.json"))
		if err != nil {
			t.Fatal(err)
		}
		docs = slices.DeleteFunc(docs, func(d string) bool { return strings.Contains(d, ".envelope.") })
		back := filepath.Join(dir, "back.yaml")
		if code, out, errOut := do("import", "openapi", docs[0], "--out", back); code != 0 {
			t.Fatalf("exit %d, %s%s", code, out, errOut)
		}
		if want, got := contract(t, name), contract(t, back); !slices.Equal(want, got) {
			t.Errorf("%s has actions\n%v\nand comes back with\n%v", name, want, got)
		}
	}
}

// contract are the names of a manifest's actions, in order of the alphabet. There
// are none where it has faults.
func contract(t *testing.T, file string) (names []string) {
	t.Helper()
	code, out, errOut := do("export", "schemas", "--manifest", file)
	if code != 0 {
		t.Fatal(errOut)
	}
	var doc struct{ Actions []struct{ Name string } }
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatal(err)
	}
	for _, a := range doc.Actions {
		names = append(names, a.Name)
	}
	slices.Sort(names)
	return names
}

// TestExportCannotWrite: the reason is told.
func TestExportCannotWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errOut := do("export", "openapi", "--manifest", repository, "--out", file); code != exitTrouble || !strings.Contains(errOut, "not a directory") {
		t.Errorf("exit %d, %s", code, errOut)
	}
}
