// Pages that are asked for together. Where the first answer tells how many there
// are, the requests for the next few go out while a page is still being used. The
// walk of paging.go does not change: it takes the answer to the request that it
// would send now from those that are under way, in the order of the list. When it
// would send another one than was foreseen, what is under way is thrown away and
// the list goes on page by page. So the result is the same, and only the waiting
// differs.

package runtime

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
)

// maxTogether is how many requests of one list may be under way at most.
const maxTogether = 16

// ahead are the requests that are under way for pages that come later: at most
// as many as are allowed, counting answers that wait for their turn. So a slow
// consumer holds them up.
type ahead struct {
	width   int // requests under way at most; below 2 the list goes page by page
	next    place
	have    int64 // items that are there before next, as far as can be foreseen
	last    *flight
	running sync.WaitGroup

	mu      sync.Mutex
	flights []*flight // in the order of the list
	failed  bool      // one of them has no answer: the list will not come further
}

// flight is one of the requests. The fields below done are set before it is
// closed.
type flight struct {
	page   page
	cancel context.CancelFunc
	gone   chan struct{} // closed when the budgets let it go, or it has ended: the next may go

	done     chan struct{}
	answer   *answer
	err      *Error
	panicked any // by a transport or a hand-written function of the host
}

// width is how many pages of the list may be asked for together.
func (w *walk) width() (n int, err *Error) {
	p, wanted := w.op.Paging, w.settings.together
	if wanted < 0 || wanted > maxTogether {
		return 0, w.failed(CodeInvalidInput, fmt.Sprintf("PagesTogether takes 1 to %d, not %d", maxTogether, wanted))
	}
	switch {
	case p.Together < 2 || !w.again() || w.op.Until != nil:
		return 1, nil
	case wanted > 0:
		return wanted, nil
	case w.client.together > 0:
		return w.client.together, nil
	}
	return p.Together, nil
}

// get returns the answer for the current page.
func (w *walk) get(ctx context.Context) (*answer, *Error) {
	f := w.ahead.take(w.call.page)
	if f == nil {
		return w.ask(ctx, w.values)
	}
	<-f.done
	f.cancel()
	if f.panicked != nil {
		panic(f.panicked)
	}
	return f.answer, f.err
}

// take returns the first of the flights when it is the request that is wanted
// now. If it is not, the API has said something else than it had promised: then
// they all end, and so does asking together.
func (a *ahead) take(wanted page) *flight {
	a.mu.Lock()
	if len(a.flights) == 0 {
		a.mu.Unlock()
		return nil
	}
	if first := a.flights[0]; first.page.is(wanted) {
		a.flights = slices.Delete(a.flights, 0, 1)
		a.mu.Unlock()
		return first
	}
	a.mu.Unlock()
	a.stop()
	return nil
}

// is reports whether both ask for the same.
func (p page) is(other page) bool {
	return p.in == other.in && p.url == other.url && slices.Equal(p.fields, other.fields)
}

// stop ends all that is under way and waits for it.
func (a *ahead) stop() {
	a.width = 1
	a.mu.Lock()
	for _, f := range a.flights {
		f.cancel()
	}
	a.flights = nil
	a.mu.Unlock()
	a.running.Wait()
}

// askAhead sends the requests for the pages that follow, from the next one on,
// as far as the answer promises them, the caller wants them and the width allows.
func (w *walk) askAhead(ctx context.Context, from place, page *cut) {
	a := &w.ahead
	if a.width < 2 {
		return
	}
	if !a.flying() {
		a.next, a.have = from, int64(w.state.Count)
	}
	for end := w.promised(page); a.next.number < end && w.admits(); {
		asks := w.wants(a.have)
		w.fly(ctx, w.request(a.next, asks))
		if w.op.Paging.Mode == PagingOffset {
			a.next.number, a.have = a.next.number+asks, a.have+asks
		} else {
			a.next.number, a.have = a.next.number+1, a.have+w.most
		}
	}
}

// flying reports whether anything is under way.
func (a *ahead) flying() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.flights) > 0
}

// admits reports whether one more page may be asked for. Beyond the bounds of
// the list none is wanted.
func (w *walk) admits() bool {
	a := &w.ahead
	a.mu.Lock()
	defer a.mu.Unlock()
	pages := int64(w.fetched + len(a.flights))
	switch {
	case a.failed || len(a.flights) >= a.width || pages >= w.maxPages || a.have >= w.limit:
		return false
	case w.kept && (pages >= maxPages || a.have >= maxItems):
		return false
	}
	return true
}

// promised is the place behind the last page, as the answer tells it; 0 when it
// does not.
func (w *walk) promised(page *cut) (end int64) {
	p := w.op.Paging
	n, ok := number(page.pages)
	if !ok || p.Mode == PagingOffset {
		if n, ok = number(page.total); !ok || w.asks < 1 {
			return 0
		}
		if p.Mode == PagingPage {
			n = n/w.asks + min(n%w.asks, 1)
		}
	}
	return p.First + min(n, math.MaxInt64/2)
}

// fly sends a request without waiting for its answer.
func (w *walk) fly(ctx context.Context, p page) {
	k := *w.call // for it alone: a call notes things on its way
	if k.page = p; k.made != nil {
		made := *k.made
		k.made = &made
	}
	ctx, cancel := context.WithCancel(ctx)
	a := &w.ahead
	f, before := &flight{page: p, cancel: cancel, gone: make(chan struct{}), done: make(chan struct{})}, a.last
	k.departs = sync.OnceFunc(func() { close(f.gone) })
	a.last = f
	a.mu.Lock()
	a.flights = append(a.flights, f)
	a.mu.Unlock()
	a.running.Go(func() {
		defer a.landed(f)
		defer k.departs()
		defer func() { f.panicked = recover() }()
		if before != nil && k.metered() {
			before.left(ctx)
		}
		f.answer, f.err = k.ask(ctx, k.values)
	})
}

// left waits until the budgets have let a request go: the pages of a list have
// their turns in order, so that what the budgets allow are the first ones.
func (f *flight) left(ctx context.Context) {
	select {
	case <-f.gone:
	case <-ctx.Done():
	}
}

// landed ends a flight. Without an answer the list ends there, so the requests
// for what comes behind it end too.
func (a *ahead) landed(f *flight) {
	defer close(f.done)
	if f.err == nil && f.panicked == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	behind := a.flights[slices.Index(a.flights, f)+1:] // all of them when f has been taken
	for _, later := range behind {
		later.cancel()
	}
	a.failed = true
}
