// Exports under judges that others wrote: linters of OpenAPI, the compiler of MDX,
// markdownlint, validators of JSON Schema. vendors has the SDKs of OpenAI and Anthropic,
// hosts the programs of docs/tools.md. They bring hundreds of packages, so they have a
// module of their own.
//
// Those in JavaScript need node and what `npm ci` installs here; without them their
// tests are skipped and say so.
package exports_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"modulex.dev/connector/generator/export"
	"modulex.dev/connector/internal/needs"
	"modulex.dev/connector/testdata/exports/manifests"
)

// written are files in a directory.
func written(t *testing.T, dir string, files ...export.File) (names []string) {
	t.Helper()
	for _, f := range files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Content, 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// node runs a tool of JavaScript and returns what it says.
func node(t *testing.T, tool string, args ...string) (said string, ok bool) {
	t.Helper()
	needNode(t)
	cmd := exec.Command("node", append([]string{tool}, args...)...)
	cmd.Env = append(os.Environ(), "REDOCLY_SUPPRESS_UPDATE_NOTICE=true", "REDOCLY_TELEMETRY=off")
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func needNode(t *testing.T) {
	t.Helper()
	needs.Program(t, "node", "install Node.js 20 or newer")
	needs.File(t, "node_modules", "run npm ci in testdata/exports")
}

// openAPIs are the documents of all connectors, as JSON and some as YAML. One example
// has a path with a slash at its end, which linters do not like and the language
// must be able to say.
func openAPIs(t *testing.T) (files []export.File) {
	t.Helper()
	for _, c := range manifests.All(t) {
		doc, _ := export.OpenAPI(c)
		doc = []byte(strings.ReplaceAll(string(doc), `"/issues/"`, `"/issues"`))
		for _, f := range []export.File{{Name: c.API.Name + ".api", Content: doc}, {Name: c.API.Name + ".envelope", Content: export.EnvelopeOpenAPI(c)}} {
			files = append(files, export.File{Name: f.Name + ".json", Content: f.Content})
			if !slices.Contains([]string{"livestorm", "demo", "hostile"}, c.API.Name) {
				continue // one of each kind is enough to tell YAML by
			}
			yaml, err := export.YAML(f.Content)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, export.File{Name: f.Name + ".yaml", Content: yaml})
		}
	}
	return files
}

// TestRedocly and TestSpectral: two linters, their recommended rules, no warning.
func TestRedocly(t *testing.T) {
	names := written(t, t.TempDir(), openAPIs(t)...)
	said, ok := node(t, "node_modules/@redocly/cli/bin/cli.js", append([]string{"lint", "--config", "redocly.yaml", "--format", "json"}, names...)...)
	_, said, _ = strings.Cut(said, "\n{")
	var report struct {
		Totals struct{ Errors, Warnings int }
	}
	if err := json.NewDecoder(strings.NewReader("{" + said)).Decode(&report); err != nil || !ok || report.Totals.Errors+report.Totals.Warnings > 0 {
		t.Errorf("%v %+v\n%s", err, report.Totals, said)
	}
}

func TestSpectral(t *testing.T) {
	names := written(t, t.TempDir(), openAPIs(t)...)
	said, ok := node(t, "node_modules/@stoplight/spectral-cli/dist/index.js", append([]string{"lint", "-r", ".spectral.yaml", "--fail-severity", "hint"}, names...)...)
	if !ok || !strings.Contains(said, "No results with a severity of 'hint' or higher found!") {
		t.Errorf("%s", said)
	}
}

// TestOpenAPIInGo: a validator in Go agrees, and its model has every operation.
func TestOpenAPIInGo(t *testing.T) {
	operations := 0
	for _, f := range openAPIs(t) {
		doc, err := libopenapi.NewDocument(f.Content)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		v, errs := validator.NewValidator(doc)
		if len(errs) > 0 {
			t.Errorf("%s: %v", f.Name, errs)
			continue
		}
		if ok, faults := v.ValidateDocument(); !ok {
			t.Errorf("%s: %v", f.Name, faults)
		}
		built, err := doc.BuildV3Model()
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		for _, p := range built.Model.Paths.PathItems.FromOldest() {
			operations += p.GetOperations().Len()
		}
	}
	if operations < 250 {
		t.Errorf("only %d operations were read", operations)
	}
}

// TestPages: MDX compiles every page and finds nothing in it but Markdown;
// markdownlint finds no fault.
func TestPages(t *testing.T) {
	needNode(t)
	dir := t.TempDir()
	var pages []string
	for _, c := range manifests.All(t) {
		for _, name := range written(t, dir, export.MarkdownFiles(c)...) {
			if filepath.Ext(name) == ".md" {
				pages = append(pages, name)
			}
		}
		// llms.txt is Markdown too.
		for _, f := range export.LLMFiles(c, "") {
			written(t, dir, export.File{Name: c.API.Name + "-" + f.Name + ".md", Content: f.Content})
		}
	}
	if said, ok := node(t, "judge.mjs", append([]string{"pages"}, pages...)...); !ok {
		t.Errorf("%s", said)
	}
	cmd := exec.Command("node", absolute(t, "node_modules/markdownlint-cli2/markdownlint-cli2-bin.mjs"), "**/*.md")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "Summary: 0 error(s)") {
		t.Errorf("markdownlint: %v\n%s", err, out)
	}
}

