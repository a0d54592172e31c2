// Package memory keeps the fleet's jobs in this process, and loses them with it.
// It is what the suite of engines is tried on first, and enough for programs that
// want a fair queue and one budget, and no more.
package memory

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/runtime"
)

// Options are the settings of the engine.
type Options struct {
	Lease  time.Duration // how long a worker may be silent: 30 s
	Worker string        // the name that records tell
}

// tenantQueue bounds the jobs of one tenant that wait.
const tenantQueue = 2000

// New returns an engine.
func New(o Options) fleet.Engine {
	if o.Lease <= 0 {
		o.Lease = 30 * time.Second
	}
	return &engine{options: o, records: make(map[string]*entry), lines: make(map[lane][]*entry), changed: make(chan struct{}),
		budgets: runtime.NewBudgetStore(nil), ledger: runtime.NewLedger(nil)}
}

type engine struct {
	options Options
	budgets runtime.BudgetStore
	ledger  runtime.Ledger

	mu      sync.Mutex
	records map[string]*entry
	lines   map[lane][]*entry
	round   []lane        // in the order of their turns
	changed chan struct{} // closed and made anew at every change
	answers []*answerer   // in the order of their turns
}

// lane is the line of a tenant.
type lane struct {
	api    string
	class  fleet.Class
	tenant string
}

// entry is a job.
type entry struct {
	record fleet.Record
	queued bool      // in line, or in somebody's hands
	free   time.Time // from when it may be taken: after a lease, or a pause
	ticket int       // of the delivery that counts
}

// told wakes all who wait for a change; the caller holds the lock.
func (e *engine) told() {
	close(e.changed)
	e.changed = make(chan struct{})
}

func laneOf(j fleet.Job) lane { return lane{j.API, j.Class, j.Tenant} }

// Submit implements [fleet.Engine].
func (e *engine) Submit(_ context.Context, j fleet.Job) error {
	if err := j.Validate(); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.records[j.ID] != nil {
		return nil
	}
	l := laneOf(j)
	if len(e.lines[l]) >= tenantQueue {
		return fleet.ErrFull
	}
	x := &entry{record: fleet.Record{Job: j, State: fleet.Queued}}
	e.records[j.ID] = x
	e.enqueue(x)
	return nil
}

func (e *engine) enqueue(x *entry) {
	l := laneOf(x.record.Job)
	x.queued, x.free = true, time.Time{}
	x.ticket++ // deliveries of before do not count
	if len(e.lines[l]) == 0 {
		e.round = append(e.round, l)
	}
	e.lines[l] = append(e.lines[l], x)
	e.told()
}

