// Access tokens: a credential that must be exchanged first. A token is fetched
// once for all the calls that wait for it, kept for its credential until it
// expires, and fetched once more when the API does not take it.

package runtime

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	tokenLife   = 10 * time.Minute // of a token that does not tell
	tokenMargin = time.Minute      // a token is given up so long before it expires, or a tenth of its life
	maxLife     = 365 * 24 * time.Hour
)

// accessTokens are the tokens of all credentials.
type accessTokens struct {
	mu    sync.Mutex
	kept  map[tokenKey]*accessToken
	swept time.Time
}

// tokenKey identifies a credential without holding it.
type tokenKey struct {
	scheme *AuthScheme
	tenant [sha256.Size]byte
}

// accessToken is a token, or the wait for one. The fields are set before ready
// is closed.
type accessToken struct {
	ready chan struct{}
	value func() string // so that nothing prints it, as in Credentials
	until time.Time
	err   *Error
	ended bool // the call that was to fetch it has ended, which means nothing to others
}

// fresh reports whether the token may be used, or will be there soon.
func (t *accessToken) fresh(now time.Time) bool {
	select {
	case <-t.ready:
		return now.Before(t.until)
	default:
		return true
	}
}

// authorize sees to it that the call has an access token, where its scheme wants
// one.
func (k *call) authorize(ctx context.Context) *Error {
	if k.secrets.scheme == nil || k.secrets.scheme.Token == nil {
		return nil
	}
	for {
		t, mine := k.client.access.claim(k.tokenKey(), k.client.clock.Now())
		if mine {
			k.exchangeToken(ctx, t)
		}
		select {
		case <-t.ready:
		case <-ctx.Done():
			return k.ended(ctx, 0)
		}
		switch {
		case t.err == nil:
			k.secrets.access = t.value()
			return nil
		case mine || !t.ended:
			err := *t.err
			return &err
		}
	}
}

func (k *call) tokenKey() tokenKey { return tokenKey{k.secrets.scheme, k.secrets.tenant()} }

// claim returns the token of a credential. It is for the caller to fetch when it
// is mine.
func (a *accessTokens) claim(key tokenKey, now time.Time) (t *accessToken, mine bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t = a.kept[key]; t != nil && t.fresh(now) {
		return t, false
	}
	if a.kept == nil {
		a.kept, a.swept = make(map[tokenKey]*accessToken), now
	}
	if now.Sub(a.swept) > tokenLife {
		a.sweep(now)
	}
	t = &accessToken{ready: make(chan struct{})}
	a.kept[key] = t
	return t, true
}

// sweep forgets tokens that have expired.
func (a *accessTokens) sweep(now time.Time) {
	a.swept = now
	for key, t := range a.kept {
		if !t.fresh(now) {
			delete(a.kept, key)
		}
	}
}

// drop forgets a token that is of no use, unless another has come in its place.
func (a *accessTokens) drop(key tokenKey, useless func(t *accessToken) bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.kept[key]; t != nil && useless(t) {
		delete(a.kept, key)
	}
}

// dropAccess forgets the token that the call holds.
func (k *call) dropAccess() {
	used := k.secrets.access
	k.client.access.drop(k.tokenKey(), func(t *accessToken) bool {
		select {
		case <-t.ready:
			return t.err == nil && t.value() == used
		default:
			return false
		}
	})
}

// exchangeToken fetches a token for all who wait for it.
func (k *call) exchangeToken(ctx context.Context, t *accessToken) {
	defer func() {
		if t.value == nil { // also when a host's transport panics
			k.client.access.drop(k.tokenKey(), func(kept *accessToken) bool { return kept == t })
			if t.err == nil {
				t.err = k.failed(CodeInternal, "the access token could not be fetched")
			}
		}
		close(t.ready)
	}()
	value, life, err := k.fetchToken(ctx)
	if err != nil {
		t.err, t.ended = err, ctx.Err() != nil
		return
	}
	t.value, t.until = func() string { return value }, k.client.clock.Now().Add(life)
}

// tokenErrors are how token endpoints report errors (RFC 6749, 5.2).
var tokenErrors = []ErrorRule{{Path: "error_description"}, {Path: "error"}, {Path: "error", Text: []string{"message"}}, {Path: "message"}}

// fetchToken makes the exchange: a request like those of operations, but in no
// budget of the API, and free to be sent again.
func (k *call) fetchToken(ctx context.Context) (token string, life time.Duration, err *Error) {
	t := k.secrets.scheme.Token
	rules := append(append([]ErrorRule{}, tokenErrors...), k.errors().Messages...)
	child := *k
	child.secrets.access, child.page, child.reads, child.unmetered = "", page{}, true, true
	child.op = &Operation{
		Method: or(t.Method, http.MethodPost), Host: k.op.Host, Success: []int{http.StatusOK, http.StatusCreated}, Repeatable: true,
		Timeout: k.op.Timeout, Body: &Body{}, Errors: &Errors{Messages: rules}, Texts: k.texts(), Result: Result{Kind: ResultObject},
	}
	r, reason := child.tokenRequest(t)
	if reason != "" {
		return "", 0, k.failed(CodeUnauthenticated, reason)
	}
	a, err := child.send(ctx, r)
	if err != nil {
		return "", 0, k.tokenError(err)
	}
	return child.readToken(t, a.body)
}

