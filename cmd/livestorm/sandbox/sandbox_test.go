// These tests look at the API from outside, as a client would: addresses, JSON
// and headers, none of the package's own types. The helpers are at the end.

package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"modulex.dev/connector/cmd/livestorm/sandbox"
)

const (
	jsonAPI   = "application/vnd.api+json"
	eventPath = "/v1/events/" + sandbox.EventID
	roomPath  = "/v1/sessions/" + sandbox.SessionID
	pastPath  = "/v1/sessions/" + sandbox.PastSessionID
)

func TestToken(t *testing.T) {
	tests := []struct {
		name   string
		header []string
		want   int
		bearer bool
	}{
		{"right", []string{"s3cret"}, 200, false},
		{"missing", nil, 401, false},
		{"empty", []string{""}, 401, false},
		{"other", []string{"qx7-other"}, 401, false},
		{"default of another server", []string{"sandbox"}, 401, false},
		{"longer", []string{"s3cretzz"}, 401, false},
		{"other case", []string{"S3CRET"}, 401, false},
		{"with scheme word", []string{"Bearer s3cret"}, 401, true},
		{"with lower-case scheme word", []string{"bearer s3cret"}, 401, true},
		{"with other scheme word", []string{"Token s3cret"}, 401, false},
		{"twice", []string{"s3cret", "s3cret"}, 401, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := sandbox.New(sandbox.Options{Token: "s3cret"})
			// An unknown address must not be told apart without a token.
			for _, path := range []string{"/v1/ping", "/v1/nothing"} {
				req := httptest.NewRequest("GET", path, nil)
				req.Header["Authorization"] = test.header
				got := send(t, srv, req)
				if test.want == 200 {
					if got.status == 401 {
						t.Errorf("GET %s: the right token is refused", path)
					}
					continue
				}
				if got.status != test.want {
					t.Fatalf("GET %s: status %d, want %d: %s", path, got.status, test.want, got.raw)
				}
				if word := got.at("errors", 0, "status"); word != "unauthorized" {
					t.Errorf("errors[0].status = %v", word)
				}
				challenge := got.header.Get("WWW-Authenticate")
				if want := `Bearer realm="Doorkeeper", error="invalid_token"`; test.bearer && challenge != want || !test.bearer && challenge != "" {
					t.Errorf("WWW-Authenticate = %q", challenge)
				}
				if detail, _ := got.at("errors", 0, "detail").(string); test.bearer != strings.Contains(detail, "Bearer") {
					t.Errorf("detail = %q", detail)
				}
				for _, secret := range []string{"s3cret", "S3CRET", "qx7-other", "sandbox"} {
					if strings.Contains(got.raw, secret) {
						t.Errorf("the answer tells %q: %s", secret, got.raw)
					}
				}
			}
		})
	}
}

// A caller who puts the token where it does not belong must not find it in an
// error text, and so in a log.
func TestTokenStaysOutOfTexts(t *testing.T) {
	c := newClient(t, sandbox.Options{Token: "s3cret"})
	for _, call := range [][3]string{
		{"GET", "/v1/events?s3cret=1", ""},
		{"GET", "/v1/events?include=s3cret", ""},
		{"GET", "/v1/events?filter[role]=s3cret", ""},
		{"GET", "/v1/events?page[number]=s3cret", ""},
		{"GET", "/v1/events/s3cret", ""},
		{"POST", "/v1/events", `{"data":{"type":"events","attributes":{"s3cret":1}}}`},
		{"POST", "/v1/events", `{"data":{"type":"s3cret","attributes":{}}}`},
		{"POST", "/v1/events", `{"data":{"s3cret":1}}`},
		{"GET", "/v1/events?" + strings.Repeat("x", 5000), ""},
		{"POST", roomPath + "/people", `{"data":{"type":"people","attributes":{"fields":[{"id":"my s3cret","value":"x"}]}}}`},
	} {
		if got := c.do(call[0], call[1], call[2]); got.status < 400 || strings.Contains(got.raw, "s3cret") {
			t.Errorf("%s %s: %d %s", call[0], call[1], got.status, got.raw)
		}
	}
}

func TestPing(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	for _, path := range []string{"/v1/ping", "/ping"} {
		if got := c.do("GET", path, ""); got.status != 200 || got.raw != "" {
			t.Errorf("GET %s: %d %q", path, got.status, got.raw)
		}
	}
}

// Ids arrive percent-encoded, whatever the caller chose to encode.
func TestEncodedIDs(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	encoded := fmt.Sprintf("%%%02x", sandbox.EventID[0]) + strings.ReplaceAll(sandbox.EventID[1:], "-", "%2D")
	if got := c.ok("GET", "/v1/events/"+encoded, ""); got.id() != sandbox.EventID {
		t.Errorf("GET %s: event %s", encoded, got.id())
	}
	if got := c.ok("GET", "/v1/%65vents/"+encoded, ""); got.id() != sandbox.EventID {
		t.Errorf("with an encoded fixed part: event %s", got.id())
	}
}

func TestIdentity(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	for path, kind := range map[string]string{"/v1/me": "users", "/v1/organization": "organizations"} {
		if got := c.ok("GET", path, ""); got.at("data", "type") != kind || got.at("included") != nil {
			t.Errorf("GET %s: %s", path, got.raw)
		}
		if got := c.ok("GET", path+"?include=organization", ""); got.at("included", 0, "type") != "organizations" {
			t.Errorf("GET %s with include: %s", path, got.raw)
		}
	}
}

func TestPaging(t *testing.T) {
	c := newClient(t, sandbox.Options{}) // 120 past sessions and three others
	tests := []struct {
		query string
		want  map[string]any // the whole meta; nil means 400
		rows  int
	}{
		{"", meta(0, nil, 1, 123, 7, 20), 20},
		{"page[number]=0", meta(0, nil, 1, 123, 7, 20), 20},
		{"page[number]=1", meta(1, 0, 2, 123, 7, 20), 20},
		{"page[number]=6", meta(6, 5, nil, 123, 7, 20), 3},
		{"page[number]=2&page[size]=50", meta(2, 1, nil, 123, 3, 50), 23},
		{"page[size]=1&page[number]=122", meta(122, 121, nil, 123, 123, 1), 1},
		{"page%5Bnumber%5D=1", meta(1, 0, 2, 123, 7, 20), 20},
		{"filter[date_from]=9999-01-01", meta(0, nil, nil, 0, 1, 20), 0},
		{"filter[date_from]=9999-01-01&page[number]=1", nil, 0},
		{"page[number]=7", nil, 0},
		{"page[number]=2147483647", nil, 0},
		{"page[number]=99999999999999999999", nil, 0},
		{"page[number]=-1", nil, 0},
		{"page[number]=%2B1", nil, 0},
		{"page[number]=one", nil, 0},
		{"page[number]=", nil, 0},
		{"page[number]=1.0", nil, 0},
		{"page[size]=0", nil, 0},
		{"page[size]=51", nil, 0},
		{"page[size]=100", nil, 0},
		{"page[size]=-5", nil, 0},
		{"page[size]=many", nil, 0},
		{"page[number]=1&page[number]=2", nil, 0},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			got := c.do("GET", "/v1/sessions?"+test.query, "")
			if test.want == nil {
				got.refused(t, 400, "bad_request", "")
				return
			}
			if got.status != 200 {
				t.Fatalf("status %d: %s", got.status, got.raw)
			}
			if m, _ := got.at("meta").(map[string]any); !maps.Equal(m, test.want) {
				t.Errorf("meta = %v, want %v", m, test.want)
			}
			if rows := got.rows(); rows == nil || len(rows) != test.rows {
				t.Errorf("%d rows (nil: %v), want %d", len(rows), rows == nil, test.rows)
			}
		})
	}
}

// Following next_page from page 0 must give every row once.
func TestWalk(t *testing.T) {
	for path, want := range map[string]int{"/v1/sessions": 123, "/v1/events": 13, "/v1/people": 10, eventPath + "/people": 9, "/v1/people_attributes": 5,
		"/v1/users": 2, "/v1/webhooks": 2, pastPath + "/chat_messages": 5, pastPath + "/questions": 3, pastPath + "/recordings": 2,
		"/v1/jobs/" + sandbox.JobID + "/tasks": 2} {
		c := newClient(t, sandbox.Options{})
		seen := map[string]bool{}
		for page := any(0.0); page != nil; {
			got := c.ok("GET", fmt.Sprintf("%s?page[size]=2&page[number]=%v", path, page), "")
			for _, id := range got.ids() {
				if seen[id] {
					t.Fatalf("%s: %s comes twice", path, id)
				}
				seen[id] = true
			}
			page = got.at("meta", "next_page")
		}
		if len(seen) != want {
			t.Errorf("%s: %d rows, want %d", path, len(seen), want)
		}
	}
}

func TestSessionsOption(t *testing.T) {
	for option, want := range map[int]float64{0: 120, 7: 7, -1: 0, 5000: 5000} {
		c := newClient(t, sandbox.Options{Sessions: option})
		if got := c.ok("GET", "/v1/sessions?filter[status]=past", "").at("meta", "record_count"); got != want {
			t.Errorf("Sessions %d: %v past sessions, want %v", option, got, want)
		}
	}
}

// The kinds of value an attribute may have.
const (
	str, num, yes, arr, obj = "string", "number", "bool", "array", "object"
	null                    = "null"
)

