// Package worker runs the jobs of an engine: it takes them, makes the call with
// the credential, the shared budget and the shared ledger, and writes down what
// became of it.
//
// The life of a job, each step of which a crash may cut off:
//
//	taken        it comes back after the lease
//	begun        it comes back after the lease
//	claimed      in the ledger, for a write: nobody else sends it; it comes back
//	sending      noted in the ledger: from here on it is never sent blindly
//	sent
//	settled      in the ledger: whoever gets the job now finds the answer there
//	ended        in its record; then it leaves the queue
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/runtime"
)

// Options are the settings of a worker.
type Options struct {
	Table   *runtime.Table
	Engine  fleet.Engine
	Resolve fleet.Resolver
	// Client is how calls are made; its Budgets and Ledger are the engine's.
	Client runtime.Options
	AtOnce int           // jobs of the queue at the same time, and questions beside them: 16
	Lease  time.Duration // of the engine: 30 s
	// Looks is how often an unknown outcome is looked up before it is believed
	// that nothing has happened: 2, BetweenLooks apart: 30 s.
	Looks        int
	BetweenLooks time.Duration
	Log          *slog.Logger // nil logs nothing
	// At is told each step of a job's life, by the names above. Tests stop a
	// worker there. It may be nil.
	At func(step string, j fleet.Job)
	// Observer is told of jobs, for meters. It may be nil.
	Observer Observer
}

// Observer is told what happens to the jobs of a worker. Its methods are called by
// many goroutines at once.
type Observer interface {
	// Begun tells that a job begins, and how often others have begun it and were
	// not heard of again.
	Begun(j fleet.Job, lost int)
	// Again tells that a begun job is given back, to be tried later.
	Again(j fleet.Job)
	// Ended tells that a begun job has ended.
	Ended(j fleet.Job, s fleet.State)
	// Left tells that a begun job was left, for another worker to find.
	Left(j fleet.Job)
}

// nobody is the observer where nobody asks.
type nobody struct{}

func (nobody) Begun(fleet.Job, int)         {}
func (nobody) Again(fleet.Job)              {}
func (nobody) Ended(fleet.Job, fleet.State) {}
func (nobody) Left(fleet.Job)               {}

// The steps of a job's life that At is told of.
const (
	StepTaken   = "taken"
	StepBegun   = "begun"
	StepClaimed = "claimed"
	StepSending = "sending"
	StepSent    = "sent"
	StepSettled = "settled"
	StepEnded   = "ended"
)

// maxLost is how many workers may be lost with a job before it becomes a dead
// letter. It may be another job that they die of, which is in the same hands.
const maxLost = 10

// maxAnew is how often a write is made anew of which looking up has told that it
// was not carried out.
const maxAnew = 3

// Worker runs jobs.
type Worker struct {
	o      Options
	client *runtime.Client
	hands  hands // for questions
}

// New returns a worker.
func New(o Options) (*Worker, error) {
	if o.AtOnce <= 0 {
		o.AtOnce = 16
	}
	if o.Lease <= 0 {
		o.Lease = 30 * time.Second
	}
	if o.Looks <= 0 {
		o.Looks = 2
	}
	if o.BetweenLooks <= 0 {
		o.BetweenLooks = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.At == nil {
		o.At = func(string, fleet.Job) {}
	}
	if o.Observer == nil {
		o.Observer = nobody{}
	}
	w := &Worker{o: o, hands: hands{max: o.AtOnce, of: make(map[string]int)}}
	options := o.Client
	options.Budgets, options.Ledger = o.Engine.Budgets(), &toldLedger{o.Engine.Ledger(), w}
	options.Observers = append(options.Observers[:len(options.Observers):len(options.Observers)], sentObserver{worker: w})
	client, err := runtime.NewClient(o.Table, options)
	if err != nil {
		return nil, err
	}
	w.client = client
	return w, nil
}

// Run runs jobs and answers questions until ctx ends, and then those that have
// begun to their end, for at most a lease.
func (w *Worker) Run(ctx context.Context) error {
	defer w.client.Close()
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var running sync.WaitGroup
	defer running.Wait()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(w.o.Lease, stop) })()
	asked, deaf := context.WithCancel(ctx)
	defer deaf()
	running.Go(func() {
		err := w.o.Engine.Answer(asked, w.o.Table.API.Name, func(ctx context.Context, j fleet.Job) (fleet.Ending, bool) { return w.answer(work, ctx, j) })
		if err != nil {
			w.o.Log.Warn("questions are not answered; their jobs come by the queue", "error", err)
		}
	})
	places := make(chan struct{}, w.o.AtOnce)
	for {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		d, err := w.o.Engine.Take(ctx, w.o.Table.API.Name)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		running.Go(func() {
			defer func() { <-places }()
			w.o.At(StepTaken, d.Job())
			watched := &watched{Delivery: d, told: w.o.Observer}
			defer watched.over()
			if err := w.run(work, watched); err != nil {
				w.o.Log.Warn("job", "id", d.Job().ID, "error", err)
			}
		})
	}
}

