// Lists, and APIs that lie about them: every list ends, says whether it is
// whole, keeps what it has, and goes on exactly where it stopped.

package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// onePage is a page with items of these ids and that text as its next_page.
func onePage(ids, next string) step { return answering(200, pageBody(ids, next)) }

func pageBody(ids, next string) string {
	return fmt.Sprintf(`{"data":%s,"meta":{"next_page":%s}}`, itemsOf(strings.Fields(ids)), next)
}

func itemsOf(ids []string) string {
	items := make([]string, len(ids))
	for i, id := range ids {
		items[i] = fmt.Sprintf(`{"id":%q}`, id)
	}
	return "[" + strings.Join(items, ",") + "]"
}

// got is a list as one of the three ways returns it.
type got struct {
	ids   []string
	state ListState
	err   error
}

// fetchAll fetches a list in the three ways, each from an API of its own, and
// checks that they agree.
func fetchAll(t *testing.T, ctx func() (context.Context, context.CancelFunc), api func() *script, o Options, opts ...CallOption) (got, *script) {
	t.Helper()
	one := func(run func(ctx context.Context, c *Client)) *script {
		s := api()
		options := o
		options.Transport = s
		c, cancel := ctx()
		defer cancel()
		run(c, clientOf(t, tableOf(&quotaAPI, demoOps...), options))
		return s
	}
	var list, seq, called got
	first := one(func(ctx context.Context, c *Client) {
		l, err := c.List(ctx, &listThings, token(), make([]Value, 1), opts...)
		list = got{idsOf(t, l.Items), l.ListState, err}
	})
	second := one(func(ctx context.Context, c *Client) {
		for item, err := range c.Seq(ctx, &listThings, token(), make([]Value, 1), opts...) {
			if seq.err != nil {
				t.Error("Seq: something comes after the error")
			}
			if seq.err = err; err == nil {
				seq.ids = append(seq.ids, idsOf(t, []Object{item})...)
			}
		}
	})
	third := one(func(ctx context.Context, c *Client) {
		e := c.Call(ctx, "list_things", token(), nil, opts...)
		wantEnvelope(t, &listThings, e)
		var doc struct{ Data []thing }
		if err := json.Unmarshal(e.JSON, &doc); err != nil {
			t.Fatal(err)
		}
		for _, item := range doc.Data {
			called.ids = append(called.ids, item.ID)
		}
		if e.List == nil {
			t.Fatal("the envelope of a list tells nothing about it")
		}
		called.state, called.err = *e.List, asError(e.Err)
	})
	if !slices.Equal(list.ids, seq.ids) || !slices.Equal(list.ids, called.ids) {
		t.Errorf("List has %q, Seq %q, the envelope %q", list.ids, seq.ids, called.ids)
	}
	if fmt.Sprint(list.err) != fmt.Sprint(seq.err) || fmt.Sprint(list.err) != fmt.Sprint(called.err) {
		t.Errorf("List fails with %v, Seq with %v, the envelope with %v", list.err, seq.err, called.err)
	}
	if list.state != called.state {
		t.Errorf("List ends as %+v, the envelope as %+v", list.state, called.state)
	}
	if first.count() != second.count() || first.count() != third.count() {
		t.Errorf("List asks %d times, Seq %d, the envelope %d", first.count(), second.count(), third.count())
	}
	if list.state.Count != len(list.ids) {
		t.Errorf("Count is %d for %d items", list.state.Count, len(list.ids))
	}
	return list, first
}

// thing is an item of these tests.
type thing struct{ ID string }

func idsOf(t *testing.T, items []Object) (ids []string) {
	t.Helper()
	for _, item := range items {
		var o thing
		if err := item.Decode(&o); err != nil {
			t.Fatalf("an item is no object: %s", item)
		}
		ids = append(ids, o.ID)
	}
	return ids
}

// pagesAsked are the page numbers of the requests.
func pagesAsked(s *script) string {
	var numbers []string
	for _, r := range s.requests {
		numbers = append(numbers, r.URL.Query().Get("page[number]"))
	}
	return strings.Join(numbers, " ")
}

func background() (context.Context, context.CancelFunc) {
	return context.WithCancel(context.Background())
}

