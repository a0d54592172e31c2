package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"modulex.dev/connector/generator/scaffold"
)

// A new connector of each kind compiles, its test passes, its command runs.
func TestNewConnectorWorks(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling takes seconds")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	module := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module example.com/all\n\ngo 1.26.0\n\nrequire modulex.dev/connector v0.0.0\n\nreplace modulex.dev/connector => " + root + "\n",
		"go.sum": string(sums),
	} {
		if err := os.WriteFile(filepath.Join(module, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(module)
	for name, auth := range map[string]string{"one": "bearer", "two_words": "header:X-Api-Key", "three": "query:api_key", "x_windows": "basic", "five": "none"} {
		if code, out, errOut := do("new", "connector", name, "--base-url", "https://api.example.com/v1", "--docs", "https://example.com", "--auth", auth, "--dir", "connectors/"+name); code != 0 ||
			!strings.Contains(errOut, "go get modulex.dev/connector") || !strings.Contains(out, filepath.Join("connectors", name, "main_test.go")) {
			t.Fatalf("%s: exit %d, %s%s", name, code, out, errOut)
		}
		manifest := filepath.Join("connectors", name, "manifest.yaml")
		if code, out, errOut := do("check", "--manifest", manifest); code != 0 {
			t.Errorf("%s: check: exit %d, %s%s", name, code, out, errOut)
		}
	}
	goCommand(t, "vet", "./...")
	if out := goCommand(t, "test", "./..."); strings.Count("\n"+out, "\nok ") != 5 {
		t.Errorf("not all five tests ran:\n%s", out)
	}
	if out := goCommand(t, "run", "./connectors/one", "actions"); !strings.Contains(out, "get_thing") {
		t.Errorf("the command says %s", out)
	}
}

func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, out)
	}
	return string(out)
}

var answered = []string{"--base-url", "https://api.example.com", "--docs", "https://example.com", "--auth", "bearer"}

