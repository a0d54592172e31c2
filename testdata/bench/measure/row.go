// Package measure is what is measured: rows of samples, in rounds, and ratios
// between rows of one round.
package measure

import (
	"slices"
)

// Sample is one row in one round: of a program its whole run, of a piece of code
// one operation.
type Sample struct {
	Wall   float64 // seconds
	CPU    float64 // seconds, user and system
	Bytes  float64 `json:",omitempty"` // allocated
	Allocs float64 `json:",omitempty"`
	Peak   float64 `json:",omitempty"` // bytes, the largest resident set
}

// Row is one thing that is measured, once in each round.
type Row struct {
	Group, Name string
	Size        int64 `json:",omitempty"` // bytes that pass in one operation
	Samples     []Sample
}

// The numbers of a sample, for Median and Ratio.
func Wall(s Sample) float64   { return s.Wall }
func CPU(s Sample) float64    { return s.CPU }
func Bytes(s Sample) float64  { return s.Bytes }
func Allocs(s Sample) float64 { return s.Allocs }
func Peak(s Sample) float64   { return s.Peak }

// Median is the median of a number over all rounds.
func (r *Row) Median(of func(Sample) float64) float64 {
	var list []float64
	for _, s := range r.Samples {
		list = append(list, of(s))
	}
	return median(list)
}

// Least is the smallest of a number over all rounds.
func (r *Row) Least(of func(Sample) float64) float64 {
	least := of(r.Samples[0])
	for _, s := range r.Samples {
		least = min(least, of(s))
	}
	return least
}

// Ratio is the median of the ratios to another row, round by round.
func (r *Row) Ratio(to *Row, of func(Sample) float64) float64 {
	var list []float64
	for i := range min(len(r.Samples), len(to.Samples)) {
		list = append(list, of(r.Samples[i])/of(to.Samples[i]))
	}
	return median(list)
}

// Less is the row without what another one costs, round by round.
func (r *Row) Less(base *Row) *Row {
	out := &Row{Group: r.Group, Name: r.Name, Size: r.Size}
	for i := range min(len(r.Samples), len(base.Samples)) {
		a, b := r.Samples[i], base.Samples[i]
		out.Samples = append(out.Samples, Sample{
			Wall: a.Wall - b.Wall, CPU: a.CPU - b.CPU, Bytes: a.Bytes - b.Bytes, Allocs: a.Allocs - b.Allocs, Peak: a.Peak,
		})
	}
	return out
}

func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	n := len(list)
	if n%2 == 0 {
		return (list[n/2-1] + list[n/2]) / 2
	}
	return list[n/2]
}
