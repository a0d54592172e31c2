// Results: where the fields of an envelope come from, and the Go types of the
// typed handlers.

package model

import (
	"net/http"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/table"
)

// result decides what an action returns: nothing, one object or list as it
// stands, or fields.
func (b *builder) result(a *Action, v *manifest.Action, name manifest.Text) {
	r := &a.Op.Result
	switch plain := plainOutput(v); {
	case v.Returns.None || v.Returns.Fields == nil:
		a.Kind, r.Kind = KindNone, "none"
	case plain != nil && v.Hook.Value == "":
		source := plain.Value
		_, typ, path := source.Source()
		a.Kind, r.Kind = Kind(typ), table.ResultKind(typ)
		r.Field, r.Path = plain.Name.Value, paths(path)[0]
		if t := b.types[source.Of.Value]; t != nil {
			r.Shape, a.Typed = t.Shape, t.Go
		}
		if a.Kind == KindList {
			a.Seq = b.method(exported(name.Value)+"Seq", name)
		}
	default:
		a.Kind, r.Kind = KindFields, "fields"
		a.Output = b.scope.take(exported(name.Value)+"Output", name)
		b.outputs(a, v)
	}
}

// plainOutput is the one field of an envelope that is cut out of the body as it
// stands, or nil.
func plainOutput(v *manifest.Action) *manifest.Named[*manifest.Output] {
	if len(v.Returns.Fields) != 1 {
		return nil
	}
	f := v.Returns.Fields[0]
	o := f.Value
	source, typ, path := o.Source()
	if source != "path" || len(path) != 1 || typ != "object" && typ != "list" {
		return nil
	}
	if o.Items.Given() && o.Items.Value != "object" || o.Default.Given() || o.Falsy.Given() || o.Unwrap.Given() || o.Pluck.Given() ||
		o.Find != nil || o.Project.Given() || o.Values != nil || o.When != nil {
		return nil
	}
	return &f
}

// outputs fills in the fields of an envelope.
func (b *builder) outputs(a *Action, v *manifest.Action) {
	fields := newScope(b.Report)
	for _, f := range v.Returns.Fields {
		out := b.output(f)
		if p := find(a.Op.Params, f.Value.Echo.Value); f.Value.Echo.Given() && p != nil {
			out.Type, out.Items = p.Type, p.Items
		}
		a.Op.Outputs = append(a.Op.Outputs, out)
		a.Out = append(a.Out, TypeField{Go: fields.take(exported(f.Name.Value), f.Name), Type: b.goOutput(out), Description: f.Value.Description.Value})
		if a.Op.Paging != nil && len(f.Value.List) > 0 && f.Value.Find == nil && a.Op.Result.Field == "" {
			a.Op.Result = table.Result{Kind: "list", Field: out.Field, Path: out.Paths[0]}
		}
	}
	if a.Op.Paging != nil {
		a.Out = append(a.Out, TypeField{Go: fields.take("State", manifest.Text{Value: "state"}), Type: GoType{Runtime: true, Name: "ListState"},
			Description: "How far the list came."})
	}
}

func find(params []table.Param, name string) *table.Param {
	for i := range params {
		if params[i].Name == name {
			return &params[i]
		}
	}
	return nil
}

func (b *builder) output(f manifest.Named[*manifest.Output]) table.Output {
	o := f.Value
	source, typ, path := o.Source()
	out := table.Output{
		Field: f.Name.Value, Type: outputType(typ), Paths: paths(path), Default: ValueJSON(o.Default), Falsy: o.Falsy.Given(),
		Unwrap: o.Unwrap.Value, Pluck: o.Pluck.Value, Map: translations(o.Values), Convert: o.Convert.Value, When: conditions(o.When),
		JQ: b.program(o.JQ), Name: o.Echo.Value + http.CanonicalHeaderKey(o.Header.Value), Value: ValueJSON(o.Constant),
		Project: b.shape(o.Project), Shape: b.shape(o.Of),
	}
	if out.Type == "array" {
		out.Items = table.Type(o.Items.Or("object"))
		if o.Pluck.Given() && !o.Items.Given() {
			out.Items = "any"
		}
	}
	if o.Find != nil {
		out.Find = &table.Find{Path: o.Find.Path.Value, Is: o.Find.Is.Value}
		out.Type, out.Items = out.Items, ""
	}
	switch source {
	case "path":
		out.From = "body"
	case "body":
		out.From = table.Source(o.Body.Value)
	case "constant":
		out.From, out.Type = "constant", nodeType(o.Constant.Node)
	case "count":
		out.From = "count"
		if o.Count.Value == "$" {
			out.Paths = nil
		}
	default:
		out.From = table.Source(source)
	}
	return out
}

func outputType(typ string) table.Type {
	if typ == "list" {
		return "array"
	}
	return table.Type(typ)
}

// nodeType is the JSON type of a constant.
func nodeType(n *yaml.Node) table.Type {
	switch {
	case n.Kind == yaml.MappingNode:
		return "object"
	case n.Kind == yaml.SequenceNode:
		return "array"
	}
	switch n.Tag {
	case "!!str":
		return "string"
	case "!!bool":
		return "boolean"
	case "!!int":
		return "integer"
	case "!!float":
		return "number"
	}
	return "any"
}

func (b *builder) shape(name manifest.Text) *table.Shape {
	if t := b.types[name.Value]; t != nil {
		return t.Shape
	}
	return nil
}

// goOutput is the Go type of a field of an output struct.
func (b *builder) goOutput(o table.Output) GoType {
	element := func(t table.Type) GoType {
		switch {
		case o.Project != nil:
			return GoType{Name: b.goShape(o.Project)}
		case t == "object":
			return GoType{Runtime: true, Name: "Object"}
		case t == "any" || t == "array" || t == "":
			return GoType{JSON: true, Name: "RawMessage"}
		}
		return GoType{Name: goScalars[t]}
	}
	switch o.Type {
	case "array":
		t := element(o.Items)
		t.Prefix = "[]"
		return t
	case "object":
		t := element("object")
		if o.Project != nil {
			t.Prefix = "*"
		}
		return t
	case "any", "":
		return GoType{JSON: true, Name: "RawMessage"}
	}
	return GoType{Prefix: "*", Name: goScalars[o.Type]}
}

var goScalars = map[table.Type]string{"string": "string", "integer": "int64", "number": "float64", "boolean": "bool"}

func (b *builder) goShape(s *table.Shape) string { return b.types[s.Name].Go }
