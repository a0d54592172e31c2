// Package cli is the command line of a connector: any table, the same verbs.
// It needs cobra, so it is a package of its own that a host does not link.
//
// call.go runs an action, actions.go lists them; this file is the frame around
// both. A connector's own verbs are added in its main.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"modulex.dev/connector/runtime"
)

// Exit codes of every verb.
const (
	ExitOK          = 0   // the action succeeded
	ExitFailed      = 1   // the action failed; its envelope says why
	ExitUsage       = 2   // the command was used wrongly, or could not run; standard error says how
	ExitInterrupted = 130 // an interrupt ended it; what had come by then is printed
)

const exitCodes = "Exit codes: 0 it succeeded, 1 it failed, 2 the command was used wrongly or could\nnot run, 130 it was interrupted."

// Program is the command of one connector.
type Program struct {
	Table *runtime.Table
	// Verbs are added to those that every connector has.
	Verbs []*cobra.Command
	// Package is the import path of the generated package, for the Go code on the
	// pages of docs.
	Package string
	// Sandbox starts a stand-in of the API, for docs --serve; nil where there is
	// none.
	Sandbox func() (Sandbox, error)
	// Stdin, Stdout, Stderr and Getenv are those of the process when nil.
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string

	args       []string  // of the command line
	everything bool      // a command for every action is made, named or not
	screen     *screen   // what is known of the terminals
	raw        io.Writer // Stderr, for escape sequences of our own
}

// Main runs the program with the arguments of the process and exits. An
// interrupt cancels what is under way and keeps what has come; the envelope then
// says so. A second one ends the process at once.
func (p Program) Main() {
	// net/http logs what comes on idle connections, which may quote a
	// credential; nothing else uses this logger.
	log.SetOutput(io.Discard)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	code := p.Run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// ErrFailed is the error of a verb that has said everything already; the exit code
// is all that is left.
var ErrFailed = errors.New("failed")

// Run runs one command line and returns its exit code.
func (p Program) Run(ctx context.Context, args []string) int {
	p.setDefaults()
	p.args = args
	root := p.root()
	if slices.Contains(args, "completion") {
		refuseOtherShells(root)
	}
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil && !errors.Is(err, ErrFailed) {
		fmt.Fprintf(p.Stderr, "%s: %v\n", root.Name(), err)
	}
	switch {
	case err == nil:
		return ExitOK
	case ctx.Err() != nil:
		return ExitInterrupted
	case errors.Is(err, ErrFailed):
		return ExitFailed
	}
	return ExitUsage
}

// Commands returns the whole tree of commands, one for each action, for whoever
// makes pages of them.
func (p Program) Commands() *cobra.Command {
	p.setDefaults()
	p.everything = true
	return p.root()
}

func (p *Program) setDefaults() {
	if p.Stdin == nil {
		p.Stdin = os.Stdin
	}
	if p.Stdout == nil {
		p.Stdout = os.Stdout
	}
	if p.Stderr == nil {
		p.Stderr = os.Stderr
	}
	if p.Getenv == nil {
		p.Getenv = os.Getenv
	}
	p.screen = p.look()
	p.raw, p.Stderr = p.Stderr, words{p.Stderr}
}

func (p Program) root() *cobra.Command {
	api := p.Table.API
	root := &cobra.Command{
		Use:           api.Name,
		Short:         "Run the actions of " + api.Title,
		Long:          api.Overview + "\n\n" + exitCodes,
		Version:       api.Version,
		Example:       "  " + api.Name + " actions\n  " + api.Name + " call " + p.Table.Actions[0].Name + " --help\n  " + api.Name + " completion bash",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noSuchVerb,
		RunE: func(c *cobra.Command, _ []string) error {
			return fmt.Errorf("say what to do; %s --help lists it", c.Name())
		},
	}
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	root.SetFlagErrorFunc(wrongFlag)
	root.SetUsageFunc(p.usage)
	color := root.PersistentFlags().String("color", "auto", "`when` to colour: auto, always or never; auto is on a terminal, unless NO_COLOR is set")
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return p.screen.paint(*color) }
	_ = root.RegisterFlagCompletionFunc("color", choices(colors))
	root.AddCommand(p.call(), p.actions(), p.mcp(), p.login(), p.logout(), p.whoami(), p.doctor(), p.docs(), p.man())
	root.AddCommand(p.Verbs...)
	return root
}

// refuseOtherShells makes completion refuse a shell that it does not know; cobra
// alone would print its help and succeed.
func refuseOtherShells(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Args, c.RunE = noSuchVerb, func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	}
}

// noSuchVerb refuses an argument that is no verb.
func noSuchVerb(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var verbs []string
	for _, v := range c.Commands() {
		verbs = append(verbs, v.Name())
	}
	return fmt.Errorf("unknown command %q%s; %s --help lists them", args[0], meant(args[0], verbs), c.CommandPath())
}

// wrongFlag names the nearest flag for one that does not exist, and the flag
// whose value is wrong.
func wrongFlag(c *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || unknown.GetSpecifiedShortnames() != "" {
		return err
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return fmt.Errorf("%w%s; %s --help lists them", err, meant("--"+unknown.GetSpecifiedName(), names), c.CommandPath())
}

// variable is the name of an environment variable of the connector.
func (p Program) variable(suffix string) string {
	return strings.ToUpper(p.Table.API.Name) + "_" + suffix
}
