// Every encoding in every place, and what credentials and pages add to them.

package runtime

import (
	"net/url"
	"strings"
	"testing"
)

// TestEncodingsInQuery: what an encoding makes of a value between ? and #.
func TestEncodingsInQuery(t *testing.T) {
	const list, deep = `["a b",1,true,null,{"x":[1, 2]}]`, `{"x":1,"y":{"z":["p","q"]},"n":null}`
	tests := []struct {
		as          EncodingKind
		value, want string // unescaped
	}{
		{"", `["a", 1]`, `k=["a",1]`}, {"", `{"a": {}}`, `k={"a":{}}`}, {"", `"a&b"`, `k=a&b`}, {"", `1.50`, `k=1.50`}, {"", `false`, `k=false`},
		{EncodeCSV, list, `k=a b,1,true,{"x":[1, 2]}`}, {EncodeSemicolons, `["a","b"]`, `k=a;b`}, {EncodeSpaces, `["a","b"]`, `k=a b`}, {EncodePipes, `["a","b"]`, `k=a|b`},
		{EncodeCSV, `[]`, `k=`}, {EncodeCSV, `"a"`, `k=a`},
		{EncodeRepeat, list, `k=a b&k=1&k=true&k={"x":[1,2]}`}, {EncodeRepeat, `[]`, ``}, {EncodeRepeat, `"a"`, `k=a`}, {EncodeRepeat, `{"a":1}`, `k={"a":1}`},
		{EncodeBrackets, `["a","b"]`, `k[]=a&k[]=b`}, {EncodeBrackets, deep, `k[x]=1&k[y][z][]=p&k[y][z][]=q`}, {EncodeBrackets, `7`, `k=7`},
		{EncodeIndices, `["a",{"x":1}]`, `k[0]=a&k[1][x]=1`}, {EncodeIndices, deep, `k[x]=1&k[y][z][0]=p&k[y][z][1]=q`},
		{EncodeDeepObject, deep, `k[x]=1&k[y][z]=p&k[y][z]=q`},
		{EncodeJSON, `{"a": "é", "n": 1.0}`, `k={"a":"é","n":1.0}`}, {EncodeJSON, `"a"`, `k="a"`},
		{EncodePythonJSON, `{"a":"é\n","b":[1,2.0,true,null],"c":{},"d":[]}`, `k={"a": "\u00e9\n", "b": [1, 2.0, true, null], "c": {}, "d": []}`},
		{EncodePythonJSON, `"😀\/\u007f"`, `k="\ud83d\ude00/` + "\x7f" + `"`},
		{EncodePairs, `{"a":1}`, `k=[{"id":"a","v":1}]`}, {EncodeWrap, `"a"`, `k=["a"]`}, {EncodeEach, `["a","b"]`, `k=[{"email":"a"},{"email":"b"}]`},
		{EncodeMerge, `{"a":1,"b c":["x","y"],"o":{"p":1}}`, `a=1&b c=x&b c=y&o={"p":1}`},
		{EncodeBase64, `"é?"`, `k=w6k/`}, {EncodeMD5, `"a@b.c"`, `k=5d60d4e28066df254d5452f92c910092`}, {EncodeSegments, `"a/b"`, `k=a/b`}, {EncodeFile, `"YQ=="`, `k=YQ==`},
	}
	for _, tt := range tests {
		p := Param{Name: "k", Wire: "k", Type: TypeAny, In: InQuery}
		if tt.as != "" {
			p.Encode = &Encoding{As: tt.as, Key: "id", Value: "v", Each: &Template{Kind: TemplateObject, Members: []Member{{"email", valueOf("item")}}}}
		}
		op := &Operation{Name: "x", Method: "GET", Path: "/x", Params: []Param{p}, Success: []int{200}, Result: Result{Kind: ResultNone}}
		r, text := ask(t, &openAPI, op, Credentials{}, `{"k":`+tt.value+`}`)
		if r == nil {
			t.Errorf("%s %s: %s", tt.as, tt.value, text)
			continue
		}
		if got := fieldsOf(t, r.URL.RawQuery); got != tt.want {
			t.Errorf("%s %s:\ngot  %s\nwant %s", tt.as, tt.value, got, tt.want)
		}
	}
}

