// Whatever goes in, what is built parses back to it: addresses, forms, JSON and
// multipart bodies.

package runtime

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// fuzzCall is a call of an operation without anything around it.
func fuzzCall(t testing.TB, op *Operation) *call {
	return &call{client: clientOf(t, tableOf(&openAPI, op), Options{}), op: op}
}

// same reports whether two JSON texts say the same, digits and all.
func same(t testing.TB, a, b []byte) bool {
	var values [2]any
	for i, text := range [][]byte{a, b} {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&values[i]); err != nil {
			t.Fatalf("%q is not JSON: %v", text, err)
		}
	}
	x, _ := json.Marshal(values[0])
	y, _ := json.Marshal(values[1])
	return bytes.Equal(x, y)
}

// FuzzTemplate: a text in a template stays one text at its place, and nothing
// that it says is read as more than that.
func FuzzTemplate(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, "{a}"+s)
	}
	op := sending(object(
		Member{"a", valueOf("a")}, Member{"t", texts("<{a}|{b}>")}, Member{"l", listOf(valueOf("b"), optional(object(Member{"x", texts("{b}")})))}, Member{"auth", texts("{auth.token}")},
	), Param{Name: "a"}, Param{Name: "b"}, Param{Name: "p", In: InPath})
	op.Path = "/v/{a}:{b}/x"
	f.Fuzz(func(t *testing.T, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) {
			return
		}
		k := fuzzCall(t, op)
		r, reason := k.newRequest([]Value{Text(a), Text(b), {}})
		if reason != "" {
			return
		}
		var body struct {
			A, T string
			L    []any
			Auth *string
		}
		if err := json.Unmarshal(r.body, &body); err != nil {
			t.Fatalf("%v: %s", err, r.body)
		}
		inner, _ := body.L[1].(map[string]any)
		if body.A != a || body.T != "<"+a+"|"+b+">" || body.L[0] != b || inner["x"] != b || body.Auth != nil || len(body.L) != 2 {
			t.Fatalf("%q %q became %s", a, b, r.body)
		}
		back, err := url.Parse(r.url.String())
		if err != nil || back.Host != "open.example.test" || back.RawQuery != "" || back.Fragment != "" || back.Path != "/v/"+a+":"+b+"/x" {
			t.Fatalf("%q %q became %s, %v", a, b, r.url.String(), err)
		}
		if parts := strings.Split(back.EscapedPath(), "/"); len(parts) != 4 {
			t.Fatalf("%q %q became %s", a, b, back)
		}
	})
}

// FuzzEncode: a value of any kind, in every encoding, as query, form, JSON and
// multipart body, is refused or arrives.
func FuzzEncode(f *testing.F) {
	for _, seed := range []string{
		`"a"`, `1.50`, `true`, `null`, `[]`, `{}`, `["a","b&c=d",1,null,[2],{"x":"y"}]`, `{"a":1,"b":{"c":["d","e"]},"a&b=":"]","":null}`,
		`"é😀\ud83d\ude00\u2028\"\\\n"`, `{"a":1,"a":2}`, `[[[["x"]]]]`, `[1e400,-0,12345678901234567890]`, `"YQ=="`, ` { "a" : [ 1 ] } `,
	} {
		for i := range kinds {
			f.Add([]byte(seed), uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, input []byte, kind uint8) {
		s := scanner{b: input}
		var v Value
		if s.document(func(i int) int {
			end := s.value(i, 0)
			if end >= 0 {
				v = rawJSON(s.b[i:end])
			}
			return end
		}) != nil || v.null() {
			return
		}
		as := kinds[int(kind)%len(kinds)]
		p := Param{Name: "k", Wire: "k", Type: TypeAny}
		if as != "" {
			p.Encode = &Encoding{As: as, Key: "id", Value: "v", Each: &Template{Kind: TemplateObject, Members: []Member{{"x", valueOf("item")}}}}
		}
		arrives(t, p, v)
	})
}

var kinds = []EncodingKind{"", EncodeCSV, EncodeSemicolons, EncodeSpaces, EncodePipes, EncodeRepeat, EncodeBrackets, EncodeIndices, EncodeDeepObject,
	EncodeJSON, EncodePythonJSON, EncodePairs, EncodeEach, EncodeWrap, EncodeMerge, EncodeBase64, EncodeMD5, EncodeSegments, EncodeFile}

// arrives sends a value in every place and reads it back.
func arrives(t *testing.T, p Param, v Value) {
	var fields []string // of the form, which all three must agree on
	for _, format := range []BodyFormat{BodyForm, BodyMultipart, BodyJSON, BodyRaw} {
		op := posting(p)
		op.Body = &Body{Format: format, Root: plainBody.Root}
		if format == BodyRaw {
			op.Body.Root = valueOf("k")
		}
		r, reason := fuzzCall(t, op).newRequest([]Value{v})
		if reason != "" {
			continue
		}
		switch format {
		case BodyForm:
			fields = formFields(t, string(r.body))
		case BodyMultipart:
			if got := multipartFields(t, r); !p.as(EncodeFile) && strings.Join(got, "\x00") != strings.Join(fields, "\x00") {
				t.Fatalf("the form has %q, the parts are %q", fields, got)
			}
		case BodyJSON:
			inBody(t, p, v, r.body)
		}
	}
	p.In = InQuery
	op := &Operation{Name: "x", Method: "GET", Path: "/x", Params: []Param{p}}
	r, reason := fuzzCall(t, op).newRequest([]Value{v})
	if reason != "" {
		return
	}
	u, err := url.Parse(r.url.String())
	if err != nil || u.Path != "/x" || u.Fragment != "" {
		t.Fatalf("%s: %v", r.url.String(), err)
	}
	inQuery(t, p, v, formFields(t, u.RawQuery))
}

// formFields reads a form, in its order: "name=value".
func formFields(t *testing.T, raw string) (fields []string) {
	for field := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(field, "=")
		n, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			t.Fatalf("%q cannot be read", field)
		}
		if field != "" {
			fields = append(fields, n+"="+v)
		}
	}
	return fields
}

