// One operation of an OpenAPI document: its parameters, as they are named and
// written on the wire.

package export

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

// operation adds a request of an action.
func (w *document) operation(a *model.Action, op *table.Operation, id string) {
	at := w.at(op, id)
	out := model.Object{
		{Name: "operationId", Value: id},
		{Name: "summary", Value: plainTitle(a.Title)},
		{Name: "description", Value: CommonMark(describedAs(a, op))},
		{Name: "tags", Value: []string{w.tag(op.Path)}},
		{Name: "x-effect", Value: string(a.Effect)},
	}
	if a.Docs != "" {
		out = append(out, model.Member{Name: "externalDocs", Value: model.Object{{Name: "url", Value: linkTarget(a.Docs)}}})
	}
	if params := w.parameters(op, at); len(params) > 0 {
		out = append(out, model.Member{Name: "parameters", Value: params})
	}
	if op.Body != nil && op.Method != "GET" {
		out = append(out, model.Member{Name: "requestBody", Value: model.Object{
			{Name: "required", Value: true},
			{Name: "content", Value: model.Object{{Name: op.Body.MediaType, Value: model.Object{{Name: "schema", Value: requestSchema(op)}}}}},
		}})
	}
	out = append(out, model.Member{Name: "responses", Value: w.responsesOf(a, op)}, model.Member{Name: "security", Value: w.securityOf(op)})
	if server := w.serverOf(op); server != nil {
		out = append(out, model.Member{Name: "servers", Value: []model.Object{server}})
	}
	at.operations = append(at.operations, model.Member{Name: strings.ToLower(op.Method), Value: out})
}

func describedAs(a *model.Action, op *table.Operation) string {
	switch {
	case op != a.Op:
		return "Sent before " + a.Name + "."
	case len(op.Steps) > 0:
		return sentence(a.Description) + "Other requests are sent before this one."
	}
	return a.Description
}

// serverOf is a host other than the base address.
func (w *document) serverOf(op *table.Operation) model.Object {
	for _, h := range w.c.API.Hosts {
		if h.Name == op.Host {
			return w.server(h.URL)
		}
	}
	return nil
}

// parameters are those of the path, then of the query and the headers, and what
// the connector sends by itself.
func (w *document) parameters(op *table.Operation, at *pathItem) (out []model.Object) {
	add := func(p model.Object) {
		same := func(o model.Object) bool { return o.Get("name") == p.Get("name") && o.Get("in") == p.Get("in") }
		if !slices.ContainsFunc(out, same) {
			out = append(out, p)
		}
	}
	for i, hole := range pathHole.FindAllStringSubmatch(op.Path, -1) {
		add(pathParameter(op, hole[1], at.holes[i]))
	}
	for _, p := range op.Params {
		if (p.In == table.InQuery || p.In == table.InHeader && !ownHeader(p.Wire)) && !isStep(w.c, op) {
			add(parameter(p))
		}
	}
	for _, f := range slices.Concat(op.Query, w.c.API.Query) {
		add(constant(op, f, "query"))
	}
	for _, f := range op.Headers {
		if !ownHeader(f.Name) {
			add(constant(op, f, "header"))
		}
	}
	for _, h := range w.c.API.Headers {
		if !ownHeader(h.Name) {
			add(constant(op, table.Field{Name: h.Name, Value: headerTemplate(h.Value)}, "header"))
		}
	}
	for _, p := range pageParameters(op) {
		add(p)
	}
	return out
}

// isStep reports whether an operation is one before the last of its action: it has
// the action's parameters, but sends those only that its templates name.
func isStep(c *model.Connector, op *table.Operation) bool {
	return !slices.ContainsFunc(c.Actions, func(a *model.Action) bool { return a.Op == op })
}

// ownHeader reports whether OpenAPI says a header in another way.
func ownHeader(name string) bool {
	return name == "Accept" || name == "Content-Type" || name == "Authorization"
}

func headerTemplate(value string) table.Template {
	if strings.Contains(value, "{") {
		return table.Template{Kind: table.TemplateText, Text: value}
	}
	return table.Template{Kind: table.TemplateJSON, JSON: jsonText(value)}
}

// pathParameter is a hole of a path: a parameter, a field of the credential, or
// something that a request before has found.
func pathParameter(op *table.Operation, hole, name string) model.Object {
	for _, p := range op.Params {
		if p.Name == hole {
			p.Wire, p.Required, p.In = name, true, table.InPath
			if p.Encode != nil && p.Encode.As == table.EncodeSegments {
				p.Encode = nil
			}
			return parameter(p)
		}
	}
	return parameter(table.Param{Wire: name, Required: true, In: table.InPath, Type: table.TypeString})
}

// parameter is a parameter of the path, the query or a header.
func parameter(p table.Param) model.Object {
	out := model.Object{{Name: "name", Value: p.Wire}, {Name: "in", Value: string(p.In)}}
	if p.Description != "" {
		out = append(out, model.Member{Name: "description", Value: CommonMark(p.Description)})
	}
	if p.Required && p.When == nil {
		out = append(out, model.Member{Name: "required", Value: true})
	}
	schema := wireSchema(p)
	if p.Encode != nil && (p.Encode.As == table.EncodeJSON || p.Encode.As == table.EncodePythonJSON) {
		return append(out, model.Member{Name: "content", Value: model.Object{{Name: "application/json", Value: model.Object{{Name: "schema", Value: schema}}}}})
	}
	out = append(out, styleOf(p, schema)...)
	return append(out, model.Member{Name: "schema", Value: schema})
}

