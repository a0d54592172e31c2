// Secrets on their way round a call: in the proxy's address, in the query, in a
// pair of Basic authentication, in what the network says of them. Each test
// sends a canary and looks for it, in every encoding, in all that comes back.
// (credentials_test.go has the types, attempt_test.go the answers.)

package runtime

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
)

const canary = "c4n/ary+t0k=e~n&s"

// noneOf fails when a text holds one of the secrets in any spelling.
func noneOf(t testing.TB, where, text string, hidden ...string) {
	t.Helper()
	for _, s := range hidden {
		for _, form := range encodings(s) {
			if form != "" && strings.Contains(text, form) {
				t.Errorf("%s shows %s: %.400s", where, form, text)
				return
			}
		}
	}
}

// wordsOf is all that an envelope tells: itself, its error and the causes, in every
// way to print them.
func wordsOf(e Envelope) string {
	var b strings.Builder
	b.Write(e.JSON)
	whole, _ := json.Marshal(map[string]any{"envelope": e, "error": e.Err, "list": e.List})
	b.Write(whole)
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(h).Info("call", "envelope", e, "error", e.Err)
	}
	for err := error(e.Err); err != nil; err = errors.Unwrap(err) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&b, verb, err)
		}
	}
	return b.String()
}

// TestTellsCanary: the tests of this file would see one.
func TestTellsCanary(t *testing.T) {
	for _, form := range encodings(canary) {
		e := failure(&getThing, &Error{text: "no", cause: fmt.Errorf("a: %w", errors.New(form))}, nil)
		if !strings.Contains(wordsOf(e), form) {
			t.Errorf("%s is not found", form)
		}
	}
}

// TestProxyShowsNothing: neither the proxy's password nor the credential is told
// when a proxy fails, whatever it answers.
func TestProxyShowsNothing(t *testing.T) {
	const password = "pr0xy/pass+word="
	pair := base64.StdEncoding.EncodeToString([]byte("operator:" + password))
	refusing := func(status string) func(net.Conn) {
		return func(conn net.Conn) {
			r, err := http.ReadRequest(bufio.NewReader(conn))
			if err != nil {
				return
			}
			if got := r.Header.Get("Proxy-Authorization"); got != "Basic "+pair {
				t.Errorf("the proxy got %q", got)
			}
			_, _ = io.WriteString(conn, status)
		}
	}
	for name, serve := range map[string]func(net.Conn){
		"closed":              func(net.Conn) {},
		"refused":             refusing("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
		"its header returned": refusing("HTTP/1.1 407 not Basic " + pair + "\r\n\r\n"),
		"its password":        refusing("HTTP/1.1 403 " + password + " is wrong\r\n\r\n"),
		"its user's password": refusing("HTTP/1.1 403 operator:" + url.QueryEscape(password) + "\r\n\r\n"),
		"no HTTP":             refusing(password + "\r\n\r\n"),
		"a header":            refusing("HTTP/1.1 200 OK\r\n" + pair + "\r\n\r\n"),
	} {
		base, _ := loopback(t, func(conn net.Conn, _ int) { serve(conn) })
		at, _ := url.Parse(base)
		for _, scheme := range []string{"http", "https", "socks5", "ftp"} {
			if scheme != "http" && name != "closed" {
				continue
			}
			proxy := *at
			proxy.Scheme, proxy.User = scheme, url.UserPassword("operator", password)
			transport := NewTransport()
			transport.Proxy = http.ProxyURL(&proxy)
			for _, action := range []string{"get_thing", "create_thing", "list_things"} {
				c := newTestClient(t, Options{Transport: transport, Clock: newFakeClock()})
				e := c.Call(t.Context(), action, token(), []byte(good[action]))
				if e.Err == nil {
					t.Fatalf("%s: %s", name, e.JSON)
				}
				noneOf(t, name+" "+scheme, wordsOf(e), password, "operator:"+password, secret)
			}
		}
	}
}

// TestEnvironmentProxyShowsNothing lets a copy of this program call through a
// proxy of its environment that cannot be read.
func TestEnvironmentProxyShowsNothing(t *testing.T) {
	const ask = "RUNTIME_TEST_PROXY"
	if os.Getenv(ask) != "" {
		c := newTestClient(t, Options{Attempts: 1})
		fmt.Print(wordsOf(c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))))
		return
	}
	if testing.Short() {
		t.Skip("starts programs")
	}
	for _, proxy := range []string{"http://operator:" + canary + "%zz@127.0.0.1:1", "http://operator:" + canary + "@ 127.0.0.1", canary + ":not-a-port"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestEnvironmentProxyShowsNothing$")
		cmd.Env = append(os.Environ(), ask+"=1", "HTTPS_PROXY="+proxy, "HTTP_PROXY="+proxy, "https_proxy="+proxy, "NO_PROXY=", "no_proxy=")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), `"success":false`) {
			t.Fatalf("%v: %s", err, out)
		}
		noneOf(t, "the environment", string(out), canary, secret)
	}
}

