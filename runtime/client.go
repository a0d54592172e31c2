// The client and its options, and where every call begins: the credential is
// checked first, then the input, then the request is built. response.go and
// paging.go take it from there.

package runtime

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Options configures a [Client]. The zero value works: the API's own base URL,
// three attempts of at most 30 seconds, budgets kept.
type Options struct {
	// BaseURL replaces the API's whole base URL, path included. Plain http is
	// taken for loopback and private addresses only.
	BaseURL string
	// Transport sends the requests; nil means [NewTransport]. It must not
	// follow redirects (an http.RoundTripper does not).
	Transport http.RoundTripper
	// Attempts is how often a request is sent at most, 3 when 0. A host that
	// retries by itself sets 1.
	Attempts int
	// AttemptTimeout bounds one attempt, 30 s when 0. The context of a call
	// bounds the whole call.
	AttemptTimeout time.Duration
	// DisableBudgets sends without keeping to the declared rates, for a host
	// that keeps to them itself.
	DisableBudgets bool
	// UserAgent replaces the User-Agent header.
	UserAgent string
	// Clock replaces the system's clock in tests.
	Clock Clock
}

// Clock is the time that waits and budgets are measured in.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or at once with the context's error when it ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// Client runs the actions of one [Table], for any number of tenants at once.
// Make one and keep it: it holds the connections and the budgets.
type Client struct {
	table     *Table
	index     map[string]*Action
	base      *url.URL
	transport http.RoundTripper
	attempts  int
	timeout   time.Duration
	userAgent string
	clock     Clock
	budgets   *budgets
	tokens    retryTokens
}

// NewClient returns a client for a generated table. It fails when an option
// cannot be used; the error says which and why.
func NewClient(t *Table, o Options) (*Client, error) {
	base, err := baseURL(t.API.BaseURL, o.BaseURL)
	if err != nil {
		return nil, err
	}
	if o.Attempts < 0 || o.AttemptTimeout < 0 {
		return nil, fmt.Errorf("the options Attempts and AttemptTimeout must not be negative")
	}
	if !headerValue(o.UserAgent) {
		return nil, fmt.Errorf("the option UserAgent has characters that a header cannot carry")
	}
	c := &Client{
		table: t, index: make(map[string]*Action, len(t.Actions)), base: base,
		transport: o.Transport, attempts: o.Attempts, timeout: o.AttemptTimeout,
		userAgent: o.UserAgent, clock: o.Clock,
	}
	for i := range t.Actions {
		c.index[t.Actions[i].Name] = &t.Actions[i]
	}
	c.setDefaults()
	if !o.DisableBudgets {
		c.budgets = newBudgets(t.API.Budgets, c.clock)
	}
	return c, nil
}

func (c *Client) setDefaults() {
	if c.transport == nil {
		c.transport = NewTransport()
	}
	if c.attempts == 0 {
		c.attempts = defaultAttempts
	}
	if c.timeout == 0 {
		c.timeout = defaultAttemptTimeout
	}
	if c.userAgent == "" {
		c.userAgent = "modulex-connector-" + c.table.API.Name + "/" + c.table.API.Version
	}
	if c.clock == nil {
		c.clock = systemClock{}
	}
	c.tokens.left = retryTokensFull
}

// Table returns the table the client was made of.
func (c *Client) Table() *Table { return c.table }

// Close closes idle connections. Calls under way go on.
func (c *Client) Close() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Call runs the action with that name: a JSON object in, the envelope out.
// Every failure, an unknown name included, is an envelope.
func (c *Client) Call(ctx context.Context, action string, cred Credentials, input []byte, opts ...CallOption) Envelope {
	a := c.index[action]
	if a == nil {
		err := failed(&c.table.API.Texts, CodeInvalidInput, fmt.Sprintf("%s has no action %q", c.table.API.Name, action))
		return failure(&Operation{}, err, nil)
	}
	return a.Invoke(ctx, c, cred, input, opts...)
}

// CallOption changes one call.
type CallOption func(*callSettings)

type callSettings struct{ resume string }

// ResumeAt makes a list begin where an earlier one stopped: at its
// [ListState].Resume. Other actions ignore it.
func ResumeAt(position string) CallOption {
	return func(s *callSettings) { s.resume = position }
}

// call is one action on its way.
type call struct {
	client   *Client
	op       *Operation
	secrets  secrets
	settings callSettings
}

// begin checks the credential, before anything else happens.
func (c *Client) begin(op *Operation, cred Credentials, opts []CallOption) (*call, *Error) {
	s, err := guard(op.Auth, cred, &c.table.API.Texts)
	if err != nil {
		return nil, err
	}
	k := &call{client: c, op: op, secrets: s}
	for _, o := range opts {
		o(&k.settings)
	}
	return k, nil
}

// failed is an error with the API's text for a failure that is not an answer of
// the API: a broken connection, an input that is wrong, …
func failed(t *Texts, code Code, reason string) *Error {
	return &Error{Code: code, text: fill(t.Failed, "{reason}", reason)}
}

func (k *call) failed(code Code, reason string) *Error {
	return failed(&k.client.table.API.Texts, code, k.secrets.redact(reason))
}

// fill puts a value into a template once; the value is never read as one.
func fill(template, placeholder, value string) string {
	return strings.Replace(template, placeholder, value, 1)
}

// NewTransport returns the transport that a client uses by default: TLS 1.2 at
// least, bounded headers and connection times, the environment's proxies, and
// no transparent decompression, whose size nobody bounds.
func NewTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    tlsTimeout,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableCompression:     true,
	}
}

// baseURL chooses and checks the base URL.
func baseURL(declared, replaced string) (*url.URL, error) {
	text := declared
	if replaced != "" {
		text = replaced
	}
	u, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil {
		return nil, fmt.Errorf("the base URL cannot be read; write it like %s", declared)
	}
	switch {
	case u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the base URL needs a scheme and a host, like %s", declared)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("the base URL must not have a user, a query or a fragment; write it like %s", declared)
	case u.Scheme == "http" && !nearby(u.Hostname()):
		return nil, fmt.Errorf("the base URL uses http, which would send the credential readable to %s; use https", u.Hostname())
	}
	return u, nil
}

// nearby reports whether a host is this machine or an address of a private
// network.
func nearby(host string) bool {
	host = strings.ToLower(host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && (addr.IsLoopback() || addr.IsPrivate())
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
