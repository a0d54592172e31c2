// Encodings: how a value is written where it is not simply itself. Those that
// make another value of it are done here; those that make several fields of it
// are done where the fields are: spread.

package runtime

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// encode makes what is sent of a value. The reason says what the value would
// have to be.
func (b *builder) encode(e *Encoding, v Value) (_ Value, reason string) {
	switch e.As {
	case EncodeCSV:
		return joined(v, ","), ""
	case EncodeSemicolons:
		return joined(v, ";"), ""
	case EncodeSpaces:
		return joined(v, " "), ""
	case EncodePipes:
		return joined(v, "|"), ""
	case EncodeJSON:
		return Text(string(compact(v.appendJSON(nil)))), ""
	case EncodePythonJSON:
		return Text(string(appendPython(nil, v.appendJSON(nil)))), ""
	case EncodePairs:
		return pairs(e, v)
	case EncodeEach:
		return b.each(e, v), ""
	case EncodeWrap:
		return rawJSON(append(v.appendJSON([]byte{'['}), ']')), ""
	case EncodeBase64:
		return v.mapped(func(v Value) Value { return Text(base64.StdEncoding.EncodeToString([]byte(v.plain()))) }), ""
	case EncodeMD5:
		return v.mapped(func(v Value) Value {
			sum := md5.Sum([]byte(v.plain()))
			return Text(hex.EncodeToString(sum[:]))
		}), ""
	}
	return v, ""
}

// joined is a list as one text. Nulls in it say nothing.
func joined(v Value, separator string) Value {
	if !v.list() {
		return v
	}
	var texts []string
	v.elements(func(e Value) {
		if !e.null() {
			texts = append(texts, e.plain())
		}
	})
	return Text(strings.Join(texts, separator))
}

// pairs is an object as a list of pairs, in the object's own order and
// spelling.
func pairs(e *Encoding, v Value) (_ Value, reason string) {
	if !v.object() {
		return v, "must be an object"
	}
	s := scanner{b: v.json}
	seen := make(map[string]bool)
	dst := []byte{'['}
	s.object(0, 0, func(key []byte, at int) int {
		if name := unquote(key); seen[name] {
			reason = fmt.Sprintf("has the key %q twice", name)
		} else {
			seen[name] = true
		}
		end := s.value(at, 1)
		dst = append(appendQuoted(append(comma(dst, 0), '{'), e.Key), ':')
		dst = append(append(dst, key...), ',')
		dst = append(appendQuoted(dst, e.Value), ':')
		dst = append(append(dst, v.json[at:end]...), '}')
		return end
	})
	return rawJSON(append(dst, ']')), reason
}

// each is a list with every element put into the template.
func (b *builder) each(e *Encoding, v Value) Value {
	if !v.list() {
		v = rawJSON(append(v.appendJSON([]byte{'['}), ']'))
	}
	if e.Each == nil {
		return v
	}
	outer := b.item
	v = v.mapped(func(element Value) Value {
		b.item = element
		return b.eval(e.Each)
	})
	b.item = outer
	return v
}

// as turns a value into another type where nothing is lost: "12" and 12, "true"
// and true; true is 1 as a number.
func (v Value) as(t Type) (_ Value, ok bool) {
	switch t {
	case TypeString:
		if v.isText() {
			return v, true
		}
		return Text(v.plain()), true
	case TypeInteger, TypeNumber:
		return v.asNumber(t)
	case TypeBoolean:
		switch strings.ToLower(strings.TrimSpace(v.plain())) {
		case "true", "1":
			return Bool(true), true
		case "false", "0":
			return Bool(false), true
		}
		return v, v.isBool()
	case TypeArray:
		return v, v.list()
	case TypeObject:
		return v, v.object()
	}
	return v, true
}

