// From YAML nodes to the types of manifest.go, by their tags. The shape has
// been checked before: what does not fit has been reported and is left out here.
// A type whose form is not simply a mapping says below how it is read.

package manifest

import (
	"reflect"
	"strconv"
	"sync"

	"gopkg.in/yaml.v3"
)

func decode(file string, n *yaml.Node) *Manifest {
	m := &Manifest{File: file}
	fill(reflect.ValueOf(m).Elem(), n)
	for _, a := range m.Actions {
		a.Value.Name = a.Name
	}
	for _, g := range m.Groups {
		for _, p := range g.Value {
			p.Value.Name = p.Name
		}
	}
	return m
}

// decoder is a type that is not simply a mapping.
type decoder interface{ decode(n *yaml.Node) }

var decoderType = reflect.TypeFor[decoder]()

// fill reads a node into a value of the manifest.
func fill(v reflect.Value, n *yaml.Node) {
	if n == nil || n.Kind == yaml.AliasNode {
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
		return
	}
	if reflect.PointerTo(v.Type()).Implements(decoderType) {
		v.Addr().Interface().(decoder).decode(n)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		fillStruct(v, n)
	case reflect.Slice:
		fillSlice(v, n)
	}
}

// fillStruct reads a mapping into the fields that its keys name.
func fillStruct(v reflect.Value, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return
	}
	fields := fieldsOf(v.Type())
	if fields.pos >= 0 {
		v.Field(fields.pos).Set(reflect.ValueOf(posOf(n)))
	}
	unique(n, func(k, value *yaml.Node) {
		if i, ok := fields.byKey[k.Value]; ok {
			fill(v.Field(i), value)
		}
	})
}

// fillSlice reads a list, or a mapping whose keys are names. A single value
// stands for a list of one.
func fillSlice(v reflect.Value, n *yaml.Node) {
	element := v.Type().Elem()
	add := func(set func(e reflect.Value)) {
		e := reflect.New(element).Elem()
		set(e)
		v.Set(reflect.Append(v, e))
	}
	named := element.Kind() == reflect.Struct && element.NumField() == 2 && element.Field(0).Name == "Name" && element.Field(1).Name == "Value"
	switch {
	case named && n.Kind == yaml.MappingNode:
		v.Set(reflect.MakeSlice(v.Type(), 0, len(n.Content)/2))
		unique(n, func(k, value *yaml.Node) {
			add(func(e reflect.Value) {
				fill(e.Field(0), k)
				fill(e.Field(1), value)
			})
		})
	case element == reflect.TypeFor[Entry]():
		unique(n, func(k, value *yaml.Node) {
			add(func(e reflect.Value) { e.Set(reflect.ValueOf(entry(k, value))) })
		})
	case named:
	case n.Kind == yaml.SequenceNode:
		v.Set(reflect.MakeSlice(v.Type(), 0, len(n.Content)))
		for _, c := range n.Content {
			add(func(e reflect.Value) { fill(e, c) })
		}
	case n.Tag != "!!null":
		add(func(e reflect.Value) { fill(e, n) })
	}
}

// keys are the fields of a struct by the keys of their tags.
type keys struct {
	byKey map[string]int
	pos   int // the field Pos, or -1
}

var keyCache sync.Map // of reflect.Type to keys

func fieldsOf(t reflect.Type) keys {
	if k, ok := keyCache.Load(t); ok {
		return k.(keys)
	}
	k := keys{byKey: make(map[string]int), pos: -1}
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("key"); key != "" {
			k.byKey[key] = i
		} else if t.Field(i).Name == "Pos" {
			k.pos = i
		}
	}
	keyCache.Store(t, k)
	return k
}

// unique is members without keys that have been reported: those that are no
// text, and repeated ones.
func unique(n *yaml.Node, f func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		return
	}
	var seen keyNodes
	members(n, func(k, v *yaml.Node) {
		if k.Kind == yaml.ScalarNode && k.Tag == "!!str" && seen.named(k.Value) == nil {
			seen.add(k)
			f(k, v)
		}
	})
}

func (t *Text) decode(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		*t = Text{Value: n.Value, Pos: posOf(n), Style: uint32(n.Style)}
	}
}

func (i *Int) decode(n *yaml.Node) {
	if value, err := strconv.Atoi(n.Value); err == nil {
		*i = Int{value, posOf(n)}
	}
}

func (f *Number) decode(n *yaml.Node) {
	if value, err := strconv.ParseFloat(n.Value, 64); err == nil {
		*f = Number{value, posOf(n)}
	}
}

func (f *Flag) decode(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		*f = Flag{n.Value == "true", posOf(n)}
	}
}

func (v *Value) decode(n *yaml.Node) { v.Node = n }

func (s *Success) decode(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		s.Any.decode(n)
		return
	}
	fill(reflect.ValueOf(&s.Statuses).Elem(), n)
}

func (b *BodyUse) decode(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		b.Name.decode(n)
		return
	}
	fill(reflect.ValueOf(&b.Inline).Elem(), n)
}

func (r *Returns) decode(n *yaml.Node) {
	if r.None = n.Kind == yaml.ScalarNode; !r.None {
		fill(reflect.ValueOf(&r.Fields).Elem(), n)
	}
}

func (e *Encode) decode(n *yaml.Node) {
	e.Pos = posOf(n)
	if n.Kind == yaml.ScalarNode {
		e.As.decode(n)
		return
	}
	fillStruct(reflect.ValueOf(e).Elem(), n)
}

func (f *Field) decode(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		f.Type.decode(n)
		return
	}
	fillStruct(reflect.ValueOf(f).Elem(), n)
}

func (c *Capture) decode(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		c.Path = make([]Text, 1)
		c.Path[0].decode(n)
		return
	}
	fillStruct(reflect.ValueOf(c).Elem(), n)
}

// entry is a parameter, or `+group` with what the action changes in it.
func entry(k, v *yaml.Node) Entry {
	var name Text
	name.decode(k)
	if len(name.Value) == 0 || name.Value[0] != '+' {
		p := &Parameter{}
		fill(reflect.ValueOf(p).Elem(), v)
		p.Name = name
		return Entry{Parameter: p}
	}
	g := &GroupUse{Name: Text{Value: name.Value[1:], Pos: name.Pos}}
	required := child(v, "required")
	g.All = required != nil && required.Kind == yaml.ScalarNode
	if !g.All && required != nil {
		fill(reflect.ValueOf(&g.Required).Elem(), required)
	}
	return Entry{Group: g}
}