func TestPages(t *testing.T) {
	const html = "<html>"
	cut := brokenBody(io.ErrUnexpectedEOF)
	meta := func(ids, meta string) step {
		return answering(200, `{"data":`+itemsOf(strings.Fields(ids))+`,"meta":`+meta+`}`)
	}
	// counting promises a next page each time.
	counting := func(ids string) step {
		return func(r *http.Request) (*http.Response, error) {
			n, _ := strconv.Atoi(r.URL.Query().Get("page[number]"))
			return onePage(ids, strconv.Itoa(n+1))(r)
		}
	}
	tests := []struct {
		name  string
		steps []step
		ids   string
		asked string // page numbers
		end   string // "": complete; else the code, the reason to stop and where to resume
		text  string // of the error, without the note
	}{
		{"one page", []step{onePage("a b", "null")}, "a b", "0", "", ""},
		{"three pages", []step{onePage("a b", "1"), onePage("c", "2"), onePage("d", "null")}, "a b c d", "0 1 2", "", ""},
		{"no items", []step{onePage("", "null")}, "", "0", "", ""},
		{"an empty page at the end", []step{onePage("a", "1"), onePage("", "null")}, "a", "0 1", "", ""},
		{"an empty page in the middle", []step{onePage("a", "1"), onePage("", "2"), onePage("b", "null")}, "a b", "0 1 2", "", ""},
		{"next as text", []step{onePage("a", `"1"`), onePage("b", "null")}, "a b", "0 1", "", ""},
		{"pages are skipped", []step{onePage("a", "5"), onePage("b", "null")}, "a b", "0 5", "", ""},
		{"meta before data", []step{answering(200, `{"meta":{"next_page":null},"data":[{"id":"a"}]}`)}, "a", "0", "", ""},
		{"meta twice, the last counts", []step{answering(200, `{"meta":{"next_page":7},"data":[{"id":"a"}],"meta":{"next_page":null}}`)}, "a", "0", "", ""},
		{"data twice, the last counts", []step{answering(200, `{"data":[{"id":"x"},{"id":"y"}],"data":[{"id":"a"}],"meta":{"next_page":null}}`)}, "a", "0", "", ""},
		{"spaces", []step{answering(200, " { \"data\" : [ {\"id\":\"a\"} , {\"id\":\"b\"} ] , \"meta\" : { \"next_page\" : 1 } } "), answering(200, `{"data":[ ],"meta":{"next_page":null}}`)}, "a b", "0 1", "", ""},
		{"byte order mark", []step{answering(200, "\uFEFF"+pageBody("a", "1")), onePage("b", "null")}, "a b", "0 1", "", ""},

		{"totals that are too small", []step{meta("a", `{"next_page":1,"page_count":1,"record_count":0}`), meta("b", `{"next_page":null,"page_count":-1}`)}, "a b", "0 1", "", ""},
		{"totals that are too large", []step{meta("a", `{"next_page":null,"page_count":1000000000000000000,"record_count":99}`)}, "a", "0", "", ""},
		{"totals that are rubbish", []step{meta("a", `{"next_page":null,"page_count":"3","record_count":[]}`)}, "a", "0", "", ""},

		{"the page says which it is", []step{meta("a", `{"current_page":0,"next_page":1}`), meta("b", `{"current_page":1,"next_page":null}`)}, "a b", "0 1", "", ""},
		{"the page says so in a text", []step{meta("a", `{"current_page":"0","next_page":null}`)}, "a", "0", "", ""},
		{"the page says nothing of it", []step{meta("a", `{"current_page":null,"next_page":null}`)}, "a", "0", "", ""},
		{"the first page again", []step{meta("a", `{"current_page":0,"next_page":1}`), meta("a", `{"current_page":0,"next_page":1}`)}, "a", "0 1",
			"unexpected_response error page=1", `Call failed: page 1 was asked for, but "meta.current_page" in the answer is a number (0)`},
		{"another page", []step{meta("a", `{"current_page":0,"next_page":1}`), meta("x", `{"current_page":2,"next_page":3}`)}, "a", "0 1",
			"unexpected_response error page=1", `Call failed: page 1 was asked for, but "meta.current_page" in the answer is a number (2)`},

		{"next is the same page", []step{onePage("a", "0")}, "a", "0", "unexpected_response error page=1", "Call failed: the list does not move on: after page 0 comes page 0"},
		{"next is below nothing", []step{onePage("a", "-1")}, "a", "0", "unexpected_response error page=1", "Call failed: the list does not move on: after page 0 comes page -1"},
		{"backwards", []step{onePage("a", "3"), onePage("b", "2")}, "a b", "0 3", "unexpected_response error page=4", "Call failed: the list does not move on: after page 3 comes page 2"},
		{"in a circle", []step{onePage("a", "1"), onePage("b", "2"), onePage("c", "0")}, "a b c", "0 1 2", "unexpected_response error page=3", "Call failed: the list does not move on: after page 2 comes page 0"},

		{"no meta", []step{answering(200, `{"data":[{"id":"a"}]}`)}, "a", "0", "unexpected_response error page=1", `Call failed: "meta.next_page" is missing in the answer, so nobody knows whether the list goes on`},
		{"no next", []step{meta("a", `{}`)}, "a", "0", "unexpected_response error page=1", `Call failed: "meta.next_page" is missing`},
		{"no next on the second page", []step{onePage("a", "1"), meta("b", `{"next":2}`)}, "a b", "0 1", "unexpected_response error page=2", `Call failed: "meta.next_page" is missing`},
		{"meta is null", []step{meta("a", `null`)}, "a", "0", "unexpected_response error page=1", `Call failed: "meta.next_page" is missing`},
		{"meta is a list", []step{meta("a", `[{"next_page":1}]`)}, "a", "0", "unexpected_response error page=1", `Call failed: "meta.next_page" is missing`},
		{"next is a word", []step{onePage("a", `"soon"`)}, "a", "0", "unexpected_response error page=1", `Call failed: "meta.next_page" in the answer is a string, not the number of a page`},
		{"next is an empty text", []step{onePage("a", `""`)}, "a", "0", "unexpected_response error page=1", `Call failed: "meta.next_page" in the answer is a string, not`},
		{"next is an address", []step{onePage("a", `"https://evil.test/?page=1"`)}, "a", "0", "unexpected_response error page=1", `Call failed: "meta.next_page" in the answer is a string, not`},
		{"next is true", []step{onePage("a", `true`)}, "a", "0", "unexpected_response error page=1", `Call failed: "meta.next_page" in the answer is a boolean (true), not`},
		{"next is false", []step{onePage("a", `false`)}, "a", "0", "unexpected_response error page=1", `Call failed: "meta.next_page" in the answer is a boolean (false), not`},
		{"next is half a page", []step{onePage("a", `1.5`)}, "a", "0", "unexpected_response error page=1", `Call failed: "meta.next_page" in the answer is a number (1.5), not`},
		{"next is an object", []step{onePage("a", `{"number":1}`)}, "a", "0", "unexpected_response error page=1", `Call failed: "meta.next_page" in the answer is an object, not`},
		{"next is a list", []step{onePage("a", `[1]`)}, "a", "0", "unexpected_response error page=1", `Call failed: "meta.next_page" in the answer is an array, not`},
		{"next is beyond all numbers", []step{onePage("a", strings.Repeat("9", 400))}, "a", "0", "unexpected_response error page=1", `Call failed: "meta.next_page" in the answer is a number, not`},
		{"next is far away", []step{onePage("a", "1000000000000000000"), status(400)}, "a", "0 1000000000000000000", "invalid_input error page=1000000000000000000", "API error (400): T: D"},
		{"next is as far as numbers go", []step{onePage("a", fmt.Sprint(math.MaxInt64)), onePage("b", "null")}, "a b", fmt.Sprint("0 ", math.MaxInt64), "", ""},

		{"429 in the middle", []step{onePage("a", "1"), status(429, "Retry-After: 1"), onePage("b", "null")}, "a b", "0 1 1", "", ""},
		{"429 for ever", []step{onePage("a", "1"), status(429)}, "a", "0 1 1 1", "rate_limited budget page=1", "API error (429): T: D"},
		{"429 for long", []step{onePage("a", "1"), status(429, "Retry-After: 3600")}, "a", "0 1", "rate_limited budget page=1", "API error (429): T: D"},
		{"the quota is used up", []step{onePage("a", "1"), status(429, "Quota-Left: 0")}, "a", "0 1", "quota_exhausted budget page=1", "API error (429): T: D"},
		{"500 in the middle", []step{onePage("a", "1"), status(500), status(500), onePage("b", "null")}, "a b", "0 1 1 1", "", ""},
		{"500 for ever", []step{onePage("a b", "1"), onePage("c", "2"), status(500)}, "a b c", "0 1 2 2 2", "unavailable error page=2", "API error (500): T: D"},
		{"500 from the start", []step{status(500)}, "", "0 0 0", "unavailable error page=0", "API error (500): T: D"},
		{"a page cut in the middle", []step{onePage("a", "1"), cut, onePage("b", "null")}, "a b", "0 1 1", "", ""},
		{"a page cut for ever", []step{onePage("a", "1"), cut}, "a", "0 1 1 1", "unavailable error page=1", "Call failed: the answer broke off: unexpected EOF"},
		{"a page that hangs", []step{onePage("a", "1"), hanging}, "a", "0 1 1 1", "timeout deadline page=1", timedOut},
		{"HTML in the middle", []step{onePage("a", "1"), answering(200, html, "Content-Type: text/html")}, "a", "0 1", "unexpected_response error page=1", "Call failed: the answer is not JSON but text/html"},
		{"half a page of JSON", []step{onePage("a", "1"), answering(200, `{"data":[{"id":"x"},`)}, "a", "0 1", "unexpected_response error page=1", "Call failed: the answer is not JSON"},
		{"400 beyond the end", []step{onePage("a", "1"), status(400)}, "a", "0 1", "invalid_input error page=1", "API error (400): T: D"},
		{"401 in the middle", []step{onePage("a", "1"), status(401)}, "a", "0 1", "unauthenticated error page=1", "API error (401): T: D"},
		{"404 in the middle", []step{onePage("a", "1"), status(404)}, "a", "0 1", "not_found error page=1", "API error (404): T: D"},
		{"204 in the middle", []step{onePage("a", "1"), answering(204, "")}, "a", "0 1", "unexpected_response error page=1", "API error (204): No Content"},
		{"errors under 200 in the middle", []step{onePage("a", "1"), answering(200, `{"data":[{"id":"x"}],"errors":[{"title":"T"}],"meta":{"next_page":2}}`)}, "a", "0 1", "unexpected_response error page=1", "API error (200): T"},
		{"a redirect elsewhere", []step{onePage("a", "1"), status(302, "Location: https://evil.test/")}, "a", "0 1", "unexpected_response error page=1", "API error (302): the redirect to https://evil.test was not followed"},
		{"an item that is none", []step{onePage("a", "1"), answering(200, `{"data":[{"id":"x"},7],"meta":{"next_page":2}}`)}, "a", "0 1", "unexpected_response error page=1", `Call failed: "data" in the answer has an element that is not an object`},
		{"data is null", []step{onePage("a", "1"), answering(200, `{"data":null,"meta":{"next_page":2}}`)}, "a", "0 1", "unexpected_response error page=1", `Call failed: "data" in the answer is null, not a list`},
		{"data is an object", []step{onePage("a", "1"), answering(200, `{"data":{"id":"x"},"meta":{"next_page":2}}`)}, "a", "0 1", "unexpected_response error page=1", `Call failed: "data" in the answer is an object, not a list`},
		{"data is missing", []step{onePage("a", "1"), answering(200, `{"meta":{"next_page":2}}`)}, "a", "0 1", "unexpected_response error page=1", `Call failed: "data" in the answer is missing`},
		{"data is text twice", []step{answering(200, `{"data":[{"id":"x"}],"data":"y","meta":{"next_page":null}}`)}, "", "0", "unexpected_response error page=0", `Call failed: "data" in the answer is a string, not a list`},

		{"nothing but empty pages", []step{counting("")}, "", "0 1 2 3 4 5 6 7 8 9", "limit_reached cap page=10", "Call failed: 10 pages in a row were empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				list, api := fetchAll(t, background, func() *script { return play(tt.steps...) }, Options{})
				end := ""
				if list.err != nil {
					end = fmt.Sprintf("%s %s %s", CodeOf(list.err), list.state.Stop, list.state.Resume)
				}
				if strings.Join(list.ids, " ") != tt.ids || pagesAsked(api) != tt.asked || end != tt.end {
					t.Errorf("items %q of pages %q, end %q\nwant  %q of pages %q, end %q\n%v", list.ids, pagesAsked(api), end, tt.ids, tt.asked, tt.end, list.err)
				}
				if tt.end == "" {
					if want := (ListState{Count: len(list.ids), Complete: true, Stop: StopEnd}); list.state != want || list.err != nil {
						t.Errorf("ends as %+v, %v", list.state, list.err)
					}
					return
				}
				text, noted := strings.CutSuffix(list.err.Error(), fmt.Sprintf(" (%d items are here; the list is incomplete, resume it at %s)", len(list.ids), list.state.Resume))
				if !strings.HasPrefix(text, tt.text) || list.state.Complete {
					t.Errorf("got %v, want %s…", list.err, tt.text)
				}
				if wantNote := !strings.HasPrefix(tt.end, "unavailable error page=0") && !strings.Contains(tt.text, "is a string, not a list"); noted != wantNote {
					t.Errorf("the note is there: %v: %v", noted, list.err)
				}
			})
		})
	}
}

