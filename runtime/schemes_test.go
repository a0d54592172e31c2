// Credentials with several fields, several schemes, and those that hosts pass
// among the arguments.

package runtime

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// cred makes credentials of "key=value" lines.
func cred(authType string, lines ...string) Credentials {
	data := make(map[string]string)
	for _, l := range lines {
		key, value, _ := strings.Cut(l, "=")
		data[key] = value
	}
	return NewCredentials(authType, data)
}

// withAuth is getThing with other schemes.
func withAuth(schemes ...*AuthScheme) *Operation {
	op := getThing
	op.Auth, op.OtherAuth = schemes[0], schemes[1:]
	return &op
}

// callWith calls an operation that needs no more input, and returns the request
// that went out, if one did.
func callWith(t *testing.T, op *Operation, c Credentials, input string) (Envelope, *http.Request) {
	t.Helper()
	api := play(answering(200, goodBody))
	e := clientOf(t, tableOf(&demoAPI, op), Options{Transport: api}).Call(t.Context(), op.Name, c, []byte(input))
	wantEnvelope(t, op, e)
	if api.count() == 0 {
		return e, nil
	}
	return e, api.requests[0].Request
}

func TestFields(t *testing.T) {
	s := &AuthScheme{
		Type: "custom",
		Fields: []CredentialField{
			{Key: "id", Missing: "No id."},
			{Key: "key", Missing: "No key."},
			{Key: "region", Public: true, Default: "us", Values: []Translation{{"us", "us-1"}, {"eu", "eu-central"}}},
			{Key: "team", Optional: true, Pattern: "[a-z]{2,4}", Public: true},
		},
		Send: []AuthPart{
			{Header: "X-Key", Value: "{key}"}, {Query: "region", Value: "{region}"}, {Header: "X-Team", Value: "team {team}"}, {Basic: true, Value: "{id}:{key}"},
		},
	}
	tests := []struct {
		name string
		cred Credentials
		want string // the error
		sent string // key, region, team, user
	}{
		{"all", cred("custom", "id=a", "key=k", "region=eu", "team=abc"), "", "k eu-central team abc a"},
		{"defaults", cred("custom", "id=a", "key=k"), "", "k us-1  a"},
		{"blank is missing", cred("custom", "id=a", "key=k", "region= ", "team=\t"), "", "k us-1  a"},
		{"a user with blanks and accents", cred("custom", "id=Zoë Ö", "key=k"), "", "k us-1  Zoë Ö"},
		{"nothing", cred("custom"), "No id.", ""},
		{"the second is missing", cred("custom", "id=a"), "No key.", ""},
		{"the first that is missing tells", cred("custom", "team=!!"), "No id.", ""},
		{"not on the list", cred("custom", "id=a", "key=k", "region=mars"), "Call failed: auth_data.region must be one of us, eu", ""},
		{"what is put in its place is not on the list", cred("custom", "id=a", "key=k", "region=us-1"), "Call failed: auth_data.region must be one of us, eu", ""},
		{"the pattern is for the whole", cred("custom", "id=a", "key=k", "team=abcdef"), "Call failed: auth_data.team is not of the form that it must have: [a-z]{2,4}", ""},
		{"a line break behind the pattern", cred("custom", "id=a", "key=k", "team=abc\nd"), "Call failed: auth_data.team has characters or a length that no credential has; paste it again", ""},
		{"a header cannot carry it", cred("custom", "id=a", "key=k é"), "Call failed: auth_data.key has characters or a length that no credential has; paste it again", ""},
		{"nobody can see it", cred("custom", "id=a\x00b", "key=k"), "Call failed: auth_data.id has characters or a length that no credential has; paste it again", ""},
		{"a colon in the user", cred("custom", "id=a:b", "key=k"), "Call failed: auth_data.id has a colon, which this part of a credential cannot have; paste it again", ""},
		{"another type", cred("oauth2", "id=a", "key=k"), `Call failed: auth_type is not "custom", the one that this action takes`, ""},
	}
	for _, tt := range tests {
		e, r := callWith(t, withAuth(s), tt.cred, good["get_thing"])
		if got := errorText(e); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if tt.want != "" && (r != nil || e.Err.Code != CodeUnauthenticated) {
			t.Errorf("%s: the code is %s, or a request went out", tt.name, e.Err.Code)
		}
		if r == nil {
			continue
		}
		user, _, _ := r.BasicAuth()
		if got := strings.Join([]string{r.Header.Get("X-Key"), r.URL.Query().Get("region"), r.Header.Get("X-Team"), user}, " "); got != tt.sent {
			t.Errorf("%s: sent %q, want %q", tt.name, got, tt.sent)
		}
	}
}

