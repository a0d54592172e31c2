// Documents and the manifests that they yield. A case is a txtar file: the
// document and the files beside it, then what comes out.

package importer_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/format"
	"modulex.dev/connector/generator/importer"
)

var update = flag.Bool("update", false, "rewrite what the cases expect")

// cases runs a function for each txtar file of a directory. The function returns
// the files that should be there.
func cases(t *testing.T, dir string, run func(t *testing.T, in func(string) string) []txtar.File) {
	paths, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases in %s: %v", dir, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := run(t, func(name string) string {
				for _, f := range a.Files {
					if f.Name == name {
						return string(f.Data)
					}
				}
				return ""
			})
			expect(t, path, a, got)
		})
	}
}

// expect compares what came out with the last files of a case, or rewrites them.
func expect(t *testing.T, path string, a *txtar.Archive, got []txtar.File) {
	t.Helper()
	kept := *a
	kept.Files = nil
	want := make(map[string]string)
	for _, f := range a.Files {
		if strings.HasPrefix(f.Name, "want/") {
			want[f.Name] = string(f.Data)
			continue
		}
		kept.Files = append(kept.Files, f)
	}
	have := make(map[string]string)
	for _, f := range got {
		if len(f.Data) > 0 {
			have[f.Name] = string(f.Data)
			kept.Files = append(kept.Files, f)
		}
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(&kept), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// options are lines of a case: only=…, name=…, base-url=…, types=false.
func options(t *testing.T, lines string) (o importer.Options) {
	t.Helper()
	for l := range strings.Lines(lines) {
		k, v, _ := strings.Cut(strings.TrimSpace(l), "=")
		switch k {
		case "only":
			o.Only = append(o.Only, v)
		case "name":
			o.Name = v
		case "base-url":
			o.BaseURL = v
		case "types":
			o.NoTypes = v == "false"
		default:
			t.Fatalf("no such option: %s", l)
		}
	}
	return o
}

func notes(list []importer.Note) []byte {
	var b bytes.Buffer
	for _, n := range list {
		fmt.Fprintf(&b, "%s: %s\n", n.Kind, n)
	}
	return b.Bytes()
}

func TestOpenAPI(t *testing.T) {
	cases(t, "openapi", func(t *testing.T, in func(string) string) []txtar.File {
		name := "openapi.yaml"
		if in(name) == "" {
			name = "openapi.json"
		}
		o := options(t, in("options"))
		dir := t.TempDir()
		for _, f := range []string{name, "parts/schemas.yaml", "parts/paths.yaml"} {
			if in(f) != "" {
				write(t, filepath.Join(dir, f), in(f))
				o.Path = filepath.Join(dir, name)
			}
		}
		r, err := importer.OpenAPI(name, []byte(in(name)), o)
		if err != nil {
			return []txtar.File{{Name: "want/error", Data: []byte(err.Error() + "\n")}}
		}
		good(t, r.Manifest)
		laidOut(t, r.Manifest)
		again, err := importer.OpenAPI(name, []byte(in(name)), o)
		if err != nil || !bytes.Equal(r.Manifest, again.Manifest) {
			t.Errorf("a second import differs: %v", err)
		}
		return []txtar.File{{Name: "want/manifest.yaml", Data: r.Manifest}, {Name: "want/notes", Data: append(notes(r.Report.Notes), r.Report.Summary()+"\n"...)}}
	})
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// good wants a manifest without faults.
func good(t *testing.T, manifest []byte) {
	t.Helper()
	if _, faults := generator.Load("manifest.yaml", manifest); len(faults) > 0 {
		t.Errorf("the manifest has faults: %v", faults)
	}
}

// laidOut wants what `connectorgen fmt` would leave as it is.
func laidOut(t *testing.T, manifest []byte) {
	t.Helper()
	laid, err := format.Source(manifest)
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(string(laid), string(manifest)); diff != "" {
		t.Errorf("the layout is not that of fmt (-fmt +import):\n%s", diff)
	}
}

func TestMerge(t *testing.T) {
	cases(t, "merge", func(t *testing.T, in func(string) string) []txtar.File {
		o := options(t, in("options"))
		before, err := importer.OpenAPI("openapi.yaml", []byte(in("before.yaml")), o)
		if err != nil {
			t.Fatal(err)
		}
		base := importer.Base(before, o)
		if strings.TrimSpace(in("base")) == "none" {
			base = nil
		}
		mine := in("manifest.yaml")
		if mine == "" {
			mine = string(before.Manifest)
		}
		now := options(t, in("now"))
		after, _, err := importer.Again("openapi.yaml", []byte(in("after.yaml")), base, now)
		if err != nil {
			t.Fatal(err)
		}
		merged, err := importer.Merge("manifest.yaml", base, []byte(mine), after)
		if err != nil {
			return []txtar.File{{Name: "want/error", Data: []byte(err.Error() + "\n")}}
		}
		settled(t, merged.Manifest, after)
		return []txtar.File{{Name: "want/manifest.yaml", Data: merged.Manifest}, {Name: "want/notes", Data: notes(merged.Notes)}}
	})
}

// settled wants a third import to change nothing.
func settled(t *testing.T, merged []byte, after *importer.Result) {
	t.Helper()
	again, err := importer.Merge("manifest.yaml", importer.Base(after, importer.Options{}), merged, after)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(merged), string(again.Manifest)); diff != "" {
		t.Errorf("the same import again changes the manifest (-before +after):\n%s", diff)
	}
	for _, n := range again.Notes {
		if n.Kind == importer.Changed {
			t.Errorf("the same import again says %v", n)
		}
	}
}

func TestCatalogue(t *testing.T) {
	cases(t, "catalogue", func(t *testing.T, in func(string) string) []txtar.File {
		r, err := importer.Catalogue("manifests.json", []byte(in("manifests.json")), options(t, in("options")))
		if err != nil {
			return []txtar.File{{Name: "want/error", Data: []byte(err.Error() + "\n")}}
		}
		good(t, r.Manifest)
		laidOut(t, r.Manifest)
		return []txtar.File{{Name: "want/manifest.yaml", Data: r.Manifest}, {Name: "want/notes", Data: append(notes(r.Report.Notes), r.Report.Summary()+"\n"...)}}
	})
}

// What is generated from an import compiles.
func TestGeneratedCodeCompiles(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the compiler")
	}
	paths, err := filepath.Glob("testdata/openapi/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal(err)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	// Inside the module, where the generated code finds the runtime.
	dir, err := os.MkdirTemp(root, ".import-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	args := []string{"vet"}
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		pkg := filepath.Join(dir, strings.TrimSuffix(filepath.Base(path), ".txtar"))
		for _, f := range a.Files {
			if f.Name != "want/manifest.yaml" {
				continue
			}
			_, files, err := generator.Generate("manifest.yaml", f.Data)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			for _, g := range files {
				write(t, filepath.Join(pkg, g.Name), string(g.Content))
			}
			args = append(args, pkg)
		}
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// Whatever a hand has made of a manifest, a merge ends, and with YAML.
func TestMergeIntoAnything(t *testing.T) {
	const document = "openapi: 3.0.0\ninfo: { title: Demo, version: '1' }\nservers: [{ url: 'https://api.demo.example' }]\npaths: { /a: { get: { operationId: %s, parameters: [{ name: q, in: query, schema: { type: %s } }], responses: { '200': { description: ok } } } }%s }\n"
	before, err := importer.OpenAPI("openapi.yaml", fmt.Appendf(nil, document, "getA", "string", ""), importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	after, err := importer.OpenAPI("openapi.yaml", fmt.Appendf(nil, document, "readA", "integer", ", /b: { get: { responses: { '200': { description: ok } } } }"), importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	plain := string(before.Manifest)
	for _, mine := range []string{
		"", "# nothing\n", "actions:\n", "actions: {}\n", "actions: []\n", "actions: none\n", "manifest: 1\nactions:\n  get_a:\n", "- a\n", "a: &x { b: 1 }\nactions: *x\n",
		"{manifest: 1, actions: {get_a: {request: GET /a}}}\n", plain + "\n\n\n", strings.ReplaceAll(plain, "\n", "\r\n"), strings.ReplaceAll(plain, "  ", "    "),
		strings.TrimSpace(plain), "actions:\n  get_a: # one\n\n    # two\n    request: GET /a # three\n# four\nname: x", "? complex\n: 1\nactions: { get_a: null }\n", strings.Repeat("a: 1\n", 3),
	} {
		for _, base := range [][]byte{nil, before.Manifest} {
			merged, err := importer.Merge("manifest.yaml", base, []byte(mine), after)
			if err != nil {
				continue
			}
			if _, err := format.Source(merged.Manifest); err != nil {
				t.Errorf("%q becomes %q: %v", mine, merged.Manifest, err)
			}
		}
	}
}