// library is an API with that many pages of two items.
func library(pages int, fault func(n int) step) step {
	return func(r *http.Request) (*http.Response, error) {
		n, _ := strconv.Atoi(r.URL.Query().Get("page[number]"))
		if fault != nil {
			if s := fault(n); s != nil {
				return s(r)
			}
		}
		if n >= pages {
			return status(400)(r)
		}
		next := "null"
		if n+1 < pages {
			next = strconv.Itoa(n + 1)
		}
		return onePage(fmt.Sprintf("%da %db", n, n), next)(r)
	}
}

// TestResume: wherever a list stops, it goes on with nothing lost or doubled.
func TestResume(t *testing.T) {
	const pages = 7
	var all []string
	for n := range pages {
		all = append(all, fmt.Sprintf("%da", n), fmt.Sprintf("%db", n))
	}
	for stop := 1; stop < pages; stop++ {
		fault := func(n int) step {
			if n == stop {
				return status(404)
			}
			return nil
		}
		first, _ := fetchAll(t, background, func() *script { return play(library(pages, fault)) }, Options{})
		if want := fmt.Sprint("page=", stop); first.err == nil || first.state.Resume != want {
			t.Fatalf("stopped at page %d: %+v", stop, first.state)
		}
		rest, api := fetchAll(t, background, func() *script { return play(library(pages, nil)) }, Options{}, ResumeAt(first.state.Resume))
		if got := append(first.ids, rest.ids...); !slices.Equal(got, all) || !rest.state.Complete || api.count() != pages-stop {
			t.Errorf("resumed at page %d: %q, %+v", stop, got, rest.state)
		}
	}
	// From the start, and again from where it fails again.
	whole, _ := fetchAll(t, background, func() *script { return play(library(pages, nil)) }, Options{}, ResumeAt("page=0"))
	if !slices.Equal(whole.ids, all) {
		t.Errorf("from page 0: %q", whole.ids)
	}
	again, _ := fetchAll(t, background, func() *script { return play(status(404)) }, Options{}, ResumeAt("page=4"))
	if again.state.Resume != "page=4" || again.state.Complete {
		t.Errorf("failed at once: %+v", again.state)
	}
	if none, _ := fetchAll(t, background, func() *script { return play(library(pages, nil)) }, Options{}, ResumeAt("")); len(none.ids) != len(all) {
		t.Errorf("an empty position: %q", none.ids)
	}
}

