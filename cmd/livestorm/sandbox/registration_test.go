// These tests change registrations and take them away.

package sandbox_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"modulex.dev/connector/cmd/livestorm/sandbox"
)

const ada = roomPath + "/people/" + sandbox.PersonID

// answers maps the fields of a registration to what was answered.
func (r response) answers() map[string]any {
	answers := map[string]any{}
	fields, _ := r.at("data", "attributes", "registrant_detail", "fields").([]any)
	for _, item := range fields {
		f := item.(map[string]any)
		answers[f["id"].(string)] = f["value"]
	}
	return answers
}

// What is sent changes and the rest stays, both of the answers and beside them.
func TestChangeRegistration(t *testing.T) {
	clock := &clock{now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}
	c := newClient(t, sandbox.Options{Now: clock.Now})
	change := func(attributes string) response {
		t.Helper()
		clock.advance(time.Minute)
		return c.ok("PATCH", ada, `{"data":{"type":"people","id":"`+sandbox.PersonID+`","attributes":{`+attributes+`}}}`)
	}
	before := c.ok("GET", ada, "").answers()

	got := change(`"fields":[{"id":"first_name","value":"Adaeze"}],"utm_source":"mail","utm_term":"x"`)
	want := map[string]any{"email": sandbox.PersonEmail, "first_name": "Adaeze", "last_name": "Okafor", "avatar": nil, "topics": before["topics"]}
	if answers := got.answers(); !reflect.DeepEqual(answers, want) {
		t.Errorf("answers are %v, want %v", answers, want)
	}
	got.check(t, "first_name", "Adaeze", "last_name", "Okafor")
	if at := got.at("data", "attributes", "registrant_detail", "updated_at"); at != float64(clock.now.Unix()) {
		t.Errorf("updated_at = %v", at)
	}

	got = change(`"fields":[{"id":"topics","value":[]}],"utm_term":"","email":"ignored@example.com"`)
	want["topics"] = []any{}
	if answers := got.answers(); !reflect.DeepEqual(answers, want) {
		t.Errorf("answers are %v, want %v", answers, want)
	}
	for name, value := range map[string]any{"utm_source": "mail", "utm_term": nil} {
		if v := got.at("data", "attributes", "registrant_detail", name); v != value {
			t.Errorf("%s = %v, want %v", name, v, value)
		}
	}
	if again := change(``); !reflect.DeepEqual(again.answers(), want) {
		t.Errorf("an empty change makes %v of %v", again.answers(), want)
	}
	if got := c.ok("GET", ada, ""); !reflect.DeepEqual(got.answers(), want) {
		t.Errorf("afterwards the answers are %v", got.answers())
	}
	c.ok("GET", "/v1/people/"+sandbox.PersonID, "").check(t, "first_name", "Adaeze", "email", sandbox.PersonEmail)
}

// A new address is the person's from then on, and the old one is free.
func TestChangeAddress(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	c.ok("PATCH", ada, registration("New@example.com")).check(t, "email", "New@example.com")
	c.ok("GET", "/v1/people/"+sandbox.PersonID, "").check(t, "email", "New@example.com")
	c.want(409, "POST", roomPath+"/people", registration("new@example.com"))
	if id := c.want(201, "POST", roomPath+"/people", registration(sandbox.PersonEmail)).id(); id == sandbox.PersonID {
		t.Error("the old address still names the person")
	}
	c.want(409, "PATCH", ada, registration(sandbox.PersonEmail))
	c.ok("PATCH", ada, registration("NEW@example.com")).check(t, "email", "NEW@example.com")
}

// Team members keep their names and their address, whatever they answer.
func TestChangeTeamMember(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	c.want(201, "POST", roomPath+"/people", registration("noor.haddad@example.com"))
	owner := roomPath + "/people/" + sandbox.OwnerID
	c.want(422, "PATCH", owner, registration("other@example.com"))
	got := c.ok("PATCH", owner, `{"data":{"type":"people","attributes":{"fields":[
		{"id":"email","value":"NOOR.haddad@example.com"},{"id":"first_name","value":"N."}]}}}`)
	got.check(t, "email", "noor.haddad@example.com", "first_name", "Noor", "role", "team_member")
	if answers := got.answers(); answers["first_name"] != "N." {
		t.Errorf("answers are %v", answers)
	}
}

func TestRemoveRegistration(t *testing.T) {
	for _, path := range []string{ada, roomPath + "/people?filter[email]=" + sandbox.PersonEmail} {
		c := newClient(t, sandbox.Options{})
		c.want(204, "DELETE", path, "")
		c.want(404, "DELETE", path, "")
		c.want(404, "GET", ada, "")
		c.ok("GET", roomPath, "").check(t, "registrants_count", 2.0)
		c.ok("GET", "/v1/people/"+sandbox.PersonID, "") // still known
		c.ok("GET", pastPath+"/people/"+sandbox.PersonID, "")
		if id := c.want(201, "POST", roomPath+"/people", registration(sandbox.PersonEmail)).id(); id != sandbox.PersonID {
			t.Errorf("%s came back as %s", sandbox.PersonID, id)
		}
	}
}

// Team members who were invited to a session can be taken out of it, and one who
// registered as well goes altogether.
func TestRemoveTeamMember(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	moderator := c.ok("GET", "/v1/people?filter[email]=elif.demir@example.com", "").ids()[0]
	for _, email := range []string{"", "elif.demir@example.com"} {
		made := c.want(201, "POST", eventPath+"/sessions", `{"data":{"type":"sessions","attributes":{},"relationships":{"people":[
			{"data":{"type":"people","id":"`+moderator+`","role":"team_member"}}]}}}`)
		people := "/v1/sessions/" + made.id() + "/people"
		if email != "" {
			c.want(201, "POST", people, registration(email))
		}
		c.want(204, "DELETE", people+"/"+moderator, "")
		if ids := c.ok("GET", people, "").ids(); !slices.Equal(ids, []string{sandbox.OwnerID}) {
			t.Errorf("people are %v", ids)
		}
	}
	// The owner's registration can go, the owner cannot.
	c.want(201, "POST", roomPath+"/people", registration("noor.haddad@example.com"))
	c.want(204, "DELETE", roomPath+"/people/"+sandbox.OwnerID, "")
	c.want(422, "DELETE", roomPath+"/people/"+sandbox.OwnerID, "")
	c.ok("GET", roomPath+"/people/"+sandbox.OwnerID, "")
}
