// Every export of one small manifest as goldens, the host's own page against ours,
// and what holds for every manifest there is.

package export_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/export"
	"modulex.dev/connector/generator/model"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// exports are all files that a connector yields, and the notes on them.
func exports(t *testing.T, c *model.Connector) (files []export.File) {
	t.Helper()
	add := func(name string, doc []byte, notes []string) {
		files = append(files, export.File{Name: name, Content: doc})
		if len(notes) > 0 {
			files = append(files, export.File{Name: name + ".notes", Content: []byte(strings.Join(notes, "\n") + "\n")})
		}
	}
	for _, strict := range []struct {
		is     bool
		suffix string
	}{{false, ""}, {true, ".strict"}} {
		doc, notes := export.OpenAITools(c, export.FormResponses, strict.is)
		add("tools-openai"+strict.suffix+".json", doc, notes)
		doc, notes = export.AnthropicTools(c, strict.is)
		add("tools-anthropic"+strict.suffix+".json", doc, notes)
	}
	doc, notes := export.OpenAITools(c, export.FormChat, false)
	add("tools-openai.chat.json", doc, notes)
	doc, notes = export.OpenAPI(c)
	add("openapi.json", doc, notes)
	yaml, err := export.YAML(doc)
	if err != nil {
		t.Fatal(err)
	}
	add("openapi.yaml", yaml, nil)
	add("envelope.openapi.json", export.EnvelopeOpenAPI(c), nil)
	files = append(files, export.MarkdownFiles(c)...)
	return append(files, export.LLMFiles(c, "https://docs.example.com")...)
}

func load(t *testing.T, src []byte) *model.Connector {
	t.Helper()
	c, faults := generator.Load("manifest.yaml", src)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return c
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// everything are the connectors of this repository and the examples of the
// language.
func everything(t *testing.T) map[string]*model.Connector {
	t.Helper()
	out := make(map[string]*model.Connector)
	for _, pattern := range []string{"../../manifest.yaml", "../../examples/*/manifest.yaml", "examples/*.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil || names == nil {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, n := range names {
			out[n] = load(t, read(t, n))
		}
	}
	return out
}

// TestGoldens: an archive holds a manifest and all that is exported of it.
func TestGoldens(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) < 2 {
		t.Fatalf("%d archives, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := &txtar.Archive{Comment: archive.Comment, Files: archive.Files[:1]}
			for _, f := range exports(t, load(t, archive.Files[0].Data)) {
				got.Files = append(got.Files, txtar.File{Name: f.Name, Data: f.Content})
			}
			text := txtar.Format(got)
			if *update {
				if err := os.WriteFile(name, text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(read(t, name)), string(text)); diff != "" {
				t.Errorf("read the difference, then go test ./generator/export -update (-archive +exported):\n%s", diff)
			}
		})
	}
}

// TestSeedPage: with the seven actions of the host's page, ours has its lines, all
// of them, in order, and none but the names, links and descriptions of the actions
// beside them.
func TestSeedPage(t *testing.T) {
	c := load(t, read(t, "../../manifest.yaml"))
	c.Actions = c.Actions[:7]
	page := string(export.MarkdownFiles(c)[0].Content)

	want := lines(string(read(t, "../../testdata/livestorm-page.txt")))
	// The site puts these around every page: a link for keyboards, and the pages
	// that come next.
	want = slices.DeleteFunc(want, func(l string) bool { return l == "Skip to main content" })
	want = want[:slices.Index(want, "Luma")]
	if diff := cmp.Diff(want, shown(t, page, c)); diff != "" {
		t.Errorf("the page (-host's +ours):\n%s", diff)
	}
}

