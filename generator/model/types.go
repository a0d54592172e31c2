// Types of the manifest: the shape that answers are read by, and the struct
// that they become in Go.

package model

import (
	"go/token"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/table"
)

// declareTypes makes all types first, so that they may refer to each other, and
// then their fields.
func (b *builder) declareTypes() {
	for _, t := range b.m.Types {
		name := exported(t.Name.Value)
		if title := t.Value.Title.Value; token.IsIdentifier(title) && token.IsExported(title) {
			name = title
		}
		out := &Type{
			Go: b.scope.take(name, t.Name), Var: b.scope.take(unexported(t.Name.Value)+"Shape", t.Name), Title: t.Value.Title.Or(camel(t.Name.Value)),
			Description: t.Value.Description.Value, Shape: &table.Shape{Name: t.Name.Value, Description: t.Value.Description.Value},
		}
		b.types[t.Name.Value] = out
		b.c.Types = append(b.c.Types, out)
	}
	projected := b.projectedTypes()
	for _, t := range b.m.Types {
		out, fields := b.types[t.Name.Value], newScope(b.Report)
		for _, f := range t.Value.Fields {
			shape := b.shapeField(f)
			out.Shape.Fields = append(out.Shape.Fields, shape)
			out.Fields = append(out.Fields, TypeField{
				Go: fields.take(memberName(f.Name.Value), f.Name), Type: b.goField(shape, projected[t.Name.Value]), Description: f.Value.Description.Value})
		}
	}
}

// projectedTypes are the types that results are projected to, with those inside
// them: what is absent is null there.
func (b *builder) projectedTypes() map[string]bool {
	out := make(map[string]bool)
	var add func(name string)
	add = func(name string) {
		t := b.m.TypeNamed(name)
		if t == nil || out[name] {
			return
		}
		out[name] = true
		for _, f := range t.Fields {
			add(manifest.ParseType(f.Value.Type.Value).Name)
		}
	}
	for _, a := range b.m.Actions {
		for _, f := range a.Value.Returns.Fields {
			add(f.Value.Project.Value)
		}
	}
	return out
}

func (b *builder) shapeField(f manifest.Named[*manifest.Field]) table.ShapeField {
	e := manifest.ParseType(f.Value.Type.Value)
	out := table.ShapeField{
		Name: f.Name.Value, Path: f.Value.From.Value, Map: e.Map, Nullable: e.Nullable || f.Value.Nullable.Value,
		Optional: e.Nullable || f.Value.Optional.Value, Enum: values(f.Value.Enum), Default: ValueJSON(f.Value.Default),
		Description: f.Value.Description.Value, Pluck: f.Value.Pluck.Value, Template: f.Value.Template.Value, Rest: f.Value.Rest.Value, Convert: f.Value.Convert.Value, Values: translations(f.Value.Values),
	}
	var element table.Type
	if t := b.types[e.Name]; t != nil {
		out.Shape, element = t.Shape, "object"
	} else {
		element = table.Type(e.Name)
	}
	switch {
	case e.List:
		out.Type, out.Items = "array", element
	case e.Map:
		out.Type, out.Items = "object", element
	default:
		out.Type = element
	}
	return out
}

// goField is the Go type of a struct's field.
func (b *builder) goField(f table.ShapeField, projected bool) GoType {
	element := f.Type
	prefix := ""
	switch {
	case f.Map:
		element, prefix = f.Items, "map[string]"
	case f.Type == "array":
		element, prefix = f.Items, "[]"
	}
	t := GoType{Prefix: prefix, Name: goScalars[element]}
	loose := f.Nullable || f.Optional || projected
	switch {
	case f.Shape != nil:
		t.Name = b.goShape(f.Shape)
	case element == "object":
		t.Runtime, t.Name, loose = true, "Object", false
	case t.Name == "":
		t.JSON, t.Name, loose = true, "RawMessage", false
	}
	if prefix == "" && loose {
		t.Prefix = "*"
	}
	return t
}