func TestShapes(t *testing.T) {
	person := map[string]string{
		"role": str, "created_at": num, "updated_at": num, "timezone": null, "first_name": str, "last_name": str,
		"email": str, "avatar_link": null,
	}
	teamMember := maps.Clone(person)
	teamMember["timezone"] = str
	underEvent := with(person, map[string]string{"registrant_detail": obj})
	underSession := with(underEvent, map[string]string{
		"messages_count": num, "questions_count": num, "votes_count": num, "up_votes_count": num, "replay_view_detail": null,
	})
	event := map[string]string{
		"title": str, "slug": str, "registration_link": str, "estimated_duration": num, "registration_page_enabled": yes,
		"everyone_can_speak": yes, "description": str, "status": str, "light_registration_page_enabled": yes,
		"detailed_registration_page_enabled": yes, "recording_enabled": yes, "recording_public": yes,
		"show_in_company_page": yes, "chat_enabled": yes, "polls_enabled": yes, "questions_enabled": yes, "language": str,
		"published_at": num, "scheduling_status": str, "created_at": num, "updated_at": num, "owner": obj,
		"sessions_count": num, "fields": arr,
	}
	session := map[string]string{
		"event_id": str, "status": str, "timezone": str, "room_link": str, "name": null, "attendees_count": num,
		"duration": null, "estimated_started_at": num, "started_at": num, "ended_at": num, "canceled_at": num,
		"created_at": num, "updated_at": num, "registrants_count": num, "breakout_room_parent_session_id": null,
	}
	detail := map[string]string{
		"event_id": str, "session_id": str, "created_at": num, "updated_at": num, "fields": arr, "referrer": null,
		"utm_source": null, "utm_medium": null, "utm_term": null, "utm_content": null, "utm_campaign": null,
		"browser_name": null, "browser_version": null, "os_name": null, "os_version": null, "screen_height": null,
		"screen_width": null, "ip_city": null, "ip_country_code": null, "ip_country_name": null, "password_key": str,
		"connection_link": str, "attended": yes, "attendance_rate": null, "attendance_duration": num,
		"has_viewed_replay": yes, "registration_type": str, "is_highlighted": yes, "is_guest_speaker": yes, "session_role": null,
	}
	user := map[string]string{
		"role": str, "created_at": num, "updated_at": num, "first_name": str, "last_name": str, "email": str, "avatar_link": null,
		"locale": str, "pending_invite": yes, "website_link": null, "linkedin_link": null, "facebook_link": null, "twitter_handle": null,
	}
	question := map[string]string{
		"event_id": str, "session_id": str, "question": str, "response": null, "response_orally": yes, "responded_at": num,
		"created_at": num, "updated_at": num,
	}
	task := map[string]string{"status": str, "input": obj, "person": obj, "errors": arr}
	const guest = "filter[role]=participant&filter[email]=" + sandbox.PersonEmail
	tests := []struct {
		name, path string
		at         []any
		want       map[string]string
	}{
		{"event", eventPath, []any{"data", "attributes"}, event},
		{"draft event", "/v1/events?filter[scheduling_status]=draft", []any{"data", 0, "attributes"},
			with(event, map[string]string{"recording_public": null, "description": null})},
		{"event's owner", eventPath, []any{"data", "attributes", "owner", "attributes"}, teamMember},
		{"event's field", eventPath, []any{"data", "attributes", "fields", 0}, map[string]string{"id": str, "type": str, "order": num, "required": yes}},
		{"event's custom field", eventPath, []any{"data", "attributes", "fields", 4},
			map[string]string{"id": str, "type": str, "order": num, "required": yes, "custom": yes, "options": obj}},
		{"event's reference", eventPath, []any{"data", "relationships", "sessions", "data", 0}, map[string]string{"id": str, "type": str}},
		{"upcoming session", roomPath, []any{"data", "attributes"}, session},
		{"past session", "/v1/sessions?filter[status]=past", []any{"data", 1, "attributes"}, with(session, map[string]string{"duration": num, "name": str})},
		{"team member", "/v1/people/" + sandbox.OwnerID, []any{"data", "attributes"}, teamMember},
		{"participant", "/v1/people?" + guest, []any{"data", 0, "attributes"}, person},
		{"participant under event", eventPath + "/people?" + guest, []any{"data", 0, "attributes"}, underEvent},
		{"participant under session", roomPath + "/people?" + guest, []any{"data", 0, "attributes"}, underSession},
		{"registration", roomPath + "/people?" + guest, []any{"data", 0, "attributes", "registrant_detail"}, detail},
		{"attendance", "/v1/sessions/{past}/people?filter[attended]=true", []any{"data", 0, "attributes", "registrant_detail"},
			with(detail, map[string]string{"attendance_rate": num})},
		{"team member's registration", eventPath + "/people/" + sandbox.OwnerID, []any{"data", "attributes", "registrant_detail"},
			map[string]string{"event_id": str, "created_at": num, "updated_at": num, "fields": arr}},
		{"answer", roomPath + "/people?" + guest, []any{"data", 0, "attributes", "registrant_detail", "fields", 4},
			map[string]string{"id": str, "type": str, "value": arr, "required": yes, "custom": yes}},
		{"attribute", "/v1/people_attributes?filter[slug]=topics", []any{"data", 0, "attributes"}, map[string]string{
			"slug": str, "name": str, "description": str, "placeholder": null, "type": str, "builtin": yes, "user_id": str,
			"options": arr, "created_at": num, "updated_at": num}},
		{"me", "/v1/me", []any{"data", "attributes"}, user},
		{"organization", "/v1/organization", []any{"data", "attributes"}, map[string]string{"name": str, "slug": str, "parent_id": null}},
		{"user", "/v1/users", []any{"data", 0, "attributes"}, user},
		{"webhook", "/v1/webhooks", []any{"data", 0, "attributes"}, map[string]string{"url": str, "event": str, "created_at": num, "updated_at": num}},
		{"tag", eventPath + "?include=tags", []any{"included", 0, "attributes"}, map[string]string{"title": str}},
		{"job", "/v1/jobs/" + sandbox.JobID, []any{"data", "attributes"}, map[string]string{
			"status": str, "total_items": num, "total_processed_items": num, "total_fail": num, "total_success": num}},
		{"task", "/v1/jobs/" + sandbox.JobID + "/tasks", []any{"data", 0, "attributes"}, task},
		{"task's person", "/v1/jobs/" + sandbox.JobID + "/tasks", []any{"data", 0, "attributes", "person", "attributes"}, underSession},
		{"failed task", "/v1/jobs/" + sandbox.FailedJobID + "/tasks", []any{"data", 1, "attributes"}, with(task, map[string]string{"person": null})},
		{"task's error", "/v1/jobs/" + sandbox.FailedJobID + "/tasks", []any{"data", 1, "attributes", "errors", 0},
			map[string]string{"title": str, "detail": str, "code": str, "status": str}},
		{"chat message", pastPath + "/chat_messages", []any{"data", 0, "attributes"}, map[string]string{
			"author_id": str, "from_guest_speaker": yes, "from_team_member": yes, "text_content": str, "created_at": num}},
		{"answered question", pastPath + "/questions", []any{"data", 0, "attributes"}, with(question, map[string]string{"response": str})},
		{"open question", pastPath + "/questions", []any{"data", 2, "attributes"}, question},
		{"recording", pastPath + "/recordings", []any{"data", 0, "attributes"}, map[string]string{
			"event_id": str, "session_id": str, "file_type": str, "mime_type": str, "file_size": num, "file_name": str, "url": str,
			"url_generated_at": num, "url_expires_in": num}},
	}
	c := newClient(t, sandbox.Options{})
	past := c.ok("GET", "/v1/sessions?filter[status]=past&page[size]=1", "").ids()[0]
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := c.ok("GET", strings.Replace(test.path, "{past}", past, 1), "")
			shape := shapeOf(got.at(test.at...))
			if !maps.Equal(shape, test.want) {
				t.Errorf("got  %v\nwant %v", shape, test.want)
			}
		})
	}
}

// What is unset is 0 where a time is meant, not null and not left out.
func TestUnsetTimes(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	room := c.ok("GET", roomPath, "")
	if got := c.ok("GET", pastPath+"/questions", "").at("data", 2, "attributes", "responded_at"); got != 0.0 {
		t.Errorf("responded_at = %v, want 0", got)
	}
	for _, name := range []string{"started_at", "ended_at", "canceled_at"} {
		if got := room.at("data", "attributes", name); got != 0.0 {
			t.Errorf("%s = %v, want 0", name, got)
		}
	}
	draft := c.ok("GET", "/v1/events?filter[scheduling_status]=draft", "")
	if got := draft.at("data", 0, "attributes", "published_at"); got != 0.0 {
		t.Errorf("published_at = %v, want 0", got)
	}
}

func TestInclude(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	for _, test := range []struct {
		path  string
		kinds []string // of the included resources; nil: no included member
	}{
		{"/v1/events", nil},
		{"/v1/events?include=sessions", []string{"sessions"}},
		{"/v1/events?include=sessions,tags", []string{"sessions", "tags"}},
		{"/v1/events?include=tags&filter[title]=pricing", []string{}},
		{eventPath + "?include=tags", []string{"tags"}},
		{roomPath + "/people?include=people", []string{}},
		{roomPath + "/people", nil},
		{pastPath + "/chat_messages", nil},
		{pastPath + "/chat_messages?include=people", []string{"people"}},
		{roomPath + "/chat_messages?include=people", []string{}},
		{pastPath + "/questions", nil},
		{pastPath + "/questions?include=people", []string{"people"}},
	} {
		got := c.ok("GET", test.path, "")
		items, present := got.at("included").([]any)
		kinds := map[string]bool{}
		seen := map[any]bool{}
		for _, item := range items {
			r := item.(map[string]any)
			kinds[r["type"].(string)] = true
			if seen[r["id"]] {
				t.Errorf("%s: %v is included twice", test.path, r["id"])
			}
			seen[r["id"]] = true
		}
		if present != (test.kinds != nil) || !slices.Equal(slices.Sorted(maps.Keys(kinds)), append([]string(nil), test.kinds...)) {
			t.Errorf("%s: included %v (present: %v), want %v", test.path, kinds, present, test.kinds)
		}
	}
	got := c.ok("GET", eventPath+"?include=sessions", "")
	if refs, items := got.at("data", "relationships", "sessions", "data").([]any), got.at("included").([]any); len(refs) != len(items) {
		t.Errorf("%d references but %d included sessions", len(refs), len(items))
	}
}

