// Other people's documents: whatever they hold, there is an error or a manifest
// without faults, and a second import of the same changes nothing.

package importer_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/importer"
)

func FuzzOpenAPI(f *testing.F) {
	paths, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range a.Files {
			if strings.HasPrefix(file.Name, "openapi.") || file.Name == "before.yaml" || file.Name == "after.yaml" {
				f.Add(file.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1<<16 {
			return
		}
		r, err := importer.OpenAPI("openapi.yaml", src, importer.Options{})
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r\x00") || strings.Contains(err.Error(), "would have faults") {
				t.Errorf("the message is %q", err)
			}
			return
		}
		if _, faults := generator.Load("manifest.yaml", r.Manifest); len(faults) > 0 {
			t.Errorf("the manifest has faults: %v\n%s", faults, r.Manifest)
		}
		for _, n := range r.Report.Notes {
			if strings.ContainsAny(n.String(), "\n\r\x00") {
				t.Errorf("the note is not one line: %q", n)
			}
		}
		merged, err := importer.Merge("manifest.yaml", importer.Base(r, importer.Options{}), r.Manifest, r)
		if err != nil {
			t.Fatal(err)
		}
		if string(merged.Manifest) != string(r.Manifest) || len(merged.Notes) > 0 {
			t.Errorf("the same import changes the manifest: %v", merged.Notes)
		}
	})
}

func FuzzCatalogue(f *testing.F) {
	paths, err := filepath.Glob("testdata/catalogue/*.txtar")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range a.Files {
			if file.Name == "manifests.json" {
				f.Add(file.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, name := range []string{"", "demo"} {
			r, err := importer.Catalogue("manifests.json", src, importer.Options{Name: name})
			if err != nil {
				if strings.Contains(err.Error(), "would have faults") || strings.ContainsAny(err.Error(), "\n\r\x00") {
					t.Errorf("the message is %q", err)
				}
				continue
			}
			if _, faults := generator.Load("manifest.yaml", r.Manifest); len(faults) > 0 {
				t.Errorf("the manifest has faults: %v\n%s", faults, r.Manifest)
			}
			if name != "" {
				continue
			}
			again, err := importer.Catalogue("manifests.json", src, importer.Options{})
			if err != nil || string(again.Manifest) != string(r.Manifest) {
				t.Errorf("a second time it is another manifest, or %v", err)
			}
		}
	})
}