func absolute(t *testing.T, name string) string {
	t.Helper()
	out, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// spoilt are texts made of what means something to Markdown, MDX and HTML.
func spoilt(n int) (out []string) {
	pieces := []string{"*", "_", "`", "```", "~~", "[", "](", ")", "![", "<", "<b>", "</b>", "<!--", "-->", "{", "}", "${", "|", "\\", "&", "&lt;", "&#60;", "#", "# ", "- ", "+ ", "1. ", "1) ", "> ", ": ", "---",
		"===", "***", ":::", ":smile:", "import x from 'y'", "export default", "https://a.test/b", "www.a.test", "a@b.test", "$", "$$", "^1", "[^1]", "[x]: y", " ", " ", " ", "word", "é", "日本", "\"", "'", "(", "!", "."}
	random := rand.New(rand.NewPCG(1, 2))
	for range n {
		text := ""
		for range 1 + random.IntN(8) {
			text += pieces[random.IntN(len(pieces))]
		}
		if text = strings.Join(strings.Fields(text), " "); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// TestTexts: a text of a manifest, escaped, is read back as itself and as nothing
// else, by goldmark and by MDX.
func TestTexts(t *testing.T) {
	type pair struct {
		Text    string `json:"text"`
		Escaped string `json:"escaped"`
	}
	var pairs []pair
	markdown := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.Footnote, extension.DefinitionList))
	for _, s := range spoilt(12000) {
		p := pair{s, export.CommonMark(s)}
		pairs = append(pairs, p)
		var html strings.Builder
		if err := markdown.Convert([]byte(p.Escaped), &html); err != nil {
			t.Fatal(err)
		}
		if tree := markdown.Parser().Parse(text.NewReader([]byte(p.Escaped))); !plain(tree) {
			t.Errorf("%q has markup: %q is %s", p.Text, p.Escaped, html.String())
		}
		if got := unescaped(html.String()); got != p.Text {
			t.Errorf("%q is read as %q: %q", p.Text, got, p.Escaped)
		}
	}
	doc, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	names := written(t, t.TempDir(), export.File{Name: "texts.json", Content: doc})
	if said, ok := node(t, "judge.mjs", "texts", names[0]); !ok {
		t.Errorf("%.4000s", said)
	}
}

// plain reports whether a tree is one paragraph of text.
func plain(n ast.Node) bool {
	switch n.(type) {
	case *ast.Document, *ast.Paragraph, *ast.Text, *ast.String:
	default:
		return false
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if !plain(c) {
			return false
		}
	}
	return true
}

func unescaped(html string) string {
	html = strings.TrimSuffix(strings.TrimPrefix(html, "<p>"), "</p>\n")
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&quot;", `"`).Replace(html)
}

// schemaFiles are the schemas of all connectors.
func schemaFiles(t *testing.T) (names []string) {
	t.Helper()
	dir := t.TempDir()
	for _, c := range manifests.All(t) {
		for _, f := range export.SchemaFiles(c)[1:] {
			f.Name = c.API.Name + "." + f.Name
			names = append(names, written(t, dir, f)...)
		}
	}
	return names
}

// TestSchemas: ajv, strict, and Python's jsonschema where it is installed.
func TestSchemas(t *testing.T) {
	if said, ok := node(t, "judge.mjs", append([]string{"schemas"}, schemaFiles(t)...)...); !ok {
		t.Errorf("%s", said)
	}
}

func TestSchemasInPython(t *testing.T) {
	if out, err := exec.Command("python3", "-c", "import jsonschema").CombinedOutput(); err != nil {
		t.Skipf("needs python3 with jsonschema: %v %s", err, out)
	}
	program := "import json, sys, jsonschema\nfor name in sys.argv[1:]:\n    jsonschema.Draft202012Validator.check_schema(json.load(open(name)))\nprint(len(sys.argv) - 1)"
	if out, err := exec.Command("python3", append([]string{"-W", "error", "-c", program}, schemaFiles(t)...)...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
