package scaffold_test

import (
	"bytes"
	"strings"
	"testing"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/format"
	"modulex.dev/connector/generator/scaffold"
)

const head = "manifest: 1\nname: demo\ntitle: Demo\nversion: 1.0.0\noverview: A demo.\nbase_url: https://api.example.com\n"

const paging = "paging:\n  numbered: { mode: page, page: page, first: 1, until: short, size: size, items: 50 }\n"

const first = "  first_one: { description: The first., request: GET /first, returns: none }\n"

var get = scaffold.Action{Name: "get_thing", Request: "GET /things/{thing_id}", Description: "Get a thing.", Kind: "object", Path: "$"}

const getText = `  get_thing:
    description: Get a thing.
    request: GET /things/{thing_id}
    parameters:
      thing_id: { description: The ID of the thing }
    returns: { data: { object: $ } }
`

// Where the action goes: behind the last one, before what belongs to what
// follows, in the author's own layout.
func TestAddActionPlaces(t *testing.T) {
	for _, tt := range []struct{ name, before, after, text string }{
		{"the end", head + "actions:\n" + first, "", "\n" + getText},
		{"no line break at the end", head + "actions:\n" + strings.TrimSuffix(first, "\n"), "", "\n\n" + getText},
		{"before another key", head + "actions:\n" + first, "paging: {}\n", "\n" + getText},
		{"before a comment of another key", head + "actions:\n" + first, "\n# Pages.\n\n# More.\npaging: {}\n", "\n" + getText},
		{"behind a comment of the actions", head + "actions:\n" + first + "\n  # To come: more.\n", "\n", "\n" + getText},
		{"behind a comment in the action", head + "actions:\n  first_one:\n    description: The first.\n    request: GET /first\n    returns: none\n    # success: [204]\n", "# The end.\n", "\n" + getText},
		{"without empty lines", head + "actions:\n" + first + strings.Replace(first, "first_one", "second_one", 1), "", getText},
		{"with empty lines", head + "actions:\n" + first + "\n  # The second.\n" + strings.Replace(first, "first_one", "second_one", 1), "\n\n", "\n" + getText},
		{"another indentation", head + "actions:\n   first_one:\n      description: The first.\n      request: GET /first\n      returns: none\n", "",
			"\n   get_thing:\n      description: Get a thing.\n      request: GET /things/{thing_id}\n      parameters:\n         thing_id: { description: The ID of the thing }\n      returns: { data: { object: $ } }\n"},
		{"a text of several lines", head + "actions:\n  first_one:\n    request: GET /first\n    returns: none\n    description: |\n      The first\n\n      of many.\n", "", "\n" + getText},
		{"a byte order mark", "\uFEFF" + head + "actions:\n" + first, "", "\n" + getText},
		{"lines of Windows", strings.ReplaceAll(head+"actions:\n"+first, "\n", "\r\n"), "\r\n", strings.ReplaceAll("\n"+getText, "\n", "\r\n")},
	} {
		got, err := scaffold.AddAction("manifest.yaml", []byte(tt.before+tt.after), get)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if want := tt.before + tt.text + tt.after; string(got) != want {
			t.Errorf("%s: got\n%q\nwant\n%q", tt.name, got, want)
		}
	}
}

