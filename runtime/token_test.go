// Access tokens: fetched once, kept, given up in time, never shown.

package runtime

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var exchange = AuthScheme{
	Name: "client", Type: "custom",
	Fields: []CredentialField{{Key: "client_id", Missing: "No id."}, {Key: "client_secret", Missing: "No secret."}, {Key: "region", Public: true, Default: "us"}},
	Send:   []AuthPart{{Header: "Authorization", Value: "Bearer {access_token}"}},
	Token: &TokenRequest{
		Method: "POST", URL: "https://{region}.example.test/oauth/token", Basic: "{client_id}:{client_secret}",
		Fields: []Header{{"grant_type", "client_credentials"}, {"client", "{client_id}"}, {"none", "{nope}"}},
		Path:   "access_token", Expires: "expires_in", Field: "access_token",
	},
}

// tokenAPI answers token requests and others by scripts of their own.
type tokenAPI struct{ tokens, others *script }

func (a tokenAPI) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "oauth") {
		return a.tokens.RoundTrip(r)
	}
	return a.others.RoundTrip(r)
}

const clientSecret = "s3cret&/client"

func clientCred(lines ...string) Credentials {
	return cred("custom", append([]string{"client_id=client-42", "client_secret=" + clientSecret}, lines...)...)
}

// tokenOf makes an API and a client for it.
func tokenOf(t *testing.T, s *AuthScheme, o Options, tokens, others *script) *Client {
	t.Helper()
	api := quotaAPI
	api.Auth = []*AuthScheme{s}
	op := *withAuth(s)
	o.Transport = tokenAPI{tokens, others}
	return clientOf(t, tableOf(&api, &op), o)
}

func getOne(t *testing.T, c *Client, cr Credentials) Envelope {
	t.Helper()
	return c.Call(t.Context(), "get_thing", cr, []byte(`{"thing_id":"t"}`))
}

func TestTokenRequest(t *testing.T) {
	jsonScheme := exchange
	other := *exchange.Token
	other.JSON, other.Basic, other.Method = true, "", "PUT"
	other.Headers = []Header{{"x-client", "{auth.client_id}"}}
	jsonScheme.Token = &other
	for _, tt := range []struct {
		name    string
		scheme  *AuthScheme
		options Options
		cred    Credentials
		want    string
	}{
		{"a form", &exchange, Options{}, clientCred(), "POST https://us.example.test/oauth/token client-42:" + clientSecret + "  application/x-www-form-urlencoded grant_type=client_credentials&client=client-42"},
		{"JSON", &jsonScheme, Options{}, clientCred("region=eu"), `PUT https://eu.example.test/oauth/token : client-42 application/json {"grant_type":"client_credentials","client":"client-42"}`},
		{"replaced", &exchange, Options{BaseURL: "http://127.0.0.1:7/v9"}, clientCred(), "POST http://127.0.0.1:7/oauth/token client-42:" + clientSecret + "  application/x-www-form-urlencoded grant_type=client_credentials&client=client-42"},
	} {
		tokens, others := play(answering(200, `{"access_token":"t0ken","expires_in":3600}`)), play(answering(200, goodBody))
		c := tokenOf(t, tt.scheme, tt.options, tokens, others)
		if e := getOne(t, c, tt.cred); e.Err != nil {
			t.Errorf("%s: %v", tt.name, e.Err)
			continue
		}
		r := tokens.requests[0]
		user, password, _ := r.BasicAuth()
		got := strings.Join([]string{r.Method, r.URL.String(), user + ":" + password, r.Header.Get("X-Client"), r.Header.Get("Content-Type"), r.body}, " ")
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
		if h := others.requests[0].Header.Get("Authorization"); h != "Bearer t0ken" {
			t.Errorf("%s: the API got %q", tt.name, h)
		}
	}
}