// tokenError words the failure of an exchange.
func (k *call) tokenError(err *Error) *Error {
	out := *err
	switch err.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		out.Code = CodeUnauthenticated
	case 0:
		return &out
	}
	out.text = fill(k.texts().Failed, "{reason}", "no access token could be had: "+err.text)
	return &out
}

// tokenRequest builds the request of an exchange.
func (k *call) tokenRequest(t *TokenRequest) (r *request, reason string) {
	u, reason := k.tokenURL(t.URL)
	if reason != "" {
		return nil, reason
	}
	h := headerWriter{make(http.Header, 8), make([]string, 0, 8+len(t.Headers))}
	h.set("User-Agent", k.client.userAgent)
	h.set("Accept", "application/json")
	r = &request{op: k.op, url: *u, header: h.header}
	media := mediaForm
	if r.body = k.tokenForm(t.Fields); t.JSON {
		media, r.body = mediaJSON, k.tokenJSON(t.Fields)
	}
	h.set("Content-Type", media)
	for _, part := range t.Headers {
		value, ok := fillHoles(part.Value, k.credential)
		if !headerValue(value) {
			return nil, "the header " + part.Name + " of the token request has characters that a header cannot carry"
		}
		if ok {
			h.set(http.CanonicalHeaderKey(part.Name), value)
		}
	}
	if pair, ok := fillHoles(t.Basic, k.credential); ok && t.Basic != "" {
		h.set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	h.set("Accept-Encoding", "gzip")
	return r, ""
}

func (k *call) tokenForm(fields []Header) (out []byte) {
	for _, f := range fields {
		if value, ok := fillHoles(f.Value, k.credential); ok {
			out = appendPair(out, f.Name, value)
		}
	}
	return out
}

// appendPair appends a field to a form.
func appendPair(form []byte, name, value string) []byte {
	if len(form) > 0 {
		form = append(form, '&')
	}
	return append(form, url.QueryEscape(name)+"="+url.QueryEscape(value)...)
}

func (k *call) tokenJSON(fields []Header) []byte {
	out := []byte{'{'}
	for _, f := range fields {
		if value, ok := fillHoles(f.Value, k.credential); ok {
			out = append(appendQuoted(comma(out, 0), f.Name), ':')
			out = appendQuoted(out, value)
		}
	}
	return append(out, '}')
}

// tokenURL is where the exchange happens. When the host it belongs to has been
// replaced, it keeps its path only.
func (k *call) tokenURL(template string) (u *url.URL, reason string) {
	at := site(template)
	into := k.client.replaced
	for i := range k.client.hosts {
		if h := &k.client.hosts[i]; h.replaced && site(h.declared) == at {
			into = h.url
			break
		}
	}
	if into == nil {
		return k.address(template)
	}
	path := template[len(at):]
	u, reason = k.address("https://example.com" + path)
	if reason == "" {
		moved := *u
		moved.Scheme, moved.Host = into.Scheme, into.Host
		u = &moved
	}
	return u, reason
}

// site is the scheme and the host of a template of a URL.
func site(template string) string {
	scheme, rest, found := strings.Cut(template, "://")
	if !found {
		return before(template, "/")
	}
	return scheme + "://" + before(rest, "/")
}

// readToken finds the token and its lifetime in an answer.
func (k *call) readToken(t *TokenRequest, body []byte) (token string, life time.Duration, err *Error) {
	root := checkedJSON(body)
	if root == nil {
		return "", 0, k.failed(CodeUnexpectedResponse, "the answer to the token request is not JSON")
	}
	found := find(root, t.Path)
	if len(found) > 2 && found[0] == '"' {
		token = strings.TrimSpace(unquote(found))
	}
	switch scheme := k.secrets.scheme; {
	case token == "":
		return "", 0, k.failed(CodeUnexpectedResponse, "the answer to the token request has no text at "+strconv.Quote(t.Path))
	case !sendable(token) && (scheme.inHeader(t.Field) || !scheme.writable(t.Field, token)):
		return "", 0, k.failed(CodeUnexpectedResponse, "the access token has characters or a length that no token has")
	}
	return token, t.life(find(root, t.Expires)), nil
}

// life is how long a token is kept. told is what the answer says, in seconds.
func (t *TokenRequest) life(told []byte) time.Duration {
	if t.Expires != "" && told != nil {
		seconds, err := strconv.ParseFloat(strings.Trim(string(told), `" `), 64)
		if err == nil && seconds > 0 {
			life := time.Duration(min(seconds, maxLife.Seconds()) * float64(time.Second))
			return life - min(tokenMargin, life/10)
		}
	}
	if t.Life > 0 {
		return t.Life
	}
	return tokenLife
}
