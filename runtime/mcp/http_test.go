package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// web serves a server of the demo over HTTP.
func web(t *testing.T, s *Server, o HTTPOptions) (address string, h *Handler) {
	t.Helper()
	h = s.Handler(o)
	server := httptest.NewServer(h)
	t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		h.Close()
		server.Close()
	})
	return server.URL, h
}

const callThing = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_thing","arguments":{}}}`

// ask sends a request; headers are given as "Name: value".
func ask(t *testing.T, method, address, body string, headers ...string) (status int, header http.Header, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case name == "Host":
			r.Host = value
		case value == "":
			r.Header.Del(name)
		default:
			r.Header.Set(name, value)
		}
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, got.Header, string(text)
}

// What must not reach the actions does not, and is told why.
func TestHTTPAttacks(t *testing.T) {
	local := HTTPOptions{Local: true}
	guarded := HTTPOptions{Local: true, Token: "s3cret-token"}
	public := HTTPOptions{Token: "s3cret-token", Hosts: []string{"mcp.example.com"}, Origins: []string{"https://app.example.com"}}
	right := "Authorization: Bearer s3cret-token"
	deep := `{"jsonrpc":"2.0","id":1,"method":"ping","params":` + strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000) + "}"
	for _, tt := range []struct {
		name    string
		options HTTPOptions
		method  string // POST
		path    string // /mcp
		body    string // callThing
		headers []string
		status  int
		want    string
	}{
		{name: "a program", options: local, status: 200, want: `"success":true`},
		{name: "localhost by name", options: local, headers: []string{"Host: localhost:1"}, status: 200},
		{name: "another host", options: local, headers: []string{"Host: evil.example"}, status: 403, want: "does not answer to that Host"},
		{name: "a host that looks alike", options: local, headers: []string{"Host: localhost.evil.example"}, status: 403},
		{name: "a host with a user", options: local, headers: []string{"Host: localhost@evil.example"}, status: 403},
		{name: "an address that looks alike", options: local, headers: []string{"Host: 127.0.0.1.evil.example:80"}, status: 403},
		{name: "every interface", options: local, headers: []string{"Host: 0.0.0.0"}, status: 403},
		{name: "another page", options: local, headers: []string{"Origin: https://evil.example"}, status: 403, want: "does not answer to pages of that Origin"},
		{name: "a page from nowhere", options: local, headers: []string{"Origin: null"}, status: 403},
		{name: "a page from a file", options: local, headers: []string{"Origin: file://"}, status: 403},
		{name: "another page of this machine", options: local, headers: []string{"Host: localhost:1", "Origin: http://localhost:2"}, status: 403},
		{name: "its own page", options: local, headers: []string{"Host: localhost:1", "Origin: http://localhost:1"}, status: 200},
		{name: "a page that rebinds", options: local, headers: []string{"Host: evil.example", "Origin: http://evil.example"}, status: 403},
		{name: "a page that asks first", options: local, method: "OPTIONS", headers: []string{"Origin: https://evil.example"}, status: 403},
		{name: "no token", options: guarded, status: 401, want: "wants its token"},
		{name: "a wrong token", options: guarded, headers: []string{"Authorization: Bearer s3cret-toke"}, status: 401},
		{name: "a longer token", options: guarded, headers: []string{"Authorization: Bearer s3cret-tokens"}, status: 401},
		{name: "another scheme", options: guarded, headers: []string{"Authorization: Basic s3cret-token"}, status: 401},
		{name: "a token without a scheme", options: guarded, headers: []string{"Authorization: s3cret-token"}, status: 401},
		{name: "a token in the address", options: guarded, path: "/mcp?token=s3cret-token&access_token=s3cret-token", status: 401},
		{name: "the token", options: guarded, headers: []string{right}, status: 200},
		{name: "the token, its scheme spelt otherwise", options: guarded, headers: []string{"Authorization: bearer  s3cret-token"}, status: 200},
		{name: "no token, ending a session", options: guarded, method: "DELETE", headers: []string{"Mcp-Session-Id: x"}, status: 401},
		{name: "another name of the public one", options: public, headers: []string{right}, status: 403},
		{name: "the public name", options: public, headers: []string{right, "Host: MCP.example.com"}, status: 200},
		{name: "an allowed page", options: public, headers: []string{right, "Host: mcp.example.com", "Origin: https://app.example.com"}, status: 200},
		{name: "a page that looks alike", options: public, headers: []string{right, "Host: mcp.example.com", "Origin: https://app.example.com.evil.example"}, status: 403},
		{name: "a form", options: local, headers: []string{"Content-Type: application/x-www-form-urlencoded"}, status: 415},
		{name: "plain text", options: local, headers: []string{"Content-Type: text/plain"}, status: 415},
		{name: "no type", options: local, headers: []string{"Content-Type: "}, status: 415},
		{name: "an answer that cannot be read", options: local, headers: []string{"Accept: text/html"}, status: 400},
		{name: "no JSON", options: local, body: "hello", status: 400, want: `"code":-32700`},
		{name: "no message", options: local, body: `{"a":1}`, status: 400, want: `"code":-32600`},
		{name: "a blank", options: local, body: " ", status: 400, want: `"code":-32700`},
		{name: "deep", options: local, body: deep, status: 400, want: `"code":-32700`},
		{name: "5 MiB", options: local, body: `{"jsonrpc":"2.0","id":1,"method":"` + strings.Repeat("a", 5<<20) + `"}`, status: 413, want: "larger than 4 MiB"},
		{name: "a batch", options: local, headers: []string{"Mcp-Protocol-Version: 2025-11-25"}, body: "[" + callThing + "]", status: 400, want: "messages come one by one"},
		{name: "an old batch", options: local, headers: []string{"Mcp-Protocol-Version: 2025-03-26"}, body: "[" + callThing + "]", status: 200, want: `\"success\":true`},
		{name: "an old batch of many", options: local, body: "[" + strings.Repeat(callThing+",", 100) + callThing + "]", status: 400, want: "a batch has 1 to 100 messages"},
		{name: "an empty batch", options: local, body: "[]", status: 400, want: "a batch has 1 to 100 messages"},
		{name: "a revision that is none", options: local, headers: []string{"Mcp-Protocol-Version: yesterday"}, status: 400},
		{name: "a session that is none", options: local, headers: []string{"Mcp-Session-Id: guessed"}, status: 404},
		{name: "a stream of no session", options: local, method: "GET", status: 405},
		{name: "another method", options: local, method: "PUT", headers: []string{"Mcp-Session-Id: x"}, status: 405},
		{name: "elsewhere", options: local, method: "GET", path: "/", status: 404},
		{name: "behind it", options: local, path: "/mcp/x", status: 404},
		{name: "health", options: guarded, method: "GET", path: "/healthz", status: 200, want: `{"status":"ok"}`},
		{name: "a credential that is no JSON", options: local, headers: []string{`X-Connector-Credential: {"auth_data":hush}`}, status: 400, want: `X-Connector-Credential is not a JSON object {\"auth_type\"`},
		{name: "credentials wanted", options: HTTPOptions{Local: true, RequireCredentials: true}, status: 401, want: `the token, or {\"auth_type\":\"bearer_token\",\"auth_data\":{\"token\":\"…\"}}`},
		{name: "credentials given", options: HTTPOptions{Local: true, RequireCredentials: true}, headers: []string{"X-Connector-Credential: t"}, status: 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			address, _ := web(t, newServer(t, Options{Credentials: bearerToken("of-the-server")}), tt.options)
			if tt.method == "" {
				tt.method = http.MethodPost
			}
			if tt.path == "" {
				tt.path = "/mcp"
			}
			if tt.body == "" && tt.method == http.MethodPost {
				tt.body = callThing
			}
			status, header, answer := ask(t, tt.method, address+tt.path, tt.body, tt.headers...)
			if status != tt.status || !strings.Contains(answer, tt.want) {
				t.Errorf("%d %s", status, answer)
			}
			if status == 401 && tt.options.Token != "" && header.Get("WWW-Authenticate") != `Bearer realm="demo"` {
				t.Errorf("WWW-Authenticate is %q", header.Get("WWW-Authenticate"))
			}
			if strings.Contains(answer, "hush") || strings.Contains(answer, "s3cret") {
				t.Errorf("it shows a secret: %s", answer)
			}
			granted := header.Get("Access-Control-Allow-Origin")
			if granted != "" && granted != "https://app.example.com" {
				t.Errorf("pages of %s may read this", granted)
			}
		})
	}
}

