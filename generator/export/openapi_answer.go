// Answers in an OpenAPI document: what an action reads of them, and the errors.

package export

import (
	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

// responsesOf are the answers of an operation.
func (w *document) responsesOf(a *model.Action, op *table.Operation) model.Object {
	out := model.Object{}
	for _, code := range op.Success {
		r := model.Object{{Name: "description", Value: "Done."}}
		if content := w.content(a, op); content != nil && code != 204 && code != 205 {
			r = append(r, model.Member{Name: "content", Value: content})
		}
		out = append(out, model.Member{Name: status(code), Value: r})
	}
	for _, code := range op.Absent {
		out = append(out, model.Member{Name: status(code), Value: model.Object{{Name: "description", Value: "There is nothing of that kind."}}})
	}
	if len(w.c.API.Budgets) > 0 && out.Get("429") == nil {
		out = append(out, model.Member{Name: "429", Value: w.shared("TooManyRequests", w.tooMany())})
	}
	if op.Errors != nil {
		return append(out, model.Member{Name: "4XX", Value: w.failureOf("Refused.", *op.Errors)}, model.Member{Name: "5XX", Value: w.failureOf("Failed.", *op.Errors)})
	}
	return append(out, model.Member{Name: "4XX", Value: w.shared("Refused", w.failure("Refused."))}, model.Member{Name: "5XX", Value: w.shared("Failed", w.failure("Failed."))})
}

// shared refers to a response that many operations have.
func (w *document) shared(name string, response model.Object) model.Object {
	if w.responses.Get(name) == nil {
		w.responses = append(w.responses, model.Member{Name: name, Value: response})
	}
	return model.Object{{Name: "$ref", Value: "#/components/responses/" + name}}
}

// tooMany is the answer to too many requests, with the headers that tell of it.
func (w *document) tooMany() model.Object {
	headers := model.Object{}
	for _, b := range w.c.API.Budgets {
		for _, h := range []string{b.Limit, b.Remaining, b.Reset} {
			if h != "" && headers.Get(h) == nil {
				headers = append(headers, model.Member{Name: h, Value: model.Object{{Name: "schema", Value: typed(table.TypeString)}}})
			}
		}
	}
	r := w.failure("Too many requests.")
	if len(headers) > 0 {
		r = append(r, model.Member{Name: "headers", Value: headers})
	}
	return r
}

// failure is an answer with the connector's own error body.
func (w *document) failure(description string) model.Object {
	r := model.Object{{Name: "description", Value: description}}
	schema := errorSchema(w.c.API.Errors)
	if schema == nil {
		return r
	}
	if w.schemas.Get("Error") == nil {
		w.schemas = append(w.schemas, model.Member{Name: "Error", Value: schema})
	}
	return append(r, model.Member{Name: "content", Value: model.Object{{Name: w.answers, Value: model.Object{
		{Name: "schema", Value: model.Object{{Name: "$ref", Value: "#/components/schemas/Error"}}}}}}})
}

// failureOf is an answer with an error body of one action.
func (w *document) failureOf(description string, e table.Errors) model.Object {
	r := model.Object{{Name: "description", Value: description}}
	if schema := errorSchema(e); schema != nil {
		r = append(r, model.Member{Name: "content", Value: model.Object{{Name: w.answers, Value: model.Object{{Name: "schema", Value: schema}}}}})
	}
	return r
}

// errorSchema is where messages may be, nil where nothing is known.
func errorSchema(e table.Errors) model.Object {
	root := &place{}
	for _, m := range e.Messages {
		if m.JQ != "" {
			continue
		}
		at := root.at(m.Path)
		switch {
		case at == nil:
		case m.Path == "":
			for _, t := range m.Text {
				root.put(t, typed(table.TypeString))
			}
		default:
			at.schema = messageSchema(m.Text)
		}
	}
	if len(root.parts) == 0 {
		return nil
	}
	return root.object()
}

// messageSchema is an object with texts, a list of such, or a text.
func messageSchema(texts []string) model.Object {
	if len(texts) == 0 {
		return model.Object{}
	}
	one := &place{}
	for _, t := range texts {
		one.put(t, model.Object{})
	}
	object := one.object()
	return model.Object{{Name: "anyOf", Value: []model.Object{object, {{Name: "type", Value: "array"}, {Name: "items", Value: object}}, {{Name: "type", Value: "string"}}}}}
}

// content is an answer's body, as far as the action reads it.
func (w *document) content(a *model.Action, op *table.Operation) model.Object {
	if op != a.Op {
		return nil // nothing is said of the answers to steps
	}
	of := func(mediaType string, s model.Object) model.Object {
		return model.Object{{Name: mediaType, Value: model.Object{{Name: "schema", Value: s}}}}
	}
	root := &place{}
	switch a.Kind {
	case model.KindNone:
		return nil
	case model.KindObject:
		root.put(op.Result.Path, w.answer(op.Result.Shape, table.TypeObject, false))
	case model.KindList:
		root.put(op.Result.Path, listOf(w.answer(op.Result.Shape, table.TypeObject, false)))
	default:
		for _, o := range op.Outputs {
			switch {
			case o.From == table.SourceText:
				return of("text/plain", typed(table.TypeString))
			case o.From == table.SourceCSV:
				return of("text/csv", typed(table.TypeString))
			case o.From == table.SourceBase64:
				return of("application/octet-stream", model.Object{})
			case o.From == table.SourceBody || o.From == table.SourceCount:
				w.output(root, o)
			}
		}
	}
	if p := op.Paging; p != nil {
		for _, path := range []string{p.Next, p.Current, p.More, p.Pages, p.Total} {
			if path != "" && p.Mode != table.PagingLink {
				root.put(path, model.Object{})
			}
		}
	}
	return of(w.answers, root.object())
}

// output puts a field of an envelope where it is found in the answer.
func (w *document) output(root *place, o table.Output) {
	path := ""
	if len(o.Paths) > 0 {
		path = o.Paths[0]
	}
	changed := o.Pluck != "" || o.Unwrap != "" || o.Map != nil || o.Convert
	shape, raw := o.Shape, false
	if o.Project != nil {
		shape, raw = o.Project, true
	}
	switch {
	case o.From == table.SourceCount || o.Find != nil || o.Type == table.TypeArray && changed:
		root.put(path, listOf(model.Object{}))
	case changed:
		root.put(path, model.Object{})
	case o.Type == table.TypeArray:
		root.put(path, listOf(w.answer(shape, o.Items, raw)))
	default:
		root.put(path, w.answer(shape, o.Type, raw))
	}
}

func listOf(items model.Object) model.Object {
	return model.Object{{Name: "type", Value: "array"}, {Name: "items", Value: items}}
}

// answer refers to a type, or is one of JSON's own. A projected type is described
// as it is read, not as it is passed on.
func (w *document) answer(s *table.Shape, t table.Type, raw bool) model.Object {
	if s == nil {
		return typed(t)
	}
	title := w.typeOf(s).Title
	if raw {
		title += "Source"
	}
	if w.schemas.Get(title) == nil {
		w.schemas = append(w.schemas, model.Member{Name: title, Value: model.Object{}}) // its place, while its fields are made
		at := len(w.schemas) - 1
		schema := w.typeSchema(w.typeOf(s), raw)
		w.schemas[at].Value = schema
	}
	return model.Object{{Name: "$ref", Value: "#/components/schemas/" + title}}
}

func (w *document) typeOf(s *table.Shape) *model.Type {
	for _, t := range w.c.Types {
		if t.Shape == s {
			return t
		}
	}
	return &model.Type{Shape: s, Title: s.Name}
}

func (w *document) typeSchema(t *model.Type, raw bool) model.Object {
	root := &place{}
	var required []string
	for i, f := range t.Shape.Fields {
		schema, description := w.field(f, raw), ""
		if i < len(t.Fields) {
			description = t.Fields[i].Description
		}
		if description != "" {
			schema = append(append(model.Object{}, schema...), model.Member{Name: "description", Value: CommonMark(description)})
		}
		switch {
		case raw && (f.Rest || f.Template != "" && f.Path == ""):
		case raw && f.Path != "":
			root.put(f.Path, schema)
		case raw:
			root.put(f.Name, schema)
		default:
			root.member(f.Name).schema = schema
			if !f.Optional {
				required = append(required, f.Name)
			}
		}
	}
	s := root.object()
	if t.Description != "" {
		s = append(s, model.Member{Name: "description", Value: CommonMark(t.Description)})
	}
	if required != nil {
		s = append(s, model.Member{Name: "required", Value: required})
	}
	return s
}

func (w *document) field(f table.ShapeField, raw bool) (s model.Object) {
	if raw && (f.Convert || f.Values != nil || f.Pluck != "" || f.Template != "") {
		return model.Object{}
	}
	switch {
	case f.Map:
		s = model.Object{{Name: "type", Value: "object"}, {Name: "additionalProperties", Value: w.answer(f.Shape, f.Items, raw)}}
	case f.Type == table.TypeArray:
		s = listOf(w.answer(f.Shape, f.Items, raw))
	default:
		s = w.answer(f.Shape, f.Type, raw)
	}
	if f.Enum != nil {
		s = append(s, model.Member{Name: "examples", Value: f.Enum}) // known values; others may come
	}
	if (f.Nullable || raw) && len(s) > 0 {
		return model.Object{{Name: "anyOf", Value: []model.Object{s, {{Name: "type", Value: "null"}}}}}
	}
	return s
}
