//go:build unix

package measure

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Process runs a command to its end and measures it, with its children. The peak
// of a child is never less than that of its parent, so the program that calls
// this has to stay small.
func Process(ctx context.Context, dir, name string, args ...string) (Sample, error) {
	log, err := os.CreateTemp("", "bench") // of its complaints; a file, so that nobody has to read along
	if err != nil {
		return Sample{}, err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stderr = dir, log // what it prints goes nowhere, and costs no disk
	begin := time.Now()
	err = cmd.Run()
	wall := time.Since(begin)
	if err != nil {
		text, _ := os.ReadFile(log.Name()) // the command's error is the one to report
		return Sample{}, fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, LastLines(text))
	}
	state := cmd.ProcessState
	s := Sample{Wall: wall.Seconds(), CPU: (state.UserTime() + state.SystemTime()).Seconds()}
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		s.Peak = float64(usage.Maxrss)
		if runtime.GOOS != "darwin" {
			s.Peak *= 1024 // kilobytes elsewhere
		}
	}
	return s, nil
}

// LastLines is the end of what a command has said.
func LastLines(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}
