// The dispatch table against the sandbox: every action, every documented
// failure, every fault of the wire, each envelope checked against the contract.

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
)

func newClient(t *testing.T, u *upstream, o runtime.Options) *runtime.Client {
	t.Helper()
	o.BaseURL = u.base()
	c, err := runtime.NewClient(&livestorm.Table, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

var unlimited = sandbox.Options{PerSecond: -1, Monthly: -1}

func TestEveryActionThroughTheTable(t *testing.T) {
	u := newUpstream(t, unlimited)
	c := newClient(t, u, runtime.Options{DisableBudgets: true})
	schemas := newEnvelopes(t)
	for _, in := range inputs(t) {
		e := c.Call(t.Context(), in.action, livestorm.APIToken("sandbox"), []byte(in.input))
		schemas.check(t, in.action, e.JSON)
		if !e.Success() {
			t.Errorf("%s: %v", in.action, e.Err)
		}
		if e.List != nil && !e.List.Complete {
			t.Errorf("%s: the list is not complete: %+v", in.action, *e.List)
		}
	}
}

// The lists that the platform's own integration loses: they begin at page 0
// and end where meta.next_page is null.
func TestListsAreComplete(t *testing.T) {
	u := newUpstream(t, unlimited)
	c := newClient(t, u, runtime.Options{DisableBudgets: true})
	e := c.Call(t.Context(), "list_sessions", livestorm.APIToken("sandbox"), nil)
	var envelope struct{ Data []struct{ ID string } }
	if err := json.Unmarshal(e.JSON, &envelope); err != nil {
		t.Fatal(err)
	}
	ids := make(map[string]bool)
	for _, s := range envelope.Data {
		ids[s.ID] = true
	}
	if len(envelope.Data) != 123 || len(ids) != 123 || e.List.Count != 123 || !e.List.Complete {
		t.Errorf("got %d sessions, %d of them different, %+v; want 123", len(envelope.Data), len(ids), *e.List)
	}
	want := []string{
		"GET /v1/sessions?page%5Bnumber%5D=0&page%5Bsize%5D=50",
		"GET /v1/sessions?page%5Bnumber%5D=1&page%5Bsize%5D=50",
		"GET /v1/sessions?page%5Bnumber%5D=2&page%5Bsize%5D=50",
	}
	got := u.seen()
	slices.Sort(got) // those that are asked for together may overtake each other
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("requests:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestFailuresThroughTheTable(t *testing.T) {
	u := newUpstream(t, unlimited)
	c := newClient(t, u, runtime.Options{PagesTogether: 1, DisableBudgets: true, AttemptTimeout: 150 * time.Millisecond})
	schemas := newEnvelopes(t)
	get := `{"event_id":"` + sandbox.EventID + `"}`
	register := `{"session_id":"` + sandbox.SessionID + `","fields":{"email":"ada@example.com","first_name":"Ada","last_name":"L"}}`
	for _, tt := range []struct {
		name, action, input, token string
		faults                     []http.HandlerFunc
		code                       runtime.Code // "" is success
		text                       string       // the whole error, or its beginning before …
		requests                   int
	}{
		{name: "no token", action: "get_event", input: `not JSON`,
			code: runtime.CodeUnauthenticated, text: "Missing API token in auth_data."},
		{name: "bad token", action: "get_event", input: get, token: "wrong",
			code: runtime.CodeUnauthenticated, text: "API error (401): Unauthorized…", requests: 1},
		{name: "400", action: "list_attendees_from_event", token: "sandbox", input: `{"event_id":"` + sandbox.EventID + `","role_filter":"nobody"}`,
			code: runtime.CodeInvalidInput, text: "API error (400): …", requests: 1},
		{name: "404", action: "get_event", token: "sandbox", input: `{"event_id":"nowhere"}`,
			code: runtime.CodeNotFound, text: "API error (404): Not Found: There is no such resource.", requests: 1},
		{name: "422", action: "create_event", token: "sandbox", input: `{"owner_id":"nobody","title":"T"}`,
			code: runtime.CodeInvalidInput, text: "API error (422): …", requests: 1},
		{name: "registered", action: "register_someone_for_session", token: "sandbox", input: register, requests: 1},
		{name: "409", action: "register_someone_for_session", token: "sandbox", input: register,
			code: runtime.CodeConflict, text: "API error (409): Conflict: This person is already registered for the session.", requests: 1},
		{name: "no path segment", action: "get_event", token: "sandbox", input: `{"event_id":".."}`,
			code: runtime.CodeInvalidInput, text: `Call failed: event_id is "..", which would change the path`},
		{name: "missing parameter", action: "get_event", token: "sandbox", input: `{}`,
			code: runtime.CodeInvalidInput, text: "Call failed: event_id is required"},
		{name: "429 passes", action: "get_event", token: "sandbox", input: get, requests: 2,
			faults: []http.HandlerFunc{status(429, "", "Retry-After: 0")}},
		{name: "429 passes for a write", action: "create_event", token: "sandbox", input: `{"owner_id":"` + sandbox.OwnerID + `","title":"T"}`, requests: 2,
			faults: []http.HandlerFunc{status(429, "", "Retry-After: 0")}},
		{name: "the month is used up", action: "get_event", token: "sandbox", input: get,
			faults: []http.HandlerFunc{status(429, "slow down", "Retry-After: 1", "RateLimit-Monthly-Remaining: 0")},
			code:   runtime.CodeQuotaExhausted, text: "API error (429): slow down", requests: 1},
		{name: "503 passes", action: "get_event", token: "sandbox", input: get, requests: 3,
			faults: []http.HandlerFunc{status(503, ""), status(503, "")}},
		{name: "502 stays", action: "get_event", token: "sandbox", input: get,
			faults: []http.HandlerFunc{status(502, ""), status(502, ""), status(502, "bad gateway")},
			code:   runtime.CodeUnavailable, text: "API error (502): bad gateway", requests: 3},
		{name: "502 on a write", action: "create_event", token: "sandbox", input: `{"owner_id":"` + sandbox.OwnerID + `","title":"T"}`,
			faults: []http.HandlerFunc{status(502, "bad gateway")},
			code:   runtime.CodeOutcomeUnknown, text: "API error (502): bad gateway (outcome unknown: …", requests: 1},
		{name: "timeout passes", action: "get_event", token: "sandbox", input: get, faults: []http.HandlerFunc{hang}, requests: 2},
		{name: "timeout on a write", action: "create_event", token: "sandbox", input: `{"owner_id":"` + sandbox.OwnerID + `","title":"T"}`,
			faults: []http.HandlerFunc{hang},
			code:   runtime.CodeOutcomeUnknown, text: "Request timed out. (outcome unknown: …", requests: 1},
		{name: "timeout stays", action: "get_event", token: "sandbox", input: get, faults: []http.HandlerFunc{hang, hang, hang},
			code: runtime.CodeTimeout, text: "Request timed out.", requests: 3},
		{name: "truncated passes", action: "get_event", token: "sandbox", input: get, faults: []http.HandlerFunc{truncated}, requests: 2},
		{name: "HTML", action: "get_event", token: "sandbox", input: get,
			faults: []http.HandlerFunc{status(200, "<html>login</html>", "Content-Type: text/html")},
			code:   runtime.CodeUnexpectedResponse, text: "Call failed: the answer is not JSON but text/html: …", requests: 1},
		{name: "a list that fails midway", action: "list_sessions", token: "sandbox",
			faults: []http.HandlerFunc{nil, status(500, "oops"), status(500, "oops"), status(500, "oops")},
			code:   runtime.CodeUnavailable, text: "API error (500): oops (50 items are here; the list is incomplete, resume it at page=1)", requests: 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u.expect(tt.faults...)
			cred := runtime.Credentials{}
			if tt.token != "" {
				cred = livestorm.APIToken(tt.token)
			}
			e := c.Call(t.Context(), tt.action, cred, []byte(tt.input))
			schemas.check(t, tt.action, e.JSON)
			code, text := runtime.Code(""), ""
			if e.Err != nil {
				code, text = e.Err.Code, e.Err.Error()
			}
			if prefix, open := strings.CutSuffix(tt.text, "…"); code != tt.code || text != tt.text && (!open || !strings.HasPrefix(text, prefix)) {
				t.Errorf("got %q: %s\nwant %q: %s", code, text, tt.code, tt.text)
			}
			if got := len(u.seen()); got != tt.requests {
				t.Errorf("%d requests, want %d: %v", got, tt.requests, u.seen())
			}
		})
	}
}

// A list that failed goes on where it stopped: nothing is lost, nothing comes
// twice.
func TestResume(t *testing.T) {
	u := newUpstream(t, unlimited)
	c := newClient(t, u, runtime.Options{DisableBudgets: true, Attempts: 1, PagesTogether: 1})
	cred := livestorm.APIToken("sandbox")
	whole := c.Call(t.Context(), "list_sessions", cred, nil)
	u.expect(nil, nil, status(500, ""))
	first := c.Call(t.Context(), "list_sessions", cred, nil)
	if first.Success() || first.List.Count != 100 || first.List.Complete || first.List.Stop != runtime.StopError {
		t.Fatalf("the list was to stop after two pages: %+v", *first.List)
	}
	rest := c.Call(t.Context(), "list_sessions", cred, nil, runtime.ResumeAt(first.List.Resume))
	if !rest.Success() || !rest.List.Complete {
		t.Fatalf("the rest failed: %v", rest.Err)
	}
	if got, want := append(items(t, first), items(t, rest)...), items(t, whole); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the two parts have %d items, the whole list has %d", len(got), len(want))
	}
}

func items(t *testing.T, e runtime.Envelope) (out []string) {
	t.Helper()
	var envelope struct{ Data []json.RawMessage }
	if err := json.Unmarshal(e.JSON, &envelope); err != nil {
		t.Fatal(err)
	}
	for _, item := range envelope.Data {
		out = append(out, string(item))
	}
	return out
}

// The client keeps to five calls a second by itself: a strict server has
// nothing to refuse.
func TestBudgetAgainstAStrictServer(t *testing.T) {
	u := newUpstream(t, sandbox.Options{Sessions: 400})
	refused := 0
	strict := u.sandbox
	u.sandbox = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watch := &statusWatch{ResponseWriter: w}
		strict.ServeHTTP(watch, r)
		if watch.code == http.StatusTooManyRequests {
			refused++ // requests of one list come one after the other
		}
	})
	c := newClient(t, u, runtime.Options{})
	e := c.Call(t.Context(), "list_sessions", livestorm.APIToken("sandbox"), nil)
	if !e.Success() || len(u.seen()) != 9 || refused != 0 {
		t.Errorf("%d requests, %d refused, error %v; want 9, none, none", len(u.seen()), refused, e.Err)
	}
}

type statusWatch struct {
	http.ResponseWriter
	code int
}

func (w *statusWatch) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

func TestCancelIsPrompt(t *testing.T) {
	u := newUpstream(t, unlimited)
	c := newClient(t, u, runtime.Options{DisableBudgets: true})
	u.expect(status(503, "", "Retry-After: 30"))
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	e := c.Call(ctx, "list_sessions", livestorm.APIToken("sandbox"), nil)
	if e.Err == nil || e.Err.Code != runtime.CodeCanceled || string(e.JSON) != `{"success":false,"error":"Call failed: the call was canceled","data":[]}` {
		t.Errorf("got %s", e.JSON)
	}
}
