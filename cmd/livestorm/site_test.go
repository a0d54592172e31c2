// The pages of docs: as a browser sees them (testdata/site/site.test.js holds what
// is done there), and what the server refuses.

package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"go/format"
	"html"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/internal/needs"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/docs"
)

// servedDocs runs docs --serve and returns its URL.
func servedDocs(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	p := program()
	p.Stdout, p.Stderr = w, io.Discard
	ended := make(chan int, 1)
	go func() { ended <- p.Run(ctx, []string{"docs", "--serve"}); w.Close() }()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != 0 {
			t.Errorf("docs --serve ended with %d", code)
		}
	})
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("no URL: %v", err)
	}
	return strings.TrimSpace(line)
}

func TestSiteInABrowser(t *testing.T) {
	t.Parallel()
	node := needs.Program(t, "node", "install Node.js 20 or newer")
	browser := needs.Program(t, "chromium", "apt-get install chromium")
	needs.File(t, "../../testdata/site/node_modules/playwright-core", "run make site-tools")
	dir, hostile := t.TempDir(), t.TempDir()
	if code := program().Run(t.Context(), []string{"docs", "--out", dir}); code != 0 {
		t.Fatalf("docs --out ended with %d", code)
	}
	writeHostile(t, hostile)
	cmd := exec.CommandContext(t.Context(), node, "--test", "--test-reporter=spec", "site.test.js")
	cmd.Dir = "../../testdata/site"
	cmd.Env = append(os.Environ(), "SITE_URL="+servedDocs(t), "SITE_DIR="+dir, "SITE_HOSTILE="+hostile, "CHROMIUM="+browser)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// harm is what a manifest must not be able to do: to end a script, an attribute or
// an element, to begin one, and to turn the direction of what follows.
const harm = `<img src=x onerror=harmed=1></script></title></textarea><script>harmed=1</script>"' onclick=harmed=1 x="` + "`${harmed=1}`<!-- ]]> {{.}} \u202e\u2066\u2028 \\ &quot;"

// hostileTable has harm wherever a table has words.
func hostileTable() *runtime.Table {
	shape := &runtime.Shape{Name: harm, Description: harm, Fields: []runtime.ShapeField{{Name: harm, Type: "string", Description: harm, Enum: []string{harm}}}}
	auth := &runtime.AuthScheme{Name: "token", Type: "bearer_token", Title: harm, Description: harm, Steps: []string{harm},
		Fields: []runtime.CredentialField{{Key: "token", Env: "TOKEN", Title: harm, Description: harm}}, Send: []runtime.AuthPart{{Header: "Authorization", Value: "{token}"}}}
	params := []runtime.Param{{Name: "name", Type: runtime.TypeString, Required: true, In: runtime.InBody, Wire: "name", Description: harm, Check: &runtime.Check{Pattern: ".*" + "|" + regexpSafe(harm)}},
		{Name: "kind", Type: runtime.TypeString, In: runtime.InQuery, Wire: harm, Description: harm, Default: quotedJSON(harm), Check: &runtime.Check{Enum: []string{harm}}}}
	op := &runtime.Operation{Name: "do", Method: "POST", Path: "/do", Auth: auth, Params: params, Success: []int{200},
		Body: &runtime.Body{Root: runtime.Template{Kind: runtime.TemplateObject, Parameters: true}}, Result: runtime.Result{Kind: runtime.ResultObject, Field: "data", Shape: shape}}
	schema, _ := json.Marshal(map[string]any{"properties": map[string]any{"data": map[string]any{"type": "object", "description": harm}, harm: map[string]any{"type": harm}}})
	return &runtime.Table{
		API: &runtime.API{Name: "hostile", Title: harm, Version: harm, Overview: harm, BaseURL: "https://api.example.com", Docs: "javascript:harmed=1", Categories: []string{harm}, Limits: []string{harm}, Auth: []*runtime.AuthScheme{auth}},
		Actions: []runtime.Action{{Name: "do", Title: harm, Description: harm, Docs: "javascript:harmed=1//https://example.com", Effect: runtime.EffectAdd, Parameters: params,
			InputSchema: "{}", OutputSchema: runtime.Schema(schema), Auth: auth, Op: op}},
	}
}

func regexpSafe(text string) string {
	return strings.NewReplacer("$", "", "{", "", "}", "", "\\", "").Replace(text)
}

func quotedJSON(text string) string {
	out, _ := json.Marshal(text) // texts always marshal
	return string(out)
}

func writeHostile(t *testing.T, dir string) {
	t.Helper()
	files, err := docs.Files(hostileTable(), docs.Options{Package: harm})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDocsServerRefuses(t *testing.T) {
	url := servedDocs(t)
	host := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
	_, port, _ := strings.Cut(host, ":")
	for _, c := range []struct {
		name, method, path, body string
		header                   map[string]string
		status                   int
	}{
		{"a page", "GET", "", "", nil, 200},
		{"a page by the name of this machine", "GET", "", "", map[string]string{"Host": "localhost:" + port}, 200},
		{"a page by a name that leads here", "GET", "", "", map[string]string{"Host": "evil.example:" + port}, 403},
		{"no such page", "GET", "nothing.html", "", nil, 404},
		{"outside of the site", "GET", "..%2f..%2fgo.mod", "", nil, 404},
		{"a run", "POST", "try/ping", "{}", nil, 200},
		{"a run from these pages", "POST", "try/ping", "{}", map[string]string{"Origin": "http://" + host, "Sec-Fetch-Site": "same-origin"}, 200},
		{"a run from another site", "POST", "try/ping", "{}", map[string]string{"Origin": "https://evil.example"}, 403},
		{"a run from another port", "POST", "try/ping", "{}", map[string]string{"Origin": "http://127.0.0.1:1"}, 403},
		{"a run from a file", "POST", "try/ping", "{}", map[string]string{"Origin": "null"}, 403},
		{"a run from another site, without its name", "POST", "try/ping", "{}", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"a run under another name", "POST", "try/ping", "{}", map[string]string{"Host": "evil.example"}, 403},
		{"a form", "POST", "try/ping", "a=b", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, 415},
		{"a text", "POST", "try/ping", "{}", map[string]string{"Content-Type": "text/plain"}, 415},
		{"no such action", "POST", "try/nothing", "{}", nil, 404},
		{"too much", "POST", "try/ping", `{"a":"` + strings.Repeat("a", 1<<20) + `"}`, nil, 413},
		{"a run by GET", "GET", "try/ping", "", nil, 404},
		{"another method", "PUT", "index.html", "", nil, 405},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), c.method, url+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			for name, value := range c.header {
				if name == "Host" {
					req.Host = value
				} else {
					req.Header.Set(name, value)
				}
			}
			res, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if body, _ := io.ReadAll(res.Body); res.StatusCode != c.status && !(c.status == 404 && res.StatusCode == http.StatusSeeOther) {
				t.Errorf("%d %s", res.StatusCode, body)
			}
			if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self'") || strings.Contains(csp, "unsafe") {
				t.Errorf("the policy is %q", csp)
			}
		})
	}
}

