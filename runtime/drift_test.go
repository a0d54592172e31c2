// Drift: what is reported of an answer that is other than its shape, and that
// nothing is done when nobody listens.

package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var (
	statusShape = Shape{Name: "status", Fields: []ShapeField{
		{Name: "state", Type: TypeString, Enum: []string{"on", "off"}},
		{Name: "since", Type: TypeInteger, Optional: true},
		{Name: "note", Type: TypeString, Nullable: true},
		{Name: "parts", Type: TypeArray, Items: TypeObject, Shape: &person, Optional: true},
		{Name: "tags", Type: TypeArray, Items: TypeString, Enum: []string{"a", "b"}, Optional: true},
		{Name: "by_id", Type: TypeObject, Map: true, Shape: &person, Optional: true},
		{Name: "owner", Type: TypeObject, Shape: &person, Optional: true},
		{Name: "free", Type: TypeAny, Optional: true},
	}}
	getState = Operation{
		Name: "get_state", Method: "GET", Path: "/state", Auth: &tokenAuth, Success: []int{200},
		Result: Result{Kind: ResultObject, Field: "data", Path: "data.it", Shape: &statusShape},
	}
	listStates = Operation{
		Name: "list_states", Method: "GET", Path: "/state", Auth: &tokenAuth, Success: []int{200},
		Result: Result{Kind: ResultList, Field: "data", Path: "data", Shape: &statusShape},
		Paging: &Paging{Mode: PagingPage, In: InQuery, Param: "page", Next: "next"},
	}
)

// heard collects what a client reports in one call.
func heard(t *testing.T, op *Operation, strict bool, steps ...step) (drifts []Drift, e Envelope) {
	t.Helper()
	c := clientOf(t, tableOf(&demoAPI, op), Options{Transport: play(steps...), Attempts: 1, Strict: strict, Drift: func(ctx context.Context, d Drift) {
		if ctx == nil {
			t.Error("no context")
		}
		drifts = append(drifts, d)
	}})
	e = c.Call(t.Context(), op.Name, token(), nil)
	for _, d := range drifts {
		if d.Action != op.Name {
			t.Errorf("%+v", d)
		}
	}
	return drifts, e
}

