// What an input becomes before it is sent: defaults, parsing, changes, checks
// and the rules between parameters, as the API sees it or as the caller is told.

package runtime

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
)

// openAPI needs no credential.
var openAPI = API{
	Name: "open", Version: "1.0.0", BaseURL: "https://open.example.test",
	Texts: Texts{Status: "API error ({status}): {detail}", Timeout: "Request timed out.", Failed: "Call failed: {reason}", JSON: "{parameter} is not valid JSON."},
}

// plainBody takes the body parameters as they are.
var plainBody = Body{Format: BodyJSON, MediaType: "application/json", Root: Template{Kind: TemplateObject, Parameters: true}}

// posting is an operation that sends its parameters in a plain body.
func posting(params ...Param) *Operation {
	for i := range params {
		if params[i].In == "" {
			params[i].In = InBody
		}
		if params[i].Wire == "" {
			params[i].Wire = params[i].Name
		}
		if params[i].Type == "" {
			params[i].Type = TypeString
		}
	}
	return &Operation{Name: "x", Method: "POST", Path: "/x", Params: params, Body: &plainBody, Success: []int{200}, Result: Result{Kind: ResultNone}}
}

// ask calls an operation with an input and returns the request that the API
// got, nil when there was none, and the error text.
func ask(t testing.TB, api *API, op *Operation, cred Credentials, input string) (*sent, string) {
	t.Helper()
	server := play(answering(200, `{}`))
	e := clientOf(t, tableOf(api, op), Options{Transport: server}).Call(t.Context(), op.Name, cred, []byte(input))
	if server.count() == 0 {
		return nil, errorText(e)
	}
	return &server.requests[0], errorText(e)
}

// asked is a row of a table: what an input makes of a body, or of an error.
type asked struct{ name, input, want string }

// check runs rows; those that want something else than JSON want an error.
func check(t *testing.T, op *Operation, rows []asked) {
	t.Helper()
	for _, tt := range rows {
		r, text := ask(t, &openAPI, op, Credentials{}, tt.input)
		switch {
		case r != nil && text != "":
			t.Errorf("%s: sent, but failed: %s", tt.name, text)
		case r != nil && r.body != tt.want:
			t.Errorf("%s:\nsent %s\nwant %s", tt.name, r.body, tt.want)
		case r == nil && text != tt.want:
			t.Errorf("%s:\nrefused: %s\nwant     %s", tt.name, text, tt.want)
		}
	}
}

func TestDefaults(t *testing.T) {
	op := posting(
		Param{Name: "limit", Type: TypeInteger, Default: `50`},
		Param{Name: "mode", Default: `"domain"`, Required: true},
		Param{Name: "tags", Type: TypeArray, Default: `["a",{"b":1.0}]`},
		Param{Name: "shown", APIDefault: `"x"`},
		Param{Name: "kind", Default: `"k"`, Omit: OmitDefault},
		Param{Name: "size", Type: TypeNumber, Default: `1`, Omit: OmitDefault},
	)
	check(t, op, []asked{
		{"none given", `{}`, `{"limit":50,"mode":"domain","tags":["a",{"b":1.0}]}`},
		{"no input at all", ``, `{"limit":50,"mode":"domain","tags":["a",{"b":1.0}]}`},
		{"null is none", `{"limit":null}`, `{"limit":50,"mode":"domain","tags":["a",{"b":1.0}]}`},
		{"all given", `{"limit":7,"mode":"","tags":[],"shown":"s","kind":"z","size":2}`, `{"limit":7,"mode":"","tags":[],"shown":"s","kind":"z","size":2}`},
		{"the default is not sent, however it is written", `{"kind":"\u006b","size":1.0,"limit":1,"tags":[]}`, `{"limit":1,"mode":"domain","tags":[]}`},
	})
}

