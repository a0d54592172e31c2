package show

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

const people = `[
 {"id":"p1","type":"people","attributes":{"first_name":"Ada","email":"ada@example.com","votes":3,"nothing":null,"owner":{"id":"o1"}}},
 {"id":"p2","type":"people","attributes":{"first_name":"Bo\u001b[31m\u009b","email":"b@example.com","votes":12,"nothing":null}},
 {"id":"p3","type":"people","attributes":{"first_name":"寿限無","email":"","votes":null,"nothing":null}}
]`

func parsed(t testing.TB, text string) Value {
	t.Helper()
	v, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestTable(t *testing.T) {
	for _, tt := range []struct {
		name, list string
		style      Style
		want, left string
	}{
		{"all that says something", people, Style{}, `
ID  FIRST_NAME  EMAIL            VOTES
p1  Ada         ada@example.com      3
p2  Bo␛[31m�    b@example.com       12
p3  寿限無
`, ""},
		{"a narrow window", people, Style{Width: 28}, `
ID  FIRST_NAME  EMAIL
p1  Ada         ada@example…
p2  Bo␛[31m�    b@example.c…
p3  寿限無
`, "votes"},
		{"wanted fields", people, Style{Width: 20, Fields: []string{"email", "owner.id"}}, `
EMAIL       OWNER.ID
ada@examp…  o1
b@example…
`, ""},
		{"too many wanted fields are records", people, Style{Width: 3, Fields: []string{"id", "votes"}}, `
id
  p
  1
vo…
  3

id
  p
  2
vo…
  1
  2

id
  p
  3
vo…
`, ""},
		{"texts", `["a\nb","\u202ec"]`, Style{Width: 3}, "\na b\n�c\n", ""},
		{"nested only", `[{"a":{"b":1}},{"a":{"b":2}}]`, Style{}, "\nA.B\n  1\n  2\n", ""},
		{"nothing to see", `[{},{}]`, Style{}, "\n{}\n{}\n", ""},
		{"an attribute and a member of one name", `[{"id":1,"attributes":{"id":2}}]`, Style{}, "\nID  ATTRIBUTES.ID\n 1              2\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			left, err := Table(&b, parsed(t, tt.list), tt.style)
			if got := b.String(); err != nil || strings.TrimRight(got, "\n ") != strings.TrimSpace(tt.want) && strings.TrimSpace(got) != strings.TrimSpace(tt.want) || strings.Join(left, " ") != tt.left {
				t.Errorf("left %v, %v:\n%s", left, err, got)
			}
		})
	}
}

func TestRecord(t *testing.T) {
	const object = `{"id":"1","attributes":{"title":"A tour of the product, at length","tags":["a","b"],"empty":[],"owner":{"name":"Ada"},"fields":[{"id":"x","n":1},{"id":"y"}]}}`
	for _, tt := range []struct {
		name  string
		style Style
		want  string
	}{
		{"wide", Style{}, `
id          1
title       A tour of the product, at length
tags        a, b
empty
owner.name  Ada
fields[0]   id: x, n: 1
fields[1]   id: y`},
		{"narrow", Style{Width: 30}, `
id          1
title       A tour of the
            product, at length
tags        a, b
empty
owner.name  Ada
fields[0]   id: x, n: 1
fields[1]   id: y`},
		{"very narrow", Style{Width: 12, Fields: []string{"title"}}, `
title
  A tour of
  the
  product,
  at length`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			v := parsed(t, object)
			if err := Record(&b, v, tt.style); err != nil || strings.TrimSpace(b.String()) != strings.TrimSpace(tt.want) {
				t.Errorf("%v:\n%s", err, b.String())
			}
		})
	}
}

func TestCSV(t *testing.T) {
	for _, tt := range []struct{ json, want string }{
		{people, "id,type,first_name,email,votes,nothing,owner.id\np1,people,Ada,ada@example.com,3,,o1\np2,people,Bo\x1b[31m\u009b,b@example.com,12,,\np3,people,寿限無,,,,\n"},
		{`[1,"a"]`, "value\n1\na\n"},
		{`{"a":{"b":[1,2]}}`, "a.b\n\"[1,2]\"\n"},
	} {
		var b strings.Builder
		if err := CSV(&b, parsed(t, tt.json), Style{}); err != nil || b.String() != tt.want {
			t.Errorf("%s: %v\n%s", tt.json, err, b.String())
		}
	}
	var b strings.Builder
	if _ = CSV(&b, parsed(t, people), Style{Clean: true}); strings.ContainsAny(b.String(), "\x1b\u009b") {
		t.Errorf("a terminal sees %q", b.String())
	}
}

var sequences = regexp.MustCompile("\x1b\\[[0-9]*m")

