// The connector as it is used: by its command, from Go, and by its cases.

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"modulex.dev/connector/cmd/connectorgen/casetest"
	"modulex.dev/connector/examples/ahrefs/gen/ahrefs"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/cli"
)

func TestCases(t *testing.T) { casetest.Run(t, "manifest.yaml", &ahrefs.Table) }

// standIn is an API that knows one site.
func standIn(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch {
		case r.Header.Get("Authorization") != "Bearer token":
			http.Error(w, "Unauthorized", http.StatusUnauthorized)
		case q.Get("target") != "example.com":
			http.Error(w, "bad target", http.StatusBadRequest)
		case r.URL.Path == "/site-explorer/refdomains":
			_, _ = io.WriteString(w, `{"refdomains": [{"domain": "a.example", "backlinks": 2}]}`)
		case q.Get("aggregation") == "1_per_domain":
			_, _ = io.WriteString(w, `{"backlinks": [{"url_from": "https://a.example/", "ahrefs_rank": 9}]}`)
		default:
			_, _ = fmt.Fprintf(w, `{"backlinks": [{"url_from": "https://a.example/", "selected": %q}]}`, q.Get("select"))
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestCommand(t *testing.T) {
	url := standIn(t)
	for _, tt := range []struct {
		args, token string
		code        int
		out         string
	}{
		{args: `get_referring_domains -p target=example.com -p select=["domain"]`, token: "token",
			out: `{"success":true,"error":null,"refdomains":[{"domain":"a.example","domain_rating":null,"backlinks":2,"first_seen":null,"last_seen":null,"extra":null}],"total":1}`},
		{args: `get_backlinks -p target=example.com -p select=["url_from","anchor"]`, token: "token",
			out: `{"success":true,"error":null,"backlinks":[{"url_from":"https://a.example/","url_to":null,"ahrefs_rank":null,"anchor":null,"page_title":null,"first_seen":null,"last_seen":null,"domain_rating":null,"extra":{"selected":"url_from,anchor"}}],"total":1}`},
		{args: `get_backlinks -p target=other.example -p select=["url_from"]`, token: "token", code: cli.ExitFailed,
			out: `{"success":false,"error":"API error (400): bad target","backlinks":[],"total":null}`},
		{args: `get_backlinks -p target=example.com -p select=["url_from"]`, code: cli.ExitFailed,
			out: `{"success":false,"error":"Missing or empty API token in auth_data.","backlinks":[],"total":null}`},
		{args: "get_backlinks -p target=example.com", token: "token", code: cli.ExitFailed,
			out: `{"success":false,"error":"Call failed: select is required","backlinks":[],"total":null}`},
	} {
		var out, errOut bytes.Buffer
		env := map[string]string{"AHREFS_API_TOKEN": tt.token, "AHREFS_BASE_URL": url}
		p := cli.Program{Table: &ahrefs.Table, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errOut, Getenv: func(name string) string { return env[name] }}
		code := p.Run(t.Context(), append([]string{"call"}, strings.Fields(tt.args)...))
		if code != tt.code || strings.TrimSpace(out.String()) != tt.out || errOut.Len() > 0 {
			t.Errorf("%s: exit %d\n%s%s", tt.args, code, out.String(), errOut.String())
		}
	}
}

func TestTyped(t *testing.T) {
	c, err := ahrefs.New(runtime.Options{BaseURL: standIn(t), DisableBudgets: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Runtime().Close()
	ctx, cred := t.Context(), ahrefs.APIKey("token")

	links, err := c.GetBacklinks(ctx, cred, ahrefs.GetBacklinksInput{Target: "example.com", Select: []string{"url_from", "anchor"}})
	if err != nil || len(links.Backlinks) != 1 || links.Backlinks[0].Anchor != nil || !strings.Contains(links.Backlinks[0].Extra.String(), "url_from,anchor") {
		t.Errorf("got %+v, %v", links, err)
	}
	best, err := c.GetBacklinksOnePerDomain(ctx, cred, ahrefs.GetBacklinksOnePerDomainInput{Target: "example.com", Select: []string{"url_from"}, Limit: new(int64(1))})
	if err != nil || len(best.Backlinks) != 1 || *best.Backlinks[0].AhrefsRank != 9 {
		t.Errorf("got %+v, %v", best, err)
	}
	domains, err := c.GetReferringDomains(ctx, cred, ahrefs.GetReferringDomainsInput{Target: "example.com", Select: []string{"domain"}})
	if err != nil || domains.Total == nil || *domains.Total != 1 || *domains.Refdomains[0].Domain != "a.example" {
		t.Errorf("got %+v, %v", domains, err)
	}
	_, err = c.GetBacklinks(ctx, cred, ahrefs.GetBacklinksInput{Target: "other.example", Select: []string{"url_from"}})
	if runtime.CodeOf(err) != runtime.CodeInvalidInput || err.Error() != "API error (400): bad target" {
		t.Errorf("another target: %v", err)
	}
}
