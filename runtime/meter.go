// The budgets of this process: a meter for each credential, and one for what an
// API allows all of its callers together.

package runtime

import (
	"context"
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

func (m *meter) whenFreed() <-chan struct{} {
	if m.freed == nil {
		m.freed = make(chan struct{})
	}
	return m.freed
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