// fieldsOf undoes the escapes of a query, field by field.
func fieldsOf(t testing.TB, raw string) string {
	var fields []string
	for field := range strings.SplitSeq(raw, "&") {
		plain, err := url.QueryUnescape(field)
		if err != nil {
			t.Fatal(err)
		}
		fields = append(fields, plain)
	}
	return strings.Join(fields, "&")
}

func TestEncodingsInJSON(t *testing.T) {
	each := &Encoding{As: EncodeEach, Each: &Template{Kind: TemplateObject, Members: []Member{{"email", valueOf("item.mail")}, {"all", valueOf("item")}, {"by", texts("{who}: {item.mail}")}}}}
	op := posting(
		Param{Name: "a", Type: TypeAny, Encode: &Encoding{As: EncodeCSV}},
		Param{Name: "j", Type: TypeAny, Encode: &Encoding{As: EncodeJSON}},
		Param{Name: "p", Type: TypeAny, Encode: &Encoding{As: EncodePairs, Key: "id", Value: "v"}},
		Param{Name: "e", Type: TypeAny, Encode: each},
		Param{Name: "who", In: InNone},
		Param{Name: "w", Type: TypeAny, Encode: &Encoding{As: EncodeWrap}},
		Param{Name: "m", Type: TypeAny, Encode: &Encoding{As: EncodeMerge}},
		Param{Name: "r", Type: TypeAny, Encode: &Encoding{As: EncodeRepeat}},
		Param{Name: "f", Encode: &Encoding{As: EncodeFile}},
		Param{Name: "z"},
	)
	check(t, op, []asked{
		{"csv", `{"a":["x","y"]}`, `{"a":"x,y"}`},
		{"json", `{"j":[1, {"a":"\u00e9"}]}`, `{"j":"[1,{\"a\":\"\\u00e9\"}]"}`},
		{"pairs", `{"p":{"z":1.0,"a":null}}`, `{"p":[{"id":"z","v":1.0},{"id":"a","v":null}]}`},
		{"pairs of no object", `{"p":[1]}`, `Call failed: p must be an object`},
		{"pairs twice", `{"p":{"a":1,"a":2}}`, `Call failed: p has the key "a" twice`},
		{"each", `{"e":[{"mail":"m","x":1},{"mail":null},7],"who":"w"}`, `{"e":[{"email":"m","all":{"mail":"m","x":1},"by":"w: m"},{"all":{"mail":null}},{"all":7}]}`},
		{"each of none", `{"e":[]}`, `{"e":[]}`},
		{"each of one that is no list", `{"e":"x"}`, `{"e":[{"all":"x"}]}`},
		{"wrap", `{"w":{"a":1}}`, `{"w":[{"a":1}]}`},
		{"merge", `{"m":{"b":1.0,"c":{}},"z":"z"}`, `{"b":1.0,"c":{},"z":"z"}`},
		{"merge over another: the last wins, in the place of the first", `{"a":"1","m":{"z":1,"a":{"x":2},"q":0},"z":"last"}`, `{"a":{"x":2},"z":"last","q":0}`},
		{"merge nothing", `{"m":{}}`, `{}`},
		{"merge no object", `{"m":[1]}`, `Call failed: m must be an object`},
		{"fields of a form say nothing here", `{"r":[1,2],"f":"YQ=="}`, `{"r":[1,2],"f":"YQ=="}`},
	})
	op = sending(object(Member{"a", constant(`1`)}, Member{"rest", valueOf("m")}, Member{"b", constant(`2`)}), Param{Name: "m", Type: TypeObject, Encode: &Encoding{As: EncodeMerge}})
	check(t, op, []asked{{"merge in a template", `{"m":{"x":1,"a":3,"b":4}}`, `{"a":3,"x":1,"b":2}`}, {"merge nothing in a template", `{}`, `{"a":1,"b":2}`}})
}

