// What an answer means: the data that is cut out of a body as it stands, the
// message that is found in an error, the checks that keep an envelope true to
// its schema.

package runtime

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// cut is what one pass over a body found. Its slices point into the body.
type cut struct {
	result  []byte // nil when it is not there
	failure []byte // the member that makes the answer a failure
	next    []byte // the member that leads to the next page
	current []byte // the member that tells which page this is
	count   int    // elements of the result, when it is a list
	items   []Object
}

// cutBody checks that a body is JSON and cuts out what the operation asks for.
// With collect, the elements of a list are returned one by one.
func (k *call) cutBody(body []byte, contentType string, collect bool) (cut, *Error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return cut{}, k.failed(CodeUnexpectedResponse, "the answer has no body")
	}
	x := cutter{scanner: scanner{b: bytes.TrimPrefix(body, []byte("\uFEFF"))}, op: k.op,
		failure: k.client.table.API.Failure, collect: collect}
	if err := x.document(x.root); err != nil {
		return cut{}, k.failed(CodeUnexpectedResponse, fmt.Sprintf("the answer is not JSON%s: %v", k.mediaType(contentType), err))
	}
	if reason := x.check(); reason != "" {
		return x.found, k.failed(CodeUnexpectedResponse, reason)
	}
	return x.found, nil
}

// mediaType names what came instead of JSON.
func (k *call) mediaType(contentType string) string {
	media, _, _ := strings.Cut(contentType, ";")
	if media == "" || strings.Contains(media, "json") || len(media) > 80 {
		return ""
	}
	return " but " + k.secrets.clean(media)
}

// cutter is the pass over one body. Members of the body's root are found on
// the way; paths that go deeper are followed afterwards, inside what was found.
type cutter struct {
	scanner
	op      *Operation
	failure string
	collect bool
	found   cut
	counted bool // found.result has been counted on the way
}

func (x *cutter) root(i int) int {
	if x.op.Result.Path == "" && x.op.Result.Kind != ResultNone {
		return x.whole(i)
	}
	if x.peek(i) != '{' {
		return x.value(i, 0)
	}
	end := x.object(i, 0, x.member)
	if end >= 0 && !x.counted {
		x.found.result = descend(x.found.result, x.op.Result.Path)
	}
	return end
}

// whole takes the whole body as the result, and looks for the failure in it.
func (x *cutter) whole(i int) int {
	end := x.take(i, 0)
	if end >= 0 && x.failure != "" {
		first, _, _ := strings.Cut(x.failure, ".")
		x.found.failure = descend(member(x.found.result, first), x.failure)
	}
	return end
}

// member looks at one member of the body's root.
func (x *cutter) member(key []byte, at int) int {
	end := 0
	isResult := x.matches(key, x.op.Result.Path)
	if isResult && !strings.Contains(x.op.Result.Path, ".") {
		end = x.take(at, 1)
	} else if end = x.value(at, 1); end >= 0 && isResult {
		x.found.result, x.counted = x.b[at:end], false
	}
	if end < 0 {
		return end
	}
	if p := x.op.Paging; p != nil {
		if x.matches(key, p.Next) {
			x.found.next = descend(x.b[at:end], p.Next)
		}
		if x.matches(key, p.Current) {
			x.found.current = descend(x.b[at:end], p.Current)
		}
	}
	if x.matches(key, x.failure) {
		x.found.failure = descend(x.b[at:end], x.failure)
	}
	return end
}

// matches reports whether key is the first member of a path.
func (x *cutter) matches(key []byte, path string) bool {
	if path == "" {
		return false
	}
	first, _, _ := strings.Cut(path, ".")
	return keyIs(key, first)
}

// take takes the value at i as the result, looking at its elements on the way
// when it is a list. The last of several members with one name counts.
func (x *cutter) take(i, depth int) int {
	var end int
	x.found.count, x.found.items, x.counted = 0, nil, true
	if x.op.Result.Kind == ResultList && x.peek(i) == '[' {
		end = x.array(i, depth, x.element(depth+1))
	} else {
		end = x.value(i, depth)
	}
	if end >= 0 {
		x.found.result = x.b[i:end]
	}
	return end
}

