// The verb test, on small manifests: each kind of case that passes or fails, with
// everything that is printed. `go test -run TestCases -update` writes the outputs.

package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the outputs of testdata/cases")

// stageManifest is the manifest of the cases; %s are the cases of an action.
const stageManifest = `manifest: 1
name: demo
title: Demo
version: 1.0.0
overview: A demo.
base_url: https://api.example.com/v1
hosts: { files: https://files.example.com/up }
headers: { Accept: application/json }
auth:
  key:
    type: bearer_token
    title: Token
    fields: { token: { title: Token, env: DEMO_TOKEN, missing: Missing token. } }
    send: { header: Authorization, value: "Bearer {token}" }
types:
  thing: { fields: { id: integer, name: string } }
actions:
  things:
    description: Get a thing.
    request: GET /things/{id}
    parameters:
      id: { description: Its ID }
      q: { in: query, description: A text }
      tags: { in: query, type: array, items: string, encode: repeat, description: Tags }
    returns: { data: { object: data, of: thing } }
    cases: %s
  make:
    description: Make a thing.
    request: POST /things
    parameters:
      name: { in: body, description: Its name }
      options: { in: body, type: object, description: Its options }
    returns: { data: { object: data } }
    cases: %s
  upload:
    description: Upload a file.
    request: POST /files
    host: files
    body: { format: form }
    parameters:
      title: { in: body, description: Its title }
      size: { in: body, type: integer, description: Its size }
    returns: none
    cases: %s
  hand:
    description: Do something that no request can say.
    hook: doIt
    returns: none
    cases: %s
`

func TestCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(paths) < 15 {
		t.Fatalf("%d archives, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { testArchive(t, path) })
	}
}

// testArchive runs the command of an archive on its cases and compares what it
// says and how it ends.
func testArchive(t *testing.T, path string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	var lists []any
	for _, action := range []string{"things", "make", "upload", "hand"} {
		list := "[]"
		if files[action] != "" {
			list = "\n      " + strings.TrimSpace(strings.ReplaceAll(files[action], "\n", "\n      "))
		}
		lists = append(lists, list)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "manifest.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, stageManifest, lists...), 0o600); err != nil {
		t.Fatal(err)
	}
	_, args, _ := strings.Cut(string(archive.Comment), "run: ")
	code, out, errOut := do(append(strings.Fields(args), "--manifest", file)...)
	got := fmt.Sprintf("exit %d\n%s%s", code, out, errOut)
	got = strings.ReplaceAll(got, dir+string(filepath.Separator), "")
	if *update {
		archive.Files = append(withoutFile(archive.Files, "output"), txtar.File{Name: "output", Data: []byte(got)})
		if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if got != files["output"] {
		t.Errorf("got\n%s\nwant\n%s", got, files["output"])
	}
}

func withoutFile(files []txtar.File, name string) (out []txtar.File) {
	for _, f := range files {
		if f.Name != name {
			out = append(out, f)
		}
	}
	return out
}

// Requests that go elsewhere: to the address of an access token, and to a host
// that the credential names.
func TestCasesOfOddAddresses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "manifest.yaml")
	src := oddManifest + `    cases:
      - name: a token is fetched first
        exchanges:
          - request: POST https://auth.example.com/token
            form: { secret: test-key }
            answer: { body: { a: { token: t-1 } } }
          - { request: GET /x, headers: { Authorization: Bearer t-1 }, answer: { text: "" } }
        envelope: { success: true, error: null }
`
	src = strings.Replace(src, "    host: own\n", `    host: own
    cases:
      - name: the credential names the host
        credentials: { site: "https://mine.example.org/base", area: us, key: k-1 }
        exchanges:
          - { request: GET /x, headers: { Host: mine.example.org, X-Key: key k-1 }, answer: { text: "" } }
        envelope: { success: true, error: null }
`, 1)
	src = strings.Replace(src, "    host: sub\n", `    host: sub
    cases:
      - name: the credential chooses the host
        credentials: { site: "https://mine.example.org", area: us, key: k-1 }
        exchanges:
          - { request: GET /x, headers: { Host: api-us.example.com }, answer: { text: "" } }
        envelope: { success: true, error: null }
`, 1)
	if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errOut := do("test", "--manifest", file); code != exitOK || !strings.HasSuffix(out, "3 of 3 cases pass\n") {
		t.Errorf("exit %d\n%s%s", code, out, errOut)
	}
}

// The manifests of this repository: every action has a case, and all pass.
func TestCasesOfTheRepository(t *testing.T) {
	for _, file := range manifests(t) {
		code, out, errOut := do("test", "--manifest", file)
		if code != exitOK || errOut != "" || strings.Contains(out, "without a case") || strings.HasPrefix(out, "0 of") {
			t.Errorf("%s: exit %d\n%s%s", file, code, out, errOut)
		}
	}
}

// manifests are those of the repository.
func manifests(t *testing.T) []string {
	t.Helper()
	examples, err := filepath.Glob("../../examples/*/manifest.yaml")
	if err != nil || len(examples) < 3 {
		t.Fatalf("%d examples, %v", len(examples), err)
	}
	return append(examples, repository)
}
