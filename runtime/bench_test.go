// What a call and a list cost, beside floors written by hand, in one run. The
// floors (floor_test.go) do what a careful programmer would write for one
// endpoint, over the same transport, and check nothing. The official
// measurement, with peers, has a module of its own; this one is for working on
// the runtime: ratios between its lines, never one line by itself.

package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// sample is an item of about a kilobyte, of the kind that APIs send: many
// members, most of them short, a longer text with escapes, one nested object.
var sample = `{"id":"0f6a2f0e-7a43-4c0e-9a51-2c8f1a9d7b01","type":"things","attributes":{"title":"Quarterly \"roadmap\"","slug":"quarterly-roadmap",` +
	`"registration_link":"https://app.example.com/p/0f6a2f0e/quarterly-roadmap","estimated_duration":45,` +
	`"registration_page_enabled":true,"everyone_can_speak":false,"description":"` + strings.Repeat(`<p>What ships next.<\/p>\n`, 9) + `",` +
	`"status":"published","light_registration_page_enabled":true,"recording_enabled":true,"recording_public":null,` +
	`"show_in_company_page":true,"chat_enabled":true,"polls_enabled":false,"questions_enabled":true,"language":"en","published_at":1803900000,` +
	`"scheduling_status":"upcoming","sessions_count":12,"created_at":1803800000,"updated_at":1803900000,` +
	`"owner":{"id":"5b0c6c7e-1d1f-4a39-8f5a-5a0f9a3c1e77","type":"people","attributes":{"email":"noor.haddad@example.com","first_name":"Noor"}}}}`

// memory answers from memory, page after page.
type memory struct {
	pages [][]byte
	next  int
}

var memoryHeader = http.Header{"Content-Type": {"application/json"}}

func (m *memory) RoundTrip(*http.Request) (*http.Response, error) {
	body := m.pages[m.next%len(m.pages)]
	m.next++
	return &http.Response{StatusCode: 200, Header: memoryHeader, Body: &memoryBody{rest: body}, ContentLength: int64(len(body))}, nil
}

// memoryBody is a body in one allocation.
type memoryBody struct{ rest []byte }

func (b *memoryBody) Read(p []byte) (n int, err error) {
	if len(b.rest) == 0 {
		return 0, io.EOF
	}
	n = copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (*memoryBody) Close() error { return nil }

func one() *memory { return &memory{pages: [][]byte{[]byte(`{"data":` + sample + `}`)}} }

func fifty() *memory {
	m := &memory{}
	items := strings.TrimSuffix(strings.Repeat(sample+",", 50), ",")
	for i := range 50 {
		next := fmt.Sprint(i + 1)
		if i == 49 {
			next = "null"
		}
		m.pages = append(m.pages, fmt.Appendf(nil, `{"data":[%s],"meta":{"record_count":2500,"page_count":50,"current_page":%d,"next_page":%s}}`, items, i, next))
	}
	return m
}

// countedThings is list_things of an API that tells how many pages there are.
func countedThings() *Operation {
	op, paging := listThings, *listThings.Paging
	paging.Pages = "meta.page_count"
	op.Paging = &paging
	return &op
}

func BenchmarkCall(b *testing.B) {
	b.Run("runtime", func(b *testing.B) {
		c := newTestClient(b, Options{Transport: one()})
		cred, input := token(), []byte(`{"thing_id":"0f6a2f0e-7a43-4c0e-9a51-2c8f1a9d7b01"}`)
		b.ReportAllocs()
		for b.Loop() {
			if e := c.Call(context.Background(), "get_thing", cred, input); e.Err != nil {
				b.Fatal(e.Err)
			}
		}
	})
	for _, limit := range []time.Duration{0, 30 * time.Second} {
		b.Run("floor-"+limit.String(), func(b *testing.B) {
			f := newFloor(one(), limit)
			b.ReportAllocs()
			for b.Loop() {
				if len(f.get(b, "0f6a2f0e-7a43-4c0e-9a51-2c8f1a9d7b01")) == 0 {
					b.Fatal("no envelope")
				}
			}
		})
	}
}

func BenchmarkList50x50(b *testing.B) {
	size := int64(50 * len(fifty().pages[0]))
	for name, op := range map[string]*Operation{"runtime": countedThings(), "runtime-uncounted": &listThings} {
		b.Run(name, func(b *testing.B) {
			c := clientOf(b, tableOf(&demoAPI, op), Options{Transport: fifty()})
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if e := c.Call(context.Background(), "list_things", token(), nil); e.Err != nil {
					b.Fatal(e.Err)
				}
			}
		})
	}
	b.Run("floor", func(b *testing.B) {
		f := newFloor(fifty(), 0)
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			if len(f.list(b, 50)) < int(size)/2 {
				b.Fatal("no envelope")
			}
		}
	})
}

func BenchmarkScan(b *testing.B) {
	body := fifty().pages[0]
	b.Run("runtime", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			if err := scan(body); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("floor-cut", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			if dataOf(body) == nil {
				b.Fatal("no data")
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			if !json.Valid(body) {
				b.Fatal("not JSON")
			}
		}
	})
	b.Run("memcpy", func(b *testing.B) {
		into := make([]byte, len(body))
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			copy(into, body)
		}
	})
}

// TestFloors holds the floors to what the runtime yields: a floor that does
// something else is none.
func TestFloors(t *testing.T) {
	want := newTestClient(t, Options{Transport: one()}).Call(t.Context(), "get_thing", token(), []byte(`{"thing_id":"x"}`))
	if got := newFloor(one(), 0).get(t, "x"); !bytes.Equal(got, want.JSON) {
		t.Errorf("one: the floor yields %.200s, the runtime %.200s", got, want.JSON)
	}
	for _, op := range []*Operation{&listThings, countedThings()} {
		want = clientOf(t, tableOf(&demoAPI, op), Options{Transport: fifty()}).Call(t.Context(), "list_things", token(), nil)
		if got := newFloor(fifty(), 0).list(t, 50); !bytes.Equal(got, want.JSON) {
			t.Errorf("fifty: the floor yields %.200s, the runtime %.200s", got, want.JSON)
		}
	}
}
