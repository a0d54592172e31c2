// Pages asked for together, and lists that are read item by item: how far ahead
// they go, how long they take in a time of their own, and that nothing is left
// behind. That they make the same list is in paging_cases_test.go.

package runtime

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// countingAPI is a list of that many pages with two items each, where every page
// takes a while.
func countingAPI(pages int, takes time.Duration, fault func(n int) step) *script {
	return play(func(r *http.Request) (*http.Response, error) {
		connected(r, true)
		select {
		case <-time.After(takes):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
		n, _ := strconv.Atoi(r.URL.Query().Get("page"))
		if fault != nil {
			if s := fault(n); s != nil {
				return s(r)
			}
		}
		return response(200, strings.NewReader(fmt.Sprintf(`{"data":[{"id":"%da"},{"id":"%db"}],"pages":%d}`, n, n, pages))), nil
	})
}

var countedPages = Paging{Mode: PagingPage, Param: "page", First: 1, Pages: "pages", Together: 4, MaxPages: "pages"}

func countedList(t testing.TB, s *script, o Options) *Client {
	o.Transport = s
	return clientOf(t, tableOf(&demoAPI, walking(countedPages)), o)
}

// TestTogetherTakes: fifty pages of 50 ms take one page, and as many rounds as the
// width leaves of the others.
func TestTogetherTakes(t *testing.T) {
	for width, rounds := range map[int]int{1: 49, 2: 25, 4: 13, 8: 7, 16: 4} {
		synctest.Test(t, func(t *testing.T) {
			api := countingAPI(50, 50*time.Millisecond, nil)
			start := time.Now()
			e := countedList(t, api, Options{PagesTogether: width}).Call(t.Context(), "walk", token(), nil)
			if took, want := time.Since(start), time.Duration(1+rounds)*50*time.Millisecond; took != want || e.List.Count != 100 || !e.List.Complete || api.count() != 50 {
				t.Errorf("%d together: %s, want %s; %v after %d requests", width, took, want, e.List, api.count())
			}
		})
	}
}

// TestTogetherWindow: however slow the consumer is, no page beyond the window is
// asked for.
func TestTogetherWindow(t *testing.T) {
	for _, width := range []int{1, 2, 4, 16} {
		synctest.Test(t, func(t *testing.T) {
			api := countingAPI(60, time.Millisecond, nil)
			c := countedList(t, api, Options{})
			used := 0
			for item, err := range c.Stream(t.Context(), "walk", token(), nil, PagesTogether(width)) {
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				synctest.Wait()
				page, _ := strconv.Atoi(strings.Trim(idOf(item), "ab"))
				ahead := width
				if width == 1 {
					ahead = 0
				}
				if asked := api.count(); asked > page+ahead || asked < min(60, page+ahead) {
					t.Errorf("%d together: %d pages have been asked for while page %d is used", width, asked, page)
				}
				used++
			}
			if used != 120 {
				t.Errorf("%d items", used)
			}
		})
	}
}

// TestTogetherGap: a page that fails ends those behind it at once, and the list
// goes on there.
func TestTogetherGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := countingAPI(20, time.Millisecond, func(n int) step {
			switch {
			case n == 4:
				return status(400)
			case n > 4:
				return hanging
			}
			return nil
		})
		start := time.Now()
		e := countedList(t, api, Options{PagesTogether: 8}).Call(t.Context(), "walk", token(), nil)
		if e.List.Count != 6 || e.List.Resume != "page=4" || e.List.Stop != StopError || time.Since(start) != 2*time.Millisecond {
			t.Errorf("%v after %s: %s", e.List, time.Since(start), e.JSON)
		}
	})
}

// TestTogetherCanceled: a cancel ends everything at that instant; the bubble
// would not end with a goroutine left.
func TestTogetherCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2500*time.Millisecond, cancel)
		start := time.Now()
		e := countedList(t, countingAPI(50, time.Second, nil), Options{}).Call(ctx, "walk", token(), nil)
		if e.List.Stop != StopCanceled || e.List.Resume != "page=6" || e.List.Count != 10 || time.Since(start) != 2500*time.Millisecond {
			t.Errorf("%v after %s", e.List, time.Since(start))
		}
		var state ListState
		for range countedList(t, countingAPI(50, time.Second, nil), Options{}).Stream(t.Context(), "walk", token(), nil, KeepState(&state)) {
			break
		}
		if state.Stop != StopCanceled || state.Resume != "skip=1&page=1" || state.Count != 1 {
			t.Errorf("a loop that breaks: %v", state)
		}
	})
}

