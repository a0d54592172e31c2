// The answer of an action: its exact bytes, and that there always is one.

package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestEnvelopes(t *testing.T) {
	tests := []struct {
		name   string
		action string
		cred   Credentials
		input  string
		answer step
		want   string
	}{
		{"an object", "get_thing", token(), `{"thing_id":"t"}`, answering(200, `{"data":{"id":"t","n":1.0}}`), `{"success":true,"error":null,"data":{"id":"t","n":1.0}}`},
		{"no object", "get_thing", token(), `{"thing_id":"t"}`, answering(200, `{"data":null}`), `{"success":true,"error":null,"data":null}`},
		{"created", "create_thing", token(), `{"name":"n"}`, answering(201, goodBody), `{"success":true,"error":null,"data":{"id":"1"}}`},
		{"a list", "list_tags", token(), ``, answering(200, `{"data":[{"id":"1"},{"id":"2"}]}`), `{"success":true,"error":null,"data":[{"id":"1"},{"id":"2"}]}`},
		{"an empty list", "list_tags", token(), ``, answering(200, `{"data":[]}`), `{"success":true,"error":null,"data":[]}`},
		{"pages", "list_things", token(), `{}`, onePage("a b", "null"), `{"success":true,"error":null,"data":[{"id":"a"},{"id":"b"}]}`},
		{"nothing", "delete_thing", token(), `{"thing_id":"t"}`, answering(204, ``), `{"success":true,"error":null}`},
		{"a field of another name", "get_status", token(), ``, answering(200, `{"up":true}`), `{"success":true,"error":null,"status":{"up":true}}`},
		{"no credential needed", "ping", Credentials{}, ``, answering(200, goodBody), `{"success":true,"error":null,"data":{"id":"1"}}`},

		{"no credential, object", "get_thing", Credentials{}, `{"thing_id":"t"}`, nil, `{"success":false,"error":"Missing API token in auth_data.","data":null}`},
		{"no credential, list", "list_things", Credentials{}, ``, nil, `{"success":false,"error":"Missing API token in auth_data.","data":[]}`},
		{"no credential, nothing", "delete_thing", Credentials{}, `{"thing_id":"t"}`, nil, `{"success":false,"error":"Missing API token in auth_data."}`},
		{"wrong input", "get_thing", token(), `{}`, nil, `{"success":false,"error":"Call failed: thing_id is required","data":null}`},
		{"wrong input, list", "list_things", token(), `[]`, nil, `{"success":false,"error":"Call failed: the input must be a JSON object, not an array","data":[]}`},
		{"no input", "create_thing", token(), ``, nil, `{"success":false,"error":"Call failed: name is required","data":null}`},
		{"refused by the API", "create_thing", token(), `{"name":"n"}`, answering(422, `{"errors":[{"title":"Bad","detail":"\"name\" <is> é"}]}`),
			`{"success":false,"error":"API error (422): Bad: \"name\" <is> é","data":null}`},
		{"refused, list", "list_tags", token(), ``, status(403), `{"success":false,"error":"API error (403): T: D","data":[]}`},
		{"refused, nothing", "delete_thing", token(), `{"thing_id":"t"}`, status(404), `{"success":false,"error":"API error (404): T: D"}`},
		{"a write that nobody knows of", "create_thing", token(), `{"name":"n"}`, status(502),
			`{"success":false,"error":"API error (502): T: D (outcome unknown: it may have been carried out, check before repeating it)","data":null}`},
		{"unreachable", "get_thing", token(), `{"thing_id":"t"}`, failing(false, errors.New("no route")), `{"success":false,"error":"Call failed: no route","data":null}`},
		{"a wait that is too long", "get_thing", token(), `{"thing_id":"t"}`, status(429, "Retry-After: 3600"),
			`{"success":false,"error":"API error (429): T: D (it may be tried again in 1h0m0s)","data":null}`},

		{"unknown action", "get_nothing", token(), ``, nil, `{"success":false,"error":"Call failed: demo has no action \"get_nothing\""}`},
		{"unknown action without credential", "", Credentials{}, `{`, nil, `{"success":false,"error":"Call failed: demo has no action \"\""}`},
	}
	for _, tt := range tests {
		c := newTestClient(t, Options{Transport: play(tt.answer), Clock: newFakeClock()})
		e := c.Call(t.Context(), tt.action, tt.cred, []byte(tt.input))
		if string(e.JSON) != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, e.JSON, tt.want)
		}
		if marshaled, err := json.Marshal(e); err != nil || !json.Valid(marshaled) {
			t.Errorf("%s: marshals as %s, %v", tt.name, marshaled, err)
		}
	}
}