// element returns the visitor of a list's elements. An element that is no
// object makes count negative.
func (x *cutter) element(depth int) func(at int) int {
	return func(at int) int {
		end := x.value(at, depth)
		switch {
		case end < 0:
			return end
		case x.b[at] != '{' || x.found.count < 0:
			x.found.count = -1
			return end
		case x.collect:
			x.found.items = append(x.found.items, Object(x.b[at:end:end]))
		}
		x.found.count++
		return end
	}
}

// check holds the result against its kind.
func (x *cutter) check() (reason string) {
	r := x.op.Result
	if fails(x.found.failure) || r.Kind == ResultNone {
		return ""
	}
	switch {
	case x.found.result == nil:
		return x.where() + " is missing"
	case r.Kind == ResultObject:
		if c := x.found.result[0]; c != '{' && c != 'n' {
			return x.where() + " is " + kindOf(x.found.result) + ", not an object"
		}
		return ""
	case x.found.result[0] != '[':
		return x.where() + " is " + kindOf(x.found.result) + ", not a list"
	}
	if !x.counted {
		x.recount()
	}
	if x.found.count < 0 {
		return x.where() + " has an element that is not an object"
	}
	return ""
}

// where names the place of the result in messages.
func (x *cutter) where() string {
	if x.op.Result.Path == "" {
		return "the body"
	}
	return fmt.Sprintf("%q in the answer", x.op.Result.Path)
}

// recount counts a list that was found by a deeper path.
func (x *cutter) recount() {
	inner := cutter{scanner: scanner{b: x.found.result}, op: x.op, collect: x.collect}
	inner.take(0, 0)
	x.found.count, x.found.items = inner.found.count, inner.found.items
}

// descend follows the rest of a dotted path into a checked value, whose own
// member is the path's first. It returns nil when the path leads nowhere.
func descend(value []byte, path string) []byte {
	for {
		_, rest, deeper := strings.Cut(path, ".")
		if !deeper || value == nil {
			return value
		}
		name, _, _ := strings.Cut(rest, ".")
		value, path = member(value, name), rest
	}
}

// member returns the member of a checked object with that name, or nil.
func member(value []byte, name string) (found []byte) {
	if len(value) == 0 || value[0] != '{' {
		return nil
	}
	s := scanner{b: value}
	s.object(0, 0, func(key []byte, at int) int {
		end := s.value(at, 1)
		if keyIs(key, name) {
			found = value[at:end]
		}
		return end
	})
	return found
}

// fails reports whether the failure member of a body says that it is one:
// anything but null, false and emptiness.
func fails(v []byte) bool {
	return v != nil && v[0] != 'n' && v[0] != 'f' && !Value{kind: jsonValue, json: v}.empty()
}

// message finds the error message in a body by the API's rules; the first rule
// that finds a text wins. Without one, it is the body's own text.
func message(rules []ErrorRule, body []byte) string {
	var root any
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	if json.Unmarshal(body, &root) == nil {
		for _, rule := range rules {
			if text := rule.find(root); text != "" {
				return text
			}
		}
	}
	return string(body)
}

func (r ErrorRule) find(node any) string {
	for name := range strings.SplitSeq(r.Path, ".") {
		if name == "" {
			break // the body itself
		}
		object, _ := node.(map[string]any)
		node = object[name]
	}
	list, ok := node.([]any)
	if !ok {
		return r.text(node)
	}
	var texts []string
	for _, element := range list {
		if t := r.text(element); t != "" {
			texts = append(texts, t)
		}
	}
	return strings.Join(texts, "; ")
}

// text joins the members of one error object.
func (r ErrorRule) text(node any) string {
	if s, ok := node.(string); ok {
		return s
	}
	object, _ := node.(map[string]any)
	var texts []string
	for _, name := range r.Text {
		if s, ok := object[name].(string); ok && strings.TrimSpace(s) != "" {
			texts = append(texts, strings.TrimSpace(s))
		}
	}
	return strings.Join(texts, ": ")
}
