// Package show prints answers for people: tables, records, YAML and CSV. It knows
// JSON and nothing of connectors.
//
// What an API answers is data, never a command to a terminal: clean.go takes out
// what could steer one. value.go reads JSON in its order and with its digits,
// columns.go finds what to show, the other files each print one form.
package show

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

// Value is a JSON value whose members keep their order and whose numbers keep
// their digits.
type Value struct {
	kind  byte     // { [ " 0 t n
	text  string   // of a string its text, of other scalars their JSON
	names []string // of members
	parts []Value  // members or elements
}

var errNotJSON = errors.New("the answer is not JSON")

// Parse reads one JSON value.
func Parse(text []byte) (Value, error) {
	if !json.Valid(text) { // it bounds the depth too
		return Value{}, errNotJSON
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return parse(d)
}

func parse(d *json.Decoder) (v Value, err error) {
	token, err := d.Token()
	if err != nil {
		return v, err
	}
	switch t := token.(type) {
	case json.Delim:
		v.kind = byte(t)
		if err = v.fill(d); err == nil {
			_, err = d.Token()
		}
	case string:
		v.kind, v.text = '"', t
	case json.Number:
		v.kind, v.text = '0', t.String()
	case bool:
		v.kind, v.text = 't', map[bool]string{true: "true", false: "false"}[t]
	default:
		v.kind, v.text = 'n', "null"
	}
	return v, err
}

// fill reads what is in an object or a list. The last of two members of one name
// counts, as everywhere.
func (v *Value) fill(d *json.Decoder) error {
	at := make(map[string]int)
	for d.More() {
		name := ""
		if v.kind == '{' {
			token, err := d.Token()
			if err != nil {
				return err
			}
			name = token.(string)
		}
		part, err := parse(d)
		if err != nil {
			return err
		}
		if i, twice := at[name]; twice && v.kind == '{' {
			v.parts[i] = part
			continue
		}
		if at[name] = len(v.parts); v.kind == '{' {
			v.names = append(v.names, name)
		}
		v.parts = append(v.parts, part)
	}
	return nil
}

// Member is the member of that name; null when it is not there.
func (v Value) Member(name string) Value {
	if i := slices.Index(v.names, name); i >= 0 {
		return v.parts[i]
	}
	return Value{kind: 'n', text: "null"}
}

// Names are the names of an object's members.
func (v Value) Names() []string { return v.names }

// Elements are those of a list.
func (v Value) Elements() []Value {
	if v.kind != '[' {
		return nil
	}
	return v.parts
}

// IsList, IsObject and IsNull tell the kinds apart.
func (v Value) IsList() bool   { return v.kind == '[' }
func (v Value) IsObject() bool { return v.kind == '{' }
func (v Value) IsNull() bool   { return v.kind == 'n' || v.kind == 0 }

// scalar reports whether a value is neither object nor list.
func (v Value) scalar() bool { return v.kind != '{' && v.kind != '[' }

// Text is a value for people: a text as it stands, null as nothing, everything
// else as JSON.
func (v Value) Text() string {
	switch {
	case v.IsNull():
		return ""
	case v.scalar():
		return v.text
	}
	return string(v.JSON())
}

// JSON is the value as JSON, fit for a terminal.
func (v Value) JSON() []byte { return v.appendJSON(nil) }

func (v Value) appendJSON(out []byte) []byte {
	switch v.kind {
	case '"':
		return append(out, quoted(v.text)...)
	case '{', '[':
		out = append(out, v.kind)
		for i, part := range v.parts {
			if i > 0 {
				out = append(out, ',')
			}
			if v.kind == '{' {
				out = append(append(out, quoted(v.names[i])...), ':')
			}
			out = part.appendJSON(out)
		}
		return append(out, v.kind+2) // the closing one
	}
	return append(out, v.text...)
}

// quoted is a text as JSON that could steer no terminal.
func quoted(text string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a text always encodes
	return EscapeJSON(bytes.TrimSpace(b.Bytes()))
}

// at finds a field: a member of that name, or one inside of members.
func (v Value) at(path string) (Value, bool) {
	if i := slices.Index(v.names, path); i >= 0 {
		return v.parts[i], true
	}
	for i := range len(path) {
		if path[i] != '.' || !slices.Contains(v.names, path[:i]) {
			continue
		}
		if found, ok := v.Member(path[:i]).at(path[i+1:]); ok {
			return found, true
		}
	}
	return Value{}, false
}

// Field finds a field of an item; attributes of JSON:API need not be spelled out.
func (v Value) Field(path string) (Value, bool) {
	if found, ok := v.at(path); ok {
		return found, true
	}
	return v.Member(attributes).at(path)
}

// attributes is where JSON:API keeps what a resource is about.
const attributes = "attributes"

// Pick is an item with only these fields, or a list of such items.
func Pick(v Value, fields []string) Value {
	if v.IsList() {
		out := Value{kind: '['}
		for _, e := range v.parts {
			out.parts = append(out.parts, Pick(e, fields))
		}
		return out
	}
	if !v.IsObject() {
		return v
	}
	out := Value{kind: '{'}
	for _, f := range fields {
		found, ok := v.Field(f)
		if !ok {
			found = Value{kind: 'n', text: "null"}
		}
		out.names, out.parts = append(out.names, f), append(out.parts, found)
	}
	return out
}

// With is an object with another value for a member.
func (v Value) With(name string, value Value) Value {
	v.parts = slices.Clone(v.parts)
	for i, n := range v.names {
		if n == name {
			v.parts[i] = value
		}
	}
	return v
}

// writeLines writes lines, each with its end.
func writeLines(w io.Writer, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}
