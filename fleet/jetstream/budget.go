// The budgets that all workers share: one value for each credential, moved by
// compare-and-set. A worker reserves the moment of its request in it and then
// waits for that moment, so the order is settled before anybody sends.

package jetstream

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/runtime"
)

const (
	// defaultMargin is what requests of different workers were seen to be late
	// by at most, one against the other, on a busy machine.
	defaultMargin = 90 * time.Millisecond
	longWindow    = time.Minute // a longer one is a quota, which nobody waits for
	// lead is how long before its moment a request gets its permit: about what
	// the ledger takes to note a write on a busy machine.
	lead       = 150 * time.Millisecond
	maxLog     = 128         // grants that are kept of a window
	probeEvery = time.Minute // how often a used-up quota is asked about again
)

type budgets struct {
	accounts bucket
	clock    *alive
	margin   time.Duration

	mu   sync.Mutex
	held map[string]*account
}

// account is what this process knows of one value. Its lock makes those of one
// process take turns, so that they do not refuse each other.
type account struct {
	mu    sync.Mutex
	known bool
	value ledgerOfCalls
	rev   uint64
}

// ledgerOfCalls is the value: times are milliseconds of the server's clock.
type ledgerOfCalls struct {
	Tenant  string       `json:"tenant,omitempty"` // whose job asked last
	Windows []callWindow `json:"windows"`
	Paused  int64        `json:"paused,omitempty"` // the API wants no call before
}

// callWindow is one budget of the value.
type callWindow struct {
	Grants []int64 `json:"grants,omitempty"` // of a short window: when the last calls go out, in order
	Left   int     `json:"left,omitempty"`   // of a quota, until Refill
	Refill int64   `json:"refill,omitempty"`
	Probe  int64   `json:"probe,omitempty"` // when to ask although nothing is left
}

// Acquire implements [runtime.BudgetStore].
func (b *budgets) Acquire(ctx context.Context, r runtime.BudgetRequest) (runtime.BudgetPermit, error) {
	p := &permit{budgets: b}
	for _, shared := range []bool{false, true} {
		some := slices.DeleteFunc(slices.Clone(r.Budgets), func(x runtime.Budget) bool { return x.Shared != shared })
		if len(some) == 0 {
			continue
		}
		key := r.API + ".shared"
		if !shared {
			key = r.API + "." + hex.EncodeToString(r.Tenant[:16])
		}
		at, err := b.reserve(ctx, key, some)
		if err != nil {
			p.Done(runtime.BudgetReport{}) // what was taken before goes back
			return nil, err
		}
		p.parts = append(p.parts, part{key, some, indexes(r.Budgets, shared), at})
		p.at = max(p.at, at)
	}
	if wait := time.UnixMilli(p.at).Sub(b.clock.now()); wait > 0 && r.Waiting != nil {
		r.Waiting(wait)
	}
	if err := b.until(ctx, p.at-lead.Milliseconds()); err != nil {
		p.Done(runtime.BudgetReport{})
		return nil, err
	}
	return p, nil
}

// Depart implements [runtime.TimedPermit].
func (p *permit) Depart(ctx context.Context) (onTime bool, err error) {
	if err := p.budgets.until(ctx, p.at); err != nil {
		return false, err
	}
	late := p.budgets.clock.now().Sub(time.UnixMilli(p.at))
	return late <= p.budgets.margin/2, nil
}

