// Questions: jobs that only read and that somebody waits for right now. They have
// hands of their own, beside those for jobs of the queue, so that a bulk does not
// keep them waiting.

package worker

import (
	"context"
	"sync"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/runtime"
)

// tenantAsks is how many questions of one tenant a worker has in hand at most: a
// tenant that floods is sent to the queue, where tenants take turns.
const tenantAsks = 8

// answer answers a question, if it can be answered at once. All else is better told
// by the queue: it waits for budgets, and makes dead letters.
func (w *Worker) answer(work, ctx context.Context, j fleet.Job) (end fleet.Ending, answered bool) {
	action := w.client.Action(j.Action)
	if action == nil || action.Effect != runtime.EffectRead || !w.hands.take(j.Tenant) {
		return end, false
	}
	defer w.hands.leave(j.Tenant)
	cred, err := w.o.Resolve(j)
	if err != nil {
		return end, false
	}
	ctx, cancel := context.WithCancel(fleet.WithJob(ctx, j))
	defer cancel()
	defer context.AfterFunc(work, cancel)()
	w.o.Observer.Begun(j, 0)
	e := w.call(ctx, j, cred)
	if later(e, j.Class) > 0 {
		w.o.Observer.Again(j)
		return end, false
	}
	end = ending(e)
	w.o.Observer.Ended(j, end.State)
	return end, true
}

// hands are the questions that a worker has in hand.
type hands struct {
	max int // of all tenants

	mu   sync.Mutex
	full int
	of   map[string]int // by tenant
}

// take reports whether a hand is free for a tenant, and takes it.
func (h *hands) take(tenant string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.full >= h.max || h.of[tenant] >= tenantAsks {
		return false
	}
	h.full++
	h.of[tenant]++
	return true
}

func (h *hands) leave(tenant string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.full--
	if h.of[tenant]--; h.of[tenant] == 0 {
		delete(h.of, tenant)
	}
}
