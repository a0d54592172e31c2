// What the tests share: a small API declared by hand, an API in memory that
// answers by a script, and a clock that never waits.

package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// secret has characters that every encoding spells differently.
const secret = "tok/en+s3cret=&<x>\"y~z"

var tokenAuth = AuthScheme{
	Name: "api_token", Type: "bearer_token", Title: "API Token",
	Fields: []CredentialField{{Key: "token", Env: "DEMO_TOKEN", Missing: "Missing API token in auth_data."}},
	Send:   []AuthPart{{Header: "Authorization", Value: "{token}"}},
}

var demoAPI = API{
	Name: "demo", Title: "Demo", Version: "1.2.3", BaseURL: "https://api.example.test/v1",
	Headers: []Header{{Name: "Accept", Value: "application/json"}},
	Auth:    []*AuthScheme{&tokenAuth},
	Errors: Errors{
		Failures: []FailureRule{{Path: "errors"}},
		Messages: []ErrorRule{{Path: "errors", Text: []string{"title", "detail"}}, {Path: "message"}},
	},
	Texts: Texts{
		Status:  "API error ({status}): {detail}",
		Timeout: "Request timed out.",
		Failed:  "Call failed: {reason}",
	},
}

var (
	thingID = Param{Name: "thing_id", Type: TypeString, Required: true, In: InPath, Wire: "thing_id"}

	wrapped = Body{Format: BodyJSON, MediaType: "application/vnd.api+json", Root: object(
		Member{"data", object(
			Member{"type", Template{Kind: TemplateJSON, JSON: `"things"`}},
			Member{"attributes", Template{Kind: TemplateObject, Parameters: true}},
		)},
	)}
	framed = Body{Format: BodyJSON, MediaType: "application/json", Root: Template{
		Kind: TemplateObject, Members: []Member{{"version", Template{Kind: TemplateJSON, JSON: `1`}}}, Parameters: true,
	}}

	dataObject = Result{Kind: ResultObject, Field: "data", Path: "data"}
	dataList   = Result{Kind: ResultList, Field: "data", Path: "data"}
)

// object is a template of an object with these members.
func object(members ...Member) Template { return Template{Kind: TemplateObject, Members: members} }

// The operations, one of each kind.
var (
	getThing = Operation{
		Name: "get_thing", Method: "GET", Path: "/things/{thing_id}", Auth: &tokenAuth, Success: []int{200}, Result: dataObject,
		Params: []Param{
			thingID,
			{Name: "search", Type: TypeString, In: InQuery, Wire: "filter[q]"},
			{Name: "limit", Type: TypeInteger, In: InQuery, Wire: "limit", Omit: OmitEmpty},
			{Name: "trace", Type: TypeString, In: InHeader, Wire: "X-Trace"},
		},
	}
	listThings = Operation{
		Name: "list_things", Method: "GET", Path: "/things", Auth: &tokenAuth, Success: []int{200}, Result: dataList,
		Params: []Param{{Name: "title", Type: TypeString, In: InQuery, Wire: "filter[title]"}},
		Paging: &Paging{Mode: PagingPage, In: InQuery, Param: "page[number]", First: 0, Size: "page[size]", SizeValue: 50, Next: "meta.next_page", Current: "meta.current_page"},
	}
	createThing = Operation{
		Name: "create_thing", Method: "POST", Path: "/things", Auth: &tokenAuth, Body: &wrapped, Success: []int{200, 201}, Result: dataObject,
		Params: []Param{
			{Name: "name", Type: TypeString, Required: true, In: InBody, Wire: "name"},
			{Name: "size", Type: TypeInteger, In: InBody, Wire: "size"},
			{Name: "ratio", Type: TypeNumber, In: InBody, Wire: "ratio"},
			{Name: "live", Type: TypeBoolean, In: InBody, Wire: "is-live"},
			{Name: "tags", Type: TypeArray, In: InBody, Wire: "tags"},
			{Name: "extra", Type: TypeObject, In: InBody, Wire: "extra"},
			{Name: "note", Type: TypeString, In: InBody, Wire: "note", Omit: OmitEmpty},
			{Name: "rank", Type: TypeInteger, In: InBody, Wire: "rank", Omit: OmitEmpty},
			{Name: "fields", Type: TypeObject, In: InBody, Wire: "fields", Omit: OmitEmpty, Encode: &Encoding{As: EncodePairs, Key: "id", Value: "value"}},
		},
	}
	updateThing = Operation{
		Name: "update_thing", Method: "PUT", Path: "/things/{thing_id}", Auth: &tokenAuth, Body: &framed, Success: []int{200}, Result: dataObject,
		Params: []Param{thingID, {Name: "name", Type: TypeString, Required: true, In: InBody, Wire: "name"}},
	}
	searchThings = Operation{
		Name: "search_things", Method: "POST", Path: "/things/search", Auth: &tokenAuth, Body: &wrapped, Success: []int{200}, Result: dataObject,
		Repeatable: true,
		Params:     []Param{{Name: "q", Type: TypeString, In: InBody, Wire: "q"}},
	}
	deleteThing = Operation{
		Name: "delete_thing", Method: "DELETE", Path: "/things/{thing_id}", Auth: &tokenAuth, Success: []int{200, 204},
		Params: []Param{thingID}, Result: Result{Kind: ResultNone},
	}
	listTags = Operation{
		Name: "list_tags", Method: "GET", Path: "/tags", Auth: &tokenAuth, Success: []int{200}, Result: dataList,
	}
	getStatus = Operation{
		Name: "get_status", Method: "GET", Path: "/status", Auth: &tokenAuth, Success: []int{200},
		Result: Result{Kind: ResultObject, Field: "status", Path: ""},
	}
	listRaw = Operation{
		Name: "list_raw", Method: "GET", Path: "/raw", Auth: &tokenAuth, Success: []int{200},
		Result: Result{Kind: ResultList, Field: "items", Path: ""},
	}
	listDeep = Operation{
		Name: "list_deep", Method: "GET", Path: "/deep", Auth: &tokenAuth, Success: []int{200},
		Result: Result{Kind: ResultList, Field: "rows", Path: "result.page.rows"},
	}
	ping = Operation{
		Name: "ping", Method: "GET", Path: "/ping", Success: []int{200}, Result: dataObject,
	}
)

