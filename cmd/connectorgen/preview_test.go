// A preview shows what a server receives: its text is held against the bytes that
// the generated connectors send, and its curl line is run.

package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"modulex.dev/connector/examples/ahrefs/gen/ahrefs"
	"modulex.dev/connector/examples/amplitude/gen/amplitude"
	"modulex.dev/connector/examples/luma/gen/luma"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/internal/needs"
	"modulex.dev/connector/runtime"
)

// wiretap is a server that keeps the bytes of the last request and answers each
// with an empty object.
type wiretap struct {
	net.Listener
	requests chan []byte
}

func newWiretap(t *testing.T) *wiretap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wiretap{l, make(chan []byte, 1)}
	done := make(chan bool)
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			w.serve(conn)
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return w
}

func (w *wiretap) serve(conn net.Conn) {
	defer conn.Close()
	var raw bytes.Buffer
	req, err := http.ReadRequest(bufio.NewReader(io.TeeReader(conn, &raw)))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, req.Body)
	w.requests <- raw.Bytes()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
}

func (w *wiretap) url() string { return "http://" + w.Addr().String() }

// last is the request that came, nil when none has.
func (w *wiretap) last() []byte {
	select {
	case raw := <-w.requests:
		return raw
	default:
		return nil
	}
}

// secret is a credential with characters that a careless command would break on.
func secret(key string) string { return "s3+/=&%$'#@-" + key }

// sentCase is an input of a case with the credential of its call.
type sentCase struct {
	action, name, input string
	secrets             map[string]string // by the keys of auth_data
	cred                runtime.Credentials
}

// blank reports whether a secret is none.
func (s sentCase) blank() bool {
	for _, value := range s.secrets {
		if strings.TrimSpace(value) == "" {
			return true
		}
	}
	return false
}

// sentCases are the inputs of all cases of a manifest.
func sentCases(t *testing.T, file string, table *runtime.Table) (c *model.Connector, out []sentCase) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, faults := manifest.Load(file, src)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if c, faults = generator.Load(file, src); len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, a := range m.Actions {
		auth := table.Lookup(a.Name.Value).Auth
		for _, x := range a.Value.Cases {
			s := sentCase{action: a.Name.Value, name: x.Name.Value, input: model.ValueJSON(x.Input), secrets: make(map[string]string)}
			var members map[string]any
			_ = json.Unmarshal([]byte(s.input), &members) // an input may be nothing
			among := false
			for _, f := range auth.Fields {
				s.secrets[f.Key] = secret(f.Key)
				if given, ok := members[f.Key].(string); ok && auth.Type == "api_key" {
					s.secrets[f.Key], among = given, true
				}
			}
			if !among {
				s.cred = runtime.NewCredentials(auth.Type, s.secrets)
			}
			out = append(out, s)
		}
	}
	return c, out
}

var generatedTables = map[string]*runtime.Table{
	repository:                               &livestorm.Table,
	"../../examples/luma/manifest.yaml":      &luma.Table,
	"../../examples/ahrefs/manifest.yaml":    &ahrefs.Table,
	"../../examples/amplitude/manifest.yaml": &amplitude.Table,
}

// The text of a preview is what the generated connector sends, byte for byte,
// with the secrets named and Content-Length that of what is shown.
func TestPreviewIsWhatAServerReceives(t *testing.T) {
	for file, table := range generatedTables {
		t.Run(table.API.Name, func(t *testing.T) {
			tap := newWiretap(t)
			c, cases := sentCases(t, file, table)
			client, err := runtime.NewClient(table, runtime.Options{BaseURL: tap.url(), Attempts: 1, DisableBudgets: true})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			sent := 0
			for _, s := range cases {
				if s.blank() {
					continue // a preview has a mask in the place of the credential
				}
				e := client.Call(t.Context(), s.action, s.cred, []byte(s.input))
				raw := tap.last()
				a, _ := actionOf(c, s.action)
				var shown bytes.Buffer
				err := printPreview(&shown, c, a, []byte(s.input), tap.url(), "http")
				if raw == nil {
					if err == nil || e.Err == nil || err.Error() != e.Err.Error() {
						t.Errorf("%s, %s: nothing is sent (%v), but the preview says %v\n%s", s.action, s.name, e.Err, err, shown.String())
					}
					continue
				}
				sent++
				got, _, _ := strings.Cut(shown.String(), "\n\n# ")
				if want := masked(raw, s.secrets); err != nil || strings.TrimSuffix(got, "\n") != want {
					t.Errorf("%s, %s: %v\n%s", s.action, s.name, err, cmp.Diff(want, got))
				}
				for { // the pages and the steps after the first request
					if tap.last() == nil {
						break
					}
				}
			}
			t.Logf("%d of %d cases send something", sent, len(cases))
			if sent < len(table.Actions) {
				t.Errorf("only %d requests were compared", sent)
			}
		})
	}
}