// TestTokenLife: how long a token is used.
func TestTokenLife(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		life         time.Duration // of the manifest
		kept         time.Duration
	}{
		{"an hour", `{"access_token":"t","expires_in":3600}`, 0, 59 * time.Minute},
		{"a minute", `{"access_token":"t","expires_in":60}`, 0, 54 * time.Second},
		{"as text", `{"access_token":"t","expires_in":"3600"}`, 0, 59 * time.Minute},
		{"the answer counts more", `{"access_token":"t","expires_in":3600}`, time.Minute, 59 * time.Minute},
		{"of the manifest", `{"access_token":"t"}`, time.Hour, time.Hour},
		{"nobody tells", `{"access_token":"t"}`, 0, 10 * time.Minute},
		{"nonsense", `{"access_token":"t","expires_in":"soon"}`, 0, 10 * time.Minute},
		{"nothing", `{"access_token":"t","expires_in":0}`, 0, 10 * time.Minute},
		{"for ever", `{"access_token":"t","expires_in":1e300}`, 0, 365*24*time.Hour - time.Minute},
	} {
		s := exchange
		request := *s.Token
		request.Life, s.Token = tt.life, &request
		clock := newFakeClock()
		tokens := play(answering(200, tt.answer))
		c := tokenOf(t, &s, Options{Clock: clock}, tokens, play(answering(200, goodBody)))
		getOne(t, c, clientCred())
		clock.advance(tt.kept - time.Second)
		getOne(t, c, clientCred())
		if tokens.count() != 1 {
			t.Errorf("%s: given up too early", tt.name)
		}
		clock.advance(time.Second)
		getOne(t, c, clientCred())
		if tokens.count() != 2 {
			t.Errorf("%s: kept too long", tt.name)
		}
		getOne(t, c, clientCred("region=eu"))
		if tokens.count() != 3 {
			t.Errorf("%s: another credential got the same token", tt.name)
		}
	}
}

// TestTokenFailures: what a caller reads when there is no token.
func TestTokenFailures(t *testing.T) {
	const none = "Call failed: no access token could be had: API error "
	tests := []struct {
		name  string
		steps []step
		code  Code
		want  string
		asked int
	}{
		{"refused", []step{answering(401, `{"error":"invalid_client","error_description":"Client client-42 is not known"}`)}, CodeUnauthenticated, none + "(401): Client [redacted] is not known", 1},
		{"a bad request", []step{answering(400, `{"error":"invalid_grant"}`)}, CodeUnauthenticated, none + "(400): invalid_grant", 1},
		{"forbidden, with the secret", []step{answering(403, `{"message":"no `+clientSecret+`"}`)}, CodeUnauthenticated, none + "(403): no [redacted]", 1},
		{"not there", []step{answering(404, `nothing here`)}, CodeNotFound, none + "(404): nothing here", 1},
		{"busy, then fine", []step{answering(503, ``), answering(200, `{"access_token":"t0ken"}`)}, "", "", 2},
		{"busy for ever", []step{answering(503, ``)}, CodeUnavailable, none + "(503): Service Unavailable", 3},
		{"no connection", []step{failing(false, errors.New("no route"))}, CodeUnavailable, "Call failed: no route", 3},
		{"no JSON", []step{answering(200, `access_token=t0ken`)}, CodeUnexpectedResponse, "Call failed: the answer to the token request is not JSON", 1},
		{"no token", []step{answering(200, `{"token":"t0ken"}`)}, CodeUnexpectedResponse, `Call failed: the answer to the token request has no text at "access_token"`, 1},
		{"a token that is none", []step{answering(200, `{"access_token":17}`)}, CodeUnexpectedResponse, `Call failed: the answer to the token request has no text at "access_token"`, 1},
		{"an empty token", []step{answering(200, `{"access_token":" "}`)}, CodeUnexpectedResponse, `Call failed: the answer to the token request has no text at "access_token"`, 1},
		{"an unfit token", []step{answering(200, `{"access_token":"a\r\nb"}`)}, CodeUnexpectedResponse, "Call failed: the access token has characters or a length that no token has", 1},
	}
	for _, tt := range tests {
		tokens, others := play(tt.steps...), play(answering(200, goodBody))
		c := tokenOf(t, &exchange, Options{Clock: newFakeClock()}, tokens, others)
		e := getOne(t, c, clientCred())
		if got := errorText(e); got != tt.want || e.Err != nil && e.Err.Code != tt.code || tokens.count() != tt.asked {
			t.Errorf("%s: after %d requests %q, want %q after %d", tt.name, tokens.count(), got, tt.want, tt.asked)
		}
		if tt.want != "" && others.count() > 0 {
			t.Errorf("%s: a request went out without a token", tt.name)
		}
		if getOne(t, c, clientCred()); tt.want != "" && tokens.count() <= tt.asked {
			t.Errorf("%s: the failure is kept", tt.name)
		}
	}
}

