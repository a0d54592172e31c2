// The pages of a connector are held against the runtime: request.js, which follows
// what is typed on a page, prints the same curl line as preview does, for every
// action and many inputs, and the other snippets as the pages have them.

package main

import (
	"bytes"
	"encoding/json"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/export"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/internal/needs"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/docs"
	"modulex.dev/connector/runtime/preview"
)

// connectorsOnPages are the four connectors and the examples of the language.
func connectorsOnPages(t *testing.T) map[string][]byte {
	t.Helper()
	out := make(map[string][]byte)
	for _, file := range []string{"../../manifest.yaml", "../../examples/luma/manifest.yaml", "../../examples/ahrefs/manifest.yaml", "../../examples/amplitude/manifest.yaml"} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[file] = src
	}
	for _, e := range export.Examples() {
		out[e.Name] = e.Source
	}
	return out
}

// asked is one question to request.js, and answered what it says.
type asked struct {
	Recipe json.RawMessage
	Input  string
	What   []string
}

type said struct {
	Refused string
	Text    map[string]string
}

const askScript = `
const C = require(process.argv[1]);
const out = require("fs").readFileSync(0, "utf8").split("\n").filter((l) => l).map((line) => {
  const q = JSON.parse(line), r = q.Recipe, text = {};
  r.Op.Params ??= [];
  try { for (const w of q.What) text[w] = C[w](r, q.Input); return { Text: text }; }
  catch (e) { if (e instanceof C.Refused) return { Refused: e.message }; return { Refused: "BROKEN " + e.stack }; }
});
console.log(JSON.stringify(out));`