type badClock struct{}

func (badClock) Now() time.Time                             { return time.Now() }
func (badClock) Sleep(context.Context, time.Duration) error { panic(secret) }

// TestPanics: a part that a host brings along may panic; the dispatch path
// answers all the same, and the client works on.
func TestPanics(t *testing.T) {
	panics := map[string]Options{
		"transport":                          {Transport: play(func(*http.Request) (*http.Response, error) { panic(secret) })},
		"transport without answer and error": {Transport: play(func(*http.Request) (*http.Response, error) { return nil, nil })},
		"transport without a body":           {Transport: play(func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 200}, nil })},
		"body": {Transport: play(func(*http.Request) (*http.Response, error) {
			return response(200, readerFunc(func([]byte) (int, error) { panic(secret) })), nil
		})},
		"clock": {Transport: play(status(429)), Clock: badClock{}},
	}
	for name, o := range panics {
		for _, op := range demoOps {
			if o.Transport.(*script).steps == nil {
				continue
			}
			c := newTestClient(t, o)
			e := c.Call(t.Context(), op.Name, token(), []byte(good[op.Name]))
			wantEnvelope(t, op, e)
			noSecret(t, name, string(e.JSON))
			if e.Success() || e.Err.Code != CodeInternal && name != "transport without a body" {
				t.Errorf("%s, %s: %s", name, op.Name, e.JSON)
			}
		}
	}

	api := play(func(*http.Request) (*http.Response, error) { panic("once") }, answering(200, goodBody))
	c := newTestClient(t, Options{Transport: api})
	if e := get(t.Context(), c, token()); e.code() != CodeInternal || e.Err.Error() != "Call failed: a part of this program failed" {
		t.Errorf("%s", e.JSON)
	}
	if e := get(t.Context(), c, token()); !e.Success() {
		t.Errorf("afterwards: %s", e.JSON)
	}
	if e := c.Call(t.Context(), "get_thing", token(), nil, nil); e.code() != CodeInternal { // an option that is nil
		t.Errorf("%s", e.JSON)
	}
}

// TestEnvelopeAlways: whatever comes in and whatever the API answers, the
// envelope is JSON with its keys in their order and data of the right kind.
func TestEnvelopeAlways(t *testing.T) {
	const seed = 20261123
	random := rand.New(rand.NewPCG(seed, seed))
	inputs := []string{``, `{}`, `null`, `{"thing_id":"t","name":"n"}`, `{"name":"n","fields":{"a":[1]},"rank":12}`, `{"title":"x"}`, "\uFEFF{}", `{"thing_id":"é\ud800"}`}
	bodies := []string{
		``, `null`, `{}`, `[{}]`, `{"data":[{},7]}`, `{"errors":[{"title":"T"}]}`, `{"data":null}`, pageBody("a", "1"), `<html>`, "{\"data\":{\"a\":\"\xff\"}}", `{"data":{"a":1},"data":[`,
	}
	fitting := map[string]string{
		"list_things": pageBody("a b", "null"), "list_tags": `{"data":[{"a":"\ud800"}]}`, "list_raw": `[{},{}]`, "get_status": `{"up":1.0}`, "list_deep": `{"result":{"page":{"rows":[{}]}}}`,
	}
	statuses := []int{200, 200, 200, 200, 201, 204, 302, 400, 401, 404, 409, 429, 500, 502, 503}
	pick := func(fits string, others []string) string {
		if random.IntN(3) == 0 {
			return others[random.IntN(len(others))]
		}
		return fits
	}
	mangle := func(s string) []byte {
		b := []byte(s)
		for range max(0, random.IntN(8)-5) { // most stay as they are
			switch at := random.IntN(len(b) + 1); random.IntN(4) {
			case 0:
				b = append(b[:at:at], append([]byte{byte(random.IntN(256))}, b[at:]...)...)
			case 1:
				b = b[:at]
			case 2:
				b = append(b[:at:at], append([]byte(bodies[random.IntN(len(bodies))]), b[at:]...)...)
			case 3:
				if at < len(b) {
					b[at] = `{}[]",:\0n`[random.IntN(10)]
				}
			}
		}
		return b
	}
	var op *Operation
	api := play(func(r *http.Request) (*http.Response, error) {
		fits := goodBody
		if f := fitting[op.Name]; f != "" {
			fits = f
		}
		return answering(statuses[random.IntN(len(statuses))], string(mangle(pick(fits, bodies))))(r)
	})
	c := newTestClient(t, Options{Transport: api, Clock: newFakeClock()})
	const calls = 4000
	successes := 0
	for range calls {
		op = demoOps[random.IntN(len(demoOps))]
		input := mangle(pick(good[op.Name], inputs))
		e := c.Call(t.Context(), op.Name, token(), input)
		wantEnvelope(t, op, e)
		if e.code() == CodeInternal {
			t.Fatalf("seed %d: %s %q: %s", seed, op.Name, input, e.JSON)
		}
		if e.Success() {
			successes++
		}
		api.requests = nil
	}
	if successes < calls/20 {
		t.Errorf("only %d of %d calls succeed: this says little", successes, calls)
	}
}

