// One call of a tool: who calls, the action, its envelope as the result. The
// envelope is sent once, as structured content; the text beside it tells what
// came. Clients of revisions that know no structured content get it as text.

package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"modulex.dev/connector/runtime"
)

// structuredSince is the revision of the protocol that brought structured content.
const structuredSince = "2025-06-18"

// metaList is the key of what is told about a list beside its envelope.
const metaList = "modulex.dev/list"

// call is one call of a tool on its way.
type call struct {
	server  *Server
	request *mcp.CallToolRequest
	caller  *caller   // who calls over HTTP; nil elsewhere
	sends   *payloads // past the SDK
}

// credentials are those of the request, or else those of the server.
func (c *call) credentials() runtime.Credentials {
	if c.caller != nil && c.caller.credentials != nil {
		return *c.caller.credentials
	}
	return c.server.options.Credentials
}

// untilGone is a context that also ends when nobody waits for the answer: the
// request of the caller is over, or the server.
func (c *call) untilGone(ctx, ended context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stopEnded := context.AfterFunc(ended, cancel)
	if c.caller == nil {
		return ctx, func() { stopEnded(); cancel() }
	}
	stopGone := context.AfterFunc(c.caller.request, cancel)
	return ctx, func() { stopEnded(); stopGone(); cancel() }
}

// run runs an action.
func (c *call) run(ctx context.Context, a *runtime.Action, arguments json.RawMessage) mcp.Result {
	arguments, at, refused := c.arguments(a, arguments)
	if refused != "" {
		return c.result(a, c.server.client.Refusal(a, runtime.CodeInvalidInput, refused), nil)
	}
	opts, skip, refused := c.options(a, at)
	if refused != "" {
		return c.result(a, c.server.client.Refusal(a, runtime.CodeInvalidInput, refused), nil)
	}
	envelope := c.server.client.Call(ctx, a.Name, c.credentials(), arguments, opts...)
	fit := fitting{call: c, action: a, skip: skip}
	envelope, notes := fit.fit(envelope)
	return c.result(a, envelope, notes)
}

// options are those of a call that goes on at a place: the runtime knows the places
// of lists with pages, and of others so many elements are skipped.
func (c *call) options(a *runtime.Action, at string) (opts []runtime.CallOption, skip int, refused string) {
	if a.Op.Paging == nil {
		if at != "" {
			skip, refused = skipped(at)
		}
		return nil, skip, refused
	}
	if at != "" {
		opts = append(opts, runtime.ResumeAt(at))
	}
	if most := c.server.options.MaxResult; most > 0 {
		opts = append(opts, runtime.MaxBytes(roomForList(a, most)))
	}
	return opts, 0, ""
}

// arguments takes the place to go on at out of the arguments. A credential among
// them is refused: it would stay in the memory of the model.
func (c *call) arguments(a *runtime.Action, arguments json.RawMessage) (rest json.RawMessage, at, refused string) {
	if len(arguments) == 0 || string(arguments) == "null" {
		arguments = json.RawMessage("{}")
	}
	name := resumeName(a)
	resumes := name != "" && bytes.Contains(arguments, []byte(name))
	keys := keysAmongArguments(a)
	if !resumes && len(keys) == 0 {
		return arguments, "", ""
	}
	ms := members(arguments)
	if ms == nil {
		return arguments, "", "" // the runtime says what is wrong with it
	}
	out := ms[:0]
	for _, m := range ms {
		switch {
		case slices.Contains(keys, m.key):
			return nil, "", fmt.Sprintf("%q is no parameter: the credential comes with the server or with the request's headers, never with the arguments", m.key)
		case !resumes || m.key != name:
			out = append(out, m)
		case string(m.value) == "null":
		case m.value[0] != '"':
			return nil, "", name + " must be a string: the place that an earlier result named"
		default:
			at = text(m.value)
		}
	}
	return object(out), at, ""
}

// keysAmongArguments are the fields of credentials that the runtime would take
// from the arguments, for hosts that pass keys there.
func keysAmongArguments(a *runtime.Action) (keys []string) {
	for i := -1; i < len(a.Op.OtherAuth); i++ {
		scheme := a.Op.Auth
		if i >= 0 {
			scheme = a.Op.OtherAuth[i]
		}
		if scheme == nil || scheme.Type != "api_key" && scheme.Type != "modulex_key" {
			continue
		}
		for _, f := range scheme.Fields {
			if !slices.ContainsFunc(a.Parameters, func(p runtime.Param) bool { return p.Name == f.Key }) {
				keys = append(keys, f.Key)
			}
		}
	}
	return keys
}

