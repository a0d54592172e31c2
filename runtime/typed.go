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
func ObjectAs[T any](ctx context.Context, c *Client, op *Operation, cred Credentials, values []Value, opts ...CallOption) (Typed[T], error) {
	d, err := decoderOf[T](c, op)
	if err != nil {
		return Typed[T]{}, err
	}
	raw, err := c.Object(ctx, op, cred, values, opts...)
	if err != nil || raw == nil {
		return Typed[T]{}, err
	}
	return read[T](d, raw), nil
}

// ListAs is [Client.List] for an operation whose elements have a shape, the
// shape of T. When it fails midway the list holds what came before, beside the
// error. Errors are [*Error].
func ListAs[T any](ctx context.Context, c *Client, op *Operation, cred Credentials, values []Value, opts ...CallOption) (TypedList[T], error) {
	d, err := decoderOf[T](c, op)
	if err != nil {
		return TypedList[T]{ListState: ListState{Stop: StopError}}, err
	}
	raw, err := c.List(ctx, op, cred, values, opts...)
	l := TypedList[T]{ListState: raw.ListState}
	if raw.Items != nil {
		l.Items = make([]Typed[T], len(raw.Items))
	}
	for i, item := range raw.Items {
		l.Items[i] = read[T](d, item)
	}
	return l, err
}

// SeqAs is ListAs as an iterator: it asks for a page when the one before has
// been used up, and holds no more than one. A failure comes as its last element.
func SeqAs[T any](ctx context.Context, c *Client, op *Operation, cred Credentials, values []Value, opts ...CallOption) iter.Seq2[Typed[T], error] {
	return func(yield func(Typed[T], error) bool) {
		d, err := decoderOf[T](c, op)
		if err != nil {
			yield(Typed[T]{}, err)
			return
		}
		for item, err := range c.Seq(ctx, op, cred, values, opts...) {
			if err != nil {
				yield(Typed[T]{}, err)
				return
			}
			if !yield(read[T](d, item), nil) {
				return
			}
		}
	}
}

// OutputsAs runs an operation with Outputs: they are the fields of T, in the
// same order. Where a list is paged T has one more, of the type [ListState]; when
// the list fails midway T holds what came before, beside the error. Errors are
// [*Error].
func OutputsAs[T any](ctx context.Context, c *Client, op *Operation, cred Credentials, values []Value, opts ...CallOption) (out T, err error) {
	v := reflect.ValueOf(&out).Elem()
	d, err := c.outputDecoder(v.Type(), op)
	if err != nil {
		return out, c.misfit(op, err)
	}
	k, failed := c.prepare(ctx, op, cred, values, opts)
	if failed != nil {
		setState(v, len(op.Outputs), &ListState{Stop: StopError})
		return out, failed
	}
	f, state, failed := k.fields(ctx)
	setState(v, len(op.Outputs), state)
	for i, value := range f.joined() {
		if value != nil {
			d.each[i].decode(value, v.Field(i))
		}
	}
	return out, asError(failed)
}

// setState fills in the last field of a struct of outputs, where it has one more
// than they are.
func setState(v reflect.Value, outputs int, state *ListState) {
	if state != nil && v.NumField() > outputs && v.Field(outputs).Type() == stateType {
		v.Field(outputs).Set(reflect.ValueOf(*state))
	}
}

// decoderOf returns the decoder of T for the result of an operation.
func decoderOf[T any](c *Client, op *Operation) (*decoder, error) {
	d, err := c.decoderFor(reflect.TypeFor[T](), op.Result.Shape)
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

func read[T any](d *decoder, raw Object) (t Typed[T]) {
	if t.Raw = raw; raw != nil {
		d.decode(raw, reflect.ValueOf(&t.Value).Elem())
	}
	return t
}
