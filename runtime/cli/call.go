// call: run one action and print what came of it. input.go reads what goes in,
// flags.go makes flags of the parameters, output.go prints the envelope, and
// stream.go prints the items of a list as lines instead.

package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"modulex.dev/connector/runtime"
)

// callFlags are what a person may say about any call.
type callFlags struct {
	input       string
	params      []string
	credentials string
	baseURLs    []string
	verbose     bool
	strict      bool
	dryRun      bool
	timeout     time.Duration
	deadline    time.Duration
	attempts    int
	resume      string
	limit       int
	output      string
	jq          string
	fields      string
	together    int
	key         string
	ledger      string
}

// call is the verb. Each action is a command below it, with flags of its own;
// only those are made that the command line names, since there may be thousands.
func (p Program) call() *cobra.Command {
	f := &callFlags{}
	cmd := &cobra.Command{
		Use:   "call ACTION",
		Short: "Run an action and print what came of it",
		Long: `Run an action. On a terminal what came of it is a table or a record; anywhere else
it is the envelope {"success", "error", …} as JSON, one line.

Parameters have flags of their own: call ACTION --help lists them. They may also be
given together with --input, or one by one with -p; values of -p are read as the
parameter's type, texts as they stand and others as JSON.

The credential comes from ` + p.credentialSources() + `.

` + exitCodes,
		Example:            p.callExamples(),
		Args:               oneAction,
		FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true}, // they are flags of an action that does not exist: RunE says so
		ValidArgsFunction:  p.completeAction,
		RunE: func(_ *cobra.Command, args []string) error {
			return fmt.Errorf("there is no action %q%s; %s actions lists them", args[0], meant(args[0], p.actionNames()), p.Table.API.Name)
		},
	}
	p.addCallFlags(cmd.PersistentFlags(), f)
	_ = cmd.RegisterFlagCompletionFunc("output", choices(outputs))
	_ = cmd.RegisterFlagCompletionFunc("param", p.completeParam)
	for i := range p.Table.Actions {
		if a := &p.Table.Actions[i]; p.everything || slices.Contains(p.args, a.Name) {
			cmd.AddCommand(p.actionCommand(a, cmd, f))
		}
	}
	return cmd
}

func (p Program) addCallFlags(flags *pflag.FlagSet, f *callFlags) {
	flags.StringVar(&f.input, "input", "", "the input object: `JSON`, @FILE, or - for standard input")
	flags.StringArrayVarP(&f.params, "param", "p", nil, "one parameter, `NAME=VALUE`; may be repeated")
	p.addPlaceFlags(flags, f)
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "tells on standard error what is sent, what is waited for, and where an answer differs from what the manifest says")
	flags.BoolVar(&f.dryRun, "dry-run", false, "prints the request instead of sending it, secrets masked")
	flags.BoolVar(&f.strict, "strict", false, "fails when an answer differs from what the manifest says")
	flags.DurationVar(&f.deadline, "deadline", 0, "bounds the whole call, a `duration` such as 1m (default none)")
	addAttempts(flags, f)
	flags.StringVar(&f.resume, "resume", "", "the `place` to go on with a list, as it said")
	flags.IntVar(&f.limit, "limit", 0, "the most items of a list, a `number` (default all)")
	flags.StringVarP(&f.output, "output", "o", "", "the `form`: json, one envelope; ndjson, one item of a list a line, as they come, for lists of any length; yaml, csv or table (default table on a terminal, json anywhere else)")
	flags.StringVar(&f.jq, "jq", "", "prints what a jq `program` makes of the envelope; texts as they stand")
	flags.StringVar(&f.fields, "fields", "", "only these `members` of an item, such as id,owner.email: columns of a table")
	flags.IntVar(&f.together, "together", 0, "the `number` of pages of a list asked for at once, 1 to 16, where the manifest allows several (default what it says)")
	flags.StringVar(&f.key, "idempotency-key", "", "makes a write happen once: a repeat with the same `key` and input gets the first answer")
	flags.StringVar(&f.ledger, "ledger", "", "the `directory` that keeps the answers of writes with a key (default in the user's state)")
}

