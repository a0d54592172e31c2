// One exchange on a real wire: redirects that lead astray, bounds, connections
// that are kept or close. Servers that break the rules are in hostile_test.go.

package runtime

import (
	"bufio"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestWireRecovers: a broken answer before a good one leaves no trace.
func TestWireRecovers(t *testing.T) {
	base, _ := loopback(t, func(conn net.Conn, n int) {
		if n == 1 {
			says(ok200 + "Content-Length: 500\r\n\r\n" + `{"data":{"id":"broken"},"data":[`)(conn)
			return
		}
		says(ok200 + "\r\n" + goodBody)(conn)
	})
	c := newTestClient(t, Options{BaseURL: base, Clock: newFakeClock()})
	if e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"])); string(e.JSON) != `{"success":true,"error":null,"data":{"id":"1"}}` {
		t.Errorf("%s", e.JSON)
	}
}

// TestWireShowsNothing: places where net/http itself quotes a server that
// throws the credential back.
func TestWireShowsNothing(t *testing.T) {
	for name, text := range map[string]string{
		"status line":     "HTTP/1.1 " + secret + " no\r\n\r\n",
		"protocol":        secret + "\r\n\r\n",
		"header line":     ok200 + secret + "\r\n\r\n",
		"length":          ok200 + "Content-Length: " + secret + "\r\n\r\n",
		"encoding":        ok200 + "Transfer-Encoding: " + secret + "\r\n\r\n",
		"trailer":         chunked + "2\r\n{}\r\n0\r\n" + secret + "\r\n\r\n",
		"reason phrase":   "HTTP/1.1 418 " + secret + "\r\nConnection: close\r\n\r\n",
		"redirect":        "HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: http://" + "h.test/" + secret + "\r\n\r\n",
		"redirect scheme": "HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: " + secret + ":x\r\n\r\n",
	} {
		for _, action := range []string{"get_thing", "create_thing", "list_things"} {
			base, _ := loopback(t, func(conn net.Conn, _ int) { says(text)(conn) })
			c := newTestClient(t, Options{BaseURL: base, Clock: newFakeClock()})
			e := c.Call(t.Context(), action, token(), []byte(good[action]))
			if e.Err == nil {
				t.Errorf("%s: %s", name, e.JSON)
				continue
			}
			noSecret(t, name, string(e.JSON))
			noSecret(t, name, fmt.Sprintf("%v %+v %#v %v", e.Err, *e.Err, *e.Err, e.Err.Unwrap()))
		}
	}
}

// TestBodyBound: the bound is on the decoded body, and exact.
func TestBodyBound(t *testing.T) {
	for _, header := range []string{"", "Content-Encoding: gzip"} {
		for size, want := range map[int]Code{maxBodyBytes: "", maxBodyBytes + 1: CodeUnexpectedResponse} {
			body := goodBody + strings.Repeat(" ", size-len(goodBody))
			if header != "" {
				body = gzipped(body)
			}
			c := newTestClient(t, Options{Transport: play(answering(200, body, header))})
			if e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"])); e.code() != want {
				t.Errorf("%q %d bytes: %.200s", header, size, e.JSON)
			}
		}
	}
}

