// login and logout: a credential is typed in or read, tried, and given to package
// keep. credential.go finds it again.

package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/cli/keep"
)

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
