// fmt: a manifest laid out.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/format"
)

func fmtCommand(file *string) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt",
		Short: "Lay out a manifest: indentation, spaces, quotes; comments and meaning stay",
		Long: `Lay out a manifest: two spaces for each level, one space behind colons and commas, double
quotes, one blank line at most, nothing at the ends of lines. Order, comments, line breaks and meaning stay.

Exit codes: 0 done or laid out already, 1 not laid out (--check) or no YAML, 2 trouble.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			src, err := readManifest(*file)
			if err != nil {
				return err
			}
			out, err := format.Source(src)
			if err != nil {
				return unformatted(*file, src, err)
			}
			switch {
			case bytes.Equal(src, out):
				return nil
			case check:
				fmt.Fprintf(c.OutOrStdout(), "%s: is not laid out; run connectorgen fmt\n", *file)
				return errDifferent
			}
			return rewrite(*file, out)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; tell whether it would change")
	return cmd
}

// unformatted says where a file cannot be read, as lint does.
func unformatted(file string, src []byte, err error) error {
	if _, faults := generator.Load(file, src); len(faults) > 0 {
		return faults
	}
	return err
}

// rewrite replaces what a file holds, as a whole. The file keeps its mode, and
// a link stays a link.
func rewrite(path string, content []byte) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".connectorgen-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(content)
	if err = errors.Join(err, tmp.Chmod(info.Mode().Perm()), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name()) // the first error is the one to report
	}
	return err
}
