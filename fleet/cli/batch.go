// batch: an action for every row of a file.

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
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/batch"
	"modulex.dev/connector/fleet/worker"
	"modulex.dev/connector/runtime"
)

type batchFlags struct {
	place
	target
	input       string
	maps        []string
	sets        []string
	dryRun      bool
	skipFaulty  bool
	out         string
	tenant      string
	name        string
	credentials string
	ref         string
	recipient   string
	atOnce      int
	looks       time.Duration
	retryFailed bool
}

func (p Program) batch() *cobra.Command {
	f := batchFlags{place: place{folderToo: true}}
	cmd := &cobra.Command{
		Use:   "batch ACTION --input FILE|-",
		Short: "Run an action for every row of a CSV or JSON lines file",
		Long: `Run an action for every row of a file: CSV whose first line names parameters
(fields.email is the member email of the parameter fields), or a JSON object on
each line. Every row is checked before the first one is sent.

Each row is run once. Interrupt it, kill it, run it again, add rows: it goes on
where it was. What became of the rows stands beside the input, FILE.results.jsonl,
a line for each. Rows whose outcome nobody knows are listed with what to look at.`,
		Example: "  " + p.Table.API.Name + "-fleet batch " + p.Table.Actions[0].Name + " --input rows.csv --dry-run",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return p.runBatch(c.Context(), args[0], f) },
	}
	f.place.flags(cmd)
	f.target.flags(cmd, p)
	flags := cmd.Flags()
	flags.StringVar(&f.input, "input", "", "the rows: a file, or - for standard input")
	flags.StringArrayVar(&f.maps, "map", nil, "COLUMN=PARAMETER, or COLUMN=PARAMETER.MEMBER; COLUMN= leaves a column out")
	flags.StringArrayVar(&f.sets, "set", nil, "PARAMETER=VALUE that every row has")
	flags.BoolVar(&f.dryRun, "dry-run", false, "checks every row and says how long it would take, and sends nothing")
	flags.BoolVar(&f.skipFaulty, "skip-faulty", false, "runs the rows that have no fault; the others are listed")
	flags.StringVar(&f.out, "out", "", "where the results go (default the input's name with .results.jsonl)")
	flags.StringVar(&f.tenant, "tenant", "", "whose rows they are (default the name of the credential, or made of it)")
	flags.StringVar(&f.name, "name", "", "a name: the rows of one file are run once for each name")
	flags.StringVar(&f.credentials, "credentials", "", `{"auth_type", "auth_data"}: JSON, @FILE, or - for standard input`)
	flags.StringVar(&f.ref, "credential-ref", "", "with --nats: the name under which workers know the credential")
	flags.StringVar(&f.recipient, "seal-for", "", "with --nats: the workers' age recipient, for which the credential is sealed")
	flags.IntVar(&f.atOnce, "at-once", 8, "rows under way at the same time")
	flags.DurationVar(&f.looks, "between-looks", 30*time.Second, "an unknown outcome is looked up twice, so long apart, before it is believed that nothing has happened")
	flags.BoolVar(&f.retryFailed, "retry-failed", false, "runs rows again that have failed")
	return cmd
}

func (p Program) runBatch(ctx context.Context, action string, f batchFlags) error {
	o, cred, err := p.batchOptions(ctx, action, &f)
	if err != nil {
		return err
	}
	folder, err := f.folder(p, o.Tenant)
	if err != nil {
		return err
	}
	engine, closeAll, err := f.open(ctx, p, folder)
	if err != nil {
		return err
	}
	o.Engine = engine
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	go func() {
		select {
		case <-engine.Broken():
			end(cannotWrite(folder))
		case <-ctx.Done():
		}
	}()
	err = p.runRows(ctx, o, cred, f)
	if err := closeAll(); err != nil {
		fmt.Fprintln(p.Stderr, err)
	}
	return err
}

// batchOptions reads the rows and checks them.
func (p Program) batchOptions(ctx context.Context, action string, f *batchFlags) (o batch.Options, cred runtime.Credentials, err error) {
	a := p.Table.Lookup(action)
	if a == nil {
		return o, cred, fmt.Errorf("there is no action %q; %s actions lists them", action, p.Table.API.Name)
	}
	if f.input == "-" && f.credentials == "-" {
		return o, cred, errors.New("only one of --input and --credentials can be read from standard input")
	}
	if (f.ref != "" || f.recipient != "") && !f.remote(p) {
		return o, cred, errors.New("--credential-ref and --seal-for are for workers of a server, which --nats names")
	}
	cred, text, whose, err := p.credential(f.credentials)
	if err != nil {
		return o, cred, err
	}
	rows, err := p.rows(a, *f)
	if err != nil {
		return o, cred, err
	}
	if f.ref != "" && f.credentials == "" { // the workers have it
		cred, whose = batch.StandIn(p.Table.API), f.ref
	}
	if err := batch.Check(ctx, p.Table, action, cred, rows); err != nil {
		if f.ref == "" || runtime.CodeOf(err) != runtime.CodeUnauthenticated {
			return o, cred, err
		}
		fmt.Fprintln(p.Stderr, "the rows cannot be checked here:", err)
	}
	if rows, err = p.sound(rows, *f); err != nil {
		return o, cred, err
	}
	o = batch.Options{Table: p.Table, Action: action, Rows: rows, Tenant: f.tenant, RetryFailed: f.retryFailed, Name: f.name + " at " + f.said(p)}
	if o.Tenant == "" {
		o.Tenant = whose
	}
	o.Credential, err = f.credential(p, o.Tenant, text)
	return o, cred, err
}