// TestTogetherWanted: what callers may say, and where nothing is asked for
// together.
func TestTogetherWanted(t *testing.T) {
	if _, err := NewClient(demoTable, Options{PagesTogether: 17}); err == nil {
		t.Error("17 pages at once")
	}
	for _, n := range []int{-1, 17} {
		if e := countedList(t, play(), Options{}).Call(t.Context(), "walk", token(), nil, PagesTogether(n)); CodeOf(e.Err) != CodeInvalidInput {
			t.Errorf("%d: %s", n, e.JSON)
		}
	}
	most := func(p Paging, change func(*Operation), input string, opts ...CallOption) (most int) {
		synctest.Test(t, func(t *testing.T) {
			op := walking(p)
			if change != nil {
				change(op)
			}
			var mu sync.Mutex
			under := 0
			inner := countingAPI(9, time.Second, nil)
			api := play(func(r *http.Request) (*http.Response, error) {
				mu.Lock()
				under++
				most = max(most, under)
				mu.Unlock()
				defer func() {
					mu.Lock()
					under--
					mu.Unlock()
				}()
				return inner.RoundTrip(r)
			})
			if e := clientOf(t, tableOf(&demoAPI, op), Options{Transport: api}).Call(t.Context(), "walk", token(), []byte(input), opts...); !e.Success() {
				t.Errorf("%s", e.JSON)
			}
		})
		return most
	}
	for _, tt := range []struct {
		name string
		got  int
		want int
	}{
		{"what the manifest says", most(countedPages, nil, ""), 4},
		{"what the caller says", most(countedPages, nil, "", PagesTogether(7)), 7},
		{"one by one", most(countedPages, nil, "", PagesTogether(1)), 1},
		{"as many pages as are wanted", most(countedPages, nil, `{"pages":3}`, PagesTogether(16)), 2},
		{"no word in the manifest", most(Paging{Mode: PagingPage, Param: "page", First: 1, Pages: "pages"}, nil, "", PagesTogether(7)), 1},
		{"a write", most(countedPages, func(op *Operation) { op.Method = "POST" }, ""), 1},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %d together, want %d", tt.name, tt.got, tt.want)
		}
	}
}

// TestTogetherPanics: a transport that panics is the fault of the call, not the
// end of the program; a loop that panics panics.
func TestTogetherPanics(t *testing.T) {
	bad := func(n int) step {
		if n == 3 {
			panic("no " + secret)
		}
		return nil
	}
	e := countedList(t, countingAPI(9, 0, bad), Options{}).Call(t.Context(), "walk", token(), nil)
	if CodeOf(e.Err) != CodeInternal {
		t.Errorf("%s", e.JSON)
	}
	defer func() {
		if got := recover(); got != "mine" {
			t.Errorf("recovered %v", got)
		}
	}()
	for range countedList(t, countingAPI(9, 0, nil), Options{}).Stream(t.Context(), "walk", token(), nil) {
		panic("mine")
	}
}

