// Operations of several requests.

package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// sumJQ knows one program.
type sumJQ struct{}

func (sumJQ) Run(_ context.Context, program string, input []byte, variables map[string][]byte) ([]byte, error) {
	if program != ".sum" {
		return nil, errors.New("no such program as " + program)
	}
	return json.Marshal(map[string]any{"of": json.RawMessage(input), "for": json.RawMessage(variables["input"])})
}

// readStep and writeStep are steps without anything special.
func readStep(path string, take ...Capture) Step {
	return Step{Op: &Operation{Name: "read", Method: "GET", Path: path, Success: []int{200}, Result: Result{Kind: ResultNone}, Params: getThing.Params}, Take: take}
}

func writeStep(path string, take ...Capture) Step {
	s := readStep(path, take...)
	s.Op.Method, s.Op.Body = "POST", &Body{Format: BodyJSON, Root: object(Member{"uuid", Template{Kind: TemplateValue, Name: "$uuid"}})}
	return s
}

func paths(s *script) string {
	var out []string
	for _, r := range s.requests {
		out = append(out, strings.TrimPrefix(r.URL.RequestURI(), "/v1"))
	}
	return strings.Join(out, " ")
}

func TestSteps(t *testing.T) {
	org := Capture{Name: "org", Paths: []string{"nope", "orgs.main", "id"}, Missing: "No organization found."}
	optional := Capture{Name: "org", Paths: []string{"id"}}
	byDefault := Capture{Name: "org", Paths: []string{"id"}, Default: `"none"`}
	ignored := readStep("/whoami", optional)
	ignored.Ignore = true
	conditional := readStep("/whoami", org)
	conditional.When = []Condition{{Param: "search", Absent: true}}
	header := readStep("/whoami", Capture{Name: "org", Header: "X-Org"})
	program := readStep("/whoami", Capture{Name: "org", JQ: ".sum"})
	broken := readStep("/whoami", Capture{Name: "org", JQ: ".other"})
	inQuery := []Field{{Name: "org", Value: Template{Kind: TemplateText, Text: "<{org}>"}}}
	tests := []struct {
		name    string
		steps   []Step
		input   string
		answers []step
		asked   string
		want    string // the error
		code    Code
	}{
		{"one", []Step{readStep("/whoami", org)}, "", []step{answering(200, `{"id":"o1"}`), answering(200, goodBody)}, "/whoami /things/t?org=%3Co1%3E", "", ""},
		{"the first path that is there", []Step{readStep("/whoami", org)}, "", []step{answering(200, `{"nope":null,"id":"o2","orgs":{"main":17}}`), answering(200, goodBody)}, "/whoami /things/t?org=%3C17%3E", "", ""},
		{"two, the second needs the first", []Step{readStep("/whoami", org), readStep("/orgs/{org}", Capture{Name: "org", Paths: []string{"name"}})}, "",
			[]step{answering(200, `{"id":"o 1"}`), answering(200, `{"name":"N"}`), answering(200, goodBody)}, "/whoami /orgs/o%201 /things/t?org=%3CN%3E", "", ""},
		{"with the parameters of the action", []Step{readStep("/who/{thing_id}", org)}, "", []step{answering(200, `{"id":"o"}`), answering(200, goodBody)}, "/who/t /things/t?org=%3Co%3E", "", ""},
		{"missing", []Step{readStep("/whoami", org)}, "", []step{answering(200, `{}`)}, "/whoami", "No organization found.", CodeNotFound},
		{"missing in an empty body", []Step{readStep("/whoami", org)}, "", []step{answering(200, ``)}, "/whoami", "No organization found.", CodeNotFound},
		{"by default", []Step{readStep("/whoami", byDefault)}, "", []step{answering(200, `{}`), answering(200, goodBody)}, "/whoami /things/t?org=%3Cnone%3E", "", ""},
		{"not given", []Step{readStep("/whoami", optional)}, "", []step{answering(200, `{"id":null}`), answering(200, goodBody)}, "/whoami /things/t", "", ""},
		{"of a header", []Step{header}, "", []step{answering(200, `no JSON`, "X-Org: h"), answering(200, goodBody)}, "/whoami /things/t?org=%3Ch%3E", "", ""},
		{"no such header", []Step{header}, "", []step{answering(200, `no JSON`), answering(200, goodBody)}, "/whoami /things/t", "", ""},
		{"of a program", []Step{program}, "", []step{answering(200, `{"a":1}`), answering(200, goodBody)}, "/whoami /things/t?org=%3C%7B%22for%22%3A%7B%22thing_id%22%3A%22t%22%7D%2C%22of%22%3A%7B%22a%22%3A1%7D%7D%3E", "", ""},
		{"of a program that fails", []Step{broken}, "", []step{answering(200, `{"a":1}`)}, "/whoami", "Call failed: a jq program cannot read the answer: no such program as .other", CodeUnexpectedResponse},
		{"no JSON", []Step{readStep("/whoami", org)}, "", []step{answering(200, `<html>`, "Content-Type: text/html")}, "/whoami", "Call failed: the answer is not JSON but text/html: it is not JSON at byte 0", CodeUnexpectedResponse},
		{"nothing to take, no JSON", []Step{readStep("/ping")}, "", []step{answering(200, `pong`), answering(200, goodBody)}, "/ping /things/t", "", ""},
		{"when it holds", []Step{conditional}, "", []step{answering(200, `{"id":"o"}`), answering(200, goodBody)}, "/whoami /things/t?org=%3Co%3E", "", ""},
		{"when it does not hold", []Step{conditional}, `{"thing_id":"t","search":"s"}`, []step{answering(200, goodBody)}, "/things/t?filter%5Bq%5D=s", "", ""},
		{"a failure", []Step{readStep("/whoami", org)}, "", []step{answering(404, `{"message":"who?"}`)}, "/whoami", "API error (404): who?", CodeNotFound},
		{"a failure under 200", []Step{readStep("/whoami", org)}, "", []step{answering(200, `{"errors":[{"title":"T"}]}`)}, "/whoami", "API error (200): T", CodeUnexpectedResponse},
		{"a failure that does not matter", []Step{ignored}, "", []step{answering(404, `{}`), answering(200, goodBody)}, "/whoami /things/t", "", ""},
		{"a read is asked again", []Step{readStep("/whoami", org)}, "", []step{answering(500, ``), answering(200, `{"id":"o"}`), answering(200, goodBody)}, "/whoami /whoami /things/t?org=%3Co%3E", "", ""},
		{"a write is not", []Step{writeStep("/jobs")}, "", []step{failing(true, errors.New("reset"))}, "/jobs", "Call failed: reset" + outcomeNote, CodeOutcomeUnknown},
		{"the request after a write is", []Step{writeStep("/jobs")}, "", []step{answering(200, `{}`), answering(500, ``), answering(200, goodBody)}, "/jobs /things/t /things/t", "", ""},
		{"a path that cannot be", []Step{readStep("/orgs/{org}")}, "", nil, "", "Call failed: org is empty, but it is part of the path", CodeInvalidInput},
	}
	for _, tt := range tests {
		op := getThing
		op.Steps, op.Query = tt.steps, inQuery
		api := demoAPI
		api.JQ = sumJQ{}
		script := play(tt.answers...)
		input := tt.input
		if input == "" {
			input = `{"thing_id":"t"}`
		}
		e := clientOf(t, tableOf(&api, &op), Options{Transport: script, Clock: newFakeClock()}).Call(t.Context(), "get_thing", token(), []byte(input))
		wantEnvelope(t, &op, e)
		if got := errorText(e); got != tt.want || e.Err != nil && e.Err.Code != tt.code {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if got := paths(script); got != tt.asked {
			t.Errorf("%s:\nasked %s\nwant  %s", tt.name, got, tt.asked)
		}
	}
}

// TestStepsTyped: typed calls and lists take the same steps, once.
func TestStepsTyped(t *testing.T) {
	op := listThings
	op.Steps = []Step{readStep("/whoami", Capture{Name: "org", Paths: []string{"id"}})}
	op.Path = "/orgs/{org}/things"
	api := play(answering(200, `{"id":"o"}`), onePage("a", "1"), onePage("b", "null"))
	l, err := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: api}).List(t.Context(), &op, token(), make([]Value, 1))
	if err != nil || len(l.Items) != 2 || api.count() != 3 || !strings.Contains(paths(api), "/orgs/o/things") {
		t.Errorf("%v %v: %s", l, err, paths(api))
	}
	object := getThing
	object.Steps = op.Steps
	api = play(answering(200, `{"id":"o"}`), answering(200, goodBody))
	if o, err := clientOf(t, tableOf(&demoAPI, &object), Options{Transport: api}).Object(t.Context(), &object, token(), []Value{Text("t"), {}, {}, {}}); err != nil || o == nil || api.count() != 2 {
		t.Errorf("%s %v: %s", o, err, paths(api))
	}
	api = play(status(403))
	l, err = clientOf(t, tableOf(&demoAPI, &op), Options{Transport: api}).List(t.Context(), &op, token(), make([]Value, 1))
	if CodeOf(err) != CodePermissionDenied || l.Stop != StopError || l.Complete {
		t.Errorf("%+v %v", l, err)
	}
}

