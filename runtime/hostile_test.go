// Servers that break every rule. Each behaviour is a row: what a read, a write
// that may be repeated and any other write come to, how many requests the server
// sees, and what the caller is told. Whatever happens, the envelope keeps to its
// form, the call ends in bounded time, no more is read than the bounds allow,
// and no connection stays open. (main_test.go holds that no goroutine does.)
//
// The rows are in hostile_*_test.go: hostile_wire_test.go has the connection and
// HTTP itself, hostile_body_test.go what comes under a success status,
// hostile_tls_test.go the way there, hostile_http2_test.go the frames of HTTP/2.

package runtime

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"
)

// outcomes is what comes of a read, of a write that may be repeated and of any
// other write: the requests that the server saw, and the code.
type outcomes [3]string

var (
	works   = outcomes{"1 success", "1 success", "1 success"}
	odd     = outcomes{"1 unexpected_response", "1 unexpected_response", "1 unexpected_response"}
	broken  = outcomes{"3 unavailable", "3 unavailable", "1 outcome_unknown"}
	late    = outcomes{"3 timeout", "3 timeout", "1 outcome_unknown"}
	unsent  = outcomes{"3 unavailable", "3 unavailable", "3 unavailable"} // nothing has reached the API
	refused = outcomes{"1 unavailable", "1 unavailable", "1 unavailable"} // and nothing ever will
)

// rude is one server.
type rude struct {
	name  string
	serve func(net.Conn)
	want  outcomes
	text  string // of the error, its beginning; of a success, the data
}

// patience is what an attempt may last against servers that make it wait.
const patience = 500 * time.Millisecond

// hostileActions are a read, a write that may be repeated and one that may not.
var hostileActions = []*Operation{&getThing, &updateThing, &createThing}

func runHostile(t *testing.T, rows []rude) {
	for _, row := range rows {
		for i, op := range hostileActions {
			t.Run(row.name+"/"+op.Name, func(t *testing.T) {
				t.Parallel()
				base, connections := loopback(t, func(conn net.Conn, _ int) { row.serve(conn) })
				w := counting(NewTransport())
				o := Options{BaseURL: base, Transport: w, AttemptTimeout: time.Minute}
				if row.want == late || row.text == waits {
					o.AttemptTimeout = patience
				}
				row.check(t, op, good[op.Name], row.want[i], o, connections)
				w.finished(t)
			})
		}
	}
}

// waits marks a row whose success takes the time of an attempt.
const waits = "API error (404): nothing"

// check makes the call and holds it against the row. Where no server can count
// the requests, those that were tried count.
func (h *rude) check(t *testing.T, op *Operation, input, want string, o Options, requests func() int) {
	t.Helper()
	o.Clock = newFakeClock()
	c := newTestClient(t, o)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // nothing lasts as long, on the slowest machine
	defer cancel()
	e := c.Call(ctx, op.Name, token(), []byte(input))
	c.Close()
	wantEnvelope(t, op, e)
	if !utf8.Valid(e.JSON) {
		t.Errorf("the envelope is not UTF-8: %.300q", e.JSON)
	}
	got := "success"
	if e.Err != nil {
		got = string(e.code())
	}
	n := 0
	switch {
	case requests != nil:
		n = requests()
	case e.Err != nil:
		n = e.Err.Attempts
	default:
		n = 1
	}
	if got = fmt.Sprintf("%d %s", n, got); got != want {
		t.Errorf("got %s, want %s: %.300s", got, want, e.JSON)
	}
	switch {
	case e.Err == nil && h.text != "" && !bytes.HasSuffix(e.JSON, []byte(`"data":`+h.text+"}")):
		t.Errorf("got %.300s, want the data %.300s", e.JSON, h.text)
	case e.Err != nil && (!strings.HasPrefix(errorText(e), h.text) || len(errorText(e)) > 2*maxErrorText):
		t.Errorf("got %.300q, want %q…", errorText(e), h.text)
	}
	noSecret(t, "the envelope", string(e.JSON))
}

// counter is a transport that counts the connections that are open and the bytes
// that come in.
type counter struct {
	*http.Transport
	open, read atomic.Int64
}

func counting(transport *http.Transport) *counter {
	w := &counter{Transport: transport}
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		w.open.Add(1)
		return &countedConn{Conn: conn, counter: w}, nil
	}
	return w
}

type countedConn struct {
	net.Conn
	counter *counter
	closed  atomic.Bool
}

func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.counter.read.Add(int64(n))
	return n, err
}

func (c *countedConn) Close() error {
	if !c.closed.Swap(true) {
		c.counter.open.Add(-1)
	}
	return c.Conn.Close()
}

// maxWire bounds what is read of a server in three attempts: bodies and headers
// at their bounds, and what buffers hold beyond.
const maxWire = 3 * (maxBodyBytes + maxHeaderBytes + 1<<20)

// finished waits until every connection is closed; net/http closes some of them
// a moment after the call.
func (w *counter) finished(t testing.TB) {
	t.Helper()
	for n := 0; w.open.Load() > 0; n++ {
		w.CloseIdleConnections() // HTTP/2 takes leave of a stream after the call
		if n == 2000 {
			t.Fatalf("%d connections stay open", w.open.Load())
		}
		time.Sleep(5 * time.Millisecond)
	}
	if n := w.read.Load(); n > maxWire {
		t.Errorf("%d bytes were read", n)
	}
}

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
