// Where requests go, whatever a credential says.

package runtime

import (
	"strings"
	"testing"
)

// hostAPI is an API with that base URL and that credential field in it.
func hostAPI(base string, f CredentialField) (*API, *AuthScheme) {
	f.Key, f.Missing, f.Public = "site", "No site.", true
	s := &AuthScheme{Type: "custom", Fields: []CredentialField{{Key: "token", Missing: "No token."}, f}, Send: tokenAuth.Send}
	api := demoAPI
	api.BaseURL, api.Auth = base, []*AuthScheme{s}
	return &api, s
}

func TestHostsFromCredentials(t *testing.T) {
	const (
		label   = "Call failed: auth_data.site must be one part of a host name: letters, digits and hyphens"
		name    = "Call failed: auth_data.site must be a host name"
		whole   = "Call failed: auth_data.site must be a base URL such as https://example.com, without a user, a query or a fragment"
		private = "Call failed: the credential names a host of a private network, which is called only where the operator allows it (as the base URL, or with AllowPrivateHosts)"
		spelt   = "Call failed: auth_data.site must spell its host in ASCII, such as https://xn--bcher-kva.example"
		plain   = "Call failed: the credential names an address without https"
	)
	region := CredentialField{Values: []Translation{{"eu", "api.eu"}, {"bad", "x/../y"}}}
	domain := CredentialField{Pattern: `.+`}
	tests := []struct {
		base  string
		field CredentialField
		site  string
		want  string // the address, or the error
	}{
		{"https://{auth.site}.example.com/v1", CredentialField{}, "acme", "https://acme.example.com/v1/things/t"},
		{"https://{auth.site}.example.com/v1", CredentialField{}, "ACME-2", "https://acme-2.example.com/v1/things/t"},
		{"https://api.example.com/{auth.site}/v1", CredentialField{}, "a/b?c", "https://api.example.com/a%2Fb%3Fc/v1/things/t"},
		{"https://{auth.site}.example.com", region, "eu", "https://api.eu.example.com/things/t"},
		{"https://{auth.site}/v1", domain, "shop.example.com", "https://shop.example.com/v1/things/t"},
		{"{auth.site}", CredentialField{}, "https://shop.example.com:8443/sub/", "https://shop.example.com:8443/sub/things/t"},
		{"{auth.site}/wp-json", CredentialField{}, "HTTPS://Shop.example.com", "https://shop.example.com/wp-json/things/t"},

		{"https://{auth.site}.example.com", CredentialField{}, "", "No site."},
		{"https://{auth.site}.example.com", CredentialField{Optional: true}, "", "Call failed: auth_data.site is missing, but it is part of the address"},
		{"https://{auth.site}.example.com", CredentialField{}, "a.b", label},
		{"https://{auth.site}.example.com", CredentialField{}, "evil.test/", label},
		{"https://{auth.site}.example.com", CredentialField{}, "evil.test#", label},
		{"https://{auth.site}.example.com", CredentialField{}, "user@evil", label},
		{"https://{auth.site}.example.com", CredentialField{}, "evil:443", label},
		{"https://{auth.site}.example.com", CredentialField{}, `evil\`, label},
		{"https://{auth.site}.example.com", CredentialField{}, "%65vil", label},
		{"https://{auth.site}.example.com", CredentialField{}, "-a", label},
		{"https://{auth.site}.example.com", CredentialField{}, strings.Repeat("a", 64), label},
		{"https://{auth.site}.example.com", CredentialField{}, "ex\u00e4mple", label},
		{"https://{auth.site}.example.com", region, "bad", name},
		{"https://{auth.site}/v1", domain, "evil.test/x", name},
		{"https://{auth.site}/v1", domain, "a..b", name},
		{"https://{auth.site}/v1", domain, "127.0.0.1", private},
		{"https://{auth.site}/v1", domain, "127.1", private},
		{"https://{auth.site}/v1", domain, "2130706433", private},
		{"https://{auth.site}/v1", domain, "0x7f.1", private},
		{"https://{auth.site}/v1", domain, "localhost", private},
		{"https://{auth.site}/v1", domain, "metadata.google.internal", private},
		{"https://{auth.site}/v1", domain, "intranet", private},
		{"https://api.example.com/{auth.site}", CredentialField{}, "..", `Call failed: auth_data.site is "..", which would change the path`},
		{"https://api.example.com:{auth.site}/v1", CredentialField{}, "80", "Call failed: auth_data.site stands where no credential may stand in the address"},

		{"{auth.site}", CredentialField{}, "shop.example.com", whole},
		{"{auth.site}", CredentialField{}, "https://", whole},
		{"{auth.site}", CredentialField{}, "ftp://shop.example.com", whole},
		{"{auth.site}", CredentialField{}, "https://user:pw@shop.example.com", whole},
		{"{auth.site}", CredentialField{}, "https://shop.example.com?a=b", whole},
		{"{auth.site}", CredentialField{}, "https://shop.example.com#", whole},
		{"{auth.site}", CredentialField{}, "https://shop.example.com/a/../b", whole},
		{"{auth.site}", CredentialField{}, `https://shop.example.com\@evil.test`, whole},
		{"{auth.site}", CredentialField{}, "http://shop.example.com", plain},
		{"{auth.site}", CredentialField{}, "https://10.0.0.1", private},
		{"{auth.site}", CredentialField{}, "https://169.254.169.254/latest", private},
		{"{auth.site}", CredentialField{}, "https://100.64.0.1", private},
		{"{auth.site}", CredentialField{}, "https://0.0.0.0", private},
		{"{auth.site}", CredentialField{}, "https://[::1]", private},
		{"{auth.site}", CredentialField{}, "https://[::ffff:127.0.0.1]", private},
		{"{auth.site}", CredentialField{}, "https://[64:ff9b::7f00:1]", private},
		{"{auth.site}", CredentialField{}, "https://[fd00::1]", private},
		{"{auth.site}", CredentialField{}, "https://[fe80::1]", private},
		{"{auth.site}", CredentialField{}, "https://[2002:7f00:1::]", private},
		{"{auth.site}", CredentialField{}, "https://localhost.", private},
		{"{auth.site}", CredentialField{}, "https://127.0.0.\uff11", spelt},
		{"{auth.site}", CredentialField{}, "https://127\u30020\u30020\u30021", spelt},
		{"{auth.site}", CredentialField{}, "https://\u24dbocalhost", spelt},
		{"{auth.site}", CredentialField{}, "http://localhost:8080", private},
	}
	for _, tt := range tests {
		api, s := hostAPI(tt.base, tt.field)
		op := withAuth(s)
		script := play(answering(200, goodBody))
		e := clientOf(t, tableOf(api, op), Options{Transport: script}).Call(t.Context(), "get_thing", cred("custom", "token=tok3n", "site="+tt.site), []byte(`{"thing_id":"t"}`))
		wantEnvelope(t, op, e)
		got := errorText(e)
		if script.count() > 0 {
			got = script.requests[0].URL.String()
		} else if e.Err.Code != CodeUnauthenticated {
			t.Errorf("%s %q: the code is %s", tt.base, tt.site, e.Err.Code)
		}
		if got != tt.want {
			t.Errorf("%s %q:\ngot  %s\nwant %s", tt.base, tt.site, got, tt.want)
		}
	}
}

func TestAllowPrivateHosts(t *testing.T) {
	api, s := hostAPI("{auth.site}", CredentialField{})
	for _, tt := range []struct{ site, want string }{
		{"http://localhost:8080/x", "http://localhost:8080/x/things/t"},
		{"http://10.1.2.3", "http://10.1.2.3/things/t"},
		{"https://intranet", "https://intranet/things/t"},
		{"http://shop.example.com", "Call failed: the credential names an address without https"},
	} {
		script := play(answering(200, goodBody))
		c := clientOf(t, tableOf(api, withAuth(s)), Options{Transport: script, AllowPrivateHosts: true})
		got := errorText(c.Call(t.Context(), "get_thing", cred("custom", "token=tok3n", "site="+tt.site), []byte(`{"thing_id":"t"}`)))
		if script.count() > 0 {
			got = script.requests[0].URL.String()
		}
		if got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.site, got, tt.want)
		}
	}
}

