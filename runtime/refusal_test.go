// Failures under a success status, rule by rule, and the messages that are found
// in them.

package runtime

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// jqFunc is a jq engine in one function.
type jqFunc func(program string, input []byte) ([]byte, error)

func (f jqFunc) Run(_ context.Context, program string, input []byte, _ map[string][]byte) ([]byte, error) {
	return f(program, input)
}

// sayProgram answers every program with its own text.
var sayProgram = jqFunc(func(program string, _ []byte) ([]byte, error) {
	if program == "broken" {
		return nil, errors.New("it breaks")
	}
	return []byte(program), nil
})

func TestFailureRules(t *testing.T) {
	tests := []struct {
		name    string
		rule    FailureRule
		fine    []string // bodies that are no failure
		failure []string
	}{
		{"there and not empty", FailureRule{Path: "error"},
			[]string{`{}`, `{"error":null}`, `{"error":false}`, `{"error":""}`, `{"error":[]}`, `{"error":{ }}`},
			[]string{`{"error":"x"}`, `{"error":true}`, `{"error":[1]}`, `{"error":{"a":1}}`, `{"error":1}`}},
		{"below an index", FailureRule{Path: "results.0.error"},
			[]string{`{"results":[]}`, `{"results":[{},{"error":"x"}]}`, `{"results":{"1":{"error":"x"}}}`},
			[]string{`{"results":[{"error":"x"}]}`, `{"results":{"0":{"error":"x"}}}`}},
		{"one of these", FailureRule{Path: "status", Is: []string{"error", "0", "false", "null"}},
			[]string{`{}`, `{"status":"ok"}`, `{"status":{}}`, `{"status":"errors"}`},
			[]string{`{"status":"error"}`, `{"status":0}`, `{"status":false}`, `{"status":"\u0065rror"}`, `{"status":null}`}},
		{"none of these", FailureRule{Path: "ok", Unless: []string{"true", "1"}},
			[]string{`{"ok":true}`, `{"ok":1}`, `{"ok":"true"}`},
			[]string{`{}`, `{"ok":false}`, `{"ok":null}`, `{"ok":[]}`, `[]`}},
		{"missing", FailureRule{Path: "id", Missing: true},
			[]string{`{"id":"1"}`, `{"id":false}`, `{"id":""}`},
			[]string{`{}`, `{"id":null}`, `[]`}},
		{"a program", FailureRule{JQ: `true`}, nil, []string{`{}`}},
		{"a program that says null", FailureRule{JQ: `null`}, []string{`{}`}, nil},
		{"a program that says false", FailureRule{JQ: `false`}, []string{`{}`}, nil},
		{"a program that says nothing much", FailureRule{JQ: `0`}, nil, []string{`{}`}},
		{"a program that breaks", FailureRule{JQ: `broken`}, nil, []string{`{}`}},
	}
	for _, tt := range tests {
		api := demoAPI
		api.JQ = sayProgram
		api.Errors.Failures = []FailureRule{{Path: "never"}, tt.rule}
		op := outputs(body(TypeString, "x"))
		for i, bodies := range [][]string{tt.fine, tt.failure} {
			for _, body := range bodies {
				e := answerFor(t, &api, &op, ``, answering(200, body))
				if e.Success() != (i == 0) || e.Err != nil && (e.Err.Code != CodeUnexpectedResponse || e.Err.Status != 200) {
					t.Errorf("%s: %s: %s", tt.name, body, e.JSON)
				}
				// An operation whose body nobody reads keeps to the same rules.
				if e := answerFor(t, &api, &deleteThing, good["delete_thing"], answering(200, body)); e.Success() != (i == 0) {
					t.Errorf("%s: %s: %s", tt.name, body, e.JSON)
				}
			}
		}
		for _, body := range []string{``, `<html>`, `{`} {
			if e := answerFor(t, &api, &deleteThing, good["delete_thing"], answering(200, body)); !e.Success() {
				t.Errorf("%s: %q: %s", tt.name, body, e.JSON)
			}
		}
	}
}

// TestPrefix: some failures are texts, whatever is expected.
func TestPrefix(t *testing.T) {
	api := demoAPI
	api.Errors = Errors{Failures: []FailureRule{{Prefix: "ERROR "}, {Path: "error"}}}
	csv := outputs(Output{Field: "rows", From: SourceCSV, Type: TypeArray})
	for body, want := range map[string]string{
		"ERROR 50 :: NOTHING FOUND": "API error (200): ERROR 50 :: NOTHING FOUND", "\uFEFFERROR 1": "API error (200): ERROR 1", "a\nERROR 1": "", `{"error":"x"}`: `API error (200): {"error":"x"}`,
	} {
		if e := answerFor(t, &api, &csv, ``, answering(200, body)); errorText(e) != want {
			t.Errorf("%q: %s", body, e.JSON)
		}
	}
	for _, op := range []*Operation{&getThing, &listTags, &deleteThing} {
		if e := answerFor(t, &api, op, good[op.Name], answering(200, "ERROR 1")); errorText(e) != "API error (200): ERROR 1" {
			t.Errorf("%s: %s", op.Name, e.JSON)
		}
	}
}

func TestMessageRules(t *testing.T) {
	for _, tt := range []struct {
		rule       ErrorRule
		body, want string
	}{
		{ErrorRule{Path: "errors.0.message"}, `{"errors":[{"message":"a"},{"message":"b"}]}`, "a"},
		{ErrorRule{Path: "errors.1", Text: []string{"code", "info.text"}}, `{"errors":[{},{"code":"c","info":{"text":"t"}}]}`, "c: t"},
		{ErrorRule{Path: "errors.0.message"}, `{"errors":[]}`, `{"errors":[]}`},
		{ErrorRule{Path: "errors.0.message"}, `{"errors":{"0":{"message":"m"}}}`, "m"},
		{ErrorRule{Path: "json.errors.0.1"}, `{"json":{"errors":[["CODE","the text"]]}}`, "the text"},
		{ErrorRule{JQ: `"said"`}, `{}`, "said"},
		{ErrorRule{JQ: `["a","b"]`}, `{}`, "a; b"},
		{ErrorRule{JQ: `7`}, `{"x":1}`, `{"x":1}`},
		{ErrorRule{JQ: `null`}, `{"x":1}`, `{"x":1}`},
		{ErrorRule{JQ: `broken`}, `{"x":1}`, `{"x":1}`},
		{ErrorRule{JQ: `"said"`}, `<html>`, `<html>`},
	} {
		api := demoAPI
		api.JQ = sayProgram
		api.Errors.Messages = []ErrorRule{{Path: "never"}, tt.rule}
		if e := answerFor(t, &api, &getThing, good["get_thing"], answering(400, tt.body)); errorText(e) != "API error (400): "+tt.want {
			t.Errorf("%+v of %s: got %q, want %q", tt.rule, tt.body, errorText(e), tt.want)
		}
	}
	// Without an engine a program finds no message, and a rule is a failure of
	// this program.
	api := demoAPI
	api.Errors = Errors{Messages: []ErrorRule{{JQ: `"said"`}}, Failures: []FailureRule{{JQ: `true`}}}
	if e := answerFor(t, &api, &getThing, good["get_thing"], answering(400, `{"x":1}`)); errorText(e) != `API error (400): {"x":1}` {
		t.Errorf("%s", e.JSON)
	}
	if e := answerFor(t, &api, &getThing, good["get_thing"], answering(200, goodBody)); e.code() != CodeInternal || !strings.Contains(errorText(e), "jq") {
		t.Errorf("%s", e.JSON)
	}
}
