// What is sent again, when, and as what it is reported: the whole matrix of
// status or fault by method, the waits, and the bounds on retrying.

package runtime

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// The rows of the matrix say what becomes of an outcome: how many requests are
// made and the code of the error. "3 unavailable" was retried until the
// attempts were used up, "1 outcome_unknown" was not, and the text says so.
type outcome struct {
	name string
	step step
	text string // what the error's text begins with
	r    string // GET
	i    string // PUT, and a POST that may be repeated
	w    string // POST
}

func sameOutcome(name string, s step, text, all string) outcome {
	return outcome{name, s, text, all, all, all}
}

func status(code int, header ...string) step {
	return answering(code, `{"errors":[{"title":"T","detail":"D"}]}`, header...)
}

func syscallError(op string, errno syscall.Errno) error {
	return &net.OpError{Op: op, Net: "tcp", Err: os.NewSyscallError(op, errno)}
}

const timedOut = "Request timed out."

func matrix() []outcome {
	const (
		api    = "API error (%s): T: D"
		broken = "Call failed: the answer broke off: "
	)
	rows := []outcome{
		sameOutcome("200", answering(200, goodBody), "", "1 success"),

		// An answer with a success status that is no answer.
		sameOutcome("200 without a body", answering(200, ""), "Call failed: the answer has no body", "1 unexpected_response"),
		sameOutcome("200 in HTML", answering(200, "<html>", "Content-Type: text/html"), "Call failed: the answer is not JSON but text/html: it is not JSON at byte 0", "1 unexpected_response"),
		sameOutcome("200 and more behind it", answering(200, goodBody+"x"), "Call failed: the answer is not JSON: text after the end", "1 unexpected_response"),
		sameOutcome("200 too deep", answering(200, strings.Repeat("[", maxDepth+1)), "Call failed: the answer is not JSON: it is nested too deep", "1 unexpected_response"),
		sameOutcome("200 in another encoding", answering(200, "x", "Content-Encoding: br"), "Call failed: the answer is in an encoding that was not asked for", "1 unexpected_response"),
		sameOutcome("200 in another form", answering(200, `{"data":[]}`), `Call failed: "data" in the answer is an array, not an object`, "1 unexpected_response"),
		sameOutcome("200 over the limit", func(r *http.Request) (*http.Response, error) {
			return response(200, io.LimitReader(endless(' '), maxBodyBytes+1)), nil
		}, "Call failed: the answer is larger than 10 MiB", "1 unexpected_response"),
		sameOutcome("200 with errors", status(200), "API error (200): T: D", "1 unexpected_response"),
		sameOutcome("204", answering(204, ""), "API error (204): No Content", "1 unexpected_response"),

		// Redirects that lead elsewhere; those that are followed are in attempt_test.go.
		sameOutcome("302 to another host", status(302, "Location: https://evil.test/x?k=v"), "API error (302): the redirect to https://evil.test was not followed", "1 unexpected_response"),
		sameOutcome("307 without a place", status(307), "API error (307): T: D", "1 unexpected_response"),
		sameOutcome("300", status(300), "API error (300): T: D", "1 unexpected_response"),
		sameOutcome("304", answering(304, ""), "API error (304): Not Modified", "1 unexpected_response"),

		sameOutcome("401", status(401), "API error (401): T: D", "1 unauthenticated"),
		sameOutcome("402", status(402), "API error (402): T: D", "1 quota_exhausted"),
		sameOutcome("403", status(403), "API error (403): T: D", "1 permission_denied"),
		sameOutcome("404", status(404), "API error (404): T: D", "1 not_found"),
		sameOutcome("410", status(410), "API error (410): T: D", "1 not_found"),
		sameOutcome("409", status(409), "API error (409): T: D", "1 conflict"),
		sameOutcome("a wait asked for with another status", status(404, "Retry-After: 1"), "API error (404): T: D", "1 not_found"),

		{"408", status(408), "API error (408): T: D", "3 timeout", "3 timeout", "1 timeout"},
		{"500", status(500), "API error (500): T: D", "3 unavailable", "3 unavailable", "1 unavailable"},
		{"500 with a wait", status(500, "Retry-After: 1"), "API error (500): T: D", "3 unavailable", "3 unavailable", "1 unavailable"},
		{"502", status(502), "API error (502): T: D", "3 unavailable", "3 unavailable", "1 outcome_unknown"},
		{"504", status(504), "API error (504): T: D", "3 unavailable", "3 unavailable", "1 outcome_unknown"},
		{"503", status(503), "API error (503): T: D", "3 unavailable", "3 unavailable", "1 unavailable"},
		{"503 with a wait", status(503, "Retry-After: 1"), "API error (503): T: D", "3 unavailable", "3 unavailable", "3 unavailable"},
		{"503 with a wait that is none", status(503, "Retry-After: soon"), "API error (503): T: D", "3 unavailable", "3 unavailable", "1 unavailable"},
		sameOutcome("503 with a wait over the cap", status(503, "Retry-After: 61"), "API error (503): T: D", "1 unavailable"),

		sameOutcome("429", status(429), "API error (429): T: D", "3 rate_limited"),
		sameOutcome("429 with a wait", status(429, "Retry-After: 2"), "API error (429): T: D", "3 rate_limited"),
		sameOutcome("429 with a wait over the cap", status(429, "Retry-After: 61"), "API error (429): T: D", "1 rate_limited"),
		sameOutcome("429 with the quota used up", status(429, "Quota-Left: 0", "Retry-After: 1"), "API error (429): T: D", "1 quota_exhausted"),
		sameOutcome("429 with some quota left", status(429, "Quota-Left: 1", "Retry-After: 1"), "API error (429): T: D", "3 rate_limited"),
		sameOutcome("425", status(425), "API error (425): T: D", "3 rate_limited"),

		// Nothing was sent: everything may be repeated.
		sameOutcome("refused", failing(false, syscallError("connect", syscall.ECONNREFUSED)), "Call failed: connect tcp: connect: connection refused", "3 unavailable"),
		sameOutcome("host unreachable", failing(false, syscallError("connect", syscall.EHOSTUNREACH)), "Call failed: connect tcp: connect: no route to host", "3 unavailable"),
		sameOutcome("DNS out of order", failing(false, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "server misbehaving", Name: "api.example.test", IsTemporary: true}}),
			"Call failed: dial tcp: lookup api.example.test: server misbehaving", "3 unavailable"),
		sameOutcome("TLS handshake broken off", failing(false, io.EOF), "Call failed: the connection was closed before an answer came", "3 unavailable"),
		sameOutcome("dial timeout", failing(false, &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}), timedOut, "3 timeout"),

		// It will be the same next time.
		sameOutcome("no such host", failing(false, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "api.example.test", IsNotFound: true}}),
			"Call failed: dial tcp: lookup api.example.test: no such host", "1 unavailable"),
		sameOutcome("certificate of an unknown authority", failing(false, &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}),
			"Call failed: tls: failed to verify certificate: x509: certificate signed by unknown authority", "1 unavailable"),
		sameOutcome("certificate of another host", failing(false, x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"other.test"}}, Host: "api.example.test"}),
			"Call failed: x509: certificate is ", "1 unavailable"),
		sameOutcome("a scheme that nobody speaks", failing(false, errors.New(`unsupported protocol scheme "gopher"`)), "Call failed: unsupported protocol scheme", "1 unavailable"),

		// It was sent, and nobody knows.
		{"reset", failing(true, syscallError("read", syscall.ECONNRESET)), "Call failed: read tcp: read: connection reset by peer", "3 unavailable", "3 unavailable", "1 outcome_unknown"},
		{"closed before an answer", failing(true, io.EOF), "Call failed: the connection was closed before an answer came", "3 unavailable", "3 unavailable", "1 outcome_unknown"},
		{"broken HTTP", failing(true, errors.New("malformed HTTP response \"hello\"")), "Call failed: malformed HTTP response \"hello\"", "3 unavailable", "3 unavailable", "1 outcome_unknown"},
		{"GOAWAY", failing(true, errors.New("http2: server sent GOAWAY and closed the connection")), "Call failed: http2: server sent GOAWAY", "3 unavailable", "3 unavailable", "1 outcome_unknown"},
		{"attempt timeout", hanging, timedOut, "3 timeout", "3 timeout", "1 outcome_unknown"},
		{"a transport that tells nothing of connections", func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
			"Call failed: the connection was closed before an answer came", "3 unavailable", "3 unavailable", "1 outcome_unknown"},

		// The answer began well and broke off.
		{"body cut", brokenBody(io.ErrUnexpectedEOF), broken, "3 unavailable", "3 unavailable", "1 outcome_unknown"},
		{"body reset", brokenBody(syscallError("read", syscall.ECONNRESET)), broken, "3 unavailable", "3 unavailable", "1 outcome_unknown"},
		{"body stalled", func(r *http.Request) (*http.Response, error) {
			connected(r, true)
			return response(200, stalling(r, `{"data":`)), nil
		}, timedOut, "3 timeout", "3 timeout", "1 outcome_unknown"},
		{"gzip that is none", answering(200, "no gzip", "Content-Encoding: gzip"), broken, "3 unavailable", "3 unavailable", "1 outcome_unknown"},
		{"gzip cut", func(r *http.Request) (*http.Response, error) {
			packed := gzipped(goodBody)
			return response(200, strings.NewReader(packed[:len(packed)-6]), "Content-Encoding: gzip"), nil
		}, broken, "3 unavailable", "3 unavailable", "1 outcome_unknown"},

		// A failure's own body does not matter.
		{"500 with a body cut", func(r *http.Request) (*http.Response, error) {
			return response(500, breaking("no", io.ErrUnexpectedEOF)), nil
		},
			"API error (500): no", "3 unavailable", "3 unavailable", "1 unavailable"},
		sameOutcome("404 in another encoding", answering(404, "x", "Content-Encoding: br"), "API error (404): Not Found", "1 not_found"),
	}
	for _, code := range []int{400, 405, 406, 411, 412, 413, 414, 415, 418, 422, 431, 451} {
		rows = append(rows, sameOutcome(fmt.Sprint(code), status(code), fmt.Sprintf("API error (%d): T: D", code), "1 invalid_input"))
	}
	for _, code := range []int{501, 505, 506, 507, 508, 510, 511, 520, 599} {
		rows = append(rows, sameOutcome(fmt.Sprint(code), status(code), fmt.Sprintf("API error (%d): T: D", code), "1 unavailable"))
	}
	for _, code := range []int{202, 203, 205, 206} { // success, but not one that is declared
		rows = append(rows, sameOutcome(fmt.Sprint(code), answering(code, goodBody), fmt.Sprintf("API error (%d): ", code), "1 unexpected_response"))
	}
	return rows
}

