// Bodies of requests in an OpenAPI document.

package export

import (
	"encoding/json"
	"strings"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

// requestSchema is a body: the template with the parameters at their places, and
// what credentials and pages put at its root.
func requestSchema(op *table.Operation) model.Object {
	s := templateSchema(op, op.Body.Root)
	if s.Get("type") != "object" {
		return s
	}
	if op.Auth != nil {
		for _, part := range op.Auth.Send {
			if part.Body != "" {
				s = withProperty(s, part.Body, model.Object{{Name: "type", Value: "string"}, {Name: "description", Value: "The credential."}})
			}
		}
	}
	if p := op.Paging; p != nil && p.In == table.InBody {
		s = withProperty(s, p.Param, pageSchema(p))
		s = withProperty(s, p.Size, typed(table.TypeInteger))
	}
	return s
}

// withProperty adds a property to the schema of an object. A dot in its name leads
// into an object.
func withProperty(s model.Object, name string, schema model.Object) model.Object {
	first, rest, deeper := strings.Cut(name, ".")
	properties, _ := s.Get("properties").(model.Object)
	if name == "" || !deeper && properties.Get(first) != nil {
		return s
	}
	if deeper {
		inner, ok := properties.Get(first).(model.Object)
		if !ok {
			inner = model.Object{{Name: "type", Value: "object"}}
		}
		schema = withProperty(inner, rest, schema)
	}
	return with(s, "properties", with(properties, first, schema))
}

// with is an object with a member set.
func with(o model.Object, name string, value any) model.Object {
	out := append(model.Object{}, o...)
	for i := range out {
		if out[i].Name == name {
			out[i].Value = value
			return out
		}
	}
	return append(out, model.Member{Name: name, Value: value})
}

// templateSchema is what a template yields.
func templateSchema(op *table.Operation, t table.Template) model.Object {
	switch t.Kind {
	case table.TemplateObject:
		return objectSchema(op, t)
	case table.TemplateList:
		items := model.Object{}
		if len(t.Elements) > 0 {
			items = templateSchema(op, t.Elements[0])
		}
		return model.Object{{Name: "type", Value: "array"}, {Name: "items", Value: items}}
	case table.TemplateValue:
		for _, p := range op.Params {
			if p.Name == t.Name {
				return describedSchema(p)
			}
		}
		return model.Object{}
	case table.TemplateJSON:
		return constantSchema(t.JSON)
	}
	return typed(table.TypeString)
}

func objectSchema(op *table.Operation, t table.Template) model.Object {
	properties, required := model.Object{}, []string{}
	for _, m := range t.Members {
		properties = append(properties, model.Member{Name: m.Name, Value: templateSchema(op, m.Value)})
		if always(op, m.Value) {
			required = append(required, m.Name)
		}
	}
	for _, p := range op.Params {
		if !t.Parameters || p.In != table.InBody || strings.Contains(p.Wire, ".") || p.Wire == "$" || properties.Get(p.Wire) != nil {
			continue
		}
		properties = append(properties, model.Member{Name: p.Wire, Value: describedSchema(p)})
		if p.Required && p.When == nil {
			required = append(required, p.Wire)
		}
	}
	s := model.Object{{Name: "type", Value: "object"}, {Name: "properties", Value: properties}}
	if len(required) > 0 {
		s = append(s, model.Member{Name: "required", Value: required})
	}
	return s
}

// always reports whether a member of a body is there whatever the input.
func always(op *table.Operation, t table.Template) bool {
	if t.When != nil || t.Optional {
		return false
	}
	switch t.Kind {
	case table.TemplateValue:
		for _, p := range op.Params {
			if p.Name == t.Name {
				return p.Required && p.When == nil
			}
		}
		return false
	case table.TemplateText:
		return false // it is left out when a hole is not given
	}
	return true
}

func describedSchema(p table.Param) model.Object {
	s := wireSchema(p)
	if p.Description != "" {
		s = append(s, model.Member{Name: "description", Value: CommonMark(p.Description)})
	}
	return s
}

// constantSchema is a value that is always the same.
func constantSchema(text string) model.Object {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return model.Object{}
	}
	switch v.(type) {
	case string:
		return model.Object{{Name: "type", Value: "string"}, {Name: "const", Value: json.RawMessage(text)}}
	case bool:
		return model.Object{{Name: "type", Value: "boolean"}, {Name: "const", Value: json.RawMessage(text)}}
	case float64:
		return model.Object{{Name: "type", Value: "number"}, {Name: "const", Value: json.RawMessage(text)}}
	}
	return model.Object{{Name: "const", Value: json.RawMessage(text)}}
}
