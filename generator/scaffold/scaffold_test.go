package scaffold_test

import (
	"bytes"
	goformat "go/format"
	"slices"
	"strings"
	"testing"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/format"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/scaffold"
)

var acme = scaffold.Connector{Name: "acme_crm", Title: `Acme: "CRM" #1`, BaseURL: "https://api.acme.com/v1", Docs: "https://acme.com/docs?a=b",
	Auth: "bearer", Import: "example.com/acme", Module: "example.com/acme", Require: "v1.2.3"}

// The files of each kind of connector are clean: no fault and no advice in the
// manifest, everything laid out as the tools would do it.
func TestConnector(t *testing.T) {
	for _, auth := range []string{"bearer", "header:X-Api-Key", "query:api_key", "query:key[0]", "basic", "none"} {
		c := acme
		c.Auth = auth
		files, err := c.Files()
		if err != nil {
			t.Fatalf("%s: %v", auth, err)
		}
		for _, f := range files {
			switch {
			case f.Name == "manifest.yaml":
				clean(t, auth, f.Content)
			case strings.HasSuffix(f.Name, ".go"):
				if formatted, err := goformat.Source(f.Content); err != nil || !bytes.Equal(formatted, f.Content) {
					t.Errorf("%s: %s is not formatted: %v\n%s", auth, f.Name, err, f.Content)
				}
			}
			if bytes.Contains(f.Content, []byte("<no value>")) || strings.HasSuffix(f.Name, ".md") && bytes.Contains(f.Content, []byte("\n\n\n")) {
				t.Errorf("%s: %s has holes:\n%s", auth, f.Name, f.Content)
			}
		}
	}
}

func clean(t *testing.T, what string, src []byte) {
	t.Helper()
	if _, faults := generator.Load("manifest.yaml", src); len(faults) > 0 {
		t.Errorf("%s: %v", what, faults)
	}
	if advice := manifest.Advice("manifest.yaml", src); len(advice) > 0 {
		t.Errorf("%s: %v", what, advice)
	}
	if out, err := format.Source(src); err != nil || !bytes.Equal(out, src) {
		t.Errorf("%s: the manifest is not laid out: %v\n%s", what, err, out)
	}
}

func TestConnectorFiles(t *testing.T) {
	names := func(c scaffold.Connector) string {
		files, err := c.Files()
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, f := range files {
			out = append(out, f.Name)
		}
		return strings.Join(out, " ")
	}
	const generated = "gen/acmecrm/client.go gen/acmecrm/table.go gen/acmecrm/schemas.go gen/acmecrm/get_thing_action.go"
	if got, want := names(acme), "manifest.yaml main.go main_test.go README.md go.mod manifest.schema.json "+generated; got != want {
		t.Errorf("a module of its own has %s, want %s", got, want)
	}
	inside := acme
	inside.Module, inside.Schema = "", "../../docs/manifest.schema.json"
	if got, want := names(inside), "manifest.yaml main.go main_test.go README.md "+generated; got != want {
		t.Errorf("inside of the module there are %s, want %s", got, want)
	}
	inside.Module, inside.Replace = "acme", "/src/connector"
	files, err := inside.Files()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(files, func(f generator.File) bool { return f.Name == "go.mod" })
	const want = "module acme\n\ngo 1.26.0\n\nrequire modulex.dev/connector v1.2.3\n\nreplace modulex.dev/connector => /src/connector\n"
	if got := string(files[i].Content); got != want {
		t.Errorf("go.mod is\n%s\nwant\n%s", got, want)
	}
}

// A wrong answer is told in the words of the language.
func TestConnectorCheck(t *testing.T) {
	for _, tt := range []struct {
		answers scaffold.Connector
		says    string
	}{
		{scaffold.Connector{}, ""},
		{acme, ""},
		{scaffold.Connector{Name: "Acme"}, `"name" cannot be "Acme"`},
		{scaffold.Connector{Name: "range"}, `"range" cannot be the name of a Go package`},
		{scaffold.Connector{BaseURL: "http://example.com"}, `"base_url" cannot be "http://example.com"`},
		{scaffold.Connector{BaseURL: "https://example.com/"}, `"base_url" cannot be`},
		{scaffold.Connector{Docs: "example.com"}, `"docs" cannot be "example.com"`},
		{scaffold.Connector{Auth: "token"}, `auth cannot be "token"; write bearer, header:NAME, query:NAME, basic or none`},
		{scaffold.Connector{Auth: "header:"}, `auth cannot be "header:"`},
		{scaffold.Connector{Auth: "bearer:X"}, `auth cannot be "bearer:X"`},
		{scaffold.Connector{Auth: "header:Content-Type"}, `the header "Content-Type" is set by the runtime`},
		{scaffold.Connector{Auth: "header:X Y"}, `"header" cannot be "X Y"`},
		{scaffold.Connector{Title: "two\nlines"}, "one line"},
	} {
		err := tt.answers.Check()
		if tt.says == "" && err != nil || tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%+v: %v, want %q", tt.answers, err, tt.says)
		}
	}
}