// TestTypedPath: the typed handlers answer as the dispatch table does.
func TestTypedPath(t *testing.T) {
	id := []Value{Text("t"), {}, {}, {}}
	for _, tt := range []struct {
		answer step
		object string
		err    string
	}{
		{answering(200, `{"data":{"id":"1"}}`), `{"id":"1"}`, ""},
		{answering(200, `{"data":null}`), ``, ""},
		{status(404), ``, "API error (404): T: D"},
		{answering(200, `{"data":[]}`), ``, `Call failed: "data" in the answer is an array, not an object`},
	} {
		c := newTestClient(t, Options{Transport: play(tt.answer)})
		o, err := c.Object(t.Context(), &getThing, token(), id)
		if string(o) != tt.object || (o == nil) != (tt.object == "") || fmt.Sprint(err) != fmt.Sprint(orNil(tt.err)) {
			t.Errorf("got %s, %v, want %s, %s", o, err, tt.object, tt.err)
		}
		var e *Error
		if err != nil && !errors.As(fmt.Errorf("wrapped: %w", err), &e) {
			t.Errorf("%T is no *Error", err)
		}
	}
	c := newTestClient(t, Options{Transport: play(answering(204, ""), status(404))})
	if err := c.Do(t.Context(), &deleteThing, token(), []Value{Text("t")}); err != nil {
		t.Error(err)
	}
	if err := c.Do(t.Context(), &deleteThing, token(), []Value{Text("t")}); CodeOf(err) != CodeNotFound {
		t.Error(err)
	}
	if _, err := c.Object(t.Context(), &getThing, token(), []Value{Text(".."), {}, {}, {}}); CodeOf(err) != CodeInvalidInput {
		t.Error(err)
	}
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func TestObject(t *testing.T) {
	o := Object(`{"n":12345678901234567890.5,"s":"é"}`)
	var v map[string]any
	if err := o.Decode(&v); err != nil || v["n"] != json.Number("12345678901234567890.5") {
		t.Errorf("%v %v", v, err)
	}
	if o.String() != `{"n":12345678901234567890.5,"s":"é"}` {
		t.Error(o.String())
	}
	for _, tt := range []struct {
		value any
		want  string
	}{{o, `{"n":12345678901234567890.5,"s":"é"}`}, {Object(nil), "null"}, {[]Object{o, nil}, `[{"n":12345678901234567890.5,"s":"é"},null]`}, {Schema(`{"type":"object"}`), `{"type":"object"}`}} {
		if b, err := json.Marshal(tt.value); err != nil || string(b) != tt.want {
			t.Errorf("marshals as %s, %v, want %s", b, err, tt.want)
		}
	}
}

func TestCodeOf(t *testing.T) {
	if got := CodeOf(fmt.Errorf("x: %w", &Error{Code: CodeConflict})); got != CodeConflict {
		t.Error(got)
	}
	if got := CodeOf(errors.New("x")) + CodeOf(nil); got != "" {
		t.Error(got)
	}
	if e := (Envelope{Err: &Error{text: "x"}}); e.Success() || !strings.Contains(e.Err.Error(), "x") {
		t.Error(e)
	}
}
