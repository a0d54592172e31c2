// The language's schema is read twice: by editors, through schema.json, and by
// the structure check of this package. These tests hold the two together, and
// the schema to what authors are promised about it.

package manifest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"
)

func TestSchemaIsDraft7(t *testing.T) {
	if s := compile(t, ""); s.Draft != jsonschema.Draft7 {
		t.Errorf("the schema is of another draft: %v", s.Draft)
	}
}

// stricter are the faulty cases whose shape the schema would let through: what
// JSON cannot say, or what its validators do not look at. Every other manifest
// is accepted by both or refused by both.
var stricter = map[string]string{
	"value_kinds":         "values of YAML that are no values of JSON",
	"anchor":              "JSON has no anchors",
	"anchor_on_key":       "JSON has no anchors",
	"tag":                 "JSON has no tags",
	"tag_on_key":          "JSON has no tags",
	"duplicate_key":       "an object that has been read has each key once",
	"duplicate_action":    "an object that has been read has each key once",
	"duplicate_parameter": "an object that has been read has each key once",
	"name_action_long":    "the length of keys is not in the schema",
	"key_boolean":         "every key of JSON is a text",
	"key_number":          "every key of JSON is a text",
	"text_control":        "no pattern forbids characters that nobody sees",
	"text_invisible":      "no pattern forbids characters that nobody sees",
	"text_line_break":     "x-multiline is our own word",
	"text_spaces":         "minLength counts spaces",
	"text_date":           "JSON has no dates",
	"boolean_spelling":    "JSON has one spelling of true",
	"integer_spelling":    "numbers of JSON are compared by value",
}

// The structure check and a JSON Schema validator agree on the cases of
// testdata: on their shape, that is; what generator/manifest/check.go and the
// names of generator/model find, no schema can say.
func TestStructureAgreesWithSchema(t *testing.T) {
	schema, language, all := compile(t, ""), ReadLanguage().Root, cases(t)
	for name := range stricter {
		if all[name] == nil {
			t.Errorf("there is no case %s", name)
		}
	}
	for name, src := range all {
		t.Run(name, func(t *testing.T) {
			var doc yaml.Node
			if err := yaml.Unmarshal(src, &doc); err != nil || len(doc.Content) == 0 {
				t.Skip("not YAML")
			}
			faults := shapeFaults(doc.Content[0], language)
			err := schema.Validate(plain(doc.Content[0]))
			if reason, ok := stricter[name]; ok {
				if len(faults) == 0 || err != nil {
					t.Errorf("we should be stricter (%s): our faults are\n%v\nand the schema says %v", reason, faults, err)
				}
				return
			}
			if (len(faults) > 0) != (err != nil) {
				t.Errorf("our faults are\n%v\nbut the schema says %v", faults, err)
			}
		})
	}
}

// The same for faults that nobody thought of: each value of each good manifest
// is replaced by something else, each key is removed and others are added. The
// cases are the small ones that have all of the language between them.
func TestStructureAgreesOnMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of manifests in one goroutine; the run without -short tries them")
	}
	schema, language := compile(t, ""), ReadLanguage().Root
	values := []string{"~", "17", "-1", "100000000000", "1.5", "true", `""`, "x", "X-Y z", "https://a.example", "GET /x", "{a}", "all", "none",
		"[]", "[x]", "[17, {}]", "{}", "{ x: y }", "{ data: { object: data } }", strings.Repeat("x", 2001)}
	mutants, refused := 0, 0
	all := cases(t)
	for _, name := range []string{"auth", "connector_wide", "omit_and_pairs", "paging", "groups", "bodies", "success_and_repeats"} {
		root := node(t, string(all[name]))
		if faults := shapeFaults(root, language); len(faults) > 0 {
			t.Fatalf("%s: %v", name, faults)
		}
		try := func(what string) {
			mutants++
			faults, err := shapeFaults(root, language), schema.Validate(plain(root))
			if err != nil {
				refused++
			}
			if (len(faults) > 0) != (err != nil) {
				t.Errorf("%s, %s: our faults are\n%v\nbut the schema says %v", name, what, faults, err)
			}
		}
		walk(root, func(n *yaml.Node) {
			own := *n
			for _, v := range values {
				other := node(t, v)
				other.Line, other.Column = own.Line, own.Column
				*n = *other
				try(fmt.Sprintf("line %d: %.40q is %.40q", own.Line, own.Value, v))
			}
			*n = own
			if n.Kind != yaml.MappingNode {
				return
			}
			for i := 0; i < len(own.Content); i += 2 {
				n.Content = slices.Delete(slices.Clone(own.Content), i, i+2)
				try(fmt.Sprintf("line %d: without %q", own.Line, own.Content[i].Value))
			}
			for _, key := range []string{"zzz", "+zzz", "Zzz", "docs", "x.y", ""} {
				if child(&own, key) == nil {
					n.Content = append(slices.Clone(own.Content), node(t, strconv.Quote(key)), node(t, "{}"))
					try(fmt.Sprintf("line %d: with %q", own.Line, key))
				}
			}
			*n = own
		})
	}
	t.Logf("%d mutants, %d of them refused", mutants, refused)
	if accepted := mutants - refused; accepted < 1000 || refused < 1000 {
		t.Errorf("%d mutants accepted and %d refused: too few to mean something", accepted, refused)
	}
}

// Authors read the descriptions in their editor and in docs/manifest.md.
func TestEveryRuleIsDescribed(t *testing.T) {
	l := ReadLanguage()
	for _, d := range append(l.Defs, Key{"the manifest", l.Root}) {
		if d.Rule.Title == "" {
			t.Errorf("%s has no title", d.Name)
		}
		if len(d.Rule.Keys) > 0 && d.Rule.Description == "" {
			t.Errorf("%s has no description", d.Name)
		}
		for _, k := range d.Rule.Keys {
			if k.Rule.Description == "" {
				t.Errorf("%s of %s has no description", k.Name, d.Name)
			}
		}
	}
}

