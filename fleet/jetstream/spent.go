// What is used of the budgets, for people.

package jetstream

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"modulex.dev/connector/runtime"
)

// Spent is what one credential, or all together, have used of one budget.
type Spent struct {
	Credential string         `json:"credential"` // a hash of it, or shared
	Tenant     string         `json:"tenant,omitempty"`
	Budget     runtime.Budget `json:"-"`
	Calls      int            `json:"calls"` // that it allows
	Per        time.Duration  `json:"per_ns"`
	Used       int            `json:"used"`
	Left       int            `json:"left"`
	Refill     time.Time      `json:"refill,omitzero"` // when all of it is there again
	Paused     time.Time      `json:"paused,omitzero"` // the API wants no call before
}

// Spent tells what is used of the budgets of a connector.
func (e *Engine) Spent(ctx context.Context, api *runtime.API) (out []Spent, err error) {
	keys, err := e.accounts.ListKeysFiltered(ctx, api.Name+".>")
	if err != nil {
		return nil, err
	}
	defer func() { _ = keys.Stop() }()
	for key := range keys.Keys() {
		value, _, err := e.accounts.get(ctx, key)
		if err != nil {
			return nil, err
		}
		var v ledgerOfCalls
		if value == nil || json.Unmarshal(value, &v) != nil {
			continue
		}
		out = append(out, v.spent(api, strings.TrimPrefix(key, api.Name+"."), e.alive.now())...)
	}
	slices.SortFunc(out, func(a, b Spent) int { return strings.Compare(a.Credential, b.Credential) })
	return out, nil
}

// SpentSeen tells the same of the credentials that this engine has had calls of, as
// it last saw them, and asks nobody.
func (e *Engine) SpentSeen(api *runtime.API) (out []Spent) {
	e.budgets.mu.Lock()
	held := maps.Clone(e.budgets.held)
	e.budgets.mu.Unlock()
	for key, a := range held {
		whose, ours := strings.CutPrefix(key, api.Name+".")
		if !ours {
			continue
		}
		a.mu.Lock()
		v := a.value
		a.mu.Unlock()
		out = append(out, v.spent(api, whose, e.alive.now())...)
	}
	return out
}

// spent is what is used of each budget of a value.
func (v ledgerOfCalls) spent(api *runtime.API, whose string, now time.Time) (out []Spent) {
	some := slices.DeleteFunc(slices.Clone(api.Budgets), func(b runtime.Budget) bool { return b.Shared != (whose == "shared") })
	for i, b := range some {
		if i < len(v.Windows) {
			out = append(out, v.Windows[i].spent(b, whose, v, now))
		}
	}
	return out
}

func (w callWindow) spent(b runtime.Budget, whose string, v ledgerOfCalls, now time.Time) Spent {
	s := Spent{Credential: whose[:min(12, len(whose))], Tenant: v.Tenant, Budget: b, Calls: b.Calls, Per: b.Per}
	if v.Paused > now.UnixMilli() {
		s.Paused = time.UnixMilli(v.Paused).UTC()
	}
	if b.Per > longWindow {
		s.Left = b.Calls
		if w.Refill > now.UnixMilli() {
			s.Left, s.Refill = w.Left, time.UnixMilli(w.Refill).UTC()
		}
		s.Used = max(0, b.Calls-s.Left)
		return s
	}
	for _, at := range w.Grants {
		if at+b.Per.Milliseconds() > now.UnixMilli() {
			s.Used++
			s.Refill = time.UnixMilli(at).Add(b.Per).UTC()
		}
	}
	s.Left = max(0, b.Calls-s.Used)
	return s
}
