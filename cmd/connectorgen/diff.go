// diff: what a new manifest changes for those who use the old one, and which
// version that asks for. The comparison is in generator/compare.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	comparison "modulex.dev/connector/generator/compare"
	"modulex.dev/connector/generator/manifest"
)

func diffCommand(file *string) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "diff OLD [NEW]",
		Short: "Tell what a manifest changes for callers, and which version that asks for",
		Long: `Tell what a manifest changes for those who use an older one, and which version that asks for.
A change is breaking, additive, cosmetic, or other behaviour towards the API; it reaches those who call
actions, those who use the Go package, those who use the schemas, or only the wire. docs/versioning.md
has the rules.

OLD and NEW are manifests. git:REV is the manifest as it was at that revision, git:REV:PATH another file
at it. NEW is --manifest unless it is given.

Exit codes: 0 the same, 1 different, 2 trouble.`,
		Example: "  connectorgen diff git:HEAD\n  connectorgen diff git:v1.0.0 --format markdown\n  connectorgen diff old.yaml new.yaml --format json",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			print, ok := diffForms[format]
			if !ok {
				return fmt.Errorf("--format cannot be %q; use text, json or markdown", format)
			}
			report, err := diff(append(args, *file), *file)
			if err != nil {
				return err
			}
			if err := print(report, c.OutOrStdout()); err != nil {
				return err
			}
			if !report.Same() {
				return errDifferent
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, json, or markdown for a changelog")
	return cmd
}

var diffForms = map[string]func(*comparison.Report, io.Writer) error{
	"text": (*comparison.Report).Text, "json": (*comparison.Report).JSON, "markdown": (*comparison.Report).Markdown,
}

func diff(names []string, file string) (*comparison.Report, error) {
	var sides [2]*comparison.Side
	for i := range sides {
		src, err := manifestAt(names[i], file)
		if err != nil {
			return nil, err
		}
		sides[i], err = comparison.Load(names[i], src)
		if faults, ok := errors.AsType[manifest.Diagnostics](err); ok {
			// Not an answer to the question, so no exit code of an answer.
			return nil, fmt.Errorf("%s has faults and cannot be compared:\n%s", names[i], faults.Error())
		}
		if err != nil {
			return nil, err
		}
	}
	return comparison.Compare(sides[0], sides[1]), nil
}

// manifestAt reads a file, or a file of a revision.
func manifestAt(name, file string) ([]byte, error) {
	revision, ok := strings.CutPrefix(name, "git:")
	if !ok {
		return readManifest(name)
	}
	dir := "."
	revision, path, ok := strings.Cut(revision, ":")
	if !ok {
		dir, path = filepath.Dir(file), "./"+filepath.Base(file)
	}
	if revision == "" || strings.HasPrefix(revision, "-") || path == "" {
		return nil, fmt.Errorf("%q names no revision; write git:REV or git:REV:PATH, such as git:HEAD", name)
	}
	git := exec.Command("git", "cat-file", "blob", revision+":"+path)
	git.Dir = dir
	var stdout, stderr bytes.Buffer
	git.Stdout, git.Stderr = &stdout, &stderr
	if err := git.Run(); err != nil {
		said := strings.Join(strings.Fields(stderr.String()), " ")
		if said == "" {
			said = err.Error()
		}
		return nil, fmt.Errorf("%s cannot be read: %s", name, said)
	}
	return stdout.Bytes(), nil
}
