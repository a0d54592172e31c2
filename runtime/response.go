// What an answer means. One pass over a body checks that it is JSON and cuts
// out, as it stands, everything that the operation's plan wants; then it is
// held against what was declared. refusal.go knows failures and their messages,
// output.go makes the fields of an envelope.

package runtime

import (
	"bytes"
	"fmt"
	"math/bits"
	"strings"
)

// cut is what one pass over a body found. Its slices point into the body.
type cut struct {
	answer *answer
	plan   *plan
	root   []byte   // the whole body; nil when it was not read as JSON
	found  [][]byte // of each want of the plan; nil when it is not there
	absent bool     // the status says that there is nothing

	result []byte // of operations without Outputs, and the list that is paged
	count  int    // elements of the result, when it is a list
	came   int    // those that the API gave
	sifted int    // those that the operation leaves out
	items  []Object

	next, current, more, pages, total []byte // what tells how a list goes on
}

// at returns the want with that index, nil when there is none.
func (c *cut) at(i int) []byte {
	if i < 0 || i >= len(c.found) {
		return nil
	}
	return c.plan.rests[i].in(c.found[i])
}

// take cuts what an operation wants out of an answer. With collect, the
// elements of the list are returned one by one too.
func (k *call) take(a *answer, collect bool) (cut, *Error) {
	found, err := k.understand(a, collect)
	if err != nil {
		k.came(err, a)
	}
	return found, err
}

// came notes in an error which answer it is about.
func (k *call) came(err *Error, a *answer) {
	err.Status, err.RequestID, err.Attempts = a.status, k.requestID(a.header), a.attempts
}

// understand reads an answer from its body to what it means.
func (k *call) understand(a *answer, collect bool) (cut, *Error) {
	p := k.plan()
	if k.absent(a.status) {
		return k.absence(p, a)
	}
	if k.marked(a) {
		return cut{}, k.statusError(a)
	}
	c, err := k.cutBody(p, a, collect)
	if err != nil {
		return c, err
	}
	refused, err := k.refused(&c)
	if refused {
		err = k.statusError(a)
	}
	if err == nil {
		err = k.hold(&c, collect)
	}
	return c, err
}

// hold holds what was cut out of a body against what was declared.
func (k *call) hold(c *cut, collect bool) *Error {
	if reason := k.check(c); reason != "" {
		return k.failed(CodeUnexpectedResponse, reason)
	}
	c.came = c.count
	if k.paged() && len(k.op.Outputs) > 0 {
		if err := k.list(c, collect); err != nil {
			return err
		}
	}
	k.inspectResult(c)
	return k.strict()
}

// paged reports whether the operation's answers are the pages of a list.
func (k *call) paged() bool { return k.op.Result.Kind == ResultList }

// absence is what an answer comes to whose status says that there is nothing:
// no object, or a list without elements that ends here.
func (k *call) absence(p *plan, a *answer) (cut, *Error) {
	c := cut{answer: a, plan: p, absent: true, result: []byte("null")}
	if k.paged() {
		c.result, c.next, c.more, c.pages, c.total = []byte("[]"), []byte("null"), []byte("false"), []byte("0"), []byte("0")
	}
	if k.paged() && len(k.op.Outputs) > 0 {
		return c, k.list(&c, false)
	}
	return c, nil
}

// cutBody checks that a body is JSON and cuts out what the plan wants. A body
// that nobody reads may be anything.
func (k *call) cutBody(p *plan, a *answer, collect bool) (cut, *Error) {
	c := cut{answer: a, plan: p}
	body := withoutMark(a.body)
	switch empty := len(bytes.TrimSpace(body)) == 0; {
	case p.unread && (empty || !p.judged):
		return c, nil
	case empty && p.emptied:
		body = []byte("{}")
	case len(bytes.TrimSpace(a.body)) == 0:
		return c, k.failed(CodeUnexpectedResponse, "the answer has no body")
	}
	x := cutter{scanner: scanner{b: body}, plan: p, list: k.paged(), collect: collect, found: make([][]byte, len(p.wants))}
	if err := x.document(x.body); err != nil {
		if p.unread {
			return c, nil
		}
		return c, k.failed(CodeUnexpectedResponse, fmt.Sprintf("the answer is not JSON%s: %v", k.mediaType(a.header.Get("Content-Type")), err))
	}
	c.root, c.found, c.count, c.items = x.root, x.found, x.count, x.items
	c.result, c.next, c.current = c.at(p.result), c.at(p.next), c.at(p.current)
	c.more, c.pages, c.total = c.at(p.more), c.at(p.pages), c.at(p.total)
	return c, nil
}