// addAttempts is the flag that says how often.
func addAttempts(flags *pflag.FlagSet, f *callFlags) {
	flags.IntVar(&f.attempts, "attempts", 3, "the largest `number` of times that a request is sent")
}

// addPlaceFlags are the flags that say who calls, and where.
func (p Program) addPlaceFlags(flags *pflag.FlagSet, f *callFlags) {
	p.addBaseFlags(flags, f)
	flags.StringVar(&f.credentials, "credentials", "", "{auth_type, auth_data} as `JSON`, @FILE, or - for standard input")
}

// addBaseFlags are those that say where.
func (p Program) addBaseFlags(flags *pflag.FlagSet, f *callFlags) {
	flags.StringArrayVar(&f.baseURLs, "base-url", nil, "the `URL` that replaces the whole base URL, path included, of every host; NAME=URL that of one (or "+p.variable("BASE_URL")+")")
	flags.DurationVar(&f.timeout, "timeout", 30*time.Second, "bounds one attempt, a `duration` such as 10s")
}

// actionCommand is the command of one action.
func (p Program) actionCommand(action *runtime.Action, call *cobra.Command, f *callFlags) *cobra.Command {
	var params paramFlags
	cmd := &cobra.Command{
		Use:    action.Name,
		Short:  oneLine(action.Description),
		Hidden: !p.everything, // completion offers the names of all actions already
		Args:   noMoreArguments,

		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			members, err := params.members()
			if err != nil {
				return err
			}
			return p.runCall(c.Context(), action, *f, members)
		},
	}
	cmd.Flags().SortFlags = false
	params = newParamFlags(action, cmd.Flags(), func(name string) bool {
		return name == "help" || name == "color" || name == "version" || call.PersistentFlags().Lookup(name) != nil
	})
	cmd.Example = p.example(action, params)
	cmd.SetHelpFunc(func(c *cobra.Command, _ []string) { p.help(c.OutOrStdout(), action, c, params) })
	params.complete(cmd)
	return cmd
}

func oneAction(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return errors.New("name the action to call, before its own flags")
	}
	return nil
}

func noMoreArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%q is one argument too many; parameters are given as flags (%s --help lists them), with --input or -p NAME=VALUE", args[0], c.CommandPath())
	}
	return nil
}

func (p Program) actionNames() (names []string) {
	for i := range p.Table.Actions {
		names = append(names, p.Table.Actions[i].Name)
	}
	return names
}

// callExamples are calls of a list and of something else, where there are.
func (p Program) callExamples() string {
	name, list := p.Table.API.Name, ""
	for i := range p.Table.Actions {
		if op := p.Table.Actions[i].Op; list == "" && op != nil && op.Paging != nil && !slices.ContainsFunc(op.Params, func(q runtime.Param) bool { return q.Required }) {
			list = p.Table.Actions[i].Name
		}
	}
	if list == "" {
		return "  " + name + " call " + p.Table.Actions[0].Name + " --input @input.json"
	}
	return strings.Join([]string{
		"  " + name + " call " + list,
		"  " + name + " call " + list + " --limit 10 --output csv",
		"  " + name + " call " + list + " --jq '.data | length'",
		"  echo '{}' | " + name + " call " + list + " --input - --output ndjson",
	}, "\n")
}

// credentialSources names the places of a credential, for the help.
func (p Program) credentialSources() string {
	if len(p.Table.API.Auth) == 0 {
		return "nowhere: this API needs none"
	}
	return "--credentials, from " + strings.Join(p.credentialVariables(), " and ") + ",\nor from what " + p.Table.API.Name + " login has kept, in this order"
}

// credentialVariables are the environment variables that hold credentials.
func (p Program) credentialVariables() (names []string) {
	for _, s := range p.Table.API.Auth {
		for _, f := range s.Fields {
			if f.Env != "" && !slices.Contains(names, f.Env) {
				names = append(names, f.Env)
			}
		}
	}
	return names
}

