// Trouble with the machine: a server that pauses, a disk that fills, with real
// processes.

package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestServerPaused: the server is stopped for longer than a lease and any request
// take, and later killed and away for longer than a worker tries to write down an
// answer. Nothing is lost, nothing is sent twice; and since no worker has died, no
// outcome is unknown: what could not be written down is when the server is back.
func TestServerPaused(t *testing.T) {
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
// room again it goes on where it was.
func TestDiskFull(t *testing.T) {
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
	if out, err := exec.Command("unshare", "-Urm", "mount", "-t", "tmpfs", "none", disk).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v %s", err, out)
	}
	// The filler takes the room, and leaves it when the batch has failed.
	script := `mount -t tmpfs -o size=32m none "$DISK" && head -c 28000000 /dev/zero > "$DISK/filler" || exit 90
"$@"; echo "exit $?" >&2
rm "$DISK/filler"
exec "$@"`
	c := command(t, []string{"DISK=" + disk}, "batch")
	c.Path, c.Args = "/usr/bin/unshare", []string{"unshare", "-Urm", "sh", "-c", script, "sh", program, "batch", "register_someone_for_session", "--input", file, "--set", "session_id=s1",
		"--base-url", a.URL + "/v1", "--state", filepath.Join(disk, "state"), "--between-looks", "200ms", "--lease", "1s", "--no-budgets"}
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
