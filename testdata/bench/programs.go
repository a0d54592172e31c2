//go:build unix

package main

// Whole processes: start, size, memory.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"modulex.dev/connector/testdata/bench/fixture"
	"modulex.dev/connector/testdata/bench/measure"
)

// program is one of ours or of a peer's.
type program struct{ name, binary string }

// programs builds the programs of all clients.
func (b *bench) programs(ctx context.Context, own ...string) (list []program, err error) {
	for _, name := range own {
		list = append(list, program{name, name})
	}
	if b.peers {
		list = append(list, program{"ogen-raw", "ogenraw"}, program{"ogen", "ogen"}, program{"oapi-raw", "oapiraw"}, program{"oapi", "oapi"})
	}
	var packages []string
	for i, p := range list {
		packages = append(packages, "./programs/"+p.binary)
		list[i].binary = b.bin(p.binary)
	}
	return list, b.build(ctx, packages...)
}

// listPeaks is the memory of a process that fetches the list once.
func listPeaks(ctx context.Context, b *bench) (rows, error) {
	all, err := b.programs(ctx, nameFloor, nameOurs)
	if err != nil {
		return nil, err
	}
	var commands []measure.Command
	for _, p := range all {
		commands = append(commands, measure.Command{Group: "peak", Name: p.name, Args: []string{p.binary, fixture.At(b.server.plain, 50, 0), "list_sessions"}})
	}
	return b.processes(ctx, 5, commands)
}

// start is the time until a process is there, and until it has made one call.
func start(ctx context.Context, b *bench) (r report, err error) {
	all, err := b.programs(ctx, "idle", nameFloor)
	if err != nil {
		return r, err
	}
	tables, err := b.tables(ctx)
	if err != nil {
		return r, err
	}
	all = append(all, tables...)
	if err := command(ctx, b.root, "go", "build", "-ldflags=-s -w", "-o", b.bin("livestorm"), "./cmd/livestorm"); err != nil {
		return r, err
	}
	base := fixture.At(b.server.plain, 1, 0)
	var commands []measure.Command
	for _, p := range all {
		commands = append(commands, measure.Command{Group: "nothing", Name: p.name, Args: []string{p.binary}})
		if p.name != "idle" {
			commands = append(commands, measure.Command{Group: "one", Name: p.name, Args: []string{p.binary, base, "get_event"}})
		}
	}
	cli := program{"the command livestorm", b.bin("livestorm")}
	all = append(all, cli)
	commands = append(commands,
		measure.Command{Group: "nothing", Name: cli.name, Args: []string{cli.binary, "--help"}},
		measure.Command{Group: "one", Name: cli.name, Args: []string{cli.binary, "call", "get_event", "-p", "event_id=" + fixture.EventID,
			"--base-url", base, "--credentials", `{"auth_type":"bearer_token","auth_data":{"token":"` + fixture.Token + `"}}`}})
	found, err := b.processes(ctx, 40, commands)
	if err != nil {
		return r, err
	}
	r.notes = b.notes()
	return r.startTable(all, found)
}

