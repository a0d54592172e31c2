// The declared rates, kept for each credential. Every physical attempt passes
// here, retries and redirects included. A call that could not go out before its
// deadline, or that is over a quota, fails at once.

package runtime

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	// quotaWindow is the longest window that a call waits for.
	quotaWindow = time.Minute
	// quotaProbe is how often a used-up quota is asked about again: the API
	// may refill it earlier than this client counts.
	quotaProbe = time.Minute
	// meterIdle is how long the meter of a silent credential is kept.
	meterIdle = time.Hour
)

// budgets hold a meter for each credential.
type budgets struct {
	declared []Budget
	clock    Clock

	mu     sync.Mutex
	meters map[[sha256.Size]byte]*meter
	swept  time.Time
}

func newBudgets(declared []Budget, clock Clock) *budgets {
	if len(declared) == 0 {
		return nil
	}
	return &budgets{declared: declared, clock: clock, meters: make(map[[sha256.Size]byte]*meter), swept: clock.Now()}
}

// meter counts the calls of one credential.
type meter struct {
	declared []Budget

	mu      sync.Mutex
	used    time.Time
	windows []window      // one for each budget
	freed   chan struct{} // closed when a call under way ends; nil when nobody waits for that
}

// window is what is left of one budget.
type window struct {
	// Short windows: when each call of the allowance may be made again. A call
	// takes the earliest, holds it while it is under way and frees it one
	// period after its answer came, since only then has the API surely seen
	// it: it cannot see more than Calls in any period, however long the way is.
	free []time.Time
	// Quotas: what is left until the refill.
	left   int
	refill time.Time // zero before the first call
	probe  time.Time // when to ask again although nothing is left
}

func (b *budgets) of(tenant [sha256.Size]byte) *meter {
	now := b.clock.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Sub(b.swept) > meterIdle {
		b.sweep(now)
	}
	m := b.meters[tenant]
	if m == nil {
		m = &meter{declared: b.declared, windows: make([]window, len(b.declared)), used: now}
		for i, d := range b.declared {
			if d.Per <= quotaWindow {
				m.windows[i].free = make([]time.Time, d.Calls)
			}
		}
		b.meters[tenant] = m
	}
	return m
}

// sweep forgets credentials that have been silent for long.
func (b *budgets) sweep(now time.Time) {
	b.swept = now
	for tenant, m := range b.meters {
		m.mu.Lock()
		if now.Sub(m.used) > meterIdle {
			delete(b.meters, tenant)
		}
		m.mu.Unlock()
	}
}

// permit is the leave to make one attempt. Give it back with done.
type permit struct {
	meter *meter
	clock Clock
	slots []int // taken in each window
}

// acquire waits until an attempt may go out. The reason is "" unless it may
// not; code then says why.
func (b *budgets) acquire(ctx context.Context, tenant [sha256.Size]byte) (p permit, code Code, reason string) {
	if b == nil {
		return permit{}, "", ""
	}
	m := b.of(tenant)
	p = permit{meter: m, clock: b.clock, slots: make([]int, len(m.windows))}
	for {
		wait, freed, reason := m.take(b.clock.Now(), p.slots)
		if reason != "" {
			return p, CodeQuotaExhausted, reason
		}
		if freed != nil {
			select {
			case <-freed:
				continue
			case <-ctx.Done():
				return p, CodeCanceled, ""
			}
		}
		if wait <= 0 {
			return p, "", ""
		}
		if deadline, ok := ctx.Deadline(); ok && b.clock.Now().Add(wait).After(deadline) {
			return p, CodeRateLimited, fmt.Sprintf("the budget allows the next call in %s, after the deadline", wait.Round(time.Millisecond))
		}
		if err := b.clock.Sleep(ctx, wait); err != nil {
			return p, CodeCanceled, ""
		}
	}
}

// underWay marks a place whose call has not ended.
var underWay = time.Unix(1<<40, 0)

// take takes a place in every window, or none and tells how long to wait, or
// what to wait for when every place is held by a call under way.
func (m *meter) take(now time.Time, slots []int) (wait time.Duration, freed <-chan struct{}, reason string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used = now
	for i := range m.windows {
		w, d := &m.windows[i], m.declared[i]
		if w.free == nil {
			if reason = w.quotaLeft(now, d); reason != "" {
				return 0, nil, reason
			}
			continue
		}
		slots[i] = earliest(w.free)
		if w.free[slots[i]].Equal(underWay) {
			return 0, m.whenFreed(), ""
		}
		wait = max(wait, w.free[slots[i]].Sub(now))
	}
	if wait > 0 {
		return wait, nil, ""
	}
	for i := range m.windows {
		if w := &m.windows[i]; w.free != nil {
			w.free[slots[i]] = underWay
		} else {
			w.left--
		}
	}
	return 0, nil, ""
}

func (m *meter) whenFreed() <-chan struct{} {
	if m.freed == nil {
		m.freed = make(chan struct{})
	}
	return m.freed
}

// quotaLeft refills a quota whose time has come and says why a call may not go
// out.
func (w *window) quotaLeft(now time.Time, d Budget) (reason string) {
	if w.refill.IsZero() || !now.Before(w.refill) {
		w.left, w.refill = d.Calls, now.Add(d.Per)
	}
	if w.left > 0 || !now.Before(w.probe) && !w.probe.IsZero() {
		w.probe = now.Add(quotaProbe)
		return ""
	}
	if w.probe.IsZero() {
		w.probe = now.Add(quotaProbe)
	}
	return fmt.Sprintf("the quota of %d calls in %s is used up", d.Calls, days(d.Per))
}

func earliest(times []time.Time) int {
	best := 0
	for i, t := range times {
		if t.Before(times[best]) {
			best = i
		}
	}
	return best
}

func days(d time.Duration) string {
	if d >= 48*time.Hour && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
	return d.String()
}

// done frees the places one period from now and takes over what the API says
// of its quotas. header is nil when no answer came.
func (p permit) done(header http.Header) {
	if p.meter == nil {
		return
	}
	now := p.clock.Now()
	p.meter.mu.Lock()
	defer p.meter.mu.Unlock()
	if p.meter.freed != nil {
		close(p.meter.freed)
		p.meter.freed = nil
	}
	for i := range p.meter.windows {
		w, d := &p.meter.windows[i], p.meter.declared[i]
		if w.free != nil {
			w.free[p.slots[i]] = now.Add(d.Per)
		} else if left, ok := count(header, d.Remaining); ok {
			w.left = left
		}
	}
}

// count reads a header that holds a number of calls.
func count(h http.Header, name string) (int, bool) {
	if name == "" || h == nil {
		return 0, false
	}
	n, err := strconv.Atoi(h.Get(name))
	return n, err == nil && n >= 0
}

// quotaUsedUp reports whether an answer says that a quota has nothing left.
func quotaUsedUp(declared []Budget, h http.Header) bool {
	for _, d := range declared {
		if left, ok := count(h, d.Remaining); ok && left == 0 && d.Per > quotaWindow {
			return true
		}
	}
	return false
}
