// Templates and conditions: what the holes stand for, what is left out, and
// what a parameter sends in its place.

package runtime

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Templates are written short in these tests.
func constant(text string) Template            { return Template{Kind: TemplateJSON, JSON: text} }
func texts(text string) Template               { return Template{Kind: TemplateText, Text: text} }
func valueOf(name string) Template             { return Template{Kind: TemplateValue, Name: name} }
func listOf(elements ...Template) Template     { return Template{Kind: TemplateList, Elements: elements} }
func optional(t Template) Template             { t.Optional = true; return t }
func when(t Template, c ...Condition) Template { t.When = c; return t }

// sending is an operation without places of its own for its parameters: the
// template says what is sent.
func sending(root Template, params ...Param) *Operation {
	for i := range params {
		if params[i].In == "" {
			params[i].In = InNone
		}
	}
	op := posting(params...)
	op.Body = &Body{Format: BodyJSON, MediaType: "application/json", Root: root}
	return op
}

func TestHoles(t *testing.T) {
	found := map[string]string{"a": "1", "auth.token": "T", "$uuid": "U", "a_2": "x{a}", "empty": ""}
	value := func(name string) Value {
		if v, ok := found[name]; ok {
			return Text(v)
		}
		return Value{}
	}
	for _, tt := range []struct {
		text, want string
		ok         bool
	}{
		{"", "", true}, {"plain", "plain", true}, {"{a}", "1", true}, {"{a}{a}", "11", true}, {"x{a}y{auth.token}z{$uuid}", "x1yTzU", true},
		{"{a_2}!", "x{a}!", true}, {"{empty}", "", true}, {"<{empty}>", "<>", true}, // what is put in is not read again
		{"{b}", "", false}, {"x{b}y", "", false}, {"{a}{b}", "", false}, {"{auth.key}", "", false},
		{"query { me { id } }", "query { me { id } }", true}, {"{", "{", true}, {"}", "}", true}, {"{}", "{}", true}, {"{{a}}", "{1}", true},
		{"{A}", "{A}", true}, {"{2a}", "{2a}", true}, {"{a.}", "{a.}", true}, {"{a.b.c}", "{a.b.c}", true}, {"{$}", "{$}", true}, {"{a", "{a", true}, {`{"a":{a}}`, `{"a":1}`, true},
	} {
		if got, ok := fillHoles(tt.text, value); ok != tt.ok || ok && got != tt.want {
			t.Errorf("%q: got %q, %v, want %q, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}

func TestTemplates(t *testing.T) {
	op := sending(object(
		Member{"v", constant(`1.50`)},
		Member{"name", texts("{first} {last}")},
		Member{"count", valueOf("count")},
		Member{"tags", valueOf("tags")},
		Member{"deep", object(Member{"a", optional(object(Member{"b", valueOf("count")}, Member{"c", texts("{last}")}))}, Member{"l", listOf(valueOf("first"), constant(`"x"`), valueOf("last"))})},
		Member{"maybe", optional(listOf(valueOf("count"), optional(object(Member{"t", valueOf("tags")}))))},
		Member{"only", when(constant(`true`), Condition{Param: "count", Is: []string{"1", "2"}})},
	), Param{Name: "first"}, Param{Name: "last"}, Param{Name: "count", Type: TypeInteger}, Param{Name: "tags", Type: TypeArray})
	check(t, op, []asked{
		{"nothing", `{}`, `{"v":1.50,"deep":{"l":["x"]}}`},
		{"half a text is none", `{"first":"A"}`, `{"v":1.50,"deep":{"l":["A","x"]}}`},
		{"all", `{"first":"A\"","last":"{first}","count":2,"tags":[1.0]}`,
			`{"v":1.50,"name":"A\" {first}","count":2,"tags":[1.0],"deep":{"a":{"b":2,"c":"{first}"},"l":["A\"","x","{first}"]},"maybe":[2,{"t":[1.0]}],"only":true}`},
		{"empty is given", `{"first":"","last":"","tags":[]}`, `{"v":1.50,"name":" ","tags":[],"deep":{"a":{"c":""},"l":["","x",""]},"maybe":[{"t":[]}]}`},
		{"a condition that does not hold", `{"count":3}`, `{"v":1.50,"count":3,"deep":{"a":{"b":3},"l":["x"]},"maybe":[3]}`},
	})
}

// TestTemplateFrame: parameters stand in the frame beside constants; those with
// dotted names are placed by the template.
func TestTemplateFrame(t *testing.T) {
	op := posting(Param{Name: "a"}, Param{Name: "b", Wire: "x.y"}, Param{Name: "c"}, Param{Name: "q", In: InQuery})
	op.Body = &Body{Root: object(
		Member{"data", Template{Kind: TemplateObject, Members: []Member{{"type", constant(`"t"`)}}, Parameters: true}},
		Member{"x", optional(object(Member{"y", valueOf("b")}))},
		Member{"none", optional(Template{Kind: TemplateObject, Parameters: false})},
	)}
	check(t, op, []asked{
		{"none", `{}`, `{"data":{"type":"t"}}`},
		{"all", `{"a":"1","b":"2","c":"3","q":"4"}`, `{"data":{"type":"t","a":"1","c":"3"},"x":{"y":"2"}}`},
	})
	op.Body = &Body{Root: optional(Template{Kind: TemplateObject, Parameters: true})}
	check(t, op, []asked{{"an optional frame", `{"b":"2"}`, ``}, {"with something in it", `{"a":"1"}`, `{"a":"1"}`}})
}

// TestFrames: a body that is only a frame is written from its two halves, and
// says what the template says.
func TestFrames(t *testing.T) {
	parameters := Template{Kind: TemplateObject, Parameters: true}
	both := Template{Kind: TemplateObject, Members: []Member{{"k", constant(`"v"`)}, {"o", object(Member{"x", constant(`[1, 2]`)})}}, Parameters: true}
	for _, tt := range []struct {
		root  Template
		plain bool
		want  string // with a parameter
	}{
		{parameters, true, `{"p":1}`}, {both, true, `{"k":"v","o":{"x":[1, 2]},"p":1}`},
		{object(Member{"a", constant(`1`)}, Member{"d", parameters}, Member{"z", constant(`{}`)}), true, `{"a":1,"d":{"p":1},"z":{}}`},
		{object(Member{"d", object(Member{"e", both})}), true, `{"d":{"e":{"k":"v","o":{"x":[1, 2]},"p":1}}}`},
		{constant(`{"a":1}`), false, `{"a":1}`}, {object(Member{"a", constant(`1`)}), false, `{"a":1}`},
		{object(Member{"d", optional(parameters)}), false, `{"d":{"p":1}}`}, {object(Member{"d", when(parameters, Condition{Param: "p", Given: true})}), false, `{"d":{"p":1}}`},
		{object(Member{"a", texts("x")}, Member{"d", parameters}), false, `{"a":"x","d":{"p":1}}`}, {listOf(parameters), false, `[{"p":1}]`},
		{object(Member{"a", parameters}, Member{"b", parameters}), false, `{"a":{"p":1},"b":{"p":1}}`}, {object(Member{"a", Template{}}, Member{"b", parameters}), false, `{"b":{"p":1}}`},
		{Template{}, false, ``},
	} {
		op := posting(Param{Name: "p", Type: TypeInteger})
		op.Body = &Body{Root: tt.root}
		k := &call{client: clientOf(t, tableOf(&openAPI, op), Options{}), op: op}
		if k.client.frame(op.Body).plain != tt.plain {
			t.Errorf("%s: a frame is %v, want %v", tt.want, !tt.plain, tt.plain)
		}
		for _, v := range []Value{{}, Int(1)} {
			b := builder{call: k, values: []Value{v}}
			want, _ := b.append(nil, &tt.root)
			if v.kind != absentValue && string(want) != tt.want {
				t.Errorf("the template says %s, want %s", want, tt.want)
			}
			if r, _ := k.newRequest([]Value{v}); string(r.body) != string(want) {
				t.Errorf("got %s, want %s", r.body, want)
			}
		}
	}
}

// TestWholeBody: a parameter may be the whole body, of any kind.
func TestWholeBody(t *testing.T) {
	op := sending(valueOf("v"), Param{Name: "v", Type: TypeAny, In: InBody, Wire: "$"}, Param{Name: "other", In: InBody, Wire: "other"})
	check(t, op, []asked{
		{"a list", `{"v":[1, 2],"other":"o"}`, `[1, 2]`}, {"a text", `{"v":"a\n"}`, `"a\n"`}, {"an object", `{"v":{"a":1}}`, `{"a":1}`}, {"none", `{}`, ``},
	})
}

func TestConditions(t *testing.T) {
	op := sending(object(
		Member{"given", when(constant(`1`), Condition{Param: "a", Given: true})},
		Member{"absent", when(constant(`1`), Condition{Param: "a", Absent: true})},
		Member{"is", when(constant(`1`), Condition{Param: "n", Is: []string{"7", "true"}})},
		Member{"both", when(constant(`1`), Condition{Param: "a", Given: true}, Condition{Param: "n", Is: []string{"7"}})},
		Member{"value", when(valueOf("a"), Condition{Param: "n", Given: true})},
		Member{"text", when(texts("t"), Condition{Param: "n", Given: true})},
	), Param{Name: "a"}, Param{Name: "n", Type: TypeAny})
	check(t, op, []asked{
		{"none", `{}`, `{"absent":1}`},
		{"empty", `{"a":"","n":[]}`, `{"absent":1}`},
		{"false is given", `{"a":"x","n":false}`, `{"given":1,"value":"x","text":"t"}`},
		{"true", `{"n":true}`, `{"absent":1,"is":1,"text":"t"}`},
		{"all", `{"a":"x","n":7}`, `{"given":1,"is":1,"both":1,"value":"x","text":"t"}`},
	})
}

func TestParameterSends(t *testing.T) {
	op := posting(
		Param{Name: "flag", Type: TypeBoolean, Map: []Translation{{"true", "1"}, {"false", "0"}}},
		Param{Name: "modes", Type: TypeArray, Map: []Translation{{"a", "A"}}},
		Param{Name: "event", Wire: "e", Template: &Template{Kind: TemplateObject, Members: []Member{{"event_type", valueOf("event")}}}, Encode: &Encoding{As: EncodeJSON}},
		Param{Name: "who", Template: &Template{Kind: TemplateText, Text: "user:{who}@{host}"}},
		Param{Name: "host", In: InNone, Map: []Translation{{"eu", "eu.test"}}},
		Param{Name: "num", SendAs: TypeInteger},
		Param{Name: "yes", Type: TypeBoolean, SendAs: TypeInteger},
		Param{Name: "txt", Type: TypeNumber, SendAs: TypeString},
		Param{Name: "nums", Type: TypeArray, SendAs: TypeNumber},
		Param{Name: "bool", Type: TypeAny, SendAs: TypeBoolean},
		Param{Name: "with", When: []Condition{{Param: "num", Given: true}}},
	)
	check(t, op, []asked{
		{"a table", `{"flag":true,"modes":["a","b",1]}`, `{"flag":"1","modes":["A","b",1]}`},
		{"a template that names itself", `{"event":"a\"b"}`, `{"e":"{\"event_type\":\"a\\\"b\"}"}`},
		{"another parameter, as it is sent", `{"who":"u","host":"eu"}`, `{"who":"user:u@eu.test"}`},
		{"the other is not given", `{"who":"u"}`, `{}`},
		{"text to number", `{"num":" 12 "}`, `{"num":12}`},
		{"no number", `{"num":"1.5"}`, `Call failed: num must be an integer to be sent`},
		{"boolean to number", `{"yes":true}`, `{"yes":1}`},
		{"boolean to nothing", `{"yes":false}`, `{"yes":0}`},
		{"number to text", `{"txt":1.50}`, `{"txt":"1.50"}`},
		{"each of a list", `{"nums":["1",2,"3e5",true]}`, `{"nums":[1,2,3e5,1]}`},
		{"one of a list", `{"nums":["1","x"]}`, `Call failed: nums must be a number to be sent`},
		{"an object in a list", `{"nums":[{}]}`, `Call failed: nums must be a number to be sent`},
		{"text to boolean", `{"bool":"True"}`, `{"bool":true}`},
		{"number to boolean", `{"bool":0}`, `{"bool":false}`},
		{"no boolean", `{"bool":"yes"}`, `Call failed: bool must be a boolean to be sent`},
		{"only with another", `{"with":"w"}`, `{}`},
		{"with it", `{"with":"w","num":"1"}`, `{"num":1,"with":"w"}`},
	})
}

// TestTemplateCircle: templates that name each other end in an error.
func TestTemplateCircle(t *testing.T) {
	op := posting(Param{Name: "a", Template: &Template{Kind: TemplateText, Text: "<{b}>"}}, Param{Name: "b", Template: &Template{Kind: TemplateText, Text: "({a})"}})
	check(t, op, []asked{{"both", `{"a":"1","b":"2"}`, "Call failed: a is made of itself"}, {"one", `{"a":"1"}`, `{}`}})
}

// TestCaptured: what a step has found fills holes, and stands in for a
// parameter of the same name.
func TestCaptured(t *testing.T) {
	op := posting(Param{Name: "team"}, Param{Name: "name"})
	op.Path = "/teams/{team}/x"
	op.Query = []Field{{Name: "sha", Value: valueOf("sha")}, {Name: "no", Value: valueOf("nothing")}}
	for _, tt := range []struct{ team, want string }{{"", "/teams/t%2F1/x?sha=abc {\"team\":\"t/1\"}"}, {"mine", "/teams/mine/x?sha=abc {\"team\":\"mine\"}"}} {
		k := &call{client: clientOf(t, tableOf(&openAPI, op), Options{}), op: op, captured: []named{{"sha", Text("abc")}, {"team", Text("t/1")}, {"nothing", rawJSON([]byte("null"))}}}
		values := make([]Value, 2)
		if tt.team != "" {
			values[0] = Text(tt.team)
		}
		r, reason := k.newRequest(values)
		if reason != "" {
			t.Fatal(reason)
		}
		if got := r.url.RequestURI() + " " + string(r.body); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

// TestStepPlaces: a step sends those of the action's parameters that it names.
func TestStepPlaces(t *testing.T) {
	op := posting(Param{Name: "q", In: InQuery}, Param{Name: "h", In: InHeader, Wire: "X-H"}, Param{Name: "b"}, Param{Name: "id", In: InPath})
	op.Path, op.Query = "/x/{id}", []Field{{Name: "named", Value: valueOf("q")}}
	for step, want := range map[bool]string{false: `/x/1?q=Q&named=Q H {"b":"B"}`, true: `/x/1?named=Q  {}`} {
		k := &call{client: clientOf(t, tableOf(&openAPI, op), Options{}), op: op}
		if step {
			k.action = op
		}
		r, reason := k.newRequest([]Value{Text("Q"), Text("H"), Text("B"), Text("1")})
		if reason != "" {
			t.Fatal(reason)
		}
		if got := r.url.RequestURI() + " " + r.header.Get("X-H") + " " + string(r.body); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestGenerated: a call has one UUID and one time.
func TestGenerated(t *testing.T) {
	op := sending(object(Member{"a", valueOf("$uuid")}, Member{"b", texts("key-{$uuid}")}, Member{"now", valueOf("$now")}, Member{"unix", valueOf("$unix")}))
	op.Headers = []Field{{Name: "Idempotency-Key", Value: texts("{$uuid}")}}
	clock := newFakeClock()
	server := play(answering(200, `{}`))
	c := clientOf(t, tableOf(&openAPI, op), Options{Transport: server, Clock: clock})
	seen := map[string]bool{}
	for range 3 {
		if e := c.Call(t.Context(), "x", Credentials{}, nil); !e.Success() {
			t.Fatal(e.Err)
		}
	}
	for _, r := range server.requests {
		var body struct {
			A, B, Now string
			Unix      int64
		}
		if err := json.Unmarshal([]byte(r.body), &body); err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(body.A) || seen[body.A] {
			t.Errorf("the UUID %q", body.A)
		}
		seen[body.A] = true
		if body.B != "key-"+body.A || r.Header.Get("Idempotency-Key") != body.A || body.Now != clock.Now().UTC().Format(time.RFC3339) || body.Unix != clock.Now().Unix() {
			t.Errorf("%s %s", r.body, r.Header)
		}
	}
}

// TestCredentialHoles: fields of the credential, in every place but an error.
func TestCredentialHoles(t *testing.T) {
	api := openAPI
	api.Headers = []Header{{"User-Agent", "app by {auth.token}"}, {"X-None", "{auth.other}"}}
	op := sending(object(Member{"t", valueOf("auth.token")}))
	op.Auth = &AuthScheme{Type: "api_key", Fields: tokenAuth.Fields}
	op.Path = "/bot{auth.token}/send"
	r, text := ask(t, &api, op, NewCredentials("api_key", map[string]string{"token": "12:ab/c"}), `{}`)
	if text != "" {
		t.Fatal(text)
	}
	if r.URL.EscapedPath() != "/bot12:ab%2Fc/send" || r.body != `{"t":"12:ab/c"}` || r.Header.Get("User-Agent") != "app by 12:ab/c" || r.Header["X-None"] != nil {
		t.Errorf("%s %s %v", r.URL, r.body, r.Header)
	}
	if !strings.Contains(r.URL.Path, "12:ab/c") {
		t.Error(r.URL.Path)
	}
}