// TestRedirects: a redirect is followed for reads, to the same origin, three
// times; else nothing is sent there.
func TestRedirects(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another server got %s %s with the credential %q", r.Method, r.URL, r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	other := strings.TrimPrefix(elsewhere.URL, "http://")

	var location string
	var code int
	var paths []string
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.RequestURI())
		if r.Header.Get("Authorization") != secret {
			t.Errorf("%s came without the credential", r.URL)
		}
		hops := strings.Count(r.URL.Path, "hop")
		switch {
		case len(paths) == 1:
			w.Header().Set("Location", location)
			w.WriteHeader(code)
		case hops > 1:
			w.Header().Set("Location", strings.Replace(r.URL.Path, "hop", "", 1))
			w.WriteHeader(302)
		case strings.Contains(r.URL.Path, "loop"):
			w.Header().Set("Location", r.URL.Path)
			w.WriteHeader(302)
		default:
			_, _ = io.WriteString(w, goodBody)
		}
	}))
	defer home.Close()
	host := strings.TrimPrefix(home.URL, "http://")
	port := host[strings.LastIndex(host, ":")+1:]

	const refused = "API error (%d): the redirect to %s was not followed"
	tests := []struct {
		name, location string
		want           []string // the requests, when it is followed to an answer
		refused        string   // where it led, when it is not
	}{
		{"absolute", home.URL + "/new?a=b", []string{"/things/t1", "/new?a=b"}, ""},
		{"path", "/new", []string{"/things/t1", "/new"}, ""},
		{"relative", "new", []string{"/things/t1", "/things/new"}, ""},
		{"relative, up", "../new", []string{"/things/t1", "/new"}, ""},
		{"query only", "?a=b", []string{"/things/t1", "/things/t1?a=b"}, ""},
		{"same host without scheme", "//" + host + "/new", []string{"/things/t1", "/new"}, ""},
		{"escaped", "/a%2Fb", []string{"/things/t1", "/a%2Fb"}, ""},
		{"in capitals", "HTTP://" + host + "/new", []string{"/things/t1", "/new"}, ""},
		{"with a fragment", "/new#there", []string{"/things/t1", "/new"}, ""},
		{"two", "/hophop", []string{"/things/t1", "/hophop", "/hop"}, ""},
		{"three", "/hophophop", []string{"/things/t1", "/hophophop", "/hophop", "/hop"}, ""},

		{"four", "/hophophophop", nil, home.URL},
		{"loop", "/loop", nil, home.URL},
		{"another port", elsewhere.URL + "/x?key=k", nil, elsewhere.URL},
		{"another name of this machine", "http://localhost:" + port + "/x", nil, "http://localhost:" + port},
		{"another server without scheme", "//" + other + "/x", nil, elsewhere.URL},
		{"a subdomain", "http://api." + host + "/x", nil, "http://api." + host},
		{"another scheme", "https://" + host + "/x", nil, "https://" + host},
		{"a user", "http://user:pass@" + host + "/x", nil, home.URL},
		{"the host as a user", "http://" + host + "@" + other + "/x", nil, elsewhere.URL},
		{"no HTTP", "file:///etc/passwd", nil, "file://"},
		{"script", "javascript:alert(1)", nil, "javascript://"},
	}
	for _, tt := range tests {
		for _, code = range []int{301, 302, 303, 307, 308} {
			location, paths = tt.location, nil
			c := newTestClient(t, Options{BaseURL: home.URL, Clock: newFakeClock()})
			e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
			if tt.want != nil {
				if !e.Success() || !slices.Equal(paths, tt.want) {
					t.Errorf("%s, %d: %s after %q", tt.name, code, e.JSON, paths)
				}
				continue
			}
			status := code
			if tt.refused == home.URL && tt.name != "a user" {
				status = 302
			}
			if want := fmt.Sprintf(refused, status, tt.refused); errorText(e) != want || e.Err.Code != CodeUnexpectedResponse || len(paths) > 1+maxRedirects {
				t.Errorf("%s, %d: %q after %q, want %q", tt.name, code, errorText(e), paths, want)
			}
		}
	}

	t.Run("no place", func(t *testing.T) {
		for _, location = range []string{"", "http://[::1", "%zz", "http://h:port/"} {
			code, paths = 302, nil
			c := newTestClient(t, Options{BaseURL: home.URL})
			e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
			if e.code() != CodeUnexpectedResponse || len(paths) != 1 {
				t.Errorf("%q: %s after %q", location, e.JSON, paths)
			}
		}
	})
	t.Run("writes", func(t *testing.T) {
		for _, action := range []string{"create_thing", "search_things", "update_thing", "delete_thing"} {
			for _, code = range []int{301, 302, 303, 307, 308} {
				location, paths = "/new", nil
				c := newTestClient(t, Options{BaseURL: home.URL})
				e := c.Call(t.Context(), action, token(), []byte(good[action]))
				if errorText(e) != fmt.Sprintf(refused, code, home.URL) || len(paths) != 1 {
					t.Errorf("%s, %d: %s after %q", action, code, e.JSON, paths)
				}
			}
		}
	})
}

// TestRedirectOrigin: an origin is a scheme, a host and a port, in whatever
// spelling.
func TestRedirectOrigin(t *testing.T) {
	for location, want := range map[string]int{
		"https://api.example.test/x":      2,
		"https://API.Example.TEST/x":      2,
		"https://api.example.test:443/x":  2,
		"https://api.example.test:444/x":  1,
		"https://api.example.test.:443/x": 1,
		"http://api.example.test/x":       1,
		"http://api.example.test:443/x":   1,
		"https://example.test/x":          1,
	} {
		api := play(status(302, "Location: "+location), answering(200, goodBody))
		newTestClient(t, Options{Transport: api}).Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
		if api.count() != want {
			t.Errorf("%s: %d requests, want %d", location, api.count(), want)
		}
	}
}