func lines(text string) (out []string) {
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// shown are the lines of a page as a reader sees them.
func shown(t *testing.T, page string, c *model.Connector) (out []string) {
	t.Helper()
	_, front, _ := strings.Cut(page, "---\n")
	front, body, _ := strings.Cut(front, "---\n")
	out = append(out, regexp.MustCompile(`logo_alt: "(.*)"`).FindStringSubmatch(front)[1])
	action := -1
	for _, l := range lines(regexp.MustCompile(`\\([[:punct:]])`).ReplaceAllString(body, "$1")) {
		parameter := regexp.MustCompile("^- `(.*)` · (\\w+)( · required)?$").FindStringSubmatch(l)
		step := regexp.MustCompile(`^([0-9]+)\. (Step [0-9]+)$`).FindStringSubmatch(l)
		switch {
		case strings.HasPrefix(l, "### ["):
			action++
			if want := "### [" + c.Actions[action].Name + "](livestorm/" + c.Actions[action].Name + ".md)"; l != want {
				t.Errorf("the action's heading is %s, not %s", l, want)
			}
		case action >= 0 && l == c.Actions[action].Description, strings.HasPrefix(l, "```"), strings.HasPrefix(l, "| --- |"):
		case parameter != nil:
			out = append(out, parameter[1], parameter[2])
			if parameter[3] != "" {
				out = append(out, "required")
			}
		case step != nil:
			out = append(out, step[1], step[2])
		case strings.HasPrefix(l, "| "):
			out = append(out, strings.ReplaceAll(strings.Trim(l, "| "), " | ", ""))
		case action >= 0 && strings.HasPrefix(l, "- "):
			out = append(out, "• "+l[2:])
		default:
			out = append(out, strings.TrimLeft(l, "# "))
		}
	}
	return out
}

// TestExports: for every manifest the JSON is JSON, a second time the bytes are the
// same, and every operation of the requests has an action.
func TestExports(t *testing.T) {
	for name, c := range everything(t) {
		first, second := exports(t, c), exports(t, load(t, read(t, name)))
		for i, f := range first {
			if strings.HasSuffix(f.Name, ".json") && !json.Valid(f.Content) {
				t.Errorf("%s: %s is not JSON", name, f.Name)
			}
			if !bytes.Equal(f.Content, second[i].Content) {
				t.Errorf("%s: %s is another a second time", name, f.Name)
			}
			if bytes.HasSuffix(f.Content, []byte("\n\n")) || !bytes.HasSuffix(f.Content, []byte("\n")) {
				t.Errorf("%s: %s does not end with one line break", name, f.Name)
			}
		}
		for _, a := range c.Actions {
			doc, _ := export.OpenAPI(c)
			if described := bytes.Contains(doc, []byte(`"operationId": "`+a.Name+`"`)); described == (a.Hook != "") {
				t.Errorf("%s: %s is described: %v", name, a.Name, described)
			}
		}
	}
}

// TestStrictTools: a strict tool says only what strict mode knows, at every level.
func TestStrictTools(t *testing.T) {
	known := []string{"type", "description", "items", "enum", "properties", "required", "additionalProperties"}
	strict, open := 0, 0
	for name, c := range everything(t) {
		doc, notes := export.OpenAITools(c, export.FormResponses, true)
		var tools []struct {
			Name       string
			Strict     bool
			Parameters map[string]any
		}
		if err := json.Unmarshal(doc, &tools); err != nil {
			t.Fatal(err)
		}
		for _, tool := range tools {
			if !tool.Strict {
				open++
				if !slices.ContainsFunc(notes, func(n string) bool { return strings.HasPrefix(n, tool.Name+" is not strict: ") }) {
					t.Errorf("%s: nobody is told that %s is not strict", name, tool.Name)
				}
				continue
			}
			strict++
			properties := tool.Parameters["properties"].(map[string]any)
			if required := tool.Parameters["required"].([]any); len(required) != len(properties) {
				t.Errorf("%s: %s requires %d of %d parameters", name, tool.Name, len(required), len(properties))
			}
			schemas := []map[string]any{tool.Parameters}
			for _, p := range properties {
				schemas = append(schemas, p.(map[string]any))
			}
			for _, s := range schemas {
				for key := range s {
					if !slices.Contains(known, key) {
						t.Errorf("%s: %s says %q", name, tool.Name, key)
					}
				}
				if s["type"] == nil {
					t.Errorf("%s: %s has a parameter without a type: %v", name, tool.Name, s)
				}
			}
		}
	}
	if strict < 50 || open < 5 {
		t.Errorf("%d strict tools and %d open ones are too few to tell", strict, open)
	}
}

// TestCommonMark: texts as they stand in Markdown.
func TestCommonMark(t *testing.T) {
	for text, want := range map[string]string{
		"plain text (with this) & that":  "plain text (with this) & that",
		"owner_id, a -> b":               "owner_id, a -> b",
		"*bold* _it_ `code`":             "\\*bold\\* \\_it\\_ \\`code\\`",
		"<script>alert(1)</script>":      "&lt;script>alert(1)&lt;/script>",
		"{process.env.TOKEN}":            `\{process.env.TOKEN\}`,
		"[a](javascript:x) ![b](c)":      `\[a\](javascript\:x) !\[b\](c)`,
		"see https://a.example or www.b": `see https\://a.example or www\.b`,
		"mail a@b.example":               `mail a\@b.example`,
		"&lt;b> &amp; AT&T":              `&amp;lt;b> &amp;amp; AT&amp;T`,
		"# no heading":                   `\# no heading`,
		"- no list":                      `\- no list`,
		"1. no list":                     `1\. no list`,
		": no definition":                `\: no definition`,
		"> no quote":                     `\> no quote`,
		"=== no heading":                 `\=== no heading`,
		"import x from 'y'":              "&#105;mport x from 'y'",
		"export const x = 1":             "&#101;xport const x = 1",
		"a | b":                          `a \| b`,
		"::note and $x$":                 `\:\:note and \$x\$`,
		"two\nlines\tand\x1b[31m red":    `two lines and \[31m red`,
		"eval(1)":                        "eval&#40;1)",
	} {
		if got := export.CommonMark(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
