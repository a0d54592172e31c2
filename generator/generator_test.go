// The generator against manifests on disk. A case is one txtar archive that
// holds a manifest and what it must yield:
//
//	testdata/manifests/good/*.txtar    manifest.yaml and generated files of it
//	testdata/manifests/faulty/*.txtar  manifest.yaml and every fault, in `want`
//
// The words above the files say what the case shows. `go test ./generator
// -update` writes what the generator yields today into the archives; read the
// difference before you keep it. Bytes that an archive cannot hold are in
// hostile_test.go, the manifest of this repository is in golden_test.go.

package generator_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"modulex.dev/connector/generator"
)

var update = flag.Bool("update", false, "write what the generator yields into testdata/manifests")

const (
	goodCases   = "../testdata/manifests/good"
	faultyCases = "../testdata/manifests/faulty"
)

func TestGood(t *testing.T) {
	eachCase(t, goodCases, func(t *testing.T, c *txtar.Archive) {
		generated := make(map[string][]byte)
		for _, f := range generate(t, manifestOf(t, c)) {
			generated[f.Name] = f.Content
		}
		if len(c.Files) < 2 {
			t.Fatal("the case shows no generated file")
		}
		for i, f := range c.Files {
			if f.Name == "manifest.yaml" {
				continue
			}
			content, ok := generated[f.Name]
			if !ok {
				t.Fatalf("the manifest yields no %s", f.Name)
			}
			if *update {
				c.Files[i].Data = content
				continue
			}
			if diff := cmp.Diff(string(f.Data), string(content)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", f.Name, diff)
			}
		}
	})
}

// What is generated is printed as gofmt lays it out; nothing formats it
// afterwards.
func TestGofmtChangesNothing(t *testing.T) {
	check := func(t *testing.T, src []byte) {
		for _, f := range generate(t, src) {
			want, err := format.Source(f.Content)
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			if diff := cmp.Diff(string(want), string(f.Content)); diff != "" {
				t.Errorf("%s (-gofmt +generated):\n%s", f.Name, diff)
			}
		}
	}
	eachCase(t, goodCases, func(t *testing.T, c *txtar.Archive) { check(t, manifestOf(t, c)) })
	manifests, err := filepath.Glob("../examples/*/manifest.yaml")
	if err != nil || len(manifests) == 0 {
		t.Fatalf("no examples, %v", err)
	}
	for _, file := range append(manifests, "../manifest.yaml") {
		t.Run(file, func(t *testing.T) { check(t, read(t, file)) })
	}
}

func TestFaulty(t *testing.T) {
	eachCase(t, faultyCases, func(t *testing.T, c *txtar.Archive) {
		if len(c.Files) != 2 || c.Files[1].Name != "want" {
			t.Fatal("a faulty case holds manifest.yaml and want")
		}
		_, faults := generator.Load("manifest.yaml", manifestOf(t, c))
		if len(faults) == 0 {
			t.Fatal("the manifest is accepted")
		}
		got := faults.Error() + "\n"
		if *update {
			c.Files[1].Data = []byte(got)
			return
		}
		if diff := cmp.Diff(string(c.Files[1].Data), got); diff != "" {
			t.Errorf("faults (-want +got):\n%s", diff)
		}
	})
}

// What is generated compiles, passes vet, and is formatted: a reader's editor
// will not change a file on the first save.
func TestGoodCompiles(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	module := t.TempDir()
	write(t, filepath.Join(module, "go.mod"), fmt.Appendf(nil,
		"module example.com/good\n\ngo 1.26.0\n\nrequire modulex.dev/connector v0.0.0\n\nreplace modulex.dev/connector => %s\n", root))
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(module, "go.sum"), sums)

	eachCase(t, goodCases, func(t *testing.T, c *txtar.Archive) {
		for _, f := range generate(t, manifestOf(t, c)) {
			formatted, err := format.Source(f.Content)
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			if diff := cmp.Diff(string(formatted), string(f.Content)); diff != "" {
				t.Errorf("%s is not formatted (-gofmt +generated):\n%s", f.Name, diff)
			}
			write(t, filepath.Join(module, filepath.Base(t.Name()), f.Name), f.Content)
		}
	})
	if testing.Short() {
		t.Skip("compiling takes seconds")
	}
	vet := exec.Command("go", "vet", "./...")
	vet.Dir = module
	vet.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	if out, err := vet.CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
	list := exec.Command("go", "list", "-f", "{{.Name}}: {{.IgnoredGoFiles}}{{.TestGoFiles}}{{.XTestGoFiles}}", "./...")
	list.Dir, list.Env = vet.Dir, vet.Env
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	// A file that Go leaves out compiles too, in its way.
	for line := range strings.Lines(string(out)) {
		if !strings.HasSuffix(line, ": [][][]\n") {
			t.Errorf("Go leaves files out of package %s", line)
		}
	}
}

// eachCase runs one subtest for each archive of a directory, and writes the
// archive back with -update.
func eachCase(t *testing.T, dir string, run func(*testing.T, *txtar.Archive)) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases in %s: %v", dir, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			c := txtar.Parse(before)
			if len(bytes.TrimSpace(c.Comment)) == 0 {
				t.Error("the archive does not say what it shows")
			}
			run(t, c)
			if after := txtar.Format(c); *update && !t.Failed() && !bytes.Equal(before, after) {
				write(t, path, after)
			}
		})
	}
}

func manifestOf(t *testing.T, c *txtar.Archive) []byte {
	t.Helper()
	if len(c.Files) == 0 || c.Files[0].Name != "manifest.yaml" {
		t.Fatal("the first file of a case is manifest.yaml")
	}
	return c.Files[0].Data
}

func generate(t *testing.T, src []byte) []generator.File {
	t.Helper()
	_, files, err := generator.Generate("manifest.yaml", src)
	if err != nil {
		t.Fatalf("the manifest is refused:\n%v", err)
	}
	return files
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}
