// Which credential a call has, and where it comes from; whoami tells both.

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

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
			return out, errors.New(`--credentials is not a JSON object {"auth_type": "…", "auth_data": {…}}; @FILE reads one from a file`)
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
