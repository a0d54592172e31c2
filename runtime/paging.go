// The pages of a list. A list always knows whether it is complete, why it
// stopped and where to go on; nothing is dropped without a word. This file walks;
// nextpage.go finds the way from one page to the next, doubt.go says what speaks
// against a list, resume.go names places, together.go asks for pages ahead.

package runtime

import (
	"context"
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
	Complete bool       // nothing is missing: the list was read to the end that the API gave it
	Stop     StopReason // why it ended
	// Resume is where to go on, for [ResumeAt]: the first item that is not in
	// the list. Empty when the list is complete, or when it has no pages.
	Resume string
	// Doubt says in words what speaks against the list, though it was read to
	// its end: the API counted otherwise while the pages were read, or gave the
	// same page twice. Items may then have moved from page to page, so that some
	// are here twice and others not at all. Empty when nothing does.
	Doubt string

	hidden bool // Resume holds what no text should show
}

// String tells in words how far the list came, and where to go on.
func (s ListState) String() string {
	items := fmt.Sprint(s.Count, " items")
	if s.Count == 1 {
		items = "1 item"
	}
	switch {
	case s.Complete:
		items += ", complete"
	case s.Stop == StopLimit:
		items += ", as many as were wanted"
	case s.Stop == StopSize:
		items += ", as many as fit"
	default:
		items += fmt.Sprintf(", incomplete (%s)", s.Stop)
	}
	if s.Resume != "" && !s.hidden {
		items += "; resume at " + s.Resume
	}
	if s.Doubt != "" {
		items += "; in doubt: " + s.Doubt
	}
	return items
}

// StopReason says why a list ended.
type StopReason string

// The reasons.
const (
	StopEnd      StopReason = "end"      // there is no more
	StopLimit    StopReason = "limit"    // the input wanted no more
	StopSize     StopReason = "size"     // the caller wanted no more bytes
	StopCap      StopReason = "cap"      // a limit of the runtime
	StopDeadline StopReason = "deadline" // the time was over
	StopBudget   StopReason = "budget"   // the API's rates allow no more
	StopCanceled StopReason = "canceled" // the caller: the context, or a loop that broke
	StopError    StopReason = "error"    // anything else
)

// walk is a list on its way.
type walk struct {
	*call
	collect bool              // pages hold their items one by one
	kept    bool              // the whole list is kept, so its size is bounded
	look    func(*cut) *Error // sees every page before it counts

	state    ListState
	at       place // the page to fetch
	began    int64 // number of the first page fetched
	size     int64 // items asked for in a page; 0 when the API chooses
	asks     int64 // items asked for in the current page
	limit    int64 // items wanted
	maxPages int64
	answer   *answer
	seen     seen  // the cursors and addresses asked for
	fetched  int   // pages
	read     int64 // items that the API gave, before any were left out
	most     int64 // items in the largest page
	bytes    int
	taken    int  // bytes of the items that are in the list, where the caller bounds them
	full     bool // no more bytes are wanted
	empty    int  // empty pages in a row
	resumed  bool // the list began somewhere else than at its beginning
	said     said // what the pages before told
	ahead    ahead
}

// run asks for one page after the other and gives each to use, until the end, a
// limit or an error. use returns how many items it took, and whether it wants
// more of the list.
func (w *walk) run(ctx context.Context, use func(*cut) (used int, more bool)) (state ListState, err *Error) {
	defer func() {
		state.hidden = state.Resume != "" && w.secrets.clean(state.Resume) != state.Resume
		w.settings.keep(state)
	}()
	defer w.ahead.stop()
	if err = w.start(ctx); err != nil {
		return w.stopped(err)
	}
	for {
		page, err := w.fetch(ctx)
		if err != nil {
			return w.stopped(err)
		}
		next := w.next(&page)
		whole := w.shorten(&page)
		if whole && next.more && !w.enough() {
			w.askAhead(ctx, next.place, &page)
		}
		used, more := use(&page)
		w.state.Count -= page.count - used
		if over, err := w.turned(&page, next, used, whole, more); over {
			return w.state, err
		}
	}
}

// turned notes that used items of a page are in the list, and moves to the next
// page. It reports whether the list is over, and why where that is an error.
func (w *walk) turned(page *cut, next onward, used int, whole, more bool) (over bool, err *Error) {
	switch {
	case used < page.count || !whole:
		w.state.Resume = w.inside(page, used)
		return true, w.leave(w.wanted(), used < page.count)
	case next.err != nil:
		w.state.Resume = w.behind(page)
		if !more {
			return true, w.leave(StopCanceled, true)
		}
		_, err = w.stopped(next.err)
		return true, err
	case !next.more:
		w.state.Complete, w.state.Resume = true, ""
		return true, w.leave(StopEnd, false)
	}
	w.at, w.state.Resume = next.place, next.place.text(w.op.Paging)
	if !more || w.enough() {
		return true, w.leave(StopLimit, !more)
	}
	if err = w.limits(page); err != nil {
		_, err = w.stopped(err)
	}
	return err != nil, err
}

