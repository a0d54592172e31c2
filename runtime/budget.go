// The declared rates, kept for each credential. Every physical attempt passes
// here, below the retries, redirects included. A call that could not go out
// before its deadline, or that is over a quota, fails at once and says so.
//
// This file is what a call asks of the budgets and the interface to whoever keeps
// them; meter.go keeps them in this process, ratelimit.go reads what an API says
// of them.

package runtime

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// quotaWindow is the longest window that a call waits for.
const quotaWindow = time.Minute

// BudgetStore keeps what is left of the budgets of each credential. The one that
// [NewBudgetStore] makes keeps it in this process; several processes that use one
// credential keep to its budgets together through a store that they share. Its
// methods are called by many goroutines at once.
type BudgetStore interface {
	// Acquire waits until one request may go out and takes its place in every
	// budget. It fails at once with a [*BudgetError] when a quota is used up or
	// the turn would come after the deadline of ctx, and with the error of ctx
	// when that ends while it waits.
	Acquire(ctx context.Context, r BudgetRequest) (BudgetPermit, error)
}

// BudgetRequest is the wish to send one request.
type BudgetRequest struct {
	API     string   // name of the connector
	Tenant  Tenant   // whose credential it is
	Budgets []Budget // as the connector declares them
	// Waiting is told of each wait before it begins, 0 when nobody knows how
	// long it is. It may be nil.
	Waiting func(time.Duration)
}

// Tenant identifies a credential without holding it. The zero Tenant is that of
// requests without one.
type Tenant [32]byte

// BudgetPermit is the leave to send one request.
type BudgetPermit interface {
	// Done gives the permit back, once, when the request is over.
	Done(BudgetReport)
}

// TimedPermit is a [BudgetPermit] for a moment that is a little ahead, so that what
// has to be written down before a request does not make it late.
type TimedPermit interface {
	BudgetPermit
	// Depart waits for the moment, right before the request is sent, and reports
	// whether it has been kept. One that was missed is given back.
	Depart(ctx context.Context) (onTime bool, err error)
}

// missable is how many moments a request may miss; then it goes as it is.
const missable = 3

// BudgetReport is what came of a request.
type BudgetReport struct {
	Sent  bool          // the API may have seen it
	Pause time.Duration // the API wants no further request for so long
	Rates []Rate        // what the answer says of each budget; nil when it says nothing
}

// BudgetError is why a request may not go out.
type BudgetError struct {
	Budget Budget        // that does not allow it
	Quota  bool          // it is used up; otherwise the turn comes after the deadline
	Wait   time.Duration // until the request might go out; 0 when nobody knows
}

// Error says which budget it is and when to come back.
func (e *BudgetError) Error() string {
	if e.Quota {
		return fmt.Sprintf("the quota of %d calls in %s is used up", e.Budget.Calls, days(e.Budget.Per))
	}
	return fmt.Sprintf("the budget allows the next call in %s, after the deadline", e.Wait.Round(time.Millisecond))
}

func days(d time.Duration) string {
	if d >= 48*time.Hour && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
	return d.String()
}

// metered reports whether the call's requests are to keep to budgets.
func (k *call) metered() bool { return k.client.budgets != nil && !k.unmetered }

// permitted makes an exchange with the leave of the budgets, and gives that back
// also when a host's transport panics.
func (k *call) permitted(ctx context.Context, r *request, target *url.URL, resend int) (a *answer, f *fault, err *Error) {
	if !k.metered() {
		if err := k.noteSending(r.op); err != nil {
			return nil, nil, err
		}
		a, f = k.observed(ctx, r, target, resend)
		return a, f, nil
	}
	p, err := k.permit(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := k.noteSending(r.op); err != nil {
		p.Done(BudgetReport{})
		return nil, nil, err
	}
	if p, err = k.depart(ctx, p); err != nil {
		return nil, nil, err
	}
	if k.departs != nil {
		k.departs()
	}
	came := BudgetReport{Sent: true}
	defer func() { p.Done(came) }()
	if a, f = k.observed(ctx, r, target, resend); a != nil {
		now := k.client.clock.Now()
		came.Pause, came.Rates = pause(a.status, a.header, now), rates(a.header, k.client.rates, now)
	}
	came.Sent = a != nil || f == nil || f.sent
	return a, f, nil
}

// permit waits for the leave of the budgets.
func (k *call) permit(ctx context.Context) (BudgetPermit, *Error) {
	r := BudgetRequest{API: k.client.table.API.Name, Tenant: k.tenant(), Budgets: k.client.rates}
	if k.watch != nil {
		r.Waiting = func(d time.Duration) { k.watch.wait(ctx, d, WaitBudget) }
	}
	p, err := k.client.budgets.Acquire(ctx, r)
	if err != nil {
		return nil, k.noPermit(ctx, err)
	}
	return p, nil
}

// depart waits for the moment of a permit, and takes another one where it has been
// missed.
func (k *call) depart(ctx context.Context, p BudgetPermit) (BudgetPermit, *Error) {
	for missed := 0; ; missed++ {
		timed, ok := p.(TimedPermit)
		if !ok {
			return p, nil
		}
		onTime, cause := timed.Depart(ctx)
		if cause == nil && (onTime || missed == missable) {
			return p, nil
		}
		p.Done(BudgetReport{})
		if cause != nil {
			return nil, k.noPermit(ctx, cause)
		}
		var err *Error
		if p, err = k.permit(ctx); err != nil {
			return nil, err
		}
	}
}

// tenant is whose budgets the requests of a call are in.
func (k *call) tenant() Tenant {
	if k.secrets.scheme == nil {
		return Tenant{}
	}
	return k.secrets.tenant()
}

// noPermit is the error of a call that may not go out.
func (k *call) noPermit(ctx context.Context, cause error) *Error {
	if ctx.Err() != nil && errors.Is(cause, ctx.Err()) {
		return k.ended(ctx, 0)
	}
	b, ok := errors.AsType[*BudgetError](cause)
	if !ok {
		err := k.failed(CodeUnavailable, "the budgets cannot be asked: "+k.secrets.clean(cause.Error()))
		err.cause = cause
		return err
	}
	code := CodeRateLimited
	if b.Quota {
		code = CodeQuotaExhausted
	}
	err := k.failed(code, b.Error())
	err.RetryAfter, err.cause = b.Wait, b
	return err
}
