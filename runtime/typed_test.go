// Typed results: what structs hold of an answer, whatever the answer holds.

package runtime

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

type address struct {
	Street string
	Number *int64
}

type everything struct {
	ID      string
	Age     int64
	Score   float64
	Live    bool
	Note    *string
	Rank    *int64
	Address address
	Second  *address
	Tags    []string
	Counts  []int64
	Places  []address
	Parts   []Object
	Mixed   []json.RawMessage
	Labels  map[string]string
	Houses  map[string]address
	Extra   Object
	Any     json.RawMessage
}

var (
	addressShape = Shape{Name: "address", Fields: []ShapeField{
		{Name: "street", Type: TypeString},
		{Name: "number", Type: TypeInteger, Nullable: true, Optional: true},
	}}
	everythingShape = Shape{Name: "everything", Fields: []ShapeField{
		{Name: "id", Type: TypeString},
		{Name: "age", Type: TypeInteger},
		{Name: "score", Type: TypeNumber},
		{Name: "live", Type: TypeBoolean},
		{Name: "note", Type: TypeString, Nullable: true, Optional: true},
		{Name: "rank", Type: TypeInteger, Nullable: true, Optional: true},
		{Name: "address", Type: TypeObject, Shape: &addressShape},
		{Name: "second", Type: TypeObject, Shape: &addressShape, Nullable: true, Optional: true},
		{Name: "tags", Type: TypeArray, Items: TypeString},
		{Name: "counts", Type: TypeArray, Items: TypeInteger},
		{Name: "places", Type: TypeArray, Items: TypeObject, Shape: &addressShape},
		{Name: "parts", Type: TypeArray, Items: TypeObject},
		{Name: "mixed", Type: TypeArray},
		{Name: "labels", Type: TypeObject, Map: true, Items: TypeString},
		{Name: "houses", Type: TypeObject, Map: true, Shape: &addressShape},
		{Name: "extra", Type: TypeObject},
		{Name: "any", Type: TypeAny},
	}}
)

const fullBody = `{"id":"1","age":42,"score":1.5,"live":true,"note":"n","rank":7,"address":{"street":"Elm","number":1},"second":{"street":"Oak"},` +
	`"tags":["a","b"],"counts":[1,2],"places":[{"street":"x"},{"street":"y","number":2}],"parts":[{"p":1}],"mixed":[1,"x",null],` +
	`"labels":{"k":"v"},"houses":{"h":{"street":"z"}},"extra":{"e":1.0},"any":[1]}`

func ptr[T any](v T) *T { return &v }

var full = everything{
	ID: "1", Age: 42, Score: 1.5, Live: true, Note: ptr("n"), Rank: ptr(int64(7)), Address: address{"Elm", ptr(int64(1))}, Second: &address{Street: "Oak"},
	Tags: []string{"a", "b"}, Counts: []int64{1, 2}, Places: []address{{Street: "x"}, {"y", ptr(int64(2))}}, Parts: []Object{Object(`{"p":1}`)},
	Mixed: []json.RawMessage{json.RawMessage(`1`), json.RawMessage(`"x"`), json.RawMessage(`null`)}, Labels: map[string]string{"k": "v"},
	Houses: map[string]address{"h": {Street: "z"}}, Extra: Object(`{"e":1.0}`), Any: json.RawMessage(`[1]`),
}

// getEverything has a shape; so has each element of listEverything.
var (
	getEverything = Operation{
		Name: "get_everything", Method: "GET", Path: "/everything", Auth: &tokenAuth, Success: []int{200},
		Result: Result{Kind: ResultObject, Field: "data", Path: "data", Shape: &everythingShape},
	}
	listEverything = Operation{
		Name: "list_everything", Method: "GET", Path: "/everything", Auth: &tokenAuth, Success: []int{200},
		Result: Result{Kind: ResultList, Field: "data", Path: "data", Shape: &everythingShape},
		Paging: &Paging{Mode: PagingPage, In: InQuery, Param: "page", First: 0, Next: "next"},
	}
)