func TestResumeRefused(t *testing.T) {
	for _, at := range []string{"page=", "page=x", "page=-1", "1", "PAGE=1", "page=1x", "page=1.5", " page=1", "page=99999999999999999999", "cursor=abc", "page=1&page=2", secret} {
		list, api := fetchAll(t, background, func() *script { return play() }, Options{}, ResumeAt(at))
		if CodeOf(list.err) != CodeInvalidInput || api.count() > 0 || !strings.HasSuffix(list.err.Error(), "is no place to resume this list at; give the one that the list named, such as page=1") {
			t.Errorf("%q: %v", at, list.err)
		}
		noSecret(t, "refused position", fmt.Sprint(list.err))
	}
	c := newTestClient(t, Options{Transport: play(answering(200, goodBody))})
	if e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]), ResumeAt("nowhere")); !e.Success() {
		t.Errorf("an action without pages minds: %s", e.JSON)
	}
}

// TestResumeFirst: an API that counts from one is never asked for page zero.
func TestResumeFirst(t *testing.T) {
	op := listThings
	op.Paging = &Paging{Mode: PagingPage, In: InQuery, Param: "p", First: 1, Next: "meta.next_page"}
	api := play(onePage("a", "2"), onePage("b", "null"))
	c := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: api})
	l, err := c.List(t.Context(), &op, token(), make([]Value, 1))
	if err != nil || len(l.Items) != 2 || api.requests[0].URL.RawQuery != "p=1" || api.requests[1].URL.RawQuery != "p=2" {
		t.Errorf("%v %v", l, err)
	}
	if _, err := c.List(t.Context(), &op, token(), make([]Value, 1), ResumeAt("page=0")); CodeOf(err) != CodeInvalidInput {
		t.Error(err)
	}
}