// leave notes why a list ended that did not fail.
func (w *walk) leave(why StopReason, broken bool) *Error {
	if w.state.Stop = why; broken {
		w.state.Stop = StopCanceled
	}
	return nil
}

// start finds the first page, and takes the steps that come before it.
func (w *walk) start(ctx context.Context) (err *Error) {
	if err = w.bounds(); err != nil {
		return err
	}
	if len(w.op.Steps) > 0 {
		return w.steps(ctx, w.values)
	}
	return nil
}

// bounds reads where the list begins and how much of it is wanted.
func (w *walk) bounds() (err *Error) {
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
	w.began, w.state.Resume = w.at.number, w.at.text(p)
	if w.ahead.width, err = w.width(); err != nil {
		return err
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
	if n := w.settings.limit; n > 0 {
		w.limit = min(w.limit, int64(n))
	}
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

// fetch gets the current page, without the items that an earlier list took of it.
func (w *walk) fetch(ctx context.Context) (cut, *Error) {
	w.asks = w.wants(int64(w.state.Count))
	w.call.page = w.request(w.at, w.asks)
	a, err := w.get(ctx)
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
		err = w.compare(&page)
	}
	if err == nil && w.look != nil {
		err = w.look(&page)
	}
	if err != nil {
		return cut{}, err
	}
	w.fetched++
	w.bytes += len(a.body)
	w.drop(&page, w.at.skip)
	w.state.Count += page.count
	return page, nil
}

// wants is how many items a request asks for, when so many are there.
func (w *walk) wants(have int64) int64 {
	if w.op.Paging == nil || w.op.Paging.Mode == PagingPage { // the numbers of pages mean something for one size only
		return w.size
	}
	if left := w.limit - have; left < w.size {
		return min(w.size, left+int64(w.at.skip))
	}
	return w.size
}

// request says in a request which page it asks for.
func (w *walk) request(at place, asks int64) page {
	p := w.op.Paging
	if p == nil {
		return page{}
	}
	next := page{in: p.In, url: at.url}
	if p.In == "" {
		next.in = InQuery
	}
	switch p.Mode {
	case PagingCursor:
		if at.cursor != "" {
			next.fields = append(make([]field, 0, 2), field{p.Param, at.cursor})
		}
	case PagingURL, PagingLink:
	default:
		next.fields = append(make([]field, 0, 2), field{p.Param, strconv.FormatInt(at.number, 10)})
	}
	if p.Size != "" && asks > 0 {
		next.fields = append(next.fields, field{p.Size, strconv.FormatInt(asks, 10)})
	}
	return next
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

// drop takes the first n items out of a page.
func (w *walk) drop(page *cut, n int) {
	if n == 0 {
		return
	}
	if n > page.count {
		w.doubt(fmt.Sprintf("%d items of the page to resume in had been taken, but now it holds %d", n, page.count))
		n = page.count
	}
	page.result = elementsBetween(page.result, n, page.count)
	page.count -= n
	page.items = page.items[min(n, len(page.items)):]
}

// shorten cuts a page off where the caller wants no more items, and reports
// whether it stays whole.
func (w *walk) shorten(page *cut) (whole bool) {
	if w.op.Paging == nil {
		return true
	}
	came := page.count
	if over := int64(w.state.Count) - w.limit; over > 0 {
		w.keep(page, page.count-int(over))
	}
	if n := w.fitting(page); n < page.count {
		w.keep(page, n)
		w.full = true
	}
	return page.count == came
}

// keep keeps the first n items of a page.
func (w *walk) keep(page *cut, n int) {
	w.state.Count -= page.count - n
	page.count = n
	page.result = elementsBetween(page.result, 0, n)
	page.items = page.items[:min(n, len(page.items))]
}

// elementsBetween is a checked list with the elements from one index up to
// another.
func elementsBetween(list []byte, from, to int) []byte {
	s := scanner{b: list}
	index, start, end := 0, 1, 1
	s.array(0, 0, func(at int) int {
		next := s.value(at, 1)
		if index == from {
			start = at
		}
		if index++; index <= to {
			end = next
		}
		return next
	})
	if from >= to {
		start = end
	}
	return append(append(append(make([]byte, 0, end-start+2), '['), list[start:end]...), ']')
}

// enough reports whether the caller wants no more.
func (w *walk) enough() bool {
	return w.op.Paging != nil && (int64(w.state.Count) >= w.limit || int64(w.fetched) >= w.maxPages)
}

// limits stops a list that grows beyond all bounds. One that is read item by
// item may be of any length.
func (w *walk) limits(page *cut) *Error {
	w.empty++
	if page.came > 0 {
		w.empty = 0
	}
	switch {
	case w.empty == maxEmptyPages:
		return w.failed(CodeLimitReached, fmt.Sprintf("%d pages in a row were empty", maxEmptyPages))
	case !w.kept:
		return nil
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
