// Holes in texts, jq programs and patterns: what stands inside the values of a
// manifest.

package manifest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/itchyny/gojq"
	"gopkg.in/yaml.v3"
)

// Hole matches a hole in a text: {name}, {auth.field}, {$uuid}.
var Hole = regexp.MustCompile(`\{(\$?[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)\}`)

// madeHoles are filled in by the runtime itself.
var madeHoles = []string{"$uuid", "$now", "$unix", "$idempotency_key"}

// holes wants every hole of a text to be known.
func (r *Report) holes(t Text, known []string) {
	for _, m := range Hole.FindAllStringSubmatchIndex(t.Value, -1) {
		if name := t.Value[m[2]:m[3]]; !slices.Contains(known, name) {
			r.Add(r.inside(t, m[2]), DidYouMean(name, known), "there is nothing called %s to fill in", quote(name))
		}
	}
}

// valueHoles is holes for every text of a value.
func (r *Report) valueHoles(v Value, known []string) {
	if v.Node == nil {
		return
	}
	switch v.Node.Kind {
	case yaml.ScalarNode:
		if v.Node.Tag == "!!str" {
			var t Text
			t.decode(v.Node)
			r.holes(t, known)
		}
	case yaml.MappingNode:
		members(v.Node, func(_, value *yaml.Node) { r.valueHoles(Value{value}, known) })
	case yaml.SequenceNode:
		for _, e := range v.Node.Content {
			r.valueHoles(Value{e}, known)
		}
	}
}

// eachHoles is valueHoles for the template of an element, where {item} is the
// element and {item.x} a member of it.
func (r *Report) eachHoles(v Value, known []string) {
	names := append(slices.Clone(known), "item")
	for _, m := range Hole.FindAllStringSubmatch(v.text(), -1) {
		if strings.HasPrefix(m[1], "item.") {
			names = append(names, m[1])
		}
	}
	r.valueHoles(v, names)
}

// text is all the texts of a value, one after the other.
func (v Value) text() string {
	if v.Node == nil {
		return ""
	}
	out := v.Node.Value
	for _, c := range v.Node.Content {
		out += " " + Value{c}.text()
	}
	return out
}

// credentialHoles are the holes for the fields of some schemes, of all when
// names is nil.
func (r *Report) credentialHoles(m *Manifest, names []string) (out []string) {
	for _, s := range m.Auth {
		if names != nil && !slices.Contains(names, s.Name.Value) {
			continue
		}
		for _, f := range s.Value.Fields {
			out = append(out, "auth."+f.Name.Value)
		}
		if s.Value.Token != nil {
			out = append(out, "auth.access_token")
		}
	}
	return append(out, madeHoles...)
}

// program wants a jq program that compiles.
func (r *Report) program(t Text) {
	if !t.Given() {
		return
	}
	q, err := gojq.Parse(t.Value)
	if err == nil {
		_, err = gojq.Compile(q, gojq.WithVariables([]string{"$headers", "$input", "$status"}))
	}
	if err == nil {
		return
	}
	at := t.Pos
	if p, ok := err.(*gojq.ParseError); ok {
		at = r.inside(t, min(max(p.Offset-len(p.Token), 0), len(t.Value)))
	}
	r.Add(at, "see https://jqlang.org/manual", "this is not a jq program: %s", clip(strings.ReplaceAll(err.Error(), "\n", " ")))
}

// expression wants a regular expression that compiles.
func (r *Report) expression(t Text) {
	if !t.Given() {
		return
	}
	if _, err := regexp.Compile(t.Value); err != nil {
		r.Add(t.Pos, "see https://pkg.go.dev/regexp/syntax", "this is not a regular expression: %s", clip(strings.TrimPrefix(err.Error(), "error parsing regexp: ")))
	}
}