func TestFilters(t *testing.T) {
	clock := &clock{now: time.Date(2027, 3, 4, 15, 20, 0, 0, time.UTC)}
	c := newClient(t, sandbox.Options{Now: clock.Now})
	sevenDays := clock.now.Truncate(time.Hour).Add(7 * 24 * time.Hour)
	tests := []struct {
		path string
		want int
	}{
		{"/v1/events?filter[title]=ROADMAP", 2},
		{"/v1/events?filter[title]=Quarterly%20roadmap", 1},
		{"/v1/events?filter[title]=zzz", 0},
		{"/v1/events?filter[everyone_can_speak]=true", 0},
		{"/v1/events?filter[everyone_can_speak]=false", 13},
		{"/v1/events?filter[scheduling_status]=draft", 3},
		{"/v1/events?filter[scheduling_status]=upcoming", 1},
		{"/v1/events?filter[scheduling_status]=live", 1},
		{"/v1/events?filter[scheduling_status]=ended", 8},
		{"/v1/events?filter[scheduling_status]=on_demand", 0},
		{"/v1/events?filter[tag]=product", 4},
		{"/v1/events?filter[tag]=PRODUCT,customers", 7},
		{"/v1/events?filter[tag]=none", 0},
		{"/v1/events?filter[created_since]=2027-03-04", 0},
		{"/v1/events?filter[created_until]=2027-03-04", 13},
		{"/v1/events?filter[created_until]=2027-03-04T00:00:00Z&filter[title]=road", 2},
		{"/v1/events?filter[updated_since]=0", 13},
		{"/v1/events?filter[updated_until]=0", 0},
		{"/v1/sessions?filter[status]=past", 120},
		{"/v1/sessions?filter[status]=upcoming", 1},
		{"/v1/sessions?filter[status]=live", 1},
		{"/v1/sessions?filter[status]=canceled", 1},
		{"/v1/sessions?filter[status]=past_not_started", 0},
		{fmt.Sprintf("/v1/sessions?filter[date_from]=%d", sevenDays.Unix()), 1},
		{fmt.Sprintf("/v1/sessions?filter[date_from]=%d", sevenDays.Unix()+1), 0},
		{fmt.Sprintf("/v1/sessions?filter[date_to]=%d&filter[status]=upcoming", sevenDays.Unix()), 1},
		{fmt.Sprintf("/v1/sessions?filter[date_to]=%d&filter[status]=upcoming", sevenDays.Unix()-1), 0},
		{"/v1/sessions?filter[include_breakout_rooms]=true&filter[status]=past", 120},
		{eventPath + "/sessions", 13},
		{eventPath + "/sessions?filter[status]=past", 12},
		{"/v1/people", 10},
		{"/v1/people?filter[role]=team_member", 2},
		{"/v1/people?filter[role]=participant", 8},
		{"/v1/people?filter[email]=ada.okafor@example.com", 1},
		{"/v1/people?filter[email]=ada.okafor", 0},
		{"/v1/people?filter[email]=ada.okafor@example.com&filter[role]=team_member", 0},
		{eventPath + "/people?filter[role]=team_member", 1},
		{eventPath + "/people?filter[role]=participant", 8},
		{roomPath + "/people", 4},
		{roomPath + "/people?filter[role]=participant", 3},
		{roomPath + "/people?filter[attended]=true", 0},
		{roomPath + "/people?filter[attended]=false", 3},
		{roomPath + "/people?filter[created_since]=2027-03-04", 0},
		{"/v1/people_attributes?filter[builtin]=true", 4},
		{"/v1/people_attributes?filter[type]=multiple_select", 1},
		{"/v1/people_attributes?filter[name]=Last%20name", 1},
		{"/v1/people_attributes?filter[placeholder]=name@example.com", 1},
		{"/v1/people_attributes?filter[description]=x", 0},
		{"/v1/people_attributes?filter[user_id]=x", 0},
		{"/v1/users?filter[role]=host", 1},
		{"/v1/users?filter[role]=moderator&filter[pending_invite]=false", 1},
		{"/v1/users?filter[pending_invite]=true", 0},
		{"/v1/users?filter[email]=NOOR.haddad@Example.com", 1},
		{"/v1/users?filter[email]=noor", 0},
		{"/v1/webhooks?filter[event]=people.registered", 1},
		{"/v1/webhooks?filter[event]=job.ended", 0},
		{roomPath + "/chat_messages", 0},
		{"/v1/sessions?filter[updated_until]=0", 0},
		{"/v1/sessions?filter[created_since]=0&filter[status]=live", 1},
	}
	for _, test := range tests {
		clock.advance(time.Second)
		if got := c.ok("GET", test.path, "").at("meta", "record_count"); got != float64(test.want) {
			t.Errorf("GET %s: %v records, want %d", test.path, got, test.want)
		}
	}
}