var demoOps = []*Operation{
	&getThing, &listThings, &createThing, &updateThing, &searchThings, &deleteThing,
	&listTags, &getStatus, &listRaw, &listDeep, &ping,
}

// tableOf wires operations as generated code does.
func tableOf(api *API, ops ...*Operation) *Table {
	t := &Table{API: api}
	for _, op := range ops {
		t.Actions = append(t.Actions, Action{Name: op.Name, Parameters: op.Params, Auth: op.Auth, Op: op})
	}
	return t
}

var demoTable = tableOf(&demoAPI, demoOps...)

// good is the input that each operation accepts.
var good = map[string]string{
	"get_thing": `{"thing_id":"t1"}`, "create_thing": `{"name":"n"}`, "update_thing": `{"thing_id":"t1","name":"n"}`,
	"delete_thing": `{"thing_id":"t1"}`,
}

// goodBody is an answer that every operation that returns an object accepts.
const goodBody = `{"data":{"id":"1"}}`

func token() Credentials {
	return NewCredentials("bearer_token", map[string]string{"token": secret})
}

// newTestClient makes a client of the demo table that is closed with the test.
func newTestClient(t testing.TB, o Options) *Client {
	t.Helper()
	return clientOf(t, demoTable, o)
}

func clientOf(t testing.TB, table *Table, o Options) *Client {
	t.Helper()
	c, err := NewClient(table, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// callFor makes the call of an operation without sending anything.
func callFor(t testing.TB, op *Operation) *call {
	t.Helper()
	k, err := newTestClient(t, Options{Transport: &script{}}).begin(op, token(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// wantEnvelope checks that an envelope is JSON with exactly the keys of its
// operation in their order, data of the right kind, and a text that agrees
// with Err.
func wantEnvelope(t testing.TB, op *Operation, e Envelope) {
	t.Helper()
	if !json.Valid(e.JSON) {
		t.Fatalf("the envelope is not JSON: %.300s", e.JSON)
	}
	keys, values := members(t, e.JSON)
	want := []string{"success", "error"}
	if op.Result.Field != "" {
		want = append(want, op.Result.Field)
	}
	if !slices.Equal(keys, want) {
		t.Fatalf("the envelope has the keys %q, want %q", keys, want)
	}
	var text *string
	if err := json.Unmarshal(values[1], &text); err != nil {
		t.Fatalf("error is neither text nor null: %s", values[1])
	}
	switch {
	case e.Success() != (string(values[0]) == "true"):
		t.Fatalf("success is %s but Err is %v", values[0], e.Err)
	case e.Success() != (text == nil):
		t.Fatalf("success is %s but error is %s", values[0], values[1])
	case text != nil && *text != e.Err.Error():
		t.Fatalf("error is %q, Err %q", *text, e.Err.Error())
	}
	if op.Result.Field == "" {
		return
	}
	switch data := values[2]; {
	case op.Result.Kind == ResultList && data[0] != '[',
		op.Result.Kind == ResultObject && data[0] != '{' && string(data) != "null",
		op.Result.Kind == ResultObject && !e.Success() && string(data) != "null":
		t.Fatalf("%s is %.100s", op.Result.Field, data)
	}
}

// members reads an object's members in their order, duplicates included.
func members(t testing.TB, object []byte) (keys []string, values []json.RawMessage) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(object))
	if tok, err := d.Token(); err != nil || tok != json.Delim('{') {
		t.Fatalf("not an object: %.100s", object)
	}
	for d.More() {
		key, err := d.Token()
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			t.Fatalf("not an object: %.100s", object)
		}
		keys, values = append(keys, key.(string)), append(values, value)
	}
	return keys, values
}

// sent is a request as the script saw it.
type sent struct {
	*http.Request
	body string
	at   time.Time
}

// step answers one request of a script.
type step func(*http.Request) (*http.Response, error)

// script is an API in memory: it answers by its steps in turn, the last one
// for ever, and keeps the requests.
type script struct {
	steps []step

	mu       sync.Mutex
	requests []sent
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	in := sent{Request: r.Clone(context.Background()), at: time.Now()}
	if r.Body != nil {
		b, _ := io.ReadAll(r.Body)
		in.body = string(b)
	}
	s.mu.Lock()
	n := len(s.requests)
	s.requests = append(s.requests, in)
	s.mu.Unlock()
	if len(s.steps) == 0 {
		return nil, errors.New("no request was expected")
	}
	res, err := s.steps[min(n, len(s.steps)-1)](r)
	if res != nil && res.Request == nil {
		res.Request = r
	}
	return res, err
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

func play(steps ...step) *script { return &script{steps: steps} }

// answering answers with a status, a body and header lines such as
// "Retry-After: 1".
func answering(status int, body string, header ...string) step {
	return func(r *http.Request) (*http.Response, error) {
		connected(r, true)
		return response(status, strings.NewReader(body), header...), nil
	}
}

func response(status int, body io.Reader, header ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		h.Set(name, value)
	}
	return &http.Response{
		StatusCode: status, Status: fmt.Sprint(status, " ", http.StatusText(status)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(body), ContentLength: -1,
	}
}

// failing fails before an answer; withConn tells whether the request had a
// connection by then.
func failing(withConn bool, err error) step {
	return func(r *http.Request) (*http.Response, error) {
		connected(r, withConn)
		return nil, err
	}
}

// connected reports a connection as net/http does.
func connected(r *http.Request, got bool) {
	trace := httptrace.ContextClientTrace(r.Context())
	if trace == nil {
		return
	}
	if trace.GetConn != nil {
		trace.GetConn(r.URL.Host)
	}
	if got && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
}

// hanging never answers; like net/http it gives up with the context.
func hanging(r *http.Request) (*http.Response, error) {
	connected(r, true)
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// breaking is a body that gives some text and then an error.
func breaking(text string, err error) io.Reader {
	return io.MultiReader(strings.NewReader(text), readerFunc(func([]byte) (int, error) { return 0, err }))
}

// stalling is a body that gives some text and then nothing until the request
// is given up.
func stalling(r *http.Request, text string) io.Reader {
	return io.MultiReader(strings.NewReader(text), readerFunc(func([]byte) (int, error) {
		<-r.Context().Done()
		return 0, r.Context().Err()
	}))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// fakeClock moves only by sleeping and keeps what was slept.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	waits []time.Duration
	// before, when set, is called at the start of each sleep.
	before func(d time.Duration)
}

// newFakeClock starts at the present, since contexts keep real time.
func newFakeClock() *fakeClock { return &fakeClock{now: time.Now()} }

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	if c.before != nil {
		c.before(d)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits = append(c.waits, d)
	c.now = c.now.Add(d)
	return nil
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// loopback serves raw connections on this machine, one after the other's
// arrival, each in a goroutine of its own. n counts from 1.
func loopback(t testing.TB, serve func(conn net.Conn, n int)) (base string, connections func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, conn)
			n := len(open)
			mu.Unlock()
			running.Go(func() {
				defer conn.Close()
				serve(conn, n)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, conn := range open {
			conn.Close() // whoever still writes ends here
		}
		mu.Unlock()
		running.Wait()
	})
	return "http://" + l.Addr().String(), func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(open)
	}
}
