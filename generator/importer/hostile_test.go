// Documents in which something is not what it should be: each keeps its form as
// YAML, with one or a few values replaced by others of any kind.

package importer_test

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/importer"
)

// replacements are values that may stand anywhere in a hostile document.
var replacements = []string{
	"null", "true", "1", "-1.5e300", `""`, `"#"`, `"\u202e\0x"`, "[]", "{}", "[[], {}, null]", "{ $ref: '#/paths' }", "{ $ref: '#/' }", "{ $ref: '#' }",
	"{ $ref: '#/components/schemas/Event' }", "{ $ref: '#/components/schemas/Loop' }", "{ $ref: 'https://else.example/x.yaml' }", "{ $ref: ../../etc/passwd }",
	"{ allOf: [{ $ref: '#/components/schemas/Event' }, { $ref: '#/components/schemas/Loop' }] }", "{ type: [string, object, 'null'] }", "{ type: array }",
	"{ type: object, properties: { success: { type: array, items: { type: object } }, error: {} } }", "{ type: object, required: true }", "{ enum: [null, {}, 1, a, 1] }",
	"{ type: string, pattern: '[', minLength: -1, maxLength: 99999999999 }", "{ type: integer, minimum: .inf, maximum: .nan, default: 1e999 }", "{{x}}", "'{a}{b}{}'", "'~!@#$%^&*()'", "1990-01-01",
}

const loop = "\n    Loop: { allOf: [{ $ref: '#/components/schemas/Loop' }], properties: { a: { $ref: '#/components/schemas/Loop' } }, items: { $ref: '#/components/schemas/Loop' }, oneOf: [{ $ref: '#/components/schemas/Loop' }] }\n"

func TestHostileDocuments(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	paths, err := filepath.Glob("testdata/openapi/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal(err)
	}
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			if strings.HasPrefix(f.Name, "openapi.") && !strings.Contains(path, "error_") {
				for range rounds {
					hostile(t, random, strings.Replace(string(f.Data), "\n  schemas:\n", "\n  schemas:"+loop, 1))
				}
			}
		}
	}
}

func hostile(t *testing.T, random *rand.Rand, src string) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(src), &doc); err != nil {
		t.Fatal(err)
	}
	var all []*yaml.Node
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		all = append(all, n)
		for _, c := range n.Content {
			visit(c)
		}
	}
	visit(doc.Content[0])
	for range 1 + random.IntN(4) {
		var r yaml.Node
		if err := yaml.Unmarshal([]byte(replacements[random.IntN(len(replacements))]), &r); err != nil {
			t.Fatal(err)
		}
		*all[1+random.IntN(len(all)-1)] = *r.Content[0]
	}
	bad, err := yaml.Marshal(&doc)
	if err != nil {
		return // a key that YAML cannot write
	}
	began := time.Now()
	r, err := importer.OpenAPI("openapi.yaml", bad, importer.Options{})
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v:\n%s", took, bad)
	}
	if err != nil {
		if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "would have faults") {
			t.Errorf("the message is %q\n%s", err, bad)
		}
		return
	}
	if _, faults := generator.Load("manifest.yaml", r.Manifest); len(faults) > 0 {
		t.Errorf("the manifest has faults: %v\n%s", faults, r.Manifest)
	}
}
