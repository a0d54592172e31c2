//go:build unix

// Command demo shows what a batch survives: 200 people are registered with the
// stand-in API, the command is killed with SIGKILL half way, and run again. The API
// decides: every person is there, and nobody was registered twice.
//
//	make demo-fleet
//
// Nothing needs to be installed; the command keeps its state in a folder.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"modulex.dev/connector/cmd/livestorm/sandbox"
)

const (
	people    = 200
	killAfter = people / 2
	// perSecond is what the sandbox allows here, and the command is told to count
	// nothing itself: at Livestorm's 5 a second the demo would take 40 s longer.
	perSecond = 50
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo-fleet:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	began := time.Now()
	dir, err := os.MkdirTemp("", "demo-fleet-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintln(out, "1. Building livestorm-fleet.")
	command := filepath.Join(dir, "livestorm-fleet")
	if text, err := exec.CommandContext(ctx, "go", "build", "-o", command, "modulex.dev/connector/fleet/cmd/livestorm-fleet").CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, text)
	}
	api, err := start()
	if err != nil {
		return err
	}
	defer api.server.Close()
	file := filepath.Join(dir, "people.csv")
	if err := os.WriteFile(file, rows(), 0o600); err != nil {
		return err
	}
	fmt.Fprintf(out, "2. The sandbox of the Livestorm API listens at %s. A spreadsheet of %d people is written.\n", api.url, people)
	args := []string{"batch", "register_someone_for_session", "--input", file, "--set", "session_id=" + sandbox.SessionID, "--base-url", api.url,
		"--state", filepath.Join(dir, "state"), "--no-budgets", "--at-once", "4", "--between-looks", "1s"}
	fmt.Fprintf(out, "3. The batch runs, and is killed with SIGKILL while it waits for the answer to registration %d:\n", killAfter)
	first := exec.CommandContext(ctx, command, args...)
	if err := killed(first, api, out); err != nil {
		return err
	}
	fmt.Fprintf(out, "   It is dead. The sandbox has %d people; the answers to the last ones reached nobody.\n", api.registered())
	fmt.Fprintln(out, "4. The same command again. It goes on where it was, and looks up what it cannot know:")
	second := exec.CommandContext(ctx, command, args...)
	second.Env, second.Stdout, second.Stderr = environment(), indented{out}, indented{out}
	if err := second.Run(); err != nil {
		return fmt.Errorf("the batch did not finish: %w", err)
	}
	if err := api.judge(out); err != nil {
		return err
	}
	fmt.Fprintf(out, "It took %s.\n", time.Since(began).Round(time.Second/10))
	return nil
}

// killed runs the command until the sandbox kills it.
func killed(c *exec.Cmd, api *counted, out io.Writer) error {
	var said bytes.Buffer
	c.Env, c.Stdout, c.Stderr = environment(), io.MultiWriter(&said, indented{out}), io.MultiWriter(&said, indented{out})
	if err := c.Start(); err != nil {
		return err
	}
	api.at(killAfter, func() { _ = c.Process.Kill() }) // it may have ended
	err := c.Wait()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || !exit.Sys().(syscall.WaitStatus).Signaled() {
		return fmt.Errorf("the batch was to be killed half way, and was not: %v", err)
	}
	return nil
}

func environment() []string { return append(os.Environ(), "LIVESTORM_API_TOKEN=sandbox") }

// rows are the spreadsheet.
func rows() []byte {
	var b bytes.Buffer
	b.WriteString("fields.email,fields.first_name,fields.last_name\n")
	for i := range people {
		fmt.Fprintf(&b, "%s,Person,Number %d\n", address(i), i+1)
	}
	return b.Bytes()
}

func address(i int) string { return fmt.Sprintf("person%03d@example.com", i+1) }

// indented is a writer of what a command says.
type indented struct{ out io.Writer }

func (w indented) Write(text []byte) (int, error) {
	for line := range strings.Lines(string(text)) {
		fmt.Fprintf(w.out, "   | %s\n", strings.TrimRight(line, "\n"))
	}
	return len(text), nil
}

// counted is the sandbox, and the count of what it has carried out.
type counted struct {
	url    string
	server *http.Server

	mu     sync.Mutex
	done   map[string]int // registrations by address
	kill   func()
	killAt int
}

// start starts the sandbox on a port of its own.
func start() (*counted, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &counted{url: "http://" + listener.Addr().String(), done: make(map[string]int)}
	world := sandbox.New(sandbox.Options{PerSecond: perSecond})
	c.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/people") {
			world.ServeHTTP(w, r)
			return
		}
		c.count(world, w, r)
	})}
	go func() { _ = c.server.Serve(listener) }()
	return c, nil
}

// count lets the sandbox carry a registration out and counts it, before the answer
// leaves.
func (c *counted) count(world http.Handler, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	world.ServeHTTP(&watchful{ResponseWriter: w, created: func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for i := range people {
			if bytes.Contains(body, []byte(`"`+address(i)+`"`)) {
				c.done[address(i)]++
			}
		}
		if c.kill != nil && len(c.done) >= c.killAt {
			c.kill()
			c.kill = nil
			time.Sleep(100 * time.Millisecond) // it is dead when the answer leaves
		}
	}}, r)
}

// watchful tells when the answer is going to be 201.
type watchful struct {
	http.ResponseWriter
	created func()
}

func (w *watchful) WriteHeader(status int) {
	if status == http.StatusCreated {
		w.created()
	}
	w.ResponseWriter.WriteHeader(status)
}

// at has something done at the n-th registration.
func (c *counted) at(n int, do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.killAt, c.kill = n, do
}

func (c *counted) registered() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.done)
}

// judge says whether every person is there once.
func (c *counted) judge(out io.Writer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	missing, twice := 0, 0
	for i := range people {
		switch n := c.done[address(i)]; {
		case n == 0:
			missing++
		case n > 1:
			twice++
		}
	}
	fmt.Fprintf(out, "5. The sandbox counts %d people: %d missing, %d registered twice.\n", len(c.done), missing, twice)
	if missing+twice > 0 {
		return errors.New("not every person is there exactly once")
	}
	return nil
}