// TestQueryKeyShowsNothing: a key in the query is in the address of every
// request, which the network and the API like to quote.
func TestQueryKeyShowsNothing(t *testing.T) {
	s := AuthScheme{Type: "api_key", Fields: []CredentialField{{Key: "key"}}, Send: []AuthPart{{Query: "key", Value: "{key}"}}}
	get, list, create := getThing, listThings, createThing
	get.Auth, list.Auth, create.Auth = &s, &s, &s
	api := demoAPI
	api.Auth = []*AuthScheme{&s}
	quoting := func(answer func(address string) (*http.Response, error)) step {
		return func(r *http.Request) (*http.Response, error) {
			connected(r, true)
			if strings.HasSuffix(r.URL.Path, "/things/t1") && r.URL.Query().Get("key") != canary {
				t.Errorf("the key is not sent: %s", r.URL)
			}
			return answer(r.URL.String())
		}
	}
	broken := func(err func(address string) error) step {
		return quoting(func(address string) (*http.Response, error) { return nil, err(address) })
	}
	saying := func(status int, body string, headers ...string) step {
		return quoting(func(address string) (*http.Response, error) {
			fill := strings.NewReplacer("URL", address, "KEY", canary)
			filled := strings.Split(fill.Replace(strings.Join(headers, "\n")), "\n")
			return response(status, strings.NewReader(fill.Replace(body)), filled...), nil
		})
	}
	for name, answer := range map[string]step{
		"an error of net/http": broken(func(address string) error { return &url.Error{Op: "Get", URL: address, Err: io.ErrUnexpectedEOF} }),
		"an error in another":  broken(func(address string) error { return fmt.Errorf("proxy: %w", fmt.Errorf("GET %s: no", address)) }),
		"a dial error": broken(func(address string) error {
			return &net.OpError{Op: "dial", Net: "tcp", Err: &net.AddrError{Err: "no", Addr: address}}
		}),
		"a redirect":             saying(302, "", "Location: https://evil.test/?back=URL"),
		"a redirect as a scheme": saying(302, "", "Location: x+KEY://evil.test"),
		"a redirect to a host":   saying(302, "", "Location: https://KEY/"),
		"an error page":          saying(500, "<a href=\"URL\">again</a>"),
		"a request id":           saying(403, "no", "X-Request-Id: KEY"),
		"a wait":                 saying(429, "no", "Retry-After: KEY"),
		"no JSON":                saying(200, "URL"),
		"a media type":           saying(200, "<", "Content-Type: text/KEY"),
		"an encoding":            saying(200, "<", "Content-Encoding: KEY"),
		"errors under 200":       saying(200, `{"errors":[{"title":"URL"}]}`),
		"a next page":            saying(200, `{"data":[],"meta":{"next_page":"KEY"}}`),
		"another page":           saying(200, `{"data":[],"meta":{"current_page":"KEY","next_page":1}}`),
	} {
		for _, op := range []*Operation{&get, &list, &create} {
			var drifts []Drift
			for _, strict := range []bool{false, true} {
				c := clientOf(t, tableOf(&api, op), Options{Transport: play(answer), Clock: newFakeClock(), Strict: strict, Drift: func(_ context.Context, d Drift) { drifts = append(drifts, d) }})
				e := c.Call(t.Context(), op.Name, NewCredentials("api_key", map[string]string{"key": canary}), []byte(good[op.Name]))
				if e.Err != nil {
					noneOf(t, name, wordsOf(e), canary)
				}
			}
			noneOf(t, name+", drift", fmt.Sprintf("%+v %v", drifts, drifts), canary)
		}
	}
}

// TestPairShowsNothing: the password of Basic authentication may be so short
// that only its pair can be known in base64.
func TestPairShowsNothing(t *testing.T) {
	s := AuthScheme{Type: "basic", Fields: []CredentialField{{Key: "user", Public: true}, {Key: "password"}}, Send: []AuthPart{{Basic: true, Value: "{user}:{password}"}}}
	op := withAuth(&s)
	for _, password := range []string{"pass9", "p4ss", "a-much-longer-password"} {
		for _, body := range []string{`{"message":"KEY"}`, `KEY`, `<b>KEY</b>`} {
			answer := func(r *http.Request) (*http.Response, error) {
				return response(401, strings.NewReader(strings.ReplaceAll(body, "KEY", r.Header.Get("Authorization"))), "X-Request-Id: "+r.Header.Get("Authorization")), nil
			}
			c := clientOf(t, tableOf(&demoAPI, op), Options{Transport: play(answer)})
			e := c.Call(t.Context(), op.Name, cred("basic", "user=someone", "password="+password), []byte(good["get_thing"]))
			noneOf(t, password, wordsOf(e), password, "someone:"+password)
		}
	}
}
