// worker runs jobs of many tenants; server keeps them, on a machine where no NATS
// server is installed.

package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/jetstream"
	"modulex.dev/connector/fleet/metrics"
	"modulex.dev/connector/fleet/worker"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/otelobserver"
)

type workerFlags struct {
	place
	target
	atOnce      int
	credentials string
	identity    string
	looks       time.Duration
	metrics     string
}

func (p Program) worker() *cobra.Command {
	var f workerFlags
	cmd := &cobra.Command{
		Use:   "worker --nats URL",
		Short: "Run jobs of many tenants until interrupted",
		Long: `Run jobs of many tenants until interrupted; jobs that have begun come to their end.

A job names its tenant's credential, which is looked for in --credential-dir
(NAME.json, {"auth_type", "auth_data"}), or carries it sealed for the key in
--identity (an age identity).

With --metrics it serves /metrics for Prometheus, and /healthz, which answers 200
while the server of the jobs answers and this worker beats there.`,
		Example: "  " + p.Table.API.Name + "-fleet worker --nats nats://127.0.0.1:4222 --credential-dir ./credentials",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return p.runWorker(c.Context(), f) },
	}
	f.place.flags(cmd)
	f.target.flags(cmd, p)
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "the worker's name (default made up)")
	flags.IntVar(&f.atOnce, "at-once", 16, "jobs at the same time")
	flags.StringVar(&f.credentials, "credential-dir", "", "folder of the credentials that jobs name")
	flags.DurationVar(&f.looks, "between-looks", 30*time.Second, "an unknown outcome is looked up twice, so long apart, before it is believed that nothing has happened")
	flags.StringVar(&f.identity, "identity", "", "file of the age identity that opens sealed credentials")
	flags.StringVar(&f.metrics, "metrics", "", "HOST:PORT that /metrics and /healthz are served on (or OTEL_METRICS_EXPORTER=prometheus and OTEL_EXPORTER_PROMETHEUS_HOST and _PORT)")
	return cmd
}

func (p Program) runWorker(ctx context.Context, f workerFlags) error {
	keys, err := f.keys()
	if err != nil {
		return err
	}
	f.log = slog.New(slog.NewTextHandler(p.Stderr, nil))
	engine, closeAll, err := f.open(ctx, p, "")
	if err != nil {
		return err
	}
	o := worker.Options{
		Table: p.Table, Engine: engine, Resolve: keys.Resolve, Client: f.options(p), AtOnce: f.atOnce, Lease: f.lease, BetweenLooks: f.looks,
		Log: f.log, At: p.stopAt(),
	}
	unseen, err := p.meter(&o, engine, f.metrics)
	if err != nil {
		return errors.Join(err, closeAll())
	}
	w, err := worker.New(o)
	if err != nil {
		return errors.Join(err, unseen(), closeAll())
	}
	fmt.Fprintln(p.Stdout, "working")
	return errors.Join(w.Run(ctx), unseen(), closeAll())
}

// meter serves the meters of a worker and of its calls, where that is asked for.
func (p Program) meter(o *worker.Options, e *jetstream.Engine, addr string) (unseen func() error, err error) {
	if addr == "" && p.Getenv("OTEL_METRICS_EXPORTER") == "prometheus" {
		addr = net.JoinHostPort(cmp.Or(p.Getenv("OTEL_EXPORTER_PROMETHEUS_HOST"), "localhost"), cmp.Or(p.Getenv("OTEL_EXPORTER_PROMETHEUS_PORT"), "9464"))
	}
	if addr == "" {
		return func() error { return nil }, nil
	}
	s, err := metrics.Serve(addr, e)
	if err != nil {
		return nil, err
	}
	meter, err := metrics.New(s.Provider, p.Table, e)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	calls, err := otelobserver.New(otelobserver.Options{MeterProvider: s.Provider})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	o.Observer, o.Client.Observers = meter, append(o.Client.Observers, calls)
	fmt.Fprintf(p.Stderr, "metrics at http://%s/metrics\n", s.Addr)
	return s.Close, nil
}

// keys are what the worker finds credentials with.
func (f workerFlags) keys() (k fleet.Keys, err error) {
	if f.identity != "" {
		file, err := os.Open(f.identity)
		if err != nil {
			return k, err
		}
		defer file.Close()
		if k.Identities, err = age.ParseIdentities(file); err != nil {
			return k, fmt.Errorf("%s holds no age identity", f.identity)
		}
	}
	if f.credentials != "" {
		k.Named = func(ref string) (cred runtime.Credentials, err error) {
			text, err := os.ReadFile(filepath.Join(f.credentials, ref+".json"))
			if errors.Is(err, os.ErrNotExist) {
				return cred, fmt.Errorf("there is no credential %s here", ref)
			}
			if err != nil {
				return cred, err
			}
			if json.Unmarshal(text, &cred) != nil {
				return cred, fmt.Errorf(`the credential %s is no JSON object {"auth_type": "…", "auth_data": {…}}`, ref)
			}
			return cred, nil
		}
	}
	return k, nil
}

func (p Program) server() *cobra.Command {
	var state, addr string
	cmd := &cobra.Command{
		Use:   "server --state DIR",
		Short: "Keep the jobs of workers on this machine, without a NATS server installed",
		Long: `Keep the jobs of workers: a NATS server in this process, with its state in a folder.
Every write is synced to the disk. It listens on loopback only and asks nobody who
they are; a cluster of real servers is what several machines want.

The first line of standard output is its URL, for --nats.`,
		Example: "  " + p.Table.API.Name + "-fleet server --state ./state --addr 127.0.0.1:4222",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			host, text, err := net.SplitHostPort(addr)
			port, wrong := strconv.Atoi(text)
			if ip := net.ParseIP(host); err != nil || wrong != nil || ip == nil || !ip.IsLoopback() {
				return errors.New("--addr is a loopback address and a port, such as 127.0.0.1:4222")
			}
			if port == 0 {
				port = -1 // a free one
			}
			if state == "" {
				return errors.New("name the folder of the state with --state DIR")
			}
			s, err := jetstream.Embed(state, host, port)
			if err != nil {
				return err
			}
			fmt.Fprintln(p.Stdout, s.URL())
			select {
			case <-c.Context().Done():
				return s.Close()
			case <-s.Broken():
				return errors.Join(cannotWrite(state), s.Close())
			}
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "folder of the state")
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:4222", "address to listen on; port 0 takes a free one")
	return cmd
}

// cannotWrite is the error of a state whose disk is full or broken.
func cannotWrite(state string) error {
	return fmt.Errorf("the state in %s cannot be written; is its disk full? What was acknowledged is kept: make room and start this again", state)
}
