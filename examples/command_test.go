// The command of every example: each parameter has a flag, and the example of each
// help text makes a request.

package examples_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"modulex.dev/connector/examples/ahrefs/gen/ahrefs"
	"modulex.dev/connector/examples/amplitude/gen/amplitude"
	"modulex.dev/connector/examples/luma/gen/luma"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/cli"
)

func TestCommands(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, table := range []*runtime.Table{&luma.Table, &ahrefs.Table, &amplitude.Table} {
		run := func(args ...string) (int, string) {
			var out bytes.Buffer
			p := cli.Program{Table: table, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }}
			return p.Run(t.Context(), args), out.String()
		}
		root := cli.Program{Table: table}.Commands()
		call, _, err := root.Find([]string{"call"})
		if err != nil || len(call.Commands()) != len(table.Actions) {
			t.Fatalf("%s: %v, %d commands", table.API.Name, err, len(call.Commands()))
		}
		for _, c := range call.Commands() {
			t.Run(table.API.Name+"/"+c.Name(), func(t *testing.T) { tryCommand(t, table.Lookup(c.Name()), c, run) })
		}
		if code, out := run("doctor", "--json", "--base-url", "http://127.0.0.1:1"); code != cli.ExitFailed || !strings.Contains(out, `"name": "credential"`) {
			t.Errorf("%s doctor: exit %d, %s", table.API.Name, code, out)
		}
		if code, out := run("man", "--out", "man-"+table.API.Name); code != 0 {
			t.Errorf("%s man: %s", table.API.Name, out)
		}
	}
}

func tryCommand(t *testing.T, action *runtime.Action, c *cobra.Command, run func(args ...string) (int, string)) {
	_, help := run("call", action.Name, "--help")
	for _, p := range action.Parameters {
		if !strings.Contains(help, "--"+strings.ReplaceAll(p.Name, "_", "-")+" ") && !strings.Contains(help, "["+p.Name+"]") {
			t.Errorf("no flag for %s:\n%s", p.Name, help)
		}
	}
	args := strings.Fields(strings.ReplaceAll(c.Example, "'", ""))[1:]
	for _, a := range args {
		if name, file := strings.CutPrefix(a, "@"); file {
			if err := os.WriteFile(name, []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if code, out := run(append(args, "--dry-run")...); code != 0 {
		t.Errorf("%s: exit %d, %s", c.Example, code, out)
	}
}
