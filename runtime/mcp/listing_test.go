package mcp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"modulex.dev/connector/runtime"
)

// What a tool looks like in a listing, from rich to poor.
func TestTool(t *testing.T) {
	table := demo()
	for _, tt := range []struct {
		action string
		level  int
		want   string
	}{
		{"get_thing", 0, `{"name":"get_thing","title":"get thing","description":"Does get_thing.",` +
			`"inputSchema":{"additionalProperties":false,"properties":{"q":{"description":"What to look for","type":"string"}},"type":"object"},` +
			`"outputSchema":{"properties":{"success":{"type":"boolean"},"error":{"type":["string","null"]},"data":{"type":["object","null"]}},"required":["success"],"type":"object"},` +
			`"annotations":{"readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":true}}`},
		{"get_thing", 3, `{"name":"get_thing","title":"get thing","description":"Does get_thing.",` +
			`"inputSchema":{"properties":{"q":{"description":"What to look for","type":"string"}},"type":"object"},` +
			`"outputSchema":{"type":"object","properties":{"success":{},"error":{},"data":{}}},"annotations":{"readOnlyHint":true}}`},
		{"list_pages", 3, `{"name":"list_pages","title":"list pages","description":"Does list_pages.",` +
			`"inputSchema":{"properties":{"resume":{"type":"string"},"resume_at":{"type":"string"}},"type":"object"},` +
			`"outputSchema":{"type":"object","properties":{"success":{},"error":{},"data":{}}},"annotations":{"readOnlyHint":true}}`},
		{"delete_thing", 2, `{"name":"delete_thing","title":"delete thing","description":"Does delete_thing.","inputSchema":{"properties":{},"type":"object"},` +
			`"outputSchema":{"properties":{"success":{"type":"boolean"},"error":{"type":["string","null"]}},"type":"object"},"annotations":{"destructiveHint":true,"idempotentHint":true}}`},
	} {
		got := levels[tt.level].tool(describe(table.Lookup(tt.action)), map[string]bool{})
		if string(got) != tt.want {
			t.Errorf("%s, level %d:\n%s\nwant\n%s", tt.action, tt.level, got, tt.want)
		}
	}
}

// A listing that is too large says less, but never less than names and types.
func TestListingBudget(t *testing.T) {
	var many []*runtime.Action
	for i := range 400 {
		a := demo().Actions[0]
		a.Name = fmt.Sprintf("get_thing_%d", i)
		many = append(many, &a)
	}
	all := func(actions []*runtime.Action) (out []described) {
		for _, a := range actions {
			out = append(out, describe(a))
		}
		return out
	}
	few := listTools(many[:10])
	if string(few) != string(levels[0].list(all(many[:10]), math.MaxInt)) {
		t.Error("a small listing is not as rich as it can be")
	}
	large := listTools(many)
	if string(large) != string(levels[len(levels)-1].list(all(many), math.MaxInt)) || strings.Count(string(large), `"q":{`) != 400 {
		t.Error("a large listing is not the poorest")
	}
	if n := strings.Count(string(large), "What to look for"); n != 1 {
		t.Errorf("a description is said %d times", n)
	}
}

// Small schemas accept what the large ones accept, value for value.
func TestSmallSchemasMeanTheSame(t *testing.T) {
	schemas := []string{
		objectOut, listOut, moreOut,
		`{"type":"object","title":"T","properties":{"title":{"type":"string","title":"Title","description":"The title"},"properties":{"type":"integer","minimum":3,"default":null},"description":{"enum":["a","b",null]}},"required":["title"],"additionalProperties":false}`,
		`{"type":"object","properties":{"a":{"anyOf":[{"type":"string","maxLength":2},{"type":"null"}],"description":"x"},"b":{"anyOf":[{"type":"string","enum":["q"]},{"type":"null"}]},"c":{"anyOf":[{"type":"integer"},{"type":"string"}]},"d":{"anyOf":[{"type":"null"},{"type":"array","items":{"type":"string"}}]}},"required":[]}`,
		`{"type":"object","properties":{"m":{"type":"object","additionalProperties":{"type":"integer","title":"N"}},"o":{"type":"object","properties":{"x":{"anyOf":[{"type":"array","items":{"type":"integer"},"maxItems":2},{"type":"null"}]}},"additionalProperties":false},"t":true,"n":{"not":{"type":"string","title":"S"}}}}`,
		`{"type":"object","$defs":{"N":{"type":"integer","title":"N"}},"properties":{"r":{"$ref":"#/$defs/N"},"l":{"allOf":[{"$ref":"#/$defs/N"},{"minimum":2,"title":"Two"}]}}}`,
	}
	c := compactor{closed: true, describe: func(_, said string) string { return said }}
	r := rand.New(rand.NewPCG(1, 2))
	for i, large := range schemas {
		small := c.schema("", read(runtime.Schema(large))).append(nil)
		if len(small) > len(large) || strings.Contains(string(small), `"title":"`) {
			t.Errorf("%s\nbecame\n%s", large, small)
		}
		want, got := jsonschema.MustCompileString("large", large), jsonschema.MustCompileString("small", string(small))
		accepted := 0
		for range 4000 {
			v := anyJSON(r, 0)
			if w := want.Validate(v) == nil; w != (got.Validate(v) == nil) {
				t.Fatalf("schema %d: %v is accepted by one only:\n%s\n%s", i, v, large, small)
			} else if w {
				accepted++
			}
		}
		if accepted == 0 {
			t.Errorf("schema %d has accepted nothing", i)
		}
	}
}

