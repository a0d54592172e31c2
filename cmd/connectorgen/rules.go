// rules: what lint looks for, explained.

package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/report"
)

func rulesCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "rules [CODE]",
		Short: "List the rules of lint, or explain one with examples",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			w := c.OutOrStdout()
			switch {
			case format != "text" && format != "markdown":
				return fmt.Errorf("--format cannot be %q; use text or markdown", format)
			case len(args) == 0 && format == "text":
				_, err := io.WriteString(w, report.List())
				return err
			case len(args) == 0:
				_, err := w.Write(report.Markdown())
				return err
			case format == "markdown":
				return errors.New("the page in Markdown holds all rules; leave out the code")
			}
			return explain(w, args[0])
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return codes(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, or markdown for the page of all rules")
	return cmd
}

func explain(w io.Writer, code string) error {
	r, ok := manifest.FindLintRule(code)
	if !ok {
		return fmt.Errorf("there is no rule %q; %s", code, manifest.DidYouMean(code, codes()))
	}
	_, err := io.WriteString(w, report.Explain(r))
	return err
}

func codes() (out []string) {
	for _, r := range manifest.LintRules() {
		out = append(out, r.Code)
	}
	return out
}
