// The fields of envelopes: for every source and every change, the answer and the
// envelope that comes of it.

package runtime

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// outputs makes an operation of outputs; it takes a name, a number and a list.
func outputs(out ...Output) Operation {
	return Operation{
		Name: "get_fields", Method: "GET", Path: "/fields", Auth: &tokenAuth, Success: []int{200, 204}, Absent: []int{404},
		Result: Result{Kind: ResultFields}, Outputs: out,
		Params: []Param{
			{Name: "name", Type: TypeString, In: InQuery, Wire: "name"},
			{Name: "number", Type: TypeInteger, In: InQuery, Wire: "number"},
			{Name: "list", Type: TypeArray, In: InNone},
		},
	}
}

// body is an output of a type at paths in the body.
func body(t Type, paths ...string) Output {
	return Output{Field: "out", From: SourceBody, Type: t, Paths: paths}
}

// with changes an output.
func with(o Output, change func(*Output)) Output {
	change(&o)
	return o
}

var (
	person = Shape{Name: "person", Fields: []ShapeField{
		{Name: "id", Type: TypeString},
		{Name: "age", Type: TypeInteger},
	}}
	user = Shape{Name: "user", Fields: []ShapeField{
		{Name: "name", Path: "profile.names.0", Type: TypeString},
		{Name: "score", Type: TypeNumber, Convert: true},
		{Name: "rank", Type: TypeInteger},
		{Name: "on", Path: "flags.on", Type: TypeBoolean},
		{Name: "kind", Type: TypeString, Values: []Translation{{"1", "one"}}, Convert: true},
		{Name: "friends", Type: TypeArray, Items: TypeObject, Shape: &person, Default: `[]`},
		{Name: "tags", Type: TypeArray, Items: TypeString},
		{Name: "by_name", Type: TypeObject, Map: true, Shape: &person},
		{Name: "free", Type: TypeObject, Default: `{}`},
		{Name: "boss", Type: TypeObject, Shape: &person},
		{Name: "any", Type: TypeAny},
		{Name: "rest", Type: TypeObject, Rest: true},
	}}
)

const (
	failedText = `{"success":false,"error":"Call failed: `
	nobody     = `{"name":null,"score":null,"rank":null,"on":null,"kind":null,"friends":[],"tags":null,"by_name":null,"free":{},"boss":null,"any":null,"rest":null}`
)

