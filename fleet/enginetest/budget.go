// The budgets: kept by all, and what the API says of them counts.

package enginetest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/runtime"
)

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

// budgetKept: in no window are there more than it allows, whoever asks; and a call
// whose turn comes too late is told so.
func budgetKept(t *testing.T, e fleet.Engine) {
	keepsTo(t, request(runtime.Budget{Calls: 3, Per: 300 * time.Millisecond}, runtime.Budget{Calls: 100, Per: 24 * time.Hour}), 4, e, e, e, e)
	slow := runtime.BudgetRequest{API: api, Tenant: runtime.Tenant{9}, Budgets: []runtime.Budget{{Calls: 3, Per: 50 * time.Second}}}
	for range 3 {
		acquire(t, e, slow)
	}
	_, err := e.Budgets().Acquire(within(t, 20*time.Second), slow)
	if b, ok := errors.AsType[*runtime.BudgetError](err); !ok || b.Quota || b.Wait <= 0 {
		t.Errorf("a call whose turn is after its deadline: %v", err)
	}
}

// keepsTo has callers of some engines make calls, so many each, and reports those
// that were too close for the first budget.
func keepsTo(t *testing.T, r runtime.BudgetRequest, each int, of ...fleet.Engine) {
	t.Helper()
	var mu sync.Mutex
	var at []time.Time
	var all sync.WaitGroup
	for _, e := range of {
		all.Go(func() {
			for range each {
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
	calls, per := r.Budgets[0].Calls, r.Budgets[0].Per
	for i := calls; i < len(at); i++ {
		if d := at[i].Sub(at[i-calls]); d < per-seenLate {
			t.Errorf("calls %d and %d are %s apart", i-calls, i, d)
		}
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
