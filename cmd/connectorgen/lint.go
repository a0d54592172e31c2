// lint: every fault of a manifest.

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator"
)

func lintCommand(file *string) *cobra.Command {
	return &cobra.Command{
		Use:   "lint",
		Short: "Report every fault of a manifest as file:line:col: message; cure",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			src, err := readManifest(*file)
			if err != nil {
				return err
			}
			if _, faults := generator.Load(*file, src); len(faults) > 0 {
				fmt.Fprintln(c.OutOrStdout(), faults)
				return errDifferent
			}
			return nil
		},
	}
}