// anyJSON is any JSON value, often one that the schemas of the tests speak of.
func anyJSON(r *rand.Rand, depth int) any {
	names := []string{"success", "error", "data", "included", "title", "properties", "description", "a", "b", "c", "d", "m", "o", "x", "t", "n", "r", "l", "other"}
	if depth == 0 || depth < 3 && r.IntN(3) == 0 {
		o := map[string]any{}
		if depth == 0 && r.IntN(2) == 0 {
			o["success"], o["title"] = true, "a"
		}
		for range r.IntN(4) {
			o[names[r.IntN(len(names))]] = anyJSON(r, depth+1)
		}
		return o
	}
	if depth < 3 && r.IntN(3) == 0 {
		l := make([]any, r.IntN(4))
		for i := range l {
			l[i] = anyJSON(r, depth+1)
		}
		return l
	}
	return []any{nil, true, false, "a", "q", "long text", 1.0, 3.0, 2.5}[r.IntN(9)]
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"List events.":                         "List events.",
		"one\n\ttwo  three ":                   "one two three",
		"a\x00b\x1b[31mc":                      "ab[31mc",
		"in\u200bvi\u202esi\u2066ble\ufeff":    "invisible",
		"see ![x](http://e) and [y](http://f)": "see [x] (http://e) and [y] (http://f)",
		"`code` <!-- note --> end":             "'code' note end",
		"not \xff UTF-8":                       "not UTF-8",
		strings.Repeat("é", 30):                strings.Repeat("é", 19) + "…",
		"":                                     "",
	} {
		if got := plain(in, 20); len([]rune(want)) <= 20 && got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
		if got := plain(in, 1000); len([]rune(in)) < 30 && got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestSays(t *testing.T) {
	for _, tt := range []struct {
		description string
		names       []string
		want        bool
	}{
		{"The ID of the event", []string{"event_id"}, false},
		{"Whether the chat is enabled", []string{"chat_enabled"}, false},
		{"The title of the event", []string{"title", "create_event"}, false},
		{"The ID of the user who owns the event", []string{"owner_id", "create_event"}, true},
		{"Only events with this title", []string{"title", "list_events"}, true},
		{"", []string{"x"}, false},
	} {
		if got := says(tt.description, tt.names...); got != tt.want {
			t.Errorf("%q of %v: %v", tt.description, tt.names, got)
		}
	}
}

// FuzzPlain: a text for models is one line of characters that can be seen, of a
// bounded length, and stays as it is the second time.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"List events.", "a\x00b", "\u202e\u200b", "![](", "<!--", "<!<!----", "`", "\xff", strings.Repeat("x", 300), " … "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := plain(s, 100)
		if n := len([]rune(got)); n > 100 {
			t.Fatalf("%q has %d characters", got, n)
		}
		for _, r := range got {
			if r < ' ' || r == 0x7f || r == '\u2028' || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff {
				t.Fatalf("%q has the character %U", got, r)
			}
		}
		for _, mark := range []string{"<!--", "![", "](", "`"} {
			if strings.Contains(got, mark) {
				t.Fatalf("%q has %s", got, mark)
			}
		}
		if again := plain(got, 100); again != got {
			t.Fatalf("%q becomes %q", got, again)
		}
	})
}

// FuzzFind: whatever is looked for, actions are found once each, none is lost
// where nothing is looked for, and one that is named is the first.
func FuzzFind(f *testing.F) {
	s := &Server{table: demo()}
	for i := range s.table.Actions {
		s.order = append(s.order, &s.table.Actions[i])
	}
	for _, q := range []string{"", "get_thing", "list pages", "the", "\xff", "delete things", strings.Repeat("list ", 100)} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		got := s.ranked(query)
		seen := map[*runtime.Action]bool{}
		for _, a := range got {
			if seen[a] {
				t.Fatalf("%q finds %s twice", query, a.Name)
			}
			seen[a] = true
		}
		if len(words(query)) == 0 && len(got) != len(s.order) {
			t.Fatalf("%q finds %d", query, len(got))
		}
		if a := s.table.Lookup(strings.TrimSpace(query)); a != nil && got[0] != a {
			t.Fatalf("%q finds %s first", query, got[0].Name)
		}
		if !reflect.DeepEqual(got, s.ranked(query)) {
			t.Fatalf("%q finds something else each time", query)
		}
	})
}