func (p Program) runCall(ctx context.Context, action *runtime.Action, f callFlags, members []given) error {
	out, err := p.printer(ctx, action, f)
	if err != nil {
		return err
	}
	var watching []runtime.Observer
	progress := p.progress(action, f)
	if progress != nil {
		watching = append(watching, progress)
	}
	client, err := p.client(f, watching...)
	if err != nil {
		return err
	}
	defer client.Close()
	input, err := p.input(ctx, action, f, members)
	if err != nil {
		return err
	}
	if f.limit > 0 && action.Op.Paging == nil {
		return fmt.Errorf("--limit is for lists that come in pages; %s is none", action.Name)
	}
	if f.dryRun {
		return p.dryRun(action, input, f)
	}
	cred, err := p.credential(ctx, f)
	if err != nil {
		return err
	}
	if f.deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.deadline)
		defer cancel()
	}
	if f.output == "ndjson" {
		return p.stream(ctx, client, action.Name, cred, input, f.callOptions(), out)
	}
	progress.start()
	envelope := client.Call(ctx, action.Name, cred, input, f.callOptions()...)
	progress.done()
	p.tellKey(envelope)
	return p.show(action, envelope, out)
}

// callOptions are what the flags say about the call itself.
func (f callFlags) callOptions() (opts []runtime.CallOption) {
	if f.resume != "" {
		opts = append(opts, runtime.ResumeAt(f.resume))
	}
	if f.key != "" {
		opts = append(opts, runtime.IdempotencyKey(f.key))
	}
	if f.limit > 0 {
		opts = append(opts, runtime.MaxItems(f.limit))
	}
	return opts
}

// client makes the client of a call.
func (p Program) client(f callFlags, observers ...runtime.Observer) (*runtime.Client, error) {
	options, err := p.options(f)
	if err != nil {
		return nil, err
	}
	if f.verbose {
		observers = append(observers, teller{out: p.Stderr})
	}
	options.Observers = observers
	if f.key != "" {
		if options.Ledger, err = p.ledger(f.ledger); err != nil {
			return nil, err
		}
	}
	client, err := runtime.NewClient(p.Table, options)
	return client, inFlags(err)
}

// options are what the flags say about a client.
func (p Program) options(f callFlags) (o runtime.Options, err error) {
	switch {
	case f.timeout <= 0:
		return o, errors.New("--timeout must be longer than nothing, such as 10s")
	case f.deadline < 0:
		return o, errors.New("--deadline must be longer than nothing, such as 1m")
	case f.attempts < 1:
		return o, errors.New("--attempts must be at least 1")
	case f.limit < 0:
		return o, errors.New("--limit must be at least 1")
	case f.together < 0 || f.together > 16:
		return o, errors.New("--together must be 1 to 16")
	}
	o = p.place(f)
	o.AttemptTimeout, o.Attempts, o.PagesTogether, o.Strict = f.timeout, f.attempts, f.together, f.strict
	return o, nil
}

// inFlags is an error about options as one about the flags that set them.
func inFlags(err error) error {
	if err == nil {
		return nil
	}
	text := strings.NewReplacer("Tools: ", "--tools: ", "AllowWrites: ", "--allow-writes: ", "the option BaseURLs ", "--base-url ").Replace(err.Error())
	return errors.New(text)
}

// place says where requests go.
func (p Program) place(f callFlags) runtime.Options {
	options := runtime.Options{BaseURLs: make(map[string]string)}
	for _, base := range f.baseURLs {
		if name, url, one := strings.Cut(base, "="); one && !strings.Contains(name, ":") {
			options.BaseURLs[name] = url
		} else {
			options.BaseURL = base
		}
	}
	if options.BaseURL == "" && len(options.BaseURLs) == 0 {
		options.BaseURL = p.Getenv(p.variable("BASE_URL"))
	}
	return options
}

// input is what --input, -p and the flags of the parameters say together.
func (p Program) input(ctx context.Context, action *runtime.Action, f callFlags, members []given) (input []byte, err error) {
	if f.input == "-" && f.credentials == "-" {
		return nil, errors.New("only one of --input and --credentials can be read from standard input")
	}
	if f.input != "" {
		if input, err = p.read(ctx, "--input", f.input); err != nil {
			return nil, err
		}
	}
	params, err := ofParams(action, f.params)
	if err != nil {
		return nil, err
	}
	return withGiven(input, append(params, members...))
}
