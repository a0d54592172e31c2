// What the tests of this package share: the sandbox behind a server whose
// answers can be spoilt, one request at a time.

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"go.uber.org/goleak"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/gen/livestorm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// upstream is the sandbox, with faults put in its way.
type upstream struct {
	*httptest.Server
	sandbox http.Handler

	mu       sync.Mutex
	faults   []http.HandlerFunc // for the next requests; nil lets one through
	requests []string           // method and URI of each
}

func newUpstream(t *testing.T, o sandbox.Options) *upstream {
	t.Helper()
	u := &upstream{sandbox: sandbox.New(o)}
	u.Server = httptest.NewServer(u)
	t.Cleanup(u.Close)
	return u
}

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	u.requests = append(u.requests, r.Method+" "+r.URL.RequestURI())
	var fault http.HandlerFunc
	if len(u.faults) > 0 {
		fault, u.faults = u.faults[0], u.faults[1:]
	}
	u.mu.Unlock()
	if fault != nil {
		fault(w, r)
		return
	}
	u.sandbox.ServeHTTP(w, r)
}

// expect sets the faults of the next requests and forgets the past ones.
func (u *upstream) expect(faults ...http.HandlerFunc) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.faults, u.requests = faults, nil
}

func (u *upstream) seen() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]string(nil), u.requests...)
}

func (u *upstream) base() string { return u.URL + "/v1" }

// status answers with a status, a body and headers given as "Name: value".
func status(code int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body))
	}
}

// truncated promises more than it sends.
func truncated(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte(`{"data": {"id": "half`))
}

// hang answers nothing until the client gives up. The server notices that only
// once it has read the body.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// envelopes checks envelopes against the contract of the seed page, under an
// independent validator.
type envelopes map[string]*jsonschema.Schema

func newEnvelopes(t *testing.T) envelopes {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/livestorm.contract.json")
	if err != nil {
		t.Fatal(err)
	}
	var contract struct {
		Actions []struct {
			Name         string          `json:"name"`
			OutputSchema json.RawMessage `json:"output_schema"`
		} `json:"actions"`
	}
	if err := json.Unmarshal(raw, &contract); err != nil {
		t.Fatal(err)
	}
	e := make(envelopes)
	for _, a := range contract.Actions {
		e[a.Name] = jsonschema.MustCompileString(a.Name, string(a.OutputSchema))
	}
	if len(e) != 7 {
		t.Fatalf("the contract has %d actions, want 7", len(e))
	}
	return e
}

// check reports an envelope that is not valid, or whose members are not
// success, error and data in this order.
func (e envelopes) check(t *testing.T, action string, envelope []byte) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(envelope)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil || d.More() {
		t.Errorf("%s: the envelope is not one JSON value: %s", action, envelope)
		return
	}
	if err := e[action].Validate(v); err != nil {
		t.Errorf("%s: %v\n%s", action, err, envelope)
	}
	s := string(envelope)
	if !strings.HasPrefix(s, `{"success":`) || strings.Index(s, `,"error":`) > strings.Index(s, `,"data":`) {
		t.Errorf("%s: members are not in order: %s", action, envelope)
	}
}

// inputs has an input for every action that the sandbox accepts, in an order in
// which they can be called.
func inputs(t *testing.T) []struct{ action, input string } {
	t.Helper()
	update := map[string]any{"event_id": sandbox.EventID, "owner_id": sandbox.OwnerID, "title": "Changed", "slug": "changed",
		"status": "published", "description": "<p>New</p>"}
	for _, p := range livestorm.Table.Lookup("update_event").Parameters {
		if p.Type == "boolean" {
			update[p.Name] = true
		}
	}
	text, err := json.Marshal(update)
	if err != nil {
		t.Fatal(err)
	}
	return []struct{ action, input string }{
		{"create_event", `{"owner_id":"` + sandbox.OwnerID + `","title":"Tour","status":"draft","chat_enabled":false}`},
		{"get_event", `{"event_id":"` + sandbox.EventID + `"}`},
		{"list_events", `{}`},
		{"list_sessions", `{}`},
		{"register_someone_for_session", `{"session_id":"` + sandbox.SessionID + `","utm_source":"x","fields":{"email":"ada@example.com","first_name":"Ada","last_name":"L","topics":["pricing"]}}`},
		{"list_attendees_from_event", `{"event_id":"` + sandbox.EventID + `","role_filter":"participant"}`},
		{"update_event", string(text)},
	}
}
