// call: run one action and print its envelope, and nothing else, on standard
// output; stream.go prints the items of a list as lines instead.

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"modulex.dev/connector/runtime"
)

// callFlags are what a person may say about a call.
type callFlags struct {
	input       string
	params      []string
	credentials string
	baseURLs    []string
	verbose     bool
	strict      bool
	timeout     time.Duration
	deadline    time.Duration
	attempts    int
	resume      string
	output      string
	together    int
	key         string
	ledger      string
}

func (p Program) call() *cobra.Command {
	var f callFlags
	cmd := &cobra.Command{
		Use:   "call ACTION [--input JSON|@FILE|-] [-p NAME=VALUE]…",
		Short: "Run an action and print its envelope",
		Long: `Run an action and print its envelope {"success", "error", …} as JSON.

The credential comes from ` + p.credentialSources() + `.
Values of -p are read as the parameter's type: texts as they stand, others as JSON.`,
		Example: "  " + p.Table.API.Name + " call " + p.Table.Actions[0].Name + " --input @input.json",
		Args:    oneAction,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return p.completions(args), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error { return p.runCall(c.Context(), args[0], f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.input, "input", "", "the input object: JSON, @FILE, or - for standard input")
	flags.StringArrayVarP(&f.params, "param", "p", nil, "one parameter, NAME=VALUE; may be repeated")
	flags.StringVar(&f.credentials, "credentials", "", `{"auth_type", "auth_data"}: JSON, @FILE, or - for standard input`)
	flags.StringArrayVar(&f.baseURLs, "base-url", nil, "replaces the whole base URL, path included, of every host; NAME=URL that of one (or "+p.variable("BASE_URL")+")")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "tells on standard error what is sent, what is waited for, and where an answer differs from what the manifest says")
	flags.BoolVar(&f.strict, "strict", false, "fails when an answer differs from what the manifest says")
	flags.DurationVar(&f.timeout, "timeout", 30*time.Second, "bounds one attempt")
	flags.DurationVar(&f.deadline, "deadline", 0, "bounds the whole call (default none)")
	flags.IntVar(&f.attempts, "attempts", 3, "sends a request at most this often")
	flags.StringVar(&f.resume, "resume", "", "where to go on with a list, as it said")
	flags.StringVar(&f.output, "output", "json", "json: one envelope; ndjson: one item of a list a line, as they come, for lists of any length")
	flags.IntVar(&f.together, "together", 0, "pages of a list asked for at once, 1 to 16, where the manifest allows several (default what it says)")
	flags.StringVar(&f.key, "idempotency-key", "", "makes a write happen once: a repeat with the same key and input gets the first answer")
	flags.StringVar(&f.ledger, "ledger", "", "the directory that keeps the answers of writes with a key (default in the user's state)")
	return cmd
}

func oneAction(_ *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return errors.New("name the action to call")
	case 1:
		return nil
	}
	return errors.New("name one action only; parameters are given with --input or -p NAME=VALUE")
}

func (p Program) completions(args []string) (names []string) {
	if len(args) > 0 {
		return nil
	}
	for _, a := range p.Table.Actions {
		names = append(names, a.Name+"\t"+a.Description)
	}
	return names
}

// credentialSources names the places of a credential, for the help.
func (p Program) credentialSources() string {
	if len(p.Table.API.Auth) == 0 {
		return "nowhere: this API needs none"
	}
	var names []string
	for _, s := range p.Table.API.Auth {
		for _, f := range s.Fields {
			if !slices.Contains(names, f.Env) {
				names = append(names, f.Env)
			}
		}
	}
	return "--credentials, or from " + strings.Join(names, " and ")
}

func (p Program) runCall(ctx context.Context, name string, f callFlags) error {
	action := p.Table.Lookup(name)
	if action == nil {
		return fmt.Errorf("there is no action %q; %s actions lists them", name, p.Table.API.Name)
	}
	client, err := p.client(f)
	if err != nil {
		return err
	}
	defer client.Close()
	cred, input, err := p.given(ctx, action, f)
	if err != nil {
		return err
	}
	if f.deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.deadline)
		defer cancel()
	}
	var opts []runtime.CallOption
	if f.resume != "" {
		opts = append(opts, runtime.ResumeAt(f.resume))
	}
	if f.key != "" {
		opts = append(opts, runtime.IdempotencyKey(f.key))
	}
	if f.output == "ndjson" {
		return p.stream(ctx, client, name, cred, input, opts)
	}
	envelope := client.Call(ctx, name, cred, input, opts...)
	p.tellKey(envelope)
	if _, err := p.Stdout.Write(envelope.JSON); err != nil {
		return err
	}
	if _, err := io.WriteString(p.Stdout, "\n"); err != nil {
		return err
	}
	if l := envelope.List; l != nil && !l.Complete && l.Resume != "" {
		fmt.Fprintf(p.Stderr, "%s: %s\n", name, l)
	}
	if !envelope.Success() {
		return ErrFailed
	}
	return nil
}

