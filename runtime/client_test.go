// The client's options: what they do, and what is refused before any call.

package runtime

import (
	"context"
	"crypto/tls"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestBaseURL(t *testing.T) {
	const (
		likeOurs = "the base URL needs a scheme and a host, like https://api.example.test/v1"
		noExtras = "the base URL must not have a user, a query or a fragment; write it like https://api.example.test/v1"
		unread   = "the base URL cannot be read; write it like https://api.example.test/v1"
	)
	readable := func(host string) string {
		return "the base URL uses http, which would send the credential readable to " + host + "; use https"
	}
	tests := []struct{ url, want string }{ // want: "" when it is taken
		{"", ""},
		{"https://other.test", ""},
		{"https://other.test/", ""},
		{"https://other.test:8443/v2///", ""},
		{"HTTPS://other.test", ""},
		{"https://[2001:db8::1]/v1", ""},
		{"http://localhost:8080", ""},
		{"http://LocalHost:8080", ""},
		{"http://api.localhost", ""},
		{"http://127.0.0.1:1/v1", ""},
		{"http://127.9.9.9", ""},
		{"http://[::1]:80", ""},
		{"http://[::ffff:127.0.0.1]", ""},
		{"http://10.1.2.3", ""},
		{"http://172.16.0.1", ""},
		{"http://192.168.1.1", ""},
		{"http://[fd00::1]", ""},

		{"http://other.test", readable("other.test")},
		{"http://localhost.other.test", readable("localhost.other.test")},
		{"http://notlocalhost", readable("notlocalhost")},
		{"http://127.0.0.1.other.test", readable("127.0.0.1.other.test")},
		{"http://8.8.8.8", readable("8.8.8.8")},
		{"http://172.32.0.1", readable("172.32.0.1")},
		{"http://169.254.169.254", readable("169.254.169.254")},
		{"http://0.0.0.0", readable("0.0.0.0")},
		{"http://2130706433", readable("2130706433")}, // 127.0.0.1 to some
		{"http://0x7f.1", readable("0x7f.1")},

		{"other.test", likeOurs},
		{"/v1", likeOurs},
		{"//other.test", likeOurs},
		{"https://", likeOurs},
		{"https:///v1", likeOurs},
		{"https:other.test", likeOurs},
		{"ftp://other.test", likeOurs},
		{"file:///etc/passwd", likeOurs},
		{"localhost:8080", likeOurs},
		{" ", likeOurs},
		{"https://user@other.test", noExtras},
		{"https://user:" + secret + "@other.test", unread},
		{"https://user:pass@other.test", noExtras},
		{"https://other.test?a=b", noExtras},
		{"https://other.test/v1?", noExtras},
		{"https://other.test#a", noExtras},
		{"https://other.test:port", unread},
		{"https://other.test/%zz", unread},
		{"https://oth er.test", unread},
		{"https://other.test/\n", unread},
		{" https://other.test", unread},
		{"https://[::1", unread},
	}
	for _, tt := range tests {
		_, err := NewClient(demoTable, Options{BaseURL: tt.url})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.url, got, tt.want)
		}
	}
}

// TestBaseURLReplaces: the option replaces the whole base, host and path.
func TestBaseURLReplaces(t *testing.T) {
	for base, want := range map[string]string{
		"":                         "https://api.example.test/v1/things/t1",
		"https://other.test":       "https://other.test/things/t1",
		"http://127.0.0.1:99/a/b/": "http://127.0.0.1:99/a/b/things/t1",
	} {
		api := play(answering(200, goodBody))
		get(t.Context(), newTestClient(t, Options{BaseURL: base, Transport: api}), token())
		if got := api.requests[0].URL.String(); got != want {
			t.Errorf("%q: %s, want %s", base, got, want)
		}
	}
}

// TestOptionsRefused: what cannot work is said when the client is made.
func TestOptionsRefused(t *testing.T) {
	for name, o := range map[string]Options{
		"attempts":                   {Attempts: -1},
		"timeout":                    {AttemptTimeout: -1},
		"user agent with line break": {UserAgent: "a\r\nX-Evil: 1"},
		"user agent with NUL":        {UserAgent: "a\x00"},
	} {
		if _, err := NewClient(demoTable, o); err == nil {
			t.Errorf("%s: %+v is taken", name, o)
		}
	}
}