// TestStepsShare: what is made for a call is the same in all of its requests,
// and their texts are those of the action.
func TestStepsShare(t *testing.T) {
	op := createThing
	op.Params = nil
	op.Body = writeStep("").Op.Body
	op.Steps = []Step{writeStep("/first"), writeStep("/second")}
	op.Texts = &Texts{Status: "Thing error ({status}): {detail}", Failed: "create_thing failed: {reason}", Timeout: "Too slow."}
	api := play(answering(200, goodBody))
	c := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: api})
	c.Call(t.Context(), "create_thing", token(), nil)
	for _, r := range api.requests {
		if r.body != api.requests[0].body || len(r.body) < 36 {
			t.Errorf("sent %s", r.body)
		}
	}
	api.steps, api.requests = []step{status(400)}, nil
	if got := errorText(c.Call(t.Context(), "create_thing", token(), nil)); got != "Thing error (400): T: D" {
		t.Errorf("got %q", got)
	}
}

func TestUntil(t *testing.T) {
	state := func(text string) step { return answering(200, `{"data":{"id":"1"},"state":`+text+`}`) }
	tests := []struct {
		name  string
		steps []step
		asked int
		waits string
		want  string
		code  Code
	}{
		{"at once", []step{state(`"done"`)}, 1, "", "", ""},
		{"after a while", []step{state(`"new"`), state(`"running"`), state(`null`), state(`"done"`)}, 4, "5s 5s 5s", "", ""},
		{"a number", []step{state(`0`), state(`100`)}, 2, "5s", "", ""},
		{"a flag", []step{state(`false`), state(`true`)}, 2, "5s", "", ""},
		{"the API asks to wait", []step{answering(200, `{"data":{},"state":"new"}`, "Retry-After: 9"), state(`"done"`)}, 2, "9s", "", ""},
		{"it fails", []step{state(`"new"`), state(`"failed"`)}, 2, "5s", `Call failed: the work has failed: "state" in the answer is "failed"`, CodeUnexpectedResponse},
		{"it fails with words", []step{answering(200, `{"state":"failed","message":"no such list"}`)}, 1, "", `Call failed: no such list`, CodeUnexpectedResponse},
		{"for ever", []step{state(`"new"`)}, 7, "5s 5s 5s 5s 5s 5s", "Call failed: the work is still going on after 30s; ask again later", CodeTimeout},
		{"a fault in between", []step{state(`"new"`), answering(400, `{"message":"no"}`)}, 2, "5s", "API error (400): no", CodeInvalidInput},
		{"a failure in between", []step{state(`"new"`), answering(200, `{"errors":[{"title":"T"}]}`)}, 2, "5s", "API error (200): T", CodeUnexpectedResponse},
		{"no JSON in between", []step{state(`"new"`), answering(200, `x`)}, 2, "5s", "Call failed: the answer is not JSON: it is not JSON at byte 0", CodeUnexpectedResponse},
	}
	for _, tt := range tests {
		op := getThing
		op.Until = &Until{Path: "state", Done: []string{"done", "100", "true"}, Failed: []string{"failed"}, Every: 5 * time.Second, For: 30 * time.Second}
		clock, api := newFakeClock(), play(tt.steps...)
		e := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: api, Clock: clock}).Call(t.Context(), "get_thing", token(), []byte(`{"thing_id":"t"}`))
		wantEnvelope(t, &op, e)
		if got := errorText(e); got != tt.want || e.Err != nil && (e.Err.Code != tt.code || e.Err.Attempts != tt.asked) {
			t.Errorf("%s: got %q, want %q (%+v)", tt.name, got, tt.want, e.Err)
		}
		var waits []string
		for _, w := range clock.waits {
			waits = append(waits, w.String())
		}
		if got := strings.Join(waits, " "); got != tt.waits || api.count() != tt.asked {
			t.Errorf("%s: asked %d times with waits of %s, want %d, %s", tt.name, api.count(), got, tt.asked, tt.waits)
		}
	}
}

