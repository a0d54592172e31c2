// Deliveries that do not count any more, and queues with many tenants.

package enginetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"modulex.dev/connector/fleet"
)

// overtaken: between taking and beginning the job is canceled and retried. It is a
// new write then, and only its new delivery may make it.
func overtaken(t *testing.T, e fleet.Engine) {
	submit(t, e, job("a", "acme", fleet.Bulk))
	old := take(t, e)
	if err := e.Cancel(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if err := e.Retry(t.Context(), "a", false); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Begin(t.Context()); !errors.Is(err, fleet.ErrTaken) {
		t.Errorf("the old delivery began: %v", err)
	}
	d := take(t, e)
	begin(t, d)
	if d.Job().Key() == old.Job().Key() {
		t.Error("it is not a new write")
	}
	end(t, d, fleet.Done)
	state(t, e, "a", fleet.Done)
}

// twoHands is a job in the hands of a worker that was silent for too long and of
// the one that has it now.
func twoHands(t *testing.T, e fleet.Engine) (stale, now fleet.Delivery) {
	t.Helper()
	submit(t, e, job("a", "acme", fleet.Bulk))
	stale = take(t, e)
	begin(t, stale)
	now = take(t, e) // after the lease
	if n := begin(t, now); n != 1 {
		t.Errorf("%d lost, want 1", n)
	}
	return stale, now
}

func staleGivesBack(t *testing.T, e fleet.Engine) {
	stale, now := twoHands(t, e)
	if err := stale.Again(t.Context(), time.Millisecond, true); !errors.Is(err, fleet.ErrTaken) {
		t.Errorf("the stale worker gave it back: %v", err)
	}
	state(t, e, "a", fleet.Running)
	if err := e.Cancel(t.Context(), "a"); !errors.Is(err, fleet.ErrBegun) {
		t.Errorf("it can be canceled while it runs: %v", err)
	}
	nothing(t, e, Lease/3)
	end(t, now, fleet.Done)
}

func staleEnds(t *testing.T, e fleet.Engine) {
	stale, now := twoHands(t, e)
	end(t, stale, fleet.Done)
	if err := now.End(t.Context(), fleet.Ending{State: fleet.Unknown}); err != nil {
		t.Errorf("the second to tell: %v", err)
	}
	state(t, e, "a", fleet.Done)
	nothing(t, e, 2*Lease)
}

func staleEndsOld(t *testing.T, e fleet.Engine) {
	stale, now := twoHands(t, e)
	if err := now.Again(t.Context(), time.Millisecond, true); err != nil {
		t.Fatal(err)
	}
	if err := stale.End(t.Context(), fleet.Ending{State: fleet.Failed}); !errors.Is(err, fleet.ErrTaken) {
		t.Errorf("the stale worker ended it: %v", err)
	}
	d := take(t, e)
	begin(t, d)
	end(t, d, fleet.Done)
	state(t, e, "a", fleet.Done)
}

func endedTwice(t *testing.T, e fleet.Engine) {
	submit(t, e, job("a", "acme", fleet.Bulk))
	d := take(t, e)
	begin(t, d)
	end(t, d, fleet.Done)
	end(t, d, fleet.Failed)
	state(t, e, "a", fleet.Done)
	if err := d.Again(t.Context(), time.Millisecond, false); !errors.Is(err, fleet.ErrEnded) {
		t.Errorf("it was given back after its end: %v", err)
	}
	if _, err := d.Begin(t.Context()); !errors.Is(err, fleet.ErrEnded) {
		t.Errorf("it began after its end: %v", err)
	}
	nothing(t, e, 2*Lease)
}

// manyTenants: one tenant has twenty times as much as the others. Nobody of them
// waits for more than about two rounds.
func manyTenants(t *testing.T, e fleet.Engine) {
	const tenants = 100
	for i := range 2 * tenants {
		submit(t, e, job(fmt.Sprint("big", i), "big", fleet.Bulk))
	}
	for i := range tenants {
		submit(t, e, job(fmt.Sprint("small", i), fmt.Sprint("t", i), fleet.Bulk))
	}
	served, of := 0, 0
	for served < tenants {
		d := take(t, e)
		begin(t, d)
		end(t, d, fleet.Done)
		if of++; d.Job().Tenant != "big" {
			served++
		}
		if of > 2*tenants {
			t.Fatalf("after %d turns %d of %d tenants have had one", of, served, tenants)
		}
	}
}

// releasedByMany: each caller gives the key back, and in the meantime none else
// has it.
func releasedByMany(t *testing.T, e fleet.Engine) {
	var inside, most, claims atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, claimed, err := e.Ledger().Claim(within(t, 60*time.Second), ledgerKey, [32]byte{7}, func() {})
			if err != nil || !claimed {
				t.Errorf("claimed %v, %v", claimed, err)
				return
			}
			claims.Add(1)
			if n := inside.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(time.Millisecond)
			inside.Add(-1)
			if err := e.Ledger().Release(t.Context(), ledgerKey); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most.Load() != 1 || claims.Load() != 20 {
		t.Errorf("%d held it at once; %d claims", most.Load(), claims.Load())
	}
}