func TestOutputs(t *testing.T) {
	tests := []struct {
		name  string
		out   Output
		input string
		body  string
		want  string // the value, or ! and why the action fails
	}{
		// Where a value is.
		{"a text", body(TypeString, "a"), ``, `{"a":"x"}`, `"x"`},
		{"below", body(TypeInteger, "a.b.1.c"), ``, `{"a":{"b":[{},{"c":7}]}}`, `7`},
		{"an index behind the end", body(TypeInteger, "a.2"), ``, `{"a":[1,2]}`, `null`},
		{"a name like an index", body(TypeInteger, "a.0"), ``, `{"a":{"0":3}}`, `3`},
		{"no index", body(TypeInteger, "a.01"), ``, `{"a":[1,2]}`, `null`},
		{"the whole body", body(TypeObject, ""), ``, ` {"a":1.0} `, `{"a":1.0}`},
		{"a scalar that is missing", body(TypeString, "a"), ``, `{}`, `null`},
		{"a default", with(body(TypeInteger, "a"), func(o *Output) { o.Default = `200` }), ``, `{}`, `200`},
		{"null has no default", with(body(TypeInteger, "a"), func(o *Output) { o.Default = `200` }), ``, `{"a":null}`, `null`},
		{"the first path", body(TypeString, "a", "b"), ``, `{"a":"x","b":"y"}`, `"x"`},
		{"the second path", body(TypeString, "a", "b"), ``, `{"b":"y"}`, `"y"`},
		{"null gives way", body(TypeString, "a", "b"), ``, `{"a":null,"b":"y"}`, `"y"`},
		{"null is better than nothing", with(body(TypeString, "a", "b"), func(o *Output) { o.Default = `"d"` }), ``, `{"a":null}`, `null`},
		{"falsy gives way", with(body(TypeString, "a", "b", "c", "d", "e", "f"), func(o *Output) { o.Falsy = true }), ``,
			`{"a":"","b":0.0,"c":[ ],"d":{},"e":false,"f":"y"}`, `"y"`},
		{"all falsy", with(body(TypeInteger, "a", "b"), func(o *Output) { o.Falsy = true }), ``, `{"a":0,"b":-0e1}`, `null`},
		{"all falsy, with a default", with(body(TypeInteger, "a"), func(o *Output) { o.Falsy, o.Default = true, `5` }), ``, `{"a":null}`, `5`},
		{"not falsy", with(body(TypeNumber, "a"), func(o *Output) { o.Falsy = true }), ``, `{"a":0.01}`, `0.01`},
		{"a field or the whole body", with(body(TypeObject, "event", ""), func(o *Output) { o.Falsy = true }), ``, `{"event":{"id":1},"x":2}`, `{"id":1}`},
		{"the whole body", with(body(TypeObject, "event", ""), func(o *Output) { o.Falsy = true }), ``, `{"event":{},"x":2}`, `{"event":{},"x":2}`},
		{"an empty body as it is", with(body(TypeObject, "event", ""), func(o *Output) { o.Falsy = true }), ``, `{}`, `{}`},
		{"a default for falsy", with(body(TypeArray, "a"), func(o *Output) { o.Falsy, o.Default = true, `[]` }), ``, `{"a":null}`, `[]`},
		{"an empty list that must be there", with(body(TypeArray, "a"), func(o *Output) { o.Falsy = true }), ``, `{"a":[]}`, `[]`},

		// Types.
		{"another type", body(TypeString, "a"), ``, `{"a":7}`, `null`},
		{"an object for a scalar", body(TypeBoolean, "a"), ``, `{"a":{}}`, `null`},
		{"an integer", body(TypeInteger, "a"), ``, `{"a":12345678901234567890}`, `12345678901234567890`},
		{"an integer with a point", body(TypeInteger, "a"), ``, `{"a":12.0}`, `12.0`},
		{"no integer", body(TypeInteger, "a"), ``, `{"a":12.5}`, `null`},
		{"an integer with an exponent", body(TypeInteger, "a"), ``, `{"a":1e2}`, `null`},
		{"a number", body(TypeNumber, "a"), ``, `{"a":-1.50}`, `-1.50`},
		{"any", body(TypeAny, "a"), ``, `{"a":[1,{}]}`, `[1,{}]`},
		{"no object", body(TypeObject, "a"), ``, `{"a":"x"}`, `!\"a\" in the answer is a string, not an object`},
		{"null for an object", body(TypeObject, "a"), ``, `{"a":null}`, `null`},
		{"an object that is missing", body(TypeObject, "a"), ``, `{}`, `!\"a\" in the answer is missing`},
		{"an object at no path", body(TypeObject, "a", "b"), ``, `{}`, `!\"a\" or \"b\" in the answer is missing`},
		{"a missing object with a default", with(body(TypeObject, "a"), func(o *Output) { o.Default = `null` }), ``, `{}`, `null`},
		{"no list", body(TypeArray, "a"), ``, `{"a":{}}`, `!\"a\" in the answer is an object, not a list`},
		{"null for a list", body(TypeArray, "a"), ``, `{"a":null}`, `!\"a\" in the answer is null, not a list`},
		{"null for a list with a default", with(body(TypeArray, "a"), func(o *Output) { o.Default = `[]` }), ``, `{"a":null}`, `[]`},
		{"a list that is missing", body(TypeArray, "a"), ``, `{}`, `!\"a\" in the answer is missing`},
		{"a missing list with a default", with(body(TypeArray, "a"), func(o *Output) { o.Default = `[]` }), ``, `{}`, `[]`},
		{"the body is a list", body(TypeArray, ""), ``, ` [1, 2] `, `[1, 2]`},
		{"the body is no list", body(TypeArray, ""), ``, `{}`, `!the body is an object, not a list`},
		{"objects", with(body(TypeArray, "a"), func(o *Output) { o.Items = TypeObject }), ``, `{"a":[{}, {"b":1}]}`, `[{}, {"b":1}]`},
		{"an element that is no object", with(body(TypeArray, "a"), func(o *Output) { o.Items = TypeObject }), ``, `{"a":[{},1]}`, `!\"a\" in the answer has an element that is not an object`},
		{"texts", with(body(TypeArray, "a"), func(o *Output) { o.Items = TypeString }), ``, `{"a":["x",1]}`, `["x","1"]`},
		{"texts with a null", with(body(TypeArray, "a"), func(o *Output) { o.Items = TypeString }), ``, `{"a":["x",null]}`, `!\"a\" in the answer has an element that is null, not a string`},

		// Changes.
		{"convert to a number", with(body(TypeNumber, "a"), func(o *Output) { o.Convert = true }), ``, `{"a":"12.50"}`, `12.50`},
		{"convert to an integer", with(body(TypeInteger, "a"), func(o *Output) { o.Convert = true }), ``, `{"a":"12"}`, `12`},
		{"nothing that converts", with(body(TypeInteger, "a"), func(o *Output) { o.Convert = true }), ``, `{"a":"12 apples"}`, `null`},
		{"nor this", with(body(TypeInteger, "a"), func(o *Output) { o.Convert = true }), ``, `{"a":"12.5"}`, `null`},
		{"nor an empty text", with(body(TypeInteger, "a"), func(o *Output) { o.Convert = true }), ``, `{"a":""}`, `null`},
		{"convert to a boolean", with(body(TypeBoolean, "a"), func(o *Output) { o.Convert = true }), ``, `{"a":"true"}`, `true`},
		{"convert to a text", with(body(TypeString, "a"), func(o *Output) { o.Convert = true }), ``, `{"a":1.10}`, `"1.10"`},
		{"convert a boolean to a text", with(body(TypeString, "a"), func(o *Output) { o.Convert = true }), ``, `{"a":true}`, `"true"`},
		{"an object does not convert", with(body(TypeString, "a"), func(o *Output) { o.Convert = true }), ``, `{"a":{}}`, `null`},
		{"a table", with(body(TypeString, "a"), func(o *Output) { o.Map = []Translation{{"u", "up"}, {"0", "zero"}} }), ``, `{"a":"u"}`, `"up"`},
		{"a table of numbers", with(body(TypeString, "a"), func(o *Output) { o.Map = []Translation{{"u", "up"}, {"0", "zero"}} }), ``, `{"a":0}`, `"zero"`},
		{"a table to numbers", with(body(TypeInteger, "a"), func(o *Output) { o.Map = []Translation{{"low", "1"}} }), ``, `{"a":"low"}`, `1`},
		{"not in the table", with(body(TypeString, "a"), func(o *Output) { o.Map = []Translation{{"u", "up"}} }), ``, `{"a":"v"}`, `"v"`},
		{"unwrap", with(body(TypeArray, "a"), func(o *Output) { o.Unwrap, o.Items = "event", TypeObject }), ``,
			`{"a":[{"event":{"id":1}},{"id":2},{"event":null,"id":3}]}`, `[{"id":1},{"id":2},{"event":null,"id":3}]`},
		{"unwrap to no object", with(body(TypeArray, "a"), func(o *Output) { o.Unwrap, o.Items = "event", TypeObject }), ``,
			`{"a":[{"event":1}]}`, `!\"a\" in the answer has an element that is not an object`},
		{"pluck", with(body(TypeArray, "a"), func(o *Output) { o.Pluck = "x.id" }), ``, `{"a":[{"x":{"id":"1"}},{},{"x":{"id":null}},7,{"x":{"id":"2"}}]}`, `["1","2"]`},
		{"pluck and convert", with(body(TypeArray, "a"), func(o *Output) { o.Pluck, o.Items, o.Convert = "id", TypeString, true }), ``, `{"a":[{"id":1}]}`, `["1"]`},
		{"the first", with(body(TypeArray, "a"), func(o *Output) { o.Find, o.Items = &Find{}, TypeObject }), ``, `{"a":[{"id":1},{"id":2}]}`, `{"id":1}`},
		{"the one that fits", with(body(TypeArray, "a"), func(o *Output) { o.Find, o.Items = &Find{Path: "x.n", Is: "{name}-1"}, TypeObject }),
			`{"name":"b"}`, `{"a":[{"x":{"n":"a-1"}},{"x":{"n":"b-1"},"id":2}]}`, `{"x":{"n":"b-1"},"id":2}`},
		{"a number that fits", with(body(TypeArray, "a"), func(o *Output) { o.Find, o.Items = &Find{Path: "id", Is: "{number}"}, TypeObject }),
			`{"number":2}`, `{"a":[{"id":1},{"id":2}]}`, `{"id":2}`},
		{"none that fits", with(body(TypeArray, "a"), func(o *Output) { o.Find, o.Items = &Find{Path: "id", Is: "{name}"}, TypeObject }),
			`{"name":"q"}`, `{"a":[{"id":"1"}]}`, `!no element of \"a\" in the answer is the one that is wanted`},
		{"none that fits, with a default", with(body(TypeArray, "a"), func(o *Output) {
			o.Find, o.Items, o.Default = &Find{Path: "id", Is: "{name}"}, TypeObject, `null`
		}), `{"name":"q"}`, `{"a":[]}`, `null`},
		{"a part of the one that fits", with(body(TypeString, "a"), func(o *Output) { o.Find, o.Pluck = &Find{Path: "k", Is: "{name}"}, "v" }),
			`{"name":"x"}`, `{"a":[{"k":"y","v":"1"},{"k":"x","v":"2"}]}`, `"2"`},
		{"nobody knows which", with(body(TypeString, "a"), func(o *Output) { o.Find, o.Pluck = &Find{Path: "k", Is: "{name}"}, "v" }), ``, `{"a":[{"k":"","v":"1"}]}`, `null`},
		{"found in no list", with(body(TypeObject, "a"), func(o *Output) { o.Find = &Find{} }), ``, `{"a":{}}`, `!\"a\" in the answer is an object, not a list`},

		// Projections.
		{"project", with(body(TypeObject, "u"), func(o *Output) { o.Project = &user }), ``,
			`{"u":{"x":1,"profile":{"names":["Ann","B"]},"score":"1.5","rank":2,"flags":{"on":true},"kind":1,"friends":[{"id":"f","age":3,"y":0}],` +
				`"tags":["a"],"by_name":{"q":{"id":"z"}},"free":{"k":[1]},"boss":{"age":9.0},"any":[null],"y":{"z":2}}}`,
			`{"name":"Ann","score":1.5,"rank":2,"on":true,"kind":"one","friends":[{"id":"f","age":3}],` +
				`"tags":["a"],"by_name":{"q":{"id":"z","age":null}},"free":{"k":[1]},"boss":{"id":null,"age":9.0},"any":[null],"rest":{"x":1,"y":{"z":2}}}`},
		{"project nothing", with(body(TypeObject, "u"), func(o *Output) { o.Project = &user }), ``, `{"u":{}}`, nobody},
		{"project nulls", with(body(TypeObject, "u"), func(o *Output) { o.Project = &user }), ``,
			`{"u":{"profile":null,"score":null,"rank":null,"flags":null,"kind":null,"friends":null,"tags":null,"by_name":null,"free":null,"boss":null,"any":null}}`, nobody},
		{"project other types", with(body(TypeObject, "u"), func(o *Output) { o.Project = &user }), ``,
			`{"u":{"profile":{"names":[1]},"score":"x","rank":1.5,"flags":{"on":1},"kind":{},"friends":{},"tags":"a","by_name":[],"free":7,"boss":"b"}}`, nobody},
		{"elements that are no objects", with(body(TypeObject, "u"), func(o *Output) { o.Project = &user }), ``,
			`{"u":{"friends":[{"id":"1"},2]}}`, nobody},
		{"project null", with(body(TypeObject, "u"), func(o *Output) { o.Project = &user }), ``, `{"u":null}`, `null`},
		{"the last of two", with(body(TypeObject, ""), func(o *Output) { o.Project = &person }), ``, `{"id":"1","id":"2","\u0061ge":3}`, `{"id":"2","age":3}`},
		{"project a list", with(body(TypeArray, ""), func(o *Output) { o.Project = &person }), ``, `[{"id":"1","x":0},{}]`, `[{"id":"1","age":null},{"id":null,"age":null}]`},
		{"project an empty list", with(body(TypeArray, ""), func(o *Output) { o.Project = &person }), ``, `[ ]`, `[]`},
		{"a list of others", with(body(TypeArray, ""), func(o *Output) { o.Project = &person }), ``, `[{},null]`, `!the body has an element that is not an object`},
		{"unwrap, then project", with(body(TypeArray, "a"), func(o *Output) { o.Unwrap, o.Project = "p", &person }), ``, `{"a":[{"p":{"id":"1"}},{"id":"2"}]}`, `[{"id":"1","age":null},{"id":"2","age":null}]`},

		// Other sources.
		{"the status", Output{From: SourceStatus, Type: TypeInteger}, ``, `anything`, `200`},
		{"a constant", Output{From: SourceConstant, Value: `{"deleted":true}`}, ``, `anything`, `{"deleted":true}`},
		{"an echo", Output{From: SourceEcho, Name: "name", Type: TypeString}, `{"name":"é\n"}`, `<html>`, `"é\n"`},
		{"an echo of a list", Output{From: SourceEcho, Name: "list", Type: TypeArray}, `{"list":[1,{"a":2}]}`, ``, `[1,{"a":2}]`},
		{"an echo of nothing", Output{From: SourceEcho, Name: "name", Type: TypeString}, ``, ``, `null`},
		{"a header", Output{From: SourceHeader, Name: "x-next", Type: TypeString}, ``, ``, `"42"`},
		{"a header as a number", Output{From: SourceHeader, Name: "X-Next", Type: TypeInteger}, ``, ``, `42`},
		{"a header that is missing", Output{From: SourceHeader, Name: "X-Prev", Type: TypeString, Default: `"none"`}, ``, ``, `"none"`},
		{"the text", Output{From: SourceText, Type: TypeString}, ``, "ok <é> \"q\"\n", `"ok <é> \"q\"\n"`},
		{"no text", Output{From: SourceText, Type: TypeString}, ``, ``, `null`},
		{"no text at all", Output{From: SourceText, Type: TypeString}, ``, "\xff\x00", `!the answer is not a text in UTF-8`},
		{"the bytes", Output{From: SourceBase64, Type: TypeString}, ``, "\xff\x00", `"/wA="`},
		{"no bytes", Output{From: SourceBase64, Type: TypeString}, ``, ``, `null`},
		{"rows", Output{From: SourceCSV, Type: TypeArray, Items: TypeObject}, ``, "\uFEFFid,name\r\n1,\"a,\"\"b\"\"\"\r\n2\r\n", `[{"id":"1","name":"a,\"b\""},{"id":"2"}]`},
		{"rows with semicolons", Output{From: SourceCSV, Type: TypeArray}, ``, "id;x;na,me\n1;2;3\n", `[{"id":"1","x":"2","na,me":"3"}]`},
		{"rows, projected", Output{From: SourceCSV, Type: TypeArray, Project: &Shape{Fields: []ShapeField{{Name: "n", Path: "id", Type: TypeInteger, Convert: true}}}}, ``, "id\n7\nx\n", `[{"n":7},{"n":null}]`},
		{"no rows", Output{From: SourceCSV, Type: TypeArray}, ``, ` `, `[]`},
		{"names only", Output{From: SourceCSV, Type: TypeArray}, ``, `id,name`, `[]`},
		{"a value without a name", Output{From: SourceCSV, Type: TypeArray}, ``, "id\n1,2", `!the answer is not CSV: row 2 has 2 values for 1 names`},
		{"no CSV", Output{From: SourceCSV, Type: TypeArray}, ``, "a,\"b\n", `!the answer is not CSV: `},
		{"a count", Output{From: SourceCount, Type: TypeInteger, Paths: []string{"a.b"}}, ``, `{"a":{"b":[1,[2,3],4]}}`, `3`},
		{"a count of nothing", Output{From: SourceCount, Type: TypeInteger, Paths: []string{"a.b"}}, ``, `{"a":7}`, `null`},
		{"a count of no list", Output{From: SourceCount, Type: TypeInteger, Paths: []string{"a"}}, ``, `{"a":{}}`, `null`},
		{"a count in text", Output{From: SourceCount, Type: TypeInteger}, ``, `{"a":7}`, `null`},

		// Conditions.
		{"not wanted", with(body(TypeObject, "a"), func(o *Output) { o.When = []Condition{{Param: "name", Given: true}} }), ``, `{"a":{}}`, `null`},
		{"a list not wanted", with(body(TypeArray, "a"), func(o *Output) { o.When = []Condition{{Param: "name", Given: true}} }), ``, `{"a":[1]}`, `[]`},
		{"not wanted, with a default", with(body(TypeString, "a"), func(o *Output) { o.When, o.Default = []Condition{{Param: "name", Is: []string{"x"}}}, `"-"` }), `{"name":"y"}`, `{"a":"b"}`, `"-"`},
		{"wanted", with(body(TypeString, "a"), func(o *Output) { o.When, o.Default = []Condition{{Param: "name", Is: []string{"x"}}}, `"-"` }), `{"name":"x"}`, `{"a":"b"}`, `"b"`},

		// Bodies.
		{"an empty body", body(TypeString, "a"), ``, ` `, `null`},
		{"an empty body with a default", with(body(TypeObject, "a"), func(o *Output) { o.Default = `{}` }), ``, ``, `{}`},
		{"an empty body for an object", body(TypeObject, "a"), ``, ``, `!the answer has no body`},
		{"no JSON", body(TypeString, "a"), ``, `<html>`, `!the answer is not JSON: it is not JSON at byte 0`},
	}
	for _, tt := range tests {
		tt.out.Field = "out"
		op := outputs(tt.out)
		e := answerFor(t, &demoAPI, &op, tt.input, answering(200, tt.body, "X-Next: 42"))
		want := `{"success":true,"error":null,"out":` + tt.want + `}`
		if why, fails := strings.CutPrefix(tt.want, "!"); fails {
			want = failedText + why
			if !strings.HasPrefix(string(e.JSON), want) || e.Err == nil || e.Err.Code != CodeUnexpectedResponse || e.Err.Status != 200 {
				t.Errorf("%s: %s\n got %s\nwant %s", tt.name, tt.body, e.JSON, want)
			}
			continue
		}
		if string(e.JSON) != want {
			t.Errorf("%s: %s\n got %s\nwant %s", tt.name, tt.body, e.JSON, want)
		}
	}
}