// TestRedirectThenFault: what happens behind a redirect is judged as ever, from
// the first address on.
func TestRedirectThenFault(t *testing.T) {
	api := play(status(302, "Location: /v1/new"), status(500), status(302, "Location: /v1/new"), answering(200, goodBody))
	c := newTestClient(t, Options{Transport: api, Clock: newFakeClock()})
	e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
	var paths []string
	for _, r := range api.requests {
		paths = append(paths, r.URL.Path)
	}
	if want := []string{"/v1/things/t1", "/v1/new", "/v1/things/t1", "/v1/new"}; !e.Success() || !slices.Equal(paths, want) {
		t.Errorf("%s after %q", e.JSON, paths)
	}
}

// serveTLS starts a server whose certificate the client knows only if told.
func serveTLS(t *testing.T, http2 bool, handler http.HandlerFunc) *httptest.Server {
	s := httptest.NewUnstartedServer(handler)
	s.EnableHTTP2 = http2
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func trusting(s *httptest.Server) *http.Transport {
	transport := NewTransport()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	transport.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	transport.TLSClientConfig.RootCAs = pool
	return transport
}

// TestCertificate: a server that cannot prove who it is gets nothing, once.
func TestCertificate(t *testing.T) {
	s := serveTLS(t, false, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("got %s with %q", r.URL, r.Header) })
	for _, action := range []string{"get_thing", "create_thing"} {
		clock := newFakeClock()
		c := newTestClient(t, Options{BaseURL: s.URL, Clock: clock})
		e := c.Call(t.Context(), action, token(), []byte(good[action]))
		if e.code() != CodeUnavailable || e.Err.Attempts != 1 || !strings.Contains(e.Err.Error(), "certificate") || len(clock.waits) > 0 {
			t.Errorf("%s: %s", action, e.JSON)
		}
	}
	// The right certificate for another name.
	c := newTestClient(t, Options{BaseURL: strings.Replace(s.URL, "127.0.0.1", "localhost", 1), Transport: trusting(s), Clock: newFakeClock()})
	if e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"])); e.code() != CodeUnavailable || e.Err.Attempts != 1 {
		t.Errorf("%s", e.JSON)
	}
}

func TestHTTP2(t *testing.T) {
	var requests atomic.Int64
	s := serveTLS(t, true, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		if r.ProtoMajor != 2 || r.Header.Get("Authorization") != secret {
			t.Errorf("%s, %v", r.Proto, r.Header)
		}
		switch {
		case strings.Contains(r.URL.Path, "reset"):
			panic(http.ErrAbortHandler)
		case strings.Contains(r.URL.Path, "cut"):
			_, _ = io.WriteString(w, `{"data":`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		case strings.Contains(r.URL.Path, "stall"):
			_, _ = io.WriteString(w, `{"data":`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		case strings.Contains(r.URL.Path, "endless"):
			_, _ = io.Copy(w, endless(' '))
		default:
			_, _ = io.WriteString(w, goodBody)
		}
	})
	create := createThing
	create.Path, create.Params = "/{thing_id}", updateThing.Params
	transport := trusting(s)
	clients := map[bool]*Client{}
	for stalls, timeout := range map[bool]time.Duration{false: 30 * time.Second, true: 250 * time.Millisecond} {
		clients[stalls] = clientOf(t, tableOf(&demoAPI, &getThing, &create), Options{BaseURL: s.URL, Transport: transport, Clock: newFakeClock(), AttemptTimeout: timeout})
	}
	for _, tt := range []struct{ path, r, w string }{
		{"good", "1 success", "1 success"},
		{"reset", "3 unavailable", "1 outcome_unknown"},
		{"cut", "3 unavailable", "1 outcome_unknown"},
		{"stall", "3 timeout", "1 outcome_unknown"},
		{"endless", "1 unexpected_response", "1 unexpected_response"},
		{"good after all of that", "1 success", "1 success"},
	} {
		for action, want := range map[string]string{"get_thing": tt.r, "create_thing": tt.w} {
			requests.Store(0)
			e := clients[tt.path == "stall"].Call(t.Context(), action, token(), []byte(`{"thing_id":"`+tt.path+`"`+map[string]string{"create_thing": `,"name":"n"`}[action]+`}`))
			got := "success"
			if e.Err != nil {
				got = string(e.Err.Code)
			}
			if got = fmt.Sprintf("%d %s", requests.Load(), got); got != want {
				t.Errorf("%s %s: got %s, want %s: %s", action, tt.path, got, want, e.JSON)
			}
		}
	}
}

// TestConnectionIsKept: answers of every kind leave the connection to the next
// call.
func TestConnectionIsKept(t *testing.T) {
	var opened atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/things/missing":
			http.Error(w, `{"errors":[{"title":"T"}]}`, 404)
		case "/things/packed":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, gzipped(goodBody))
		case "/things/chunked":
			_, _ = io.WriteString(w, goodBody)
			_ = http.NewResponseController(w).Flush()
		default:
			_, _ = io.WriteString(w, goodBody)
		}
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	c := newTestClient(t, Options{BaseURL: s.URL})
	for range 5 {
		for _, id := range []string{"plain", "missing", "packed", "chunked"} {
			c.Call(t.Context(), "get_thing", token(), []byte(`{"thing_id":"`+id+`"}`))
		}
		c.Call(t.Context(), "create_thing", token(), []byte(good["create_thing"]))
		c.Call(t.Context(), "delete_thing", token(), []byte(good["delete_thing"]))
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("%d connections were opened for calls in a row", n)
	}
}

