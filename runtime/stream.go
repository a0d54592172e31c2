// Results item by item, for callers that go by the names of actions: the dispatch
// table's form of the iterators of the typed handlers.

package runtime

import (
	"context"
	"iter"
)

// Stream is [Client.Call] item by item: the items of a list as they come, however
// long it is, or the one result of another action (nothing where it has none).
// It holds the page that is being used and those that are asked for together with
// the next one. Fields beside a list are left out. A failure comes as the last
// element; [KeepState] tells how far a list came. Errors are [*Error].
func (c *Client) Stream(ctx context.Context, action string, cred Credentials, input []byte, opts ...CallOption) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		more := true
		each := func(item Object) bool {
			more = yield(item, nil)
			return more
		}
		opts := append(opts[:len(opts):len(opts)], func(s *callSettings) { s.each = each })
		e := c.Call(ctx, action, cred, input, opts...)
		switch {
		case !more:
		case e.Err != nil:
			yield(nil, e.Err)
		case e.JSON != nil: // no pages: the whole result
			results(e.JSON, each)
		}
	}
}

// streamed reports whether the items of a call go to a stream instead of an
// envelope.
func (k *call) streamed() bool { return k.settings.each != nil && k.paged() && !k.keyed() }

// stream gives the items of a list to whoever asked for them.
func (k *call) stream(ctx context.Context) Envelope {
	state, err := k.each(ctx, k.settings.each)
	return Envelope{Err: err, List: &state}
}

// results gives the results of a successful envelope to use: the elements of its
// list or its object, where that is all; otherwise an object of all its fields.
func results(envelope []byte, use func(Object) bool) {
	var fields []byte
	var only []byte
	n := 0
	for c := inside(envelope); c.more(); {
		start := c.i
		name := nameOf(c.key())
		value := c.skip()
		if s := string(name); s == "success" || s == "error" {
			continue
		}
		fields = append(append(fields, ','), envelope[start:c.i]...)
		only = value
		n++
	}
	switch {
	case n == 0 || n == 1 && only[0] == 'n':
	case n == 1 && only[0] == '[':
		for c := inside(only); c.more(); {
			if !use(Object(c.skip())) {
				return
			}
		}
	case n == 1 && only[0] == '{':
		use(Object(only))
	default:
		fields[0] = '{'
		use(Object(append(fields, '}')))
	}
}