func brokenBody(err error) step {
	return func(r *http.Request) (*http.Response, error) {
		connected(r, true)
		return response(200, breaking(`{"data":`, err)), nil
	}
}

// quotaAPI declares a long quota; its first window is never full.
var quotaAPI = func() API {
	a := demoAPI
	a.Budgets = []Budget{{Calls: 1000, Per: 30 * 24 * time.Hour, Remaining: "Quota-Left"}}
	return a
}()

func TestMatrix(t *testing.T) {
	table := tableOf(&quotaAPI, demoOps...)
	for _, row := range matrix() {
		for _, column := range []struct{ action, want string }{
			{"get_thing", row.r}, {"update_thing", row.i}, {"search_things", row.i}, {"create_thing", row.w},
		} {
			t.Run(row.name+"/"+column.action, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					api := play(row.step)
					c := clientOf(t, table, Options{Transport: api})
					e := c.Call(t.Context(), column.action, token(), []byte(good[column.action]))
					wantOutcome(t, e, api, column.want, row.text)
				})
			})
		}
	}
}

// wantOutcome checks an envelope against a cell of the matrix.
func wantOutcome(t *testing.T, e Envelope, api *script, want, text string) {
	t.Helper()
	if e.Err == nil {
		if got := fmt.Sprintf("%d success", api.count()); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		return
	}
	if got := fmt.Sprintf("%d %s", api.count(), e.Err.Code); got != want {
		t.Errorf("got %s, want %s: %s", got, want, e.Err)
	}
	if e.Err.Attempts != api.count() {
		t.Errorf("the error tells of %d attempts, there were %d", e.Err.Attempts, api.count())
	}
	if !strings.HasPrefix(e.Err.Error(), text) {
		t.Errorf("got %q, want %q…", e.Err, text)
	}
	if got, want := strings.HasSuffix(e.Err.Error(), outcomeNote), e.Err.Code == CodeOutcomeUnknown; got != want {
		t.Errorf("the note is there: %v, the code is %s: %s", got, e.Err.Code, e.Err)
	}
}

