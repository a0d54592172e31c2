// What a call and a list cost, beside floors written by hand, in one run. The
// floors do what a careful programmer would write for one endpoint: they check
// nothing, know one path, and use the same transport.

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
)

// sample is an item of about a kilobyte.
var sample = `{"id":"0f6a2f0e-7a43-4c0e-9a51-2c8f1a9d7b01","type":"things","attributes":{"title":"Quarterly \"roadmap\"",` +
	`"description":"` + strings.Repeat(`<p>What ships next.\n</p>`, 30) + `","count":12,"live":true,"note":null,"created_at":1803900000,` +
	`"owner":{"id":"x","type":"people","attributes":{"email":"noor.haddad@example.com","first_name":"Noor"}}}}`

// memory answers from memory, page after page.
type memory struct {
	pages [][]byte
	next  int
}

func (m *memory) RoundTrip(*http.Request) (*http.Response, error) {
	body := m.pages[m.next%len(m.pages)]
	m.next++
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body))}, nil
}

func one() *memory { return &memory{pages: [][]byte{[]byte(`{"data":` + sample + `}`)}} }

func fifty() *memory {
	m := &memory{}
	items := strings.TrimSuffix(strings.Repeat(sample+",", 50), ",")
	for i := range 50 {
		next := fmt.Sprint(i + 1)
		if i == 49 {
			next = "null"
		}
		m.pages = append(m.pages, []byte(`{"data":[`+items+`],"meta":{"next_page":`+next+`}}`))
	}
	return m
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
	for _, checked := range []bool{false, true} {
		b.Run(map[bool]string{false: "floor", true: "floor-checked"}[checked], func(b *testing.B) {
			c := &http.Client{Transport: one()}
			b.ReportAllocs()
			for b.Loop() {
				body := fetch(b, c, "https://api.example.test/v1/things/0f6a2f0e-7a43-4c0e-9a51-2c8f1a9d7b01")
				if checked && !json.Valid(body) {
					b.Fatal("not JSON")
				}
				data := body[len(`{"data":`) : len(body)-1]
				_ = append(append([]byte(`{"success":true,"error":null,"data":`), data...), '}')
			}
		})
	}
}

// fetch is a request by hand.
func fetch(b *testing.B, c *http.Client, url string) []byte {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "token")
	req.Header.Set("Accept", "application/json")
	res, err := c.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body := make([]byte, res.ContentLength)
	if _, err := io.ReadFull(res.Body, body); err != nil {
		b.Fatal(err)
	}
	return body
}

func BenchmarkList50x50(b *testing.B) {
	size := int64(50 * len(fifty().pages[0]))
	b.Run("runtime", func(b *testing.B) {
		c := newTestClient(b, Options{Transport: fifty()})
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			if e := c.Call(context.Background(), "list_things", token(), nil); e.Err != nil {
				b.Fatal(e.Err)
			}
		}
	})
	for _, checked := range []bool{false, true} {
		b.Run(map[bool]string{false: "floor", true: "floor-checked"}[checked], func(b *testing.B) {
			c := &http.Client{Transport: fifty()}
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				out := []byte(`{"success":true,"error":null,"data":[`)
				for page := range 50 {
					body := fetch(b, c, fmt.Sprintf("https://api.example.test/v1/things?page=%d", page))
					if checked && !json.Valid(body) {
						b.Fatal("not JSON")
					}
					end := bytes.LastIndex(body, []byte(`],"meta"`))
					out = append(append(out, body[len(`{"data":[`):end]...), ',')
				}
				out[len(out)-1] = ']'
				_ = append(out, '}')
			}
		})
	}
}

func BenchmarkScan(b *testing.B) {
	body := fifty().pages[0]
	b.Run("runtime", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			s := scanner{b: body}
			if err := s.document(func(i int) int { return s.value(i, 0) }); err != nil {
				b.Fatal(err)
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
