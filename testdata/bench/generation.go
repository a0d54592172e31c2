//go:build unix

package main

// Generators: what they take for APIs of several sizes, and what the compiler
// takes for their output.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modulex.dev/connector/testdata/bench/measure"
)

// tool is a generator. It runs in the directory of a size and writes into the
// directory of its name there.
type tool struct {
	name string
	args []string // the program first
	pkg  string   // of the output
}

// connectorgen builds our generator.
func (b *bench) connectorgen(ctx context.Context) error {
	return command(ctx, b.root, "go", "build", "-o", b.bin("connectorgen"), "./cmd/connectorgen")
}

// tools are the generators that can be had, connectorgen first.
func (b *bench) tools(ctx context.Context, pkg string) ([]tool, error) {
	if err := b.connectorgen(ctx); err != nil {
		return nil, err
	}
	list := []tool{{"connectorgen", []string{b.bin("connectorgen"), "generate", "--manifest", "manifest.yaml", "--out", "connectorgen"}, pkg}}
	if !b.peers {
		return list, nil
	}
	// Their versions are those of the tool lines of go.mod.
	err := b.buildWithin(ctx, 5*time.Minute, "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen", "github.com/ogen-go/ogen/cmd/ogen")
	if err != nil {
		b.without = "Without the generators oapi-codegen and ogen, which cannot be had here: " + firstLine(err)
		return list, nil
	}
	return append(list,
		tool{"oapi-codegen", []string{b.bin("oapi-codegen"), "-generate", "types,client", "-package", "api", "-o", "oapi-codegen/api.go", "openapi.json"}, "api"},
		tool{"ogen", []string{b.bin("ogen"), "-config", filepath.Join(b.here, "generated", "ogen.yml"), "-package", "api", "-target", "ogen", "openapi.json"}, "api"},
	), nil
}

// size is a number of operations and what is measured there.
type size struct {
	n                    int
	rounds               int
	peers                bool // the peers run too
	compiles             int  // rounds of compiling, 0 for none
	peersCompile, ogenIn bool
}

// generation is the made-up API.
func generation(ctx context.Context, b *bench) (report, error) {
	sizes := []size{
		{n: 7, rounds: 9, peers: true, compiles: 5, peersCompile: true, ogenIn: true},
		{n: 100, rounds: 5, peers: true, compiles: 3, peersCompile: true, ogenIn: true},
		{n: 1000, rounds: 3, peers: true, compiles: 1, peersCompile: true, ogenIn: b.long},
		{n: 5000, rounds: 3, peers: b.long},
	}
	if b.quick {
		sizes = sizes[:1]
	}
	tools, err := b.tools(ctx, "synthetic")
	if err != nil {
		return report{}, err
	}
	m := &generating{bench: b, tools: tools, write: writeSynthetic}
	r, err := m.sizes(ctx, sizes)
	if err != nil {
		return r, err
	}
	for _, a := range []struct {
		n         int
		cpu, peak float64
	}{{1000, 0.12, 0.25}, {5000, 0.12, 0.18}} {
		ours, oapi := m.found.of(group("generate", a.n), "connectorgen"), m.found.of(group("generate", a.n), "oapi-codegen")
		if ours == nil || oapi == nil {
			continue
		}
		name := thousands(float64(a.n)) + " operations: "
		r.aims = append(r.aims,
			aim{name + "CPU of oapi-codegen", ours.Ratio(oapi, measure.CPU), a.cpu, times},
			aim{name + "time of oapi-codegen", ours.Ratio(oapi, measure.Wall), a.cpu, times},
			aim{name + "peak of oapi-codegen's", ours.Ratio(oapi, measure.Peak), a.peak, times})
	}
	if few, many := m.found.of(group("generate", 1000), "connectorgen"), m.found.of(group("generate", 5000), "connectorgen"); many != nil {
		r.aims = append(r.aims, aim{"5,000 operations: CPU of that of 1,000", many.Ratio(few, measure.CPU), 6, times})
	}
	if ours, oapi := m.found.of(group("compile", 1000), "connectorgen"), m.found.of(group("compile", 1000), "oapi-codegen"); oapi != nil {
		r.aims = append(r.aims, aim{"compiling 1,000 operations: CPU of oapi-codegen's", ours.Ratio(oapi, measure.CPU), 0.10, times})
	}
	return r, nil
}

// livestorm is the connector's own operations, their types and all: the peers
// write structs of the answers here, and so do we.
func livestorm(ctx context.Context, b *bench) (report, error) {
	sizes := []size{
		{n: 0, rounds: 5, peers: true, compiles: 3, peersCompile: true, ogenIn: true},
		{n: 1000, rounds: 3, peers: true},
		{n: 5000, rounds: 3, peers: b.long},
	}
	if b.long {
		sizes[1].compiles, sizes[1].peersCompile, sizes[1].ogenIn = 1, true, true
	}
	if b.quick {
		sizes = sizes[:1]
	}
	tools, err := b.tools(ctx, "livestorm")
	if err != nil {
		return report{}, err
	}
	m := &generating{bench: b, tools: tools, write: func(dir string, n int) error {
		manifest := filepath.Join(dir, "manifest.yaml")
		if _, err := writeManifest(filepath.Join(b.root, "manifest.yaml"), manifest, n); err != nil {
			return err
		}
		return writeDocument(manifest, filepath.Join(dir, "openapi.json"))
	}}
	return m.sizes(ctx, sizes)
}

