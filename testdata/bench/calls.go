//go:build unix

package main

// Calls, lists, dispatch and input: what happens inside of a process.

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/measure"
)

const (
	nameFloor = "floor"
	nameOurs  = "runtime"
)

func calls(ctx context.Context, b *bench) (r report, err error) {
	all, err := b.inside(ctx, "calls", 11, 25*time.Millisecond)
	if err != nil {
		return r, err
	}
	r.notes = b.notes()
	r.tables = []grid{oneCall(all), sevenCalls(all)}
	ours := all.of("call get_event", nameOurs)
	r.aims = []aim{
		{"get_event: CPU of the floor", ours.Ratio(all.of("call get_event", nameFloor), measure.CPU), 1.6, times},
		{"get_event: CPU of the floor, both with a time limit", all.of("limited get_event", nameOurs).Ratio(all.of("limited get_event", nameFloor), measure.CPU), 1.4, times},
		{"get_event: allocations", ours.Median(measure.Allocs), 22, count},
	}
	if ogen := all.of("call get_event", "ogen"); ogen != nil {
		r.aims = append(r.aims,
			aim{"get_event: CPU of ogen", ours.Ratio(ogen, measure.CPU), 0.65, times},
			aim{"get_event: CPU of ogen, both with a time limit", all.of("limited get_event", nameOurs).Ratio(all.of("limited get_event", "ogen"), measure.CPU), 0.65, times})
	}
	return r, nil
}

// oneCall is get_event with all clients.
func oneCall(all rows) grid {
	t := grid{head: []string{"get_event", "ns", "CPU ns", "bytes", "allocs", "floor", "with a time limit: ns", "CPU ns", "allocs", "floor"}}
	for _, row := range all.group("call get_event") {
		limited := all.of("limited get_event", row.Name)
		t.add(row.Name, nanos(row.Median(measure.Wall)), nanos(row.Median(measure.CPU)), count(row.Median(measure.Bytes)), count(row.Median(measure.Allocs)),
			times(row.Ratio(all.of("call get_event", nameFloor), measure.CPU)),
			nanos(limited.Median(measure.Wall)), nanos(limited.Median(measure.CPU)), count(limited.Median(measure.Allocs)),
			times(limited.Ratio(all.of("limited get_event", nameFloor), measure.CPU)))
	}
	return t
}

// sevenCalls is our runtime's seven operations beside floor and ogen.
func sevenCalls(all rows) grid {
	t := grid{head: []string{"runtime", "CPU ns", "bytes", "allocs", "floor", "floor with a time limit", "ogen-raw", "ogen", "oapi-raw", "oapi"}}
	for _, op := range clients.Operations {
		row := all.of("call "+op, nameOurs)
		cells := []string{op, nanos(row.Median(measure.CPU)), count(row.Median(measure.Bytes)), count(row.Median(measure.Allocs)),
			times(row.Ratio(all.of("call "+op, nameFloor), measure.CPU)), times(row.Ratio(all.of("limited "+op, nameFloor), measure.CPU))}
		for _, peer := range []string{"ogen-raw", "ogen", "oapi-raw", "oapi"} {
			if other := all.of("call "+op, peer); other != nil {
				cells = append(cells, times(row.Ratio(other, measure.CPU)))
			}
		}
		t.add(cells...)
	}
	return t
}

func lists(ctx context.Context, b *bench) (r report, err error) {
	all, err := b.inside(ctx, "lists", 9, 50*time.Millisecond)
	if err != nil {
		return r, err
	}
	peaks, err := listPeaks(ctx, b)
	if err != nil {
		return r, err
	}
	r.notes = b.notes()
	for _, where := range []string{"memory", "loopback", "TLS"} {
		r.tables = append(r.tables, listTable(all.group("list "+where), where, peaks))
	}
	ours, floor := all.of("list memory", nameOurs), all.of("list memory", nameFloor)
	over, overFloor := all.of("list loopback", nameOurs), all.of("list loopback", nameFloor)
	r.aims = []aim{
		{"no network: CPU of the floor", ours.Ratio(floor, measure.CPU), 1.3, times},
		{"no network: allocations a page", ours.Median(measure.Allocs) / 50, 18, count},
		{"no network: bytes allocated for one of the bodies", ours.Median(measure.Bytes) / float64(ours.Size), 1.25, times},
		{"loopback: CPU of the floor", over.Ratio(overFloor, measure.CPU), 1.15, times},
	}
	if b.peers {
		raw, oapi := "ogen-raw", "oapi"
		r.aims = append(r.aims,
			aim{"no network: CPU of ogen-raw", ours.Ratio(all.of("list memory", raw), measure.CPU), 0.35, times},
			aim{"no network: CPU of oapi", ours.Ratio(all.of("list memory", oapi), measure.CPU), 0.07, times},
			aim{"loopback: CPU of ogen-raw", over.Ratio(all.of("list loopback", raw), measure.CPU), 0.6, times},
			aim{"loopback: CPU of oapi", over.Ratio(all.of("list loopback", oapi), measure.CPU), 0.17, times})
	}
	return r, nil
}

