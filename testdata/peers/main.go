//go:build unix

// Command peers measures connectorgen beside other generators, in one run and
// on the same operations: the connector's own, and as many as a large API has.
//
//	go run ./testdata/peers              # make bench
//	go run ./testdata/peers -peers 5000  # the peers at every size; takes minutes
//
// Each row is a whole process, and the rows of one size take turns. The peers
// are fetched by version and are in no go.mod of the project; without network
// and module cache the table has connectorgen alone.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"modulex.dev/connector/generator"
)

type options struct {
	manifest                      string
	sizes                         string
	rounds, peersUpTo, buildsUpTo int
	prepare                       string
}

func main() {
	var o options
	flag.StringVar(&o.manifest, "manifest", "manifest.yaml", "the connector to measure with")
	flag.StringVar(&o.sizes, "sizes", "1000,5000", "numbers of actions besides the connector's own")
	flag.IntVar(&o.rounds, "rounds", 3, "times that each row is measured")
	flag.IntVar(&o.peersUpTo, "peers", 1000, "the largest size for the other generators; 0 leaves them out")
	flag.IntVar(&o.buildsUpTo, "builds", 1000, "the largest size at which the generated code is compiled; 0 leaves that out")
	flag.StringVar(&o.prepare, "prepare", "", "write the inputs of one size, `DIR:ACTIONS`, and end")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run := compare
	if o.prepare != "" {
		run = prepare
	}
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// prepare writes the inputs of one size: the manifest, and the same operations
// as an OpenAPI document.
func prepare(_ context.Context, o options) error {
	dir, number, _ := strings.Cut(o.prepare, ":")
	actions, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	src, err := os.ReadFile(o.manifest)
	if err != nil {
		return err
	}
	if actions > 0 {
		if src, err = multiplied(src, actions); err != nil {
			return err
		}
	}
	c, faults := generator.Load(o.manifest, src)
	if len(faults) > 0 {
		return faults
	}
	doc, err := document(c)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest.yaml"), src, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "openapi.json"), doc, 0o644)
}

func compare(ctx context.Context, o options) error {
	sizes, err := sizesOf(o.sizes)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tools, err := installed(ctx, dir, o)
	if err != nil {
		return err
	}
	t := newTable(os.Stdout)
	for _, size := range sizes {
		if err := measured(ctx, t, tools, filepath.Join(dir, strconv.Itoa(size)), size, o); err != nil {
			return err
		}
	}
	t.growth()
	return nil
}

// sizesOf is the sizes to measure; 0 is the connector as it is.
func sizesOf(list string) ([]int, error) {
	sizes := []int{0}
	for text := range strings.SplitSeq(list, ",") {
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-sizes cannot have %q; use numbers such as 1000,5000", text)
		}
		sizes = append(sizes, n)
	}
	slices.Sort(sizes)
	return sizes, nil
}

// measured takes all rows of one size.
func measured(ctx context.Context, t *printed, tools []tool, dir string, size int, o options) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	// Another process makes the inputs: the peak memory of a child is never less
	// than its parent's, so this one has to stay small.
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "-manifest", o.manifest, "-prepare", fmt.Sprintf("%s:%d", dir, size))
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the inputs for %d actions: %w", size, err)
	}
	actions, err := operationsIn(filepath.Join(dir, "openapi.json"))
	if err != nil {
		return err
	}
	tools = slices.DeleteFunc(slices.Clone(tools), func(x tool) bool { return x.peer && actions > o.peersUpTo })
	rows, err := generating(ctx, tools, dir, o.rounds)
	if err != nil {
		return err
	}
	t.section(actions, o.rounds, sizeOf(dir, "manifest.yaml"), sizeOf(dir, "openapi.json"))
	t.rows(actions, rows)
	if actions > o.buildsUpTo {
		return nil
	}
	if rows, err = building(ctx, tools, dir, buildRounds(actions, o.rounds)); err != nil {
		return err
	}
	t.rows(actions, rows)
	return nil
}

// buildRounds is one for large packages, whose compiling takes half a minute.
func buildRounds(actions, rounds int) int {
	if actions > 100 {
		return 1
	}
	return rounds
}

// generating runs the generators in turn, round after round.
func generating(ctx context.Context, tools []tool, dir string, rounds int) ([]*row, error) {
	lint := &row{label: "connectorgen lint", kind: "lint"}
	rows := []*row{lint}
	for _, x := range tools {
		rows = append(rows, &row{label: x.label, kind: "generate"})
	}
	for range rounds {
		s, err := process(ctx, dir, tools[0].binary, "lint", "--manifest", "manifest.yaml")
		if err != nil {
			return nil, err
		}
		lint.add(s)
		for i, x := range tools {
			out := filepath.Join(dir, x.name)
			if err := os.RemoveAll(out); err != nil {
				return nil, err
			}
			if err := os.MkdirAll(out, 0o755); err != nil {
				return nil, err
			}
			if s, err = process(ctx, dir, x.binary, x.args...); err != nil {
				return nil, err
			}
			rows[i+1].add(s)
		}
	}
	for i, x := range tools {
		var err error
		if rows[i+1].output, err = outputOf(filepath.Join(dir, x.name)); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// building compiles what was generated, in turn. What it imports is compiled
// already; the package itself is different in each round, so it is compiled.
func building(ctx context.Context, tools []tool, dir string, rounds int) ([]*row, error) {
	var rows []*row
	var built []tool
	for _, x := range tools {
		if err := module(ctx, filepath.Join(dir, x.name), x); err != nil && x.peer && ctx.Err() == nil {
			fmt.Printf("%s's output is not compiled, since what it imports cannot be had here: %v\n", x.name, err)
			continue
		} else if err != nil {
			return nil, err
		}
		built = append(built, x)
		rows = append(rows, &row{label: "compiling " + x.name + "'s", kind: "build"})
	}
	for round := range rounds {
		for i, x := range built {
			out := filepath.Join(dir, x.name)
			text := fmt.Sprintf("package %s\n\nconst roundOfTheBenchmark = %d\n", x.pkg, round)
			if err := os.WriteFile(filepath.Join(out, "round.go"), []byte(text), 0o644); err != nil {
				return nil, err
			}
			s, err := process(ctx, out, "go", "build", ".")
			if err != nil {
				return nil, err
			}
			rows[i].add(s)
		}
	}
	return rows, nil
}
