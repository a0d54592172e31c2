// The schemas of an action, in the host's form: what pydantic writes for the
// Python integrations, keys sorted except inside properties.

package model

import (
	"encoding/json"
	"slices"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/table"
)

// inputSchema describes the input object of an action.
func inputSchema(a *Action) Object {
	properties, required := Object{}, []string{}
	for _, p := range a.Params {
		properties = append(properties, Member{p.Name, paramSchema(p.Param)})
		if p.Required {
			required = append(required, p.Name)
		}
	}
	s := Object{{"additionalProperties", false}, {"properties", properties}}
	if len(required) > 0 {
		s = append(s, Member{"required", required})
	}
	return append(s, Member{"title", camel(a.Name) + "Input"}, Member{"type", "object"})
}

func paramSchema(p *table.Param) Object {
	s := Object{{"description", p.Description}, {"title", titled(p.Name)}}
	if p.Type != "any" {
		s = append(s, Member{"type", string(p.Type)})
	}
	switch p.Type {
	case "object":
		s = append(s, Member{"additionalProperties", true})
	case "array":
		s = append(s, Member{"items", itemSchema(p.Items)})
	}
	if d := p.Default + p.APIDefault; d != "" {
		s = append(s, Member{"default", json.RawMessage(d)})
	}
	s = append(s, bounds(p)...)
	slices.SortFunc(s, func(a, b Member) int { return compare(a.Name, b.Name) })
	return s
}

// bounds are the checks that a schema can say. What is changed before it is
// checked may look otherwise in the input.
func bounds(p *table.Param) (s Object) {
	c := p.Check
	if c == nil || p.Parse != "" {
		return nil
	}
	changed := p.Change != nil
	if c.Enum != nil && !changed && p.Type != "array" {
		s = append(s, Member{"enum", enumValues(p.Type, c.Enum)})
	}
	if c.Pattern != "" && !changed {
		s = append(s, Member{"pattern", c.Pattern})
	}
	if c.Min.Set && !changed {
		s = append(s, Member{"minimum", c.Min.Value})
	}
	if c.Max.Set && !changed {
		s = append(s, Member{"maximum", c.Max.Value})
	}
	names := map[table.Type][2]string{"string": {"minLength", "maxLength"}, "array": {"minItems", "maxItems"}}[p.Type]
	if c.MinLength > 0 && !changed && names[0] != "" {
		s = append(s, Member{names[0], c.MinLength})
	}
	if c.MaxLength > 0 && !changed && names[1] != "" {
		s = append(s, Member{names[1], c.MaxLength})
	}
	return s
}