// A pattern is not a message: each has words of its own, for editors as
// patternErrorMessage and for this package as nameForm.
func TestEveryPatternHasWords(t *testing.T) {
	schemaNodes(t, func(pointer string, n *yaml.Node) {
		if p := child(n, "pattern"); p != nil && child(n, "patternErrorMessage") == nil {
			t.Errorf("%s has a pattern and no patternErrorMessage: %s", pointer, p.Value)
		}
	})
	words := map[string]string{
		`^[a-z][a-z0-9_]*$`:             "it with lower-case letters, digits and underscores, a letter first",
		`^[^.\s]+(\.[^.\s]+)*$`:         "a path of member names joined with dots: data.type",
		"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$": "the name of a header, such as Accept",
		`^[!-~]+$`:                      "visible ASCII characters without spaces",
		`^.+$`:                          "some text",
		`^[A-Za-z_@][A-Za-z0-9_@:-]*$`:  "the name of a member: letters, digits, _ @ : -",
	}
	l := ReadLanguage()
	named := append(slices.Clone(l.Defs), l.Root.Keys...)
	for _, d := range l.Defs {
		named = append(named, d.Rule.Keys...)
	}
	for _, k := range named {
		if len(k.Rule.Patterns) == 0 {
			continue
		}
		pattern := k.Rule.Patterns[0].Pattern.String()
		if want, ok := words[pattern]; !ok || nameForm(k.Rule) != want {
			t.Errorf("names in %s match %s, but authors are told to write %q", k.Name, pattern, nameForm(k.Rule))
		}
	}
}

// Examples and defaults are what they are examples of.
func TestExamplesFit(t *testing.T) {
	tried := 0
	schemaNodes(t, func(pointer string, n *yaml.Node) {
		var values []*yaml.Node
		if e := child(n, "examples"); e != nil {
			values = append(values, e.Content...)
		}
		if d := child(n, "default"); d != nil {
			values = append(values, d)
		}
		for _, v := range values {
			tried++
			if err := compile(t, pointer).Validate(plain(v)); err != nil {
				t.Errorf("%s: %v", pointer, err)
			}
		}
	})
	if tried < 40 {
		t.Errorf("only %d examples and defaults found", tried)
	}
	l := ReadLanguage()
	for _, d := range append(l.Defs, Key{"the manifest", l.Root}) {
		for _, k := range append(d.Rule.Keys, d) {
			for _, e := range k.Rule.Examples {
				if faults := shapeFaults(e, k.Rule); len(faults) > 0 {
					t.Errorf("%s of %s: %v", k.Name, d.Name, faults)
				}
			}
		}
	}
}

// compile compiles the schema, or the part of it at a JSON pointer.
func compile(t *testing.T, pointer string) *jsonschema.Schema {
	t.Helper()
	const url = "https://modulex.dev/connector/manifest.schema.json"
	c := jsonschema.NewCompiler()
	if err := c.AddResource(url, bytes.NewReader(Schema())); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(url + "#" + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func shapeFaults(n *yaml.Node, rule *Rule) Diagnostics {
	r := &Report{File: "manifest.yaml"}
	r.structure(n, rule, "the manifest", posOf(n))
	return r.Faults.Sorted()
}

// cases are the manifests of testdata and the one of this repository, by name.
func cases(t *testing.T) map[string][]byte {
	t.Helper()
	livestorm, err := os.ReadFile("../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{"livestorm": livestorm}
	paths, err := filepath.Glob("../../testdata/manifests/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		c, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(path), ".txtar")] = c.Files[0].Data
	}
	return out
}

// schemaNodes calls f for each schema inside schema.json, with its JSON pointer.
func schemaNodes(t *testing.T, f func(pointer string, n *yaml.Node)) {
	var visit func(pointer string, n *yaml.Node)
	visit = func(pointer string, n *yaml.Node) {
		f(pointer, n)
		for _, key := range []string{"properties", "patternProperties", "$defs"} {
			members(child(n, key), func(k, v *yaml.Node) {
				visit(pointer+"/"+key+"/"+strings.NewReplacer("~", "~0", "/", "~1", "%", "%25", "^", "%5E", "`", "%60", "|", "%7C", "#", "%23").Replace(k.Value), v)
			})
		}
		if items := child(n, "items"); items != nil {
			visit(pointer+"/items", items)
		}
		if anyOf := child(n, "anyOf"); anyOf != nil {
			for i, v := range anyOf.Content {
				visit(fmt.Sprintf("%s/anyOf/%d", pointer, i), v)
			}
		}
	}
	visit("", node(t, string(Schema())))
}

func node(t *testing.T, src string) *yaml.Node {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(src), &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Content[0]
}

// walk calls f for a node and all values below it, not for keys.
func walk(n *yaml.Node, f func(*yaml.Node)) {
	f(n)
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			walk(c, f)
		}
	}
}

// plain is a node as a JSON Schema validator gets it: what JSON has no form for
// is dropped, aliases are written out, dates are text.
func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		out := make(map[string]any)
		members(n, func(k, v *yaml.Node) { out[k.Value] = plain(v) })
		return out
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, c := range n.Content {
			out[i] = plain(c)
		}
		return out
	case yaml.AliasNode:
		return plain(n.Alias)
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool", "!!int", "!!float":
		var v any
		if err := n.Decode(&v); err != nil {
			return n.Value
		}
		if u, ok := v.(uint64); ok {
			return float64(u)
		}
		return v
	}
	return n.Value
}
