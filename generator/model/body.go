// Bodies: the constants, and the places where parameters go, as one template.

package model

import (
	"slices"
	"strconv"
	"strings"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/table"
)

// mediaTypes are the Content-Types of formats that name none.
var mediaTypes = map[table.BodyFormat]string{
	"json":      "application/json",
	"form":      "application/x-www-form-urlencoded",
	"multipart": "multipart/form-data",
	"raw":       "text/plain; charset=utf-8",
}

// bodyOf is the body of an action: nothing, one that is shared, or its own when
// parameters have places in it that others have not.
func (b *builder) bodyOf(a *Action, v *manifest.Action, name manifest.Text) {
	placed := placedParams(v)
	m := b.m.BodyOf(v)
	switch {
	case m == nil && !hasBody(a) && !b.secretInBody(a):
		return
	case m == nil:
		m = &manifest.Body{}
		if slices.ContainsFunc(v.Params, func(p *manifest.Parameter) bool { return p.In.Value == "form" }) {
			m.Format = manifest.Text{Value: "form", Pos: name.Pos}
		}
		if placed == nil {
			a.Op.Body = b.plainBody(m.Format.Or("json"))
			return
		}
	case v.Body.Inline == nil && placed == nil:
		a.Op.Body = b.bodies[v.Body.Name.Value].Body
		return
	}
	a.Body = &Body{Var: b.scope.take(unexported(name.Value)+"Body", name), Body: b.frame(m, placed)}
	a.Op.Body = a.Body.Body
}

// plainBody is the body of actions that name none.
func (b *builder) plainBody(format string) *table.Body {
	variable := map[string]string{"json": "bodyOfParameters", "form": "formOfParameters"}[format]
	if b.bodies[" "+format] == nil { // no name in a manifest has a space
		v := &Body{Var: variable, Body: &table.Body{
			Format: table.BodyFormat(format), MediaType: mediaTypes[table.BodyFormat(format)], Root: table.Template{Kind: "object", Parameters: true}}}
		if format == "form" {
			v.Nested = "brackets"
		}
		b.bodies[" "+format] = v
		b.c.Bodies = append(b.c.Bodies, v)
	}
	return b.bodies[" "+format].Body
}

func hasBody(a *Action) bool {
	return slices.ContainsFunc(a.Params, func(p *Param) bool { return p.In == "body" })
}

// secretInBody reports whether a credential of the action is sent in its body.
func (b *builder) secretInBody(a *Action) bool {
	if a.Op.Method == "GET" || a.Op.Auth == nil {
		return false
	}
	for _, s := range append([]*table.AuthScheme{a.Op.Auth}, a.Op.OtherAuth...) {
		if slices.ContainsFunc(s.Send, func(p table.AuthPart) bool { return p.Body != "" }) {
			return true
		}
	}
	return false
}

// placedParams are the body parameters with places of their own: nested ones,
// and one that is the whole body.
func placedParams(a *manifest.Action) (out []*manifest.Parameter) {
	for _, p := range a.Params {
		if (p.In.Value == "body" || p.In.Value == "form") && (p.Wire.Value == "$" || strings.Contains(p.Wire.Value, ".")) {
			out = append(out, p)
		}
	}
	return out
}

// frame writes a body out as a template.
func (b *builder) frame(v *manifest.Body, placed []*manifest.Parameter) *table.Body {
	format := table.BodyFormat(v.Format.Or("json"))
	out := &table.Body{Format: format, MediaType: v.MediaType.Or(mediaTypes[format])}
	if format == "form" || format == "multipart" {
		out.Nested = table.EncodingKind(v.Nested.Or("brackets"))
	}
	switch {
	case v.Template.Given():
		out.Root = template(v.Template.Node)
		return out
	case len(placed) == 1 && placed[0].Wire.Value == "$":
		out.Root = table.Template{Kind: "value", Name: placed[0].Name.Value}
		return out
	}
	root := &part{fixed: true}
	if v.GraphQL.Given() {
		root.at("query", true).value = &table.Template{Kind: "json", JSON: string(JSON(v.GraphQL.Value, ""))}
	}
	for _, c := range v.Constants {
		t := template(c.Value.Node)
		root.at(c.Name.Value, true).value = &t
	}
	parameters := root
	switch {
	case v.GraphQL.Given():
		parameters = root.at("variables", true)
	case v.Parameters.Given() && v.Parameters.Value != "$":
		parameters = root.at(v.Parameters.Value, true)
	}
	parameters.parameters = true
	for _, p := range placed {
		parameters.at(p.Wire.Value, false).value = &table.Template{Kind: "value", Name: p.Name.Value}
	}
	out.Root = root.template()
	return out
}

// part is an object or a list of a body, or a value in it.
type part struct {
	name       string
	value      *table.Template
	members    []*part
	parameters bool // the parameters without a place of their own go here
	fixed      bool // there even when nothing is in it
}

// at returns the part at a path, made on the way where it is new.
func (p *part) at(path string, fixed bool) *part {
	for name := range strings.SplitSeq(path, ".") {
		p = p.member(name)
		p.fixed = p.fixed || fixed
	}
	return p
}

func (p *part) member(name string) *part {
	for _, m := range p.members {
		if m.name == name {
			return m
		}
	}
	m := &part{name: name}
	p.members = append(p.members, m)
	return m
}

func (p *part) template() table.Template {
	if p.value != nil {
		return *p.value
	}
	if p.list() {
		t := table.Template{Kind: "list", Optional: !p.fixed}
		slices.SortStableFunc(p.members, func(a, b *part) int { return index(a.name) - index(b.name) })
		for _, m := range p.members {
			t.Elements = append(t.Elements, m.template())
		}
		return t
	}
	t := table.Template{Kind: "object", Parameters: p.parameters, Optional: !p.fixed}
	for _, m := range p.members {
		t.Members = append(t.Members, table.Member{Name: m.name, Value: m.template()})
	}
	return t
}

// list reports whether the members are places in a list.
func (p *part) list() bool {
	return len(p.members) > 0 && !p.parameters && !slices.ContainsFunc(p.members, func(m *part) bool { return index(m.name) < 0 })
}

// index is the place that a name is, or -1.
func index(name string) int {
	i, err := strconv.Atoi(name)
	if err != nil || i < 0 {
		return -1
	}
	return i
}