// multipartFields reads a multipart body the same way.
func multipartFields(t *testing.T, r *request) (fields []string) {
	_, params, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	reader := multipart.NewReader(bytes.NewReader(r.body), params["boundary"])
	for {
		part, err := reader.NextRawPart()
		if err == io.EOF {
			return fields
		}
		if err != nil {
			t.Fatalf("%v: %q", err, r.body)
		}
		content, _ := io.ReadAll(part)
		fields = append(fields, unpercent(part.FormName())+"="+string(content))
	}
}

// unpercent undoes what multipart names are escaped with; names that had such
// escapes of their own are left alone by the fuzz targets' eyes.
func unpercent(name string) string {
	for c := range 0x80 {
		if c < ' ' || c == '"' || c == 0x7f {
			const hex = "0123456789ABCDEF"
			name = strings.ReplaceAll(name, "%"+string(hex[c>>4])+string(hex[c&15]), string(rune(c)))
		}
	}
	return name
}

// inBody holds what a JSON body has against the value.
func inBody(t *testing.T, p Param, v Value, body []byte) {
	if !json.Valid(body) {
		t.Fatalf("not JSON: %s", body)
	}
	sent := member(body, "k")
	switch {
	case p.as(EncodeMerge):
	case p.Encode == nil || p.as(EncodeRepeat) || p.as(EncodeFile):
		if !same(t, sent, v.json) {
			t.Fatalf("%s became %s", v.json, sent)
		}
	case p.as(EncodeJSON) || p.as(EncodePythonJSON):
		if text := unquote(sent); !same(t, []byte(text), v.json) || p.as(EncodePythonJSON) && strings.ContainsFunc(text, func(r rune) bool { return r > 0x7f }) {
			t.Fatalf("%s became %s", v.json, text)
		}
	case p.as(EncodeWrap):
		if !same(t, sent, []byte("["+string(v.json)+"]")) {
			t.Fatalf("%s became %s", v.json, sent)
		}
	}
}

// inQuery holds the fields of a query against the value.
func inQuery(t *testing.T, p Param, v Value, fields []string) {
	want := -1
	switch {
	case p.Encode == nil:
		want = 1
		if value := strings.TrimPrefix(fields[0], "k="); v.list() || v.object() {
			if !same(t, []byte(value), v.json) {
				t.Fatalf("%s became %q", v.json, fields)
			}
		} else if value != v.plain() {
			t.Fatalf("%s became %q", v.json, fields)
		}
	case p.as(EncodeJSON), p.as(EncodePythonJSON):
		want = 1
	case p.as(EncodeRepeat) && v.list():
		if want = 0; true {
			v.elements(func(e Value) { want += leaves(e, false) })
		}
	case p.as(EncodeIndices):
		want = leaves(v, true)
	}
	if want >= 0 && len(fields) != want {
		t.Fatalf("%s became %d fields, not %d: %q", v.json, len(fields), want, fields)
	}
}

// leaves counts the fields that a value makes: those of the lists in a list,
// and with deep those of objects too.
func leaves(v Value, deep bool) (n int) {
	switch {
	case v.null():
		return 0
	case v.list():
		v.elements(func(e Value) { n += leaves(e, deep) })
		return n
	case v.object() && deep:
		v.members(func(_ string, m Value) { n += leaves(m, deep) })
		return n
	}
	return 1
}
