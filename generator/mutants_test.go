// Manifests that use all of the language, spoilt at every place: whatever comes
// of it, it is a list of faults that have places, or a package that compiles.

package generator_test

import (
	"os"
	"path/filepath"
	"testing"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator"
)

func TestSpoiltManifestsAreRefusedOrGenerated(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of manifests in one goroutine; the run without -short tries them")
	}
	files, err := filepath.Glob("export/examples/*.yaml")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	values := []string{"[]", "{}", "null", "17", `""`, `"{x.y} {"`, "{ a: { b: [c] } }", "[x, { y: z }]"}
	loads, refused, built := 0, 0, 0
	for i, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var doc yaml.Node
		if err := yaml.Unmarshal(src, &doc); err != nil {
			t.Fatal(err)
		}
		try := func() {
			text, err := yaml.Marshal(&doc)
			if err != nil {
				return
			}
			loads++
			_, faults := generator.Load("manifest.yaml", text)
			if len(faults) > 0 {
				refused++
			} else if loads%20 == 0 { // the others take their time, and differ little
				c, generated, err := generator.Generate("manifest.yaml", text)
				if err == nil {
					err = compiled(c, generated)
				}
				if err != nil {
					t.Fatalf("it is accepted, but %v\n%s", err, text)
				}
				built++
			}
			for _, f := range faults {
				if f.Pos.Line < 1 || f.Pos.Col < 1 || f.Message == "" {
					t.Fatalf("a fault without a place: %+v in\n%s", f, text)
				}
			}
		}
		place := i // so that each example meets each value somewhere
		var walk func(n *yaml.Node)
		walk = func(n *yaml.Node) {
			place++
			own := *n
			var other yaml.Node
			if err := yaml.Unmarshal([]byte(values[place%len(values)]), &other); err != nil {
				t.Fatal(err)
			}
			*n = *other.Content[0]
			try()
			*n = own
			for at := range own.Content {
				if own.Kind != yaml.MappingNode || at%2 == 1 {
					walk(own.Content[at])
				}
			}
		}
		walk(doc.Content[0])
	}
	t.Logf("%d manifests, %d of them refused, %d compiled", loads, refused, built)
	if refused < 1000 || loads-refused < 1000 || built < 100 {
		t.Errorf("%d manifests, %d of them refused: too few to mean something", loads, refused)
	}
}
