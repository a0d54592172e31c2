// Values as they travel from an input to the request. Dispatched input stays
// the JSON text that it was; typed input is turned into values by arguments.go,
// one for each parameter. request.go puts them into their places.

package runtime

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// Value is the argument for one parameter. The zero Value is absent.
type Value struct {
	kind valueKind
	text string // of textValue, bareValue and brokenValue
	json []byte // of jsonValue
}

type valueKind uint8

const (
	absentValue valueKind = iota
	textValue             // text is a string
	bareValue             // text is a JSON number or boolean
	jsonValue             // json is any JSON value
	brokenValue           // text says why there is none
	wrongValue            // it has been refused already
)

// Text is a string.
func Text(s string) Value { return Value{kind: textValue, text: s} }

// Bool is a boolean.
func Bool(b bool) Value { return Value{kind: bareValue, text: strconv.FormatBool(b)} }

// Int is an integer.
func Int(i int64) Value { return Value{kind: bareValue, text: strconv.FormatInt(i, 10)} }

// Number is a number. NaN and the infinities are refused when the request is
// built.
func Number(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{kind: brokenValue, text: "is not a finite number"}
	}
	return Value{kind: bareValue, text: strconv.FormatFloat(f, 'g', -1, 64)}
}

// Map is a JSON object; nil is absent.
func Map(m map[string]any) Value {
	if m == nil {
		return Value{}
	}
	return encoded(m)
}

// Slice is a JSON array; nil is absent.
func Slice[T any](s []T) Value {
	if s == nil {
		return Value{}
	}
	return encoded(s)
}

// Any is any JSON value; nil is absent.
func Any(v any) Value {
	if v == nil {
		return Value{}
	}
	return notNull(encoded(v))
}

// rawJSON is a value of JSON text that has been checked.
func rawJSON(json []byte) Value { return Value{kind: jsonValue, json: json} }

// notNull makes null absent.
func notNull(v Value) Value {
	if v.null() {
		return Value{}
	}
	return v
}

func encoded(v any) Value {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return Value{kind: brokenValue, text: "cannot be written as JSON: " + err.Error()}
	}
	return Value{kind: jsonValue, json: bytes.TrimSpace(b.Bytes())}
}

// plain is the value as it stands in a path, a query or a header: strings
// without quotes, anything else as JSON.
func (v Value) plain() string {
	if v.kind != jsonValue {
		return v.text
	}
	if v.json[0] == '"' {
		return unquote(v.json)
	}
	return string(v.json)
}

// appendJSON appends the value as JSON.
func (v Value) appendJSON(dst []byte) []byte {
	switch v.kind {
	case textValue:
		return appendQuoted(dst, v.text)
	case bareValue:
		return append(dst, v.text...)
	}
	return append(dst, v.json...)
}

// empty reports whether the value is "", [] or {}.
func (v Value) empty() bool {
	switch v.kind {
	case textValue:
		return v.text == ""
	case jsonValue:
		switch v.json[0] {
		case '"':
			return len(v.json) == 2
		case '[', '{':
			return len(bytes.TrimSpace(v.json[1:len(v.json)-1])) == 0
		}
	}
	return false
}

// null reports whether the value is JSON's null.
func (v Value) null() bool { return v.kind == jsonValue && v.json[0] == 'n' }

// list and object report whether the value is one.
func (v Value) list() bool   { return v.kind == jsonValue && v.json[0] == '[' }
func (v Value) object() bool { return v.kind == jsonValue && v.json[0] == '{' }

// isText reports whether the value is a string.
func (v Value) isText() bool {
	return v.kind == textValue || v.kind == jsonValue && v.json[0] == '"'
}

// isNumber reports whether the value is a number.
func (v Value) isNumber() bool {
	switch v.kind {
	case bareValue:
		return v.text[0] == '-' || isDigit(v.text[0])
	case jsonValue:
		return v.json[0] == '-' || isDigit(v.json[0])
	}
	return false
}

// isBool reports whether the value is a boolean.
func (v Value) isBool() bool {
	switch v.kind {
	case bareValue:
		return v.text[0] == 't' || v.text[0] == 'f'
	case jsonValue:
		return v.json[0] == 't' || v.json[0] == 'f'
	}
	return false
}

// there reports whether the value is given in the sense of rules and
// conditions: not null, "", [] or {}.
func (v Value) there() bool { return v.kind != absentValue && !v.null() && !v.empty() }

// falsy reports whether the value is null, empty, 0 or false.
func (v Value) falsy() bool {
	switch {
	case !v.there():
		return true
	case v.isBool():
		return v.plain() == "false"
	case v.isNumber():
		f, err := strconv.ParseFloat(v.plain(), 64)
		return err == nil && f == 0
	}
	return false
}

// same reports whether the value is that JSON: by its text, or as a number.
func (v Value) same(json string) bool {
	if string(compact(v.appendJSON(nil))) == string(compact([]byte(json))) {
		return true
	}
	if other := rawJSON([]byte(json)); v.isText() && other.isText() {
		return v.plain() == other.plain()
	} else if !v.isNumber() || !other.isNumber() {
		return false
	}
	a, errA := strconv.ParseFloat(v.plain(), 64)
	b, errB := strconv.ParseFloat(json, 64)
	return errA == nil && errB == nil && a == b
}

// elements calls use for each element of a list, and for the value itself when
// it is none.
func (v Value) elements(use func(Value)) {
	if !v.list() {
		use(v)
		return
	}
	s := scanner{b: v.json}
	s.array(0, 0, func(at int) int {
		end := s.value(at, 1)
		use(rawJSON(v.json[at:end]))
		return end
	})
}

// members calls use for each member of an object, in its order.
func (v Value) members(use func(name string, member Value)) {
	if !v.object() {
		return
	}
	s := scanner{b: v.json}
	s.object(0, 0, func(key []byte, at int) int {
		end := s.value(at, 1)
		use(unquote(key), rawJSON(v.json[at:end]))
		return end
	})
}

// mapped is the list of what use makes of each element, without those that it
// makes absent; of any other value it is what use makes of that.
func (v Value) mapped(use func(Value) Value) Value {
	if !v.list() {
		return use(v)
	}
	out := append(make([]byte, 0, len(v.json)+16), '[')
	v.elements(func(e Value) {
		if e = use(e); e.kind == absentValue {
			return
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = e.appendJSON(out)
	})
	return rawJSON(append(out, ']'))
}

// compact removes the spaces between the tokens of checked JSON.
func compact(text []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		return text
	}
	return b.Bytes()
}

// appendQuoted appends s as a JSON string; bytes that are not UTF-8 become
// U+FFFD.
func appendQuoted(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			return appendEscaped(dst, s)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

func appendEscaped(dst []byte, s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