var contentLength = regexp.MustCompile(`(?m)^Content-Length: \d+$`)

// masked is a request as it came, laid out like a preview.
func masked(raw []byte, secrets map[string]string) string {
	head, body, _ := strings.Cut(string(raw), "\r\n\r\n")
	head = strings.ReplaceAll(head, "\r\n", "\n")
	basic := base64.StdEncoding.EncodeToString([]byte(secrets["api_key"] + ":" + secrets["secret_key"]))
	head = strings.ReplaceAll(head, basic, "[base64 of [api_key]:[secret_key]]")
	for key, value := range secrets {
		for _, form := range []string{value, url.QueryEscape(value)} {
			head = strings.ReplaceAll(head, form, "["+key+"]")
			body = strings.ReplaceAll(body, form, "["+key+"]")
		}
	}
	head = contentLength.ReplaceAllString(head, "Content-Length: "+strconv.Itoa(len(body)))
	if body == "" {
		return head
	}
	return head + "\n\n" + body
}

// The curl line sends the same request, apart from what curl calls itself, and
// nothing in a preview is a secret.
func TestPreviewAsCurlIsTheSameRequest(t *testing.T) {
	needs.Program(t, "curl", "apt-get install curl")
	for file, table := range generatedTables {
		t.Run(table.API.Name, func(t *testing.T) {
			tap := newWiretap(t)
			c, cases := sentCases(t, file, table)
			client, err := runtime.NewClient(table, runtime.Options{BaseURL: tap.url(), Attempts: 1, DisableBudgets: true})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			done := make(map[string]bool)
			for _, s := range cases {
				a, _ := actionOf(c, s.action)
				var line bytes.Buffer
				if s.blank() {
					continue
				}
				if printPreview(&line, c, a, []byte(s.input), tap.url(), "curl") != nil || done[line.String()] {
					continue
				}
				done[line.String()] = true
				client.Call(t.Context(), s.action, s.cred, []byte(s.input))
				want := tap.last()
				got := runCurl(t, tap, line.String(), table.Lookup(s.action).Auth, s.secrets)
				if diff := cmp.Diff(normal(t, want), normal(t, got)); diff != "" {
					t.Errorf("%s, %s: curl sends something else\n%s\n%s", s.action, s.name, line.String(), diff)
				}
				for key, value := range s.secrets {
					if strings.Contains(line.String(), value) || strings.Contains(line.String(), base64.StdEncoding.EncodeToString([]byte(value))[:8]) {
						t.Errorf("%s, %s: the secret %s is shown\n%s", s.action, s.name, key, line.String())
					}
				}
			}
			t.Logf("%d commands were run", len(done))
		})
	}
}

// runCurl runs a line in a shell whose environment has the secrets.
func runCurl(t *testing.T, tap *wiretap, line string, auth *runtime.AuthScheme, secrets map[string]string) []byte {
	t.Helper()
	line, _, _ = strings.Cut(line, "\n\n# ")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Env = append(os.Environ(), "CURL_HOME="+t.TempDir(), "no_proxy=127.0.0.1", "ACCESS_TOKEN="+secret("access_token"))
	for _, f := range auth.Fields {
		cmd.Env = append(cmd.Env, f.Env+"="+secrets[f.Key])
	}
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "{}" {
		t.Fatalf("%s\n%v %s", line, err, out)
	}
	return tap.last()
}

// request is what two requests are compared by.
type request struct {
	Line   string
	Query  url.Values
	Header http.Header
	Form   url.Values
	Body   string
}