func newConnectorIn(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	return do(append(append([]string{"new", "connector", "acme"}, answered...), args...)...)
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// Outside of any module it gets one; inside of this one it refers to the schema
// that is there.
func TestNewConnectorBelongs(t *testing.T) {
	t.Chdir(t.TempDir())
	if code, _, errOut := newConnectorIn(t, "--module", "example.com/acme"); code != 0 || !strings.Contains(errOut, "go mod edit -replace modulex.dev/connector=DIR") {
		t.Errorf("exit %d, %s", code, errOut)
	}
	if got := fileText(t, "acme/go.mod"); got != "module example.com/acme\n\ngo 1.26.0\n\nrequire modulex.dev/connector v0.0.0\n" {
		t.Errorf("go.mod is %s", got)
	}
	if got := fileText(t, "acme/main.go"); !strings.Contains(got, `"example.com/acme/gen/acme"`) {
		t.Errorf("main.go is %s", got)
	}
	if code, _, errOut := newConnectorIn(t, "--dir", "other", "--replace", "acme"); code != 0 || strings.Contains(errOut, "-replace") {
		t.Errorf("exit %d, %s", code, errOut)
	}
	if got := fileText(t, "other/go.mod"); !strings.HasPrefix(got, "module acme\n") || !strings.Contains(got, "replace modulex.dev/connector => /") {
		t.Errorf("go.mod is %s", got)
	}

	t.Chdir(t.TempDir())
	if err := os.WriteFile("go.mod", []byte("module modulex.dev/connector\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errOut := newConnectorIn(t, "--dir", "examples/acme"); code != 0 || strings.Contains(out, "go.mod") || strings.Contains(out, "schema.json") || strings.Contains(errOut, "go get") {
		t.Errorf("exit %d, %s%s", code, out, errOut)
	}
	if got := fileText(t, "examples/acme/manifest.yaml"); !strings.HasPrefix(got, "# yaml-language-server: $schema=../../docs/manifest.schema.json\n") {
		t.Errorf("the manifest is %s", got)
	}
	if got := fileText(t, "examples/acme/main.go"); !strings.Contains(got, `"modulex.dev/connector/examples/acme/gen/acme"`) {
		t.Errorf("main.go is %s", got)
	}
}

func TestNewConnectorOverwritesNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("acme/gen/acme", 0o755); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join("acme", "gen", "acme", "table.go")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errOut := newConnectorIn(t); code != 2 || out != "" || !strings.Contains(errOut, mine+" is there already; nothing is written") {
		t.Errorf("exit %d, %s%s", code, out, errOut)
	}
	if got := fileText(t, mine) + " " + names(t, "acme"); got != "mine gen" {
		t.Errorf("there is %s", got)
	}
}

func TestNewWithoutAnswers(t *testing.T) {
	file, before := copied(t, "", ""), fileText(t, repository)
	t.Chdir(t.TempDir())
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"new"}, "say what is new: connector or action"},
		{[]string{"new", "connector"}, "accepts 1 arg(s)"},
		{[]string{"new", "connector", "acme"}, "give --base-url and --docs and --auth, or run this on a terminal to be asked"},
		{[]string{"new", "connector", "acme", "--auth", "none", "--docs", "https://example.com"}, "give --base-url, or"},
		{[]string{"new", "connector", "Acme"}, `"name" cannot be "Acme"`},
		{append([]string{"new", "connector", "acme", "--title", "a\nb"}, answered...), "--title: "},
		{append([]string{"new", "connector", "acme", "--module", "a b"}, answered...), `--module: "a b" cannot be a module`},
		{[]string{"new", "connector", "acme", "--auth", "token"}, `--auth: auth cannot be "token"`},
		{[]string{"new", "action", "get_thing", "--manifest", file}, "give --request and --list, --object or --none, or run this on a terminal to be asked"},
		{[]string{"new", "action", "get_thing", "--manifest", file, "--request", "GET things", "--none"}, `--request: "request" cannot be "GET things"`},
		{[]string{"new", "action", "get_thing", "--manifest", file, "--request", "GET /things", "--list", "data", "--paging", "pages"}, `--paging: there is no paging "pages"`},
		{[]string{"new", "action", "get_thing", "--manifest", file, "--request", "GET /things", "--none", "--param", "a"}, `--param: a parameter cannot be "a"`},
		{[]string{"new", "action", "get_thing", "--manifest", file, "--request", "GET /things", "--none", "--list", "data"}, "[list none]"},
		{[]string{"new", "action", "get_event", "--manifest", file}, `"get_event" stands here twice`},
		{[]string{"new", "action", "get_thing", "--manifest", "none.yaml"}, "none.yaml"},
	} {
		if code, out, errOut := do(tt.args...); code != 2 || out != "" || !strings.Contains(errOut, tt.says) {
			t.Errorf("%v: exit %d, %s%s, want %q", tt.args, code, out, errOut, tt.says)
		}
	}
	if fileText(t, file) != before {
		t.Error("the manifest has changed")
	}
}

func TestNewAction(t *testing.T) {
	file := copied(t, "", "")
	before := fileText(t, file)
	code, out, errOut := do("new", "action", "list_thing_parts", "--manifest", file, "--request", "GET /things/{thing_id}/parts", "--description", "List the parts of a thing",
		"--param", "kind:query:string=The kind of the parts", "--list", "data", "--paging", "numbered", "--docs", "https://example.com/parts")
	if code != 0 || out != "" || errOut != file+" has the action list_thing_parts; connectorgen generate brings it into Go\n" {
		t.Errorf("exit %d, %s%s", code, out, errOut)
	}
	const want = `
  list_thing_parts:
    description: List the parts of a thing.
    request: GET /things/{thing_id}/parts
    parameters:
      thing_id: { description: The ID of the thing }
      kind: { in: query, description: The kind of the parts }
    paging: numbered
    returns: { data: { list: data } }
    docs: https://example.com/parts
`
	if diff := cmp.Diff(before+want, fileText(t, file)); diff != "" {
		t.Errorf("the manifest (-want +got):\n%s", diff)
	}
	if code, out, errOut := do("lint", "--advice", "--manifest", file); code != 0 || strings.Contains(out, "list_thing_parts") {
		t.Errorf("lint: exit %d, %s%s", code, out, errOut)
	}
	faulty := copied(t, "request: GET /events/{event_id}\n", "request: GET /events/{evnt_id}\n")
	if code, _, errOut := do("new", "action", "get_thing", "--manifest", faulty, "--request", "GET /", "--none"); code != 1 || !strings.Contains(errOut, "evnt_id") {
		t.Errorf("a faulty manifest: exit %d, %s", code, errOut)
	}
}

