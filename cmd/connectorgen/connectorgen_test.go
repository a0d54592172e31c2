// The author's tool as authors run it, on real files.

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const repository = "../../manifest.yaml"

func do(args ...string) (code int, out, errOut string) {
	var o, e bytes.Buffer
	code = run(args, &o, &e)
	return code, o.String(), e.String()
}

// copied is a copy of the repository's manifest in a directory of its own.
func copied(t *testing.T, old, new string) string {
	t.Helper()
	src, err := os.ReadFile(repository)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(src), old) {
		t.Fatalf("the manifest does not hold %q", old)
	}
	file := filepath.Join(t.TempDir(), "manifest.yaml")
	if err := os.WriteFile(file, []byte(strings.Replace(string(src), old, new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

func TestCommittedFilesAreCurrent(t *testing.T) {
	if code, out, errOut := do("check", "--manifest", repository); code != 0 {
		t.Errorf("exit %d\n%s%s", code, out, errOut)
	}
}

func TestGenerateThenCheck(t *testing.T) {
	file, dir := copied(t, "", ""), filepath.Join(t.TempDir(), "out")
	if code, _, errOut := do("check", "--manifest", file, "--out", dir); code != 1 || errOut != "" {
		t.Errorf("check before generate: exit %d, %s", code, errOut)
	}
	if code, _, errOut := do("generate", "--manifest", file, "--out", dir); code != 0 {
		t.Fatalf("generate: exit %d, %s", code, errOut)
	}
	if code, out, _ := do("check", "--manifest", file, "--out", dir); code != 0 || out != "" {
		t.Errorf("check after generate: exit %d, %s", code, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "table.go"), []byte("package x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := do("check", "--manifest", file, "--out", dir); code != 1 || !strings.Contains(out, "table.go: is not what the manifest yields") {
		t.Errorf("check of an edited file: exit %d, %s", code, out)
	}
}

// An action that is renamed leaves no file behind; a file of the author stays.
func TestGenerateRemovesLeftovers(t *testing.T) {
	file, dir := copied(t, "", ""), filepath.Join(t.TempDir(), "out")
	do("generate", "--manifest", file, "--out", dir)
	if err := os.WriteFile(filepath.Join(dir, "mine.go"), []byte("package livestorm\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	renamed := copied(t, "  get_event:\n", "  fetch_event:\n")
	if code, out, _ := do("check", "--manifest", renamed, "--out", dir); code != 1 || !strings.Contains(out, "get_event_action.go: belongs to no action") {
		t.Errorf("check: exit %d, %s", code, out)
	}
	if code, _, errOut := do("generate", "--manifest", renamed, "--out", dir); code != 0 {
		t.Fatal(errOut)
	}
	got := names(t, dir)
	if strings.Contains(got, "get_event_action.go") || !strings.Contains(got, "fetch_event_action.go") || !strings.Contains(got, "mine.go") {
		t.Errorf("the directory holds %s", got)
	}
}

func TestRefusedManifestWritesNothing(t *testing.T) {
	file := copied(t, "request: GET /events/{event_id}\n", "request: GET /events/{evnt_id}\n")
	dir := filepath.Join(filepath.Dir(file), "out")
	code, _, errOut := do("generate", "--manifest", file, "--out", dir)
	if code != 1 || !strings.Contains(errOut, `the path has a parameter "evnt_id" that the action does not declare; did you mean "event_id"?`) {
		t.Errorf("exit %d, %s", code, errOut)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the directory was made")
	}
	if code, out, errOut := do("lint", "--manifest", file); code != 1 || errOut != "" || !strings.HasPrefix(out, file+":") {
		t.Errorf("lint: exit %d, %s%s", code, out, errOut)
	}
}

func TestExitCodes(t *testing.T) {
	for _, tt := range []struct {
		args string
		code int
		says string
	}{
		{"lint --manifest " + repository, 0, ""},
		{"lint --manifest /nowhere.yaml", 2, "no such file"},
		{"export --manifest " + repository, 2, "name the format"},
		{"export nonsense --manifest " + repository, 2, "there is no format \"nonsense\""},
		{"export catalogue --indent 99 --manifest " + repository, 2, "--indent must be"},
		{"schema --format html", 2, "use json or markdown"},
		{"generate extra", 2, "unknown command"},
		{"", 2, "say what to do"},
	} {
		code, _, errOut := do(strings.Fields(tt.args)...)
		if code != tt.code || !strings.Contains(errOut, tt.says) {
			t.Errorf("%s: exit %d, want %d: %s", tt.args, code, tt.code, errOut)
		}
	}
}

func TestExportsToADirectory(t *testing.T) {
	dir := t.TempDir()
	if code, _, errOut := do("export", "schemas", "--manifest", repository, "--out", dir); code != 0 {
		t.Fatal(errOut)
	}
	_, stdout, _ := do("export", "schemas", "--manifest", repository)
	contract, err := os.ReadFile(filepath.Join(dir, "livestorm.contract.json"))
	if err != nil || string(contract) != stdout {
		t.Errorf("the contract in the directory differs from the one printed: %v", err)
	}
	if got := names(t, dir); !strings.Contains(got, "create_event.input.json create_event.output.json") || !strings.Contains(got, "update_event.output.json") {
		t.Errorf("the directory holds %s", got)
	}
	if code, out, errOut := do("export", "catalogue", "--manifest", repository, "--out", dir); code != 0 || out != "" ||
		!strings.HasPrefix(errOut, "output_schema coverage: ") {
		t.Errorf("catalogue: exit %d, %q, %q", code, out, errOut)
	}
}
