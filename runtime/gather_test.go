// The list of an envelope, gathered page by page: the same whatever the API says
// of the number of pages, and never more memory than was earned.

package runtime

import (
	"fmt"
	"math/rand/v2"
	goruntime "runtime"
	"strings"
	"testing"
)

// books are pages of items that differ in number and size; count is what each
// page says of how many there are.
func books(pages int, count string, random *rand.Rand) *memory {
	m := &memory{}
	for page := range pages {
		var items []string
		for i := range random.IntN(9) {
			items = append(items, fmt.Sprintf(`{"id":"%d-%d","text":"%s"}`, page, i, strings.Repeat(string(rune('a'+page%26)), random.IntN(600))))
		}
		next := "null"
		if page < pages-1 {
			next = fmt.Sprint(page + 1)
		}
		m.pages = append(m.pages, fmt.Appendf(nil, `{"data":[ %s ],"meta":{"page_count":%s,"current_page":%d,"next_page":%s}}`, strings.Join(items, ", "), count, page, next))
	}
	return m
}

func TestGather(t *testing.T) {
	for seed := range uint64(40) {
		pages := 1 + int(seed)%13
		want := newTestClient(t, Options{Transport: books(pages, "0", rand.New(rand.NewPCG(seed, 1)))}).Call(t.Context(), "list_things", token(), nil)
		if want.Err != nil {
			t.Fatal(want.Err)
		}
		for _, count := range []int{pages, pages + 1, 3 * pages, 1_000_000_000} {
			c := clientOf(t, tableOf(&demoAPI, countedThings()), Options{Transport: books(pages, fmt.Sprint(count), rand.New(rand.NewPCG(seed, 1)))})
			if got := c.Call(t.Context(), "list_things", token(), nil); string(got.JSON) != string(want.JSON) {
				t.Fatalf("seed %d: with a count of %d: %.300s, want %.300s", seed, count, got.JSON, want.JSON)
			}
		}
	}
}

func TestToldCount(t *testing.T) {
	for text, want := range map[string]int{``: 0, `0`: 0, `7`: 7, `-7`: 0, `999999999`: 999999999, `1000000000`: 0, `1e3`: 0, `2.5`: 0, `"7"`: 0, `null`: 0, `[]`: 0} {
		if got := toldCount([]byte(text)); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
}

// TestGatherFailure keeps what is there when a page fails, in both ways.
func TestGatherFailure(t *testing.T) {
	for _, count := range []string{"5", "null"} {
		m := books(5, count, rand.New(rand.NewPCG(7, 7)))
		m.pages[3] = []byte(`{"data":`)
		e := clientOf(t, tableOf(&demoAPI, countedThings()), Options{Transport: m}).Call(t.Context(), "list_things", token(), nil)
		if e.Err == nil || e.List.Count == 0 {
			t.Fatalf("count %s: %v, %+v", count, e.Err, e.List)
		}
		_, values := members(t, e.JSON)
		if n := elements(values[2]); n != e.List.Count {
			t.Errorf("count %s: %d items are there, the state says %d", count, n, e.List.Count)
		}
	}
}

// TestGatherPromises holds what is allocated for a small page that promises a
// great many to a small multiple of it.
func TestGatherPromises(t *testing.T) {
	op := countedThings()
	page := []byte(`{"data":[{"id":"` + strings.Repeat("x", 10_000) + `"}],"meta":{"page_count":999999999,"current_page":0,"next_page":null}}`)
	e := clientOf(t, tableOf(&demoAPI, op), Options{Transport: &memory{pages: [][]byte{page}}}).Call(t.Context(), "list_things", token(), nil)
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	if most := 70 * len(page); cap(e.JSON) > most {
		t.Errorf("the envelope of a page of %d bytes has room for %d, want at most %d", len(page), cap(e.JSON), most)
	}
}

// TestGatherMemory holds what a long counted list allocates to what its envelope
// needs, and a little for each page: neither the pages nor smaller envelopes are
// left behind.
func TestGatherMemory(t *testing.T) {
	const pages = 600
	m := books(pages, fmt.Sprint(pages), rand.New(rand.NewPCG(3, 3)))
	c := clientOf(t, tableOf(&demoAPI, countedThings()), Options{Transport: m})
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	e := c.Call(t.Context(), "list_things", token(), nil)
	goruntime.ReadMemStats(&after)
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	most := uint64(len(e.JSON)*3/2 + pages*4096)
	if got := after.TotalAlloc - before.TotalAlloc; got > most {
		t.Errorf("an envelope of %d bytes took %d, want at most %d", len(e.JSON), got, most)
	}
}

// TestBodiesAreUsedAgain wants the memory of a counted list to be that of its
// envelope and of a few pages, not of all.
func TestBodiesAreUsedAgain(t *testing.T) {
	var b bodies
	first := b.take(1000)
	b.give(append(first, "secret"...))
	again := b.take(900)
	if cap(again) != cap(first) || len(again) != 0 {
		t.Errorf("cap %d, len %d, want %d, 0", cap(again), len(again), cap(first))
	}
	if other := b.take(900); cap(other) < 900 {
		t.Errorf("a second body has room for %d", cap(other))
	}
	b.give(again)
	if large := b.take(5000); cap(large) < 5000 {
		t.Errorf("a larger body has room for %d", cap(large))
	}
}
