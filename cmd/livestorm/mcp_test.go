//lint:file-ignore SA1019 log messages are deprecated and served all the same

// The actions as agents see them: through the official Go client, over both
// transports, against the sandbox.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/mcp"
)

// agents makes a server of the actions for an upstream.
func agents(t *testing.T, u *upstream, o mcp.Options) *mcp.Server {
	t.Helper()
	o.Client.BaseURL, o.Client.DisableBudgets = u.base(), true
	o.Credentials = livestorm.APIToken("sandbox")
	s, err := mcp.New(&livestorm.Table, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// overLines connects a client over standard input and output.
func overLines(t *testing.T, s *mcp.Server, o *sdk.ClientOptions) *sdk.ClientSession {
	t.Helper()
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	served := make(chan error, 1)
	go func() { served <- s.ServeLines(t.Context(), in, out); out.Close() }()
	session := connect(t, &sdk.IOTransport{Reader: fromServer, Writer: toServer}, o)
	t.Cleanup(func() {
		session.Close()
		in.Close()
		if err := <-served; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return session
}

// overHTTP connects a client over HTTP, with more headers.
func overHTTP(t *testing.T, s *mcp.Server, web mcp.HTTPOptions, o *sdk.ClientOptions, headers ...string) *sdk.ClientSession {
	t.Helper()
	session := connect(t, &sdk.StreamableClientTransport{Endpoint: webOf(t, s, web) + "/mcp", HTTPClient: &http.Client{Transport: withHeaders(headers)}}, o)
	t.Cleanup(func() { session.Close() })
	return session
}

func webOf(t *testing.T, s *mcp.Server, web mcp.HTTPOptions) string {
	t.Helper()
	web.Local = true
	h := s.Handler(web)
	server := httptest.NewServer(h)
	t.Cleanup(func() { h.Close(); server.Close() })
	return server.URL
}

// withHeaders adds headers, given as "Name: value", to each request.
type withHeaders []string

func (h withHeaders) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for _, line := range h {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	return http.DefaultTransport.RoundTrip(r)
}

func connect(t *testing.T, transport sdk.Transport, o *sdk.ClientOptions) *sdk.ClientSession {
	t.Helper()
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	session, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, o).Connect(t.Context(), transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// bothWays runs a test over each transport.
func bothWays(t *testing.T, o mcp.Options, co *sdk.ClientOptions, test func(t *testing.T, u *upstream, c *sdk.ClientSession)) {
	t.Run("lines", func(t *testing.T) {
		u := newUpstream(t, unlimited)
		test(t, u, overLines(t, agents(t, u, o), co))
	})
	t.Run("http", func(t *testing.T) {
		u := newUpstream(t, unlimited)
		test(t, u, overHTTP(t, agents(t, u, o), mcp.HTTPOptions{}, co))
	})
}

func callTool(t *testing.T, c *sdk.ClientSession, name, arguments string) (*sdk.CallToolResult, json.RawMessage) {
	t.Helper()
	r, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: name, Arguments: json.RawMessage(arguments)})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	payload, err := json.Marshal(r.StructuredContent)
	if err != nil {
		t.Fatal(err)
	}
	return r, payload
}

func textOf(r *sdk.CallToolResult) (out string) {
	for _, c := range r.Content {
		if t, ok := c.(*sdk.TextContent); ok {
			out += t.Text + "\n"
		}
	}
	return strings.TrimSuffix(out, "\n")
}

// fits reports a value that a schema refuses.
func fits(t *testing.T, what string, schema any, value []byte) {
	t.Helper()
	text, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(value, &v); err != nil {
		t.Errorf("%s: %v: %s", what, err, value)
		return
	}
	if err := jsonschema.MustCompileString(what, string(text)).Validate(v); err != nil {
		t.Errorf("%s: %v\n%s", what, err, value)
	}
}

func toolsOf(t *testing.T, c *sdk.ClientSession) map[string]*sdk.Tool {
	t.Helper()
	l, err := c.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	tools := make(map[string]*sdk.Tool)
	for _, tool := range l.Tools {
		tools[tool.Name] = tool
	}
	return tools
}

// Every action that the sandbox knows an input for: its input fits the schema
// that was listed, and so does what comes.
func TestMCPEveryAction(t *testing.T) {
	bothWays(t, mcp.Options{AllowWrites: []string{mcp.All}}, nil, func(t *testing.T, u *upstream, c *sdk.ClientSession) {
		tools, schemas := toolsOf(t, c), newEnvelopes(t)
		for _, in := range inputs(t) {
			fits(t, in.action+" input", tools[in.action].InputSchema, []byte(in.input))
			r, payload := callTool(t, c, in.action, in.input)
			if r.IsError {
				t.Errorf("%s: %s", in.action, textOf(r))
			}
			fits(t, in.action+" output", tools[in.action].OutputSchema, payload)
			schemas.check(t, in.action, reordered(t, payload))
			if strings.Contains(textOf(r), `"data"`) {
				t.Errorf("%s: the payload was sent twice: %s", in.action, textOf(r))
			}
		}
	})
}

// reordered puts the members of an envelope, which the client keeps in a map,
// into their order again.
func reordered(t *testing.T, payload []byte) []byte {
	t.Helper()
	var e struct {
		Success bool            `json:"success"`
		Error   *string         `json:"error"`
		Data    json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(payload, &e); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What is listed is true of the table, and the same for everybody.
func TestMCPListing(t *testing.T) {
	u := newUpstream(t, unlimited)
	s := agents(t, u, mcp.Options{AllowWrites: []string{mcp.All}})
	web := webOf(t, s, mcp.HTTPOptions{})
	first, second := raw(t, s, `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`), raw(t, s, `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`)
	third := post(t, web, `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`)
	if first != second || first != third {
		t.Error("the listing differs from client to client")
	}
	if n := len(first); n > 25_200 {
		t.Errorf("the listing has %d bytes; with four and a little for a token that is more than 6,000 tokens", n)
	}
	tools := toolsOf(t, overLines(t, s, nil))
	for _, a := range livestorm.Table.Actions {
		tool := tools[a.Name]
		if tool == nil {
			t.Errorf("%s is not listed", a.Name)
			continue
		}
		reads, adds := a.Effect == runtime.EffectRead, a.Effect == runtime.EffectAdd
		h := tool.Annotations
		destroys := h.DestructiveHint == nil || *h.DestructiveHint
		if h.ReadOnlyHint != reads || !reads && (destroys == adds || h.IdempotentHint != a.Idempotent()) {
			t.Errorf("%s, which %ss, is annotated with %+v", a.Name, a.Effect, *h)
		}
		if tool.Title != a.Title || tool.Description != a.Description {
			t.Errorf("%s is called %q, %q", a.Name, tool.Title, tool.Description)
		}
		properties := tool.InputSchema.(map[string]any)["properties"].(map[string]any)
		for _, p := range a.Parameters {
			if properties[p.Name].(map[string]any)["type"] != string(p.Type) {
				t.Errorf("%s: %s is %v", a.Name, p.Name, properties[p.Name])
			}
		}
	}
	if len(tools) != len(livestorm.Table.Actions) {
		t.Errorf("%d tools for %d actions", len(tools), len(livestorm.Table.Actions))
	}
}

// raw is the answer to one message over lines, after a handshake.
func raw(t *testing.T, s *mcp.Server, message string) string {
	t.Helper()
	lines := said(t, s, "2025-11-25", message)
	return lines[len(lines)-1]
}

// said is all that a server says to messages over lines, after a handshake of a
// revision.
func said(t *testing.T, s *mcp.Server, revision string, messages ...string) []string {
	t.Helper()
	in := `{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"` + revision + `","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}` + "\n" +
		`{"jsonrpc":"2.0","method":"notifications/initialized"}` + "\n" + strings.Join(messages, "\n") + "\n"
	var out bytes.Buffer
	if err := s.ServeLines(t.Context(), strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}

// post is the answer to one message over HTTP, without a handshake.
func post(t *testing.T, web, message string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, web+"/mcp", strings.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, data, _ := strings.Cut(string(body), "data: ")
	return strings.TrimSpace(data)
}

// Agents only read, unless the operator says otherwise.
func TestMCPWritesAreAllowed(t *testing.T) {
	u := newUpstream(t, unlimited)
	for _, tt := range []struct {
		name         string
		options      mcp.Options
		offers, not  string
		why          string
		search, fail bool
	}{
		{name: "by default", offers: "get_event", not: "create_event", why: "--allow-writes=create_event"},
		{name: "one", options: mcp.Options{AllowWrites: []string{"create_event"}}, offers: "create_event", not: "delete_event", why: "--allow-writes=delete_event"},
		{name: "all", options: mcp.Options{AllowWrites: []string{mcp.All}}, offers: "delete_event", not: "no_such", why: `unknown tool "no_such"`},
		{name: "selected", options: mcp.Options{Tools: []string{"list_*"}}, offers: "list_people", not: "get_event", why: `unknown tool "get_event"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := overLines(t, agents(t, u, tt.options), nil)
			if toolsOf(t, c)[tt.offers] == nil || toolsOf(t, c)[tt.not] != nil {
				t.Errorf("offered is %v, %v", toolsOf(t, c)[tt.offers], toolsOf(t, c)[tt.not])
			}
			_, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: tt.not})
			if err == nil || !strings.Contains(err.Error(), tt.why) {
				t.Errorf("the call said %v, want %s", err, tt.why)
			}
		})
	}
	if len(u.seen()) > 0 {
		t.Errorf("requests went out: %v", u.seen())
	}
}

func TestMCPOptions(t *testing.T) {
	for _, tt := range []struct {
		options mcp.Options
		want    string
	}{
		{mcp.Options{Tools: []string{"get_evnt"}}, `Tools: livestorm has no action "get_evnt"`},
		{mcp.Options{Tools: []string{"["}}, `Tools: "[" is no pattern: syntax error in pattern`},
		{mcp.Options{AllowWrites: []string{"create_*", "drop_*"}}, `AllowWrites: livestorm has no action "drop_*"`},
		{mcp.Options{Tools: []string{"create_event"}}, "no action is left to offer: those that are chosen write, and writing is not allowed"},
		{mcp.Options{MaxResult: 10}, "a result of 10 bytes holds nothing; give at least 1024, or a negative number for no bound"},
	} {
		if _, err := mcp.New(&livestorm.Table, tt.options); err == nil || err.Error() != tt.want {
			t.Errorf("%+v: %v, want %s", tt.options, err, tt.want)
		}
	}
}

// A list that does not fit is cut, says so, and goes on exactly where it was.
func TestMCPListsAreCutAndGoOn(t *testing.T) {
	const most = 6000
	bothWays(t, mcp.Options{MaxResult: most}, nil, func(t *testing.T, u *upstream, c *sdk.ClientSession) {
		whole := newClient(t, u, runtime.Options{DisableBudgets: true}).Call(t.Context(), "list_sessions", livestorm.APIToken("sandbox"), nil)
		schema := toolsOf(t, c)["list_sessions"]
		var got []string
		arguments, calls := `{}`, 0
		for arguments != "" {
			calls++
			fits(t, "input", schema.InputSchema, []byte(arguments))
			r, payload := callTool(t, c, "list_sessions", arguments)
			if r.IsError || len(payload) > most {
				t.Fatalf("%d bytes: %s", len(payload), textOf(r))
			}
			fits(t, "output", schema.OutputSchema, payload)
			got = append(got, items(t, runtime.Envelope{JSON: payload})...)
			about := r.Meta["modulex.dev/list"].(map[string]any)
			at, more := about["resume"].(string)
			if more == about["complete"].(bool) {
				t.Fatalf("complete and where to go on: %v", about)
			}
			if arguments = ""; more {
				arguments = fmt.Sprintf(`{"resume":%q}`, at)
				if !strings.Contains(textOf(r), `with the same arguments and "resume": "`+at+`"`) {
					t.Errorf("the text does not tell where to go on: %s", textOf(r))
				}
			}
		}
		want := items(t, whole)
		for i := range want {
			want[i] = canonical(t, want[i])
		}
		if !slices.Equal(got, want) || calls < 3 {
			t.Errorf("%d calls brought %d items of %d", calls, len(got), len(want))
		}
	})
}

// canonical is JSON as the client writes it: with its members sorted.
func canonical(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// What cannot be cut is refused as a whole, in words that help.
func TestMCPResultsThatDoNotFit(t *testing.T) {
	u := newUpstream(t, unlimited)
	large := strings.Repeat("x", 3000)
	object := status(200, `{"data":{"id":"1","type":"events","attributes":{"title":"`+large+`"}}}`)
	page := status(200, `{"data":[{"id":"1","type":"people","attributes":{"email":"`+large+`"}},{"id":"2","type":"people"}],"meta":{"current_page":0,"next_page":null}}`)
	s := agents(t, u, mcp.Options{MaxResult: 2000})
	c := overLines(t, s, nil)
	for _, tt := range []struct{ name, arguments, want string }{
		{"get_event", `{"event_id":"1"}`, "and the server passes on 2000 at once; ask for less, or let its operator raise --max-result"},
		{"list_people", `{}`, `; to leave this item out and go on behind it, pass "resume": "skip=1&page=0"`},
	} {
		u.expect(map[string]http.HandlerFunc{"get_event": object, "list_people": page}[tt.name])
		r, payload := callTool(t, c, tt.name, tt.arguments)
		if !r.IsError || !strings.Contains(textOf(r), tt.want) {
			t.Errorf("%s: %s", tt.name, textOf(r))
		}
		fits(t, tt.name, toolsOf(t, c)[tt.name].OutputSchema, payload)
		if len(payload) > 2000 {
			t.Errorf("%s: %d bytes", tt.name, len(payload))
		}
	}
	u.expect(page)
	if r, payload := callTool(t, c, "list_people", `{"resume":"skip=1&page=0"}`); r.IsError || !strings.Contains(string(payload), `"id":"2"`) {
		t.Errorf("behind the large item: %s", payload)
	}
}

// Failures are results that say what is wrong; what is no call is an error of the
// protocol.
func TestMCPFailures(t *testing.T) {
	bothWays(t, mcp.Options{Client: runtime.Options{Attempts: 1}}, nil, func(t *testing.T, u *upstream, c *sdk.ClientSession) {
		tools := toolsOf(t, c)
		for _, tt := range []struct {
			name, arguments string
			fault           http.HandlerFunc
			want            string
		}{
			{name: "get_event", arguments: `{"event_id":"nowhere"}`, want: "API error (404): Not Found: There is no such resource."},
			{name: "get_event", arguments: `{}`, want: "Call failed: event_id is required"},
			{name: "get_event", arguments: `{"event_id":"1","resume":"page=1"}`, want: `Call failed: "resume" is not a parameter; the parameters are event_id`},
			{name: "list_people", arguments: `{"resume":7}`, want: "Call failed: resume must be a string: the place that an earlier result named"},
			{name: "list_people", arguments: `{"resume":"tomorrow"}`, want: `Call failed: "tomorrow" is no place to resume this list at; give the one that the list named, such as page=1`},
			{name: "list_people", arguments: `{}`, fault: status(500, ""), want: "API error (500): "},
			{name: "list_people", arguments: `{}`, fault: truncated, want: "Call failed: "},
		} {
			if u.expect(); tt.fault != nil {
				u.expect(tt.fault)
			}
			r, payload := callTool(t, c, tt.name, tt.arguments)
			if !r.IsError || !strings.HasPrefix(textOf(r), tt.want) {
				t.Errorf("%s %s: %s", tt.name, tt.arguments, textOf(r))
			}
			fits(t, tt.name, tools[tt.name].OutputSchema, payload)
		}
		if r, _ := callTool(t, c, "ping", "null"); r.IsError {
			t.Errorf("the connection did not live on: %s", textOf(r))
		}
	})
}

// A list that fails midway keeps its items, and its rest can be had.
func TestMCPListFailsMidway(t *testing.T) {
	bothWays(t, mcp.Options{MaxResult: -1, Client: runtime.Options{Attempts: 1, PagesTogether: 1}}, nil, func(t *testing.T, u *upstream, c *sdk.ClientSession) {
		u.expect(nil, nil, status(500, ""))
		r, payload := callTool(t, c, "list_sessions", `{}`)
		if !r.IsError || len(items(t, runtime.Envelope{JSON: payload})) != 100 || !strings.Contains(textOf(r), "resume it at page=2") {
			t.Fatalf("%d items: %s", len(items(t, runtime.Envelope{JSON: payload})), textOf(r))
		}
		if r, payload = callTool(t, c, "list_sessions", `{"resume":"page=2"}`); r.IsError || len(items(t, runtime.Envelope{JSON: payload})) == 0 {
			t.Errorf("the rest: %s", textOf(r))
		}
	})
}

// Revisions before structured content get the envelope as text, and hosts that
// read text only can ask for it.
func TestMCPText(t *testing.T) {
	u := newUpstream(t, unlimited)
	ping := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping"}}`
	envelope := `{"success":true,"error":null}`
	quoted := `"text":"{\"success\":true,\"error\":null}"`
	for _, tt := range []struct {
		name, revision string
		full           bool
		text, data     bool
	}{
		{"old", "2024-11-05", false, true, false},
		{"new", "2025-06-18", false, false, true},
		{"new, full", "2025-11-25", true, true, true},
	} {
		lines := said(t, agents(t, u, mcp.Options{FullText: tt.full}), tt.revision, ping)
		got := lines[len(lines)-1]
		if strings.Contains(got, quoted) != tt.text || strings.Contains(got, `"structuredContent":`+envelope) != tt.data {
			t.Errorf("%s: %s", tt.name, got)
		}
	}
}

// Whoever goes away takes the request to the API along, in every way of going.
func TestMCPCancel(t *testing.T) {
	gone := make(chan struct{}, 1)
	reached := make(chan struct{}, 1)
	waits := func(w http.ResponseWriter, r *http.Request) {
		reached <- struct{}{}
		hang(w, r)
		gone <- struct{}{}
	}
	wait := func(t *testing.T) {
		t.Helper()
		select {
		case <-gone:
		case <-time.After(20 * time.Second):
			t.Fatal("the request to the API went on")
		}
	}
	bothWays(t, mcp.Options{}, nil, func(t *testing.T, u *upstream, c *sdk.ClientSession) {
		u.expect(waits)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-reached; cancel() }()
		if _, err := c.CallTool(ctx, &sdk.CallToolParams{Name: "ping"}); err == nil {
			t.Error("a canceled call succeeded")
		}
		wait(t)
		u.expect()
		if r, _ := callTool(t, c, "ping", `{}`); r.IsError {
			t.Errorf("the connection did not live on: %s", textOf(r))
		}
	})
	t.Run("the request is closed", func(t *testing.T) {
		u := newUpstream(t, unlimited)
		u.expect(waits)
		web := webOf(t, agents(t, u, mcp.Options{}), mcp.HTTPOptions{})
		ctx, cancel := context.WithCancel(t.Context())
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, web+"/mcp", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping"}}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		go func() { <-reached; cancel() }()
		if answer, err := http.DefaultClient.Do(r); err == nil {
			_, _ = io.ReadAll(answer.Body)
			answer.Body.Close()
		}
		wait(t)
	})
	t.Run("in a session", func(t *testing.T) {
		u := newUpstream(t, unlimited)
		u.expect(waits)
		web := webOf(t, agents(t, u, mcp.Options{}), mcp.HTTPOptions{})
		say := func(session, message string) *http.Response {
			r, err := http.NewRequest(http.MethodPost, web+"/mcp", strings.NewReader(message))
			if err != nil {
				t.Fatal(err)
			}
			r.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json, text/event-stream"}, "Mcp-Protocol-Version": {"2025-11-25"}, "Mcp-Session-Id": {session}}
			if session == "" {
				r.Header.Del("Mcp-Session-Id")
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
			}
			return answer
		}
		hello := say("", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
		session := hello.Header.Get("Mcp-Session-Id")
		_, _ = io.ReadAll(hello.Body)
		hello.Body.Close()
		say(session, `{"jsonrpc":"2.0","method":"notifications/initialized"}`).Body.Close()
		called := make(chan struct{})
		go func() {
			defer close(called)
			answer := say(session, `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ping"}}`)
			_, _ = io.ReadAll(answer.Body)
			answer.Body.Close()
		}()
		<-reached
		say(session, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}`).Body.Close()
		wait(t)
		<-called
	})
	t.Run("the input ends", func(t *testing.T) {
		u := newUpstream(t, unlimited)
		u.expect(waits)
		lines := said(t, agents(t, u, mcp.Options{}), "2025-11-25", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping"}}`)
		<-reached
		wait(t)
		if last := lines[len(lines)-1]; !strings.Contains(last, `"isError":true`) {
			t.Errorf("the call ended with %s", last)
		}
	})
}

// A client that asked for it is told of each page, and of what goes wrong.
func TestMCPTells(t *testing.T) {
	var mu sync.Mutex
	var progress []float64
	var logs []string
	o := &sdk.ClientOptions{
		ProgressNotificationHandler: func(_ context.Context, r *sdk.ProgressNotificationClientRequest) {
			mu.Lock()
			defer mu.Unlock()
			progress = append(progress, r.Params.Progress)
		},
		LoggingMessageHandler: func(_ context.Context, r *sdk.LoggingMessageRequest) {
			mu.Lock()
			defer mu.Unlock()
			logs = append(logs, fmt.Sprint(r.Params.Level, " ", r.Params.Logger, ": ", r.Params.Data))
		},
	}
	u := newUpstream(t, unlimited)
	c := overLines(t, agents(t, u, mcp.Options{MaxResult: -1}), o)
	if err := c.SetLoggingLevel(t.Context(), &sdk.SetLoggingLevelParams{Level: "warning"}); err != nil {
		t.Fatal(err)
	}
	u.expect(nil, status(503, "", "Retry-After: 0"))
	p := &sdk.CallToolParams{Name: "list_sessions", Arguments: json.RawMessage(`{}`)}
	p.SetProgressToken("sessions")
	p.Meta["io.modelcontextprotocol/logLevel"] = "warning" // as the newest revision asks
	if r, err := c.CallTool(t.Context(), p); err != nil || r.IsError {
		t.Fatal(err, r)
	}
	if _, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: "list_sessions"}); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(progress) < 3 || !slices.IsSorted(progress) || progress[len(progress)-1] != float64(len(progress)) {
		t.Errorf("progress is %v", progress)
	}
	if len(logs) != 1 || !strings.HasPrefix(logs[0], "warning list_sessions: attempt 1 failed (unavailable), sent again in ") {
		t.Errorf("logs are %q", logs)
	}
}

// The credential of a request counts, never that of the server or of whoever
// opened the session.
func TestMCPCredentials(t *testing.T) {
	u := newUpstream(t, sandbox.Options{Token: "right", PerSecond: -1, Monthly: -1})
	s := agents(t, u, mcp.Options{}) // with a credential that the API refuses
	for _, tt := range []struct {
		name, header string
		failed       bool
	}{
		{"the server's", "X-Nothing: 1", true},
		{"a token", "X-Connector-Credential: right", false},
		{"an object", `X-Connector-Credential: {"auth_type":"bearer_token","auth_data":{"token":"right"}}`, false},
		{"a wrong one", "X-Connector-Credential: wrong", true},
	} {
		r, _ := callTool(t, overHTTP(t, s, mcp.HTTPOptions{}, nil, tt.header), "ping", `{}`)
		if r.IsError != tt.failed {
			t.Errorf("%s: %s", tt.name, textOf(r))
		}
		if strings.Contains(textOf(r), "right") || strings.Contains(textOf(r), "wrong") {
			t.Errorf("%s: the result shows it: %s", tt.name, textOf(r))
		}
	}
}

// Three tools stand for all of them.
func TestMCPSearch(t *testing.T) {
	reading := 0
	for _, a := range livestorm.Table.Actions {
		if a.Effect == runtime.EffectRead {
			reading++
		}
	}
	bothWays(t, mcp.Options{Search: true, AllowWrites: []string{"create_event"}}, nil, func(t *testing.T, u *upstream, c *sdk.ClientSession) {
		tools := toolsOf(t, c)
		if len(tools) != 3 || tools["call_action"].Annotations.ReadOnlyHint || !tools["find_actions"].Annotations.ReadOnlyHint {
			t.Fatalf("the tools are %v", tools)
		}
		for _, tt := range []struct {
			name, arguments string
			failed          bool
			want            string
		}{
			{"find_actions", `{"query":"list the people of an event","limit":1}`, false, `"name":"list_event_people"`},
			{"find_actions", `{"query":"create event"}`, false, `"effect":"add"`},
			{"find_actions", `{"query":"kubernetes"}`, false, `"total":0`},
			{"find_actions", `{}`, false, fmt.Sprintf(`"total":%d`, reading+1)},
			{"find_actions", `{"limit":0}`, true, "limit must be a whole number from 1 to 50"},
			{"find_actions", `{"words":"x"}`, true, `unknown field`},
			{"describe_action", `{"name":"list_events"}`, false, `"title_filter":{`},
			{"describe_action", `{"name":"no"}`, true, `unknown action \"no\"; find_actions tells what there is`},
			{"describe_action", `{"name":"delete_event"}`, true, `--allow-writes=delete_event`},
			{"call_action", `{"name":"get_event","input":{"event_id":"` + sandbox.EventID + `"}}`, false, `"success":true`},
			{"call_action", `{"name":"list_people","input":{"resume":"skip=9&page=0"}}`, false, `"success":true`},
			{"call_action", `{"name":"get_event"}`, true, `Call failed: event_id is required`},
			{"call_action", `{"name":"delete_event","input":{}}`, true, `--allow-writes=delete_event`},
			{"call_action", `{"input":{}}`, true, `unknown action \"\"`},
			{"call_action", `{"name":7}`, true, `the arguments do not fit the tool's inputSchema`},
		} {
			r, payload := callTool(t, c, tt.name, tt.arguments)
			if r.IsError != tt.failed || !strings.Contains(string(payload), tt.want) {
				t.Errorf("%s %s: %v %s", tt.name, tt.arguments, r.IsError, payload)
			}
			fits(t, tt.name, tools[tt.name].OutputSchema, payload)
		}
		if _, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: "get_event"}); err == nil || !strings.Contains(err.Error(), "it is an action: run it with call_action") {
			t.Errorf("an action as a tool: %v", err)
		}
	})
}

// The verb: what it says, and with what it ends.
func TestMCPCommand(t *testing.T) {
	hello := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}` + "\n"
	for _, tt := range []struct {
		name, args string
		env        map[string]string
		code       int
		out, err   string
	}{
		{name: "lines", args: "mcp", out: `"serverInfo":{"name":"livestorm"`},
		{name: "an argument", args: "mcp|create_event", code: 2, err: "values of --allow-writes follow an equals sign: --allow-writes=ACTION,ACTION"},
		{name: "an action that is none", args: "mcp|--tools|list_evnts", code: 2, err: `--tools: there is no action "list_evnts" (did you mean list_events?); livestorm actions lists them`},
		{name: "a pattern that fits none", args: "mcp|--tools|list_x*", code: 2, err: `--tools: livestorm has no action "list_x*"`},
		{name: "a write that is none", args: "mcp|--allow-writes=drop", code: 2, err: `--allow-writes: there is no action "drop"`},
		{name: "every interface without a token", args: "mcp|--http|:0", code: 2, err: "--http :0 can be reached from other machines, so it needs a token: set LIVESTORM_MCP_TOKEN or --token-file, or serve 127.0.0.1"},
		{name: "no port", args: "mcp|--http|localhost", code: 2, err: "--http takes HOST:PORT, such as 127.0.0.1:8080"},
		{name: "flags of the other transport", args: "mcp|--allow-host|x", code: 2, err: "are for --http HOST:PORT"},
		{name: "credentials from the protocol's input", args: "mcp|--credentials|-", code: 2, err: "standard input belongs to the protocol"},
		{name: "credentials that are none", args: "mcp|--credentials|secret", code: 2, err: `--credentials is not a JSON object {"auth_type": "…", "auth_data": {…}}`},
		{name: "text", args: "mcp|--text|long", code: 2, err: `--text is brief or full, not "long"`},
		{name: "a base that is none", args: "mcp|--base-url|ftp://x", code: 2, err: "base URL"},
		{name: "a token with a line", args: "mcp|--http|127.0.0.1:0", env: map[string]string{"LIVESTORM_MCP_TOKEN": "a b"}, code: 2, err: "the token has characters that a header cannot carry"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, tt.env, hello, strings.Split(tt.args, "|")...)
			if got.code != tt.code || !strings.Contains(got.out, tt.out) || !strings.Contains(got.errOut, tt.err) || tt.err == "" && got.errOut != "" {
				t.Errorf("exit %d\n%s\n%s", got.code, got.out, got.errOut)
			}
		})
	}
}

// Whoever has logged in needs no secret in the settings of a client.
func TestMCPTakesTheCredentialOfLogin(t *testing.T) {
	u := newUpstream(t, unlimited)
	env := map[string]string{"LIVESTORM_BASE_URL": u.base(), "LIVESTORM_NO_KEYRING": "1", "XDG_CONFIG_HOME": t.TempDir()}
	ping := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}` + "\n" +
		`{"jsonrpc":"2.0","method":"notifications/initialized"}` + "\n" + `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ping"}}` + "\n"
	for _, step := range []struct{ stdin, args, out string }{
		{ping, "mcp", "Missing API token in auth_data."},
		{"sandbox\n", "login", ""},
		{ping, "mcp", `"structuredContent":{"success":true,"error":null}`},
		{ping, "mcp|--base-url|http://127.0.0.1:1/v1", "Missing API token in auth_data."}, // it goes nowhere else
	} {
		if got := run(t, env, step.stdin, strings.Split(step.args, "|")...); got.code != 0 || !strings.Contains(got.out, step.out) {
			t.Errorf("%s: exit %d\n%s\n%s", step.args, got.code, got.out, got.errOut)
		}
	}
}

// Over HTTP the verb serves until it is told to stop; a call that is under way
// then still gets its answer.
func TestMCPCommandOverHTTP(t *testing.T) {
	u := newUpstream(t, unlimited)
	reached, answer := make(chan struct{}), make(chan struct{})
	u.expect(func(w http.ResponseWriter, r *http.Request) { close(reached); <-answer; u.sandbox.ServeHTTP(w, r) })
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	p := program()
	told := &firstLine{line: make(chan string, 1)}
	p.Stdin, p.Stdout, p.Stderr = strings.NewReader(""), io.Discard, told
	p.Getenv = func(name string) string {
		return map[string]string{"LIVESTORM_API_TOKEN": "sandbox", "LIVESTORM_BASE_URL": u.base()}[name]
	}
	ended := make(chan int, 1)
	go func() { ended <- p.Run(ctx, []string{"mcp", "--http", "127.0.0.1:0"}) }()
	_, address, _ := strings.Cut(strings.TrimSpace(<-told.line), "mcp: ")
	answered := make(chan string, 1)
	go func() {
		answered <- post(t, strings.TrimSuffix(address, "/mcp"), `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping"}}`)
	}()
	<-reached
	stop()
	close(answer)
	if got := <-answered; !strings.Contains(got, `"success":true`) {
		t.Errorf("the call under way was answered with %s", got)
	}
	if code := <-ended; code != 0 {
		t.Errorf("exit %d", code)
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}
