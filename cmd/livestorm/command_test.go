// The command as its users run it: arguments in, one envelope and an exit code
// out.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/runtime/cli"
)

// ran is what a command left behind.
type ran struct {
	code        int
	out, errOut string
}

func run(t *testing.T, env map[string]string, stdin string, args ...string) ran {
	t.Helper()
	var out, errOut bytes.Buffer
	p := program()
	p.Stdin, p.Stdout, p.Stderr = strings.NewReader(stdin), &out, &errOut
	p.Getenv = func(name string) string { return env[name] }
	code := p.Run(t.Context(), args)
	return ran{code, out.String(), errOut.String()}
}

func TestCallEveryAction(t *testing.T) {
	u := newUpstream(t, unlimited)
	env := map[string]string{"LIVESTORM_API_TOKEN": "sandbox", "LIVESTORM_BASE_URL": u.base()}
	schemas := newEnvelopes(t)
	for _, in := range inputs(t) {
		got := run(t, env, "", "call", in.action, "--input", in.input)
		if got.code != cli.ExitOK || got.errOut != "" {
			t.Errorf("%s: exit %d, %s%s", in.action, got.code, got.out, got.errOut)
		}
		schemas.check(t, in.action, []byte(got.out))
		if strings.Count(got.out, "\n") != 1 || !strings.HasSuffix(got.out, "\n") {
			t.Errorf("%s: not one line: %q", in.action, got.out)
		}
	}
}

