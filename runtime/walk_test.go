// The ways from one page to the next: what each asks, where it ends, and that
// none goes on for ever or to another server.

package runtime

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// walking is a list operation with that paging, and parameters that bound it.
func walking(p Paging) *Operation {
	op := Operation{
		Name: "walk", Method: "GET", Path: "/things", Auth: &tokenAuth, Success: []int{200}, Absent: []int{404}, Result: dataList, Paging: &p,
		Params: []Param{
			{Name: "limit", Type: TypeInteger, In: InNone}, {Name: "pages", Type: TypeInteger, In: InNone}, {Name: "size", Type: TypeInteger, In: InNone},
			{Name: "q", Type: TypeString, In: InQuery, Wire: "q"},
		},
	}
	if p.In == InBody {
		op.Method, op.Body, op.Repeatable = "POST", &Body{Format: BodyJSON, Root: object()}, true
	}
	return &op
}

// listing is an answer: items, and members beside them.
func listing(ids, rest string, header ...string) step {
	if rest != "" {
		rest = "," + rest
	}
	return answering(200, `{"data":`+itemsOf(strings.Fields(ids))+rest+`}`, header...)
}

// places are where the requests of a script went: the query, the body and the
// header X-Cursor, as far as they say anything.
func places(s *script) []string {
	var out []string
	for _, r := range s.requests {
		q, _ := url.QueryUnescape(r.URL.RawQuery)
		if r.URL.Path != "/v1/things" {
			q = r.URL.Path + "?" + q
		}
		if r.body != "" && r.body != "{}" {
			q += r.body
		}
		if h := r.Header.Get("X-Cursor"); h != "" {
			q += "X-Cursor: " + h
		}
		out = append(out, q)
	}
	return out
}

// ending says in one line how a list ended.
func ending(t *testing.T, e Envelope) string {
	t.Helper()
	var doc struct{ Data []thing }
	if err := json.Unmarshal(e.JSON, &doc); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, item := range doc.Data {
		ids = append(ids, item.ID)
	}
	if e.List.Count != len(ids) && e.Err == nil {
		t.Errorf("Count is %d of %d", e.List.Count, len(ids))
	}
	out := strings.Join(ids, " ") + " | " + string(e.List.Stop)
	if !e.List.Complete {
		out += " at " + e.List.Resume
	}
	if e.List.Complete != (e.List.Stop == StopEnd) {
		out += " (complete?)"
	}
	if e.Err != nil {
		text, _, _ := strings.Cut(e.Err.Error(), " (")
		out += " | " + string(e.Err.Code) + ": " + strings.TrimPrefix(text, "Call failed: ")
	}
	return out
}

