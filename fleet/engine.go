// What keeps jobs: the contract between the fleet and its engines.

package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"modulex.dev/connector/runtime"
)

// Engine keeps jobs and what became of them. Package enginetest holds every
// engine to what is said here. Its methods are called by many goroutines at once.
type Engine interface {
	// Submit keeps a job. When it returns nil the job survives whatever the engine
	// promises to survive. A job whose ID is known is not taken again: that is no
	// error. It fails with [ErrFull] when the tenant has too many waiting.
	Submit(ctx context.Context, j Job) error

	// Take waits for a job of a connector whose turn it is. Those of class
	// Waiting come before those of class Bulk, and of each class the tenants
	// take turns. A delivery that is not ended within the lease, or kept with
	// Extend, is given to another worker.
	Take(ctx context.Context, api string) (Delivery, error)

	// Record tells of a job; [ErrNotFound] when it is not known, or no more.
	Record(ctx context.Context, id string) (Record, error)
	// Records tells of all jobs, in no order.
	Records(ctx context.Context) iter.Seq2[Record, error]
	// Await waits until a job has ended, also while the engine's server is away.
	Await(ctx context.Context, id string) (Record, error)

	// Ask has a job that only reads done by a worker with a hand free, and tells
	// what became of it. Nothing is kept of it. It fails with [ErrNobody] when
	// nobody has answered: no worker is there, the one that was asked is busy, or it
	// was not heard of again.
	Ask(ctx context.Context, j Job) (Ending, error)
	// Answer has do answer what is asked of a connector, many at once, until ctx
	// ends, and returns when do has returned for the last time. do reports whether
	// it has answered; its context ends when nobody waits any more.
	Answer(ctx context.Context, api string, do func(context.Context, Job) (e Ending, answered bool)) error

	// Cancel ends a job that has not begun; [ErrBegun] when it has.
	Cancel(ctx context.Context, id string) error
	// Retry queues a job again that has ended as Failed, Canceled or Dead, or as
	// Unknown when whoever asks says that nothing has happened. One that is
	// queued already stays so.
	Retry(ctx context.Context, id string, nothingHappened bool) error

	// Budgets and Ledger are shared by all workers of the engine.
	Budgets() runtime.BudgetStore
	Ledger() runtime.Ledger

	Close() error
}

// Delivery is a job in the hands of a worker.
type Delivery interface {
	Job() Job
	// Begin notes that the worker begins, and tells how often others have begun
	// and were not heard of again. It fails with [ErrEnded] when the job has been
	// ended meanwhile, and with [ErrTaken] when another has it; the delivery is
	// over then.
	Begin(ctx context.Context) (lost int, err error)
	// Extend keeps the delivery for another lease.
	Extend(ctx context.Context) error
	// End keeps what became of the job and takes it from the queue, in that
	// order: a crash between the two delivers it again. What became of a job
	// counts whoever tells it, and the first who tells; [ErrTaken] when it has
	// been made a new write since.
	End(ctx context.Context, e Ending) error
	// Again gives the job back, to be delivered after a while; it is queued then
	// as if nobody had begun. It fails with [ErrTaken] when the lease is over and
	// another has begun it. anew makes it a new write, for one that has surely
	// not been carried out though its key is taken.
	Again(ctx context.Context, after time.Duration, anew bool) error
}

// Ending is what became of a job.
type Ending struct {
	State    State           `json:"state"`
	Envelope json.RawMessage `json:"envelope,omitempty"`
	Why      string          `json:"why,omitempty"`
	Check    string          `json:"check,omitempty"`
}

// The errors of engines.
var (
	ErrNotFound = errors.New("there is no such job, or it has been forgotten")
	ErrBegun    = errors.New("the job has begun")
	ErrEnded    = errors.New("the job has ended")
	ErrTaken    = errors.New("the lease of the job is over, and another worker has it")
	ErrFull     = errors.New("the tenant has too many jobs in the queue")
	ErrState    = errors.New("a job in this state is not retried")
	ErrNobody   = errors.New("no worker has answered")
	// ErrAway is of an engine whose server does not answer now.
	ErrAway = errors.New("the server that keeps the jobs does not answer")
)

// Begun is the record of a job that a worker begins, for engines.
func Begun(r Record, worker string, now time.Time) Record {
	if r.State == Running {
		r.Lost++
	}
	if r.Began.IsZero() {
		r.Began = now.UTC()
	}
	r.State, r.Worker = Running, worker
	return r
}

// Again is the record of a job that is retried by hand, for engines: queued, and a
// new write. It fails with [ErrState] where that could do something twice.
func Again(r Record, nothingHappened bool) (Record, error) {
	switch {
	case r.State == Unknown && !nothingHappened:
		return r, fmt.Errorf("%w: its outcome is unknown; look first, and say so when nothing has happened", ErrState)
	case r.State != Unknown && r.State != Failed && r.State != Canceled && r.State != Dead:
		return r, fmt.Errorf("%w: it is %s", ErrState, r.State)
	}
	job := r.Job
	job.Try++
	return Record{Job: job, State: Queued}, nil
}

// Do has a job done that somebody waits for, until ctx ends or for as long as wait.
// One that only reads is asked of a worker, which is quick and leaves nothing
// behind. Any other, and one that nobody answers, goes through the queue; it goes on
// there when the waiting is over, which is told as [context.DeadlineExceeded]. The
// record of an error is empty when the job has not been submitted.
func Do(ctx context.Context, e Engine, j Job, reads bool, wait time.Duration) (Record, error) {
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if reads {
		end, err := e.Ask(waiting, j)
		if err == nil {
			return Record{Job: j, State: end.State, Envelope: end.Envelope, Why: end.Why, Check: end.Check}, nil
		}
		if ctx.Err() != nil || !errors.Is(err, ErrNobody) && waiting.Err() == nil {
			return Record{}, err
		}
	}
	if err := e.Submit(ctx, j); err != nil {
		return Record{}, err
	}
	r, err := e.Await(waiting, j.ID)
	r.Job.ID = j.ID
	return r, err
}
