// The client and its options, and where every call begins: the credential is
// checked first, then the input, then the request is built. response.go and
// paging.go take it from there.

package runtime

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options configures a [Client]. The zero value works: the API's own base URL,
// three attempts of at most 30 seconds, budgets kept.
type Options struct {
	// BaseURL replaces every host of the API, path included. Plain http is
	// taken for loopback and private addresses only.
	BaseURL string
	// BaseURLs replaces single hosts by their names, before BaseURL; "" or
	// "default" is the base URL.
	BaseURLs map[string]string
	// AllowPrivateHosts lets requests go to this machine and to private
	// networks, wherever a name or a credential leads. A program that runs for
	// strangers leaves it off: they could reach into its network. What BaseURL
	// and BaseURLs name may always be there.
	AllowPrivateHosts bool
	// Transport sends the requests; nil means [NewTransport]. It must not
	// follow redirects (an http.RoundTripper does not). One that dials by itself
	// answers itself for the addresses that it dials.
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
	// PagesTogether is how many pages of a list are asked for at once, 1 to 16,
	// for lists whose manifest says that they may be (`together`). 0 is what the
	// manifest says; 1 asks for one page after the other.
	PagesTogether int
	// UserAgent replaces the User-Agent header.
	UserAgent string
	// Drift, when set, is told where an answer differs from the shapes that the
	// manifest declares. It runs while the answer is read, for calls at the same
	// time.
	Drift func(ctx context.Context, d Drift)
	// Strict makes a call fail whose answer differs from the declared shapes.
	Strict bool
	// Observers are told what calls do, for logs, traces and metrics.
	Observers []Observer
	// Budgets keeps what is left of the declared rates; nil keeps it in this
	// client. One store may serve several clients.
	Budgets BudgetStore
	// Ledger keeps what became of writes with an idempotency key; nil keeps it
	// in this client.
	Ledger Ledger
	// Clock replaces the system's clock in tests.
	Clock Clock
	// UUID replaces the random UUIDs of {$uuid} in tests.
	UUID func() string
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
	hosts     []host
	replaced  *url.URL // what Options.BaseURL says; nil when it says nothing
	private   bool     // requests may go into private networks
	transport http.RoundTripper
	attempts  int
	timeout   time.Duration
	userAgent string
	headers   http.Header // that every request has
	filled    []Header    // those of the API with holes
	clock     Clock
	uuid      func() string
	together  int         // what Options.PagesTogether says
	budgets   BudgetStore // nil: none are kept
	rates     []Budget    // as declared
	ledger    Ledger
	redactors redactors
	observers []Observer
	storms    storms
	drift     func(ctx context.Context, d Drift)
	strict    bool     // drift is a failure
	plans     sync.Map // what is worked out once, of operations, shapes and Go types
	access    accessTokens
	patterns  sync.Map // compiled patterns of the table, by their text
}

