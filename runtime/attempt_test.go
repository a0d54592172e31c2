// One exchange on a real wire: servers on this machine that break every rule,
// redirects that lead astray, and answers larger than they should be.

package runtime

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// endless reads one character for ever.
func endless(c byte) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		for i := range p {
			p[i] = c
		}
		return len(p), nil
	})
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

// says reads a request and answers with these bytes, then closes.
func says(text string) func(net.Conn) {
	return func(conn net.Conn) {
		readRequest(conn)
		_, _ = io.WriteString(conn, text)
	}
}

func readRequest(conn net.Conn) {
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err == nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
}

// then goes on after some bytes.
func then(text string, next func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		says(text)(conn)
		next(conn)
	}
}

// reset closes the connection rudely.
func reset(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) }

// stall waits until the client gives up.
func stall(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// lull is a stall that ends, for what net/http does not end with the context.
func lull(conn net.Conn) {
	_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
	stall(conn)
}

// forever sends a text again and again, until the client gives up.
func forever(text string) func(net.Conn) {
	return func(conn net.Conn) {
		many := []byte(strings.Repeat(text, 1+32<<10/len(text)))
		for {
			if _, err := conn.Write(many); err != nil {
				return
			}
		}
	}
}

// drip sends one byte a millisecond.
func drip(text string) func(net.Conn) {
	return func(conn net.Conn) {
		for i := range len(text) {
			if _, err := conn.Write([]byte{text[i]}); err != nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}
}

const (
	ok200   = "HTTP/1.1 200 OK\r\nConnection: close\r\n"
	chunked = ok200 + "Transfer-Encoding: chunked\r\n\r\n"
)

// TestWire: what each kind of server comes to, for a read and for a write.
func TestWire(t *testing.T) {
	packed := gzipped(goodBody)
	length := func(n int) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n", n) }
	chunk := func(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }
	const broken = "Call failed: the answer broke off: "
	tests := []struct {
		name  string
		serve func(net.Conn)
		r, w  string // as in the matrix of retry_test.go
		text  string
	}{
		// Odd, but legal.
		{"length", says(ok200 + length(len(goodBody)) + goodBody), "1 success", "1 success", ""},
		{"until the end", says(ok200 + "\r\n" + goodBody), "1 success", "1 success", ""},
		{"HTTP/1.0", says("HTTP/1.0 200 OK\r\n\r\n" + goodBody), "1 success", "1 success", ""},
		{"no reason phrase", says("HTTP/1.1 200\r\nConnection: close\r\n\r\n" + goodBody), "1 success", "1 success", ""},
		{"chunked", says(chunked + chunk(goodBody[:5]) + chunk(goodBody[5:]) + "0\r\n\r\n"), "1 success", "1 success", ""},
		{"chunked with a trailer", says(chunked + chunk(goodBody) + "0\r\nX-Sum: 1\r\n\r\n"), "1 success", "1 success", ""},
		{"gzip", says(ok200 + "Content-Encoding: gzip\r\n" + length(len(packed)) + packed), "1 success", "1 success", ""},
		{"gzip, chunked, in capitals", says(strings.TrimSuffix(chunked, "\r\n") + "content-encoding: GZip\r\n\r\n" + chunk(packed) + "0\r\n\r\n"), "1 success", "1 success", ""},
		{"gzip in two members", says(ok200 + "Content-Encoding: x-gzip\r\n\r\n" + gzipped(goodBody[:7]) + gzipped(goodBody[7:])), "1 success", "1 success", ""},
		{"early hints", says("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + ok200 + "\r\n" + goodBody), "1 success", "1 success", ""},
		{"byte by byte", then("", drip(ok200+length(len(goodBody))+goodBody)), "1 success", "1 success", ""},
		{"byte order mark", says(ok200 + "\r\n\uFEFF" + goodBody), "1 success", "1 success", ""},

		// The connection goes away.
		{"closed at once", func(net.Conn) {}, "3 unavailable", "1 outcome_unknown", "Call failed: "},
		{"closed before an answer", readRequest, "3 unavailable", "1 outcome_unknown", "Call failed: the connection was closed before an answer came"},
		{"reset before an answer", then("", reset), "3 unavailable", "1 outcome_unknown", "Call failed: "},
		{"closed in the headers", says("HTTP/1.1 200 OK\r\nContent-"), "3 unavailable", "1 outcome_unknown", "Call failed: "},
		{"reset in the body", then(ok200+length(500)+`{"data":`, reset), "3 unavailable", "1 outcome_unknown", broken},
		{"length cut", says(ok200 + length(500) + `{"data":`), "3 unavailable", "1 outcome_unknown", broken + "unexpected EOF"},
		{"length cut where JSON ends", says(ok200 + length(500) + goodBody), "3 unavailable", "1 outcome_unknown", broken + "unexpected EOF"},
		{"chunked cut", says(chunked + chunk(goodBody)), "3 unavailable", "1 outcome_unknown", broken + "unexpected EOF"},
		{"gzip cut", says(ok200 + "Content-Encoding: gzip\r\n\r\n" + packed[:len(packed)-5]), "3 unavailable", "1 outcome_unknown", broken + "unexpected EOF"},
		{"gzip with a wrong sum", says(ok200 + "Content-Encoding: gzip\r\n\r\n" + packed[:len(packed)-8] + "12345678"), "3 unavailable", "1 outcome_unknown", broken + "gzip: invalid checksum"},
		{"gzip that is none", says(ok200 + "Content-Encoding: gzip\r\n\r\n" + goodBody), "3 unavailable", "1 outcome_unknown", broken + "gzip: invalid header"},
		{"a chunk that is none", says(chunked + "zz\r\n" + goodBody), "3 unavailable", "1 outcome_unknown", broken + "invalid byte in chunk length"},

		// Nothing comes, or not enough.
		{"stalled before an answer", then("", stall), "3 timeout", "1 outcome_unknown", timedOut},
		{"stalled in the headers", then("HTTP/1.1 200 OK\r\n", stall), "3 timeout", "1 outcome_unknown", timedOut},
		{"stalled in the body", then(ok200+length(500)+`{"data":`, stall), "3 timeout", "1 outcome_unknown", timedOut},
		{"dripping longer than an attempt may last", then(ok200+length(9000)+`{"data":"`, drip(strings.Repeat("a", 9000))), "3 timeout", "1 outcome_unknown", timedOut},
		{"stalled in a failure", then("HTTP/1.1 404 Not Found\r\n"+length(500)+"nothing", stall), "1 not_found", "1 not_found", "API error (404): nothing"},
		{"another protocol after the answer", then("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", lull), "1 unexpected_response", "1 unexpected_response", "API error (101): Switching Protocols"},

		// Not HTTP, or not quite.
		{"noise", says("\x00\xff\x80noise\r\n\r\n"), "3 unavailable", "1 outcome_unknown", "Call failed: "},
		{"a TLS alert", says("\x15\x03\x01\x00\x02\x02\x46"), "3 unavailable", "1 outcome_unknown", "Call failed: "},
		{"HTTP/2 unasked", says("\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"), "3 unavailable", "1 outcome_unknown", "Call failed: "},
		{"a status that is no number", says("HTTP/1.1 OK\r\n\r\n"), "3 unavailable", "1 outcome_unknown", "Call failed: "},
		{"two lengths", says(ok200 + "Content-Length: 5\r\nContent-Length: 18\r\n\r\n" + goodBody), "3 unavailable", "1 outcome_unknown", "Call failed: "},
		{"a length below nothing", says(ok200 + "Content-Length: -1\r\n\r\n" + goodBody), "3 unavailable", "1 outcome_unknown", "Call failed: "},
		{"a header without a colon", says(ok200 + "oops\r\n\r\n" + goodBody), "3 unavailable", "1 outcome_unknown", "Call failed: "},
		{"endless headers", then(ok200, forever("X-A: b\r\n")), "3 unavailable", "1 outcome_unknown", "Call failed: "},
		{"one endless header", then(ok200+"X-A: ", forever("b")), "3 unavailable", "1 outcome_unknown", "Call failed: "},
		{"a header over the bound", says(ok200 + "X-A: " + strings.Repeat("b", maxHeaderBytes) + "\r\n\r\n" + goodBody), "3 unavailable", "1 outcome_unknown", "Call failed: "},
		{"endless early hints", then("", forever("HTTP/1.1 103 Early Hints\r\n\r\n")), "3 unavailable", "1 outcome_unknown", "Call failed: "},

		// Encodings that were not asked for.
		{"gzip in gzip", says(ok200 + "Content-Encoding: gzip\r\n\r\n" + gzipped(packed)), "1 unexpected_response", "1 unexpected_response", "Call failed: the answer is not JSON"},
		{"gzip twice", says(ok200 + "Content-Encoding: gzip, gzip\r\n\r\n" + gzipped(packed)), "1 unexpected_response", "1 unexpected_response", "Call failed: the answer is in an encoding that was not asked for"},
		{"deflate", says(ok200 + "Content-Encoding: deflate\r\n\r\nx"), "1 unexpected_response", "1 unexpected_response", "Call failed: the answer is in an encoding that was not asked for"},
		{"gzip of nothing", says(ok200 + "Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"), "1 unexpected_response", "1 unexpected_response", "Call failed: the answer has no body"},
	}
	for _, tt := range tests {
		for _, column := range []struct{ action, want string }{{"get_thing", tt.r}, {"create_thing", tt.w}} {
			t.Run(tt.name+"/"+column.action, func(t *testing.T) {
				t.Parallel()
				base, connections := loopback(t, func(conn net.Conn, _ int) { tt.serve(conn) })
				c := newTestClient(t, Options{BaseURL: base, Clock: newFakeClock(), AttemptTimeout: 250 * time.Millisecond})
				start := time.Now()
				e := c.Call(t.Context(), column.action, token(), []byte(good[column.action]))
				if took := time.Since(start); took > 1500*time.Millisecond {
					t.Errorf("took %s, three attempts may take 0.75 s", took)
				}
				got := "success"
				if e.Err != nil {
					got = string(e.Err.Code)
				}
				if got = fmt.Sprintf("%d %s", connections(), got); got != column.want {
					t.Errorf("got %s, want %s: %s", got, column.want, e.JSON)
				}
				if e.Err != nil && (!strings.HasPrefix(e.Err.Error(), tt.text) || len(e.Err.Error()) > 2*maxErrorText) {
					t.Errorf("got %.300q, want %q…", e.Err, tt.text)
				}
			})
		}
	}
}

// TestRefusedOnWire: where nobody listens nothing was sent, so a write is tried
// again too.
func TestRefusedOnWire(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	for _, action := range []string{"get_thing", "create_thing"} {
		c := newTestClient(t, Options{BaseURL: "http://" + l.Addr().String(), Clock: newFakeClock()})
		e := c.Call(t.Context(), action, token(), []byte(good[action]))
		if e.Err == nil || e.Err.Code != CodeUnavailable || e.Err.Attempts != 3 || !strings.Contains(e.Err.Error(), "connection refused") {
			t.Errorf("%s: %s", action, e.JSON)
		}
	}
}

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

// TestMemory: the worst answers cost no more than a few times the bound.
func TestMemory(t *testing.T) {
	bomb := gzipped(strings.Repeat(" ", 1<<20)) // 1 KiB on the wire
	tests := []struct {
		name  string
		serve func(net.Conn)
		want  Code
		text  string
		mib   uint64
	}{
		{"endless body", then(ok200+"\r\n", forever("          ")), CodeUnexpectedResponse, "Call failed: the answer is larger than 10 MiB", 64},
		{"ten gigabytes announced", then(ok200+"Content-Length: 10000000000\r\n\r\n", forever("          ")), CodeUnexpectedResponse, "Call failed: the answer is larger than 10 MiB", 64},
		{"endless chunks", then(chunked, forever("400\r\n"+strings.Repeat(" ", 1024)+"\r\n")), CodeUnexpectedResponse, "Call failed: the answer is larger than 10 MiB", 64},
		{"endless array", then(ok200+"\r\n"+`{"data":[{}`, forever(",{}")), CodeUnexpectedResponse, "Call failed: the answer is larger than 10 MiB", 64},
		{"gzip bomb", then(ok200+"Content-Encoding: gzip\r\n\r\n", forever(bomb)), CodeUnexpectedResponse, "Call failed: the answer is larger than 10 MiB", 64},
		{"endless failure", then("HTTP/1.1 500 No\r\nConnection: close\r\n\r\n", forever("no ")), CodeUnavailable, "API error (500): no no", 8},
		{"gzip bomb in a failure", then("HTTP/1.1 403 No\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n", forever(bomb)), CodePermissionDenied, "API error (403): Forbidden", 8},
		{"endless headers", then(ok200, forever("X-A: b\r\n")), CodeUnavailable, "Call failed: ", 64},
		{"a length that is not kept", says(ok200 + "Content-Length: 10485760\r\n\r\n{"), CodeUnavailable, "Call failed: the answer broke off: unexpected EOF", 64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			base, _ := loopback(t, func(conn net.Conn, _ int) { tt.serve(conn) })
			c := newTestClient(t, Options{BaseURL: base, Clock: newFakeClock()})
			var before, after goruntime.MemStats
			goruntime.ReadMemStats(&before)
			e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
			goruntime.ReadMemStats(&after)
			if e.Err == nil || e.Err.Code != tt.want || !strings.HasPrefix(e.Err.Error(), tt.text) {
				t.Errorf("%.300s", e.JSON)
			}
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > tt.mib {
				t.Errorf("allocated %d MiB, want at most %d", used, tt.mib)
			}
		})
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
