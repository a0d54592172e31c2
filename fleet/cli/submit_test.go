// submit, with real processes: what becomes of who waits.

package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

const nobodyThere = `{"data":[],"meta":{"current_page":0,"next_page":null,"page_count":1}}`

// TestAsked: a read that somebody waits for is answered by a worker, and not kept.
// With a name it is kept, and goes through the queue; a write always does.
func TestAsked(t *testing.T) {
	a := newAPI(t)
	c := newCluster(t)
	c.worker(t, nil, "--base-url", a.URL+"/v1", "--no-budgets")
	for _, submit := range [][]string{
		{"list_session_people", `{"session_id":"s1"}`},
		{"list_session_people", `{"session_id":"s1"}`, "--id", "named"},
		{"register_someone_for_session", `{"session_id":"s1","fields":{"email":"a@example.com"}}`},
	} {
		out, err := c.submit(t, submit[0], submit[1], submit[2:]...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), `"success":true`) {
			t.Errorf("%v: %v\n%s", submit, err, out)
		}
	}
	var kept []string
	for _, j := range c.list(t) {
		kept = append(kept, j["job"].(map[string]any)["action"].(string))
	}
	if len(kept) != 2 {
		t.Errorf("kept are %v", kept)
	}
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
