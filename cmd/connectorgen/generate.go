// generate and check: the Go package of a manifest, written or compared.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/emit"
)

func generateCommand(file *string) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Write the Go package of a manifest; nothing when the manifest has faults",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			dir, files, err := generated(*file, out)
			if err != nil {
				return err
			}
			return commit(dir, files)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "directory of the package (default gen/NAME beside the manifest)")
	return cmd
}

func checkCommand(file *string) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Tell whether the Go package is what the manifest yields",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, files, err := generated(*file, out)
			if err != nil {
				return err
			}
			return compare(c.OutOrStdout(), dir, files)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "directory of the package (default gen/NAME beside the manifest)")
	return cmd
}

func generated(file, out string) (dir string, files []generator.File, err error) {
	src, err := readManifest(file)
	if err != nil {
		return "", nil, err
	}
	c, files, err := generator.Generate(file, src)
	if err != nil {
		return "", nil, err
	}
	return outDir(file, out, c.Package), files, nil
}

// commit writes the files and removes generated ones that are no more. Each file
// appears whole: it is written aside and moved into place.
func commit(dir string, files []generator.File) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	stale, err := leftovers(dir, files)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := replace(filepath.Join(dir, f.Name), f.Content); err != nil {
			return err
		}
	}
	for _, name := range stale {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func replace(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".connectorgen-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(content)
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name()) // the first error is the one to report
	}
	return err
}

// leftovers lists generated files in dir that are not among files: those of
// actions that are no more.
func leftovers(dir string, files []generator.File) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(files))
	for _, f := range files {
		known[f.Name] = true
	}
	for _, e := range entries {
		if known[e.Name()] || !e.Type().IsRegular() || filepath.Ext(e.Name()) != ".go" {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		if bytes.HasPrefix(content, []byte("// "+emit.Header)) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// compare names the files that are not as the manifest yields them.
func compare(w io.Writer, dir string, files []generator.File) error {
	different := false
	say := func(name, what string) {
		different = true
		fmt.Fprintf(w, "%s: %s; run connectorgen generate\n", filepath.Join(dir, name), what)
	}
	for _, f := range files {
		old, err := os.ReadFile(filepath.Join(dir, f.Name))
		switch {
		case errors.Is(err, os.ErrNotExist):
			say(f.Name, "is missing")
		case err != nil:
			return err
		case !bytes.Equal(old, f.Content):
			say(f.Name, "is not what the manifest yields")
		}
	}
	stale, err := leftovers(dir, files)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, name := range stale {
		say(name, "belongs to no action")
	}
	if different {
		return errDifferent
	}
	return nil
}
