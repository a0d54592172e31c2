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
func (c *Client) Invoke(ctx context.Context, op *Operation, cred Credentials, input []byte, opts ...CallOption) (e Envelope) {
	defer func() {
		if recover() != nil { // a host's transport or clock; its words may hold anything
			e = failure(op, failed(&c.table.API.Texts, CodeInternal, "a part of this program failed"), nil)
		}
	}()
	k, err := c.begin(op, cred, opts)
	if err != nil {
		return failure(op, err, nil)
	}
	values, reason := decodeInput(op.Params, input)
	if reason != "" {
		return failure(op, k.failed(CodeInvalidInput, reason), nil)
	}
	if op.Result.Kind == ResultList {
		return k.invokeList(ctx, values)
	}
	found, err := k.one(ctx, values)
	if err != nil {
		return failure(op, err, nil)
	}
	return Envelope{JSON: appendSuccess(make([]byte, 0, len(found.result)+64), op, found.result)}
}

func (k *call) invokeList(ctx context.Context, values []Value) Envelope {
	var parts [][]byte // the elements of each page, as they came
	size := 0
	state, err := k.pages(ctx, values, false, func(p cut) bool {
		if inner := bytes.TrimSpace(p.result[1 : len(p.result)-1]); len(inner) > 0 {
			parts = append(parts, inner)
			size += len(inner) + 1
		}
		return true
	})
	if err != nil {
		e := failure(k.op, err, parts)
		e.List = &state
		return e
	}
	out := appendSuccess(make([]byte, 0, size+len(k.op.Result.Field)+64), k.op, nil)
	return Envelope{JSON: append(appendList(out, parts), '}'), List: &state}
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
	size := len(err.text) + 64
	for _, p := range parts {
		size += len(p) + 1
	}
	out := appendQuoted(append(make([]byte, 0, size), `{"success":false,"error":`...), err.text)
	if op.Result.Field != "" {
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
func (k *call) one(ctx context.Context, values []Value) (cut, *Error) {
	r, reason := k.newRequest(values, 0)
	if reason != "" {
		return cut{}, k.failed(CodeInvalidInput, reason)
	}
	a, err := k.send(ctx, r)
	if err != nil {
		return cut{}, err
	}
	if k.op.Result.Kind == ResultNone {
		return cut{}, k.denied(a)
	}
	return k.take(a, false)
}

// denied looks for the failure member in an answer whose body nobody else
// reads; a body of any other kind is fine there.
func (k *call) denied(a *answer) *Error {
	found, err := k.cutBody(a.body, "", false)
	if err != nil || !fails(found.failure) {
		return nil
	}
	err = k.statusError(a)
	err.Attempts = a.attempts
	return err
}

// take cuts the result out of an answer.
func (k *call) take(a *answer, collect bool) (cut, *Error) {
	found, err := k.cutBody(a.body, a.header.Get("Content-Type"), collect)
	if err == nil && fails(found.failure) {
		err = k.statusError(a)
	}
	if err != nil {
		err.Status, err.RequestID, err.Attempts = a.status, k.requestID(a.header), a.attempts
	}
	return found, err
}

// prepare begins a typed call.
func (c *Client) prepare(op *Operation, cred Credentials, values []Value, opts []CallOption) (*call, *Error) {
	k, err := c.begin(op, cred, opts)
	if err != nil {
		return nil, err
	}
	if reason := missing(op.Params, values); reason != "" {
		return nil, k.failed(CodeInvalidInput, reason)
	}
	return k, nil
}

// Do runs an operation that returns nothing. Errors are [*Error].
func (c *Client) Do(ctx context.Context, op *Operation, cred Credentials, values []Value, opts ...CallOption) error {
	_, err := c.Object(ctx, op, cred, values, opts...)
	return err
}

// Object runs an operation that returns one object; it is nil when the API
// answered null. Errors are [*Error].
func (c *Client) Object(ctx context.Context, op *Operation, cred Credentials, values []Value, opts ...CallOption) (Object, error) {
	k, err := c.prepare(op, cred, values, opts)
	if err != nil {
		return nil, err
	}
	found, err := k.one(ctx, values)
	if err != nil || len(found.result) == 0 || found.result[0] == 'n' {
		return nil, asError(err)
	}
	return Object(found.result), nil
}

// List runs an operation that returns a list, to its end. When it fails midway
// the list holds what came before, beside the error. Errors are [*Error].
func (c *Client) List(ctx context.Context, op *Operation, cred Credentials, values []Value, opts ...CallOption) (List, error) {
	k, err := c.prepare(op, cred, values, opts)
	if err != nil {
		return List{ListState: ListState{Stop: StopError}}, err
	}
	var l List
	l.ListState, err = k.pages(ctx, values, true, func(p cut) bool {
		l.Items = append(l.Items, p.items...)
		return true
	})
	return l, asError(err)
}

// Seq is List as an iterator: it asks for a page when the one before has been
// used up, and holds no more than one. A failure comes as its last element.
func (c *Client) Seq(ctx context.Context, op *Operation, cred Credentials, values []Value, opts ...CallOption) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		k, err := c.prepare(op, cred, values, opts)
		if err != nil {
			yield(nil, err)
			return
		}
		_, err = k.pages(ctx, values, true, func(p cut) bool {
			for _, item := range p.items {
				if !yield(item, nil) {
					return false
				}
			}
			return true
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// note tells in the text of an error how far a list came.
func (s ListState) note() string {
	return fmt.Sprintf(" (%d items are here; the list is incomplete, resume it at %s)", s.Count, s.Resume)
}
