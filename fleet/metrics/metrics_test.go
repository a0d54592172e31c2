package metrics_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/jetstream"
	"modulex.dev/connector/fleet/metrics"
	"modulex.dev/connector/fleet/worker"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
)

const token = "canary-51c09d"

// TestSeen runs jobs of several ends and reads what Prometheus would.
func TestSeen(t *testing.T) {
	keeper, err := jetstream.Embed(t.TempDir(), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	e, err := jetstream.Open(t.Context(), jetstream.Options{Embedded: keeper, Worker: "w"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := metrics.Serve("127.0.0.1:0", e)
	if err != nil {
		t.Fatal(err)
	}
	meter, err := metrics.New(s.Provider, &livestorm.Table, e)
	if err != nil {
		t.Fatal(err)
	}
	submit := func(id, action string, class fleet.Class, ref string) {
		t.Helper()
		j := fleet.Job{ID: id, API: "livestorm", Action: action, Tenant: "tenant-" + id, Class: class, Input: json.RawMessage(`{"session_id":"s"}`),
			Credential: fleet.Credential{Ref: ref}, Submitted: time.Now().UTC()}
		if err := e.Submit(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	submit("good", "get_session", fleet.Waiting, "known")
	submit("dead", "get_session", fleet.Bulk, "unknown")
	submit("odd", "no_such_action", fleet.Bulk, "known")
	want(t, read(t, s, "/metrics"), `fleet_queue_jobs{class="bulk"} 2`, `fleet_queue_jobs{class="waiting"} 1`, `fleet_queue_oldest_seconds{class="bulk"} `)

	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"data":{"id":"s","type":"sessions","attributes":{}}}`)
	}))
	defer api.Close()
	w, err := worker.New(worker.Options{Table: &livestorm.Table, Engine: e, Client: runtime.Options{BaseURL: api.URL}, Observer: meter,
		Resolve: func(j fleet.Job) (runtime.Credentials, error) {
			if j.Credential.Ref != "known" {
				return runtime.Credentials{}, fmt.Errorf("there is no credential %s", j.Credential.Ref)
			}
			return livestorm.APIToken(token), nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { over <- w.Run(ctx) }()
	for _, id := range []string{"good", "dead", "odd"} {
		if _, err := e.Await(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-over; err != nil {
		t.Error(err)
	}
	seen := read(t, s, "/metrics")
	want(t, seen,
		`fleet_jobs_ended_total{action="get_session",class="waiting",state="done"} 1`,
		`fleet_jobs_ended_total{action="get_session",class="bulk",state="dead"} 1`,
		`fleet_jobs_ended_total{action="other",class="bulk",state="dead"} 1`,
		`fleet_queue_jobs{class="bulk"} 0`,
		`fleet_worker_jobs 0`,
		`fleet_job_duration_seconds_count{class="bulk"} 2`,
		`fleet_budget_credentials{window="5 in 1s"} 1`,
		`fleet_budget_exhausted{window="10000 in 30d"} 0`,
		`fleet_budget_used_ratio{window="10000 in 30d"} 0.0001`,
	)
	for _, never := range []string{token, "tenant-", "no_such_action", `"good"`} {
		if strings.Contains(seen, never) {
			t.Errorf("the metrics hold %q", never)
		}
	}
	want(t, read(t, s, "/healthz"), "ok")

	if err := keeper.Close(); err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get("http://" + s.Addr + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("without its server a worker is well: %s", answer.Status)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	_ = e.Close() // its server is gone
}

func read(t *testing.T, s *metrics.Server, path string) string {
	t.Helper()
	answer, err := http.Get("http://" + s.Addr + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v\n%s", path, answer.Status, err, text)
	}
	return string(text)
}

func want(t *testing.T, seen string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(line)).MatchString(seen) {
			ours := slices.DeleteFunc(strings.Split(seen, "\n"), func(l string) bool { return !strings.HasPrefix(l, "fleet_") || strings.Contains(l, "_bucket") })
			t.Errorf("there is no %s in\n%s", line, strings.Join(ours, "\n"))
		}
	}
}