// Every action's page begins with values that make a request.
func TestPagesBeginWithARequest(t *testing.T) {
	files, err := docs.Files(&livestorm.Table, docs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pages := 0
	for _, f := range files {
		if !strings.HasPrefix(f.Name, "actions/") {
			continue
		}
		if pages++; !strings.Contains(string(f.Content), `<code data-lang="shell">curl -sS -X `) {
			t.Errorf("%s shows no request", f.Name)
		}
	}
	if pages != len(livestorm.Table.Actions) {
		t.Errorf("%d pages of actions, want %d", pages, len(livestorm.Table.Actions))
	}
}

// No credential of the environment reaches the sandbox, and the command reads none.
func TestDocsServeAsksForNoCredential(t *testing.T) {
	t.Setenv("LIVESTORM_API_TOKEN", "a real one")
	url := servedDocs(t)
	res, err := http.Post(url+"try/ping", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if !strings.HasPrefix(string(body), `{"success":true`) { // the sandbox refuses every token but its own
		t.Errorf("%s", body)
	}
}

func TestDocsIsUsedRightly(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"docs"}, "livestorm: say --out DIR to write the pages, or --serve to look at them\n"},
		{[]string{"docs", "--out", "x", "--serve"}, "livestorm: say --out DIR to write the pages, or --serve to look at them\n"},
		{[]string{"docs", "--serve", "--addr", "0.0.0.0:0"}, "livestorm: --addr must be of this machine, such as 127.0.0.1:8080: the pages run actions, and others could too on \"0.0.0.0:0\"\n"},
		{[]string{"docs", "--serve", "--addr", "8080"}, "livestorm: --addr is HOST:PORT, such as 127.0.0.1:8080: address 8080: missing port in address\n"},
	} {
		var words strings.Builder
		p := program()
		p.Stdout, p.Stderr = io.Discard, &words
		if code := p.Run(t.Context(), c.args); code != 2 || words.String() != c.want {
			t.Errorf("%v: %d %q, want 2 %q", c.args, code, words.String(), c.want)
		}
	}
}