func TestWalks(t *testing.T) {
	var (
		numbers = Paging{Mode: PagingPage, Param: "page", First: 1, Size: "size", SizeValue: 2}
		offsets = Paging{Mode: PagingOffset, Param: "offset", Size: "limit", SizeValue: 2}
		cursors = Paging{Mode: PagingCursor, Param: "cursor", Next: "next", Size: "size", SizeValue: 2}
		urls    = Paging{Mode: PagingURL, Next: "links.next"}
		linked  = Paging{Mode: PagingLink, Size: "per", SizeValue: 2}
	)
	with := func(p Paging, change func(*Paging)) Paging {
		change(&p)
		return p
	}
	pages := with(numbers, func(p *Paging) { p.Pages = "meta.pages" })
	total := with(numbers, func(p *Paging) { p.Total = "total" })
	more := with(numbers, func(p *Paging) { p.More = "more" })
	short := with(numbers, func(p *Paging) { p.Until = "short" })
	empty := with(numbers, func(p *Paging) { p.Until = "empty" })
	both := with(cursors, func(p *Paging) { p.More = "more" })
	const limited = `{"limit":3}`
	limits := func(p Paging) Paging {
		return with(p, func(p *Paging) { p.Limit, p.MaxPages, p.SizeParam = "limit", "pages", "size" })
	}
	link := func(ids, l string) step { return listing(ids, "", "Link: "+l) }

	tests := []struct {
		name   string
		paging Paging
		input  string
		steps  []step
		asked  string // the places, joined with " ; "
		want   string // the outcome
	}{
		// Page numbers.
		{"pages", pages, "", []step{listing("a b", `"meta":{"pages":2}`), listing("c", `"meta":{"pages":2}`)}, "page=1&size=2 ; page=2&size=2", "a b c | end"},
		{"no pages", pages, "", []step{listing("", `"meta":{"pages":0}`)}, "page=1&size=2", " | end"},
		{"pages as text", pages, "", []step{listing("a", `"meta":{"pages":"1"}`)}, "page=1&size=2", "a | end"},
		{"pages are missing", pages, "", []step{listing("a", "")}, "page=1&size=2", `a | error at page=2 | unexpected_response: "meta.pages" is missing in the answer, so nobody knows whether the list goes on`},
		{"pages are nonsense", pages, "", []step{listing("a", `"meta":{"pages":[]}`)}, "page=1&size=2", `a | error at page=2 | unexpected_response: "meta.pages" in the answer is an array, not how many there are`},
		{"pages grow", pages, "", []step{listing("a", `"meta":{"pages":2}`), listing("b", `"meta":{"pages":3}`), listing("c", `"meta":{"pages":3}`)}, "page=1&size=2 ; page=2&size=2 ; page=3&size=2", "a b c | end"},
		{"total", total, "", []step{listing("a b", `"total":3`), listing("c", `"total":3`)}, "page=1&size=2 ; page=2&size=2", "a b c | end"},
		{"smaller pages than asked for", total, "", []step{listing("a", `"total":3`), listing("b", `"total":3`), listing("c", `"total":3`)}, "page=1&size=2 ; page=2&size=2 ; page=3&size=2", "a b c | end"},
		{"total promises too much", total, "", []step{listing("a b", `"total":9`), listing("", `"total":9`), listing("", `"total":9`), listing("", `"total":9`), listing("", `"total":9`)}, "page=1&size=2 ; page=2&size=2 ; page=3&size=2 ; page=4&size=2 ; page=5&size=2", `a b | error at page=6 | unexpected_response: "total" in the answer is 9, but the pages hold 2 items`},
		{"more", more, "", []step{listing("a", `"more":true`), listing("b", `"more":false`)}, "page=1&size=2 ; page=2&size=2", "a b | end"},
		{"more as a number", more, "", []step{listing("a", `"more":1`), listing("b", `"more":0`)}, "page=1&size=2 ; page=2&size=2", "a b | end"},
		{"more is null", more, "", []step{listing("a", `"more":null`)}, "page=1&size=2", "a | end"},
		{"more is missing", more, "", []step{listing("a", ``)}, "page=1&size=2", `a | error at page=2 | unexpected_response: "more" is missing in the answer, so nobody knows whether the list goes on`},
		{"more is nonsense", more, "", []step{listing("a", `"more":"maybe"`)}, "page=1&size=2", `a | error at page=2 | unexpected_response: "more" in the answer is a string, not true or false`},
		{"until short", short, "", []step{listing("a b", ``), listing("c", ``)}, "page=1&size=2 ; page=2&size=2", "a b c | end"},
		{"until short, by an empty page", short, "", []step{listing("a b", ``), listing("", ``)}, "page=1&size=2 ; page=2&size=2", "a b | end"},
		{"until empty", empty, "", []step{listing("a", ``), listing("b c", ``), listing("", ``)}, "page=1&size=2 ; page=2&size=2 ; page=3&size=2", "a b c | end"},
		{"nobody tells", numbers, "", []step{listing("a", ``), listing("", ``)}, "page=1&size=2 ; page=2&size=2", "a | end"},
		{"gone", numbers, "", []step{listing("a", ``), answering(404, `{}`)}, "page=1&size=2 ; page=2&size=2", "a | end"},
		{"nothing there", numbers, "", []step{answering(404, ``)}, "page=1&size=2", " | end"},
		{"another page", with(numbers, func(p *Paging) { p.Current = "page" }), "", []step{listing("a", `"page":1`), listing("a", `"page":1`)}, "page=1&size=2 ; page=2&size=2", `a | error at page=2 | unexpected_response: page 2 was asked for, but "page" in the answer is a number`},

		// Offsets.
		{"offsets", with(offsets, func(p *Paging) { p.Total = "total" }), "", []step{listing("a b", `"total":3`), listing("c", `"total":3`)}, "offset=0&limit=2 ; offset=2&limit=2", "a b c | end"},
		{"offsets by what came", with(offsets, func(p *Paging) { p.Total = "total" }), "", []step{listing("a", `"total":3`), listing("b c", `"total":3`)}, "offset=0&limit=2 ; offset=1&limit=2", "a b c | end"},
		{"offsets over a gap", with(offsets, func(p *Paging) { p.More = "more" }), "", []step{listing("a b", `"more":true`), listing("", `"more":true`), listing("c", `"more":false`)}, "offset=0&limit=2 ; offset=2&limit=2 ; offset=4&limit=2", "a b c | end"},
		{"offsets until short", with(offsets, func(p *Paging) { p.Until = "short" }), "", []step{listing("a b", ``), listing("c", ``)}, "offset=0&limit=2 ; offset=2&limit=2", "a b c | end"},
		{"offsets that the API tells", with(offsets, func(p *Paging) { p.Next = "next" }), "", []step{listing("a b", `"next":7`), listing("c", `"next":null`)}, "offset=0&limit=2 ; offset=7&limit=2", "a b c | end"},
		{"offsets that go back", with(offsets, func(p *Paging) { p.Next = "next" }), "", []step{listing("a b", `"next":7`), listing("c", `"next":5`)}, "offset=0&limit=2 ; offset=7&limit=2", "a b c | error at offset=8 | unexpected_response: the list does not move on: after offset 7 comes offset 5"},
		{"no size to go over a gap", Paging{Mode: PagingOffset, Param: "o", More: "more"}, "", []step{listing("", `"more":true`)}, "o=0", " | error at offset=0 | unexpected_response: the list does not move on: after offset 0 comes offset 0"},

		// Cursors.
		{"cursors", cursors, "", []step{listing("a", `"next":"x&y=1"`), listing("b", `"next":null`)}, "size=2 ; cursor=x&y=1&size=2", "a b | end"},
		{"an empty cursor ends", cursors, "", []step{listing("a", `"next":""`)}, "size=2", "a | end"},
		{"no cursor ends", cursors, "", []step{listing("a", ``)}, "size=2", "a | end"},
		{"a cursor that is false", cursors, "", []step{listing("a", `"next":false`)}, "size=2", "a | end"},
		{"a cursor that is a number", cursors, "", []step{listing("a", `"next":123456789012345678901`), listing("b", ``)}, "size=2 ; cursor=123456789012345678901&size=2", "a b | end"},
		{"a cursor that is none", cursors, "", []step{listing("a", `"next":{}`)}, "size=2", `a | error at skip=1&cursor= | unexpected_response: "next" in the answer is an object, not a cursor`},
		{"the same cursor", cursors, "", []step{listing("a", `"next":"x"`), listing("b", `"next":"x"`)}, "size=2 ; cursor=x&size=2", "a b | error at skip=1&cursor=x | unexpected_response: the list does not move on: the cursor of the next page has been there before"},
		{"two cursors by turns", cursors, "", []step{listing("a", `"next":"x"`), listing("b", `"next":"y"`), listing("c", `"next":"x"`)}, "size=2 ; cursor=x&size=2 ; cursor=y&size=2", "a b c | error at skip=1&cursor=y | unexpected_response: the list does not move on: the cursor of the next page has been there before"},
		{"empty pages on the way", cursors, "", []step{listing("a", `"next":"x"`), listing("", `"next":"y"`), listing("b", ``)}, "size=2 ; cursor=x&size=2 ; cursor=y&size=2", "a b | end"},
		{"a flag and a cursor", both, "", []step{listing("a", `"more":true,"next":"x"`), listing("b", `"more":false,"next":"y"`)}, "size=2 ; cursor=x&size=2", "a b | end"},
		{"a flag and no cursor", both, "", []step{listing("a", `"more":true,"next":null`)}, "size=2", `a | error at skip=1&cursor= | unexpected_response: "more" says that there is more, but the answer has no cursor that leads there`},
		{"a cursor and no flag", both, "", []step{listing("a", `"next":"x"`), listing("b", ``)}, "size=2 ; cursor=x&size=2", "a b | end"},
		{"a cursor in a header", with(cursors, func(p *Paging) { p.Next, p.Header = "", "X-Next" }), "", []step{listing("a", ``, "X-Next: x"), listing("b", ``)}, "size=2 ; cursor=x&size=2", "a b | end"},
		{"a cursor in an address", with(cursors, func(p *Paging) { p.NextQuery = "page[cursor]" }), "", []step{listing("a", `"next":"https://evil.test/?page%5Bcursor%5D=x%3D"`), listing("b", `"next":null`)}, "size=2 ; cursor=x=&size=2", "a b | end"},
		{"no cursor in an address", with(cursors, func(p *Paging) { p.NextQuery = "c" }), "", []step{listing("a", `"next":"/things?d=1"`)}, "size=2", "a | end"},
		{"an address that is none", with(cursors, func(p *Paging) { p.NextQuery = "c" }), "", []step{listing("a", `"next":"http://[::1"`)}, "size=2", `a | error at skip=1&cursor= | unexpected_response: "next" in the answer is no address`},
		{"a cursor sent in a header", with(cursors, func(p *Paging) { p.In, p.Param, p.Size = InHeader, "X-Cursor", "" }), "", []step{listing("a", `"next":"x"`), listing("b", ``)}, " ; X-Cursor: x", "a b | end"},
		{"a header cannot carry it", with(cursors, func(p *Paging) { p.In, p.Param, p.Size = InHeader, "X-Cursor", "" }), "", []step{listing("a", `"next":"x\ny"`)}, "", "a | error at skip=1&cursor= | unexpected_response: the cursor of the next page has characters that a header cannot carry"},
		{"a cursor in the body", with(cursors, func(p *Paging) { p.In = InBody }), "", []step{listing("a", `"next":"x"`), status(500), listing("b", ``)}, `{"size":2} ; {"cursor":"x","size":2} ; {"cursor":"x","size":2}`, "a b | end"},

		// Addresses.
		{"addresses", urls, `{"q":"s"}`, []step{listing("a", `"links":{"next":"https://api.example.test/v1/things?after=x&q=s"}`), listing("b", `"links":{"next":null}`)}, "q=s ; after=x&q=s", "a b | end"},
		{"relative addresses", urls, "", []step{listing("a", `"links":{"next":"?after=x"}`), listing("b", `"links":{"next":"things2?after=y#top"}`), listing("c", `"links":{"next":"/other"}`), listing("d", `"links":{"next":""}`)}, " ; after=x ; /v1/things2?after=y ; /other?", "a b c d | end"},
		{"https is kept", urls, "", []step{listing("a", `"links":{"next":"http://api.example.test/v1/things?after=x"}`), listing("b", ``)}, " ; after=x", "a b | end"},
		{"another server", urls, "", []step{listing("a", `"links":{"next":"https://evil.test/v1/things"}`)}, "", "a | error at skip=1&url= | unexpected_response: the next page is on another server"},
		{"another server without a scheme", urls, "", []step{listing("a", `"links":{"next":"//evil.test/v1/things"}`)}, "", "a | error at skip=1&url= | unexpected_response: the next page is on another server"},
		{"another port", urls, "", []step{listing("a", `"links":{"next":"https://api.example.test:8443/v1/things"}`)}, "", "a | error at skip=1&url= | unexpected_response: the next page is on another server"},
		{"a user", urls, "", []step{listing("a", `"links":{"next":"https://me@api.example.test/v1/things"}`)}, "", "a | error at skip=1&url= | unexpected_response: the next page is on another server"},
		{"a backslash", urls, "", []step{listing("a", `"links":{"next":"/\\evil.test"}`)}, "", "a | error at skip=1&url= | unexpected_response: the address of the next page cannot be read"},
		{"no address", urls, "", []step{listing("a", `"links":{"next":7}`)}, "", `a | error at skip=1&url= | unexpected_response: "links.next" in the answer is a number`},
		{"the address of the first page", urls, `{"q":"s"}`, []step{listing("a", `"links":{"next":"/v1/things?q=s"}`)}, "q=s", "a | error at skip=1&url= | unexpected_response: the list does not move on: the address of the next page has been there before"},
		{"two addresses by turns", urls, "", []step{listing("a", `"links":{"next":"?x"}`), listing("b", `"links":{"next":"?y"}`), listing("c", `"links":{"next":"?x"}`)}, " ; x ; y", "a b c | error at skip=1&url=https://api.example.test/v1/things?y | unexpected_response: the list does not move on: the address of the next page has been there before"},
		{"links", linked, "", []step{link("a", `</v1/things?c=1>; rel="prev", </v1/things?c=2>; rel="next"`), link("b", `</v1/things?c=1>; rel="prev"`)}, "per=2 ; c=2", "a b | end"},
		{"links without results", linked, "", []step{link("a", `</v1/things?c=2>; rel="next"; results="true"`), link("b", `</v1/things?c=3>; rel="next"; results="false"`)}, "per=2 ; c=2", "a b | end"},
		{"a link elsewhere", linked, "", []step{link("a", `<https://evil.test/>; rel=next`)}, "per=2", "a | error at skip=1&url= | unexpected_response: the next page is on another server"},
		{"no link", linked, "", []step{listing("a", ``)}, "per=2", "a | end"},

		// Bounds.
		{"a limit at the end of a page", limits(pages), `{"limit":2}`, []step{listing("a b", `"meta":{"pages":2}`)}, "page=1&size=2", "a b | limit at page=2"},
		{"a limit at the end of the list", limits(pages), `{"limit":2}`, []step{listing("a b", `"meta":{"pages":1}`)}, "page=1&size=2", "a b | end"},
		{"a limit inside a page", limits(pages), limited, []step{listing("a b", `"meta":{"pages":2}`), listing("c d", `"meta":{"pages":2}`)}, "page=1&size=2 ; page=2&size=2", "a b c | limit at skip=1&page=2"},
		{"a limit inside the last offset", limits(with(offsets, func(p *Paging) { p.Total = "total" })), limited, []step{listing("a b", `"total":9`), listing("c d", `"total":9`)}, "offset=0&limit=2 ; offset=2&limit=1", "a b c | limit at offset=3"},
		{"a limit with a cursor", limits(cursors), limited, []step{listing("a b", `"next":"x"`), listing("c", `"next":"y"`)}, "size=2 ; cursor=x&size=1", "a b c | limit at cursor=y"},
		{"a limit that the API does not keep", limits(cursors), `{"limit":1}`, []step{listing("a b", `"next":"x"`)}, "size=1", "a | limit at skip=1&cursor="},
		{"a limit with addresses", limits(urls), `{"limit":1}`, []step{listing("a b", `"links":{"next":"?x"}`)}, "", "a | limit at skip=1&url="},
		{"a limit beyond the list", limits(cursors), limited, []step{listing("a", ``)}, "size=2", "a | end"},
		{"a limit of none", limits(cursors), `{"limit":0}`, nil, "", " | error at cursor= | invalid_input: limit must be a whole number of at least 1"},
		{"so many pages", limits(cursors), `{"pages":2}`, []step{listing("a", `"next":"x"`), listing("b", `"next":"y"`)}, "size=2 ; cursor=x&size=2", "a b | limit at cursor=y"},
		{"so many pages are all", limits(cursors), `{"pages":1}`, []step{listing("a", ``)}, "size=2", "a | end"},
		{"another size", limits(cursors), `{"size":9.0}`, []step{listing("a", ``)}, "size=9", "a | end"},
		{"another size and a limit", limits(cursors), `{"size":9,"limit":4}`, []step{listing("a", ``)}, "size=4", "a | end"},
	}
	for _, tt := range tests {
		op := walking(tt.paging)
		api := play(tt.steps...)
		e := clientOf(t, tableOf(&demoAPI, op), Options{Transport: api, Clock: newFakeClock()}).Call(t.Context(), "walk", token(), []byte(tt.input))
		wantEnvelope(t, op, e)
		got := ending(t, e)
		if strings.HasSuffix(tt.want, "server") || strings.HasSuffix(tt.want, "a number") {
			got = got[:min(len(tt.want), len(got))]
		}
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
		if asked := strings.Join(places(api), " ; "); asked != tt.asked {
			t.Errorf("%s:\nasked %s\nwant  %s", tt.name, asked, tt.asked)
		}
	}
}

