// login, logout and whoami: the credential of a person, kept by package keep.

package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/cli/keep"
)

// store is where this connector's credential is kept.
func (p Program) store() keep.Store {
	s := keep.Store{Name: p.Table.API.Name, NoKeyring: p.Getenv(p.variable("NO_KEYRING")) != ""}
	switch dir := p.Getenv("XDG_CONFIG_HOME"); {
	case filepath.IsAbs(dir):
		s.Dir = dir
	case goruntime.GOOS == "windows":
		s.Dir = p.Getenv("AppData")
	case p.Getenv("HOME") != "":
		s.Dir = filepath.Join(p.Getenv("HOME"), ".config")
	}
	return s
}

// found is a credential and where it comes from.
type found struct {
	cred   runtime.Credentials
	from   string // in words; "" when there is none
	fields map[string]string
	note   string // what a person should know
}

// errNoCredential is for verbs that cannot do without.
var errNoCredential = errors.New("there is no credential")

// find looks for the credential: in --credentials, in the environment, in what
// login has kept. The first that is there counts.
func (p Program) find(ctx context.Context, f callFlags) (out found, err error) {
	if f.credentials != "" {
		text, err := p.read(ctx, "--credentials", f.credentials)
		if err != nil {
			return out, err
		}
		var kept keep.Credential
		if json.Unmarshal(text, &out.cred) != nil {
			return out, errors.New(`--credentials is not a JSON object {"auth_type": "…", "auth_data": {…}}`)
		}
		_ = json.Unmarshal(text, &kept) // values that are no texts are not shown
		return found{out.cred, "--credentials", kept.AuthData, ""}, nil
	}
	if names, fields := p.inEnvironment(); len(names) > 0 || len(p.Table.API.Auth) == 0 {
		return found{p.Table.API.CredentialsFromEnv(p.Getenv), strings.Join(names, " and "), fields, ""}, nil
	}
	kept, err := p.store().Load(ctx)
	switch {
	case errors.Is(err, keep.ErrNone):
		return found{cred: p.Table.API.CredentialsFromEnv(p.Getenv)}, nil
	case err != nil:
		return out, err
	case kept.BaseURL != p.baseOf(f):
		out.cred = p.Table.API.CredentialsFromEnv(p.Getenv)
		out.note = fmt.Sprintf("the credential of login is for %s and does not go elsewhere; log in with this base URL", or(kept.BaseURL, "the API itself"))
		return out, nil
	}
	out = found{runtime.NewCredentials(kept.Credential.AuthType, kept.Credential.AuthData), "the keyring of the system", kept.Credential.AuthData, ""}
	if !kept.Keyring {
		out.from = "the file " + kept.Path
	}
	if kept.Open {
		out.note = "others can read the credential: chmod 600 " + kept.Path
	}
	return out, nil
}

// inEnvironment are the variables that hold fields of a credential.
func (p Program) inEnvironment() (names []string, fields map[string]string) {
	fields = make(map[string]string)
	for _, s := range p.Table.API.Auth {
		for _, f := range s.Fields {
			if v := p.Getenv(f.Env); f.Env != "" && v != "" && !slices.Contains(names, f.Env) {
				names = append(names, f.Env)
				fields[f.Key] = v
			}
		}
	}
	return names, fields
}

// baseOf is what replaces the base URL, as one text.
func (p Program) baseOf(f callFlags) string {
	o := p.place(f)
	if len(o.BaseURLs) == 0 {
		return strings.TrimRight(o.BaseURL, "/")
	}
	return strings.Join(append(slices.Sorted(slices.Values(f.baseURLs)), o.BaseURL), " ")
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// credential is the one of a call.
func (p Program) credential(ctx context.Context, f callFlags) (runtime.Credentials, error) {
	got, err := p.find(ctx, f)
	if got.note != "" {
		fmt.Fprintln(p.Stderr, "warning:", got.note)
	}
	return got.cred, err
}

func (p Program) login() *cobra.Command {
	f := callFlags{attempts: 2}
	var scheme string
	var unchecked bool
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Keep a credential, in the keyring of the system",
		Long: `Keep a credential for the calls to come. It is typed in without being shown, or read
from standard input: the credential itself, a line for each of its fields, or
{"auth_type", "auth_data"} as JSON.

It is tried first, where the API has a request for that, and then kept in the keyring
of the system. Where there is none it goes into a file that only you can read
(` + p.variable("NO_KEYRING") + `=1 always takes the file). It is sent to the base URL that it was
kept for, and nowhere else.

Calls take the first credential that is there: --credentials, the environment, the
kept one.`,
		Example: "  " + p.Table.API.Name + " login < token.txt",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := p.scheme(scheme)
			if err != nil {
				return err
			}
			cred, err := p.ask(c.Context(), s)
			if err != nil {
				return err
			}
			return p.runLogin(c.Context(), cred, f, unchecked)
		},
	}
	p.addBaseFlags(cmd.Flags(), &f)
	cmd.Flags().BoolVar(&unchecked, "no-check", false, "keeps it without trying it")
	if len(p.Table.API.Auth) > 1 {
		cmd.Flags().StringVar(&scheme, "scheme", "", "which kind of credential: "+strings.Join(p.schemeNames(), ", "))
	}
	return cmd
}

