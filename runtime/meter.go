// The budgets of this process: a meter for each credential, and one for what an
// API allows all of its callers together.

package runtime

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"
)

const (
	// quotaProbe is how often a used-up quota is asked about again: the API
	// may refill it earlier than this client counts.
	quotaProbe = time.Minute
	// meterIdle is how long the meter of a silent credential is kept, unless a
	// quota of it is counted, and maxMeters how many are.
	meterIdle = time.Hour
	maxMeters = 100_000
	// maxAllowance bounds what is believed of an allowance that an API tells.
	maxAllowance = 100_000
)

// NewBudgetStore returns a store in the memory of this process. clock is the
// system's when nil.
func NewBudgetStore(clock Clock) BudgetStore {
	if clock == nil {
		clock = systemClock{}
	}
	return &meters{clock: clock, kept: make(map[meterKey]*meter), swept: clock.Now()}
}

// meters is the store.
type meters struct {
	clock Clock

	mu    sync.Mutex
	kept  map[meterKey]*meter
	swept time.Time
}

// meterKey tells whose calls a meter counts: those of one credential, or all that
// share the API's budgets.
type meterKey struct {
	api    string
	tenant Tenant
	shared bool
}

// Acquire implements [BudgetStore].
func (s *meters) Acquire(ctx context.Context, r BudgetRequest) (BudgetPermit, error) {
	var own, shared *meterPermit
	var err error
	if slices.ContainsFunc(r.Budgets, func(b Budget) bool { return !b.Shared }) {
		if own, err = s.of(meterKey{r.API, r.Tenant, false}, r.Budgets).acquire(ctx, r); err != nil {
			return nil, err
		}
	}
	if slices.ContainsFunc(r.Budgets, func(b Budget) bool { return b.Shared }) {
		if shared, err = s.of(meterKey{r.API, Tenant{}, true}, r.Budgets).acquire(ctx, r); err != nil {
			if own != nil {
				own.Done(BudgetReport{})
			}
			return nil, err
		}
	}
	switch {
	case own == nil:
		return shared, nil
	case shared != nil:
		own.also = shared
	}
	return own, nil
}

// of returns the meter for a key.
func (s *meters) of(key meterKey, budgets []Budget) *meter {
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.swept) > meterIdle || len(s.kept) >= maxMeters && now.Sub(s.swept) > quotaProbe {
		s.sweep(now)
	}
	m := s.kept[key]
	if m == nil {
		m = newMeter(budgets, key.shared, s.clock)
		s.kept[key] = m
	}
	m.touched = now
	return m
}

// sweep forgets credentials that have been silent for long.
func (s *meters) sweep(now time.Time) {
	s.swept = now
	for key, m := range s.kept {
		if now.Sub(m.touched) > meterIdle && (len(s.kept) >= maxMeters || m.forgettable(now)) {
			delete(s.kept, key)
		}
	}
}

// meter counts the calls of one credential.
type meter struct {
	clock   Clock
	base    time.Time // moments are kept as durations since then
	budgets []Budget
	touched time.Time // guarded by the store's lock

	mu      sync.Mutex
	windows []window
	paused  time.Duration // the API wants no call before that
	line    line          // who waits
	freed   chan struct{} // closed when a call under way ends; nil when nobody waits for that
}

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

func newMeter(budgets []Budget, shared bool, clock Clock) *meter {
	m := &meter{clock: clock, base: clock.Now().Add(-1), budgets: budgets}
	for i, b := range budgets {
		if b.Shared == shared {
			m.windows = append(m.windows, window{budget: i, quota: b.Per > quotaWindow, allow: b.Calls})
		}
	}
	return m
}

// now is the present as a duration since the base, at least 1.
func (m *meter) now() time.Duration { return max(1, m.clock.Now().Sub(m.base)) }

// forgettable reports whether nothing is lost with the meter.
func (m *meter) forgettable(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.windows {
		if w := &m.windows[i]; w.quota && w.refill > now.Sub(m.base) {
			return false
		}
	}
	return m.line.size == 0
}

// meterPermit is a place in each of a meter's windows.
type meterPermit struct {
	meter *meter
	slots []int // in the short windows; -1 in quotas
	few   [4]int
	also  *meterPermit // in the shared budgets
}

// acquire waits for a place in every window.
func (m *meter) acquire(ctx context.Context, r BudgetRequest) (*meterPermit, error) {
	m.mu.Lock()
	if m.line.size == 0 {
		if p, _, _, err := m.take(); p != nil || err != nil {
			m.mu.Unlock()
			return p, err
		}
	}
	h := m.soonest(m.line.ahead(r.Tenant))
	if tooLate(ctx, m.clock, h.wait) {
		defer m.mu.Unlock()
		return nil, m.late(h)
	}
	t := m.line.join(r.Tenant)
	m.mu.Unlock()
	if r.Waiting != nil {
		r.Waiting(h.wait)
	}
	p, err := m.await(ctx, t)
	m.mu.Lock()
	m.line.leave(t)
	m.mu.Unlock()
	return p, err
}

