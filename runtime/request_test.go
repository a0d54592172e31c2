// What goes over the wire, byte for byte, and what hostile values cannot do to
// it.

package runtime

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// wire writes the request that an input makes, as net/http sends it.
func wire(t testing.TB, op *Operation, input string, number int64) (text, reason string) {
	t.Helper()
	values, reason := readInput(op.Params, []byte(input))
	if reason != "" {
		t.Fatalf("%s: %s", input, reason)
	}
	k := callFor(t, op)
	if p := op.Paging; p != nil {
		k.page = page{in: p.In, fields: []field{{p.Param, strconv.FormatInt(number, 10)}, {p.Size, strconv.Itoa(p.SizeValue)}}}
	}
	r, reason := k.newRequest(values)
	if reason != "" {
		return "", reason
	}
	var b bytes.Buffer
	if err := r.http(t.Context(), &r.url).Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String(), ""
}

func lines(l ...string) string { return strings.Join(l, "\r\n") }

func TestRequestOnWire(t *testing.T) {
	tests := []struct {
		op    *Operation
		input string
		page  int64
		want  string
	}{
		{&getThing, `{"thing_id":"t1"}`, 0, lines(
			"GET /v1/things/t1 HTTP/1.1", "Host: api.example.test", "User-Agent: modulex-connector-demo/1.2.3",
			"Accept: application/json", "Accept-Encoding: gzip", "Authorization: "+secret, "", "")},
		{&getThing, `{"thing_id":"t 1","search":"a&b=c d","limit":100,"trace":"on off"}`, 0, lines(
			"GET /v1/things/t%201?filter%5Bq%5D=a%26b%3Dc+d&limit=100 HTTP/1.1", "Host: api.example.test", "User-Agent: modulex-connector-demo/1.2.3",
			"Accept: application/json", "Accept-Encoding: gzip", "Authorization: "+secret, "X-Trace: on off", "", "")},
		{&listThings, ``, 7, lines(
			"GET /v1/things?page%5Bnumber%5D=7&page%5Bsize%5D=50 HTTP/1.1", "Host: api.example.test", "User-Agent: modulex-connector-demo/1.2.3",
			"Accept: application/json", "Accept-Encoding: gzip", "Authorization: "+secret, "", "")},
		{&listThings, `{"title":"é"}`, 0, lines(
			"GET /v1/things?filter%5Btitle%5D=%C3%A9&page%5Bnumber%5D=0&page%5Bsize%5D=50 HTTP/1.1", "Host: api.example.test", "User-Agent: modulex-connector-demo/1.2.3",
			"Accept: application/json", "Accept-Encoding: gzip", "Authorization: "+secret, "", "")},
		{&createThing, `{"live":false,"name":"n","size":3}`, 0, lines(
			"POST /v1/things HTTP/1.1", "Host: api.example.test", "User-Agent: modulex-connector-demo/1.2.3", "Content-Length: 77",
			"Accept: application/json", "Accept-Encoding: gzip", "Authorization: "+secret, "Content-Type: application/vnd.api+json", "",
			`{"data":{"type":"things","attributes":{"name":"n","size":3,"is-live":false}}}`)},
		{&updateThing, `{"thing_id":"t1","name":"n"}`, 0, lines(
			"PUT /v1/things/t1 HTTP/1.1", "Host: api.example.test", "User-Agent: modulex-connector-demo/1.2.3", "Content-Length: 24",
			"Accept: application/json", "Accept-Encoding: gzip", "Authorization: "+secret, "Content-Type: application/json", "",
			`{"version":1,"name":"n"}`)},
		{&searchThings, ``, 0, lines(
			"POST /v1/things/search HTTP/1.1", "Host: api.example.test", "User-Agent: modulex-connector-demo/1.2.3", "Content-Length: 42",
			"Accept: application/json", "Accept-Encoding: gzip", "Authorization: "+secret, "Content-Type: application/vnd.api+json", "",
			`{"data":{"type":"things","attributes":{}}}`)},
		{&deleteThing, `{"thing_id":"t1"}`, 0, lines(
			"DELETE /v1/things/t1 HTTP/1.1", "Host: api.example.test", "User-Agent: modulex-connector-demo/1.2.3",
			"Accept: application/json", "Accept-Encoding: gzip", "Authorization: "+secret, "", "")},
		{&listTags, ``, 0, lines(
			"GET /v1/tags HTTP/1.1", "Host: api.example.test", "User-Agent: modulex-connector-demo/1.2.3",
			"Accept: application/json", "Accept-Encoding: gzip", "Authorization: "+secret, "", "")},
		{&ping, ``, 0, lines( // no scheme, no credential
			"GET /v1/ping HTTP/1.1", "Host: api.example.test", "User-Agent: modulex-connector-demo/1.2.3",
			"Accept: application/json", "Accept-Encoding: gzip", "", "")},
	}
	for _, tt := range tests {
		got, reason := wire(t, tt.op, tt.input, tt.page)
		if reason != "" {
			t.Errorf("%s %s: refused: %s", tt.op.Name, tt.input, reason)
		} else if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %s: %s", tt.op.Name, tt.input, diff)
		}
	}
}