func TestUserAgent(t *testing.T) {
	for option, want := range map[string]string{"": "modulex-connector-demo/1.2.3", "host/1 (x)": "host/1 (x)"} {
		api := play(answering(200, goodBody))
		get(t.Context(), newTestClient(t, Options{UserAgent: option, Transport: api}), token())
		if got := api.requests[0].Header.Get("User-Agent"); got != want {
			t.Errorf("%q: %q", option, got)
		}
	}
}

func TestLookup(t *testing.T) {
	c := newTestClient(t, Options{Transport: play()})
	if c.Table() != demoTable || demoTable.Lookup("get_thing").Name != "get_thing" || demoTable.Lookup("Get_Thing") != nil || demoTable.Lookup("") != nil {
		t.Error("a name is looked up wrong")
	}
	for _, name := range []string{"", "Get_thing", "get_thing ", strings.Repeat("x", 1000), "\xff\x1b"} {
		e := c.Call(t.Context(), name, token(), nil)
		wantEnvelope(t, &Operation{}, e)
		if e.code() != CodeInvalidInput {
			t.Errorf("%q: %s", name, e.JSON)
		}
	}
}

// TestNewTransport: what the package promises of its own transport.
func TestNewTransport(t *testing.T) {
	tr := NewTransport()
	defer tr.CloseIdleConnections()
	switch {
	case !tr.DisableCompression:
		t.Error("net/http would unpack answers of any size")
	case tr.MaxResponseHeaderBytes != maxHeaderBytes || tr.TLSHandshakeTimeout != tlsTimeout:
		t.Error("headers or handshakes are not bounded")
	case tr.Proxy == nil:
		t.Error("the environment's proxies are not used")
	case tr.TLSClientConfig != nil && (tr.TLSClientConfig.InsecureSkipVerify || tr.TLSClientConfig.MinVersion < tls.VersionTLS12 && tr.TLSClientConfig.MinVersion != 0):
		t.Error("TLS is weakened")
	}
	if NewTransport() == tr {
		t.Error("transports are shared")
	}
}

type closing struct {
	http.RoundTripper
	closed int
}

func (c *closing) CloseIdleConnections() { c.closed++ }

func TestClose(t *testing.T) {
	tr := &closing{}
	for _, transport := range []http.RoundTripper{tr, play()} { // one that has idle connections, one that has none
		c, err := NewClient(demoTable, Options{Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
	if tr.closed != 1 {
		t.Error("idle connections stay open")
	}
}

// TestTenantsAtOnce: one client serves many tenants at a time, and each request
// carries its own tenant's credential and input.
func TestTenantsAtOnce(t *testing.T) {
	c := newTestClient(t, Options{Transport: play(func(r *http.Request) (*http.Response, error) {
		key := r.Header.Get("Authorization")
		if !strings.HasSuffix(r.URL.Path, "/"+key) {
			return status(403)(r)
		}
		return answering(200, `{"data":{"id":"`+key+`"}}`)(r)
	})})
	var all sync.WaitGroup
	for n := range 200 {
		key := "tenant" + strings.Repeat("x", n)
		all.Go(func() {
			for range 10 {
				e := c.Call(context.Background(), "get_thing", bearer(key), []byte(`{"thing_id":"`+key+`"}`))
				if want := `{"success":true,"error":null,"data":{"id":"` + key + `"}}`; string(e.JSON) != want {
					t.Errorf("%s got %s", key, e.JSON)
				}
			}
		})
	}
	all.Wait()
}

func TestSystemClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c systemClock
		start := c.Now()
		if err := c.Sleep(t.Context(), time.Hour); err != nil || c.Now().Sub(start) != time.Hour {
			t.Errorf("%v after %s", err, c.Now().Sub(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Sleep(ctx, time.Hour); err != context.DeadlineExceeded || c.Now().Sub(start) != time.Hour+time.Second {
			t.Errorf("%v after %s", err, c.Now().Sub(start))
		}
	})
}