// listTable has the peak of a whole process in the table of the loopback.
func listTable(all rows, where string, peaks rows) grid {
	t := grid{head: []string{"50 pages of 50, " + where, "ms", "CPU ms", "MB/s", "MB allocated", "allocs", "floor"}}
	if where == "loopback" {
		t.head = append(t.head, "process: peak MB")
	}
	for _, row := range all {
		cells := []string{row.Name, millis(row.Median(measure.Wall)), millis(row.Median(measure.CPU)),
			count(float64(row.Size) / row.Median(measure.Wall) / 1e6), megabytes(row.Median(measure.Bytes)), count(row.Median(measure.Allocs)),
			times(row.Ratio(all.of("list "+where, nameFloor), measure.CPU))}
		if p := peaks.of("peak", row.Name); p != nil && where == "loopback" {
			cells = append(cells, megabytes(p.Median(measure.Peak)))
		}
		t.add(cells...)
	}
	return t
}

func slow(ctx context.Context, b *bench) (r report, err error) {
	all, err := b.inside(ctx, "slow", 5, time.Nanosecond)
	if err != nil {
		return r, err
	}
	r.notes = b.notes()
	t := grid{head: []string{"50 ms a page", "at a time", "seconds", "formula", "of one by one", "CPU ms"}}
	for _, together := range []int{1, 4, 8, 16} {
		formula := 0.05 * float64(1+(49+together-1)/together)
		for _, row := range all.group(fmt.Sprintf("slow %d", together)) {
			t.add(row.Name, fmt.Sprint(together), seconds(row.Median(measure.Wall)), seconds(formula),
				times(row.Ratio(all.of("slow 1", row.Name), measure.Wall)), millis(row.Median(measure.CPU)))
		}
	}
	r.tables = []grid{t}
	for _, c := range []struct {
		together int
		bar      float64
	}{{4, 0.30}, {8, 0.17}} {
		row := all.of(fmt.Sprintf("slow %d", c.together), nameOurs)
		r.aims = append(r.aims, aim{fmt.Sprintf("%d pages at a time: time of one by one", c.together), row.Ratio(all.of("slow 1", nameOurs), measure.Wall), c.bar, times})
	}
	for _, together := range []int{4, 8, 16} {
		row := all.of(fmt.Sprintf("slow %d", together), nameOurs)
		formula := 0.05 * float64(1+(49+together-1)/together)
		r.aims = append(r.aims, aim{fmt.Sprintf("%d pages at a time: time of the formula", together), row.Median(measure.Wall) / formula, 1.05, times})
	}
	return r, nil
}

func dispatch(ctx context.Context, b *bench) (r report, err error) {
	all, err := b.inside(ctx, "dispatch", 21, 10*time.Millisecond)
	if err != nil {
		return r, err
	}
	t := grid{head: []string{"actions", "asked for", "map, CPU ns", "runtime, CPU ns", "allocs", "refused call, CPU ns"}}
	for _, n := range []string{"7", "5000"} {
		for _, which := range []string{"random", "same"} {
			group := "dispatch " + n + " " + which
			ours, called := all.of(group, nameOurs), all.of(group, "called")
			t.add(n, which, ns(all.of(group, "map")), ns(ours), count(ours.Median(measure.Allocs)), ns(called))
			if which == "random" {
				r.aims = append(r.aims,
					aim{"one of " + n + ", any of them: CPU", ours.Median(measure.CPU) * 1e9, 25, nanosOf},
					aim{"one of " + n + ": allocations", math.Round(ours.Median(measure.Allocs)), 0, count})
			}
		}
	}
	r.tables = []grid{t}
	return r, nil
}

func ns(row *measure.Row) string { return fmt.Sprintf("%.1f", row.Median(measure.CPU)*1e9) }

func input(ctx context.Context, b *bench) (r report, err error) {
	all, err := b.inside(ctx, "input", 15, 15*time.Millisecond)
	if err != nil {
		return r, err
	}
	t := grid{head: []string{"15 fields", "from", "CPU ns", "bytes", "allocs", "anchor"}}
	for _, from := range []string{"bytes", "ready"} {
		group := "input " + from
		base, anchor := all.of(group, "runtime, no parameters"), all.of(group, "anchor")
		for _, row := range all.group(group) {
			if row == base {
				continue
			}
			if row.Name == nameOurs {
				row = row.Less(base)
			}
			t.add(row.Name, from, nanos(row.Median(measure.CPU)), count(row.Median(measure.Bytes)), count(row.Median(measure.Allocs)), times(row.Ratio(anchor, measure.CPU)))
		}
		ours := all.of(group, nameOurs).Less(base)
		r.aims = append(r.aims,
			aim{strings.TrimSpace(from + ": CPU of the anchor"), ours.Ratio(anchor, measure.CPU), 2, times},
			aim{from + ": CPU of jsonschema/v5", ours.Ratio(all.of(group, "jsonschema/v5"), measure.CPU), 0.06, times})
	}
	r.tables = []grid{t}
	return r, nil
}