func TestSort(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	for sort, want := range map[string]string{"slug": "avatar", "-slug": "topics", "created_at": "email", "-created_at": "topics", "-placeholder": "email"} {
		if got := c.ok("GET", "/v1/people_attributes?sort="+sort, "").at("data", 0, "attributes", "slug"); got != want {
			t.Errorf("sort=%s begins with %v, want %s", sort, got, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	const (
		people = roomPath + "/people"
		nobody = "11111111-1111-4111-8111-111111111111"
		email  = `{"id":"email","value":"new@example.com"}`
	)
	event := func(attributes string) string { return `{"data":{"type":"events","attributes":{` + attributes + `}}}` }
	session := func(attributes string) string {
		return `{"data":{"type":"sessions","attributes":{` + attributes + `}}}`
	}
	person := func(fields string) string {
		return `{"data":{"type":"people","attributes":{"fields":` + fields + `}}}`
	}
	tag := func(attributes string) string { return `{"data":{"type":"tags","attributes":{` + attributes + `}}}` }
	user := func(attributes string) string { return `{"data":{"type":"users","attributes":{` + attributes + `}}}` }
	hook := func(url, event string) string {
		return `{"data":{"type":"webhooks","attributes":{"url":"` + url + `","event":"` + event + `"}}}`
	}
	job := func(tasks string) string { return `{"data":{"type":"jobs","attributes":{"tasks":` + tasks + `}}}` }
	owner := `"owner_id":"` + sandbox.OwnerID + `"`
	const (
		tags  = eventPath + "/tags"
		ada   = people + "/" + sandbox.PersonID
		bulk  = people + "/bulk"
		hooks = "/v1/webhooks"
	)
	srv := sandbox.New(sandbox.Options{PerSecond: -1})
	c := client{t, srv}
	guest := c.ok("GET", "/v1/people?filter[role]=participant", "").ids()[0]
	tests := []struct {
		name, method, path, body string
		status                   int
		detail                   string // what the details must tell
	}{
		{"unknown address", "GET", "/v1/nothing", "", 404, ""},
		{"root", "GET", "/", "", 404, ""},
		{"version alone", "GET", "/v1", "", 404, ""},
		{"other version", "GET", "/v2/events", "", 404, ""},
		{"slash at the end", "GET", "/v1/events/", "", 404, ""},
		{"double slash", "GET", "/v1//events", "", 404, ""},
		{"unknown event", "GET", "/v1/events/" + nobody, "", 404, ""},
		{"event id in capitals", "GET", "/v1/events/" + strings.ToUpper(sandbox.EventID), "", 404, ""},
		{"encoded slash in an id", "GET", "/v1/events/a%2Fpeople", "", 404, ""},
		{"odd id", "GET", "/v1/events/%00%FF%22", "", 404, ""},
		{"dots as an id", "GET", "/v1/events/..%2F..", "", 404, ""},
		{"session as event", "GET", "/v1/events/" + sandbox.SessionID, "", 404, ""},
		{"unknown session", "GET", "/v1/sessions/" + nobody, "", 404, ""},
		{"unknown person", "GET", "/v1/people/" + nobody, "", 404, ""},
		{"unknown person of an event", "GET", eventPath + "/people/" + nobody, "", 404, ""},
		{"unknown person of a session", "GET", people + "/" + nobody, "", 404, ""},
		{"people of an unknown session", "GET", "/v1/sessions/" + nobody + "/people", "", 404, ""},
		{"people of an unknown event", "GET", "/v1/events/" + nobody + "/people", "", 404, ""},
		{"delete of an unknown event", "DELETE", "/v1/events/" + nobody, "", 404, ""},
		{"change of an unknown event", "PATCH", "/v1/events/" + nobody, event(""), 404, ""},
		{"replacement of an unknown event", "PUT", "/v1/events/" + nobody, event(""), 404, ""},
		{"tag on an unknown event", "POST", "/v1/events/" + nobody + "/tags", tag(`"title":"x"`), 404, ""},
		{"tag that the event has not", "DELETE", tags, tag(`"title":"Customers"`), 404, ""},
		{"change of an unknown registration", "PATCH", people + "/" + nobody, person(`[]`), 404, ""},
		{"change in an unknown session", "PATCH", "/v1/sessions/" + nobody + "/people/" + sandbox.PersonID, person(`[]`), 404, ""},
		{"removal of nobody", "DELETE", people + "/" + nobody, "", 404, ""},
		{"removal of somebody elsewhere", "DELETE", pastPath + "/people/" + sandbox.UserID, "", 404, ""},
		{"removal by an unknown address", "DELETE", people + "?filter[email]=new@example.com", "", 404, ""},
		{"removal by an address in capitals", "DELETE", people + "?filter[email]=" + strings.ToUpper(sandbox.PersonEmail), "", 404, ""},
		{"removal from an unknown session", "DELETE", "/v1/sessions/" + nobody + "/people?filter[email]=" + sandbox.PersonEmail, "", 404, ""},
		{"bulk for an unknown session", "POST", "/v1/sessions/" + nobody + "/people/bulk", job(`[{"fields":[` + email + `]}]`), 404, ""},
		{"bulk as a person", "GET", bulk, "", 404, ""},
		{"chat of an unknown session", "GET", "/v1/sessions/" + nobody + "/chat_messages", "", 404, ""},
		{"chat with a hyphen", "GET", roomPath + "/chat-messages", "", 404, ""},
		{"questions of an unknown session", "GET", "/v1/sessions/" + nobody + "/questions", "", 404, ""},
		{"recordings of an unknown session", "GET", "/v1/sessions/" + nobody + "/recordings", "", 404, ""},
		{"unknown job", "GET", "/v1/jobs/" + nobody, "", 404, ""},
		{"tasks of an unknown job", "GET", "/v1/jobs/" + nobody + "/tasks", "", 404, ""},
		{"unknown user", "DELETE", "/v1/users/" + nobody, "", 404, ""},
		{"person as a user", "DELETE", "/v1/users/" + sandbox.OwnerID, "", 404, ""},
		{"unknown webhook", "DELETE", hooks + "/" + nobody, "", 404, ""},
		{"registration for an unknown session", "POST", "/v1/sessions/" + nobody + "/people", person(`[` + email + `]`), 404, ""},

		{"wrong method", "DELETE", "/v1/events", "", 405, ""},
		{"wrong method on one", "POST", eventPath, event(""), 405, ""},
		{"HEAD", "HEAD", "/v1/events", "", 405, ""},
		{"one user", "GET", "/v1/users/" + sandbox.UserID, "", 405, ""},
		{"one webhook", "GET", hooks + "/" + sandbox.WebhookID, "", 405, ""},
		{"all jobs", "GET", "/v1/jobs", "", 404, ""},
		{"tags of an event", "GET", tags, "", 405, ""},

		{"unknown parameter", "GET", "/v1/events?page=1", "", 400, "page"},
		{"parameter without brackets", "GET", "/v1/events?title=x", "", 400, "title"},
		{"unknown filter", "GET", "/v1/events?filter[name]=x", "", 400, "filter[name]"},
		{"filter in capitals", "GET", "/v1/events?filter[Title]=x", "", 400, "filter[Title]"},
		{"filter of another list", "GET", "/v1/people?filter[attended]=true", "", 400, "filter[attended]"},
		{"parameter on a single event", "GET", eventPath + "?page[number]=0", "", 400, "page[number]"},
		{"parameter on POST", "POST", "/v1/events?include=sessions", event(""), 400, "include"},
		{"broken query", "GET", "/v1/events?filter[title]=%zz", "", 400, ""},
		{"semicolon in query", "GET", "/v1/events?a;b", "", 400, ""},
		{"unknown role", "GET", "/v1/people?filter[role]=host", "", 400, "participant"},
		{"empty role", "GET", "/v1/people?filter[role]=", "", 400, "participant"},
		{"event spelling on sessions", "GET", "/v1/sessions?filter[status]=cancelled", "", 400, "canceled"},
		{"session spelling on events", "GET", "/v1/events?filter[scheduling_status]=canceled", "", 400, "cancelled"},
		{"number for a boolean", "GET", "/v1/events?filter[everyone_can_speak]=1", "", 400, "true or false"},
		{"word for a date", "GET", "/v1/events?filter[created_since]=yesterday", "", 400, "ISO 8601"},
		{"unknown include", "GET", "/v1/events?include=people", "", 400, "people"},
		{"empty include", "GET", "/v1/events?include=", "", 400, "include"},
		{"include on sessions", "GET", "/v1/sessions?include=people", "", 400, "include"},
		{"include without known values", "GET", roomPath + "?include=people", "", 400, "people"},
		{"unknown include on chat", "GET", pastPath + "/chat_messages?include=sessions", "", 400, "sessions"},
		{"filter on chat", "GET", pastPath + "/chat_messages?filter[email]=x", "", 400, "filter[email]"},
		{"unknown include on questions", "GET", pastPath + "/questions?include=sessions", "", 400, "sessions"},
		{"include on recordings", "GET", pastPath + "/recordings?include=people", "", 400, "include"},
		{"expiry too short", "GET", pastPath + "/recordings?url_expires_in=3599", "", 400, "url_expires_in"},
		{"expiry too long", "GET", pastPath + "/recordings?url_expires_in=604801", "", 400, "url_expires_in"},
		{"expiry in words", "GET", pastPath + "/recordings?url_expires_in=1h", "", 400, "url_expires_in"},
		{"expiry nested", "GET", pastPath + "/recordings?url[expires_in]=3600", "", 400, "url[expires_in]"},
		{"role of people on users", "GET", "/v1/users?filter[role]=team_member", "", 400, "moderator"},
		{"number for an invitation", "GET", "/v1/users?filter[pending_invite]=1", "", 400, "true or false"},
		{"unknown webhook event", "GET", hooks + "?filter[event]=job.created", "", 400, "job.ended"},
		{"removal of everybody", "DELETE", people, "", 400, "filter[email]"},
		{"removal by an empty address", "DELETE", people + "?filter[email]=", "", 400, "filter[email]"},
		{"removal without brackets", "DELETE", people + "?email=" + sandbox.PersonEmail, "", 400, "email"},
		{"parameter on a job", "GET", "/v1/jobs/" + sandbox.JobID + "?include=tasks", "", 400, "include"},
		{"page of tasks that is not there", "GET", "/v1/jobs/" + sandbox.JobID + "/tasks?page[number]=1", "", 400, "page 1"},
		{"unknown sort", "GET", "/v1/people_attributes?sort=type", "", 400, "sort"},

		{"body on GET", "GET", "/v1/events", `{}`, 400, "no body"},
		{"no body", "POST", "/v1/events", "", 400, ""},
		{"broken JSON", "POST", "/v1/events", `{"data":`, 400, "JSON"},
		{"two documents", "POST", "/v1/events", event("") + event(""), 400, "JSON"},
		{"array", "POST", "/v1/events", `[]`, 400, "data"},
		{"null", "POST", "/v1/events", `null`, 400, "data"},
		{"no data", "POST", "/v1/events", `{}`, 400, "data"},
		{"unwrapped", "POST", "/v1/events", `{"title":"x",` + owner + `}`, 400, "owner_id"},
		{"Data in capitals", "POST", "/v1/events", `{"Data":{"type":"events","attributes":{}}}`, 400, "Data"},
		{"data as an array", "POST", "/v1/events", `{"data":[]}`, 400, "data"},
		{"no type", "POST", "/v1/events", `{"data":{"attributes":{}}}`, 400, "data.type"},
		{"wrong type", "POST", "/v1/events", `{"data":{"type":"event","attributes":{}}}`, 400, "data.type"},
		{"no attributes", "POST", "/v1/events", `{"data":{"type":"events"}}`, 400, "data.attributes"},
		{"attributes null", "POST", "/v1/events", `{"data":{"type":"events","attributes":null}}`, 400, "data.attributes"},
		{"attributes beside", "POST", "/v1/events", `{"data":{"type":"events","attributes":{},"title":"x"}}`, 400, "title"},
		{"id for a new event", "POST", "/v1/events", `{"data":{"type":"events","id":"x","attributes":{}}}`, 400, "data.id"},
		{"id of another event", "PATCH", eventPath, `{"data":{"type":"events","id":"x","attributes":{}}}`, 400, "data.id"},
		{"numeric id", "PATCH", eventPath, `{"data":{"type":"events","id":1,"attributes":{}}}`, 400, "data.id"},
		{"sessions in a data member", "POST", "/v1/events",
			`{"data":{"type":"events","attributes":{"title":"x",` + owner + `},"relationships":{"sessions":{"data":[]}}}}`, 400, "relationships.sessions"},
		{"unknown relationship", "POST", "/v1/events",
			`{"data":{"type":"events","attributes":{"title":"x",` + owner + `},"relationships":{"owner":{}}}}`, 400, "owner"},
		{"too large", "POST", "/v1/events", `{"data":"` + strings.Repeat("x", 1<<20) + `"}`, 413, ""},

		{"event without a title", "POST", "/v1/events", event(owner), 422, "title"},
		{"event with a blank title", "POST", "/v1/events", event(owner + `,"title":"  "`), 422, "title"},
		{"event without an owner", "POST", "/v1/events", event(`"title":"x"`), 422, "owner_id"},
		{"event of an unknown owner", "POST", "/v1/events", event(`"title":"x","owner_id":"` + nobody + `"`), 422, "owner_id"},
		{"event of a participant", "POST", "/v1/events", event(`"title":"x","owner_id":"` + guest + `"`), 422, "owner_id"},
		{"event with an empty slug", "POST", "/v1/events", event(owner + `,"title":"x","slug":""`), 422, "slug"},
		{"copy of a number", "POST", "/v1/events", event(`"copy_from_event_id":7`), 422, "copy_from_event_id"},
		{"unplanned session", "POST", "/v1/events",
			`{"data":{"type":"events","attributes":{"title":"x",` + owner + `},"relationships":{"sessions":[{"type":"sessions"}]}}}`, 400, "relationships.sessions"},
		{"badly planned session", "POST", "/v1/events",
			`{"data":{"type":"events","attributes":{"title":"x",` + owner + `},"relationships":{"sessions":[{"type":"sessions","attributes":{"timezone":"x"}}]}}}`, 422, "timezone"},
		{"relationship on a change", "PATCH", roomPath, `{"data":{"type":"sessions","attributes":{},"relationships":{"people":[]}}}`, 400, "people"},
		{"id for a registration", "POST", people, `{"data":{"type":"people","id":"x","attributes":{"fields":[` + email + `]}}}`, 400, "data.id"},
		{"event with a wrong status", "POST", "/v1/events", event(owner + `,"title":"x","status":"live"`), 422, "status"},
		{"event with a taken slug", "POST", "/v1/events", event(owner + `,"title":"x","slug":"quarterly-roadmap"`), 422, "slug"},
		{"event with an unknown attribute", "POST", "/v1/events", event(owner + `,"title":"x","name":"y","ownerId":"z"`), 422, "name, ownerId"},
		{"attribute in capitals", "PATCH", eventPath, event(`"Title":"x"`), 422, "Title"},
		{"attribute that is only read", "PATCH", eventPath, event(`"published_at":0`), 422, "published_at"},
		{"copy attribute on a change", "PATCH", eventPath, event(`"copy_from_event_id":"x"`), 422, "copy_from_event_id"},
		{"copy of an unknown event", "POST", "/v1/events", event(`"copy_from_event_id":"x"`), 422, "copy_from_event_id"},
		{"number for a string", "PATCH", eventPath, event(`"title":1`), 422, "title"},
		{"string for a boolean", "PATCH", eventPath, event(`"chat_enabled":"true"`), 422, "chat_enabled"},
		{"null for a boolean", "PATCH", eventPath, event(`"recording_public":null`), 422, "recording_public"},
		{"PUT with a part", "PUT", eventPath, event(`"title":"x"`), 422, "slug"},
		{"session with a wrong time", "POST", eventPath + "/sessions", session(`"estimated_started_at":"soon"`), 422, "estimated_started_at"},
		{"session with a numeric time", "POST", eventPath + "/sessions", session(`"estimated_started_at":1804172400`), 422, "estimated_started_at"},
		{"session with a wrong zone", "POST", eventPath + "/sessions", session(`"timezone":"Paris"`), 422, "timezone"},
		{"session with an empty zone", "POST", eventPath + "/sessions", session(`"timezone":""`), 422, "timezone"},
		{"embed_url on a new session", "POST", eventPath + "/sessions", session(`"embed_url":"https://example.com"`), 422, "embed_url"},
		{"event's attribute on a session", "PATCH", roomPath, session(`"title":"x"`), 422, "title"},

		{"fields as an object", "POST", people, person(`{"email":"new@example.com"}`), 400, "array"},
		{"fields null", "POST", people, person(`null`), 400, "array"},
		{"entry without a value", "POST", people, person(`[{"id":"email"}]`), 400, "value"},
		{"entry of another shape", "POST", people, person(`[{"email":"new@example.com"}]`), 400, "id"},
		{"entry with more", "POST", people, person(`[{"id":"email","value":"new@example.com","type":"text"}]`), 400, "type"},
		{"no fields", "POST", people, `{"data":{"type":"people","attributes":{}}}`, 422, "email"},
		{"empty fields", "POST", people, person(`[]`), 422, "email"},
		{"email beside fields", "POST", people, `{"data":{"type":"people","attributes":{"email":"new@example.com"}}}`, 422, "email"},
		{"no address", "POST", people, person(`[{"id":"email","value":"new"}]`), 422, "email"},
		{"null address", "POST", people, person(`[{"id":"email","value":null}]`), 422, "email"},
		{"unknown field", "POST", people, person(`[` + email + `,{"id":"company","value":"x"}]`), 422, "company"},
		{"field twice", "POST", people, person(`[` + email + `,` + email + `]`), 422, "twice"},
		{"string for several", "POST", people, person(`[` + email + `,{"id":"topics","value":"pricing"}]`), 422, "topics"},
		{"numbers for several", "POST", people, person(`[` + email + `,{"id":"topics","value":[1]}]`), 422, "topics"},
		{"null among several", "POST", people, person(`[` + email + `,{"id":"topics","value":[null]}]`), 422, "topics"},
		{"array for one", "POST", people, person(`[` + email + `,{"id":"first_name","value":["x"]}]`), 422, "first_name"},
		{"number for one", "POST", people, person(`[` + email + `,{"id":"first_name","value":1}]`), 422, "first_name"},
		{"unknown attribute beside fields", "POST", people, `{"data":{"type":"people","attributes":{"fields":[` + email + `],"utm":"x"}}}`, 422, "utm"},
		{"number for an origin", "POST", people, `{"data":{"type":"people","attributes":{"fields":[` + email + `],"utm_source":1}}}`, 422, "utm_source"},
		{"tag of another type", "POST", tags, `{"data":{"type":"tag","attributes":{"title":"x"}}}`, 400, "tags"},
		{"tag without a body", "DELETE", tags, "", 400, "JSON"},
		{"tag in the query", "DELETE", tags + "?title=Product", "", 400, "title"},
		{"tag without a title", "POST", tags, tag(``), 422, "title"},
		{"tag with a blank title", "POST", tags, tag(`"title":" "`), 422, "title"},
		{"tag with a numeric title", "DELETE", tags, tag(`"title":1`), 422, "title"},
		{"tag with a name", "POST", tags, tag(`"name":"x"`), 422, "name"},
		{"tag with an id", "POST", tags, `{"data":{"type":"tags","id":"x","attributes":{"title":"x"}}}`, 400, "data.id"},
		{"tag twice", "POST", tags, tag(`"title":"Product"`), 409, "tag"},
		{"tag twice in capitals", "POST", tags, tag(`"title":"PRODUCT"`), 409, "tag"},

		{"change with fields as an object", "PATCH", ada, person(`{"first_name":"A"}`), 400, "array"},
		{"change with another id", "PATCH", ada, `{"data":{"type":"people","id":"x","attributes":{}}}`, 400, "data.id"},
		{"change of an unknown field", "PATCH", ada, person(`[{"id":"company","value":"x"}]`), 422, "company"},
		{"change to no address", "PATCH", ada, person(`[{"id":"email","value":"new"}]`), 422, "email"},
		{"change of a name beside fields", "PATCH", ada, `{"data":{"type":"people","attributes":{"first_name":"A"}}}`, 422, "first_name"},
		{"change to an address that is taken", "PATCH", ada, person(`[{"id":"email","value":"Bruno.Keller@example.com"}]`), 409, "address"},
		{"change of somebody without a registration", "PATCH", people + "/" + sandbox.OwnerID, person(`[]`), 422, "registration"},
		{"removal of the owner", "DELETE", people + "/" + sandbox.OwnerID, "", 422, "owner"},
		{"removal of the owner by address", "DELETE", people + "?filter[email]=noor.haddad@example.com", "", 422, "owner"},

		{"bulk without tasks", "POST", bulk, `{"data":{"type":"jobs","attributes":{}}}`, 400, "tasks"},
		{"bulk with an object", "POST", bulk, job(`{}`), 400, "tasks"},
		{"bulk of nobody", "POST", bulk, job(`[]`), 422, "between 1 and 50"},
		{"bulk of too many", "POST", bulk, job(`[{}` + strings.Repeat(`,{}`, 50) + `]`), 422, "between 1 and 50"},
		{"bulk with a text", "POST", bulk, job(`[{"fields":[` + email + `]},"x"]`), 400, "Task 1"},
		{"bulk with both forms", "POST", bulk, job(`[{"attributes":{"fields":[]},"fields":[]}]`), 400, "attributes"},
		{"bulk with JSON:API tasks", "POST", bulk, job(`[{"type":"people","attributes":{"fields":[` + email + `]}}]`), 400, "attributes"},
		{"bulk with fields as an object", "POST", bulk, job(`[{"fields":{"email":"new@example.com"}}]`), 400, "Task 0"},
		{"bulk with wrapped fields as an object", "POST", bulk, job(`[{"attributes":{"fields":{"email":"new@example.com"}}}]`), 400, "Task 0"},
		{"bulk as one registration", "POST", bulk, `{"data":{"type":"jobs","attributes":{"fields":[` + email + `]}}}`, 422, "fields"},
		{"bulk of type people", "POST", bulk, `{"data":{"type":"people","attributes":{"tasks":[{}]}}}`, 400, "jobs"},
		{"bulk with two types", "POST", bulk, `{"type":"jobs","data":{"type":"jobs","attributes":{"tasks":[{}]}}}`, 400, "type"},
		{"bulk with a wrong type beside", "POST", bulk, `{"type":"people","data":{"attributes":{"tasks":[{}]}}}`, 400, "jobs"},
		{"type beside elsewhere", "POST", "/v1/users", `{"type":"users","data":{"attributes":{"email":"new@example.com"}}}`, 400, "type"},
		{"bulk for a session that is over", "POST", pastPath + "/people/bulk", job(`[{"fields":[` + email + `]}]`), 422, "over"},

		{"user without an address", "POST", "/v1/users", user(`"role":"host"`), 422, "email"},
		{"user with a wrong address", "POST", "/v1/users", user(`"email":"new"`), 422, "email"},
		{"user with a person's role", "POST", "/v1/users", user(`"email":"new@example.com","role":"team_member"`), 422, "role"},
		{"user with a name", "POST", "/v1/users", user(`"email":"new@example.com","first_name":"N"`), 422, "first_name"},
		{"user who is there", "POST", "/v1/users", user(`"email":"Elif.Demir@example.com"`), 409, "address"},

		{"webhook without an address", "POST", hooks, `{"data":{"type":"webhooks","attributes":{"event":"job.ended"}}}`, 422, "url"},
		{"webhook without an event", "POST", hooks, `{"data":{"type":"webhooks","attributes":{"url":"https://example.com"}}}`, 422, "event"},
		{"webhook over HTTP", "POST", hooks, hook("http://example.com", "job.ended"), 422, "HTTPS"},
		{"webhook to nowhere", "POST", hooks, hook("https:///x", "job.ended"), 422, "HTTPS"},
		{"webhook for an unknown event", "POST", hooks, hook("https://example.com", "job.created"), 422, "job.ended"},
		{"webhook with other names", "POST", hooks, `{"data":{"type":"webhooks","attributes":{"target_url":"https://example.com","event_name":"job.ended"}}}`, 422, "target_url"},

		{"already there", "POST", people, person(`[{"id":"email","value":"ada.okafor@example.com"}]`), 409, "already"},
		{"already there in capitals", "POST", people, person(`[{"id":"email","value":"ADA.OKAFOR@example.com"}]`), 409, "already"},
	}
	words := map[int]string{400: "bad_request", 404: "not_found", 405: "method_not_allowed", 409: "conflict",
		413: "request_entity_too_large", 422: "unprocessable_entity"}
	before := c.snapshot()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := client{t, srv}.do(test.method, test.path, test.body)
			got.refused(t, test.status, words[test.status], test.detail)
		})
	}
	if c.snapshot() != before {
		t.Error("a refused call has changed something")
	}
}

