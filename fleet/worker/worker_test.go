package worker_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/jetstream"
	"modulex.dev/connector/fleet/memory"
	"modulex.dev/connector/fleet/worker"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const lease = 300 * time.Millisecond

// people is a stand-in for one session's people.
type people struct {
	*httptest.Server
	mu    sync.Mutex
	posts int
	there bool // the person is
	// post answers a registration.
	post func(p *people, w http.ResponseWriter)
	// look answers who asks for the person; nil tells the truth.
	look http.HandlerFunc
}

func newPeople(t *testing.T, post func(*people, http.ResponseWriter)) *people {
	p := &people{post: post}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/sessions/s1/people", func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.posts++
		p.post(p, w)
	})
	mux.HandleFunc("GET /v1/sessions/s1/people", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.look != nil {
			p.look(w, r)
			return
		}
		items := ""
		if p.there {
			items = `{"id":"p1","type":"people"}`
		}
		fmt.Fprintf(w, `{"data":[%s],"meta":{"current_page":0,"next_page":null,"page_count":1}}`, items)
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

// written is how many registrations have come.
func (p *people) written() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.posts
}

// created registers the person.
func created(p *people, w http.ResponseWriter) {
	p.there = true
	w.WriteHeader(http.StatusCreated)
	fmt.Fprint(w, `{"data":{"id":"p1","type":"people","attributes":{}}}`)
}

// cut lets go of the connection without an answer.
func cut(w http.ResponseWriter) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = c.Close()
	}
}