func enumValues(t table.Type, texts []string) (out []any) {
	for _, text := range texts {
		if t == "string" || t == "any" {
			out = append(out, text)
		} else {
			out = append(out, json.RawMessage(text))
		}
	}
	return out
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func itemSchema(t table.Type) Object {
	switch t {
	case "object":
		return Object{{"additionalProperties", true}, {"type", "object"}}
	case "", "any", "array":
		return Object{}
	}
	return Object{{"type", string(t)}}
}

// outputSchema describes the envelope of an action.
func (b *builder) outputSchema(a *Action, v *manifest.Action) Object {
	properties := Object{
		{"success", Object{{"title", "Success"}, {"type", "boolean"}}},
		{"error", nullable(Object{{"type", "string"}}, "Error")},
	}
	defs := definitions{builder: b}
	switch a.Kind {
	case KindObject:
		properties = append(properties, Member{a.Op.Result.Field, nullable(itemSchema("object"), titled(a.Op.Result.Field))})
	case KindList:
		properties = append(properties, Member{a.Op.Result.Field, Object{{"items", itemSchema("object")}, {"title", titled(a.Op.Result.Field)}, {"type", "array"}}})
	case KindFields:
		for i, o := range a.Op.Outputs {
			properties = append(properties, Member{o.Field, described(defs.output(o), v.Returns.Fields[i].Value.Description.Value)})
		}
	}
	s := Object{}
	if len(defs.list) > 0 {
		s = append(s, Member{"$defs", defs.sorted()})
	}
	return append(s, Object{
		{"additionalProperties", false},
		{"properties", properties},
		{"required", []string{"success"}},
		{"title", camel(a.Name) + "Output"},
		{"type", "object"},
	}...)
}

func nullable(s Object, title string) Object {
	return Object{{"anyOf", []Object{s, {{"type", "null"}}}}, {"default", nil}, {"title", title}}
}

// orNull allows null beside what a schema allows.
func orNull(s Object) Object {
	if len(s) == 0 {
		return s
	}
	return Object{{"anyOf", []Object{s, {{"type", "null"}}}}}
}

// described adds a description at its place among sorted keys.
func described(s Object, description string) Object {
	if description == "" {
		return s
	}
	at := 0
	for at < len(s) && s[at].Name < "description" {
		at++
	}
	return slices.Insert(slices.Clone(s), at, Member{"description", description})
}

// definitions are the projected types that a schema refers to.
type definitions struct {
	*builder
	list Object
}

func (d *definitions) sorted() Object {
	slices.SortFunc(d.list, func(a, b Member) int { return compare(a.Name, b.Name) })
	return d.list
}

// output is the schema of one field of an envelope.
func (d *definitions) output(o table.Output) Object {
	title := titled(o.Field)
	switch o.Type {
	case "array":
		items := itemSchema(o.Items)
		if o.Project != nil {
			items = d.ref(o.Project)
		}
		if o.Default == "null" {
			return nullable(Object{{"items", items}, {"type", "array"}}, title)
		}
		return Object{{"items", items}, {"title", title}, {"type", "array"}}
	case "object":
		if o.Project != nil {
			return Object{{"anyOf", []Object{d.ref(o.Project), {{"type", "null"}}}}, {"default", nil}}
		}
		return nullable(itemSchema("object"), title)
	case "any", "":
		return Object{{"default", nil}, {"title", title}}
	}
	return nullable(Object{{"type", string(o.Type)}}, title)
}

// ref refers to a projected type and defines it.
func (d *definitions) ref(s *table.Shape) Object {
	t := d.types[s.Name]
	if d.list.Get(t.Title) == nil {
		d.list = append(d.list, Member{t.Title, Object{}}) // its place, while its fields are made
		at := len(d.list) - 1
		d.list[at].Value = d.definition(t)
	}
	return Object{{"$ref", "#/$defs/" + t.Title}}
}

func (d *definitions) definition(t *Type) Object {
	properties := Object{}
	for i, f := range t.Shape.Fields {
		properties = append(properties, Member{f.Name, described(d.field(f), t.Fields[i].Description)})
	}
	s := Object{{"additionalProperties", false}}
	if t.Description != "" {
		s = append(s, Member{"description", t.Description})
	}
	return append(s, Member{"properties", properties}, Member{"title", t.Title}, Member{"type", "object"})
}

// field is the schema of a projected member: null when it is absent, unless it
// has a default.
func (d *definitions) field(f table.ShapeField) Object {
	title := titled(f.Name)
	element := func(t table.Type) Object {
		if f.Shape != nil {
			return d.ref(f.Shape)
		}
		return itemSchema(t)
	}
	var s Object
	switch {
	case f.Map:
		s = Object{{"additionalProperties", orNull(element(f.Items))}, {"type", "object"}}
	case f.Type == "array":
		s = Object{{"items", element(f.Items)}, {"type", "array"}}
	case f.Type == "any":
		return Object{{"default", nil}, {"title", title}}
	case f.Type == "object":
		s = element("object")
	default:
		s = Object{{"type", string(f.Type)}}
	}
	if f.Default != "" && f.Default != "null" {
		s = append(slices.Clone(s), Member{"title", title})
		if f.Type != "array" && f.Type != "object" {
			s = append(s, Member{"default", json.RawMessage(f.Default)})
		}
		slices.SortFunc(s, func(a, b Member) int { return compare(a.Name, b.Name) })
		return s
	}
	if f.Shape != nil && !f.Map && f.Type == "object" {
		return Object{{"anyOf", []Object{s, {{"type", "null"}}}}, {"default", nil}}
	}
	return nullable(s, title)
}