func TestObjectAs(t *testing.T) {
	tests := []struct {
		name, body string
		want       everything
	}{
		{"everything", fullBody, full},
		{"nothing", `{}`, everything{}},
		{"nulls", `{"id":null,"age":null,"score":null,"live":null,"note":null,"rank":null,"address":null,"second":null,"tags":null,"counts":null,"places":null,"parts":null,"mixed":null,"labels":null,"houses":null,"extra":null,"any":null}`,
			everything{Any: json.RawMessage("null")}},
		{"other types", `{"id":1,"age":"x","score":"y","live":"true","note":{},"rank":[],"address":"a","second":3,"tags":"t","counts":{},"places":1,"parts":true,"mixed":"m","labels":[],"houses":"h","extra":[],"any":"z"}`,
			everything{Any: json.RawMessage(`"z"`)}},
		{"elements of other types", `{"tags":["a",1,"b"],"counts":[1,"2",3.0],"places":[null,{"street":"s"}],"parts":[1],"labels":{"k":1},"houses":{"h":2}}`,
			everything{Tags: []string{"a", "", "b"}, Counts: []int64{1, 0, 3}, Places: []address{{}, {Street: "s"}}, Parts: []Object{nil}, Labels: map[string]string{"k": ""}, Houses: map[string]address{"h": {}}}},
		{"empty lists", `{"tags":[],"places":[ ],"labels":{}}`, everything{Tags: []string{}, Places: []address{}, Labels: map[string]string{}}},
		{"integers with a point", `{"age":12.0,"rank":-3.00}`, everything{Age: 12, Rank: ptr(int64(-3))}},
		{"no integers", `{"age":12.5,"rank":1e2}`, everything{}},
		{"integers that are too long", `{"age":9223372036854775808,"rank":-9223372036854775809}`, everything{}},
		{"the longest integers", `{"age":9223372036854775807,"rank":-9223372036854775808}`, everything{Age: 1<<63 - 1, Rank: ptr(int64(-1 << 63))}},
		{"numbers out of range", `{"score":1e999}`, everything{}},
		{"exact names", `{"ID":"x","Id":"y","Age":1}`, everything{}},
		{"escapes", `{"\u0069d":"\u00e9\n\"","note":"\ud83d\ude00"}`, everything{ID: "é\n\"", Note: ptr("😀")}},
		{"the last of two", `{"id":"1","address":{"street":"a","number":1},"tags":["x","y"],"id":"2","address":{"street":"b"},"tags":["z"],"rank":1,"rank":"no"}`,
			everything{ID: "2", Address: address{Street: "b"}, Tags: []string{"z"}}},
		{"another order, and more", `{"x":{"id":"no"},"any":1,"id":"1","y":[{}],"age":2}`, everything{ID: "1", Age: 2, Any: json.RawMessage(`1`)}},
	}
	for _, tt := range tests {
		c := newTestClient(t, Options{Transport: play(answering(200, `{"data":`+tt.body+`}`))})
		got, err := ObjectAs[everything](t.Context(), c, &getEverything, token(), nil)
		if err != nil || !reflect.DeepEqual(got.Value, tt.want) || string(got.Raw) != tt.body {
			t.Errorf("%s: %v\n got %+v\nwant %+v", tt.name, err, got.Value, tt.want)
		}
	}
	for body, want := range map[string]string{`{"data":null}`: "", `{"data":[]}`: `Call failed: "data" in the answer is an array, not an object`} {
		c := newTestClient(t, Options{Transport: play(answering(200, body))})
		got, err := ObjectAs[everything](t.Context(), c, &getEverything, token(), nil)
		if fmt.Sprint(err) != fmt.Sprint(orNil(want)) || got.Raw != nil || !reflect.DeepEqual(got.Value, everything{}) {
			t.Errorf("%s: %v %+v", body, err, got)
		}
	}
}

