// JSON objects that keep the order of their members, for schemas and exports.

package model

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// Object is a JSON object whose members keep their order.
type Object []Member

// Member is one member of an [Object].
type Member struct {
	Name  string
	Value any
}

// MarshalJSON writes the members in order, without HTML escapes.
func (o Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encode(&b, m.Name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := encode(&b, m.Value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Get returns a member's value, or nil.
func (o Object) Get(name string) any {
	for _, m := range o {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

func encode(b *bytes.Buffer, v any) error {
	if text, ok := v.(string); ok && plain(text) {
		b.WriteByte('"')
		b.WriteString(text)
		b.WriteByte('"')
		return nil
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the encoder's line break
	return nil
}

// plain reports whether a text stands in JSON as it is: most texts of schemas do,
// and an encoder for each would take longer than all else.
func plain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// JSON writes a value with an indent and without HTML escapes; no line break at
// the end.
func JSON(v any, indent string) []byte {
	var b bytes.Buffer
	w := writer{b: &b, indent: indent}
	if err := w.value(v, "\n"); err != nil {
		panic(err) // only values of this program come here
	}
	return b.Bytes()
}

// writer writes objects and lists of them in one pass; encoding/json would read
// each level again for the one around it.
type writer struct {
	b      *bytes.Buffer
	indent string
}

// value writes a value whose lines begin with br, a line break and blanks.
func (w writer) value(v any, br string) error {
	switch v := v.(type) {
	case Object:
		return w.all('{', '}', len(v), br, func(i int, br string) error {
			if err := encode(w.b, v[i].Name); err != nil {
				return err
			}
			w.b.WriteByte(':')
			if w.indent != "" {
				w.b.WriteByte(' ')
			}
			return w.value(v[i].Value, br)
		})
	case []Object:
		return w.all('[', ']', len(v), br, func(i int, br string) error { return w.value(v[i], br) })
	}
	begin := w.b.Len()
	if err := encode(w.b, v); err != nil || w.indent == "" || !bytes.ContainsAny(w.b.Bytes()[begin:], "{[") {
		return err
	}
	compact := bytes.Clone(w.b.Bytes()[begin:])
	w.b.Truncate(begin)
	return json.Indent(w.b, compact, br[1:], w.indent)
}

// all writes n parts, a line each.
func (w writer) all(open, close byte, n int, br string, part func(i int, br string) error) error {
	w.b.WriteByte(open)
	inner := br + w.indent
	for i := range n {
		if i > 0 {
			w.b.WriteByte(',')
		}
		if w.indent != "" {
			w.b.WriteString(inner)
		}
		if err := part(i, inner); err != nil {
			return err
		}
	}
	if n > 0 && w.indent != "" {
		w.b.WriteString(br)
	}
	w.b.WriteByte(close)
	return nil
}
