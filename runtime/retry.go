// What may be sent again, and when. The rule of the house: a read or a write
// that may be repeated is sent again after any fault that may pass; any other
// write only when the API has surely not carried it out: nothing was sent, or
// the API said that it was too busy. A write that may have happened is reported
// as such and left to the caller.

package runtime

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ask builds the request of the operation, sends it and returns the answer. An
// access token that the API does not take is fetched once more: a token may be
// revoked before it expires, and what is refused with a 401 has not been done.
func (k *call) ask(ctx context.Context, values []Value) (*answer, *Error) {
	return k.deliver(ctx, k.newRequest, values)
}

func (k *call) deliver(ctx context.Context, build func([]Value) (*request, string), values []Value) (*answer, *Error) {
	sent := 0
	for {
		if err := k.authorize(ctx); err != nil {
			return nil, err
		}
		r, reason := build(values)
		if reason != "" {
			return nil, k.failed(CodeInvalidInput, reason)
		}
		a, err := k.send(ctx, r)
		if err == nil {
			a.attempts += sent
			a.url = r.url
			return a, nil
		}
		err.Attempts += sent
		if err.Status != http.StatusUnauthorized || k.secrets.access == "" || sent > 0 {
			return nil, err
		}
		sent = err.Attempts
		k.dropAccess()
	}
}

// send sends a request until an answer with a success status has been read
// whole, or until nothing more may be tried.
func (k *call) send(ctx context.Context, r *request) (*answer, *Error) {
	c := k.client
	gain := 1 // what a success here gives back to the retry tokens
	for n := 1; ; n++ {
		if ctx.Err() != nil {
			return nil, k.ended(ctx, n-1)
		}
		a, f, err := k.attempt(ctx, r)
		if err != nil {
			err.Attempts = n - 1
			return nil, err
		}
		v := k.judge(ctx, a, f)
		if v.err == nil {
			c.tokens.add(gain)
			a.attempts = n
			return a, nil
		}
		v.err.Attempts = n
		if !v.retry || n >= c.attempts {
			return nil, v.err
		}
		wait, ok := v.pause(n, ctx, c.clock.Now())
		if !ok {
			return nil, v.err.later(v)
		}
		if gain = c.tokens.take(v.throttled); gain == 0 {
			v.err.text += " (retries suspended)"
			return nil, v.err
		}
		if c.clock.Sleep(ctx, wait) != nil {
			return nil, k.ended(ctx, n)
		}
	}
}

// verdict is what an attempt came to.
type verdict struct {
	err       *Error // nil: success
	retry     bool   // it may be sent again
	throttled bool   // the API asked for fewer calls
	wait      time.Duration
	hasWait   bool // wait is the API's own word
}

// judge decides what the outcome of an attempt means.
func (k *call) judge(ctx context.Context, a *answer, f *fault) verdict {
	if f != nil {
		return k.judgeFault(ctx, a, f)
	}
	if k.success(a.status) || k.absent(a.status) {
		return verdict{}
	}
	return k.judgeStatus(a)
}

// judgeFault judges an attempt without a whole answer.
func (k *call) judgeFault(ctx context.Context, a *answer, f *fault) verdict {
	write := !k.again()
	switch {
	case ctx.Err() != nil:
		err := k.ended(ctx, 0)
		if write && f.sent {
			err.unknownOutcome()
		}
		return verdict{err: err}
	case f.final:
		code := CodeUnavailable
		if f.code != "" {
			code = f.code
		}
		if a != nil {
			code = CodeUnexpectedResponse
		}
		return verdict{err: k.faulted(code, a, f)}
	}
	err := k.faulted(CodeUnavailable, a, f)
	if isTimeout(f.cause) {
		err.Code, err.text = CodeTimeout, k.texts().Timeout
	}
	if write && f.sent {
		return verdict{err: err.unknownOutcome()}
	}
	return verdict{err: err, retry: true}
}

func (k *call) faulted(code Code, a *answer, f *fault) *Error {
	err := k.failed(code, f.reason)
	err.cause = f.cause
	if text := f.cause.Error(); k.secrets.redact(text) != text {
		err.cause = errors.New(k.secrets.redact(text)) // a transport that quotes the request
	}
	if a != nil {
		err.Status, err.RequestID = a.status, k.requestID(a.header)
	}
	return err
}