// The import path that the Go code on the pages names is that of the package.
func TestDocsNameThePackage(t *testing.T) {
	if want := reflect.TypeFor[livestorm.Client]().PkgPath(); program().Package != want {
		t.Errorf("Package is %q, want %q", program().Package, want)
	}
}

var codeBlock = regexp.MustCompile(`(?s)data-snippet="([a-z]+)".*?<code data-lang="[a-z]+">(.*?)</code>`)

// snippets are the code on the page of each action, by name and kind.
func snippets(t *testing.T, o docs.Options) map[string]map[string]string {
	t.Helper()
	files, err := docs.Files(&livestorm.Table, o)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]map[string]string)
	for _, f := range files {
		if action, ok := strings.CutPrefix(strings.TrimSuffix(f.Name, ".html"), "actions/"); ok {
			out[action] = make(map[string]string)
			for _, found := range codeBlock.FindAllSubmatch(f.Content, -1) {
				out[action][string(found[1])] = html.UnescapeString(string(found[2]))
			}
		}
	}
	return out
}

// The command lines on the pages are run as a shell reads them.
func TestCommandsOnPagesRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs other programs; the run without -short does")
	}
	s, err := serve("127.0.0.1:0", sandbox.New(sandbox.Options{PerSecond: -1}))
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	box, err := docsSandbox()
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Stop(); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"LIVESTORM_API_TOKEN": "sandbox", "LIVESTORM_BASE_URL": s.url}
	pages := snippets(t, docs.Options{Example: func(a string) []byte { return docs.Example(livestorm.Table.Lookup(a), box.Examples) }})
	worked := 0
	actions := slices.Clone(livestorm.Table.Actions) // what removes comes last
	slices.SortStableFunc(actions, func(a, b runtime.Action) int { return cmp.Compare(last(a), last(b)) })
	for _, a := range actions {
		args, err := exec.CommandContext(t.Context(), "sh", "-c", `livestorm() { printf '%s\0' "$@"; }; `+pages[a.Name]["command"]).Output()
		if err != nil {
			t.Fatalf("%s: %v", a.Name, err)
		}
		var out, words strings.Builder
		p := program()
		p.Stdout, p.Stderr, p.Getenv = &out, &words, func(name string) string { return env[name] }
		code := p.Run(t.Context(), strings.Split(strings.TrimSuffix(string(args), "\x00"), "\x00"))
		if code == 2 || strings.Contains(out.String(), "is required") {
			t.Errorf("%s ends with %d: %s%s", a.Name, code, words.String(), out.String())
		}
		if code == 0 {
			worked++
		} else {
			t.Logf("%s: %s", a.Name, out.String())
		}
	}
	if worked < 30 {
		t.Errorf("only %d of %d actions worked", worked, len(livestorm.Table.Actions))
	}
}

func last(a runtime.Action) int {
	if a.Effect == runtime.EffectRemove {
		return 1
	}
	return 0
}

// The Go programs on the pages compile.
func TestProgramsOnPagesCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("runs other programs; the run without -short does")
	}
	page := snippets(t, docs.Options{Package: program().Package, Example: func(string) []byte { return []byte(`{"title":"a ` + "`" + ` and </script>"}`) }})["create_event"]
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte(page["go"]), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "vet", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s\n%s", err, out, page["go"])
	}
	if formatted, err := format.Source([]byte(page["go"])); err != nil || strings.TrimSpace(string(formatted)) != page["go"] {
		t.Errorf("gofmt would print it otherwise (%v)", err)
	}
}
