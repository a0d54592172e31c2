// What is used of the budgets, for people.

package jetstream

import (
	"context"
	"encoding/json"
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
		whose := strings.TrimPrefix(key, api.Name+".")
		some := slices.DeleteFunc(slices.Clone(api.Budgets), func(b runtime.Budget) bool { return b.Shared != (whose == "shared") })
		for i, b := range some {
			if i < len(v.Windows) {
				out = append(out, v.Windows[i].spent(b, whose, v, e.alive.now()))
			}
		}
	}
	slices.SortFunc(out, func(a, b Spent) int { return strings.Compare(a.Credential, b.Credential) })
	return out, nil
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
