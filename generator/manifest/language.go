// The language's JSON Schema, read into rules that structure.go holds a
// manifest against. The schema is the one source of the vocabulary: editors,
// the reference page and this check all read schema.json.

package manifest

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed schema.json
var schemaJSON []byte

// Schema returns the JSON Schema of the manifest language.
func Schema() []byte { return schemaJSON }

// Rule is one node of the language's schema.
type Rule struct {
	Title, Description, Hint string
	Type                     string
	Keys                     []Key
	Patterns                 []PatternKey
	Required                 []string
	Items                    *Rule
	AnyOf                    []*Rule
	Enum                     []string
	Pattern                  *regexp.Regexp
	Const, Default           string // as JSON; "" when there is none
	Examples                 []*yaml.Node
	Multiline                bool
	Any                      bool // any JSON value; with Scalar any text, number or boolean
	Scalar                   bool
	Min, Max                 *int // of a number, a text's length, or a count of members or elements
	Ref                      string
}

// Key is a named member of a mapping.
type Key struct {
	Name string
	Rule *Rule
}

// PatternKey is the rule for every member whose name matches.
type PatternKey struct {
	Pattern *regexp.Regexp
	Rule    *Rule
}

// Language is the schema, read.
type Language struct {
	Root *Rule
	Defs []Key // in the order of the schema
}

// ReadLanguage returns the embedded schema, read once.
var ReadLanguage = sync.OnceValue(readLanguage)

// readLanguage reads the schema. JSON is YAML, and the YAML reader keeps the
// order of keys.
func readLanguage() *Language {
	var doc yaml.Node
	if err := yaml.Unmarshal(schemaJSON, &doc); err != nil {
		panic("the embedded schema cannot be read: " + err.Error()) // a test reads it
	}
	root := doc.Content[0]
	defs := make(map[string]*Rule)
	l := &Language{}
	members(child(root, "$defs"), func(k, v *yaml.Node) {
		defs[k.Value] = &Rule{} // filled below: definitions refer to each other
		l.Defs = append(l.Defs, Key{k.Value, defs[k.Value]})
	})
	members(child(root, "$defs"), func(k, v *yaml.Node) { *defs[k.Value] = *readRule(v, defs) })
	l.Root = readRule(root, defs)
	for _, r := range append(l.Defs, Key{Rule: l.Root}) {
		resolve(r.Rule, defs)
	}
	return l
}

func readRule(n *yaml.Node, defs map[string]*Rule) *Rule {
	r := &Rule{}
	members(n, func(k, v *yaml.Node) {
		switch k.Value {
		case "title":
			r.Title = v.Value
		case "description":
			r.Description = v.Value
		case "patternErrorMessage":
			r.Hint = v.Value
		case "type":
			r.Type, r.Scalar = v.Value, v.Kind == yaml.SequenceNode
		case "properties":
			members(v, func(k, v *yaml.Node) { r.Keys = append(r.Keys, Key{k.Value, readRule(v, defs)}) })
		case "patternProperties":
			members(v, func(k, v *yaml.Node) {
				r.Patterns = append(r.Patterns, PatternKey{regexp.MustCompile(k.Value), readRule(v, defs)})
			})
		case "required":
			r.Required = texts(v)
		case "items":
			r.Items = readRule(v, defs)
		case "anyOf":
			for _, alternative := range v.Content {
				r.AnyOf = append(r.AnyOf, readRule(alternative, defs))
			}
		case "enum":
			r.Enum = texts(v)
		case "const":
			r.Const = v.Value
		case "default":
			r.Default = v.Value
		case "examples":
			r.Examples = v.Content
		case "pattern":
			r.Pattern = regexp.MustCompile(v.Value)
		case "x-any":
			r.Any = v.Value == "true"
		case "x-multiline":
			r.Multiline = v.Value == "true"
		case "minimum", "minLength", "minItems", "minProperties":
			r.Min = number(v)
		case "maximum", "maxLength", "maxItems", "maxProperties":
			r.Max = number(v)
		case "$ref":
			r.Ref = strings.TrimPrefix(v.Value, "#/$defs/")
		}
	})
	return r
}

// resolve gives every rule that refers to a definition what the definition
// says, keeping its own description, default and examples.
func resolve(r *Rule, defs map[string]*Rule) {
	if r == nil {
		return
	}
	if d := defs[r.Ref]; d != nil {
		own := *r
		*r = *d
		if own.Description != "" {
			r.Description = own.Description
		}
		if own.Default != "" {
			r.Default = own.Default
		}
		if own.Examples != nil {
			r.Examples = own.Examples
		}
		r.Ref = own.Ref
		return // the definition is resolved by itself
	}
	for _, k := range r.Keys {
		resolve(k.Rule, defs)
	}
	for _, p := range r.Patterns {
		resolve(p.Rule, defs)
	}
	for _, a := range r.AnyOf {
		resolve(a, defs)
	}
	resolve(r.Items, defs)
}

// key returns the rule for a member of a mapping, or nil.
func (r *Rule) key(name string) *Rule {
	for _, k := range r.Keys {
		if k.Name == name {
			return k.Rule
		}
	}
	for _, p := range r.Patterns {
		if p.Pattern.MatchString(name) {
			return p.Rule
		}
	}
	return nil
}

// names are the named members of a mapping.
func (r *Rule) names() []string {
	out := make([]string, len(r.Keys))
	for i, k := range r.Keys {
		out[i] = k.Name
	}
	return out
}

// members calls f for each key and value of a mapping.
func members(n *yaml.Node, f func(key, value *yaml.Node)) {
	if n == nil || n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		f(n.Content[i], n.Content[i+1])
	}
}

// child returns the value of a mapping's key, or nil.
func child(n *yaml.Node, key string) (found *yaml.Node) {
	members(n, func(k, v *yaml.Node) {
		if k.Value == key && found == nil {
			found = v
		}
	})
	return found
}

func texts(n *yaml.Node) (out []string) {
	for _, c := range n.Content {
		out = append(out, c.Value)
	}
	return out
}

func number(n *yaml.Node) *int {
	var i int
	if _, err := fmt.Sscan(n.Value, &i); err != nil {
		panic("the embedded schema has a bad number: " + n.Value)
	}
	return &i
}
