// The configuration of servers in docs/fleet.md is one that works: its text is read
// here, and a worker and a submitter do their work with no more than it permits.

package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"

	"modulex.dev/connector/fleet/cli"
	"modulex.dev/connector/gen/livestorm"
)

// documented is the server of docs/fleet.md on one machine: without TLS, without
// its fellows, and with passwords instead of keys.
func documented(t *testing.T) *natsserver.Server {
	t.Helper()
	page, err := os.ReadFile("../../docs/fleet.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "# nats.conf\n")
	conf, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/fleet.md has no nats.conf")
	}
	conf = regexp.MustCompile(`(?s)\ncluster \{.*?\n\}`).ReplaceAllString(conf, "")
	conf = regexp.MustCompile(`\ntls \{.*\}`).ReplaceAllString(conf, "")
	conf = strings.NewReplacer("/var/lib/nats", t.TempDir(), "port: 4222", "port: -1\nhost: 127.0.0.1", "50G", "1G", "40G", "1G", "$ADMIN_PASSWORD", "x",
		"nkey: UDXU…WORKER", "user: worker, password: w", "nkey: UDXU…SUBMITTER", "user: submitter, password: s").Replace(conf)
	file := filepath.Join(t.TempDir(), "nats.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := natsserver.ProcessConfigFile(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, conf)
	}
	o.NoSigs, o.NoLog = true, true
	s, err := natsserver.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(s.Shutdown)
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not start")
	}
	return s
}

func as(user, password string, out, said io.Writer) cli.Program {
	env := map[string]string{"FLEET_NATS_USER": user, "FLEET_NATS_PASSWORD": password}
	return cli.Program{Table: &livestorm.Table, Stdin: strings.NewReader(""), Stdout: out, Stderr: said, Getenv: func(k string) string { return env[k] }}
}

func TestDocumentedServer(t *testing.T) {
	s := documented(t)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"data":{"id":"1","type":"people","attributes":{}}}`)
	}))
	defer api.Close()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "acme.json"), []byte(`{"auth_type":"bearer_token","auth_data":{"token":"x"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan int, 1)
	var log bytes.Buffer
	go func() {
		over <- as("worker", "w", io.Discard, &log).Run(ctx, []string{"worker", "--nats", s.ClientURL(), "--credential-dir", dir, "--base-url", api.URL})
	}()
	var out, said bytes.Buffer
	code := as("submitter", "s", &out, &said).Run(t.Context(), []string{"submit", "register_someone_for_session", "--nats", s.ClientURL(), "--tenant", "acme",
		"--credential-ref", "acme", "--input", `{"session_id":"s","fields":{"email":"a@example.com"}}`, "--wait", "60s", "--keep", "1h"})
	stop()
	if left := <-over; left != cli.ExitOK {
		t.Errorf("the worker left with %d: %s", left, log.String())
	}
	if code != cli.ExitOK || !strings.Contains(out.String(), `"success":true`) {
		t.Errorf("%d %s\n%s\n%s", code, out.String(), said.String(), log.String())
	}
}
