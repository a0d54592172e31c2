// submit, with real processes: what becomes of who waits.

package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const nobodyThere = `{"data":[],"meta":{"current_page":0,"next_page":null,"page_count":1}}`

// TestAsked: a read that somebody waits for is answered by a worker, and not kept.
// With a name it is kept, and goes through the queue; a write always does.
func TestAsked(t *testing.T) {
	a := newAPI(t)
	c := newCluster(t)
	c.worker(t, nil, "--base-url", a.URL+"/v1", "--no-budgets")
	list := func() *exec.Cmd { return command(t, nil, "jobs", "list", "--json", "--nats", c.url) }
	untilAsked(t, func() *exec.Cmd { return c.submit(t, "list_session_people", `{"session_id":"s1"}`) }, list)
	before := kept(t, list())
	for _, submit := range []*exec.Cmd{
		c.submit(t, "list_session_people", `{"session_id":"s1"}`, "--id", "named"),
		c.submit(t, "register_someone_for_session", `{"session_id":"s1","fields":{"email":"a@example.com"}}`),
	} {
		succeeds(t, submit)
	}
	if n := kept(t, list()) - before; n != 2 {
		t.Errorf("%d jobs more are kept, want 2", n)
	}
}

// untilAsked submits a read until nothing is kept of it: of a worker that has just
// begun not every server has heard, and what nobody answers goes through the queue.
func untilAsked(t *testing.T, submit, list func() *exec.Cmd) {
	t.Helper()
	for patience := time.Now().Add(time.Minute); ; {
		before := kept(t, list())
		succeeds(t, submit())
		if kept(t, list()) == before {
			return
		}
		if time.Now().After(patience) {
			t.Fatal("no worker answers, all goes through the queue")
		}
	}
}

func succeeds(t *testing.T, submit *exec.Cmd) {
	t.Helper()
	if out, err := submit.CombinedOutput(); err != nil || !strings.Contains(string(out), `"success":true`) || strings.Contains(string(out), "refuses") {
		t.Errorf("%v: %v\n%s", submit.Args, err, out)
	}
}

// kept is how many jobs there are.
func kept(t *testing.T, list *exec.Cmd) int {
	t.Helper()
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(out), "\n")
}

// TestAskedAndKilled: the worker that has the question is killed. Who asked gets the
// answer of another, through the queue.
func TestAskedAndKilled(t *testing.T) {
	t.Parallel()
	var seen atomic.Int64
	first := make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if seen.Add(1) == 1 {
			close(first)
			<-r.Context().Done()
			return
		}
		fmt.Fprint(w, nobodyThere)
	}))
	defer api.Close()
	c := newCluster(t)
	args := []string{"--base-url", api.URL, "--no-budgets"}
	victim := c.worker(t, nil, args...)
	asks := c.submit(t, "list_session_people", `{"session_id":"s1"}`)
	var out words
	asks.Stdout, asks.Stderr = &out, &out
	if err := asks.Start(); err != nil {
		t.Fatal(err)
	}
	<-first
	kill(victim)
	c.worker(t, nil, args...)
	if err := asks.Wait(); err != nil || !strings.Contains(out.String(), `"success":true`) {
		t.Errorf("%v\n%s", err, out.String())
	}
}
