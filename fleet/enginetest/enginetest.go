// Package enginetest is the contract of engines as a suite: whatever keeps the
// fleet's jobs passes it.
package enginetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/runtime"
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
	} {
		t.Run(c.name, func(t *testing.T) {
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

func takenAndEnded(t *testing.T, e fleet.Engine) {
	submit(t, e, job("a", "acme", fleet.Bulk))
	state(t, e, "a", fleet.Queued)
	d := take(t, e)
	if got := string(d.Job().Input); got != `{"name":"x"}` {
		t.Errorf("input %s", got)
	}
	if lost := begin(t, d); lost != 0 {
		t.Errorf("%d lost", lost)
	}
	state(t, e, "a", fleet.Running)
	end(t, d, fleet.Done)
	r := state(t, e, "a", fleet.Done)
	if string(r.Envelope) != `{"success":true}` || r.Began.IsZero() || r.Ended.Before(r.Began) {
		t.Errorf("record %+v", r)
	}
	nothing(t, e, 2*Lease)
	if _, err := e.Record(t.Context(), "b"); !errors.Is(err, fleet.ErrNotFound) {
		t.Errorf("an unknown job: %v", err)
	}
}

func submittedTwice(t *testing.T, e fleet.Engine) {
	j := job("a", "acme", fleet.Bulk)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := e.Submit(t.Context(), j); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	d := take(t, e)
	begin(t, d)
	end(t, d, fleet.Done)
	submit(t, e, j)
	nothing(t, e, Lease/2)
	state(t, e, "a", fleet.Done)
}

func refused(t *testing.T, e fleet.Engine) {
	for what, change := range map[string]func(*fleet.Job){
		"id":         func(j *fleet.Job) { j.ID = "a.b" },
		"tenant":     func(j *fleet.Job) { j.Tenant = "*" },
		"class":      func(j *fleet.Job) { j.Class = "" },
		"input":      func(j *fleet.Job) { j.Input = []byte(`{`) },
		"too large":  func(j *fleet.Job) { j.Input = make([]byte, fleet.MaxInput+1) },
		"credential": func(j *fleet.Job) { j.Credential = fleet.Credential{Sealed: []byte("token")} },
	} {
		j := job("a", "acme", fleet.Bulk)
		change(&j)
		if err := e.Submit(t.Context(), j); err == nil {
			t.Errorf("%s: taken", what)
		}
	}
	nothing(t, e, 100*time.Millisecond)
}

func waitingFirst(t *testing.T, e fleet.Engine) {
	for i := range 5 {
		submit(t, e, job(fmt.Sprint("b", i), "acme", fleet.Bulk))
	}
	submit(t, e, job("w", "acme", fleet.Waiting))
	// Whoever has looked before may have one of the others in hand already.
	for i := range 2 {
		if d := take(t, e); d.Job().ID == "w" {
			return
		} else if i == 1 {
			t.Errorf("%s came before the one that somebody waits for", d.Job().ID)
		}
	}
}

func turns(t *testing.T, e fleet.Engine) {
	for i := range 40 {
		submit(t, e, job(fmt.Sprint("big", i), "big", fleet.Bulk))
	}
	submit(t, e, job("small", "small", fleet.Bulk), job("tiny", "tiny", fleet.Bulk))
	var seen []string
	for range 6 {
		d := take(t, e)
		seen = append(seen, d.Job().Tenant)
	}
	if !slices.Contains(seen, "small") || !slices.Contains(seen, "tiny") {
		t.Errorf("of six turns: %v", seen)
	}
}

func inOrder(t *testing.T, e fleet.Engine) {
	for i := range 5 {
		submit(t, e, job(fmt.Sprint("j", i), "acme", fleet.Bulk))
	}
	for i := range 5 {
		if d := take(t, e); d.Job().ID != fmt.Sprint("j", i) {
			t.Errorf("%s came as number %d", d.Job().ID, i)
		}
	}
}

func lost(t *testing.T, e fleet.Engine) {
	submit(t, e, job("a", "acme", fleet.Bulk))
	begin(t, take(t, e)) // and never heard of again
	d := take(t, e)
	if n := begin(t, d); n != 1 {
		t.Errorf("%d lost, want 1", n)
	}
	end(t, d, fleet.Done)
	nothing(t, e, 2*Lease)
}

func extended(t *testing.T, e fleet.Engine) {
	submit(t, e, job("a", "acme", fleet.Bulk))
	d := take(t, e)
	begin(t, d)
	for range 8 {
		time.Sleep(Lease / 4)
		if err := d.Extend(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	nothing(t, e, Lease/2)
	end(t, d, fleet.Done)
}

func givenBack(t *testing.T, e fleet.Engine) {
	submit(t, e, job("a", "acme", fleet.Bulk))
	d := take(t, e)
	begin(t, d)
	if err := d.Again(t.Context(), Lease/4, true); err != nil {
		t.Fatal(err)
	}
	state(t, e, "a", fleet.Queued)
	again := take(t, e)
	if n := begin(t, again); n != 0 {
		t.Errorf("%d lost", n)
	}
	if again.Job().Key() == d.Job().Key() {
		t.Error("it is not a new write")
	}
	end(t, again, fleet.Done)
}

func canceled(t *testing.T, e fleet.Engine) {
	submit(t, e, job("a", "acme", fleet.Bulk), job("b", "other", fleet.Bulk))
	if err := e.Cancel(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	state(t, e, "a", fleet.Canceled)
	d := take(t, e)
	if d.Job().ID != "b" {
		t.Errorf("%s came", d.Job().ID)
	}
	begin(t, d)
	if err := e.Cancel(t.Context(), "b"); !errors.Is(err, fleet.ErrBegun) {
		t.Errorf("a job that has begun: %v", err)
	}
	end(t, d, fleet.Done)
	if err := e.Cancel(t.Context(), "b"); !errors.Is(err, fleet.ErrEnded) {
		t.Errorf("a job that has ended: %v", err)
	}
	if err := e.Cancel(t.Context(), "c"); !errors.Is(err, fleet.ErrNotFound) {
		t.Errorf("an unknown job: %v", err)
	}
	nothing(t, e, Lease/2)
}

func retried(t *testing.T, e fleet.Engine) {
	submit(t, e, job("a", "acme", fleet.Bulk))
	d := take(t, e)
	begin(t, d)
	if err := e.Retry(t.Context(), "a", true); !errors.Is(err, fleet.ErrState) {
		t.Errorf("a job that runs: %v", err)
	}
	end(t, d, fleet.Unknown)
	if err := e.Retry(t.Context(), "a", false); !errors.Is(err, fleet.ErrState) {
		t.Errorf("a job of unknown outcome: %v", err)
	}
	if err := e.Retry(t.Context(), "a", true); err != nil {
		t.Fatal(err)
	}
	again := take(t, e)
	if again.Job().Key() == d.Job().Key() {
		t.Error("it would get its old answer")
	}
	begin(t, again)
	end(t, again, fleet.Done)
	if err := e.Retry(t.Context(), "a", true); !errors.Is(err, fleet.ErrState) {
		t.Errorf("a job that is done: %v", err)
	}
}

func awaited(t *testing.T, e fleet.Engine) {
	submit(t, e, job("a", "acme", fleet.Waiting))
	var worker sync.WaitGroup
	defer worker.Wait()
	worker.Go(func() {
		d, err := e.Take(t.Context(), api)
		if err != nil {
			t.Error(err)
			return
		}
		_, err = d.Begin(t.Context())
		time.Sleep(50 * time.Millisecond)
		if err = errors.Join(err, d.End(t.Context(), fleet.Ending{State: fleet.Done, Envelope: []byte("{}")})); err != nil {
			t.Error(err)
		}
	})
	r, err := e.Await(within(t, 20*time.Second), "a")
	if err != nil || r.State != fleet.Done || string(r.Envelope) != "{}" {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := e.Await(within(t, 20*time.Second), "b"); !errors.Is(err, fleet.ErrNotFound) {
		t.Errorf("an unknown job: %v", err)
	}
}

func full(t *testing.T, e fleet.Engine) {
	for i := range 2000 {
		submit(t, e, job(fmt.Sprint("j", i), "acme", fleet.Bulk))
	}
	j := job("more", "acme", fleet.Bulk)
	if err := e.Submit(t.Context(), j); !errors.Is(err, fleet.ErrFull) {
		t.Fatalf("one more: %v", err)
	}
	submit(t, e, job("other", "other", fleet.Bulk)) // another tenant has its own
	if _, err := e.Record(t.Context(), "more"); !errors.Is(err, fleet.ErrNotFound) {
		t.Errorf("a job that was refused is known: %v", err)
	}
	for range 2 {
		d := take(t, e)
		begin(t, d)
		end(t, d, fleet.Done)
	}
	submit(t, e, j)
}

func shared(t *testing.T, e fleet.Engine) {
	const n = 300
	for i := range n {
		submit(t, e, job(fmt.Sprint("j", i), fmt.Sprint("t", i%7), fleet.Bulk))
	}
	var mu sync.Mutex
	seen := make(map[string]int)
	ctx, stop := context.WithCancel(within(t, time.Minute))
	defer stop()
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for {
				d, err := e.Take(ctx, api)
				if err != nil {
					return
				}
				if _, err := d.Begin(ctx); err != nil {
					t.Error(err)
				}
				if err := d.End(context.WithoutCancel(ctx), fleet.Ending{State: fleet.Done}); err != nil {
					t.Error(err)
				}
				mu.Lock()
				if seen[d.Job().ID]++; len(seen) == n {
					stop()
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	for id, times := range seen {
		if times != 1 {
			t.Errorf("%s was delivered %d times", id, times)
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d jobs", len(seen), n)
	}
	count := 0
	for r, err := range e.Records(t.Context()) {
		if err != nil || r.State != fleet.Done {
			t.Errorf("%s is %s (%v)", r.Job.ID, r.State, err)
		}
		count++
	}
	if count != n {
		t.Errorf("%d records of %d jobs", count, n)
	}
}

var ledgerKey = runtime.LedgerKey{API: api, Tenant: runtime.Tenant{1}, Key: "k"}

func claimedOnce(t *testing.T, e fleet.Engine) {
	var claims atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			entry, claimed, err := e.Ledger().Claim(within(t, 20*time.Second), ledgerKey, [32]byte{7}, func() {})
			switch {
			case err != nil:
				t.Error(err)
			case claimed:
				claims.Add(1)
				time.Sleep(50 * time.Millisecond)
				if err := e.Ledger().Settle(t.Context(), ledgerKey, runtime.LedgerEntry{Input: [32]byte{7}, Envelope: []byte("{}")}); err != nil {
					t.Error(err)
				}
			case string(entry.Envelope) != "{}":
				t.Errorf("answer %s", entry.Envelope)
			}
		})
	}
	all.Wait()
	if n := claims.Load(); n != 1 {
		t.Errorf("%d claims", n)
	}
}

func settled(t *testing.T, e fleet.Engine) {
	claim(t, e, [32]byte{7}, true)
	want := runtime.LedgerEntry{Input: [32]byte{7}, Envelope: []byte(`{"success":false}`), Failure: &runtime.LedgerFailure{Code: runtime.CodeConflict, Status: 409}}
	if err := e.Ledger().Settle(t.Context(), ledgerKey, want); err != nil {
		t.Fatal(err)
	}
	got := claim(t, e, [32]byte{7}, false)
	if string(got.Envelope) != string(want.Envelope) || got.Failure == nil || *got.Failure != *want.Failure {
		t.Errorf("entry %+v", got)
	}
	if got := claim(t, e, [32]byte{8}, false); got.Input == [32]byte{8} {
		t.Error("other input was taken over")
	}
}

func released(t *testing.T, e fleet.Engine) {
	for range 3 {
		claim(t, e, [32]byte{7}, true)
		if err := e.Ledger().Release(t.Context(), ledgerKey); err != nil {
			t.Fatal(err)
		}
	}
}

func claim(t *testing.T, e fleet.Engine, input [32]byte, want bool) runtime.LedgerEntry {
	t.Helper()
	entry, claimed, err := e.Ledger().Claim(within(t, 10*time.Second), ledgerKey, input, func() {})
	if err != nil || claimed != want {
		t.Fatalf("claimed %v, %v", claimed, err)
	}
	return entry
}

func request(budgets ...runtime.Budget) runtime.BudgetRequest {
	return runtime.BudgetRequest{API: api, Tenant: runtime.Tenant{1}, Budgets: budgets}
}

func acquire(t *testing.T, e fleet.Engine, r runtime.BudgetRequest) {
	t.Helper()
	p, err := e.Budgets().Acquire(within(t, 20*time.Second), r)
	if err != nil {
		t.Fatal(err)
	}
	if timed, ok := p.(runtime.TimedPermit); ok {
		if _, err := timed.Depart(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	p.Done(runtime.BudgetReport{Sent: true})
}

// budgetKept: in no window are there more than it allows, whoever asks.
func budgetKept(t *testing.T, e fleet.Engine) {
	const per = 300 * time.Millisecond
	r := request(runtime.Budget{Calls: 3, Per: per}, runtime.Budget{Calls: 100, Per: 24 * time.Hour})
	var mu sync.Mutex
	var at []time.Time
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 4 {
				acquire(t, e, r)
				mu.Lock()
				at = append(at, time.Now())
				mu.Unlock()
			}
		})
	}
	all.Wait()
	slices.SortFunc(at, time.Time.Compare)
	const seenLate = 50 * time.Millisecond // of a goroutine that looks at the clock after its turn has come
	for i := 3; i < len(at); i++ {
		if d := at[i].Sub(at[i-3]); d < per-seenLate {
			t.Errorf("calls %d and %d are %s apart", i-3, i, d)
		}
	}
	slow := runtime.BudgetRequest{API: api, Tenant: runtime.Tenant{9}, Budgets: []runtime.Budget{{Calls: 3, Per: 50 * time.Second}}}
	for range 3 {
		acquire(t, e, slow)
	}
	_, err := e.Budgets().Acquire(within(t, 20*time.Second), slow)
	if b, ok := errors.AsType[*runtime.BudgetError](err); !ok || b.Quota || b.Wait <= 0 {
		t.Errorf("a call whose turn is after its deadline: %v", err)
	}
}

func quotaUsedUp(t *testing.T, e fleet.Engine) {
	month := runtime.Budget{Calls: 3, Per: 30 * 24 * time.Hour}
	for range 3 {
		acquire(t, e, request(month))
	}
	_, err := e.Budgets().Acquire(t.Context(), request(month))
	if b, ok := errors.AsType[*runtime.BudgetError](err); !ok || !b.Quota || b.Wait <= 0 || b.Wait > month.Per {
		t.Errorf("a fourth call: %v", err)
	}
	other := request(month)
	other.Tenant = runtime.Tenant{2}
	acquire(t, e, other) // another credential has its own

	// What the API says counts.
	third := request(month)
	third.Tenant = runtime.Tenant{3}
	p, err := e.Budgets().Acquire(t.Context(), third)
	if err != nil {
		t.Fatal(err)
	}
	p.Done(runtime.BudgetReport{Sent: true, Rates: []runtime.Rate{{Limit: 3, Remaining: 0, Reset: time.Hour}}})
	if _, err := e.Budgets().Acquire(t.Context(), third); err == nil {
		t.Error("a call was allowed although the API says that nothing is left")
	}
}

func paused(t *testing.T, e fleet.Engine) {
	r := request(runtime.Budget{Calls: 100, Per: time.Second})
	p, err := e.Budgets().Acquire(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	p.Done(runtime.BudgetReport{Sent: true, Pause: 500 * time.Millisecond})
	began := time.Now()
	acquire(t, e, r)
	if waited := time.Since(began); waited < 400*time.Millisecond {
		t.Errorf("the next call went out after %s", waited)
	}
}
