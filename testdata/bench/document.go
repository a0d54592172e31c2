package main

// The operations of a manifest as an OpenAPI 3.0 document, made from the
// generator's model: what goes over the wire is decided there.

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

// object is a JSON object; encoding/json sorts its keys.
type object = map[string]any

// writeDocument writes the document of a manifest.
func writeDocument(manifest, to string) error {
	src, err := os.ReadFile(manifest)
	if err != nil {
		return err
	}
	c, faults := generator.Load(manifest, src)
	if len(faults) > 0 {
		return faults
	}
	doc, err := document(c)
	if err != nil {
		return err
	}
	return os.WriteFile(to, doc, 0o644)
}

// document describes an operation for each action: its last request. What
// OpenAPI cannot say is left out: requests before that one, budgets, paging.
// Errors are left out too, which spares the peers their types.
func document(c *model.Connector) ([]byte, error) {
	w := writer{names: make(map[*table.Shape]string), answers: mediaType(c.API)}
	for _, t := range c.Types {
		w.names[t.Shape] = t.Go
	}
	paths, schemas := object{}, object{}
	for _, a := range c.Actions {
		at := a.Op.Path
		method := strings.ToLower(a.Op.Method)
		if item, ok := paths[at].(object); ok && item[method] != nil {
			at = "/" + a.Name + at // two actions may send the same request, two operations may not
		}
		if paths[at] == nil {
			paths[at] = object{}
		}
		paths[at].(object)[method] = w.operation(a)
	}
	for _, t := range c.Types {
		schemas[t.Go] = w.typeSchema(t)
	}
	return json.MarshalIndent(object{
		"openapi":    "3.0.3",
		"info":       object{"title": c.API.Title, "version": c.API.Version, "description": c.API.Overview},
		"servers":    []any{object{"url": c.API.BaseURL}},
		"paths":      paths,
		"components": object{"schemas": schemas},
	}, "", "  ")
}

// writer knows what is the same for all operations.
type writer struct {
	names   map[*table.Shape]string // of the schemas
	answers string                  // the media type of answers
}

// mediaType is what answers are in.
func mediaType(api *table.API) string {
	for _, h := range api.Headers {
		if h.Name == "Accept" {
			return h.Value
		}
	}
	return "application/json"
}

var hole = regexp.MustCompile(`\{([^{}]*)\}`)

func (w writer) operation(a *model.Action) object {
	out := object{"operationId": a.Name, "summary": a.Description}
	if a.Docs != "" {
		out["externalDocs"] = object{"url": a.Docs}
	}
	var params []any
	for _, h := range hole.FindAllStringSubmatch(a.Op.Path, -1) {
		params = append(params, pathParameter(a.Op, h[1]))
	}
	for _, p := range a.Op.Params {
		if p.In == table.InQuery || p.In == table.InHeader {
			params = append(params, parameter(p))
		}
	}
	if params != nil {
		out["parameters"] = params
	}
	if a.Op.Body != nil {
		out["requestBody"] = object{"required": true, "content": object{
			a.Op.Body.MediaType: object{"schema": bodySchema(a.Op, a.Op.Body.Root)}}}
	}
	out["responses"] = object{fmt.Sprint(a.Op.Success[0]): w.response(a)}
	return out
}

// pathParameter is a hole of a path; a request before may have filled it.
func pathParameter(op *table.Operation, name string) object {
	for _, p := range op.Params {
		if p.Name == name {
			p.Wire, p.Required, p.In = name, true, table.InPath
			return parameter(p)
		}
	}
	return parameter(table.Param{Wire: name, Required: true, In: table.InPath, Type: table.TypeString})
}

func parameter(p table.Param) object {
	out := object{"name": p.Wire, "in": string(p.In), "description": p.Description, "schema": paramSchema(p)}
	if p.Required {
		out["required"] = true
	}
	if p.Encode != nil && p.Encode.As == table.EncodeCSV {
		out["style"], out["explode"] = "form", false
	}
	return out
}

func paramSchema(p table.Param) object {
	s := typed(p.Type, p.Items)
	if p.Encode != nil && p.Encode.As == table.EncodePairs {
		s = object{"type": "array", "items": object{"type": "object", "properties": object{
			p.Encode.Key: object{"type": "string"}, p.Encode.Value: object{}}}}
	}
	if c := p.Check; c != nil {
		if c.Enum != nil && p.Type == table.TypeString {
			s["enum"] = c.Enum
		}
		if c.Min.Set {
			s["minimum"] = c.Min.Value
		}
		if c.Max.Set {
			s["maximum"] = c.Max.Value
		}
		if c.MaxLength > 0 && p.Type == table.TypeArray {
			s["maxItems"] = c.MaxLength
		}
	}
	return s
}