func TestClosedSessions(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	for _, status := range []string{"past", "canceled"} {
		id := c.ok("GET", "/v1/sessions?filter[status]="+status, "").ids()[0]
		c.do("POST", "/v1/sessions/"+id+"/people", registration("late@example.com")).refused(t, 422, "unprocessable_entity", "over")
	}
	id := c.ok("GET", "/v1/sessions?filter[status]=live", "").ids()[0]
	c.want(201, "POST", "/v1/sessions/"+id+"/people", registration("late@example.com"))
}

// What was answered comes back as it was sent, and what was not is null.
func TestAnswers(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	got := c.want(201, "POST", roomPath+"/people", `{"data":{"type":"people","attributes":{"fields":[
		{"id":"topics","value":["security","pricing"]},{"id":"email","value":"New.Person@example.com"},{"id":"last_name","value":"Person"}]}}}`)
	want := map[any]any{"email": "New.Person@example.com", "first_name": nil, "last_name": "Person", "avatar": nil, "topics": []any{"security", "pricing"}}
	fields, _ := got.at("data", "attributes", "registrant_detail", "fields").([]any)
	if len(fields) != len(want) {
		t.Errorf("%d answers, want %d", len(fields), len(want))
	}
	for _, item := range fields {
		f := item.(map[string]any)
		if !reflect.DeepEqual(f["value"], want[f["id"]]) {
			t.Errorf("%v = %v, want %v", f["id"], f["value"], want[f["id"]])
		}
	}
	got.check(t, "email", "New.Person@example.com", "first_name", "", "last_name", "Person")
}

