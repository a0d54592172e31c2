// The form for programs.

package report

import (
	"encoding/json"
	"io"

	"modulex.dev/connector/generator/manifest"
)

// diagnostic is a diagnostic as JSON. Lines and columns count from 1, columns in
// characters; the end is exclusive.
type diagnostic struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
	Rule      string `json:"rule"`
	Severity  string `json:"severity"` // error or advice
	Message   string `json:"message"`
	Cure      string `json:"cure"`
	Help      string `json:"help"`
}

// JSON prints one object with the list of all diagnostics.
func JSON(w io.Writer, d manifest.Diagnostics) error {
	out := struct {
		Diagnostics []diagnostic `json:"diagnostics"`
	}{make([]diagnostic, len(d))}
	for i, one := range d {
		out.Diagnostics[i] = diagnostic{
			File: one.File, Line: one.Pos.Line, Column: one.Pos.Col, EndLine: one.End.Line, EndColumn: one.End.Col,
			Rule: one.Rule, Severity: one.Severity.String(), Message: one.Message, Cure: one.Cure, Help: help(one.Rule),
		}
	}
	return encode(w, out)
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