func typed(t, items table.Type) object {
	switch t {
	case table.TypeObject:
		return object{"type": "object", "additionalProperties": true}
	case table.TypeArray:
		return object{"type": "array", "items": typed(items, "")}
	case table.TypeAny, "":
		return object{}
	}
	return object{"type": string(t)}
}

// bodySchema is a body's template with the parameters at their place.
func bodySchema(op *table.Operation, t table.Template) object {
	switch t.Kind {
	case table.TemplateObject:
		properties, required := object{}, []string{}
		for _, m := range t.Members {
			properties[m.Name] = bodySchema(op, m.Value)
			required = append(required, m.Name)
		}
		if t.Parameters {
			for _, p := range op.Params {
				if p.In != table.InBody {
					continue
				}
				s := paramSchema(p)
				s["description"] = p.Description
				properties[p.Wire] = s
				if p.Required {
					required = append(required, p.Wire)
				}
			}
		}
		s := object{"type": "object", "properties": properties}
		if len(required) > 0 {
			s["required"] = required
		}
		return s
	case table.TemplateList:
		return object{"type": "array", "items": object{}}
	case table.TemplateValue:
		return pathParameter(op, t.Name)["schema"].(object)
	case table.TemplateJSON:
		if text, err := unquoted(t.JSON); err == nil {
			return object{"type": "string", "enum": []string{text}}
		}
		return object{}
	}
	return object{"type": "string"}
}

func unquoted(text string) (s string, err error) {
	err = json.Unmarshal([]byte(text), &s)
	return s, err
}

// response is the answer with the members that the action takes out of it.
func (w writer) response(a *model.Action) object {
	out := object{"description": "Done."}
	root := object{"type": "object"}
	switch a.Kind {
	case model.KindObject:
		put(root, a.Op.Result.Path, w.referred(a.Op.Result.Shape, table.TypeObject))
	case model.KindList:
		put(root, a.Op.Result.Path, object{"type": "array", "items": w.referred(a.Op.Result.Shape, table.TypeObject)})
	case model.KindFields:
		for _, o := range a.Op.Outputs {
			if o.From != table.SourceBody || len(o.Paths) == 0 {
				continue
			}
			if o.Type == table.TypeArray {
				put(root, o.Paths[0], object{"type": "array", "items": w.referred(o.Shape, o.Items)})
			} else {
				put(root, o.Paths[0], w.referred(o.Shape, o.Type))
			}
		}
	default:
		return out
	}
	if p := a.Op.Paging; p != nil {
		for _, path := range []string{p.Next, p.Current} {
			if path != "" {
				put(root, path, object{"type": "integer", "nullable": true})
			}
		}
	}
	out["content"] = object{w.answers: object{"schema": root}}
	return out
}

// put adds a member at a path, and the objects on the way.
func put(root object, path string, s object) {
	name, rest, deeper := strings.Cut(path, ".")
	properties, ok := root["properties"].(object)
	if !ok {
		properties = object{}
		root["properties"] = properties
	}
	if !deeper {
		properties[name] = s
		return
	}
	child, ok := properties[name].(object)
	if !ok {
		child = object{"type": "object"}
		properties[name] = child
	}
	put(child, rest, s)
}

func (w writer) referred(s *table.Shape, t table.Type) object {
	if s == nil {
		return typed(t, "")
	}
	return object{"$ref": "#/components/schemas/" + w.names[s]}
}

func (w writer) typeSchema(t *model.Type) object {
	properties, required := object{}, []string{}
	for i, f := range t.Shape.Fields {
		s := w.field(f)
		if d := t.Fields[i].Description; d != "" && s["$ref"] == nil {
			s["description"] = d
		}
		properties[f.Name] = s
		if !f.Optional {
			required = append(required, f.Name)
		}
	}
	s := object{"type": "object", "properties": properties}
	if t.Description != "" {
		s["description"] = t.Description
	}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func (w writer) field(f table.ShapeField) (s object) {
	switch {
	case f.Map:
		s = object{"type": "object", "additionalProperties": w.referred(f.Shape, f.Items)}
	case f.Type == table.TypeArray:
		s = object{"type": "array", "items": w.referred(f.Shape, f.Items)}
	default:
		s = w.referred(f.Shape, f.Type)
	}
	if f.Enum != nil {
		s["enum"] = f.Enum
	}
	if f.Nullable {
		if s["$ref"] != nil {
			return object{"allOf": []any{s}, "nullable": true}
		}
		s["nullable"] = true
	}
	return s
}