// TestResumeWalks: every list goes on where it stopped.
func TestResumeWalks(t *testing.T) {
	next := func(p *Paging) { p.Next = "next" }
	for _, tt := range []struct {
		mode   PagingMode
		at     string
		asked  string // or the error
		change func(*Paging)
	}{
		{PagingPage, "page=3", "p=3", nil},
		{PagingOffset, "offset=100", "p=100", nil},
		{PagingCursor, "cursor=a b&c=\u00e9", "p=a b&c=\u00e9", nil},
		{PagingCursor, "cursor=", "", nil},
		{PagingURL, "url=https://api.example.test/v1/things?c=2", "c=2", next},
		{PagingURL, "url=/v1/things?c=2", "c=2", next},
		{PagingLink, "url=", "", nil},
		{PagingPage, "page=0", `"page=0" is no place to resume this list at; give the one that the list named, such as page=2`, nil},
		{PagingPage, "offset=1", `"offset=1" is no place to resume this list at; give the one that the list named, such as page=2`, nil},
		{PagingOffset, "offset=-1", `"offset=-1" is no place to resume this list at; give the one that the list named, such as offset=100`, nil},
		{PagingCursor, "page=1", `"page=1" is no place to resume this list at; give the one that the list named, such as cursor=…`, nil},
		{PagingURL, "url=https://evil.test/", `"url=https://evil.test/" is no place to resume this list at; give the one that the list named, such as url=…`, nil},
	} {
		p := Paging{Mode: tt.mode, Param: "p"}
		if tt.mode == PagingPage {
			p.First = 1
		}
		if tt.change != nil {
			tt.change(&p)
		}
		api := play(listing("", ""))
		e := clientOf(t, tableOf(&demoAPI, walking(p)), Options{Transport: api}).Call(t.Context(), "walk", token(), nil, ResumeAt(tt.at))
		got := strings.TrimPrefix(errorText(e), "Call failed: ")
		if api.count() > 0 {
			got = places(api)[0]
		}
		if got != tt.asked {
			t.Errorf("%s: got %s, want %s", tt.at, got, tt.asked)
		}
	}
}

