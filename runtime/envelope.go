// The answer of an action: the envelope of the dispatch table, and the typed
// results of the generated handlers. Both come from the same steps.

package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
)

// Envelope is the answer of one dispatched action.
type Envelope struct {
	// JSON is the envelope: {"success": …, "error": …, data fields}, in this
	// order and always with all of them.
	JSON []byte
	// Err is why the action failed, nil when it succeeded.
	Err *Error
	// List tells about the list of a list action; nil for other actions.
	List *ListState
	// Replayed tells that the answer is that of an earlier call with the same
	// idempotency key; nothing was sent.
	Replayed bool
	// Unsettled tells that the ledger could not keep the answer: a repeat with
	// the same idempotency key may find nothing, or an unknown outcome.
	Unsettled bool
}

// Success reports whether the action succeeded.
func (e Envelope) Success() bool { return e.Err == nil }

// MarshalJSON returns the envelope's own bytes.
func (e Envelope) MarshalJSON() ([]byte, error) { return e.JSON, nil }

// Object is one JSON object of an answer, byte for byte as the API sent it. It
// is nil where the API answered null.
type Object []byte

// MarshalJSON returns the object's own bytes.
func (o Object) MarshalJSON() ([]byte, error) {
	if o == nil {
		return []byte("null"), nil
	}
	return o, nil
}

// String returns the object's own text.
func (o Object) String() string { return string(o) }

// Decode reads the object into a pointer. Numbers that land in an any are
// json.Number, so they keep their digits.
func (o Object) Decode(into any) error {
	d := json.NewDecoder(bytes.NewReader(o))
	d.UseNumber()
	return d.Decode(into)
}

// Invoke runs an operation on JSON input. Generated code calls it for the
// dispatch table.
func (c *Client) Invoke(ctx context.Context, op *Operation, cred Credentials, input []byte, opts ...CallOption) Envelope {
	return c.dispatch(ctx, op, cred, input, opts, (*call).invoke)
}

// dispatch takes a call from its JSON input to its envelope; run is what happens
// when the credential and the input are good.
func (c *Client) dispatch(ctx context.Context, op *Operation, cred Credentials, input []byte, opts []CallOption, run func(*call, context.Context) Envelope) (e Envelope) {
	ctx, w := c.watch(ctx, op)
	var k *call
	defer func() {
		panicked := recover()
		if panicked != nil { // a host's transport, clock or hook; its words may hold anything
			e = failure(op, c.broken(op), nil)
		}
		w.end(ctx, &e)
		if panicked != nil && k != nil && k.streamed() {
			panic(panicked) // it may be that of the loop over the stream
		}
	}()
	k, input, err := c.beginInput(op, cred, input, opts)
	if err != nil {
		return failure(op, err, nil)
	}
	k.ctx, k.watch = ctx, w
	if k.values, err = k.arguments(input); err != nil {
		return failure(op, err, nil)
	}
	return k.once(ctx, run)
}

// broken is the error of a call in which a part of the host panicked.
func (c *Client) broken(op *Operation) *Error {
	return failed(c.texts(op), CodeInternal, "a part of this program failed")
}

// invoke makes the envelope of a call whose input is good.
func (k *call) invoke(ctx context.Context) Envelope {
	switch {
	case k.streamed():
		return k.stream(ctx)
	case len(k.op.Outputs) > 0:
		return k.invokeOutputs(ctx)
	case k.paged():
		return k.invokeList(ctx)
	}
	found, err := k.one(ctx)
	if err != nil {
		return failure(k.op, err, nil)
	}
	return Envelope{JSON: appendSuccess(make([]byte, 0, len(found.result)+64), k.op, found.result)}
}

// parts fetches the pages of a list and returns the elements of each, as they
// came. look, when given, sees every page before it counts.
func (k *call) parts(ctx context.Context, look func(*cut) *Error) (parts [][]byte, state ListState, err *Error) {
	w := walk{call: k, kept: true, look: look}
	state, err = w.run(ctx, func(page *cut) (used int, more bool) {
		if inner := inList(page.result); len(inner) > 0 {
			parts = append(parts, inner)
		}
		return page.count, true
	})
	return parts, state, err
}

// inList is what stands between the brackets of a list.
func inList(list []byte) []byte { return bytes.TrimSpace(list[1 : len(list)-1]) }