// answerFor runs an operation with an input against one answer.
func answerFor(t testing.TB, api *API, op *Operation, input string, answer step) Envelope {
	t.Helper()
	c := clientOf(t, tableOf(api, op), Options{Transport: play(answer), Attempts: 1})
	e := c.Call(t.Context(), op.Name, token(), []byte(input))
	if !json.Valid(e.JSON) {
		t.Fatalf("the envelope is not JSON: %.300s", e.JSON)
	}
	return e
}

// several is an operation with a field of each kind.
func several() Operation {
	return outputs(
		Output{Field: "total", From: SourceCount, Type: TypeInteger},
		Output{Field: "items", From: SourceBody, Type: TypeArray, Items: TypeObject, Paths: []string{"items", "entries"}, Default: `[]`, Project: &person},
		Output{Field: "more", From: SourceBody, Type: TypeBoolean, Paths: []string{"more"}},
		Output{Field: "meta", From: SourceBody, Type: TypeObject, Paths: []string{"meta"}},
		Output{Field: "status", From: SourceStatus, Type: TypeInteger},
		Output{Field: "asked", From: SourceEcho, Type: TypeString, Name: "name"},
		Output{Field: "done", From: SourceConstant, Type: TypeBoolean, Value: `true`},
	)
}

// TestSeveralOutputs: all fields, in their order, whatever comes.
func TestSeveralOutputs(t *testing.T) {
	tests := []struct {
		name   string
		input  string
		answer step
		want   string
	}{
		{"everything", `{"name":"n"}`, answering(200, `{"items":[{"id":"1","age":2},{"x":1}],"more":true,"meta":{"a":1}}`),
			`{"success":true,"error":null,"total":2,"items":[{"id":"1","age":2},{"id":null,"age":null}],"more":true,"meta":{"a":1},"status":200,"asked":"n","done":true}`},
		{"almost nothing", ``, answering(200, `{"meta":null}`),
			`{"success":true,"error":null,"total":0,"items":[],"more":null,"meta":null,"status":200,"asked":null,"done":true}`},
		{"nothing at all", `{"name":"n"}`, answering(404, `{"errors":[{"title":"T"}]}`),
			`{"success":true,"error":null,"total":0,"items":[],"more":null,"meta":null,"status":404,"asked":"n","done":true}`},
		{"one is missing", ``, answering(200, `{"items":[]}`),
			`{"success":false,"error":"Call failed: \"meta\" in the answer is missing","total":null,"items":[],"more":null,"meta":null,"status":null,"asked":null,"done":null}`},
		{"refused", `{"name":"n"}`, answering(403, `{"message":"no"}`),
			`{"success":false,"error":"API error (403): no","total":null,"items":[],"more":null,"meta":null,"status":null,"asked":null,"done":null}`},
		{"wrong input", `{"name":7}`, nil,
			`{"success":false,"error":"Call failed: name must be a string, not a number (7)","total":null,"items":[],"more":null,"meta":null,"status":null,"asked":null,"done":null}`},
	}
	for _, tt := range tests {
		op := several()
		if e := answerFor(t, &demoAPI, &op, tt.input, tt.answer); string(e.JSON) != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, e.JSON, tt.want)
		}
	}
}

