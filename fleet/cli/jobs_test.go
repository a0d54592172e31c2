// What is told of jobs, and what people do about them.

package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/cli"
	"modulex.dev/connector/fleet/jetstream"
	"modulex.dev/connector/gen/livestorm"
)

// queueOf is an engine on a server that listens, with some jobs in it.
func queueOf(t *testing.T, dead int) (*jetstream.Engine, string) {
	t.Helper()
	keeper, err := jetstream.Embed(t.TempDir(), "127.0.0.1", -1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keeper.Close() })
	e, err := jetstream.Open(t.Context(), jetstream.Options{Embedded: keeper, Worker: "tester"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	for i := range dead {
		put(t, e, fmt.Sprint("job", i))
		finish(t, e, fleet.Ending{State: fleet.Dead, Why: "there is no credential acme here"})
	}
	return e, keeper.URL()
}

func put(t *testing.T, e *jetstream.Engine, id string) {
	t.Helper()
	j := fleet.Job{ID: id, API: "livestorm", Action: "get_session", Tenant: "acme", Class: fleet.Bulk, Input: json.RawMessage(`{"session_id":"s"}`), Submitted: time.Now().UTC()}
	if err := e.Submit(t.Context(), j); err != nil {
		t.Fatal(err)
	}
}

func finish(t *testing.T, e *jetstream.Engine, end fleet.Ending) {
	t.Helper()
	d, err := e.Take(t.Context(), "livestorm")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.End(t.Context(), end); err != nil {
		t.Fatal(err)
	}
}

// run runs a command line.
func run(t *testing.T, args ...string) (code int, out, said string) {
	t.Helper()
	var o, s bytes.Buffer
	p := cli.Program{Table: &livestorm.Table, Stdin: strings.NewReader(""), Stdout: &o, Stderr: &s, Getenv: func(string) string { return "" }}
	code = p.Run(t.Context(), args)
	return code, o.String(), s.String()
}

func TestDeadLetters(t *testing.T) {
	e, url := queueOf(t, 3)
	code, out, said := run(t, "jobs", "show", "job1", "--nats", url)
	wantSaid := "A dead letter: there is no credential acme here.\nNothing is tried by itself any more. Mend that, and then: livestorm-fleet jobs retry job1\n"
	if code != 0 || said != wantSaid || !json.Valid([]byte(out)) {
		t.Errorf("%d\n%s\n%s", code, said, out)
	}
	put(t, e, "other")
	finish(t, e, fleet.Ending{State: fleet.Done, Envelope: []byte(`{}`)})
	if code, _, said := run(t, "jobs", "retry", "--all", "--state-is", "dead", "--nats", url); code != 0 || said != "3 of 3 jobs are queued again\n" {
		t.Errorf("%d %s", code, said)
	}
	_, out, _ = run(t, "jobs", "list", "--nats", url)
	if strings.Count(out, "queued") != 3 || strings.Count(out, "done") != 1 {
		t.Error(out)
	}
}

func TestJobsWrongUsage(t *testing.T) {
	for _, c := range []struct {
		args string
		want string
	}{
		{"jobs", "say what: list, show, cancel or retry; or --watch"},
		{"jobs list --state-is deed --state x", `there is no state "deed"; there are queued, running, done, failed, unknown, canceled, dead`},
		{"jobs retry --all", "--all takes no ID, and says with --state-is which jobs are meant"},
		{"jobs retry", "name the job, or say --all and --state-is"},
		{"jobs retry a --state-is dead", "name the job, or say --all and --state-is"},
		{"jobs list", "name where the jobs are, with --nats URL or --state DIR"},
	} {
		code, out, said := run(t, strings.Fields(c.args)...)
		if code != cli.ExitUsage || out != "" || said != "livestorm-fleet: "+c.want+"\n" {
			t.Errorf("%s: %d %s", c.args, code, said)
		}
	}
}

// TestWatchLines: where no terminal is, a line for each change.
func TestWatchLines(t *testing.T) {
	e, url := queueOf(t, 1)
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	p := cli.Program{Table: &livestorm.Table, Stdout: write, Stderr: io.Discard, Getenv: func(string) string { return "" }}
	code := make(chan int, 1)
	go func() {
		code <- p.Run(ctx, []string{"jobs", "--watch", "--nats", url})
		_ = write.Close()
	}()
	lines := make(chan string)
	go func() {
		defer close(lines)
		text, buffer := "", make([]byte, 4096)
		for {
			n, err := read.Read(buffer)
			text += string(buffer[:n])
			for {
				line, rest, ok := strings.Cut(text, "\n")
				if !ok {
					break
				}
				text = rest
				lines <- line
			}
			if err != nil {
				return
			}
		}
	}()
	first := <-lines
	put(t, e, "next")
	finish(t, e, fleet.Ending{State: fleet.Done})
	got := []string{first, <-lines, <-lines, <-lines}
	for i, state := range []string{"dead", "queued", "running", "done"} {
		if fields := strings.Fields(got[i]); len(fields) < 5 || fields[2] != state {
			t.Errorf("line %d is %q, want one of state %s", i, got[i], state)
		}
	}
	stop()
	if c := <-code; c != cli.ExitOK {
		t.Errorf("exit code %d", c)
	}
	for range lines {
		t.Error("there are more lines")
	}
}

// TestWatchScreen: on a terminal a table no wider than it is, and the screen that
// was there comes back.
func TestWatchScreen(t *testing.T) {
	_, url := queueOf(t, 2)
	master, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	if err := pty.Setsize(terminal, &pty.Winsize{Rows: 10, Cols: 60}); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var seen strings.Builder
	drawn := make(chan struct{})
	read := make(chan struct{})
	go func() {
		defer close(read)
		buffer, told := make([]byte, 4096), false
		for {
			n, err := master.Read(buffer)
			mu.Lock()
			seen.Write(buffer[:n])
			if !told && strings.Contains(seen.String(), "2 dead") {
				told = true
				close(drawn)
			}
			mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	ctx, stop := context.WithCancel(t.Context())
	code := make(chan int, 1)
	go func() {
		p := cli.Program{Table: &livestorm.Table, Stdout: terminal, Stderr: io.Discard, Getenv: func(string) string { return "" }}
		code <- p.Run(ctx, []string{"jobs", "list", "--watch", "--nats", url})
	}()
	<-drawn
	stop()
	if c := <-code; c != cli.ExitOK {
		t.Errorf("exit code %d", c)
	}
	_ = terminal.Close()
	<-read
	text := seen.String()
	if !strings.HasPrefix(text, "\x1b[?1049h") || !strings.HasSuffix(text, "\x1b[?1049l") {
		t.Errorf("the screen does not come back: %q", text)
	}
	_, last, _ := strings.Cut(text, "\x1b[H")
	for line := range strings.SplitSeq(last, "\r\n") {
		line, _, _ = strings.Cut(line, "\x1b")
		if n := len([]rune(line)); n > 60 {
			t.Errorf("a line of %d columns: %q", n, line)
		}
	}
}
