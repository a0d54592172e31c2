// Package examples_test shows that an example is complete: copied out of the
// repository, it generates, builds and passes its tests as a module of its own.
package examples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// example is the connector that is copied out.
const example = "luma"

func TestCopiedOut(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a module, which takes a while")
	}
	repository, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"manifest.yaml", "main.go", "main_test.go"} {
		copyFile(t, filepath.Join(example, name), filepath.Join(dir, name))
	}
	copyFile(t, "../go.sum", filepath.Join(dir, "go.sum"))
	command(t, dir, "go", "mod", "init", "example.com/"+example)
	command(t, dir, "go", "mod", "edit", "-require=modulex.dev/connector@v0.0.0", "-replace=modulex.dev/connector="+repository)

	command(t, dir, "go", "run", "modulex.dev/connector/cmd/connectorgen", "generate")
	sameFiles(t, filepath.Join(example, "gen", example), filepath.Join(dir, "gen", example))

	command(t, dir, "go", "vet", "./...")
	command(t, dir, "go", "test", "./...")
	binary := filepath.Join(dir, "bin", example)
	command(t, dir, "go", "build", "-o", binary, ".")
	if out := command(t, dir, binary, "actions"); !strings.Contains(out, "list_events") {
		t.Errorf("the command lists %s", out)
	}
}

// copyFile copies a file; in Go, the import path of the example becomes that of
// the copy.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	moved := strings.ReplaceAll(string(text), "modulex.dev/connector/examples/"+example, "example.com/"+example)
	if err := os.WriteFile(to, []byte(moved), 0o600); err != nil {
		t.Fatal(err)
	}
}

// command runs a command in the copy. It asks no network for a module: what is
// not in the module cache ends the test as skipped.
func command(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil && strings.Contains(string(out), "GOPROXY=off") {
		t.Skipf("a module is not in the module cache of this machine:\n%s", out)
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// sameFiles wants two directories to hold the same files.
func sameFiles(t *testing.T, want, got string) {
	t.Helper()
	entries, err := os.ReadDir(want)
	if err != nil {
		t.Fatal(err)
	}
	made, err := os.ReadDir(got)
	if err != nil || len(made) != len(entries) {
		t.Fatalf("%d files were generated, want %d: %v", len(made), len(entries), err)
	}
	for _, e := range entries {
		a, err := os.ReadFile(filepath.Join(want, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(got, e.Name()))
		if err != nil || string(a) != string(b) {
			t.Errorf("%s is not as it is in the repository: %v", e.Name(), err)
		}
	}
}