func (k *call) invokeOutputs(ctx context.Context) Envelope {
	f, state, err := k.fields(ctx)
	if err != nil {
		e := failure(k.op, err, f.parts)
		if state != nil {
			e.List = state
		}
		return e
	}
	size := sizeOf(f.parts) + sizeOf(f.values) + 64
	for i := range k.op.Outputs {
		size += len(k.op.Outputs[i].Field) + 4
	}
	out := append(make([]byte, 0, size), `{"success":true,"error":null`...)
	for i := range k.op.Outputs {
		out = append(appendQuoted(append(out, ','), k.op.Outputs[i].Field), ':')
		if i == f.list {
			out = appendList(out, f.parts)
		} else {
			out = append(out, f.values[i]...)
		}
	}
	return Envelope{JSON: append(out, '}'), List: state}
}

// fields runs an operation with Outputs. state is nil when none of them is
// paged.
func (k *call) fields(ctx context.Context) (f fields, state *ListState, err *Error) {
	if f.list = -1; !k.paged() {
		found, err := k.one(ctx)
		if err == nil {
			f.values, err = k.outputs(&found, 0)
		}
		return f, nil, err
	}
	b := besides{call: k, lists: make(map[int][][]byte)}
	f.list = k.plan().list
	var paged ListState
	f.parts, paged, err = k.parts(ctx, b.page)
	if err == nil && b.last != nil {
		f.values, err = k.outputs(b.last, paged.Count)
	}
	if err == nil {
		for i, parts := range b.lists {
			f.values[i] = appendList(make([]byte, 0, sizeOf(parts)+2), parts)
		}
	}
	return f, &paged, err
}

// besides are the fields beside a paged list. The lists among them go on with
// every page; the others are those of the last one, where a caller goes on.
type besides struct {
	*call
	last  *cut
	lists map[int][][]byte // their elements so far, by output
}

func (b *besides) page(c *cut) *Error {
	b.last = c
	for i := range b.op.Outputs {
		o := &b.op.Outputs[i]
		if i == c.plan.list || o.From != SourceBody || o.kind() != TypeArray {
			continue
		}
		value, err := b.output(o, c, c.plan.outputs[i])
		if err != nil {
			return err
		}
		if value[0] != '[' {
			continue // null, its default
		}
		parts := b.lists[i]
		if inner := inList(value); len(inner) > 0 {
			parts = append(parts, inner)
		}
		b.lists[i] = parts
	}
	return nil
}

// outputFields is fields through the ledger, where the call has a key.
func (k *call) outputFields(ctx context.Context) (f fields, state *ListState, err *Error) {
	if !k.keyed() {
		return k.fields(ctx)
	}
	e := k.once(ctx, (*call).invoke)
	f.list = -1
	for i := range k.op.Outputs {
		f.values = append(f.values, member(e.JSON, k.op.Outputs[i].Field))
	}
	return f, nil, e.Err
}

// joined are all values, the list that is made of parts included.
func (f fields) joined() [][]byte {
	if f.list < 0 {
		return f.values
	}
	values := make([][]byte, max(len(f.values), f.list+1))
	copy(values, f.values)
	values[f.list] = appendList(make([]byte, 0, sizeOf(f.parts)+2), f.parts)
	return values
}

// sizeOf is the size of parts with a separator behind each.
func sizeOf(parts [][]byte) (size int) {
	for _, p := range parts {
		size += len(p) + 1
	}
	return size
}

// appendList appends the list that the pages make.
func appendList(dst []byte, parts [][]byte) []byte {
	dst = append(dst, '[')
	for i, p := range parts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, p...)
	}
	return append(dst, ']')
}

// appendSuccess appends a successful envelope with its data, or without data
// and open at that place when data is nil and the operation has a field.
func appendSuccess(dst []byte, op *Operation, data []byte) []byte {
	dst = append(dst, `{"success":true,"error":null`...)
	if op.Result.Kind == ResultNone {
		return append(dst, '}')
	}
	dst = append(appendQuoted(append(dst, ','), op.Result.Field), ':')
	if data == nil {
		return dst
	}
	return append(append(dst, data...), '}')
}

// failure is an envelope that says why an action failed. parts are what a list
// holds all the same.
func failure(op *Operation, err *Error, parts [][]byte) Envelope {
	out := appendQuoted(append(make([]byte, 0, len(err.text)+sizeOf(parts)+64), `{"success":false,"error":`...), err.text)
	for i := range op.Outputs {
		out = append(appendQuoted(append(out, ','), op.Outputs[i].Field), ':')
		if op.Result.Kind == ResultList && op.Outputs[i].Field == op.Result.Field {
			out = appendList(out, parts)
		} else {
			out = append(out, op.Outputs[i].empty()...)
		}
	}
	if len(op.Outputs) == 0 && op.Result.Field != "" {
		out = append(appendQuoted(append(out, ','), op.Result.Field), ':')
		if op.Result.Kind == ResultList {
			out = appendList(out, parts)
		} else {
			out = append(out, `null`...)
		}
	}
	e := Envelope{JSON: append(out, '}'), Err: err}
	if op.Result.Kind == ResultList {
		e.List = &ListState{Stop: StopError}
	}
	return e
}

