// Trouble with the machine: a server that pauses, a disk that fills, with real
// processes.

package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestPoisonKills: ten workers die of a job, and it is a dead letter for the next,
// which goes on with others. Once what they died of is mended it can be retried.
func TestPoisonKills(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	c := newCluster(t)
	submit := func(email string, flags ...string) string {
		t.Helper()
		out, err := command(t, nil, append([]string{"submit", "register_someone_for_session", "--nats", c.url, "--tenant", "acme", "--credential-ref", "acme",
			"--input", `{"session_id":"s1","fields":{"email":"` + email + `"}}`}, flags...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	id := submit("poison@example.com")
	args := []string{"--base-url", a.URL + "/v1", "--lease", "1s", "--no-budgets"}
	poisoned := []string{"FLEET_STOP_AT=begun:1"}
	for range 10 {
		if err := <-ended(c.worker(t, poisoned, args...)); !killed(err) {
			t.Fatalf("a worker did not die of it: %v", err)
		}
	}
	c.worker(t, poisoned, args...) // it dies at the first job that it begins: the poison is not
	c.until(t, id, `"state": "dead"`, "10 workers began it and were not heard of again")
	if a.seen() != 0 {
		t.Errorf("%d requests of a job that nobody could begin", a.seen())
	}
	c.worker(t, nil, args...)
	if out, err := command(t, nil, "jobs", "retry", id, "--nats", c.url).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	c.until(t, id, `"state": "done"`)
	submit("other@example.com", "--wait", "60s")
	a.once(t, 2)
}

// until waits until what is shown of a job has some texts.
func (c *cluster) until(t *testing.T, id string, texts ...string) {
	t.Helper()
	var out []byte
	for patience := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		out, _ = command(t, nil, "jobs", "show", id, "--nats", c.url).CombinedOutput()
		if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(string(out), text) }) {
			return
		}
		if time.Now().After(patience) {
			t.Fatalf("want %q:\n%s", texts, out)
		}
	}
}

// TestServerPaused: the server is stopped for longer than a lease and any request
// take, and later killed and away for longer than a worker tries to write down an
// answer. Nothing is lost, nothing is sent twice; and since no worker has died, no
// outcome is unknown: what could not be written down is when the server is back.
func TestServerPaused(t *testing.T) {
	t.Parallel()
	const rows = 120
	a := newAPI(t)
	c := newCluster(t)
	args := []string{"--base-url", a.URL + "/v1", "--lease", "2s", "--between-looks", "500ms", "--no-budgets"}
	c.worker(t, nil, args...)
	c.worker(t, nil, args...)
	batch, file := c.batch(t, a, rows)

	a.wait(t, rows/4)
	if err := c.keeper.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(7 * time.Second)
	if err := c.keeper.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}

	a.wait(t, rows/2)
	kill(c.keeper)
	time.Sleep(14 * time.Second)
	c.restart(t)

	batch.settled(t, c)
	a.once(t, rows)
	allDone(t, file, rows)
	results, err := os.ReadFile(file + ".results.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(results)) {
		if strings.Contains(line, `"why"`) {
			t.Error("looked up:", line)
		}
	}
}

// TestDiskFull: the disk of a batch fills while it runs. It says so and ends; with
// room again it goes on where it was. Where no small disk can be mounted, files that
// may not grow stand in for it.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	const rows = 200
	a := newAPI(t)
	disk := t.TempDir()
	file := filepath.Join(t.TempDir(), "people.csv")
	var text strings.Builder
	text.WriteString("fields.email,fields.first_name\n")
	for i := range rows {
		fmt.Fprintf(&text, "p%d@example.com,%s\n", i, strings.Repeat("P", 10_000))
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := program()
	if err != nil {
		t.Fatal(err)
	}
	// The filler takes the room, and leaves it when the batch has failed.
	shell := []string{"unshare", "-Urm", "sh", "-c", `mount -t tmpfs -o size=32m none "$DISK" && head -c 28000000 /dev/zero > "$DISK/filler" || exit 90
"$@"; echo "exit $?" >&2
rm "$DISK/filler"
exec "$@"`}
	if out, err := exec.Command("unshare", "-Urm", "mount", "-t", "tmpfs", "none", disk).CombinedOutput(); err != nil {
		t.Logf("a small disk cannot be mounted here (%v %s): files may not grow instead", err, out)
		shell = []string{"sh", "-c", `(ulimit -f 2048; "$@"); echo "exit $?" >&2
exec "$@"`}
	}
	c := command(t, []string{"DISK=" + disk}, "batch")
	if c.Path, err = exec.LookPath(shell[0]); err != nil {
		t.Fatal(err)
	}
	c.Args = append(shell, "sh", program, "batch", "register_someone_for_session", "--input", file, "--set", "session_id=s1",
		"--base-url", a.URL+"/v1", "--state", filepath.Join(disk, "state"), "--between-looks", "200ms", "--lease", "1s", "--no-budgets")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, tail(string(out)))
	}
	if !strings.Contains(string(out), "exit 2") || !strings.Contains(string(out), "cannot be written; is its disk full?") {
		t.Errorf("the full disk was not told:\n%s", tail(string(out)))
	}
	a.once(t, rows)
	allDone(t, file, rows)
}