// run carries one delivery to its end.
func (w *Worker) run(ctx context.Context, d fleet.Delivery) error {
	j := d.Job()
	lost, err := d.Begin(ctx)
	switch {
	case errors.Is(err, fleet.ErrEnded):
		return d.End(ctx, fleet.Ending{})
	case err != nil:
		return err
	case lost >= maxLost:
		return w.end(ctx, d, fleet.Ending{State: fleet.Dead, Why: fmt.Sprintf("%d workers began it and were not heard of again", lost)})
	}
	w.o.At(StepBegun, j)
	action := w.client.Action(j.Action)
	if action == nil {
		return w.end(ctx, d, fleet.Ending{State: fleet.Dead, Why: fmt.Sprintf("%s has no action %q", j.API, j.Action)})
	}
	if !j.Deadline.IsZero() && time.Now().After(j.Deadline) {
		return w.end(ctx, d, fleet.Ending{State: fleet.Failed, Why: "its deadline passed before it began"})
	}
	cred, err := w.o.Resolve(j)
	if err != nil {
		return w.end(ctx, d, fleet.Ending{State: fleet.Dead, Why: err.Error()})
	}
	held, letGo := w.hold(ctx, d)
	defer letGo()
	e := w.call(held, j, cred)
	if again := later(e, j.Class); again > 0 {
		w.o.Log.Info("job again", "id", j.ID, "after", again, "why", e.Err)
		return d.Again(ctx, again, false)
	}
	end := ending(e)
	if end.State == fleet.Unknown {
		var notDone bool
		if end, notDone = w.lookUp(held, action, j, cred, end); notDone && j.Try < maxAnew {
			return d.Again(ctx, time.Millisecond, true)
		}
		if ctx.Err() != nil { // the time to stop is over: whoever gets the job next looks it up
			return ctx.Err()
		}
	}
	return w.end(ctx, d, end)
}

// watched is a delivery whose steps the observer is told of.
type watched struct {
	fleet.Delivery
	told  Observer
	begun bool
}

func (d *watched) Begin(ctx context.Context) (lost int, err error) {
	lost, err = d.Delivery.Begin(ctx)
	if err == nil {
		d.begun = true
		d.told.Begun(d.Job(), lost)
	}
	return lost, err
}

func (d *watched) Again(ctx context.Context, after time.Duration, anew bool) error {
	err := d.Delivery.Again(ctx, after, anew)
	if err == nil && d.begun {
		d.begun = false
		d.told.Again(d.Job())
	}
	return err
}

func (d *watched) End(ctx context.Context, e fleet.Ending) error {
	err := d.Delivery.End(ctx, e)
	if err == nil && d.begun {
		d.begun = false
		d.told.Ended(d.Job(), e.State)
	}
	return err
}

// over tells of a delivery that came to neither.
func (d *watched) over() {
	if d.begun {
		d.told.Left(d.Job())
	}
}

// hold keeps the delivery until letGo is called.
func (w *Worker) hold(ctx context.Context, d fleet.Delivery) (held context.Context, letGo func()) {
	ctx, letGo = context.WithCancel(fleet.WithJob(ctx, d.Job()))
	go func() {
		tick := time.NewTicker(w.o.Lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				_ = d.Extend(ctx) // at worst another worker gets the job, and finds the claim
			}
		}
	}()
	return ctx, letGo
}

