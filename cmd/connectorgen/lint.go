// lint: every fault of a manifest, and advice on its style. The forms are in
// generator/report.

package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/report"
)

type lintFlags struct {
	format, color, explain string
	advice                 bool
}

func lintCommand(file *string) *cobra.Command {
	var f lintFlags
	cmd := &cobra.Command{
		Use:   "lint",
		Short: "Report every fault of a manifest as file:line:col: message; cure",
		Long: `Report every fault of a manifest in one run, as file:line:col: message; cure [code].
On a terminal the lines are shown too, and advice on style; see connectorgen rules.

Exit codes: 0 no faults, 1 faults, 2 trouble. Advice changes nothing.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.explain != "" {
				return explain(c.OutOrStdout(), f.explain)
			}
			return lint(c, *file, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "text", "text, json or sarif")
	flags.StringVar(&f.color, "color", "auto", "auto, always or never: lines and colours as on a terminal")
	flags.BoolVar(&f.advice, "advice", true, "advice on style too; as text in a pipe only when asked for")
	flags.StringVar(&f.explain, "explain", "", "explain the rule with this `CODE` instead")
	return cmd
}

func lint(c *cobra.Command, file string, f lintFlags) error {
	w := c.OutOrStdout()
	style, err := styleFor(w, f.color)
	if err != nil {
		return err
	}
	var show func(src []byte, d manifest.Diagnostics) error
	switch f.format {
	case "text":
		f.advice = f.advice && (style.Frames || c.Flags().Changed("advice"))
		show = func(src []byte, d manifest.Diagnostics) error { return report.Text(w, src, d, style) }
	case "json":
		show = func(_ []byte, d manifest.Diagnostics) error { return report.JSON(w, d) }
	case "sarif":
		show = func(_ []byte, d manifest.Diagnostics) error { return report.SARIF(w, d) }
	default:
		return fmt.Errorf("--format cannot be %q; use text, json or sarif", f.format)
	}
	src, err := readManifest(file)
	if err != nil {
		return err
	}
	_, faults := generator.Load(file, src)
	said := faults
	if f.advice {
		said = append(said, manifest.Advice(file, src)...)
	}
	if err := show(src, said); err != nil {
		return err
	}
	if style.Frames && f.format == "text" {
		fmt.Fprint(w, summary(said))
	}
	if len(faults) > 0 {
		return errDifferent
	}
	return nil
}

// summary is the last line on a terminal.
func summary(d manifest.Diagnostics) string {
	if len(d) == 0 {
		return ""
	}
	faults := 0
	for _, one := range d {
		if one.Severity == manifest.SeverityError {
			faults++
		}
	}
	var parts []string
	for _, part := range []struct {
		n         int
		one, many string
	}{{faults, "fault", "faults"}, {len(d) - faults, "piece of advice", "pieces of advice"}} {
		switch part.n {
		case 0:
		case 1:
			parts = append(parts, "1 "+part.one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.many))
		}
	}
	return strings.Join(parts, ", ") + "; `connectorgen rules CODE` explains a rule\n"
}

// styleFor is how diagnostics are shown on a writer: in frames and colours on a
// terminal, a line each elsewhere.
func styleFor(w io.Writer, color string) (report.Style, error) {
	columns, terminal := terminalOf(w)
	frames := terminal
	switch color {
	case "auto":
	case "always":
		frames, terminal = true, true
	case "never":
		terminal = false
	default:
		return report.Style{}, fmt.Errorf("--color cannot be %q; use auto, always or never", color)
	}
	colors := terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return report.Style{Frames: frames, Color: colors, Width: columns}, nil
}

func terminalOf(w io.Writer) (columns int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		columns = 0
	}
	return columns, true
}

// printFaults shows the faults with which a verb other than lint ended.
func printFaults(w io.Writer, src []byte, faults manifest.Diagnostics) {
	style, _ := styleFor(w, "auto")
	_ = report.Text(w, src, faults, style) // nobody is left to tell
}