func TestReplacedHosts(t *testing.T) {
	api := demoAPI
	api.BaseURL = "https://{auth.token}.example.com/v1"
	api.Hosts = []Host{{"ingest", "https://in.example.com/i"}, {"profile", "https://{auth.token}.profile.example.com"}}
	ops := make([]*Operation, 3)
	for i, host := range []string{"", "ingest", "profile"} {
		op := getThing
		op.Name, op.Host = "get"+host, host
		ops[i] = &op
	}
	tests := []struct {
		name    string
		options Options
		want    string // addresses of the three
	}{
		{"none", Options{}, "https://acme.example.com/v1 https://in.example.com/i https://acme.profile.example.com"},
		{"all", Options{BaseURL: "http://127.0.0.1:1/x/"}, "http://127.0.0.1:1/x http://127.0.0.1:1/x http://127.0.0.1:1/x"},
		{"one", Options{BaseURLs: map[string]string{"ingest": "https://other.test"}}, "https://acme.example.com/v1 https://other.test https://acme.profile.example.com"},
		{"the base URL", Options{BaseURLs: map[string]string{"default": "https://other.test"}}, "https://other.test https://in.example.com/i https://acme.profile.example.com"},
		{"the base URL without a name", Options{BaseURLs: map[string]string{"": "https://other.test"}}, "https://other.test https://in.example.com/i https://acme.profile.example.com"},
		{"all but one", Options{BaseURL: "https://all.test", BaseURLs: map[string]string{"profile": "https://other.test"}}, "https://all.test https://all.test https://other.test"},
	}
	for _, tt := range tests {
		script := play(answering(200, goodBody))
		tt.options.Transport = script
		c := clientOf(t, tableOf(&api, ops...), tt.options)
		var got []string
		for _, op := range ops {
			if e := c.Call(t.Context(), op.Name, bearer("acme"), []byte(`{"thing_id":"t"}`)); e.Err != nil {
				t.Fatalf("%s: %v", tt.name, e.Err)
			}
			got = append(got, strings.TrimSuffix(script.requests[script.count()-1].URL.String(), "/things/t"))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q, want %s", tt.name, got, tt.want)
		}
	}
	for name, o := range map[string]Options{
		`the option BaseURLs has "nope", which is no host of this API; the hosts are default, ingest, profile`:             {BaseURLs: map[string]string{"nope": "https://x.test"}},
		`the base URL uses http, which would send the credential readable to x.test; use https`:                            {BaseURLs: map[string]string{"ingest": "http://x.test"}},
		`the base URL must not have a user, a query or a fragment; write it like https://{auth.token}.profile.example.com`: {BaseURLs: map[string]string{"profile": "https://x.test?a"}},
	} {
		if _, err := NewClient(tableOf(&api), o); err == nil || err.Error() != name {
			t.Errorf("got %v, want %s", err, name)
		}
	}
}