// NewClient returns a client for a generated table. It fails when an option
// cannot be used; the error says which and why.
func NewClient(t *Table, o Options) (*Client, error) {
	hosts, err := newHosts(t.API, o)
	if err != nil {
		return nil, err
	}
	if o.Attempts < 0 || o.AttemptTimeout < 0 {
		return nil, fmt.Errorf("the options Attempts and AttemptTimeout must not be negative")
	}
	if o.PagesTogether < 0 || o.PagesTogether > maxTogether {
		return nil, fmt.Errorf("the option PagesTogether takes 1 to %d, or 0 for what the manifest says", maxTogether)
	}
	if !headerValue(o.UserAgent) {
		return nil, fmt.Errorf("the option UserAgent has characters that a header cannot carry")
	}
	c := &Client{
		table: t, index: make(map[string]*Action, len(t.Actions)), hosts: hosts, private: o.AllowPrivateHosts,
		transport: o.Transport, attempts: o.Attempts, timeout: o.AttemptTimeout,
		userAgent: o.UserAgent, clock: o.Clock, uuid: o.UUID, drift: o.Drift, strict: o.Strict, observers: o.Observers,
		together: o.PagesTogether,
	}
	if o.BaseURL != "" {
		c.replaced, _ = url.Parse(o.BaseURL) // newHosts has checked it
	}
	for i := range t.Actions {
		c.index[t.Actions[i].Name] = &t.Actions[i]
	}
	c.setDefaults()
	c.rates = readable(t.API.Budgets)
	if !o.DisableBudgets && len(c.rates) > 0 {
		if c.budgets = o.Budgets; c.budgets == nil {
			c.budgets = NewBudgetStore(c.clock)
		}
	}
	if c.ledger = o.Ledger; c.ledger == nil {
		c.ledger = NewLedger(c.clock)
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
	c.headers, c.filled = constantHeaders(c.userAgent, c.table.API.Headers)
	if c.clock == nil {
		c.clock = systemClock{}
	}
	if c.uuid == nil {
		c.uuid = newUUID
	}
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
	a := c.Action(action)
	if a == nil {
		err := failed(&c.table.API.Texts, CodeInvalidInput, fmt.Sprintf("%s has no action %q", c.table.API.Name, action))
		return failure(&Operation{}, err, nil)
	}
	return a.Invoke(ctx, c, cred, input, opts...)
}

// Action returns the action of that name, or nil: in the same time however many
// the table has.
func (c *Client) Action(name string) *Action { return c.index[name] }

// CallOption changes one call.
type CallOption func(*callSettings)

type callSettings struct {
	resume   string
	key      string // of idempotency
	hasKey   bool
	together int
	limit    int // of a list's items; 0 is none
	most     int // bytes of a list's items; 0 is any
	state    *ListState
	each     func(Object) bool // takes the items of a stream
}

// ResumeAt makes a list begin where an earlier one stopped: at its
// [ListState].Resume. Other actions ignore it.
func ResumeAt(position string) CallOption {
	return func(s *callSettings) { s.resume = position }
}

// PagesTogether is [Options].PagesTogether for one call; other actions ignore it.
func PagesTogether(n int) CallOption {
	return func(s *callSettings) { s.together = n }
}

// MaxItems bounds the items of a list; other actions ignore it, and so does a list
// that has no pages. No more pages are asked for than it takes, and
// [ListState].Resume names the first item that is left.
func MaxItems(n int) CallOption {
	return func(s *callSettings) { s.limit = n }
}

// KeepState makes a list write how far it came when it ends, also when a loop
// over an iterator breaks. Calls that fail before they ask for anything leave a
// state that is not complete; other actions ignore it.
func KeepState(into *ListState) CallOption {
	return func(s *callSettings) { s.state = into }
}

// keep writes the state of a list where the caller wants it.
func (s *callSettings) keep(state ListState) {
	if s.state != nil {
		*s.state = state
	}
}

// call is one action on its way, or one step of it.
type call struct {
	client    *Client
	op        *Operation
	action    *Operation // of a step: whose words and rules hold where it has none of its own
	secrets   secrets
	settings  callSettings
	captured  []named      // what steps have found, for the holes of templates
	made      *made        // what is made for the call, such as its UUID; its steps share it
	page      page         // the page to ask for; zero for operations without paging
	reads     bool         // the body is read whole, though the operation returns nothing
	sending   func() error // tells the ledger that a write leaves; nil when it does not want to know
	departs   func()       // is told that a request has the leave of the budgets; nil when nobody waits for it
	unmetered bool         // the requests are none of the API's budgets
	bodies    *bodies      // memory for the bodies of answers; nil: each has its own

	watch *watch       // its observers
	wrote *atomic.Bool // the API may have carried out a write of it; nil when nobody asks

	ctx     context.Context // of the whole call, for what runs while an answer is read: hooks and jq programs
	values  []Value         // of the parameters, for the same
	drifts  []Drift         // that have been reported, and
	drifted []Drift         // as they came
}

// named is a value under a name.
type named struct {
	name  string
	value Value
}

// page says which page of a list a request asks for.
type page struct {
	in     Place    // where the fields go: query, body (members of its root) or header
	fields []field  // such as page[number]=2 and page[size]=50
	url    *url.URL // or the whole address, which the API gave itself
}

// field is a name and a text on the wire.
type field struct{ name, value string }

// begin checks the credential, before anything else happens.
func (c *Client) begin(op *Operation, cred Credentials, opts []CallOption) (*call, *Error) {
	k := &call{client: c, op: op}
	for _, o := range opts {
		o(&k.settings)
	}
	if k.paged() {
		k.settings.keep(ListState{Stop: StopError, Resume: k.settings.resume})
	}
	if len(op.Steps) > 0 || op.Until != nil {
		k.made = &made{}
	}
	var err *Error
	if k.secrets, err = c.choose(op, cred); err != nil {
		return nil, err
	}
	return k, k.located()
}

// beginInput is begin for a JSON input, which may hold the credential too. It
// returns the rest of the input.
func (c *Client) beginInput(op *Operation, cred Credentials, input []byte, opts []CallOption) (*call, []byte, *Error) {
	cred, input = op.keysOf(cred, input)
	k, err := c.begin(op, cred, opts)
	return k, input, err
}

// failed is an error with the API's text for a failure that is not an answer of
// the API: a broken connection, an input that is wrong, …
func failed(t *Texts, code Code, reason string) *Error {
	return &Error{Code: code, text: fill(t.Failed, "{reason}", reason)}
}

func (k *call) failed(code Code, reason string) *Error {
	return failed(k.texts(), code, k.secrets.redact(reason))
}

// texts are the error texts of the operation.
func (k *call) texts() *Texts {
	if k.op.Texts == nil && k.action != nil {
		return k.client.texts(k.action)
	}
	return k.client.texts(k.op)
}

func (c *Client) texts(op *Operation) *Texts {
	if op.Texts != nil {
		return op.Texts
	}
	return &c.table.API.Texts
}

// errors are the rules by which the operation's failures are known.
func (k *call) errors() *Errors {
	switch {
	case k.op.Errors != nil:
		return k.op.Errors
	}
	return &k.client.table.API.Errors
}

// fill puts a value into a template once; the value is never read as one.
func fill(template, placeholder, value string) string {
	return strings.Replace(template, placeholder, value, 1)
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