func (r report) startTable(all []program, found rows) (report, error) {
	t := grid{head: []string{"", "stripped, bytes", "net/http alone", "does nothing: ms", "CPU ms", "idle", "peak MB", "one get_event: ms", "CPU ms", "floor", "peak MB"}}
	sizes := make(map[string]float64)
	for _, p := range all {
		info, err := os.Stat(p.binary)
		if err != nil {
			return r, err
		}
		size := float64(info.Size())
		sizes[p.name] = size
		nothing := found.of("nothing", p.name)
		cells := []string{p.name, count(size), times(size / sizes["idle"]), millis(nothing.Median(measure.Wall)), millis(nothing.Median(measure.CPU)),
			times(nothing.Ratio(found.of("nothing", "idle"), measure.CPU)), megabytes(nothing.Median(measure.Peak))}
		if one := found.of("one", p.name); one != nil {
			cells = append(cells, millis(one.Median(measure.Wall)), millis(one.Median(measure.CPU)),
				times(one.Ratio(found.of("one", nameFloor), measure.CPU)), megabytes(one.Median(measure.Peak)))
		}
		t.add(cells...)
	}
	r.tables = append(r.tables, t)
	idle, floor := found.of("nothing", "idle"), found.of("one", nameFloor)
	r.aims = append(r.aims,
		aim{"start with 7 actions: CPU of idle", found.of("nothing", tableName(7)).Ratio(idle, measure.CPU), 1.15, times},
		aim{"start and one call: CPU of the floor", found.of("one", tableName(7)).Ratio(floor, measure.CPU), 1.2, times},
		aim{"start and one call: peak", found.of("one", tableName(7)).Median(measure.Peak), 8e6, megabytesOf},
		aim{"start of the command: CPU of idle", found.of("nothing", "the command livestorm").Ratio(idle, measure.CPU), 1.15, times},
		aim{"size with 7 actions: of net/http alone", sizes[tableName(7)] / sizes["idle"], 1.06, times})
	if many, ok := sizes[tableName(1000)]; ok {
		r.aims = append(r.aims, aim{"size of 1,000 actions more", (many - sizes[tableName(7)]) / 993 * 1000, 2e6, megabytesOf})
	}
	if most := found.of("nothing", tableName(5000)); most != nil {
		r.aims = append(r.aims, aim{"start with 5,000 actions: CPU of idle", most.Ratio(idle, measure.CPU), 1.3, times})
	}
	return r, nil
}

func tableName(n int) string { return fmt.Sprintf("runtime, %s actions", thousands(float64(n))) }

// tables builds the program of our runtime with tables of several sizes: seven
// actions, those of the connector, and the connector's again and again.
func (b *bench) tables(ctx context.Context) (list []program, err error) {
	sizes := []int{7, 0}
	if !b.quick {
		sizes = append(sizes, 1000)
	}
	if b.long {
		sizes = append(sizes, 5000)
	}
	if err := b.connectorgen(ctx); err != nil {
		return nil, err
	}
	for _, n := range sizes {
		p, err := b.tableOf(ctx, n)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// tableOf generates a connector of n actions in a module of its own and builds
// the program with it; 0 is the connector as it is.
func (b *bench) tableOf(ctx context.Context, n int) (p program, err error) {
	dir := filepath.Join(b.tmp, fmt.Sprintf("table%d", n))
	if err := os.MkdirAll(filepath.Join(dir, "livestorm"), 0o755); err != nil {
		return p, err
	}
	actions, err := writeManifest(filepath.Join(b.root, "manifest.yaml"), filepath.Join(dir, "manifest.yaml"), n)
	if err != nil {
		return p, err
	}
	if err := command(ctx, dir, b.bin("connectorgen"), "generate", "--manifest", "manifest.yaml", "--out", "livestorm"); err != nil {
		return p, err
	}
	p = program{tableName(actions), filepath.Join(dir, "program")}
	if err := b.module(dir, tableProgram); err != nil {
		return p, err
	}
	return p, command(ctx, dir, "go", "build", "-mod=mod", "-ldflags=-s -w", "-o", p.binary, ".")
}

const tableProgram = `package main

import (
	"generated/livestorm"

	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/clients/ours"
	"modulex.dev/connector/testdata/bench/programs/probe"
)

func main() {
	probe.Main(func(s clients.Settings) (*clients.Client, error) { return ours.Of(&livestorm.Table, s) })
}
`

// module makes a directory a module that sees this project.
func (b *bench) module(dir, program string) error {
	mod := fmt.Sprintf("module generated\n\ngo 1.26.0\n\nrequire (\n\tmodulex.dev/connector v0.0.0\n\tmodulex.dev/connector/testdata/bench v0.0.0\n)\n\n"+
		"replace modulex.dev/connector => %s\n\nreplace modulex.dev/connector/testdata/bench => %s\n", b.root, b.here)
	sum, err := os.ReadFile(filepath.Join(b.here, "go.sum"))
	return errors.Join(err,
		os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o644),
		os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o644),
		os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o644))
}