func group(what string, n int) string { return fmt.Sprintf("%s %d", what, n) }

// generating measures generators on inputs of several sizes.
type generating struct {
	*bench
	tools []tool
	write func(dir string, n int) error
	found rows
}

func (m *generating) sizes(ctx context.Context, sizes []size) (r report, err error) {
	base, err := os.MkdirTemp(m.tmp, "generate")
	if err != nil {
		return r, err
	}
	for _, s := range sizes {
		dir := filepath.Join(base, fmt.Sprint(s.n))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return r, err
		}
		if err := m.write(dir, s.n); err != nil {
			return r, fmt.Errorf("the input of %d operations: %w", s.n, err)
		}
		t, err := m.size(ctx, dir, s)
		if err != nil {
			return r, err
		}
		r.tables = append(r.tables, t)
	}
	r.notes = m.notes()
	return r, nil
}

// size measures one size: the generators, then the compiler.
func (m *generating) size(ctx context.Context, dir string, s size) (t grid, err error) {
	tools := m.tools
	if !s.peers {
		tools = tools[:1]
	}
	commands := []measure.Command{{Group: group("lint", s.n), Name: "connectorgen lint", Dir: dir, Args: []string{m.bin("connectorgen"), "lint", "--manifest", "manifest.yaml"}}}
	for _, x := range tools {
		commands = append(commands, measure.Command{Group: group("generate", s.n), Name: x.name, Dir: dir, Args: x.args, Fresh: filepath.Join(dir, x.name)})
	}
	found, err := m.processes(ctx, s.rounds, commands)
	if err != nil {
		return t, err
	}
	actions := s.n
	if actions == 0 {
		actions = 46
	}
	t.head = []string{thousands(float64(actions)) + " operations", "seconds", "CPU s", "connectorgen", "peak MB", "Go, MB", "lines"}
	own := found.of(group("generate", s.n), "connectorgen")
	for _, row := range found {
		cells := []string{row.Name, seconds(row.Median(measure.Wall)), seconds(row.Median(measure.CPU)), times(row.Ratio(own, measure.CPU)), megabytes(row.Median(measure.Peak))}
		if size, lines, err := written(filepath.Join(dir, row.Name)); err == nil {
			cells = append(cells, fmt.Sprintf("%.2f", float64(size)/1e6), count(float64(lines)))
		}
		t.add(cells...)
	}
	m.found = append(m.found, found...)
	if s.compiles == 0 {
		return t, nil
	}
	return t, m.compile(ctx, &t, dir, s, tools)
}

// compile measures go build of what was generated. What it imports is compiled
// already; the package itself is another one in each round, so it is compiled.
func (m *generating) compile(ctx context.Context, t *grid, dir string, s size, tools []tool) error {
	var commands []measure.Command
	for _, x := range tools {
		if x.name != "connectorgen" && !s.peersCompile || x.name == "ogen" && !s.ogenIn {
			continue
		}
		at := filepath.Join(dir, x.name)
		if err := m.imported(ctx, at); err != nil {
			return fmt.Errorf("the output of %s: %w", x.name, err)
		}
		commands = append(commands, measure.Command{
			Group: group("compile", s.n), Name: x.name, Dir: at, Args: []string{"go", "build", "-mod=mod", "."},
			Stamp: filepath.Join(at, "round.go"), StampText: "package " + x.pkg + fmt.Sprintf("\n\nconst _ = \"%s %%d\"\n", time.Now()),
		})
	}
	found, err := m.processes(ctx, s.compiles, commands)
	if err != nil {
		return err
	}
	own := found.of(group("compile", s.n), "connectorgen")
	for _, row := range found {
		t.add("compiling "+row.Name+"'s", seconds(row.Median(measure.Wall)), seconds(row.Median(measure.CPU)), times(row.Ratio(own, measure.CPU)), megabytes(row.Median(measure.Peak)))
	}
	m.found = append(m.found, found...)
	return nil
}

// imported makes a package a module that sees this one, and compiles what it
// imports.
func (m *generating) imported(ctx context.Context, dir string) error {
	mod, err := os.ReadFile(filepath.Join(m.here, "go.mod"))
	if err != nil {
		return err
	}
	text := strings.NewReplacer(
		"module modulex.dev/connector/testdata/bench", "module generated",
		"=> ../..", "=> "+m.root,
	).Replace(string(mod))
	sum, err := os.ReadFile(filepath.Join(m.here, "go.sum"))
	err = errors.Join(err,
		os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644),
		os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o644))
	if err != nil {
		return err
	}
	return command(ctx, dir, "sh", "-c", `go build -mod=mod $(go list -mod=mod -f '{{join .Imports "\n"}}' .)`)
}

// written counts the Go that a generator has written.
func written(dir string) (size, lines int, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err == nil && len(files) == 0 {
		err = os.ErrNotExist
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return 0, 0, err
		}
		size += len(text)
		lines += bytes.Count(text, []byte("\n"))
	}
	return size, lines, err
}