// TestManyOutputs: more paths than one pass finds.
func TestManyOutputs(t *testing.T) {
	var outs []Output
	body, want := `{"z":0`, `{"success":true,"error":null`
	for i := range 100 {
		outs = append(outs, Output{Field: fmt.Sprint("f", i), From: SourceBody, Type: TypeInteger, Paths: []string{fmt.Sprintf("a.m%d", i)}})
		want += fmt.Sprintf(`,"f%d":%d`, i, i)
	}
	body += `,"a":{"x":1`
	for i := range 100 {
		body += fmt.Sprintf(`,"m%d":%d`, i, i)
	}
	op := outputs(outs...)
	if e := answerFor(t, &demoAPI, &op, ``, answering(200, body+`}}`)); string(e.JSON) != want+`}` {
		t.Errorf("got %s", e.JSON)
	}
}

// TestAbsent: a status that says that there is nothing is a success.
func TestAbsent(t *testing.T) {
	absent := func(op Operation) *Operation {
		op.Absent = []int{404}
		return &op
	}
	for _, tt := range []struct {
		op   *Operation
		want string
	}{
		{absent(getThing), `{"success":true,"error":null,"data":null}`},
		{absent(listTags), `{"success":true,"error":null,"data":[]}`},
		{absent(listThings), `{"success":true,"error":null,"data":[]}`},
		{absent(deleteThing), `{"success":true,"error":null}`},
	} {
		e := answerFor(t, &demoAPI, tt.op, good[tt.op.Name], answering(404, `{"errors":[{"title":"T"}]}`))
		if string(e.JSON) != tt.want {
			t.Errorf("%s: %s", tt.op.Name, e.JSON)
		}
		if tt.op.Result.Kind == ResultList && (e.List == nil || !e.List.Complete) {
			t.Errorf("%s: %+v", tt.op.Name, e.List)
		}
		if e := answerFor(t, &demoAPI, tt.op, good[tt.op.Name], answering(410, `{"message":"gone"}`)); e.Success() {
			t.Errorf("%s: %s", tt.op.Name, e.JSON)
		}
	}
}

