// Two workers of one engine: what they share, and what becomes of the one's claims
// when it is gone.

package enginetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/runtime"
)

// Pair is an engine that two processes have opened.
type Pair struct {
	A, B fleet.Engine
	// Stall makes A look dead, though it is not.
	Stall func()
}

// RunPair tries an engine that several processes share. open makes a new and empty
// one, with the lease of this package.
func RunPair(t *testing.T, open func(t *testing.T) Pair) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, p Pair)
	}{
		{"a job is done by the one and told by the other", doneByOther},
		{"what the one asks the other answers", answeredByOther},
		{"a job is taken once", takenOnce},
		{"a budget is kept by both", budgetOfBoth},
		{"a quota that the API tells the one is used up for the other", quotaOfBoth},
		{"an answer is told to the other", settledForOther},
		{"a claim is taken over when its owner died before it sent", diedUnsent},
		{"a claim of an owner that died after it sent is of unknown outcome", diedSent},
		{"a stalled owner cannot send what another has taken over", stalled},
		{"a stalled owner does not release what another has sent", stalledRelease},
		{"a stalled owner that had sent may tell its answer", stalledSettles},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := open(t)
			t.Cleanup(func() {
				if err := errors.Join(p.A.Close(), p.B.Close()); err != nil {
					t.Error(err)
				}
			})
			c.run(t, p)
		})
	}
}

func doneByOther(t *testing.T, p Pair) {
	submit(t, p.A, job("a", "acme", fleet.Waiting))
	d := take(t, p.B)
	begin(t, d)
	state(t, p.A, "a", fleet.Running)
	end(t, d, fleet.Done)
	r, err := p.A.Await(within(t, 20*time.Second), "a")
	if err != nil || r.State != fleet.Done {
		t.Errorf("%+v, %v", r, err)
	}
}

func takenOnce(t *testing.T, p Pair) {
	const n = 60
	for i := range n {
		submit(t, p.A, job(string(rune('a'+i%26))+string(rune('a'+i/26)), "acme", fleet.Bulk))
	}
	doneOnce(t, n, p.A, p.A, p.B, p.B)
}

// budgetOfBoth: four callers of two workers, five calls in each window.
func budgetOfBoth(t *testing.T, p Pair) {
	keepsTo(t, request(runtime.Budget{Calls: 5, Per: 300 * time.Millisecond}), 6, p.A, p.B, p.A, p.B)
}

func quotaOfBoth(t *testing.T, p Pair) {
	r := request(runtime.Budget{Calls: 5, Per: time.Second}, runtime.Budget{Calls: 1000, Per: 30 * 24 * time.Hour})
	acquire(t, p.B, r) // it knows another value
	permit, err := p.A.Budgets().Acquire(within(t, 10*time.Second), r)
	if err != nil {
		t.Fatal(err)
	}
	permit.Done(runtime.BudgetReport{Sent: true, Rates: []runtime.Rate{{Remaining: -1}, {Limit: 1000, Remaining: 0, Reset: time.Hour}}})
	for _, e := range []fleet.Engine{p.A, p.B} {
		_, err := e.Budgets().Acquire(t.Context(), r)
		if b, ok := errors.AsType[*runtime.BudgetError](err); !ok || !b.Quota {
			t.Errorf("a call on a month at 0: %v", err)
		}
	}
}

func sending(t *testing.T, e fleet.Engine) error {
	t.Helper()
	l, ok := e.Ledger().(runtime.SendingLedger)
	if !ok {
		t.Fatal("the ledger of an engine that several share must be told before a write is sent")
	}
	return l.Sending(within(t, 10*time.Second), ledgerKey)
}

func settle(t *testing.T, e fleet.Engine, envelope string) {
	t.Helper()
	if err := e.Ledger().Settle(within(t, 10*time.Second), ledgerKey, runtime.LedgerEntry{Input: [32]byte{7}, Envelope: []byte(envelope)}); err != nil {
		t.Fatal(err)
	}
}

func settledForOther(t *testing.T, p Pair) {
	claim(t, p.A, [32]byte{7}, true)
	if err := sending(t, p.A); err != nil {
		t.Fatal(err)
	}
	told := make(chan struct{})
	go func() {
		<-told // B waits
		_ = p.A.Ledger().Settle(context.Background(), ledgerKey, runtime.LedgerEntry{Input: [32]byte{7}, Envelope: []byte(`{"n":1}`)})
	}()
	entry, claimed, err := p.B.Ledger().Claim(within(t, 20*time.Second), ledgerKey, [32]byte{7}, func() { close(told) })
	if err != nil || claimed || string(entry.Envelope) != `{"n":1}` {
		t.Errorf("claimed %v, %s, %v", claimed, entry.Envelope, err)
	}
}

func diedUnsent(t *testing.T, p Pair) {
	claim(t, p.A, [32]byte{7}, true)
	p.Stall()
	claim(t, p.B, [32]byte{7}, true)
	if err := sending(t, p.B); err != nil {
		t.Error(err)
	}
}

func diedSent(t *testing.T, p Pair) {
	claim(t, p.A, [32]byte{7}, true)
	if err := sending(t, p.A); err != nil {
		t.Fatal(err)
	}
	p.Stall()
	for range 2 {
		if entry := claim(t, p.B, [32]byte{7}, false); entry.Envelope != nil {
			t.Errorf("an answer from nowhere: %s", entry.Envelope)
		}
	}
}

func stalled(t *testing.T, p Pair) {
	claim(t, p.A, [32]byte{7}, true)
	p.Stall()
	claim(t, p.B, [32]byte{7}, true)
	if err := sending(t, p.A); err == nil {
		t.Error("both may send")
	}
	if err := sending(t, p.B); err != nil {
		t.Error(err)
	}
}

func stalledRelease(t *testing.T, p Pair) {
	claim(t, p.A, [32]byte{7}, true)
	p.Stall()
	claim(t, p.B, [32]byte{7}, true)
	if err := sending(t, p.B); err != nil {
		t.Fatal(err)
	}
	if err := p.A.Ledger().Release(within(t, 10*time.Second), ledgerKey); err != nil {
		t.Fatal(err)
	}
	_, claimed, err := p.A.Ledger().Claim(within(t, time.Second), ledgerKey, [32]byte{7}, func() {})
	if claimed {
		t.Error("the write of the other was forgotten, and would be sent again")
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the other is at it: %v", err)
	}
	settle(t, p.B, `{"b":1}`)
	if entry := claim(t, p.A, [32]byte{7}, false); string(entry.Envelope) != `{"b":1}` {
		t.Errorf("answer %s", entry.Envelope)
	}
}

func stalledSettles(t *testing.T, p Pair) {
	claim(t, p.A, [32]byte{7}, true)
	if err := sending(t, p.A); err != nil {
		t.Fatal(err)
	}
	p.Stall()
	claim(t, p.B, [32]byte{7}, false) // unknown, as long as nothing is told
	settle(t, p.A, `{"a":1}`)
	if entry := claim(t, p.B, [32]byte{7}, false); string(entry.Envelope) != `{"a":1}` {
		t.Errorf("answer %s", entry.Envelope)
	}
}
