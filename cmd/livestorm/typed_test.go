// The typed handlers against the sandbox.

package main

import (
	"errors"
	"net/http"
	"testing"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
)

func TestTypedStory(t *testing.T) {
	u := newUpstream(t, unlimited)
	c, err := livestorm.New(runtime.Options{BaseURL: u.base(), DisableBudgets: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Runtime().Close()
	ctx, cred := t.Context(), livestorm.APIToken("sandbox")

	created, err := c.CreateEvent(ctx, cred, livestorm.CreateEventInput{OwnerID: sandbox.OwnerID, Title: "Tour", Status: new("draft"), ChatEnabled: new(false)})
	if err != nil {
		t.Fatal(err)
	}
	draft := created.Value
	if draft.Attributes.Title != "Tour" || draft.Attributes.Status != "draft" || draft.Attributes.ChatEnabled || draft.Attributes.Owner.ID != sandbox.OwnerID {
		t.Errorf("created %+v", draft)
	}

	updated, err := c.UpdateEvent(ctx, cred, livestorm.UpdateEventInput{EventID: draft.ID, OwnerID: sandbox.OwnerID, Title: "Grand tour",
		Slug: "grand-tour", Status: "published", Description: "<p>All of it & more</p>", ChatEnabled: true})
	if err != nil {
		t.Fatal(err)
	}
	if e := updated.Value; e.Attributes.Status != "published" || e.Attributes.PublishedAt == 0 || !e.Attributes.ChatEnabled {
		t.Errorf("updated to %+v", e)
	}

	got, err := c.GetEvent(ctx, cred, livestorm.GetEventInput{EventID: draft.ID})
	if err != nil || got.Raw.String() != updated.Raw.String() {
		t.Errorf("got %s, %v; want what the update returned", got.Raw, err)
	}

	found, err := c.ListEvents(ctx, cred, livestorm.ListEventsInput{TitleFilter: new("Grand tour")})
	if err != nil || len(found.Items) != 1 || !found.Complete || found.Stop != runtime.StopEnd {
		t.Errorf("found %d events, %+v, %v", len(found.Items), found.ListState, err)
	}

	person := livestorm.RegisterSomeoneForSessionInput{SessionID: sandbox.SessionID, UTMSource: new("typed"),
		Fields: map[string]any{"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "topics": []string{"pricing"}}}
	if _, err := c.RegisterSomeoneForSession(ctx, cred, person); err != nil {
		t.Fatal(err)
	}
	_, err = c.RegisterSomeoneForSession(ctx, cred, person)
	failure, ok := errors.AsType[*runtime.Error](err)
	if !ok || failure.Code != runtime.CodeConflict || failure.Status != http.StatusConflict || failure.Attempts != 1 {
		t.Errorf("registering twice: %#v", err)
	}

	attendees := 0
	for o, err := range c.ListAttendeesFromEventSeq(ctx, cred, livestorm.ListAttendeesFromEventInput{EventID: sandbox.EventID, RoleFilter: new("participant")}) {
		if err != nil {
			t.Fatal(err)
		}
		if email := o.Value.Attributes.Email; email != nil && *email == "ada@example.com" {
			attendees++
		}
	}
	if attendees != 1 {
		t.Errorf("she is %d times among the attendees, want once", attendees)
	}
}

func TestTypedListFailsMidway(t *testing.T) {
	u := newUpstream(t, unlimited)
	c, err := livestorm.New(runtime.Options{BaseURL: u.base(), DisableBudgets: true, Attempts: 1, PagesTogether: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Runtime().Close()
	cred := livestorm.APIToken("sandbox")

	u.expect(nil, truncated)
	list, err := c.ListSessions(t.Context(), cred, livestorm.ListSessionsInput{})
	if runtime.CodeOf(err) != runtime.CodeUnavailable || len(list.Items) != 50 || list.Complete || list.Resume != "page=1" {
		t.Errorf("%d items, %+v, %v", len(list.Items), list.ListState, err)
	}

	u.expect(nil, truncated)
	count, failed := 0, false
	for _, err := range c.ListSessionsSeq(t.Context(), cred, livestorm.ListSessionsInput{}) {
		if failed {
			t.Error("something came after the error")
		}
		if failed = err != nil; !failed {
			count++
		}
	}
	if count != 50 || !failed {
		t.Errorf("%d items, failed: %t; want 50 and a failure", count, failed)
	}

	u.expect()
	for range c.ListSessionsSeq(t.Context(), cred, livestorm.ListSessionsInput{}) {
		break
	}
	if n := len(u.seen()); n != 1 {
		t.Errorf("a loop that breaks at once made %d requests, want 1", n)
	}
}

func TestTypedGuards(t *testing.T) {
	u := newUpstream(t, unlimited)
	c, err := livestorm.New(runtime.Options{BaseURL: u.base()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Runtime().Close()
	if _, err := c.GetEvent(t.Context(), runtime.Credentials{}, livestorm.GetEventInput{}); err == nil || err.Error() != "Missing API token in auth_data." {
		t.Errorf("without a token: %v", err)
	}
	if _, err := c.GetEvent(t.Context(), livestorm.APIToken("sandbox"), livestorm.GetEventInput{}); runtime.CodeOf(err) != runtime.CodeInvalidInput {
		t.Errorf("without an id: %v", err)
	}
	bad := livestorm.RegisterSomeoneForSessionInput{SessionID: "s", Fields: map[string]any{"email": make(chan int)}}
	if _, err := c.RegisterSomeoneForSession(t.Context(), livestorm.APIToken("sandbox"), bad); runtime.CodeOf(err) != runtime.CodeInvalidInput {
		t.Errorf("with a value that is no JSON: %v", err)
	}
	if n := len(u.seen()); n != 0 {
		t.Errorf("%d requests were made, want none", n)
	}
}
