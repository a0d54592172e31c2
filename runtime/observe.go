// Who listens to a call: a few moments of it, told to observers for logs, traces
// and metrics. Package slogobserver writes them to log/slog, package
// otelobserver makes spans and metrics of them. When nobody listens a call pays
// nothing for it.

package runtime

import (
	"context"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

// Observer is told what calls do while they do it. What it learns holds no
// secret and no argument: names, numbers, and texts of errors that have been
// cleaned. Its methods run in the way of the call, for many calls at the same
// time, so they must be quick; when one panics the call goes on without it.
//
// Embed [NoObserver] to implement a few methods only, and to keep compiling when
// there are more.
type Observer interface {
	// Start is told that a call begins. The context that it returns is that of
	// the call.
	Start(ctx context.Context, s CallStart) context.Context
	// Attempt is told that a request goes out; redirects are attempts of their
	// own. The context that it returns is that of the attempt.
	Attempt(ctx context.Context, a AttemptStart) context.Context
	// Answer is told what came of an attempt, with the attempt's context.
	Answer(ctx context.Context, a AttemptEnd)
	// Retry is told what is done about an attempt that did not succeed.
	Retry(ctx context.Context, r RetryDecision)
	// Wait is told that the call is about to wait.
	Wait(ctx context.Context, w WaitStart)
	// Drift is told where an answer differs from its declared shape.
	Drift(ctx context.Context, d Drift)
	// End is told how the call ended.
	End(ctx context.Context, e CallEnd)
}

// CallStart is the beginning of a call.
type CallStart struct {
	API    string // name of the connector: livestorm
	Action string // get_event
	Method string // of the action's request; "" for an action written by hand
}

// AttemptStart is the beginning of a request.
type AttemptStart struct {
	API      string
	Action   string
	Number   int    // of the attempt within the call, from 1
	Resend   int    // how often this request has been sent before
	Method   string // GET
	Scheme   string // https
	Host     string // without the port
	Port     int    // 443 when the address names none
	Template string // the declared path: /events/{event_id}
}

// AttemptEnd is the end of a request.
type AttemptEnd struct {
	AttemptStart
	Status    int // 0 when no answer came
	Bytes     int // of the body, decoded
	RequestID string
	Took      time.Duration
	Fault     string // why no answer came, or not all of it; "" otherwise
	Timeout   bool   // the fault is a timeout
}

// RetryDecision says what is done about an attempt that did not succeed.
type RetryDecision struct {
	Action  string
	Attempt int           // that failed: how often the request has been sent
	Again   bool          // it will be sent again
	Wait    time.Duration // before that
	Why     RetryReason
	Code    Code // of the failure
	Status  int  // of the answer; 0 when there was none
}

// RetryReason is why a request is sent again or not.
type RetryReason string

// The reasons.
const (
	RetryTransient RetryReason = "transient"     // sent again: the fault may pass, and it is safe
	RetryThrottled RetryReason = "throttled"     // sent again: the API asked for fewer calls, and has done nothing
	RetryFinal     RetryReason = "final"         // not sent again: it would fail in the same way
	RetryUnsafe    RetryReason = "unsafe"        // not sent again: it may have been carried out
	RetryEnough    RetryReason = "attempts"      // not sent again: it has been, often enough
	RetryTooLate   RetryReason = "deadline"      // not sent again: the wait ends after the deadline
	RetryTooLong   RetryReason = "wait_too_long" // not sent again: the API wants a longer wait than a call makes
	RetrySuspended RetryReason = "suspended"     // not sent again: too many retries to this host
	RetryQuota     RetryReason = "quota"         // not sent again: the long budget is used up
	RetryOver      RetryReason = "call_is_over"  // not sent again: the caller canceled, or the deadline has passed
)

// WaitStart is the beginning of a wait.
type WaitStart struct {
	Action string
	For    time.Duration // 0 when nobody knows
	Why    WaitReason
}

// WaitReason is what a call waits for.
type WaitReason string

// The reasons.
const (
	WaitBudget WaitReason = "budget" // for its turn in a budget
	WaitRetry  WaitReason = "retry"  // before a request is sent again
	WaitWork   WaitReason = "work"   // for the API to finish what it works on
	WaitKey    WaitReason = "key"    // for another call with the same idempotency key
)

// CallEnd is the end of a call.
type CallEnd struct {
	CallStart
	Took     time.Duration
	Attempts int
	Err      *Error     // nil when it succeeded
	List     *ListState // of a list
	Replayed bool       // the answer is that of an earlier call with the same idempotency key
}

// NoObserver does nothing. Embed it in an observer.
type NoObserver struct{}

// Start returns ctx.
func (NoObserver) Start(ctx context.Context, _ CallStart) context.Context { return ctx }

// Attempt returns ctx.
func (NoObserver) Attempt(ctx context.Context, _ AttemptStart) context.Context { return ctx }

// Answer does nothing.
func (NoObserver) Answer(context.Context, AttemptEnd) {}

// Retry does nothing.
func (NoObserver) Retry(context.Context, RetryDecision) {}

// Wait does nothing.
func (NoObserver) Wait(context.Context, WaitStart) {}

// Drift does nothing.
func (NoObserver) Drift(context.Context, Drift) {}

// End does nothing.
func (NoObserver) End(context.Context, CallEnd) {}

// watch is a call that observers follow. It is nil when nobody does, and then
// its methods do nothing.
type watch struct {
	observers []Observer
	clock     Clock
	call      CallStart
	began     time.Time
	sent      atomic.Int64
}

// watch begins a call for its observers.
func (c *Client) watch(ctx context.Context, op *Operation) (context.Context, *watch) {
	if len(c.observers) == 0 {
		return ctx, nil
	}
	w := &watch{
		observers: c.observers, clock: c.clock, began: c.clock.Now(),
		call: CallStart{API: c.table.API.Name, Action: op.Name, Method: op.Method},
	}
	w.each(func(o Observer) { ctx = o.Start(ctx, w.call) })
	return ctx, w
}

// end tells the end of a call that makes an envelope.
func (w *watch) end(ctx context.Context, e *Envelope) {
	if w == nil {
		return
	}
	w.ended(ctx, CallEnd{Err: e.Err, List: e.List, Replayed: e.Replayed})
}

// endTyped tells the end of a typed call.
func (w *watch) endTyped(ctx context.Context, err error, list *ListState) {
	if w == nil {
		return
	}
	failed, _ := err.(*Error)
	w.ended(ctx, CallEnd{Err: failed, List: list})
}

func (w *watch) ended(ctx context.Context, e CallEnd) {
	e.CallStart, e.Took, e.Attempts = w.call, w.clock.Now().Sub(w.began), int(w.sent.Load())
	w.each(func(o Observer) { o.End(ctx, e) })
}

// attempt is a request that observers follow; nil when nobody does.
type attempt struct {
	*watch
	start AttemptStart
	began time.Time
}

// attempt begins a request.
func (w *watch) attempt(ctx context.Context, op *Operation, target *url.URL, resend int) (context.Context, *attempt) {
	if w == nil {
		return ctx, nil
	}
	a := &attempt{watch: w, began: w.clock.Now(), start: AttemptStart{
		API: w.call.API, Action: w.call.Action, Number: int(w.sent.Add(1)), Resend: resend, Method: op.Method,
		Scheme: target.Scheme, Host: target.Hostname(), Port: portOf(target), Template: op.Path,
	}}
	w.each(func(o Observer) { ctx = o.Attempt(ctx, a.start) })
	return ctx, a
}

func portOf(u *url.URL) int {
	port, err := strconv.Atoi(u.Port())
	switch {
	case err == nil:
		return port
	case u.Scheme == "http":
		return 80
	}
	return 443
}

// answer tells what came of a request.
func (a *attempt) answer(ctx context.Context, k *call, got *answer, f *fault) {
	if a == nil {
		return
	}
	e := AttemptEnd{AttemptStart: a.start, Took: a.clock.Now().Sub(a.began)}
	if got != nil {
		e.Status, e.Bytes, e.RequestID = got.status, len(got.body), k.requestID(got.header)
	}
	if f != nil {
		e.Fault, e.Timeout = k.secrets.clean(f.reason), isTimeout(f.cause)
	}
	a.each(func(o Observer) { o.Answer(ctx, e) })
}

// retry tells what is done about a failure.
func (w *watch) retry(ctx context.Context, r RetryDecision) {
	if w == nil {
		return
	}
	r.Action = w.call.Action
	w.each(func(o Observer) { o.Retry(ctx, r) })
}

// wait tells that the call is about to wait.
func (w *watch) wait(ctx context.Context, d time.Duration, why WaitReason) {
	if w == nil {
		return
	}
	s := WaitStart{Action: w.call.Action, For: d, Why: why}
	w.each(func(o Observer) { o.Wait(ctx, s) })
}

// drift tells of a drift.
func (w *watch) drift(ctx context.Context, d Drift) {
	if w == nil {
		return
	}
	w.each(func(o Observer) { o.Drift(ctx, d) })
}

// each tells every observer something. One that panics is passed over.
func (w *watch) each(tell func(Observer)) {
	for _, o := range w.observers {
		func() {
			defer func() { _ = recover() }()
			tell(o)
		}()
	}
}