func TestParse(t *testing.T) {
	op := posting(
		Param{Name: "where_json", Wire: "where", Parse: ParseJSON},
		Param{Name: "guests_json", Wire: "guests", Parse: ParseJSON, Type: TypeArray, Items: TypeObject},
		Param{Name: "free", Type: TypeAny, Parse: ParseJSON},
		Param{Name: "ids", Parse: ParseCSV, Items: TypeInteger},
		Param{Name: "tags", Parse: ParseCSV, Type: TypeArray},
	)
	check(t, op, []asked{
		{"an object", `{"where_json":" {\"z\": 1.50, \"a\":[1e2,\"\\u00e9\"]} "}`, `{"where":{"z": 1.50, "a":[1e2,"\u00e9"]}}`},
		{"any JSON", `{"where_json":"12345678901234567890123"}`, `{"where":12345678901234567890123}`},
		{"null that somebody wrote", `{"where_json":"null"}`, `{"where":null}`},
		{"a text", `{"where_json":"\"a\""}`, `{"where":"a"}`},
		{"no JSON", `{"where_json":"{"}`, `where_json is not valid JSON.`},
		{"an empty text", `{"where_json":""}`, `where_json is not valid JSON.`},
		{"two values", `{"where_json":"1 2"}`, `where_json is not valid JSON.`},
		{"the first in the order of the parameters, alone", `{"guests_json":"[","where_json":"{","ids":"x"}`, `where_json is not valid JSON.`},
		{"alone, whatever else is wrong", `{"guests_json":"[","nope":1}`, `guests_json is not valid JSON.`},
		{"not a text", `{"where_json":{}}`, `Call failed: where_json must be a string, not an object`},
		{"half a character", `{"where_json":"\"\\ud800\""}`, `Call failed: where_json has half of a character (a lone surrogate)`},

		{"the type or its text", `{"guests_json":[{"a":1}]}`, `{"guests":[{"a":1}]}`},
		{"its text", `{"guests_json":"[{\"a\":1}]"}`, `{"guests":[{"a":1}]}`},
		{"the text of another type", `{"guests_json":"{}"}`, `Call failed: guests_json must hold an array, not an object`},
		{"the wrong elements", `{"guests_json":"[{},7]"}`, `Call failed: guests_json must be a list of objects, but its element 1 is a number (7)`},
		{"anything", `{"free":[1]}`, `{"free":[1]}`},
		{"anything in a text", `{"free":"[1]"}`, `{"free":[1]}`},

		{"a list of numbers", `{"ids":" 1, 2,,3 "}`, `{"ids":[1,2,3]}`},
		{"a list of something else", `{"ids":"1,b"}`, `Call failed: ids must be a list of integers, but its element 1 is a string`},
		{"an empty list", `{"ids":" , "}`, `{"ids":[]}`},
		{"a list of texts", `{"tags":"a b,\"c\", 1"}`, `{"tags":["a b","\"c\"","1"]}`},
		{"a list that is one", `{"tags":["a,b"]}`, `{"tags":["a,b"]}`},
	})
}

