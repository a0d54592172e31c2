// Actions that are written by hand. A hook decides what is asked and what comes
// of it; credentials, budgets, retries, bounds and redaction stay those of
// declared requests, since it asks through the same code.

package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// HookFunc is an action written by hand. It reads the arguments from h, asks the
// API through it, and sets the fields of the envelope. Its error is the error of
// the action; [Hook.Fail] makes one with a code.
type HookFunc func(ctx context.Context, h *Hook) error

// Hook is one call of an action written by hand. It is for one goroutine, and
// for the time of the call.
type Hook struct {
	call   *call
	fields map[string][]byte
}

// HookAnswer is an answer of the API.
type HookAnswer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Decode reads the body of the answer into a pointer. Numbers that land in an
// any are json.Number, so they keep their digits.
func (a *HookAnswer) Decode(into any) error { return Object(a.Body).Decode(into) }

// InvokeHook runs an action written by hand on JSON input. Generated code calls
// it for the dispatch table.
func (c *Client) InvokeHook(ctx context.Context, op *Operation, cred Credentials, input []byte, f HookFunc, opts ...CallOption) Envelope {
	return c.dispatch(ctx, op, cred, input, opts, f.envelope)
}

// DoHook is InvokeHook for typed arguments.
func (c *Client) DoHook(ctx context.Context, op *Operation, cred Credentials, values []Value, f HookFunc, opts ...CallOption) (e Envelope) {
	ctx, w := c.watch(ctx, op)
	defer func() { w.end(ctx, &e) }()
	k, err := c.prepare(ctx, w, op, cred, values, opts)
	if err != nil {
		return failure(op, err, nil)
	}
	return k.once(ctx, f.envelope)
}

// envelope makes the envelope of a call whose arguments are good.
func (f HookFunc) envelope(k *call, ctx context.Context) Envelope {
	h := &Hook{call: k}
	if err := h.run(ctx, f); err != nil {
		return failure(k.op, err, nil)
	}
	out := append(make([]byte, 0, 256), `{"success":true,"error":null`...)
	return Envelope{JSON: append(h.appendFields(out), '}')}
}

// run calls the function and makes its error that of the action.
func (h *Hook) run(ctx context.Context, f HookFunc) (err *Error) {
	defer func() {
		if recover() != nil { // its words may hold anything
			err = h.call.failed(CodeInternal, "a part of this program failed")
		}
	}()
	return h.failure(ctx, f(ctx, h))
}

// failure makes an error of the function's an *Error without secrets.
func (h *Hook) failure(ctx context.Context, cause error) *Error {
	if cause == nil {
		return nil
	}
	text := h.call.secrets.redact(cause.Error())
	if inner, ok := errors.AsType[*Error](cause); ok {
		out := *inner
		out.text = text
		return &out
	}
	if ctx.Err() != nil && errors.Is(cause, ctx.Err()) {
		return h.call.ended(ctx, 0)
	}
	return &Error{Code: CodeInternal, text: text}
}

// Fail is an error with a code; its text is that of the envelope.
func (h *Hook) Fail(code Code, text string) error {
	return &Error{Code: code, text: h.call.secrets.redact(text)}
}

// Input is the arguments as a JSON object: with defaults and changes, without
// those that are not given.
func (h *Hook) Input() []byte {
	b := builder{call: h.call, values: h.call.values}
	return b.input()
}

// Decode reads the arguments into a pointer. Numbers that land in an any are
// json.Number, so they keep their digits.
func (h *Hook) Decode(into any) error { return Object(h.Input()).Decode(into) }

// Argument is one argument as text: strings without quotes, anything else as
// JSON. It is not ok when the argument is not given.
func (h *Hook) Argument(name string) (text string, ok bool) {
	v := h.call.op.argument(name, h.call.values)
	return v.plain(), v.kind != absentValue
}

// Path makes a path of segments, each of them escaped.
func (h *Hook) Path(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteByte('/')
		b.WriteString(escapeSegment(p))
	}
	return b.String()
}

// Set sets a field of the envelope. It must be one of the declared fields, and
// the value, as JSON, of its type or null.
func (h *Hook) Set(field string, value any) error {
	kind, ok := h.field(field)
	if !ok {
		return fmt.Errorf("%s has no field %q", h.call.op.Name, field)
	}
	v, err := hookJSON(value)
	if err != nil {
		return fmt.Errorf("the field %q: %w", field, err)
	}
	if v[0] != 'n' && kind != "" && !kind.admits(v) {
		return fmt.Errorf("the field %q must be %s, not %s", field, kind.article(), kindOf(v))
	}
	if h.fields == nil {
		h.fields = make(map[string][]byte)
	}
	h.fields[field] = v
	return nil
}

