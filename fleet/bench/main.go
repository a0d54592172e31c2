//go:build unix

// Command bench measures the fleet: how fast jobs come in and go out, how long one
// takes that somebody waits for, and what a queue weighs in memory and on the disk.
//
//	go run ./bench                        all of it, printed
//	go run ./bench -page ../docs/scale.md  and written between the markers of the page
//	go run ./bench -long                  and 1,000,000 queued jobs, put in without syncs
//	go run ./bench -only drain,latency    some sections
//
// The server is a process of its own, as in a cluster, so that its memory can be
// told from ours; workers and submitters are in this one, each with a connection
// of its own; the API is on loopback and answers at once. sections.go and latency.go
// measure, stage.go has what they need, server.go is the other process, page.go prints.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
)

func main() {
	if dir := os.Getenv(serverOf); dir != "" {
		serve(dir)
		return
	}
	var s sizes
	page := flag.String("page", "", "page whose tables are written anew")
	only := flag.String("only", "", "sections to run, with commas: "+strings.Join(names(), ", "))
	flag.BoolVar(&s.long, "long", false, "weighs 1,000,000 queued jobs too; the server does not sync, so that it takes minutes and not an hour")
	flag.IntVar(&s.queued, "queued", 100_000, "jobs of the section queued")
	flag.IntVar(&s.drained, "drained", 3_000, "jobs of each drain")
	flag.IntVar(&s.asked, "asked", 300, "jobs of each latency")
	flag.IntVar(&s.tenants, "tenants", 10_000, "tenants with a job each")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, s, *only, *page); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// sizes are how much is done.
type sizes struct {
	queued, drained, asked, tenants int
	long                            bool
}

// run runs sections and prints what they found.
func run(ctx context.Context, s sizes, only, page string) error {
	var done []report
	for _, one := range sections {
		if only != "" && !slices.Contains(strings.Split(only, ","), one.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s …\n", one.name)
		r := report{name: one.name}
		if err := one.run(ctx, s, &r); err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
		fmt.Println(r.markdown())
		done = append(done, r)
	}
	switch {
	case len(done) == 0:
		return errors.New("there is no such section; there are " + strings.Join(names(), ", "))
	case page == "":
		return nil
	}
	return write(page, append(done, machine()))
}

func names() (out []string) {
	for _, s := range sections {
		out = append(out, s.name)
	}
	return out
}
