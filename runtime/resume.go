// Where a list goes on: the places of pages as texts, for callers to keep and to
// give back with [ResumeAt].

package runtime

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// place is where a page of a list is, and how many of its items are behind.
type place struct {
	number int64    // page or offset
	cursor string   // "" at the beginning
	url    *url.URL // nil at the beginning
	skip   int      // items of the page that are not wanted again
}

// numbered reports whether the pages are found by numbers.
func (p *Paging) numbered() bool {
	return p.Mode != PagingCursor && p.Mode != PagingURL && p.Mode != PagingLink
}

// unit names what a place is of.
func (p *Paging) unit() string {
	switch p.Mode {
	case PagingOffset:
		return "offset"
	case PagingCursor:
		return "cursor"
	case PagingURL, PagingLink:
		return "url"
	}
	return "page"
}

// text is a place as [ListState].Resume tells it: page=3, offset=100, cursor=abc
// or url=https://…; skip=7&page=3 is inside of page 3, behind its first 7 items.
func (at place) text(p *Paging) string {
	inside := ""
	if at.skip > 0 {
		inside = "skip=" + strconv.Itoa(at.skip) + "&"
	}
	switch {
	case p.Mode == PagingCursor:
		return inside + "cursor=" + at.cursor
	case p.numbered():
		return inside + p.unit() + "=" + strconv.FormatInt(at.number, 10)
	case at.url == nil:
		return inside + "url="
	}
	return inside + "url=" + at.url.String()
}

// resumeAt reads a place that an earlier list named.
func (w *walk) resumeAt(text string) (at place, err *Error) {
	p := w.op.Paging
	rest, skip, ok := cutSkip(text)
	value, named := strings.CutPrefix(rest, p.unit()+"=")
	switch {
	case !ok || !named:
		return place{}, w.noPlace(text)
	case p.Mode == PagingCursor:
		return place{cursor: value, skip: skip}, nil
	case p.numbered():
		number, perr := strconv.ParseInt(value, 10, 64)
		if perr != nil || number < p.First {
			return place{}, w.noPlace(text)
		}
		return place{number: number, skip: skip}, nil
	case value == "":
		return place{skip: skip}, nil
	}
	u, err := w.sameSite(value)
	if err != nil {
		return place{}, w.noPlace(text)
	}
	return place{url: u, skip: skip}, nil
}

// cutSkip takes the number of items off the beginning of a place.
func cutSkip(text string) (rest string, skip int, ok bool) {
	after, found := strings.CutPrefix(text, "skip=")
	if !found {
		return text, 0, true
	}
	digits, rest, found := strings.Cut(after, "&")
	n, err := strconv.ParseUint(digits, 10, 31)
	return rest, int(n), found && err == nil
}

// noPlace is the error for a place that no list of this kind has named.
func (w *walk) noPlace(text string) *Error {
	p := w.op.Paging
	example := map[string]string{"offset": "offset=100", "cursor": "cursor=…", "url": "url=…"}[p.unit()]
	if example == "" {
		example = "page=" + strconv.FormatInt(p.First+1, 10)
	}
	return w.failed(CodeInvalidInput, fmt.Sprintf("%q is no place to resume this list at; give the one that the list named, such as %s", text, example))
}

// inside is the place behind the first used items of the current page.
func (w *walk) inside(page *cut, used int) string {
	p := w.op.Paging
	if p == nil {
		return ""
	}
	at := w.at
	at.skip += used
	if p.Mode == PagingOffset && page.sifted == 0 { // an offset says it by itself
		at.number, at.skip = at.number+int64(at.skip), 0
	}
	return at.text(p)
}

// behind is the place behind the current page when the answer does not tell the
// next: the number that follows, or the end of the same page, which may tell when
// it is asked again.
func (w *walk) behind(page *cut) string {
	p := w.op.Paging
	if next := w.after(page); p.numbered() && next.number > w.at.number {
		return next.text(p)
	}
	return w.inside(page, page.count)
}
