// Typed results: what the generated handlers of typed actions call. They run as
// the untyped ones of envelope.go do and read the answer into structs.

package runtime

import (
	"context"
	"fmt"
	"iter"
	"reflect"
)

// Typed is an object of an answer, read into a struct, and its own bytes. Raw is
// nil where the API answered null.
type Typed[T any] struct {
	Value T
	Raw   Object
}

// TypedList is the result of a list action.
type TypedList[T any] struct {
	Items []Typed[T]
	ListState
}

// ObjectAs is [Client.Object] for an operation whose result has a shape, the
// shape of T. Errors are [*Error].
func ObjectAs[T any](ctx context.Context, c *Client, op *Operation, cred Credentials, values []Value, opts ...CallOption) (t Typed[T], err error) {
	err = c.objectAs(ctx, op, cred, values, opts, &t)
	return t, err
}

// ListAs is [Client.List] for an operation whose elements have a shape, the
// shape of T. When it fails midway the list holds what came before, beside the
// error. Errors are [*Error].
func ListAs[T any](ctx context.Context, c *Client, op *Operation, cred Credentials, values []Value, opts ...CallOption) (l TypedList[T], err error) {
	err = c.listAs(ctx, op, cred, values, opts, &l.ListState, &l.Items)
	return l, err
}

// SeqAs is ListAs as an iterator, for lists of any length; see [Client.Seq].
func SeqAs[T any](ctx context.Context, c *Client, op *Operation, cred Credentials, values []Value, opts ...CallOption) iter.Seq2[Typed[T], error] {
	return func(yield func(Typed[T], error) bool) {
		var t Typed[T]
		c.seqAs(ctx, op, cred, values, opts, &t, func(err error) bool {
			item := t
			t = Typed[T]{}
			return yield(item, err)
		})
	}
}

// OutputsAs runs an operation with Outputs: they are the fields of T, in the
// same order. Where a list is paged T has one more, of the type [ListState]; when
// the list fails midway T holds what came before, beside the error. Errors are
// [*Error].
func OutputsAs[T any](ctx context.Context, c *Client, op *Operation, cred Credentials, values []Value, opts ...CallOption) (out T, err error) {
	err = c.outputsAs(ctx, op, cred, values, opts, &out)
	return out, err
}

// The compiler makes each function above again for each T, so they are short:
// what they do is below, once, by reflection.

// objectAs is ObjectAs into a *Typed.
func (c *Client) objectAs(ctx context.Context, op *Operation, cred Credentials, values []Value, opts []CallOption, typed any) error {
	v := reflect.ValueOf(typed).Elem()
	d, err := c.decoderOf(v.Type(), op)
	if err != nil {
		return err
	}
	raw, err := c.Object(ctx, op, cred, values, opts...)
	if err != nil || raw == nil {
		return err
	}
	read(d, v, raw)
	return nil
}

// listAs is ListAs into a *[]Typed.
func (c *Client) listAs(ctx context.Context, op *Operation, cred Credentials, values []Value, opts []CallOption, state *ListState, items any) error {
	v := reflect.ValueOf(items).Elem()
	d, err := c.decoderOf(v.Type().Elem(), op)
	if err != nil {
		state.Stop = StopError
		return err
	}
	raw, err := c.List(ctx, op, cred, values, opts...)
	*state = raw.ListState
	if raw.Items != nil {
		v.Set(reflect.MakeSlice(v.Type(), len(raw.Items), len(raw.Items)))
	}
	for i, item := range raw.Items {
		read(d, v.Index(i), item)
	}
	return err
}

// seqAs is SeqAs: each element is in the *Typed when next is called.
func (c *Client) seqAs(ctx context.Context, op *Operation, cred Credentials, values []Value, opts []CallOption, typed any, next func(error) bool) {
	v := reflect.ValueOf(typed).Elem()
	d, err := c.decoderOf(v.Type(), op)
	if err != nil {
		next(err)
		return
	}
	for item, err := range c.Seq(ctx, op, cred, values, opts...) {
		if err != nil {
			next(err)
			return
		}
		read(d, v, item)
		if !next(nil) {
			return
		}
	}
}

// outputsAs is OutputsAs into a pointer to the struct.
func (c *Client) outputsAs(ctx context.Context, op *Operation, cred Credentials, values []Value, opts []CallOption, out any) (err error) {
	v := reflect.ValueOf(out).Elem()
	d, err := c.outputDecoder(v.Type(), op)
	if err != nil {
		return c.misfit(op, err)
	}
	ctx, w := c.watch(ctx, op)
	var state *ListState
	defer func() {
		if recover() != nil {
			err = c.broken(op)
		}
		w.endTyped(ctx, err, state)
	}()
	k, failed := c.prepare(ctx, w, op, cred, values, opts)
	if failed != nil {
		setState(v, len(op.Outputs), &ListState{Stop: StopError})
		return failed
	}
	f, state, failed := k.outputFields(ctx)
	setState(v, len(op.Outputs), state)
	for i, value := range f.joined() {
		if value != nil {
			d.each[i].decode(value, v.Field(i))
		}
	}
	return asError(failed)
}

// setState fills in the last field of a struct of outputs, where it has one more
// than they are.
func setState(v reflect.Value, outputs int, state *ListState) {
	if state != nil && v.NumField() > outputs && v.Field(outputs).Type() == stateType {
		v.Field(outputs).Set(reflect.ValueOf(*state))
	}
}

// decoderOf returns the decoder of a Typed's value for the result of an operation.
func (c *Client) decoderOf(typed reflect.Type, op *Operation) (*decoder, error) {
	d, err := c.decoderFor(typed.Field(0).Type, op.Result.Shape)
	if err != nil {
		return nil, c.misfit(op, err)
	}
	return d, nil
}

// misfit reports a type that does not fit the table: code that the generator did
// not write.
func (c *Client) misfit(op *Operation, err error) *Error {
	return failed(c.texts(op), CodeInternal, fmt.Sprintf("the result of %s cannot be read: %v", op.Name, err))
}

// read fills in a Typed.
func read(d *decoder, typed reflect.Value, raw Object) {
	*typed.Field(1).Addr().Interface().(*Object) = raw
	if raw != nil {
		d.decode(raw, typed.Field(0))
	}
}