// Take implements [fleet.Engine].
func (e *engine) Take(ctx context.Context, api string) (fleet.Delivery, error) {
	for {
		e.mu.Lock()
		d, soonest := e.take(api, time.Now())
		changed := e.changed
		e.mu.Unlock()
		if d != nil {
			return d, nil
		}
		timer := time.NewTimer(soonest)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// take takes the first free job in the order of turns, or tells when there may be
// one.
func (e *engine) take(api string, now time.Time) (fleet.Delivery, time.Duration) {
	soonest := time.Minute
	for _, class := range []fleet.Class{fleet.Waiting, fleet.Bulk} {
		for i, l := range e.round {
			if l.api != api || l.class != class {
				continue
			}
			for _, x := range e.lines[l] {
				if wait := x.free.Sub(now); wait > 0 {
					soonest = min(soonest, wait)
					continue
				}
				e.round = append(slices.Delete(slices.Clone(e.round), i, i+1), l) // its next turn is after the others'
				x.ticket++
				x.free = now.Add(e.options.Lease)
				return &delivery{engine: e, entry: x, ticket: x.ticket, job: x.record.Job}, 0
			}
		}
	}
	return nil, soonest
}

// leave takes an entry out of its line.
func (e *engine) leave(x *entry) {
	l := laneOf(x.record.Job)
	x.queued = false
	e.lines[l] = slices.DeleteFunc(e.lines[l], func(o *entry) bool { return o == x })
	if len(e.lines[l]) == 0 {
		delete(e.lines, l)
		e.round = slices.DeleteFunc(e.round, func(o lane) bool { return o == l })
	}
	e.told()
}

// Record implements [fleet.Engine].
func (e *engine) Record(_ context.Context, id string) (fleet.Record, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	x := e.records[id]
	if x == nil {
		return fleet.Record{}, fleet.ErrNotFound
	}
	return x.record, nil
}

// Records implements [fleet.Engine].
func (e *engine) Records(context.Context) iter.Seq2[fleet.Record, error] {
	e.mu.Lock()
	var all []fleet.Record
	for x := range maps.Values(e.records) {
		all = append(all, x.record)
	}
	e.mu.Unlock()
	return func(yield func(fleet.Record, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Await implements [fleet.Engine].
func (e *engine) Await(ctx context.Context, id string) (fleet.Record, error) {
	for {
		e.mu.Lock()
		x, changed := e.records[id], e.changed
		var r fleet.Record
		if x != nil {
			r = x.record
		}
		e.mu.Unlock()
		switch {
		case x == nil:
			return r, fleet.ErrNotFound
		case r.State.Ended():
			return r, nil
		}
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-changed:
		}
	}
}

// answerer is a worker that answers what is asked of a connector.
type answerer struct {
	api string
	do  func(context.Context, fleet.Job) (fleet.Ending, bool)
	at  sync.WaitGroup
}

// Ask implements [fleet.Engine].
func (e *engine) Ask(ctx context.Context, j fleet.Job) (fleet.Ending, error) {
	if err := j.Validate(); err != nil {
		return fleet.Ending{}, err
	}
	a := e.answerer(j.API)
	if a == nil {
		return fleet.Ending{}, fleet.ErrNobody
	}
	defer a.at.Done()
	end, answered := a.do(ctx, j)
	switch {
	case ctx.Err() != nil:
		return fleet.Ending{}, ctx.Err()
	case !answered:
		return fleet.Ending{}, fleet.ErrNobody
	}
	return end, nil
}

// answerer is the one whose turn it is, which has a question more to answer then.
func (e *engine) answerer(api string) *answerer {
	e.mu.Lock()
	defer e.mu.Unlock()
	i := slices.IndexFunc(e.answers, func(a *answerer) bool { return a.api == api })
	if i < 0 {
		return nil
	}
	a := e.answers[i]
	e.answers = append(slices.Delete(e.answers, i, i+1), a)
	a.at.Add(1)
	return a
}

// Answer implements [fleet.Engine].
func (e *engine) Answer(ctx context.Context, api string, do func(context.Context, fleet.Job) (fleet.Ending, bool)) error {
	a := &answerer{api: api, do: do}
	e.mu.Lock()
	e.answers = append(e.answers, a)
	e.mu.Unlock()
	<-ctx.Done()
	e.mu.Lock()
	e.answers = slices.DeleteFunc(e.answers, func(o *answerer) bool { return o == a })
	e.mu.Unlock()
	a.at.Wait()
	return nil
}

// Cancel implements [fleet.Engine].
func (e *engine) Cancel(_ context.Context, id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	x := e.records[id]
	switch {
	case x == nil:
		return fleet.ErrNotFound
	case x.record.State.Ended():
		return fleet.ErrEnded
	case x.record.State == fleet.Running:
		return fleet.ErrBegun
	}
	x.record.State, x.record.Ended, x.record.Why = fleet.Canceled, time.Now().UTC(), "canceled before it began"
	e.leave(x)
	return nil
}

// Retry implements [fleet.Engine].
func (e *engine) Retry(_ context.Context, id string, nothingHappened bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	x := e.records[id]
	if x == nil {
		return fleet.ErrNotFound
	}
	if x.record.State == fleet.Queued {
		return nil
	}
	again, err := fleet.Again(x.record, nothingHappened)
	if err != nil {
		return err
	}
	x.record = again
	e.enqueue(x)
	return nil
}

// Budgets implements [fleet.Engine].
func (e *engine) Budgets() runtime.BudgetStore { return e.budgets }

// Ledger implements [fleet.Engine].
func (e *engine) Ledger() runtime.Ledger { return e.ledger }

// Close implements [fleet.Engine].
func (e *engine) Close() error { return nil }

// delivery is an entry in the hands of a worker. It counts until its lease is
// over and another has the entry.
type delivery struct {
	engine *engine
	entry  *entry
	ticket int
	job    fleet.Job
}

func (d *delivery) Job() fleet.Job { return d.job }

// counts runs do unless the job has ended or is another's.
func (d *delivery) counts(do func(x *entry)) error {
	d.engine.mu.Lock()
	defer d.engine.mu.Unlock()
	if d.entry.record.State.Ended() {
		return fleet.ErrEnded
	}
	if d.entry.ticket != d.ticket {
		return fleet.ErrTaken
	}
	do(d.entry)
	return nil
}

// Begin implements [fleet.Delivery].
func (d *delivery) Begin(context.Context) (lost int, err error) {
	err = d.counts(func(x *entry) {
		x.record = fleet.Begun(x.record, d.engine.options.Worker, time.Now())
		lost = x.record.Lost
	})
	return lost, err
}

// Extend implements [fleet.Delivery].
func (d *delivery) Extend(context.Context) error {
	return d.counts(func(x *entry) { x.free = time.Now().Add(d.engine.options.Lease) })
}

// Again implements [fleet.Delivery].
func (d *delivery) Again(_ context.Context, after time.Duration, anew bool) error {
	return d.counts(func(x *entry) {
		if anew {
			x.record.Job.Try++
		}
		x.free, x.record.State, x.record.Lost = time.Now().Add(after), fleet.Queued, 0
		d.engine.told()
	})
}

// End implements [fleet.Delivery]. What became of a job counts, whoever tells it.
func (d *delivery) End(_ context.Context, end fleet.Ending) error {
	d.engine.mu.Lock()
	defer d.engine.mu.Unlock()
	x := d.entry
	switch {
	case x.record.State.Ended():
		return nil
	case x.record.Job.Try != d.job.Try:
		return fleet.ErrTaken
	}
	r := &x.record
	r.State, r.Envelope, r.Why, r.Check, r.Ended = end.State, end.Envelope, end.Why, end.Check, time.Now().UTC()
	d.engine.leave(x)
	return nil
}