// TestSeqStops: a loop that breaks asks for no page too many.
func TestSeqStops(t *testing.T) {
	for items, want := range map[int]int{1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 14: 7} {
		api := play(library(7, nil))
		c := newTestClient(t, Options{Transport: api})
		seen := 0
		for _, err := range c.Seq(t.Context(), &listThings, token(), make([]Value, 1)) {
			if err != nil {
				t.Fatal(err)
			}
			if seen++; seen == items {
				break
			}
		}
		if api.count() != want {
			t.Errorf("a loop that breaks at item %d asks for %d pages, want %d", items, api.count(), want)
		}
	}
}

// TestSeqAgain: each loop over a sequence begins anew, and none begins before
// it is asked.
func TestSeqAgain(t *testing.T) {
	api := play(library(2, nil))
	seq := newTestClient(t, Options{Transport: api}).Seq(t.Context(), &listThings, token(), make([]Value, 1))
	for round := range 3 {
		if api.count() != 2*round {
			t.Errorf("%d requests before round %d", api.count(), round)
		}
		n := 0
		for range seq {
			n++
		}
		if n != 4 {
			t.Errorf("round %d: %d items", round, n)
		}
	}
}

// TestItemsStay: items of earlier pages are not written over by later ones.
func TestItemsStay(t *testing.T) {
	c := newTestClient(t, Options{Transport: play(library(50, nil))})
	var kept []Object
	for item := range c.Seq(t.Context(), &listThings, token(), make([]Value, 1)) {
		kept = append(kept, item)
	}
	for i, id := range idsOf(t, kept) {
		if want := fmt.Sprintf("%d%c", i/2, 'a'+i%2); id != want {
			t.Fatalf("item %d became %s", i, id)
		}
	}
	// A caller that appends to an item does not reach into the next.
	_ = append(kept[0], "xxxxxxxxxxxxxxxx"...)
	if string(kept[1]) != `{"id":"0b"}` {
		t.Errorf("appending to an item made the next %s", kept[1])
	}
}

