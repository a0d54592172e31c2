// Every example of every help text, run in a shell against the sandbox.

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/internal/needs"
)

// placeholders are what the words in capitals of the examples stand for.
var placeholders = map[string]string{
	"EVENT_ID": sandbox.EventID, "COPY_FROM_EVENT_ID": sandbox.EventID, "SESSION_ID": sandbox.SessionID, "OWNER_ID": sandbox.OwnerID,
	"PERSON_ID": sandbox.PersonID, "JOB_ID": sandbox.JobID, "USER_ID": sandbox.UserID, "WEBHOOK_ID": sandbox.WebhookID,
	"EMAIL": "new@example.com", "URL": "https://example.com/hook", "TITLE": "Roadmap", "SLUG": "roadmap", "STATUS": "draft", "DESCRIPTION": "Text",
}

// wanting are the examples that the API refuses, since it wants more than it
// documents as required, or something that must be there before.
var wanting = map[string]string{
	"register_someone_for_session": "422",
	"remove_event_tag":             "404",
	"remove_email_from_session":    "404",
}

var word = regexp.MustCompile(`\b[A-Z][A-Z_]+\b`)

func TestExamples(t *testing.T) {
	t.Parallel()
	bash := needs.Program(t, "bash", "apt-get install bash")
	binary := built(t)
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		if c.Example == "" && c.Name() != "help" {
			t.Errorf("%s has no example", c.CommandPath())
		}
		for line := range strings.Lines(c.Example) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "man ") {
				t.Run(c.Name(), func(t *testing.T) { runExample(t, bash, binary, c.Name(), line) })
			}
		}
		for _, below := range c.Commands() {
			visit(below)
		}
	}
	visit(program().Commands())
}

func runExample(t *testing.T, bash, binary, name, line string) {
	u := newUpstream(t, unlimited)
	dir := t.TempDir()
	for file, text := range map[string]string{
		"token.txt": "sandbox\n", "TASKS.json": `[{"fields":[{"id":"email","value":"a@example.com"},{"id":"first_name","value":"A"},{"id":"last_name","value":"B"}]}]`, "input.json": "{}",
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	line = strings.ReplaceAll(line, "http://127.0.0.1:8080/v1", u.base())
	line = strings.NewReplacer("--addr 127.0.0.1:8080", "--addr 127.0.0.1:0", "--http 127.0.0.1:8090", "--http 127.0.0.1:0").Replace(line)
	if c, _, found := strings.Cut(line, " call "); found && !strings.Contains(line, "'") {
		line = c + " call " + word.ReplaceAllStringFunc(strings.TrimPrefix(line, c+" call "), func(w string) string {
			if v := placeholders[w]; v != "" {
				return "'" + v + "'"
			}
			return w
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bash, "-o", "pipefail", "-c", line)
	if strings.HasPrefix(line, "livestorm sandbox") || strings.Contains(line, " mcp") || strings.Contains(line, " --serve") {
		// They serve until interrupted, once: timeout alone sends it to the group too.
		cmd = exec.CommandContext(ctx, "timeout", "--foreground", "--preserve-status", "-s", "INT", "2", bash, "-c", "exec "+line)
	}
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_STATE_HOME="+dir,
		"LIVESTORM_API_TOKEN=sandbox", "LIVESTORM_BASE_URL="+u.base(), "LIVESTORM_NO_KEYRING=1")
	out, err := cmd.CombinedOutput()
	if refused := wanting[name]; refused != "" {
		if !strings.Contains(string(out), "API error ("+refused+")") {
			t.Errorf("%s: not refused with %s: %s", line, refused, out)
		}
		return
	}
	if err != nil {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
}

// The first calls of the README and of the command's page, which need no account.
func TestFirstCallsOfThePages(t *testing.T) {
	bash := needs.Program(t, "bash", "apt-get install bash")
	binary := built(t)
	first := regexp.MustCompile(`(?m)^    livestorm call register(.*\\\n)*.*\n(    livestorm call .*\n)?`)
	for _, page := range []string{"../../README.md", "../../docs/command.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		calls := first.FindString(string(text))
		if !strings.Contains(calls, "email=ada@example.com") {
			t.Errorf("%s registers nobody: %q", page, calls)
		}
		runExample(t, bash, binary, "", "set -e\n"+calls)
	}
}

// built is the command as people have it.
func built(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "livestorm")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}
