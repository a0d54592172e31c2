// The printer of literals, on its own. How the pieces of a package come together
// is in testdata/manifests/good.

package emit

import (
	"bytes"
	"go/format"
	"strings"
	"testing"
	"time"

	"github.com/dave/jennifer/jen"
	"github.com/google/go-cmp/cmp"

	"modulex.dev/connector/generator/table"
)

func TestLiterals(t *testing.T) {
	scheme := &table.AuthScheme{Name: "token"}
	params := []table.Param{{Name: "q", Type: "string", In: "query", Wire: "q"}}
	p := printer{pointers: map[any]string{scheme: "tokenAuth"}, params: map[*table.Param]string{&params[0]: "searchParams"}}
	for _, test := range []struct {
		name  string
		value any
		want  string
	}{
		{"zero fields are left out", table.Host{Name: "a"}, `runtime.Host{Name: "a"}`},
		{"words are constants", table.Param{Type: "integer", In: "query", Omit: "unless_true"},
			`runtime.Param{Type: runtime.TypeInteger, In: runtime.InQuery, Omit: runtime.OmitUnlessTrue}`},
		{"capitals of constants", table.Encoding{As: "python_json"}, `runtime.Encoding{As: runtime.EncodePythonJSON}`},
		{"what has a variable is its name", table.Operation{Name: "x", Auth: scheme, Params: params},
			`runtime.Operation{Name: "x", Params: searchParams, Auth: &tokenAuth}`},
		{"what has none is written out", table.Param{Name: "a", Encode: &table.Encoding{As: "csv"}},
			`runtime.Param{Name: "a", Encode: &runtime.Encoding{As: runtime.EncodeCSV}}`},
		{"durations in their largest unit", table.Until{Every: 1500 * time.Millisecond, For: 2 * time.Minute},
			`runtime.Until{Every: 1500 * time.Millisecond, For: 2 * time.Minute}`},
		{"numbers and flags", table.Check{Min: table.Bound{Set: true, Value: 0.5}, MaxLength: 3},
			`runtime.Check{Min: runtime.Bound{Set: true, Value: 0.5}, MaxLength: 3}`},
		{"quotes make a raw text", table.Template{Kind: "json", JSON: `{"a": 1}`}, "runtime.Template{Kind: runtime.TemplateJSON, JSON: `{\"a\": 1}`}"},
		{"back quotes make a plain one", table.Template{JSON: "\"`\""}, `runtime.Template{JSON: "\"` + "`" + `\""}`},
		{"functions stand as they are", table.AuthScheme{Sign: "signRequest"}, `runtime.AuthScheme{Sign: signRequest}`},
		{"lists of structs have a line each", table.Errors{Messages: []table.ErrorRule{{Path: "a"}, {Path: "b", Text: []string{"c"}}}}, `runtime.Errors{
	Messages: []runtime.ErrorRule{
		{Path: "a"},
		{Path: "b", Text: []string{"c"}},
	},
}`},
		{"long ones are spread", table.AuthScheme{Name: "token", Title: strings.Repeat("long ", 20), Description: "d"}, `runtime.AuthScheme{
	Name:        "token",
	Title:       "` + strings.Repeat("long ", 20) + `",
	Description: "d",
}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := literals{printer: p}
			w.declare("_", test.value)
			src, err := format.Source(append([]byte("package p\n\n"), w.Bytes()...))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(src), "package p\n\n"+w.String()); diff != "" {
				t.Errorf("gofmt would change it (-gofmt +printed):\n%s", diff)
			}
			got := strings.TrimSuffix(strings.TrimPrefix(w.String(), "var _ = "), "\n")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Comments stay comments, whatever a manifest says.
func TestComments(t *testing.T) {
	for _, text := range []string{"go:build linux", "+build linux", "*/ func main() {} /*", "line\nbreak", "\n//go:embed secret", "export x"} {
		for line := range strings.SplitSeq(strings.TrimSpace(printed(t, jen.Add(comment(text)).Line().Id("x"))), "\n") {
			if !strings.HasPrefix(line, "//") && line != "x" || strings.HasPrefix(line, "// +build") || strings.HasPrefix(line, "//go:") {
				t.Errorf("%q is printed as %q", text, line)
			}
		}
	}
}

func TestSentence(t *testing.T) {
	for in, want := range map[string]string{"A": "A.", "A.": "A.", "A!": "A!", "A? ": "A?"} {
		if got := sentence(in); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
}

// printed is code as gofmt writes it, without the package around it.
func printed(t *testing.T, code jen.Code) string {
	t.Helper()
	f := jen.NewFile("p")
	f.ImportName(runtimePath, "runtime")
	f.Var().Id("_").Op("=").Add(code)
	var b bytes.Buffer
	if err := f.Render(&b); err != nil {
		t.Fatal(err)
	}
	src, err := format.Source(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(src), "var _ = ")
	return strings.TrimSpace(text)
}