// memory is what lists need that are streamed, and that are kept.
func memory(ctx context.Context, b *bench) (r report, err error) {
	all, err := b.programs(ctx, nameFloor, nameOurs)
	if err != nil {
		return r, err
	}
	gigabyte, some, kept := 20_000, 2000, 2000
	if b.quick {
		gigabyte, some, kept = 400, 300, 200
	}
	streams := func(p program, pages int) measure.Command {
		return measure.Command{Group: fmt.Sprintf("stream %d", pages), Name: p.name, Args: []string{p.binary, fixture.At(b.server.plain, pages, 0), "stream"}}
	}
	var commands, keeps []measure.Command
	if over := []string{b.bin(nameOurs), fixture.At(b.server.plain, kept, 0), "list_sessions"}; command(ctx, b.tmp, over[0], over[1:]...) != nil {
		kept = 1000
		r.notes = append(r.notes, "The runtime keeps no more than 1,000 pages or 64 MiB in one list, so that is what is kept here.")
	}
	for _, p := range all {
		own := p.name == nameFloor || p.name == nameOurs
		if own {
			commands = append(commands, streams(p, 200))
		}
		commands = append(commands, streams(p, some))
		if own || b.long {
			commands = append(commands, streams(p, gigabyte))
		}
		keeps = append(keeps, measure.Command{Group: "keep", Name: p.name, Args: []string{p.binary, fixture.At(b.server.plain, kept, 0), "list_sessions"}})
	}
	found, err := b.processes(ctx, 3, commands)
	if err != nil {
		return r, err
	}
	r.notes = append(r.notes, b.notes()...)
	t := grid{head: []string{"streamed", "pages", "MB", "seconds", "CPU s", "floor", "peak MB"}}
	for _, pages := range []int{200, some, gigabyte} {
		group := fmt.Sprintf("stream %d", pages)
		for _, row := range found.group(group) {
			t.add(row.Name, count(float64(pages)), count(bodies(pages)/1e6), seconds(row.Median(measure.Wall)), seconds(row.Median(measure.CPU)),
				times(row.Ratio(found.of(group, nameFloor), measure.CPU)), megabytes(row.Median(measure.Peak)))
		}
	}
	r.tables = append(r.tables, t)
	whole := fmt.Sprintf("stream %d", gigabyte)
	r.aims = append(r.aims,
		aim{"a gigabyte streamed: peak of the floor's", found.of(whole, nameOurs).Ratio(found.of(whole, nameFloor), measure.Peak), 1.2, times},
		aim{"20,000 pages over 200: peak more", found.of(whole, nameOurs).Median(measure.Peak) - found.of("stream 200", nameOurs).Median(measure.Peak), 2e6, megabytesOf})
	return b.kept(ctx, r, keeps, kept)
}

// kept is a list that is held whole, as one envelope.
func (b *bench) kept(ctx context.Context, r report, keeps []measure.Command, pages int) (report, error) {
	found, err := b.processes(ctx, 3, keeps)
	if err != nil {
		return r, err
	}
	t := grid{head: []string{"kept, one envelope", "MB", "seconds", "CPU s", "peak MB", "of the bodies"}}
	for _, row := range found {
		t.add(row.Name, count(bodies(pages)/1e6), seconds(row.Median(measure.Wall)), seconds(row.Median(measure.CPU)),
			megabytes(row.Median(measure.Peak)), times(row.Median(measure.Peak)/bodies(pages)))
	}
	r.tables = append(r.tables, t)
	r.aims = append(r.aims, aim{"kept: peak of the bodies", found.of("keep", nameOurs).Median(measure.Peak) / bodies(pages), 1.2, times})
	return r, nil
}

// bodies is the size of so many pages.
func bodies(pages int) float64 { return float64(pages) * float64(len(fixture.Page(0, pages))) }
