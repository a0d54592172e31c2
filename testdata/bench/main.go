//go:build unix

// Command bench measures this project beside the best it knows, in one run: calls
// and lists through the runtime, input and dispatch, whole processes, memory, the
// generator and what the compiler makes of its output. Beside each stand a floor
// written by hand and two generators that start from OpenAPI.
//
//	make bench          # from the root of the repository: all of it, and docs/performance.md
//	go run . -quick     # one short round of everything, to see that it runs
//	go run . -only calls,lists
//	go run . -long      # the peers at 5,000 operations too; half an hour
//
// Rows are measured in turn, A B C A B C, and ratios are taken within a round, so
// that a machine in use by others moves the figures less than the ratios. The
// story is in sections.go; each section has a file of its own.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

type options struct {
	quick, long bool
	only        string
	page        string
}

func main() {
	var o options
	flag.BoolVar(&o.quick, "quick", false, "one short round of small sizes")
	flag.BoolVar(&o.long, "long", false, "the largest sizes for the peers too")
	flag.StringVar(&o.only, "only", "", "some sections: "+strings.Join(names(), ","))
	flag.StringVar(&o.page, "page", "", "write the tables into this page")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	chosen, err := choose(o.only)
	if err != nil {
		return err
	}
	b, err := newBench(ctx, o)
	if err != nil {
		return err
	}
	defer b.close()
	var done []report
	for _, s := range chosen {
		begin := time.Now()
		fmt.Fprintf(os.Stderr, "bench: %s …", s.name)
		r, err := s.run(ctx, b)
		if err != nil {
			fmt.Fprintln(os.Stderr)
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Fprintf(os.Stderr, " %s\n", time.Since(begin).Round(time.Second))
		r.name = s.name
		done = append(done, r)
		fmt.Println(r.markdown())
	}
	if o.quick {
		fmt.Println("One short round: it shows that everything runs, and no figure means anything.")
		return nil
	}
	fmt.Println(summary(done))
	if o.page == "" {
		return nil
	}
	return b.write(o.page, done, len(chosen) == len(sections))
}

func choose(only string) ([]section, error) {
	if only == "" {
		return sections, nil
	}
	var chosen []section
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(sections, func(s section) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no section %q; there are %s", name, strings.Join(names(), ", "))
		}
		chosen = append(chosen, sections[i])
	}
	return chosen, nil
}

// machine is what the figures hold for.
func machine() string {
	return fmt.Sprintf("%s, %s, %s/%s, %d cores.", time.Now().UTC().Format(time.DateOnly), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
}