// TestResumeTotal: a list by pages that begins in the middle knows its end.
func TestResumeTotal(t *testing.T) {
	op := walking(Paging{Mode: PagingPage, Param: "p", First: 1, Size: "s", SizeValue: 2, Total: "total"})
	api := play(listing("c d", `"total":5`), listing("e", `"total":5`))
	e := clientOf(t, tableOf(&demoAPI, op), Options{Transport: api}).Call(t.Context(), "walk", token(), nil, ResumeAt("page=2"))
	if got := ending(t, e); got != "c d e | end" || api.count() != 2 {
		t.Errorf("%s after %d requests", got, api.count())
	}
}

// TestWalksHide: the place to resume at holds no credential, even when the API
// puts it into its addresses.
func TestWalksHide(t *testing.T) {
	s := tokenAuth
	s.Send = []AuthPart{{Query: "key", Value: "{token}"}}
	op := walking(Paging{Mode: PagingURL, Next: "next"})
	op.Auth = &s
	next := `"next":"?a=1&key=` + url.QueryEscape("tok3nTok3n") + `&b=2"`
	api := play(listing("a", next), status(400))
	e := clientOf(t, tableOf(&demoAPI, op), Options{Transport: api}).Call(t.Context(), "walk", bearer("tok3nTok3n"), nil)
	if got := places(api)[1]; got != "a=1&b=2&key=tok3nTok3n" {
		t.Errorf("asked %s", got)
	}
	if e.List.Resume != "url=https://api.example.test/v1/things?a=1&b=2" || !strings.HasSuffix(errorText(e), "resume it at "+e.List.Resume+")") {
		t.Errorf("resume at %s: %s", e.List.Resume, e.JSON)
	}
	api = play(listing("a", `"next":"/tok3nTok3n/things"`), status(400))
	e = clientOf(t, tableOf(&demoAPI, op), Options{Transport: api}).Call(t.Context(), "walk", bearer("tok3nTok3n"), nil)
	if strings.Contains(string(e.JSON), "tok3n") || !strings.HasSuffix(errorText(e), "(1 items are here; the list is incomplete)") {
		t.Errorf("%s", e.JSON)
	}
}

