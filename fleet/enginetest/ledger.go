// The ledger: a key is claimed once, and its answer is told.

package enginetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/runtime"
)

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