// judgeStatus judges a whole answer whose status is not success.
func (k *call) judgeStatus(a *answer) verdict {
	v := verdict{err: k.statusError(a)}
	v.wait, v.hasWait = retryAfter(a.header, k.client.clock.Now())
	v.err.RetryAfter = v.wait
	switch a.status {
	case http.StatusTooManyRequests, http.StatusTooEarly:
		v.throttled = true
		v.retry = !quotaUsedUp(k.client.table.API.Budgets, a.header)
		if !v.retry {
			v.err.Code = CodeQuotaExhausted
		}
	case http.StatusRequestTimeout, http.StatusInternalServerError:
		v.retry, v.hasWait = k.again(), false
	case http.StatusServiceUnavailable:
		v.retry = k.again() || v.hasWait
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		if v.retry = k.again(); !v.retry {
			v.err.unknownOutcome()
		}
	}
	return v
}

// again reports whether the operation may be carried out twice.
func (k *call) again() bool {
	return safe(k.op.Method) || k.op.Method == http.MethodPut || k.op.Method == http.MethodDelete || k.op.Repeatable
}

func safe(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// ended reports a call whose context is over after some attempts.
func (k *call) ended(ctx context.Context, attempts int) *Error {
	cause := ctx.Err()
	if errors.Is(cause, context.Canceled) {
		err := k.failed(CodeCanceled, "the call was canceled")
		err.Attempts, err.cause = attempts, cause
		return err
	}
	return &Error{Code: CodeTimeout, Attempts: attempts, text: k.texts().Timeout, cause: cause}
}

// pause says how long to wait before attempt n+1. It is not ok when that would
// be too long, or past the deadline.
func (v verdict) pause(n int, ctx context.Context, now time.Time) (wait time.Duration, ok bool) {
	switch {
	case v.hasWait && v.wait > maxServerWait:
		return 0, false
	case v.hasWait && v.wait > 0:
		wait = v.wait + rand.N(serverWaitJitter)
	case v.throttled:
		wait = backoff(throttledBase, n)
	default:
		wait = backoff(backoffBase, n)
	}
	deadline, bounded := ctx.Deadline()
	return wait, !bounded || now.Add(wait).Before(deadline)
}

// later tells in the text when the API wants to be asked again, for a wait that
// was too long to wait.
func (e *Error) later(v verdict) *Error {
	if v.hasWait && v.wait > 0 {
		e.text += fmt.Sprintf(" (it may be tried again in %s)", v.wait.Round(time.Second))
	}
	return e
}

// backoff is full jitter: anything between nothing and base × 2^(n-1), capped.
func backoff(base time.Duration, n int) time.Duration {
	return rand.N(min(base<<min(n-1, 10), backoffCap)) + 1
}

// retryAfter reads a Retry-After header: seconds or a date. Anything else is
// ignored; a number too large to hold is a very long wait.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0, false
	}
	if strings.Trim(text, "0123456789.") == "" {
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return 0, false
		}
		return time.Duration(math.Min(math.Ceil(seconds*1000)*1e6, math.MaxInt64/2)), true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return max(0, at.Sub(now)), true
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// permanent reports whether a network fault will be there next time too.
func permanent(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, host := errors.AsType[x509.HostnameError](err)
	return authority || host || errors.Is(err, errPrivate) || strings.Contains(err.Error(), "unsupported protocol scheme")
}

// networkReason words a transport error for a person.
func networkReason(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the connection was closed before an answer came"
	}
	return err.Error()
}

// Retry tokens keep retries from making an outage worse: a retry costs, a
// retry that works gives its cost back, each clean call adds one. The numbers
// are those of the AWS SDKs.
const (
	retryTokensFull   = 500
	retryCost         = 14
	retryThrottleCost = 5
)

type retryTokens struct {
	mu   sync.Mutex
	left int
}

// take pays for a retry and returns what it cost: 0 when there is too little
// left.
func (t *retryTokens) take(throttled bool) (cost int) {
	cost = retryCost
	if throttled {
		cost = retryThrottleCost
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.left < cost {
		return 0
	}
	t.left -= cost
	return cost
}

func (t *retryTokens) add(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left = min(t.left+n, retryTokensFull)
}

// requestID is the id by which the API's operators can find the request.
func (k *call) requestID(h http.Header) string {
	return k.secrets.clean(h.Get("X-Request-Id"))
}

// statusError is the error for an answer whose status is not success.
func (k *call) statusError(a *answer) *Error {
	detail := k.secrets.clean(k.message(a))
	switch {
	case a.redirect != "":
		detail = "the redirect to " + a.redirect + " was not followed"
	case detail == "":
		detail = http.StatusText(a.status)
	}
	text := fill(k.texts().Status, "{status}", strconv.Itoa(a.status))
	return &Error{
		Code: codeOfStatus(a.status), Status: a.status, RequestID: k.requestID(a.header),
		text: fill(text, "{detail}", detail),
	}
}
