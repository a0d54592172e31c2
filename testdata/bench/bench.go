//go:build unix

package main

// What all sections need: programs, the server, rows.

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"modulex.dev/connector/testdata/bench/measure"
)

// bench is one run.
type bench struct {
	options
	root, here string // of the repository, and of this module
	tmp        string
	peers      bool   // the peers' modules could be had
	without    string // why not
	server     server
}

// server is the API, in a process of its own.
type server struct {
	plain, secure, certificate string
	stop                       func()
}

func newBench(ctx context.Context, o options) (b *bench, err error) {
	b = &bench{options: o}
	if b.here, err = os.Getwd(); err != nil {
		return nil, err
	}
	if b.root, err = filepath.Abs("../.."); err != nil {
		return nil, err
	}
	if b.tmp, err = os.MkdirTemp("", "bench"); err != nil {
		return nil, err
	}
	if err = b.setUp(ctx); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) setUp(ctx context.Context) error {
	if err := b.build(ctx, "./launch", "./server"); err != nil {
		return err
	}
	err := b.buildWithin(ctx, 5*time.Minute, "./inside")
	if b.peers = err == nil; err != nil {
		if ctx.Err() != nil {
			return err
		}
		b.without = "Without oapi-codegen and ogen, which cannot be had here: " + firstLine(err)
		if err := b.build(ctx, "-tags", "nopeers", "./inside"); err != nil {
			return err
		}
	}
	return b.serve()
}

func (b *bench) close() {
	if b.server.stop != nil {
		b.server.stop()
	}
	os.RemoveAll(b.tmp)
}

// bin is a program that has been built.
func (b *bench) bin(name string) string { return filepath.Join(b.tmp, "bin", name) }

// build compiles programs of this module, stripped as a release is.
func (b *bench) build(ctx context.Context, args ...string) error {
	return command(ctx, b.here, "go", append([]string{"build", "-ldflags=-s -w", "-o", filepath.Join(b.tmp, "bin") + "/"}, args...)...)
}

// buildWithin is build for what may have to be fetched from a proxy that never
// answers.
func (b *bench) buildWithin(ctx context.Context, limit time.Duration, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return b.build(ctx, args...)
}

// command runs a program whose output matters only when it fails.
func command(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	text, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, args[0], err, measure.LastLines(text))
	}
	return nil
}

// serve starts the server.
func (b *bench) serve() error {
	cmd := exec.Command(b.bin("server"))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	b.server.stop = func() {
		in.Close() // it ends with its input
		_ = cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if _, err := fmt.Sscan(line, &b.server.plain, &b.server.secure, &b.server.certificate); err != nil {
		return fmt.Errorf("the server said %q: %w", line, err)
	}
	return nil
}

// rounds is the number of rounds, 1 in quick mode.
func (b *bench) rounds(n int) int {
	if b.quick {
		return 1
	}
	return n
}

// inside measures a section in a process of its own.
func (b *bench) inside(ctx context.Context, section string, rounds int, each time.Duration) (rows, error) {
	if b.quick {
		each = time.Millisecond
	}
	args := []string{"-section", section, "-rounds", fmt.Sprint(b.rounds(rounds)), "-each", each.String(),
		"-server", b.server.plain, "-secure", b.server.secure, "-certificate", b.server.certificate}
	if b.long {
		args = append(args, "-long")
	}
	return taken(exec.CommandContext(ctx, b.bin("inside"), args...))
}

// processes measures programs, in turn.
func (b *bench) processes(ctx context.Context, rounds int, commands []measure.Command) (rows, error) {
	plan, err := json.Marshal(measure.Plan{Rounds: b.rounds(rounds), Commands: commands})
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, b.bin("launch"))
	cmd.Stdin = bytes.NewReader(plan)
	return taken(cmd)
}

// taken are the rows that a program prints.
func taken(cmd *exec.Cmd) (list rows, err error) {
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(cmd.Path), err)
	}
	return list, json.Unmarshal(text.Bytes(), &list)
}

// rows are what was measured.
type rows []*measure.Row

// of is the row of a group and name, or nil.
func (l rows) of(group, name string) *measure.Row {
	for _, r := range l {
		if r.Group == group && r.Name == name {
			return r
		}
	}
	return nil
}

// group are the rows of a group.
func (l rows) group(group string) (out rows) {
	for _, r := range l {
		if r.Group == group {
			out = append(out, r)
		}
	}
	return out
}

// notes say why rows are missing.
func (b *bench) notes() []string {
	if b.without == "" {
		return nil
	}
	return []string{b.without}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
