// The context of one attempt. It ends with the call, when the attempt has lasted
// too long, and when the transport wants to send the request again by itself.

package runtime

import (
	"context"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// attemptContext is the context of one attempt. The timer and the trace that it
// stands for are made when a transport first looks at it: one that needs neither,
// such as one that answers from memory, does not pay for them.
type attemptContext struct {
	parent   context.Context
	deadline time.Time

	mu     sync.Mutex
	made   context.Context // nil until it is asked for
	cancel context.CancelFunc
	over   bool

	asked    atomic.Bool // a connection has been asked for
	unsent   atomic.Bool // and not been had yet: nothing can have reached the API
	replayed atomic.Bool // a second one has been asked for
	stalled  atomic.Bool // the answer's body has (idle.go)
}

func newAttemptContext(parent context.Context, limit time.Duration) *attemptContext {
	return &attemptContext{parent: parent, deadline: time.Now().Add(limit)}
}

func (a *attemptContext) Deadline() (time.Time, bool) { return a.full().Deadline() }
func (a *attemptContext) Done() <-chan struct{}       { return a.full().Done() }
func (a *attemptContext) Err() error                  { return a.full().Err() }
func (a *attemptContext) Value(key any) any           { return a.full().Value(key) }

// full makes what the context stands for, once.
func (a *attemptContext) full() context.Context {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.made == nil {
		var ctx context.Context
		ctx, a.cancel = context.WithDeadline(a.parent, a.deadline)
		a.made = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GetConn: a.getConn, GotConn: a.gotConn})
		if a.over {
			a.cancel()
		}
	}
	return a.made
}

// end ends the attempt.
func (a *attemptContext) end() {
	a.mu.Lock()
	a.over = true
	cancel := a.cancel
	a.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// getConn hears that the transport asks for a connection. It asks for a second
// one when it wants to send the request again by itself, because the first was
// closed under it before the API took the request up (or, for reads, whatever
// the API did). That is for retry.go to decide, and for the budget to count, so
// the attempt ends there.
func (a *attemptContext) getConn(string) {
	a.unsent.Store(true)
	if a.asked.Swap(true) {
		a.replayed.Store(true)
		a.end()
	}
}

func (a *attemptContext) gotConn(httptrace.GotConnInfo) { a.unsent.Store(false) }
