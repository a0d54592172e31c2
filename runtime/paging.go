// The pages of a list. A list always knows whether it is complete, why it
// stopped and where to go on; nothing is dropped without a word.

package runtime

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// List is the result of a list action.
type List struct {
	Items []Object
	ListState
}

// ListState tells how far a list came.
type ListState struct {
	Count    int        // items
	Complete bool       // nothing is missing
	Stop     StopReason // why it ended
	// Resume is where to go on, for [ResumeAt]: the first page that is not in
	// the list. Empty when the list is complete.
	Resume string
}

// StopReason says why a list ended.
type StopReason string

// The reasons.
const (
	StopEnd      StopReason = "end"      // there is no more
	StopCap      StopReason = "cap"      // a limit of the runtime
	StopDeadline StopReason = "deadline" // the time was over
	StopBudget   StopReason = "budget"   // the API's rates allow no more
	StopCanceled StopReason = "canceled" // the caller
	StopError    StopReason = "error"    // anything else
)

// pages asks for one page after the other and gives each to use, until the end,
// an error, or use returns false. With collect the pages hold their items one by
// one.
func (k *call) pages(ctx context.Context, values []Value, collect bool, use func(cut) bool) (ListState, *Error) {
	w := walk{call: k, values: values, collect: collect}
	err := w.start()
	for err == nil {
		var page cut
		if page, err = w.fetch(ctx); err != nil {
			break
		}
		if !use(page) {
			w.state.Stop = StopCanceled
			return w.state, nil
		}
		w.passed()
		var more bool
		if more, err = w.advance(page); err == nil && !more {
			w.state.Complete, w.state.Stop, w.state.Resume = true, StopEnd, ""
			return w.state, nil
		}
	}
	return w.stopped(err)
}

// walk is a list on its way.
type walk struct {
	*call
	values  []Value
	collect bool
	state   ListState
	page    int64 // the page to fetch
	fetched int   // pages
	bytes   int
	empty   int // empty pages in a row
}

func (w *walk) start() *Error {
	if w.op.Paging == nil {
		return nil
	}
	w.page = w.op.Paging.First
	if at := w.settings.resume; at != "" {
		number, ok := strings.CutPrefix(at, "page=")
		page, err := strconv.ParseInt(number, 10, 64)
		if !ok || err != nil || page < w.op.Paging.First {
			return w.failed(CodeInvalidInput, fmt.Sprintf("%q is no place to resume this list at; give the one that the list named, such as %s",
				at, position(w.op.Paging.First+1)))
		}
		w.page = page
	}
	w.state.Resume = position(w.page)
	return nil
}

func position(page int64) string { return "page=" + strconv.FormatInt(page, 10) }

// fetch gets the current page.
func (w *walk) fetch(ctx context.Context) (cut, *Error) {
	r, reason := w.newRequest(w.values, w.page)
	if reason != "" {
		return cut{}, w.failed(CodeInvalidInput, reason)
	}
	a, err := w.send(ctx, r)
	if err != nil {
		return cut{}, err
	}
	page, err := w.take(a, w.collect)
	if err == nil {
		err = w.asked(page)
	}
	if err == nil {
		w.fetched++
		w.bytes += len(a.body)
		w.state.Count += page.count
	}
	return page, err
}

// asked wants an answer to be the page that was asked for, where it tells: an
// API that ignores the page number would send the same items for ever.
func (w *walk) asked(page cut) *Error {
	if page.current == nil || page.current[0] == 'n' || strings.Trim(string(page.current), `"`) == strconv.FormatInt(w.page, 10) {
		return nil
	}
	return w.failed(CodeUnexpectedResponse, fmt.Sprintf("page %d was asked for, but %q in the answer is %s", w.page, w.op.Paging.Current, describe(page.current)))
}

// passed notes that the current page is in the list.
func (w *walk) passed() {
	if w.op.Paging != nil {
		w.state.Resume = position(w.page + 1)
	}
}

// advance moves to the next page and reports whether there is one.
func (w *walk) advance(page cut) (more bool, err *Error) {
	p := w.op.Paging
	if p == nil {
		return false, nil
	}
	if page.next == nil {
		return false, w.failed(CodeUnexpectedResponse, fmt.Sprintf("%q is missing in the answer, so nobody knows whether the list goes on", p.Next))
	}
	if page.next[0] == 'n' {
		return false, nil
	}
	next, perr := strconv.ParseInt(strings.Trim(string(page.next), `"`), 10, 64)
	if perr != nil {
		return false, w.failed(CodeUnexpectedResponse, fmt.Sprintf("%q in the answer is %s, not the number of a page", p.Next, describe(page.next)))
	}
	if next <= w.page {
		return false, w.failed(CodeUnexpectedResponse, fmt.Sprintf("the list does not move on: after page %d comes page %d", w.page, next))
	}
	w.page = next
	w.state.Resume = position(next)
	return true, w.limits(page)
}

// limits stops a list that grows beyond all bounds.
func (w *walk) limits(page cut) *Error {
	w.empty++
	if page.count > 0 {
		w.empty = 0
	}
	switch {
	case w.empty == maxEmptyPages:
		return w.failed(CodeLimitReached, fmt.Sprintf("%d pages in a row were empty", maxEmptyPages))
	case w.fetched >= maxPages:
		return w.failed(CodeLimitReached, fmt.Sprintf("the list has more than %d pages", maxPages))
	case w.state.Count >= maxItems:
		return w.failed(CodeLimitReached, fmt.Sprintf("the list has more than %d items", maxItems))
	case w.bytes >= maxListBytes:
		return w.failed(CodeLimitReached, fmt.Sprintf("the list is larger than %d MiB", maxListBytes>>20))
	}
	return nil
}

// stopped ends a list that failed: the error says what is there and where to
// go on.
func (w *walk) stopped(err *Error) (ListState, *Error) {
	switch err.Code {
	case CodeTimeout:
		w.state.Stop = StopDeadline
	case CodeCanceled:
		w.state.Stop = StopCanceled
	case CodeRateLimited, CodeQuotaExhausted:
		w.state.Stop = StopBudget
	case CodeLimitReached:
		w.state.Stop = StopCap
	default:
		w.state.Stop = StopError
	}
	if w.fetched > 0 && w.state.Resume != "" {
		err.text += w.state.note()
	}
	return w.state, err
}
