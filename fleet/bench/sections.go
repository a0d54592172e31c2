//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/jetstream"
	"modulex.dev/connector/fleet/worker"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
)

// sections are what is measured, in the order of the page.
var sections = []struct {
	name string
	run  func(context.Context, sizes, *report) error
}{
	{"queued", queued},
	{"drain", drain},
	{"latency", latency},
	{"tenants", tenants},
	{"cluster", cluster},
}

// workerCounts are how many workers drains and latencies are measured with.
var workerCounts = []int{1, 2, 4}

// answerer is the API: it answers at once and counts.
func answerer() (*httptest.Server, *atomic.Int64) {
	var calls atomic.Int64
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{"data":[{"id":"1","type":"people","attributes":{"email":"p@example.com"}}],"meta":{"current_page":0,"next_page":null,"page_count":1}}`)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"data":{"id":"1","type":"people","attributes":{"email":"p@example.com","registered_at":1700000000}}}`)
	})), &calls
}

// job is a registration of a tenant, about as large as they are.
func job(id, tenant string, class fleet.Class) fleet.Job {
	input := fmt.Sprintf(`{"session_id":"5f9c2a9e-2b9f-4b2e-9d0e-1f6f0f2a7b11","fields":{"email":"%s@example.com","first_name":"Ada","last_name":"Lovelace","company":"Analytical Engines"}}`, id)
	return fleet.Job{ID: id, API: "livestorm", Action: "register_someone_for_session", Tenant: tenant, Class: class, Input: json.RawMessage(input),
		Credential: fleet.Credential{Ref: tenant}, Submitted: time.Now().UTC()}
}

// question is a read of a tenant.
func question(id, tenant string) fleet.Job {
	j := job(id, tenant, fleet.Waiting)
	j.Action, j.Input = "list_session_people", json.RawMessage(`{"session_id":"5f9c2a9e-2b9f-4b2e-9d0e-1f6f0f2a7b11"}`)
	return j
}

// submitters is how many submit at the same time.
const submitters = 64