func TestFormBodies(t *testing.T) {
	nested := `{"name":"a&b","on":true,"tags":["x","y"],"card":{"number":"4","exp":{"y":2030}},"none":"","items":[{"p":1}]}`
	tests := []struct {
		nested EncodingKind
		want   string
	}{
		{EncodeBrackets, `name=a&b&on=true&tags[]=x&tags[]=y&card[number]=4&card[exp][y]=2030&none=&items[][p]=1`},
		{EncodeIndices, `name=a&b&on=true&tags[0]=x&tags[1]=y&card[number]=4&card[exp][y]=2030&none=&items[0][p]=1`},
		{EncodeRepeat, `name=a&b&on=true&tags=x&tags=y&card={"number":"4","exp":{"y":2030}}&none=&items={"p":1}`},
		{EncodeJSON, `name=a&b&on=true&tags=["x","y"]&card={"number":"4","exp":{"y":2030}}&none=&items=[{"p":1}]`},
		{EncodePythonJSON, `name=a&b&on=true&tags=["x", "y"]&card={"number": "4", "exp": {"y": 2030}}&none=&items=[{"p": 1}]`},
		{"", `name=a&b&on=true&tags=["x","y"]&card={"number":"4","exp":{"y":2030}}&none=&items=[{"p":1}]`},
	}
	for _, tt := range tests {
		op := posting(Param{Name: "name"}, Param{Name: "on", Type: TypeBoolean}, Param{Name: "tags", Type: TypeArray}, Param{Name: "card", Type: TypeObject}, Param{Name: "none"}, Param{Name: "items", Type: TypeArray})
		op.Body = &Body{Format: BodyForm, Root: plainBody.Root, Nested: tt.nested}
		r, text := ask(t, &openAPI, op, Credentials{}, nested)
		if r == nil {
			t.Fatal(text)
		}
		if got := fieldsOf(t, r.body); got != tt.want || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("%s: %s\ngot  %s\nwant %s", tt.nested, r.Header.Get("Content-Type"), got, tt.want)
		}
	}
}

// TestFormTemplate: a form of constants, templates and parameters with
// encodings of their own.
func TestFormTemplate(t *testing.T) {
	op := posting(
		Param{Name: "user", In: InNone}, Param{Name: "props", Type: TypeObject, In: InNone},
		Param{Name: "doc", Type: TypeObject, In: InNone, Template: &Template{Kind: TemplateList, Elements: []Template{object(Member{"user_id", valueOf("user")}, Member{"p", valueOf("props")})}}, Encode: &Encoding{As: EncodePythonJSON}},
		Param{Name: "tags", Type: TypeArray, Encode: &Encoding{As: EncodeRepeat}}, Param{Name: "more", Type: TypeObject, Encode: &Encoding{As: EncodeMerge}},
		Param{Name: "n", Omit: OmitNever},
	)
	op.Body = &Body{Format: BodyForm, Nested: EncodeBrackets, Root: Template{Kind: TemplateObject, Parameters: true, Members: []Member{
		{"v", constant(`"2"`)}, {"identification", valueOf("doc")}, {"who", texts("u-{user}")}, {"o", object(Member{"a", constant(`[1]`)})}, {"no", when(constant(`1`), Condition{Param: "user", Is: []string{"x"}})},
	}}}
	r, text := ask(t, &openAPI, op, Credentials{}, `{"user":"u","props":{"a":1},"doc":{},"tags":["x","y"],"more":{"m":[1],"k":null}}`)
	if r == nil {
		t.Fatal(text)
	}
	want := `v=2&identification=[{"user_id": "u", "p": {"a": 1}}]&who=u-u&o[a][]=1&tags=x&tags=y&m[]=1&k=&n=`
	if got := fieldsOf(t, r.body); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	whole := posting(Param{Name: "v", Type: TypeObject, Wire: "$"})
	whole.Body = &Body{Format: BodyForm, Root: valueOf("v"), Nested: EncodeBrackets}
	if r, _ := ask(t, &openAPI, whole, Credentials{}, `{"v":{"a":[1],"b":"x y"}}`); r.body != "a%5B%5D=1&b=x+y" {
		t.Errorf("the whole form: %s", r.body)
	}
}

