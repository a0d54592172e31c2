// These tests hold each of the 41 documented operations against the same rules:
// it works on a fresh server with every parameter it documents, and refuses what
// it does not document. What the operations do is told in the other files.

package sandbox_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"modulex.dev/connector/cmd/livestorm/sandbox"
)

// operation is one call that succeeds on a fresh server.
type operation struct {
	method, path string
	query        string // every documented parameter
	body         string
	status       int
}

func operations() []operation {
	const (
		paged    = "page[number]=0&page[size]=50"
		times    = "&filter[created_since]=0&filter[created_until]=9999-01-01&filter[updated_since]=0&filter[updated_until]=9999-01-01"
		inSeries = paged + "&filter[status]=past&filter[date_from]=0&filter[date_to]=9999-01-01&filter[include_breakout_rooms]=true" + times
		inEvent  = paged + "&filter[role]=participant&filter[email]=" + sandbox.PersonEmail
		inRoom   = inEvent + "&filter[attended]=false&include=people" + times
		event    = `{"data":{"type":"events","attributes":{"owner_id":"` + sandbox.OwnerID + `","title":"Tour","slug":"tour","status":"draft",
			"description":"<p>x</p>","everyone_can_speak":false,"detailed_registration_page_enabled":false,"light_registration_page_enabled":true,
			"recording_enabled":true,"recording_public":false,"show_in_company_page":false,"chat_enabled":true,"questions_enabled":true,"polls_enabled":true}}}`
		session = `{"data":{"type":"sessions","attributes":{"estimated_started_at":"2027-03-04 15:00:00","timezone":"Europe/Paris","name":"Evening"}}}`
		tag     = `{"data":{"type":"tags","attributes":{"title":"Spring"}}}`
		person  = `{"data":{"type":"people","attributes":{"fields":[{"id":"email","value":"new@example.com"}],"referrer":"x","utm_source":"x",
			"utm_medium":"x","utm_campaign":"x","utm_term":"x","utm_content":"x"}}}`
		bulk = `{"data":{"type":"jobs","attributes":{"tasks":[{"fields":[{"id":"email","value":"new@example.com"}]}]}}}`
		user = `{"data":{"type":"users","attributes":{"email":"new@example.com","role":"host"}}}`
		hook = `{"data":{"type":"webhooks","attributes":{"url":"https://example.com/x","event":"job.ended"}}}`
	)
	attached := strings.Replace(tag, "Spring", sandbox.TagTitle, 1)
	ada := "/people/" + sandbox.PersonID
	return []operation{
		{"GET", "/v1/ping", "", "", 200},
		{"GET", "/v1/me", "include=organization", "", 200},
		{"GET", "/v1/organization", "include=organization", "", 200},

		{"GET", "/v1/events", paged + "&filter[title]=road&filter[everyone_can_speak]=false&filter[scheduling_status]=upcoming&filter[tag]=" +
			sandbox.TagTitle + "&include=sessions,tags" + times, "", 200},
		{"POST", "/v1/events", "", event, 201},
		{"GET", eventPath, "include=sessions,tags", "", 200},
		{"PATCH", eventPath, "", event, 200},
		{"PUT", eventPath, "", event, 200},
		{"DELETE", eventPath, "", "", 204},
		{"POST", eventPath + "/tags", "", tag, 201},
		{"DELETE", eventPath + "/tags", "", attached, 204},
		{"GET", eventPath + "/people", inEvent, "", 200},
		{"GET", eventPath + ada, "", "", 200},
		{"GET", eventPath + "/sessions", inSeries, "", 200},
		{"POST", eventPath + "/sessions", "", session, 201},

		{"GET", "/v1/sessions", inSeries, "", 200},
		{"GET", roomPath, "", "", 200}, // no value of include is documented
		{"PATCH", roomPath, "", session, 200},
		{"PUT", roomPath, "", session, 200},
		{"DELETE", roomPath, "", "", 204},
		{"GET", roomPath + "/people", inRoom, "", 200},
		{"POST", roomPath + "/people", "", person, 201},
		{"DELETE", roomPath + "/people", "filter[email]=" + sandbox.PersonEmail, "", 204},
		{"GET", roomPath + ada, "", "", 200},
		{"PATCH", roomPath + ada, "", person, 200},
		{"DELETE", roomPath + ada, "", "", 204},
		{"POST", roomPath + "/people/bulk", "", bulk, 202},
		{"GET", pastPath + "/chat_messages", paged + "&include=people", "", 200},
		{"GET", pastPath + "/questions", paged + "&include=people", "", 200},
		{"GET", pastPath + "/recordings", paged + "&url_expires_in=3600", "", 200},

		{"GET", "/v1/people", inEvent, "", 200},
		{"GET", "/v1" + ada, "", "", 200},
		{"GET", "/v1/people_attributes", paged + "&sort=-slug&filter[builtin]=true&filter[description]=x&filter[name]=x&filter[placeholder]=x" +
			"&filter[slug]=x&filter[type]=text&filter[user_id]=x", "", 200},

		{"GET", "/v1/jobs/" + sandbox.JobID, "", "", 200},
		{"GET", "/v1/jobs/" + sandbox.JobID + "/tasks", paged, "", 200},

		{"GET", "/v1/users", paged + "&filter[pending_invite]=false&filter[role]=host&filter[email]=noor.haddad@example.com", "", 200},
		{"POST", "/v1/users", "", user, 201},
		{"DELETE", "/v1/users/" + sandbox.UserID, "", "", 204},

		{"GET", "/v1/webhooks", paged + "&filter[event]=people.registered", "", 200},
		{"POST", "/v1/webhooks", "", hook, 201},
		{"DELETE", "/v1/webhooks/" + sandbox.WebhookID, "", "", 204},
	}
}