// FuzzShow: whatever the JSON and the window are, tables, records and JSON hold no
// character that steers a terminal but the sequences of our own, no line is wider
// than the window, and colours change nothing else; YAML and CSV are read back by
// other readers.
func FuzzShow(f *testing.F) {
	for _, seed := range []string{people, `{"a":"\u001b]0;x\u0007","b":["\u202e",{"c":"\u009b31m"}]}`, `"\u001b[2J"`, `[[1],[2,{"x":"\r\n"}]]`, `{"attributes":{"a.b":1},"a":{"b":2}}`, `[{"yes":"no","":" x","é":"1e3","- a":"# b"}]`, `{"a":{},"b":[],"c":null,"d":[[]],"e":[{}]}`, `[{"a":"👩‍👩‍👧"},{"a":"e\u0301\u200b"}]`, `-0`, `[1e400,12345678901234567890]`} {
		f.Add([]byte(seed), uint8(40), "a,id")
	}
	f.Fuzz(func(t *testing.T, text []byte, window uint8, fields string) {
		v, err := Parse(text)
		if err != nil || len(text) > 1<<14 {
			return
		}
		style := Style{Width: int(window)}
		if fields != "" {
			style.Fields = strings.Split(fields, ",")
		}
		for name, show := range map[string]func(b *bytes.Buffer, s Style) error{
			"table":  func(b *bytes.Buffer, s Style) error { _, err := Table(b, v, s); return err },
			"record": func(b *bytes.Buffer, s Style) error { return Record(b, v, s) },
		} {
			var plain, coloured bytes.Buffer
			_, _ = show(&plain, style), show(&coloured, Style{Width: style.Width, Color: true, Fields: style.Fields})
			harmless(t, name, plain.String())
			if got := sequences.ReplaceAllString(coloured.String(), ""); got != plain.String() {
				t.Errorf("%s: colours make %q of %q", name, got, plain.String())
			}
			for line := range strings.Lines(plain.String()) {
				if w := width(strings.TrimSuffix(line, "\n")); window > 1 && w > int(window) {
					t.Errorf("%s: a line of %d columns in a window of %d: %q", name, w, window, line)
				}
			}
		}
		harmless(t, "JSON", string(v.JSON()))
		want := decoded(text)
		if got := decoded(EscapeJSON(text)); !reflect.DeepEqual(got, want) {
			t.Errorf("%q is escaped to %q", text, EscapeJSON(text))
		}
		sameYAML(t, v, want)
		var table bytes.Buffer
		if err := CSV(&table, v, Style{}); err != nil {
			t.Fatal(err)
		}
		if _, err := csv.NewReader(&table).ReadAll(); err != nil {
			t.Errorf("CSV of %q: %v", text, err)
		}
	})
}

func decoded(text []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return err
	}
	return v
}

// harmless wants a text that steers no terminal.
func harmless(t *testing.T, what, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && r != 0x200c && r != 0x200d && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			t.Fatalf("%s has %U: %q", what, r, text)
		}
	}
	if !utf8.ValidString(text) {
		t.Fatalf("%s is not UTF-8: %q", what, text)
	}
}

// sameYAML reads YAML with another reader. Numbers are compared as it reads them.
func sameYAML(t *testing.T, v Value, want any) {
	t.Helper()
	var b bytes.Buffer
	if err := YAML(&b, v); err != nil {
		t.Fatal(err)
	}
	harmless(t, "YAML", b.String())
	var node yaml.Node
	if err := yaml.Unmarshal(b.Bytes(), &node); err != nil {
		if strings.Contains(err.Error(), "exceeded max depth") || strings.Contains(err.Error(), "could not find expected ':'") {
			return // deeper than it reads; a name longer than YAML's 1024 characters
		}
		t.Fatalf("%v:\n%s", err, b.Bytes())
	}
	if got := ofNode(node.Content[0]); !reflect.DeepEqual(got, textual(want)) {
		t.Errorf("YAML is read as %v, not %v:\n%s", got, textual(want), b.Bytes())
	}
}

// ofNode is a YAML node with texts for its scalars, quoted if they are texts.
func ofNode(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].ShortTag() != "!!str" {
				return "a name that is no text: " + n.Content[i].Value
			}
			out[n.Content[i].Value] = ofNode(n.Content[i+1])
		}
		return out
	case yaml.SequenceNode:
		out := []any{}
		for _, c := range n.Content {
			out = append(out, ofNode(c))
		}
		return out
	}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0 && json.Valid([]byte(n.Value)) && n.Value[0] < 'a' {
		return "number" // also where it is too large for the reader
	}
	if n.ShortTag() == "!!str" {
		return "text " + n.Value
	}
	switch tag := n.ShortTag(); tag {
	case "!!int", "!!float":
		return "number"
	default:
		return strings.TrimPrefix(tag, "!!")
	}
}

// textual is JSON in the form of ofNode.
func textual(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, m := range v {
			out[name] = textual(m)
		}
		return out
	case []any:
		out := []any{}
		for _, e := range v {
			out = append(out, textual(e))
		}
		return out
	case string:
		return "text " + v
	case bool:
		return "bool"
	case nil:
		return "null"
	}
	return "number"
}
