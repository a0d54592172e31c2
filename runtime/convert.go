// Scalars on their way into an envelope: translated by a table, converted where
// nothing is lost, and held against their type. One of another type becomes
// null, so that an envelope keeps to its schema.

package runtime

import (
	"strconv"
	"strings"
)

// scalar says what a value is to be.
type scalar struct {
	t       Type
	convert bool
	table   []Translation
}

// scalar makes a value that is to stand where t leads.
func (k *call) scalar(s scalar, value []byte, t trail) []byte {
	out := k.convert(s, value)
	if out[0] == 'n' || isType(s.t, out) {
		k.inspectNumber(s.t, out, t)
		return out
	}
	k.reportAt(t, DriftType, string(s.t), typeOf(value))
	return []byte("null")
}

// convert translates and converts a value as far as it can.
func (k *call) convert(s scalar, value []byte) []byte {
	value = translate(s.table, s.t, value)
	if !s.convert || isType(s.t, value) {
		return value
	}
	switch c := value[0]; {
	case c == '"' && s.t != TypeString:
		if inner := []byte(unquote(value)); isScalar(inner) && isType(s.t, inner) {
			return inner
		}
	case s.t == TypeString && (c == 't' || c == 'f' || c == '-' || isDigit(c)):
		return append(append([]byte{'"'}, value...), '"')
	}
	return value
}

// translate looks the text of a scalar up in a table.
func translate(table []Translation, t Type, value []byte) []byte {
	if len(table) == 0 || value[0] == '{' || value[0] == '[' {
		return value
	}
	text := textOf(value)
	for _, line := range table {
		if line.From != text {
			continue
		}
		if to := []byte(line.To); t != TypeString && t != TypeAny && t != "" && isScalar(to) && isType(t, to) {
			return to
		}
		return appendQuoted(nil, line.To)
	}
	return value
}

// isScalar reports whether a text is one JSON number or boolean.
func isScalar(text []byte) bool {
	if len(text) == 0 || text[0] == '"' || text[0] == '{' || text[0] == '[' || text[0] == 'n' {
		return false
	}
	s := scanner{b: text}
	return s.value(0, 0) == len(text)
}

// isType reports whether a checked value is of a type. An integer may end in
// zeros behind a point.
func isType(t Type, value []byte) bool {
	c := value[0]
	switch t {
	case TypeString:
		return c == '"'
	case TypeBoolean:
		return c == 't' || c == 'f'
	case TypeNumber:
		return c == '-' || isDigit(c)
	case TypeInteger:
		return (c == '-' || isDigit(c)) && isWhole(string(value))
	case TypeArray:
		return c == '['
	case TypeObject:
		return c == '{'
	}
	return true
}

// isWhole reports whether a JSON number is written as an integer: 12 or 12.0.
func isWhole(number string) bool {
	_, fraction, _ := strings.Cut(number, ".")
	return strings.Trim(fraction, "0") == "" && !strings.ContainsAny(number, "eE")
}

// integer reads an integer as [isWhole] knows them.
func integer(number string) (int64, bool) {
	whole, _, _ := strings.Cut(number, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	return n, err == nil && isWhole(number)
}

// typeOf names the JSON type of a checked value as manifests do.
func typeOf(value []byte) string {
	switch c := value[0]; {
	case c == 'n':
		return "null"
	case c != '-' && !isDigit(c):
		return strings.TrimPrefix(strings.TrimPrefix(kindOf(value), "a "), "an ")
	case isWhole(string(value)):
		return string(TypeInteger)
	}
	return string(TypeNumber)
}