// Somebody with several registrations for an event is listed once under it, with
// the latest one, and is called what they last called themselves.
func TestSecondRegistration(t *testing.T) {
	clock := &clock{now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}
	c := newClient(t, sandbox.Options{Now: clock.Now, PerSecond: -1})
	guest := eventPath + "/people?filter[email]=greta.lind@example.com"
	first := c.ok("GET", guest, "")
	clock.advance(time.Minute)
	second := c.want(201, "POST", roomPath+"/people", `{"data":{"type":"people","attributes":{"fields":[
		{"id":"email","value":"greta.lind@example.com"},{"id":"first_name","value":"Margareta"}]}}}`)
	got := c.ok("GET", guest, "")
	if !slices.Equal(got.ids(), first.ids()) || got.ids()[0] != second.id() {
		t.Errorf("people are %v, were %v", got.ids(), first.ids())
	}
	if id := got.at("data", 0, "attributes", "registrant_detail", "session_id"); id != sandbox.SessionID {
		t.Errorf("the registration for session %v is listed", id)
	}
	c.ok("GET", "/v1/people/"+second.id(), "").check(t, "first_name", "Margareta", "last_name", "Lind", "role", "participant")

	// A team member may register too and stays one; so the owner is listed once.
	c.want(201, "POST", roomPath+"/people", `{"data":{"type":"people","attributes":{"fields":[
		{"id":"email","value":"noor.haddad@example.com"},{"id":"first_name","value":"N."}]}}}`)
	if n := c.ok("GET", roomPath+"/people?filter[role]=team_member", "").at("meta", "record_count"); n != 1.0 {
		t.Errorf("%v team members in the session", n)
	}
	c.ok("GET", "/v1/people/"+sandbox.OwnerID, "").check(t, "first_name", "Noor", "role", "team_member")
}

func TestAllow(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	for path, want := range map[string]string{
		"/v1/events":       "GET, POST",
		eventPath:          "DELETE, GET, PATCH, PUT",
		roomPath:           "DELETE, GET, PATCH, PUT",
		"/v1/ping":         "GET",
		"/people/whatever": "GET",

		eventPath + "/tags":               "DELETE, POST",
		roomPath + "/people":              "DELETE, GET, POST",
		roomPath + "/people/whatever":     "DELETE, GET, PATCH",
		"/v1/users":                       "GET, POST",
		"/v1/webhooks/" + sandbox.EventID: "DELETE",
	} {
		if got := c.do("OPTIONS", path, ""); got.status != 405 || got.header.Get("Allow") != want {
			t.Errorf("OPTIONS %s: %d, Allow %q, want %q", path, got.status, got.header.Get("Allow"), want)
		}
	}
}

func TestContentType(t *testing.T) {
	body := `{"data":{"type":"events","attributes":{}}}`
	for kind, want := range map[string]int{
		jsonAPI: 200, "application/json": 200, "Application/JSON; charset=utf-8": 200,
		"": 415, "text/plain": 415, "application/x-www-form-urlencoded": 415, "application/xml": 415, ";": 415,
	} {
		req := httptest.NewRequest("PATCH", eventPath, strings.NewReader(body))
		req.Header.Set("Authorization", "sandbox")
		req.Header.Set("Content-Type", kind)
		if got := send(t, sandbox.New(sandbox.Options{}), req); got.status != want {
			t.Errorf("Content-Type %q: %d, want %d: %s", kind, got.status, want, got.raw)
		}
	}
	// Without a body the header is of no account.
	req := httptest.NewRequest("GET", eventPath, nil)
	req.Header.Set("Authorization", "sandbox")
	req.Header.Set("Content-Type", "text/plain")
	if got := send(t, sandbox.New(sandbox.Options{}), req); got.status != 200 {
		t.Errorf("GET with a Content-Type: %d", got.status)
	}
}

func TestStory(t *testing.T) {
	clock := &clock{now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}
	c := newClient(t, sandbox.Options{Now: clock.Now})

	made := c.want(201, "POST", "/v1/events", `{"data":{"type":"events","attributes":{"owner_id":"`+sandbox.OwnerID+`","title":"Spring launch"},
		"relationships":{"sessions":[{"type":"sessions","attributes":{"estimated_started_at":"2027-03-04 15:00:00","timezone":"Europe/Paris"}}]}}}`)
	event := "/v1/events/" + made.id()
	made.check(t, "slug", "spring-launch", "status", "draft", "published_at", 0.0, "scheduling_status", "draft",
		"sessions_count", 1.0, "recording_public", nil, "description", nil, "created_at", float64(clock.now.Unix()))
	room := "/v1/sessions/" + made.at("data", "relationships", "sessions", "data", 0, "id").(string)
	// 15:00 in Paris is 14:00 UTC in March.
	c.ok("GET", room, "").check(t, "estimated_started_at", float64(time.Date(2027, 3, 4, 14, 0, 0, 0, time.UTC).Unix()),
		"timezone", "Europe/Paris", "status", "draft", "registrants_count", 0.0)

	clock.advance(time.Minute)
	published := float64(clock.now.Unix())
	c.ok("PATCH", event, `{"data":{"type":"events","attributes":{"status":"published"}}}`).
		check(t, "status", "published", "published_at", published, "updated_at", published, "scheduling_status", "upcoming", "title", "Spring launch")
	clock.advance(time.Minute)
	c.ok("PATCH", event, `{"data":{"type":"events","attributes":{"description":"<p>Soon</p>","recording_public":true}}}`).
		check(t, "published_at", published, "description", "<p>Soon</p>", "recording_public", true)

	listed := c.ok("GET", "/v1/events?filter[title]=spring", "")
	if ids := listed.ids(); !slices.Equal(ids, []string{made.id()}) {
		t.Fatalf("list has %v", ids)
	}

	clock.advance(time.Minute)
	registered := c.want(201, "POST", room+"/people", `{"data":{"type":"people","attributes":{"fields":[
		{"id":"email","value":"ines.moreau@example.com"},{"id":"first_name","value":"Ines"},{"id":"last_name","value":"Moreau"}],
		"referrer":"partner.example","utm_source":"newsletter","utm_term":"","email":"ignored@example.com"}}}`)
	registered.check(t, "role", "participant", "email", "ines.moreau@example.com", "first_name", "Ines", "messages_count", 0.0)
	detail := []any{"data", "attributes", "registrant_detail"}
	for name, want := range map[string]any{
		"referrer": "partner.example", "utm_source": "newsletter", "utm_term": nil, "utm_medium": nil,
		"registration_type": "API", "attended": false, "event_id": made.id(), "created_at": float64(clock.now.Unix()),
	} {
		if got := registered.at(append(slices.Clone(detail), name)...); got != want {
			t.Errorf("registrant_detail.%s = %v, want %v", name, got, want)
		}
	}

	attendees := c.ok("GET", event+"/people?filter[role]=participant", "")
	if ids := attendees.ids(); !slices.Equal(ids, []string{registered.id()}) {
		t.Errorf("attendees are %v", ids)
	}
	if ids := c.ok("GET", room+"/people?filter[email]=ines.moreau@example.com", "").ids(); !slices.Equal(ids, []string{registered.id()}) {
		t.Errorf("registrants with the address are %v", ids)
	}
	for _, path := range []string{event + "/people/", room + "/people/", "/v1/people/"} {
		c.ok("GET", path+registered.id(), "").check(t, "email", "ines.moreau@example.com")
	}
	c.ok("GET", room, "").check(t, "registrants_count", 1.0, "attendees_count", 0.0, "status", "upcoming")

	c.do("POST", room+"/people", registration("Ines.Moreau@example.com")).refused(t, 409, "conflict", "")
	c.ok("GET", room, "").check(t, "registrants_count", 1.0)

	// The same person may come to another session and stays one person.
	other := c.want(201, "POST", roomPath+"/people", registration("ines.moreau@example.com"))
	if other.id() != registered.id() {
		t.Errorf("a second registration made another person")
	}

	clock.advance(7 * 24 * time.Hour)
	c.ok("GET", event, "").check(t, "scheduling_status", "not_started")

	c.want(204, "DELETE", event, "")
	for _, path := range []string{event, room, event + "/people"} {
		c.want(404, "GET", path, "")
	}
}

func TestReplaceEvent(t *testing.T) {
	attributes := map[string]any{
		"owner_id": sandbox.OwnerID, "title": "New title", "slug": "new-title", "status": "draft", "description": "<p>x</p>",
		"everyone_can_speak": true, "detailed_registration_page_enabled": true, "light_registration_page_enabled": false,
		"recording_enabled": false, "recording_public": true, "show_in_company_page": true, "chat_enabled": false,
		"questions_enabled": false, "polls_enabled": false,
	}
	body := func(attributes map[string]any) string {
		raw, _ := json.Marshal(map[string]any{"data": map[string]any{"type": "events", "id": sandbox.EventID, "attributes": attributes}})
		return string(raw)
	}
	c := newClient(t, sandbox.Options{PerSecond: -1})
	for name := range attributes {
		part := maps.Clone(attributes)
		delete(part, name)
		c.do("PUT", eventPath, body(part)).refused(t, 422, "unprocessable_entity", name)
	}
	c.ok("PUT", eventPath, body(attributes))
	got := c.ok("GET", eventPath, "")
	for name, want := range attributes {
		if name == "owner_id" {
			continue // answers hold the owner as a resource
		}
		got.check(t, name, want)
	}
	got.check(t, "published_at", 0.0)
}

