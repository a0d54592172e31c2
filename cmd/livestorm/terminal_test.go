//go:build unix

// The command in a real pseudo-terminal: what a person sees.

package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clipperhouse/displaywidth"
	"github.com/creack/pty"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/runtime/cli"
)

// seen is a command in a terminal. Standard error may be kept apart from it.
type seen struct {
	*exec.Cmd
	terminal *os.File
	mu       sync.Mutex
	text     bytes.Buffer
	over     chan struct{}
}

// inTerminal starts a command in a window of that width.
func inTerminal(t *testing.T, binary string, columns uint16, env []string, args ...string) *seen {
	t.Helper()
	s := &seen{Cmd: exec.Command(binary, args...), over: make(chan struct{})}
	home := t.TempDir()
	s.Env = append([]string{"TERM=xterm-256color", "LIVESTORM_API_TOKEN=sandbox", "LIVESTORM_NO_KEYRING=1", "HOME=" + home, "XDG_CONFIG_HOME=" + home}, env...)
	terminal, err := pty.StartWithSize(s.Cmd, &pty.Winsize{Rows: 40, Cols: columns})
	if err != nil {
		t.Fatalf("no pseudo-terminal: %v", err)
	}
	s.terminal = terminal
	t.Cleanup(func() {
		_ = s.Process.Kill()
		_ = terminal.Close()
		<-s.over
	})
	go func() {
		defer close(s.over)
		buf := make([]byte, 4096)
		for {
			n, err := terminal.Read(buf) // ends with an error on Linux
			s.mu.Lock()
			s.text.Write(buf[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

func (s *seen) so() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// until waits for a text.
func (s *seen) until(t *testing.T, text string) {
	t.Helper()
	for range 3000 {
		if strings.Contains(s.so(), text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no %q in %q", text, s.so())
}

// end waits for the end and returns the exit code and all that was written.
func (s *seen) end() (int, string) {
	_ = s.Wait()
	<-s.over
	return s.ProcessState.ExitCode(), s.so()
}

// onScreen is what stays on the screen: lines that were taken away are gone, and
// colours too.
func onScreen(text string) string {
	var out []string
	for _, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if i := strings.LastIndex(line, "\r\x1b[K"); i >= 0 {
			line = line[i+len("\r\x1b[K"):]
		}
		out = append(out, strings.NewReplacer("\x1b[1m", "", "\x1b[2m", "", "\x1b[0m", "").Replace(line))
	}
	return strings.Join(out, "\n")
}

func TestTerminal(t *testing.T) {
	binary := built(t)
	u := newUpstream(t, unlimited)
	base := "LIVESTORM_BASE_URL=" + u.base()
	at := func(columns uint16, env string, args ...string) (int, string) {
		t.Helper()
		return inTerminal(t, binary, columns, []string{base, env}, args...).end()
	}

	code, text := at(100, "", "call", "list_people", "--limit", "2")
	if code != 0 || !strings.Contains(text, "\x1b[1mID ") || !strings.Contains(text, "list_people: 2 items") {
		t.Errorf("a table: exit %d\n%q", code, text)
	}
	if _, text = at(100, "NO_COLOR=1", "call", "list_people", "--limit", "2"); strings.Contains(text, "\x1b[1m") {
		t.Errorf("NO_COLOR: %q", text)
	}
	if _, text = at(100, "TERM=dumb", "call", "list_people", "--limit", "2"); strings.Contains(text, "\x1b") {
		t.Errorf("a dumb terminal: %q", text)
	}
	for _, columns := range []uint16{40, 12, 1} {
		for _, action := range []string{"list_people", "list_sessions", "list_events"} {
			_, text = at(columns, "NO_COLOR=1", "call", action, "--limit", "3")
			table, _, _ := strings.Cut(text, "no room for")
			table, _, _ = strings.Cut(table, action+": ")
			for line := range strings.Lines(table) {
				if w := displaywidth.String(strings.TrimRight(line, "\r\n")); w > int(columns) {
					t.Errorf("%d columns: %s has a line of %d: %q", columns, action, w, line)
				}
			}
		}
	}
	if _, text = at(80, "", "call", "get_event", "--event-id", sandbox.EventID); !strings.Contains(text, "title\x1b[0m") || !strings.Contains(text, "Quarterly roadmap") {
		t.Errorf("a record: %q", text)
	}
	if code, text = at(80, "", "call", "get_event", "--event-id", "nowhere"); code != cli.ExitFailed || !strings.Contains(text, "get_event: API error (404)") {
		t.Errorf("a failure: exit %d, %q", code, text)
	}
	if code, text = at(80, "", "call", "list_people", "--limit", "1", "-o", "json"); code != 0 || !strings.HasPrefix(text, `{"success":true,"error":null,"data":[{`) {
		t.Errorf("JSON: %q", text)
	}
	if _, text = at(80, "", "doctor"); !strings.Contains(text, "\x1b[32mok  \x1b[0m  credential") {
		t.Errorf("doctor: %q", text)
	}
}

// The API can write what it likes: nothing of it steers the terminal, in any form.
func TestTerminalIsNotSteered(t *testing.T) {
	binary := built(t)
	u := newUpstream(t, unlimited)
	const evil = `\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e\r\u0008` + "\u009b5m\x7f\u202e"
	page := `{"data":[{"id":"` + evil + `","type":"people","attributes":{"email":"` + evil + `","` + evil + `":"x"}}],"meta":{"current_page":0,"next_page":null,"page_count":1}}`
	for _, args := range []string{"", "-o json", "-o ndjson", "-o yaml", "-o csv", "-o table", "--fields email", "--jq .data[0].id", "-o json --fields id", "-o ndjson --fields id"} {
		for _, answer := range []http.HandlerFunc{status(200, page, "Content-Type: application/json"), status(400, `{"errors":[{"title":"`+evil+`"}]}`)} {
			u.expect(answer)
			_, text := inTerminal(t, binary, 80, []string{"LIVESTORM_BASE_URL=" + u.base(), "NO_COLOR=1"}, append([]string{"call", "list_people"}, strings.Fields(args)...)...).end()
			if text == "" || strings.ContainsAny(strings.ReplaceAll(text, "\r\n", ""), "\x1b\r\a\b\x7f\u009b\u202e") {
				t.Errorf("%s: %q", args, text)
			}
		}
	}
}

// A line tells how far a slow list is, and is gone at the end.
func TestProgress(t *testing.T) {
	binary := built(t)
	u := newUpstream(t, unlimited)
	seen := make(chan struct{})
	u.expect(nil, func(w http.ResponseWriter, r *http.Request) {
		<-seen
		u.sandbox.ServeHTTP(w, r)
	})
	s := inTerminal(t, binary, 80, []string{"LIVESTORM_BASE_URL=" + u.base()}, "call", "list_sessions", "--together", "1")
	s.until(t, "list_sessions: 1 page, ")
	close(seen)
	code, text := s.end()
	if screen := onScreen(text); code != 0 || strings.Contains(screen, "page, ") || !strings.Contains(screen, "list_sessions: 123 items, complete") {
		t.Errorf("exit %d:\n%q", code, screen)
	}
	if !strings.HasPrefix(onScreen(text), "ID ") {
		t.Errorf("the line is still there: %q", onScreen(text)[:200])
	}
}

// Ctrl-C keeps what came and says where to go on: as a table, and as JSON in a
// pipe. A second one ends at once.
func TestInterrupt(t *testing.T) {
	binary := built(t)
	u := newUpstream(t, unlimited)
	env := []string{"LIVESTORM_BASE_URL=" + u.base()}
	asked := make(chan struct{}, 8)
	hanging := func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}
	u.expect(nil, hanging)
	s := inTerminal(t, binary, 80, env, "call", "list_sessions", "--together", "1")
	<-asked
	_, _ = s.terminal.WriteString("\x03")
	code, text := s.end()
	if screen := onScreen(text); code != cli.ExitInterrupted || strings.Count(screen, "past") < 10 || !strings.Contains(screen, "50 items, incomplete (canceled); resume at page=1") {
		t.Errorf("exit %d:\n%s", code, screen)
	}

	u.expect(nil, hanging)
	out := filepath.Join(t.TempDir(), "out.json")
	piped := exec.Command(binary, "call", "list_sessions", "--together", "1")
	piped.Env = append(s.Env, env...)
	file, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	piped.Stdout, piped.Stderr = file, io.Discard
	if err := piped.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	_ = piped.Process.Signal(os.Interrupt)
	_ = piped.Wait()
	written, _ := os.ReadFile(out)
	if code := piped.ProcessState.ExitCode(); code != cli.ExitInterrupted || !bytes.HasPrefix(written, []byte(`{"success":false,"error":"`)) ||
		bytes.Count(written, []byte(`"type":"sessions"`)) < 50 || !bytes.Contains(written, []byte("resume it at page=1")) {
		t.Errorf("in a pipe: exit %d, %.300s", code, written)
	}

	u.expect(hanging)
	s = inTerminal(t, binary, 80, env, "call", "list_sessions", "--verbose", "--jq", "last(range(1e12))")
	<-asked
	_, _ = s.terminal.WriteString("\x03")
	s.until(t, "no retry: call_is_over") // what came is being looked at, which takes its time
	for running := true; running; {      // the first one may still be on its way
		_, _ = s.terminal.WriteString("\x03")
		select {
		case <-s.over:
			running = false
		case <-time.After(20 * time.Millisecond):
		}
	}
	if code, text = s.end(); code != -1 {
		t.Errorf("a second interrupt: exit %d, %q", code, text)
	}
}

// The credential is typed in without being shown, and an interrupt gives the
// terminal back.
func TestLoginAtATerminal(t *testing.T) {
	binary := built(t)
	u := newUpstream(t, unlimited)
	env := []string{"LIVESTORM_BASE_URL=" + u.base(), "LIVESTORM_API_TOKEN="}
	s := inTerminal(t, binary, 120, env, "login")
	s.until(t, "Livestorm API Token: ")
	_, _ = s.terminal.WriteString("sandbox\r")
	code, text := s.end()
	if code != 0 || strings.Contains(text, "sandbox") || !strings.Contains(text, "kept in a file") || !strings.Contains(text, "1. Sign in to Livestorm") {
		t.Errorf("exit %d: %q", code, text)
	}

	s = inTerminal(t, binary, 120, env, "login")
	s.until(t, "Livestorm API Token: ")
	_, _ = s.terminal.WriteString("\x03")
	if code, text = s.end(); code != cli.ExitInterrupted {
		t.Errorf("interrupted: exit %d: %q", code, text)
	}
}
