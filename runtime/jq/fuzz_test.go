// Programs and inputs of any kind.

package jq

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzRun: whatever the program and the input are, there is one JSON value or an
// error of one kind, and the same the second time.
func FuzzRun(f *testing.F) {
	for _, program := range []string{`.`, `.a[0]`, `.[] | select(.x)`, `{a: .b}`, `reduce .[] as $x (0; . + $x)`, `"\(.)"`, `error`, `@base64d`, `ltrimstr("a")`, `test("a+")`, `..`, `$input.a`, `$__loc__`, `input`, `env`, `halt_error`, `tojson`, `[limit(3;.[])]`, `nan`, `infinite`, `now`} {
		f.Add(program, `{"a":[1,"x",null]}`)
	}
	f.Fuzz(func(t *testing.T, program, input string) {
		for _, word := range []string{"repeat", "range", "now", "localtime", "mktime", "while", "until", "recurse", "def"} {
			if len(program) > 200 || strings.Contains(program, word) {
				t.Skip("it would only take its time, or depend on it")
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		var e Engine
		out, err := e.Run(ctx, program, []byte(input), nil)
		if err != nil {
			if out != nil {
				t.Errorf("%q of %q: %q beside %v", program, input, out, err)
			}
			return
		}
		if !json.Valid(out) || !utf8.Valid(out) {
			t.Errorf("%q of %q: %q", program, input, out)
		}
		again, err := e.Run(t.Context(), program, []byte(input), nil)
		if err != nil || !bytes.Equal(out, again) {
			t.Errorf("%q of %q: %q, and a second time %q, %v", program, input, out, again, err)
		}
	})
}

// FuzzPass: what a program only passes on stays what it is, its digits too.
func FuzzPass(f *testing.F) {
	for _, input := range []string{`null`, `1.50`, `-0`, `1e400`, `12345678901234567890.10`, `"\ud83d\ude00\u0000"`, `"\ud800"`, `{"b":1,"a":[{}],"b":2}`, ` [ 1 , 2.0 ] `, `9007199254740993`, `1E+2`, `"<&>\u2028"`, `{"":[]}`, "\"\x7f\""} {
		f.Add([]byte(input))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		if !json.Valid(input) || !utf8.Valid(input) {
			return
		}
		want := decoded(t, input)
		var e Engine
		for _, program := range []string{`.`, `[.][0]`, `{a: .} | .a`, `. as $x | $x`, `$input`} {
			out, err := e.Run(t.Context(), program, input, map[string][]byte{"input": input})
			if err != nil {
				if strings.Contains(err.Error(), "nested too deep") {
					return
				}
				t.Fatalf("%s of %q: %v", program, input, err)
			}
			if got := decoded(t, out); !reflect.DeepEqual(got, want) {
				t.Errorf("%s of %q: %q", program, input, out)
			}
		}
	})
}

// decoded is JSON with its numbers as they are written.
func decoded(t *testing.T, text []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return v
}