func (p Program) client(f callFlags) (*runtime.Client, error) {
	switch {
	case f.timeout <= 0:
		return nil, errors.New("--timeout must be longer than nothing, such as 10s")
	case f.deadline < 0:
		return nil, errors.New("--deadline must be longer than nothing, such as 1m")
	case f.attempts < 1:
		return nil, errors.New("--attempts must be at least 1")
	case f.output != "json" && f.output != "ndjson":
		return nil, fmt.Errorf("--output is json or ndjson, not %q", f.output)
	case f.together < 0 || f.together > 16:
		return nil, errors.New("--together must be 1 to 16")
	}
	options := runtime.Options{AttemptTimeout: f.timeout, Attempts: f.attempts, PagesTogether: f.together, Strict: f.strict, BaseURLs: make(map[string]string)}
	if f.verbose {
		options.Observers = []runtime.Observer{teller{out: p.Stderr}}
	}
	if f.key != "" {
		ledger, err := p.ledger(f.ledger)
		if err != nil {
			return nil, err
		}
		options.Ledger = ledger
	}
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
	return runtime.NewClient(p.Table, options)
}

// given reads the credential and the input.
func (p Program) given(ctx context.Context, action *runtime.Action, f callFlags) (cred runtime.Credentials, input []byte, err error) {
	if f.input == "-" && f.credentials == "-" {
		return cred, nil, errors.New("only one of --input and --credentials can be read from standard input")
	}
	cred = p.Table.API.CredentialsFromEnv(p.Getenv)
	if f.credentials != "" {
		text, err := p.read(ctx, "--credentials", f.credentials)
		if err != nil {
			return cred, nil, err
		}
		if err := json.Unmarshal(text, &cred); err != nil {
			return cred, nil, errors.New(`--credentials is not a JSON object {"auth_type": "…", "auth_data": {…}}`)
		}
	}
	if f.input != "" {
		if input, err = p.read(ctx, "--input", f.input); err != nil {
			return cred, nil, err
		}
	}
	input, err = withParams(action, input, f.params)
	return cred, input, err
}

// maxArgument bounds what is read for an argument; the runtime refuses larger
// inputs anyway.
const maxArgument = 16 << 20

// read returns the text itself, the file that @NAME names, or standard input.
func (p Program) read(ctx context.Context, flag, from string) ([]byte, error) {
	var r io.Reader
	switch {
	case from == "-":
		r = &interruptible{ctx, p.Stdin}
	case strings.HasPrefix(from, "@"):
		file, err := os.Open(from[1:])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
		defer file.Close()
		r = file
	default:
		return []byte(from), nil
	}
	text, err := io.ReadAll(io.LimitReader(r, maxArgument+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	if len(text) > maxArgument {
		return nil, fmt.Errorf("%s is larger than %d MiB", flag, maxArgument>>20)
	}
	return text, nil
}

// interruptible is a reader that an interrupt ends: standard input may never.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(b []byte) (n int, err error) {
	done := make(chan struct{})
	go func() {
		n, err = i.r.Read(b)
		close(done)
	}()
	select {
	case <-done:
		return n, err
	case <-i.ctx.Done():
		return 0, errors.New("interrupted")
	}
}

// withParams adds the values of -p to an input object. An input that is no
// object is left as it is: the runtime says what is wrong with it.
func withParams(action *runtime.Action, input []byte, params []string) ([]byte, error) {
	var object map[string]json.RawMessage
	input = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(input), []byte("\uFEFF"))) // files of some editors begin with a mark
	switch {
	case len(params) == 0:
		return input, nil
	case len(input) == 0:
		input = []byte("{}")
	case json.Unmarshal(input, &object) != nil || object == nil:
		return input, nil
	}
	out, given := input[:len(input)-1:len(input)-1], make(map[string]bool)
	for i, param := range params {
		name, value, ok := strings.Cut(param, "=")
		switch {
		case !ok || name == "":
			return nil, errors.New("-p takes NAME=VALUE")
		case given[name]:
			return nil, fmt.Errorf("-p gives %q twice", name)
		case object[name] != nil:
			return nil, fmt.Errorf("-p gives %q, which --input gives too", name)
		case !utf8.ValidString(param):
			return nil, fmt.Errorf("-p gives %q a value that is not UTF-8", name)
		}
		given[name] = true
		if i > 0 || len(object) > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, quoted(name)...), ':'), valueOf(action, name, value)...)
	}
	return append(out, '}'), nil
}

// valueOf reads a value as the parameter's type: a text as it stands, anything
// else as JSON. What is no JSON stays a text, and the runtime says that it has
// the wrong type.
func valueOf(action *runtime.Action, name, value string) json.RawMessage {
	for _, p := range action.Parameters {
		if p.Name == name && p.Type != runtime.TypeString && json.Valid([]byte(value)) {
			return json.RawMessage(value)
		}
	}
	return quoted(value)
}

// quoted is a text as JSON.
func quoted(text string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a text always encodes
	return bytes.TrimSpace(b.Bytes())
}
