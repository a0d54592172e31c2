// submit hands one job to the workers; jobs tells of them; budget tells what they
// have used.

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/nats-io/nuid"
	"github.com/spf13/cobra"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/jetstream"
)

type submitFlags struct {
	place
	input       string
	tenant      string
	id          string
	credentials string
	ref         string
	recipient   string
	wait        time.Duration
	bulk        bool
}

func (p Program) submit() *cobra.Command {
	var f submitFlags
	cmd := &cobra.Command{
		Use:   "submit ACTION --nats URL --tenant NAME",
		Short: "Hand a job to the workers; wait for its envelope, or get its id",
		Long: `Hand a job to the workers. With --wait its envelope is printed when it comes, and
the exit code is that of the action; without, or when the time is over, its id.

A job that is submitted again with the same --id is not done again.`,
		Example: "  " + p.Table.API.Name + "-fleet submit " + p.Table.Actions[0].Name + " --nats nats://127.0.0.1:4222 --tenant acme --credential-ref acme --input @input.json --wait 30s",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return p.runSubmit(c.Context(), args[0], f) },
	}
	f.place.flags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.input, "input", "{}", "the input object: JSON, @FILE, or - for standard input")
	flags.StringVar(&f.tenant, "tenant", "", "whose job it is")
	flags.StringVar(&f.id, "id", "", "what makes it the same job when it is submitted again (default made up)")
	flags.StringVar(&f.ref, "credential-ref", "", "the name under which workers know the credential")
	flags.StringVar(&f.recipient, "seal-for", "", "the workers' age recipient, for which the credential is sealed")
	flags.StringVar(&f.credentials, "credentials", "", `with --seal-for: {"auth_type", "auth_data"} as JSON, @FILE, or - for standard input (default from the environment)`)
	flags.DurationVar(&f.wait, "wait", 0, "how long to wait for the envelope")
	flags.BoolVar(&f.bulk, "bulk", false, "nobody waits: jobs that somebody waits for come first")
	return cmd
}

func (p Program) runSubmit(ctx context.Context, action string, f submitFlags) error {
	if p.Table.Lookup(action) == nil {
		return fmt.Errorf("there is no action %q", action)
	}
	input, err := p.text("--input", f.input)
	if err != nil {
		return err
	}
	j := fleet.Job{ID: f.id, API: p.Table.API.Name, Action: action, Tenant: f.tenant, Class: fleet.Waiting, Input: input, Credential: fleet.Credential{Ref: f.ref}, Submitted: time.Now().UTC()}
	if f.bulk || f.wait <= 0 { // nobody waits
		j.Class = fleet.Bulk
	}
	if f.recipient != "" {
		_, text, _, err := p.credential(f.credentials)
		if err != nil {
			return err
		}
		if j.Credential, err = fleet.Seal(f.recipient, j.Tenant, text); err != nil {
			return err
		}
	}
	if j.ID == "" {
		j.ID = nuid.Next()
	} else {
		j.ID = fleet.IDOf(j.API, j.Tenant, action, j.ID)
	}
	if err := j.Validate(); err != nil {
		return err
	}
	engine, closeAll, err := f.open(ctx, p, "")
	if err != nil {
		return err
	}
	return errors.Join(p.submitted(ctx, engine, j, f.wait), closeAll())
}

// submitted submits a job and waits for it.
func (p Program) submitted(ctx context.Context, e fleet.Engine, j fleet.Job, wait time.Duration) error {
	if err := e.Submit(ctx, j); err != nil {
		return err
	}
	if wait <= 0 {
		fmt.Fprintln(p.Stdout, j.ID)
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	r, err := e.Await(waiting, j.ID)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		fmt.Fprintln(p.Stdout, j.ID)
		fmt.Fprintf(p.Stderr, "it has not ended yet; `jobs show %s` tells when it has\n", j.ID)
		return errStopped
	}
	if err != nil {
		return err
	}
	if r.Envelope != nil {
		fmt.Fprintln(p.Stdout, string(r.Envelope))
	}
	if r.Why != "" {
		fmt.Fprintf(p.Stderr, "%s: %s\n", r.State, r.Why)
	}
	if r.State != fleet.Done {
		return errFailed
	}
	return nil
}

