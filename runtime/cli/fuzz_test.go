// Parameters from the command line: what is said with -p and with --input
// together is one input that says both.

package cli

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"modulex.dev/connector/runtime"
)

var fuzzed = runtime.Action{Parameters: []runtime.Param{
	{Name: "text", Type: runtime.TypeString}, {Name: "count", Type: runtime.TypeInteger}, {Name: "extra", Type: runtime.TypeObject}, {Name: "any", Type: runtime.TypeAny},
}}

// FuzzParams: an input object and a parameter make an object with the members of
// both; a text stays that text, anything else is the JSON that it says.
func FuzzParams(f *testing.F) {
	for _, input := range []string{``, ` `, `{}`, `{ }`, `{"text":"a"}`, `{"other":[1.50],"count":1}`, "\uFEFF{\"a\":1}", "\uFEFF", `[]`, `null`, `{`, `{"a":1,"a":2}`, "{\"a\":\"\xff\"}", `{"a":{}} `} {
		f.Add(input, "text=1")
		f.Add(input, `count=7`)
		f.Add(input, `extra={"a": [1.0]}`)
		f.Add(input, `any="x"`)
		f.Add(input, `other=a=b"\`)
	}
	f.Fuzz(func(t *testing.T, input, param string) {
		members, err := ofParams(&fuzzed, []string{param})
		if err != nil {
			return
		}
		out, err := withGiven([]byte(input), members)
		if err != nil {
			return
		}
		text := strings.TrimPrefix(strings.TrimSpace(input), "\uFEFF")
		if strings.TrimSpace(text) == "" {
			text = "{}"
		}
		want, isObject := read(text).(map[string]any)
		if !isObject {
			return // the runtime says what is wrong with it
		}
		name, value, ok := strings.Cut(param, "=")
		if !ok || name == "" || !utf8.ValidString(param) {
			t.Fatalf("%q is taken", param)
		}
		if _, twice := want[name]; twice {
			t.Fatalf("%q is given twice in %q: %s", name, input, out)
		}
		want[name] = value
		for _, p := range fuzzed.Parameters {
			if p.Name == name && p.Type != runtime.TypeString && json.Valid([]byte(value)) {
				want[name] = read(value)
			}
		}
		if got := read(string(out)); !reflect.DeepEqual(got, want) {
			t.Errorf("%q and -p %q are %s", input, param, out)
		}
	})
}

// read is JSON with its numbers as they are written; nil when it is none.
func read(text string) (v any) {
	if !json.Valid([]byte(text)) {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	_ = d.Decode(&v)
	return v
}