// TestUntilEnds: the context ends the wait, and polls are in the budget.
func TestUntilEnds(t *testing.T) {
	op := getThing
	op.Until = &Until{Path: "state", Done: []string{"done"}, Every: time.Hour, For: 1000 * time.Hour}
	ctx, cancel := context.WithCancel(t.Context())
	clock := newFakeClock()
	clock.before = func(time.Duration) { cancel() }
	api := play(answering(200, `{"state":"new"}`))
	e := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: api, Clock: clock}).Call(ctx, "get_thing", token(), []byte(`{"thing_id":"t"}`))
	if CodeOf(asError(e.Err)) != CodeCanceled || api.count() != 1 {
		t.Errorf("%s", e.JSON)
	}
	metered := demoAPI
	metered.Budgets = []Budget{{Calls: 2, Per: 30 * 24 * time.Hour}}
	op.Until = &Until{Path: "state", Done: []string{"done"}, Every: 10 * time.Second, For: time.Hour}
	e = clientOf(t, tableOf(&metered, &op), Options{Transport: api, Clock: newFakeClock()}).Call(t.Context(), "get_thing", token(), []byte(`{"thing_id":"t"}`))
	if CodeOf(asError(e.Err)) != CodeQuotaExhausted || api.count() != 3 {
		t.Errorf("%s after %d", e.JSON, api.count())
	}
}