// submit submits n jobs, in turn of so many tenants.
func submit(ctx context.Context, e fleet.Engine, n, tenants int) (time.Duration, error) {
	began := time.Now()
	var next atomic.Int64
	errs := make(chan error, submitters)
	for range submitters {
		go func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				if err := e.Submit(ctx, job(fmt.Sprintf("j%d", i), fmt.Sprintf("t%d", i%tenants), fleet.Bulk)); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	var err error
	for range submitters {
		err = errors.Join(err, <-errs)
	}
	return time.Since(began), err
}

// crew are workers with an engine each.
type crew struct {
	stop  context.CancelFunc
	group sync.WaitGroup
	ended atomic.Int64 // jobs
}

// hire starts n workers. The credential of a tenant is made up.
func hire(ctx context.Context, k *keeper, n int, url string, budgets bool) (*crew, error) {
	ctx, stop := context.WithCancel(ctx)
	c := &crew{stop: stop}
	for range n {
		e, err := k.engine(ctx)
		if err != nil {
			stop()
			return nil, err
		}
		w, err := worker.New(worker.Options{
			Table: table(budgets), Engine: e, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Client: runtime.Options{BaseURL: url, DisableBudgets: !budgets},
			Resolve: func(j fleet.Job) (runtime.Credentials, error) { return livestorm.APIToken("token-of-" + j.Tenant), nil },
			At: func(step string, _ fleet.Job) {
				if step == worker.StepEnded {
					c.ended.Add(1)
				}
			},
		})
		if err != nil {
			stop()
			return nil, errors.Join(err, e.Close())
		}
		c.group.Go(func() {
			if err := errors.Join(w.Run(ctx), e.Close()); err != nil {
				stop()
				fmt.Fprintln(os.Stderr, "bench: a worker:", err)
			}
		})
	}
	return c, nil
}

// table is Livestorm's, with budgets that are counted and never full.
func table(budgets bool) *runtime.Table {
	t := livestorm.Table
	if budgets {
		api := *t.API
		api.Budgets = slices.Clone(api.Budgets)
		for i := range api.Budgets {
			api.Budgets[i].Calls = 1_000_000
		}
		t.API = &api
	}
	return &t
}

// until waits until so many jobs have ended.
func (c *crew) until(ctx context.Context, n int) (time.Duration, error) {
	began := time.Now()
	for c.ended.Load() < int64(n) {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	return time.Since(began), nil
}

func (c *crew) leave() { c.stop(); c.group.Wait() }

// queued fills a queue and weighs it.
func queued(ctx context.Context, s sizes, r *report) error {
	r.head = []string{"jobs queued", "submitted in", "a second", "server's memory, empty", "with them", "on the disk", "a job in the stream", "in the records"}
	if err := queuedBy(ctx, s.queued, "", r); err != nil || !s.long {
		return err
	}
	return queuedBy(ctx, 1_000_000, "1", r)
}

func queuedBy(ctx context.Context, jobs int, without string, r *report) error {
	k, err := keep(ctx, unsynced+"="+without)
	if err != nil {
		return err
	}
	defer k.end()
	e, err := k.engine(ctx)
	if err != nil {
		return err
	}
	defer e.Close()
	empty := k.memory()
	took, err := submit(ctx, e, jobs, max(1, jobs/1000))
	if err != nil {
		return err
	}
	in, n := took.Round(time.Second/10).String(), int64(jobs)
	if without != "" {
		in += ", not synced"
	}
	r.add(fmt.Sprint(n), in, rate(jobs, took), bytesOf(empty), bytesOf(k.memory()), bytesOf(k.disk("")),
		bytesOf(k.disk(jetstream.JobsStream)/n), bytesOf(k.disk(jetstream.RecordsBucket)/n))
	return nil
}

func rate(n int, took time.Duration) string { return fmt.Sprintf("%.0f", float64(n)/took.Seconds()) }

// drain measures how fast writes are carried out, and what is left of them.
func drain(ctx context.Context, s sizes, r *report) error {
	r.head = []string{"workers", "budgets", "jobs", "drained in", "a second", "an ended job in the records", "its write in the ledger"}
	for _, budgets := range []bool{false, true} {
		for _, n := range workerCounts {
			if err := drainWith(ctx, s, n, budgets, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func drainWith(ctx context.Context, s sizes, workers int, budgets bool, r *report) error {
	k, err := keep(ctx)
	if err != nil {
		return err
	}
	defer k.end()
	e, err := k.engine(ctx)
	if err != nil {
		return err
	}
	defer e.Close()
	if _, err := submit(ctx, e, s.drained, 20); err != nil {
		return err
	}
	server, calls := answerer()
	defer server.Close()
	c, err := hire(ctx, k, workers, server.URL, budgets)
	if err != nil {
		return err
	}
	took, err := c.until(ctx, s.drained)
	c.leave()
	if err != nil {
		return err
	}
	if calls.Load() != int64(s.drained) {
		return fmt.Errorf("%d calls of %d jobs", calls.Load(), s.drained)
	}
	n, counted := int64(s.drained), "counted"
	if !budgets {
		counted = "off"
	}
	r.add(fmt.Sprint(workers), counted, fmt.Sprint(n), took.Round(10*time.Millisecond).String(), rate(s.drained, took), bytesOf(k.disk(jetstream.RecordsBucket)/n), bytesOf(k.disk(jetstream.LedgerBucket)/n))
	return nil
}

// latency measures how long a job takes that somebody waits for, in an empty queue
// and beside a bulk that keeps all workers busy: a write, which goes through the
// queue, and a read, which is asked. The floor is a request over the same server
// that is sent back as it came.
func latency(ctx context.Context, s sizes, r *report) error {
	r.head = []string{"job", "workers", "beside", "jobs", "p50", "p99", "longest"}
	if err := echoed(ctx, s, r); err != nil {
		return err
	}
	for _, reads := range []bool{true, false} {
		for _, bulk := range []int{0, s.queued / 10} {
			for _, n := range workerCounts {
				if err := latencyWith(ctx, s, n, bulk, reads, r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// echoed measures the floor.
func echoed(ctx context.Context, s sizes, r *report) error {
	k, err := keep(ctx)
	if err != nil {
		return err
	}
	defer k.end()
	asker, err := nats.Connect(k.url)
	if err != nil {
		return err
	}
	defer asker.Close()
	echo, err := nats.Connect(k.url)
	if err != nil {
		return err
	}
	defer echo.Close()
	if _, err := echo.Subscribe("echo", func(m *nats.Msg) { _ = m.Respond(m.Data) }); err != nil {
		return err
	}
	if err := echo.Flush(); err != nil {
		return err
	}
	took, err := times(s.asked, func(int) error {
		_, err := asker.RequestWithContext(ctx, "echo", []byte("anybody?"))
		return err
	})
	if err != nil {
		return err
	}
	r.add("the floor: a request that is sent back", "1", "nothing", fmt.Sprint(len(took)), millis(took[len(took)/2]), millis(took[len(took)*99/100]), millis(took[len(took)-1]))
	return nil
}

// times does something so often, and a little before it counts, and tells how long
// each took, the shortest first.
func times(n int, do func(i int) error) (took []time.Duration, err error) {
	for i := range warm + n {
		began := time.Now()
		if err := do(i); err != nil {
			return nil, err
		}
		if i >= warm {
			took = append(took, time.Since(began))
		}
	}
	slices.Sort(took)
	return took, nil
}

// warm is how many jobs are asked for before it counts: workers have to connect.
const warm = 10

func latencyWith(ctx context.Context, s sizes, workers, bulk int, reads bool, r *report) error {
	k, err := keep(ctx)
	if err != nil {
		return err
	}
	defer k.end()
	e, err := k.engine(ctx)
	if err != nil {
		return err
	}
	defer e.Close()
	if _, err := submit(ctx, e, bulk, 20); err != nil {
		return err
	}
	server, _ := answerer()
	defer server.Close()
	c, err := hire(ctx, k, workers, server.URL, false)
	if err != nil {
		return err
	}
	defer c.leave()
	took, err := times(s.asked, func(i int) error {
		j := job(fmt.Sprintf("asked%d", i), "asker", fleet.Waiting)
		if reads {
			j = question(j.ID, j.Tenant)
		}
		if ended, err := fleet.Do(ctx, e, j, reads, time.Minute); err != nil || ended.State != fleet.Done {
			return fmt.Errorf("a job that was waited for is %s: %s (%w)", ended.State, ended.Envelope, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	what, beside := "a write", "nothing"
	if reads {
		what = "a read"
	}
	if bulk > 0 {
		beside = fmt.Sprintf("a bulk of %d", bulk)
	}
	r.add(what, fmt.Sprint(workers), beside, fmt.Sprint(len(took)), millis(took[len(took)/2]), millis(took[len(took)*99/100]), millis(took[len(took)-1]))
	return nil
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

// tenants gives each of many tenants one job.
func tenants(ctx context.Context, s sizes, r *report) error {
	k, err := keep(ctx)
	if err != nil {
		return err
	}
	defer k.end()
	e, err := k.engine(ctx)
	if err != nil {
		return err
	}
	defer e.Close()
	if _, err := submit(ctx, e, s.tenants, s.tenants); err != nil {
		return err
	}
	before := k.memory()
	server, _ := answerer()
	defer server.Close()
	c, err := hire(ctx, k, 2, server.URL, true)
	if err != nil {
		return err
	}
	took, err := c.until(ctx, s.tenants)
	c.leave()
	if err != nil {
		return err
	}
	load, err := e.Load(ctx)
	if err != nil {
		return err
	}
	r.head = []string{"tenants, a job each", "workers", "drained in", "a second", "server's memory before", "after", "consumers left"}
	r.add(fmt.Sprint(s.tenants), "2", took.Round(time.Second/10).String(), rate(s.tenants, took), bytesOf(before), bytesOf(k.memory()), fmt.Sprint(load.Consumers))
	return nil
}

// cluster does the same with one server and with three, each of which keeps a copy
// on the same disk: registrations that are submitted, drained, and waited for.
func cluster(ctx context.Context, s sizes, r *report) error {
	r.head = []string{"servers", "jobs", "submitted, a second", "drained by 2 workers, a second", "a write that is waited for, p50", "p99", "the disk of one, a job"}
	for _, start := range []func(context.Context) (*keeper, error){func(ctx context.Context) (*keeper, error) { return keep(ctx) }, keepers} {
		k, err := start(ctx)
		if err != nil {
			return err
		}
		if err := clusterOf(ctx, s, k, r); err != nil {
			k.end()
			return err
		}
		k.end()
	}
	return nil
}

func clusterOf(ctx context.Context, s sizes, k *keeper, r *report) error {
	e, err := k.engine(ctx)
	if err != nil {
		return err
	}
	defer e.Close()
	in, err := submit(ctx, e, s.drained, 20)
	if err != nil {
		return err
	}
	server, _ := answerer()
	defer server.Close()
	c, err := hire(ctx, k, 2, server.URL, true)
	if err != nil {
		return err
	}
	defer c.leave()
	out, err := c.until(ctx, s.drained)
	if err != nil {
		return err
	}
	disk := k.disk("")
	took, err := times(s.asked, func(i int) error {
		ended, err := fleet.Do(ctx, e, job(fmt.Sprintf("asked%d", i), "asker", fleet.Waiting), false, time.Minute)
		if err != nil || ended.State != fleet.Done {
			return fmt.Errorf("a job that was waited for is %s: %s (%w)", ended.State, ended.Envelope, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.add(fmt.Sprint(1+len(k.fellows)), fmt.Sprint(s.drained), rate(s.drained, in), rate(s.drained, out),
		millis(took[len(took)/2]), millis(took[len(took)*99/100]), bytesOf(disk/int64(s.drained)))
	return nil
}