// normal reads a request. Forms and queries are what they mean: curl writes a
// space as %20, the connectors as +.
func normal(t *testing.T, raw []byte) (out request) {
	t.Helper()
	if raw == nil {
		return out
	}
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Del("User-Agent")
	req.Header.Del("Accept-Encoding")
	out = request{Line: req.Method + " " + req.Host + req.URL.EscapedPath(), Query: req.URL.Query(), Header: req.Header, Body: string(body)}
	if strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		out.Form, err = url.ParseQuery(out.Body)
		out.Body = ""
		req.Header.Del("Content-Length")
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// oddManifest has the places for a secret that the connectors of this repository
// have not, and requests that curl would add to.
const oddManifest = `manifest: 1
name: odd
title: Odd
version: 1.0.0
overview: Odd.
base_url: https://api.example.com/v1
hosts: { own: "{auth.site}/api", sub: "https://{auth.area}.example.com" }
auth:
  query:
    type: custom
    title: Q
    fields: { key: { title: K, env: ODD_KEY, pattern: "k-[0-9]+" } }
    send: { query: key, value: "{key}" }
  form:
    type: custom
    title: F
    fields: { key: { title: K, env: ODD_KEY } }
    send: { body: key, value: "{key}" }
  user:
    type: custom
    title: B
    fields: { key: { title: K, env: ODD_KEY } }
    send: { basic: { user: "{key}", password: x } }
  site:
    type: custom
    title: S
    fields: { site: { title: S, env: ODD_SITE }, area: { title: A, env: ODD_AREA, values: { eu: api-eu, us: api-us } }, key: { title: K, env: ODD_KEY } }
    send: { header: X-Key, value: "key {key}" }
  exchange:
    type: custom
    title: C
    fields: { key: { title: K, env: ODD_KEY } }
    token: { request: POST https://auth.example.com/token, form: { secret: "{key}" }, path: a.token }
    send: { header: Authorization, value: "Bearer {access_token}" }
actions:
  search:
    description: Search.
    request: GET /search
    auth: query
    parameters: { q: { in: query, description: Q } }
    returns: none
  fill:
    description: Fill.
    request: POST /fill
    auth: form
    body: { format: form }
    parameters: { a: { in: body, description: A }, b: { in: body, description: B } }
    returns: none
  nothing:
    description: Nothing.
    request: POST /nothing
    auth: user
    headers: { Accept: text/plain }
    returns: none
  text:
    description: Text.
    request: PUT /text
    auth: none
    body: { format: raw, media_type: text/plain }
    parameters: { text: { in: body, wire: $, description: T } }
    returns: none
  own:
    description: Own.
    request: GET /x
    host: own
    auth: site
    returns: none
  sub:
    description: Sub.
    request: GET /x
    host: sub
    auth: site
    returns: none
  token:
    description: Token.
    request: GET /x
    auth: exchange
    returns: none
`

func TestPreviewOfOddRequests(t *testing.T) {
	file := filepath.Join(t.TempDir(), "manifest.yaml")
	if err := os.WriteFile(file, []byte(oddManifest), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ action, input, format, want string }{
		{"search", `{"q": "a b"}`, "http", "GET /v1/search?q=a+b&key=[key] HTTP/1.1\nHost: api.example.com\nUser-Agent: modulex-connector-odd/1.0.0\nAccept-Encoding: gzip\n"},
		{"search", `{"q": "a b"}`, "curl", "curl -sS -X GET 'https://api.example.com/v1/search?q=a+b' \\\n  --url-query 'key='\"$ODD_KEY\" \\\n  -H 'Accept:'\n"},
		{"fill", `{"a": "1 2", "b": "3"}`, "curl", "curl -sS -X POST 'https://api.example.com/v1/fill' \\\n  -H 'Content-Type: application/x-www-form-urlencoded' \\\n  -H 'Accept:' \\\n  --data-urlencode 'key='\"$ODD_KEY\" \\\n  --data-raw 'a=1+2&b=3'\n"},
		{"nothing", `{}`, "http", "POST /v1/nothing HTTP/1.1\nHost: api.example.com\nUser-Agent: modulex-connector-odd/1.0.0\nContent-Length: 0\nAccept: text/plain\nAccept-Encoding: gzip\nAuthorization: Basic [base64 of [key]:x]\n"},
		{"nothing", `{}`, "curl", "curl -sS -X POST 'https://api.example.com/v1/nothing' \\\n  -H 'Accept: text/plain' \\\n  -u \"$ODD_KEY\"':x' \\\n  -H 'Content-Length: 0'\n"},
		{"text", `{"text": "@it's\nso\n"}`, "http", "PUT /v1/text HTTP/1.1\nHost: api.example.com\nUser-Agent: modulex-connector-odd/1.0.0\nContent-Length: 9\nAccept-Encoding: gzip\nContent-Type: text/plain\n\n@it's\nso\n\n"},
		{"text", `{"text": "@it's\nso\n"}`, "curl", "curl -sS -X PUT 'https://api.example.com/v1/text' \\\n  -H 'Content-Type: text/plain' \\\n  -H 'Accept:' \\\n  --data-raw '@it'\\''s\nso\n'\n"},
		{"own", `{}`, "http", "GET /api/x HTTP/1.1\nHost: [host of site]\nUser-Agent: modulex-connector-odd/1.0.0\nAccept-Encoding: gzip\nX-Key: key [key]\n"},
		{"own", `{}`, "curl", "curl -sS -X GET \"$ODD_SITE\"'/api/x' \\\n  -H 'X-Key: key '\"$ODD_KEY\" \\\n  -H 'Accept:'\n"},
		{"sub", `{}`, "curl", "curl -sS -X GET 'https://api-eu.example.com/x' \\\n  -H 'X-Key: key '\"$ODD_KEY\" \\\n  -H 'Accept:'\n"},
		{"token", `{}`, "curl", "# before this, an access token is fetched from https://auth.example.com/token\ncurl -sS -X GET 'https://api.example.com/v1/x' \\\n  -H 'Authorization: Bearer '\"$ACCESS_TOKEN\" \\\n  -H 'Accept:'\n"},
	} {
		code, out, errOut := do("preview", tt.action, "--manifest", file, "--input", tt.input, "--format", tt.format)
		if code != 0 || errOut != "" || out != tt.want {
			t.Errorf("%s as %s: exit %d %s\n%s", tt.action, tt.format, code, errOut, cmp.Diff(tt.want, out))
		}
	}
	for _, tt := range []struct{ args, want string }{
		{"preview zzzzzzzzz", `there is no action "zzzzzzzzz"; known here: search, fill, nothing, text, own, sub, token`},
		{"preview serch", `there is no action "serch"; did you mean "search"?`},
		{"preview search --input {", "Call failed: the input is not valid JSON"},
		{"preview search --format xml", `--format cannot be "xml"; use http, curl or all`},
		{"preview search --input @/nowhere.json", "open /nowhere.json"},
	} {
		if code, out, errOut := do(append(strings.Fields(tt.args), "--manifest", file)...); code != exitTrouble || out != "" || !strings.Contains(errOut, tt.want) {
			t.Errorf("%s: exit %d, %s%s", tt.args, code, out, errOut)
		}
	}
}

// The odd requests by curl, where it is new enough for them.
func TestOddRequestsByCurl(t *testing.T) {
	needs.Program(t, "curl", "apt-get install curl")
	if help, err := exec.Command("curl", "--help", "all").Output(); err != nil || !strings.Contains(string(help), "--url-query") {
		t.Skip("this curl does not know --url-query, which came with 7.87")
	}
	c, faults := generator.Load("manifest.yaml", []byte(oddManifest))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	tap := newWiretap(t)
	table, err := tableOf(c)
	if err != nil {
		t.Fatal(err)
	}
	for i := range table.Actions {
		if auth := table.Actions[i].Auth; auth != nil && auth.Name == "query" {
			auth.Fields[0].Pattern = ""
		}
	}
	client, err := runtime.NewClient(table, runtime.Options{BaseURL: tap.url(), Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for action, input := range map[string]string{"search": `{"q": "a b&c"}`, "fill": `{"a": "1 2", "b": "@x"}`, "nothing": `{}`, "text": `{"text": "@it's\nso\n"}`} {
		a, err := actionOf(c, action)
		if err != nil {
			t.Fatal(err)
		}
		auth := &runtime.AuthScheme{}
		if found := table.Lookup(action).Auth; found != nil {
			auth = found
		}
		secrets := map[string]string{"key": secret("key")}
		client.Call(t.Context(), action, runtime.NewCredentials(auth.Type, secrets), []byte(input))
		want := tap.last()
		var line bytes.Buffer
		if err := printPreview(&line, c, a, []byte(input), tap.url(), "curl"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(normal(t, want), normal(t, runCurl(t, tap, line.String(), auth, secrets))); want == nil || diff != "" {
			t.Errorf("%s: curl sends something else\n%s\n%s", action, line.String(), diff)
		}
	}
}