func (v Value) asNumber(t Type) (_ Value, ok bool) {
	text := strings.TrimSpace(v.plain())
	switch {
	case v.isBool():
		return Int(int64(strings.IndexByte("ft", text[0]))), true
	case text == "" || !v.isText() && !v.isNumber():
		return v, false
	}
	s := scanner{b: []byte(text)}
	if s.number(0) != len(text) || t == TypeInteger && !isInteger(s.b) {
		return v, false
	}
	return Value{kind: bareValue, text: text}, true
}

// appendPython appends checked JSON as Python's json.dumps writes it: spaces
// behind commas and colons, everything other than ASCII escaped.
func appendPython(dst, text []byte) []byte {
	w := pythonWriter{scanner{b: text}, dst}
	w.any(w.space(0), 0)
	return w.out
}

type pythonWriter struct {
	scanner
	out []byte
}

func (w *pythonWriter) any(at, depth int) (end int) {
	first := true
	next := func() {
		if !first {
			w.out = append(w.out, ", "...)
		}
		first = false
	}
	switch w.b[at] {
	case '{':
		w.out = append(w.out, '{')
		end = w.object(at, depth, func(key []byte, at int) int {
			next()
			w.out = append(appendASCII(w.out, unquote(key)), ": "...)
			return w.any(at, depth+1)
		})
		w.out = append(w.out, '}')
	case '[':
		w.out = append(w.out, '[')
		end = w.array(at, depth, func(at int) int {
			next()
			return w.any(at, depth+1)
		})
		w.out = append(w.out, ']')
	case '"':
		end = w.value(at, depth)
		w.out = appendASCII(w.out, unquote(w.b[at:end]))
	default:
		end = w.value(at, depth)
		w.out = append(w.out, w.b[at:end]...)
	}
	return end
}

// appendASCII appends a text as a JSON string of ASCII characters.
func appendASCII(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for _, r := range text {
		if i := strings.IndexRune("\"\\\n\r\t\b\f", r); i >= 0 {
			dst = append(dst, '\\', `"\nrtbf`[i])
			continue
		}
		switch {
		case r >= ' ' && r <= 0x7f:
			dst = append(dst, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			dst = fmt.Appendf(dst, `\u%04x\u%04x`, high, low)
		default:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		}
	}
	return append(dst, '"')
}

// spread writes a value as the fields of a query or a form: one, or several
// where it is a list or an object and has an encoding that says how.
func spread(name string, v Value, as EncodingKind, field func(name, value string)) {
	switch {
	case v.list() && as == EncodePythonJSON, v.object() && as == EncodePythonJSON:
		field(name, string(appendPython(nil, v.json)))
	case v.list() && as.several():
		n := 0
		v.elements(func(e Value) {
			spreadInner(elementName(name, as, n), e, as, field)
			n++
		})
	case v.object() && as.several() && as != EncodeRepeat:
		v.members(func(key string, m Value) { spreadInner(name+"["+key+"]", m, as, field) })
	case v.null():
		field(name, "")
	case v.list(), v.object():
		field(name, string(compact(v.json)))
	default:
		field(name, v.plain())
	}
}

// spreadInner is spread inside a list or an object, where null says nothing.
func spreadInner(name string, v Value, as EncodingKind, field func(name, value string)) {
	if !v.null() {
		spread(name, v, as, field)
	}
}

// several reports whether an encoding makes several fields of one value.
func (as EncodingKind) several() bool {
	switch as {
	case EncodeRepeat, EncodeBrackets, EncodeIndices, EncodeDeepObject:
		return true
	}
	return false
}

// elementName is the name of a field that holds an element of a list.
func elementName(name string, as EncodingKind, n int) string {
	switch as {
	case EncodeBrackets:
		return name + "[]"
	case EncodeIndices:
		return name + "[" + strconv.Itoa(n) + "]"
	}
	return name
}

// decodeBase64 reads base64 in either alphabet, with or without padding, lines
// or spaces in between.
func decodeBase64(text string) ([]byte, error) {
	text = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\n', '\r', '\t':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, text)
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
}