// TestParseWithoutText: without a text of the API's own, all faults are told.
func TestParseWithoutText(t *testing.T) {
	api := openAPI
	api.Texts.JSON = ""
	_, text := ask(t, &api, posting(Param{Name: "a", Parse: ParseJSON}, Param{Name: "b", Parse: ParseJSON}), Credentials{}, `{"a":"{","b":"x","c":1}`)
	want := `Call failed: "c" is not a parameter; the parameters are a, b; a must be JSON text: a member name is missing at byte 1; b must be JSON text: it is not JSON at byte 0`
	if text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

func TestChanges(t *testing.T) {
	op := posting(
		Param{Name: "user", Change: &Change{Trim: true}},
		Param{Name: "sub", Change: &Change{Trim: true, StripPrefix: "r/", StripSuffix: "/", Case: "lower"}},
		Param{Name: "code", Change: &Change{Case: "upper", Truncate: 3}},
		Param{Name: "tags", Type: TypeArray, Change: &Change{Trim: true, Truncate: 2}},
		Param{Name: "limit", Type: TypeInteger, Change: &Change{Clamp: true}, Check: &Check{Min: Bound{true, 1}, Max: Bound{true, 100}}},
		Param{Name: "short", Omit: OmitEmpty, Change: &Change{Trim: true}},
	)
	check(t, op, []asked{
		{"trimmed", `{"user":" \t a b\u00a0\n"}`, `{"user":"a b"}`},
		{"as it was written", `{"user":"\u00e9\/"}`, `{"user":"\u00e9\/"}`},
		{"prefix and suffix", `{"sub":" r/GoLang/ "}`, `{"sub":"golang"}`},
		{"the prefix once", `{"sub":"r/r/x"}`, `{"sub":"r/x"}`},
		{"without either", `{"sub":"go"}`, `{"sub":"go"}`},
		{"upper case, cut by characters", `{"code":"äöüß"}`, `{"code":"ÄÖÜ"}`},
		{"a list", `{"tags":[" a ",1," b","c"]}`, `{"tags":["a",1]}`},
		{"below", `{"limit":-5}`, `{"limit":1}`},
		{"above", `{"limit":1000000000000000000000}`, `{"limit":100}`},
		{"within", `{"limit":50}`, `{"limit":50}`},
		{"blank is empty then", `{"short":"  "}`, `{}`},
	})
}

func TestChecks(t *testing.T) {
	op := posting(
		Param{Name: "order", Check: &Check{Enum: []string{"asc", "desc", "none"}}},
		Param{Name: "level", Type: TypeInteger, Check: &Check{Enum: []string{"1", "2"}}},
		Param{Name: "day", Check: &Check{Pattern: `^[0-9]{8}$`}},
		Param{Name: "rate", Type: TypeNumber, Check: &Check{Min: Bound{true, 0}, Max: Bound{true, 0.5}}},
		Param{Name: "name", Change: &Change{Trim: true}, Check: &Check{MinLength: 1, MaxLength: 3}},
		Param{Name: "tags", Type: TypeArray, Items: TypeString, Check: &Check{MaxLength: 2, Pattern: `^[a-z]+$`}},
		Param{Name: "own", Check: &Check{Enum: []string{"a"}, Text: "own must be the letter a."}},
		Param{Name: "spare", Omit: OmitEmpty, Check: &Check{Enum: []string{"a"}}},
	)
	check(t, op, []asked{
		{"all good", `{"order":"asc","level":2,"day":"20260101","rate":0.5,"name":"äöü","tags":["a","b"],"own":"a","spare":"a"}`,
			`{"order":"asc","level":2,"day":"20260101","rate":0.5,"name":"äöü","tags":["a","b"],"own":"a","spare":"a"}`},
		{"none given", `{}`, `{}`},
		{"escapes are undone first", `{"order":"\u0061sc"}`, `{"order":"\u0061sc"}`},
		{"another text", `{"order":"ASC"}`, `Call failed: order must be asc, desc or none`},
		{"another number", `{"level":3}`, `Call failed: level must be 1 or 2`},
		{"no match", `{"day":"2026-01-01"}`, `Call failed: day must match ^[0-9]{8}$`},
		{"too small", `{"rate":-0.1}`, `Call failed: rate must be at least 0, not -0.1`},
		{"too large", `{"rate":1e400}`, `Call failed: rate must be at most 0.5, not 1e400`},
		{"too short", `{"name":" "}`, `Call failed: name must have at least 1 character, not 0`},
		{"too long", `{"name":"abcd"}`, `Call failed: name must have at most 3 characters, not 4`},
		{"too many", `{"tags":["a","b","c"]}`, `Call failed: tags must have at most 2 elements, not 3`},
		{"the wrong element", `{"tags":["a","B"]}`, `Call failed: tags must match ^[a-z]+$`},
		{"an element of another type", `{"tags":["a",1]}`, `Call failed: tags must be a list of strings, but its element 1 is a number (1); tags must match ^[a-z]+$`},
		{"several at once", `{"order":"x","level":0,"rate":1}`, `Call failed: order must be asc, desc or none; level must be 1 or 2; rate must be at most 0.5, not 1`},
		{"an own text is alone", `{"order":"x","own":"b"}`, `own must be the letter a.`},
		{"what is not sent is not checked", `{"spare":""}`, `{}`},
		{"what is sent is", `{"spare":"b"}`, `Call failed: spare must be a`},
	})
}

func TestRules(t *testing.T) {
	params := func() *Operation {
		return posting(
			Param{Name: "a"}, Param{Name: "b", Type: TypeArray}, Param{Name: "c", Type: TypeInteger}, Param{Name: "d", Change: &Change{Trim: true}},
			Param{Name: "j", Parse: ParseJSON}, Param{Name: "k", Default: `"k"`},
		)
	}
	tests := []struct {
		rule Rule
		rows []asked
	}{
		{Rule{Kind: RuleExactlyOne, Params: []string{"a", "b"}, Text: "Give a or b."}, []asked{
			{"none", `{}`, "Give a or b."}, {"one", `{"a":"x"}`, `{"a":"x","k":"k"}`}, {"both", `{"a":"x","b":[1]}`, "Give a or b."},
			{"empty is not given", `{"a":"","b":[ ]}`, "Give a or b."}, {"one and an empty one", `{"a":"x","b":[]}`, `{"a":"x","b":[],"k":"k"}`},
			{"types come first", `{"a":1}`, "Call failed: a must be a string, not a number (1)"}}},
		{Rule{Kind: RuleAtLeastOne, Params: []string{"c", "d"}, Text: "Give c or d."}, []asked{
			{"none", `{}`, "Give c or d."}, {"zero is given", `{"c":0}`, `{"c":0,"k":"k"}`}, {"both", `{"c":1,"d":"x"}`, `{"c":1,"d":"x","k":"k"}`},
			{"blank is not given where it is trimmed", `{"d":"  "}`, "Give c or d."}}},
		{Rule{Kind: RuleExclusive, Params: []string{"a", "j", "k"}, Text: "a and j are mutually exclusive."}, []asked{
			{"none", `{}`, `{"k":"k"}`}, {"both", `{"a":"x","j":"1"}`, "a and j are mutually exclusive."},
			{"before anything is parsed", `{"a":"x","j":"{"}`, "a and j are mutually exclusive."},
			{"empty is not given, and no JSON", `{"a":"x","j":""}`, "j is not valid JSON."},
			{"a default is not given", `{"a":"x"}`, `{"a":"x","k":"k"}`}}},
		{Rule{Kind: RuleRequires, Params: []string{"a", "b", "c"}, Text: "a needs b and c."}, []asked{
			{"without a", `{"b":[1]}`, `{"b":[1],"k":"k"}`}, {"alone", `{"a":"x"}`, "a needs b and c."}, {"one of two", `{"a":"x","b":[1]}`, "a needs b and c."},
			{"both", `{"a":"x","b":[1],"c":1}`, `{"a":"x","b":[1],"c":1,"k":"k"}`}}},
		{Rule{Kind: RuleRequiredUnless, Params: []string{"a", "b"}, Unless: []string{"c", "d"}, Text: "Give a and b, or c."}, []asked{
			{"none", `{}`, "Give a and b, or c."}, {"one of two", `{"a":"x"}`, "Give a and b, or c."}, {"both", `{"a":"x","b":[1]}`, `{"a":"x","b":[1],"k":"k"}`},
			{"the other", `{"d":"x"}`, `{"d":"x","k":"k"}`}}},
		{Rule{Kind: RuleExactlyOne, Params: []string{"a", "b"}}, []asked{{"no text of its own", `{}`, "Call failed: give exactly one of a, b"}}},
		{Rule{Kind: RuleAtLeastOne, Params: []string{"a", "b"}}, []asked{{"no text of its own", `{}`, "Call failed: give at least one of a, b"}}},
		{Rule{Kind: RuleExclusive, Params: []string{"a", "b", "c"}}, []asked{{"no text of its own", `{"a":"x","c":1}`, "Call failed: give only one of a, c"}}},
		{Rule{Kind: RuleRequires, Params: []string{"a", "b", "c"}}, []asked{{"no text of its own", `{"a":"x","c":1}`, "Call failed: a needs b too"}}},
		{Rule{Kind: RuleRequiredUnless, Params: []string{"a", "b"}, Unless: []string{"c", "d"}}, []asked{{"no text of its own", `{"a":"x"}`, "Call failed: give b, or else c or d"}}},
	}
	for _, tt := range tests {
		op := params()
		op.Rules = []Rule{tt.rule}
		check(t, op, tt.rows)
	}
}

// TestOmit: which values of an optional parameter are not sent.
func TestOmit(t *testing.T) {
	values := []string{`null`, `""`, `" "`, `[]`, `{ }`, `0`, `-0.0e5`, `false`, `true`, `"true"`, `"x"`, `7`, `[0]`}
	tests := []struct {
		omit Omit
		sent string // the values that are
	}{
		{"", `"" " " [] { } 0 -0.0e5 false true "true" "x" 7 [0]`},
		{OmitEmpty, `" " 0 -0.0e5 false true "true" "x" 7 [0]`},
		{OmitFalsy, `" " true "true" "x" 7 [0]`},
		{OmitUnlessTrue, `true "true"`},
		{OmitDefault, `"" " " [] { } 0 -0.0e5 false true "true" "x" [0]`},
		{OmitNever, `null "" " " [] { } 0 -0.0e5 false true "true" "x" 7 [0]`},
	}
	for _, tt := range tests {
		p := Param{Name: "v", Type: TypeAny, Omit: tt.omit}
		if tt.omit == OmitDefault {
			p.Default = `7`
		}
		var got []string
		for _, v := range values {
			if r, _ := ask(t, &openAPI, posting(p), Credentials{}, `{"v":`+v+`}`); r.body != "{}" {
				got = append(got, strings.TrimSuffix(strings.TrimPrefix(r.body, `{"v":`), "}"))
			}
		}
		if strings.Join(got, " ") != tt.sent {
			t.Errorf("%q sends %s, want %s", tt.omit, strings.Join(got, " "), tt.sent)
		}
		p.Required = true
		if r, text := ask(t, &openAPI, posting(p), Credentials{}, `{"v":""}`); r == nil || r.body != `{"v":""}` {
			t.Errorf("%q: a required parameter sends every value, but %s", tt.omit, text)
		}
	}
}

// TestTypedChecked: typed arguments go the same way as JSON input.
func TestTypedChecked(t *testing.T) {
	op := posting(
		Param{Name: "mode", Required: true, Check: &Check{Enum: []string{"a", "b"}}},
		Param{Name: "ids", Type: TypeArray, Items: TypeInteger},
		Param{Name: "limit", Type: TypeInteger, Default: `50`, Change: &Change{Clamp: true}, Check: &Check{Max: Bound{true, 100}}},
		Param{Name: "where", Parse: ParseJSON},
	)
	op.Rules = []Rule{{Kind: RuleExclusive, Params: []string{"ids", "where"}, Text: "ids or where, not both."}}
	for _, tt := range []struct {
		values []Value
		want   string
	}{
		{[]Value{Text("a"), Slice([]any{1, 2}), {}, {}}, `{"mode":"a","ids":[1,2],"limit":50}`},
		{[]Value{Text("a"), {}, Int(500), Text(`{"x": 1}`)}, `{"mode":"a","limit":100,"where":{"x": 1}}`},
		{[]Value{Text("c"), Slice([]any{"1"}), {}, {}}, `Call failed: mode must be a or b; ids must be a list of integers, but its element 0 is a string`},
		{[]Value{{}, {}, {}, {}}, `Call failed: mode is required`},
		{[]Value{Text("a"), Slice([]any{1}), {}, Text("{")}, `ids or where, not both.`},
		{[]Value{Text("a"), {}, {}, Text("{")}, `where is not valid JSON.`},
	} {
		server := play(answering(200, ``))
		err := clientOf(t, tableOf(&openAPI, op), Options{Transport: server}).Do(t.Context(), op, Credentials{}, tt.values)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = server.requests[0].body
		}
		if got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestAnyValue(t *testing.T) {
	for _, tt := range []struct {
		v    any
		want string
	}{{nil, ``}, {(*string)(nil), ``}, {"a", `"a"`}, {7, `7`}, {true, `true`}, {[]string{"<"}, `["<"]`}, {map[string]any{"a": nil}, `{"a":null}`}} {
		v := Any(tt.v)
		if got := string(v.appendJSON(nil)); got != tt.want || (v.kind == absentValue) != (tt.want == "") {
			t.Errorf("%v: got %s, want %s", tt.v, got, tt.want)
		}
	}
}

// TestPatternsOnce: a pattern is compiled once for a client.
func TestPatternsOnce(t *testing.T) {
	c := clientOf(t, tableOf(&openAPI), Options{})
	var first *regexp.Regexp
	for range 3 {
		re := c.pattern(`^a$`)
		if first == nil {
			first = re
		}
		if re == nil || re != first {
			t.Fatal("compiled again")
		}
	}
	for range 2 {
		if c.pattern(`(`) != nil {
			t.Error("a pattern that is none")
		}
	}
}

// fakeJQ answers by a function.
type fakeJQ func(program string, input []byte, variables map[string][]byte) ([]byte, error)

func (f fakeJQ) Run(_ context.Context, program string, input []byte, variables map[string][]byte) ([]byte, error) {
	return f(program, input, variables)
}

func TestParameterPrograms(t *testing.T) {
	op := posting(Param{Name: "a", JQ: "prog"}, Param{Name: "b", Type: TypeInteger})
	for _, tt := range []struct {
		name string
		jq   JQ
		want string
	}{
		{"what it says is sent", fakeJQ(func(program string, input []byte, variables map[string][]byte) ([]byte, error) {
			return []byte(`[` + string(input) + `,` + string(variables["input"]) + `,"` + program + `"]` + "\n"), nil
		}), `{"a":["x",{"a":"x","b":1},"prog"],"b":1}`},
		{"null is nothing", fakeJQ(func(string, []byte, map[string][]byte) ([]byte, error) { return []byte(`null`), nil }), `{"b":1}`},
		{"it fails", fakeJQ(func(string, []byte, map[string][]byte) ([]byte, error) { return nil, errors.New("no such thing") }),
			`Call failed: a cannot be made into what is sent: no such thing`},
		{"it says nonsense", fakeJQ(func(string, []byte, map[string][]byte) ([]byte, error) { return []byte(`{`), nil }),
			`Call failed: a cannot be made into what is sent: a member name is missing at byte 1`},
		{"nobody to run it", nil, `Call failed: a needs a jq program, and this connector has nothing to run it with`},
	} {
		api := openAPI
		api.JQ = tt.jq
		r, text := ask(t, &api, op, Credentials{}, `{"a":"x","b":1}`)
		if r != nil {
			text = r.body
		}
		if text != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, text, tt.want)
		}
	}
}
