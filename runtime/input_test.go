// What an input may look like, and what its author is told when it may not.

package runtime

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// inputParams has a parameter of every type.
var inputParams = []Param{
	{Name: "id", Type: TypeString, Required: true},
	{Name: "count", Type: TypeInteger},
	{Name: "ratio", Type: TypeNumber},
	{Name: "live", Type: TypeBoolean},
	{Name: "tags", Type: TypeArray},
	{Name: "extra", Type: TypeObject},
}

// readInput reads an input for parameters of an operation of their own.
func readInput(params []Param, input []byte) ([]Value, string) {
	k := call{client: &Client{table: &Table{API: &API{Texts: Texts{Failed: "{reason}", JSON: "{parameter} is not valid JSON."}}}}, op: &Operation{Params: params}}
	values, err := k.arguments(input)
	if err != nil {
		return nil, err.Error()
	}
	return values, ""
}

// show writes values as an object again, in the order of the parameters.
func show(params []Param, values []Value) string {
	var parts []string
	for i, v := range values {
		if v.kind != absentValue {
			parts = append(parts, params[i].Name+"="+string(v.appendJSON(nil)))
		}
	}
	return strings.Join(parts, " ")
}

func TestInputAccepted(t *testing.T) {
	tests := []struct{ name, input, want string }{
		{"text", `{"id":"a"}`, `id="a"`},
		{"every type", `{"id":"a","count":3,"ratio":0.5,"live":true,"tags":[1,"x"],"extra":{"k":null}}`,
			`id="a" count=3 ratio=0.5 live=true tags=[1,"x"] extra={"k":null}`},
		{"any order", `{"extra":{},"tags":[],"live":false,"ratio":-1e9,"count":-3,"id":""}`,
			`id="" count=-3 ratio=-1e9 live=false tags=[] extra={}`},
		{"null is absent", `{"id":"a","count":null,"ratio":null,"live":null,"tags":null,"extra":null}`, `id="a"`},
		{"spaces", " { \"id\" :\n\"a\" , \"tags\" : [ 1 , 2 ] }\r\n", `id="a" tags=[ 1 , 2 ]`},
		{"byte order mark", "\uFEFF{\"id\":\"a\"}", `id="a"`},
		{"escaped name", `{"\u0069d":"a"}`, `id="a"`},
		{"text as it was written", `{"id":"\u00e9\/é\n"}`, `id="\u00e9\/é\n"`},
		{"whole number with a fraction", `{"id":"a","count":4.0}`, `id="a" count=4.0`},
		{"minus nothing", `{"id":"a","count":-0}`, `id="a" count=-0`},
		{"an integer is a number", `{"id":"a","ratio":7}`, `id="a" ratio=7`},
		{"digits are kept", `{"id":"a","count":12345678901234567890123,"ratio":0.10000000000000000000001}`,
			`id="a" count=12345678901234567890123 ratio=0.10000000000000000000001`},
		{"members keep their order", `{"id":"a","extra":{"z":1,"a":2,"m":3}}`, `id="a" extra={"z":1,"a":2,"m":3}`},
	}
	for _, tt := range tests {
		values, reason := readInput(inputParams, []byte(tt.input))
		if reason != "" {
			t.Errorf("%s: refused: %s", tt.name, reason)
		} else if got := show(inputParams, values); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestInputRefused(t *testing.T) {
	const names = "the parameters are id, count, ratio, live, tags, extra"
	tests := []struct{ name, input, want string }{
		{"nothing", ``, "id is required"},
		{"spaces only", " \n", "id is required"},
		{"byte order mark only", "\uFEFF", "id is required"},
		{"empty object", `{}`, "id is required"},
		{"required is null", `{"id":null}`, "id is required"},

		{"null", `null`, "the input must be a JSON object, not null; id is required"},
		{"array", `[{"id":"a"}]`, "the input must be a JSON object, not an array; id is required"},
		{"text", `"id"`, "the input must be a JSON object, not a string; id is required"},
		{"number", `1`, "the input must be a JSON object, not a number; id is required"},
		{"not JSON", `{"id":a}`, "the input is not valid JSON: it is not JSON at byte 6"},
		{"cut", `{"id":"a"`, "the input is not valid JSON: it ends too early at byte 9"},
		{"two objects", `{"id":"a"}{}`, "the input is not valid JSON: text after the end of the value at byte 10"},
		{"not UTF-8", "{\"id\":\"\xff\"}", "the input is not valid JSON: not valid UTF-8"},
		{"bad JSON inside a member", `{"id":"a","extra":{"x":01}}`, "the input is not valid JSON: a comma or a closing brace is missing at byte 24"},

		{"string wanted", `{"id":7}`, "id must be a string, not a number (7)"},
		{"string wanted, object", `{"id":{}}`, "id must be a string, not an object"},
		{"integer wanted", `{"id":"a","count":1.5}`, "count must be an integer, not a number (1.5)"},
		{"integer wanted, exponent", `{"id":"a","count":1e3}`, "count must be an integer, not a number (1e3)"},
		{"integer wanted, text", `{"id":"a","count":"3"}`, "count must be an integer, not a string"},
		{"number wanted", `{"id":"a","ratio":true}`, "ratio must be a number, not a boolean (true)"},
		{"boolean wanted", `{"id":"a","live":"true"}`, "live must be a boolean, not a string"},
		{"boolean wanted, 0", `{"id":"a","live":0}`, "live must be a boolean, not a number (0)"},
		{"array wanted", `{"id":"a","tags":{}}`, "tags must be an array, not an object"},
		{"object wanted", `{"id":"a","extra":[]}`, "extra must be an object, not an array"},
		{"long numbers are not quoted", `{"id":"a","live":` + strings.Repeat("1", 33) + `}`, "live must be a boolean, not a number"},

		{"unknown", `{"id":"a","ID":"b"}`, `"ID" is not a parameter; ` + names},
		{"unknown, control character", `{"id":"a","\u001b[2J":1}`, `"\x1b[2J" is not a parameter; ` + names},
		{"twice", `{"id":"a","id":"b"}`, "id is given twice"},
		{"twice, escaped", `{"id":"a","i\u0064":"a"}`, "id is given twice"},
		{"twice, null first", `{"id":null,"id":"b"}`, "id is given twice; id is required"},
		{"twice, null last", `{"id":"a","id":null}`, "id is given twice"},

		{"several at once", `{"count":"x","nope":1,"live":2}`,
			`count must be an integer, not a string; "nope" is not a parameter; ` + names + `; live must be a boolean, not a number (2); id is required`},
		{"wrong is not missing too", `{"id":1}`, "id must be a string, not a number (1)"},
	}
	for _, tt := range tests {
		if _, reason := readInput(inputParams, []byte(tt.input)); reason != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, reason, tt.want)
		}
	}
}

