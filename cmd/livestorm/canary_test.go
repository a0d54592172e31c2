// The command with its loudest flags, before an API that throws the token back
// in every place: neither output shows it.

package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

const canary = `c4n/ary+t0k=e~n&<s>"q`

// spellings are the ways in which a token may come back.
func spellings(secret string) []string {
	quoted, _ := json.Marshal(secret)
	b := []byte(secret)
	return []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`), strings.ReplaceAll(secret, `"`, `\"`), html.EscapeString(secret),
		hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), base64.StdEncoding.EncodeToString(b), base64.URLEncoding.EncodeToString(b), base64.RawURLEncoding.EncodeToString(b),
	}
}

func showsNothing(t *testing.T, where string, got ran) {
	t.Helper()
	for _, form := range spellings(canary) {
		if strings.Contains(got.out+got.errOut, form) {
			t.Errorf("%s shows the token as %s:\n%.400s\n%.400s", where, form, got.out, got.errOut)
		}
	}
}

func TestCommandShowsNothing(t *testing.T) {
	var status int
	var body string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := r.Header.Get("Authorization")
		if !strings.Contains(token, canary) {
			t.Errorf("the token came as %q", token)
		}
		forms := spellings(canary)
		for _, name := range []string{"X-Request-Id", "Retry-After", "RateLimit-Monthly-Remaining", "Content-Language"} {
			w.Header().Set(name, token)
		}
		w.Header().Set("Location", "https://evil.test/?token="+forms[1])
		w.Header().Set("Link", "<https://"+forms[1]+"/>; rel=\"next\"")
		quoted, _ := json.Marshal(strings.Join(forms, " "))
		w.WriteHeader(status)
		fmt.Fprint(w, strings.ReplaceAll(body, "KEY", string(quoted)))
	}))
	defer s.Close()
	env := map[string]string{"LIVESTORM_API_TOKEN": canary, "LIVESTORM_BASE_URL": s.URL}
	for _, status = range []int{200, 201, 302, 401, 403, 404, 422, 429, 500} {
		for _, body = range []string{
			`{"errors":[{"title":KEY,"detail":KEY,"code":KEY}]}`, `{KEY:KEY}`, `KEY`, `<html>KEY</html>`,
			`{"data":{"id":7,"type":KEY,"attributes":{KEY:1,"title":{KEY:2}}},KEY:3}`, `{"data":[{"id":[],KEY:KEY}],"meta":{"next_page":KEY,"current_page":KEY}}`,
		} {
			for _, in := range inputs(t) {
				for _, loud := range [][]string{{"--verbose"}, {"--verbose", "--strict"}} {
					got := run(t, env, "", append([]string{"call", in.action, "--input", in.input, "--attempts", "1"}, loud...)...)
					if strings.HasPrefix(got.out, `{"success":true`) {
						got.out = "" // what the API says of a success is the caller's
					}
					showsNothing(t, fmt.Sprintf("%s %d %s %v", in.action, status, body, loud), got)
				}
			}
		}
	}
}

// TestUsageShowsNothing: wrong usage, with the token wherever it may be given.
func TestUsageShowsNothing(t *testing.T) {
	credentials, _ := json.Marshal(map[string]any{"auth_type": "bearer_token", "auth_data": map[string]string{"token": canary}})
	env := map[string]string{"LIVESTORM_API_TOKEN": canary, "LIVESTORM_BASE_URL": "http://127.0.0.1:1"}
	bad := func(token string) map[string]string {
		return map[string]string{"LIVESTORM_API_TOKEN": token, "LIVESTORM_BASE_URL": "http://127.0.0.1:1"}
	}
	for _, tt := range []struct {
		env  map[string]string
		args []string
	}{
		{env, []string{"--help"}},
		{env, []string{"call", "--help"}},
		{env, []string{"actions"}},
		{env, []string{"actions", "--json"}},
		{env, []string{"completion", "bash"}},
		{env, []string{"--version"}},
		{env, []string{"call"}},
		{env, []string{"call", "get_event", "--nope"}},
		{env, []string{"call", "get_event", "--input", "not JSON", "-v"}},
		{env, []string{"call", "get_event", "-p", "event_id=x", "-v", "--attempts", "1"}},
		{env, []string{"call", "get_event", "--credentials", string(credentials), "-p", "nope=1"}},
		{env, []string{"call", "get_event", "--credentials", string(credentials[1:])}},
		{env, []string{"call", "get_event", "--credentials", strings.Replace(string(credentials), "bearer_token", "oauth2", 1)}},
		{env, []string{"call", "get_event", "--credentials", string(credentials), "--base-url", "ftp://" + url.PathEscape(canary) + "@x.test"}},
		{env, []string{"call", "get_event", "--base-url", "https://user:" + url.PathEscape(canary) + "@x.test"}},
		{env, []string{"call", "get_event", "--base-url", "https://x.test/?token=" + url.QueryEscape(canary)}},
		{env, []string{"call", "get_event", "--base-url", "https://x.test/%zz" + canary}},
		{bad(canary + "\r\nX-Evil: 1"), []string{"call", "get_event", "-v", "-p", "event_id=x"}},
		{bad(canary + "\x00"), []string{"call", "get_event", "-v", "-p", "event_id=x"}},
		{bad(canary + "\u00e9"), []string{"call", "get_event", "-v", "-p", "event_id=x"}},
		{bad(canary + " " + canary), []string{"call", "get_event", "-v", "-p", "event_id=x"}},
		{bad(strings.Repeat(canary, 5000)), []string{"call", "get_event", "-v", "-p", "event_id=x"}},
	} {
		got := run(t, tt.env, "", tt.args...)
		showsNothing(t, strings.Join(tt.args, " "), got)
	}
}
