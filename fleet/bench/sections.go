//go:build unix

// The sections of the page: how much a queue takes, weighs and gives out.

package main

import (
	"context"
	"fmt"
	"time"

	"modulex.dev/connector/fleet/jetstream"
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

// queued fills a queue and weighs it.
func queued(ctx context.Context, s sizes, r *report) error {
	r.head = []string{"jobs queued", "submitted in", "a second", "server's memory, empty", "with them", "on the disk", "a job in the stream", "in the records"}
	if err := queuedBy(ctx, s.queued, "", r); err != nil || !s.long {
		return err
	}
	return queuedBy(ctx, 1_000_000, "1", r)
}

func queuedBy(ctx context.Context, jobs int, without string, r *report) error {
	return onStage(ctx, alone(unsynced+"="+without), func(st *stage) error {
		empty := st.memory()
		took, err := submit(ctx, st.engine, jobs, max(1, jobs/1000))
		if err != nil {
			return err
		}
		in, n := took.Round(time.Second/10).String(), int64(jobs)
		if without != "" {
			in += ", not synced"
		}
		r.add(fmt.Sprint(n), in, rate(jobs, took), bytesOf(empty), bytesOf(st.memory()), bytesOf(st.disk("")),
			bytesOf(st.disk(jetstream.JobsStream)/n), bytesOf(st.disk(jetstream.RecordsBucket)/n))
		return nil
	})
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
	return onStage(ctx, alone(), func(st *stage) error {
		if _, err := submit(ctx, st.engine, s.drained, 20); err != nil {
			return err
		}
		took, err := st.drain(ctx, s.drained, workers, budgets)
		if err != nil {
			return err
		}
		n, counted := int64(s.drained), "counted"
		if !budgets {
			counted = "off"
		}
		r.add(fmt.Sprint(workers), counted, fmt.Sprint(n), took.Round(10*time.Millisecond).String(), rate(s.drained, took),
			bytesOf(st.disk(jetstream.RecordsBucket)/n), bytesOf(st.disk(jetstream.LedgerBucket)/n))
		return nil
	})
}

// tenants gives each of many tenants one job.
func tenants(ctx context.Context, s sizes, r *report) error {
	r.head = []string{"tenants, a job each", "workers", "drained in", "a second", "server's memory before", "after", "consumers left"}
	return onStage(ctx, alone(), func(st *stage) error {
		if _, err := submit(ctx, st.engine, s.tenants, s.tenants); err != nil {
			return err
		}
		before := st.memory()
		took, err := st.drain(ctx, s.tenants, 2, true)
		if err != nil {
			return err
		}
		load, err := st.engine.Load(ctx)
		if err != nil {
			return err
		}
		r.add(fmt.Sprint(s.tenants), "2", took.Round(time.Second/10).String(), rate(s.tenants, took), bytesOf(before), bytesOf(st.memory()), fmt.Sprint(load.Consumers))
		return nil
	})
}

// cluster does the same with one server and with three, each of which keeps a copy
// on the same disk: registrations that are submitted, drained, and waited for.
func cluster(ctx context.Context, s sizes, r *report) error {
	r.head = []string{"servers", "jobs", "submitted, a second", "drained by 2 workers, a second", "a write that is waited for, p50", "p99", "the disk of one, a job"}
	for _, start := range []starter{alone(), keepers} {
		err := onStage(ctx, start, func(st *stage) error {
			in, err := submit(ctx, st.engine, s.drained, 20)
			if err != nil {
				return err
			}
			out, err := st.drain(ctx, s.drained, 2, true)
			if err != nil {
				return err
			}
			disk := st.disk("")
			took, err := st.waitedFor(ctx, s.asked, 2, false)
			if err != nil {
				return err
			}
			r.add(fmt.Sprint(1+len(st.fellows)), fmt.Sprint(s.drained), rate(s.drained, in), rate(s.drained, out), took.p(50), took.p(99), bytesOf(disk/int64(s.drained)))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
