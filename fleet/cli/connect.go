// The flags that the verbs share: where the jobs are kept, and whose credential.

package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"modulex.dev/connector/fleet/jetstream"
	"modulex.dev/connector/runtime"
)

// place is where the jobs are kept: a cluster, or a folder.
type place struct {
	server    jetstream.Server
	state     string
	replicas  int
	lease     time.Duration
	keep      time.Duration
	margin    time.Duration
	name      string
	log       *slog.Logger
	folderToo bool // a folder will do
}

func (x *place) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&x.server.URL, "nats", "", "NATS server that keeps the jobs, nats://HOST:PORT or tls://HOST:PORT (or FLEET_NATS_URL)")
	f.StringVar(&x.server.Credentials, "nats-creds", "", "file of NATS user credentials")
	f.StringVar(&x.server.NKey, "nats-nkey", "", "file of an NKey seed")
	f.StringVar(&x.server.CA, "nats-ca", "", "file of the authority that signed the server's certificate")
	f.StringVar(&x.server.Cert, "nats-cert", "", "file of this client's certificate")
	f.StringVar(&x.server.Key, "nats-key", "", "file of its key")
	f.BoolVar(&x.server.AllowPlaintext, "nats-allow-plaintext", false, "permits a connection to another machine that others can read")
	f.IntVar(&x.replicas, "replicas", 1, "copies that the servers keep: 3 in a cluster")
	f.DurationVar(&x.lease, "lease", 0, "after which the job of a silent worker is given to another (default 30s; 5s with a folder)")
	f.DurationVar(&x.keep, "keep", 7*24*time.Hour, "how long ended jobs and answers are kept")
	f.DurationVar(&x.margin, "margin", 75*time.Millisecond, "added to each window of a budget, for the time that requests take to arrive")
	if x.folderToo {
		f.StringVar(&x.state, "state", "", "folder that keeps the jobs, where no NATS server is named (default in the user's state)")
	}
}

// open opens the engine, with a server of its own where none is named.
func (x *place) open(ctx context.Context, p Program, folder string) (*jetstream.Engine, func() error, error) {
	if x.lease <= 0 {
		x.lease = 30 * time.Second
		if o := x.server.URL + p.Getenv("FLEET_NATS_URL"); o == "" {
			x.lease = 5 * time.Second // whoever held a job of this folder is gone: only one may have it
		}
	}
	o := jetstream.Options{Server: x.server, Replicas: x.replicas, Lease: x.lease, Keep: x.keep, Margin: x.margin, Worker: x.name, Log: x.log}
	if o.Server.URL == "" {
		o.Server.URL = p.Getenv("FLEET_NATS_URL")
	}
	o.Server.User, o.Server.Password, o.Server.Token = p.Getenv("FLEET_NATS_USER"), p.Getenv("FLEET_NATS_PASSWORD"), p.Getenv("FLEET_NATS_TOKEN")
	closeAll := func() error { return nil }
	if o.Server.URL == "" {
		if !x.folderToo {
			return nil, nil, errors.New("name the NATS server with --nats URL; batch alone needs none")
		}
		embedded, err := jetstream.Embed(folder, "", 0)
		if errors.Is(err, jetstream.ErrInUse) {
			return nil, nil, fmt.Errorf("%w; wait for it, or name another folder with --state DIR", err)
		}
		if err != nil {
			return nil, nil, err
		}
		o.Embedded, closeAll = embedded, embedded.Close
	}
	e, err := jetstream.Open(ctx, o)
	if err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	return e, func() error { return errors.Join(e.Close(), closeAll()) }, nil
}

// folder is where the state of a tenant is kept.
func (x *place) folder(p Program, tenant string) (string, error) {
	if x.state != "" {
		return x.state, nil
	}
	dir := p.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("there is no place for the state (%w); name one with --state DIR", err)
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, p.Table.API.Name+"-fleet", tenant), nil
}

// target is the API that calls go to.
type target struct {
	baseURLs  []string
	noBudgets bool
}

func (x *target) flags(c *cobra.Command, p Program) {
	c.Flags().StringArrayVar(&x.baseURLs, "base-url", nil, "replaces the whole base URL, path included, of every host; NAME=URL that of one (or "+p.variable("BASE_URL")+")")
	c.Flags().BoolVar(&x.noBudgets, "no-budgets", false, "does not keep to the API's declared rates: for stand-ins")
}

func (x *target) options(p Program) runtime.Options {
	o := runtime.Options{DisableBudgets: x.noBudgets, BaseURLs: make(map[string]string)}
	for _, base := range x.baseURLs {
		if name, url, one := strings.Cut(base, "="); one && !strings.Contains(name, ":") {
			o.BaseURLs[name] = url
		} else {
			o.BaseURL = base
		}
	}
	if o.BaseURL == "" && len(o.BaseURLs) == 0 {
		o.BaseURL = p.Getenv(p.variable("BASE_URL"))
	}
	return o
}

// said is what the target is, for names.
func (x *target) said(p Program) string {
	o := x.options(p)
	text, _ := json.Marshal(o.BaseURLs) // a map of texts
	return o.BaseURL + string(text)
}

// credential reads the credential of a caller: from a flag, or the environment.
// whose is a short name of it that tells nothing.
func (p Program) credential(flag string) (cred runtime.Credentials, text []byte, whose string, err error) {
	if flag == "" {
		data := make(map[string]string)
		for _, s := range p.Table.API.Auth {
			for _, f := range s.Fields {
				if v := p.Getenv(f.Env); f.Env != "" && v != "" {
					data[f.Key] = v
				}
			}
		}
		cred = p.Table.API.CredentialsFromEnv(p.Getenv)
		text, err = json.Marshal(map[string]any{"auth_type": cred.AuthType(), "auth_data": data})
		return cred, text, shortOf(text), err
	}
	text = []byte(flag)
	switch {
	case flag == "-":
		text, err = io.ReadAll(io.LimitReader(p.Stdin, 1<<20))
	case strings.HasPrefix(flag, "@"):
		text, err = os.ReadFile(flag[1:])
	}
	if err != nil {
		return cred, nil, "", fmt.Errorf("--credentials: %w", err)
	}
	if json.Unmarshal(text, &cred) != nil {
		return cred, nil, "", errors.New(`--credentials is not a JSON object {"auth_type": "…", "auth_data": {…}}`)
	}
	return cred, text, shortOf(text), nil
}

func shortOf(text []byte) string {
	sum := sha256.Sum256(append([]byte("fleet tenant\x00"), text...))
	return "t" + hex.EncodeToString(sum[:6])
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
