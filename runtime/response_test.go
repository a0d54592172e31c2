// What an answer means: bodies of every kind under a success status, and the
// messages of those under others.

package runtime

import (
	"fmt"
	"strings"
	"testing"
)

// deepObject has its result below the root.
var deepObject = Operation{
	Name: "deep_object", Method: "GET", Path: "/deep", Auth: &tokenAuth, Success: []int{200},
	Result: Result{Kind: ResultObject, Field: "row", Path: "result.page.row"},
}

// answerOf runs an operation against one answer.
func answerOf(t *testing.T, api *API, op *Operation, answer step) Envelope {
	t.Helper()
	c := clientOf(t, tableOf(api, op), Options{Transport: play(answer), Attempts: 1})
	e := c.Call(t.Context(), op.Name, token(), []byte(good[op.Name]))
	wantEnvelope(t, op, e)
	return e
}

func TestBodies(t *testing.T) {
	const notJSON = "!the answer is not JSON: "
	tests := []struct {
		op   *Operation
		body string
		want string // the data, or ! and why there is none
	}{
		// An object at "data".
		{&getThing, `{"data":{"id":"1"}}`, `{"id":"1"}`},
		{&getThing, ` { "data" : { "id" : "1" } , "meta":{} } `, `{ "id" : "1" }`},
		{&getThing, `{"data":{}}`, `{}`},
		{&getThing, `{"data":null}`, `null`},
		{&getThing, "\uFEFF" + `{"data":{"id":"1"}}`, `{"id":"1"}`},
		{&getThing, `{"\u0064ata":{"id":"1"}}`, `{"id":"1"}`},
		{&getThing, `{"data":{"id":"1"},"data":{"id":"2"}}`, `{"id":"2"}`},
		{&getThing, `{"data":7,"data":{"id":"2"}}`, `{"id":"2"}`},
		{&getThing, `{"x":{"data":{"id":"no"}},"data":{"id":"1"}}`, `{"id":"1"}`},
		{&getThing, `{"data":{"n":12345678901234567890.000000000000000000001e-400}}`, `{"n":12345678901234567890.000000000000000000001e-400}`},
		{&getThing, `{"data":{"s":"\ud800","t":"\u0000"}}`, `{"s":"\ud800","t":"\u0000"}`},
		{&getThing, `{"data":{"a":1,"a":2}}`, `{"a":1,"a":2}`},

		{&getThing, ``, "!the answer has no body"},
		{&getThing, " \n", "!the answer has no body"},
		{&getThing, "\uFEFF", "!the answer"},
		{&getThing, `<html>`, notJSON + "it is not JSON at byte 0"},
		{&getThing, `OK`, notJSON + "it is not JSON at byte 0"},
		{&getThing, `{"data":{"id":"1"}`, notJSON + "it ends too early at byte 18"},
		{&getThing, `{"data":{"id":"1"}}{}`, notJSON + "text after the end of the value at byte 19"},
		{&getThing, `{"data":{"id":NaN}}`, notJSON + "it is not JSON at byte 14"},
		{&getThing, "{\"data\":{\"id\":\"\xff\"}}", notJSON + "not valid UTF-8"},
		{&getThing, "\xff\xfe{\x00}\x00", notJSON + "not valid UTF-8"},
		{&getThing, `{"data":` + strings.Repeat("[", 100_000), notJSON + "it is nested too deep at byte"},
		{&getThing, `while(1);{"data":{}}`, notJSON + "it is not JSON at byte 0"},
		{&getThing, `{"data":{}} // done`, notJSON + "text after the end"},
		{&getThing, `null`, `!"data" in the answer is missing`},
		{&getThing, `7`, `!"data" in the answer is missing`},
		{&getThing, `"data"`, `!"data" in the answer is missing`},
		{&getThing, `[{"data":{}}]`, `!"data" in the answer is missing`},
		{&getThing, `{}`, `!"data" in the answer is missing`},
		{&getThing, `{"Data":{}}`, `!"data" in the answer is missing`},
		{&getThing, `{"data":[]}`, `!"data" in the answer is an array, not an object`},
		{&getThing, `{"data":"x"}`, `!"data" in the answer is a string, not an object`},
		{&getThing, `{"data":true}`, `!"data" in the answer is a boolean, not an object`},
		{&getThing, `{"data":0}`, `!"data" in the answer is a number, not an object`},
		{&getThing, `{"data":{"id":"1"},"data":[]}`, `!"data" in the answer is an array, not an object`},

		// The whole body.
		{&getStatus, `{"up":true}`, `{"up":true}`},
		{&getStatus, " {\"up\" : true}\n", `{"up" : true}`},
		{&getStatus, `null`, `null`},
		{&getStatus, `[]`, `!the body is an array, not an object`},
		{&getStatus, `"up"`, `!the body is a string, not an object`},
		{&getStatus, `{"up":true`, notJSON + "it ends too early"},

		// Lists.
		{&listTags, `{"data":[{"id":"1"},{}]}`, `[{"id":"1"},{}]`},
		{&listTags, `{"data":null}`, `!"data" in the answer is null, not a list`},
		{&listTags, `{"data":{}}`, `!"data" in the answer is an object, not a list`},
		{&listTags, `{"data":[{},null]}`, `!"data" in the answer has an element that is not an object`},
		{&listTags, `{"data":[[{}]]}`, `!"data" in the answer has an element that is not an object`},
		{&listTags, `{"data":["x",{}]}`, `!"data" in the answer has an element that is not an object`},
		{&listTags, `{"data":["x"],"data":[{}]}`, `[{}]`},
		{&listRaw, `[{},{}]`, `[{},{}]`},
		{&listRaw, `{"data":[{}]}`, `!the body is an object, not a list`},
		{&listRaw, `[1]`, `!the body has an element that is not an object`},
		{&listRaw, `null`, `!the body is null, not a list`},

		// Below the root.
		{&deepObject, `{"result":{"page":{"row":{"id":"1"}}}}`, `{"id":"1"}`},
		{&deepObject, `{"result":{"row":{},"page":{"x":1,"row":{"id":"1"}}},"page":{"row":{}}}`, `{"id":"1"}`},
		{&deepObject, `{"result":{"page":{"row":{"id":"1"}}},"result":{"page":{"row":{"id":"2"}}}}`, `{"id":"2"}`},
		{&deepObject, `{"result":{"page":{"row":1},"\u0070age":{"row":{"id":"2"}}}}`, `{"id":"2"}`},
		{&deepObject, `{"result":{"page":{"row":null}}}`, `null`},
		{&deepObject, `{"result":{"page":{}}}`, `!"result.page.row" in the answer is missing`},
		{&deepObject, `{"result":{"page":[{"row":{}}]}}`, `!"result.page.row" in the answer is missing`},
		{&deepObject, `{"result":null}`, `!"result.page.row" in the answer is missing`},
		{&deepObject, `{"result.page.row":{}}`, `!"result.page.row" in the answer is missing`},
		{&deepObject, `{"result":{"page":{"row":{"id":"1"}}},"result":null}`, `!"result.page.row" in the answer is missing`},
		{&deepObject, `{"result":{"page":{"row":[]}}}`, `!"result.page.row" in the answer is an array, not an object`},
		{&listDeep, `{"result":{"page":{"rows":[{"id":"1"},{"id":"2"}]}}}`, `[{"id":"1"},{"id":"2"}]`},
		{&listDeep, `{"result":{"page":{"rows":[1]}}}`, `!"result.page.rows" in the answer has an element that is not an object`},
	}
	for _, tt := range tests {
		e := answerOf(t, &demoAPI, tt.op, answering(200, tt.body))
		if why, bad := strings.CutPrefix(tt.want, "!"); bad {
			if !strings.HasPrefix(errorText(e), "Call failed: "+why) || e.Err.Code != CodeUnexpectedResponse || e.Err.Status != 200 {
				t.Errorf("%s %.60q:\n got %s\nwant %s", tt.op.Name, tt.body, e.JSON, why)
			}
			continue
		}
		if want := fmt.Sprintf(`{"success":true,"error":null,%q:%s}`, tt.op.Result.Field, tt.want); string(e.JSON) != want {
			t.Errorf("%s %.60q:\n got %s\nwant %s", tt.op.Name, tt.body, e.JSON, want)
		}
	}
}

