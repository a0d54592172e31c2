// jobs tells of jobs, cancels them, and runs them again; watch.go shows them live.

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/jetstream"
)

// filter says which jobs are meant.
type filter struct {
	states []string
	tenant string
}

func (f *filter) flags(c *cobra.Command) {
	c.Flags().StringSliceVar(&f.states, "state-is", nil, "only those: "+strings.Join(stateNames(), ", "))
	c.Flags().StringVar(&f.tenant, "tenant", "", "only those of a tenant")
}

// states are all, in the order in which they are told.
var states = []fleet.State{fleet.Queued, fleet.Running, fleet.Done, fleet.Failed, fleet.Unknown, fleet.Canceled, fleet.Dead}

func stateNames() (out []string) {
	for _, s := range states {
		out = append(out, string(s))
	}
	return out
}

func (f filter) validate() error {
	for _, s := range f.states {
		if !slices.Contains(stateNames(), s) {
			return fmt.Errorf("there is no state %q; there are %s", s, strings.Join(stateNames(), ", "))
		}
	}
	return nil
}

func (f filter) has(r fleet.Record) bool {
	return (len(f.states) == 0 || slices.Contains(f.states, string(r.State))) && (f.tenant == "" || r.Job.Tenant == f.tenant)
}

// jobs are the verbs of jobs.
func (p Program) jobs() *cobra.Command {
	x := place{folderToo: true}
	var f filter
	var asJSON, live bool
	cmd := &cobra.Command{Use: "jobs", Short: "Tell of jobs, watch them, cancel them, run them again", Args: cobra.NoArgs,
		Example: "  " + p.Table.API.Name + "-fleet jobs --watch --nats nats://127.0.0.1:4222",
		RunE: func(c *cobra.Command, _ []string) error {
			if !live {
				return errors.New("say what: list, show, cancel or retry; or --watch")
			}
			return p.runList(c.Context(), x, f, asJSON, true)
		}}
	p.listFlags(cmd, &x, &f, &asJSON, &live)
	cmd.AddCommand(p.jobsList(), p.jobsShow(), p.jobsCancel(), p.jobsRetry())
	return cmd
}

func (p Program) listFlags(c *cobra.Command, x *place, f *filter, asJSON, live *bool) {
	x.flags(c)
	f.flags(c)
	c.Flags().BoolVar(asJSON, "json", false, "a JSON object for each, on lines of their own")
	c.Flags().BoolVar(live, "watch", false, "goes on: on a terminal a table that follows what happens, elsewhere a line for each change")
}

func (p Program) jobsList() *cobra.Command {
	x := place{folderToo: true}
	var f filter
	var asJSON, live bool
	cmd := &cobra.Command{Use: "list", Short: "List jobs; dead letters are --state-is dead", Args: cobra.NoArgs,
		Example: "  " + p.Table.API.Name + "-fleet jobs list --state-is unknown,dead --nats nats://127.0.0.1:4222",
		RunE: func(c *cobra.Command, _ []string) error {
			return p.runList(c.Context(), x, f, asJSON, live)
		}}
	p.listFlags(cmd, &x, &f, &asJSON, &live)
	return cmd
}

func (p Program) runList(ctx context.Context, x place, f filter, asJSON, live bool) error {
	if err := f.validate(); err != nil {
		return err
	}
	return p.with(ctx, x, func(e *jetstream.Engine) error {
		if live {
			return p.watch(ctx, e, f, asJSON)
		}
		return p.list(ctx, e, f, asJSON)
	})
}

func (p Program) list(ctx context.Context, e *jetstream.Engine, f filter, asJSON bool) error {
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	for r, err := range e.Records(ctx) {
		switch {
		case err != nil:
			return err
		case !f.has(r):
		case asJSON:
			if err := p.line(r); err != nil {
				return err
			}
		default:
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.Job.ID, r.State, r.Job.Tenant, r.Job.Action, r.Why)
		}
	}
	return w.Flush()
}

// line prints a record as JSON on one line.
func (p Program) line(r fleet.Record) error {
	text, err := json.Marshal(bare(r))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Stdout, "%s\n", text)
	return err
}

// bare is a record without the seal of its credential, which is readable by nobody,
// and long.
func bare(r fleet.Record) fleet.Record {
	r.Job.Credential.Sealed = nil
	return r
}