// TestEnvelopeIsTheItems: the data of a list are the items as they came, byte
// for byte.
func TestEnvelopeIsTheItems(t *testing.T) {
	items := [][]string{
		{`{"id":"é\u00e9\/","n":1.0,"big":12345678901234567890.10}`, `{ "b" : 1 , "a" : [ ] }`},
		{},
		{"{\"a\":1,\"a\":2,\n\"c\":\"\U0001F600\"}"},
		{`{}`, `{"deep":[[[{}]]]}`, `{"<&>":"<&>\u2028"}`},
	}
	var steps []step
	var all []string
	for n, list := range items {
		next := strconv.Itoa(n + 1)
		if n == len(items)-1 {
			next = "null"
		}
		steps = append(steps, answering(200, `{"data":[`+strings.Join(list, ",")+`],"meta":{"next_page":`+next+`}}`))
		all = append(all, list...)
	}
	e := newTestClient(t, Options{Transport: play(steps...)}).Call(t.Context(), "list_things", token(), nil)
	if want := `{"success":true,"error":null,"data":[` + strings.Join(all, ",") + `]}`; string(e.JSON) != want {
		t.Errorf("got  %s\nwant %s", e.JSON, want)
	}
	l, err := newTestClient(t, Options{Transport: play(steps...)}).List(t.Context(), &listThings, token(), make([]Value, 1))
	for i, item := range l.Items {
		if err != nil || string(item) != all[i] {
			t.Errorf("item %d is %s, want %s (%v)", i, item, all[i], err)
		}
	}
	// On failure the same items stay.
	steps[len(steps)-1] = status(404)
	e = newTestClient(t, Options{Transport: play(steps...)}).Call(t.Context(), "list_things", token(), nil)
	want := `{"success":false,"error":"API error (404): T: D (3 items are here; the list is incomplete, resume it at page=3)","data":[` + strings.Join(all[:3], ",") + `]}`
	if string(e.JSON) != want {
		t.Errorf("got  %s\nwant %s", e.JSON, want)
	}
}