// TestMatrixNone: an action that returns nothing is retried alike, and does not
// mind what a success looks like.
func TestMatrixNone(t *testing.T) {
	tests := []struct {
		name string
		step step
		want string
	}{
		{"204", answering(204, ""), "1 success"},
		{"200 without a body", answering(200, ""), "1 success"},
		{"200 with some body", answering(200, goodBody), "1 success"},
		{"200 in HTML", answering(200, "<html>"), "1 success"},
		{"200 in another encoding", answering(200, "x", "Content-Encoding: br"), "1 success"},
		{"200 with errors", status(200), "1 unexpected_response"},
		{"500", status(500), "3 unavailable"},
		{"404", status(404), "1 not_found"},
		{"reset", failing(true, syscallError("read", syscall.ECONNRESET)), "3 unavailable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := play(tt.step)
				c := newTestClient(t, Options{Transport: api})
				e := c.Call(t.Context(), "delete_thing", token(), []byte(good["delete_thing"]))
				wantEnvelope(t, &deleteThing, e)
				wantOutcome(t, e, api, tt.want, "")
				err := c.Do(t.Context(), &deleteThing, token(), []Value{Text("t1")})
				if CodeOf(err) != e.code() {
					t.Errorf("Do says %v, the envelope %s", err, e.JSON)
				}
			})
		})
	}
}

