// One exchange on the wire: send, follow safe redirects to the same origin,
// read the body within its bounds. What the outcome means is decided in
// retry.go.

package runtime

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// answer is what came back.
type answer struct {
	attempts int // requests sent for it
	status   int
	header   http.Header
	body     []byte
	url      url.URL // that was asked, redirects aside
	redirect string  // where a redirect that was not followed leads, without its query
}

// fault is why no answer came, or not all of it.
type fault struct {
	cause  error
	sent   bool // the API may have seen the request
	reason string
	final  bool // sending again would not help
	code   Code // of a final fault, where it is not the way to the API
}

func (k *call) success(status int) bool { return slices.Contains(k.op.Success, status) }

// absent reports whether a status says that there is nothing.
func (k *call) absent(status int) bool { return slices.Contains(k.op.Absent, status) }

// timeout bounds one attempt.
func (k *call) timeout() time.Duration {
	if k.op.Timeout > 0 {
		return k.op.Timeout
	}
	return k.client.timeout
}

// attempt sends a request once and reads the answer; resend is how often it has
// been sent before. Redirects of safe methods to the same origin are followed,
// each one an attempt of its own in the budget.
func (k *call) attempt(ctx context.Context, r *request, resend int) (*answer, *fault, *Error) {
	target := &r.url
	for hop := 0; ; hop++ {
		a, f, err := k.permitted(ctx, r, target, resend)
		if a == nil {
			return nil, f, err
		}
		next := k.follow(a, target)
		if next == nil || hop == maxRedirects {
			return a, f, nil
		}
		target = next
	}
}

// observed makes an exchange that observers are told of.
func (k *call) observed(ctx context.Context, r *request, target *url.URL, resend int) (a *answer, f *fault) {
	if k.watch == nil {
		return k.exchange(ctx, r, target)
	}
	ctx, told := k.watch.attempt(ctx, r.op, target, resend)
	defer func() { told.answer(ctx, k, a, f) }() // also when a host's transport panics
	return k.exchange(ctx, r, target)
}

// exchange sends the request to target and reads the answer. Both results are
// set when an answer broke off.
func (k *call) exchange(ctx context.Context, r *request, target *url.URL) (*answer, *fault) {
	bound := newAttemptContext(k.guarded(ctx, target), k.timeout())
	defer bound.end()
	req := r.http(bound, target)
	if f := k.sign(bound, req, r.body); f != nil {
		return nil, f
	}
	res, err := k.client.transport.RoundTrip(req)
	switch {
	case err != nil && bound.replayed.Load():
		return nil, &fault{cause: errReplay, reason: networkReason(io.EOF)}
	case err != nil:
		return nil, k.unanswered(err, req, bound)
	}
	bound.steady(res, k.timeout())
	defer res.Body.Close()
	a := &answer{status: res.StatusCode, header: res.Header}
	var f *fault
	if a.body, f = k.read(res); f != nil {
		f.sent = true
		if bound.stalled.Load() {
			f.cause = errStalled
		}
	}
	return a, f
}

// unanswered is the fault of a request that no answer came to. A transport may
// quote the request, and a proxy in the way what it was given.
func (k *call) unanswered(err error, req *http.Request, bound *attemptContext) *fault {
	f := &fault{cause: err, sent: !bound.unsent.Load() && !dialing(err), final: permanent(err)}
	hidden := k.secrets
	hidden.proxy = proxyPassword(k.client.transport, req)
	if text := err.Error(); hidden.redact(text) != text {
		f.cause = errors.New(hidden.redact(text))
	}
	f.reason = hidden.clean(networkReason(err))
	if errors.Is(err, errPrivate) {
		f.reason = "the host " + req.URL.Hostname() + " leads to " + errPrivate.Error()
	}
	return f
}

// sign lets the hand-written function of the scheme sign the request of one
// attempt. What it sets is gone with the attempt, and it cannot send the request
// elsewhere.
func (k *call) sign(ctx context.Context, req *http.Request, body []byte) *fault {
	if k.secrets.scheme == nil || k.secrets.scheme.Sign == nil || k.unmetered {
		return nil
	}
	at := *req.URL
	req.URL, req.Header = &at, req.Header.Clone()
	to, host := origin(req.URL), req.Host
	err := k.secrets.scheme.Sign(ctx, req, body, k.secrets.of)
	if err == nil && (origin(req.URL) != to || req.Host != host) {
		err = errors.New("the signer has changed where it goes")
	}
	if err != nil {
		return &fault{cause: err, reason: "the request could not be signed: " + k.secrets.clean(err.Error()), final: true, code: CodeInternal}
	}
	return nil
}