// TestListEndsInTime: the deadline and the cancel of a caller stop a list at
// that instant, wherever it is; what is there stays.
func TestListEndsInTime(t *testing.T) {
	slow := func(s step) step { // a second a page
		return func(r *http.Request) (*http.Response, error) {
			connected(r, true)
			select {
			case <-time.After(time.Second):
				return s(r)
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		}
	}
	waiting := func(n int) step {
		if n == 2 {
			return status(503, "Retry-After: 30")
		}
		return nil
	}
	tests := []struct {
		name    string
		step    step
		ctx     func() (context.Context, context.CancelFunc)
		end     string
		took    time.Duration
		fetched int
	}{
		{"deadline in a page", slow(library(9, nil)), func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 2500*time.Millisecond)
		}, "timeout deadline page=2", 2500 * time.Millisecond, 4},
		{"canceled in a page", slow(library(9, nil)), func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			timer := time.AfterFunc(2500*time.Millisecond, cancel)
			return ctx, func() { timer.Stop(); cancel() }
		}, "canceled canceled page=2", 2500 * time.Millisecond, 4},
		{"canceled while waiting", slow(library(9, waiting)), func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			timer := time.AfterFunc(8*time.Second, cancel)
			return ctx, func() { timer.Stop(); cancel() }
		}, "canceled canceled page=2", 8 * time.Second, 4},
		{"a wait past the deadline", slow(library(9, waiting)), func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 8*time.Second)
		}, "unavailable error page=2", 3 * time.Second, 4},
		{"over before it began", slow(library(9, nil)), func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			return ctx, cancel
		}, "canceled canceled page=0", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				list, _ := fetchAll(t, tt.ctx, func() *script { return play(tt.step) }, Options{})
				if got := time.Since(start); got != 3*tt.took { // three ways
					t.Errorf("took %s each, want %s", got/3, tt.took)
				}
				if end := fmt.Sprintf("%s %s %s", CodeOf(list.err), list.state.Stop, list.state.Resume); end != tt.end || len(list.ids) != tt.fetched {
					t.Errorf("got %s with %d items, want %s with %d", end, len(list.ids), tt.end, tt.fetched)
				}
			})
		})
	}
}

