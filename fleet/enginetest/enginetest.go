// Package enginetest is the contract of engines as a suite: whatever keeps the
// fleet's jobs passes it.
//
// queue.go, deliveries.go, ask.go, ledger.go and budget.go have the cases of one
// engine, pair.go those of two on one server.
package enginetest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"modulex.dev/connector/fleet"
)

// Lease is that of the engines under test: short, so that it can pass.
const Lease = time.Second

// Run tries an engine. open makes a new and empty one, with the lease above.
func Run(t *testing.T, open func(t *testing.T) fleet.Engine) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, e fleet.Engine)
	}{
		{"a job is taken, begun and ended", takenAndEnded},
		{"a job that is submitted twice is done once", submittedTwice},
		{"what cannot be a job is refused", refused},
		{"those who wait come first", waitingFirst},
		{"tenants take turns", turns},
		{"of one tenant the first comes first", inOrder},
		{"a lost delivery comes again", lost},
		{"a delivery that is extended does not", extended},
		{"a job that is given back comes again, and nobody was lost", givenBack},
		{"a job that has not begun can be canceled", canceled},
		{"a job can be retried when nothing is done twice by it", retried},
		{"whoever waits is told the end", awaited},
		{"a full queue says so", full},
		{"many workers share the jobs", shared},
		{"a key is claimed once", claimedOnce},
		{"an answer is kept and told", settled},
		{"a released key is free", released},
		{"a budget is kept by all", budgetKept},
		{"a delivery of before a cancel and a retry does not count", overtaken},
		{"a stale worker cannot give back what another has", staleGivesBack},
		{"a stale worker may tell the end, once", staleEnds},
		{"the end of an old write is not that of a new one", staleEndsOld},
		{"a delivery may be ended twice", endedTwice},
		{"a hundred tenants take turns", manyTenants},
		{"of many callers of one key one is sent, whatever is released", releasedByMany},
		{"a used-up quota fails at once", quotaUsedUp},
		{"a pause holds for all", paused},
		{"what is asked is answered at once, and not kept", askedAtOnce},
		{"whoever asks is told that nobody answers", askedNobody},
		{"a long answer is waited for", askedLong},
		{"what reads is asked, all else is submitted", done},
		{"what was asked goes on in the queue when the waiting is over", doneLater},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := open(t)
			t.Cleanup(func() {
				if err := e.Close(); err != nil {
					t.Error(err)
				}
			})
			c.run(t, e)
		})
	}
}

const api = "demo"

// job is a valid job.
func job(id, tenant string, class fleet.Class) fleet.Job {
	return fleet.Job{ID: id, API: api, Action: "create_item", Tenant: tenant, Class: class, Input: json.RawMessage(`{"name":"x"}`), Submitted: time.Now().UTC()}
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func submit(t *testing.T, e fleet.Engine, jobs ...fleet.Job) {
	t.Helper()
	for _, j := range jobs {
		if err := e.Submit(within(t, 10*time.Second), j); err != nil {
			t.Fatal(err)
		}
	}
}

func take(t *testing.T, e fleet.Engine) fleet.Delivery {
	t.Helper()
	d, err := e.Take(within(t, 20*time.Second), api)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func begin(t *testing.T, d fleet.Delivery) (lost int) {
	t.Helper()
	lost, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return lost
}

func end(t *testing.T, d fleet.Delivery, s fleet.State) {
	t.Helper()
	if err := d.End(t.Context(), fleet.Ending{State: s, Envelope: []byte(`{"success":true}`)}); err != nil {
		t.Fatal(err)
	}
}

func state(t *testing.T, e fleet.Engine, id string, want fleet.State) fleet.Record {
	t.Helper()
	r, err := e.Record(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if r.State != want {
		t.Errorf("job %s is %s, want %s", id, r.State, want)
	}
	return r
}

// nothing reports that no job is free for a while.
func nothing(t *testing.T, e fleet.Engine, d time.Duration) {
	t.Helper()
	if d, err := e.Take(within(t, d), api); err == nil {
		t.Errorf("job %s was delivered", d.Job().ID)
	}
}