// A session is of use only to the token and the credential that opened it, and
// each call is made with the credential of its own request.
func TestSessionsBelongToTheirCaller(t *testing.T) {
	address, h := web(t, newServer(t, Options{}), HTTPOptions{Local: true})
	open := strings.SplitN(hello, "\n", 2)[0]
	_, header, _ := ask(t, "POST", address+"/mcp", open, "X-Connector-Credential: ada")
	session := "Mcp-Session-Id: " + header.Get("Mcp-Session-Id")
	if len(session) < 40 {
		t.Fatalf("the session is %q", session)
	}
	version := "Mcp-Protocol-Version: 2025-11-25"
	if status, _, _ := ask(t, "POST", address+"/mcp", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, session, version, "X-Connector-Credential: ada"); status != 202 {
		t.Fatalf("initialized: %d", status)
	}
	if status, _, answer := ask(t, "POST", address+"/mcp", callThing, session, version, "X-Connector-Credential: ada"); status != 200 || !strings.Contains(answer, `"token":"ada"`) {
		t.Errorf("its own session: %d %s", status, answer)
	}
	for _, other := range []string{"X-Connector-Credential: eve", "X-Nothing: 1"} {
		if status, _, answer := ask(t, "POST", address+"/mcp", callThing, session, version, other); status != 403 {
			t.Errorf("the session with %s: %d %s", other, status, answer)
		}
		if status, _, _ := ask(t, "DELETE", address+"/mcp", "", session, version, other); status != 403 {
			t.Errorf("%s ended it: %d", other, status)
		}
	}
	if status, _, _ := ask(t, "DELETE", address+"/mcp", "", session, version, "X-Connector-Credential: ada"); status != 204 {
		t.Errorf("ending it: %d", status)
	}
	if status, _, _ := ask(t, "POST", address+"/mcp", callThing, session, version, "X-Connector-Credential: ada"); status != 404 {
		t.Errorf("after its end: %d", status)
	}
	if n := sessionsOf(h); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}

