// Values as they travel from an input to the request. Dispatched input stays
// the JSON text that it was; typed input is turned into values by generated
// code, one for each parameter. request.go puts them into their places.

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
func Slice(s []any) Value {
	if s == nil {
		return Value{}
	}
	return encoded(s)
}

// Opt is an optional argument: absent when nil, else made by of.
func Opt[T any](v *T, of func(T) Value) Value {
	if v == nil {
		return Value{}
	}
	return of(*v)
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
