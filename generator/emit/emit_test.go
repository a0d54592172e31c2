// Emitters, one at a time, against the Go that they print. How the pieces come
// together is in testdata/manifests/good.

package emit

import (
	"bytes"
	"go/format"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dave/jennifer/jen"
	"github.com/google/go-cmp/cmp"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
)

// getItem is an action with a parameter of every type, required and not.
func getItem() *model.Action {
	return &model.Action{
		Name: "get_item", Description: "Get an item", Docs: "https://example.com/docs",
		Method: "GetItem", Input: "GetItemInput", Op: "getItemOp", ParamsVar: "getItemParams", Invoke: "invokeGetItem",
		HTTPMethod: "GET", Path: "/items/{item_id}", Success: []int{200},
		Kind: model.KindObject, ResultField: "data", ResultPath: "data.item",
		Params: []*model.Param{
			{Name: "item_id", Field: "ItemID", Type: "string", Description: "The ID.", Required: true, In: "path", Wire: "item_id"},
			{Name: "limit", Field: "Limit", Type: "integer", Description: "How many", Required: true, In: "query", Wire: "page[limit]"},
			{Name: "flag", Field: "Flag", Type: "boolean", Description: "Which?", In: "header", Wire: "X-Flag"},
			{Name: "ratio", Field: "Ratio", Type: "number", Description: "How much", In: "body", Wire: "ratio"},
			{Name: "note", Field: "Note", Type: "string", Description: "A note", In: "body", Wire: "note", OmitEmpty: true},
			{Name: "tags", Field: "Tags", Type: "array", Description: "Words", In: "body", Wire: "tags"},
			{Name: "extra", Field: "Extra", Type: "object", Description: "More", Required: true, In: "body", Wire: "extra", PairsKey: "id", PairsValue: "value"},
		},
	}
}

func listItems() *model.Action {
	return &model.Action{
		Name: "list_items", Description: "List items.", Method: "ListItems", Seq: "ListItemsSeq", Input: "ListItemsInput",
		Op: "listItemsOp", ParamsVar: "listItemsParams", Invoke: "invokeListItems",
		HTTPMethod: "GET", Path: "/items", Success: []int{200}, Kind: model.KindList, ResultField: "items",
		Paging: &model.Paging{Var: "numberedPaging"}, Auth: &model.AuthScheme{Var: "tokenAuth"},
	}
}