// styleOf is how a list or an object of the query is written.
func styleOf(p table.Param, schema model.Object) model.Object {
	style := func(name string, explode bool) model.Object {
		return model.Object{{Name: "style", Value: name}, {Name: "explode", Value: explode}}
	}
	if p.In != table.InQuery || p.Encode == nil {
		return nil
	}
	switch schema.Get("type") {
	case "array":
		switch p.Encode.As {
		case table.EncodeCSV:
			return style("form", false)
		case table.EncodeSpaces:
			return style("spaceDelimited", false)
		case table.EncodePipes:
			return style("pipeDelimited", false)
		}
	case "object":
		if p.Encode.As == table.EncodeDeepObject || p.Encode.As == table.EncodeBrackets {
			return style("deepObject", true)
		}
	}
	return nil
}

// constant is a query parameter or header that no caller gives.
func constant(op *table.Operation, f table.Field, in string) model.Object {
	return model.Object{
		{Name: "name", Value: f.Name}, {Name: "in", Value: in},
		{Name: "description", Value: "Sent by the connector."},
		{Name: "required", Value: f.Value.When == nil && f.Value.Kind == table.TemplateJSON},
		{Name: "schema", Value: templateSchema(op, f.Value)},
	}
}

// pageParameters are the ones of paging in the query.
func pageParameters(op *table.Operation) (out []model.Object) {
	p := op.Paging
	if p == nil || p.In != table.InQuery {
		return nil
	}
	if p.Param != "" {
		out = append(out, pageParameter(p.Param, "Where the page begins.", pageSchema(p)))
	}
	if p.Size != "" {
		size := model.Object{{Name: "type", Value: "integer"}}
		if p.SizeValue > 0 {
			size = append(size, model.Member{Name: "default", Value: p.SizeValue})
		}
		out = append(out, pageParameter(p.Size, "How many items a page holds.", size))
	}
	return out
}

func pageParameter(name, description string, schema model.Object) model.Object {
	return model.Object{{Name: "name", Value: name}, {Name: "in", Value: "query"}, {Name: "description", Value: description}, {Name: "schema", Value: schema}}
}

// pageSchema is what stands for a page: a number, or a text that an answer gave.
func pageSchema(p *table.Paging) model.Object {
	if p.Mode == table.PagingPage || p.Mode == table.PagingOffset {
		return model.Object{{Name: "type", Value: "integer"}, {Name: "default", Value: p.First}}
	}
	return model.Object{{Name: "type", Value: "string"}}
}

// wireSchema is what is sent for a parameter.
func wireSchema(p table.Param) model.Object {
	switch {
	case p.Template != nil || p.JQ != "":
		return model.Object{}
	case p.Encode != nil:
		if s := encodedSchema(p); s != nil {
			return s
		}
	}
	t := p.Type
	switch {
	case p.Parse == table.ParseCSV:
		return model.Object{{Name: "type", Value: "array"}, {Name: "items", Value: typed(p.Items)}}
	case p.Parse != "" || p.Map != nil && p.SendAs == "":
		return model.Object{}
	case p.SendAs != "":
		t = p.SendAs
	}
	if t == table.TypeArray {
		return model.Object{{Name: "type", Value: "array"}, {Name: "items", Value: typed(p.Items)}}
	}
	s := typed(t)
	if p.SendAs == "" {
		s = append(s, wireBounds(p)...)
	}
	return s
}

// encodedSchema is what an encoding makes of a value, or nil where it stays what
// it is.
func encodedSchema(p table.Param) model.Object {
	switch p.Encode.As {
	case table.EncodeSemicolons, table.EncodeBase64, table.EncodeMD5, table.EncodeSegments:
		return typed(table.TypeString)
	case table.EncodeFile:
		return model.Object{{Name: "type", Value: "string"}, {Name: "contentMediaType", Value: "application/octet-stream"}}
	case table.EncodePairs:
		return model.Object{{Name: "type", Value: "array"}, {Name: "items", Value: model.Object{{Name: "type", Value: "object"}, {Name: "properties", Value: model.Object{
			{Name: p.Encode.Key, Value: typed(table.TypeString)}, {Name: p.Encode.Value, Value: model.Object{}}}}}}}
	case table.EncodeEach, table.EncodeWrap:
		return model.Object{{Name: "type", Value: "array"}, {Name: "items", Value: model.Object{}}}
	case table.EncodeMerge:
		return model.Object{}
	}
	return nil
}

// wireBounds are the checks of a value that is sent as it was checked.
func wireBounds(p table.Param) (s model.Object) {
	c := p.Check
	if d := p.Default + p.APIDefault; d != "" {
		s = append(s, model.Member{Name: "default", Value: json.RawMessage(d)})
	}
	if c == nil {
		return s
	}
	if c.Enum != nil && p.Type == table.TypeString {
		s = append(s, model.Member{Name: "enum", Value: c.Enum})
	}
	for _, b := range []struct {
		name  string
		bound table.Bound
	}{{"minimum", c.Min}, {"maximum", c.Max}} {
		if b.bound.Set {
			s = append(s, model.Member{Name: b.name, Value: b.bound.Value})
		}
	}
	return s
}

// typed is a schema of a type alone.
func typed(t table.Type) model.Object {
	switch t {
	case table.TypeObject:
		return model.Object{{Name: "type", Value: "object"}, {Name: "additionalProperties", Value: true}}
	case table.TypeArray:
		return model.Object{{Name: "type", Value: "array"}, {Name: "items", Value: model.Object{}}}
	case table.TypeAny, "":
		return model.Object{}
	}
	return model.Object{{Name: "type", Value: string(t)}}
}

// status is a status as a key of OpenAPI.
func status(code int) string { return fmt.Sprint(code) }
