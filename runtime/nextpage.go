// The way from one page of a list to the next: by numbers, by cursors, or by
// addresses that the API gives. Every way ends: numbers must grow, cursors and
// addresses must not come back, and an address never leads to another server.

package runtime

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// onward is where a list goes on behind a page.
type onward struct {
	place place
	more  bool   // there is a next page
	err   *Error // nobody knows
}

// next reads where the list goes on.
func (w *walk) next(page *cut) (to onward) {
	p := w.op.Paging
	switch {
	case p == nil:
	case w.absent(w.answer.status):
	case p.Mode == PagingCursor:
		to.place, to.more, to.err = w.nextCursor(page)
	case p.Mode == PagingURL, p.Mode == PagingLink:
		to.place, to.more, to.err = w.nextURL(page)
	default:
		to.place, to.more, to.err = w.nextNumber(page)
		if to.err == nil && !to.more {
			to.err = w.ended(page)
		}
	}
	return to
}

// unknown is the error for an answer that does not tell whether the list goes
// on.
func (w *walk) unknown(path string) *Error {
	return w.failed(CodeUnexpectedResponse, fmt.Sprintf("%q is missing in the answer, so nobody knows whether the list goes on", path))
}

// nextNumber finds the next page number or offset.
func (w *walk) nextNumber(page *cut) (next place, more bool, err *Error) {
	p := w.op.Paging
	next = w.after(page)
	if p.Next != "" {
		if more, err = w.toldNumber(page, &next); err != nil || !more {
			return next, false, err
		}
	}
	if more, err = w.goesOn(page); err != nil || !more {
		return next, false, err
	}
	if next.number <= w.at.number {
		return next, false, w.failed(CodeUnexpectedResponse, fmt.Sprintf("the list does not move on: after %s %d comes %s %d",
			p.unit(), w.at.number, p.unit(), next.number))
	}
	return next, true, nil
}

// toldNumber reads the number of the next page.
func (w *walk) toldNumber(page *cut, next *place) (more bool, err *Error) {
	p := w.op.Paging
	if page.next == nil {
		return false, w.unknown(p.Next)
	}
	if page.next[0] == 'n' {
		return false, nil
	}
	number, perr := strconv.ParseInt(strings.Trim(string(page.next), `"`), 10, 64)
	if perr != nil {
		what := "the number of a page"
		if p.Mode == PagingOffset {
			what = "an offset"
		}
		return false, w.failed(CodeUnexpectedResponse, fmt.Sprintf("%q in the answer is %s, not %s", p.Next, describe(page.next), what))
	}
	next.number = number
	return true, nil
}

// after is the place behind the current page, as far as this side can count. An
// empty page in the middle is passed over as if it were full.
func (w *walk) after(page *cut) place {
	step := int64(1)
	if w.op.Paging.Mode == PagingOffset {
		if step = int64(page.came); step == 0 {
			step = w.asks
		}
	}
	if w.at.number > math.MaxInt64-step {
		return w.at
	}
	return place{number: w.at.number + step}
}

// goesOn reports whether the signs that the API gives say that there are more
// pages; any of them can end the list. Where the next page is told, that counts,
// and numbers beside it only say how much there is to ask for. Without any sign a
// page that is short or empty is the last.
func (w *walk) goesOn(page *cut) (more bool, err *Error) {
	p := w.op.Paging
	if p.More != "" {
		if more, err = w.flagged(page); err != nil || !more {
			return false, err
		}
	}
	if p.Next != "" {
		return true, nil
	}
	if p.Pages != "" {
		if more, err = w.pagesLeft(page); err != nil || !more {
			return false, err
		}
	}
	if p.Total != "" {
		if more, err = w.itemsLeft(page); err != nil || !more {
			return false, err
		}
	}
	if p.More != "" || p.Pages != "" || p.Total != "" {
		return true, nil
	}
	if p.Until == "short" && w.asks > 0 {
		return int64(page.came) >= w.asks, nil
	}
	return page.came > 0, nil
}