// call makes the call.
func (w *Worker) call(ctx context.Context, j fleet.Job, cred runtime.Credentials) runtime.Envelope {
	if !j.Deadline.IsZero() {
		var expire context.CancelFunc
		ctx, expire = context.WithDeadline(ctx, j.Deadline)
		defer expire()
	}
	return w.client.Call(ctx, j.Action, cred, j.Input, runtime.IdempotencyKey(j.Key()))
}

// The waits of jobs that were surely not sent.
const (
	soon  = 5 * time.Second
	quota = 15 * time.Minute // a used-up month is asked about again
)

// later is when to try a job again that has surely not been sent and may well be
// another time; 0 when what came of it is its end. Who waits for a job is told at
// once that the month is used up, and not after days.
func later(e runtime.Envelope, class fleet.Class) time.Duration {
	if e.Err == nil || e.Replayed {
		return 0
	}
	switch e.Err.Code {
	case runtime.CodeQuotaExhausted:
		if class == fleet.Waiting {
			return 0
		}
		return min(max(e.Err.RetryAfter, soon), quota)
	case runtime.CodeRateLimited: // the API has refused it, or its turn does not come in time
		return max(e.Err.RetryAfter, soon)
	case runtime.CodeUnavailable:
		if e.Err.Attempts == 0 { // not the API: the engine is away
			return time.Second
		}
	case runtime.CodeCanceled: // the worker is being stopped
		return time.Millisecond
	}
	return 0
}

// ending is what became of a job.
func ending(e runtime.Envelope) fleet.Ending {
	end := fleet.Ending{State: fleet.Done, Envelope: e.JSON}
	switch {
	case e.Err == nil:
	case e.Err.Code == runtime.CodeOutcomeUnknown:
		end.State, end.Why = fleet.Unknown, e.Err.Error()
	default:
		end.State = fleet.Failed
	}
	return end
}

// end writes down what became of a job, again while the engine is away: what has
// been done must not be forgotten.
func (w *Worker) end(ctx context.Context, d fleet.Delivery, e fleet.Ending) error {
	ctx = context.WithoutCancel(ctx)
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := d.End(ctx, e)
		if err == nil {
			w.o.At(StepEnded, d.Job())
			return nil
		}
		if wait >= 5*time.Second || errors.Is(err, fleet.ErrTaken) {
			return err // the job comes again, and the ledger knows its answer
		}
		time.Sleep(wait)
	}
}

// toldLedger tells when a write is claimed and settled.
type toldLedger struct {
	runtime.Ledger
	worker *Worker
}

func (l *toldLedger) Claim(ctx context.Context, key runtime.LedgerKey, input [32]byte, waiting func()) (runtime.LedgerEntry, bool, error) {
	e, claimed, err := l.Ledger.Claim(ctx, key, input, waiting)
	if j, ok := fleet.JobOf(ctx); ok && claimed {
		l.worker.o.At(StepClaimed, j)
	}
	return e, claimed, err
}

// Sending implements [runtime.SendingLedger], where the engine's ledger does.
func (l *toldLedger) Sending(ctx context.Context, key runtime.LedgerKey) error {
	s, ok := l.Ledger.(runtime.SendingLedger)
	if !ok {
		return nil
	}
	err := s.Sending(ctx, key)
	if j, ok := fleet.JobOf(ctx); ok && err == nil {
		l.worker.o.At(StepSending, j)
	}
	return err
}

func (l *toldLedger) Settle(ctx context.Context, key runtime.LedgerKey, e runtime.LedgerEntry) error {
	err := l.Ledger.Settle(ctx, key, e)
	if j, ok := fleet.JobOf(ctx); ok {
		l.worker.o.At(StepSettled, j)
	}
	return err
}

// sentObserver tells when a request has been answered.
type sentObserver struct {
	runtime.NoObserver
	worker *Worker
}

func (o sentObserver) Answer(ctx context.Context, _ runtime.AttemptEnd) {
	if j, ok := fleet.JobOf(ctx); ok {
		o.worker.o.At(StepSent, j)
	}
}
