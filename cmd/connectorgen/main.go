// Command connectorgen is the tool of connector authors: it checks a manifest
// and turns it into Go, schemas and the host's catalogue. Each verb is a file.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator/manifest"
)

// Exit codes.
const (
	exitOK        = 0
	exitDifferent = 1 // faults in the manifest, or files that differ
	exitTrouble   = 2 // wrong usage, or a file that cannot be read or written
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// errDifferent ends a verb that has said everything already.
var errDifferent = errors.New("different")

func run(args []string, stdout, stderr io.Writer) int {
	root := command()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	if err == nil {
		return exitOK
	}
	if faults, ok := errors.AsType[manifest.Diagnostics](err); ok {
		src, _ := readManifest(faults[0].File) // without it there are no lines to show
		printFaults(stderr, src, faults)
		return exitDifferent
	}
	if errors.Is(err, errDifferent) {
		return exitDifferent
	}
	fmt.Fprintln(stderr, "connectorgen:", err)
	return exitTrouble
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "connectorgen",
		Short:         "Turn a connector manifest into Go, schemas and pages",
		Long:          "Turn a connector manifest into Go, schemas and pages.\n\nExit codes: 0 done or clean, 1 faults or differences, 2 trouble.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("say what to do; connectorgen --help lists it")
		},
	}
	file := root.PersistentFlags().String("manifest", "manifest.yaml", "the manifest")
	root.AddCommand(importCommand(), generateCommand(file), checkCommand(file), diffCommand(file), newCommand(file), lintCommand(file), rulesCommand(), fmtCommand(file), watchCommand(file), exportCommand(file), schemaCommand(), previewCommand(file), testCommand(file))
	return root
}

// maxManifest bounds what is read; the generator refuses large manifests by
// itself, with a position.
const maxManifest = 64 << 20

func readManifest(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxManifest))
}

// outDir is where a package goes by default: gen/NAME beside the manifest.
func outDir(file, out, pkg string) string {
	if out != "" {
		return out
	}
	return filepath.Join(filepath.Dir(file), "gen", pkg)
}