// one runs an operation of one request.
func (k *call) one(ctx context.Context) (cut, *Error) {
	a, err := k.perform(ctx, k.values)
	if err != nil {
		return cut{}, err
	}
	return k.take(a, false)
}

// prepare begins a typed call.
func (c *Client) prepare(ctx context.Context, w *watch, op *Operation, cred Credentials, values []Value, opts []CallOption) (*call, *Error) {
	k, err := c.begin(op, cred, opts)
	if err != nil {
		return nil, err
	}
	k.ctx, k.watch = ctx, w
	k.values, err = k.checked(values)
	return k, err
}

// Do runs an operation that returns nothing. Errors are [*Error].
func (c *Client) Do(ctx context.Context, op *Operation, cred Credentials, values []Value, opts ...CallOption) error {
	_, err := c.Object(ctx, op, cred, values, opts...)
	return err
}

// Object runs an operation that returns one object; it is nil when the API
// answered null. Errors are [*Error].
func (c *Client) Object(ctx context.Context, op *Operation, cred Credentials, values []Value, opts ...CallOption) (o Object, err error) {
	ctx, w := c.watch(ctx, op)
	defer func() {
		if recover() != nil {
			err = c.broken(op)
		}
		w.endTyped(ctx, err, nil)
	}()
	k, failed := c.prepare(ctx, w, op, cred, values, opts)
	if failed != nil {
		return nil, failed
	}
	result, failed := k.object(ctx)
	if failed != nil || len(result) == 0 || result[0] == 'n' {
		return nil, asError(failed)
	}
	return Object(result), nil
}

// object is the one object that an operation returns.
func (k *call) object(ctx context.Context) ([]byte, *Error) {
	if k.keyed() {
		e := k.once(ctx, (*call).invoke)
		return member(e.JSON, k.op.Result.Field), e.Err
	}
	found, err := k.one(ctx)
	return found.result, err
}

// List runs an operation that returns a list, to its end. When it fails midway
// the list holds what came before, beside the error. Errors are [*Error].
func (c *Client) List(ctx context.Context, op *Operation, cred Credentials, values []Value, opts ...CallOption) (l List, err error) {
	ctx, w := c.watch(ctx, op)
	defer func() {
		if recover() != nil {
			l, err = List{ListState: ListState{Stop: StopError}}, c.broken(op)
		}
		w.endTyped(ctx, err, &l.ListState)
	}()
	k, failed := c.prepare(ctx, w, op, cred, values, opts)
	if failed != nil {
		return List{ListState: ListState{Stop: StopError}}, failed
	}
	walk := walk{call: k, collect: true, kept: true}
	l.ListState, failed = walk.run(ctx, func(page *cut) (used int, more bool) {
		l.Items = append(l.Items, page.items...)
		return page.count, true
	})
	return l, asError(failed)
}

// Seq is List as an iterator, for lists of any length: it holds the page that is
// being used and those that are asked for together with the next one, and no
// more. A failure comes as its last element; [KeepState] tells how far it came.
func (c *Client) Seq(ctx context.Context, op *Operation, cred Credentials, values []Value, opts ...CallOption) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		ctx, w := c.watch(ctx, op)
		var err *Error
		state := ListState{Stop: StopError}
		defer func() { w.endTyped(ctx, asError(err), &state) }()
		k, err := c.prepare(ctx, w, op, cred, values, opts)
		if err == nil {
			state, err = k.each(ctx, func(item Object) bool { return yield(item, nil) })
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// each gives the items of a list to use as they come, until it wants no more.
func (k *call) each(ctx context.Context, use func(Object) bool) (ListState, *Error) {
	w := walk{call: k, collect: true}
	return w.run(ctx, func(page *cut) (used int, more bool) {
		for i, item := range page.items {
			if !use(item) {
				return i + 1, false
			}
		}
		return page.count, true
	})
}

// noteOf tells in the text of an error how far a list came.
func noteOf(s ListState) string {
	return fmt.Sprintf(" (%d items are here; the list is incomplete, resume it at %s)", s.Count, s.Resume)
}
