// Budgets, with real processes and a strict API that writes down when each request
// arrives.

package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"modulex.dev/connector/fleet/jetstream"
)

// strict refuses a request that is the sixth in any second.
func (a *api) strict() (refused *int) {
	refused = new(int)
	a.gate = func(w http.ResponseWriter) bool {
		n := len(a.at)
		if n <= 5 || a.at[n-1].Sub(a.at[n-6]) >= time.Second {
			return false
		}
		*refused++
		w.Header().Set("Retry-After", "1")
		http.Error(w, `{"errors":[{"title":"too many"}]}`, http.StatusTooManyRequests)
		return true
	}
	return refused
}

// TestBudgetShared: three workers and a fourth that comes later keep to five calls
// a second together, and use at least nine tenths of them. The margin is for
// requests that arrive up to so much late of each other; where the machine holds
// them up for longer there is nothing to be seen, so it is tried again.
func TestBudgetShared(t *testing.T) {
	const margin = 75 * time.Millisecond
	rows := 160
	if testing.Short() {
		rows = 60
	}
	var late time.Duration
	for range 3 {
		refused, share, lateness := budgetShared(t, rows)
		late = lateness
		switch {
		case lateness > margin:
			t.Logf("requests arrived %s late of each other, %d of them over the budget: the machine is too busy", lateness, refused)
			continue
		case refused > 0:
			t.Errorf("%d requests were over the budget", refused)
		case share < 0.9 && !testing.Short():
			t.Logf("only %.1f %% of the budget were used", 100*share)
			continue
		}
		return
	}
	if late <= margin {
		t.Error("less than nine tenths of the budget were used, three times")
		return
	}
	t.Skip("the machine was too busy to tell, three times")
}

// budgetShared runs a batch and tells how many requests were over the budget, how
// much of it was used, and how late requests were of each other.
func budgetShared(t *testing.T, rows int) (over int, share float64, late time.Duration) {
	a := newAPI(t)
	refused := a.strict()
	c := newCluster(t)
	args := []string{"--base-url", a.URL + "/v1"}
	for range 3 {
		c.worker(t, nil, args...)
	}
	batch, file := c.batch(t, a, rows)
	a.wait(t, rows/2)
	c.worker(t, nil, args...)
	batch.settled(t, c)
	a.once(t, rows)
	allDone(t, file, rows)

	a.mu.Lock()
	defer a.mu.Unlock()
	closest := time.Hour
	for i := 5; i < len(a.at); i++ {
		closest = min(closest, a.at[i].Sub(a.at[i-5]))
	}
	took := a.at[len(a.at)-1].Sub(a.at[0])
	share = float64(len(a.at)) / (5 * (took.Seconds() + 1)) // windows of a second, the last one whole
	late = (time.Second + 75*time.Millisecond - closest).Round(time.Millisecond)
	t.Logf("%d calls in %s, %.1f %% of the budget; the closest six are %s apart, so requests arrive up to %s late of each other",
		len(a.at), took.Round(time.Millisecond), 100*share, closest.Round(time.Millisecond), late)
	return *refused, share, late
}

// TestMonthUsedUp: once the API has said that nothing is left of the month, no
// worker sends. Bulk jobs wait and are there; who waits for one is told at once.
func TestMonthUsedUp(t *testing.T) {
	const rows = 12
	a := newAPI(t)
	a.gate = func(w http.ResponseWriter) bool {
		w.Header().Set("RateLimit-Monthly-Limit", "10000")
		w.Header().Set("RateLimit-Monthly-Remaining", "0")
		w.Header().Set("RateLimit-Reset", fmt.Sprint(time.Now().Add(240*time.Hour).Unix()))
		return false
	}
	c := newCluster(t)
	first := command(t, nil, "submit", "register_someone_for_session", "--nats", c.url, "--tenant", "acme", "--credential-ref", "acme", "--wait", "60s",
		"--input", `{"session_id":"s1","fields":{"email":"first@example.com"}}`)
	args := []string{"--base-url", a.URL + "/v1"}
	c.worker(t, nil, args...)
	if out, err := first.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c.worker(t, nil, args...)
	c.worker(t, nil, args...)
	batch, _ := c.batch(t, a, rows)
	asks := min(rows, jetstream.TenantAtOnce) // the others of the tenant wait behind them
	var jobs []map[string]any
	for patience := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		jobs = c.list(t)
		asked := 0
		for _, j := range jobs {
			if j["state"] == "queued" && j["began"] != nil { // a worker has begun it and given it back
				asked++
			}
		}
		if asked == asks {
			break
		}
		if time.Now().After(patience) {
			t.Fatalf("%d of %d jobs were begun and given back: %v", asked, asks, jobs)
		}
	}
	kill(batch.Cmd)
	if len(jobs) != rows+1 || a.seen() != 1 {
		t.Errorf("%d jobs, %d requests; want %d and the first one", len(jobs), a.seen(), rows+1)
	}
	waiting := command(t, nil, "submit", "list_session_people", "--nats", c.url, "--tenant", "acme", "--credential-ref", "acme", "--wait", "60s", "--input", `{"session_id":"s1"}`)
	answer, err := waiting.Output()
	if waiting.ProcessState.ExitCode() != 1 || !strings.Contains(string(answer), "the quota of 10000 calls in 30 days is used up") {
		t.Errorf("who waits is told %s (%v)", answer, err)
	}
	out, err := command(t, nil, "budget", "--nats", c.url).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "10000 in 720h0m0s") || !strings.Contains(string(out), "10000  0 ") {
		t.Errorf("%v\n%s", err, out)
	}
}

// list tells of all jobs.
func (c *cluster) list(t *testing.T) (jobs []map[string]any) {
	t.Helper()
	out, err := command(t, nil, "jobs", "list", "--json", "--nats", c.url).Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		var j map[string]any
		if err := json.Unmarshal([]byte(line), &j); err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, j)
	}
	return jobs
}
