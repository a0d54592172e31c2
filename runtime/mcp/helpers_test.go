// What the tests share: a small API declared by hand and served in this process,
// and ways to talk to a server of it.

package mcp

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"modulex.dev/connector/runtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	bearer = runtime.AuthScheme{
		Name: "api_token", Type: "bearer_token",
		Fields: []runtime.CredentialField{{Key: "token", Env: "DEMO_TOKEN", Missing: "Missing API token in auth_data."}},
		Send:   []runtime.AuthPart{{Header: "Authorization", Value: "{token}"}},
	}
	keyed = runtime.AuthScheme{
		Name: "key", Type: "api_key",
		Fields: []runtime.CredentialField{{Key: "api_key", Env: "DEMO_KEY", Missing: "Missing key."}, {Key: "site", Env: "DEMO_SITE", Missing: "Missing site."}},
		Send:   []runtime.AuthPart{{Header: "X-Key", Value: "{api_key}"}},
	}
)

const (
	objectOut = `{"additionalProperties":false,"properties":{"success":{"title":"Success","type":"boolean"},"error":{"anyOf":[{"type":"string"},{"type":"null"}],"default":null,"title":"Error"},"data":{"anyOf":[{"additionalProperties":true,"type":"object"},{"type":"null"}],"default":null,"title":"Data"}},"required":["success"],"title":"Out","type":"object"}`
	listOut   = `{"additionalProperties":false,"properties":{"success":{"title":"Success","type":"boolean"},"error":{"anyOf":[{"type":"string"},{"type":"null"}],"default":null,"title":"Error"},"data":{"items":{"additionalProperties":true,"type":"object"},"title":"Data","type":"array"}},"required":["success"],"title":"Out","type":"object"}`
	moreOut   = `{"additionalProperties":false,"properties":{"success":{"type":"boolean"},"error":{"type":["string","null"]},"data":{"items":{"type":"object"},"type":"array"},"included":{"items":{"type":"object"},"type":"array"}},"required":["success"],"type":"object"}`
)

// demo is the table: one action of each kind that matters here.
func demo() *runtime.Table {
	texts := runtime.Texts{Status: "API error ({status}): {detail}", Timeout: "Request timed out.", Failed: "Call failed: {reason}"}
	paging := &runtime.Paging{Mode: runtime.PagingPage, In: runtime.InQuery, Param: "page", Next: "meta.next"}
	list := runtime.Result{Kind: runtime.ResultList, Field: "data", Path: "data"}
	action := func(name string, effect runtime.Effect, op *runtime.Operation, in, out runtime.Schema) runtime.Action {
		op.Name, op.Path, op.Success = name, "/"+name, []int{200}
		if op.Auth == nil {
			op.Auth = &bearer
		}
		return runtime.Action{Name: name, Title: strings.ReplaceAll(name, "_", " "), Description: "Does " + name + ".", Effect: effect, Parameters: op.Params, InputSchema: in, OutputSchema: out, Auth: op.Auth, Op: op}
	}
	none := runtime.Schema(`{"additionalProperties":false,"properties":{},"title":"In","type":"object"}`)
	text := func(name string) runtime.Param {
		return runtime.Param{Name: name, Type: runtime.TypeString, In: runtime.InQuery, Wire: name}
	}
	return &runtime.Table{
		API: &runtime.API{Name: "demo", Title: "Demo", Version: "1", BaseURL: "https://api.example.test", Auth: []*runtime.AuthScheme{&bearer}, Texts: texts},
		Actions: []runtime.Action{
			action("get_thing", runtime.EffectRead, &runtime.Operation{Method: "GET", Params: []runtime.Param{text("q")}, Result: runtime.Result{Kind: runtime.ResultObject, Field: "data", Path: "data"}},
				`{"additionalProperties":false,"properties":{"q":{"description":"What to look for","title":"Q","type":"string"}},"title":"In","type":"object"}`, objectOut),
			action("list_pages", runtime.EffectRead, &runtime.Operation{Method: "GET", Paging: paging, Params: []runtime.Param{text("resume")}, Result: list},
				`{"additionalProperties":false,"properties":{"resume":{"type":"string"}},"type":"object"}`, listOut),
			action("list_all", runtime.EffectRead, &runtime.Operation{Method: "GET", Result: list}, none, listOut),
			action("list_more", runtime.EffectRead, &runtime.Operation{Method: "GET", Paging: paging, Result: list, Outputs: []runtime.Output{
				{Field: "data", From: runtime.SourceBody, Type: runtime.TypeArray, Items: runtime.TypeObject, Paths: []string{"data"}},
				{Field: "included", From: runtime.SourceBody, Type: runtime.TypeArray, Items: runtime.TypeObject, Paths: []string{"included"}, Default: "[]"},
			}}, none, moreOut),
			action("keyed_thing", runtime.EffectRead, &runtime.Operation{Method: "GET", Auth: &keyed, Result: runtime.Result{Kind: runtime.ResultObject, Field: "data", Path: "data"}}, none, objectOut),
			action("delete_thing", runtime.EffectRemove, &runtime.Operation{Method: "DELETE", Result: runtime.Result{Kind: runtime.ResultNone}},
				none, `{"properties":{"success":{"type":"boolean"},"error":{"type":["string","null"]}},"type":"object"}`),
		},
	}
}

// things are n items, each of about 30 bytes.
func things(from, n int) string {
	var items []string
	for i := from; i < from+n; i++ {
		items = append(items, fmt.Sprintf(`{"id":"%04d","name":"thing %d"}`, i, i))
	}
	return "[" + strings.Join(items, ",") + "]"
}

// api answers for the demo.
func api(t testing.TB) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/list_all":
			fmt.Fprintf(w, `{"data":%s}`, things(0, 100))
		case "/list_pages", "/list_more":
			page, next := r.URL.Query().Get("page"), "1"
			at := 0
			if page == "1" {
				at, next = 60, "null"
			}
			fmt.Fprintf(w, `{"data":%s,"included":%s,"meta":{"next":%s}}`, things(at, 60), things(1000+at, 60), next)
		default:
			fmt.Fprintf(w, `{"data":{"token":%q,"key":%q}}`, r.Header.Get("Authorization"), r.Header.Get("X-Key"))
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// newServer makes a server of the demo.
func newServer(t testing.TB, o Options) *Server {
	t.Helper()
	o.Client.BaseURL = api(t)
	s, err := New(demo(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// hello is the handshake, for servers over lines.
const hello = `{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
`

// talk is what a server answers to lines after the handshake.
func talk(t testing.TB, s *Server, lines ...string) []string {
	t.Helper()
	var out bytes.Buffer
	if err := s.ServeLines(t.Context(), strings.NewReader(hello+strings.Join(lines, "\n")+"\n"), &out); err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Split(strings.TrimSpace(out.String()), "\n"), func(line string) bool { return strings.Contains(line, `"serverInfo"`) })
}
