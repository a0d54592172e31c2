// The elements of a list's pages on their way into its envelope. Where the
// answers tell how many pages there are, the envelope is made room for once,
// each page is copied to its place in it, and the memory of the page is used for
// a later one. Otherwise the pages are kept as they came, and joined at the end.
// Either way no element is copied twice.

package runtime

import (
	"context"
	"slices"
	"strconv"
	"sync"
)

// gathering is the list of an envelope on its way.
type gathering struct {
	*call
	parts [][]byte // the elements of each page, where nobody knows how many will come
	out   []byte   // or the envelope so far
	begin int      // of the elements in it
	pages int      // that have been gathered
	last  []byte   // body of the page before
}

// invokeList makes the envelope of a list.
func (k *call) invokeList(ctx context.Context) Envelope {
	g := gathering{call: k}
	k.bodies = &bodies{}
	w := walk{call: k, kept: true}
	state, err := w.run(ctx, func(page *cut) (used int, more bool) {
		g.add(page)
		return page.count, true
	})
	if err != nil {
		e := failure(k.op, err, g.elements())
		e.List = &state
		return e
	}
	return Envelope{JSON: g.envelope(), List: &state}
}

// add takes the elements of a page. The walk looks back at the last page that had
// some (doubt.go), so when one has come the memory of the one before is free.
func (g *gathering) add(page *cut) {
	inner, more := inList(page.result), g.more(page)
	if g.pages++; g.pages == 1 && more > 0 {
		g.out = append(g.opened(len(inner)+1, more), '[')
		g.begin = len(g.out)
	}
	switch {
	case g.out == nil:
		if len(inner) > 0 {
			g.parts = append(g.parts, inner)
		}
		return
	case len(inner) > 0:
		g.room(len(inner)+1, more)
		if len(g.out) > g.begin {
			g.out = append(g.out, ',')
		}
		g.out = append(g.out, inner...)
	}
	if page.came > 0 {
		g.bodies.give(g.last)
	}
	g.last = page.answer.body
}

// more is how many pages come behind this one, as far as its answer tells.
func (g *gathering) more(page *cut) int {
	pages, behind := toldCount(page.pages), g.pages+1
	if at := toldCount(page.current); at > 0 && g.op.Paging.Mode == PagingPage {
		behind = at - int(g.op.Paging.First) + 1 // the list may have been resumed
	}
	if pages == 0 && page.count > 0 {
		pages = (toldCount(page.total) + page.count - 1) / page.count
	}
	return max(0, min(pages, maxPages)-behind)
}

// toldCount is a number in an answer, 0 when it is none or too large to be believed.
func toldCount(value []byte) int {
	if len(value) == 0 || len(value) > 9 {
		return 0
	}
	n, err := strconv.Atoi(string(value))
	if err != nil {
		return 0
	}
	return max(0, n)
}

// opened begins the envelope, with room for a page and for those that come.
func (g *gathering) opened(page, more int) []byte {
	return appendSuccess(make([]byte, 0, len(g.op.Result.Field)+64+page+foreseen(page, more, page)), g.op, nil)
}

// room makes room for a page, and for those that come if they are like the ones
// so far.
func (g *gathering) room(page, more int) {
	if there := len(g.out) + page; cap(g.out) < there+len(`]}`) {
		g.out = slices.Grow(g.out, page+len(`]}`)+foreseen(there/g.pages, more, there))
	}
}

// foreseen is the room for more pages of an average size, with a little to spare.
// What an API promises is believed up to 64 times what is there.
func foreseen(average, more, there int) int {
	rest := min(average*more, 64*there)
	return rest + rest/32
}

// elements are the elements gathered so far, for an envelope that fails.
func (g *gathering) elements() [][]byte {
	if len(g.out) > g.begin {
		return [][]byte{g.out[g.begin:]}
	}
	return g.parts
}

// envelope ends the envelope.
func (g *gathering) envelope() []byte {
	if g.out != nil {
		return append(g.out, `]}`...)
	}
	out := appendSuccess(make([]byte, 0, sizeOf(g.parts)+len(g.op.Result.Field)+64), g.op, nil)
	return append(appendList(out, g.parts), '}')
}

// bodies is the memory of bodies that nobody looks at any more. It lives as long
// as one call.
type bodies struct {
	mu   sync.Mutex
	free [][]byte
}

func (b *bodies) give(body []byte) {
	if cap(body) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free = append(b.free, body[:0])
}

// take returns memory for a body of about that size; the next one may be a little
// larger.
func (b *bodies) take(size int) []byte {
	if b == nil {
		return make([]byte, 0, size)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if last := len(b.free) - 1; last >= 0 && cap(b.free[last]) >= size {
		body := b.free[last]
		b.free = b.free[:last]
		return body
	}
	return make([]byte, 0, size+size/32)
}