// until waits for a moment of the server's clock, which may be set meanwhile.
func (b *budgets) until(ctx context.Context, at int64) error {
	for {
		wait := time.UnixMilli(at).Sub(b.clock.now())
		if wait <= 0 {
			return nil
		}
		select {
		case <-time.After(min(wait, beatEvery)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// indexes are the places of the shared budgets, or of the others, among all.
func indexes(all []runtime.Budget, shared bool) (out []int) {
	for i, b := range all {
		if b.Shared == shared {
			out = append(out, i)
		}
	}
	return out
}

func (b *budgets) account(key string) *account {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.held[key]
	if a == nil {
		a = new(account)
		b.held[key] = a
	}
	return a
}

// reserve takes a moment in every window of a value and returns it.
func (b *budgets) reserve(ctx context.Context, key string, some []runtime.Budget) (at int64, err error) {
	err = b.move(ctx, key, len(some), func(v *ledgerOfCalls) error {
		if j, ok := fleet.JobOf(ctx); ok {
			v.Tenant = j.Tenant
		}
		now := b.clock.now().UnixMilli()
		if at, err = v.reserve(now, some, b.margin.Milliseconds()); err != nil {
			return err
		}
		if deadline, ok := ctx.Deadline(); ok {
			if wait := time.Duration(at-now) * time.Millisecond; wait > time.Until(deadline) {
				return &runtime.BudgetError{Budget: some[0], Wait: wait}
			}
		}
		return nil
	})
	return at, err
}

// move changes a value by compare-and-set. What this process knows of it is tried
// first; when another has changed it, it is read again.
func (b *budgets) move(ctx context.Context, key string, windows int, how func(*ledgerOfCalls) error) error {
	a := b.account(key)
	a.mu.Lock()
	defer a.mu.Unlock()
	for {
		if !a.known {
			if err := a.read(ctx, b.accounts, key); err != nil {
				return err
			}
		}
		next := a.value.clone(windows)
		if err := how(&next); err != nil {
			if !a.fresh(ctx, b.accounts, key) {
				continue // another has changed it: perhaps it is allowed now
			}
			return err
		}
		value, err := json.Marshal(next)
		if err != nil {
			return err
		}
		rev, err := b.accounts.put(ctx, key, value, a.rev, 0)
		if err == nil {
			a.value, a.rev = next, rev
			return nil
		}
		a.known = false
		if !errors.Is(err, errMoved) {
			return err
		}
	}
}

func (a *account) read(ctx context.Context, in bucket, key string) error {
	value, rev, err := in.get(ctx, key)
	if err != nil {
		return err
	}
	a.value, a.rev, a.known = ledgerOfCalls{}, rev, true
	if value != nil && json.Unmarshal(value, &a.value) != nil {
		a.value = ledgerOfCalls{} // it is counted anew
	}
	return nil
}

// fresh reports whether what is known is what the server has, and reads it when
// it is not. A server that is away leaves it as it is.
func (a *account) fresh(ctx context.Context, in bucket, key string) bool {
	before := a.rev
	return a.read(ctx, in, key) != nil || a.rev == before
}

func (v ledgerOfCalls) clone(windows int) ledgerOfCalls {
	out := ledgerOfCalls{Tenant: v.Tenant, Paused: v.Paused, Windows: make([]callWindow, windows)}
	copy(out.Windows, v.Windows)
	for i := range out.Windows {
		out.Windows[i].Grants = slices.Clone(out.Windows[i].Grants)
	}
	return out
}

// reserve takes the first moment that every window allows.
func (v *ledgerOfCalls) reserve(now int64, some []runtime.Budget, margin int64) (at int64, err error) {
	v.mendClock(now, some)
	at = max(now, v.Paused)
	for i, b := range some {
		w := &v.Windows[i]
		if b.Per > longWindow {
			if err := w.refused(now, b); err != nil {
				return 0, err
			}
			continue
		}
		calls, per := stricter(b)
		if n := len(w.Grants); n >= calls {
			at = max(at, w.Grants[n-calls]+per+margin)
		}
		if n := len(w.Grants); n > 0 {
			at = max(at, w.Grants[n-1]) // they stay in order
		}
	}
	for i, b := range some {
		w := &v.Windows[i]
		if b.Per > longWindow {
			w.Left--
			w.Probe = now + probeEvery.Milliseconds()
			continue
		}
		calls, _ := stricter(b)
		w.Grants = append(w.Grants, at)
		w.Grants = w.Grants[max(0, len(w.Grants)-calls):]
	}
	return at, nil
}

// stricter is a window as it is kept: one with many calls is split, so that its
// value stays short.
func stricter(b runtime.Budget) (calls int, per int64) {
	parts := max(1, (b.Calls+maxLog-1)/maxLog)
	return max(1, b.Calls/parts), (b.Per / time.Duration(parts)).Milliseconds()
}

// refused refills a quota whose time has come and says why a call may not go out,
// if it may not.
func (w *callWindow) refused(now int64, b runtime.Budget) error {
	if w.Refill == 0 || now >= w.Refill {
		*w = callWindow{Left: b.Calls, Refill: now + b.Per.Milliseconds()}
	}
	if w.Left > 0 || w.Probe != 0 && now >= w.Probe {
		return nil
	}
	return &runtime.BudgetError{Budget: b, Quota: true, Wait: time.Duration(w.Refill-now) * time.Millisecond}
}

// mendClock moves what lies further ahead than any reservation could: the
// server's clock has been set back.
func (v *ledgerOfCalls) mendClock(now int64, some []runtime.Budget) {
	const furthest = int64(10 * time.Minute / time.Millisecond)
	for i, b := range some {
		w := &v.Windows[i]
		if n := len(w.Grants); n > 0 && w.Grants[n-1] > now+furthest {
			back := w.Grants[n-1] - now
			for j := range w.Grants {
				w.Grants[j] -= back
			}
		}
		if w.Refill > now+2*b.Per.Milliseconds() {
			w.Refill = now + b.Per.Milliseconds()
		}
	}
	if v.Paused > now+furthest {
		v.Paused = now
	}
}

// permit is a reservation.
type permit struct {
	budgets *budgets
	parts   []part
	at      int64
}

type part struct {
	key     string
	budgets []runtime.Budget
	index   []int // of each among all of the connector
	at      int64
}

// Done implements [runtime.BudgetPermit]. It writes only where there is something
// to correct: a call that was not sent, a pause, a quota that the API counts
// otherwise.
func (p *permit) Done(r runtime.BudgetReport) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	for _, part := range p.parts {
		if r.Sent && r.Pause == 0 && !p.budgets.differs(part, r.Rates) {
			continue
		}
		_ = p.budgets.move(ctx, part.key, len(part.budgets), func(v *ledgerOfCalls) error { // what it corrects is corrected by the next answer too
			v.correct(part, r, p.budgets.clock.now().UnixMilli())
			return nil
		})
	}
}

// tolerance is how many calls the API and we may count apart: those under way.
const tolerance = 8

// differs reports whether an answer says other of a quota than what is known.
func (b *budgets) differs(p part, rates []runtime.Rate) bool {
	a := b.account(p.key)
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, budget := range p.budgets {
		if budget.Per <= longWindow || p.index[i] >= len(rates) || i >= len(a.value.Windows) {
			continue
		}
		left, told := a.value.Windows[i].Left, rates[p.index[i]].Remaining
		if told >= 0 && (told == 0) != (left <= 0) || told >= 0 && (told-left > tolerance || left-told > tolerance) {
			return true
		}
	}
	return false
}

// correct takes over what an answer says.
func (v *ledgerOfCalls) correct(p part, r runtime.BudgetReport, now int64) {
	if r.Pause > 0 {
		v.Paused = max(v.Paused, now+r.Pause.Milliseconds())
	}
	for i, budget := range p.budgets {
		w := &v.Windows[i]
		switch {
		case budget.Per <= longWindow && !r.Sent:
			if n := len(w.Grants); n > 0 && w.Grants[n-1] == p.at { // the last one can be given back
				w.Grants = w.Grants[:n-1]
			}
		case budget.Per <= longWindow:
		case !r.Sent:
			w.Left++
		case p.index[i] < len(r.Rates):
			w.believe(r.Rates[p.index[i]], now, budget)
		}
	}
}

// believe takes over what an API says of a quota.
func (w *callWindow) believe(r runtime.Rate, now int64, b runtime.Budget) {
	if r.Remaining >= 0 {
		w.Left = r.Remaining
	}
	if r.Reset > 0 && r.Reset <= 2*b.Per {
		w.Refill = now + r.Reset.Milliseconds()
	}
}