func TestSchemes(t *testing.T) {
	oauth := &AuthScheme{Type: "oauth2", Fields: []CredentialField{{Key: "access_token", Missing: "No access token."}}, Send: []AuthPart{{Header: "Authorization", Value: "Bearer {access_token}"}}}
	key := &AuthScheme{Type: "bearer_token", Fields: []CredentialField{{Key: "token", Missing: "No token."}}, Send: []AuthPart{{Header: "Authorization", Value: "{token}"}}}
	any := *key
	any.AnyType = true
	tests := []struct {
		name string
		op   *Operation
		cred Credentials
		want string // the error, or the header
	}{
		{"the first", withAuth(oauth, key), cred("oauth2", "access_token=a", "token=b"), "Bearer a"},
		{"the second", withAuth(oauth, key), cred("bearer_token", "access_token=a", "token=b"), "b"},
		{"the older name", withAuth(oauth, key), cred("bearer", "token=b"), "b"},
		{"no type, the fields tell", withAuth(oauth, key), cred("", "token=b"), "b"},
		{"no type, the first of those that fit", withAuth(oauth, key), cred("", "access_token=a", "token=b"), "Bearer a"},
		{"no type and no fields", withAuth(oauth, key), cred(""), "No access token."},
		{"the type counts more than the fields", withAuth(oauth, key), cred("bearer_token", "access_token=a"), "No token."},
		{"no such type", withAuth(oauth, key), cred("custom", "access_token=a"), `Call failed: auth_type is not "oauth2", the one that this action takes`},
		{"no such type, and nothing in it", withAuth(oauth, key), cred("custom"), "No access token."},
		{"any type", withAuth(&any), cred("whatever", "token=b"), "b"},
	}
	for _, tt := range tests {
		e, r := callWith(t, tt.op, tt.cred, good["get_thing"])
		got := errorText(e)
		if r != nil {
			got = r.Header.Get("Authorization")
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestKeyStyle: hosts pass an API key among the arguments.
func TestKeyStyle(t *testing.T) {
	const empty = "API key is empty. Please configure a valid credential."
	key := &AuthScheme{Type: "api_key", Fields: []CredentialField{{Key: "api_key", Missing: empty}, {Key: "site", Optional: true, Public: true}},
		Send: []AuthPart{{Header: "X-Key", Value: "{api_key}"}, {Header: "X-Site", Value: "{site}"}}}
	bearer := *key
	bearer.Type = "bearer_token"
	taken := withAuth(key)
	taken.Params = append(slices.Clone(taken.Params), Param{Name: "api_key", Type: TypeString, In: InQuery, Wire: "k"})
	tests := []struct {
		name  string
		op    *Operation
		cred  Credentials
		input string
		want  string // the error, or the key, the site and the search
	}{
		{"among the arguments", withAuth(key), Credentials{}, `{"thing_id":"t","api_key":"k3y","search":"s"}`, "k3y  s"},
		{"first of all, with blanks", withAuth(key), Credentials{}, "\uFEFF" + ` { "api_key" : " k3y " , "thing_id":"t" } `, "k3y  "},
		{"alone and escaped", withAuth(key), cred("api_key"), `{"api\u005fkey":"\u006b3y","thing_id":"t","site":"x"}`, "k3y x "},
		{"a number", withAuth(key), Credentials{}, `{"api_key":17,"thing_id":"t"}`, "17  "},
		{"beside the credentials", withAuth(key), cred("api_key", "api_key=k3y"), `{"thing_id":"t","site":"x"}`, "k3y x "},
		{"the older type for it", withAuth(&AuthScheme{Type: "modulex_key", Fields: key.Fields, Send: key.Send}), Credentials{}, `{"api_key":"k3y","thing_id":"t"}`, "k3y  "},

		{"missing", withAuth(key), Credentials{}, `{"thing_id":"t"}`, empty},
		{"empty", withAuth(key), Credentials{}, `{"api_key":"","thing_id":"t"}`, empty},
		{"blank", withAuth(key), Credentials{}, `{"api_key":" \t","thing_id":"t"}`, empty},
		{"null", withAuth(key), Credentials{}, `{"api_key":null,"thing_id":"t"}`, empty},
		{"no input", withAuth(key), Credentials{}, ``, empty},
		{"no object", withAuth(key), Credentials{}, `["api_key","` + secret[:6] + `"]`, empty},
		{"broken behind it", withAuth(key), Credentials{}, `{"api_key":"` + secret[:6] + `",`, empty},
		{"unfit", withAuth(key), Credentials{}, `{"api_key":"a b","thing_id":"t"}`, "Call failed: auth_data.api_key has characters or a length that no credential has; paste it again"},
		{"held already", withAuth(key), cred("api_key", "api_key=k3y"), `{"api_key":"other","thing_id":"t"}`, `Call failed: "api_key" is not a parameter; the parameters are thing_id, search, limit, trace`},
		{"another style", withAuth(&bearer), Credentials{}, `{"api_key":"k3y","thing_id":"t"}`, empty},
		{"a parameter has that name", taken, Credentials{}, `{"api_key":"k3y","thing_id":"t"}`, empty},
		{"the rest is checked", withAuth(key), Credentials{}, `{"api_key":"k3y","nope":1}`, `Call failed: "nope" is not a parameter; the parameters are thing_id, search, limit, trace; thing_id is required`},
	}
	for _, tt := range tests {
		e, r := callWith(t, tt.op, tt.cred, tt.input)
		got := errorText(e)
		if r != nil {
			got = r.Header.Get("X-Key") + " " + r.Header.Get("X-Site") + " " + r.URL.Query().Get("filter[q]")
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestEnvironmentOfSchemes(t *testing.T) {
	field := func(key, env string) CredentialField {
		return CredentialField{Key: key, Env: env, Missing: "No " + key}
	}
	oauth := &AuthScheme{Type: "oauth2", Fields: []CredentialField{field("access_token", "ACCESS")}}
	key := &AuthScheme{Type: "bearer_token", Fields: []CredentialField{field("token", "KEY"), {Key: "region", Env: "REGION", Default: "us"}}}
	ingest := &AuthScheme{Type: "custom", Fields: []CredentialField{field("api_key", "API")}}
	dashboard := &AuthScheme{Type: "custom", Fields: []CredentialField{field("api_key", "API"), field("secret_key", "SECRET")}}
	tests := []struct {
		name     string
		auth     []*AuthScheme
		env      string
		authType string
		want     string
	}{
		{"the first", []*AuthScheme{oauth, key}, "ACCESS=a KEY=k", "oauth2", "access_token=a"},
		{"the one that is there", []*AuthScheme{oauth, key}, "KEY=k", "bearer_token", "token=k"},
		{"with what is not needed", []*AuthScheme{oauth, key}, "KEY=k REGION=eu", "bearer_token", "region=eu token=k"},
		{"none", []*AuthScheme{oauth, key}, "REGION=eu", "oauth2", ""},
		{"they share a type", []*AuthScheme{ingest, dashboard}, "API=a SECRET=s", "", "api_key=a secret_key=s"},
		{"they share a type, one key", []*AuthScheme{ingest, dashboard}, "API=a", "", "api_key=a"},
	}
	for _, tt := range tests {
		env := make(map[string]string)
		for line := range strings.FieldsSeq(tt.env) {
			name, value, _ := strings.Cut(line, "=")
			env[name] = value
		}
		c := (&API{Auth: tt.auth}).CredentialsFromEnv(func(name string) string { return env[name] })
		var got []string
		for _, k := range []string{"access_token", "api_key", "region", "secret_key", "token"} {
			if v := c.secret(k); v != "" {
				got = append(got, k+"="+v)
			}
		}
		if c.authType != tt.authType || strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q %q", tt.name, c.authType, got)
		}
	}
}

// TestRedactFields: everything but public fields is hidden, in every spelling.
func TestRedactFields(t *testing.T) {
	s := secrets{scheme: &AuthScheme{Fields: []CredentialField{{Key: "a"}, {Key: "b", Public: true}, {Key: "c"}, {Key: "d", Optional: true}}},
		values: []string{"pässword one", "eu-central", "line1\nline2", ""}, access: "acc3ss/token"}
	for _, text := range []string{
		"pässword one", "p%C3%A4ssword+one", "p%c3%a4ssword%20one", `p\u00e4ssword one`, "p&#228;ssword&#x20;one", "line1\nline2", `line1\nline2`, "line1%0Aline2",
		"acc3ss/token", "acc3ss%2Ftoken", "cMOkc3N3b3JkIG9uZQ==",
	} {
		if got := s.redact("x " + text + " y"); got != "x [redacted] y" {
			t.Errorf("%q: %q", text, got)
		}
	}
	if got := s.redact("in eu-central"); got != "in eu-central" {
		t.Errorf("a public field: %q", got)
	}
	long := strings.Repeat("k\"\n", 400) + "é"
	s.values[0] = long
	for _, text := range []string{long, string(appendQuoted(nil, long)), "base64"} {
		if text == "base64" {
			text = base64Forms(long)[0]
		}
		if got := s.redact(text); strings.Contains(got, long[:20]) || len(got) > 20 {
			t.Errorf("a long secret: %.100q", got)
		}
	}
}