func askPages(t *testing.T, questions []asked) (out []said) {
	t.Helper()
	var in bytes.Buffer
	for _, q := range questions {
		line, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	script, err := filepath.Abs("../../runtime/docs/static/request.js")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "-e", askScript, script)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

var recipeBlock = regexp.MustCompile(`(?s)<script type="application/json" id="recipe">(.*?)</script>`)

// recipesOf are the data of the pages of a connector, by action.
func recipesOf(t *testing.T, files []docs.File) map[string]json.RawMessage {
	t.Helper()
	out := make(map[string]json.RawMessage)
	for _, f := range files {
		if name, ok := strings.CutPrefix(f.Name, "actions/"); ok {
			found := recipeBlock.FindSubmatch(f.Content)
			if found == nil || !json.Valid(found[1]) {
				t.Fatalf("%s has no data", f.Name)
			}
			out[strings.TrimSuffix(name, ".html")] = found[1]
		}
	}
	return out
}

func TestPagesBuildTheRequest(t *testing.T) {
	needs.Program(t, "node", "install Node.js 20 or newer")
	var questions []asked
	var want, names []string
	live, still := 0, 0
	for name, src := range connectorsOnPages(t) {
		c, faults := generator.Load(name, src)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		table, err := siteTable(c)
		if err != nil {
			t.Fatal(err)
		}
		files, err := docs.Files(table, docs.Options{})
		if err != nil {
			t.Fatal(err)
		}
		recipes := recipesOf(t, files)
		m, _ := manifest.Load(name, src)
		for i := range table.Actions {
			a := &table.Actions[i]
			if !bytes.Contains(recipes[a.Name], []byte(`"Curl":true`)) {
				still++
				continue
			}
			live++
			s := subject{action: a, cases: m.Actions[i].Value.Cases}
			for n := range 25 {
				input := s.given(newChance(*firstSeed+uint64(n), i))
				if !utf8.ValidString(input) || strings.TrimSpace(input) == "" {
					continue // no page holds that
				}
				questions = append(questions, asked{recipes[a.Name], input, []string{"curl"}})
				want = append(want, curlOf(table, a.Name, input))
				names = append(names, name+" "+a.Name)
			}
		}
	}
	same, refused, wrong := 0, 0, 0
	for i, got := range askPages(t, questions) {
		switch {
		case want[i] == "" && got.Refused != "" && !strings.HasPrefix(got.Refused, "BROKEN"):
			refused++
		case want[i] != "" && got.Text["curl"] == want[i]:
			same++
		default:
			if wrong++; wrong < 6 {
				t.Errorf("%s, %s\n%s%s\nwant\n%s", names[i], questions[i].Input, got.Refused, got.Text["curl"], want[i])
			}
		}
	}
	t.Logf("%d actions: %d requests are the same, %d inputs are refused by both, %d wrong; %d actions show one request only", live, same, refused, wrong, still)
	if same < 1000 || refused < 100 {
		t.Errorf("too few: %d requests, %d refusals", same, refused)
	}
}

// curlOf is what preview prints, "" when the runtime refuses the input.
func curlOf(t *runtime.Table, action, input string) string {
	r, err := preview.Of(t, action, []byte(input), runtime.Options{})
	if err != nil {
		return ""
	}
	return r.Curl()
}

var snippetBlock = regexp.MustCompile(`(?s)data-snippet="([a-z]+)".*?<code data-lang="[a-z]+">(.*?)</code>`)

// A page that is read without scripts has the same code as one that runs them.
func TestPagesSayTheSameWithoutScripts(t *testing.T) {
	needs.Program(t, "node", "install Node.js 20 or newer")
	var questions []asked
	var want []map[string]string
	for name, src := range connectorsOnPages(t) {
		c, faults := generator.Load(name, src)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		table, err := siteTable(c)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(3) {
			inputs := make(map[string]string)
			for i := range table.Actions {
				a := &table.Actions[i]
				inputs[a.Name] = string(docs.Example(a, known(a.Name, newChance(seed, i).arguments(a))))
			}
			files, err := docs.Files(table, docs.Options{Package: "example.com/x/gen/x", Example: func(a string) []byte { return []byte(inputs[a]) }})
			if err != nil {
				t.Fatal(err)
			}
			recipes := recipesOf(t, files)
			for _, f := range files {
				action, ok := strings.CutPrefix(strings.TrimSuffix(f.Name, ".html"), "actions/")
				if !ok {
					continue
				}
				texts, what := make(map[string]string), []string{}
				for _, found := range snippetBlock.FindAllSubmatch(f.Content, -1) {
					if kind := string(found[1]); kind != "curl" {
						texts[kind], what = html.UnescapeString(string(found[2])), append(what, kind)
					}
				}
				if len(what) != 3 {
					t.Fatalf("%s has %d snippets beside curl", f.Name, len(what))
				}
				want = append(want, texts)
				questions = append(questions, asked{recipes[action], inputs[action], what})
			}
		}
	}
	for i, got := range askPages(t, questions) {
		for kind, text := range want[i] {
			if strings.ReplaceAll(got.Text[kind], "\x00", "\ufffd") != text { // HTML has no NUL
				t.Errorf("%s\n%s\n%s\nwant\n%s", questions[i].Input, got.Refused, got.Text[kind], text)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// known are the members of an input, for docs.Example.
func known(action, input string) map[string]string {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(input), &members) != nil {
		return nil
	}
	out := make(map[string]string)
	for name, v := range members {
		var b bytes.Buffer
		if string(v) != "null" && json.Compact(&b, v) == nil {
			out[action+"."+name] = b.String()
		}
	}
	return out
}

// The pages of a small manifest, byte for byte, and the same again.
func TestSiteOfASmallManifest(t *testing.T) {
	const golden = "testdata/site/notes.txtar"
	archive, err := txtar.ParseFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	site := func() []export.File {
		c, faults := generator.Load("manifest.yaml", archive.Files[0].Data)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		files, err := siteOf(c, "")
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	files := site()
	if !reflect.DeepEqual(files, site()) {
		t.Fatal("the second time the site is another one")
	}
	got := &txtar.Archive{Comment: archive.Comment, Files: archive.Files[:1]}
	for _, f := range files {
		if strings.HasSuffix(f.Name, ".html") || f.Name == "search.js" { // the others are in runtime/docs/static
			got.Files = append(got.Files, txtar.File{Name: f.Name, Data: f.Content})
		}
	}
	if *update {
		if err := os.WriteFile(golden, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(got))); diff != "" {
		t.Error(diff)
	}
}

func TestExportSiteIsUsedRightly(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"export", "site", "--manifest", "../../manifest.yaml"}, 2, "a site is many files; name a directory with --out"},
		{[]string{"export", "site", "--manifest", "../../examples/luma/manifest.yaml", "--out", dir, "--actions", "create_event,get_evnt"}, 2, "get_evnt"},
		{[]string{"export", "site", "--manifest", "../../examples/luma/manifest.yaml", "--out", dir, "--actions", "create_event"}, 0, ""},
		{[]string{"export", "sites"}, 2, `there is no format "sites"; name one of schemas, `},
	} {
		var out, words bytes.Buffer
		if code := run(c.args, &out, &words); code != c.code || !strings.Contains(words.String(), c.want) || out.Len() > 0 {
			t.Errorf("%v: %d %q", c.args, code, words.String())
		}
	}
	page, err := os.ReadFile(filepath.Join(dir, "actions", "create_event.html"))
	if err != nil || !bytes.Contains(page, []byte(`&#34;modulex.dev/connector/examples/luma/gen/luma&#34;`)) {
		t.Errorf("the page does not name the package around the manifest (%v)", err)
	}
	if pages, err := filepath.Glob(filepath.Join(dir, "actions", "*.html")); err != nil || len(pages) != 1 {
		t.Errorf("there are pages of %v (%v)", pages, err)
	}
}
