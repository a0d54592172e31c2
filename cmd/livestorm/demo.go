// demo: all seven actions against the sandbox, in an order that tells a story.
// Each step shows the requests that went over the wire and the envelope that
// came of them.

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/cli"
)

func demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Run every action against the embedded sandbox and show what happens",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := serve("127.0.0.1:0", sandbox.New(sandbox.Options{}))
			if err != nil {
				return err
			}
			err = runDemo(c.Context(), c.OutOrStdout(), s.url)
			if stopErr := s.stop(); err == nil {
				err = stopErr
			}
			return err
		},
	}
}

func runDemo(ctx context.Context, out io.Writer, url string) error {
	wire := &recorder{next: runtime.NewTransport()}
	client, err := runtime.NewClient(&livestorm.Table, runtime.Options{BaseURL: url, Transport: wire})
	if err != nil {
		return err
	}
	defer wire.next.CloseIdleConnections()
	fmt.Fprintf(out, "Sandbox of the Livestorm API at %s\n", url)
	d := &demo{ctx: ctx, out: out, wire: wire, client: client, cred: livestorm.APIToken("sandbox"), ran: make(map[string]bool)}
	d.story()
	if d.broken > 0 {
		fmt.Fprintf(out, "\n%d steps did not go as told.\n", d.broken)
		return cli.ErrFailed
	}
	fmt.Fprintf(out, "\n%d calls of %d actions went as told.\n", d.steps, len(d.ran))
	return nil
}

// demo runs the steps of the story and counts those that go otherwise.
type demo struct {
	ctx    context.Context
	out    io.Writer
	wire   *recorder
	client *runtime.Client
	cred   runtime.Credentials
	ran    map[string]bool // actions
	steps  int
	broken int
}

func (d *demo) story() {
	created := d.step("Create an event, a draft", "create_event", `{"owner_id":"`+sandbox.OwnerID+`","title":"Product roadmap 2027","status":"draft"}`, "")
	event := at(created, "data", "id")
	d.step("Publish it: an update carries every attribute", "update_event", published(event), "")
	d.step("See it published", "get_event", `{"event_id":"`+event+`"}`, "")
	d.step("Find it by its title", "list_events", `{"title_filter":"2027"}`, "")
	d.step("List all sessions, page after page, at five calls a second", "list_sessions", `{}`, "")
	register := `{"session_id":"` + sandbox.SessionID + `","utm_source":"demo","fields":{"email":"ines.moreau@example.com","first_name":"Ines","last_name":"Moreau","topics":["pricing"]}}`
	d.step("Register someone for a session", "register_someone_for_session", register, "")
	d.step("See her among the participants", "list_attendees_from_event", `{"event_id":"`+sandbox.EventID+`","role_filter":"participant"}`, "")
	d.step("Register her again: it fails, and says why", "register_someone_for_session", register, runtime.CodeConflict)
	d.step("Ask for an event that is not there", "get_event", `{"event_id":"nowhere"}`, runtime.CodeNotFound)
}

func published(event string) string {
	input := map[string]any{"event_id": event, "owner_id": sandbox.OwnerID, "title": "Product roadmap 2027", "slug": "product-roadmap-2027",
		"status": "published", "description": "<p>What ships next.</p>"}
	for _, p := range livestorm.Table.Lookup("update_event").Parameters {
		if p.Type == runtime.TypeBoolean {
			input[p.Name] = p.Name != "everyone_can_speak"
		}
	}
	b, _ := json.Marshal(input) // texts and booleans always marshal
	return string(b)
}

// step runs one action and shows it. want is the code that it must fail with,
// "" when it must succeed.
func (d *demo) step(title, action, input string, want runtime.Code) []byte {
	d.steps++
	d.ran[action] = true
	fmt.Fprintf(d.out, "\n%d. %s\n   %s %s\n", d.steps, title, action, clip(input, 100))
	d.wire.lines = nil
	start := time.Now()
	e := d.client.Call(d.ctx, action, d.cred, []byte(input))
	for _, line := range d.wire.lines {
		fmt.Fprintf(d.out, "     %s\n", line)
	}
	got := runtime.Code("")
	if e.Err != nil {
		got = e.Err.Code
	}
	fmt.Fprintf(d.out, "   %s in %s%s\n", clip(string(e.JSON), 160), time.Since(start).Round(100*time.Microsecond), counted(e.List))
	if got != want {
		d.broken++
		fmt.Fprintf(d.out, "   This was to end with %q, but ended with %q.\n", want, got)
	}
	return e.JSON
}

func counted(l *runtime.ListState) string {
	if l == nil {
		return ""
	}
	return fmt.Sprintf(", %d items, complete: %t", l.Count, l.Complete)
}

// at returns the text at a path of a JSON object, or "".
func at(doc []byte, path ...string) string {
	var node any
	_ = json.Unmarshal(doc, &node) // what is not there is ""
	for _, name := range path {
		object, _ := node.(map[string]any)
		node = object[name]
	}
	text, _ := node.(string)
	return text
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return fmt.Sprintf("%s… (%d bytes)", string(r[:n]), len(s))
	}
	return s
}

// recorder notes each request line, its status and its time.
type recorder struct {
	next  *http.Transport
	lines []string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	res, err := r.next.RoundTrip(req)
	outcome := "no answer"
	if err == nil {
		outcome = strings.TrimSpace(res.Status)
	}
	r.lines = append(r.lines, fmt.Sprintf("%-4s %s  →  %s in %s", req.Method, req.URL.RequestURI(), outcome, time.Since(start).Round(100*time.Microsecond)))
	return res, err
}
