// Package casetest runs the cases of a manifest against its generated table, in
// a test of the connector:
//
//	func TestCases(t *testing.T) { casetest.Run(t, "manifest.yaml", &luma.Table) }
//
// `connectorgen test` runs the same cases without generating anything; this shows
// that what was generated behaves the same, actions written by hand included.
package casetest

import (
	"os"
	"strings"
	"testing"

	"modulex.dev/connector/cmd/connectorgen/cases"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/runtime"
)

// Run runs the cases of a manifest, a subtest for each.
func Run(t *testing.T, file string, table *runtime.Table) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, faults := manifest.Load(file, src)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	report := cases.Run(t.Context(), table, m, cases.Options{})
	if report.Total == 0 {
		t.Fatalf("%s has no cases", file)
	}
	for _, a := range report.Actions {
		for _, c := range a.Cases {
			t.Run(a.Name+"/"+c.Name, func(t *testing.T) {
				if len(c.Faults) > 0 {
					t.Errorf("%s:%d:%d\n\t%s", file, c.Line, c.Column, strings.Join(c.Faults, "\n\t"))
				}
			})
		}
	}
}
