// Actions written by hand: they reach the API only as declared requests do.

package runtime

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// handMade is an action with a hook: a parameter with a default, and outputs.
var handMade = Operation{
	Name: "hand_made", Auth: &tokenAuth,
	Params: []Param{
		{Name: "name", Type: TypeString, Required: true, In: InNone}, {Name: "n", Type: TypeInteger, In: InNone, Default: "7"}, {Name: "tags", Type: TypeArray, In: InNone},
	},
	Outputs: []Output{
		{Field: "found", Type: TypeObject}, {Field: "rows", Type: TypeArray}, {Field: "count", Type: TypeInteger, Default: "0"}, {Field: "note", Type: TypeString}, {Field: "any", Type: TypeAny},
	},
	Result: Result{Kind: ResultFields},
}

// runHook runs a hook on good input.
func runHook(t *testing.T, api *script, f HookFunc) Envelope {
	t.Helper()
	return hookOf(t, &demoAPI, &handMade, api, token(), `{"name":"Zoë"}`, f)
}

func hookOf(t *testing.T, api *API, op *Operation, s *script, c Credentials, input string, f HookFunc) Envelope {
	t.Helper()
	table := &Table{API: api, Actions: []Action{{Name: op.Name, Op: op, Hook: f}}}
	return clientOf(t, table, Options{Transport: s, Clock: newFakeClock()}).Call(t.Context(), op.Name, c, []byte(input))
}

func TestHookArguments(t *testing.T) {
	e := runHook(t, play(), func(_ context.Context, h *Hook) error {
		var in struct {
			Name string
			N    any
			Tags []string
		}
		if err := h.Decode(&in); err != nil || in.Name != "Zoë" || fmt.Sprint(in.N) != "7" || in.Tags != nil {
			t.Errorf("decoded %+v, %v", in, err)
		}
		if got := string(h.Input()); got != `{"name":"Zoë","n":7}` {
			t.Errorf("the input is %s", got)
		}
		name, ok := h.Argument("name")
		n, okN := h.Argument("n")
		_, okTags := h.Argument("tags")
		_, okNope := h.Argument("nope")
		if name != "Zoë" || n != "7" || !ok || !okN || okTags || okNope {
			t.Errorf("%q %v %q %v %v %v", name, ok, n, okN, okTags, okNope)
		}
		return nil
	})
	if string(e.JSON) != `{"success":true,"error":null,"found":null,"rows":[],"count":0,"note":null,"any":null}` || e.Err != nil {
		t.Errorf("%s", e.JSON)
	}
}

func TestHookSet(t *testing.T) {
	tests := []struct {
		field string
		value any
		want  string // the value in the envelope, or the error
	}{
		{"found", map[string]any{"a": "<b>"}, `{"a":"<b>"}`},
		{"found", Object(`{"n":12345678901234567890}`), `{"n":12345678901234567890}`},
		{"found", nil, `null`},
		{"found", []int{1}, `the field "found" must be an object, not an array`},
		{"rows", []string{"a"}, `["a"]`},
		{"rows", "a", `the field "rows" must be an array, not a string`},
		{"count", 3, `3`},
		{"count", 3.5, `the field "count" must be an integer, not a number`},
		{"note", "x\u2028y", `"x\u2028y"`},
		{"note", true, `the field "note" must be a string, not a boolean`},
		{"any", 1.5, `1.5`},
		{"any", make(chan int), `the field "any": json: unsupported type: chan int`},
		{"success", true, `hand_made has no field "success"`},
		{"", true, `hand_made has no field ""`},
	}
	for _, tt := range tests {
		var got string
		e := runHook(t, play(), func(_ context.Context, h *Hook) error {
			if err := h.Set(tt.field, tt.value); err != nil {
				got = err.Error()
			}
			return nil
		})
		if got == "" {
			_, rest, _ := strings.Cut(string(e.JSON), `"`+tt.field+`":`)
			got = rest[:min(len(rest), len(tt.want))]
		}
		if got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.field, got, tt.want)
		}
	}
}

