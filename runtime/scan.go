// The JSON scanner. One pass over a text checks its whole grammar (RFC 8259,
// depth bounded) and finds the values that are asked for, without copying or
// decoding: what nobody asks for is never read twice, and numbers keep their
// digits. It is tested against encoding/json by FuzzScan.

package runtime

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// scanner walks the JSON text b. Its methods take the index of a value's first
// byte and return the index after it, or a negative number when the text is not
// JSON; why and at then tell what is wrong and where.
type scanner struct {
	b   []byte
	why string
	at  int
}

const bad = -1

func (s *scanner) fail(at int, why string) int {
	if s.why == "" {
		s.why, s.at = why, at
	}
	return bad
}

func (s *scanner) err() error { return fmt.Errorf("%s at byte %d", s.why, s.at) }

// document checks that b is one JSON value in valid UTF-8 and nothing else,
// calling value for it.
func (s *scanner) document(value func(start int) (end int)) error {
	if !utf8.Valid(s.b) {
		return fmt.Errorf("not valid UTF-8")
	}
	end := value(s.space(0))
	if end < 0 {
		return s.err()
	}
	if end = s.space(end); end != len(s.b) {
		return fmt.Errorf("text after the end of the value at byte %d", end)
	}
	return nil
}

func (s *scanner) space(i int) int {
	for i < len(s.b) && s.b[i] <= ' ' && (s.b[i] == ' ' || s.b[i] == '\n' || s.b[i] == '\r' || s.b[i] == '\t') {
		i++
	}
	return i
}

// value skips the value at i.
func (s *scanner) value(i, depth int) int {
	if i >= len(s.b) {
		return s.fail(i, "it ends too early")
	}
	switch s.b[i] {
	case '"':
		return s.text(i + 1)
	case '{':
		return s.object(i, depth, nil)
	case '[':
		return s.array(i, depth, nil)
	case 't':
		if s.says(i, "true") {
			return i + len("true")
		}
	case 'f':
		if s.says(i, "false") {
			return i + len("false")
		}
	case 'n':
		if s.says(i, "null") {
			return i + len("null")
		}
	default:
		return s.number(i)
	}
	return s.fail(i, "it is not JSON")
}

// object skips the object at i. visit, when given, is called for each member
// with its key (quotes included) and the start of its value, and returns the
// value's end.
func (s *scanner) object(i, depth int, visit func(key []byte, at int) int) int {
	if depth >= maxDepth {
		return s.fail(i, "it is nested too deep")
	}
	if i = s.space(i + 1); i < len(s.b) && s.b[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(s.b) || s.b[i] != '"' {
			return s.fail(i, "a member name is missing")
		}
		key := i
		if i = s.text(i + 1); i < 0 {
			return bad
		}
		name := s.b[key:i]
		if i = s.space(i); i >= len(s.b) || s.b[i] != ':' {
			return s.fail(i, "a colon is missing")
		}
		i = s.space(i + 1)
		if visit == nil {
			i = s.value(i, depth+1)
		} else {
			i = visit(name, i)
		}
		if i < 0 {
			return bad
		}
		if i = s.space(i); i >= len(s.b) {
			return s.fail(i, "it ends too early")
		}
		switch s.b[i] {
		case ',':
			i = s.space(i + 1)
		case '}':
			return i + 1
		default:
			return s.fail(i, "a comma or a closing brace is missing")
		}
	}
}

// array skips the array at i. visit, when given, is called with the start of
// each element and returns its end.
func (s *scanner) array(i, depth int, visit func(at int) int) int {
	if depth >= maxDepth {
		return s.fail(i, "it is nested too deep")
	}
	if i = s.space(i + 1); i < len(s.b) && s.b[i] == ']' {
		return i + 1
	}
	for {
		if visit == nil {
			i = s.value(i, depth+1)
		} else {
			i = visit(i)
		}
		if i < 0 {
			return bad
		}
		if i = s.space(i); i >= len(s.b) {
			return s.fail(i, "it ends too early")
		}
		switch s.b[i] {
		case ',':
			i = s.space(i + 1)
		case ']':
			return i + 1
		default:
			return s.fail(i, "a comma or a closing bracket is missing")
		}
	}
}

