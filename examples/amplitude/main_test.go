// The connector as it is used: by its command, from Go, and by its cases.

package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"modulex.dev/connector/cmd/connectorgen/casetest"
	"modulex.dev/connector/examples/amplitude/gen/amplitude"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/cli"
)

func TestCases(t *testing.T) { casetest.Run(t, "manifest.yaml", &amplitude.Table) }

// standIn is the three hosts of the API, each below a path of its own, by their
// names.
func standIn(t *testing.T) map[string]string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ingest/2/httpapi", func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); !strings.HasPrefix(string(body), `{"api_key":"key"`) && !strings.HasSuffix(string(body), `"api_key":"key"}`) {
			http.Error(w, "invalid api_key", http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, `{"code": 200, "events_ingested": 1, "payload_size_bytes": 60, "server_upload_time": 1}`)
	})
	mux.HandleFunc("POST /ingest/identify", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.FormValue("identification"))
	})
	mux.HandleFunc("GET /dashboard/usersearch", func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "key" || password != "secret" {
			http.Error(w, "Unauthorized", http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"matches": [{"amplitude_id": 12, "user_id": "ada"}], "type": "match_user_id"}`)
	})
	mux.HandleFunc("GET /profile/userprofile", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Api-Key secret" {
			http.Error(w, "Unauthorized", http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"userData": {"user_id": "ada", "amp_props": {"plan": "pro"}}}`)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return map[string]string{"default": s.URL + "/ingest", "dashboard": s.URL + "/dashboard", "profile": s.URL + "/profile"}
}

func TestCommand(t *testing.T) {
	hosts := standIn(t)
	for _, tt := range []struct {
		args, key, secret string
		code              int
		out               string
	}{
		{args: "send_event -p event_type=buy -p user_id=ada", key: "key",
			out: `{"success":true,"error":null,"code":200,"events_ingested":1,"payload_size_bytes":60,"server_upload_time":1}`},
		{args: "send_event -p event_type=buy", key: "other", code: cli.ExitFailed,
			out: `{"success":false,"error":"Amplitude API error (400): invalid api_key","code":null,"events_ingested":null,"payload_size_bytes":null,"server_upload_time":null}`},
		{args: `identify_user -p user_id=ada -p user_properties={"plan":"pro"}`, key: "key",
			out: `{"success":true,"error":null,"code":200,"message":"[{\"user_id\": \"ada\", \"user_properties\": {\"plan\": \"pro\"}}]"}`},
		{args: "user_search -p user=ada", key: "key", secret: "secret",
			out: `{"success":true,"error":null,"matches":[{"amplitude_id":12,"user_id":"ada"}],"type":"match_user_id"}`},
		{args: "user_search -p user=ada", key: "key", code: cli.ExitFailed,
			out: `{"success":false,"error":"Missing Amplitude Secret key in auth_data (required for the Dashboard REST API).","matches":[],"type":null}`},
		{args: "user_profile -p user_id=ada -p get_amp_props=true", secret: "secret",
			out: `{"success":true,"error":null,"user_id":"ada","device_id":null,"amp_props":{"plan": "pro"},"cohort_ids":null,"computations":null}`},
	} {
		var out, errOut bytes.Buffer
		env := map[string]string{"AMPLITUDE_API_KEY": tt.key, "AMPLITUDE_SECRET_KEY": tt.secret}
		p := cli.Program{Table: &amplitude.Table, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errOut, Getenv: func(name string) string { return env[name] }}
		args := append([]string{"call"}, strings.Fields(tt.args)...)
		for name, url := range hosts {
			args = append(args, "--base-url", name+"="+url)
		}
		if code := p.Run(t.Context(), args); code != tt.code || strings.TrimSpace(out.String()) != tt.out || errOut.Len() > 0 {
			t.Errorf("%s: exit %d\n%s%s", tt.args, code, out.String(), errOut.String())
		}
	}
}

func TestTyped(t *testing.T) {
	c, err := amplitude.New(runtime.Options{BaseURLs: standIn(t), DisableBudgets: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Runtime().Close()
	ctx := t.Context()

	sent, err := c.SendEvent(ctx, amplitude.Ingest("key"), amplitude.SendEventInput{EventType: "buy", UserID: new("ada"), EventProperties: map[string]any{"size": "L"}})
	if err != nil || sent.EventsIngested == nil || *sent.EventsIngested != 1 {
		t.Errorf("sent %+v, %v", sent, err)
	}
	found, err := c.UserSearch(ctx, amplitude.Dashboard("key", "secret"), amplitude.UserSearchInput{User: " ada "})
	if err != nil || len(found.Matches) != 1 || *found.Matches[0].AmplitudeID != 12 {
		t.Errorf("found %+v, %v", found, err)
	}
	profile, err := c.UserProfile(ctx, amplitude.Profile("secret"), amplitude.UserProfileInput{UserID: new("ada"), GetAmpProps: new(true)})
	if err != nil || profile.AmpProps.String() != `{"plan": "pro"}` || profile.CohortIDs != nil {
		t.Errorf("got %+v, %v", profile, err)
	}

	_, err = c.UserSearch(ctx, amplitude.Dashboard("key", "other"), amplitude.UserSearchInput{User: "ada"})
	if runtime.CodeOf(err) != runtime.CodeUnauthenticated || err.Error() != "Amplitude User Search API error (401): Unauthorized" {
		t.Errorf("another secret: %v", err)
	}
	_, err = c.UserSearch(ctx, amplitude.Ingest("key"), amplitude.UserSearchInput{User: "ada"})
	if runtime.CodeOf(err) != runtime.CodeUnauthenticated || !strings.HasPrefix(err.Error(), "Missing Amplitude Secret key") {
		t.Errorf("no secret: %v", err)
	}
}
