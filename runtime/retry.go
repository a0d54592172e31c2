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
	tokens := k.retryTokens(r)
	gain := 1 // what a success here gives back to the retry tokens
	for n := 1; ; n++ {
		if ctx.Err() != nil {
			return nil, k.ended(ctx, n-1)
		}
		before := k.presumeWrite()
		a, f, err := k.attempt(ctx, r, n-1)
		if err != nil {
			k.noteWrite(before, false)
			err.Attempts = n - 1
			return nil, err
		}
		v := k.judge(ctx, a, f)
		k.noteWrite(before, v.acted)
		if v.err == nil {
			tokens.add(gain)
			a.attempts = n
			return a, nil
		}
		v.err.Attempts = n
		d := k.decide(ctx, &v, n, tokens)
		k.watch.retry(ctx, d)
		if !d.Again {
			return nil, v.err
		}
		gain = v.cost()
		k.watch.wait(ctx, d.Wait, WaitRetry)
		if k.client.clock.Sleep(ctx, d.Wait) != nil {
			return nil, k.ended(ctx, n)
		}
	}
}

// verdict is what an attempt came to.
type verdict struct {
	err     *Error      // nil: success
	why     RetryReason // it may be sent again, or not
	acted   bool        // the API may have carried it out
	wait    time.Duration
	hasWait bool // wait is the API's own word
}

// again reports whether the request may be sent again, as far as the answer tells.
func (v *verdict) again() bool { return v.why == RetryTransient || v.why == RetryThrottled }

// cost is what a retry takes from the tokens.
func (v *verdict) cost() int {
	if v.why == RetryThrottled {
		return retryThrottleCost
	}
	return retryCost
}

// decide says what is done about an attempt that did not succeed. It pays for a
// retry, and says in the error's text why there is none where that helps.
func (k *call) decide(ctx context.Context, v *verdict, n int, tokens *retryTokens) RetryDecision {
	d := RetryDecision{Attempt: n, Why: v.why, Code: v.err.Code, Status: v.err.Status}
	switch {
	case !v.again():
		return d
	case n >= k.client.attempts:
		d.Why = RetryEnough
		return d
	}
	switch wait := v.pause(n); {
	case v.hasWait && v.wait > maxServerWait:
		d.Why = RetryTooLong
		v.err.later(*v)
	case tooLate(ctx, k.client.clock, wait):
		d.Why = RetryTooLate
		v.err.later(*v)
	case !tokens.take(v.cost()):
		d.Why = RetrySuspended
		v.err.text += " (retries suspended)"
	default:
		d.Again, d.Wait = true, wait
	}
	return d
}

// judge decides what the outcome of an attempt means.
func (k *call) judge(ctx context.Context, a *answer, f *fault) verdict {
	if f != nil {
		return k.judgeFault(ctx, a, f)
	}
	if k.success(a.status) || k.absent(a.status) {
		return verdict{acted: true}
	}
	return k.judgeStatus(a)
}

// judgeFault judges an attempt without a whole answer.
func (k *call) judgeFault(ctx context.Context, a *answer, f *fault) verdict {
	v := verdict{why: RetryFinal, acted: f.sent}
	unsure := !k.again() && f.sent
	switch {
	case ctx.Err() != nil:
		v.err, v.why = k.ended(ctx, 0), RetryOver
	case f.final:
		code := CodeUnavailable
		if f.code != "" {
			code = f.code
		}
		if a != nil {
			code = CodeUnexpectedResponse
		}
		v.err = k.faulted(code, a, f)
		return v
	default:
		v.err, v.why = k.faulted(CodeUnavailable, a, f), RetryTransient
		if isTimeout(f.cause) {
			v.err.Code, v.err.text = CodeTimeout, k.texts().Timeout
		}
	}
	if unsure {
		v.err.unknownOutcome()
		if v.why == RetryTransient {
			v.why = RetryUnsafe
		}
	}
	return v
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
	v := verdict{err: k.statusError(a), why: RetryFinal}
	budgets := k.client.rates
	switch a.status {
	case http.StatusTooManyRequests, http.StatusTooEarly:
		v.wait, v.hasWait = toldWait(budgets, a.header, k.client.clock.Now())
		v.why = RetryThrottled
		if quotaUsedUp(budgets, a.header) {
			v.why, v.err.Code = RetryQuota, CodeQuotaExhausted
		}
	case http.StatusRequestTimeout, http.StatusInternalServerError:
		v.acted, v.why = true, k.unlessUnsafe()
	case http.StatusServiceUnavailable:
		v.wait, v.hasWait = retryAfter(a.header, k.client.clock.Now())
		if v.why = RetryTransient; !v.hasWait {
			v.acted, v.why = true, k.unlessUnsafe()
		}
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		v.acted, v.why = true, k.unlessUnsafe()
		v.wait, v.hasWait = retryAfter(a.header, k.client.clock.Now())
		if v.why == RetryUnsafe {
			v.err.unknownOutcome()
		}
	default:
		v.acted = a.status >= 500 || a.status < 400
	}
	if v.err.RetryAfter = v.wait; !v.hasWait {
		v.err.RetryAfter, _ = retryAfter(a.header, k.client.clock.Now())
	}
	return v
}

// unlessUnsafe is the reason to send a request again that may have been carried
// out, or not to.
func (k *call) unlessUnsafe() RetryReason {
	if k.again() {
		return RetryTransient
	}
	return RetryUnsafe
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

// pause is how long to wait before attempt n+1.
func (v *verdict) pause(n int) time.Duration {
	switch {
	case v.hasWait && v.wait > 0:
		return v.wait + rand.N(serverWaitJitter)
	case v.why == RetryThrottled:
		return backoff(throttledBase, n)
	}
	return backoff(backoffBase, n)
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

func newRetryTokens() *retryTokens { return &retryTokens{left: retryTokensFull} }

// take pays for a retry, if there is enough left.
func (t *retryTokens) take(cost int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.left < cost {
		return false
	}
	t.left -= cost
	return true
}

func (t *retryTokens) add(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left = min(t.left+n, retryTokensFull)
}

// storms keeps the tokens of each host, so that one that is down takes nothing
// from the others.
type storms struct {
	mu    sync.Mutex
	hosts map[string]*retryTokens
}

// maxStorms bounds the hosts: credentials may name hosts of their own. Beyond it
// they all begin anew.
const maxStorms = 10_000

func (s *storms) of(host string) *retryTokens {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.hosts[host]
	if t == nil {
		if s.hosts == nil || len(s.hosts) >= maxStorms {
			s.hosts = make(map[string]*retryTokens)
		}
		t = newRetryTokens()
		s.hosts[host] = t
	}
	return t
}

// retryTokens are the tokens of the host that a request goes to.
func (k *call) retryTokens(r *request) *retryTokens { return k.client.storms.of(r.url.Host) }

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