// typed is a person at a terminal.
func typed(lines ...string) (*asker, *bytes.Buffer) {
	var out bytes.Buffer
	return &asker{in: bufio.NewReader(strings.NewReader(strings.Join(lines, "\n") + "\n")), out: &out}, &out
}

func TestAskedConnector(t *testing.T) {
	ask, out := typed("", "http://example.com", "https://api.example.com", "", "https://example.com", "key", "header:X-Key", "a b", "")
	answers := scaffold.Connector{Name: "acme_crm"}
	if err := askConnector(ask, &answers); err != nil {
		t.Fatal(err)
	}
	if _, err := belong(&answers, t.TempDir(), ask); err != nil {
		t.Fatal(err)
	}
	want := scaffold.Connector{Name: "acme_crm", Title: "Acme Crm", BaseURL: "https://api.example.com", Docs: "https://example.com", Auth: "header:X-Key",
		Module: "acme_crm", Import: "acme_crm", Require: "v0.0.0"}
	if diff := cmp.Diff(want, answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	for _, said := range []string{"Name for people [Acme Crm]: ", "  \"base_url\" cannot be \"http://example.com\"; ", "  an answer is needed\n", "  auth cannot be \"key\"; ", "  \"a b\" cannot be a module; "} {
		if !strings.Contains(out.String(), said) {
			t.Errorf("%q is not said in\n%s", said, out)
		}
	}
}

func TestAskedAction(t *testing.T) {
	file := copied(t, "", "")
	src := []byte(fileText(t, file))
	ask, out := typed("GET things", "GET /things", "", "limit:query", "limit:query:integer=How many", "a:body:string", "", "data", "list data", "pages", "numbered", "nowhere", "")
	got, err := askAction(ask, actionFlags{Action: scaffold.Action{Name: "list_things"}}, file, src)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := scaffold.Action{Name: "list_things", Request: "GET /things", Description: "List things.", Kind: "list", Path: "data", Paging: "numbered",
		Params: []scaffold.Param{{Name: "limit", In: "query", Type: "integer", Description: "How many"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	for _, said := range []string{`"request" cannot be "GET things"`, `a parameter cannot be "limit:query"`, "has no body", `"data" is not list PATH, object PATH or none`, `there is no paging "pages"`, `"docs" cannot be "nowhere"`} {
		if !strings.Contains(out.String(), said) {
			t.Errorf("%q is not said in\n%s", said, out)
		}
	}
}

// A flag is not asked for, and who leaves gets nothing.
func TestAskedNoMore(t *testing.T) {
	file := copied(t, "", "")
	ask, out := typed()
	f := actionFlags{Action: scaffold.Action{Name: "ping_things", Request: "GET /ping", Description: "Ping.", Docs: "https://example.com"}, params: []string{"a:query:string"}, none: true}
	if _, err := askAction(ask, f, file, []byte(fileText(t, file))); err != nil || out.String() != "" {
		t.Errorf("%v, asked: %s", err, out)
	}
	f.Docs = ""
	ask, _ = typed()
	ask.in = bufio.NewReader(strings.NewReader(""))
	if _, err := askAction(ask, f, file, []byte(fileText(t, file))); err == nil || !strings.Contains(err.Error(), "nothing is written") {
		t.Errorf("at the end of the input: %v", err)
	}
}
