// Package floor is what a careful programmer writes for these seven operations
// and no others, on net/http alone: requests put together without parsing, bodies
// read into one slice of their length, the data cut out as it stands. It is the
// bar that the rows of the bench are measured against.
package floor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/fixture"
)

// Cut finds the data of a body, and where a list goes on.
type Cut func(body []byte) (Found, error)

// Found is what a body holds.
type Found struct {
	Data  []byte
	Next  int // -1 behind the last page
	Count int // of pages
}

type floor struct {
	http   *http.Client
	base   url.URL
	header http.Header
	cut    Cut

	together int
}

// New returns a client that cuts bodies with cut: [Scan], or [Fast], which checks
// them too.
func New(s clients.Settings, cut Cut) (*clients.Client, error) {
	base, err := url.Parse(s.BaseURL)
	if err != nil {
		return nil, err
	}
	f := &floor{http: s.HTTP(), base: *base, cut: cut, together: s.Together, header: http.Header{
		"Authorization": {fixture.Token}, "Accept": {fixture.MediaType}, "Content-Type": {fixture.MediaType},
	}}
	return &clients.Client{Calls: map[string]clients.Call{
		"get_event": func(context.Context) ([]byte, error) {
			return f.one(http.MethodGet, "/events/"+fixture.EventID, nil)
		},
		"create_event": func(context.Context) ([]byte, error) {
			return f.one(http.MethodPost, "/events", newEventBody(&clients.TheNewEvent))
		},
		"update_event": func(context.Context) ([]byte, error) {
			return f.one(http.MethodPut, "/events/"+fixture.EventID, eventBody(&clients.TheEvent))
		},
		"register_someone_for_session": func(context.Context) ([]byte, error) {
			return f.one(http.MethodPost, "/sessions/"+fixture.SessionID+"/people", registrationBody(&clients.TheRegistration))
		},
		"list_sessions": func(ctx context.Context) ([]byte, error) {
			if f.together > 1 {
				return f.pages(ctx, "/sessions", "")
			}
			return f.list("/sessions", "")
		},
		"list_events": func(context.Context) ([]byte, error) {
			return f.list("/events", "filter%5Btitle%5D="+url.QueryEscape(clients.TitleFilter)+"&")
		},
		"list_attendees_from_event": func(context.Context) ([]byte, error) {
			return f.list("/events/"+fixture.EventID+"/people", "filter%5Brole%5D="+url.QueryEscape(clients.RoleFilter)+"&")
		},
	}, Stream: f.stream}, nil
}

// do sends a request and reads the answer into buf, or into a slice of its length
// where buf is too small.
func (f *floor) do(method, path, query string, body, buf []byte) ([]byte, error) {
	u := f.base
	u.Path += path
	u.RawQuery = query
	req := &http.Request{Method: method, URL: &u, Host: u.Host, Header: f.header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	if body != nil {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	res, err := f.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusCreated {
		return nil, fmt.Errorf("status %d", res.StatusCode)
	}
	if res.ContentLength < 0 {
		return nil, errors.New("an answer without a length")
	}
	if int64(cap(buf)) < res.ContentLength {
		buf = make([]byte, res.ContentLength)
	}
	buf = buf[:res.ContentLength]
	_, err = io.ReadFull(res.Body, buf)
	return buf, err
}

const success = `{"success":true,"error":null,"data":`

func (f *floor) one(method, path string, body []byte) ([]byte, error) {
	answer, err := f.do(method, path, "", body, nil)
	if err != nil {
		return nil, err
	}
	found, err := f.cut(answer)
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, len(success)+len(found.Data)+1), success...)
	return append(append(out, found.Data...), '}'), nil
}

func pageQuery(filter string, n int) string {
	return filter + "page%5Bnumber%5D=" + strconv.Itoa(n) + "&page%5Bsize%5D=50"
}

// list puts one page behind the other. The first tells how large it will be, and
// all are read into the same slice.
func (f *floor) list(path, filter string) (out []byte, err error) {
	var buf []byte
	for n := 0; n >= 0; {
		if buf, err = f.do(http.MethodGet, path, pageQuery(filter, n), nil, buf); err != nil {
			return nil, err
		}
		found, err := f.cut(buf)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = append(make([]byte, 0, len(success)+found.Count*(len(found.Data)+8)+2), success+"["...)
		} else {
			out = append(out, ',')
		}
		out = append(out, found.Data[1:len(found.Data)-1]...)
		n = found.Next
	}
	return append(out, "]}"...), nil
}

// pages is list with several pages at a time.
func (f *floor) pages(ctx context.Context, path, filter string) ([]byte, error) {
	all, err := clients.All(ctx, f.together, func(_ context.Context, n int) (p clients.Page[[]byte], err error) {
		body, err := f.do(http.MethodGet, path, pageQuery(filter, n), nil, nil)
		if err != nil {
			return p, err
		}
		found, err := f.cut(body)
		return clients.Page[[]byte]{Items: found.Data, Next: found.Next, Count: found.Count}, err
	})
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, len(success)+len(all)*(len(all[0])+8)+2), success+"["...)
	for i, items := range all {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, items[1:len(items)-1]...)
	}
	return append(out, "]}"...), nil
}

func (f *floor) stream(_ context.Context, use func(item []byte) error) error {
	var buf []byte
	for n := 0; n >= 0; {
		var err error
		if buf, err = f.do(http.MethodGet, "/sessions", pageQuery("", n), nil, buf); err != nil {
			return err
		}
		found, err := f.cut(buf)
		if err != nil {
			return err
		}
		if err := items(found.Data, use); err != nil {
			return err
		}
		n = found.Next
	}
	return nil
}
