package floor

// The floor's way through a body: strings are skipped, brackets are counted, and
// nothing is checked.

import (
	"bytes"
	"errors"
	"strconv"
)

var errBody = errors.New("the body is not what was expected")

// Scan cuts the data out by skipping from quote to quote.
func Scan(body []byte) (Found, error) {
	found := Found{Next: -1}
	err := members(body, func(name, value []byte) {
		switch string(name) {
		case "data":
			found.Data = value
		case "meta":
			_ = members(value, func(name, value []byte) { found.meta(name, value) })
		}
	})
	if err == nil && found.Data == nil {
		err = errBody
	}
	return found, err
}

// meta takes up a member of "meta".
func (f *Found) meta(name, value []byte) {
	n, err := strconv.Atoi(string(value))
	if err != nil {
		return // null, or what nobody asked for
	}
	switch string(name) {
	case "next_page":
		f.Next = n
	case "page_count":
		f.Count = n
	}
}

// members gives the members of an object.
func members(b []byte, use func(name, value []byte)) error {
	i := 1
	for i < len(b) && b[i] == '"' {
		end := skipString(b, i)
		if end < 0 || end+1 >= len(b) || b[end] != ':' {
			return errBody
		}
		name, start := b[i+1:end-1], end+1
		if i = skip(b, start); i < 0 {
			return errBody
		}
		use(name, b[start:i])
		if i++; b[i-1] != ',' {
			break
		}
	}
	if i != len(b) {
		return errBody
	}
	return nil
}

// items gives the elements of a list.
func items(list []byte, use func(item []byte) error) error {
	for i := 1; i < len(list)-1; i++ {
		end := skip(list, i)
		if end < 0 {
			return errBody
		}
		if err := use(list[i:end]); err != nil {
			return err
		}
		i = end
	}
	return nil
}

// skip is the end of the value at i, or -1.
func skip(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			if i = skipString(b, i); i < 0 || depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i // behind a number or a word
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return -1
}

// skipString is the end of the string at i, or -1.
func skipString(b []byte, i int) int {
	for i++; ; i++ {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			return -1
		}
		i += j
		back := i
		for b[back-1] == '\\' {
			back--
		}
		if (i-back)%2 == 0 {
			return i + 1
		}
	}
}