// run runs a worker until its test is over.
func run(t *testing.T, e fleet.Engine, url string, change func(*worker.Options)) {
	t.Helper()
	o := worker.Options{Table: &livestorm.Table, Engine: e, Lease: lease, Looks: 2, BetweenLooks: 10 * time.Millisecond,
		Client: runtime.Options{BaseURL: url + "/v1", DisableBudgets: true},
		Resolve: func(fleet.Job) (cred runtime.Credentials, err error) {
			err = json.Unmarshal([]byte(`{"auth_type":"bearer_token","auth_data":{"token":"sandbox"}}`), &cred)
			return cred, err
		}}
	if change != nil {
		change(&o)
	}
	w, err := worker.New(o)
	if err != nil {
		t.Fatal(err)
	}
	var over sync.WaitGroup
	over.Go(func() {
		if err := w.Run(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(over.Wait)
}

func submit(t *testing.T, e fleet.Engine, action, input string) fleet.Record {
	t.Helper()
	j := fleet.Job{ID: "j", API: "livestorm", Action: action, Tenant: "acme", Class: fleet.Waiting, Input: json.RawMessage(input), Submitted: time.Now()}
	if err := e.Submit(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	return await(t, e)
}

func await(t *testing.T, e fleet.Engine) fleet.Record {
	t.Helper()
	r, err := e.Await(t.Context(), "j")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const (
	register = "register_someone_for_session"
	input    = `{"session_id":"s1","fields":{"email":"a@b.c"}}`
)

// busyFor refuses so many looks, and finds the person then.
func busyFor(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if n--; n >= 0 {
			w.Header().Set("Retry-After", "3600")
			http.Error(w, `{"errors":[{"title":"too many"}]}`, http.StatusTooManyRequests)
			return
		}
		fmt.Fprint(w, `{"data":[{"id":"p1","type":"people"}],"meta":{"current_page":0,"next_page":null,"page_count":1}}`)
	}
}

// TestVerify: the answer of a write never comes; looking it up settles it, or not.
func TestVerify(t *testing.T) {
	for _, c := range []struct {
		name  string
		post  func(*people, http.ResponseWriter)
		look  http.HandlerFunc
		input string
		state fleet.State
		posts int
		says  string // in why or check
	}{
		{name: "found", post: func(p *people, w http.ResponseWriter) { p.there = true; cut(w) }, state: fleet.Done, posts: 1, says: "has found that it was carried out"},
		{name: "not found, and made anew", post: func(p *people, w http.ResponseWriter) {
			if p.posts == 1 {
				cut(w)
				return
			}
			created(p, w)
		}, state: fleet.Done, posts: 2},
		{name: "never carried out", post: func(_ *people, w http.ResponseWriter) { cut(w) }, state: fleet.Failed, posts: 4, says: "has found that it was not carried out"},
		{name: "undecided: looking fails", post: func(_ *people, w http.ResponseWriter) { cut(w) },
			look: func(w http.ResponseWriter, _ *http.Request) {
				http.Error(w, `{"errors":[{"title":"no"}]}`, http.StatusForbidden)
			},
			state: fleet.Unknown, posts: 1, says: "list_session_people"},
		{name: "found, when the API has time again", post: func(p *people, w http.ResponseWriter) { p.there = true; cut(w) },
			look:  busyFor(3),
			state: fleet.Done, posts: 1, says: "has found that it was carried out"},
		{name: "undecided: nothing to look for", input: `{"session_id":"s1","fields":{"first_name":"A"}}`, post: func(_ *people, w http.ResponseWriter) { cut(w) },
			state: fleet.Unknown, posts: 1, says: "--nothing-happened"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPeople(t, c.post)
			p.look = c.look
			e := memory.New(memory.Options{Lease: lease})
			run(t, e, p.URL, nil)
			if c.input == "" {
				c.input = input
			}
			r := submit(t, e, register, c.input)
			if r.State != c.state || p.written() != c.posts || !strings.Contains(r.Why+r.Check, c.says) {
				t.Errorf("%s after %d writes; why %q, check %q", r.State, p.written(), r.Why, r.Check)
			}
			if r.State == fleet.Unknown {
				if err := e.Retry(t.Context(), "j", false); !errors.Is(err, fleet.ErrState) {
					t.Errorf("it can be retried blindly: %v", err)
				}
			}
			if r.State == fleet.Done && !strings.Contains(string(r.Envelope), `"success":true`) {
				t.Errorf("envelope %s", r.Envelope)
			}
		})
	}
}

// TestPoison: a job whose workers die each time becomes a dead letter after ten,
// is not delivered any more, and can be retried.
func TestPoison(t *testing.T) {
	p := newPeople(t, created)
	e := memory.New(memory.Options{Lease: lease})
	j := fleet.Job{ID: "j", API: "livestorm", Action: register, Tenant: "acme", Class: fleet.Bulk, Input: json.RawMessage(input)}
	if err := e.Submit(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		d, err := e.Take(t.Context(), "livestorm")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Begin(t.Context()); err != nil { // and it is not heard of again
			t.Fatal(err)
		}
	}
	run(t, e, p.URL, nil)
	if r := await(t, e); r.State != fleet.Dead || !strings.Contains(r.Why, "10 workers began it") || p.written() != 0 {
		t.Errorf("%s (%s) after %d writes", r.State, r.Why, p.written())
	}
	if err := e.Retry(t.Context(), "j", false); err != nil {
		t.Fatal(err)
	}
	if r := await(t, e); r.State != fleet.Done || p.written() != 1 {
		t.Errorf("%s after %d writes", r.State, p.written())
	}
}

// TestTooLarge: an answer that is larger than what is kept. The record says so, and
// a repeat is told that it was carried out and carries out nothing.
func TestTooLarge(t *testing.T) {
	for _, action := range []string{register, "list_session_people"} {
		t.Run(action, func(t *testing.T) {
			big := strings.Repeat("x", 5<<20)
			p := newPeople(t, func(_ *people, w http.ResponseWriter) {
				w.WriteHeader(http.StatusCreated)
				fmt.Fprintf(w, `{"data":{"id":"p1","type":"people","attributes":{"big":%q}}}`, big)
			})
			p.look = func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(w, `{"data":[{"id":"p1","type":"people","attributes":{"big":%q}}],"meta":{"current_page":0,"next_page":null,"page_count":1}}`, big)
			}
			s, err := jetstream.Embed(t.TempDir(), "", 0)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			e, err := jetstream.Open(t.Context(), jetstream.Options{Embedded: s, Lease: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			t.Run("worker", func(t *testing.T) {
				run(t, e, p.URL, func(o *worker.Options) { o.Lease = time.Second })
				in := input
				if action != register {
					in = `{"session_id":"s1"}`
				}
				r := submit(t, e, action, in)
				if r.State != fleet.Done || !strings.Contains(r.Why, "is larger than") || r.Envelope != nil {
					t.Errorf("%s (%s), %d bytes", r.State, r.Why, len(r.Envelope))
				}
			})
			if action != register {
				return
			}
			// The same write by its key, as after a crash before its record was written.
			c, err := runtime.NewClient(&livestorm.Table, runtime.Options{BaseURL: p.URL + "/v1", DisableBudgets: true, Ledger: e.Ledger()})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			var cred runtime.Credentials
			_ = json.Unmarshal([]byte(`{"auth_type":"bearer_token","auth_data":{"token":"sandbox"}}`), &cred)
			again := c.Call(t.Context(), register, cred, []byte(input), runtime.IdempotencyKey("j"))
			if again.Err != nil || !again.Replayed || p.written() != 1 || !strings.Contains(string(again.JSON), `{"success":true,"error":null`) || len(again.JSON) > 1000 {
				t.Errorf("a repeat: %v, replayed %v, %d writes, %d bytes", again.Err, again.Replayed, p.written(), len(again.JSON))
			}
		})
	}
}

// TestCannotBegin: what cannot be run is a dead letter that says why.
func TestCannotBegin(t *testing.T) {
	p := newPeople(t, created)
	for _, c := range []struct {
		name, action string
		change       func(*worker.Options)
		state        fleet.State
		why          string
	}{
		{"no such action", "fly", nil, fleet.Dead, `livestorm has no action "fly"`},
		{"no credential", register, func(o *worker.Options) { o.Resolve = fleet.Keys{}.Resolve }, fleet.Failed, ""},
	} {
		e := memory.New(memory.Options{Lease: lease})
		t.Run(c.name, func(t *testing.T) {
			run(t, e, p.URL, c.change)
			if r := submit(t, e, c.action, input); r.State != c.state || r.Why != c.why {
				t.Errorf("%s (%s) %s", r.State, r.Why, r.Envelope)
			}
		})
	}
}