// pagedOutputs is a paged list among other fields.
func pagedOutputs() Operation {
	op := outputs(
		Output{Field: "total", From: SourceCount, Type: TypeInteger},
		Output{Field: "seen", From: SourceCount, Type: TypeInteger, Paths: []string{"data"}},
		Output{Field: "people", From: SourceBody, Type: TypeArray, Items: TypeObject, Paths: []string{"data"}, Unwrap: "person", Project: &person},
		Output{Field: "owner", From: SourceBody, Type: TypeString, Paths: []string{"owner"}},
	)
	op.Params = append(op.Params, Param{Name: "limit", Type: TypeInteger, In: InNone})
	op.Paging = &Paging{Mode: PagingPage, In: InQuery, Param: "page", First: 1, Next: "meta.next", Limit: "limit"}
	op.Result = Result{Kind: ResultList, Field: "people", Path: "data"}
	return op
}

func peoplePage(owner, next string, ids ...string) step {
	var people []string
	for _, id := range ids {
		people = append(people, fmt.Sprintf(`{"person":{"id":%q,"x":1}}`, id))
	}
	return answering(200, fmt.Sprintf(`{"data":[%s],"owner":%s,"meta":{"next":%s}}`, strings.Join(people, ","), owner, next))
}

func TestPagedOutputs(t *testing.T) {
	item := func(id string) string { return fmt.Sprintf(`{"id":%q,"age":null}`, id) }
	tests := []struct {
		name  string
		input string
		steps []step
		want  string
		state ListState
	}{
		{"pages", ``, []step{peoplePage(`"a"`, "2", "1", "2"), peoplePage(`"b"`, "3"), peoplePage(`"c"`, "null", "3")},
			`{"success":true,"error":null,"total":3,"seen":3,"people":[` + item("1") + `,` + item("2") + `,` + item("3") + `],"owner":"c"}`, ListState{Count: 3, Complete: true, Stop: StopEnd}},
		{"nothing", ``, []step{peoplePage(`null`, "null")},
			`{"success":true,"error":null,"total":0,"seen":0,"people":[],"owner":null}`, ListState{Complete: true, Stop: StopEnd}},
		{"as many as are wanted", `{"limit":1}`, []step{peoplePage(`"a"`, "2", "1", "2")},
			`{"success":true,"error":null,"total":1,"seen":1,"people":[` + item("1") + `],"owner":"a"}`, ListState{Count: 1, Stop: StopLimit, Resume: "skip=1&page=1"}},
		{"a failure midway", ``, []step{peoplePage(`"a"`, "2", "1"), answering(403, `{"message":"no"}`)},
			`{"success":false,"error":"API error (403): no (1 items are here; the list is incomplete, resume it at page=2)","total":null,"seen":null,"people":[` + item("1") + `],"owner":null}`,
			ListState{Count: 1, Stop: StopError, Resume: "page=2"}},
		{"an element that is no object", ``, []step{peoplePage(`"a"`, "2", "1"), answering(200, `{"data":[7],"meta":{"next":null}}`)},
			`{"success":false,"error":"Call failed: \"data\" in the answer has an element that is not an object (1 items are here; the list is incomplete, resume it at page=2)","total":null,"seen":null,"people":[` + item("1") + `],"owner":null}`,
			ListState{Count: 1, Stop: StopError, Resume: "page=2"}},
		{"nothing there", ``, []step{answering(404, ``)},
			`{"success":true,"error":null,"total":0,"seen":0,"people":[],"owner":null}`, ListState{Complete: true, Stop: StopEnd}},
		{"refused", ``, []step{answering(403, `{"message":"no"}`)},
			`{"success":false,"error":"API error (403): no","total":null,"seen":null,"people":[],"owner":null}`, ListState{Stop: StopError, Resume: "page=1"}},
	}
	for _, tt := range tests {
		op := pagedOutputs()
		c := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: play(tt.steps...), Attempts: 1})
		e := c.Call(t.Context(), op.Name, token(), []byte(tt.input))
		if string(e.JSON) != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, e.JSON, tt.want)
		}
		if e.List == nil || *e.List != tt.state {
			t.Errorf("%s: %+v, want %+v", tt.name, e.List, tt.state)
		}
	}
}

