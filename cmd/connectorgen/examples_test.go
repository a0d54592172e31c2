// The examples of the language (generator/export/examples): each is clean, does
// on the wire what its cases say, compiles, and together they use every key.

package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/export"
	"modulex.dev/connector/generator/format"
	"modulex.dev/connector/generator/manifest"
)

// connectors are the manifests of this repository that are no examples.
var connectors = []string{"../../manifest.yaml", "../../examples/luma/manifest.yaml", "../../examples/ahrefs/manifest.yaml", "../../examples/amplitude/manifest.yaml"}

func TestExamples(t *testing.T) {
	sections := []string{"the manifest"}
	for _, d := range manifest.ReadLanguage().Defs {
		sections = append(sections, d.Rule.Title)
	}
	for _, e := range export.Examples() {
		t.Run(e.Name, func(t *testing.T) {
			file := e.Name + ".yaml"
			if !slices.Contains(sections, e.Section) || e.Title == "" || e.Why == "" {
				t.Errorf("the example begins with no `# SECTION: TITLE` and the reason for it: %q, %q, %q", e.Section, e.Title, e.Why)
			}
			for _, advice := range manifest.Advice(file, e.Source) {
				if advice.Rule != "action-docs" { // an API of examples has none
					t.Error(advice)
				}
			}
			if laidOut, err := format.Source(e.Source); err != nil || string(laidOut) != string(e.Source) {
				t.Errorf("the example is not laid out; run `connectorgen fmt` (%v)", err)
			}
			report, err := runCases(t.Context(), file, e.Source, "")
			if err != nil {
				t.Fatal(err)
			}
			if report.Total == 0 && e.Go == nil {
				t.Error("the example has no case")
			}
			for _, a := range report.Actions {
				if len(a.Cases) == 0 && e.Go == nil {
					t.Errorf("%s has no case", a.Name)
				}
				for _, c := range a.Cases {
					if len(c.Faults) > 0 {
						t.Errorf("%s:%d: %s, %s\n\t%s", file, c.Line, a.Name, c.Name, strings.Join(c.Faults, "\n\t"))
					}
				}
			}
		})
	}
}

// What is generated of the examples compiles, passes vet, and does what the
// cases say too.
func TestExamplesGenerated(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling takes seconds")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	module := t.TempDir()
	put := func(name string, content []byte) {
		t.Helper()
		path := filepath.Join(module, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("go.mod", fmt.Appendf(nil, "module example.com/examples\n\ngo 1.26.0\n\nrequire modulex.dev/connector v0.0.0\n\nreplace modulex.dev/connector => %s\n", root))
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	put("go.sum", sums)
	var imports, runs strings.Builder
	for _, e := range export.Examples() {
		_, files, err := generator.Generate(e.Name+".yaml", e.Source)
		if err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		for _, f := range files {
			put(e.Name+"/"+f.Name, f.Content)
		}
		if e.Go != nil {
			put(e.Name+"/hand.go", e.Go)
			continue
		}
		put(e.Name+".yaml", e.Source)
		fmt.Fprintf(&imports, "\t%s %q\n", e.Name, "example.com/examples/"+e.Name)
		fmt.Fprintf(&runs, "\tcasetest.Run(t, %q, &%s.Table)\n", e.Name+".yaml", e.Name)
	}
	put("examples_test.go", []byte("package examples\n\nimport (\n\t\"testing\"\n\n"+imports.String()+
		"\t\"modulex.dev/connector/cmd/connectorgen/casetest\"\n)\n\nfunc TestCases(t *testing.T) {\n"+runs.String()+"}\n"))
	for _, args := range [][]string{{"vet", "./..."}, {"test", "."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir, cmd.Env = module, append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// excused are the words of the language that neither an example nor a connector
// needs to show, each with a reason.
var excused = map[string]string{
	"auth_scheme.type: modulex_key": "the host's own keys; it differs from api_key in its name alone",
	"defaults.omit: null":           "what holds without defaults",
	"defaults.omit: empty":          "as of a parameter",
	"defaults.success: 2xx":         "as of an action",
	"parameter.omit: falsy":         "as of defaults",
	"paging.in: query":              "what holds without it",
	"body.format: json":             "what holds without it",
	"body.nested: brackets":         "what holds without it",
	"parameter.in: path":            "parameters that the path names need not say it",
	"step.success: 2xx":             "as of an action",
	"parameter.items: number":       "as integer",
	"parameter.send_as: number":     "as integer",
	"parameter.send_as: boolean":    "as integer",
	"output.items: number":          "as integer",
	"output.items: boolean":         "as integer",
}

// Every key of the language, and every word that may stand as a value, is used by
// an example or by a connector.
func TestExamplesUseTheWholeLanguage(t *testing.T) {
	language := manifest.ReadLanguage()
	used := usage{}
	var sources [][]byte
	for _, e := range export.Examples() {
		sources = append(sources, e.Source)
	}
	for _, file := range connectors {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, src)
	}
	for _, src := range sources {
		var doc yaml.Node
		if err := yaml.Unmarshal(src, &doc); err != nil {
			t.Fatal(err)
		}
		used.note(doc.Content[0], language.Root, "manifest")
	}
	var unused []string
	for _, d := range append(slices.Clone(language.Defs), manifest.Key{Name: "manifest", Rule: language.Root}) {
		for _, word := range words(d.Name, d.Rule) {
			if !used[word] && excused[word] == "" {
				unused = append(unused, word)
			}
		}
	}
	if len(unused) > 0 {
		t.Errorf("no example uses\n\t%s", strings.Join(unused, "\n\t"))
	}
	for _, word := range slices.Sorted(maps.Keys(excused)) {
		if used[word] {
			t.Errorf("%s is used, and needs no excuse", word)
		}
	}
}

// words are the keys of a mapping of the language, and the words that may stand
// as their values.
func words(name string, r *manifest.Rule) (out []string) {
	for _, k := range r.Keys {
		out = append(out, name+"."+k.Name)
		for _, alternative := range append([]*manifest.Rule{k.Rule}, k.Rule.AnyOf...) {
			for _, word := range alternative.Enum {
				out = append(out, name+"."+k.Name+": "+word)
			}
		}
	}
	return out
}

// usage notes which words manifests use.
type usage map[string]bool

// note goes through a node. at is the name of the mapping that it is, or of the
// key that it is the value of.
func (u usage) note(n *yaml.Node, r *manifest.Rule, at string) {
	for _, alternative := range r.AnyOf {
		u.note(n, alternative, at)
	}
	switch {
	case n.Kind == yaml.SequenceNode && r.Items != nil:
		for _, e := range n.Content {
			u.note(e, r.Items, at)
		}
	case n.Kind == yaml.ScalarNode:
		u[at+": "+n.Value] = true
	case n.Kind == yaml.MappingNode:
		if r.Ref != "" {
			at = r.Ref
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			u.member(n.Content[i].Value, n.Content[i+1], r, at)
		}
	}
}

func (u usage) member(key string, value *yaml.Node, r *manifest.Rule, at string) {
	for _, k := range r.Keys {
		if k.Name == key {
			u[at+"."+key] = true
			u.note(value, k.Rule, at+"."+key)
			return
		}
	}
	for _, p := range r.Patterns {
		if p.Pattern.MatchString(key) {
			u.note(value, p.Rule, at+"."+key)
			return
		}
	}
}