// credential is what the jobs carry.
func (f *batchFlags) credential(p Program, tenant string, text []byte) (fleet.Credential, error) {
	switch {
	case !f.remote(p):
		return fleet.Credential{Ref: localRef}, nil
	case f.ref != "":
		return fleet.Credential{Ref: f.ref}, nil
	case f.recipient != "":
		return fleet.Seal(f.recipient, tenant, text)
	}
	return fleet.Credential{}, errors.New("the workers need the credential: name it with --credential-ref NAME, or seal it with --seal-for RECIPIENT")
}

// remote reports whether the rows are run by the workers of a server.
func (f *batchFlags) remote(p Program) bool {
	return f.server.URL != "" || p.Getenv("FLEET_NATS_URL") != ""
}

// localRef is the credential of this process.
const localRef = "local"

// rows reads the input.
func (p Program) rows(a *runtime.Action, f batchFlags) ([]batch.Row, error) {
	if f.input == "" {
		return nil, errors.New("name the rows with --input FILE, or - for standard input")
	}
	m := batch.Mapping{Columns: make(map[string]string), Constants: make(map[string]json.RawMessage)}
	for _, text := range f.maps {
		i := strings.LastIndex(text, "=")
		if i <= 0 {
			return nil, errors.New("--map takes COLUMN=PARAMETER")
		}
		m.Columns[text[:i]] = text[i+1:]
	}
	for _, text := range f.sets {
		name, value, ok := strings.Cut(text, "=")
		i := slices.IndexFunc(a.Parameters, func(q runtime.Param) bool { return q.Name == name })
		if !ok || i < 0 {
			return nil, fmt.Errorf("--set takes PARAMETER=VALUE, and %s has no parameter %q", a.Name, name)
		}
		m.Constants[name] = json.RawMessage(value)
		if a.Parameters[i].Type == runtime.TypeString || !json.Valid([]byte(value)) {
			m.Constants[name], _ = json.Marshal(value) // a text
		}
	}
	if f.input == "-" {
		return batch.Read("standard input", p.Stdin, a, m)
	}
	file, err := os.Open(f.input)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return batch.Read(f.input, file, a, m)
}

// sound are the rows without faults; the others are told, and unless they are to
// be skipped nothing is run.
func (p Program) sound(rows []batch.Row, f batchFlags) ([]batch.Row, error) {
	var faulty batch.Faulty
	faulty.File = f.input
	good := slices.DeleteFunc(slices.Clone(rows), func(r batch.Row) bool {
		faulty.Faults = append(faulty.Faults, r.Faults...)
		return len(r.Faults) > 0
	})
	if len(faulty.Faults) == 0 {
		return good, nil
	}
	fmt.Fprintln(p.Stderr, faulty.Error())
	if !f.skipFaulty {
		fmt.Fprintf(p.Stderr, "%d of %d rows have faults; nothing has been sent. Mend them, or run the others with --skip-faulty.\n", len(rows)-len(good), len(rows))
		return nil, errFailed
	}
	return good, nil
}