// TestOwnTexts: an operation may have its own texts and rules of failure.
func TestOwnTexts(t *testing.T) {
	op := getThing
	op.Texts = &Texts{Status: "Things said {status}: {detail}", Timeout: "Too slow.", Failed: "get_thing failed: {reason}"}
	op.Errors = &Errors{Messages: []ErrorRule{{Path: "fault.text"}}, Failures: []FailureRule{{Path: "fault"}}}
	for _, tt := range []struct {
		input  string
		answer step
		want   string
	}{
		{good["get_thing"], answering(400, `{"fault":{"text":"no"},"message":"m"}`), "Things said 400: no"},
		{good["get_thing"], answering(200, `{"fault":{"text":"no"},"data":{}}`), "Things said 200: no"},
		{good["get_thing"], answering(200, `{"errors":["no"],"data":{}}`), ""},
		{good["get_thing"], answering(200, `{"data":7}`), `get_thing failed: "data" in the answer is a number, not an object`},
		{good["get_thing"], failing(true, context.DeadlineExceeded), "Too slow."},
		{`{}`, nil, `get_thing failed: thing_id is required`},
	} {
		if e := answerFor(t, &demoAPI, &op, tt.input, tt.answer); errorText(e) != tt.want {
			t.Errorf("got %q, want %q", errorText(e), tt.want)
		}
	}
}

