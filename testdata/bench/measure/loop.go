//go:build unix

package measure

import (
	"fmt"
	"runtime"
	"syscall"
	"time"
)

// Code is a piece of code to be measured.
type Code struct {
	Group, Name string
	Size        int64
	Run         func(n int) error // n operations
}

// Rounds measures pieces of code in turn, each for about the given time of
// the processor in every round.
func Rounds(codes []Code, rounds int, each time.Duration) ([]*Row, error) {
	rows := make([]*Row, len(codes))
	times := make([]int, len(codes))
	for i, c := range codes {
		rows[i] = &Row{Group: c.Group, Name: c.Name, Size: c.Size}
		n, err := fitting(c, each)
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", c.Group, c.Name, err)
		}
		times[i] = n
	}
	for range rounds {
		for i, c := range codes {
			s, err := once(c, times[i])
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", c.Group, c.Name, err)
			}
			rows[i].Samples = append(rows[i].Samples, s)
		}
	}
	return rows, nil
}

// fitting is how many operations take about that time of the processor, which
// others on the machine do not add to.
func fitting(c Code, each time.Duration) (int, error) {
	for n := 1; ; n *= 4 {
		begin, cpu := time.Now(), processorTime()
		if err := c.Run(n); err != nil {
			return 0, err
		}
		took := processorTime() - cpu
		if took*4 >= each || time.Since(begin) > 2*time.Second {
			return max(1, int(float64(n)*float64(each)/float64(max(1, took)))), nil
		}
	}
}

// once measures n operations after a collection of garbage.
func once(c Code, n int) (Sample, error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	cpu, begin := processorTime(), time.Now()
	err := c.Run(n)
	wall := time.Since(begin)
	cpu = processorTime() - cpu
	runtime.ReadMemStats(&after)
	per := float64(n)
	return Sample{
		Wall: wall.Seconds() / per, CPU: cpu.Seconds() / per,
		Bytes:  float64(after.TotalAlloc-before.TotalAlloc) / per,
		Allocs: float64(after.Mallocs-before.Mallocs) / per,
	}, err
}

// processorTime is what this process has had so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
