// JSON Schemas for agents. What a schema says twice, or says to people only, is
// left out, because a model pays for every word of every tool: titles, defaults
// that are null, unions that one keyword can say. What is left accepts exactly
// the same values.

package mcp

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	tokens "github.com/segmentio/encoding/json"

	"modulex.dev/connector/runtime"
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
	if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r > '~' }) {
		return json.RawMessage(`"` + text + `"`)
	}
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
	if last := len(value) - 1; last > 0 && value[0] == '"' && !bytes.ContainsAny(value, "\\\xff") {
		return strings.ToValidUTF8(string(value[1:last]), "\uFFFD")
	}
	_ = json.Unmarshal(value, &s) // then it stays empty
	return s
}

// value is a JSON value that has been read: an object, a list or a scalar.
type value struct {
	kind   byte // '{', '[' or 0
	fields []field
	items  []value
	scalar json.RawMessage
}

// field is one member of an object that has been read.
type field struct {
	key   string
	value value
}

// read reads a schema of a table. What is no JSON object is the schema that
// accepts everything: a hand-made table may hold anything.
func read(schema runtime.Schema) value {
	raw := []byte(schema)
	if !json.Valid(raw) || raw[0] == '[' {
		return value{kind: '{'}
	}
	t := tokens.NewTokenizer(raw)
	t.Next()
	if v := next(t); v.kind == '{' {
		return v
	}
	return value{kind: '{'}
}

// next is the value that the tokenizer stands at. The JSON is known to be valid.
func next(t *tokens.Tokenizer) (v value) {
	switch t.Delim {
	case '{':
		v.kind = '{'
		for t.Next() && t.Delim != '}' {
			if t.Delim == ',' {
				continue
			}
			key := text(json.RawMessage(t.Value))
			t.Next() // the colon
			t.Next()
			v.fields = append(v.fields, field{key, next(t)})
		}
	case '[':
		v.kind = '['
		for t.Next() && t.Delim != ']' {
			if t.Delim != ',' {
				v.items = append(v.items, next(t))
			}
		}
	default:
		v.scalar = json.RawMessage(t.Value)
	}
	return v
}

// get is the value of a member; the zero value when it is not there.
func (v value) get(key string) value {
	for _, f := range v.fields {
		if f.key == key {
			return f.value
		}
	}
	return value{}
}

// text is the text of a string; "" of anything else.
func (v value) text() string { return text(v.scalar) }

// is reports whether a value is that scalar.
func (v value) is(scalar string) bool { return v.kind == 0 && string(v.scalar) == scalar }

// append appends the value's JSON.
func (v value) append(dst []byte) []byte {
	switch v.kind {
	case '{':
		dst = append(dst, '{')
		for i, f := range v.fields {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = f.value.append(append(append(dst, quoted(f.key)...), ':'))
		}
		return append(dst, '}')
	case '[':
		dst = append(dst, '[')
		for i, item := range v.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = item.append(dst)
		}
		return append(dst, ']')
	}
	return append(dst, v.scalar...)
}

// scalar is a text as a value.
func scalar(text string) value { return value{scalar: quoted(text)} }

// compactor makes schemas small. describe is asked for the description of each
// property, where it has one.
type compactor struct {
	describe func(property, description string) string
	closed   bool // additionalProperties: false is said
}

// schema makes a schema small. property is the name of what it describes, "" for
// the schema of a whole object.
func (c compactor) schema(property string, v value) value {
	if v.kind != '{' {
		return v // true or false
	}
	out := value{kind: '{', fields: make([]field, 0, len(v.fields))}
	for _, f := range nullable(v).fields {
		if said, there := c.keyword(property, f); there {
			out.fields = append(out.fields, field{f.key, said})
		}
	}
	return out
}

// keyword makes the value of one keyword small; some are left out.
func (c compactor) keyword(property string, f field) (said value, there bool) {
	switch f.key {
	case "title", "$schema", "examples":
		return said, false
	case "description":
		text := c.describe(property, f.value.text())
		return scalar(text), text != ""
	case "default":
		return f.value, !f.value.is("null")
	case "required":
		return f.value, len(f.value.items) > 0
	case "additionalProperties":
		return c.schema(property, f.value), !f.value.is("true") && (c.closed || !f.value.is("false"))
	case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas":
		said = value{kind: '{'}
		for _, inner := range f.value.fields {
			said.fields = append(said.fields, field{inner.key, c.schema(inner.key, inner.value)})
		}
		return said, true
	case "items", "not", "if", "then", "else", "contains", "propertyNames":
		return c.schema(property, f.value), true
	case "anyOf", "oneOf", "allOf", "prefixItems":
		said = value{kind: '['}
		for _, inner := range f.value.items {
			said.items = append(said.items, c.schema(property, inner))
		}
		return said, true
	}
	return f.value, true
}

// ofOneType are the keywords that say nothing about values of other types, so
// they may stand beside a second type.
var ofOneType = []string{"type", "title", "description", "items", "properties", "additionalProperties", "required",
	"pattern", "format", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}

// nullable says {"anyOf": [{"type": T, …}, {"type": "null"}]} as
// {"type": [T, "null"], …}.
func nullable(v value) value {
	branches := v.get("anyOf").items
	if len(branches) != 2 || v.get("type").scalar != nil {
		return v
	}
	first, null := branches[0], branches[1]
	kind := first.get("type").text()
	if len(null.fields) != 1 || null.get("type").text() != "null" || kind == "" || kind == "null" ||
		slices.ContainsFunc(first.fields, func(f field) bool { return !slices.Contains(ofOneType, f.key) }) {
		return v
	}
	out := value{kind: '{'}
	for _, f := range first.fields {
		if f.key == "type" {
			f.value = value{kind: '[', items: []value{scalar(kind), scalar("null")}}
		}
		if !slices.ContainsFunc(v.fields, func(own field) bool { return own.key == f.key }) {
			out.fields = append(out.fields, f)
		}
	}
	for _, f := range v.fields {
		if f.key != "anyOf" {
			out.fields = append(out.fields, f)
		}
	}
	return out
}

// compacted is JSON without the blanks between its parts.
func compacted(raw json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}