// TestBytesAreBounded: a body is read to its bound in base64 too.
func TestBytesAreBounded(t *testing.T) {
	op := outputs(Output{Field: "file", From: SourceBase64, Type: TypeString})
	e := answerFor(t, &demoAPI, &op, ``, answering(200, strings.Repeat("x", maxBodyBytes+1)))
	if want := "Call failed: the answer is larger than 10 MiB"; errorText(e) != want {
		t.Errorf("got %q", errorText(e))
	}
	file := strings.Repeat("\x00\xff", 1<<20)
	e = answerFor(t, &demoAPI, &op, ``, answering(200, file))
	if want := `{"success":true,"error":null,"file":"` + base64.StdEncoding.EncodeToString([]byte(file)) + `"}`; string(e.JSON) != want {
		t.Errorf("got %.100s", e.JSON)
	}
}

// stubJQ answers with what it was given.
type stubJQ struct{ err error }

func (s stubJQ) Run(_ context.Context, program string, input []byte, variables map[string][]byte) ([]byte, error) {
	switch {
	case s.err != nil:
		return nil, s.err
	case program == "null" || program == "[" || program == `"x"`:
		return []byte(program), nil
	}
	return fmt.Appendf(nil, ` [%s,%s,%s] `, input, variables["input"], variables["status"]), nil
}

