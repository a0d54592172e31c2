// new: a connector or an action to begin with. What is written is in
// generator/scaffold, the questions are in ask.go, actions in new_action.go.

package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/scaffold"
)

func newCommand(file *string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Begin a connector, or an action of one; on a terminal it asks",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("say what is new: connector or action")
		},
	}
	cmd.AddCommand(newConnectorCommand(), newActionCommand(file))
	return cmd
}

func newConnectorCommand() *cobra.Command {
	var answers scaffold.Connector
	var dir string
	cmd := &cobra.Command{
		Use:   "connector NAME",
		Short: "Write a small connector that works: manifest, Go package, command, test, README",
		Long: `Write a small connector that works: manifest, Go package, command, test, README. In no module yet
it gets a go.mod of its own. A file that is there is never overwritten. What no flag says is asked
for on a terminal.

Exit codes: 0 written, 2 trouble.`,
		Example: `  connectorgen new connector acme --base-url https://api.acme.com/v1 --auth bearer --docs https://acme.com/docs`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			answers.Name = args[0]
			return newConnector(c, answers, dir)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&answers.Title, "title", "", "name for people (default: from NAME)")
	flags.StringVar(&answers.BaseURL, "base-url", "", "where every path of the API begins: https, no slash at the end")
	flags.StringVar(&answers.Auth, "auth", "", "bearer, header:NAME, query:NAME, basic or none")
	flags.StringVar(&answers.Docs, "docs", "", "where the API is documented")
	flags.StringVar(&dir, "dir", "", "directory to write to (default NAME)")
	flags.StringVar(&answers.Module, "module", "", "begin a module of this name; inside of another module there is none by default")
	flags.StringVar(&answers.Replace, "replace", "", "directory of "+scaffold.Module+" that the new module takes instead of a release")
	return cmd
}

func newConnector(c *cobra.Command, answers scaffold.Connector, dir string) error {
	ask := askerOf(c)
	dir = cmp.Or(dir, answers.Name)
	if err := askConnector(ask, &answers); err != nil {
		return err
	}
	own, err := belong(&answers, dir, ask)
	if err != nil {
		return err
	}
	files, err := answers.Files()
	if err != nil {
		return err
	}
	if err := writeNew(dir, files); err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintln(c.OutOrStdout(), filepath.Join(dir, filepath.FromSlash(f.Name)))
	}
	nextSteps(c, answers, dir, own)
	return nil
}

// askConnector takes answers from flags, or asks for them.
func askConnector(ask *asker, answers *scaffold.Connector) error {
	named := scaffold.Connector{Name: answers.Name}
	if err := named.Check(); err != nil {
		return err
	}
	for _, q := range []struct {
		of func(*scaffold.Connector) *string
		question
	}{
		{func(c *scaffold.Connector) *string { return &c.Title }, question{flag: "title", text: "Name for people", byDefault: title(answers.Name)}},
		{func(c *scaffold.Connector) *string { return &c.BaseURL }, question{flag: "base-url", text: "Where every path of the API begins", hint: "https://api.example.com/v1"}},
		{func(c *scaffold.Connector) *string { return &c.Docs }, question{flag: "docs", text: "Where the API is documented", hint: "https://…"}},
		{func(c *scaffold.Connector) *string { return &c.Auth }, question{flag: "auth", text: "Where the credential goes", hint: "bearer, header:NAME, query:NAME, basic or none"}},
	} {
		q.check = func(answer string) error {
			alone := named // each answer is looked at by itself
			*q.of(&alone) = answer
			return alone.Check()
		}
		answer, err := ask.answer(*q.of(answers), q.question)
		if err != nil {
			return err
		}
		*q.of(answers) = answer
	}
	return ask.done()
}

// title makes a name for people: acme_crm becomes Acme Crm.
func title(name string) string {
	words := strings.Fields(strings.ReplaceAll(name, "_", " "))
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

// belong finds out in which module the connector will be, and what it imports.
func belong(answers *scaffold.Connector, dir string, ask *asker) (own bool, err error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return false, err
	}
	root, module, err := moduleAround(abs)
	if err != nil {
		return false, err
	}
	if answers.Module == "" && module != "" {
		rel, err := filepath.Rel(root, abs)
		if err != nil {
			return false, err
		}
		answers.Import = module
		if rel != "." {
			answers.Import += "/" + filepath.ToSlash(rel)
		}
		if module == scaffold.Module {
			back, err := filepath.Rel(abs, filepath.Join(root, "docs", "manifest.schema.json"))
			answers.Schema = filepath.ToSlash(back)
			return false, err
		}
		return false, nil
	}
	answers.Module, err = ask.answer(answers.Module, question{flag: "module", text: "Name of its Go module", byDefault: answers.Name, check: checkModule})
	answers.Import, answers.Require = answers.Module, release()
	if err == nil && answers.Replace != "" {
		answers.Replace, err = filepath.Abs(answers.Replace)
	}
	return true, err
}

var (
	moduleLine = regexp.MustCompile(`(?m)^module[ \t]+"?([^\s"]+)`)
	modulePath = regexp.MustCompile(`^[A-Za-z0-9_~-][A-Za-z0-9._~-]*(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$`)
	released   = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+$`)
)

func checkModule(path string) error {
	if !modulePath.MatchString(path) {
		return fmt.Errorf("%q cannot be a module; write a path such as example.com/acme", path)
	}
	return nil
}

// moduleAround is the Go module that a directory is in, or will be.
func moduleAround(dir string) (root, module string, err error) {
	for {
		content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			if m := moduleLine.FindSubmatch(content); m != nil {
				return dir, string(m[1]), nil
			}
			return "", "", fmt.Errorf("%s names no module", filepath.Join(dir, "go.mod"))
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", "", err
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", "", nil
		}
		dir = up
	}
}

// unreleased stands where this command was built from sources that have no
// version.
const unreleased = "v0.0.0"

// release is the version of this command, which is that of its module.
func release() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Path == scaffold.Module && released.MatchString(info.Main.Version) {
		return info.Main.Version
	}
	return unreleased
}

// writeNew writes files that are not there yet, or none.
func writeNew(dir string, files []generator.File) error {
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("%s is there already; nothing is written", path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		w, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		_, err = w.Write(f.Content)
		if err := errors.Join(err, w.Close()); err != nil {
			return err
		}
	}
	return nil
}

// nextSteps says what is left to do.
func nextSteps(c *cobra.Command, answers scaffold.Connector, dir string, own bool) {
	say := func(format string, args ...any) { fmt.Fprintf(c.ErrOrStderr(), format+"\n", args...) }
	say("\n%s works; what to do next:", answers.Title)
	say("  cd %s", dir)
	if own && answers.Require == unreleased && answers.Replace == "" {
		say("  go mod edit -replace %s=DIR   # a copy of its sources, or put a release behind require", scaffold.Module)
	}
	if own {
		say("  go mod tidy")
	} else if answers.Schema == "" {
		say("  go get %s", scaffold.Module)
	}
	say("  go test .")
	say("  connectorgen new action NAME   # then replace get_thing")
}