// TestTokenRefused: a token that the API does not take is fetched once more.
func TestTokenRefused(t *testing.T) {
	tokens := play(answering(200, `{"access_token":"t0ken-1"}`), answering(200, `{"access_token":"t0ken-2"}`), answering(200, `{"access_token":"t0ken-3"}`))
	others := play(answering(200, goodBody), answering(401, `{}`), answering(200, goodBody), answering(401, `{"message":"t0ken-2"}`), answering(401, `{"message":"no t0ken-3"}`))
	c := tokenOf(t, &exchange, Options{}, tokens, others)
	getOne(t, c, clientCred())
	if e := getOne(t, c, clientCred()); e.Err != nil {
		t.Errorf("after one 401: %v", e.Err)
	}
	e := getOne(t, c, clientCred())
	if got := errorText(e); got != "API error (401): no [redacted]" || e.Err.Attempts != 2 {
		t.Errorf("after two 401: %q, %+v", got, e.Err)
	}
	var used []string
	for _, r := range others.requests {
		used = append(used, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer t0ken-"))
	}
	if got := strings.Join(used, " "); got != "1 1 2 2 3" {
		t.Errorf("used %s", got)
	}
}

// TestTokenOnce: many calls wait for one exchange, and the end of the call that
// makes it is not theirs.
func TestTokenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(r *http.Request) (*http.Response, error) {
			select {
			case <-time.After(time.Second):
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
			return answering(200, `{"access_token":"t0ken"}`)(r)
		}
		tokens, others := play(slow), play(answering(200, goodBody))
		c := tokenOf(t, &exchange, Options{DisableBudgets: true}, tokens, others)
		var all sync.WaitGroup
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		all.Go(func() {
			if e := c.Call(ctx, "get_thing", clientCred(), []byte(`{"thing_id":"t"}`)); CodeOf(asError(e.Err)) != CodeTimeout {
				t.Errorf("the first: %s", e.JSON)
			}
		})
		synctest.Wait()
		for range 50 {
			all.Go(func() {
				if e := getOne(t, c, clientCred()); e.Err != nil {
					t.Errorf("one that waits: %v", e.Err)
				}
			})
		}
		all.Wait()
		if tokens.count() != 2 || others.count() != 50 {
			t.Errorf("%d exchanges, %d calls", tokens.count(), others.count())
		}
	})
}

// TestTokenInNoBudget: an exchange is none of the API's calls.
func TestTokenInNoBudget(t *testing.T) {
	api := demoAPI
	api.Budgets = []Budget{{Calls: 1, Per: 24 * time.Hour}}
	op := *withAuth(&exchange)
	tokens, others := play(answering(200, `{"access_token":"t0ken"}`)), play(answering(200, goodBody))
	c := clientOf(t, tableOf(&api, &op), Options{Transport: tokenAPI{tokens, others}, Clock: newFakeClock()})
	if e := getOne(t, c, clientCred()); e.Err != nil {
		t.Errorf("the first call: %v", e.Err)
	}
	if e := getOne(t, c, clientCred()); CodeOf(asError(e.Err)) != CodeQuotaExhausted {
		t.Errorf("the second call: %s", e.JSON)
	}
}

// TestTokenHost: a credential that names the host of the exchange leads into no
// private network.
func TestTokenHost(t *testing.T) {
	s := exchange
	request := *s.Token
	request.URL, s.Token = "{region}/oauth/token", &request
	for site, want := range map[string]string{
		"https://login.example.com": "",
		"https://127.0.0.1":         "Call failed: the credential names a host of a private network, " + privateRule,
		"login.example.com":         "Call failed: auth_data.region must be a base URL such as https://example.com, without a user, a query or a fragment",
	} {
		var marks []any
		mark := func(answer step) step {
			return func(r *http.Request) (*http.Response, error) {
				marks = append(marks, r.Context().Value(publicOnly{}))
				return answer(r)
			}
		}
		c := tokenOf(t, &s, Options{}, play(mark(answering(200, `{"access_token":"t0ken"}`))), play(mark(answering(200, goodBody))))
		if got := errorText(getOne(t, c, clientCred("region="+site))); got != want {
			t.Errorf("%s: got %q, want %q", site, got, want)
		}
		if want == "" && (len(marks) != 2 || marks[0] != "login.example.com" || marks[1] == marks[0]) {
			t.Errorf("%s: the marks are %v", site, marks)
		}
	}
}
