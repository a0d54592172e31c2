// Bodies that stall and bodies that drip, in the time of a bubble: nobody waits.

package runtime

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// piped is a transport of this package whose connections lead to serve, in
// memory.
func piped(serve func(net.Conn)) *http.Transport {
	transport := NewTransport()
	transport.Proxy = nil
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			serve(server)
		}()
		return client, nil
	}
	return transport
}

// dripping answers with a header and then a byte of the text each pause.
func dripping(head, text string, pause time.Duration) func(net.Conn) {
	return func(conn net.Conn) {
		if r, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
			return
		} else if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		if _, err := io.WriteString(conn, head); err != nil {
			return
		}
		for i := range len(text) {
			time.Sleep(pause)
			if _, err := conn.Write([]byte{text[i]}); err != nil {
				return
			}
		}
		_, _ = io.Copy(io.Discard, conn) // a stall, until the client gives up
	}
}

// TestIdleBody: a body may drip for as long as an attempt lasts, and stall for
// 15 seconds.
func TestIdleBody(t *testing.T) {
	const packed = "Content-Encoding: gzip\r\n"
	thing := length(len(goodBody))
	slow := "Content-Length: 5000\r\n\r\n"
	for _, tt := range []struct {
		name    string
		serve   func(net.Conn)
		timeout time.Duration // of an attempt
		r, w    Code
		text    string
		took    time.Duration // by one attempt
	}{
		{"a drip that comes to its end", dripping(ok200+thing, goodBody, time.Second), 0, "", "", "", 19 * time.Second},
		{"slower, in the time of a patient host", dripping(ok200+thing, goodBody, 14*time.Second), 10 * time.Minute, "", "", "", 19 * 14 * time.Second},
		{"slower than may be", dripping(ok200+thing, goodBody, 16*time.Second), 10 * time.Minute, CodeTimeout, CodeOutcomeUnknown, timedOut, 15 * time.Second},
		{"a drip beyond the time of an attempt", dripping(ok200+slow, strings.Repeat(" ", 5000), time.Second), 0, CodeTimeout, CodeOutcomeUnknown, timedOut, 30 * time.Second},
		{"a stall at once", dripping(ok200+slow, "", 0), 0, CodeTimeout, CodeOutcomeUnknown, timedOut, 15 * time.Second},
		{"a stall after a while", dripping(ok200+slow, `{"data":`, time.Second), 0, CodeTimeout, CodeOutcomeUnknown, timedOut, 23 * time.Second},
		{"a stall where JSON ends", dripping(ok200+slow, goodBody, 0), 0, CodeTimeout, CodeOutcomeUnknown, timedOut, 15 * time.Second},
		{"a stall between chunks", dripping(chunked, chunk(goodBody), 0), 0, CodeTimeout, CodeOutcomeUnknown, timedOut, 15 * time.Second},
		{"a stall in gzip", dripping(ok200+packed+slow, gzipped(goodBody)[:20], 0), 0, CodeTimeout, CodeOutcomeUnknown, timedOut, 15 * time.Second},
		{"a stall in an attempt that is shorter", dripping(ok200+slow, "", 0), 5 * time.Second, CodeTimeout, CodeOutcomeUnknown, timedOut, 5 * time.Second},
		{"a stall in a failure", dripping("HTTP/1.1 404 No\r\nConnection: close\r\n"+slow, "gone", 0), 0, CodeNotFound, CodeNotFound, "API error (404): gone", 15 * time.Second},
		{"a stall before the answer", dripping("", "", 0), 0, CodeTimeout, CodeOutcomeUnknown, timedOut, 30 * time.Second},
	} {
		for action, want := range map[string]Code{"get_thing": tt.r, "create_thing": tt.w} {
			t.Run(tt.name+"/"+action, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := newTestClient(t, Options{BaseURL: "http://127.0.0.1:1", Transport: piped(tt.serve), Attempts: 1, AttemptTimeout: tt.timeout})
					start := time.Now()
					e := c.Call(t.Context(), action, token(), []byte(good[action]))
					took := time.Since(start)
					c.Close()
					if e.code() != want || !strings.HasPrefix(errorText(e), tt.text) || took != tt.took {
						t.Errorf("after %s instead of %s: %s", took, tt.took, e.JSON)
					}
					if stalls := strings.HasPrefix(tt.name, "a stall") && tt.timeout == 0 && tt.took < 30*time.Second && want == CodeTimeout; stalls && !errors.Is(e.Err, errStalled) {
						t.Errorf("the cause is %v", errors.Unwrap(e.Err))
					}
					time.Sleep(time.Hour) // the server notices
				})
			})
		}
	}
}

// TestIdleBodyAgain: a read whose answer stalls is sent again, and what is left
// of it does not reach the next attempt.
func TestIdleBodyAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := newTestClient(t, Options{BaseURL: "http://127.0.0.1:1", Clock: newFakeClock(), Transport: piped(func(conn net.Conn) {
			if n++; n == 1 {
				dripping(ok200+length(500), `{"data":{"id":"half`, 0)(conn)
				return
			}
			dripping(ok200+length(len(goodBody)), goodBody, 0)(conn)
		})})
		e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
		c.Close()
		time.Sleep(time.Hour)
		if string(e.JSON) != `{"success":true,"error":null,"data":{"id":"1"}}` || n != 2 {
			t.Errorf("%s after %d requests", e.JSON, n)
		}
	})
}

// TestIdleBodyCanceled: a caller does not wait for a body that stalls.
func TestIdleBodyCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTestClient(t, Options{BaseURL: "http://127.0.0.1:1", Transport: piped(dripping(ok200+length(500), "{", 0))})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(7*time.Second, cancel)
		start := time.Now()
		e := c.Call(ctx, "get_thing", token(), []byte(good["get_thing"]))
		took := time.Since(start)
		c.Close()
		time.Sleep(time.Hour)
		if e.code() != CodeCanceled || took != 7*time.Second {
			t.Errorf("after %s: %s", took, e.JSON)
		}
	})
}