func (e Envelope) code() Code {
	if e.Err == nil {
		return ""
	}
	return e.Err.Code
}

// TestRecovers: what passes on the second or third attempt is a success like
// any other.
func TestRecovers(t *testing.T) {
	faults := map[string]step{
		"500": status(500), "503": status(503), "429": status(429), "408": status(408), "reset": failing(true, syscall.ECONNRESET), "refused": failing(false, syscall.ECONNREFUSED),
		"timeout": hanging, "cut": brokenBody(io.ErrUnexpectedEOF),
	}
	for name, fault := range faults {
		for failures := 1; failures <= 2; failures++ {
			synctest.Test(t, func(t *testing.T) {
				api := play(append([]step{fault, fault}[:failures:failures], answering(200, goodBody))...)
				c := newTestClient(t, Options{Transport: api})
				e := c.Call(t.Context(), "update_thing", token(), []byte(good["update_thing"]))
				if string(e.JSON) != `{"success":true,"error":null,"data":{"id":"1"}}` || api.count() != failures+1 {
					t.Errorf("%s: %s after %d requests", name, e.JSON, api.count())
				}
				for _, r := range api.requests[1:] { // the same request each time
					if r.body != api.requests[0].body || r.URL.String() != api.requests[0].URL.String() || len(r.Header) != len(api.requests[0].Header) {
						t.Errorf("%s: another request: %s %s", name, r.URL, r.body)
					}
				}
			})
		}
	}
}

// TestLastAnswerCounts: the error is about the last attempt and counts them all,
// whatever became of the others.
func TestLastAnswerCounts(t *testing.T) {
	tests := []struct {
		name  string
		steps []step
		want  string
		text  string
	}{
		{"500, then 404", []step{status(500), status(404)}, "2 not_found", "API error (404): T: D"},
		{"reset, then 403", []step{failing(true, syscall.ECONNRESET), status(403)}, "2 permission_denied", "API error (403): T: D"},
		{"500, 500, reset", []step{status(500), status(500), failing(true, io.EOF)}, "3 unavailable", "Call failed: the connection was closed"},
		{"500, then HTML", []step{status(500), answering(200, "<html>")}, "2 unexpected_response", "Call failed: the answer is not JSON"},
		{"500, then errors under 200", []step{status(500), status(200)}, "2 unexpected_response", "API error (200): T: D"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := play(tt.steps...)
				c := newTestClient(t, Options{Transport: api})
				wantOutcome(t, c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"])), api, tt.want, tt.text)
			})
		})
	}
}