func TestProgramOutputs(t *testing.T) {
	for _, tt := range []struct {
		name string
		jq   JQ
		out  Output
		want string
	}{
		{"what it makes", stubJQ{}, Output{JQ: ".", Type: TypeArray}, `[{"a":1},{"name":"n"},200]`},
		{"null", stubJQ{}, Output{JQ: "null", Type: TypeString}, `null`},
		{"null, with a default", stubJQ{}, Output{JQ: "null", Type: TypeArray, Default: `[]`}, `[]`},
		{"null for a list", stubJQ{}, Output{JQ: "null", Type: TypeArray}, `!the result of a jq program is missing`},
		{"another type", stubJQ{}, Output{JQ: `"x"`, Type: TypeInteger}, `null`},
		{"no list", stubJQ{}, Output{JQ: `"x"`, Type: TypeArray}, `!the result of a jq program is a string, not a list`},
		{"no JSON", stubJQ{}, Output{JQ: "[", Type: TypeAny}, `!a jq program yields something that is not JSON`},
		{"an error", stubJQ{errors.New("it says " + secret)}, Output{JQ: ".", Type: TypeAny}, `!a jq program cannot read the answer: it says [redacted]`},
		{"nothing to run it", nil, Output{JQ: ".", Type: TypeAny}, `!this connector cannot run jq programs`},
	} {
		api := demoAPI
		api.JQ = tt.jq
		tt.out.Field, tt.out.From = "out", SourceJQ
		op := outputs(tt.out)
		e := answerFor(t, &api, &op, `{"name":"n"}`, answering(200, `{"a":1}`))
		got := strings.TrimSuffix(strings.TrimPrefix(string(e.JSON), `{"success":true,"error":null,"out":`), "}")
		if e.Err != nil {
			got = "!" + strings.TrimPrefix(e.Err.Error(), "Call failed: ")
		}
		if got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestNothingRead: a field that says nothing about the body takes any body.
func TestNothingRead(t *testing.T) {
	api := demoAPI
	api.Errors.Failures = append(api.Errors.Failures, FailureRule{Prefix: "ERROR"})
	op := outputs(Output{Field: "done", From: SourceConstant, Type: TypeBoolean, Value: `true`})
	for body, want := range map[string]bool{``: true, `<html>`: true, `{"data":`: true, "\xff": true, `{"errors":[]}`: true, `{"errors":["x"]}`: false, `ERROR 50`: false, ` ERROR`: true} {
		if e := answerFor(t, &api, &op, ``, answering(200, body)); e.Success() != want {
			t.Errorf("%q: %s", body, e.JSON)
		}
	}
	if e := answerFor(t, &api, &op, ``, func(r *http.Request) (*http.Response, error) { return answering(204, ``)(r) }); !e.Success() {
		t.Errorf("%s", e.JSON)
	}
}

// BenchmarkProject is a page of fifty items, projected to a few members.
func BenchmarkProject(b *testing.B) {
	few := Shape{Name: "few", Fields: []ShapeField{
		{Name: "id", Type: TypeString},
		{Name: "title", Path: "attributes.title", Type: TypeString},
		{Name: "owner", Path: "attributes.owner.id", Type: TypeString},
		{Name: "count", Path: "attributes.count", Type: TypeInteger},
	}}
	op := outputs(
		Output{Field: "items", From: SourceBody, Type: TypeArray, Items: TypeObject, Paths: []string{"data"}, Project: &few},
		Output{Field: "total", From: SourceCount, Type: TypeInteger},
	)
	page := fifty().pages[0]
	c := clientOf(b, tableOf(&demoAPI, &op), Options{Transport: &memory{pages: [][]byte{page}}})
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if e := c.Call(b.Context(), op.Name, token(), nil); e.Err != nil {
			b.Fatal(e.Err)
		}
	}
}