// result makes the result of an envelope. notes tell what of it was left out.
func (c *call) result(a *runtime.Action, e runtime.Envelope, notes []string) mcp.Result {
	r := &mcp.CallToolResult{IsError: !e.Success()}
	said := []string{a.Name + ": " + c.summary(a, e)}
	if !e.Success() {
		said[0] = e.Err.Error()
	}
	r.Content = []mcp.Content{&mcp.TextContent{Text: strings.Join(append(said, notes...), "\n")}}
	if e.List != nil {
		r.Meta = mcp.Meta{metaList: told(*e.List, notes)}
	}
	return c.carrying(r, e.JSON)
}

// carrying gives a result its payload, in the form that the client knows.
func (c *call) carrying(r *mcp.CallToolResult, payload json.RawMessage) mcp.Result {
	old := c.old()
	if old || c.fullText() {
		r.Content = append([]mcp.Content{&mcp.TextContent{Text: string(payload)}}, noteworthy(r.Content)...)
	}
	if old {
		return r
	}
	return result{r, c.sends.mark(payload), c.request.ProtocolVersion() >= statelessSince}
}

// noteworthy is the summary of a payload where it holds more than the payload:
// where a list goes on.
func noteworthy(said []mcp.Content) []mcp.Content {
	if t, ok := said[0].(*mcp.TextContent); ok && strings.Contains(t.Text, "resume") {
		return said
	}
	return nil
}

// old reports whether the client's revision knows no structured content.
func (c *call) old() bool {
	v := c.request.ProtocolVersion()
	return v != "" && v < structuredSince
}

func (c *call) fullText() bool {
	return c.server.options.FullText || c.caller != nil && c.caller.fullText
}

// summary tells in words what an action returned.
func (c *call) summary(a *runtime.Action, e runtime.Envelope) string {
	l := e.List
	if l == nil {
		return "done"
	}
	if l.Resume == "" || !strings.Contains(l.String(), l.Resume) {
		return l.String()
	}
	said, _, _ := strings.Cut(l.String(), "; resume at ")
	said += fmt.Sprintf(`; for the rest call %s again with the same arguments and %q: %s`, a.Name, resumeName(a), quoted(l.Resume))
	if l.Stop == runtime.StopSize {
		said += fmt.Sprintf(" (the server passes on %d bytes at once)", c.server.options.MaxResult)
	}
	if l.Doubt != "" {
		said += "; in doubt: " + l.Doubt
	}
	return said
}

// told is what programs are told about a list.
func told(l runtime.ListState, notes []string) map[string]any {
	about := map[string]any{"items": l.Count, "complete": l.Complete, "stop": string(l.Stop)}
	if l.Resume != "" && strings.Contains(l.String(), l.Resume) {
		about["resume"] = l.Resume
	}
	if l.Doubt != "" {
		about["doubt"] = l.Doubt
	}
	if len(notes) > 0 {
		about["omitted"] = notes
	}
	return about
}

// result is a result of the SDK with the mark of a payload.
type result struct {
	*mcp.CallToolResult
	mark  string
	typed bool // the revision wants to be told that the result is complete
}

// MarshalJSON puts the mark behind everything else.
func (r result) MarshalJSON() ([]byte, error) {
	frame, err := r.CallToolResult.MarshalJSON()
	if err != nil {
		return nil, err
	}
	out := frame[:len(frame)-1]
	if r.typed {
		out = append(out, `,"resultType":"complete"`...)
	}
	return append(append(append(out, `,"structuredContent":"`...), r.mark...), `"}`...), nil
}

// running counts the calls that are under way.
type running struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when nothing is under way; nil when nobody waits for that
}

func (r *running) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
}

func (r *running) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n--; r.n == 0 && r.idle != nil {
		close(r.idle)
		r.idle = nil
	}
}

// wait waits until nothing is under way, for so long at most.
func (r *running) wait(most time.Duration) {
	r.mu.Lock()
	if r.n == 0 {
		r.mu.Unlock()
		return
	}
	if r.idle == nil {
		r.idle = make(chan struct{})
	}
	idle := r.idle
	r.mu.Unlock()
	t := time.NewTimer(most)
	defer t.Stop()
	select {
	case <-idle:
	case <-t.C:
	}
}