func TestRawBodies(t *testing.T) {
	text := posting(Param{Name: "v", Type: TypeAny, Wire: "$"})
	text.Body = &Body{Format: BodyRaw, MediaType: "text/markdown", Root: valueOf("v")}
	file := posting(Param{Name: "v", Wire: "$", Encode: &Encoding{As: EncodeFile}})
	file.Body = &Body{Format: BodyRaw, Root: valueOf("v")}
	kinds := []struct{ body, file, input, want string }{ // media types
		{"text/plain; charset=utf-8", "application/octet-stream", `{"v":"YQ"}`, "application/octet-stream"},
		{"image/png", "application/octet-stream", `{"v":"YQ"}`, "image/png"},
		{"image/png", "", `{"v":"YQ"}`, "image/png"},
		{"image/png", "{kind}", `{"v":"YQ","kind":"image/gif"}`, "image/gif"},
		{"image/png", "{kind}", `{"v":"YQ"}`, "image/png"},
	}
	for _, tt := range kinds {
		op := posting(Param{Name: "v", Wire: "$", Encode: &Encoding{As: EncodeFile, MediaType: tt.file}}, Param{Name: "kind", In: InNone})
		op.Body = &Body{Format: BodyRaw, MediaType: tt.body, Root: valueOf("v")}
		if r, text := ask(t, &openAPI, op, Credentials{}, tt.input); r == nil || r.Header.Get("Content-Type") != tt.want {
			t.Errorf("%v: %s", tt, text)
		}
	}
	filled := posting(Param{Name: "v", In: InNone})
	filled.Body = &Body{Format: BodyRaw, MediaType: "text/plain", Root: texts("# {v}")}
	for _, tt := range []struct {
		op                 *Operation
		input, want, media string
	}{
		{text, `{"v":"# é\n\"x\""}`, "# é\n\"x\"", "text/markdown"}, {text, `{"v":{"a": 1}}`, `{"a": 1}`, "text/markdown"}, {text, `{}`, "", "text/markdown"},
		{file, `{"v":"AP8KDQ=="}`, "\x00\xff\n\r", "application/octet-stream"}, {file, `{"v":"AP-_"}`, "\x00\xff\xbf", "application/octet-stream"},
		{file, `{"v":"AP8K\n DQ"}`, "\x00\xff\n\r", "application/octet-stream"}, {file, `{"v":""}`, "", "application/octet-stream"},
		{filled, `{"v":"t"}`, "# t", "text/plain"},
	} {
		r, text := ask(t, &openAPI, tt.op, Credentials{}, tt.input)
		if r == nil {
			t.Errorf("%s: %s", tt.input, text)
		} else if r.body != tt.want || r.Header.Get("Content-Type") != tt.media {
			t.Errorf("%s: got %q, want %q, %s", tt.input, r.body, tt.want, r.Header)
		}
	}
	if r, text := ask(t, &openAPI, file, Credentials{}, `{"v":"no base64!"}`); r != nil || text != "Call failed: v must be the file's bytes as base64 text" {
		t.Error(text)
	}
}