func TestInputWithoutParameters(t *testing.T) {
	for _, input := range []string{"", "{}", " { } "} {
		if values, reason := readInput(nil, []byte(input)); reason != "" || len(values) != 0 {
			t.Errorf("%q: got %v, %s", input, values, reason)
		}
	}
	if _, reason := readInput(nil, []byte(`{"a":1}`)); reason != `"a" is not a parameter; this action takes none` {
		t.Error(reason)
	}
}

func TestInputBounds(t *testing.T) {
	big := `{"id":"` + strings.Repeat("a", maxInputBytes) + `"}`
	if _, reason := readInput(inputParams, []byte(big)); reason != "the input is larger than 10485760 bytes" {
		t.Errorf("too large: %.100s", reason)
	}
	deep := `{"id":"a","tags":` + strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth) + `}`
	if _, reason := readInput(inputParams, []byte(deep)); !strings.HasPrefix(reason, "the input is not valid JSON: it is nested too deep") {
		t.Errorf("too deep: %.100s", reason)
	}
	long := `{"id":"a","` + strings.Repeat("é", 100) + `":1}`
	_, reason := readInput(inputParams, []byte(long))
	if !strings.Contains(reason, `…" is not a parameter`) || len(reason) > 400 {
		t.Errorf("long name: %s", reason)
	}
}

// TestInputManyFaults: whoever sends a hundred thousand wrong members gets a
// text that fits on a page, not one larger than what was sent.
func TestInputManyFaults(t *testing.T) {
	input := `{"id":"a"` + strings.Repeat(`,"x":1`, 100_000) + `}`
	if _, reason := readInput(inputParams, []byte(input)); reason == "" || len(reason) > 64<<10 {
		t.Errorf("the reason has %d bytes for an input of %d", len(reason), len(input))
	}
}

// FuzzInput: no input makes an action panic; an input that is accepted becomes
// a request whose body is JSON.
func FuzzInput(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{"name":"n"}`, `{"name":"n","size":1,"ratio":1.5,"live":true,"tags":[],"extra":{},"note":"","rank":12,"fields":{"a":"b","c":[1]}}`,
		`{"name":"\ud800","fields":{"\ud800":1,"\udc00":2}}`, `{"name":null}`, `{"n\u0061me":"x"}`, "\uFEFF{\"name\":\"\"}", `{"name":"n","fields":{ }}`,
		`{"name":"n","fields":{"a":1,"a":2}}`, `[]`, `{"name":"n","note":" "}`,
	} {
		f.Add([]byte(seed))
	}
	k := callFor(f, &createThing)
	f.Fuzz(func(t *testing.T, input []byte) {
		values, reason := readInput(createThing.Params, input)
		if reason != "" {
			return
		}
		r, reason := k.newRequest(values)
		if reason != "" {
			if !strings.HasPrefix(reason, "fields has the key ") {
				t.Fatalf("%q: refused late: %s", input, reason)
			}
			return
		}
		if !json.Valid(r.body) {
			t.Fatalf("%q: the body is not JSON: %s", input, r.body)
		}
		var body struct {
			Data struct{ Attributes map[string]json.RawMessage }
		}
		if err := json.Unmarshal(r.body, &body); err != nil {
			t.Fatal(err)
		}
		if body.Data.Attributes["name"] == nil {
			t.Fatalf("%q: name was lost on the way: %s", input, r.body)
		}
		// The request can be written as it stands.
		if err := r.http(t.Context(), &r.url).Write(io.Discard); err != nil {
			t.Fatalf("%q: %v", input, err)
		}
	})
}

// TestInputReachesWire: what an input says is what the API gets, byte for byte.
func TestInputReachesWire(t *testing.T) {
	api := play(answering(200, goodBody))
	c := newTestClient(t, Options{Transport: api})
	input := `{"extra":{"z":1.0,"a":{"b":[1e2,"\u00e9é"]}},"name":"a\tb"}`
	if e := c.Call(t.Context(), "create_thing", token(), []byte(input)); !e.Success() {
		t.Fatal(e.Err)
	}
	want := `{"data":{"type":"things","attributes":{"name":"a\tb","extra":{"z":1.0,"a":{"b":[1e2,"\u00e9é"]}}}}}`
	if got := api.requests[0].body; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if bytes.Contains([]byte(api.requests[0].Header.Get("Content-Type")), []byte("charset")) || api.requests[0].Method != http.MethodPost {
		t.Errorf("%s %s", api.requests[0].Method, api.requests[0].Header)
	}
}
