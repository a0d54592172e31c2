// docs: the pages of the connector, written to a directory or served on this
// machine with a panel that runs actions in the sandbox.

package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/docs"
)

// Sandbox is a stand-in of the API that runs in this process.
type Sandbox struct {
	BaseURL     string
	Credentials runtime.Credentials // that it accepts, and nobody else
	// Examples are values that mean something there, as [docs.Example] takes them.
	Examples map[string]string
	Stop     func() error
}

func (p Program) docs() *cobra.Command {
	var out, addr string
	var serve bool
	cmd := &cobra.Command{
		Use:   "docs --out DIR|--serve",
		Short: "Write the pages of the connector, or serve them and try actions",
		Long: `Write the pages of the connector as files that need no server, or serve them on this
machine. The first line of standard output is their URL.

Where the connector has a sandbox, served pages have a panel that runs actions in it.
No credential of yours is read or used.`,
		Example: "  " + p.Table.API.Name + " docs --serve\n  " + p.Table.API.Name + " docs --out site",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case serve == (out != ""):
				return errors.New("say --out DIR to write the pages, or --serve to look at them")
			case serve:
				return p.serveDocs(c.Context(), addr)
			}
			return p.writeDocs(out)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the `directory` to write to")
	cmd.Flags().BoolVar(&serve, "serve", false, "serves the pages until interrupted")
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "the `HOST:PORT` to serve on, of this machine only; port 0 takes a free one")
	_ = cmd.MarkFlagDirname("out")
	return cmd
}

func (p Program) writeDocs(dir string) error {
	files, err := docs.Files(p.Table, docs.Options{Package: p.Package})
	if err != nil {
		return err
	}
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, f.Content, 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(p.Stderr, "%d files in %s; index.html is the first page\n", len(files), dir)
	return nil
}

func (p Program) serveDocs(ctx context.Context, addr string) (err error) {
	if err := ofThisMachine(addr); err != nil {
		return err
	}
	handler, stop, err := p.docsHandler()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("--addr: %w; port 0 takes a free one", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	fmt.Fprintln(p.Stdout, "http://"+l.Addr().String()+"/")
	fmt.Fprintln(p.Stderr, "serving until interrupted")
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return server.Shutdown(late)
}

// ofThisMachine refuses addresses that others can reach.
func ofThisMachine(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--addr is HOST:PORT, such as 127.0.0.1:8080: %w", err)
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return fmt.Errorf("--addr must be of this machine, such as 127.0.0.1:8080: the pages run actions, and others could too on %q", addr)
	}
	return nil
}

// docsHandler is the server of the pages, with the sandbox where there is one.
func (p Program) docsHandler() (handler http.Handler, stop func() error, err error) {
	options := docs.Options{Package: p.Package}
	if p.Sandbox == nil {
		handler, err = docs.Handler(p.Table, options, nil)
		return handler, func() error { return nil }, err
	}
	box, err := p.Sandbox()
	if err != nil {
		return nil, nil, err
	}
	client, err := runtime.NewClient(p.Table, runtime.Options{BaseURL: box.BaseURL})
	if err == nil {
		options.Example = func(action string) []byte { return docs.Example(p.Table.Lookup(action), box.Examples) }
		handler, err = docs.Handler(p.Table, options, func(ctx context.Context, action string, input []byte) []byte {
			return client.Call(ctx, action, box.Credentials, input).JSON
		})
	}
	if err != nil {
		return nil, nil, errors.Join(err, box.Stop())
	}
	return handler, func() error { client.Close(); return box.Stop() }, nil
}
