package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	old := copied(t, "", "")
	if code, out, errOut := do("diff", old, repository); code != 0 || out+errOut != "" {
		t.Errorf("the same: exit %d, %s%s", code, out, errOut)
	}
	new := copied(t, "  get_event:\n", "  fetch_event:\n")
	code, out, errOut := do("diff", old, "--manifest", new)
	if code != 1 || errOut != "" || !strings.Contains(out, ": breaking for action, schema: get_event: action removed (GET /events/{event_id}); calls of it fail; perhaps called fetch_event now\n") {
		t.Errorf("a renamed action: exit %d, %s%s", code, out, errOut)
	}
	if code, _, errOut := do("diff", old, filepath.Join(t.TempDir(), "none.yaml")); code != 2 || !strings.Contains(errOut, "none.yaml") {
		t.Errorf("no file: exit %d, %s", code, errOut)
	}
	faulty := copied(t, "request: GET /events/{event_id}\n", "request: GET /events/{evnt_id}\n")
	if code, out, errOut := do("diff", old, faulty); code != 2 || out != "" || !strings.Contains(errOut, faulty+" has faults and cannot be compared:\n"+faulty+":") {
		t.Errorf("a faulty manifest: exit %d, %s%s", code, out, errOut)
	}
	for _, args := range []string{"diff", "diff a b c", "diff a b --format html"} {
		if code, _, errOut := do(strings.Fields(args)...); code != 2 || errOut == "" {
			t.Errorf("%s: exit %d, %s", args, code, errOut)
		}
	}
}

func TestDiffForms(t *testing.T) {
	old, new := copied(t, "", ""), copied(t, "version: 1.0.0", "version: 1.4.0")
	code, out, _ := do("diff", old, new, "--format", "json")
	var doc struct {
		Old, New struct{ File, Version string }
		Same     bool
		Asked    struct {
			Level, Version string
			Satisfied      bool
		}
		Counts  map[string]int
		Changes []struct {
			File, Class, Kind, What, From, To string
			Line, Col                         int
			Audiences, Subjects               []string
		}
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || code != 1 {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	if doc.Old.Version != "1.0.0" || doc.New.File != new || doc.Same || doc.Asked.Version != "1.0.1" || doc.Asked.Level != "patch" || !doc.Asked.Satisfied || doc.Counts["cosmetic"] != 1 {
		t.Errorf("got %s", out)
	}
	if c := doc.Changes[0]; c.What != "version" || c.Class != "cosmetic" || c.Kind != "changed" || c.From != "1.0.0" || c.To != "1.4.0" || c.Line == 0 || c.Col != 1 {
		t.Errorf("got %s", out)
	}
	if code, out, _ := do("diff", old, old, "--format", "json"); code != 0 || !strings.Contains(out, `"same": true`) || !strings.Contains(out, `"changes": []`) {
		t.Errorf("the same: exit %d, %s", code, out)
	}
	const want = "## 1.4.0\n\n### Words and order\n\n- `connector`: version: `1.0.0` → `1.4.0` (action).\n"
	if code, out, _ := do("diff", old, new, "--format", "markdown"); code != 1 || out != want {
		t.Errorf("markdown: exit %d, %s", code, out)
	}
}

func TestDiffOfRevisions(t *testing.T) {
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	file := filepath.Join(dir, "sub", "manifest.yaml")
	write := func(version string) {
		t.Helper()
		src, err := os.ReadFile(copied(t, "version: 1.0.0", "version: "+version))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, src, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q")
	write("1.0.0")
	git("add", ".")
	git("commit", "-qm", "first")
	git("tag", "v1.0.0")
	write("1.1.0")
	git("commit", "-qam", "second")
	write("1.2.0")

	for _, tt := range []struct{ old, new, says string }{
		{"git:v1.0.0", "", "version: 1.0.0 → 1.2.0"},
		{"git:HEAD", "", "version: 1.1.0 → 1.2.0"},
		{"git:HEAD~1", "git:HEAD", "version: 1.0.0 → 1.1.0"},
	} {
		args := []string{"diff", tt.old}
		if tt.new != "" {
			args = append(args, tt.new)
		}
		if code, out, errOut := do(append(args, "--manifest", file)...); code != 1 || !strings.Contains(out, tt.says) {
			t.Errorf("%v: exit %d, %s%s", args, code, out, errOut)
		}
	}
	t.Chdir(dir)
	if code, out, errOut := do("diff", "git:HEAD:sub/manifest.yaml", "sub/manifest.yaml"); code != 1 || !strings.Contains(out, "version: 1.1.0 → 1.2.0") {
		t.Errorf("a path: exit %d, %s%s", code, out, errOut)
	}
	for _, bad := range []string{"git:", "git:none", "git:HEAD:none.yaml", "git:HEAD:sub", "git:--help", "git:HEAD:"} {
		if code, out, errOut := do("diff", bad, "--manifest", file); code != 2 || out != "" || !strings.Contains(errOut, bad) {
			t.Errorf("%s: exit %d, %s%s", bad, code, out, errOut)
		}
	}
}