func TestDrift(t *testing.T) {
	tests := []struct {
		name, object string
		want         []string // shape/kind path want got
	}{
		{"none", `{"state":"on","note":null}`, nil},
		{"all there", `{"state":"off","since":12.0,"note":"n","parts":[{"id":"1","age":1}],"tags":["a"],"by_id":{"x":{"id":"1","age":2}},"owner":{"id":"o","age":3},"free":{"x":[]}}`, nil},
		{"new", `{"state":"on","note":null,"more":1,"even":{"a":1}}`, []string{"status/new data.it.more  integer", "status/new data.it.even  object"}},
		{"missing", `{"note":null}`, []string{"status/missing data.it.state string "}},
		{"null", `{"state":null,"note":null,"since":null}`, []string{"status/null data.it.state string null", "status/null data.it.since integer null"}},
		{"another type", `{"state":7,"note":null,"since":"x","parts":{},"by_id":[],"owner":true}`, []string{
			"status/type data.it.state string integer", "status/type data.it.since integer string", "status/type data.it.parts array object",
			"status/type data.it.by_id object array", "status/type data.it.owner object boolean"}},
		{"no integer", `{"state":"on","note":null,"since":1.5}`, []string{"status/type data.it.since integer number"}},
		{"a long integer", `{"state":"on","note":null,"since":12345678901234567890}`, []string{"status/type data.it.since integer integer of more than 64 bits"}},
		{"an unknown value", `{"state":"half","note":null}`, []string{`status/enum data.it.state on, off "half"`}},
		{"in a list", `{"state":"on","note":null,"parts":[{"id":"1","age":1},{"id":2},{"id":3},7],"tags":["c",1]}`, []string{
			"person/type data.it.parts.id string integer", "person/missing data.it.parts.age integer ", "status/type data.it.parts object integer",
			`status/enum data.it.tags a, b "c"`, "status/type data.it.tags string integer"}},
		{"in a map", `{"state":"on","note":null,"by_id":{"x":{"id":1,"age":1},"y":{"id":2,"age":1},"z":null}}`, []string{
			"person/type data.it.by_id.*.id string integer", "status/type data.it.by_id.* object null"}},
		{"in an object", `{"state":"on","note":null,"owner":{"id":"1","age":1,"x":[]}}`, []string{"person/new data.it.owner.x  array"}},
		{"a secret", `{"state":"` + "tok/en+s3cret=&<x>\\\"y~z" + `","note":null}`, []string{`status/enum data.it.state on, off "[redacted]"`}},
	}
	for _, tt := range tests {
		drifts, e := heard(t, &getState, false, answering(200, `{"data":{"it":`+tt.object+`}}`))
		if want := `{"success":true,"error":null,"data":` + tt.object + `}`; string(e.JSON) != want {
			t.Errorf("%s: %s", tt.name, e.JSON)
		}
		var got []string
		for _, d := range drifts {
			got = append(got, fmt.Sprintf("%s/%s %s %s %s", d.Shape, d.Kind, d.Path, d.Want, d.Got))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

// TestDriftOnce: each drift is told once in a call, over all items and pages.
func TestDriftOnce(t *testing.T) {
	drifts, e := heard(t, &listStates, false,
		answering(200, `{"data":[{"state":1,"note":null},{"state":2,"note":null}],"next":1}`),
		answering(200, `{"data":[{"state":3,"note":null,"x":1}],"next":null}`))
	if len(drifts) != 2 || drifts[0].Path != "data.state" || drifts[1].Path != "data.x" || !e.Success() {
		t.Errorf("%+v %s", drifts, e.JSON)
	}
	var many strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, `,"x%d%s":1`, i, strings.Repeat("y", 1000))
	}
	drifts, _ = heard(t, &getState, false, answering(200, `{"data":{"it":{"state":"on","note":null`+many.String()+`}}}`))
	if len(drifts) != maxDrifts || len(drifts[0].Path) > maxDriftText+len("…") {
		t.Errorf("%d drifts, the first %d long", len(drifts), len(drifts[0].Path))
	}
}

// TestDriftOfOutputs: outputs report too, with the path in the body.
func TestDriftOfOutputs(t *testing.T) {
	op := outputs(
		Output{Field: "user", From: SourceBody, Type: TypeObject, Paths: []string{"u", ""}, Project: &user},
		Output{Field: "state", From: SourceBody, Type: TypeObject, Paths: []string{"s"}, Shape: &statusShape},
		Output{Field: "parts", From: SourceBody, Type: TypeArray, Items: TypeObject, Paths: []string{"parts"}, Default: `[]`, Shape: &person},
		Output{Field: "tags", From: SourceBody, Type: TypeArray, Items: TypeString, Paths: []string{"t"}, Default: `[]`},
		Output{Field: "n", From: SourceBody, Type: TypeInteger, Paths: []string{"x.n"}},
		Output{Field: "count", From: SourceCount, Type: TypeInteger, Paths: []string{"c"}},
	)
	drifts, e := heard(t, &op, false, answering(200,
		`{"u":{"profile":{"names":[1]},"rank":"2","friends":[{"id":1}],"more":1,"tags":[1]},"s":{"state":"on","note":null,"y":1},"parts":[{"id":"1"}],"t":["a",1],"x":{"n":"7"},"c":{}}`))
	var got []string
	for _, d := range drifts {
		got = append(got, fmt.Sprintf("%s/%s %s", d.Shape, d.Kind, d.Path))
	}
	want := []string{
		"user/type u.profile.names", "user/type u.rank", "person/type u.friends.id", "user/type u.tags", "status/new s.y", "person/missing parts.age",
		"/type t", "/type x.n", "/type c",
	}
	if !slices.Equal(got, want) || !e.Success() {
		t.Errorf("\n got %q\nwant %q\n%s", got, want, e.JSON)
	}
	paged := pagedOutputs()
	drifts, _ = heard(t, &paged, false, answering(200, `{"data":[{"person":{"id":1}},{"id":2}],"owner":3,"meta":{"next":null}}`))
	if len(drifts) != 2 || drifts[0].Path != "data.id" || drifts[1].Path != "owner" {
		t.Errorf("%+v", drifts)
	}
}

// TestStrict: a client that takes no drift fails, and names the first.
func TestStrict(t *testing.T) {
	for object, want := range map[string]string{
		`{"state":"on","note":null}`:                  "",
		`{"state":7,"note":null}`:                     `"data.it.state" is of the type integer, not string`,
		`{"note":null}`:                               `"data.it.state" is missing`,
		`{"state":null,"note":null,"x":1}`:            `"data.it.state" is null`,
		`{"state":"on","note":null,"x":1,"since":""}`: `"data.it.x" is new`,
		`{"state":"half","note":null}`:                `"data.it.state" is "half", none of on, off`,
	} {
		drifts, e := heard(t, &getState, true, answering(200, `{"data":{"it":`+object+`}}`))
		text := ""
		if want != "" {
			text = "Call failed: the answer differs from the manifest: " + want
		}
		if errorText(e) != text || (len(drifts) == 0) != (want == "") || e.Err != nil && (e.Err.Code != CodeUnexpectedResponse || e.Err.Status != 200) {
			t.Errorf("%s: %s", object, e.JSON)
		}
	}
	_, e := heard(t, &listStates, true, answering(200, `{"data":[{"state":"on","note":null}],"next":1}`), answering(200, `{"data":[{}],"next":null}`))
	if want := `{"success":false,"error":"Call failed: the answer differs from the manifest: \"data.state\" is missing (1 items are here; the list is incomplete, resume it at page=1)","data":[{"state":"on","note":null}]}`; string(e.JSON) != want {
		t.Errorf("got %s", e.JSON)
	}
	op := outputs(body(TypeString, "a"))
	if _, e := heard(t, &op, true, answering(200, `{"a":1}`)); errorText(e) != `Call failed: the answer differs from the manifest: "a" is of the type integer, not string` {
		t.Errorf("got %s", e.JSON)
	}
	c := newTestClient(t, Options{Transport: play(answering(200, `{"data":{"it":{"note":null}}}`)), Strict: true})
	type state struct {
		State string
		Since *int64
		Note  *string
		Parts []projected
		Tags  []string
		ByID  map[string]projected
		Owner *projected
		Free  json.RawMessage
	}
	if _, err := ObjectAs[state](t.Context(), c, &getState, token(), nil); CodeOf(err) != CodeUnexpectedResponse {
		t.Errorf("typed: %v", err)
	}
}

// TestDriftPanics: a hook that breaks down breaks its call only.
func TestDriftPanics(t *testing.T) {
	c := clientOf(t, tableOf(&demoAPI, &getState), Options{Transport: play(answering(200, `{"data":{"it":{}}}`)), Drift: func(context.Context, Drift) { panic("x") }})
	if e := c.Call(t.Context(), "get_state", token(), nil); e.code() != CodeInternal {
		t.Errorf("%s", e.JSON)
	}
}

// TestDriftText: no value of an answer is in a report.
func TestDriftText(t *testing.T) {
	drifts, _ := heard(t, &getState, false, answering(200, `{"data":{"it":{"state":{"private":"value"},"note":7,"since":"private"}}}`))
	for _, d := range drifts {
		for _, field := range []string{fmt.Sprintf("%+v", d), d.String()} {
			if strings.Contains(field, "private") {
				t.Error(field)
			}
		}
	}
	if v := reflect.ValueOf(Drift{}); v.NumField() != 6 {
		t.Error("say here why the new field holds no values")
	}
}

func BenchmarkDrift(b *testing.B) {
	for name, o := range map[string]Options{"nobody listens": {}, "somebody does": {Drift: func(context.Context, Drift) {}}} {
		b.Run(name, func(b *testing.B) {
			o.Transport = &memory{pages: [][]byte{[]byte(`{"data":` + fullBody + `}`)}}
			c := clientOf(b, tableOf(&demoAPI, &getEverything), o)
			b.ReportAllocs()
			for b.Loop() {
				if e := c.Call(b.Context(), "get_everything", token(), nil); e.Err != nil {
					b.Fatal(e.Err)
				}
			}
		})
	}
}

// BenchmarkDriftEverywhere: each of 50 items differs from the manifest, and in
// another way than that of a page that is as told.
func BenchmarkDriftEverywhere(b *testing.B) {
	for name, item := range map[string]string{"none": `{"state":"on","note":null}`, "in each item": `{"state":"half","x":1}`} {
		b.Run(name, func(b *testing.B) {
			page := fmt.Sprintf(`{"data":[%s],"next":null}`, strings.TrimSuffix(strings.Repeat(item+",", 50), ","))
			c := clientOf(b, tableOf(&demoAPI, &listStates), Options{Transport: &memory{pages: [][]byte{[]byte(page)}}, Drift: func(context.Context, Drift) {}})
			b.ReportAllocs()
			for b.Loop() {
				if e := c.Call(b.Context(), "list_states", token(), nil); e.Err != nil {
					b.Fatal(e.Err)
				}
			}
		})
	}
}
