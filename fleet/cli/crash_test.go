// Crashes, with real processes: the command is killed at each step of a job's life,
// alone and as one of several workers, and so is the server that keeps the jobs.
// What the API has seen decides.

package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"modulex.dev/connector/fleet/worker"
)

// program is the command, built once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "fleet-test-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "livestorm-fleet")
	out, err := exec.Command("go", "build", "-o", file, "modulex.dev/connector/fleet/cmd/livestorm-fleet").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return file, nil
})

// api is a stand-in that counts registrations by address. It is strict only where
// it says so: rates have tests of their own.
type api struct {
	*httptest.Server
	mu    sync.Mutex
	posts map[string]int
	at    []time.Time // of every request
	// gate may answer a request before it is carried out, or add headers; nil
	// lets all through. It has the lock.
	gate func(w http.ResponseWriter) (answered bool)
}

// enter counts a request, and reports whether it has been answered.
func (a *api) enter(w http.ResponseWriter) (answered bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = append(a.at, time.Now())
	return a.gate != nil && a.gate(w)
}

func newAPI(t *testing.T) *api {
	a := &api{posts: make(map[string]int)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/sessions/{id}/people", func(w http.ResponseWriter, r *http.Request) {
		if a.enter(w) {
			return
		}
		var body struct {
			Data struct {
				Attributes struct {
					Fields []struct{ ID, Value string }
				}
			}
		}
		text, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(text, &body); err != nil || len(body.Data.Attributes.Fields) == 0 {
			http.Error(w, `{"errors":[{"title":"bad"}]}`, http.StatusUnprocessableEntity)
			return
		}
		address := body.Data.Attributes.Fields[0].Value
		a.mu.Lock()
		a.posts[address]++
		a.mu.Unlock()
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"data":{"id":%q,"type":"people","attributes":{"email":%q}}}`, address, address)
	})
	mux.HandleFunc("GET /v1/sessions/{id}/people", func(w http.ResponseWriter, r *http.Request) {
		if a.enter(w) {
			return
		}
		address := r.URL.Query().Get("filter[email]")
		a.mu.Lock()
		defer a.mu.Unlock()
		items := ""
		if a.posts[address] > 0 {
			items = fmt.Sprintf(`{"id":%q,"type":"people"}`, address)
		}
		fmt.Fprintf(w, `{"data":[%s],"meta":{"current_page":0,"next_page":null,"page_count":1}}`, items)
	})
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	return a
}

// once reports the addresses that were not registered exactly once.
func (a *api) once(t *testing.T, rows int) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.posts) != rows {
		t.Errorf("%d of %d rows were carried out", len(a.posts), rows)
	}
	for address, n := range a.posts {
		if n != 1 {
			t.Errorf("%s was registered %d times", address, n)
		}
	}
}

// people writes a file of rows.
func people(t *testing.T, n int) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("fields.email,fields.first_name\n")
	for i := range n {
		fmt.Fprintf(&b, "p%d@example.com,P\n", i)
	}
	file := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// command is the program with the environment of a test.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	file, err := program()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, file, args...)
	c.Env = append(os.Environ(), append([]string{"LIVESTORM_API_TOKEN=sandbox"}, env...)...)
	return c
}

var steps = []string{worker.StepTaken, worker.StepBegun, worker.StepClaimed, worker.StepSending, worker.StepSent, worker.StepSettled, worker.StepEnded}

// TestBatchKilled kills a batch at each step of a job's life, one after the other,
// and runs it to its end then.
func TestBatchKilled(t *testing.T) {
	const rows = 40
	a := newAPI(t)
	file := people(t, rows)
	args := []string{"batch", "register_someone_for_session", "--input", file, "--set", "session_id=s1", "--base-url", a.URL + "/v1",
		"--state", filepath.Join(t.TempDir(), "state"), "--between-looks", "200ms", "--lease", "1s", "--no-budgets"}
	for _, step := range steps {
		out, err := command(t, []string{"FLEET_STOP_AT=" + step + ":3"}, args...).CombinedOutput()
		if !killed(err) {
			t.Fatalf("%s: %v, want it killed\n%s", step, err, out)
		}
	}
	if out, err := command(t, nil, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	a.once(t, rows)
	results, err := os.ReadFile(file + ".results.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(results), `"state":"done"`); n != rows {
		t.Errorf("%d of %d rows are done:\n%s", n, rows, results)
	}
	before := len(a.at)
	if out, err := command(t, nil, args...).CombinedOutput(); err != nil || len(a.at) != before {
		t.Errorf("to run it again: %v, %d more requests\n%s", err, len(a.at)-before, out)
	}
}

// TestBatchInterrupted: the first interrupt lets what has begun end, and the exit
// code tells that there is more to do.
func TestBatchInterrupted(t *testing.T) {
	const rows = 30
	a := newAPI(t)
	args := []string{"batch", "register_someone_for_session", "--input", people(t, rows), "--set", "session_id=s1", "--base-url", a.URL + "/v1", "--state", filepath.Join(t.TempDir(), "state")}
	c := command(t, nil, args...)
	var said bytes.Buffer
	c.Stderr = &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	a.wait(t, 6)
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err := c.Wait()
	if c.ProcessState.ExitCode() != 3 || !strings.Contains(said.String(), "run the same command again to go on") {
		t.Errorf("%v\n%s", err, said.String())
	}
	if out, err := command(t, nil, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	a.once(t, rows)
}

func (a *api) seen() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.at)
}

// server starts the server that keeps the jobs, on a port of its own when addr has
// none yet.
func server(t *testing.T, state, addr string) (*exec.Cmd, string) {
	t.Helper()
	c := command(t, nil, "server", "--state", state, "--addr", addr)
	c.Stderr = hear(t)
	url := firstLine(t, c)
	return c, url
}

// firstLine starts a command and returns the first line that it prints.
func firstLine(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// TestClusterKilled: three workers and a server. Seven more workers are killed, one
// at each step of a job's life; the server is killed in the middle of it all, and
// later together with one of the three. Every job is settled, and no write is sent
// twice.
func TestClusterKilled(t *testing.T) {
	rows := 3000
	if testing.Short() {
		rows = 300
	}
	a := newAPI(t)
	c := newCluster(t)
	args := []string{"--base-url", a.URL + "/v1", "--lease", "2s", "--between-looks", "500ms", "--no-budgets"}
	batch, file := c.batch(t, a, rows)
	last := c.worker(t, nil, args...)
	c.worker(t, nil, args...)
	victims := make(map[string]<-chan error)
	for i, step := range steps {
		victims[step] = ended(c.worker(t, []string{fmt.Sprintf("FLEET_STOP_AT=%s:%d", step, 3+i)}, args...))
	}
	c.worker(t, nil, args...)

	a.wait(t, rows/4)
	kill(c.keeper)
	time.Sleep(time.Second)
	c.restart(t)

	a.wait(t, rows/2)
	kill(last)
	kill(c.keeper)
	c.restart(t)
	c.worker(t, nil, args...)

	batch.settled(t, c)
	a.once(t, rows)
	allDone(t, file, rows)
	for step, over := range victims {
		select {
		case err := <-over:
			if !killed(err) {
				t.Errorf("the worker that was to be killed at %q: %v", step, err)
			}
		default:
			t.Errorf("no worker was killed at %q", step)
		}
	}
}

// cluster is a server that keeps jobs, and what its workers need.
type cluster struct {
	keeper             *exec.Cmd
	url                string
	state, credentials string
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{state: t.TempDir(), credentials: credentials(t)}
	c.keeper, c.url = server(t, c.state, "127.0.0.1:0")
	return c
}

// credentials is a folder with the credential acme.
func credentials(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "acme.json"), []byte(`{"auth_type":"bearer_token","auth_data":{"token":"sandbox"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// restart starts the server again where it was.
func (c *cluster) restart(t *testing.T) {
	t.Helper()
	c.keeper, _ = server(t, c.state, strings.TrimPrefix(c.url, "nats://"))
}

func (c *cluster) worker(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := command(t, env, append([]string{"worker", "--nats", c.url, "--credential-dir", c.credentials}, args...)...)
	cmd.Stderr = hear(t)
	firstLine(t, cmd)
	return cmd
}

// submit submits a job and waits for it.
func (c *cluster) submit(t *testing.T, action, input string, args ...string) *exec.Cmd {
	t.Helper()
	return command(t, nil, append([]string{"submit", action, "--nats", c.url, "--tenant", "acme", "--credential-ref", "acme", "--input", input, "--wait", "60s"}, args...)...)
}

// running is a batch that runs.
type running struct {
	*exec.Cmd
	said *words
}

// batch starts a batch of registrations.
func (c *cluster) batch(t *testing.T, a *api, rows int, args ...string) (running, string) {
	t.Helper()
	file := people(t, rows)
	args = append([]string{"batch", "register_someone_for_session", "--input", file, "--set", "session_id=s1", "--base-url", a.URL + "/v1",
		"--nats", c.url, "--credential-ref", "acme", "--tenant", "acme", "--lease", "2s"}, args...)
	r := running{command(t, []string{"LIVESTORM_API_TOKEN="}, args...), new(words)} // the workers have it
	r.Stderr = r.said
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Process.Kill() })
	return r, file
}

// settled waits for the end of a batch, which is to have succeeded.
func (r running) settled(t *testing.T, c *cluster) {
	t.Helper()
	if err := r.Wait(); err != nil {
		left, _ := command(t, nil, "jobs", "list", "--state-is", "queued,running,failed,dead,unknown", "--json", "--nats", c.url).CombinedOutput()
		t.Errorf("%v\n%s\n%s", err, tail(r.said.String()), tail(string(left)))
	}
}

// allDone reports the rows whose result is not done.
func allDone(t *testing.T, file string, rows int) {
	t.Helper()
	results, err := os.ReadFile(file + ".results.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(results)) {
		if n++; !strings.Contains(line, `"state":"done"`) {
			t.Error(line)
		}
	}
	if n != rows {
		t.Errorf("%d results of %d rows", n, rows)
	}
}

// wait waits until the API has seen so many requests.
func (a *api) wait(t *testing.T, requests int) {
	t.Helper()
	for patience := time.Now().Add(2 * time.Minute); a.seen() < requests; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(patience) {
			t.Fatalf("only %d of %d requests have come", a.seen(), requests)
		}
	}
}

// ended tells the end of a process.
func ended(c *exec.Cmd) <-chan error {
	over := make(chan error, 1)
	go func() { over <- c.Wait() }()
	return over
}

func kill(c *exec.Cmd) {
	_ = c.Process.Kill()
	_ = c.Wait()
}

// killed reports whether a process was ended by SIGKILL.
func killed(err error) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	return ok && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
}

// words are what a process says, shown when its test has failed.
type words struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func hear(t *testing.T) *words {
	w := new(words)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(tail(w.String()))
		}
	})
	return w
}

func (w *words) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

func tail(s string) string { return s[max(0, len(s)-3000):] }
