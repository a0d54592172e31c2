// import on real files: a first import, a second one, and what it refuses.

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const demoDocument = `openapi: 3.0.3
info: { title: Demo API, version: "1" }
servers: [{ url: "https://api.demo.example" }]
security: [{ key: [] }]
paths:
  /events:
    get: { operationId: listEvents, tags: [events], responses: { "200": { description: ok } } }
    head: { operationId: headEvents, tags: [events], responses: { "200": { description: ok } } }
  /me: { get: { operationId: getMe, responses: { "200": { description: ok } } } }
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
`

func saved(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func content(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestImportOpenAPI(t *testing.T) {
	document := saved(t, "openapi.yaml", demoDocument)
	code, out, errOut := do("import", "openapi", document)
	if code != 0 || !strings.Contains(out, "\n  list_events:\n") || !strings.HasSuffix(errOut, "imported 2 of 3 operations\n") {
		t.Fatalf("exit %d\n%s%s", code, out, errOut)
	}
	if !strings.Contains(errOut, document+":8:5: HEAD /events: method HEAD") {
		t.Errorf("the lost operation has no place:\n%s", errOut)
	}
	file, report := filepath.Join(t.TempDir(), "manifest.yaml"), filepath.Join(t.TempDir(), "report.json")
	if code, _, errOut := do("import", "openapi", document, "--out", file, "--report", report); code != 0 {
		t.Fatalf("exit %d\n%s", code, errOut)
	}
	if content(t, file) != out || !strings.Contains(content(t, report), `"imported": 2`) {
		t.Error("what is written is not what is printed")
	}
	if code, lint, _ := do("lint", "--manifest", file); code != 0 {
		t.Errorf("the manifest has faults:\n%s", lint)
	}
}

func TestImportAgain(t *testing.T) {
	document := saved(t, "openapi.yaml", demoDocument)
	file := filepath.Join(t.TempDir(), "manifest.yaml")
	do("import", "openapi", document, "--out", file, "--name", "mine", "--only", "events")
	edited := strings.Replace(content(t, file), "description: List events", "description: List what there is # ours", 1)
	if err := os.WriteFile(file, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(demoDocument, "/events:\n    get: { operationId: listEvents,", "/events:\n    get: { operationId: listEvents, parameters: [{ name: q, in: query, schema: { type: string } }],", 1)
	if err := os.WriteFile(document, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errOut := do("import", "openapi", document, "--out", file)
	got := content(t, file)
	if code != 0 || !strings.Contains(errOut, "list_events: parameters: added (changed)") {
		t.Errorf("exit %d\n%s", code, errOut)
	}
	for text, want := range map[string]bool{"# ours": true, "name: mine": true, "MINE_API_KEY": true, "      q: { in: query": true, "get_me": false} {
		if strings.Contains(got, text) != want {
			t.Errorf("%q is there: %v\n%s", text, !want, got)
		}
	}
	if code, _, errOut := do("import", "openapi", document, "--out", file, "--only", "getMe"); code != 0 || !strings.Contains(errOut, "get_me: added") {
		t.Errorf("exit %d\n%s", code, errOut)
	}
	if got := content(t, file); !strings.Contains(got, "get_me") || !strings.Contains(got, "# ours") {
		t.Errorf("one more operation is not there beside the others:\n%s", got)
	}
}

func TestImportCatalogue(t *testing.T) {
	_, catalogue, _ := do("export", "catalogue", "--manifest", repository)
	file := filepath.Join(t.TempDir(), "manifest.yaml")
	document := saved(t, "manifests.json", catalogue)
	if code, _, errOut := do("import", "catalogue", document, "--out", file); code != 0 || !strings.Contains(errOut, "imported ") {
		t.Fatalf("exit %d\n%s", code, errOut)
	}
	if code, lint, _ := do("lint", "--manifest", file); code != 0 {
		t.Errorf("the skeleton has faults:\n%s", lint)
	}
	if code, _, errOut := do("import", "catalogue", document, "--out", file); code != 2 || !strings.Contains(errOut, "there already") {
		t.Errorf("a second skeleton: exit %d\n%s", code, errOut)
	}
}

func TestImportRefuses(t *testing.T) {
	swagger := saved(t, "swagger.yaml", "swagger: \"2.0\"\npaths: {}\n")
	for _, c := range []struct {
		want string
		args []string
	}{
		{"name the format", []string{"import"}},
		{"no such file", []string{"import", "openapi", "nothing.yaml"}},
		{"this is swagger 2.0", []string{"import", "openapi", swagger}},
		{"this is no catalogue", []string{"import", "catalogue", swagger}},
	} {
		if code, out, errOut := do(c.args...); code != 2 || out != "" || !strings.Contains(errOut, c.want) {
			t.Errorf("%v: exit %d\n%s%s", c.args, code, out, errOut)
		}
	}
}
