// What observers are told, in which order.

package runtime

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// diary writes down what it is told. It wants every moment to come with the
// context that it gave.
type diary struct {
	t     *testing.T
	mu    sync.Mutex
	lines []string
}

type diaryKey string

func (d *diary) write(ctx context.Context, within, format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if within != "" && ctx.Value(diaryKey(within)) == nil {
		d.t.Errorf("%q comes without the context of the %s", fmt.Sprintf(format, args...), within)
	}
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) Start(ctx context.Context, s CallStart) context.Context {
	d.write(ctx, "", "start %s.%s %s", s.API, s.Action, s.Method)
	return context.WithValue(ctx, diaryKey("call"), true)
}

func (d *diary) Attempt(ctx context.Context, a AttemptStart) context.Context {
	d.write(ctx, "call", "attempt %d resend %d: %s %s://%s:%d %s", a.Number, a.Resend, a.Method, a.Scheme, a.Host, a.Port, a.Template)
	return context.WithValue(ctx, diaryKey("attempt"), true)
}

func (d *diary) Answer(ctx context.Context, a AttemptEnd) {
	d.write(ctx, "attempt", "answer %d: %d, %d bytes, %s %q timeout %t", a.Number, a.Status, a.Bytes, a.Took, a.Fault, a.Timeout)
}

func (d *diary) Retry(ctx context.Context, r RetryDecision) {
	d.write(ctx, "call", "retry after %d: %t %s (%s %d)", r.Attempt, r.Again, r.Why, r.Code, r.Status)
}

func (d *diary) Wait(ctx context.Context, w WaitStart) {
	d.write(ctx, "call", "wait for %s", w.Why)
}

func (d *diary) Drift(ctx context.Context, r Drift) { d.write(ctx, "call", "drift: %s", r) }

func (d *diary) End(ctx context.Context, e CallEnd) {
	list := ""
	if e.List != nil {
		list = fmt.Sprintf(" list %d complete %t", e.List.Count, e.List.Complete)
	}
	code := Code("ok")
	if e.Err != nil {
		code = e.Err.Code
	}
	d.write(ctx, "call", "end %s after %d attempts and %s%s", code, e.Attempts, e.Took, list)
}

// TestObserver runs calls and reads the diary.
func TestObserver(t *testing.T) {
	const at = "https://api.example.test:443"
	getAt, okay := " GET "+at+" /things/{thing_id}", answering(200, goodBody)
	tests := []struct {
		name   string
		steps  []step
		action string
		input  string
		want   []string
	}{
		{"success", []step{okay}, "get_thing", good["get_thing"], []string{
			"start demo.get_thing GET", "attempt 1 resend 0:" + getAt, `answer 1: 200, 19 bytes, 0s "" timeout false`, "end ok after 1 attempts and 0s"}},
		{"invalid input", nil, "get_thing", "{}", []string{
			"start demo.get_thing GET", "end invalid_input after 0 attempts and 0s"}},
		{"a redirect", []step{status(302, "Location: /v1/x"), okay}, "get_thing", good["get_thing"], []string{
			"start demo.get_thing GET", "attempt 1 resend 0:" + getAt, `answer 1: 302, 39 bytes, 0s "" timeout false`,
			"attempt 2 resend 0:" + getAt, `answer 2: 200, 19 bytes, 0s "" timeout false`, "end ok after 2 attempts and 0s"}},
		{"throttled", []step{status(429, "Retry-After: 0"), okay}, "get_thing", good["get_thing"], []string{
			"start demo.get_thing GET", "attempt 1 resend 0:" + getAt, `answer 1: 429, 39 bytes, 0s "" timeout false`,
			"retry after 1: true throttled (rate_limited 429)", "wait for retry",
			"attempt 2 resend 1:" + getAt, `answer 2: 200, 19 bytes, 0s "" timeout false`, "end ok after 2 attempts and …"}},
		{"too long", []step{status(429, "Retry-After: 90")}, "get_thing", good["get_thing"], []string{
			"start demo.get_thing GET", "attempt 1 resend 0:" + getAt, `answer 1: 429, 39 bytes, 0s "" timeout false`,
			"retry after 1: false wait_too_long (rate_limited 429)", "end rate_limited after 1 attempts and 0s"}},
		{"final", []step{status(404)}, "get_thing", good["get_thing"], []string{
			"start demo.get_thing GET", "attempt 1 resend 0:" + getAt, `answer 1: 404, 39 bytes, 0s "" timeout false`,
			"retry after 1: false final (not_found 404)", "end not_found after 1 attempts and 0s"}},
		{"unsafe", []step{failing(true, errors.New("reset"))}, "create_thing", newThing, []string{
			"start demo.create_thing POST", "attempt 1 resend 0: POST " + at + " /things", `answer 1: 0, 0 bytes, 0s "reset" timeout false`,
			"retry after 1: false unsafe (outcome_unknown 0)", "end outcome_unknown after 1 attempts and 0s"}},
		{"a list", []step{library(2, nil)}, "list_things", "", []string{
			"start demo.list_things GET", "attempt 1 resend 0: GET " + at + " /things", `answer 1: 200, 57 bytes, 0s "" timeout false`,
			"attempt 2 resend 0: GET " + at + " /things", `answer 2: 200, 60 bytes, 0s "" timeout false`, "end ok after 2 attempts and 0s list 4 complete true"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &diary{t: t}
				c := newTestClient(t, Options{Transport: play(tt.steps...), Observers: []Observer{panicky{}, d}})
				c.Call(t.Context(), tt.action, token(), []byte(tt.input))
				compareLines(t, d.lines, tt.want)
			})
		})
	}
}

