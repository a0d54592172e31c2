//go:build unix

// The table that is printed.

package main

import (
	"fmt"
	"io"
	"runtime"
)

type printed struct {
	w     io.Writer
	sizes []int
	ours  map[string][]*row // connectorgen's rows by kind, a row for each size
	bytes []int64           // of the manifests
}

func newTable(w io.Writer) *printed {
	fmt.Fprintf(w, "%s, %s/%s, %d cores. Wall and CPU in seconds, peak and Go in MB (10^6 bytes).\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	fmt.Fprintf(w, "Ratio is CPU over connectorgen's in the same round. Median unless it says min.\n")
	return &printed{w: w, ours: make(map[string][]*row)}
}

func (t *printed) section(actions, rounds int, manifest, document int64) {
	t.sizes = append(t.sizes, actions)
	t.bytes = append(t.bytes, manifest)
	fmt.Fprintf(t.w, "\n%d actions: manifest %.2f MB, OpenAPI %.2f MB; rounds: %d, of compiling: %d\n", actions, float64(manifest)/1e6, float64(document)/1e6, rounds, buildRounds(actions, rounds))
	fmt.Fprintf(t.w, "%-26s %9s %9s %9s %7s %9s %8s %9s %6s\n", "", "wall min", "wall", "CPU", "ratio", "peak", "Go", "lines", "files")
}

// rows prints rows; the first is connectorgen's.
func (t *printed) rows(actions int, rows []*row) {
	var own *row
	for _, r := range rows {
		if own == nil || own.kind != r.kind {
			own = r
			t.ours[r.kind] = append(t.ours[r.kind], r)
		}
		ratio := ""
		if r.kind != "lint" {
			ratio = fmt.Sprintf("%.2fx", r.ratio(own))
		}
		fmt.Fprintf(t.w, "%-26s %9.3f %9.3f %9.3f %7s %9.1f", r.label, r.wall()[0], median(r.wall()), median(r.cpu()), ratio, median(r.peak())/1e6)
		if o := r.output; o.files > 0 {
			fmt.Fprintf(t.w, " %8.2f %9d %6d", float64(o.bytes)/1e6, o.lines, o.files)
		}
		fmt.Fprintln(t.w)
	}
}

// growth says whether time and memory grow with the manifest.
func (t *printed) growth() {
	if len(t.sizes) < 2 {
		return
	}
	last := len(t.sizes) - 1
	fmt.Fprintf(t.w, "\nFrom %d to %d actions the manifest grows %.1f times;", t.sizes[last-1], t.sizes[last], float64(t.bytes[last])/float64(t.bytes[last-1]))
	for _, kind := range []string{"lint", "generate"} {
		a, b := t.ours[kind][last-1], t.ours[kind][last]
		fmt.Fprintf(t.w, " connectorgen %s: CPU %.1f, peak %.1f times.", kind, median(b.cpu())/median(a.cpu()), median(b.peak())/median(a.peak()))
	}
	fmt.Fprintln(t.w)
}