// TestListCaps: a list that never ends is ended, one that is as long as it may
// be is not.
func TestListCaps(t *testing.T) {
	many := func(n int) string { return "[{}" + strings.Repeat(",{}", n-1) + "]" }
	large := func(n int) string { return `[{"a":"` + strings.Repeat("a", n-10) + `"}]` }
	tests := []struct {
		name  string
		data  string
		pages int // that there are; 0: more and more
		asked int
		text  string
	}{
		{"pages without end", `[{}]`, 0, maxPages, "the list has more than 1000 pages"},
		{"a thousand pages", `[{}]`, maxPages, maxPages, ""},
		{"items without end", many(10_000), 0, 10, "the list has more than 100000 items"},
		{"a hundred thousand items", many(10_000), 10, 10, ""},
		{"bytes without end", large(8 << 20), 0, 8, "the list is larger than 64 MiB"},
		{"many bytes", large(8 << 20), 8, 8, ""},
	}
	for _, tt := range tests {
		api := play(func(r *http.Request) (*http.Response, error) {
			n, _ := strconv.Atoi(r.URL.Query().Get("page[number]"))
			next := strconv.Itoa(n + 1)
			if n+1 == tt.pages {
				next = "null"
			}
			return answering(200, `{"data":`+tt.data+`,"meta":{"next_page":`+next+`}}`)(r)
		})
		e := newTestClient(t, Options{Transport: api}).Call(t.Context(), "list_things", token(), nil)
		switch {
		case api.count() != tt.asked:
			t.Errorf("%s: %d requests, want %d", tt.name, api.count(), tt.asked)
		case tt.text == "" && (!e.Success() || !e.List.Complete):
			t.Errorf("%s: %v", tt.name, e.Err)
		case tt.text != "":
			want := fmt.Sprintf("Call failed: %s (%d items are here; the list is incomplete, resume it at page=%d)", tt.text, e.List.Count, tt.asked)
			if errorText(e) != want || e.Err.Code != CodeLimitReached || e.List.Stop != StopCap || e.List.Complete {
				t.Errorf("%s: %+v %v", tt.name, e.List, e.Err)
			}
		}
	}
}

// TestPlainList: a list without pages is one request, and complete.
func TestPlainList(t *testing.T) {
	for _, tt := range []struct {
		op   *Operation
		body string
		want string
	}{
		{&listTags, `{"data":[{"id":"a"},{"id":"b"}],"meta":{"next_page":9}}`, `{"success":true,"error":null,"data":[{"id":"a"},{"id":"b"}]}`},
		{&listTags, `{"data":[]}`, `{"success":true,"error":null,"data":[]}`},
		{&listRaw, `[{"id":"a"},{"id":"b"}]`, `{"success":true,"error":null,"items":[{"id":"a"},{"id":"b"}]}`},
		{&listRaw, ` [ ] `, `{"success":true,"error":null,"items":[]}`},
		{&listDeep, `{"result":{"page":{"rows":[{"id":"a"},{"id":"b"}]}}}`, `{"success":true,"error":null,"rows":[{"id":"a"},{"id":"b"}]}`},
	} {
		api := play(answering(200, tt.body))
		c := newTestClient(t, Options{Transport: api})
		e := c.Call(t.Context(), tt.op.Name, token(), nil)
		wantEnvelope(t, tt.op, e)
		l, err := c.List(t.Context(), tt.op, token(), nil)
		if string(e.JSON) != tt.want || api.count() != 2 || err != nil || l.ListState != *e.List {
			t.Errorf("%s: %s, %v after %d requests", tt.body, e.JSON, err, api.count())
		}
		if want := (ListState{Count: len(l.Items), Complete: true, Stop: StopEnd}); l.ListState != want {
			t.Errorf("%s: %+v", tt.body, l.ListState)
		}
	}
	api := play(status(404))
	e := newTestClient(t, Options{Transport: api}).Call(t.Context(), "list_tags", token(), nil)
	if string(e.JSON) != `{"success":false,"error":"API error (404): T: D","data":[]}` || e.List == nil || e.List.Stop != StopError || e.List.Resume != "" {
		t.Errorf("%s %+v", e.JSON, e.List)
	}
}

// TestListState: every envelope of a list action tells about the list, those of
// others do not.
func TestListState(t *testing.T) {
	c := newTestClient(t, Options{Transport: play(answering(200, goodBody)), Attempts: 1})
	for name, e := range map[string]Envelope{
		"no credential": c.Call(t.Context(), "list_things", Credentials{}, nil),
		"wrong input":   c.Call(t.Context(), "list_things", token(), []byte(`{"nope":1}`)),
		"wrong answer":  c.Call(t.Context(), "list_things", token(), nil),
	} {
		if e.List == nil || e.List.Complete || e.List.Stop != StopError {
			t.Errorf("%s: %+v %s", name, e.List, e.JSON)
		}
	}
	if e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"])); e.List != nil {
		t.Errorf("an object: %+v", e.List)
	}
}