// compareLines compares line by line; … at the end of one stands for anything.
func compareLines(t *testing.T, got, want []string) {
	t.Helper()
	same := len(got) == len(want)
	for i := 0; same && i < len(got); i++ {
		prefix, any := strings.CutSuffix(want[i], "…")
		same = got[i] == want[i] || any && strings.HasPrefix(got[i], prefix)
	}
	if !same {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// panicky panics at every moment, with a secret in its mouth.
type panicky struct{}

func (panicky) Start(context.Context, CallStart) context.Context      { panic(secret) }
func (panicky) Attempt(context.Context, AttemptStart) context.Context { panic(secret) }
func (panicky) Answer(context.Context, AttemptEnd)                    { panic(secret) }
func (panicky) Retry(context.Context, RetryDecision)                  { panic(secret) }
func (panicky) Wait(context.Context, WaitStart)                       { panic(secret) }
func (panicky) Drift(context.Context, Drift)                          { panic(secret) }
func (panicky) End(context.Context, CallEnd)                          { panic(secret) }

// TestObserverOfWaits: waits for a budget, for a key and for work are told.
func TestObserverOfWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &diary{t: t}
		c := clientOf(t, tableOf(budgetOf(Budget{Calls: 1, Per: time.Second}), &getThing), Options{Transport: play(answering(200, goodBody)), Observers: []Observer{d}})
		get(t.Context(), c, token())
		get(t.Context(), c, token())
		if text := strings.Join(d.lines, "\n"); strings.Count(text, "wait for budget") != 1 || !strings.Contains(text, "end ok after 1 attempts and 1s") {
			t.Error(text)
		}
	})
}

// TestObserversShowNothing: nothing that observers are told holds the secret,
// however the API and the network throw it back.
func TestObserversShowNothing(t *testing.T) {
	for name, answer := range map[string]step{
		"reflected": reflecting(422, `{"errors":[{"title":KEY}]}`, nil),
		"broken":    reflecting(0, ``, errors.New("bad header "+secret)),
		"panic":     func(*http.Request) (*http.Response, error) { panic(secret) },
	} {
		d := &diary{t: t}
		c := newTestClient(t, Options{Transport: play(answer), Clock: newFakeClock(), Observers: []Observer{d}})
		for _, action := range []string{"get_thing", "create_thing", "list_things"} {
			c.Call(t.Context(), action, token(), []byte(good[action]))
		}
		noSecret(t, name, strings.Join(d.lines, "\n"))
		if ends := strings.Count(strings.Join(d.lines, "\n"), "\nend "); ends != 3 {
			t.Errorf("%s: %d calls ended:\n%s", name, ends, strings.Join(d.lines, "\n"))
		}
	}
}

// TestNobodyListens: a call that nobody listens to pays nothing for observers.
func TestNobodyListens(t *testing.T) {
	c := newTestClient(t, Options{Transport: play(answering(200, goodBody))})
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() {
		ctx, w := c.watch(ctx, &getThing)
		w.retry(ctx, RetryDecision{})
		w.wait(ctx, time.Second, WaitRetry)
		w.drift(ctx, Drift{})
		w.end(ctx, &Envelope{})
		w.endTyped(ctx, nil, nil)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
