// What an import says besides its manifest: a line for each thing that the
// language cannot say, and how many operations came through.

package importer

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Kind says what a note is about.
type Kind string

// The kinds of notes, from the gravest on.
const (
	Lost     Kind = "lost"     // an operation that is not in the manifest
	LeftOut  Kind = "left out" // a part of an operation that is not
	Guessed  Kind = "guessed"  // said in the manifest, but not by the document
	Changed  Kind = "changed"  // a vendor's change that was applied
	Conflict Kind = "conflict" // a vendor's change that was not, since the hand wins
)

// Note is one line of a report.
type Note struct {
	Kind      Kind   `json:"kind"`
	Place     string `json:"place,omitempty"`     // file:line:col
	Operation string `json:"operation,omitempty"` // GET /events/{id}
	Subject   string `json:"subject,omitempty"`   // parameter expand
	Message   string `json:"message"`
}

func (n Note) String() string {
	var parts []string
	for _, s := range []string{n.Place, n.Operation, n.Subject} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(append(parts, n.Message), ": ")
}

// Report is all of it.
type Report struct {
	Source     string `json:"source"`
	Operations int    `json:"operations"` // that were asked for
	Imported   int    `json:"imported"`
	Notes      []Note `json:"notes"`
}

func (r *Report) add(n Note) { r.Notes = append(r.Notes, n) }

// Summary is the last line.
func (r *Report) Summary() string {
	return fmt.Sprintf("imported %d of %d operations", r.Imported, r.Operations)
}

// Of are the notes of some kinds.
func (r *Report) Of(kinds ...Kind) (out []Note) {
	for _, n := range r.Notes {
		if slices.Contains(kinds, n.Kind) {
			out = append(out, n)
		}
	}
	return out
}

// Print writes the notes that people should see, and the summary. Guesses are
// comments of the manifest already.
func (r *Report) Print(w io.Writer) {
	for _, n := range r.Notes {
		if n.Kind != Guessed {
			fmt.Fprintf(w, "%s (%s)\n", n, n.Kind)
		}
	}
	fmt.Fprintln(w, r.Summary())
}
