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
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"modulex.dev/connector/runtime"
)

// Exit codes of every verb.
const (
	ExitOK     = 0 // the action succeeded
	ExitFailed = 1 // the action failed; its envelope says why
	ExitUsage  = 2 // the command was used wrongly, or could not run; standard error says how
)

// Program is the command of one connector.
type Program struct {
	Table *runtime.Table
	// Verbs are added to those that every connector has.
	Verbs []*cobra.Command
	// Stdin, Stdout, Stderr and Getenv are those of the process when nil.
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string
}

// Main runs the program with the arguments of the process and exits. An
// interrupt cancels what is under way; the envelope then says so.
func (p Program) Main() {
	// net/http logs what comes on idle connections, which may quote a
	// credential; nothing else uses this logger.
	log.SetOutput(io.Discard)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
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
	root := p.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, ErrFailed):
		return ExitFailed
	}
	fmt.Fprintf(p.Stderr, "%s: %v\n", root.Name(), err)
	return ExitUsage
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
}

func (p Program) root() *cobra.Command {
	api := p.Table.API
	root := &cobra.Command{
		Use:           api.Name,
		Short:         "Run the actions of " + api.Title,
		Long:          api.Overview + "\n\nExit codes: 0 the action succeeded, 1 it failed, 2 the command was used wrongly.",
		Version:       api.Version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return fmt.Errorf("say what to do; %s --help lists it", c.Name())
		},
	}
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	root.AddCommand(p.call(), p.actions(), p.mcp())
	root.AddCommand(p.Verbs...)
	return root
}

// variable is the name of an environment variable of the connector.
func (p Program) variable(suffix string) string {
	return strings.ToUpper(p.Table.API.Name) + "_" + suffix
}
