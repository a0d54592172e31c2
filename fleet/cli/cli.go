// Package cli is the command of a connector's fleet: any table, the same verbs.
//
// batch.go runs a file of rows, worker.go runs jobs and the server that keeps
// them, submit.go and jobs.go are for those who have them run, budget.go tells
// what is left; connect.go has the flags that all of them share.
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
	ExitOK     = 0 // all that was asked for succeeded
	ExitFailed = 1 // some of it failed, or its outcome is unknown
	ExitUsage  = 2 // the command was used wrongly, or could not run
	ExitStop   = 3 // it was stopped before it was through; to run it again goes on
)

// Program is the command of one connector.
type Program struct {
	Table  *runtime.Table
	Verbs  []*cobra.Command // of its own
	Stdin  io.Reader        // those of the process when nil
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string
}

// Main runs the program with the arguments of the process and exits. The first
// interrupt lets what has begun come to its end; a second one ends at once.
func (p Program) Main() {
	log.SetOutput(io.Discard) // net/http's words may quote a credential
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // gives the second one back to the system
	code := p.Run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// The errors that only say an exit code: all else has been said.
var (
	errFailed  = errors.New("failed")
	errStopped = errors.New("stopped")
)

// Run runs one command line and returns its exit code.
func (p Program) Run(ctx context.Context, args []string) int {
	p.setDefaults()
	root := p.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, errFailed):
		return ExitFailed
	case errors.Is(err, errStopped):
		return ExitStop
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
		Use:   api.Name + "-fleet",
		Short: "Run the actions of " + api.Title + " in batches and on many machines",
		Long: `Run the actions of ` + api.Title + ` in batches and on many machines: a crash loses
nothing, no write happens twice, tenants take turns, and all workers keep to the
API's budgets together.

Exit codes: 0 everything succeeded, 1 some of it failed or has an unknown outcome,
2 the command was used wrongly or could not run, 3 it was stopped before it was
through (to run it again goes on).`,
		Version: api.Version, SilenceUsage: true, SilenceErrors: true, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return fmt.Errorf("say what to do; %s --help lists it", c.Name())
		},
	}
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	root.AddCommand(p.batch(), p.worker(), p.server(), p.submit(), p.jobs(), p.budget())
	root.AddCommand(p.Verbs...)
	return root
}

// variable is the name of an environment variable of the connector.
func (p Program) variable(suffix string) string {
	return strings.ToUpper(p.Table.API.Name) + "_" + suffix
}
