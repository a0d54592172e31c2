// Where requests go: whatever the values are, a server finds each of them where
// the manifest puts it, and nothing else, and it is the server that the manifest
// names.

package runtime

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// tenantAPI has a part of its host, of its path and of its query in the
// credential.
var tenantAPI = API{
	Name: "tenant", BaseURL: "https://{auth.site}.example.test/api/{auth.space}", Texts: demoAPI.Texts,
	Auth: []*AuthScheme{&tenantAuth},
}

var tenantAuth = AuthScheme{
	Name: "key", Type: "custom", Fields: []CredentialField{{Key: "site", Public: true}, {Key: "space", Public: true}, {Key: "key"}},
	Send: []AuthPart{{Query: "key", Value: "{key}"}},
}

var tenantOp = Operation{
	Name: "x", Method: "GET", Path: "/things/{id}/at/v{part}/{rest}", Auth: &tenantAuth, Success: []int{200}, Result: Result{Kind: ResultNone},
	Params: []Param{
		{Name: "id", Type: TypeString, Required: true, In: InPath, Wire: "id"}, {Name: "part", Type: TypeString, Required: true, In: InPath, Wire: "part"},
		{Name: "rest", Type: TypeString, Required: true, In: InPath, Wire: "rest", Encode: &Encoding{As: EncodeSegments}},
		{Name: "q", Type: TypeString, In: InQuery, Wire: "filter[q]"}, {Name: "trace", Type: TypeString, In: InHeader, Wire: "X-Trace"},
	},
}

// FuzzAddress: what is not refused, net/http's own server finds: one segment,
// one query value, one header for each value, on one label of the named host.
func FuzzAddress(f *testing.F) {
	for i, s := range hostile {
		f.Add("acme", "main", s, s, "a/"+s, s, s)
		f.Add(s, hostile[len(hostile)-1-i], "1", "2", "3", "4", "5")
	}
	f.Add("a.b", "..", ".", "", "a//b", "&key=x", "a\nb")
	f.Add("acme.example.test/x?", "%2e%2e", "..", ".", "../..", "#", "")
	c := clientOf(f, tableOf(&tenantAPI, &tenantOp), Options{Transport: &script{}})
	f.Fuzz(func(t *testing.T, site, space, id, part, rest, q, trace string) {
		for _, s := range []string{id, part, rest, q, trace} {
			if !utf8.ValidString(s) {
				return // no JSON input holds it
			}
		}
		k, failed := c.begin(&tenantOp, NewCredentials("custom", map[string]string{"site": site, "space": space, "key": "k&e=y"}), nil)
		if failed != nil {
			return
		}
		r, reason := k.newRequest([]Value{Text(id), Text(part), Text(rest), Text(q), Text(trace)})
		if reason != "" {
			return
		}
		var wire bytes.Buffer
		if err := r.http(t.Context(), &r.url).Write(&wire); err != nil {
			t.Fatal(err)
		}
		got, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire.Bytes())))
		if err != nil {
			t.Fatalf("%q: %v", wire.String(), err)
		}
		met := false
		mux := http.NewServeMux()
		mux.HandleFunc("GET /api/{space}/things/{id}/at/{part}/{rest...}", func(_ http.ResponseWriter, r *http.Request) {
			met = true
			// A path value keeps its inner escapes undone once, as the manifest means it.
			if r.PathValue("space") != strings.TrimSpace(space) || r.PathValue("id") != id || r.PathValue("part") != "v"+part || r.PathValue("rest") != rest {
				t.Errorf("%q is read as %q %q %q %q", wire.String(), r.PathValue("space"), r.PathValue("id"), r.PathValue("part"), r.PathValue("rest"))
			}
		})
		mux.ServeHTTP(httptest.NewRecorder(), got)
		if !met {
			t.Errorf("%q leads elsewhere", wire.String())
		}
		label, named := strings.CutSuffix(got.Host, ".example.test")
		if !named || label != strings.ToLower(strings.TrimSpace(site)) || strings.ContainsAny(label, "./:@?#%") {
			t.Errorf("%q goes to %q", site, got.Host)
		}
		query, err := url.ParseQuery(got.URL.RawQuery)
		if err != nil || len(query) != 2 || len(query["filter[q]"]) != 1 || query.Get("filter[q]") != q || len(query["key"]) != 1 || query.Get("key") != "k&e=y" {
			t.Errorf("%q: %v, %v", q, query, err)
		}
		if got.Header.Get("X-Trace") != strings.Trim(trace, " \t") || len(got.Header) > 4 {
			t.Errorf("%q: %v", trace, got.Header)
		}
		for segment := range strings.SplitSeq(got.URL.EscapedPath(), "/") {
			if plain, _ := url.PathUnescape(segment); plain == "." || plain == ".." || segment == "" && got.URL.EscapedPath()[0] != '/' {
				t.Errorf("%q has the segment %q", wire.String(), segment)
			}
		}
	})
}