// await waits for the first place in the line and then for one in the windows.
func (m *meter) await(ctx context.Context, t *turn) (*meterPermit, error) {
	select {
	case <-t.first:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for {
		m.mu.Lock()
		p, h, freed, err := m.take()
		m.mu.Unlock()
		switch {
		case p != nil || err != nil:
			return p, err
		case tooLate(ctx, m.clock, h.wait):
			return nil, m.late(h)
		case freed == nil:
			if err := m.clock.Sleep(ctx, h.wait); err != nil {
				return nil, err
			}
			continue
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func tooLate(ctx context.Context, clock Clock, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && clock.Now().Add(wait).After(deadline)
}

// holdup is how long a call must wait at least, and for which window.
type holdup struct {
	wait   time.Duration
	window int
}

// longer keeps the longer of two waits.
func (h *holdup) longer(wait time.Duration, window int) {
	if wait > h.wait {
		*h = holdup{wait, window}
	}
}

// late is the error of a call whose turn comes after its deadline.
func (m *meter) late(h holdup) *BudgetError {
	return &BudgetError{Budget: m.budgets[m.windows[h.window].budget], Wait: h.wait}
}

// take takes a place in every window, or none and tells what holds the call up.
// freed is closed by the end of a call that has to come first.
func (m *meter) take() (p *meterPermit, h holdup, freed <-chan struct{}, err error) {
	now := m.now()
	h.longer(m.paused-now, 0)
	for i := range m.windows {
		w := &m.windows[i]
		if w.quota {
			if err := w.refused(now, m.budgets[w.budget]); err != nil {
				return nil, h, nil, err
			}
			continue
		}
		at := w.opens(now, 0, m.budgets[w.budget].Per)
		if at == underWay {
			freed, at = m.whenFreed(), now+m.budgets[w.budget].Per
		}
		h.longer(at-now, i)
	}
	if h.wait > 0 {
		return nil, h, freed, nil
	}
	p = &meterPermit{meter: m}
	p.slots = p.few[:0]
	for i := range m.windows {
		p.slots = append(p.slots, m.windows[i].occupy(now))
	}
	return p, h, nil, nil
}

// soonest is what holds a call up at least that has so many ahead of it.
func (m *meter) soonest(ahead int) (h holdup) {
	now := m.now()
	h.longer(m.paused-now, 0)
	for i := range m.windows {
		w := &m.windows[i]
		if w.quota {
			continue
		}
		per := m.budgets[w.budget].Per
		at := w.opens(now, ahead%w.allow, per)
		if at == underWay {
			at = now + per
		}
		h.longer(at+time.Duration(ahead/w.allow)*per-now, i)
	}
	return h
}

// opens is when a call may be made that has so many ahead of it, which are fewer
// than the window allows: underWay when that depends on calls under way.
func (w *window) opens(now time.Duration, ahead int, per time.Duration) time.Duration {
	busy := 0
	for _, until := range w.until {
		if until > now {
			busy++
		}
	}
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

func (m *meter) whenFreed() <-chan struct{} {
	if m.freed == nil {
		m.freed = make(chan struct{})
	}
	return m.freed
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

// Done implements [BudgetPermit].
func (p *meterPermit) Done(r BudgetReport) {
	m := p.meter
	m.mu.Lock()
	now := m.now()
	for i, slot := range p.slots {
		m.windows[i].settle(slot, now, m.budgets[m.windows[i].budget].Per, r.Sent)
	}
	m.correct(now, r)
	if m.freed != nil {
		close(m.freed)
		m.freed = nil
	}
	m.mu.Unlock()
	if p.also != nil {
		p.also.Done(r)
	}
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

// correct takes over what an answer says.
func (m *meter) correct(now time.Duration, r BudgetReport) {
	if r.Pause > 0 {
		m.paused = max(m.paused, now+min(r.Pause, maxServerWait))
	}
	for i := range m.windows {
		w := &m.windows[i]
		if w.budget >= len(r.Rates) {
			return
		}
		if told, per := r.Rates[w.budget], m.budgets[w.budget].Per; w.quota {
			w.believeQuota(told, now, per)
		} else {
			w.believe(told, now, per)
		}
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
	busy := 0
	for _, until := range w.until {
		if until > now {
			busy++
		}
	}
	over := now + per
	if r.Reset >= 0 {
		over = now + min(r.Reset, per)
	}
	for range min(w.allow-busy-r.Remaining, maxAllowance) {
		w.mark(now, over)
	}
}
