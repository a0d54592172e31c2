// The server of a case, and the way to it: whatever address a request has, it
// comes here.

package cases

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/runtime"
)

// stage answers the requests of a case in order and notes what is wrong with
// them.
type stage struct {
	server    *httptest.Server
	wire      *http.Transport
	bases     map[string]string
	exchanges []manifest.Exchange

	mu     sync.Mutex
	next   int
	faults []string
}

func newStage(exchanges []manifest.Exchange, bases map[string]string) *stage {
	s := &stage{exchanges: exchanges, bases: bases, wire: runtime.NewTransport()}
	s.wire.Proxy, s.wire.DialContext = nil, new(net.Dialer).DialContext // a manifest may be about a private address
	s.server = httptest.NewServer(s)
	return s
}

func (s *stage) close() {
	s.wire.CloseIdleConnections()
	s.server.Close()
}

// lateHeader marks the answer that stands for none: waiting for a timeout would
// make every run of the cases slow.
const lateHeader = "Connectorgen-Late"

// RoundTrip carries a request to the server, over the wire, with the Host header
// of the address that it is for.
func (s *stage) RoundTrip(r *http.Request) (*http.Response, error) {
	to := *r.URL
	to.Scheme, to.Host = "http", s.server.Listener.Addr().String()
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	sent := r.WithContext(r.Context())
	sent.URL = &to
	res, err := s.wire.RoundTrip(sent)
	if err == nil && res.Header.Get(lateHeader) != "" {
		res.Body.Close()
		return nil, context.DeadlineExceeded
	}
	return res, err
}

// ServeHTTP answers the next request.
func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.next
	s.next++
	got := received{Request: r, body: string(body)}
	if n >= len(s.exchanges) {
		s.faults = append(s.faults, fmt.Sprintf("request %d was not expected: %s", n+1, got.whole()))
		http.Error(w, "the case has no answer for this request", http.StatusTeapot)
		return
	}
	x := s.exchanges[n]
	for _, f := range got.compare(x, s.bases[x.Host.Value]) {
		s.faults = append(s.faults, fmt.Sprintf("request %d%s", n+1, f))
	}
	answer(w, x.Answer)
}

// finish says what was wrong, and which requests never came.
func (s *stage) finish() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := s.next; n < len(s.exchanges); n++ {
		s.faults = append(s.faults, fmt.Sprintf("request %d did not come: %s", n+1, s.exchanges[n].Request.Value))
	}
	return s.faults
}

func answer(w http.ResponseWriter, a manifest.Answer) {
	switch a.Fault.Value {
	case "timeout":
		w.Header().Set(lateHeader, "true")
		return
	case "reset":
		panic(http.ErrAbortHandler)
	}
	body := a.Text.Value
	if a.Body.Given() {
		body = model.ValueJSON(a.Body)
		w.Header().Set("Content-Type", "application/json")
	}
	for _, h := range a.Headers {
		w.Header().Set(h.Name.Value, h.Value.Value)
	}
	status := http.StatusOK
	if a.Status.Given() {
		status = a.Status.Value
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// hostOf is the host and the path of a base address.
func hostOf(base string) (host, path string) {
	u, err := url.Parse(base)
	if err != nil {
		return "", ""
	}
	return u.Host, u.EscapedPath()
}