func TestListAs(t *testing.T) {
	page := func(next string, ids ...string) step {
		var items []string
		for _, id := range ids {
			items = append(items, fmt.Sprintf(`{"id":%q}`, id))
		}
		return answering(200, `{"data":[`+strings.Join(items, ",")+`],"next":`+next+`}`)
	}
	script := func() *script { return play(page("1", "a", "b"), page("2"), page("3", "c"), status(403)) }
	c := newTestClient(t, Options{Transport: script()})
	list, err := ListAs[everything](t.Context(), c, &listEverything, token(), nil)
	if CodeOf(err) != CodePermissionDenied || list.Count != 3 || list.Stop != StopError || list.Resume != "page=3" || list.Complete {
		t.Errorf("%v %+v", err, list.ListState)
	}
	ids := ""
	for _, item := range list.Items {
		ids += item.Value.ID
		if want := fmt.Sprintf(`{"id":%q}`, item.Value.ID); string(item.Raw) != want {
			t.Errorf("got %s", item.Raw)
		}
	}
	if ids != "abc" {
		t.Errorf("got %s", ids)
	}

	c = newTestClient(t, Options{Transport: script()})
	ids = ""
	for item, err := range SeqAs[everything](t.Context(), c, &listEverything, token(), nil) {
		if ids += item.Value.ID; err != nil {
			ids += "!" + string(CodeOf(err))
		}
	}
	if ids != "abc!permission_denied" {
		t.Errorf("got %s", ids)
	}
	asked := script()
	c = newTestClient(t, Options{Transport: asked})
	for range SeqAs[everything](t.Context(), c, &listEverything, token(), nil) {
		break
	}
	if asked.count() != 1 {
		t.Errorf("%d requests", asked.count())
	}
}

type projected struct {
	ID  *string
	Age *int64
}

type severalOutputs struct {
	Total  *int64
	Items  []projected
	More   *bool
	Meta   Object
	Status *int64
	Asked  *string
	Done   *bool
}

func TestOutputsAs(t *testing.T) {
	op := several()
	c := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: play(
		answering(200, `{"items":[{"id":"1","age":2},{"id":3}],"more":true,"meta":{"a":1}}`), answering(200, `{"meta":null}`), answering(403, `{"message":"no"}`))})
	values := []Value{Text("n"), {}, {}}
	got, err := OutputsAs[severalOutputs](t.Context(), c, &op, token(), values)
	want := severalOutputs{ptr(int64(2)), []projected{{ptr("1"), ptr(int64(2))}, {}}, ptr(true), Object(`{"a":1}`), ptr(int64(200)), ptr("n"), ptr(true)}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
	got, err = OutputsAs[severalOutputs](t.Context(), c, &op, token(), make([]Value, 3))
	want = severalOutputs{Total: ptr(int64(0)), Items: []projected{}, Status: ptr(int64(200)), Done: ptr(true)}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
	if got, err = OutputsAs[severalOutputs](t.Context(), c, &op, token(), values); CodeOf(err) != CodePermissionDenied || !reflect.DeepEqual(got, severalOutputs{}) {
		t.Errorf("%v %+v", err, got)
	}
}

func TestPagedOutputsAs(t *testing.T) {
	type people struct {
		Total  *int64
		Seen   *int64
		People []projected
		Owner  *string
		ListState
	}
	op := pagedOutputs()
	c := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: play(
		peoplePage(`"a"`, "2", "1"), peoplePage(`"b"`, "null", "2"),
		peoplePage(`"a"`, "2", "1"), answering(403, `{"message":"no"}`))})
	values := make([]Value, 4)
	got, err := OutputsAs[people](t.Context(), c, &op, token(), values)
	want := people{ptr(int64(2)), ptr(int64(2)), []projected{{ID: ptr("1")}, {ID: ptr("2")}}, ptr("b"), ListState{Count: 2, Complete: true, Stop: StopEnd}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
	got, err = OutputsAs[people](t.Context(), c, &op, token(), values)
	want = people{People: []projected{{ID: ptr("1")}}, ListState: ListState{Count: 1, Stop: StopError, Resume: "page=2"}}
	if CodeOf(err) != CodePermissionDenied || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
	if got, err = OutputsAs[people](t.Context(), c, &op, Credentials{}, values); CodeOf(err) != CodeUnauthenticated || got.Stop != StopError {
		t.Errorf("%v %+v", err, got)
	}
}