// TestMediaType: what came instead of JSON is named, when it is worth it.
func TestMediaType(t *testing.T) {
	for header, want := range map[string]string{
		"text/html; charset=utf-8":         "the answer is not JSON but text/html: it is",
		"text/plain":                       "the answer is not JSON but text/plain: it is",
		"application/json":                 "the answer is not JSON: it is",
		"application/vnd.api+json; v=1":    "the answer is not JSON: it is",
		"":                                 "the answer is not JSON: it is",
		"x/" + strings.Repeat("y", 100):    "the answer is not JSON: it is",
		"text/\x1b[31mred":                 "the answer is not JSON but text/ [31mred: it is",
		"text/" + secret:                   "the answer is not JSON but text/[redacted]: it is",
		"text/html;q=" + secret + ",a/b;x": "the answer is not JSON but text/html: it is",
	} {
		e := answerOf(t, &demoAPI, &getThing, answering(200, "<html>", "Content-Type: "+header))
		if !strings.HasPrefix(errorText(e), "Call failed: "+want) {
			t.Errorf("%q: %v", header, e.Err)
		}
	}
}

// TestFailureUnder200: a member that is there and not empty makes an answer a
// failure, whatever else is in it.
func TestFailureUnder200(t *testing.T) {
	tests := []struct{ member, want string }{ // want: the detail, "" for success
		{`[{"title":"T","detail":"D"}]`, "T: D"},
		{`[{"title":"T"},{"detail":"D"}]`, "T; D"},
		{`{"title":"T"}`, "T"},
		{`"wrong"`, "wrong"},
		{`true`, `{"errors":true,`},
		{`1`, `{"errors":1,`},
		{`12`, `{"errors":12,`},
		{`[null]`, `{"errors":[null],`},
		{`[[]]`, `{"errors":[[]],`},
		{`{"a":null}`, `{"errors":{"a":null},`},
		{`null`, ""},
		{`false`, ""},
		{`[]`, ""},
		{`[ ]`, ""},
		{`{}`, ""},
		{`""`, ""},
		{`[{"title":"T"}],"errors":[]`, ""}, // the last counts
		{`[],"\u0065rrors":[{"title":"T"}]`, "T"},
	}
	shapes := map[*Operation]string{
		&getThing:    `{"errors":MEMBER,"data":{"id":"1"}}`,
		&listTags:    `{"errors":MEMBER,"data":[{"id":"1"}]}`,
		&getStatus:   `{"errors":MEMBER,"up":true}`,
		&deepObject:  `{"errors":MEMBER,"result":{"page":{"row":{}}}}`,
		&deleteThing: `{"errors":MEMBER,"x":1}`,
		&createThing: `{"errors":MEMBER,"data":7}`,
	}
	for op, shape := range shapes {
		for _, tt := range tests {
			body := strings.Replace(shape, "MEMBER", tt.member, 1)
			e := answerOf(t, &demoAPI, op, answering(200, body))
			switch {
			case tt.want == "" && op == &createThing:
				if !strings.Contains(errorText(e), `"data" in the answer is a number`) {
					t.Errorf("%s %s: %s", op.Name, body, e.JSON)
				}
			case tt.want == "" && !e.Success():
				t.Errorf("%s %s: %s", op.Name, body, e.JSON)
			case tt.want != "" && (!strings.HasPrefix(errorText(e), "API error (200): "+tt.want) || e.Err.Code != CodeUnexpectedResponse):
				t.Errorf("%s %s: %s, want %s", op.Name, body, e.JSON, tt.want)
			}
		}
	}
	// Without such a member declared, nobody looks.
	plain := demoAPI
	plain.Errors.Failures = nil
	if e := answerOf(t, &plain, &getThing, answering(200, `{"errors":[{"title":"T"}],"data":{}}`)); !e.Success() {
		t.Errorf("nothing declared: %s", e.JSON)
	}
	// It may be further down, too.
	deep := demoAPI
	deep.Errors.Failures = []FailureRule{{Path: "meta.problem"}}
	for body, want := range map[string]bool{
		`{"data":{},"meta":{"problem":"p"}}`: false, `{"data":{},"meta":{"problem":null}}`: true, `{"data":{},"meta":[]}`: true, `{"data":{},"problem":"p"}`: true,
	} {
		if e := answerOf(t, &deep, &getThing, answering(200, body)); e.Success() != want {
			t.Errorf("deep: %s: %s", body, e.JSON)
		}
	}
}