const (
	ones   = 0x0101010101010101
	highs  = 0x8080808080808080
	twos   = 2 * ones
	limits = ('"' ^ 2 + 1) * ones
	slants = '\\' * ones
)

// stops marks the bytes of a word that end a run of plain characters: quotes,
// backslashes and control characters. Flipping the bit of 2 puts the quote right
// behind the control characters, so one comparison finds both. (A mark may stand
// above a true one too, so only the lowest counts.)
func stops(word uint64) uint64 {
	return ((word ^ twos - limits) | (word ^ slants - ones)) &^ word & highs
}

// text skips a string; i is the index after its opening quote. It looks at
// sixteen bytes a step, in two words. (The bounds are written so that the
// compiler sees that no index can leave b.)
func (s *scanner) text(i int) int {
	b := s.b
	for i >= 0 {
		for i <= len(b)-16 {
			if hit := stops(binary.LittleEndian.Uint64(b[i:])); hit != 0 {
				i += bits.TrailingZeros64(hit) / 8
				break
			}
			if hit := stops(binary.LittleEndian.Uint64(b[i+8:])); hit != 0 {
				i += 8 + bits.TrailingZeros64(hit)/8
				break
			}
			i += 16
		}
		switch c := s.peek(i); {
		case c == '"':
			return i + 1
		case c == '\\':
			i = s.escape(i)
		case i >= len(b):
			return s.fail(i, "a string does not end")
		case c < ' ':
			return s.fail(i, "a control character stands in a string")
		default:
			i++
		}
	}
	return bad
}

// escape skips the escape sequence at i.
func (s *scanner) escape(i int) int {
	if i+1 >= len(s.b) {
		return s.fail(i, "a string does not end")
	}
	switch s.b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		if i+6 <= len(s.b) && isHex(s.b[i+2]) && isHex(s.b[i+3]) && isHex(s.b[i+4]) && isHex(s.b[i+5]) {
			return i + 6
		}
	}
	return s.fail(i, "an escape in a string is wrong")
}

func (s *scanner) says(i int, word string) bool {
	return i+len(word) <= len(s.b) && string(s.b[i:i+len(word)]) == word
}

func (s *scanner) number(i int) int {
	start := i
	if s.peek(i) == '-' {
		i++
	}
	switch c := s.peek(i); {
	case c == '0':
		i++
	case isDigit(c):
		i = s.digits(i)
	default:
		return s.fail(start, "it is not JSON")
	}
	if s.peek(i) == '.' {
		if i++; !isDigit(s.peek(i)) {
			return s.fail(i, "a digit is missing in a number")
		}
		i = s.digits(i)
	}
	if c := s.peek(i); c == 'e' || c == 'E' {
		if i++; s.peek(i) == '+' || s.peek(i) == '-' {
			i++
		}
		if !isDigit(s.peek(i)) {
			return s.fail(i, "a digit is missing in a number")
		}
		i = s.digits(i)
	}
	return i
}

func (s *scanner) digits(i int) int {
	for i < len(s.b) && isDigit(s.b[i]) {
		i++
	}
	return i
}

// peek returns the byte at i, or 0 behind the end.
func (s *scanner) peek(i int) byte {
	if i < len(s.b) {
		return s.b[i]
	}
	return 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// keyIs reports whether a quoted member name says name, escapes undone.
func keyIs(quoted []byte, name string) bool {
	inner := quoted[1 : len(quoted)-1]
	if !hasEscape(inner) {
		return string(inner) == name
	}
	return unquote(quoted) == name
}

func hasEscape(b []byte) bool {
	for _, c := range b {
		if c == '\\' {
			return true
		}
	}
	return false
}

// unquote returns the text of a checked JSON string.
func unquote(quoted []byte) string {
	inner := quoted[1 : len(quoted)-1]
	if !hasEscape(inner) {
		return string(inner)
	}
	var out string
	_ = json.Unmarshal(quoted, &out) // the scanner has checked it
	return out
}

// kindOf names the JSON type of a checked value, with its article.
func kindOf(value []byte) string {
	switch value[0] {
	case '"':
		return "a string"
	case '{':
		return "an object"
	case '[':
		return "an array"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}
