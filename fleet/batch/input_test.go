package batch

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"modulex.dev/connector/runtime"
)

// create is an action with a parameter of each type.
var create = &runtime.Action{Name: "create", Parameters: []runtime.Param{
	{Name: "name", Type: runtime.TypeString}, {Name: "n", Type: runtime.TypeInteger}, {Name: "rate", Type: runtime.TypeNumber},
	{Name: "open", Type: runtime.TypeBoolean}, {Name: "tags", Type: runtime.TypeArray}, {Name: "fields", Type: runtime.TypeObject}, {Name: "more", Type: runtime.TypeAny},
}}

// told are rows as the cases below write them.
func told(rows []Row, err error) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "%d line %d %s\n", r.Number, r.Line, r.Input)
		for _, f := range r.Faults {
			fmt.Fprintln(&b, f.at("in"))
		}
	}
	if err != nil {
		fmt.Fprintln(&b, err)
	}
	return b.String()
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		mapping          Mapping
		want             string
	}{
		{name: "types", text: "name,n,rate,open,tags,more\nA,1,1.5,yes,\"[\"\"x\"\"]\",\"{\"\"a\"\":1}\"\nB,-2,2e3,0,[],plain\n", want: `
1 line 2 {"more":{"a":1},"n":1,"name":"A","open":true,"rate":1.5,"tags":["x"]}
2 line 3 {"more":"plain","n":-2,"name":"B","open":false,"rate":2e3,"tags":[]}`},
		{name: "a byte order mark, CRLF and empty lines", text: "\xEF\xBB\xBF\r\nname,n\r\n\r\nA,1\r\n", want: `
1 line 4 {"n":1,"name":"A"}`},
		{name: "quotes, commas and lines within a cell", text: "name,n\n\"A, \"\"the\"\"\nfirst\",1\nB,2\n", want: `
1 line 2 {"n":1,"name":"A, \"the\"\nfirst"}
2 line 4 {"n":2,"name":"B"}`},
		{name: "members of an object", text: "fields.email,fields.first_name\na@b.c,A\n", want: `
1 line 2 {"fields":{"email":"a@b.c","first_name":"A"}}`},
		{name: "empty cells are not given", text: "name,n,open\nA,,\n", want: `
1 line 2 {"name":"A"}`},
		{name: "mapped, left out, and the same in every row", text: "E-mail,Note,name\na@b.c,secret,A\n",
			mapping: Mapping{Columns: map[string]string{"E-mail": "fields.email", "Note": ""}, Constants: map[string]json.RawMessage{"n": json.RawMessage("7"), "fields": json.RawMessage(`{"a":1}`)}}, want: `
1 line 2 {"fields":{"a":1,"email":"a@b.c"},"n":7,"name":"A"}`},
		{name: "cells of the wrong type", text: "name,n,rate,open,tags\nA,x,\"1,5\",maybe,[\n", want: `
1 line 2 {"name":"A"}
in:2:3: n is a whole number, not "x"
in:2:5: rate is a number, not "1,5"
in:2:11: open is true or false, not "maybe"
in:2:17: tags is written as JSON`},
		{name: "too few and too many cells", text: "name,n\nA\nB,2,3\nC,3\n", want: `
1 line 2 
in:2:1: wrong number of fields
2 line 3 
in:3:1: wrong number of fields
3 line 4 {"n":3,"name":"C"}`},
		{name: "a quote that never ends", text: "name,n\nA,1\n\"B,2\n", want: `
1 line 2 {"n":1,"name":"A"}
2 line 3 
in:3:6: extraneous or missing " in quoted-field`},
		{name: "unknown, double and wrong columns", text: "nam,n,n,name.first\n", want: `
in:1:1: create has no parameter "nam"; map the column with --map "nam"=PARAMETER, or leave it out with --map "nam"=
in:1:7: two columns are "n"
in:1:9: the parameter "name" is no object, so it has no member "first"`},
		{name: "a mapping of a column that is not there", text: "name\nA\n", mapping: Mapping{Columns: map[string]string{"E-mail": "name"}}, want: `
in:1: there is no column "E-mail"; there are name`},
		{name: "no rows", text: "\n\r\n", want: `
in holds no rows`},
		{name: "JSON lines", text: "{\"name\":\"A\"}\n\n{\"name\":\"B\",\"n\":12345678901234567890}\n", mapping: Mapping{Constants: map[string]json.RawMessage{"n": json.RawMessage("7")}}, want: `
1 line 1 {"n":7,"name":"A"}
2 line 3 {"n":12345678901234567890,"name":"B"}`},
		{name: "JSON lines with faults", text: "{\"name\":\"A\"}\n{\"name\":}\n[1]\nnull\n", want: `
1 line 1 {"name":"A"}
2 line 2 
in:2:9: the line is no JSON object; write {"parameter": value, …}
3 line 3 
in:3:1: the line is no JSON object; write {"parameter": value, …}
4 line 4 
in:4:1: the line is no JSON object; write {"parameter": value, …}`},
		{name: "JSON lines by the file's name", file: "in.jsonl", text: "name\n", want: `
1 line 1 
in:1:2: the line is no JSON object; write {"parameter": value, …}`},
		{name: "a line that is too long", text: `{"name":"` + strings.Repeat("x", maxLine) + `"}`, want: `
in:1: bufio.Scanner: token too long`},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := c.file
			if file == "" {
				file = "in"
			}
			got := told(Read(file, strings.NewReader(c.text), create, c.mapping))
			if want := strings.TrimPrefix(c.want, "\n") + "\n"; got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

// FuzzRead: whatever the file holds, each row is a JSON object or has a fault, and
// the file tells the same twice.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"name,n\nA,1\n", "\xEF\xBB\xBFfields.email\r\n\"a\"\"b\"\r\n", "{\"name\":\"A\"}\n{}\n", "name\n\"A\n", "{\n", "name,name\n", "more\n{\"a\":[1]}\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := Read("in", strings.NewReader(text), create, Mapping{})
		if faulty, ok := errors.AsType[*Faulty](err); ok && len(faulty.Faults) == 0 {
			t.Error("faulty without a fault")
		}
		for i, r := range rows {
			var object map[string]any
			if len(r.Faults) == 0 && (json.Unmarshal(r.Input, &object) != nil || object == nil) {
				t.Errorf("row %d is %q", i, r.Input)
			}
			if r.Number != i+1 || r.Line < 1 {
				t.Errorf("row %d has number %d, line %d", i, r.Number, r.Line)
			}
		}
		if again := told(Read("in", strings.NewReader(text), create, Mapping{})); again != told(rows, err) {
			t.Errorf("read twice:\n%s\n%s", told(rows, err), again)
		}
	})
}