// hookJSON is a value as checked JSON.
func hookJSON(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// field is the type of a field of the envelope; "" is any.
func (h *Hook) field(name string) (kind Type, ok bool) {
	op := h.call.op
	for i := range op.Outputs {
		if op.Outputs[i].Field == name {
			return op.Outputs[i].Type, true
		}
	}
	if name == "" || name != op.Result.Field {
		return "", false
	}
	return map[ResultKind]Type{ResultObject: TypeObject, ResultList: TypeArray}[op.Result.Kind], true
}

// appendFields appends the fields in their declared order; one that has not been
// set holds its default.
func (h *Hook) appendFields(dst []byte) []byte {
	op := h.call.op
	for i := range op.Outputs {
		o := &op.Outputs[i]
		dst = h.appendField(dst, o.Field, or(o.Default, emptyOf(o.Type)))
	}
	if len(op.Outputs) == 0 && op.Result.Field != "" {
		kind, _ := h.field(op.Result.Field)
		dst = h.appendField(dst, op.Result.Field, emptyOf(kind))
	}
	return dst
}

func (h *Hook) appendField(dst []byte, name, otherwise string) []byte {
	dst = append(appendQuoted(append(dst, ','), name), ':')
	if v, ok := h.fields[name]; ok {
		return append(dst, v...)
	}
	return append(dst, otherwise...)
}

// emptyOf is what a field holds that nothing has been set for.
func emptyOf(kind Type) string {
	if kind == TypeArray {
		return "[]"
	}
	return "null"
}

// Do asks the API. path begins at the base URL of the action, with every segment
// escaped ([Hook.Path] does that). body is nil, bytes of JSON, url.Values for a
// form, or anything that encoding/json writes. An answer with a status outside
// 2xx is an error, as for declared requests; its code tells what it is.
func (h *Hook) Do(ctx context.Context, method, path string, query url.Values, body any) (*HookAnswer, error) {
	q, err := h.request(method, path, query, body)
	if err != nil {
		return nil, err
	}
	a, failed := q.deliver(ctx, q.build, nil)
	if failed == nil {
		failed = q.denied(a)
	}
	h.call.secrets.access = q.secrets.access
	if failed != nil {
		return nil, failed
	}
	return &HookAnswer{a.status, a.header, a.body}, nil
}

// hookRequest is one request of a hook.
type hookRequest struct {
	call
	body  []byte
	media string
}

// request makes an operation of what a hook asks for: the segments of the path
// and the query are its parameters, so that they pass the same checks.
func (h *Hook) request(method, path string, query url.Values, body any) (*hookRequest, error) {
	q := &hookRequest{call: *h.call}
	op := &Operation{
		Name: h.call.op.Name, Method: strings.ToUpper(method), Host: h.call.op.Host, Success: statuses(h.call.op), Absent: h.call.op.Absent,
		Timeout: h.call.op.Timeout, Headers: h.call.op.Headers, Query: h.call.op.Query, Errors: h.call.op.Errors, Texts: h.call.op.Texts,
		Repeatable: h.call.op.Repeatable, Result: Result{Kind: ResultNone},
	}
	q.op, q.values, q.reads = op, nil, true
	for i, p := range h.call.op.Params { // templates of headers may name them
		p.In = InNone
		op.Params, q.values = append(op.Params, p), append(q.values, h.call.values[i])
	}
	if err := q.segments(path); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		for _, v := range query[name] {
			op.Params = append(op.Params, Param{Name: "$" + name, In: InQuery, Wire: name})
			q.values = append(q.values, Text(v))
		}
	}
	var err error
	if q.body, q.media, err = hookBody(body); err == nil && len(q.body) > maxInputBytes {
		err = fmt.Errorf("the body is larger than %d MiB", maxInputBytes>>20)
	}
	return q, err
}

// segments makes parameters of the segments of a path.
func (q *hookRequest) segments(path string) error {
	if path == "" {
		return nil
	}
	if path[0] != '/' {
		return fmt.Errorf("the path %q must begin with a slash", path)
	}
	all := strings.Split(path[1:], "/")
	for i, escaped := range all {
		if escaped == "" && i == len(all)-1 {
			q.op.Path += "/"
			break
		}
		segment, err := url.PathUnescape(escaped)
		if err != nil || strings.ContainsAny(escaped, "?#") {
			return fmt.Errorf("the path %q is not escaped; make it with Path", path)
		}
		name := fmt.Sprintf("segment %d of the path", i+1)
		q.op.Path += "/{" + name + "}"
		q.op.Params = append(q.op.Params, Param{Name: name, In: InPath})
		q.values = append(q.values, Text(segment))
	}
	return nil
}

// build builds the request, with the body as it is.
func (q *hookRequest) build([]Value) (*request, string) {
	r, reason := q.newRequest(q.values)
	if reason != "" || q.media == "" {
		return r, reason
	}
	op := *q.op
	op.Body = &Body{}
	r.op, r.header["Content-Type"] = &op, []string{q.media}
	b := builder{call: &q.call, values: q.values}
	fields := b.credentialFields()
	switch {
	case len(fields) == 0:
		r.body = q.body
	case q.media == mediaForm:
		form := q.body
		for _, f := range fields {
			form = appendPair(form, f.name, f.value.plain())
		}
		r.body = form
	case len(q.body) > 0 && q.body[0] == '{':
		r.body = withFields(q.body, fields, nil)
	default:
		return nil, "the body must be an object, since the credential goes into it"
	}
	return r, ""
}

const (
	mediaForm = "application/x-www-form-urlencoded"
	mediaJSON = "application/json"
)

// hookBody writes a body and names its media type, "" for none.
func hookBody(body any) (text []byte, media string, err error) {
	switch b := body.(type) {
	case nil:
		return nil, "", nil
	case url.Values:
		return []byte(b.Encode()), mediaForm, nil
	case []byte:
		body = json.RawMessage(b)
	}
	text, err = hookJSON(body)
	return text, mediaJSON, err
}

// statuses are all of 2xx, and those that the action takes for success.
func statuses(op *Operation) []int {
	out := append([]int{}, op.Success...)
	for s := 200; s < 300; s++ {
		out = append(out, s)
	}
	return out
}
