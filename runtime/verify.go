// Looking an unknown outcome up: a write whose answer never came may have been
// carried out or not. Its manifest can name a reading action that tells.

package runtime

import (
	"context"
	"encoding/json"
)

// Verify says which reading action tells whether a write has been carried out.
type Verify struct {
	Action string
	With   []VerifyArgument // its input
}

// VerifyArgument takes a value out of the input of the write.
type VerifyArgument struct {
	Name string // parameter of the reading action
	Path string // fields.email
}

// Verdict is what looking up has told.
type Verdict string

// The verdicts.
const (
	VerdictDone    Verdict = "done"     // it has been carried out
	VerdictNotDone Verdict = "not_done" // it has not
	VerdictOpen    Verdict = "open"     // nobody knows: there is no way to look, or looking failed
)

// Verify looks up whether a write has been carried out, as its [Operation.Verify]
// says: it has when the reading action finds something. The envelope is that of
// the write then, with what was found as its data; with [VerdictOpen] it is the one
// of the reading action, and zero where the input does not tell what to look for.
func (c *Client) Verify(ctx context.Context, action string, cred Credentials, input []byte) (Envelope, Verdict) {
	a := c.Action(action)
	if a == nil || a.Op.Verify == nil || c.Action(a.Op.Verify.Action) == nil {
		return Envelope{}, VerdictOpen
	}
	question := a.Op.Verify.input(input)
	if question == nil {
		return Envelope{}, VerdictOpen
	}
	e := c.Call(ctx, a.Op.Verify.Action, cred, question)
	switch {
	case e.Err != nil && e.Err.Code == CodeNotFound:
		return Envelope{}, VerdictNotDone
	case e.Err != nil:
		return e, VerdictOpen
	}
	found := e.found()
	if found == nil {
		return Envelope{}, VerdictNotDone
	}
	return Envelope{JSON: doneEnvelope(a.Op, found)}, VerdictDone
}

// input is the input of the reading action; nil when a value is missing.
func (v *Verify) input(of []byte) []byte {
	out := []byte{'{'}
	for i, a := range v.With {
		value := find(of, a.Path)
		if value == nil || string(value) == "null" || string(value) == `""` {
			return nil
		}
		if i > 0 {
			out = append(out, ',')
		}
		name, _ := json.Marshal(a.Name) // a text
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}')
}

// found is the first thing in the data of an envelope; nil when there is none.
func (e Envelope) found() []byte {
	data := member(e.JSON, "data")
	if len(data) > 0 && data[0] == '[' {
		var items []json.RawMessage
		if json.Unmarshal(data, &items) != nil || len(items) == 0 {
			return nil
		}
		data = items[0]
	}
	if data == nil || string(data) == "null" {
		return nil
	}
	return data
}

// doneEnvelope is the envelope of a write whose answer is not there, with what
// has been found in the place of its one object; other fields are empty.
func doneEnvelope(op *Operation, found []byte) []byte {
	out := []byte(`{"success":true,"error":null`)
	for i := range op.Outputs {
		out = append(appendQuoted(append(out, ','), op.Outputs[i].Field), ':')
		out = append(out, op.Outputs[i].empty()...)
	}
	if len(op.Outputs) == 0 && op.Result.Field != "" {
		out = append(appendQuoted(append(out, ','), op.Result.Field), ':')
		out = append(out, found...)
	}
	return append(out, '}')
}
