// sandbox: the stand-in of the Livestorm API, for people and programs in any
// language. The API itself is in the package sandbox.

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime/cli"
)

func sandboxCommand() *cobra.Command {
	var addr, token string
	var perSecond, monthly int
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a stand-in of the Livestorm API",
		Long: `Serve a stand-in of the Livestorm API, written from its documentation.

The first line of standard output is its URL, for --base-url. It keeps its state
until it ends, starts with a small workspace, and keeps to the documented limits.`,
		Example: "  livestorm sandbox --addr 127.0.0.1:8080\n  LIVESTORM_API_TOKEN=sandbox livestorm call list_events --base-url http://127.0.0.1:8080/v1",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := serve(addr, sandbox.New(sandbox.Options{Token: token, PerSecond: orOff(perSecond), Monthly: orOff(monthly)}))
			if err != nil {
				return fmt.Errorf("--addr takes HOST:PORT, such as 127.0.0.1:0 for a free port: %w", err)
			}
			fmt.Fprintln(c.OutOrStdout(), s.url)
			fmt.Fprintln(c.ErrOrStderr(), "serving until interrupted; event", sandbox.EventID, "session", sandbox.SessionID, "owner", sandbox.OwnerID)
			select {
			case <-c.Context().Done():
				return s.stop()
			case err := <-s.failed:
				return err
			}
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "the `HOST:PORT` to listen on; port 0 takes a free one")
	cmd.Flags().StringVar(&token, "token", "sandbox", "the `token` that it accepts")
	cmd.Flags().IntVar(&perSecond, "per-second", 5, "the `number` of calls that it allows in any second; 0 allows all")
	cmd.Flags().IntVar(&monthly, "monthly", 10_000, "the `number` of calls that it allows in 30 days; 0 allows all")
	return cmd
}

// docsSandbox is the sandbox behind the pages of docs.
func docsSandbox() (cli.Sandbox, error) {
	const token = "sandbox"
	s, err := serve("127.0.0.1:0", sandbox.New(sandbox.Options{Token: token}))
	if err != nil {
		return cli.Sandbox{}, err
	}
	known := make(map[string]string)
	for name, value := range map[string]string{
		"owner_id": sandbox.OwnerID, "event_id": sandbox.EventID, "copy_from_event_id": sandbox.EventID, "session_id": sandbox.SessionID, "person_id": sandbox.PersonID,
		"user_id": sandbox.OwnerID, "title": "Product roadmap", "email": "ines.moreau@example.com", "slug": "product-roadmap", "url": "https://example.com/hook",
		"status": "published", "description": "<p>What ships next.</p>", "event": "people.registered",
	} {
		known[name] = `"` + value + `"`
	}
	known["register_someone_for_session.fields"] = `{"email": "ines.moreau@example.com", "first_name": "Ines", "last_name": "Moreau", "topics": ["pricing"]}`
	known["tasks"] = `[{"fields": [{"id": "email", "value": "ines.moreau@example.com"}, {"id": "first_name", "value": "Ines"}, {"id": "last_name", "value": "Moreau"}]}]`
	return cli.Sandbox{BaseURL: s.url, Credentials: livestorm.APIToken(token), Examples: known, Stop: s.stop}, nil
}

// orOff is a limit as the sandbox takes it, where 0 is the documented one.
func orOff(limit int) int {
	if limit <= 0 {
		return -1
	}
	return limit
}

// served is a sandbox that listens.
type served struct {
	url    string
	server *http.Server
	failed chan error
}

func serve(addr string, handler http.Handler) (*served, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	s := &served{
		url:    "http://" + l.Addr().String() + "/v1",
		server: &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute},
		failed: make(chan error, 1),
	}
	go func() {
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
	return s, nil
}

func (s *served) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return s.server.Shutdown(ctx)
}
