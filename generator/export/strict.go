// Strict mode: the vendors let a model say only what the schema allows, and know
// few keywords of JSON Schema then. Types, lists, enums and descriptions are said;
// bounds, patterns and defaults become words of the description, which the runtime
// holds to anyway. What is open cannot be said at all.

package export

import (
	"fmt"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

// optional is how a strict schema says that a parameter may be missing.
type optional int

const (
	asDeclared  optional = iota // it is not among the required
	allRequired                 // everything is required, and what is optional may be null
)

// strictSchema is an input schema for strict mode, or why there is none. The
// runtime takes null for a parameter that is not given.
func strictSchema(a *model.Action, o optional) (s model.Object, why string) {
	properties, required := model.Object{}, []string{}
	for _, p := range a.Params {
		if why := open(p.Param); why != "" {
			return nil, why
		}
		declared, _ := a.InputSchema.Get("properties").(model.Object)
		schema, _ := declared.Get(p.Name).(model.Object)
		properties = append(properties, model.Member{Name: p.Name, Value: strictParam(schema, !p.Required && o == allRequired)})
		if p.Required || o == allRequired {
			required = append(required, p.Name)
		}
	}
	return model.Object{
		{Name: "type", Value: "object"},
		{Name: "properties", Value: properties},
		{Name: "required", Value: required},
		{Name: "additionalProperties", Value: false},
	}, ""
}

// open tells why a parameter has no strict schema.
func open(p *table.Param) string {
	closed := func(t table.Type) bool {
		return t == table.TypeString || t == table.TypeInteger || t == table.TypeNumber || t == table.TypeBoolean
	}
	switch {
	case p.Type == table.TypeObject:
		return p.Name + " is an object with any members"
	case p.Type == table.TypeArray && !closed(p.Items):
		return p.Name + " is a list of any values"
	case p.Type != table.TypeArray && !closed(p.Type):
		return p.Name + " may be any value"
	}
	return ""
}

// strictParam says what strict mode knows, and the rest in words.
func strictParam(declared model.Object, null bool) model.Object {
	typ, description := declared.Get("type"), ""
	if text, ok := declared.Get("description").(string); ok {
		description = text
	}
	for _, m := range declared {
		if say, ok := inWords[m.Name]; ok {
			description = sentence(description) + fmt.Sprintf(say, jsonText(m.Value))
		}
	}
	if null {
		typ = []any{typ, "null"}
	}
	s := model.Object{{Name: "type", Value: typ}, {Name: "description", Value: description}}
	if items := declared.Get("items"); items != nil {
		s = append(s, model.Member{Name: "items", Value: items})
	}
	if values, ok := declared.Get("enum").([]any); ok {
		if null {
			values = append(append([]any{}, values...), nil)
		}
		s = append(s, model.Member{Name: "enum", Value: values})
	}
	return s
}

// inWords are the keywords that become words.
var inWords = map[string]string{
	"default": "Default: %s.", "pattern": "It must match %s (RE2).", "minimum": "At least %s.", "maximum": "At most %s.",
	"minLength": "At least %s characters.", "maxLength": "At most %s characters.", "minItems": "At least %s elements.", "maxItems": "At most %s elements.",
}

// sentence is a text that another sentence may follow.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	switch text[len(text)-1] {
	case '.', '!', '?':
		return text + " "
	}
	return text + ". "
}

// jsonText is a value as JSON on one line.
func jsonText(v any) string { return string(model.JSON(v, "")) }