func (p Program) schemeNames() (names []string) {
	for _, s := range p.Table.API.Auth {
		names = append(names, s.Name)
	}
	return names
}

// scheme is the one of that name; without a name, one with the fields of all that
// share the first one's type.
func (p Program) scheme(name string) (*runtime.AuthScheme, error) {
	schemes := p.Table.API.Auth
	if len(schemes) == 0 {
		return nil, fmt.Errorf("%s needs no credential", p.Table.API.Title)
	}
	if name != "" {
		i := slices.Index(p.schemeNames(), name)
		if i < 0 {
			return nil, fmt.Errorf("--scheme cannot be %q%s; the schemes are %s", name, meant(name, p.schemeNames()), strings.Join(p.schemeNames(), ", "))
		}
		return schemes[i], nil
	}
	all := *schemes[0]
	all.Fields = slices.Clone(all.Fields)
	for _, s := range schemes[1:] {
		for _, f := range s.Fields {
			if s.Type == all.Type && !slices.ContainsFunc(all.Fields, func(o runtime.CredentialField) bool { return o.Key == f.Key }) {
				f.Optional = true // not every action needs it
				all.Fields = append(all.Fields, f)
			}
		}
	}
	return &all, nil
}

// ask reads a credential, from a person or from a pipe.
func (p Program) ask(ctx context.Context, s *runtime.AuthScheme) (c keep.Credential, err error) {
	c = keep.Credential{AuthType: s.Type, AuthData: make(map[string]string)}
	if isTerminal(p.Stdin) {
		err = p.askPerson(ctx, s, c.AuthData)
	} else {
		c, err = p.readCredential(ctx, s, c)
	}
	if err != nil {
		return c, err
	}
	for _, f := range s.Fields {
		if c.AuthData[f.Key] == "" && !f.Optional && f.Default == "" {
			return c, fmt.Errorf("%s is missing", or(f.Title, f.Key))
		}
	}
	return c, nil
}

// askPerson asks for one field after the other. Secrets are not shown.
func (p Program) askPerson(ctx context.Context, s *runtime.AuthScheme, data map[string]string) error {
	for i, step := range s.Steps {
		fmt.Fprintf(p.Stderr, "%d. %s\n", i+1, oneLine(step))
	}
	in := bufio.NewReader(&interruptible{ctx, p.Stdin})
	for _, f := range s.Fields {
		hint := ""
		switch {
		case f.Default != "":
			hint = " [" + f.Default + "]"
		case f.Optional:
			hint = " (may be empty)"
		}
		fmt.Fprintf(p.Stderr, "%s%s: ", oneLine(or(f.Title, f.Key)), hint)
		var text string
		var err error
		if f.Public || len(f.Values) > 0 {
			text, err = in.ReadString('\n')
		} else {
			text, err = p.readSecret(ctx)
			fmt.Fprintln(p.Stderr)
		}
		if err != nil && (text == "" || ctx.Err() != nil) {
			return err
		}
		if text = strings.TrimSpace(text); text != "" {
			data[f.Key] = text
		}
	}
	return nil
}

// readSecret reads a line from the terminal without showing it. An interrupt
// brings the terminal back as it was.
func (p Program) readSecret(ctx context.Context) (string, error) {
	at := fd(p.Stdin)
	before, err := term.GetState(at)
	if err != nil {
		return "", err
	}
	type line struct {
		text []byte
		err  error
	}
	typed := make(chan line, 1)
	go func() {
		text, err := term.ReadPassword(at)
		typed <- line{text, err}
	}()
	select {
	case l := <-typed:
		return string(l.text), l.err
	case <-ctx.Done():
		_ = term.Restore(at, before)
		return "", errInterrupted
	}
}

// readCredential reads what a pipe holds.
func (p Program) readCredential(ctx context.Context, s *runtime.AuthScheme, c keep.Credential) (keep.Credential, error) {
	text, err := readBounded("the credential", &interruptible{ctx, p.Stdin})
	if err != nil {
		return c, err
	}
	plain := strings.TrimSpace(strings.TrimPrefix(string(text), "\uFEFF"))
	switch {
	case plain == "":
		return c, errors.New("standard input holds no credential")
	case strings.HasPrefix(plain, "{"):
		var given keep.Credential
		if json.Unmarshal([]byte(plain), &given) != nil || len(given.AuthData) == 0 {
			return c, errors.New(`standard input is not {"auth_type": "…", "auth_data": {…}} with texts in auth_data`)
		}
		given.AuthType = or(given.AuthType, c.AuthType)
		return given, nil
	case len(s.Fields) == 1:
		c.AuthData[s.Fields[0].Key] = plain
		return c, nil
	}
	lines := strings.Split(plain, "\n")
	if len(lines) > len(s.Fields) {
		return c, fmt.Errorf("standard input has %d lines for %d fields: %s", len(lines), len(s.Fields), strings.Join(fieldNames(s), ", "))
	}
	for i, l := range lines {
		if l = strings.TrimSpace(l); l != "" {
			c.AuthData[s.Fields[i].Key] = l
		}
	}
	return c, nil
}