func TestEmitters(t *testing.T) {
	nothing := &model.Action{
		Name: "ping", Description: "Ping.", Method: "Ping", Input: "PingInput", Op: "pingOp", ParamsVar: "pingParams", Invoke: "invokePing",
		HTTPMethod: "POST", Path: "/", Success: []int{200, 201}, Repeatable: true, Kind: model.KindNone, Body: &model.Body{Var: "plainBody"},
	}
	tests := []struct {
		name string
		emit func(*jen.File)
		want string
	}{
		{"input", func(f *jen.File) { input(f, getItem()) }, `
// GetItemInput is the input of [Client.GetItem].
type GetItemInput struct {
	// ItemID (required): The ID.
	ItemID string
	// Limit (required): How many.
	Limit int64
	// Flag: Which?
	Flag *bool
	// Ratio: How much.
	Ratio *float64
	// Note: A note.
	Note *string
	// Tags: Words.
	Tags []any
	// Extra (required): More.
	Extra map[string]any
}
`},
		{"input without parameters", func(f *jen.File) { input(f, nothing) }, `
// PingInput is the input of [Client.Ping].
type PingInput struct{}
`},
		{"handler of an object", func(f *jen.File) { handler(f, getItem()) }, `
// GetItem runs get_item: Get an item.
//
//	GET /items/{item_id}
//
// Errors are [*runtime.Error].
//
// Documented at https://example.com/docs
func (c *Client) GetItem(ctx context.Context, cred runtime.Credentials, in GetItemInput) (runtime.Object, error) {
	return c.rt.Object(ctx, &getItemOp, cred, in.values())
}
`},
		{"handler of a list", func(f *jen.File) { handler(f, listItems()) }, `
// ListItems runs list_items: List items.
//
//	GET /items
//
// It fetches every page. When it fails midway the list holds what came before.
// Errors are [*runtime.Error].
func (c *Client) ListItems(ctx context.Context, cred runtime.Credentials, in ListItemsInput, opts ...runtime.CallOption) (runtime.List, error) {
	return c.rt.List(ctx, &listItemsOp, cred, in.values(), opts...)
}
`},
		{"handler of nothing", func(f *jen.File) { handler(f, nothing) }, `
// Ping runs ping: Ping.
//
//	POST /
//
// Errors are [*runtime.Error].
func (c *Client) Ping(ctx context.Context, cred runtime.Credentials, in PingInput) error {
	return c.rt.Do(ctx, &pingOp, cred, in.values())
}
`},
		{"iterator", func(f *jen.File) { sequence(f, listItems()) }, `
// ListItemsSeq is [Client.ListItems] as an iterator: it fetches a page when the
// one before is used up. An error is its last element.
func (c *Client) ListItemsSeq(ctx context.Context, cred runtime.Credentials, in ListItemsInput, opts ...runtime.CallOption) iter.Seq2[runtime.Object, error] {
	return c.rt.Seq(ctx, &listItemsOp, cred, in.values(), opts...)
}
`},
		{"invoke", func(f *jen.File) { invoke(f, getItem()) }, `
func invokeGetItem(ctx context.Context, c *runtime.Client, cred runtime.Credentials, input []byte, opts ...runtime.CallOption) runtime.Envelope {
	return c.Invoke(ctx, &getItemOp, cred, input, opts...)
}
`},
		{"values", func(f *jen.File) { arguments(f, getItem()) }, `
// values are the arguments in the order of getItemParams.
func (in GetItemInput) values() []runtime.Value {
	return []runtime.Value{
		runtime.Text(in.ItemID),
		runtime.Int(in.Limit),
		runtime.Opt(in.Flag, runtime.Bool),
		runtime.Opt(in.Ratio, runtime.Number),
		runtime.Opt(in.Note, runtime.Text),
		runtime.Slice(in.Tags),
		runtime.Map(in.Extra),
	}
}
`},
		{"no values", func(f *jen.File) { arguments(f, nothing) }, `
// values are the arguments in the order of pingParams.
func (PingInput) values() []runtime.Value {
	return []runtime.Value{}
}
`},
		{"operation of an object", func(f *jen.File) { operation(f, getItem()) }, `
var getItemOp = runtime.Operation{
	Name:    "get_item",
	Method:  "GET",
	Path:    "/items/{item_id}",
	Params:  getItemParams,
	Success: []int{200},
	Result:  runtime.Result{Kind: runtime.ResultObject, Field: "data", Path: "data.item"},
}
`},
		{"operation of a list", func(f *jen.File) { operation(f, listItems()) }, `
var listItemsOp = runtime.Operation{
	Name:    "list_items",
	Method:  "GET",
	Path:    "/items",
	Params:  listItemsParams,
	Auth:    &tokenAuth,
	Success: []int{200},
	Paging:  &numberedPaging,
	Result:  runtime.Result{Kind: runtime.ResultList, Field: "items"},
}
`},
		{"operation that is repeatable", func(f *jen.File) { operation(f, nothing) }, `
var pingOp = runtime.Operation{
	Name:       "ping",
	Method:     "POST",
	Path:       "/",
	Params:     pingParams,
	Body:       &plainBody,
	Success:    []int{200, 201},
	Repeatable: true,
	Result:     runtime.Result{Kind: runtime.ResultNone},
}
`},
		{"params", func(f *jen.File) { params(f, getItem()) }, `
var getItemParams = []runtime.Param{
	{Name: "item_id", Type: runtime.TypeString, Required: true, In: runtime.InPath, Wire: "item_id", Description: "The ID."},
	{Name: "limit", Type: runtime.TypeInteger, Required: true, In: runtime.InQuery, Wire: "page[limit]", Description: "How many"},
	{Name: "flag", Type: runtime.TypeBoolean, In: runtime.InHeader, Wire: "X-Flag", Description: "Which?"},
	{Name: "ratio", Type: runtime.TypeNumber, In: runtime.InBody, Wire: "ratio", Description: "How much"},
	{Name: "note", Type: runtime.TypeString, In: runtime.InBody, Wire: "note", OmitEmpty: true, Description: "A note"},
	{Name: "tags", Type: runtime.TypeArray, In: runtime.InBody, Wire: "tags", Description: "Words"},
	{Name: "extra", Type: runtime.TypeObject, Required: true, In: runtime.InBody, Wire: "extra", Pairs: &runtime.Pairs{Key: "id", Value: "value"}, Description: "More"},
}
`},
		{"credentials", func(f *jen.File) {
			credentials(f, &model.AuthScheme{Func: "APIKeys", Type: "custom", Title: "API keys", Fields: []model.AuthField{{Key: "app_id", Arg: "appID"}, {Key: "type", Arg: "typeValue"}}})
		}, `
// APIKeys returns the credentials of one tenant: API keys.
func APIKeys(appID, typeValue string) runtime.Credentials {
	return runtime.NewCredentials("custom", map[string]string{"app_id": appID, "type": typeValue})
}
`},
		{"body", func(f *jen.File) {
			f.Var().Id("b").Op("=").Add(body(&model.Body{MediaType: "application/json", Open: `{"type":"x"`, Close: "}", Constants: true}))
		}, `
var b = runtime.Body{
	MediaType: "application/json",
	Open:      ` + "`" + `{"type":"x"` + "`" + `,
	Close:     "}",
	Constants: true,
}
`},
		{"paging without a size", func(f *jen.File) {
			f.Var().Id("p").Op("=").Add(paging(&model.Paging{Page: "page", First: 1, Next: "next"}))
		}, `
var p = runtime.Paging{
	Page:  "page",
	First: 1,
	Next:  "next",
}
`},
		{"durations", func(f *jen.File) {
			f.Var().Id("d").Op("=").Add(spread(jen.Index().Qual("time", "Duration"),
				per(time.Second), per(90*time.Second), per(2*time.Minute), per(time.Hour), per(30*24*time.Hour)))
		}, `
var d = []time.Duration{
	1 * time.Second,
	90 * time.Second,
	2 * time.Minute,
	1 * time.Hour,
	720 * time.Hour,
}
`},
		{"schema", func(f *jen.File) {
			f.Const().Id("s").Op("=").Add(schema(model.Object{{Name: "description", Value: "a `quoted` \"word\" <&> \\"}}))
		}, `
const s = ` + "`" + `{
  "description": "a \u0060quoted\u0060 \"word\" <&> \\"
}` + "`" + `
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(strings.TrimPrefix(test.want, "\n"), printed(t, test.emit)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Comments are wrapped between words. Whatever a text holds, every line of it
// stays a comment, and none is one that Go listens to.
func TestComment(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"short", "Get an item.", "// Get an item."},
		{
			"broken between words", strings.Repeat("word ", 20),
			"// word word word word word word word word word word word word word word word\n// word word word word word",
		},
		{
			"characters, not bytes", strings.Repeat("größe ", 14),
			"// größe größe größe größe größe größe größe größe größe größe größe größe größe\n// größe",
		},
		{"a word that is too long stays whole", "a " + strings.Repeat("x", 100), "// a\n// " + strings.Repeat("x", 100)},
		{"paragraphs", "one\n\ntwo\r\n\tthree", "// one\n//\n// two\n// three"},
		{"end of a comment", "*/ func init() {} /*", "// */ func init() {} /*"},
		{"directives", "//go:build ignore\n//line x.go:1\n//export f", "// //go:build ignore\n// //line x.go:1\n// //export f"},
		{"directive without slashes", "go:generate rm -rf /", "// go:generate rm -rf /"},
		{"old build constraint", "+build ignore\n  +build linux", "// | +build ignore\n// | +build linux"},
		{"old build constraint after a break", strings.Repeat("x", 74) + " +build ignore", "// " + strings.Repeat("x", 74) + "\n// | +build ignore"},
		{"not a constraint", "a +build tag", "// a +build tag"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := printed(t, func(f *jen.File) {
				f.Add(comment(test.text))
				f.Var().Id("x").Int()
			})
			if diff := cmp.Diff(test.want+"\nvar x int\n", got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSentence(t *testing.T) {
	for text, want := range map[string]string{
		"The ID": "The ID.", "The ID.": "The ID.", " Really? ": "Really?", "Stop!": "Stop!", "e.g. a, b": "e.g. a, b.",
	} {
		if got := sentence(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// Files are printed side by side, and still are always the same.
func TestFilesAreTheSameEveryTime(t *testing.T) {
	src, err := os.ReadFile("../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var first []File
	for i := range 20 {
		m, faults := manifest.Load("manifest.yaml", src)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		c, faults := model.Build(m)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		files, err := Files(c)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = files
		}
		if diff := cmp.Diff(first, files); diff != "" {
			t.Fatalf("run %d (-first +now):\n%s", i+1, diff)
		}
	}
}

// printed is the Go of an emitter, formatted, without package and imports.
func printed(t *testing.T, emit func(*jen.File)) string {
	t.Helper()
	f := jen.NewFile("demo")
	f.ImportName(runtimePath, "runtime")
	emit(f)
	var b bytes.Buffer
	if err := f.Render(&b); err != nil {
		t.Fatal(err)
	}
	if again, err := format.Source(b.Bytes()); err != nil || !bytes.Equal(again, b.Bytes()) {
		t.Errorf("gofmt changes what is printed: %v", err)
	}
	out := strings.TrimPrefix(b.String(), "package demo\n\n")
	if rest, ok := strings.CutPrefix(out, "import ("); ok {
		_, out, _ = strings.Cut(rest, "\n)\n\n")
	} else if strings.HasPrefix(out, "import ") {
		_, out, _ = strings.Cut(out, "\n\n")
	}
	return out
}