// mediaType names what came instead of JSON.
func (k *call) mediaType(contentType string) string {
	media, _, _ := strings.Cut(contentType, ";")
	if media == "" || strings.Contains(media, "json") || len(media) > 80 {
		return ""
	}
	return " but " + k.secrets.clean(media)
}

// cutter is the pass over one body. It carries the set of the wants that lead
// through the place where it is, as bits; what no want leads to it skips.
type cutter struct {
	scanner
	plan    *plan
	list    bool // the result is a list of objects
	collect bool

	root  []byte
	found [][]byte
	count int // elements of the result; negative when one is no object
	items []Object
}

// maxWants is how many paths one pass finds; the few operations with more look
// for the others afterwards.
const maxWants = 64

func (x *cutter) body(i int) int {
	all := uint64(1)<<len(x.plan.wants) - 1 // all ones for 64
	end := x.walk(i, 0, all)
	if end < 0 {
		return end
	}
	x.root = x.b[i:end:end]
	for n := maxWants; n < len(x.plan.wants); n++ {
		x.found[n] = x.plan.wants[n].in(x.root)
	}
	return end
}

// walk takes the value at i, which wants lead to with their first depth
// segments. The last of several members with one name counts, so what was found
// before is forgotten.
func (x *cutter) walk(i, depth int, wants uint64) int {
	var here, below uint64 // the wants that end here, and those that go on
	for set := wants; set != 0; set &= set - 1 {
		n := bits.TrailingZeros64(set)
		x.found[n] = nil
		if len(x.plan.wants[n]) == depth {
			here |= 1 << n
		} else {
			below |= 1 << n
		}
	}
	// The result is the first want of all.
	isResult := x.plan.result == 0 && here&1 != 0
	if isResult {
		x.count, x.items = 0, nil
	}
	end := x.into(i, depth, below, isResult && x.list)
	if end < 0 {
		return end
	}
	for ; here != 0; here &= here - 1 {
		x.found[bits.TrailingZeros64(here)] = x.b[i:end:end]
	}
	return end
}

// into skips the value at i, looking into it where wants go on there and where
// the elements of the result are to be counted.
func (x *cutter) into(i, depth int, wants uint64, counting bool) int {
	switch c := x.peek(i); {
	case c == '{' && wants != 0:
		return x.object(i, depth, func(key []byte, at int) int { return x.member(key, at, depth, wants) })
	case c == '[' && counting && wants == 0:
		return x.array(i, depth, func(at int) int { return x.counted(at, x.value(at, depth+1)) })
	case c == '[' && (counting || wants != 0):
		return x.array(i, depth, x.element(depth, wants, counting))
	}
	return x.value(i, depth)
}

func (x *cutter) member(key []byte, at, depth int, wants uint64) int {
	name := nameOf(key)
	var through uint64
	for ; wants != 0; wants &= wants - 1 {
		n := bits.TrailingZeros64(wants)
		if x.plan.wants[n][depth].name == string(name) {
			through |= 1 << n
		}
	}
	if through == 0 {
		return x.value(at, depth+1)
	}
	return x.walk(at, depth+1, through)
}

// element returns the visitor of the elements of a list.
func (x *cutter) element(depth int, wants uint64, counting bool) func(at int) int {
	index := -1
	return func(at int) int {
		index++
		var through uint64
		for set := wants; set != 0; set &= set - 1 {
			n := bits.TrailingZeros64(set)
			if x.plan.wants[n][depth].index == index {
				through |= 1 << n
			}
		}
		end := x.walk(at, depth+1, through)
		if counting {
			return x.counted(at, end)
		}
		return end
	}
}

// counted notes an element of the result.
func (x *cutter) counted(at, end int) int {
	switch {
	case end < 0:
		return end
	case x.b[at] != '{' || x.count < 0:
		x.count = -1
		return end
	case x.collect:
		x.items = append(x.items, Object(x.b[at:end:end]))
	}
	x.count++
	return end
}

// check holds the result against its kind.
func (k *call) check(c *cut) (reason string) {
	r := k.op.Result
	switch {
	case c.plan.result < 0:
		return ""
	case c.result == nil:
		return inAnswer(r.Path) + " is missing"
	case r.Kind == ResultObject && c.result[0] != '{' && c.result[0] != 'n':
		return inAnswer(r.Path) + " is " + kindOf(c.result) + ", not an object"
	case r.Kind == ResultList && c.result[0] != '[':
		return inAnswer(r.Path) + " is " + kindOf(c.result) + ", not a list"
	case r.Kind == ResultList && c.count < 0:
		return inAnswer(r.Path) + " has an element that is not an object"
	}
	return ""
}

// inAnswer names a place of the body in messages.
func inAnswer(dotted string) string {
	if dotted == "" {
		return "the body"
	}
	return fmt.Sprintf("%q in the answer", dotted)
}
