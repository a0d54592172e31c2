// The pages of a list. A list always knows whether it is complete, why it
// stopped and where to go on; nothing is dropped without a word. This file walks;
// nextpage.go finds the way from one page to the next.

package runtime

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"strconv"
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
	// the list, or not all of it. Empty when the list is complete, or when
	// nobody knows.
	Resume string
}

// StopReason says why a list ended.
type StopReason string

// The reasons.
const (
	StopEnd      StopReason = "end"      // there is no more
	StopLimit    StopReason = "limit"    // the caller wanted no more
	StopCap      StopReason = "cap"      // a limit of the runtime
	StopDeadline StopReason = "deadline" // the time was over
	StopBudget   StopReason = "budget"   // the API's rates allow no more
	StopCanceled StopReason = "canceled" // the caller
	StopError    StopReason = "error"    // anything else
)

// pages asks for one page after the other and gives each to use, until the end,
// a limit, an error, or use returns false. With collect the pages hold their
// items one by one.
func (k *call) pages(ctx context.Context, values []Value, collect bool, use func(cut) bool) (ListState, *Error) {
	w := walk{call: k, values: values, collect: collect}
	err := w.start(ctx)
	for err == nil {
		var page cut
		if page, err = w.fetch(ctx); err != nil {
			break
		}
		whole := w.shorten(&page)
		if !use(page) {
			w.state.Stop = StopCanceled
			return w.state, nil
		}
		if !whole {
			w.state.Stop = StopLimit
			return w.state, nil
		}
		w.passed(page)
		var more bool
		if more, err = w.advance(page); err == nil && !more {
			w.state.Complete, w.state.Stop, w.state.Resume = true, StopEnd, ""
			return w.state, nil
		}
		if err == nil && w.enough() {
			w.state.Stop = StopLimit
			return w.state, nil
		}
		if err == nil {
			err = w.limits(page)
		}
	}
	return w.stopped(err)
}

// walk is a list on its way.
type walk struct {
	*call
	values   []Value
	collect  bool
	state    ListState
	at       place // the page to fetch
	size     int64 // items asked for in a page; 0 when the API chooses
	asks     int64 // items asked for in the current page
	limit    int64 // items wanted
	maxPages int64
	answer   *answer
	seen     map[[sha256.Size]byte]bool // the cursors and addresses asked for
	fetched  int                        // pages
	bytes    int
	empty    int  // empty pages in a row
	resumed  bool // the list began somewhere else than at its beginning
}

// start takes the steps that come before, and finds the first page.
func (w *walk) start(ctx context.Context) (err *Error) {
	if len(w.op.Steps) > 0 {
		if err = w.steps(ctx, w.values); err != nil {
			return err
		}
	}
	p := w.op.Paging
	if p == nil {
		return nil
	}
	w.at.number = p.First
	w.limit, w.maxPages, w.size = math.MaxInt64, math.MaxInt64, int64(p.SizeValue)
	if w.settings.resume != "" {
		if w.at, err = w.resumeAt(w.settings.resume); err != nil {
			return err
		}
		w.resumed = true
	}
	for _, bound := range []struct {
		name string
		into *int64
	}{{p.Limit, &w.limit}, {p.MaxPages, &w.maxPages}, {p.SizeParam, &w.size}} {
		if bound.name == "" {
			continue
		}
		if err = w.bound(bound.name, bound.into); err != nil {
			return err
		}
	}
	w.state.Resume = w.at.text(p)
	return nil
}

// bound reads a parameter that bounds the list, where it is given.
func (w *walk) bound(name string, into *int64) *Error {
	v := w.op.argument(name, w.values)
	if v.kind == absentValue {
		return nil
	}
	f, err := strconv.ParseFloat(v.plain(), 64)
	if err != nil || f < 1 || f != math.Trunc(f) {
		return w.failed(CodeInvalidInput, name+" must be a whole number of at least 1")
	}
	*into = int64(min(f, math.MaxInt32))
	return nil
}

