// JSON Schemas for agents. What a schema says twice, or says to people only, is
// left out, because a model pays for every word of every tool: titles, defaults
// that are null, unions that one keyword can say. What is left accepts exactly
// the same values.

package mcp

import (
	"bytes"
	"encoding/json"
	"slices"
)

// member is one member of a JSON object, in its place.
type member struct {
	key   string
	value json.RawMessage
}

// members are the members of a JSON object in their order; nil when it is none.
func members(object json.RawMessage) (out []member) {
	d := json.NewDecoder(bytes.NewReader(object))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	out = []member{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil
		}
		m := member{key: key.(string)} // a member begins with a string
		if d.Decode(&m.value) != nil {
			return nil
		}
		out = append(out, m)
	}
	return out
}

// elements are the elements of a JSON list; nil when it is none.
func elements(list json.RawMessage) (out []json.RawMessage) {
	if json.Unmarshal(list, &out) != nil {
		return nil
	}
	return out
}

// object writes members as a JSON object.
func object(ms []member) json.RawMessage {
	out := []byte{'{'}
	for i, m := range ms {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, quoted(m.key)...), ':'), m.value...)
	}
	return append(out, '}')
}

// list writes elements as a JSON list.
func list(es []json.RawMessage) json.RawMessage {
	out := []byte{'['}
	for i, e := range es {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, e...)
	}
	return append(out, ']')
}

// quoted is a text as JSON, as short as it can be.
func quoted(text string) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a text always encodes
	return bytes.TrimSpace(b.Bytes())
}

// find is the value of a member; nil when it is not there.
func find(ms []member, key string) json.RawMessage {
	for _, m := range ms {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

// text is a JSON string's text; "" when it is none.
func text(value json.RawMessage) (s string) {
	_ = json.Unmarshal(value, &s) // then it stays empty
	return s
}

// compactor makes schemas small. describe is asked for the description of each
// property, where it has one.
type compactor struct {
	describe func(property, description string) string
	closed   bool // additionalProperties: false is said
}

// schema makes a schema small. property is the name of what it describes, "" for
// the schema of a whole object.
func (c compactor) schema(property string, schema json.RawMessage) json.RawMessage {
	ms := members(schema)
	if ms == nil {
		return schema // true or false
	}
	out := make([]member, 0, len(ms))
	for _, m := range nullable(ms) {
		if m.value = c.keyword(property, m); m.value != nil {
			out = append(out, m)
		}
	}
	return object(out)
}

// keyword makes the value of one keyword small; nil leaves it out.
func (c compactor) keyword(property string, m member) json.RawMessage {
	switch m.key {
	case "title", "$schema", "examples":
		return nil
	case "description":
		if said := c.describe(property, text(m.value)); said != "" {
			return quoted(said)
		}
		return nil
	case "default":
		if string(m.value) == "null" {
			return nil
		}
	case "required":
		if len(elements(m.value)) == 0 {
			return nil
		}
	case "additionalProperties":
		switch string(m.value) {
		case "true":
			return nil
		case "false":
			if !c.closed {
				return nil
			}
		}
		return c.schema(property, m.value)
	case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas":
		inner := members(m.value)
		for i := range inner {
			inner[i].value = c.schema(inner[i].key, inner[i].value)
		}
		return object(inner)
	case "items", "not", "if", "then", "else", "contains", "propertyNames":
		return c.schema(property, m.value)
	case "anyOf", "oneOf", "allOf", "prefixItems":
		inner := elements(m.value)
		for i := range inner {
			inner[i] = c.schema(property, inner[i])
		}
		return list(inner)
	}
	return compacted(m.value)
}

// ofOneType are the keywords that say nothing about values of other types, so
// they may stand beside a second type.
var ofOneType = []string{"type", "title", "description", "items", "properties", "additionalProperties", "required",
	"pattern", "format", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}

// nullable says {"anyOf": [{"type": T, …}, {"type": "null"}]} as
// {"type": [T, "null"], …}.
func nullable(ms []member) []member {
	branches := elements(find(ms, "anyOf"))
	if len(branches) != 2 || find(ms, "type") != nil {
		return ms
	}
	null := members(branches[1])
	if len(null) != 1 || text(find(null, "type")) != "null" {
		return ms
	}
	first := members(branches[0])
	kind := text(find(first, "type"))
	if kind == "" || kind == "null" || slices.ContainsFunc(first, func(m member) bool { return !slices.Contains(ofOneType, m.key) }) {
		return ms
	}
	out := make([]member, 0, len(ms)+len(first))
	for _, m := range first {
		if m.key == "type" {
			m.value = list([]json.RawMessage{quoted(kind), quoted("null")})
		}
		if find(ms, m.key) == nil {
			out = append(out, m)
		}
	}
	for _, m := range ms {
		if m.key != "anyOf" {
			out = append(out, m)
		}
	}
	return out
}

// compacted is JSON without the blanks between its parts.
func compacted(value json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, value) != nil {
		return value
	}
	return b.Bytes()
}
