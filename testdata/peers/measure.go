//go:build unix

// What is measured: processes, and what they wrote.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// sample is one process with its children.
type sample struct {
	wall, cpu time.Duration
	peak      int64 // bytes, of the largest process
}

// process runs a command to its end and measures it.
func process(ctx context.Context, dir, name string, args ...string) (sample, error) {
	log, err := os.CreateTemp("", "peers") // a file, so that nobody has to read along
	if err != nil {
		return sample{}, err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	begin := time.Now()
	err = cmd.Run()
	wall := time.Since(begin)
	if err != nil {
		text, _ := os.ReadFile(log.Name()) // the command's error is the one to report
		return sample{}, fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, lastLines(text))
	}
	state := cmd.ProcessState
	s := sample{wall: wall, cpu: state.UserTime() + state.SystemTime()}
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		s.peak = int64(usage.Maxrss)
		if runtime.GOOS != "darwin" {
			s.peak *= 1024 // kilobytes elsewhere
		}
	}
	return s, nil
}

func lastLines(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}

// row is a process measured several times.
type row struct {
	label, kind string
	samples     []sample
	output      output
}

func (r *row) add(s sample) { r.samples = append(r.samples, s) }

// output is the Go that a generator wrote.
type output struct{ files, bytes, lines int }

func outputOf(dir string) (o output, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return o, err
	}
	for _, f := range files {
		if err := o.count(f); err != nil {
			return o, err
		}
	}
	return o, nil
}

// count adds a file, a piece at a time: this process has to stay small.
func (o *output) count(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	o.files++
	piece := make([]byte, 64<<10)
	for {
		n, err := f.Read(piece)
		o.bytes += n
		o.lines += bytes.Count(piece[:n], []byte("\n"))
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

func sizeOf(dir, name string) int64 {
	info, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		return 0
	}
	return info.Size()
}

// operationsIn counts the operations of a document, as tokens: decoded whole it
// would swell this process.
func operationsIn(file string) (n int, err error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	d := json.NewDecoder(f)
	for {
		token, err := d.Token()
		if err != nil {
			break
		}
		if token == "operationId" {
			n++
		}
	}
	if n == 0 {
		return 0, fmt.Errorf("%s has no operations", file)
	}
	return n, nil
}

// by is one number of each sample, smallest first.
func (r *row) by(f func(sample) float64) []float64 {
	var list []float64
	for _, s := range r.samples {
		list = append(list, f(s))
	}
	slices.Sort(list)
	return list
}

func median(list []float64) float64 { return list[len(list)/2] }

func (r *row) wall() []float64 { return r.by(func(s sample) float64 { return s.wall.Seconds() }) }
func (r *row) cpu() []float64  { return r.by(func(s sample) float64 { return s.cpu.Seconds() }) }
func (r *row) peak() []float64 { return r.by(func(s sample) float64 { return float64(s.peak) }) }

// ratio is the median of this row's CPU time over another's, round by round.
func (r *row) ratio(to *row) float64 {
	var list []float64
	for i, s := range r.samples {
		list = append(list, s.cpu.Seconds()/to.samples[i].cpu.Seconds())
	}
	slices.Sort(list)
	return median(list)
}
