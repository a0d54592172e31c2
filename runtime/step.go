// Operations of more than one request: steps that come before and find values
// for it, and work that goes on after the first answer. Each request keeps to the
// rules of its own operation: what may be sent again, what is an error.

package runtime

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	pollEvery = 2 * time.Second // where the manifest does not say
	pollFor   = 5 * time.Minute
)

// perform runs an operation of one result: its steps, its request, and the wait
// until the work is done.
func (k *call) perform(ctx context.Context, values []Value) (*answer, *Error) {
	if len(k.op.Steps) > 0 {
		if err := k.steps(ctx, values); err != nil {
			return nil, err
		}
	}
	a, err := k.ask(ctx, values)
	if err != nil || k.op.Until == nil {
		return a, err
	}
	return k.until(ctx, values, a)
}

// steps runs the requests that come before, in their order.
func (k *call) steps(ctx context.Context, values []Value) *Error {
	if k.made == nil {
		k.made = &made{} // shared, so that $uuid is the same one in all of them
	}
	for i := range k.op.Steps {
		s := &k.op.Steps[i]
		if !k.holds(s.When, values) {
			continue
		}
		taken, err := k.step(ctx, s, values)
		if err != nil && (!s.Ignore || ctx.Err() != nil) {
			return err
		}
		k.captured = append(k.captured, taken...)
	}
	return nil
}

// step runs one of them and returns what it finds.
func (k *call) step(ctx context.Context, s *Step, values []Value) ([]named, *Error) {
	child := *k
	child.op, child.action, child.page, child.reads = s.Op, k.op, page{}, len(s.Take) > 0
	a, err := child.ask(ctx, values)
	if err == nil && child.op.Until != nil {
		a, err = child.until(ctx, values, a)
	}
	if err == nil {
		err = child.denied(a)
	}
	if err != nil {
		return nil, err
	}
	var taken []named
	for i := range s.Take {
		v, err := child.capture(&s.Take[i], a)
		if err != nil {
			err.Status, err.RequestID, err.Attempts = a.status, k.requestID(a.header), a.attempts
			return nil, err
		}
		taken = append(taken, named{s.Take[i].Name, v})
	}
	return taken, nil
}

// capture finds one value in a step's answer; absent when it is not there and
// nothing is said about that.
func (k *call) capture(c *Capture, a *answer) (Value, *Error) {
	v, err := k.seek(c, a)
	switch {
	case err != nil:
		return Value{}, err
	case v.kind != absentValue:
		return v, nil
	case c.Default != "":
		return notNull(rawJSON([]byte(c.Default))), nil
	case c.Missing != "":
		return Value{}, &Error{Code: CodeNotFound, text: c.Missing}
	}
	return Value{}, nil
}

// seek looks where the capture says.
func (k *call) seek(c *Capture, a *answer) (Value, *Error) {
	if c.Header != "" {
		if text := a.header.Get(c.Header); text != "" {
			return Text(text), nil
		}
		return Value{}, nil
	}
	if k.absent(a.status) {
		return Value{}, nil
	}
	root, err := k.root(a)
	if err != nil {
		return Value{}, err
	}
	if c.JQ != "" {
		said, err := k.program(c.JQ, root, a)
		if err != nil {
			return Value{}, err
		}
		return notNull(rawJSON(said)), nil
	}
	for _, path := range c.Paths {
		if found := find(root, path); found != nil && found[0] != 'n' {
			return rawJSON(found), nil
		}
	}
	return Value{}, nil
}

// root is the JSON value that is the body of an answer.
func (k *call) root(a *answer) ([]byte, *Error) {
	s := scanner{b: withoutMark(a.body)}
	if len(bytes.TrimSpace(s.b)) == 0 {
		return []byte("null"), nil
	}
	start, end := 0, 0
	if err := s.document(func(i int) int { start, end = i, s.value(i, 0); return end }); err != nil {
		return nil, k.failed(CodeUnexpectedResponse, fmt.Sprintf("the answer is not JSON%s: %v", k.mediaType(a.header.Get("Content-Type")), err))
	}
	return s.b[start:end], nil
}

// until sends the request again until its answer says that the work is done.
func (k *call) until(ctx context.Context, values []Value, a *answer) (*answer, *Error) {
	u := k.op.Until
	if u == nil {
		return a, nil
	}
	clock := k.client.clock
	every, last := orElse(u.Every, pollEvery), clock.Now().Add(orElse(u.For, pollFor))
	for {
		done, err := k.done(a)
		if err != nil || done {
			return a, err
		}
		wait := every
		if told, ok := retryAfter(a.header, clock.Now()); ok {
			wait = max(wait, min(told, maxServerWait))
		}
		if clock.Now().Add(wait).After(last) {
			err := k.failed(CodeTimeout, fmt.Sprintf("the work is still going on after %s; ask again later", orElse(u.For, pollFor)))
			err.Status, err.Attempts = a.status, a.attempts
			return nil, err
		}
		k.watch.wait(ctx, wait, WaitWork)
		if clock.Sleep(ctx, wait) != nil {
			return nil, k.ended(ctx, a.attempts)
		}
		sent := a.attempts
		if a, err = k.ask(ctx, values); err != nil {
			err.Attempts += sent
			return nil, err
		}
		a.attempts += sent
	}
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// done reports whether the work is done. Work that has failed is an error.
func (k *call) done(a *answer) (bool, *Error) {
	if k.absent(a.status) {
		return true, nil
	}
	if err := k.denied(a); err != nil {
		return false, err
	}
	root, err := k.root(a)
	if err != nil {
		err.Status, err.RequestID, err.Attempts = a.status, k.requestID(a.header), a.attempts
		return false, err
	}
	u, text := k.op.Until, ""
	if state := find(root, u.Path); state != nil {
		text = textOf(state)
	}
	switch {
	case slices.Contains(u.Done, text):
		return true, nil
	case slices.Contains(u.Failed, text):
		return false, k.workFailed(a, text)
	}
	return false, nil
}

// workFailed is the error for work that has failed: the API's own words, else
// the state that it is in.
func (k *call) workFailed(a *answer, state string) *Error {
	reason := k.secrets.clean(k.message(a))
	if reason == "" || reason == k.secrets.clean(string(a.body)) {
		reason = fmt.Sprintf("the work has failed: %q in the answer is %q", k.op.Until.Path, k.secrets.clean(state))
	}
	err := k.failed(CodeUnexpectedResponse, reason)
	err.Status, err.RequestID, err.Attempts = a.status, k.requestID(a.header), a.attempts
	return err
}