// fetch gets the current page.
func (w *walk) fetch(ctx context.Context) (cut, *Error) {
	w.turn()
	a, err := w.ask(ctx, w.values)
	if err == nil && w.op.Until != nil {
		a, err = w.until(ctx, w.values, a)
	}
	if err != nil {
		return cut{}, err
	}
	w.answer = a
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

// turn writes down which page the next request asks for.
func (w *walk) turn() {
	p := w.op.Paging
	if p == nil {
		return
	}
	next := page{in: p.In, url: w.at.url}
	if p.In == "" {
		next.in = InQuery
	}
	switch p.Mode {
	case PagingCursor:
		if w.at.cursor != "" {
			next.fields = append(make([]field, 0, 2), field{p.Param, w.at.cursor})
		}
	case PagingURL, PagingLink:
	default:
		next.fields = append(make([]field, 0, 2), field{p.Param, strconv.FormatInt(w.at.number, 10)})
	}
	w.asks = w.size
	if p.Mode != PagingPage { // the numbers of pages mean something for one size only
		w.asks = min(w.size, w.limit-int64(w.state.Count))
	}
	if p.Size != "" && w.asks > 0 {
		next.fields = append(next.fields, field{p.Size, strconv.FormatInt(w.asks, 10)})
	}
	w.call.page = next
}

// asked wants an answer to be the page that was asked for, where it tells: an
// API that ignores the page number would send the same items for ever.
func (w *walk) asked(page cut) *Error {
	if page.current == nil || page.current[0] == 'n' || !w.op.Paging.numbered() {
		return nil
	}
	if textOf(page.current) == strconv.FormatInt(w.at.number, 10) {
		return nil
	}
	return w.failed(CodeUnexpectedResponse, fmt.Sprintf("%s %d was asked for, but %q in the answer is %s",
		w.op.Paging.unit(), w.at.number, w.op.Paging.Current, describe(page.current)))
}

// shorten cuts a page off where the caller wants no more items, and reports
// whether it stays whole.
func (w *walk) shorten(page *cut) (whole bool) {
	over := int64(w.state.Count) - w.limit
	if w.op.Paging == nil || over <= 0 {
		return true
	}
	keep := page.count - int(over)
	w.state.Count -= int(over)
	page.count = keep
	page.result = firstElements(page.result, keep)
	if len(page.items) > keep {
		page.items = page.items[:keep]
	}
	if w.op.Paging.Mode == PagingOffset {
		w.state.Resume = place{number: w.at.number + int64(keep)}.text(w.op.Paging)
	}
	return false
}

// firstElements is a checked list without the elements after the first n.
func firstElements(list []byte, n int) []byte {
	s := scanner{b: list}
	seen, end := 0, 1
	s.array(0, 0, func(at int) int {
		next := s.value(at, 1)
		if seen++; seen <= n {
			end = next
		}
		return next
	})
	return append(append(make([]byte, 0, end+1), list[:end]...), ']')
}

// passed notes that the current page is in the list.
func (w *walk) passed(page cut) {
	p := w.op.Paging
	switch {
	case p == nil:
	case !p.numbered():
		w.state.Resume = "" // until the next one is known
	default:
		w.state.Resume = w.after(page).text(p)
	}
}

// enough reports whether the caller wants no more.
func (w *walk) enough() bool {
	return w.op.Paging != nil && (int64(w.state.Count) >= w.limit || int64(w.fetched) >= w.maxPages)
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
	if w.fetched > 0 && w.op.Paging != nil {
		err.text += w.note()
	}
	return w.state, err
}

// note tells in the text of an error how far a list came. A place that holds
// what no text should show stands in the state only.
func (w *walk) note() string {
	if at := w.state.Resume; at != "" && w.secrets.clean(at) == at {
		return noteOf(w.state)
	}
	return fmt.Sprintf(" (%d items are here; the list is incomplete)", w.state.Count)
}
