// import: a manifest from what others have written about an API, and the
// changes of a vendor brought into one.

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator/importer"
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
	cmd.AddCommand(importOpenAPICommand(), importCatalogueCommand())
	return cmd
}

type importFlags struct {
	out, report string
	types       bool
	importer.Options
}

func (f *importFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.out, "out", "-", "manifest to write, or to bring the changes into; - for standard output")
	cmd.Flags().StringVar(&f.report, "report", "", "write the report as JSON to this `FILE` too")
}

func importOpenAPICommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "openapi FILE",
		Short: "Make a manifest of an OpenAPI 3.0 or 3.1 document, or bring its changes into one",
		Long: `Make a manifest of an OpenAPI 3.0 or 3.1 document. What the language cannot say is
left out and reported; what the document does not say is guessed and marked.

With --out, the import is kept beside the manifest (manifest.import.yaml). A second
import compares with it and brings the vendor's changes in; what was edited by hand stays.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f.NoTypes, f.Path = !f.types, args[0]
			return importOpenAPI(c, args[0], f)
		},
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&f.Only, "only", nil, "import only what this names: an operationId, a tag, or a path such as /events/** (repeatable)")
	flags.StringVar(&f.Name, "name", "", "name of the connector (default: from the title)")
	flags.StringVar(&f.BaseURL, "base-url", "", "base address instead of the document's servers")
	flags.BoolVar(&f.types, "types", true, "describe the objects of answers under types")
	return cmd
}

func importCatalogueCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "catalogue FILE",
		Short: "Make a skeleton of one integration of the host's catalogue, manifests.json",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			src, err := readManifest(args[0])
			if err != nil {
				return err
			}
			r, err := importer.Catalogue(args[0], src, f.Options)
			if err != nil {
				return err
			}
			return finishImport(c, f, r, func() error {
				if _, err := os.Stat(f.out); err == nil {
					return fmt.Errorf("%s is there already; a skeleton is written once", f.out)
				}
				return replace(f.out, r.Manifest)
			})
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&f.Name, "name", "", "name of the integration, where the catalogue has several")
	return cmd
}

func importOpenAPI(c *cobra.Command, file string, f importFlags) error {
	src, err := readManifest(file)
	if err != nil {
		return err
	}
	last, err := lastImport(f.out)
	if err != nil {
		return err
	}
	r, wishes, err := importer.Again(file, src, last, f.Options)
	if err != nil {
		return err
	}
	f.Options = wishes
	return finishImport(c, f, r, func() error { return bringIn(f, r, last) })
}

// bringIn writes a first import, or merges a later one.
func bringIn(f importFlags, r *importer.Result, last []byte) error {
	content := r.Manifest
	if mine, err := os.ReadFile(f.out); err == nil {
		merged, err := importer.Merge(f.out, last, mine, r)
		if err != nil {
			return err
		}
		content = merged.Manifest
		r.Report.Notes = append(r.Report.Notes, merged.Notes...)
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := replace(f.out, content); err != nil {
		return err
	}
	return replace(baseFile(f.out), importer.Base(r, f.Options))
}

// finishImport writes the manifest and tells what there is to tell.
func finishImport(c *cobra.Command, f importFlags, r *importer.Result, write func() error) error {
	if f.out != "-" {
		if err := write(); err != nil {
			return err
		}
	}
	r.Report.Print(c.ErrOrStderr())
	if f.report != "" {
		content, err := json.MarshalIndent(r.Report, "", "  ")
		if err != nil {
			return err
		}
		if err := replace(f.report, append(content, '\n')); err != nil {
			return err
		}
	}
	if f.out == "-" {
		_, err := c.OutOrStdout().Write(r.Manifest)
		return err
	}
	return nil
}

// baseFile is where the last import of a manifest is kept: manifest.import.yaml
// beside manifest.yaml.
func baseFile(out string) string {
	ext := filepath.Ext(out)
	return strings.TrimSuffix(out, ext) + ".import" + ext
}

// lastImport is the last import of a manifest, or nil.
func lastImport(out string) ([]byte, error) {
	if out == "-" {
		return nil, nil
	}
	src, err := os.ReadFile(baseFile(out))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return src, err
}