// flagged reads the flag that tells whether there is more.
func (w *walk) flagged(page *cut) (more bool, err *Error) {
	switch {
	case page.more == nil:
		return false, w.unknown(w.op.Paging.More)
	case page.more[0] == 'n':
		return false, nil
	}
	switch textOf(page.more) {
	case "true", "1":
		return true, nil
	case "false", "0", "":
		return false, nil
	}
	return false, w.failed(CodeUnexpectedResponse, fmt.Sprintf("%q in the answer is %s, not true or false", w.op.Paging.More, describe(page.more)))
}

// counted reads a number that tells how much there is.
func (w *walk) counted(path string, value []byte) (n int64, err *Error) {
	if value == nil {
		return 0, w.unknown(path)
	}
	n, perr := strconv.ParseInt(textOf(value), 10, 64)
	if perr != nil || n < 0 {
		return 0, w.failed(CodeUnexpectedResponse, fmt.Sprintf("%q in the answer is %s, not how many there are", path, describe(value)))
	}
	return n, nil
}

// pagesLeft compares the number of pages with the current one.
func (w *walk) pagesLeft(page *cut) (more bool, err *Error) {
	p := w.op.Paging
	n, err := w.counted(p.Pages, page.pages)
	if err != nil {
		return false, err
	}
	if p.Mode == PagingOffset {
		return int64(w.fetched) < n && page.came > 0, nil
	}
	return w.at.number-p.First+1 < n, nil
}

// itemsLeft compares the number of items with what has been seen. A page that is
// empty ends nothing while there could be items on a later one.
func (w *walk) itemsLeft(page *cut) (more bool, err *Error) {
	p := w.op.Paging
	n, err := w.counted(p.Total, page.total)
	if err != nil {
		return false, err
	}
	if p.Mode == PagingOffset {
		return w.after(page).number-p.First < n, nil
	}
	got, known := w.got()
	switch {
	case known && got >= n:
		return false, nil
	case page.came > 0 || w.most == 0 && w.asks == 0:
		return page.came > 0 || known, nil
	}
	return w.passedBy(n), nil
}

// passedBy reports whether full pages up to the current one would still not
// have been n items.
func (w *walk) passedBy(n int64) bool {
	size := w.most
	if size == 0 {
		size = w.asks
	}
	return w.at.number-w.op.Paging.First+1 < (n+size-1)/size
}

// nextCursor finds the next cursor.
func (w *walk) nextCursor(page *cut) (next place, more bool, err *Error) {
	p := w.op.Paging
	if p.More != "" && page.more != nil {
		if more, err = w.flagged(page); err != nil || !more {
			return next, false, err
		}
	}
	if next.cursor, err = w.cursor(page); err != nil {
		return next, false, err
	}
	if next.cursor == "" {
		if more {
			return next, false, w.failed(CodeUnexpectedResponse, fmt.Sprintf("%q says that there is more, but the answer has no cursor that leads there", p.More))
		}
		return next, false, nil
	}
	if w.been(w.at.cursor, next.cursor) {
		return next, false, w.failed(CodeUnexpectedResponse, "the list does not move on: the cursor of the next page has been there before")
	}
	return next, true, nil
}

// cursor reads the cursor of the next page; "" is none.
func (w *walk) cursor(page *cut) (text string, err *Error) {
	p := w.op.Paging
	switch {
	case p.Header != "":
		text = strings.TrimSpace(w.answer.header.Get(p.Header))
	case page.next == nil || page.next[0] == 'n' || page.next[0] == 'f':
		return "", nil
	case page.next[0] == '{' || page.next[0] == '[' || page.next[0] == 't':
		return "", w.failed(CodeUnexpectedResponse, fmt.Sprintf("%q in the answer is %s, not a cursor", p.Next, describe(page.next)))
	default:
		text = textOf(page.next)
	}
	if p.NextQuery != "" && text != "" {
		u, perr := url.Parse(text)
		if perr != nil {
			return "", w.failed(CodeUnexpectedResponse, fmt.Sprintf("%q in the answer is no address", p.Next))
		}
		text = u.Query().Get(p.NextQuery)
	}
	if p.In == InHeader && !headerValue(text) {
		return "", w.failed(CodeUnexpectedResponse, "the cursor of the next page has characters that a header cannot carry")
	}
	return text, nil
}

