// The scanner against the grammar of RFC 8259, and against encoding/json.

package runtime

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// scan checks a document and returns what is wrong with it.
func scan(doc []byte) error {
	s := scanner{b: doc}
	return s.document(func(i int) int { return s.value(i, 0) })
}

func TestScanAccepts(t *testing.T) {
	for _, doc := range []string{
		`null`, `true`, `false`, `""`, `{}`, `[]`, "\t\r\n [ ]\n", `{ "a" : 1 , "b" : [ ] }`,
		`0`, `-0`, `1`, `-1`, `10`, `0.0`, `1.50`, `1e5`, `1E+5`, `1e-5`, `-0.1e10`, `123456789012345678901234567890.123`,
		`"\"\\\/\b\f\n\r\t\u00e9\uD83D\ude00"`, `"\ud800"`, "\"\u2028\x7f\"", `"é😀"`,
		`"seven77"`, `"eight888"`, `"nine99999"`, `"sixteen chars 16"`, `"long text with \" in the ninth place and on"`,
		`[1,[2,[3,{"a":[{}]}]]]`, `{"a":1,"a":2}`, `{"":0}`,
	} {
		if err := scan([]byte(doc)); err != nil {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func TestScanRefuses(t *testing.T) {
	tests := []struct{ doc, want string }{
		{``, "it ends too early at byte 0"},
		{`  `, "it ends too early at byte 2"},
		{`nul`, "it is not JSON at byte 0"},
		{`nulL`, "it is not JSON at byte 0"},
		{`True`, "it is not JSON at byte 0"},
		{`NaN`, "it is not JSON at byte 0"},
		{`-Infinity`, "it is not JSON at byte 0"},
		{`'a'`, "it is not JSON at byte 0"},
		{`<html>`, "it is not JSON at byte 0"},
		{"\uFEFF{}", "it is not JSON at byte 0"},
		{"\x00", "it is not JSON at byte 0"},

		{`01`, "text after the end of the value at byte 1"},
		{`+1`, "it is not JSON at byte 0"},
		{`-`, "it is not JSON at byte 0"},
		{`.5`, "it is not JSON at byte 0"},
		{`1.`, "a digit is missing in a number at byte 2"},
		{`1.e5`, "a digit is missing in a number at byte 2"},
		{`1e`, "a digit is missing in a number at byte 2"},
		{`1e+`, "a digit is missing in a number at byte 3"},
		{`0x10`, "text after the end of the value at byte 1"},
		{`1_000`, "text after the end of the value at byte 1"},

		{`"`, "a string does not end at byte 1"},
		{`"abc`, "a string does not end at byte 4"},
		{`"abc\`, "a string does not end at byte 4"},
		{`"abc\"`, "a string does not end at byte 6"},
		{`"\x41"`, "an escape in a string is wrong at byte 1"},
		{`"\u12g4"`, "an escape in a string is wrong at byte 1"},
		{`"\u12"`, "an escape in a string is wrong at byte 1"},
		{"\"a\nb\"", "a control character stands in a string at byte 2"},
		{"\"a\x00b\"", "a control character stands in a string at byte 2"},
		{"\"12345678\x1f\"", "a control character stands in a string at byte 9"},
		{"\"é234567\x01\"", "a control character stands in a string at byte 9"},

		{`[`, "it ends too early at byte 1"},
		{`[1`, "it ends too early at byte 2"},
		{`[1,`, "it ends too early at byte 3"},
		{`[1,]`, "it is not JSON at byte 3"},
		{`[,1]`, "it is not JSON at byte 1"},
		{`[1 2]`, "a comma or a closing bracket is missing at byte 3"},
		{`[1}`, "a comma or a closing bracket is missing at byte 2"},
		{`{`, "a member name is missing at byte 1"},
		{`{a:1}`, "a member name is missing at byte 1"},
		{`{1:1}`, "a member name is missing at byte 1"},
		{`{"a"}`, "a colon is missing at byte 4"},
		{`{"a" 1}`, "a colon is missing at byte 5"},
		{`{"a":}`, "it is not JSON at byte 5"},
		{`{"a":1,}`, "a member name is missing at byte 7"},
		{`{"a":1 "b":2}`, "a comma or a closing brace is missing at byte 7"},
		{`{"a":1]`, "a comma or a closing brace is missing at byte 6"},
		{`{"a":1`, "it ends too early at byte 6"},

		{`{} {}`, "text after the end of the value at byte 3"},
		{`{}x`, "text after the end of the value at byte 2"},
		{`1 // one`, "text after the end of the value at byte 2"},
		{"\"\xff\"", "not valid UTF-8"},
		{"\"\xed\xa0\x80\"", "not valid UTF-8"}, // a surrogate in UTF-8
		{"{}\xc3", "not valid UTF-8"},
	}
	for _, tt := range tests {
		err := scan([]byte(tt.doc))
		if err == nil || err.Error() != tt.want {
			t.Errorf("%q: got %v, want %s", tt.doc, err, tt.want)
		}
	}
}

// TestScanStrings puts each byte that ends or breaks a string at every place of
// the eight bytes that the scanner looks at in one step, beside bytes that the
// bit trick might mistake for it.
func TestScanStrings(t *testing.T) {
	for _, filler := range []string{"a", "!", "#", "]", "[", "\x7f", "é", " "} {
		for before := range 20 {
			for _, special := range []string{`"`, `\n`, `\"`, `\u0041`, `\`, "\x1f", "\x00", "\xff", `\q`} {
				for after := range 10 {
					doc := []byte(`"` + strings.Repeat(filler, before) + special + strings.Repeat(filler, after) + `"`)
					if got, want := scan(doc) == nil, json.Valid(doc) && utf8.Valid(doc); got != want {
						t.Fatalf("%q: valid is %v, want %v", doc, got, want)
					}
				}
			}
		}
	}
}

func TestScanDepth(t *testing.T) {
	shapes := map[string][2]string{"arrays": {`[`, `]`}, "objects": {`{"a":`, `}`}, "both": {`[{"a":`, `}]`}}
	for name, shape := range shapes {
		levels := strings.Count(shape[0], "[") + strings.Count(shape[0], "{")
		deep := func(n int) []byte {
			return []byte(strings.Repeat(shape[0], n/levels) + "1" + strings.Repeat(shape[1], n/levels))
		}
		if err := scan(deep(maxDepth)); err != nil {
			t.Errorf("%s: %d levels: %v", name, maxDepth, err)
		}
		err := scan(deep(maxDepth + levels))
		if err == nil || !strings.HasPrefix(err.Error(), "it is nested too deep at byte ") {
			t.Errorf("%s: %d levels: got %v", name, maxDepth+levels, err)
		}
	}
	// A million levels do not cost a million stack frames.
	if err := scan(bytes.Repeat([]byte("["), 1<<20)); err == nil {
		t.Error("a million open brackets are accepted")
	}
}

func TestKeyIs(t *testing.T) {
	tests := []struct {
		quoted, name string
		want         bool
	}{
		{`"data"`, "data", true},
		{`"d\u0061ta"`, "data", true},
		{`"\u0064\u0061\u0074\u0061"`, "data", true},
		{`"Data"`, "data", false}, // encoding/json would take it
		{`"dat"`, "data", false},
		{`"data "`, "data", false},
		{`""`, "", true},
		{`"a\/b"`, "a/b", true},
		{`"\u0061"`, `\u0061`, false}, // the key is the letter a
	}
	for _, tt := range tests {
		if got := keyIs([]byte(tt.quoted), tt.name); got != tt.want {
			t.Errorf("keyIs(%s, %q) = %v", tt.quoted, tt.name, got)
		}
	}
}

func TestMember(t *testing.T) {
	tests := []struct{ object, name, want string }{
		{`{"a":1}`, "a", `1`},
		{`{ "a" : [ 1 ] , "b":2}`, "a", `[ 1 ]`},
		{`{"a":1,"a":2}`, "a", `2`},         // as encoding/json does
		{`{"a":1,"\u0061":2}`, "a", `2`},    // whatever its spelling
		{`{"b":{"a":1}}`, "a", ``},          // not inside others
		{`{"x":"\"a\":1","a":3}`, "a", `3`}, // not in a text
		{`{}`, "a", ``},
		{`[1]`, "a", ``},
		{`"a"`, "a", ``},
	}
	for _, tt := range tests {
		if got := string(member([]byte(tt.object), tt.name)); got != tt.want {
			t.Errorf("member(%s, %q) = %q, want %q", tt.object, tt.name, got, tt.want)
		}
	}
}

// FuzzScan holds the scanner against encoding/json: both accept the same texts,
// but for bad UTF-8 and depth, and find the same members in them.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `{"data":{"id":"1"},"errors":[]}`, `{"a":1,"\u0061":2}`, `[1.5e-7,"\ud800"]`, "\xff", `{"a":{"a":{"a":[]}}}`,
		`"12345678\"12345678"`, strings.Repeat("[", 1001) + strings.Repeat("]", 1001), `{"":0,"":1}`, "\"\x7f\u2028\"", "{\"\\ud800\":1}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		err := scan(doc)
		valid := json.Valid(doc) && utf8.Valid(doc)
		if valid && depthOf(doc) > maxDepth {
			valid = false
		}
		if (err == nil) != valid {
			t.Fatalf("%q: got %v, valid is %v", doc, err, valid)
		}
		var object map[string]json.RawMessage
		if err != nil || json.Unmarshal(doc, &object) != nil || object == nil {
			return
		}
		for name, want := range object {
			if strings.Contains(name, `\`) {
				continue // the names that are asked for are declared; none is like this
			}
			if got := member(bytes.TrimSpace(doc), name); !bytes.Equal(got, want) {
				t.Fatalf("%q: member %q is %q, want %q", doc, name, got, want)
			}
		}
	})
}

// depthOf is the depth of a valid document.
func depthOf(doc []byte) (deepest int) {
	depth := 0
	d := json.NewDecoder(bytes.NewReader(doc))
	for {
		tok, err := d.Token()
		if err != nil {
			return deepest
		}
		switch tok {
		case json.Delim('['), json.Delim('{'):
			depth++
			deepest = max(deepest, depth)
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
	}
}

func TestKindOf(t *testing.T) {
	for value, want := range map[string]string{
		`"x"`: "a string", `{}`: "an object", `[]`: "an array", `true`: "a boolean", `false`: "a boolean",
		`null`: "null", `1`: "a number", `-1`: "a number",
	} {
		if got := kindOf([]byte(value)); got != want {
			t.Errorf("kindOf(%s) = %s, want %s", value, got, want)
		}
	}
}