// TestRetryAfter takes the API at its word: never early, at most a quarter of a
// second late, and never longer than the cap.
func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	const backedOff = -1 // no word that counts: the backoff decides
	tests := []struct {
		header string
		wait   time.Duration
	}{
		{"1", time.Second},
		{" 7 ", 7 * time.Second},
		{"007", 7 * time.Second},
		{"0.5", 500 * time.Millisecond},
		{"1.0001", 1001 * time.Millisecond}, // up, never down
		{"60", time.Minute},
		{now.Add(5 * time.Second).Format(http.TimeFormat), 5 * time.Second},
		{now.Add(5 * time.Second).Format("Monday, 02-Jan-06 15:04:05 MST"), 5 * time.Second}, // RFC 850
		{now.Add(5 * time.Second).Format(time.ANSIC), 5 * time.Second},
		{"0", backedOff},
		{now.Format(http.TimeFormat), backedOff},
		{now.Add(-time.Hour).Format(http.TimeFormat), backedOff},
		{"", backedOff}, {"-5", backedOff}, {"+5", backedOff}, {"soon", backedOff}, {"NaN", backedOff}, {"Inf", backedOff}, {"1e400", backedOff}, {"0x10", backedOff},
		{"1.2.3", backedOff}, {".", backedOff}, {"5s", backedOff}, {"1, 2", backedOff}, {"Sun, 99 Nov 2026", backedOff},
	}
	for _, tt := range tests {
		for round := range 20 { // the waits have a random part
			clock := newFakeClock()
			clock.now = now
			api := play(status(429, "Retry-After: "+tt.header), answering(200, goodBody))
			c := newTestClient(t, Options{Transport: api, Clock: clock})
			if e := c.Call(t.Context(), "create_thing", token(), []byte(good["create_thing"])); !e.Success() || len(clock.waits) != 1 {
				t.Fatalf("%q: %s after %v", tt.header, e.JSON, clock.waits)
			}
			low, high := tt.wait, tt.wait+serverWaitJitter
			if tt.wait == backedOff {
				low, high = 0, throttledBase
			}
			if got := clock.waits[0]; got < low || got > high || round == 0 && got == 0 {
				t.Fatalf("%q: waited %s, want %s to %s", tt.header, got, low, high)
			}
		}
	}
}

// TestRetryAfterTooLong: a wait over the cap is reported, not slept.
func TestRetryAfterTooLong(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"61":     61 * time.Second,
		"60.001": 60001 * time.Millisecond,
		"86400":  24 * time.Hour,
		now.Add(time.Hour).Format(http.TimeFormat): time.Hour,
		"99999999999999999999":                     1 << 62, // more than a Duration holds: very long
		strings.Repeat("9", 400):                   1 << 62,
		"Fri, 31 Dec 9999 23:59:59 GMT":            1 << 62,
	} {
		for _, code := range []int{429, 503} {
			clock := newFakeClock()
			clock.now = now
			api := play(status(code, "Retry-After: "+header))
			c := newTestClient(t, Options{Transport: api, Clock: clock})
			e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
			if e.Err == nil || api.count() != 1 || len(clock.waits) > 0 {
				t.Fatalf("%.30s: %s after %d requests and %v", header, e.JSON, api.count(), clock.waits)
			}
			if got := e.Err.RetryAfter; got != want && !(want == 1<<62 && got > 100*365*24*time.Hour) {
				t.Errorf("%.30s: RetryAfter is %s, want %s", header, got, want)
			}
		}
	}
}

// TestBackoff: anything between nothing and the step's bound, doubling, capped.
func TestBackoff(t *testing.T) {
	tests := []struct {
		step   step
		bounds []time.Duration
	}{
		{status(500), []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 8 * time.Second, 8 * time.Second}},
		{status(429), []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 8 * time.Second, 8 * time.Second, 8 * time.Second}},
		{failing(true, io.EOF), []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 8 * time.Second, 8 * time.Second}},
	}
	for _, tt := range tests {
		largest := make([]time.Duration, len(tt.bounds))
		for range 60 {
			clock := newFakeClock()
			c := newTestClient(t, Options{Transport: play(tt.step), Clock: clock, Attempts: len(tt.bounds) + 1})
			c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
			if len(clock.waits) != len(tt.bounds) {
				t.Fatalf("waited %v", clock.waits)
			}
			for i, wait := range clock.waits {
				if wait <= 0 || wait > tt.bounds[i] {
					t.Fatalf("wait %d is %s, want at most %s", i+1, wait, tt.bounds[i])
				}
				largest[i] = max(largest[i], wait)
			}
		}
		for i, l := range largest { // that it is never in the upper half has odds of 1 in 2^60
			if l < tt.bounds[i]/2 {
				t.Errorf("wait %d was never longer than %s of %s", i+1, l, tt.bounds[i])
			}
		}
	}
}

