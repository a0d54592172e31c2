// test: the cases that stand beside the actions of a manifest, run with a table
// that is made of the manifest as it stands. Package cases runs them.

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"modulex.dev/connector/cmd/connectorgen/cases"
	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
)

type testFlags struct {
	action, format string
	verbose        bool
}

func testCommand(file *string) *cobra.Command {
	var f testFlags
	cmd := &cobra.Command{
		Use:   "test",
		Short: "Run the cases that stand beside the actions",
		Long: `Run the cases that stand beside the actions: each is an input, the requests that it
must lead to with their answers, and the envelope. They run over the wire against
a server on this machine; nothing is generated and nothing waits.

Exit codes: 0 all pass, 1 some do not, 2 trouble.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			src, err := readManifest(*file)
			if err != nil {
				return err
			}
			return testCases(c.Context(), c.OutOrStdout(), *file, src, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.action, "action", "", "only the cases of this action")
	flags.StringVar(&f.format, "format", "text", "text or json")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "name the cases that pass too, count by action, and tell where answers differ from the types")
	return cmd
}

// testCases runs the cases of a manifest and says what came of them.
func testCases(ctx context.Context, w io.Writer, file string, src []byte, f testFlags) error {
	if f.format != "text" && f.format != "json" {
		return fmt.Errorf("--format cannot be %q; use text or json", f.format)
	}
	report, err := runCases(ctx, file, src, f.action)
	if err != nil {
		return err
	}
	if f.format == "json" {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		err = e.Encode(report)
	} else {
		_, err = io.WriteString(w, casesText(file, report, f))
	}
	if err == nil && report.Passed < report.Total {
		err = errDifferent
	}
	return err
}

func runCases(ctx context.Context, file string, src []byte, action string) (report cases.Report, err error) {
	m, faults := manifest.Load(file, src)
	if len(faults) > 0 {
		return report, faults
	}
	c, faults := generator.Load(file, src)
	if len(faults) > 0 {
		return report, faults
	}
	if action != "" {
		if _, err := actionOf(c, action); err != nil {
			return report, err
		}
	}
	t, err := tableOf(c)
	if err != nil {
		return report, err
	}
	report = cases.Run(ctx, t, m, cases.Options{Action: action, ByHand: func(name string) bool {
		a, err := actionOf(c, name)
		return err == nil && a.Hook != ""
	}})
	if report.Total == 0 && action != "" {
		err = fmt.Errorf("%s has no cases", action)
	}
	return report, err
}

// casesText is a report in lines.
func casesText(file string, report cases.Report, f testFlags) string {
	var b strings.Builder
	drifting := 0
	var without []string
	for _, a := range report.Actions {
		for _, c := range a.Cases {
			drifting += min(1, len(c.Drift))
			if len(c.Faults) > 0 {
				fmt.Fprintf(&b, "%s:%d:%d: %s, %s\n\t%s\n", file, c.Line, c.Column, a.Name, c.Name, strings.Join(c.Faults, "\n\t"))
			} else if f.verbose {
				fmt.Fprintf(&b, "ok %s, %s\n", a.Name, c.Name)
			}
			for _, d := range c.Drift {
				if f.verbose {
					fmt.Fprintf(&b, "\tdrift: %s\n", d)
				}
			}
		}
		if len(a.Cases) == 0 {
			without = append(without, a.Name)
		} else if f.verbose {
			fmt.Fprintf(&b, "%s: %d of %d\n", a.Name, a.Passed, len(a.Cases))
		}
	}
	if f.verbose && drifting > 0 {
		fmt.Fprintf(&b, "drift in %d cases\n", drifting)
	}
	if len(without) > 0 && report.Total > 0 {
		fmt.Fprintf(&b, "without a case: %s\n", strings.Join(without, ", "))
	}
	fmt.Fprintf(&b, "%d of %d cases pass\n", report.Passed, report.Total)
	return b.String()
}

// actionNames are those of a connector's actions.
func actionNames(c *model.Connector) (names []string) {
	for _, a := range c.Actions {
		names = append(names, a.Name)
	}
	return names
}