// TestOwnTimeout: an operation may have a time limit of its own.
func TestOwnTimeout(t *testing.T) {
	op := getThing
	op.Timeout = 5 * time.Millisecond
	op.Texts = &Texts{Timeout: "Scraping took too long.", Status: demoAPI.Texts.Status, Failed: demoAPI.Texts.Failed}
	start := time.Now()
	e := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: play(hanging), Clock: newFakeClock()}).Call(t.Context(), "get_thing", token(), []byte(`{"thing_id":"t"}`))
	if errorText(e) != "Scraping took too long." || time.Since(start) > 10*time.Second {
		t.Errorf("%s", e.JSON)
	}
}

// TestSigner: it signs every attempt, sees the body, and sends nothing
// elsewhere.
func TestSigner(t *testing.T) {
	n := 0
	var fault error
	var move func(*http.Request)
	s := tokenAuth
	s.Sign = func(_ context.Context, r *http.Request, body []byte, field func(string) string) error {
		n++
		r.Header.Set("X-Signature", field("token")[:3]+string(body))
		r.Header.Add("X-Count", "1")
		if r.URL.RawQuery == "" {
			r.URL.RawQuery = "signed=1"
		}
		if move != nil {
			move(r)
		}
		return fault
	}
	op := updateThing
	op.Auth = &s
	api := play(answering(500, ``), answering(200, goodBody))
	c := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: api, Clock: newFakeClock()})
	if e := c.Call(t.Context(), "update_thing", token(), []byte(good["update_thing"])); e.Err != nil || n != 2 {
		t.Errorf("%s, signed %d times", e.JSON, n)
	}
	for _, r := range api.requests {
		if h := r.Header; h.Get("X-Signature") != secret[:3]+r.body || len(h["X-Count"]) != 1 || r.URL.RawQuery != "signed=1" {
			t.Errorf("sent %v %s", h, r.URL)
		}
	}
	fault = errors.New("cannot sign with " + secret)
	e := c.Call(t.Context(), "update_thing", token(), []byte(good["update_thing"]))
	if errorText(e) != "Call failed: the request could not be signed: cannot sign with [redacted]" || e.Err.Code != CodeInternal || api.count() != 2 {
		t.Errorf("%s", e.JSON)
	}
	fault, move = nil, func(r *http.Request) { r.URL.Host = "evil.test" }
	e = c.Call(t.Context(), "update_thing", token(), []byte(good["update_thing"]))
	if errorText(e) != "Call failed: the request could not be signed: the signer has changed where it goes" || api.count() != 2 {
		t.Errorf("%s", e.JSON)
	}
}
