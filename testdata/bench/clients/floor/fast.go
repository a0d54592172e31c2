package floor

// The floor that checks: one pass over a body, the whole grammar of JSON (RFC
// 8259, as encoding/json reads it), and the data cut out on the way. It knows no
// other shape than the answers of this API.

import (
	"encoding/binary"
	"math/bits"
)

const maxDepth = 1000

// Fast cuts the data out of a body that it checks.
func Fast(body []byte) (Found, error) {
	found := Found{Next: -1}
	i := space(body, 0)
	if i >= len(body) || body[i] != '{' {
		return found, errBody
	}
	i = object(body, i, 1, func(name []byte, start, end int) {
		switch string(name) {
		case "data":
			found.Data = body[start:end]
		case "meta":
			if body[start] == '{' {
				object(body, start, 2, func(name []byte, start, end int) { found.meta(name, body[start:end]) })
			}
		}
	})
	if i < 0 || space(body, i) != len(body) || found.Data == nil {
		return found, errBody
	}
	return found, nil
}

// The functions below return the index behind what they check, or -1.

// value checks the value at i.
func value(b []byte, i, depth int) int {
	if i >= len(b) || depth > maxDepth {
		return -1
	}
	switch b[i] {
	case '"':
		return text(b, i)
	case '{':
		return object(b, i, depth+1, nil)
	case '[':
		return array(b, i, depth+1)
	case 't':
		return word(b, i, "true")
	case 'f':
		return word(b, i, "false")
	case 'n':
		return word(b, i, "null")
	}
	return number(b, i)
}

// object checks an object and tells use, where given, about its members.
func object(b []byte, i, depth int, use func(name []byte, start, end int)) int {
	if i = space(b, i+1); i < len(b) && b[i] == '}' {
		return i + 1
	}
	for {
		name := i
		if i >= len(b) || b[i] != '"' {
			return -1
		}
		if i = text(b, i); i < 0 {
			return -1
		}
		nameEnd := i - 1
		if i = space(b, i); i >= len(b) || b[i] != ':' {
			return -1
		}
		start := space(b, i+1)
		if i = value(b, start, depth); i < 0 {
			return -1
		}
		if use != nil {
			use(b[name+1:nameEnd], start, i)
		}
		if i = space(b, i); i >= len(b) {
			return -1
		}
		switch b[i] {
		case ',':
			i = space(b, i+1)
		case '}':
			return i + 1
		default:
			return -1
		}
	}
}

func array(b []byte, i, depth int) int {
	if i = space(b, i+1); i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = value(b, i, depth); i < 0 {
			return -1
		}
		if i = space(b, i); i >= len(b) {
			return -1
		}
		switch b[i] {
		case ',':
			i = space(b, i+1)
		case ']':
			return i + 1
		default:
			return -1
		}
	}
}

// text checks a string, eight bytes at a time up to its next quote, backslash or
// control character.
func text(b []byte, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i++
	for {
		for i+8 <= len(b) {
			x := binary.LittleEndian.Uint64(b[i:])
			quote, slash := x^(ones*'"'), x^(ones*'\\')
			stop := ((quote-ones)&^quote | (slash-ones)&^slash | (x-ones*' ')&^x) & highs
			if stop == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(stop) / 8
			break
		}
		if i >= len(b) {
			return -1
		}
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			if i = escape(b, i+1); i < 0 {
				return -1
			}
		case c < ' ':
			return -1
		default:
			i++
		}
	}
}

func escape(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		for k := i + 1; k < i+5; k++ {
			if k >= len(b) || !hex(b[k]) {
				return -1
			}
		}
		return i + 5
	}
	return -1
}

func hex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func word(b []byte, i int, w string) int {
	if len(b)-i >= len(w) && string(b[i:i+len(w)]) == w {
		return i + len(w)
	}
	return -1
}

func number(b []byte, i int) int {
	if i < len(b) && b[i] == '-' {
		i++
	}
	switch {
	case i < len(b) && b[i] == '0':
		i++
	default:
		if i = digits(b, i); i < 0 {
			return -1
		}
	}
	if i < len(b) && b[i] == '.' {
		if i = digits(b, i+1); i < 0 {
			return -1
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		return digits(b, i)
	}
	return i
}

// digits wants one at least.
func digits(b []byte, i int) int {
	start := i
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}
