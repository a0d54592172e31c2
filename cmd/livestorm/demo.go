// demo: every action against the sandbox, in an order that tells a story.
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
	"sync"
	"time"

	"github.com/spf13/cobra"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/cli"
)

func demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "demo",
		Example: "  livestorm demo",
		Short:   "Run every action against the embedded sandbox and show what happens",
		Args:    cobra.NoArgs,
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
	client, err := runtime.NewClient(&livestorm.Table, runtime.Options{BaseURL: url, Transport: wire,
		Drift: func(_ context.Context, d runtime.Drift) { fmt.Fprintf(out, "   drift: %s\n", d) }})
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
	for _, a := range livestorm.Table.Actions {
		if !d.ran[a.Name] {
			fmt.Fprintf(out, "%s is not in the story; a step for it goes into cmd/livestorm/demo.go.\n", a.Name)
		}
	}
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
	d.events(event)
	d.sessions(event)
	d.people()
	d.workspace()
}

func (d *demo) events(event string) {
	const tag = `"title":"Roadmap"`
	d.step("Is the credential good?", "ping", `{}`, "")
	d.step("Whose is it?", "get_me", `{"include":["organization"]}`, "")
	d.step("Of which organization?", "get_organization", `{}`, "")
	d.step("Tag the event", "add_event_tag", `{"event_id":"`+event+`",`+tag+`}`, "")
	d.step("Search by the tag, with sessions and tags beside", "search_events", `{"tags":["Roadmap"],"include":["sessions","tags"]}`, "")
	d.step("Take the tag off", "remove_event_tag", `{"event_id":"`+event+`",`+tag+`}`, "")
	d.step("Change one attribute", "patch_event", `{"event_id":"`+event+`","title":"Roadmap 2027, second half"}`, "")
	copied := d.step("Copy an event with its settings", "copy_event", `{"copy_from_event_id":"`+event+`","owner_id":"`+sandbox.OwnerID+`","title":"Roadmap 2028"}`, "")
	d.step("Delete the copy", "delete_event", `{"event_id":"`+at(copied, "data", "id")+`"}`, "")
	d.step("List the participants of an event", "list_event_people", `{"event_id":"`+sandbox.EventID+`","role":"participant"}`, "")
	d.step("Look at one of them", "get_event_person", `{"event_id":"`+sandbox.EventID+`","person_id":"`+sandbox.PersonID+`"}`, "")
}

func (d *demo) sessions(event string) {
	made := d.step("Schedule a session", "create_session", `{"event_id":"`+event+`","estimated_started_at":"2027-03-04 15:00:00","timezone":"Europe/Paris"}`, "")
	session := `"session_id":"` + at(made, "data", "id") + `"`
	d.step("See it among the event's", "list_event_sessions", `{"event_id":"`+event+`"}`, "")
	d.step("Give it a name", "patch_session", `{`+session+`,"name":"Morning"}`, "")
	d.step("Move it", "update_session", `{`+session+`,"name":"Evening","estimated_started_at":"2027-03-04 19:00:00","timezone":"Europe/Paris"}`, "")
	d.step("Look at it", "get_session", `{`+session+`}`, "")
	d.step("Search the sessions that are to come", "search_sessions", `{"status":"upcoming"}`, "")
	tasks := `"tasks":[{"fields":[{"id":"email","value":"a@example.com"},{"id":"first_name","value":"A"},{"id":"last_name","value":"B"}]}]`
	queued := d.step("Queue registrations and go on", "queue_registrations", `{`+session+`,`+tasks+`}`, "")
	d.step("Ask how far they are", "get_job", `{"job_id":"`+at(queued, "data", "id")+`"}`, "")
	d.step("Look at each", "list_job_tasks", `{"job_id":"`+at(queued, "data", "id")+`"}`, "")
	d.step("Register people and wait until it is done", "register_people_for_session", `{`+session+`,`+strings.ReplaceAll(tasks, "a@", "c@")+`}`, "")
	d.step("See who is registered", "list_session_people", `{`+session+`,"include":["people"]}`, "")
	d.step("Remove one by the address", "remove_email_from_session", `{`+session+`,"email":"c@example.com"}`, "")
	d.step("Delete the session", "delete_session", `{`+session+`}`, "")
	past := `"session_id":"` + sandbox.PastSessionID + `"`
	d.step("Read the chat of a session that is over", "list_session_chat_messages", `{`+past+`}`, "")
	d.step("And its questions", "list_session_questions", `{`+past+`}`, "")
	d.step("And its recordings, with links for an hour", "list_session_recordings", `{`+past+`,"url_expires_in":3600}`, "")
}

func (d *demo) people() {
	registered := `"session_id":"` + sandbox.SessionID + `","person_id":"` + sandbox.PersonID + `"`
	d.step("List the people of the workspace", "list_people", `{"role":"team_member"}`, "")
	d.step("Look at one", "get_person", `{"person_id":"`+sandbox.PersonID+`"}`, "")
	d.step("See what registration forms can ask", "list_people_attributes", `{"builtin":true}`, "")
	d.step("Look at a registration", "get_session_person", `{`+registered+`}`, "")
	d.step("Correct it", "patch_session_person", `{`+registered+`,"fields":{"first_name":"Adaeze"}}`, "")
	d.step("Remove it", "remove_person_from_session", `{`+registered+`}`, "")
}

func (d *demo) workspace() {
	d.step("List the team", "list_users", `{}`, "")
	invited := d.step("Invite somebody", "invite_user", `{"email":"new@example.com","role":"host"}`, "")
	d.step("And think again", "remove_user", `{"user_id":"`+at(invited, "data", "id")+`"}`, "")
	hooked := d.step("Subscribe to registrations", "create_webhook", `{"url":"https://example.com/hook","event":"people.registered"}`, "")
	d.step("List the subscriptions", "list_webhooks", `{"event":"people.registered"}`, "")
	d.step("Unsubscribe", "delete_webhook", `{"webhook_id":"`+at(hooked, "data", "id")+`"}`, "")
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
	d.wire.take()
	start := time.Now()
	e := d.client.Call(d.ctx, action, d.cred, []byte(input))
	for _, line := range d.wire.take() {
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

// recorder notes each request line, its status and its time. Pages of a list are
// asked for together.
type recorder struct {
	next  *http.Transport
	mu    sync.Mutex
	lines []string
}

// take returns what has been noted since it was asked the last time.
func (r *recorder) take() (lines []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines, r.lines = r.lines, nil
	return lines
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	res, err := r.next.RoundTrip(req)
	outcome := "no answer"
	if err == nil {
		outcome = strings.TrimSpace(res.Status)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf("%-4s %s  →  %s in %s", req.Method, req.URL.RequestURI(), outcome, time.Since(start).Round(100*time.Microsecond)))
	return res, err
}