func TestRequestPrefix(t *testing.T) {
	bearer := tokenAuth
	bearer.Send = []AuthPart{{Header: "Authorization", Value: "Bearer {token}"}, {Header: "X-Key", Value: "{token}"}}
	op := getThing
	op.Auth = &bearer
	got, _ := wire(t, &op, `{"thing_id":"t1"}`, 0)
	if !strings.Contains(got, "\r\nAuthorization: Bearer "+secret+"\r\n") || !strings.Contains(got, "\r\nX-Key: "+secret+"\r\n") {
		t.Error(got)
	}
}

func TestRequestBody(t *testing.T) {
	tests := []struct{ name, input, attributes string }{
		{"absent is left out", `{"name":"n"}`, `"name":"n"`},
		{"null is left out", `{"name":"n","size":null,"extra":null,"fields":null}`, `"name":"n"`},
		{"the manifest's order", `{"tags":[1],"size":2,"name":"n"}`, `"name":"n","size":2,"tags":[1]`},
		{"the wire's names", `{"name":"n","live":true}`, `"name":"n","is-live":true`},
		{"empty is sent", `{"name":"","tags":[],"extra":{}}`, `"name":"","tags":[],"extra":{}`},

		{"OmitEmpty: empty text", `{"name":"n","note":""}`, `"name":"n"`},
		{"OmitEmpty: empty object", `{"name":"n","fields":{}}`, `"name":"n"`},
		{"OmitEmpty: object of spaces", `{"name":"n","fields":{ }}`, `"name":"n"`},
		{"OmitEmpty: text", `{"name":"n","note":"x"}`, `"name":"n","note":"x"`},
		{"OmitEmpty: a blank is a text", `{"name":"n","note":" "}`, `"name":"n","note":" "`},
		{"OmitEmpty: the text null", `{"name":"n","note":"null"}`, `"name":"n","note":"null"`},
		{"OmitEmpty: zero is a number", `{"name":"n","rank":0}`, `"name":"n","rank":0`},
		{"OmitEmpty: two digits are a number", `{"name":"n","rank":12}`, `"name":"n","rank":12`},
		{"OmitEmpty: minus one is a number", `{"name":"n","rank":-1}`, `"name":"n","rank":-1`},
		{"OmitEmpty: three digits are a number", `{"name":"n","rank":123}`, `"name":"n","rank":123`},

		{"pairs", `{"name":"n","fields":{"email":"a@b.c"}}`, `"name":"n","fields":[{"id":"email","value":"a@b.c"}]`},
		{"pairs in the input's order", `{"name":"n","fields":{"z":1,"a":{"x":[2]},"m":null}}`,
			`"name":"n","fields":[{"id":"z","value":1},{"id":"a","value":{"x":[2]}},{"id":"m","value":null}]`},
		{"pairs keep their spelling", `{"name":"n","fields":{ "\u00e9" : "\u00e9" , "":1.0}}`,
			`"name":"n","fields":[{"id":"\u00e9","value":"\u00e9"},{"id":"","value":1.0}]`},

		{"text that looks like JSON", `{"name":"\",\"admin\":true,\"x\":\""}`, `"name":"\",\"admin\":true,\"x\":\""`},
		{"objects pass as they are", `{"name":"n","extra":{"a":1,"a":2,"\u0000":[]}}`, `"name":"n","extra":{"a":1,"a":2,"\u0000":[]}`},
	}
	for _, tt := range tests {
		got, reason := wire(t, &createThing, tt.input, 0)
		if reason != "" {
			t.Errorf("%s: %s", tt.name, reason)
			continue
		}
		_, body, _ := strings.Cut(got, "\r\n\r\n")
		if diff := cmp.Diff(`{"data":{"type":"things","attributes":{`+tt.attributes+`}}}`, body); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestPairsTwice(t *testing.T) {
	for _, input := range []string{
		`{"name":"n","fields":{"a":1,"a":1}}`, `{"name":"n","fields":{"a":1,"b":2,"\u0061":3}}`,
	} {
		if _, reason := wire(t, &createThing, input, 0); reason != `fields has the key "a" twice` {
			t.Errorf("%s: got %q", input, reason)
		}
	}
}

// TestTypedLikeDispatched: typed arguments make the request that the same
// input makes.
func TestTypedLikeDispatched(t *testing.T) {
	type thing struct {
		Name   string
		Size   *int64
		Ratio  *float64
		Live   *bool
		Tags   []any
		Extra  map[string]any
		Note   *string
		Rank   *int64
		Fields any
	}
	tests := []struct {
		name  string
		input string
		typed thing
	}{
		{"all", `{"name":"n","size":-3,"ratio":0.5,"live":true,"tags":["<a>"],"extra":{"k":"&"},"note":"é","rank":12,"fields":{"f":"v"}}`,
			thing{"n", new(int64(-3)), new(0.5), new(true), []any{"<a>"}, map[string]any{"k": "&"}, new("é"), new(int64(12)), map[string]any{"f": "v"}}},
		{"none", `{"name":"n"}`, thing{Name: "n"}},
		{"empty", `{"name":"","tags":[],"extra":{},"note":"","fields":{}}`,
			thing{Tags: []any{}, Extra: map[string]any{}, Note: new(""), Fields: map[string]any{}}},
		{"null", `{"name":"n","fields":null}`, thing{Name: "n", Fields: json.RawMessage("null")}},
		{"blank", `{"name":"n","note":" "}`, thing{Name: "n", Note: new(" ")}},
		{"two digits", `{"name":"n","rank":10}`, thing{Name: "n", Rank: new(int64(10))}},
	}
	for _, tt := range tests {
		want, _ := wire(t, &createThing, tt.input, 0)
		r, reason := callFor(t, &createThing).newRequest(Arguments(&tt.typed))
		if reason != "" {
			t.Errorf("%s: %s", tt.name, reason)
			continue
		}
		_, body, _ := strings.Cut(want, "\r\n\r\n")
		if diff := cmp.Diff(body, string(r.body)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestTypedRefused(t *testing.T) {
	nan, cycle := 0.0, map[string]any{}
	nan = nan / nan
	cycle["me"] = cycle
	tests := []struct {
		value Value
		want  string
	}{
		{Value{}, "name is required"},
		{Number(nan), "name is not a finite number"},
		{Map(map[string]any{"a": nan}), "name cannot be written as JSON: json: unsupported value: NaN"},
		{Slice([]any{func() {}}), "name cannot be written as JSON: json: unsupported type: func()"},
	}
	for _, tt := range tests {
		c := newTestClient(t, Options{Transport: play()})
		_, err := c.Object(t.Context(), &createThing, token(), append([]Value{tt.value}, make([]Value, 8)...))
		if CodeOf(err) != CodeInvalidInput || err.Error() != "Call failed: "+tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
	if v := Map(cycle); v.kind != brokenValue {
		t.Errorf("a map that holds itself becomes %v", v.kind)
	}
	for value, want := range map[float64]string{1e21: "1e+21", 0.1: "0.1", -0.5: "-0.5", 3: "3"} {
		if got := string(Number(value).appendJSON(nil)); got != want {
			t.Errorf("Number(%v) is written %s, want %s", value, got, want)
		}
	}
}

// hostile are values that mean something to a path, a query or a header.
var hostile = []string{
	"..", ".", "", "...", "%2e%2e", "%2E%2E", "%2f", "%2F..%2F", "%252e", "%00", "%", "%zz", "a/b", "/", "//", "/etc/passwd", "//host.test/x",
	"../admin", "..\\admin", "a/../b", "./a", "?x=1", "?", "a?b=c&d=e", "#", "a#b", ";", "a;b=c", "&", "a&b", "=", "+", "a+b", " ", "a b", "%20",
	"a\r\nX-Evil: 1", "\r", "\n", "\t", "a\tb", "\x00", "a\x00b", "\x7f", "\x1b[2J", "\u2028", "\u2029", "\u202eevil", "\ufeff", "\u200b",
	"e\u0301", "é", "日本語", "😀", "\u0085", "@", "user@host", ":", "http://host.test", "http:", "*", "!$&'()*+,;=:@", "~", "-", "--flag", "-1", "007", "1e400", "null", "true",
	"{thing_id}", "}", "{", "[a]", "|", "^", "`", "\"", "<script>", "\\", "C:\\", ",", "a,b", strings.Repeat("a", 5000), strings.Repeat("../", 1000),
}

// TestHostilePath: a value is refused, or is exactly one segment that decodes
// once to the value.
func TestHostilePath(t *testing.T) {
	refused := 0
	for _, value := range hostile {
		input := `{"thing_id":` + string(appendQuoted(nil, value)) + `}`
		text, reason := wire(t, &getThing, input, 0)
		if reason != "" {
			refused++
			continue
		}
		checkPath(t, text, value)
	}
	// "..", ".", "" and the nine with control characters.
	if want := 12; refused != want {
		t.Errorf("%d values were refused, want %d", refused, want)
	}
}

// checkPath reads a request's first line as a server does.
func checkPath(t *testing.T, text, value string) {
	t.Helper()
	line, _, _ := strings.Cut(text, "\r\n")
	target, ok := strings.CutPrefix(line, "GET /v1/things/")
	target, ok2 := strings.CutSuffix(target, " HTTP/1.1")
	if !ok || !ok2 || strings.ContainsAny(target, "/?#; \\") {
		t.Errorf("%q: the request line is %q", value, line)
		return
	}
	if got, err := url.PathUnescape(target); err != nil || got != value {
		t.Errorf("%q: the segment %q decodes to %q, %v", value, target, got, err)
	}
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil || r.URL.Path != "/v1/things/"+value || r.URL.RawQuery != "" || r.Host != "api.example.test" || r.Header.Get("X-Evil") != "" {
		t.Errorf("%q: a server reads %v, %v", value, r, err)
	}
}

func TestHostilePathReasons(t *testing.T) {
	tests := []struct{ value, want string }{
		{"", "thing_id is empty, but it is part of the path"},
		{".", `thing_id is ".", which would change the path`},
		{"..", `thing_id is "..", which would change the path`},
		{"a\nb", "thing_id has a control character, but it is part of the path"},
		{"\x7f", "thing_id has a control character, but it is part of the path"},
	}
	for _, tt := range tests {
		if _, reason := wire(t, &getThing, `{"thing_id":`+string(appendQuoted(nil, tt.value))+`}`, 0); reason != tt.want {
			t.Errorf("%q: got %q, want %q", tt.value, reason, tt.want)
		}
	}
}

// TestHostileQuery: a value arrives under its own name, unchanged, and nothing
// else arrives.
func TestHostileQuery(t *testing.T) {
	for _, value := range hostile {
		quoted := string(appendQuoted(nil, value))
		text, reason := wire(t, &getThing, `{"thing_id":"t1","search":`+quoted+`}`, 0)
		if reason != "" {
			t.Errorf("%q: refused: %s", value, reason)
			continue
		}
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			t.Errorf("%q: %v", value, err)
			continue
		}
		got, err := url.ParseQuery(r.URL.RawQuery)
		if diff := cmp.Diff(url.Values{"filter[q]": {value}}, got); diff != "" || err != nil || r.URL.Path != "/v1/things/t1" {
			t.Errorf("%q: %v %s", value, err, diff)
		}
	}
}

// TestHostileHeader: a value is refused, or arrives as it is.
func TestHostileHeader(t *testing.T) {
	for _, value := range hostile {
		text, reason := wire(t, &getThing, `{"thing_id":"t1","trace":`+string(appendQuoted(nil, value))+`}`, 0)
		bad := strings.ContainsFunc(value, func(r rune) bool { return r != '\t' && r < ' ' || r >= 0x7f })
		if bad != (reason != "") {
			t.Errorf("%q: refused is %q", value, reason)
		}
		if reason != "" {
			if reason != "trace has characters that a header cannot carry" {
				t.Errorf("%q: %s", value, reason)
			}
			continue
		}
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil || r.Header.Get("X-Trace") != strings.TrimSpace(value) || r.Header.Get("X-Evil") != "" || len(r.Header) != 5 {
			t.Errorf("%q: a server reads %v, %v", value, r, err)
		}
	}
}

func TestHostileInputIsInvalid(t *testing.T) {
	api := play()
	c := newTestClient(t, Options{Transport: api})
	for _, input := range []string{`{"thing_id":".."}`, `{"thing_id":"t","trace":"a\r\nb"}`} {
		e := c.Call(t.Context(), "get_thing", token(), []byte(input))
		if e.Err == nil || e.Err.Code != CodeInvalidInput || e.Err.Attempts != 0 {
			t.Errorf("%s: %s", input, e.JSON)
		}
	}
	if api.count() > 0 {
		t.Error("a request went out")
	}
}

// TestEncodedPlaces: values that are no text travel as JSON outside the body.
func TestEncodedPlaces(t *testing.T) {
	op := Operation{Name: "x", Method: "GET", Path: "/{n}/x/{b}", Result: Result{Kind: ResultNone}, Success: []int{200}, Params: []Param{
		{Name: "n", Type: TypeInteger, In: InPath, Wire: "n", Required: true}, {Name: "b", Type: TypeBoolean, In: InPath, Wire: "b", Required: true},
		{Name: "list", Type: TypeArray, In: InQuery, Wire: "list"}, {Name: "f", Type: TypeNumber, In: InQuery, Wire: "f"},
	}}
	text, reason := wire(t, &op, `{"n":7,"b":true,"list":["a",1],"f":1.50}`, 0)
	want := "GET /v1/7/x/true?list=%5B%22a%22%2C1%5D&f=1.50 HTTP/1.1"
	if line, _, _ := strings.Cut(text, "\r\n"); line != want || reason != "" {
		t.Errorf("got %s (%s), want %s", line, reason, want)
	}
}

// TestBasePath: the path is put behind the base URL's own, escapes kept.
func TestBasePath(t *testing.T) {
	for base, want := range map[string]string{
		"https://h.test":        "/things/a%2Fb",
		"https://h.test/":       "/things/a%2Fb",
		"https://h.test/x/v2/":  "/x/v2/things/a%2Fb",
		"https://h.test/x%2Fy":  "/x%2Fy/things/a%2Fb",
		"https://h.test/x%20y":  "/x%20y/things/a%2Fb",
		"http://127.0.0.1:99/v": "/v/things/a%2Fb",
	} {
		api := play(answering(200, goodBody))
		c := newTestClient(t, Options{BaseURL: base, Transport: api})
		if e := c.Call(t.Context(), "get_thing", token(), []byte(`{"thing_id":"a/b"}`)); !e.Success() {
			t.Fatal(e.Err)
		}
		if got := api.requests[0].URL.EscapedPath(); got != want {
			t.Errorf("%s: %s, want %s", base, got, want)
		}
	}
}

// TestQueryEscape holds our escaping to that of net/url, byte for byte.
func TestQueryEscape(t *testing.T) {
	for c := range 256 {
		var q query
		text := "a" + string([]byte{byte(c)}) + "é"
		q.add(text, text)
		if want := url.QueryEscape(text) + "=" + url.QueryEscape(text); q.text.String() != want {
			t.Errorf("%q: %s, want %s", text, q.text.String(), want)
		}
	}
}