func TestHookRequests(t *testing.T) {
	type in struct{ A string }
	tests := []struct {
		name   string
		method string
		path   string
		query  url.Values
		body   any
		want   string // method, address, media type and body, or the error
	}{
		{"a read", "get", "/things", url.Values{"b": {"2"}, "a": {"1 &", "3"}}, nil, "GET /v1/things?a=1+%26&a=3&b=2  "},
		{"segments", "GET", (&Hook{}).Path("things", "a/b", "ü?#", "{x}"), nil, nil, "GET /v1/things/a%2Fb/%C3%BC%3F%23/%7Bx%7D  "},
		{"a slash at the end", "GET", "/things/", nil, nil, "GET /v1/things/  "},
		{"no path", "GET", "", nil, nil, "GET /v1  "},
		{"JSON", "POST", "/things", nil, in{"<é>"}, `POST /v1/things application/json {"A":"<é>"}`},
		{"JSON as bytes", "PUT", "/things", nil, []byte(`{"a":1.0}`), `PUT /v1/things application/json {"a":1.0}`},
		{"JSON of an object", "PATCH", "/things", nil, Object(`{"a":1}`), `PATCH /v1/things application/json {"a":1}`},
		{"a form", "POST", "/things", nil, url.Values{"a": {"1 2"}}, `POST /v1/things application/x-www-form-urlencoded a=1+2`},
		{"no JSON", "POST", "/things", nil, []byte(`{`), "unexpected end of JSON input"},
		{"no slash", "GET", "things", nil, nil, `the path "things" must begin with a slash`},
		{"another server", "GET", "//evil.test/x", nil, nil, "Call failed: segment 1 of the path is empty, but it is part of the path"},
		{"an address", "GET", "https://evil.test/", nil, nil, `the path "https://evil.test/" must begin with a slash`},
		{"up", "GET", "/things/../x", nil, nil, `Call failed: segment 2 of the path is "..", which would change the path`},
		{"up, escaped", "GET", "/things/%2e%2e/x", nil, nil, `Call failed: segment 2 of the path is "..", which would change the path`},
		{"a query in the path", "GET", "/things?x", nil, nil, `the path "/things?x" is not escaped; make it with Path`},
		{"a bad escape", "GET", "/things%zz", nil, nil, `the path "/things%zz" is not escaped; make it with Path`},
	}
	for _, tt := range tests {
		api := play(answering(200, `{"ok":true}`, "X-Next: n"))
		var got string
		runHook(t, api, func(ctx context.Context, h *Hook) error {
			a, err := h.Do(ctx, tt.method, tt.path, tt.query, tt.body)
			if err != nil {
				got = err.Error()
				return nil
			}
			var body struct{ OK bool }
			if err := a.Decode(&body); err != nil || !body.OK || a.Status != 200 || a.Header.Get("X-Next") != "n" {
				t.Errorf("%s: %+v %v", tt.name, a, err)
			}
			return nil
		})
		if api.count() > 0 {
			r := api.requests[0]
			got = strings.Join([]string{r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), r.body}, " ")
			if r.URL.Host != "api.example.test" || r.Header.Get("Authorization") != secret || r.Header.Get("Accept") != "application/json" {
				t.Errorf("%s: sent to %s with %v", tt.name, r.URL, r.Header)
			}
		}
		if !strings.HasSuffix(got, tt.want) {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// TestHookRules: what holds for declared requests holds for those of hooks.
func TestHookRules(t *testing.T) {
	read := func(ctx context.Context, h *Hook) error {
		_, err := h.Do(ctx, "GET", "/things", nil, nil)
		return err
	}
	write := func(ctx context.Context, h *Hook) error {
		_, err := h.Do(ctx, "POST", "/things", nil, map[string]int{"a": 1})
		return err
	}
	tests := []struct {
		name  string
		hook  HookFunc
		steps []step
		want  string
		code  Code
		asked int
	}{
		{"a read is asked again", read, []step{status(500), answering(204, ``)}, "", "", 2},
		{"a write is not", write, []step{failing(true, errors.New("reset"))}, "Call failed: reset" + outcomeNote, CodeOutcomeUnknown, 1},
		{"a status", read, []step{answering(404, `{"message":`+string(appendQuoted(nil, "no "+secret))+`}`)}, "API error (404): no [redacted]", CodeNotFound, 1},
		{"a failure under 200", read, []step{answering(200, `{"errors":[{"title":"T"}]}`)}, "API error (200): T", CodeUnexpectedResponse, 1},
		{"a redirect elsewhere", read, []step{answering(302, ``, "Location: https://evil.test/")}, "API error (302): the redirect to https://evil.test was not followed", CodeUnexpectedResponse, 1},
		{"too large", read, []step{answering(200, strings.Repeat(" ", maxBodyBytes+1))}, "Call failed: the answer is larger than 10 MiB", CodeUnexpectedResponse, 1},
		{"wrapped", func(ctx context.Context, h *Hook) error { return fmt.Errorf("cannot look: %w", read(ctx, h)) }, []step{status(403)}, "cannot look: API error (403): T: D", CodePermissionDenied, 1},
		{"its own error", func(context.Context, *Hook) error { return errors.New("no sheet in " + secret) }, nil, "no sheet in [redacted]", CodeInternal, 0},
		{"its own error with a code", func(_ context.Context, h *Hook) error { return h.Fail(CodeNotFound, "no "+secret) }, nil, "no [redacted]", CodeNotFound, 0},
		{"a panic", func(context.Context, *Hook) error { panic(secret) }, nil, "Call failed: a part of this program failed", CodeInternal, 0},
		{"too large a body", func(ctx context.Context, h *Hook) error {
			_, err := h.Do(ctx, "POST", "/", nil, strings.Repeat("x", maxInputBytes))
			return err
		}, nil, "the body is larger than 10 MiB", CodeInternal, 0},
	}
	for _, tt := range tests {
		api := play(tt.steps...)
		e := runHook(t, api, tt.hook)
		if got := errorText(e); got != tt.want || e.Err != nil && e.Err.Code != tt.code || api.count() != tt.asked {
			t.Errorf("%s: after %d requests %q, want %q after %d (%+v)", tt.name, api.count(), got, tt.want, tt.asked, e.Err)
		}
		if e.Err != nil && !strings.HasSuffix(string(e.JSON), `"found":null,"rows":[],"count":null,"note":null,"any":null}`) {
			t.Errorf("%s: %s", tt.name, e.JSON)
		}
	}
}

// TestHookGuards: credential and input are looked at first, and budgets count.
func TestHookGuards(t *testing.T) {
	never := func(context.Context, *Hook) error { t.Error("it ran"); return nil }
	if e := hookOf(t, &demoAPI, &handMade, play(), Credentials{}, `{"name":"x"}`, never); errorText(e) != "Missing API token in auth_data." {
		t.Errorf("%s", e.JSON)
	}
	if e := hookOf(t, &demoAPI, &handMade, play(), token(), `{}`, never); errorText(e) != "Call failed: name is required" {
		t.Errorf("%s", e.JSON)
	}
	api := demoAPI
	api.Budgets = []Budget{{Calls: 1, Per: 24 * time.Hour}}
	s := play(answering(200, `{}`))
	e := hookOf(t, &api, &handMade, s, token(), `{"name":"x"}`, func(ctx context.Context, h *Hook) error {
		if _, err := h.Do(ctx, "GET", "/a", nil, nil); err != nil {
			t.Error(err)
		}
		_, err := h.Do(ctx, "GET", "/b", nil, nil)
		return err
	})
	if CodeOf(asError(e.Err)) != CodeQuotaExhausted || s.count() != 1 {
		t.Errorf("%s", e.JSON)
	}
	c := newTestClient(t, Options{Transport: play()})
	e = c.DoHook(t.Context(), &handMade, token(), []Value{Text("x"), {}, {}}, func(_ context.Context, h *Hook) error { return h.Set("note", string(h.Input())) })
	if !strings.Contains(string(e.JSON), `"note":"{\"name\":\"x\",\"n\":7}"`) {
		t.Errorf("%s", e.JSON)
	}
}

// TestHookCredentials: every place of a credential is filled in.
func TestHookCredentials(t *testing.T) {
	s := tokenAuth
	s.Send = []AuthPart{{Body: "key", Value: "{token}"}, {Query: "k", Value: "{token}"}}
	op := handMade
	op.Auth = &s
	for _, tt := range []struct {
		body any
		want string
	}{
		{map[string]int{"a": 1}, `{"key":"tok3n","a":1}`}, {url.Values{"a": {"1"}}, "a=1&key=tok3n"}, {nil, ""},
		{[]int{1}, "Call failed: the body must be an object, since the credential goes into it"},
	} {
		api := play(answering(200, `{}`))
		e := hookOf(t, &demoAPI, &op, api, bearer("tok3n"), `{"name":"x"}`, func(ctx context.Context, h *Hook) error {
			_, err := h.Do(ctx, http.MethodPost, "/x", nil, tt.body)
			return err
		})
		got := errorText(e)
		if api.count() > 0 {
			if got = api.requests[0].body; api.requests[0].URL.RawQuery != "k=tok3n" {
				t.Errorf("sent to %s", api.requests[0].URL)
			}
		}
		if got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.body, got, tt.want)
		}
	}
}
