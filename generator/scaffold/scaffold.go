// Package scaffold writes what authors begin with: a small connector that works
// ([Connector]), and the next action of a manifest ([AddAction]). Bytes in, bytes
// out: nothing is asked, read or written here.
//
// Answers are not checked by rules of their own. They are put into a manifest,
// and what the language says of it is the answer's fault.
package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"text/template"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
)

// Module is the module that connectors build on.
const Module = "modulex.dev/connector"

// Connector is what is to be known of a new connector.
type Connector struct {
	Name    string // acme
	Title   string // Acme
	BaseURL string
	Docs    string
	Auth    string // bearer, header:NAME, query:NAME, basic or none
	Import  string // import path of its directory
	Schema  string // path from its directory to the schema of the language; "" writes it there
	Module  string // name of a module of its own, "" inside of one
	Require string // version of [Module] that it requires then
	Replace string // directory of [Module] that is taken instead, or ""
}

// The answers that are taken when there is none yet, so that one can be looked
// at alone.
var example = Connector{Name: "acme", Title: "Acme", BaseURL: "https://api.example.com", Docs: "https://example.com", Auth: "none"}

//go:embed templates
var templates embed.FS

var parsed = template.Must(template.New("").Funcs(template.FuncMap{"q": quote, "upper": strings.ToUpper, "line": oneLine}).ParseFS(templates, "templates/*.tmpl"))

// Files are the files of a new connector, its generated package included.
func (c Connector) Files() ([]generator.File, error) {
	src, err := c.manifest()
	if err != nil {
		return nil, err
	}
	built, generated, err := generator.Generate("manifest.yaml", src)
	if err != nil {
		return nil, err
	}
	v, err := c.view(built)
	if err != nil {
		return nil, err
	}
	files := []generator.File{{Name: "manifest.yaml", Content: src}}
	for _, f := range []struct{ name, template string }{{"main.go", "main.go.tmpl"}, {"main_test.go", "test.go.tmpl"}, {"README.md", "README.md.tmpl"}, {"go.mod", "go.mod.tmpl"}} {
		if f.name == "go.mod" && c.Module == "" {
			continue
		}
		content, err := render(f.template, v)
		if err != nil {
			return nil, err
		}
		files = append(files, generator.File{Name: f.name, Content: content})
	}
	if c.Schema == "" {
		files = append(files, generator.File{Name: "manifest.schema.json", Content: manifest.Schema()})
	}
	for _, f := range generated {
		files = append(files, generator.File{Name: "gen/" + built.Package + "/" + f.Name, Content: f.Content})
	}
	return files, nil
}

// Check tells what is wrong with the answers that there are.
func (c Connector) Check() error {
	for _, field := range []struct{ answer, otherwise *string }{
		{&c.Name, &example.Name}, {&c.Title, &example.Title}, {&c.BaseURL, &example.BaseURL}, {&c.Docs, &example.Docs}, {&c.Auth, &example.Auth},
	} {
		if *field.answer == "" {
			*field.answer = *field.otherwise
		}
	}
	src, err := c.manifest()
	if err != nil {
		return err
	}
	_, faults := generator.Load("manifest.yaml", src)
	return asAnswer(faults)
}

// asAnswer is a fault without its place: the author has no such file yet.
func asAnswer(faults manifest.Diagnostics) error {
	if len(faults) == 0 {
		return nil
	}
	text := faults[0].Message
	if faults[0].Cure != "" {
		text += "; " + faults[0].Cure
	}
	return errors.New(text)
}

func (c Connector) manifest() ([]byte, error) {
	v, err := c.view(nil)
	if err != nil {
		return nil, err
	}
	return render("manifest.yaml.tmpl", v)
}

// view is what the templates see.
type view struct {
	Connector
	Package string
	Kind    string // bearer, header, query, basic, none
	Place   string // name of the header or query parameter
	Modeline,
	Credentials string // the Go of a test's credentials
	Header, Value string // what the API must then see in a header, or in a query parameter
}

func (c Connector) view(built *model.Connector) (v view, err error) {
	v = view{Connector: c, Modeline: c.Schema}
	if v.Modeline == "" {
		v.Modeline = "manifest.schema.json"
	}
	if v.Kind, v.Place, err = c.auth(); err != nil || built == nil {
		return v, err
	}
	v.Package = built.Package
	v.Credentials = "runtime.Credentials{}"
	switch v.Kind {
	case "bearer":
		v.Credentials, v.Header, v.Value = v.Package+`.APIToken("secret")`, "Authorization", "Bearer secret"
	case "header":
		v.Credentials, v.Header, v.Value = v.Package+`.APIKey("secret")`, v.Place, "secret"
	case "query":
		v.Credentials, v.Value = v.Package+`.APIKey("secret")`, "secret"
	case "basic":
		v.Credentials, v.Header, v.Value = v.Package+`.Login("ada", "secret")`, "Authorization", "Basic YWRhOnNlY3JldA=="
	}
	return v, nil
}

// auth takes header:X-Api-Key apart.
func (c Connector) auth() (kind, place string, err error) {
	kind, place, named := strings.Cut(c.Auth, ":")
	switch {
	case (kind == "header" || kind == "query") && place != "", (kind == "bearer" || kind == "basic" || kind == "none") && !named:
		return kind, place, nil
	}
	return "", "", fmt.Errorf("auth cannot be %q; write bearer, header:NAME, query:NAME, basic or none", c.Auth)
}

func render(name string, v any) ([]byte, error) {
	var b bytes.Buffer
	if err := parsed.ExecuteTemplate(&b, name, v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// simple texts mean themselves anywhere in YAML, unless they look like something
// else than a text.
var simple = regexp.MustCompile(`^[A-Za-z0-9/$][A-Za-z0-9 _./()$'-]*$`)

// address is a text that means itself outside of braces and brackets.
var address = regexp.MustCompile(`^https://[A-Za-z0-9_./?&=%~-]+$`)

// quote writes a text as a YAML scalar, in quotes where it needs them.
func quote(text string) string {
	var n yaml.Node
	if (simple.MatchString(text) || address.MatchString(text)) && strings.TrimSpace(text) == text {
		if err := yaml.Unmarshal([]byte(text), &n); err == nil && n.Content[0].Kind == yaml.ScalarNode && n.Content[0].Tag == "!!str" && n.Content[0].Value == text {
			return text
		}
	}
	return string(model.JSON(text, ""))
}

// oneLine keeps a text inside a comment, until the language has refused it.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