// TestQueryOrder: parameters, the action's constants, the API's, the page, the
// credential; a name that the page or the credential has is theirs.
func TestQueryOrder(t *testing.T) {
	api := openAPI
	api.Query = []Field{{Name: "v", Value: constant(`"1"`)}, {Name: "j", Value: constant(`{"a": [1]}`)}, {Name: "key", Value: constant(`"mine"`)}}
	op := Operation{Name: "x", Method: "GET", Path: "/x", Success: []int{200}, Result: Result{Kind: ResultNone}, Params: []Param{
		{Name: "b", Type: TypeString, In: InQuery, Wire: "b"}, {Name: "a", Type: TypeString, In: InQuery, Wire: "a"}, {Name: "size", Type: TypeInteger, In: InQuery, Wire: "size"},
		{Name: "more", Type: TypeObject, In: InQuery, Wire: "more", Encode: &Encoding{As: EncodeMerge}},
	}, Query: []Field{
		{Name: "agg", Value: texts("by_{a}")}, {Name: "none", Value: texts("{nothing}")},
		{Name: "l", Value: constant(`["x","y"]`), Encode: &Encoding{As: EncodeRepeat}}, {Name: "c", Value: constant(`["x","y"]`), Encode: &Encoding{As: EncodeCSV}},
	}}
	auth := AuthScheme{Type: "api_key", Fields: tokenAuth.Fields, Send: []AuthPart{{Query: "key", Value: "k-{token}"}}}
	op.Auth = &auth
	c := clientOf(t, tableOf(&api, &op), Options{})
	k, err := c.begin(&op, NewCredentials("api_key", map[string]string{"token": "T&"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	k.page = page{in: InQuery, fields: []field{{"page", "2"}, {"size", "50"}}}
	r, reason := k.newRequest([]Value{Text("1"), Text("2"), Int(7), Map(map[string]any{"m": 1})})
	if reason != "" {
		t.Fatal(reason)
	}
	if got, want := fieldsOf(t, r.url.RawQuery), `b=1&a=2&m=1&agg=by_2&l=x&l=y&c=x,y&v=1&j={"a":[1]}&page=2&size=50&key=k-T&`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for name, want := range map[string]string{"key": `more must not have the member "key", which is sent already`, "page": `more must not have the member "page", which is sent already`} {
		if _, reason := k.newRequest([]Value{{}, {}, {}, Map(map[string]any{name: 1})}); reason != want {
			t.Errorf("got %s, want %s", reason, want)
		}
	}
	k.page = page{}
	k.page.url, _ = url.Parse("https://open.example.test/next?cursor=abc%2F")
	r, _ = k.newRequest(make([]Value, 4))
	if got, want := r.url.String(), "https://open.example.test/next?cursor=abc%2F&key=k-T%26"; got != want {
		t.Errorf("the page's own address: got %s, want %s", got, want)
	}
	k.page.url, _ = url.Parse("https://open.example.test/next?cursor=abc&key=old")
	if r, _ = k.newRequest(make([]Value, 4)); r.url.RawQuery != "cursor=abc&key=old" {
		t.Errorf("the address has the credential already: %s", r.url.RawQuery)
	}
}

// TestHeaderOrder: what comes later replaces what came before.
func TestHeaderOrder(t *testing.T) {
	api := openAPI
	api.Headers = []Header{{"x-version", "api"}, {"Content-Type", "text/api"}, {"X-Api", "1"}}
	op := posting(Param{Name: "version", In: InHeader, Wire: "X-Version"}, Param{Name: "list", Type: TypeArray, In: InHeader, Wire: "X-List", Encode: &Encoding{As: EncodeCSV}},
		Param{Name: "doc", Type: TypeObject, In: InHeader, Wire: "X-Doc", Encode: &Encoding{As: EncodeJSON}})
	op.Headers = []Field{{Name: "X-Version", Value: constant(`"op"`)}, {Name: "X-Op", Value: texts("v={version}")}, {Name: "Accept-Encoding", Value: constant(`"br"`)}}
	for _, tt := range []struct{ input, want string }{
		{`{}`, "op  application/json   gzip"},
		{`{"version":"mine","list":["a","b"],"doc":{"a": "b"}}`, `mine v=mine application/json a,b {"a":"b"} gzip`},
	} {
		r, text := ask(t, &api, op, Credentials{}, tt.input)
		if r == nil {
			t.Fatal(text)
		}
		h := r.Header
		if got := strings.Join([]string{h.Get("X-Version"), h.Get("X-Op"), h.Get("Content-Type"), h.Get("X-List"), h.Get("X-Doc"), h.Get("Accept-Encoding")}, " "); got != tt.want || h.Get("X-Api") != "1" {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
	if _, text := ask(t, &api, op, Credentials{}, `{"version":"a\nb"}`); text != "Call failed: the header X-Op has characters that a header cannot carry" {
		t.Error(text)
	}
}

// TestCredentialPlaces: header, query, body of every kind, Basic, in the path.
func TestCredentialPlaces(t *testing.T) {
	two := []CredentialField{{Key: "id", Missing: "No id."}, {Key: "key", Missing: "No key."}}
	send := func(format BodyFormat, root Template, parts ...AuthPart) *Operation {
		op := posting(Param{Name: "a"}, Param{Name: "api_key"}, Param{Name: "all", Type: TypeAny, Wire: "$"})
		op.Body = &Body{Format: format, Root: root}
		op.Auth = &AuthScheme{Type: "custom", Fields: two, Send: parts}
		return op
	}
	member := AuthPart{Body: "api_key", Value: "{key}"}
	tests := []struct {
		name, input string
		op          *Operation
		authorized  string
		body        string
	}{
		{"a header", `{}`, send(BodyJSON, plainBody.Root, AuthPart{Header: "Authorization", Value: "Api-Key {key}"}), "Api-Key k:\"", `{}`},
		{"Basic", `{}`, send(BodyJSON, plainBody.Root, AuthPart{Header: "Authorization", Value: "{id}:{key}", Basic: true}), "Basic aWQ3Oms6Ig==", `{}`},
		{"Basic with an empty password", `{}`, send(BodyJSON, plainBody.Root, AuthPart{Value: "{id}:", Basic: true}), "Basic aWQ3Og==", `{}`},
		{"JSON, first in the root", `{"a":"1"}`, send(BodyJSON, plainBody.Root, member, AuthPart{Body: "id", Value: "{id}"}), "", `{"api_key":"k:\"","id":"id7","a":"1"}`},
		{"JSON, no other member", `{}`, send(BodyJSON, plainBody.Root, member), "", `{"api_key":"k:\""}`},
		{"JSON, nothing takes its place", `{"api_key":"evil"}`, send(BodyJSON, plainBody.Root, member), "", `{"api_key":"k:\""}`},
		{"JSON, beside a template", `{"a":"1"}`, send(BodyJSON, object(Member{"events", listOf(Template{Kind: TemplateObject, Parameters: true})}), member), "", `{"api_key":"k:\"","events":[{"a":"1"}]}`},
		{"JSON, in the whole body", `{"all":{"x":1.0}}`, send(BodyJSON, valueOf("all"), member), "", `{"api_key":"k:\"","x":1.0}`},
		{"JSON, no body", `{}`, send(BodyJSON, valueOf("all"), member), "", `{"api_key":"k:\""}`},
		{"JSON, no object", `{"all":[1]}`, send(BodyJSON, valueOf("all"), member), "", "Call failed: the body is an array, so the credential or the page has no place in it"},
		{"form, first", `{"a":"1","api_key":"evil"}`, send(BodyForm, plainBody.Root, member), "", `api_key=k%3A%22&a=1`},
		{"a field that is nowhere", `{}`, send(BodyJSON, plainBody.Root, AuthPart{Header: "Authorization", Value: "{nobody}"}), "", `{}`},
	}
	for _, tt := range tests {
		r, text := ask(t, &openAPI, tt.op, NewCredentials("custom", map[string]string{"id": "id7", "key": `k:"`}), tt.input)
		if r == nil {
			if text != tt.body {
				t.Errorf("%s: %s", tt.name, text)
			}
			continue
		}
		if r.body != tt.body || r.Header.Get("Authorization") != tt.authorized {
			t.Errorf("%s: %q\ngot  %s\nwant %s", tt.name, r.Header.Get("Authorization"), r.body, tt.body)
		}
	}
}

// TestPageInBody: numbers are numbers there, cursors are texts, and they take
// the place of members of the same name.
func TestPageInBody(t *testing.T) {
	for _, tt := range []struct {
		mode   PagingMode
		format BodyFormat
		fields []field
		want   string
	}{
		{PagingPage, BodyJSON, []field{{"page", "2"}, {"size", "50"}}, `{"cursor":"mine","a":"1","page":2,"size":50}`},
		{PagingCursor, BodyJSON, []field{{"cursor", "12"}, {"size", "50"}}, `{"a":"1","cursor":"12","size":50}`},
		{PagingCursor, BodyForm, []field{{"cursor", "1&2"}, {"size", "50"}}, `a=1&cursor=1%262&size=50`},
	} {
		op := posting(Param{Name: "cursor"}, Param{Name: "a"})
		op.Body = &Body{Format: tt.format, Root: plainBody.Root}
		op.Paging = &Paging{Mode: tt.mode, In: InBody, Size: "size"}
		k := &call{client: clientOf(t, tableOf(&openAPI, op), Options{}), op: op, page: page{in: InBody, fields: tt.fields}}
		r, reason := k.newRequest([]Value{Text("mine"), Text("1")})
		if reason != "" || string(r.body) != tt.want {
			t.Errorf("%s: %s\ngot  %s\nwant %s", tt.mode, reason, r.body, tt.want)
		}
	}
	op := posting()
	k := &call{client: clientOf(t, tableOf(&openAPI, op), Options{}), op: op, page: page{in: InHeader, fields: []field{{"x-cursor", "c"}}}}
	if r, _ := k.newRequest(nil); r.header.Get("X-Cursor") != "c" {
		t.Errorf("in a header: %v", r.header)
	}
}

// TestPaths: several holes in a segment, and what no segment may be.
func TestPaths(t *testing.T) {
	tests := []struct{ path, a, b, want string }{
		{"/x/{a}.json", "1/2", "", "/x/1%2F2.json"}, {"/x/{a}-{b}/y", "1", "2 3", "/x/1-2%203/y"}, {"/x/{a}:go", "{b}", "", "/x/%7Bb%7D:go"}, {"/{a}/{b}", "..a", ".b.", "/..a/.b."},
		{"/{a}{b}", ".", ".", `b is "..", which would change the path`}, {"/.{a}/x", ".", "", `a is "..", which would change the path`}, {"/{a}./x", ".", "", `a is "..", which would change the path`},
		{"/x{a}/y", "", "", "a is empty, but it is part of the path"}, {"/x/{a}.json", "\n", "", "a has a control character, but it is part of the path"},
		{"/{s}", "a/b c/d?", "", "/a/b%20c/d%3F"}, {"/x/{s}/y", "a", "", "/x/a/y"}, {"/x/v{s}:y", "a/b", "", "/x/va/b:y"},
		{"/{s}", "../x", "", `s is "..", which would change the path`}, {"/{s}", "a/./x", "", `s is ".", which would change the path`}, {"/{s}", "a/..", "", `s is "..", which would change the path`},
		{"/{s}", "/a", "", "s has an empty segment, but it is part of the path"}, {"/{s}", "a//b", "", "s has an empty segment, but it is part of the path"}, {"/{s}", "a/", "", "s has an empty segment, but it is part of the path"},
		{"/{s}", "", "", "s has an empty segment, but it is part of the path"}, {"/.{s}", "./x", "", `s is "..", which would change the path`}, {"/{s}.", "x/.", "", `s is "..", which would change the path`},
		{"/{m}/x", "A@b.c", "", "/" + "5d60d4e28066df254d5452f92c910092" + "/x"}, {"/{missing}", "", "", "missing is empty, but it is part of the path"},
	}
	for _, tt := range tests {
		op := &Operation{Name: "x", Method: "GET", Path: tt.path, Params: []Param{
			{Name: "a", Type: TypeString, In: InPath}, {Name: "b", Type: TypeString, In: InPath}, {Name: "s", Type: TypeString, In: InPath, Encode: &Encoding{As: EncodeSegments}},
			{Name: "m", Type: TypeString, In: InPath, Change: &Change{Case: "lower"}, Encode: &Encoding{As: EncodeMD5}},
		}}
		k := &call{client: clientOf(t, tableOf(&openAPI, op), Options{}), op: op}
		values, err := k.checked([]Value{Text(tt.a), Text(tt.b), Text(tt.a), Text(tt.a)})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		r, reason := k.newRequest(values)
		if got = reason; reason == "" {
			got = r.url.EscapedPath()
		}
		if got != tt.want {
			t.Errorf("%s %q %q: got %s, want %s", tt.path, tt.a, tt.b, got, tt.want)
		}
	}
}

// TestFormBounds: a small input that would become a huge form is refused.
func TestFormBounds(t *testing.T) {
	op := &Operation{Name: "x", Method: "GET", Path: "/x", Success: []int{200}, Params: []Param{{Name: "k", Wire: "k", Type: TypeAny, In: InQuery, Encode: &Encoding{As: EncodeBrackets}}}}
	deep := strings.Repeat(`{"aaaaaaaa":`, 900) + "[" + strings.TrimSuffix(strings.Repeat("1,", 20_000), ",") + "]" + strings.Repeat("}", 900)
	if r, text := ask(t, &openAPI, op, Credentials{}, `{"k":`+deep+`}`); r != nil || text != "Call failed: the input makes a request larger than 40 MiB" {
		t.Errorf("%.200s", text)
	}
}
