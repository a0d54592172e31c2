//go:build unix

// How long somebody waits for a job.

package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"

	"modulex.dev/connector/fleet"
)

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
	return onStage(ctx, alone(), func(st *stage) error {
		asker, err := nats.Connect(st.url)
		if err != nil {
			return err
		}
		defer asker.Close()
		echo, err := nats.Connect(st.url)
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
		took, err := timed(s.asked, func(int) error {
			_, err := asker.RequestWithContext(ctx, "echo", []byte("anybody?"))
			return err
		})
		if err != nil {
			return err
		}
		r.add("the floor: a request that is sent back", "1", "nothing", fmt.Sprint(len(took)), took.p(50), took.p(99), took.p(100))
		return nil
	})
}

func latencyWith(ctx context.Context, s sizes, workers, bulk int, reads bool, r *report) error {
	return onStage(ctx, alone(), func(st *stage) error {
		if _, err := submit(ctx, st.engine, bulk, 20); err != nil {
			return err
		}
		took, err := st.waitedFor(ctx, s.asked, workers, reads)
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
		r.add(what, fmt.Sprint(workers), beside, fmt.Sprint(len(took)), took.p(50), took.p(99), took.p(100))
		return nil
	})
}

// waitedFor has workers do n jobs, one after the other, that somebody waits for.
func (st *stage) waitedFor(ctx context.Context, n, workers int, reads bool) (durations, error) {
	c, err := st.hire(ctx, workers, false)
	if err != nil {
		return nil, err
	}
	defer c.leave()
	return timed(n, func(i int) error {
		j := job(fmt.Sprintf("asked%d", i), "asker", fleet.Waiting)
		if reads {
			j = question(j.ID, j.Tenant)
		}
		ended, err := fleet.Do(ctx, st.engine, j, reads, time.Minute)
		if err != nil || ended.State != fleet.Done {
			return fmt.Errorf("a job that was waited for is %s: %s (%w)", ended.State, ended.Envelope, err)
		}
		return nil
	})
}

// durations are what something took, the shortest first.
type durations []time.Duration

// p is the one that so many of a hundred are not above.
func (d durations) p(percent int) string {
	return fmt.Sprintf("%.1f ms", float64(d[min(len(d)-1, len(d)*percent/100)].Microseconds())/1000)
}

// warm is how many times do not count: workers have to connect.
const warm = 10

// timed does something n times, and a little before it counts.
func timed(n int, do func(i int) error) (took durations, err error) {
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