func TestSlugs(t *testing.T) {
	c := newClient(t, sandbox.Options{PerSecond: -1})
	create := func(attributes string) response {
		return c.want(201, "POST", "/v1/events", `{"data":{"type":"events","attributes":{"owner_id":"`+sandbox.OwnerID+`",`+attributes+`}}}`)
	}
	create(`"title":"Quarterly Roadmap!"`).check(t, "slug", "quarterly-roadmap-2")
	create(`"title":"Ünïcode — only 3"`).check(t, "slug", "n-code-only-3")
	create(`"title":"日本"`).check(t, "slug", "event")
	create(`"title":"x","slug":"chosen"`).check(t, "slug", "chosen")
	// An event may keep its own slug.
	c.ok("PATCH", eventPath, `{"data":{"type":"events","attributes":{"slug":"quarterly-roadmap"}}}`)
	c.do("PATCH", eventPath, `{"data":{"type":"events","attributes":{"slug":"chosen"}}}`).refused(t, 422, "unprocessable_entity", "slug")
}

func TestCopyEvent(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	got := c.want(201, "POST", "/v1/events", `{"data":{"type":"events","attributes":{"copy_from_event_id":"`+sandbox.EventID+`","title":"Copy"}}}`)
	got.check(t, "title", "Copy", "slug", "copy", "status", "draft", "published_at", 0.0, "description", "<p>What ships next.</p>", "sessions_count", 0.0)
	if got.at("data", "attributes", "fields", 4, "id") != "topics" || got.at("data", "attributes", "owner", "id") != sandbox.OwnerID {
		t.Errorf("copy: %s", got.raw)
	}
}

func TestSessions(t *testing.T) {
	clock := &clock{now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}
	c := newClient(t, sandbox.Options{Now: clock.Now, PerSecond: -1})
	made := c.want(201, "POST", eventPath+"/sessions", `{"data":{"type":"sessions","attributes":{"estimated_started_at":"2027-07-01T10:00:00-04:00","timezone":"America/New_York"}}}`)
	path := "/v1/sessions/" + made.id()
	want := float64(time.Date(2027, 7, 1, 14, 0, 0, 0, time.UTC).Unix())
	made.check(t, "event_id", sandbox.EventID, "estimated_started_at", want, "name", nil, "status", "upcoming")

	// The official sample of a PUT sends neither every attribute nor an id.
	c.ok("PUT", path, `{"data":{"type":"sessions","attributes":{"timezone":"Europe/Paris","estimated_started_at":"2027-07-02 10:00:00","embed_url":"https://example.com/room"}}}`).
		check(t, "estimated_started_at", float64(time.Date(2027, 7, 2, 8, 0, 0, 0, time.UTC).Unix()), "timezone", "Europe/Paris")
	c.ok("PATCH", path, `{"data":{"type":"sessions","id":"`+made.id()+`","attributes":{"name":"Late run"}}}`).
		check(t, "name", "Late run", "timezone", "Europe/Paris")
	if n := c.ok("GET", eventPath, "").at("data", "attributes", "sessions_count"); n != 14.0 {
		t.Errorf("sessions_count = %v", n)
	}
	c.want(204, "DELETE", path, "")
	c.want(404, "GET", path, "")
	if n := c.ok("GET", eventPath, "").at("data", "attributes", "sessions_count"); n != 13.0 {
		t.Errorf("sessions_count = %v", n)
	}
	c.want(201, "POST", eventPath+"/sessions", `{"data":{"type":"sessions","attributes":{}}}`).check(t, "estimated_started_at", 0.0)
}

func TestSessionWithPeople(t *testing.T) {
	c := newClient(t, sandbox.Options{PerSecond: -1})
	ids := c.ok("GET", "/v1/people", "").ids()
	moderator, guest := ids[1], ids[2]
	body := func(items ...string) string {
		return `{"data":{"type":"sessions","attributes":{},"relationships":{"people":[` + strings.Join(items, ",") + `]}}}`
	}
	item := func(id, role string) string {
		return `{"data":{"type":"people","id":"` + id + `","role":"` + role + `"}}`
	}
	made := c.want(201, "POST", eventPath+"/sessions", body(item(moderator, "team_member"), item(guest, "participant")))
	made.check(t, "registrants_count", 1.0)
	got := c.ok("GET", "/v1/sessions/"+made.id()+"/people", "").ids()
	if want := []string{sandbox.OwnerID, moderator, guest}; !slices.Equal(got, want) {
		t.Errorf("people are %v, want %v", got, want)
	}
	for _, test := range []struct {
		item   string
		status int
	}{
		{item(guest, "team_member"), 422},
		{item(guest, "host"), 422},
		{item("nobody", "participant"), 422},
		{item(guest, "participant") + "," + item(guest, "participant"), 422},
		{`{"type":"people","id":"` + guest + `","role":"participant"}`, 400},
		{`{"data":{"type":"users","id":"` + guest + `","role":"participant"}}`, 400},
		{`{"data":{"Type":"people","id":"` + guest + `","role":"participant"}}`, 400},
		{`7`, 400},
	} {
		if got := c.do("POST", eventPath+"/sessions", body(test.item)); got.status != test.status {
			t.Errorf("%s: %d, want %d: %s", test.item, got.status, test.status, got.raw)
		}
	}
}

func TestPerSecondLimit(t *testing.T) {
	clock := &clock{now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}
	c := client{t, sandbox.New(sandbox.Options{Now: clock.Now})}
	reset := fmt.Sprint(clock.now.Add(30 * 24 * time.Hour).Unix())
	steps := []struct {
		wait      time.Duration
		status    int
		remaining string
		retry     string
		monthly   string
	}{
		{0, 200, "4", "0", "9999"},
		{100 * time.Millisecond, 200, "3", "0", "9998"},
		{100 * time.Millisecond, 200, "2", "0", "9997"},
		{100 * time.Millisecond, 200, "1", "0", "9996"},
		{100 * time.Millisecond, 200, "0", "1", "9995"},
		{100 * time.Millisecond, 429, "0", "1", "9995"},
		{499 * time.Millisecond, 429, "0", "1", "9995"}, // 0.999 s after the first
		{time.Millisecond, 200, "0", "1", "9994"},       // 1 s: the first has gone, the refused ones never counted
		{50 * time.Millisecond, 429, "0", "1", "9994"},
		{time.Second, 200, "4", "0", "9993"},
	}
	for i, step := range steps {
		clock.advance(step.wait)
		got := c.do("GET", "/v1/ping", "")
		want := map[string]string{
			"RateLimit-Interval-Limit": "5", "RateLimit-Interval-Remaining": step.remaining,
			"RateLimit-Monthly-Limit": "10000", "RateLimit-Monthly-Remaining": step.monthly,
			"Retry-After": step.retry, "RateLimit-Reset": reset,
		}
		if got.status != step.status {
			t.Errorf("step %d: status %d, want %d", i, got.status, step.status)
		}
		for name, value := range want {
			if h := got.header.Get(name); h != value {
				t.Errorf("step %d: %s = %q, want %q", i, name, h, value)
			}
		}
		if step.status == 429 {
			got.refused(t, 429, "too_many_requests", "second")
		}
	}
}

func TestMonthlyLimit(t *testing.T) {
	clock := &clock{now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}
	start := clock.now
	c := client{t, sandbox.New(sandbox.Options{Now: clock.Now, Monthly: 3})}
	for range 3 {
		c.ok("GET", "/v1/ping", "")
		clock.advance(24 * time.Hour)
	}
	got := c.do("GET", "/v1/ping", "")
	got.refused(t, 429, "too_many_requests", "30-day")
	for name, want := range map[string]string{
		"RateLimit-Monthly-Remaining": "0", "RateLimit-Interval-Remaining": "5",
		"Retry-After":     fmt.Sprint(27 * 24 * 3600),
		"RateLimit-Reset": fmt.Sprint(start.Add(30 * 24 * time.Hour).Unix()),
	} {
		if h := got.header.Get(name); h != want {
			t.Errorf("%s = %q, want %q", name, h, want)
		}
	}
	clock.advance(27*24*time.Hour - time.Second)
	c.want(429, "GET", "/v1/ping", "")
	clock.advance(time.Second)
	if got := c.ok("GET", "/v1/ping", ""); got.header.Get("RateLimit-Monthly-Remaining") != "2" {
		t.Errorf("the next period begins with %q left", got.header.Get("RateLimit-Monthly-Remaining"))
	}
}

func TestHeadersOnRefusals(t *testing.T) {
	clock := &clock{now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}
	srv := sandbox.New(sandbox.Options{Now: clock.Now})
	for range 8 { // a refused token uses up nothing
		got := send(t, srv, httptest.NewRequest("GET", "/v1/ping", nil))
		if got.status != 401 || got.header.Get("RateLimit-Interval-Remaining") != "5" || got.header.Get("RateLimit-Monthly-Remaining") != "10000" {
			t.Fatalf("%d %v", got.status, got.header)
		}
	}
	c := client{t, srv}
	for i, path := range []string{"/v1/nothing", "/v1/events?x=1", "/v1/events/x"} {
		got := c.do("GET", path, "")
		if want := fmt.Sprint(4 - i); got.header.Get("RateLimit-Interval-Remaining") != want {
			t.Errorf("GET %s: %q left, want %s", path, got.header.Get("RateLimit-Interval-Remaining"), want)
		}
	}
}

func TestLimitsOff(t *testing.T) {
	clock := &clock{now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}
	c := client{t, sandbox.New(sandbox.Options{Now: clock.Now, PerSecond: -1, Monthly: -1})}
	for range 50 {
		got := c.ok("GET", "/v1/ping", "")
		if h := got.header.Get("RateLimit-Monthly-Remaining") + got.header.Get("RateLimit-Interval-Remaining"); h != "" {
			t.Fatalf("remaining %q", h)
		}
	}
}

// Two servers given the same calls answer alike, byte for byte.
func TestRepeatable(t *testing.T) {
	run := func() string {
		clock := &clock{now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}
		c := newClient(t, sandbox.Options{Now: clock.Now, PerSecond: -1})
		c.want(201, "POST", "/v1/events", `{"data":{"type":"events","attributes":{"owner_id":"`+sandbox.OwnerID+`","title":"x"},
			"relationships":{"sessions":[{"type":"sessions","attributes":{}}]}}}`)
		c.want(201, "POST", roomPath+"/people", registration("a@example.com"))
		return c.snapshot()
	}
	if first, second := run(), run(); first != second {
		t.Error("two runs differ")
	}
}

