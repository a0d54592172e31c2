// A write with an idempotency key, at a terminal: it happens once, however often
// and from however many processes the command is run.

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"modulex.dev/connector/cmd/livestorm/sandbox"
)

func TestKeyAcrossProcesses(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "livestorm")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	u := newUpstream(t, unlimited)
	ledger := filepath.Join(t.TempDir(), "ledger")
	create := func(title, key string) (out, errOut string, code int) {
		cmd := exec.Command(binary, "call", "create_event", "-p", "owner_id="+sandbox.OwnerID, "-p", "title="+title, "--idempotency-key", key, "--ledger", ledger, "--base-url", u.base())
		cmd.Env = append(os.Environ(), "LIVESTORM_API_TOKEN=sandbox")
		var o, e strings.Builder
		cmd.Stdout, cmd.Stderr = &o, &e
		_ = cmd.Run()
		return o.String(), e.String(), cmd.ProcessState.ExitCode()
	}

	var all sync.WaitGroup
	var mu sync.Mutex
	answers, replayed := map[string]int{}, 0
	for range 12 {
		all.Go(func() {
			out, errOut, code := create("Once", "order-17")
			mu.Lock()
			defer mu.Unlock()
			answers[out]++
			if strings.HasPrefix(errOut, "replayed: ") {
				replayed++
			}
			if code != 0 {
				t.Errorf("exit %d: %s%s", code, out, errOut)
			}
		})
	}
	all.Wait()
	if len(u.seen()) != 1 || len(answers) != 1 || replayed != 11 {
		t.Errorf("%d requests, %d different answers, %d replayed", len(u.seen()), len(answers), replayed)
	}

	if out, _, code := create("Twice", "order-17"); code != 1 || !strings.Contains(out, "the idempotency key has been used with other input") {
		t.Errorf("other input: exit %d, %s", code, out)
	}
	u.expect(status(502, ""))
	first, _, _ := create("Lost", "order-18")
	again, _, code := create("Lost", "order-18")
	if code != 1 || first != again || !strings.Contains(again, "outcome unknown") || len(u.seen()) != 1 {
		t.Errorf("unknown outcome: exit %d after %d requests, %s", code, len(u.seen()), again)
	}
}