// TestEndless: whatever the mode, a list that promises more for ever stops.
func TestEndless(t *testing.T) {
	for _, p := range []Paging{
		{Mode: PagingPage, Param: "p", More: "more"}, {Mode: PagingOffset, Param: "p", More: "more"}, {Mode: PagingCursor, Param: "p", Next: "next"},
		{Mode: PagingURL, Next: "url"}, {Mode: PagingLink},
	} {
		n := 0
		endless := func(ids string) step {
			return func(r *http.Request) (*http.Response, error) {
				if n++; ids != "" {
					ids = fmt.Sprint("a", n)
				}
				rest := fmt.Sprintf(`"more":true,"next":"c%d","url":"?c=%d"`, n, n)
				return listing(ids, rest, fmt.Sprintf("Link: <?c=%d>; rel=next", n))(r)
			}
		}
		e := clientOf(t, tableOf(&demoAPI, walking(p)), Options{Transport: play(endless("a"))}).Call(t.Context(), "walk", token(), nil)
		if e.List.Stop != StopCap || n != maxPages || e.List.Count != maxPages || e.List.Resume == "" {
			t.Errorf("%s: %+v after %d: %.200s", p.Mode, *e.List, n, errorText(e))
		}
		if p.Mode == PagingOffset {
			continue // an empty page without a size is an error already
		}
		n = 0
		e = clientOf(t, tableOf(&demoAPI, walking(p)), Options{Transport: play(endless(""))}).Call(t.Context(), "walk", token(), nil)
		if e.List.Stop != StopCap || n != maxEmptyPages {
			t.Errorf("%s, empty: %+v after %d", p.Mode, *e.List, n)
		}
	}
}