// TestManyAttempts: a host may ask for more attempts than a doubling wait can
// count to.
func TestManyAttempts(t *testing.T) {
	for name, answer := range map[string]step{"500": status(500), "429": status(429)} {
		clock := newFakeClock()
		c := newTestClient(t, Options{Transport: play(answer), Clock: clock, Attempts: 80})
		tokensOf(c).left = 1 << 30
		e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
		if e.Err.Code == CodeInternal || e.Err.Attempts != 80 {
			t.Errorf("%s: %d attempts: %s", name, len(clock.waits)+1, e.JSON)
		}
		for n, wait := range clock.waits {
			if wait <= 0 || wait > backoffCap {
				t.Errorf("%s: wait %d is %s", name, n+1, wait)
			}
		}
	}
}

// TestDeadline: a wait that would end past the deadline is not begun.
func TestDeadline(t *testing.T) {
	tests := []struct {
		name string
		step step
		want string
	}{
		{"429", status(429, "Retry-After: 20"), "1 rate_limited"},
		{"503", status(503, "Retry-After: 20"), "1 unavailable"},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			api := play(tt.step)
			c := newTestClient(t, Options{Transport: api})
			start := time.Now()
			e := c.Call(ctx, "create_thing", token(), []byte(good["create_thing"]))
			wantOutcome(t, e, api, tt.want, "API error")
			if e.Err.RetryAfter != 20*time.Second || time.Since(start) != 0 {
				t.Errorf("%s: RetryAfter %s, after %s", tt.name, e.Err.RetryAfter, time.Since(start))
			}
		})
	}
}

// TestTimeouts: an attempt's own timeout is retried, the caller's deadline and
// cancel end the call at that instant.
func TestTimeouts(t *testing.T) {
	tests := []struct {
		name     string
		step     step
		action   string
		timeout  time.Duration // an attempt
		deadline time.Duration // the call; 0: none
		cancel   time.Duration // 0: never
		want     string
		after    time.Duration // at least; exactly when the call was ended
	}{
		{"attempts time out", hanging, "get_thing", 10 * time.Second, 0, 0, "3 timeout", 30 * time.Second},
		{"attempts of 30 seconds unless told", hanging, "get_thing", 0, 0, 0, "3 timeout", 90 * time.Second},
		{"deadline in the first attempt", hanging, "get_thing", 10 * time.Second, 7 * time.Second, 0, "1 timeout", 7 * time.Second},
		{"deadline in the second attempt", hanging, "get_thing", 10 * time.Second, 15 * time.Second, 0, "2 timeout", 15 * time.Second},
		{"canceled in the first attempt", hanging, "get_thing", 10 * time.Second, 0, 7 * time.Second, "1 canceled", 7 * time.Second},
		{"canceled while waiting", status(503, "Retry-After: 30"), "get_thing", 0, 0, 7 * time.Second, "1 canceled", 7 * time.Second},
		{"canceled while waiting to write again", status(429, "Retry-After: 30"), "create_thing", 0, 0, 7 * time.Second, "1 canceled", 7 * time.Second},
		{"deadline in a write", hanging, "create_thing", 10 * time.Second, 7 * time.Second, 0, "1 outcome_unknown", 7 * time.Second},
		{"canceled in a write", hanging, "create_thing", 10 * time.Second, 0, 7 * time.Second, "1 outcome_unknown", 7 * time.Second},
		{"canceled in a body", func(r *http.Request) (*http.Response, error) { return response(200, stalling(r, "{")), nil }, "get_thing", 0, 0, 7 * time.Second, "1 canceled", 7 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.deadline > 0 {
					ctx, cancel = context.WithTimeout(ctx, tt.deadline)
					defer cancel()
				}
				if tt.cancel > 0 {
					defer time.AfterFunc(tt.cancel, cancel).Stop()
				}
				api := play(tt.step)
				c := newTestClient(t, Options{Transport: api, AttemptTimeout: tt.timeout})
				start := time.Now()
				e := c.Call(ctx, tt.action, token(), []byte(good[tt.action]))
				wantOutcome(t, e, api, tt.want, "")
				took := time.Since(start)
				if took < tt.after || ctx.Err() != nil && took > tt.after || took > tt.after+2*time.Second {
					t.Errorf("took %s, want %s", took, tt.after)
				}
				wantCause := map[bool]error{true: context.Canceled, false: context.DeadlineExceeded}[tt.cancel > 0]
				if !errors.Is(e.Err, wantCause) {
					t.Errorf("the cause is %v, want %v", e.Err.Unwrap(), wantCause)
				}
			})
		})
	}
}