func fieldNames(s *runtime.AuthScheme) (names []string) {
	for _, f := range s.Fields {
		names = append(names, f.Key)
	}
	return names
}

func (p Program) runLogin(ctx context.Context, c keep.Credential, f callFlags, unchecked bool) error {
	client, err := p.client(f)
	if err != nil {
		return err
	}
	defer client.Close()
	if !unchecked {
		proof := client.Prove(ctx, runtime.NewCredentials(c.AuthType, c.AuthData))
		switch {
		case ctx.Err() != nil:
			return errInterrupted
		case proof.Scheme == nil:
			fmt.Fprintf(p.Stderr, "not tried: %s has no request for that\n", p.Table.API.Title)
		case proof.Err != nil && (proof.Err.Code == runtime.CodeUnauthenticated || proof.Err.Code == runtime.CodePermissionDenied):
			return fmt.Errorf("%w; nothing was kept", proof.Err)
		case proof.Err != nil:
			fmt.Fprintf(p.Stderr, "warning: it could not be tried: %s\n", proof.Err)
		}
	}
	kept, err := p.store().Save(ctx, c, p.baseOf(f))
	if err != nil {
		return fmt.Errorf("the credential cannot be kept: %w", err)
	}
	if kept.Keyring {
		fmt.Fprintln(p.Stderr, "kept in the keyring of the system")
	} else {
		fmt.Fprintf(p.Stderr, "kept in a file, since there is no keyring: %s (only you can read it)\n", kept.Path)
	}
	if names, _ := p.inEnvironment(); len(names) > 0 {
		fmt.Fprintf(p.Stderr, "warning: %s is set and comes first\n", strings.Join(names, " and "))
	}
	return nil
}

func (p Program) logout() *cobra.Command {
	return &cobra.Command{
		Use:     "logout",
		Short:   "Forget the credential that login has kept",
		Example: "  " + p.Table.API.Name + " logout",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch err := p.store().Forget(c.Context()); {
			case errors.Is(err, keep.ErrNone):
				fmt.Fprintln(p.Stderr, "nothing was kept")
			case err != nil:
				return err
			default:
				fmt.Fprintln(p.Stderr, "forgotten")
			}
			if names, _ := p.inEnvironment(); len(names) > 0 {
				fmt.Fprintf(p.Stderr, "%s is still set\n", strings.Join(names, " and "))
			}
			return nil
		},
	}
}

func (p Program) whoami() *cobra.Command {
	f := callFlags{attempts: 2}
	cmd := &cobra.Command{
		Use:     "whoami",
		Short:   "Tell which credential calls have, and whether the API takes it",
		Example: "  " + p.Table.API.Name + " whoami",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return p.runWhoami(c.Context(), f) },
	}
	p.addPlaceFlags(cmd.Flags(), &f)
	return cmd
}

func (p Program) runWhoami(ctx context.Context, f callFlags) error {
	got, err := p.find(ctx, f)
	if err != nil {
		return err
	}
	if got.note != "" {
		fmt.Fprintln(p.Stderr, "warning:", got.note)
	}
	if got.from == "" {
		return fmt.Errorf("%w; log in with %s login, or set %s", errNoCredential, p.Table.API.Name, strings.Join(p.credentialVariables(), " and "))
	}
	client, err := p.client(f)
	if err != nil {
		return err
	}
	defer client.Close()
	fmt.Fprintf(p.Stdout, "from  %s\n", got.from)
	for _, line := range p.masked(got.fields) {
		fmt.Fprintln(p.Stdout, line)
	}
	proof := client.Prove(ctx, got.cred)
	switch {
	case proof.Scheme == nil:
		fmt.Fprintf(p.Stderr, "not tried: %s has no request for that\n", p.Table.API.Title)
	case proof.Err != nil:
		fmt.Fprintln(p.Stderr, proof.Err)
		return ErrFailed
	default:
		fmt.Fprintf(p.Stdout, "%s takes it\n", p.Table.API.Title)
	}
	return nil
}

// masked are the fields of a credential, secrets with all but their ends hidden.
func (p Program) masked(fields map[string]string) (lines []string) {
	var shown []string
	for _, s := range p.Table.API.Auth {
		for _, f := range s.Fields {
			v := fields[f.Key]
			if v == "" || slices.Contains(shown, f.Key) {
				continue
			}
			shown = append(shown, f.Key)
			if !f.Public {
				v = mask(v)
			}
			lines = append(lines, f.Key+"  "+oneLine(v))
		}
	}
	return lines
}

// mask shows the last four characters of a long secret, and nothing of others.
func mask(secret string) string {
	secret = strings.TrimSpace(secret)
	if len(secret) < 16 {
		return "••••"
	}
	return "••••" + secret[len(secret)-4:]
}
