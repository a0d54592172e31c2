// One window of a budget: which calls count in it, and when the next may be made.
// meter.go asks it; ratelimit.go has read what the API says of it.

package runtime

import (
	"math"
	"slices"
	"time"
)

// window is what is left of one budget.
type window struct {
	budget int // index in the meter's budgets
	quota  bool
	allow  int // calls that the window allows, as declared or as the API says

	// Short windows: when each call that was made counts no more. A call is under
	// way until its answer has come, and counts for one period after that: only
	// then has the API surely seen it. So it never sees more than it allows in
	// any period, however long the way is.
	until []time.Duration
	// Quotas: what is left until the refill.
	left   int
	refill time.Duration // 0 before the first call
	probe  time.Duration // when to ask again although nothing is left
}

// underWay marks a call that has not ended.
const underWay = time.Duration(math.MaxInt64)

// opens is when a call may be made that has so many ahead of it, which are fewer
// than the window allows: underWay when that depends on calls under way.
func (w *window) opens(now time.Duration, ahead int, per time.Duration) time.Duration {
	busy := w.busy(now)
	over := busy + ahead - w.allow
	if over < 0 {
		return now
	}
	counting := make([]time.Duration, 0, busy)
	for _, until := range w.until {
		if until > now {
			counting = append(counting, until)
		}
	}
	slices.Sort(counting)
	if over >= len(counting) { // behind those that are ahead, which come first
		return now + per
	}
	return counting[over]
}

// busy is how many calls count.
func (w *window) busy(now time.Duration) (n int) {
	for _, until := range w.until {
		if until > now {
			n++
		}
	}
	return n
}

// occupy takes a place and returns it, -1 for a quota.
func (w *window) occupy(now time.Duration) int {
	if w.quota {
		w.left--
		w.probe = now + quotaProbe
		return -1
	}
	return w.mark(now, underWay)
}

// mark notes a call that counts until then.
func (w *window) mark(now, until time.Duration) int {
	for i := range w.until {
		if w.until[i] <= now {
			w.until[i] = until
			return i
		}
	}
	w.until = append(w.until, until)
	return len(w.until) - 1
}

// refused refills a quota whose time has come and says why a call may not go out,
// if it may not.
func (w *window) refused(now time.Duration, b Budget) error {
	if w.refill == 0 || now >= w.refill {
		w.left, w.refill, w.probe = w.allow, now+b.Per, 0
	}
	if w.left > 0 || w.probe != 0 && now >= w.probe {
		return nil
	}
	return &BudgetError{Budget: b, Quota: true, Wait: w.refill - now}
}

// settle ends a call: it counts for one more period, or not at all when the API
// has surely not seen it.
func (w *window) settle(slot int, now, per time.Duration, sent bool) {
	switch {
	case !sent && w.quota:
		w.left++
	case !sent:
		w.until[slot] = now
	case !w.quota:
		w.until[slot] = now + per
	}
}

// believeQuota takes over what an API says of a quota.
func (w *window) believeQuota(r Rate, now, per time.Duration) {
	if r.Limit > 0 {
		w.allow = r.Limit
	}
	if r.Remaining >= 0 {
		w.left = r.Remaining
	}
	if r.Reset > 0 && r.Reset <= 2*per {
		w.refill = now + r.Reset
	}
}

// believe takes over what an API says of a short window. When less is left than
// this process has used, others use the credential too: their calls count until
// the window is over.
func (w *window) believe(r Rate, now, per time.Duration) {
	if r.Limit > 0 && r.Limit <= maxAllowance {
		w.allow = r.Limit
	}
	if r.Remaining < 0 {
		return
	}
	busy := w.busy(now)
	over := now + per
	if r.Reset >= 0 {
		over = now + min(r.Reset, per)
	}
	for range min(w.allow-busy-r.Remaining, maxAllowance) {
		w.mark(now, over)
	}
}
