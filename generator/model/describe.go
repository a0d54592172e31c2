// Types as JSON Schema: what answers look like, as far as is known. Unlike the
// output schema of an action this promises nothing: an answer may differ, and
// then it is reported as drift.

package model

import (
	"slices"

	"modulex.dev/connector/generator/table"
)

// ResultSchema describes the object of an action's result, or an element of its
// list, by its type; nil when it has none.
func (c *Connector) ResultSchema(a *Action) Object {
	s := a.Op.Result.Shape
	for _, o := range a.Op.Outputs {
		if s == nil {
			s = o.Shape
		}
	}
	if s == nil {
		return nil
	}
	d := describer{types: c.Types}
	root := d.ref(s)
	slices.SortFunc(d.defs, func(a, b Member) int { return compare(a.Name, b.Name) })
	return append(Object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"$defs", d.defs}}, root...)
}

// describer collects the types that a description refers to.
type describer struct {
	types []*Type
	defs  Object
}

func (d *describer) ref(s *table.Shape) Object {
	i := slices.IndexFunc(d.types, func(t *Type) bool { return t.Shape == s })
	t := d.types[i]
	if d.defs.Get(t.Title) == nil {
		d.defs = append(d.defs, Member{t.Title, Object{}}) // its place, while its fields are made
		at := len(d.defs) - 1
		d.defs[at].Value = d.object(t)
	}
	return Object{{"$ref", "#/$defs/" + t.Title}}
}

func (d *describer) object(t *Type) Object {
	properties, required := Object{}, []string{}
	for i, f := range t.Shape.Fields {
		properties = append(properties, Member{f.Name, described(d.field(f), t.Fields[i].Description)})
		if !f.Optional {
			required = append(required, f.Name)
		}
	}
	s := Object{{"additionalProperties", true}}
	if t.Description != "" {
		s = append(s, Member{"description", t.Description})
	}
	s = append(s, Member{"properties", properties})
	if len(required) > 0 {
		s = append(s, Member{"required", required})
	}
	return append(s, Member{"title", t.Title}, Member{"type", "object"})
}

func (d *describer) field(f table.ShapeField) Object {
	element := func(t table.Type) Object {
		if f.Shape != nil {
			return d.ref(f.Shape)
		}
		return itemSchema(t)
	}
	var s Object
	switch {
	case f.Map:
		s = Object{{"additionalProperties", element(f.Items)}, {"type", "object"}}
	case f.Type == "array":
		s = Object{{"items", element(f.Items)}, {"type", "array"}}
	default:
		s = element(f.Type)
	}
	if f.Enum != nil {
		s = append(Object{{"examples", f.Enum}}, s...) // known values; others may come
	}
	if f.Nullable && len(s) > 0 {
		return Object{{"anyOf", []Object{s, {{"type", "null"}}}}}
	}
	return s
}
