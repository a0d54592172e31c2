// The queue: what becomes of a job that is submitted, taken, lost or given back.

package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"modulex.dev/connector/fleet"
)

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
	doneOnce(t, n, slices.Repeat([]fleet.Engine{e}, 8)...)
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

// doneOnce has workers of some engines do n jobs, and reports those that were not
// delivered once.
func doneOnce(t *testing.T, n int, of ...fleet.Engine) {
	t.Helper()
	var mu sync.Mutex
	seen := make(map[string]int)
	ctx, stop := context.WithCancel(within(t, time.Minute))
	defer stop()
	var workers sync.WaitGroup
	for _, e := range of {
		workers.Go(func() {
			for {
				d, err := e.Take(ctx, api)
				if err != nil {
					return
				}
				_, err = d.Begin(ctx)
				if err = errors.Join(err, d.End(context.WithoutCancel(ctx), fleet.Ending{State: fleet.Done})); err != nil {
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
}
