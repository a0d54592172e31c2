//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// report is the table of a section.
type report struct {
	name string
	head []string
	rows [][]string
}

func (r *report) add(cells ...string) { r.rows = append(r.rows, cells) }

func (r *report) markdown() string {
	var b strings.Builder
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(r.head)
	line(strings.Split(strings.Repeat("---,", len(r.head)-1)+"---", ","))
	for _, row := range r.rows {
		line(row)
	}
	return b.String()
}

// machine is what the figures are of.
func machine() report {
	sync, err := syncTakes()
	said := sync.Round(time.Microsecond).String()
	if err != nil {
		said = "not measured"
	}
	load := "?"
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		load = strings.Fields(string(text))[0]
	}
	version, _ := exec.Command("uname", "-sr").Output()
	return report{name: "machine", head: []string{"what", "here"}, rows: [][]string{
		{"measured", time.Now().UTC().Format("2006-01-02")},
		{"cores", fmt.Sprint(runtime.NumCPU())},
		{"system", strings.TrimSpace(string(version)) + ", " + runtime.Version()},
		{"load when it ended", load},
		{"one write of 300 bytes and its sync", said},
	}}
}

// syncTakes is how long the disk takes to keep a small write.
func syncTakes() (time.Duration, error) {
	f, err := os.CreateTemp("", "fleet-bench-")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	const times = 200
	began := time.Now()
	for range times {
		if _, err := f.Write(make([]byte, 300)); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
	}
	return time.Since(began) / times, nil
}

// write puts the tables between their markers, as the other bench does:
//
//	<!-- bench: drain -->
//	…
//	<!-- end -->
func write(page string, done []report) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	out := string(text)
	for _, r := range done {
		mark := "<!-- bench: " + r.name + " -->\n"
		before, rest, found := strings.Cut(out, mark)
		_, after, closed := strings.Cut(rest, "<!-- end -->")
		if !found || !closed {
			return fmt.Errorf("%s has no %q with an <!-- end -->", page, strings.TrimSpace(mark))
		}
		out = before + mark + "\n" + r.markdown() + "\n<!-- end -->" + after
	}
	return os.WriteFile(page, []byte(out), 0o644)
}

func bytesOf(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 10<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}
