// The floors of bench_test.go: the least that a program must do for one call,
// written by hand on net/http. The request is built without parsing, the body is
// read into one slice, data is cut out by a scan that skips what stands in
// quotes, and nothing is checked.

package runtime

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"
)

type floor struct {
	client *http.Client
	header http.Header // the same in every request
}

func newFloor(over http.RoundTripper, limit time.Duration) floor {
	return floor{
		&http.Client{Transport: over, Timeout: limit},
		http.Header{"Authorization": {"token"}, "Accept": {"application/json"}},
	}
}

// get is one call: the envelope of one thing.
func (f floor) get(t testing.TB, id string) []byte {
	body := f.fetch(t, "/v1/things/"+id, "", nil)
	out := append(make([]byte, 0, len(body)+48), `{"success":true,"error":null,"data":`...)
	return append(append(out, dataOf(body)...), '}')
}

// list is the envelope of a number of pages, known beforehand.
func (f floor) list(t testing.TB, pages int) []byte {
	var out, body []byte
	for page := range pages {
		body = f.fetch(t, "/v1/things", "page[number]="+strconv.Itoa(page)+"&page[size]=50", body[:0])
		if page == 0 {
			out = append(make([]byte, 0, pages*len(body)), `{"success":true,"error":null,"data":[`...)
		} else {
			out = append(out, ',')
		}
		data := dataOf(body)
		out = append(out, data[1:len(data)-1]...)
	}
	return append(out, `]}`...)
}

func (f floor) fetch(t testing.TB, path, query string, into []byte) []byte {
	res, err := f.client.Do(&http.Request{
		Method: http.MethodGet,
		URL:    &url.URL{Scheme: "https", Host: "api.example.test", Path: path, RawQuery: query},
		Host:   "api.example.test",
		Header: f.header,
		Proto:  "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if size := int(res.ContentLength); cap(into) < size {
		into = make([]byte, size, size+size/64)
	}
	into = into[:res.ContentLength]
	if _, err := io.ReadFull(res.Body, into); err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res.StatusCode, err)
	}
	return into
}

// dataOf cuts the member data out of an object, believing that it is JSON
// without spaces.
func dataOf(body []byte) []byte {
	const name = `{"data":`
	if !bytes.HasPrefix(body, []byte(name)) {
		return nil
	}
	depth, start := 0, len(name)
	for i := start; i < len(body); i++ {
		switch body[i] {
		case '"':
			if i = quoteAfter(body, i+1); i < 0 {
				return nil
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return body[start : i+1]
			}
		}
	}
	return nil
}

// quoteAfter finds the quote that ends a string.
func quoteAfter(body []byte, i int) int {
	for {
		n := bytes.IndexByte(body[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		slashes := 0
		for body[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i
		}
		i++
	}
}
