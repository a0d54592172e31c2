// These tests look at what was said and recorded in a session.

package sandbox_test

import (
	"net/url"
	"testing"
	"time"

	"modulex.dev/connector/cmd/livestorm/sandbox"
)

func TestChat(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	got := c.ok("GET", pastPath+"/chat_messages?include=people", "")
	people := map[any]any{}
	for _, item := range got.at("included").([]any) {
		p := item.(map[string]any)
		people[p["id"]] = p["attributes"].(map[string]any)["role"]
	}
	written := map[any]float64{}
	for i := range got.rows() {
		author := got.at("data", i, "attributes", "author_id")
		written[author]++
		if ref := got.at("data", i, "relationships", "people", "data", "id"); ref != author {
			t.Errorf("message %d is by %v and refers to %v", i, author, ref)
		}
		if team := people[author] == "team_member"; people[author] == nil || got.at("data", i, "attributes", "from_team_member") != team {
			t.Errorf("message %d is %v by a %v", i, got.at("data", i), people[author])
		}
	}
	if got := c.ok("GET", pastPath+"/chat_messages", ""); got.at("data", 0, "relationships") != nil {
		t.Errorf("without include: %s", got.raw)
	}
	// What people did in the session is counted where the people are.
	for _, id := range []string{sandbox.OwnerID, sandbox.PersonID} {
		c.ok("GET", pastPath+"/people/"+id, "").check(t, "messages_count", written[id])
	}
	c.ok("GET", roomPath+"/people/"+sandbox.PersonID, "").check(t, "messages_count", 0.0, "questions_count", 0.0)
}

func TestQuestions(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	got := c.ok("GET", pastPath+"/questions?include=people", "")
	if n := len(got.at("included").([]any)); n != 2 {
		t.Errorf("%d people asked", n)
	}
	for i, want := range []struct{ written, orally bool }{{true, false}, {false, true}, {false, false}} {
		a, _ := got.at("data", i, "attributes").(map[string]any)
		if (a["response"] != nil) != want.written || a["response_orally"] != want.orally || (a["responded_at"] != 0.0) != (want.written || want.orally) {
			t.Errorf("question %d: %v", i, a)
		}
		if a["session_id"] != sandbox.PastSessionID || a["event_id"] != sandbox.EventID {
			t.Errorf("question %d: %v", i, a)
		}
	}
	c.ok("GET", pastPath+"/people/"+sandbox.PersonID, "").check(t, "questions_count", 2.0)
}

// The links are signed for as long as was asked, anew with every call.
func TestRecordings(t *testing.T) {
	clock := &clock{now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}
	c := newClient(t, sandbox.Options{Now: clock.Now})
	links := map[any]bool{}
	for query, seconds := range map[string]float64{"": 43200, "?url_expires_in=3600": 3600, "?url_expires_in=604800": 604800} {
		clock.advance(time.Minute)
		got := c.ok("GET", pastPath+"/recordings"+query, "")
		a, _ := got.at("data", 0, "attributes").(map[string]any)
		if a["url_expires_in"] != seconds || a["url_generated_at"] != float64(clock.now.Unix()) {
			t.Errorf("%q: %v", query, a)
		}
		if link, err := url.Parse(a["url"].(string)); err != nil || link.Scheme != "https" || links[link.String()] {
			t.Errorf("%q: link %v", query, a["url"])
		}
		links[a["url"]] = true
	}
	if n := c.ok("GET", roomPath+"/recordings", "").at("meta", "record_count"); n != 0.0 {
		t.Errorf("%v recordings of a session to come", n)
	}
}

// Without past sessions there is no PastSessionID, and nothing else is missing.
func TestNoPast(t *testing.T) {
	c := newClient(t, sandbox.Options{Sessions: -1})
	c.want(404, "GET", pastPath, "")
	c.ok("GET", roomPath+"/chat_messages", "")
}