// TestOverBeforeItBegan: a context that is over sends nothing.
func TestOverBeforeItBegan(t *testing.T) {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	for want, ctx := range map[string]context.Context{"Call failed: the call was canceled": canceled, timedOut: late} {
		for _, action := range []string{"get_thing", "create_thing", "list_things"} {
			api := play()
			e := newTestClient(t, Options{Transport: api}).Call(ctx, action, token(), []byte(good[action]))
			if e.Err == nil || e.Err.Error() != want || api.count() > 0 || e.Err.Attempts != 0 {
				t.Errorf("%s: %s after %d requests", action, e.JSON, api.count())
			}
		}
	}
}

// TestAttempts: the option bounds the requests; a host that retries by itself
// gets each failure at once.
func TestAttempts(t *testing.T) {
	for option, want := range map[int]int{0: 3, 1: 1, 2: 2, 5: 5} {
		clock := newFakeClock()
		api := play(status(500))
		c := newTestClient(t, Options{Transport: api, Attempts: option, Clock: clock})
		e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
		if api.count() != want || e.Err.Attempts != want || len(clock.waits) != want-1 {
			t.Errorf("Attempts %d: %d requests, %d reported, waits %v", option, api.count(), e.Err.Attempts, clock.waits)
		}
	}
}

// TestRetryTokens follows the vectors that AWS publishes for its own bucket:
// what each step leaves in it.
func TestRetryTokens(t *testing.T) {
	s, ok := status(500), answering(200, goodBody)
	throttled := status(429)
	tests := []struct {
		name  string
		left  int
		steps []step
		after int
		text  string
	}{
		{"clean", 500, []step{ok}, 500, ""},
		{"clean, below full", 100, []step{ok}, 101, ""},
		{"succeeds late", 500, []step{s, s, ok}, 486, ""},
		{"attempts used up", 500, []step{s, s, s}, 472, "API error (500): T: D"},
		{"tokens for one retry", 14, []step{s, s}, 0, "API error (500): T: D (retries suspended)"},
		{"no tokens", 0, []step{s}, 0, "API error (500): T: D (retries suspended)"},
		{"run out", 20, []step{s, s}, 6, "API error (500): T: D (retries suspended)"},
		{"come back", 30, []step{s, s, ok}, 16, ""},
		{"throttled", 500, []step{throttled, ok}, 500, ""},
		{"throttled, few left", 5, []step{throttled, throttled}, 0, "API error (429): T: D (retries suspended)"},
		{"nothing to retry", 0, []step{status(404)}, 0, "API error (404): T: D"},
		{"a fault", 13, []step{failing(true, io.EOF)}, 13, "Call failed: the connection was closed before an answer came (retries suspended)"},
	}
	for _, tt := range tests {
		api := play(tt.steps...)
		c := newTestClient(t, Options{Transport: api, Clock: newFakeClock()})
		tokensOf(c).left = tt.left
		e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
		if got := errorText(e); got != tt.text || api.count() != len(tt.steps) || tokensOf(c).left != tt.after {
			t.Errorf("%s: %q after %d requests with %d left, want %q, %d, %d", tt.name, got, api.count(), tokensOf(c).left, tt.text, len(tt.steps), tt.after)
		}
	}
}

// TestOutage: the tokens are the host's, so in an outage the calls of all
// tenants soon make one attempt each; one good call brings little back.
func TestOutage(t *testing.T) {
	api := play(status(500))
	c := newTestClient(t, Options{Transport: api, Clock: newFakeClock()})
	const calls = 1000
	for n := range calls {
		c.Call(t.Context(), "get_thing", bearer(fmt.Sprint("tenant", n)), []byte(good["get_thing"]))
	}
	if want := calls + retryTokensFull/retryCost; api.count() != want {
		t.Errorf("%d requests for %d calls, want %d", api.count(), calls, want)
	}
}

// TestRequestID: the id by which the API's operators find the request.
func TestRequestID(t *testing.T) {
	for _, code := range []int{200, 404, 500} {
		api := play(status(code, "X-Request-Id: req-7\x1b"))
		c := newTestClient(t, Options{Transport: api, Attempts: 1})
		e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
		if e.Err.RequestID != "req-7" || e.Err.Status != code {
			t.Errorf("%d: id %q, status %d", code, e.Err.RequestID, e.Err.Status)
		}
	}
}

// tokensOf are the retry tokens of the demo API's host.
func tokensOf(c *Client) *retryTokens { return c.storms.of("api.example.test") }
