// Reading JSON that the scanner has checked: paths into it, and a cursor that
// walks it from value to value.

package runtime

import (
	"bytes"
	"strconv"
	"strings"
)

// path is a dotted path into JSON: errors.0.message. A number indexes a list,
// from its end when it is negative, and names a member where it meets an object.
type path []segment

type segment struct {
	name  string
	index int // -1: no number
	back  int // from the end of a list: 1 is the last; 0: not
}

func parsePath(dotted string) path {
	if dotted == "" {
		return nil
	}
	var p path
	for name := range strings.SplitSeq(dotted, ".") {
		p = append(p, parseSegment(name))
	}
	return p
}

func parseSegment(name string) segment {
	index, err := strconv.Atoi(name)
	if err != nil || index < 0 || name != strconv.Itoa(index) {
		index = -1
	}
	s := segment{name: name, index: index}
	if back, ok := strings.CutPrefix(name, "-"); ok {
		if n, err := strconv.Atoi(back); err == nil && n > 0 && back == strconv.Itoa(n) {
			s.back = n
		}
	}
	return s
}

// forward splits a path before the first place that is counted from an end: how
// long a list is, is known only behind it.
func (p path) forward() (ahead, rest path) {
	for i, s := range p {
		if s.back > 0 {
			return p[:i], p[i:]
		}
	}
	return p, nil
}

// in follows the path into a checked value; nil when it leads nowhere.
func (p path) in(value []byte) []byte {
	for _, s := range p {
		if value = s.in(value); value == nil {
			return nil
		}
	}
	return value
}

func (s segment) in(value []byte) []byte {
	switch {
	case len(value) > 0 && value[0] == '{':
		return member(value, s.name)
	case len(value) > 0 && value[0] == '[' && s.index >= 0:
		return element(value, s.index)
	case len(value) > 0 && value[0] == '[' && s.back > 0:
		return element(value, elements(value)-s.back)
	}
	return nil
}

// find follows a dotted path into a checked value.
func find(value []byte, dotted string) []byte { return parsePath(dotted).in(value) }

// checkedJSON returns the one JSON value of a text, without what may stand
// around it, or nil when it is no JSON.
func checkedJSON(text []byte) []byte {
	s := scanner{b: withoutMark(text)}
	if s.document(func(i int) int { return s.value(i, 0) }) != nil {
		return nil
	}
	return bytes.TrimSpace(s.b)
}

// withoutMark is a text without a byte order mark.
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\uFEFF")) }

// member returns the member of a checked object with that name, or nil. The
// last of several counts.
func member(object []byte, name string) (found []byte) {
	if len(object) == 0 || object[0] != '{' {
		return nil
	}
	for c := inside(object); c.more(); {
		key := c.key()
		if value := c.skip(); keyIs(key, name) {
			found = value
		}
	}
	return found
}

// element returns an element of a checked list, or nil.
func element(list []byte, index int) []byte {
	n := 0
	for c := inside(list); c.more(); n++ {
		if value := c.skip(); n == index {
			return value
		}
	}
	return nil
}

// elements counts those of a checked list.
func elements(list []byte) (n int) {
	for c := inside(list); c.more(); n++ {
		c.skip()
	}
	return n
}

// cursor stands in a checked text, at the start of a value or behind one.
type cursor struct {
	scanner
	i int
}

// inside makes a cursor inside a checked object or list. The loop is
//
//	for c := inside(object); c.more(); {
//		key := c.key()
//		value := c.skip()
//	}
//
// and the same without a key for lists.
func inside(value []byte) *cursor {
	c := &cursor{scanner: scanner{b: value}}
	c.enter()
	return c
}

// enter moves behind the brace or bracket that the cursor stands at.
func (c *cursor) enter() { c.i++ }

// more moves to the next member or element. Behind the last it leaves the object
// or list.
func (c *cursor) more() bool {
	if c.i = c.space(c.i); c.peek(c.i) == ',' {
		c.i = c.space(c.i + 1)
	}
	switch c.peek(c.i) {
	case '}', ']', 0:
		c.i++
		return false
	}
	return true
}

// key takes a member's quoted name and moves to its value.
func (c *cursor) key() []byte {
	start := c.i
	end := c.text(start + 1)
	c.i = c.space(c.space(end) + 1)
	return c.b[start:end]
}

// skip takes the value that the cursor stands at.
func (c *cursor) skip() []byte {
	start := c.i
	c.i = c.value(start, 0)
	return c.b[start:c.i:c.i]
}

// at is the first byte of the value that the cursor stands at.
func (c *cursor) first() byte { return c.peek(c.i) }

// nameOf is the text of a quoted name as bytes, escapes undone.
func nameOf(quoted []byte) []byte {
	if inner := quoted[1 : len(quoted)-1]; !hasEscape(inner) {
		return inner
	}
	return []byte(unquote(quoted))
}

// textOf is a checked scalar as a text: strings without quotes, anything else
// as it stands.
func textOf(value []byte) string {
	if value[0] == '"' {
		return unquote(value)
	}
	return string(value)
}