// Run with -race. Each caller's registration must be there in the end, over real
// connections.
func TestConcurrentUse(t *testing.T) {
	ts := httptest.NewServer(sandbox.New(sandbox.Options{PerSecond: -1}))
	defer ts.Close()
	call := func(method, path, body string) (int, string) {
		req, err := http.NewRequest(method, ts.URL+path, strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		req.Header.Set("Authorization", "sandbox")
		if body != "" {
			req.Header.Set("Content-Type", jsonAPI)
		}
		resp, err := ts.Client().Do(req)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
		}
		return resp.StatusCode, string(raw)
	}
	const callers, rounds = 8, 10
	var wg sync.WaitGroup
	var once sync.Map
	for i := range callers {
		wg.Go(func() {
			for j := range rounds {
				if status, body := call("POST", roomPath+"/people", registration(fmt.Sprintf("p%d-%d@example.com", i, j))); status != 201 {
					t.Errorf("registration: %d %s", status, body)
				}
				// All callers fight for this one; exactly one may win.
				if status, _ := call("POST", roomPath+"/people", registration(fmt.Sprintf("same%d@example.com", j))); status == 201 {
					if _, twice := once.LoadOrStore(j, true); twice {
						t.Errorf("same%d was registered twice", j)
					}
				}
				call("PATCH", eventPath, fmt.Sprintf(`{"data":{"type":"events","attributes":{"title":"t%d"}}}`, i))
				if status, body := call("GET", eventPath+"/people", ""); status != 200 {
					t.Errorf("people: %d %s", status, body)
				}
			}
		})
	}
	wg.Wait()
	_, raw := call("GET", roomPath, "")
	var got struct {
		Data struct{ Attributes map[string]any }
	}
	if err := json.Unmarshal([]byte(raw), &got); err != nil {
		t.Fatal(err)
	}
	if want := float64(3 + callers*rounds + rounds); got.Data.Attributes["registrants_count"] != want {
		t.Errorf("registrants_count = %v, want %v", got.Data.Attributes["registrants_count"], want)
	}
}

// Whatever comes, the answer is a documented kind of answer and never a 500.
func FuzzServer(f *testing.F) {
	for _, seed := range [][3]string{
		{"GET", "/v1/events?page[number]=0", ""},
		{"GET", "/%2e%2e/%2f?%5B", "\x00"},
		{"POST", "/v1/events", `{"data":{"type":"events","attributes":{"title":[[[[]]]]}}}`},
		{"POST", "/v1/events", `{"data":{"type":"events","attributes":{},"relationships":{"sessions":[null,{"type":null}]}}}`},
		{"POST", eventPath + "/sessions", `{"data":{"type":"sessions","attributes":{"timezone":"../../etc/passwd"}}}`},
		{"POST", roomPath + "/people", `{"data":{"type":"people","attributes":{"fields":[null,[],{"id":[],"value":{}}]}}}`},
		{"PATCH", roomPath, strings.Repeat(`{"data":`, 20000)},
		{"PUT", eventPath, `{"data":{"type":"events","attributes":{"slug":"\ud800"}}}`},
		{"POST", roomPath + "/people/bulk", `{"type":"jobs","data":{"attributes":{"tasks":[{"attributes":{"fields":[null]}},{}]}}}`},
		{"POST", roomPath + "/people/bulk", `{"data":{"type":"jobs","attributes":{"tasks":[null,[],7]}}}`},
		{"GET", "/v1/jobs/" + sandbox.JobID + "/tasks?page[size]=1", ""},
		{"PATCH", roomPath + "/people/" + sandbox.PersonID, `{"data":{"type":"people","attributes":{"fields":[{"id":"email","value":[]}]}}}`},
		{"DELETE", eventPath + "/tags", `{"data":{"type":"tags","attributes":{"title":"product"}}}`},
		{"GET", pastPath + "/recordings?url_expires_in=99999999999999999999", ""},
		{"POST", "/v1/webhooks", `{"data":{"type":"webhooks","attributes":{"url":"https://[::1","event":"job.ended"}}}`},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, method, target, body string) {
		req, err := http.NewRequest(method, "http://localhost"+target, strings.NewReader(body))
		if err != nil {
			t.Skip("no request of this form could arrive")
		}
		req.Header.Set("Authorization", "sandbox")
		req.Header.Set("Content-Type", jsonAPI)
		got := send(t, sandbox.New(sandbox.Options{Sessions: 5}), req)
		if got.status >= 500 {
			t.Errorf("%s %q: %d %s", method, target, got.status, got.raw)
		}
	})
}

// client sends calls with the default token to one server.
type client struct {
	t   *testing.T
	srv http.Handler
}

// newClient makes a server that does not run into the limit per second, unless
// the options say otherwise, and a client for it.
func newClient(t *testing.T, o sandbox.Options) client {
	t.Helper()
	if o.PerSecond == 0 {
		o.PerSecond = -1
	}
	token := o.Token
	srv := sandbox.New(o)
	if token == "" {
		return client{t, srv}
	}
	return client{t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", token)
		srv.ServeHTTP(w, r)
	})}
}

func (c client) do(method, path, body string) response {
	c.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Authorization", "sandbox")
	if body != "" {
		req.Header.Set("Content-Type", jsonAPI)
	}
	return send(c.t, c.srv, req)
}

func (c client) want(status int, method, path, body string) response {
	c.t.Helper()
	got := c.do(method, path, body)
	if got.status != status {
		c.t.Fatalf("%s %s: status %d, want %d: %s", method, path, got.status, status, got.raw)
	}
	return got
}

func (c client) ok(method, path, body string) response {
	c.t.Helper()
	return c.want(200, method, path, body)
}

// snapshot is everything the lists tell.
func (c client) snapshot() string {
	c.t.Helper()
	var all strings.Builder
	for _, path := range []string{
		"/v1/events?page[size]=50&include=sessions,tags", "/v1/people?page[size]=50", roomPath + "/people?page[size]=50",
		"/v1/users", "/v1/webhooks", "/v1/jobs/" + sandbox.JobID + "/tasks",
	} {
		all.WriteString(c.ok("GET", path, "").raw)
	}
	return all.String()
}

type response struct {
	status int
	header http.Header
	raw    string
	body   any
}

func send(t *testing.T, srv http.Handler, req *http.Request) response {
	t.Helper()
	rec := httptest.NewRecorder()
	srv.ServeHTTP(rec, req)
	got := response{status: rec.Code, header: rec.Header(), raw: rec.Body.String()}
	if got.raw == "" {
		return got
	}
	if kind := got.header.Get("Content-Type"); kind != jsonAPI {
		t.Errorf("%s %s: Content-Type %q", req.Method, req.URL.Path, kind)
	}
	dec := json.NewDecoder(bytes.NewReader(rec.Body.Bytes()))
	if err := dec.Decode(&got.body); err != nil {
		t.Errorf("%s %s: %v in %q", req.Method, req.URL.Path, err, got.raw)
	}
	return got
}

// at follows names and indexes into the body; nil where there is nothing.
func (r response) at(path ...any) any {
	v := r.body
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			a, _ := v.([]any)
			if step >= len(a) {
				return nil
			}
			v = a[step]
		}
	}
	return v
}

func (r response) id() string {
	id, _ := r.at("data", "id").(string)
	return id
}

func (r response) rows() []any {
	rows, _ := r.at("data").([]any)
	return rows
}

func (r response) ids() []string {
	var ids []string
	for _, row := range r.rows() {
		ids = append(ids, row.(map[string]any)["id"].(string))
	}
	return ids
}

// check compares attributes given as name, value pairs. A wanted null must be
// there.
func (r response) check(t *testing.T, pairs ...any) {
	t.Helper()
	attributes, _ := r.at("data", "attributes").(map[string]any)
	for i := 0; i < len(pairs); i += 2 {
		got, present := attributes[pairs[i].(string)]
		if !present || got != pairs[i+1] {
			t.Errorf("%s = %v (present: %v), want %v", pairs[i], got, present, pairs[i+1])
		}
	}
}

// refused checks a documented refusal: the four members of each error, and that
// some detail holds the text.
func (r response) refused(t *testing.T, status int, word, detail string) {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d, want %d: %s", r.status, status, r.raw)
	}
	errors, _ := r.at("errors").([]any)
	if len(errors) == 0 {
		t.Fatalf("no errors in %s", r.raw)
	}
	found := false
	for _, e := range errors {
		members := shapeOf(e)
		if want := map[string]string{"title": str, "detail": str, "code": str, "status": str}; !maps.Equal(members, want) {
			t.Errorf("error members %v", members)
		}
		e := e.(map[string]any)
		if e["status"] != word {
			t.Errorf("errors[].status = %v, want %s", e["status"], word)
		}
		text, _ := e["detail"].(string)
		found = found || text != "" && strings.Contains(text, detail)
		if strings.Contains(text, "sandbox") {
			t.Errorf("detail %q", text)
		}
	}
	if !found {
		t.Errorf("no detail tells %q: %s", detail, r.raw)
	}
}

// shapeOf names the JSON type of each member of an object.
func shapeOf(v any) map[string]string {
	m, _ := v.(map[string]any)
	shape := map[string]string{}
	for name, value := range m {
		switch value.(type) {
		case nil:
			shape[name] = null
		case string:
			shape[name] = str
		case float64:
			shape[name] = num
		case bool:
			shape[name] = yes
		case []any:
			shape[name] = arr
		default:
			shape[name] = obj
		}
	}
	return shape
}

func with(base, changes map[string]string) map[string]string {
	out := maps.Clone(base)
	maps.Copy(out, changes)
	return out
}

// meta is a page's description as it comes out of JSON.
func meta(current int, previous, next any, records, pages, size int) map[string]any {
	number := func(v any) any {
		if n, ok := v.(int); ok {
			return float64(n)
		}
		return nil
	}
	return map[string]any{
		"current_page": number(current), "previous_page": number(previous), "next_page": number(next),
		"record_count": number(records), "page_count": number(pages), "items_per_page": number(size),
	}
}

func registration(email string) string {
	return `{"data":{"type":"people","attributes":{"fields":[{"id":"email","value":"` + email + `"}]}}}`
}

// clock is a clock that moves when told.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
