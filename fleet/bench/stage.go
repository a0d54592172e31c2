//go:build unix

// What sections are measured on: servers that keep jobs, an API that answers at
// once, those who submit and those who work.

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

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/jetstream"
	"modulex.dev/connector/fleet/worker"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
)

// stage is a server that is empty at first, an engine on it, and the API.
type stage struct {
	*keeper
	engine *jetstream.Engine
	api    *httptest.Server
	calls  *atomic.Int64
}

// starter starts servers.
type starter func(context.Context) (*keeper, error)

// alone starts one server.
func alone(env ...string) starter {
	return func(ctx context.Context) (*keeper, error) { return keep(ctx, env...) }
}

// onStage runs a measurement, and takes everything down behind it.
func onStage(ctx context.Context, start starter, measure func(*stage) error) error {
	k, err := start(ctx)
	if err != nil {
		return err
	}
	defer k.end()
	e, err := k.open(ctx)
	if err != nil {
		return err
	}
	defer e.Close()
	st := &stage{keeper: k, engine: e}
	st.api, st.calls = answerer()
	defer st.api.Close()
	return measure(st)
}

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
func (st *stage) hire(ctx context.Context, n int, budgets bool) (*crew, error) {
	ctx, stop := context.WithCancel(ctx)
	c := &crew{stop: stop}
	for range n {
		e, err := st.open(ctx)
		if err != nil {
			stop()
			return nil, err
		}
		w, err := worker.New(worker.Options{
			Table: table(budgets), Engine: e, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Client: runtime.Options{BaseURL: st.api.URL, DisableBudgets: !budgets},
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

// drain has workers do all of n jobs that wait, each with one call.
func (st *stage) drain(ctx context.Context, n, workers int, budgets bool) (time.Duration, error) {
	c, err := st.hire(ctx, workers, budgets)
	if err != nil {
		return 0, err
	}
	took, err := c.until(ctx, n)
	c.leave()
	if err == nil && st.calls.Load() != int64(n) {
		err = fmt.Errorf("%d calls of %d jobs", st.calls.Load(), n)
	}
	return took, err
}