// TestStreamResults: what a stream gives of actions without pages.
func TestStreamResults(t *testing.T) {
	for _, tt := range []struct{ action, input, body, want string }{
		{"get_thing", good["get_thing"], `{"data":{"id":"1"}}`, `{"id":"1"}`},
		{"get_thing", good["get_thing"], `{"data":null}`, ``},
		{"delete_thing", good["delete_thing"], ``, ``},
		{"list_tags", ``, `{"data":[{"a":1},{"b":[2, 3]}]}`, `{"a":1} {"b":[2, 3]}`},
		{"nothing", ``, ``, `demo has no action "nothing"`},
		{"get_thing", `{}`, ``, `thing_id is required`},
	} {
		var got []string
		for item, err := range newTestClient(t, Options{Transport: play(answering(200, tt.body))}).Stream(t.Context(), tt.action, token(), []byte(tt.input)) {
			if err != nil {
				got = append(got, strings.TrimPrefix(err.Error(), "Call failed: "))
			} else {
				got = append(got, item.String())
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %q, want %s", tt.action, got, tt.want)
		}
	}
	got := ""
	results([]byte(`{"success":true,"error":null,"total":3,"who":{"a":1}}`), func(o Object) bool { got += o.String(); return true })
	if got != `{"total":3,"who":{"a":1}}` {
		t.Errorf("several fields: %s", got)
	}
}

// TestStreamIsBounded: what a stream remembers of its cursors does not grow with
// the list, and a circle far from its beginning ends all the same.
func TestStreamIsBounded(t *testing.T) {
	const tail, round = maxSeen + 500, 37
	asked := 0
	api := play(func(r *http.Request) (*http.Response, error) {
		n, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
		asked++
		next := n + 1
		if next == tail+round {
			next = tail
		}
		return answering(200, fmt.Sprintf(`{"data":[{"id":"%d"}],"next":"%d"}`, n, next))(r)
	})
	op := walking(Paging{Mode: PagingCursor, Param: "cursor", Next: "next"})
	c := clientOf(t, tableOf(&demoAPI, op), Options{Transport: api})
	k, failed := c.prepare(t.Context(), nil, op, token(), make([]Value, len(op.Params)), nil)
	if failed != nil {
		t.Fatal(failed)
	}
	w := walk{call: k, collect: true}
	_, err := w.run(t.Context(), func(page *cut) (int, bool) { return page.count, true })
	if err == nil || !strings.Contains(err.Error(), "the list does not move on") || asked > tail+4*round+1100 || len(w.seen.first) > maxSeen {
		t.Errorf("%d pages, %d places: %v", asked, len(w.seen.first), err)
	}
}

// TestResumeAnywhere: in every mode a loop may break at any item, and an error
// may come at any page; the rest is exactly what is missing.
func TestResumeAnywhere(t *testing.T) {
	var whole []string
	for n := range 11 {
		whole = append(whole, fmt.Sprint("i", n))
	}
	for _, p := range []Paging{
		{Mode: PagingPage, Param: "p", Pages: "pages", Together: 3}, {Mode: PagingPage, Param: "p", Total: "total", Size: "s", SizeValue: 3, Together: 3},
		{Mode: PagingOffset, Param: "o", Size: "s", SizeValue: 3, Total: "total", Together: 3}, {Mode: PagingCursor, Param: "o", Next: "next"},
		{Mode: PagingURL, Next: "url"}, {Mode: PagingLink},
	} {
		op := walking(p)
		read := func(faulty, items int, at string) (ids []string, state ListState) {
			api := play(func(r *http.Request) (*http.Response, error) { return library3(whole, r, faulty) })
			c := clientOf(t, tableOf(&demoAPI, op), Options{Transport: api})
			for item, err := range c.Stream(t.Context(), "walk", token(), nil, KeepState(&state), ResumeAt(at)) {
				if err != nil {
					break
				}
				if ids = append(ids, idOf(item)); len(ids) == items {
					break
				}
			}
			return ids, state
		}
		for stop := 1; stop <= len(whole); stop++ {
			for _, faulty := range []int{-1, 0, 3, 6, 9} {
				first, state := read(faulty, stop, "")
				if state.Complete != (len(first) == len(whole)) || state.Count != len(first) {
					t.Errorf("%s: %v of %q", p.Mode, state, first)
				}
				if state.Complete {
					continue
				}
				rest, end := read(-1, 0, state.Resume)
				if got := append(first, rest...); !slices.Equal(got, whole) || !end.Complete {
					t.Errorf("%s broken at item %d, page at %d faulty: %q, then from %s %q: %v", p.Mode, stop, faulty, first, state.Resume, rest, end)
				}
			}
		}
	}
}

// library3 answers with the page of three that a request asks for, in whatever way.
func library3(whole []string, r *http.Request, faulty int) (*http.Response, error) {
	q := r.URL.Query()
	at, _ := strconv.Atoi(q.Get("o"))
	if p := q.Get("p"); p != "" {
		n, _ := strconv.Atoi(p)
		at = 3 * n
	}
	if at == faulty {
		return status(400)(r)
	}
	if at >= len(whole) {
		return nil, errors.New("there is no page behind the end")
	}
	ids := whole[at:min(at+3, len(whole))]
	body, header := fmt.Sprintf(`{"data":%s,"pages":%d,"total":%d`, itemsOf(ids), (len(whole)+2)/3, len(whole)), ""
	if at+3 < len(whole) {
		next := "?o=" + url.QueryEscape(strconv.Itoa(at+3))
		body += fmt.Sprintf(`,"next":"%d","url":%q`, at+3, next)
		header = "Link: <" + next + ">; rel=next"
	}
	if header == "" {
		return answering(200, body+"}")(r)
	}
	return answering(200, body+"}", header)(r)
}