// TestCancelOnWire: a call returns soon after its context is over, wherever it
// is.
func TestCancelOnWire(t *testing.T) {
	for name, serve := range map[string]func(net.Conn){
		"before an answer": then("", stall),
		"in the headers":   then("HTTP/1.1 200 OK\r\n", stall),
		"in the body":      then(ok200+"\r\n{", stall),
		"in a long body":   then(ok200+"\r\n", drip(strings.Repeat(" ", 5000))),
	} {
		base, connections := loopback(t, func(conn net.Conn, _ int) { serve(conn) })
		c := newTestClient(t, Options{BaseURL: base})
		ctx, cancel := context.WithCancel(t.Context())
		var over time.Time
		time.AfterFunc(50*time.Millisecond, func() { over = time.Now(); cancel() })
		e := c.Call(ctx, "get_thing", token(), []byte(good["get_thing"]))
		if late := time.Since(over); e.code() != CodeCanceled || late > 100*time.Millisecond || connections() != 1 {
			t.Errorf("%s: %s, %s late, %d connections", name, e.JSON, late, connections())
		}
	}
}

// TestIdleConnectionCloses: a connection that the server closes while it is
// idle, or under the next request, costs no call and doubles no write. net/http
// would send some requests again by itself; each must be an attempt that is
// counted.
func TestIdleConnectionCloses(t *testing.T) {
	tests := []struct {
		name   string
		reads  bool // the server takes the second request up before it closes
		action string
		want   string // what becomes of the second call, and how often the API saw it
	}{
		{"while idle, read", false, "get_thing", "success, seen 1"},
		{"while idle, write", false, "create_thing", "success, seen 1"},
		{"under a read", true, "get_thing", "success, seen 2"},
		{"under a write", true, "create_thing", "outcome_unknown, seen 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var seen atomic.Int64
			closed := make(chan struct{}, 1)
			answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(goodBody), goodBody)
			base, _ := loopback(t, func(conn net.Conn, n int) {
				in := bufio.NewReader(conn)
				for round := 1; ; round++ {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					if n > 1 || round > 1 {
						seen.Add(1)
					}
					if n == 1 && round == 2 {
						return
					}
					_, _ = io.WriteString(conn, answer)
					if n == 1 && !tt.reads {
						conn.Close()
						closed <- struct{}{}
						return
					}
				}
			})
			clock := newFakeClock()
			c := newTestClient(t, Options{BaseURL: base, Clock: clock})
			if e := get(t.Context(), c, token()); !e.Success() {
				t.Fatal(e.Err)
			}
			if !tt.reads {
				<-closed
			}
			e := c.Call(t.Context(), tt.action, token(), []byte(good[tt.action]))
			got := "success"
			if e.Err != nil {
				got = string(e.Err.Code)
			}
			if got = fmt.Sprintf("%s, seen %d", got, seen.Load()); got != tt.want {
				t.Errorf("got %s, want %s: %s", got, tt.want, e.JSON)
			}
			if want := int(seen.Load()) - 1; tt.reads && len(clock.waits) != want {
				t.Errorf("%d retries were ours, want %d", len(clock.waits), want)
			}
		})
	}
}

// TestHTTP2Shares: calls in a row and at once share one HTTP/2 connection, and
// each is one request.
func TestHTTP2Shares(t *testing.T) {
	var requests, opened atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, goodBody)
	}))
	s.EnableHTTP2 = true
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.StartTLS()
	defer s.Close()
	clock := newFakeClock()
	c := newTestClient(t, Options{BaseURL: s.URL, Transport: trusting(s), Clock: clock})
	call := func(action string) {
		if e := c.Call(t.Context(), action, token(), []byte(good[action])); !e.Success() {
			t.Errorf("%s: %s", action, e.JSON)
		}
	}
	for range 20 {
		call("get_thing")
		call("create_thing")
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("%d connections for calls in a row", n)
	}
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() { call("get_thing"); call("create_thing") })
	}
	all.Wait()
	if requests.Load() != 120 || len(clock.waits) > 0 {
		t.Errorf("%d requests and %d retries for 120 calls", requests.Load(), len(clock.waits))
	}
}