// nextURL finds the address of the next page.
func (w *walk) nextURL(page *cut) (next place, more bool, err *Error) {
	p := w.op.Paging
	if p.More != "" && page.more != nil {
		if more, err = w.flagged(page); err != nil || !more {
			return next, false, err
		}
	}
	text := ""
	switch {
	case p.Mode == PagingLink:
		text = nextLink(w.answer.header.Values("Link"))
	case p.Header != "":
		text = w.answer.header.Get(p.Header)
	case page.next == nil || page.next[0] == 'n' || page.next[0] == 'f':
	case page.next[0] != '"':
		return next, false, w.failed(CodeUnexpectedResponse, fmt.Sprintf("%q in the answer is %s, not an address", p.Next, describe(page.next)))
	default:
		text = unquote(page.next)
	}
	if text == "" {
		if more {
			return next, false, w.failed(CodeUnexpectedResponse, fmt.Sprintf("%q says that there is more, but the answer has no address that leads there", p.More))
		}
		return next, false, nil
	}
	if next.url, err = w.sameSite(text); err != nil {
		return next, false, err
	}
	if w.been(w.askedURL().String(), next.url.String()) {
		return next, false, w.failed(CodeUnexpectedResponse, "the list does not move on: the address of the next page has been there before")
	}
	return next, true, nil
}

// sameSite reads the address of a page. It may be relative, and must be on the
// server of the call, since the credential goes there.
func (w *walk) sameSite(text string) (*url.URL, *Error) {
	base, reason := w.base()
	if reason != "" {
		return nil, w.failed(CodeUnauthenticated, reason)
	}
	from := w.askedURL()
	if from == nil {
		from = base
	}
	u, err := from.Parse(text)
	if err != nil || strings.Contains(text, `\`) {
		return nil, w.failed(CodeUnexpectedResponse, "the address of the next page cannot be read")
	}
	u.Fragment, u.RawFragment, u.RawQuery, u.ForceQuery = "", "", escapeQuery(u.RawQuery), false
	if base.Scheme == "https" && u.Scheme == "http" && (u.Port() == "" || u.Port() == "80") { // kept on https
		u.Scheme, u.Host = "https", strings.TrimSuffix(u.Host, ":80")
	}
	if u.User != nil || origin(u) != origin(base) {
		return nil, w.failed(CodeUnexpectedResponse, "the next page is on another server ("+w.secrets.clean(u.Scheme+"://"+u.Host)+"), which the credential must not reach")
	}
	w.withoutKeys(u)
	return u, nil
}

// askedURL is the address of the current page, without the credential; nil
// before the first request.
func (w *walk) askedURL() *url.URL {
	if w.at.url != nil || w.answer == nil {
		return w.at.url
	}
	u := w.answer.url
	w.withoutKeys(&u)
	return &u
}

// withoutKeys takes the credential out of the query of an address: the request
// has it anyway, and the address is a place that may be shown.
func (w *walk) withoutKeys(u *url.URL) {
	if w.secrets.scheme == nil || u.RawQuery == "" {
		return
	}
	for _, part := range w.secrets.scheme.Send {
		if part.Query == "" {
			continue
		}
		kept := slices.DeleteFunc(strings.Split(u.RawQuery, "&"), func(pair string) bool {
			name, err := url.QueryUnescape(before(pair, "="))
			return err == nil && name == part.Query
		})
		u.RawQuery = strings.Join(kept, "&")
	}
}
