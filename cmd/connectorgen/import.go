// import: a manifest from what others have written about an API.

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"modulex.dev/connector/importer"
)

func importCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import FORMAT FILE",
		Short: "Make a manifest of an OpenAPI document or of the host's catalogue",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("name the format: openapi or catalogue")
		},
	}
	cmd.AddCommand(importOpenAPICommand())
	return cmd
}

type importFlags struct {
	out, report string
	types       bool
	importer.Options
}

func importOpenAPICommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "openapi FILE",
		Short: "Make a manifest of an OpenAPI 3.0 or 3.1 document, or bring its changes into one",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f.NoTypes, f.Path = !f.types, args[0]
			return importOpenAPI(c, args[0], f)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.Only, "only", nil, "import only what this names: an operationId, a tag, or a path such as /events/** (repeatable)")
	flags.StringVar(&f.Name, "name", "", "name of the connector (default: from the title)")
	flags.StringVar(&f.BaseURL, "base-url", "", "base address instead of the document's servers")
	flags.BoolVar(&f.types, "types", true, "describe the objects of answers under types")
	flags.StringVar(&f.out, "out", "-", "manifest to write, or to bring the changes into; - for standard output")
	flags.StringVar(&f.report, "report", "", "write the report as JSON to this `FILE` too")
	return cmd
}

func importOpenAPI(c *cobra.Command, file string, f importFlags) error {
	src, err := readManifest(file)
	if err != nil {
		return err
	}
	r, err := importer.OpenAPI(file, src, f.Options)
	if err != nil {
		return err
	}
	r.Report.Print(c.ErrOrStderr())
	if err := writeReport(f.report, r.Report); err != nil {
		return err
	}
	if f.out == "-" {
		_, err := c.OutOrStdout().Write(r.Manifest)
		return err
	}
	return replace(f.out, r.Manifest)
}

func writeReport(file string, r *importer.Report) error {
	if file == "" {
		return nil
	}
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(content, '\n'), 0o644)
}

var _ io.Writer = os.Stdout
var _ = fmt.Sprint
