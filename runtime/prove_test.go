// The proof of a credential, and lists of which only a part is wanted.

package runtime

import (
	"strings"
	"testing"
)

func TestProve(t *testing.T) {
	key := tokenAuth
	key.Name, key.Type, key.Fields = "key", "api_key", []CredentialField{{Key: "key", Missing: "Missing key."}}
	key.Send = []AuthPart{{Header: "X-Key", Value: "{key}"}}
	key.Probe = &Operation{Name: "credential_test", Method: "GET", Path: "/me", Success: []int{200}, Result: Result{Kind: ResultNone}}
	bearer := tokenAuth
	bearer.Probe = key.Probe
	api := demoAPI
	api.Auth = []*AuthScheme{&bearer, &key}
	api.Budgets = []Budget{{Calls: 10, Per: 1e9, Remaining: "x-left"}}

	for _, tt := range []struct {
		name   string
		cred   Credentials
		answer step
		scheme string
		err    string
		left   int
	}{
		{"taken", token(), answering(200, `{}`, "X-Left: 7"), "api_token", "", 7},
		{"a long answer", token(), answering(200, `["`+strings.Repeat("a", maxErrorBytes)+`"]`, "X-Left: 7"), "api_token", "", 7},
		{"refused", token(), answering(401, `{"message":"who?"}`), "api_token", "API error (401): who?", 0},
		{"refused in the body", token(), answering(200, `{"errors":[{"title":"no"}]}`), "api_token", "API error (200): no", 0},
		{"another scheme", NewCredentials("api_key", map[string]string{"key": "k"}), answering(200, `{}`, "X-Left: 3"), "key", "", 3},
		{"none", Credentials{}, nil, "api_token", "Missing API token in auth_data.", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := play(tt.answer)
			c := clientOf(t, tableOf(&api, &getThing), Options{Transport: s, Attempts: 1})
			p := c.Prove(t.Context(), tt.cred)
			said := ""
			if p.Err != nil {
				said = p.Err.Error()
			}
			if said != tt.err || p.Scheme == nil || p.Scheme.Name != tt.scheme {
				t.Fatalf("scheme %v: %q, want %q", p.Scheme, said, tt.err)
			}
			if tt.left > 0 && (len(p.Rates) != 1 || p.Rates[0].Remaining != tt.left) {
				t.Errorf("rates %v, want %d left", p.Rates, tt.left)
			}
		})
	}
	if p := newTestClient(t, Options{}).Prove(t.Context(), token()); p.Scheme != nil || p.Err != nil {
		t.Errorf("an API without a test: %+v", p)
	}
}

func TestMaxItems(t *testing.T) {
	for _, tt := range []struct {
		max         int
		ids, resume string
		pages       int
	}{
		{1, "a", "skip=1&page=0", 1},
		{2, "a b", "page=1", 1},
		{3, "a b c", "skip=1&page=1", 2},
		{4, "a b c d", "", 2},
		{9, "a b c d", "", 2},
		{0, "a b c d", "", 2},
	} {
		s := play(onePage("a b", "1"), func() step { return onePage("c d", "null") }())
		c := newTestClient(t, Options{Transport: s})
		e := c.Call(t.Context(), "list_things", token(), nil, MaxItems(tt.max))
		want := itemsOf(strings.Fields(tt.ids))
		if !e.Success() || !strings.Contains(string(e.JSON), `"data":`+want) || e.List.Resume != tt.resume || s.count() != tt.pages {
			t.Errorf("at most %d: %s, resume at %q after %d pages", tt.max, e.JSON, e.List.Resume, s.count())
		}
	}
}