// TestMisfits: a type that is not the table's is a failure of this program, and
// no panic.
func TestMisfits(t *testing.T) {
	type few struct{ ID string }
	type unreadable struct{ A chan int }
	c := newTestClient(t, Options{Transport: play(answering(200, `{"data":{}}`))})
	_, err := ObjectAs[few](t.Context(), c, &getEverything, token(), nil)
	if CodeOf(err) != CodeInternal || err.Error() != "Call failed: the result of get_everything cannot be read: runtime.few has other fields than its shape" {
		t.Error(err)
	}
	if _, err := ObjectAs[everything](t.Context(), c, &getThing, token(), nil); CodeOf(err) != CodeInternal {
		t.Error(err)
	}
	if _, err := ListAs[few](t.Context(), c, &listEverything, token(), nil); CodeOf(err) != CodeInternal {
		t.Error(err)
	}
	for _, err := range SeqAs[few](t.Context(), c, &listEverything, token(), nil) {
		if CodeOf(err) != CodeInternal {
			t.Error(err)
		}
	}
	op := outputs(body(TypeString, "a"))
	if _, err := OutputsAs[unreadable](t.Context(), c, &op, token(), make([]Value, 3)); CodeOf(err) != CodeInternal {
		t.Error(err)
	}
	if _, err := OutputsAs[struct{}](t.Context(), c, &op, token(), make([]Value, 3)); CodeOf(err) != CodeInternal {
		t.Error(err)
	}
	if _, err := OutputsAs[int](t.Context(), c, &op, token(), make([]Value, 3)); CodeOf(err) != CodeInternal {
		t.Error(err)
	}
}

func BenchmarkObjectAs(b *testing.B) {
	c := newTestClient(b, Options{Transport: &memory{pages: [][]byte{[]byte(`{"data":` + fullBody + `}`)}}})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ObjectAs[everything](b.Context(), c, &getEverything, token(), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecode compares with encoding/json on the same struct.
func BenchmarkDecode(b *testing.B) {
	d, err := newDecoder(reflect.TypeFor[everything](), &everythingShape)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("runtime", func(b *testing.B) {
		b.SetBytes(int64(len(fullBody)))
		b.ReportAllocs()
		for b.Loop() {
			var got everything
			d.decode([]byte(fullBody), reflect.ValueOf(&got).Elem())
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.SetBytes(int64(len(fullBody)))
		b.ReportAllocs()
		for b.Loop() {
			var got everything
			_ = json.Unmarshal([]byte(fullBody), &got)
		}
	})
}

// TestTypedPanics: a part of the host that panics is an error of a typed call, and
// its words, which may hold anything, are not told.
func TestTypedPanics(t *testing.T) {
	c := newTestClient(t, Options{Transport: play(func(*http.Request) (*http.Response, error) { panic(secret) })})
	values := make([]Value, len(getThing.Params))
	values[0] = Text("t1")
	const want = "Call failed: a part of this program failed"
	if _, err := c.Object(t.Context(), &getThing, token(), values); CodeOf(err) != CodeInternal || err.Error() != want {
		t.Errorf("Object: %v", err)
	}
	if l, err := c.List(t.Context(), &listThings, token(), make([]Value, 1)); CodeOf(err) != CodeInternal || l.Stop != StopError {
		t.Errorf("List: %+v, %v", l, err)
	}
}