// FuzzNextPage: whatever an API gives as the address of the next page, it is
// refused or is on the server of the call, without user and fragment, and the
// place that is shown holds no credential.
func FuzzNextPage(f *testing.F) {
	for _, link := range []string{
		"?page=2", "/api/main/things?page=2", "https://acme.example.test/api/main/things?page=2", "http://acme.example.test/x", "http://acme.example.test:80/x", "https://acme.example.test:443/x", "//evil.test/x",
		"https://evil.test", "https://acme.example.test@evil.test/", "https://acme.example.test.evil.test/", "\\\\evil.test\\x", "https:evil.test", "javascript:x", "?key=stolen&page=2", "?KEY=x&%6bey=y", "#f", "https://acme.example.test:8443/", "https://ACME.example.test/x#y",
		"../../..", "//acme.example.test", "https://[::1]/", "https://user:pw@acme.example.test/", "\x00", "%zz", "https://acme.example.test\t/", " https://evil.test",
	} {
		f.Add(link)
	}
	c := clientOf(f, tableOf(&tenantAPI, &tenantOp), Options{Transport: &script{}})
	f.Fuzz(func(t *testing.T, text string) {
		k, err := c.begin(&tenantOp, NewCredentials("custom", map[string]string{"site": "acme", "space": "main", "key": "k3y-of-acme"}), nil)
		if err != nil {
			t.Fatal(err)
		}
		w := walk{call: k}
		u, err := w.sameSite(text)
		if err != nil {
			if err.Code != CodeUnexpectedResponse || !utf8.ValidString(err.Error()) || len(err.Error()) > 8000 {
				t.Fatalf("%q: %q", text, err.Error())
			}
			return
		}
		k.page = page{url: u}
		r, reason := k.newRequest(make([]Value, len(tenantOp.Params)))
		if reason != "" {
			t.Fatalf("%q: %s", text, reason)
		}
		var wire bytes.Buffer
		if err := r.http(t.Context(), &r.url).Write(&wire); err != nil {
			return // net/http refuses it
		}
		got, readErr := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire.Bytes())))
		if readErr != nil {
			t.Fatalf("%q became %q: %v", text, wire.String(), readErr)
		}
		if host := strings.TrimSuffix(strings.ToLower(got.Host), ":443"); host != "acme.example.test" || r.url.Scheme != "https" || r.url.User != nil || u.Fragment != "" {
			t.Errorf("%q leads to %q", text, r.url.String())
		}
		if keys := got.URL.Query()["key"]; len(keys) != 1 || keys[0] != "k3y-of-acme" {
			t.Errorf("%q: the credential is %q", text, keys)
		}
		if u.Query().Has("key") || strings.Contains(u.String(), "k3y-of-acme") && !strings.Contains(text, "k3y") {
			t.Errorf("%q: the place that is shown is %q", text, u)
		}
	})
}

// FuzzFile: a file of a multipart body arrives byte for byte, under its names,
// beside the fields.
func FuzzFile(f *testing.F) {
	for _, s := range hostile {
		f.Add([]byte(s), s, s)
	}
	f.Add([]byte("\r\n--x--\r\n\x00\xff"), `a"b\c.png`, "\r\nContent-Type: evil")
	op := posting(Param{Name: "file", Encode: &Encoding{As: EncodeFile, FileName: "{name}", MediaType: "image/png"}}, Param{Name: "name"}, Param{Name: "note"})
	op.Body = &Body{Format: BodyMultipart, Root: plainBody.Root}
	f.Fuzz(func(t *testing.T, content []byte, name, note string) {
		if len(content) == 0 || name == "" || !utf8.ValidString(name) || !utf8.ValidString(note) {
			return
		}
		r, reason := fuzzCall(t, op).newRequest([]Value{Text(base64.StdEncoding.EncodeToString(content)), Text(name), Text(note)})
		if reason != "" {
			t.Fatal(reason)
		}
		_, params, err := mime.ParseMediaType(r.header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		form, err := multipart.NewReader(bytes.NewReader(r.body), params["boundary"]).ReadForm(1 << 20)
		if err != nil {
			t.Fatalf("%v: %q", err, r.body)
		}
		if len(form.Value) != 2 || len(form.Value["note"]) != 1 || form.Value["note"][0] != note || form.Value["name"][0] != name || len(form.File["file"]) != 1 {
			t.Fatalf("%q %q: %v", name, note, form)
		}
		header := form.File["file"][0]
		part, err := header.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer part.Close()
		var got bytes.Buffer
		if _, err := got.ReadFrom(part); err != nil || !bytes.Equal(got.Bytes(), content) || header.Header.Get("Content-Type") != "image/png" || len(header.Header) != 2 {
			t.Errorf("%q arrives as %q with %v", content, got.Bytes(), header.Header)
		}
		_, disposition, err := mime.ParseMediaType(header.Header.Get("Content-Disposition"))
		if err != nil || disposition["name"] != "file" || !strings.Contains(name, "%") && unpercent(disposition["filename"]) != name {
			t.Errorf("%q is called %q, %v", name, disposition["filename"], err)
		}
	})
}

// TestAddressesWithSpaces: an API may give an address that no request line can
// hold, for the next page or in a redirect; it is escaped, not broken.
func TestAddressesWithSpaces(t *testing.T) {
	op := listThings
	op.Paging = &Paging{Mode: PagingURL, Next: "next"}
	api := play(
		answering(200, `{"data":[{"id":"1"}],"next":"/v1/things?q=a b\u00e9&c=\"d\""}`),
		answering(302, "", "Location: /v1/things?q=e f"),
		answering(200, `{"data":[{"id":"2"}],"next":null}`),
	)
	c := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: api})
	if e := c.Call(t.Context(), op.Name, token(), nil); !e.Success() {
		t.Fatal(e.Err)
	}
	for i, want := range []string{"q=a%20b%C3%A9&c=%22d%22", "q=e%20f"} {
		if got := api.requests[i+1].URL.RawQuery; got != want {
			t.Errorf("request %d has the query %s, want %s", i+2, got, want)
		}
	}
}
