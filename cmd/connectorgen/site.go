// export site: the pages of a connector, by the package that its command has too
// (runtime/docs). The values that an action's page begins with are those of its
// first case that succeeds.

package main

import (
	"context"
	"errors"
	"path"
	"path/filepath"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator/export"
	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/docs"
)

func (e *exporter) site() *cobra.Command {
	var pkg string
	cmd := &cobra.Command{
		Use:   "site",
		Short: "Pages for people, a directory of files that needs no server and no network",
		Long: `Write the pages of the connector: an overview, how to authenticate, and a page an action
with its parameters, what comes back, and code to copy that follows the values typed in.
They work from a directory, from any web server, and without scripts. Files of an older
site that are no longer part of it are left where they are.`,
		Example: "  connectorgen export site --out site",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if e.out == "-" {
				return errors.New("a site is many files; name a directory with --out")
			}
			return e.run(c, func(m *model.Connector) ([]export.File, error) {
				if pkg == "" {
					pkg = packagePath(*e.file, m.Package)
				}
				return siteOf(m, pkg)
			})
		},
	}
	cmd.Flags().StringVar(&pkg, "package", "", "import path of the generated package, for the Go code (default gen/NAME in the module around the manifest)")
	return cmd
}

func siteOf(c *model.Connector, pkg string) ([]export.File, error) {
	t, err := siteTable(c)
	if err != nil {
		return nil, err
	}
	pages, err := docs.Files(t, docs.Options{Package: pkg, Example: samples(c)})
	if err != nil {
		return nil, err
	}
	files := make([]export.File, 0, len(pages))
	for _, p := range pages {
		files = append(files, export.File{Name: p.Name, Content: p.Content})
	}
	return files, nil
}

// siteTable is the table of a manifest. What is written by hand in Go is known to
// be there, though it cannot be run.
func siteTable(c *model.Connector) (*runtime.Table, error) {
	t, err := tableOf(c)
	if err != nil {
		return nil, err
	}
	for i, a := range c.Actions {
		if a.Hook != "" {
			t.Actions[i].Hook = func(context.Context, *runtime.Hook) error { return nil }
		}
	}
	return t, nil
}

// samples are the inputs of the case of each action that the other pages show too.
// Without one the site makes an input by itself.
func samples(c *model.Connector) func(action string) []byte {
	inputs := make(map[string][]byte)
	for _, a := range c.Actions {
		if a.Sample.Input != "" {
			inputs[a.Name] = export.SampleInput(a)
		}
	}
	return func(action string) []byte { return inputs[action] }
}

// packagePath is the import path of gen/NAME beside a manifest, "" outside of a
// module.
func packagePath(file, name string) string {
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return ""
	}
	root, module, err := moduleAround(dir)
	if err != nil || module == "" {
		return ""
	}
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return ""
	}
	return path.Join(module, filepath.ToSlash(rel), "gen", name)
}
