// The programs of docs/tools.md, run against the stand-in of the API. Where a model
// would choose the action, a stand-in of the model's API does: the SDKs, the tools
// and the calls are the real ones, the choice is given.
package hosts_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/export"
	"modulex.dev/connector/internal/needs"
	"modulex.dev/connector/testdata/exports/manifests"
)

// found is what the sandbox has about onboarding.
const found = "Customer onboarding"

// api is a stand-in of Livestorm with the environment that leads to it.
func api(t *testing.T) []string {
	t.Helper()
	s := httptest.NewServer(sandbox.New(sandbox.Options{}))
	t.Cleanup(s.Close)
	return append(os.Environ(), "LIVESTORM_API_TOKEN=sandbox", "LIVESTORM_BASE_URL="+s.URL+"/v1",
		`LIVESTORM_CREDENTIALS={"auth_type": "bearer_token", "auth_data": {"token": "sandbox"}}`)
}

// built is a program of a module, in a directory.
func built(t *testing.T, dir, module, pkg string) string {
	t.Helper()
	name := filepath.Join(dir, filepath.Base(pkg))
	cmd := exec.Command("go", "build", "-o", name, pkg)
	cmd.Dir = module
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return name
}

func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = env
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", filepath.Base(name), err, out, said.String())
	}
	return string(out)
}

// exported is a file of tools.
func exported(t *testing.T, vendor string) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(manifests.Root(t), "manifest.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c, faults := generator.Load("manifest.yaml", src)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	doc, _ := export.AnthropicTools(c, true)
	if vendor == "openai" {
		doc, _ = export.OpenAITools(c, export.FormResponses, true)
	}
	name := filepath.Join(t.TempDir(), "tools.json")
	if err := os.WriteFile(name, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// model is a stand-in of a model's API: it chooses an action, and then repeats what
// it was told of the result.
func model(t *testing.T, choice string, result func(request map[string]any) string, answer string) *httptest.Server {
	t.Helper()
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var request map[string]any
		if err == nil {
			err = json.Unmarshal(body, &request)
		}
		if tools, _ := request["tools"].([]any); err != nil || len(tools) < 40 {
			t.Errorf("%v: the model is told of %d tools", err, len(tools))
		}
		w.Header().Set("Content-Type", "application/json")
		if asked++; asked == 1 {
			fmt.Fprint(w, choice)
			return
		}
		text, err := json.Marshal(result(request))
		if err != nil {
			t.Error(err)
		}
		fmt.Fprintf(w, answer, text)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestPlain(t *testing.T) {
	if out := run(t, api(t), built(t, t.TempDir(), ".", "./plain")); !strings.Contains(out, `{"success":true,"error":null,"data":[{`) || !strings.Contains(out, found) {
		t.Errorf("%s", out)
	}
}

// TestOpenAI: strict tools ask for every parameter, null where there is none; the
// runtime takes that.
func TestOpenAI(t *testing.T) {
	m := model(t, `{"id": "r1", "object": "response", "output": [{"type": "function_call", "id": "f1", "call_id": "c1", "name": "list_events", "arguments": "{\"title_filter\": null}", "status": "completed"}]}`,
		func(request map[string]any) string {
			item := request["input"].([]any)[0].(map[string]any)
			if item["call_id"] != "c1" || request["previous_response_id"] != "r1" {
				t.Errorf("the result is of %v in %v", item["call_id"], request["previous_response_id"])
			}
			return item["output"].(string)
		},
		`{"id": "r2", "object": "response", "output": [{"type": "message", "id": "m1", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "annotations": [], "text": %s}]}]}`)
	env := append(api(t), "OPENAI_API_KEY=none", "OPENAI_BASE_URL="+m.URL)
	if out := run(t, env, built(t, t.TempDir(), ".", "./openai"), exported(t, "openai"), "Which events are there?"); !strings.Contains(out, found) {
		t.Errorf("%s", out)
	}
}

func TestAnthropic(t *testing.T) {
	const head = `{"id": "m1", "type": "message", "role": "assistant", "model": "m", "usage": {"input_tokens": 1, "output_tokens": 1}, `
	m := model(t, head+`"stop_reason": "tool_use", "content": [{"type": "tool_use", "id": "c1", "name": "list_events", "input": {"title_filter": "onboarding"}}]}`,
		func(request map[string]any) string {
			messages := request["messages"].([]any)
			block := messages[len(messages)-1].(map[string]any)["content"].([]any)[0].(map[string]any)
			if block["tool_use_id"] != "c1" || block["is_error"] != false {
				t.Errorf("the result is of %v, an error: %v", block["tool_use_id"], block["is_error"])
			}
			return block["content"].([]any)[0].(map[string]any)["text"].(string)
		},
		head+`"stop_reason": "end_turn", "content": [{"type": "text", "text": %s}]}`)
	env := append(api(t), "ANTHROPIC_API_KEY=none", "ANTHROPIC_BASE_URL="+m.URL)
	if out := run(t, env, built(t, t.TempDir(), ".", "./anthropic"), exported(t, "anthropic"), "Which events are about onboarding?"); !strings.Contains(out, found) {
		t.Errorf("%s", out)
	}
}

// withCommand is an environment in which the command livestorm is found.
func withCommand(t *testing.T) (env []string, command string) {
	t.Helper()
	needs.Program(t, "node", "install Node.js 20 or newer")
	needs.File(t, "../node_modules", "run npm ci in testdata/exports")
	dir := t.TempDir()
	command = built(t, dir, manifests.Root(t), "./cmd/livestorm")
	return append(api(t), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH")), command
}

func TestLangChainWithTheCommand(t *testing.T) {
	env, _ := withCommand(t)
	if out := run(t, env, "node", "langchain/command.mjs", exported(t, "anthropic")); !strings.Contains(out, found) {
		t.Errorf("%s", out)
	}
}

func TestLangChainOverMCP(t *testing.T) {
	env, command := withCommand(t)
	if help := run(t, env, command, "--help"); !strings.Contains(help, "\n  mcp ") {
		t.Skip("this livestorm has no verb mcp")
	}
	if out := run(t, env, "node", "langchain/mcp.mjs"); !strings.Contains(out, found) {
		t.Errorf("%s", out)
	}
}

// TestThePageShowsThesePrograms: what docs/tools.md shows is what runs here.
func TestThePageShowsThesePrograms(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(manifests.Root(t), "docs/tools.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)\\[[^]]*\\]\\(\\.\\./testdata/exports/hosts/([^)]+)\\):?\n\n```(go|js)\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) != 5 {
		t.Errorf("the page shows %d programs, want 5", len(blocks))
	}
	for _, b := range blocks {
		program, err := os.ReadFile(b[1])
		if err != nil {
			t.Fatal(err)
		}
		if string(program) != b[3] {
			t.Errorf("%s is not what docs/tools.md shows; copy it there", b[1])
		}
	}
}