// jobsShow tells of one job: data to standard output, what to do to standard error.
func (p Program) jobsShow() *cobra.Command {
	x := place{folderToo: true}
	cmd := &cobra.Command{Use: "show ID", Short: "Tell all of one job, as JSON, and what can be done about it", Args: cobra.ExactArgs(1),
		Example: "  " + p.Table.API.Name + "-fleet jobs show 5f1d… --nats nats://127.0.0.1:4222",
		RunE: func(c *cobra.Command, args []string) error {
			return p.with(c.Context(), x, func(e *jetstream.Engine) error {
				r, err := e.Record(c.Context(), args[0])
				if err != nil {
					return err
				}
				if advice := p.advice(r); advice != "" {
					fmt.Fprintln(p.Stderr, advice)
				}
				return p.json(bare(r))
			})
		}}
	x.flags(cmd)
	return cmd
}

// advice says what can be done about a job that did not succeed; "" is nothing.
func (p Program) advice(r fleet.Record) string {
	retry := p.Table.API.Name + "-fleet jobs retry " + r.Job.ID
	switch r.State {
	case fleet.Dead:
		return fmt.Sprintf("A dead letter: %s.\nNothing is tried by itself any more. Mend that, and then: %s", r.Why, retry)
	case fleet.Unknown:
		return fmt.Sprintf("Its outcome is unknown: %s\nTo do: %s.\nWhen nothing has happened: %s --nothing-happened", r.Why, r.Check, retry)
	case fleet.Failed:
		return "It failed, and did nothing that a repeat would do twice. To try it again: " + retry
	case fleet.Canceled:
		return "It was canceled before it began. To run it all the same: " + retry
	}
	return ""
}

func (p Program) jobsCancel() *cobra.Command {
	x := place{folderToo: true}
	cmd := &cobra.Command{Use: "cancel ID", Short: "End a job that has not begun", Args: cobra.ExactArgs(1),
		Example: "  " + p.Table.API.Name + "-fleet jobs cancel 5f1d… --nats nats://127.0.0.1:4222",
		RunE: func(c *cobra.Command, args []string) error {
			return p.with(c.Context(), x, func(e *jetstream.Engine) error { return e.Cancel(c.Context(), args[0]) })
		}}
	x.flags(cmd)
	return cmd
}

func (p Program) jobsRetry() *cobra.Command {
	x := place{folderToo: true}
	var f filter
	var nothing, all bool
	cmd := &cobra.Command{Use: "retry ID | --all --state-is STATE",
		Short:   "Run jobs again that failed, were canceled, are dead letters, or have an unknown outcome of which you know that nothing happened",
		Example: "  " + p.Table.API.Name + "-fleet jobs retry --all --state-is dead --nats nats://127.0.0.1:4222",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			switch err := f.validate(); {
			case err != nil:
				return err
			case all && (len(args) > 0 || len(f.states) == 0):
				return errors.New("--all takes no ID, and says with --state-is which jobs are meant")
			case !all && (len(args) == 0 || len(f.states) > 0 || f.tenant != ""):
				return errors.New("name the job, or say --all and --state-is")
			}
			return p.with(c.Context(), x, func(e *jetstream.Engine) error {
				if all {
					return p.retryAll(c.Context(), e, f, nothing)
				}
				return e.Retry(c.Context(), args[0], nothing)
			})
		}}
	x.flags(cmd)
	f.flags(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "all jobs of --state-is, and of --tenant where it is given")
	cmd.Flags().BoolVar(&nothing, "nothing-happened", false, "you have looked: the write was not carried out")
	return cmd
}

// retryAll runs all jobs again that are meant, and tells how many.
func (p Program) retryAll(ctx context.Context, e *jetstream.Engine, f filter, nothing bool) error {
	var ids []string // first all, so that none is met again
	for r, err := range e.Records(ctx) {
		if err != nil {
			return err
		}
		if f.has(r) {
			ids = append(ids, r.Job.ID)
		}
	}
	again, refused := 0, 0
	var why error
	for _, id := range ids {
		switch err := e.Retry(ctx, id, nothing); {
		case err == nil:
			again++
		case errors.Is(err, fleet.ErrState), errors.Is(err, fleet.ErrFull), errors.Is(err, fleet.ErrNotFound):
			refused++
			why = fmt.Errorf("job %s: %w", id, err)
		default:
			return fmt.Errorf("%d of %d jobs are queued again; job %s: %w", again, len(ids), id, err)
		}
	}
	fmt.Fprintf(p.Stderr, "%d of %d jobs are queued again\n", again, len(ids))
	if refused > 0 {
		fmt.Fprintln(p.Stderr, why)
		return errFailed
	}
	return nil
}
