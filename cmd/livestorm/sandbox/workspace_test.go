// These tests follow what belongs to the workspace as a whole: tags, users and
// webhooks.

package sandbox_test

import (
	"slices"
	"testing"

	"modulex.dev/connector/cmd/livestorm/sandbox"
)

func TestTags(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	tag := func(title string) string {
		return `{"data":{"type":"tags","attributes":{"title":"` + title + `"}}}`
	}
	titles := func() []any {
		var titles []any
		items, _ := c.ok("GET", eventPath+"?include=tags", "").at("included").([]any)
		for _, item := range items {
			titles = append(titles, item.(map[string]any)["attributes"].(map[string]any)["title"])
		}
		return titles
	}
	tagged := func(title string) any {
		return c.ok("GET", "/v1/events?filter[tag]="+title, "").at("meta", "record_count")
	}
	made := c.want(201, "POST", eventPath+"/tags", tag("Spring"))
	made.check(t, "title", "Spring")
	if made.at("data", "type") != "tags" || tagged("spring") != 1.0 {
		t.Errorf("attached %s, and %v events have it", made.raw, tagged("spring"))
	}
	// A tag that the workspace has is that tag, however it is written.
	known := c.want(201, "POST", eventPath+"/tags", tag("CUSTOMERS"))
	known.check(t, "title", "Customers")
	if got, want := titles(), []any{sandbox.TagTitle, "Spring", "Customers"}; !slices.Equal(got, want) {
		t.Errorf("tags are %v, want %v", got, want)
	}
	customers := tagged("customers")
	c.want(204, "DELETE", eventPath+"/tags", tag("customers"))
	c.want(404, "DELETE", eventPath+"/tags", tag("customers"))
	if got := tagged("customers"); got != customers.(float64)-1 {
		t.Errorf("%v events have the tag, %v had it", got, customers)
	}
	// The tag itself survives.
	c.want(204, "DELETE", eventPath+"/tags", tag("Spring"))
	if again := c.want(201, "POST", eventPath+"/tags", tag("spring")); again.id() != made.id() {
		t.Errorf("the tag %s came back as %s", made.id(), again.id())
	}
	if got, want := titles(), []any{sandbox.TagTitle, "Spring"}; !slices.Equal(got, want) {
		t.Errorf("tags are %v, want %v", got, want)
	}
}

func TestUsers(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	me := c.ok("GET", "/v1/me", "").id()
	if ids := c.ok("GET", "/v1/users", "").ids(); !slices.Equal(ids, []string{me, sandbox.UserID}) {
		t.Errorf("users are %v", ids)
	}
	invite := func(attributes string) string { return `{"data":{"type":"users","attributes":{` + attributes + `}}}` }
	made := c.want(201, "POST", "/v1/users", invite(`"email":"new@example.com"`))
	made.check(t, "email", "new@example.com", "role", "moderator", "pending_invite", true, "first_name", "")
	c.want(409, "POST", "/v1/users", invite(`"email":"NEW@example.com","role":"host"`))
	if ids := c.ok("GET", "/v1/users?filter[pending_invite]=true", "").ids(); !slices.Equal(ids, []string{made.id()}) {
		t.Errorf("invited are %v", ids)
	}
	for _, id := range []string{made.id(), sandbox.UserID} {
		c.want(204, "DELETE", "/v1/users/"+id, "")
		c.want(404, "DELETE", "/v1/users/"+id, "")
	}
	c.do("DELETE", "/v1/users/"+me, "").refused(t, 422, "unprocessable_entity", "token")
	if ids := c.ok("GET", "/v1/users", "").ids(); !slices.Equal(ids, []string{me}) {
		t.Errorf("users are %v", ids)
	}
	c.want(201, "POST", "/v1/users", invite(`"email":"new@example.com","role":"host"`)).check(t, "role", "host")
}

func TestWebhooks(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	const body = `{"data":{"type":"webhooks","attributes":{"url":"https://example.com:8443/hook?k=v","event":"job.ended"}}}`
	made := c.want(201, "POST", "/v1/webhooks", body)
	made.check(t, "url", "https://example.com:8443/hook?k=v", "event", "job.ended")
	if made.at("data", "type") != "webhooks" {
		t.Errorf("made %s", made.raw)
	}
	twin := c.want(201, "POST", "/v1/webhooks", body) // nothing documents that it is refused
	if ids := c.ok("GET", "/v1/webhooks?filter[event]=job.ended", "").ids(); !slices.Equal(ids, []string{made.id(), twin.id()}) {
		t.Errorf("webhooks are %v", ids)
	}
	c.want(204, "DELETE", "/v1/webhooks/"+made.id(), "")
	c.want(404, "DELETE", "/v1/webhooks/"+made.id(), "")
	if n := c.ok("GET", "/v1/webhooks", "").at("meta", "record_count"); n != 3.0 {
		t.Errorf("%v webhooks", n)
	}
}