func TestCallExitCodes(t *testing.T) {
	u := newUpstream(t, unlimited)
	token := map[string]string{"LIVESTORM_API_TOKEN": "sandbox"}
	file := filepath.Join(t.TempDir(), "input.json")
	if err := os.WriteFile(file, []byte(`{"event_id":"`+sandbox.EventID+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	credentials := `{"auth_type":"bearer_token","auth_data":{"token":"sandbox"}}`
	for _, tt := range []struct {
		name  string
		env   map[string]string
		stdin string
		args  string // split at |
		code  int
		out   string // part of standard output; "" wants none
		err   string // part of standard error; "" wants none
	}{
		{name: "input from a file", env: token, args: "call|get_event|--input|@" + file, out: `{"success":true,"error":null,"data":{`},
		{name: "input from stdin", env: token, stdin: `{"event_id":"nowhere"}`, args: "call|get_event|--input|-", code: 1, out: `"error":"API error (404): Not Found`},
		{name: "parameters", env: token, args: "call|list_events|-p|title_filter=1", out: `{"success":true,"error":null,"data":[`},
		{name: "credentials", args: "call|get_event|--credentials|" + credentials + "|-p|event_id=" + sandbox.EventID, out: `{"success":true`},
		{name: "credentials from stdin", stdin: credentials, args: "call|get_event|--credentials|-|-p|event_id=x", code: 1, out: `API error (404)`},
		{name: "no credential", args: "call|get_event|--input|{bad", code: 1, out: `{"success":false,"error":"Missing API token in auth_data.","data":null}`},
		{name: "input that is no JSON", env: token, args: "call|get_event|--input|{bad", code: 1, out: `"error":"Call failed: the input is not valid JSON: `},
		{name: "wrong type", env: token, args: "call|create_event|-p|owner_id=o|-p|title=t|-p|chat_enabled=maybe", code: 1, out: `Call failed: chat_enabled must be a boolean, not a string`},
		{name: "unknown parameter", env: token, args: "call|get_event|-p|evnt_id=1", code: 1, out: `Call failed: \"evnt_id\" is not a parameter; the parameters are event_id; event_id is required`},
		{name: "unknown action", env: token, args: "call|get_evnt", code: 2, err: `there is no action "get_evnt"`},
		{name: "no action", env: token, args: "call", code: 2, err: "name the action"},
		{name: "unknown flag", env: token, args: "call|get_event|--inptu|{}", code: 2, err: "unknown flag: --inptu"},
		{name: "param without a value", env: token, args: "call|get_event|-p|event_id", code: 2, err: `-p takes NAME=VALUE, not "event_id"`},
		{name: "param and input give the same", env: token, args: `call|get_event|--input|{"event_id":"a"}|-p|event_id=b`, code: 2, err: "which --input gives too"},
		{name: "param twice", env: token, args: "call|get_event|-p|event_id=a|-p|event_id=b", code: 2, err: `-p gives "event_id" twice`},
		{name: "param that is no text", env: token, args: "call|get_event|-p|event_id=a\xff", code: 2, err: "not UTF-8"},
		{name: "input with a key twice", env: token, args: `call|create_event|--input|{"title":"a","title":"b"}|-p|owner_id=o`, code: 1, out: "title is given twice"},
		{name: "missing file", env: token, args: "call|get_event|--input|@/nowhere.json", code: 2, err: "--input: open /nowhere.json"},
		{name: "credentials that are no JSON", args: "call|get_event|--credentials|s3cr3t", code: 2, err: "--credentials is not a JSON object"},
		{name: "stdin twice", args: "call|get_event|--credentials|-|--input|-", code: 2, err: "only one of"},
		{name: "base URL", env: token, args: "call|get_event|--base-url|api.example.com", code: 2, err: "the base URL needs a scheme"},
		{name: "readable base URL", env: token, args: "call|get_event|--base-url|http://api.example.com", code: 2, err: "use https"},
		{name: "timeout", env: token, args: "call|get_event|--timeout|0s", code: 2, err: "--timeout must be longer"},
		{name: "no verb", args: "", code: 2, err: "say what to do"},
		{name: "unknown verb", args: "cal", code: 2, err: `unknown command "cal"`},
		{name: "unknown shell", args: "completion|fsh", code: 2, err: `unknown command "fsh" (did you mean fish?); livestorm completion --help lists them`},
		{name: "unknown host", env: token, args: "call|get_event|--base-url|API=https://x.test", code: 2, err: `--base-url has "API", which is no host of this API`},
		{name: "jq of a failure", env: token, args: "call|get_event|--event-id|x|--jq|.data", code: 1, out: "null\n", err: "get_event: API error (404): Not Found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			env := map[string]string{"LIVESTORM_BASE_URL": u.base()}
			for k, v := range tt.env {
				env[k] = v
			}
			var args []string
			if tt.args != "" {
				args = strings.Split(tt.args, "|")
			}
			got := run(t, env, tt.stdin, args...)
			if got.code != tt.code || !strings.Contains(got.out, tt.out) || !strings.Contains(got.errOut, tt.err) ||
				(tt.out == "") != (got.out == "") || (tt.err == "") != (got.errOut == "") {
				t.Errorf("exit %d, want %d\nstdout: %s\nstderr: %s", got.code, tt.code, got.out, got.errOut)
			}
			if strings.Contains(got.out+got.errOut, "s3cr3t") {
				t.Error("a secret was printed")
			}
		})
	}
}

// The token must not be in anything that is printed, however an API throws it
// back.
func TestCallNeverPrintsTheToken(t *testing.T) {
	const token = "lst_7f3Q/x+9aB=="
	u := newUpstream(t, unlimited)
	for _, echo := range []string{token, "lst_7f3Q%2Fx%2B9aB%3D%3D", "bHN0XzdmM1EveCs5YUI9PQ==", `{"errors":[{"detail":"token lst_7f3Q\/x+9aB== refused"}]}`} {
		u.expect(status(403, echo, "X-Request-Id: "+token))
		got := run(t, map[string]string{"LIVESTORM_API_TOKEN": token, "LIVESTORM_BASE_URL": u.base()}, "", "call", "list_events")
		if got.code != 1 || !strings.Contains(got.out, "[redacted]") || strings.Contains(got.out+got.errOut, "7f3Q") || strings.Contains(got.out, "bHN0") {
			t.Errorf("echo of %s: %s%s", echo, got.out, got.errOut)
		}
	}
}

func TestDeadlineBoundsTheWholeCall(t *testing.T) {
	u := newUpstream(t, unlimited)
	u.expect(hang, hang, hang)
	start := time.Now()
	got := run(t, map[string]string{"LIVESTORM_API_TOKEN": "sandbox", "LIVESTORM_BASE_URL": u.base()}, "", "call", "list_events", "--deadline", "200ms")
	if got.code != 1 || got.out != `{"success":false,"error":"Request timed out.","data":[]}`+"\n" || time.Since(start) > 5*time.Second {
		t.Errorf("after %s: exit %d, %s", time.Since(start), got.code, got.out)
	}
}

func TestActionsListsTheTable(t *testing.T) {
	text := run(t, nil, "", "actions")
	asJSON := run(t, nil, "", "actions", "--json")
	var list []struct {
		Name       string
		Parameters []struct{ Name, Type string }
		Input      map[string]any `json:"input_schema"`
		Output     map[string]any `json:"output_schema"`
	}
	if err := json.Unmarshal([]byte(asJSON.out), &list); err != nil {
		t.Fatal(err)
	}
	if want := len(program().Table.Actions); len(list) != want || strings.Count(text.out, "\n") != want {
		t.Fatalf("%d actions as JSON, and as text:\n%s", len(list), text.out)
	}
	for _, a := range list {
		if !strings.Contains(text.out, a.Name) || a.Input["type"] != "object" || a.Output["type"] != "object" {
			t.Errorf("%s is not listed whole", a.Name)
		}
	}
}

func TestSandboxCommand(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out := &firstLine{line: make(chan string, 1)}
	var errOut bytes.Buffer
	p := program()
	p.Stdout, p.Stderr = out, &errOut
	done := make(chan int)
	go func() { done <- p.Run(ctx, []string{"sandbox", "--token", "another"}) }()
	url := <-out.line
	got := run(t, map[string]string{"LIVESTORM_API_TOKEN": "another"}, "", "call", "get_event", "--base-url", url, "-p", "event_id="+sandbox.EventID)
	if got.code != 0 {
		t.Errorf("exit %d, %s%s", got.code, got.out, got.errOut)
	}
	if refused := run(t, map[string]string{"LIVESTORM_API_TOKEN": "sandbox"}, "", "call", "list_events", "--base-url", url); !strings.Contains(refused.out, "API error (401)") {
		t.Errorf("another token: %s", refused.out)
	}
	cancel()
	if code := <-done; code != 0 {
		t.Errorf("exit %d: %s", code, errOut.String())
	}
}

// firstLine hands over the first line that is written to it.
type firstLine struct {
	line chan string
	buf  bytes.Buffer
}

func (f *firstLine) Write(b []byte) (int, error) {
	f.buf.Write(b)
	if line, _, ok := strings.Cut(f.buf.String(), "\n"); ok {
		select {
		case f.line <- line:
		default:
		}
	}
	return len(b), nil
}

func TestDemoTellsItsStory(t *testing.T) {
	got := run(t, nil, "", "demo")
	if got.code != 0 {
		t.Fatalf("exit %d\n%s%s", got.code, got.out, got.errOut)
	}
	for _, in := range inputs(t) {
		if !strings.Contains(got.out, in.action) {
			t.Errorf("the demo does not run %s", in.action)
		}
	}
	for _, want := range []string{"page%5Bnumber%5D=2", "123 items, complete: true", "API error (409)", "48 calls of 46 actions went as told."} {
		if !strings.Contains(got.out, want) {
			t.Errorf("the demo does not show %q", want)
		}
	}
}