func TestNextLink(t *testing.T) {
	for _, tt := range []struct{ header, want string }{
		{``, ""},
		{`<a>; rel="next"`, "a"},
		{`<a>; rel=next`, "a"},
		{`<a>;rel="prev next"`, "a"},
		{`<a>; REL="NEXT"`, "a"},
		{`<a>; rel = "next"`, "a"},
		{`<a>; rel="prev", <b>; rel="next"`, "b"},
		{`<a,b;c>; title="x, y; rel=\"next\""; rel="last", <d>; title=plain; rel="next"; results=true`, "d"},
		{`<a>; rel="next"; results="false"`, ""},
		{`<a>; rel="previous"; results="false", <b>; rel="next"; results="true"; cursor="0:100:0"`, "b"},
		{`<a>; rel="next"; anchor="#x", <b>; rel="next"`, "b"},
		{`<a>; rel="nextish"`, ""},
		{`<a>; rel="prev"; rel="next"`, ""},
		{`<a`, ""},
		{`a; rel="next"`, ""},
		{`<a>; rel="next`, "a"},
		{`<>; rel="next"`, ""},
		{`,, ,<a>;;;rel=next,,`, "a"},
	} {
		if got := nextLink([]string{tt.header}); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.header, got, tt.want)
		}
	}
	if got := nextLink([]string{`<a>; rel=prev`, `<b>; rel=next`}); got != "b" {
		t.Errorf("two headers: %q", got)
	}
}
