// What is told to an author whose manifest is wrong: where, what, and how to
// mend it.

package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Pos is a place in a manifest; lines and columns count from 1, columns in
// characters.
type Pos struct{ Line, Col int }

// Severity tells faults, with which a manifest is refused, from advice.
type Severity int

// The severities.
const (
	SeverityError  Severity = iota // the manifest is refused
	SeverityAdvice                 // it works, and could be better
)

// String is the word for it in reports.
func (s Severity) String() string {
	if s == SeverityAdvice {
		return "advice"
	}
	return "error"
}

// Diagnostic is one fault of a manifest, or a piece of advice.
type Diagnostic struct {
	File     string
	Pos      Pos
	End      Pos    // just behind what it is about; see [Diagnostics.Spanned]
	Rule     string // the code of the rule, see rules.go
	Severity Severity
	Message  string // what is wrong
	Cure     string // how to mend it
}

// String is file:line:col: message; cure.
func (d Diagnostic) String() string {
	s := fmt.Sprintf("%s:%d:%d: ", d.File, d.Pos.Line, d.Pos.Col)
	if d.Severity == SeverityAdvice {
		s += "advice: "
	}
	s += d.Message
	if d.Cure != "" {
		s += "; " + d.Cure
	}
	return s
}

// Diagnostics are all faults of a manifest, in the order of their places. As an
// error they are one line each.
type Diagnostics []Diagnostic

// Error joins the lines.
func (d Diagnostics) Error() string {
	lines := make([]string, len(d))
	for i := range d {
		lines[i] = d[i].String()
	}
	return strings.Join(lines, "\n")
}

// Sorted returns the faults by place, each once.
func (d Diagnostics) Sorted() Diagnostics {
	slices.SortStableFunc(d, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(d)
}

// Report collects faults while a manifest is read and decided on.
type Report struct {
	File   string
	Faults Diagnostics
	Advice Diagnostics // on style; a manifest is never refused for it
	huge   bool        // too large to look at whole
	lines  []string
}

// maxFaults bounds a report: a manifest with more is not one, and nobody reads
// on.
const maxFaults = 1000

// full reports whether looking on is of no use.
func (r *Report) full() bool { return r.huge || len(r.Faults) > maxFaults }

// Add notes a fault; cure may be "". The format is what ties the fault to its
// rule: each one is listed in rules.go.
func (r *Report) Add(at Pos, cure, format string, args ...any) {
	at = r.inFile(at)
	switch {
	case len(r.Faults) > maxFaults:
		return
	case len(r.Faults) == maxFaults:
		cure, format, args = "mend those first", "%d faults are listed, the rest is not", []any{maxFaults}
	}
	r.Faults = append(r.Faults, r.diagnostic(SeverityError, at, cure, format, args))
}

// Advise notes what could be better, within the same bound.
func (r *Report) Advise(at Pos, cure, format string, args ...any) {
	if len(r.Advice) < maxFaults {
		r.Advice = append(r.Advice, r.diagnostic(SeverityAdvice, at, cure, format, args))
	}
}

func (r *Report) diagnostic(s Severity, at Pos, cure, format string, args []any) Diagnostic {
	if at.Line == 0 {
		at = Pos{1, 1}
	}
	return Diagnostic{File: r.File, Pos: at, End: at, Rule: ruleOf(format), Severity: s, Message: fmt.Sprintf(format, args...), Cure: cure}
}

// DidYouMean is a cure that names the nearest of some words, or all of them
// when none is near.
func DidYouMean(word string, known []string) string {
	best, distance := "", len(word)/3+2
	for _, k := range known {
		if d := editDistance(word, k); d < distance {
			best, distance = k, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 0:
		return "there is none to choose from; declare it first"
	}
	const most = 20
	shown := make([]string, 0, most)
	for _, k := range known[:min(len(known), most)] {
		shown = append(shown, clip(printable(k)))
	}
	if len(known) > most {
		shown = append(shown, "…")
	}
	return "known here: " + strings.Join(shown, ", ")
}

// printable shows a name that may hold anything without letting it write lines
// of its own.
func printable(s string) string {
	quoted := strconv.Quote(s)
	return quoted[1 : len(quoted)-1]
}

// editDistance counts the letters to insert, drop or change between two words.
func editDistance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// inFile keeps a place in the file: YAML puts a value that is left out behind the
// last line, where that does not end.
func (r *Report) inFile(at Pos) Pos {
	if n := len(r.lines); n > 0 && at.Line > n {
		return Pos{n, utf8.RuneCountInString(r.lines[n-1]) + 1}
	}
	return at
}