func TestOperations(t *testing.T) {
	all := operations()
	if len(all) != 41 {
		t.Errorf("%d operations, want 41", len(all))
	}
	for _, op := range all {
		t.Run(op.method+" "+op.path, func(t *testing.T) {
			c := newClient(t, sandbox.Options{})
			before := c.snapshot()
			op.testRefusals(t, c)
			if c.snapshot() != before {
				t.Error("a refused call has changed something")
			}
			target := op.path
			if op.query != "" {
				target += "?" + op.query
			}
			got := c.want(op.status, op.method, target, op.body)
			if empty := op.status == 204 || op.path == "/v1/ping"; empty != (got.raw == "") {
				t.Errorf("the answer is %q", got.raw)
			}
		})
	}
}

// testRefusals sends op in every way in which it must not be sent.
func (op operation) testRefusals(t *testing.T, c client) {
	t.Helper()
	try := func(name string, status int, word, path, kind, body string) {
		t.Helper()
		req := httptest.NewRequest(op.method, path, strings.NewReader(body))
		if name != "no token" {
			req.Header.Set("Authorization", "sandbox")
		}
		req.Header.Set("Content-Type", kind)
		t.Run(name, func(t *testing.T) { send(t, c.srv, req).refused(t, status, word, "") })
	}
	target := op.path
	if op.query != "" {
		target += "?" + op.query
	}
	try("no token", 401, "unauthorized", target, jsonAPI, op.body)
	try("unknown parameter", 400, "bad_request", op.path+"?page=1", jsonAPI, op.body)
	try("parameter twice", 400, "bad_request", op.path+"?include=x&include=x", jsonAPI, op.body)
	if op.body == "" {
		try("a body", 400, "bad_request", target, jsonAPI, `{"data":{}}`)
	} else {
		try("media type", 415, "unsupported_media_type", target, "text/plain", op.body)
		try("no body", 400, "bad_request", target, jsonAPI, "")
		try("no data", 400, "bad_request", target, jsonAPI, `{}`)
		try("type", 400, "bad_request", target, jsonAPI, `{"data":{"type":"x","attributes":{}}}`)
		try("attributes beside data", 400, "bad_request", target, jsonAPI, strings.Replace(op.body, `{"data"`, `{"title":"x","data"`, 1))
		try("unknown attribute", 422, "unprocessable_entity", target, jsonAPI, strings.Replace(op.body, `"attributes":{`, `"attributes":{"colour":"x",`, 1))
	}
	if strings.Contains(op.query, "page[") {
		try("page", 400, "bad_request", op.path+"?page[number]=100", jsonAPI, "")
		try("size", 400, "bad_request", op.path+"?page[size]=51", jsonAPI, "")
	}
	for _, id := range []string{sandbox.EventID, sandbox.SessionID, sandbox.PastSessionID, sandbox.PersonID,
		sandbox.JobID, sandbox.UserID, sandbox.WebhookID} {
		if other := strings.Replace(target, id, "11111111-1111-4111-8111-111111111111", 1); other != target {
			try("id", 404, "not_found", other, jsonAPI, op.body)
		}
	}
}