// dialing reports whether there was no connection to send anything on.
func dialing(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// http makes a request of net/http; it can be called once for each attempt.
func (r *request) http(ctx context.Context, target *url.URL) *http.Request {
	req := &http.Request{
		Method: r.op.Method, URL: target, Host: target.Host, Header: r.header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if r.op.Body != nil {
		req.ContentLength = int64(len(r.body))
		req.Body = io.NopCloser(bytes.NewReader(r.body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.body)), nil }
	}
	return req.WithContext(ctx)
}

// follow returns where a redirect may be followed to: for safe methods, on the
// same scheme, host and port, so that a credential never reaches another
// server. Otherwise it notes where the redirect wanted to go.
func (k *call) follow(a *answer, from *url.URL) *url.URL {
	switch a.status {
	case 301, 302, 303, 307, 308:
	default:
		return nil
	}
	to, err := from.Parse(a.header.Get("Location"))
	if err != nil || a.header.Get("Location") == "" {
		return nil
	}
	a.redirect = k.secrets.clean(to.Scheme + "://" + to.Host)
	if !safe(k.op.Method) || to.User != nil || origin(to) != origin(from) {
		return nil
	}
	to.RawQuery = escapeQuery(to.RawQuery)
	return to
}

// origin is the scheme, host and port of an address.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// sameOrigin reports whether two addresses are of one origin.
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && a.Host == b.Host || origin(a) == origin(b)
}

// read reads the body of an answer: all of it, bounded, when the status is
// success, the beginning otherwise.
func (k *call) read(res *http.Response) ([]byte, *fault) {
	if res.StatusCode < 200 {
		return nil, nil // a 101 hands over the connection itself, which has no end
	}
	if !k.success(res.StatusCode) || !k.readsBody() {
		reader, err := decoded(res)
		if err != nil {
			return nil, nil // the status says enough
		}
		body, _ := io.ReadAll(io.LimitReader(reader, maxErrorBytes))
		return body, nil
	}
	reader, err := decoded(res)
	if errors.Is(err, errEncoding) {
		return nil, &fault{cause: err, reason: "the answer is in an encoding that was not asked for", final: true}
	}
	if err != nil {
		return nil, &fault{cause: err, reason: "the answer broke off: " + k.secrets.clean(err.Error())}
	}
	size := 4096
	if res.ContentLength > 0 && res.ContentLength <= maxBodyBytes {
		size = int(res.ContentLength) + 1 // and room to see the end
	}
	body, err := readAll(reader, k.bodies.take(size), maxBodyBytes)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, &fault{cause: err, reason: fmt.Sprintf("the answer is larger than %d MiB", maxBodyBytes>>20), final: true}
	case err != nil:
		return nil, &fault{cause: err, reason: "the answer broke off: " + k.secrets.clean(err.Error())}
	}
	return body, nil
}

// readsBody reports whether anything is looked for in the body of a success.
func (k *call) readsBody() bool {
	return k.reads || k.op.Result.Kind != ResultNone || k.op.Until != nil || len(k.op.Outputs) > 0
}

var (
	errEncoding = errors.New("unknown content encoding")
	errTooLarge = errors.New("too large")
	errReplay   = errors.New("the connection was closed before the request was taken up")
)

// decoded undoes the gzip that the request offers.
func decoded(res *http.Response) (io.Reader, error) {
	switch strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Encoding"))) {
	case "", "identity":
		return res.Body, nil
	case "gzip", "x-gzip":
		reader, err := gzip.NewReader(&boundedReader{res.Body, maxWireBytes})
		if err == io.EOF {
			return http.NoBody, nil // nothing came at all
		}
		return reader, err
	}
	return nil, errEncoding
}

// boundedReader fails where there is more to read than left says: gzip can be
// long and hold nothing.
type boundedReader struct {
	io.Reader
	left int
}

func (b *boundedReader) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// readAll reads r to its end into buf, at most limit bytes.
func readAll(r io.Reader, buf []byte, limit int) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, max(len(buf), 512))
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if len(buf) > limit {
			return nil, errTooLarge
		}
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