// TestMessages: the first rule that finds a text wins; else it is the body.
func TestMessages(t *testing.T) {
	api := demoAPI
	api.Errors.Messages = []ErrorRule{
		{Path: "errors", Text: []string{"title", "detail"}},
		{Path: "error.info", Text: []string{"text"}},
		{Path: "message"},
		{Path: "", Text: []string{"title", "detail"}}, // problem+json
	}
	long := strings.Repeat("é", maxErrorText)
	tests := []struct{ name, body, want string }{
		{"one error", `{"errors":[{"title":"T","detail":"D","code":"c","status":"unauthorized"}]}`, "T: D"},
		{"several", `{"errors":[{"title":"T1","detail":"D1"},{"title":"T2"},{"detail":"D3"}]}`, "T1: D1; T2; D3"},
		{"nulls among them", `{"errors":[null,{"title":null,"detail":"D"},{},7,[]]}`, "D"},
		{"numbers for texts", `{"errors":[{"title":7,"detail":"D"}]}`, "D"},
		{"blank texts", `{"errors":[{"title":" ","detail":" D "}]}`, "D"},
		{"an object, not a list", `{"errors":{"title":"T","detail":"D"}}`, "T: D"},
		{"a text, not a list", `{"errors":"T"}`, "T"},
		{"texts in the list", `{"errors":["a","b"]}`, "a; b"},
		{"escapes are undone", `{"errors":[{"title":"\u00e9\n\"q\""}]}`, "é\n\"q\""},
		{"control characters are not shown", `{"errors":[{"title":"a\u001b[2Jb\u0000c\u202e"}]}`, "a [2Jb c"},
		{"an empty list", `{"errors":[],"message":"M"}`, "M"},
		{"the second rule", `{"error":{"info":{"text":"I"}}}`, "I"},
		{"the second rule, a list", `{"error":{"info":[{"text":"I"},{"text":"J"}]}}`, "I; J"},
		{"the second rule leads nowhere", `{"error":"plain","message":"M"}`, "M"},
		{"the third rule", `{"message":"M"}`, "M"},
		{"a problem", `{"type":"about:blank","title":"T","status":403,"detail":"D"}`, "T: D"},
		{"a problem without detail", `{"title":"T"}`, "T"},
		{"the last of two", `{"message":"a","message":"b"}`, "b"},

		{"no rule finds a text", `{"code":7}`, `{"code":7}`},
		{"a list of texts", `["a","b"]`, "a; b"},
		{"a JSON text", `"no"`, "no"},
		{"a number", `7`, "7"},
		{"text", "no such thing\n", "no such thing"},
		{"HTML", "<html><body>no</body></html>", "<html><body>no</body></html>"},
		{"half of JSON", `{"errors":[{"title":"T"`, `{"errors":[{"title":"T"`},
		{"bytes", "\x00\xff\x07", "\uFFFD"},
		{"nothing", "", "Not Found"},
		{"spaces", " \r\n\t", "Not Found"},
		{"null", "null", "null"},
		{"only control characters", "\x00\x01", "Not Found"},
		{"with a byte order mark", "\uFEFF" + `{"message":"M"}`, "M"},
		{"long", long + "é", long + "…"},
		{"long, in JSON", `{"message":"` + long + `é"}`, long + "…"},
		{"the placeholder", `{"message":"{detail} {status}"}`, "{detail} {status}"},
	}
	for _, tt := range tests {
		e := answerOf(t, &api, &getThing, answering(404, tt.body))
		if want := "API error (404): " + tt.want; errorText(e) != want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, errorText(e), want)
		}
	}
}

