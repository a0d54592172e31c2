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
	"modulex.dev/connector/examples/luma/gen/luma"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/cli"
)

func TestCases(t *testing.T) { casetest.Run(t, "manifest.yaml", &luma.Table) }

// standIn is an API with two events and a guest list that takes one guest.
func standIn(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /calendar/list-events", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("pagination_cursor") == "2" {
			_, _ = io.WriteString(w, `{"entries": [{"event": {"api_id": "evt-2"}}], "has_more": false, "next_cursor": null}`)
			return
		}
		_, _ = io.WriteString(w, `{"entries": [{"event": {"api_id": "evt-1"}}], "has_more": true, "next_cursor": "2"}`)
	})
	mux.HandleFunc("GET /event/get", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("id") != "evt-1" {
			http.Error(w, "Not found", http.StatusNotFound)
			return
		}
		_, _ = io.WriteString(w, `{"event": {"api_id": "evt-1", "name": "Meetup"}}`)
	})
	mux.HandleFunc("POST /event/add-guests", func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); string(body) != `{"event_id":"evt-1","guests":[{"email":"ada@example.com"}]}` {
			http.Error(w, "unexpected "+string(body), http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, `{"guests": [{"api_id": "gst-1"}]}`)
	})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("x-luma-api-key") != "key" {
			http.Error(w, "Unauthorized", http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestCommand(t *testing.T) {
	url := standIn(t)
	for _, tt := range []struct {
		args, key string
		code      int
		out       string
	}{
		{args: "list_events -p pagination_limit=1", key: "key", out: `{"success":true,"error":null,"events":[{"api_id": "evt-1"}],"has_more":true,"next_cursor":"2"}`},
		{args: "get_event -p event_id=evt-1", key: "key", out: `{"success":true,"error":null,"event":{"api_id": "evt-1", "name": "Meetup"}}`},
		{args: "get_event -p event_id=evt-9", key: "key", code: cli.ExitFailed, out: `{"success":false,"error":"API error (404): Not found","event":null}`},
		{args: `add_guests -p event_id=evt-1 -p guests_json=[{"email":"ada@example.com"}]`, key: "key", out: `{"success":true,"error":null,"guests":[{"api_id": "gst-1"}]}`},
		{args: "add_guests -p event_id=evt-1 -p guests_json=ada", key: "key", code: cli.ExitFailed, out: `{"success":false,"error":"guests_json is not valid JSON.","guests":[]}`},
		{args: "get_event -p event_id=evt-1", code: cli.ExitFailed, out: `{"success":false,"error":"API key is empty. Please configure a valid credential.","event":null}`},
		{args: "get_event -p event_id=evt-1", key: "other", code: cli.ExitFailed, out: `{"success":false,"error":"API error (401): Unauthorized","event":null}`},
		{args: "list_evnts", code: cli.ExitUsage},
	} {
		var out, errOut bytes.Buffer
		env := map[string]string{"LUMA_API_KEY": tt.key, "LUMA_BASE_URL": url}
		p := cli.Program{Table: &luma.Table, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errOut, Getenv: func(name string) string { return env[name] }}
		code := p.Run(t.Context(), append([]string{"call"}, strings.Fields(tt.args)...))
		if code != tt.code || strings.TrimSpace(out.String()) != tt.out || (code == cli.ExitUsage) != (errOut.Len() > 0) {
			t.Errorf("%s: exit %d\n%s%s", tt.args, code, out.String(), errOut.String())
		}
	}
}

func TestTyped(t *testing.T) {
	c, err := luma.New(runtime.Options{BaseURL: standIn(t), DisableBudgets: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Runtime().Close()
	ctx, cred := t.Context(), luma.APIKey("key")

	// The API names the next page; callers ask for it themselves.
	var events []runtime.Object
	in := luma.ListEventsInput{PaginationLimit: new(int64(1))}
	for {
		page, err := c.ListEvents(ctx, cred, in)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, page.Events...)
		if page.NextCursor == nil {
			break
		}
		in.PaginationCursor = page.NextCursor
	}
	if len(events) != 2 {
		t.Errorf("%d events, want 2", len(events))
	}

	got, err := c.GetEvent(ctx, cred, luma.GetEventInput{EventID: "evt-1"})
	var event struct{ Name string }
	if err != nil || got.Event.Decode(&event) != nil || event.Name != "Meetup" {
		t.Errorf("got %s, %v", got.Event, err)
	}
	added, err := c.AddGuests(ctx, cred, luma.AddGuestsInput{EventID: "evt-1", GuestsJSON: `[{"email":"ada@example.com"}]`})
	if err != nil || len(added.Guests) != 1 {
		t.Errorf("added %v, %v", added, err)
	}

	_, err = c.GetEvent(ctx, cred, luma.GetEventInput{EventID: "evt-9"})
	if runtime.CodeOf(err) != runtime.CodeNotFound || err.Error() != "API error (404): Not found" {
		t.Errorf("no such event: %v", err)
	}
	_, err = c.AddGuests(ctx, cred, luma.AddGuestsInput{EventID: "evt-1", GuestsJSON: "[]", TicketJSON: new("{}"), TicketsJSON: new("[]")})
	if runtime.CodeOf(err) != runtime.CodeInvalidInput || err.Error() != "ticket_json and tickets_json are mutually exclusive." {
		t.Errorf("both kinds of tickets: %v", err)
	}
}