func sessionsOf(h *Handler) (n int) {
	for s := range h.protocol.Sessions() {
		if s.ID() != "" {
			n++
		}
	}
	return n
}

// When there are as many sessions as there may be, the next client is served
// without one.
func TestSessionsAreBounded(t *testing.T) {
	address, h := web(t, newServer(t, Options{Credentials: bearerToken("x")}), HTTPOptions{Local: true, MaxSessions: 3})
	open := strings.SplitN(hello, "\n", 2)[0]
	for i := range 10 {
		status, header, answer := ask(t, "POST", address+"/mcp", open)
		if status != 200 || !strings.Contains(answer, `"serverInfo"`) || (header.Get("Mcp-Session-Id") != "") != (i < 3) {
			t.Fatalf("client %d: %d %q %s", i, status, header.Get("Mcp-Session-Id"), answer)
		}
	}
	if n := sessionsOf(h); n != 3 {
		t.Errorf("%d sessions", n)
	}
	if status, _, answer := ask(t, "POST", address+"/mcp", callThing, "Mcp-Protocol-Version: 2025-11-25"); status != 200 || !strings.Contains(answer, `"structuredContent":{"success":true`) {
		t.Errorf("without a session: %d %s", status, answer)
	}
}

// Slow headers, endless bodies and headers without an end are cut; the server
// serves others meanwhile.
func TestHTTPBounds(t *testing.T) {
	h := newServer(t, Options{Credentials: bearerToken("x")}).Handler(HTTPOptions{Local: true})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(ctx, listener) }()
	address := "http://" + listener.Addr().String()

	for _, tt := range []struct{ name, request, want string }{
		{"headers without an end", "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("a", 200<<10) + "\r\n\r\n", "HTTP/1.1 431"},
		{"a body without an end", "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n" + strings.Repeat("a", 5<<20), "HTTP/1.1 413"},
		{"two lengths", "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 400"},
		{"no host", "POST /mcp HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},
	} {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.WriteString(conn, tt.request) }() // it may be cut off
		head := make([]byte, 12)
		if _, err := io.ReadFull(conn, head); err != nil || string(head) != tt.want {
			t.Errorf("%s: %q %v", tt.name, head, err)
		}
		conn.Close()
	}
	if status, _, _ := ask(t, "POST", address+"/mcp", callThing); status != 200 {
		t.Errorf("afterwards: %d", status)
	}

	// A client that listens does not hold up the end.
	_, header, _ := ask(t, "POST", address+"/mcp", strings.SplitN(hello, "\n", 2)[0])
	r, err := http.NewRequest("GET", address+"/mcp", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Mcp-Session-Id", header.Get("Mcp-Session-Id"))
	stream, err := http.DefaultClient.Do(r)
	if err != nil || stream.StatusCode != 200 {
		t.Fatal(err, stream)
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(8 * time.Second):
		t.Error("the server does not end")
	}
	_, _ = io.ReadAll(stream.Body)
	stream.Body.Close()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

// A page that is allowed gets what browsers ask for.
func TestPreflight(t *testing.T) {
	address, _ := web(t, newServer(t, Options{}), HTTPOptions{Local: true, Token: "t", Origins: []string{"https://app.example.com"}})
	status, header, _ := ask(t, "OPTIONS", address+"/mcp", "", "Origin: https://app.example.com", "Access-Control-Request-Method: POST")
	if status != 204 || header.Get("Access-Control-Allow-Origin") != "https://app.example.com" || !strings.Contains(header.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("%d %v", status, header)
	}
}

// The newest revision is served without sessions.
func TestNewestRevision(t *testing.T) {
	address, _ := web(t, newServer(t, Options{Credentials: bearerToken("x")}), HTTPOptions{Local: true})
	meta := `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`
	headers := func(method string) []string {
		return []string{"Mcp-Protocol-Version: 2026-07-28", "Mcp-Method: " + method, "Mcp-Name: get_thing"}
	}
	for _, tt := range []struct{ method, params, want string }{
		{"server/discover", "", `"supportedVersions":["2026-07-28"`},
		{"tools/list", "", `"ttlMs":300000,"cacheScope":"public"`},
		{"tools/call", `"name":"get_thing","arguments":{},`, `"resultType":"complete","structuredContent":{"success":true`},
	} {
		body := `{"jsonrpc":"2.0","id":1,"method":"` + tt.method + `","params":{` + tt.params + meta + `}}`
		status, header, answer := ask(t, "POST", address+"/mcp", body, headers(tt.method)...)
		if status != 200 || !strings.Contains(answer, tt.want) || header.Get("Mcp-Session-Id") != "" {
			t.Errorf("%s: %d %s", tt.method, status, answer)
		}
		_, data, _ := bytes.Cut([]byte(answer), []byte("data: "))
		if !json.Valid(data) {
			t.Errorf("%s: this is no JSON: %s", tt.method, data)
		}
	}
}
