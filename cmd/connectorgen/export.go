// export and schema: what others than Go read.

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/export"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
)

func exportCommand(file *string) *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "export FORMAT", Short: "Print or write what others read: schemas, catalogue", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("name the format: schemas or catalogue")
		}}
	cmd.PersistentFlags().StringVar(&out, "out", "-", "directory to write to, or - for standard output")

	schemas := &cobra.Command{
		Use:   "schemas",
		Short: "The parameters and schemas of every action; in a directory each action's in files of its own too",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return exported(c, *file, out, export.SchemaFiles)
		},
	}
	indent := 2
	catalogue := &cobra.Command{
		Use:   "catalogue",
		Short: "The host's catalogue, manifests.json",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if indent < 0 || indent > 16 {
				return errors.New("--indent must be between 0 and 16")
			}
			return exported(c, *file, out, func(m *model.Connector) []export.File {
				doc, said := export.Catalogue(m, indent)
				fmt.Fprintln(c.ErrOrStderr(), said)
				return []export.File{{Name: "manifests.json", Content: doc}}
			})
		},
	}
	catalogue.Flags().IntVar(&indent, "indent", 2, "spaces for each level")
	cmd.AddCommand(schemas, catalogue)
	return cmd
}

// exported prints the first file, or writes them all to a directory.
func exported(c *cobra.Command, file, out string, files func(*model.Connector) []export.File) error {
	src, err := readManifest(file)
	if err != nil {
		return err
	}
	m, faults := generator.Load(file, src)
	if len(faults) > 0 {
		return faults
	}
	list := files(m)
	if out == "-" {
		_, err := c.OutOrStdout().Write(list[0].Content)
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, f := range list {
		if err := replace(filepath.Join(out, f.Name), f.Content); err != nil {
			return err
		}
	}
	return nil
}

func schemaCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the manifest language, for editors",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			content := manifest.Schema()
			switch format {
			case "json":
			case "markdown":
				content = export.LanguageReference()
			default:
				return fmt.Errorf("--format cannot be %q; use json or markdown", format)
			}
			_, err := c.OutOrStdout().Write(content)
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "json", "json, or markdown for the reference page")
	return cmd
}