// runRows says the plan, runs the batch and writes the results.
func (p Program) runRows(ctx context.Context, o batch.Options, cred runtime.Credentials, f batchFlags) error {
	plan, err := batch.Plans(ctx, o)
	if err != nil {
		return err
	}
	if f.noBudgets {
		plan.By, plan.Over = runtime.Budget{}, nil // nothing holds it up
	}
	fmt.Fprintln(p.Stderr, plan)
	if f.dryRun {
		return nil
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	finish, err := p.work(ctx, end, o, cred, f)
	if err != nil {
		return err
	}
	show := newProgress(p.Stderr, len(o.Rows))
	var mu sync.Mutex
	var results []batch.Result
	o.Ended = func(r batch.Row, record fleet.Record) {
		mu.Lock()
		defer mu.Unlock()
		results = append(results, batch.ResultOf(r, record))
		show.ended(record.State)
	}
	summary, err := batch.Run(ctx, o)
	show.over()
	stopped := ctx.Err() != nil && errors.Is(context.Cause(ctx), context.Canceled) // not for a reason of its own
	if stopped {
		fmt.Fprintln(p.Stderr, "stopping: rows that have begun come to their end …")
	}
	if broken := finish(); broken != nil && err == nil {
		err = broken
	}
	slices.SortFunc(results, func(a, b batch.Result) int { return a.Row - b.Row })
	if err := p.writeResults(f, results); err != nil {
		return err
	}
	switch {
	case stopped:
		fmt.Fprintf(p.Stderr, "%s; run the same command again to go on\n", summary)
		return errStopped
	case err != nil:
		return err
	}
	fmt.Fprintln(p.Stderr, summary)
	p.tellFailures(results)
	if !summary.Complete() {
		return errFailed
	}
	return nil
}

// work starts the worker of a batch without a cluster; finish ends it. A worker
// that cannot go on ends the batch: nobody else would run its rows.
func (p Program) work(ctx context.Context, end context.CancelCauseFunc, o batch.Options, cred runtime.Credentials, f batchFlags) (finish func() error, err error) {
	if o.Credential.Ref != localRef {
		return func() error { return nil }, nil // the cluster's workers do it
	}
	w, err := worker.New(worker.Options{
		Table: p.Table, Engine: o.Engine, Client: f.options(p), AtOnce: f.atOnce, Lease: f.lease, BetweenLooks: f.looks, At: p.stopAt(),
		Resolve: func(j fleet.Job) (runtime.Credentials, error) {
			if j.Tenant != o.Tenant {
				return runtime.Credentials{}, fmt.Errorf("the job is of the tenant %s, and this command has the credential of %s", j.Tenant, o.Tenant)
			}
			return cred, nil
		},
	})
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(ctx)
	over := make(chan error, 1)
	go func() {
		err := w.Run(running)
		if err != nil {
			end(err)
		}
		over <- err
	}()
	return func() error { stop(); return <-over }, nil
}

// writeResults writes the results beside the input, whole or not at all.
func (p Program) writeResults(f batchFlags, results []batch.Result) error {
	name := f.out
	if name == "" {
		name = "batch.results.jsonl"
		if f.input != "-" {
			name = f.input + ".results.jsonl"
		}
	}
	if name == "-" {
		return batch.Write(p.Stdout, results)
	}
	file, err := os.CreateTemp(dirOf(name), ".results-*")
	if err != nil {
		return err
	}
	err = errors.Join(batch.Write(file, results), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return fmt.Errorf("the results: %w; the rows are not run again when you run this again", err)
	}
	fmt.Fprintln(p.Stderr, "results:", name)
	return nil
}

func dirOf(name string) string {
	if i := strings.LastIndexByte(name, os.PathSeparator); i >= 0 {
		return name[:i+1]
	}
	return "."
}

// toldFailures is how many rows that failed are told; the results have all.
const toldFailures = 5

// tellFailures says of every unknown outcome what to look at, and of the first rows
// that failed why.
func (p Program) tellFailures(results []batch.Result) {
	failed := 0
	for _, r := range results {
		switch r.State {
		case fleet.Unknown:
			fmt.Fprintf(p.Stderr, "row %d (line %d, job %s): %s; %s\n", r.Row, r.Line, r.ID, r.Why, r.Check)
		case fleet.Failed, fleet.Dead:
			if failed++; failed <= toldFailures {
				fmt.Fprintf(p.Stderr, "row %d (line %d): %s\n", r.Row, r.Line, oneLine(whyOf(r)))
			}
		}
	}
	if more := failed - toldFailures; more > 0 {
		fmt.Fprintf(p.Stderr, "%d more failed; the results say why\n", more)
	}
}

// whyOf is why a row failed: in the fleet's words, or in those of its envelope.
func whyOf(r batch.Result) string {
	if r.Why != "" {
		return r.Why
	}
	var e struct{ Error string }
	if json.Unmarshal(r.Envelope, &e) != nil {
		return string(r.State)
	}
	return e.Error
}

// progress is a line that tells how far a batch is: rewritten on a terminal, and
// from time to time a new one elsewhere.
type progress struct {
	out      io.Writer
	terminal bool
	rows     int
	began    time.Time
	said     time.Time
	states   map[fleet.State]int
	ran      int
}

func newProgress(out io.Writer, rows int) *progress {
	file, ok := out.(*os.File)
	return &progress{out: out, terminal: ok && term.IsTerminal(int(file.Fd())), rows: rows, began: time.Now(), said: time.Now(), states: make(map[fleet.State]int)}
}

func (b *progress) ended(s fleet.State) {
	b.states[s]++
	b.ran++
	every := 10 * time.Second
	if b.terminal {
		every = 100 * time.Millisecond
	}
	if time.Since(b.said) < every {
		return
	}
	b.said = time.Now()
	line := fmt.Sprintf("%d of %d rows, %d done", b.ran, b.rows, b.states[fleet.Done])
	if bad := b.ran - b.states[fleet.Done]; bad > 0 {
		line += fmt.Sprintf(", %d not", bad)
	}
	took := time.Since(b.began)
	line += fmt.Sprintf(", %.1f/s, %s to go", float64(b.ran)/took.Seconds(), (took / time.Duration(b.ran) * time.Duration(b.rows-b.ran)).Round(time.Second))
	if b.terminal {
		fmt.Fprintf(b.out, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(b.out, line)
}

// over takes the line away.
func (b *progress) over() {
	if b.terminal {
		fmt.Fprint(b.out, "\r\x1b[K")
	}
}
