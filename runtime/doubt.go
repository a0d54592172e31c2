// What speaks against a list. An API that counts otherwise from page to page,
// or gives the same page again, has lists whose items move while they are read;
// nobody can mend that from outside, but it can be said. Where its own count says
// that items are missing, the list fails instead.

package runtime

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
)

// said is what the pages before the current one told.
type said struct {
	pages, total tally
	list         []byte // the elements of the last page that had some
	same         int    // pages in a row with the same elements
	short        bool   // the page before held fewer items than were asked for
	size         int64  // that pages have in truth, where it is less than was asked for
}

// tally is a number that every page should tell alike.
type tally struct {
	known bool
	n     int64
}

// doubt notes what speaks against the list; the first word stays.
func (w *walk) doubt(what string) {
	if w.state.Doubt == "" {
		w.state.Doubt = what
	}
}

// compare holds a page against those before it.
func (w *walk) compare(page *cut) *Error {
	p := w.op.Paging
	if p == nil {
		return nil
	}
	if w.absent(w.answer.status) {
		w.vanished()
		return nil
	}
	w.tallied(&w.said.pages, p.Pages, page.pages)
	w.tallied(&w.said.total, p.Total, page.total)
	if w.said.short && page.came > 0 {
		w.said.size = max(w.most, int64(page.came))
	}
	w.said.short = int64(page.came) < w.asks
	w.read += int64(page.came)
	w.most = max(w.most, int64(page.came))
	if page.came == 0 || !p.numbered() {
		return nil
	}
	same := bytes.Equal(w.said.list, page.result)
	if !same && w.shifted(page) {
		w.doubt(fmt.Sprintf("%s %d begins with the item that ended the page before it", p.unit(), w.at.number))
	}
	w.said.list = page.result
	if same && p.Current == "" && p.Next == "" {
		return w.repeated()
	}
	w.said.same = 1
	return nil
}

// tallied compares a number with what an earlier page told.
func (w *walk) tallied(t *tally, path string, value []byte) {
	n, ok := number(value)
	if path == "" || !ok {
		return
	}
	if t.known && t.n != n {
		w.doubt(fmt.Sprintf("%q changed from %d to %d while the list was read", path, t.n, n))
	}
	*t = tally{true, n}
}

// vanished looks at an answer that says that there is nothing: if there should
// be, the list has become shorter.
func (w *walk) vanished() {
	p, got := w.op.Paging, w.read
	if w.fetched > 0 && (!p.numbered() || p.Next != "" || p.More != "") {
		w.doubt("the page before the end told of another one, which is not there")
	}
	if t := w.said.pages; t.known && w.at.number-p.First < t.n {
		w.doubt(fmt.Sprintf("%q was %d, but %s %d is not there", p.Pages, t.n, p.unit(), w.at.number))
	}
	if t := w.said.total; t.known && !w.resumed && got < t.n {
		w.doubt(fmt.Sprintf("%q was %d, but the pages hold %d items", p.Total, t.n, got))
	}
}

// shifted reports whether a page begins with the item that ended the page before:
// then one has been put in front while the list was read.
func (w *walk) shifted(page *cut) bool {
	if len(w.said.list) < 3 {
		return false
	}
	c := inside(page.result)
	if !c.more() || c.first() != '{' {
		return false
	}
	return bytes.HasSuffix(inList(w.said.list), c.skip())
}

// repeated notes a page with the items of the page before. Where nothing tells
// the pages apart the API seems not to look at the page number, and the list
// would have no end.
func (w *walk) repeated() *Error {
	p := w.op.Paging
	w.doubt(fmt.Sprintf("%s %d holds the same items as the page before it", p.unit(), w.at.number))
	if w.said.same++; w.said.same < maxSamePages || p.Pages != "" || p.Total != "" {
		return nil
	}
	return w.failed(CodeUnexpectedResponse, fmt.Sprintf("%d pages in a row hold the same items, so the API seems not to look at %q", maxSamePages, p.Param))
}

// maxSamePages is how many pages in a row may be the same where the API tells
// nothing else of where the list is.
const maxSamePages = 10

// number reads a count as it may stand in an answer: 3, "3".
func number(value []byte) (n int64, ok bool) {
	if value == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(textOf(value), 10, 64)
	return n, err == nil && n >= 0
}

// ended looks at a list that is over by what the answer says of the next page:
// its count of pages and items should agree. Where the next page is told, that
// counts and the rest is a doubt; otherwise items are missing, and that is an
// error.
func (w *walk) ended(page *cut) *Error {
	p := w.op.Paging
	what := w.missing(page)
	w.exceeded(page)
	switch {
	case what == "" || w.absent(w.answer.status):
		return nil
	case p.Next != "":
		w.doubt(what)
		return nil
	}
	return w.failed(CodeUnexpectedResponse, what)
}

// missing says what of a list that is over the API counts and has not given.
func (w *walk) missing(page *cut) string {
	p := w.op.Paging
	if n, ok := number(page.total); ok {
		if got, known := w.got(); known && got < n {
			return fmt.Sprintf("%q in the answer is %d, but the pages hold %d items", p.Total, n, got)
		}
	}
	if n, ok := number(page.pages); ok && w.at.number-p.First+1 < n {
		return fmt.Sprintf("%q in the answer is %d, but the list ended with %s %d", p.Pages, n, p.unit(), w.at.number)
	}
	return ""
}

// exceeded notes that there are more items than the API counts, so nobody knows
// whether it counts the others.
func (w *walk) exceeded(page *cut) {
	n, ok := number(page.total)
	got, known := w.got()
	switch {
	case !ok || !known || got <= n || w.absent(w.answer.status):
	case w.resumed && w.read == 0:
		w.doubt(fmt.Sprintf("%q in the answer is %d, so the place to resume at is behind the end", w.op.Paging.Total, n))
	default:
		w.doubt(fmt.Sprintf("%q in the answer is %d, but the pages hold %d items", w.op.Paging.Total, n, got))
	}
}

// got is how many items of the whole list are behind, those before the place
// where it was resumed included, as far as that can be known.
func (w *walk) got() (n int64, known bool) {
	switch {
	case !w.resumed:
		return w.read, true
	case w.began > math.MaxInt32:
		return 0, false
	case w.op.Paging.Mode == PagingOffset:
		return w.began - w.op.Paging.First + w.read, true
	case w.said.size > 0:
		return (w.began-w.op.Paging.First)*w.said.size + w.read, true
	case w.asks > 0:
		return (w.began-w.op.Paging.First)*w.asks + w.read, true
	}
	return 0, false
}