// text is an argument, the file that @NAME names, or standard input.
func (p Program) text(flag, from string) ([]byte, error) {
	var text []byte
	var err error
	switch {
	case from == "-":
		text, err = io.ReadAll(io.LimitReader(p.Stdin, fleet.MaxInput+1))
	case strings.HasPrefix(from, "@"):
		text, err = os.ReadFile(from[1:])
	default:
		text = []byte(from)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return text, nil
}

// jobs are the verbs of jobs.
func (p Program) jobs() *cobra.Command {
	cmd := &cobra.Command{Use: "jobs", Short: "Tell of jobs, cancel them, run them again", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return errors.New("say what: list, show, cancel or retry") }}
	cmd.AddCommand(
		p.jobsList(),
		p.jobVerb("show ID", "Tell all of one job, as JSON", "show 5f1d…", func(ctx context.Context, e *jetstream.Engine, id string, _ bool) error {
			r, err := e.Record(ctx, id)
			if err != nil {
				return err
			}
			r.Job.Credential.Sealed = nil // readable by nobody, and long
			return p.json(r)
		}),
		p.jobVerb("cancel ID", "End a job that has not begun", "cancel 5f1d…", func(ctx context.Context, e *jetstream.Engine, id string, _ bool) error {
			return e.Cancel(ctx, id)
		}),
		p.jobVerb("retry ID", "Run a job again that failed, was canceled, is a dead letter, or has an unknown outcome of which you know that nothing happened",
			"retry 5f1d… --nothing-happened", func(ctx context.Context, e *jetstream.Engine, id string, nothing bool) error {
				return e.Retry(ctx, id, nothing)
			}),
	)
	return cmd
}

func (p Program) jobVerb(use, short, example string, run func(context.Context, *jetstream.Engine, string, bool) error) *cobra.Command {
	x := place{folderToo: true}
	var nothing bool
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1), Example: "  " + p.Table.API.Name + "-fleet jobs " + example + " --nats nats://127.0.0.1:4222",
		RunE: func(c *cobra.Command, args []string) error {
			return p.with(c.Context(), x, func(e *jetstream.Engine) error { return run(c.Context(), e, args[0], nothing) })
		}}
	x.flags(cmd)
	if strings.HasPrefix(use, "retry") {
		cmd.Flags().BoolVar(&nothing, "nothing-happened", false, "you have looked: the write was not carried out")
	}
	return cmd
}

// with opens the engine for a moment.
func (p Program) with(ctx context.Context, x place, do func(*jetstream.Engine) error) error {
	if x.server.URL == "" && p.Getenv("FLEET_NATS_URL") == "" && x.state == "" {
		return errors.New("name where the jobs are, with --nats URL or --state DIR")
	}
	e, closeAll, err := x.open(ctx, p, x.state)
	if err != nil {
		return err
	}
	return errors.Join(do(e), closeAll())
}

func (p Program) json(v any) error {
	e := json.NewEncoder(p.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func (p Program) jobsList() *cobra.Command {
	x := place{folderToo: true}
	var states []string
	var tenant string
	var asJSON bool
	cmd := &cobra.Command{Use: "list", Short: "List jobs; dead letters are --state-is dead", Args: cobra.NoArgs,
		Example: "  " + p.Table.API.Name + "-fleet jobs list --state-is unknown,dead --nats nats://127.0.0.1:4222",
		RunE: func(c *cobra.Command, _ []string) error {
			return p.with(c.Context(), x, func(e *jetstream.Engine) error {
				w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
				for r, err := range e.Records(c.Context()) {
					if err != nil {
						return err
					}
					if len(states) > 0 && !slices.Contains(states, string(r.State)) || tenant != "" && r.Job.Tenant != tenant {
						continue
					}
					r.Job.Credential.Sealed = nil
					if asJSON {
						text, err := json.Marshal(r)
						if err != nil {
							return err
						}
						fmt.Fprintf(p.Stdout, "%s\n", text)
						continue
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.Job.ID, r.State, r.Job.Tenant, r.Job.Action, r.Why)
				}
				return w.Flush()
			})
		}}
	x.flags(cmd)
	cmd.Flags().StringSliceVar(&states, "state-is", nil, "only those: queued, running, done, failed, unknown, canceled, dead")
	cmd.Flags().StringVar(&tenant, "tenant", "", "only those of a tenant")
	cmd.Flags().BoolVar(&asJSON, "json", false, "a JSON object for each, on lines of their own")
	return cmd
}

func (p Program) budget() *cobra.Command {
	x := place{folderToo: true}
	var asJSON bool
	cmd := &cobra.Command{Use: "budget", Short: "Tell what is used of the API's budgets, by whom, and when they refill", Args: cobra.NoArgs,
		Example: "  " + p.Table.API.Name + "-fleet budget --nats nats://127.0.0.1:4222",
		RunE: func(c *cobra.Command, _ []string) error {
			return p.with(c.Context(), x, func(e *jetstream.Engine) error {
				spent, err := e.Spent(c.Context(), p.Table.API)
				if err != nil {
					return err
				}
				if asJSON {
					return p.json(spent)
				}
				w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "CREDENTIAL\tTENANT\tALLOWED\tUSED\tLEFT\tREFILL")
				for _, s := range spent {
					refill := "-"
					if !s.Refill.IsZero() {
						refill = s.Refill.Local().Format("2006-01-02 15:04:05")
					}
					fmt.Fprintf(w, "%s\t%s\t%d in %s\t%d\t%d\t%s\n", s.Credential, s.Tenant, s.Calls, s.Per, s.Used, s.Left, refill)
				}
				return w.Flush()
			})
		}}
	x.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}