// TestMessageBounds: an error page is read to its bound, and no further.
func TestMessageBounds(t *testing.T) {
	body := `{"errors":[{"title":"` + strings.Repeat("a", maxErrorBytes) + `"}]}`
	e := answerOf(t, &demoAPI, &getThing, answering(500, body))
	if want := "API error (500): " + body[:maxErrorText] + "…"; errorText(e) != want {
		t.Errorf("got %.100q", errorText(e))
	}
	packed := answering(404, gzipped(`{"message":"packed"}`), "Content-Encoding: gzip")
	if e := answerOf(t, &demoAPI, &getThing, packed); errorText(e) != "API error (404): packed" {
		t.Errorf("%s", e.JSON)
	}
}

// TestStatusCodes: each status has its code.
func TestStatusCodes(t *testing.T) {
	for status, want := range map[int]Code{
		400: CodeInvalidInput, 401: CodeUnauthenticated, 402: CodeQuotaExhausted, 403: CodePermissionDenied, 404: CodeNotFound, 405: CodeInvalidInput, 408: CodeTimeout,
		409: CodeConflict, 410: CodeNotFound, 422: CodeInvalidInput, 425: CodeRateLimited, 429: CodeRateLimited, 499: CodeInvalidInput, 500: CodeUnavailable, 503: CodeUnavailable,
		599: CodeUnavailable, 100: CodeUnexpectedResponse, 204: CodeUnexpectedResponse, 304: CodeUnexpectedResponse,
	} {
		if got := codeOfStatus(status); got != want {
			t.Errorf("%d: %s, want %s", status, got, want)
		}
	}
}
