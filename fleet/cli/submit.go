// submit hands one job to the workers, and waits for what becomes of it.

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nuid"
	"github.com/spf13/cobra"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/runtime"
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
	kept        bool // what became of it is to be kept
}

func (p Program) submit() *cobra.Command {
	var f submitFlags
	cmd := &cobra.Command{
		Use:   "submit ACTION --nats URL --tenant NAME",
		Short: "Hand a job to the workers; wait for its envelope, or get its id",
		Long: `Hand a job to the workers. With --wait its envelope is printed when it comes, and
the exit code is that of the action; without, or when the time is over, its id.

A job that is submitted again with the same --id is not done again. What became of
it is kept for --keep. With --wait, an action that only reads is asked of a worker
that is free, which is quicker and keeps nothing; name --id or --keep to keep it.`,
		Example: "  " + p.Table.API.Name + "-fleet submit " + p.Table.Actions[0].Name + " --nats nats://127.0.0.1:4222 --tenant acme --credential-ref acme --input @input.json --wait 30s",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f.kept = c.Flags().Changed("id") || c.Flags().Changed("keep")
			return p.runSubmit(c.Context(), args[0], f)
		},
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
	a := p.Table.Lookup(action)
	if a == nil {
		return fmt.Errorf("there is no action %q", action)
	}
	if f.wait < 0 {
		return errors.New("--wait is how long to wait, such as 30s, and not less than nothing")
	}
	input, err := p.text("--input", f.input)
	if err != nil {
		return err
	}
	j := fleet.Job{ID: f.id, API: p.Table.API.Name, Action: action, Tenant: f.tenant, Class: fleet.Waiting, Input: input, Keep: f.keep, Credential: fleet.Credential{Ref: f.ref}, Submitted: time.Now().UTC()}
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
	if f.wait <= 0 {
		err = p.submitted(ctx, engine, j)
	} else {
		err = p.awaited(ctx, engine, j, a.Effect == runtime.EffectRead && !f.bulk && !f.kept, f.wait)
	}
	return errors.Join(err, closeAll())
}

// submitted submits a job that nobody waits for.
func (p Program) submitted(ctx context.Context, e fleet.Engine, j fleet.Job) error {
	if err := e.Submit(ctx, j); err != nil {
		return err
	}
	fmt.Fprintln(p.Stdout, j.ID)
	return nil
}

// awaited has a job done and waits for it.
func (p Program) awaited(ctx context.Context, e fleet.Engine, j fleet.Job, ask bool, wait time.Duration) error {
	r, err := fleet.Do(ctx, e, j, ask, wait)
	if errors.Is(err, context.Canceled) && r.Job.ID == "" {
		fmt.Fprintln(p.Stderr, "interrupted before it was submitted; it only reads: run it again")
		return errStopped
	}
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