// What is written for the answers.
func TestAddActionTexts(t *testing.T) {
	src := []byte(head + paging + "actions:\n" + first)
	param := func(text string) scaffold.Param {
		p, err := scaffold.ParseParam(text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, tt := range []struct {
		action scaffold.Action
		want   string
	}{
		{get, getText},
		{scaffold.Action{Name: "ping", Request: "GET /", Description: "Ping", Kind: "none"},
			"  ping:\n    description: Ping.\n    request: GET /\n    returns: none\n"},
		{scaffold.Action{Name: "list_things", Request: "GET /things?all", Description: "List: things, all of them!", Kind: "list", Path: "data.things", Paging: "numbered", Docs: "https://example.com/a?b=c",
			Params: []scaffold.Param{param("limit:query:integer"), param("order:query:string=The order: asc, desc")}},
			"  list_things:\n    description: \"List: things, all of them!\"\n    request: \"GET /things?all\"\n    parameters:\n      limit: { in: query, type: integer, description: The limit }\n" +
				"      order: { in: query, description: \"The order: asc, desc\" }\n    paging: numbered\n    returns: { data: { list: data.things } }\n    docs: https://example.com/a?b=c\n"},
		{scaffold.Action{Name: "move", Request: "POST /a/{from_id}/{to}", Description: "Move.", Kind: "none", Params: []scaffold.Param{param("title:body:string:required=Null"), param("to:path:integer=Where to")}},
			"  move:\n    description: Move.\n    request: POST /a/{from_id}/{to}\n    parameters:\n      from_id: { description: The ID of the from }\n      to: { type: integer, description: Where to }\n" +
				"      title: { in: body, required: true, description: \"Null\" }\n    returns: none\n"},
	} {
		got, err := scaffold.AddAction("manifest.yaml", src, tt.action)
		if tt.action.Name == "list_things" { // a path has no query
			if err == nil || !strings.Contains(err.Error(), "query") {
				t.Errorf("a query in the path: %v", err)
			}
			tt.action.Request = "GET /things"
			tt.want = strings.Replace(tt.want, `"GET /things?all"`, "GET /things", 1)
			got, err = scaffold.AddAction("manifest.yaml", src, tt.action)
		}
		if err != nil {
			t.Errorf("%s: %v", tt.action.Name, err)
			continue
		}
		if want := string(src) + "\n" + tt.want; string(got) != want {
			t.Errorf("got\n%s\nwant\n%s", got[len(src):], want[len(src):])
		}
		if out, err := format.Source(got); err != nil || !bytes.Equal(out, got) {
			t.Errorf("%s is not laid out: %v\n%s", tt.action.Name, err, out)
		}
		if _, faults := generator.Load("manifest.yaml", got); len(faults) > 0 {
			t.Error(faults)
		}
	}
}

func TestAddActionRefuses(t *testing.T) {
	good := head + paging + "actions:\n" + first
	with := func(change func(*scaffold.Action)) scaffold.Action {
		a := get
		change(&a)
		return a
	}
	for _, tt := range []struct {
		src    string
		action scaffold.Action
		says   string
	}{
		{good, with(func(a *scaffold.Action) { a.Name = "first_one" }), `"first_one" stands here twice`},
		{good, with(func(a *scaffold.Action) { a.Name = "Get" }), `"Get"`},
		{good, with(func(a *scaffold.Action) { a.Name = "x: {}\n  y" }), ""},
		{good, with(func(a *scaffold.Action) { a.Request = "FETCH /" }), `"request" cannot be "FETCH /"`},
		{good, with(func(a *scaffold.Action) { a.Kind, a.Path, a.Paging = "list", "data", "pages" }), `there is no paging "pages"`},
		{good, with(func(a *scaffold.Action) { a.Docs = "nowhere" }), `"docs" cannot be "nowhere"`},
		{good, with(func(a *scaffold.Action) {
			a.Params = []scaffold.Param{{Name: "a", In: "body", Type: "string", Description: "A"}}
		}), "has no body"},
		{good, with(func(a *scaffold.Action) {
			a.Params = []scaffold.Param{{Name: "a", In: "query", Type: "text", Description: "A"}}
		}), `"type" cannot be "text"`},
		{head + "actions: { first_one: { description: The first., request: GET /first, returns: none } }\n", get, "the actions are in braces"},
		{head + "actions:\n  first_one:\n    request: GET /first\n    returns: none\n    description: |+\n      The first.\n\n\n", get, "the end of the actions cannot be found"},
		{head, get, `manifest.yaml:1:1: `},
	} {
		_, err := scaffold.AddAction("manifest.yaml", []byte(tt.src), tt.action)
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%+v: %v, want %q", tt.action, err, tt.says)
		}
	}
}

func TestParseParam(t *testing.T) {
	for text, want := range map[string]scaffold.Param{
		"limit:query:integer":                       {Name: "limit", In: "query", Type: "integer", Description: "The limit"},
		"user_id:body:string:required":              {Name: "user_id", In: "body", Type: "string", Required: true, Description: "The ID of the user"},
		"id:path:string":                            {Name: "id", In: "path", Type: "string", Description: "The ID"},
		"at:query:string=When: 12:00, or a=b later": {Name: "at", In: "query", Type: "string", Description: "When: 12:00, or a=b later"},
	} {
		if got, err := scaffold.ParseParam(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "limit", "limit:query", "limit::integer", "limit:query:integer:optional", "limit:query:integer:required:more"} {
		if p, err := scaffold.ParseParam(text); err == nil {
			t.Errorf("%q is taken as %+v", text, p)
		}
	}
}
