// preview: the request that an action would send, without sending it. Package
// runtime/preview builds it.

package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/preview"
)

func previewCommand(file *string) *cobra.Command {
	var input, baseURL, format string
	cmd := &cobra.Command{
		Use:   "preview ACTION",
		Short: "Show the request that an action would send, with the secrets masked, as HTTP and as a curl line",
		Long: `Show the request that an action would send, with the secrets masked, as HTTP and as a
curl line.

As HTTP, a secret is [KEY] and Content-Length is that of the body as it is shown.
The curl line takes the secrets from the environment variables of the manifest; it
leaves User-Agent and Accept-Encoding to curl, and puts a secret inside JSON as it
stands. It needs curl 7.87 where a secret is in the query.`,
		Example: `  connectorgen preview get_event --input '{"event_id": "42"}'
  connectorgen preview create_event --input @event.json --format curl`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			src, err := readManifest(*file)
			if err != nil {
				return err
			}
			m, faults := generator.Load(*file, src)
			if len(faults) > 0 {
				return faults
			}
			a, err := actionOf(m, args[0])
			if err != nil {
				return err
			}
			in, err := readInput(input, c.InOrStdin())
			if err != nil {
				return err
			}
			return printPreview(c.OutOrStdout(), m, a, in, baseURL, format)
		},
	}
	cmd.Flags().StringVar(&input, "input", "{}", "the input: JSON, @FILE, or - for standard input")
	cmd.Flags().StringVar(&baseURL, "base-url", "", "replaces the whole base address")
	cmd.Flags().StringVar(&format, "format", "all", "http, curl or all")
	return cmd
}

// readInput reads JSON from a flag, a file or standard input.
func readInput(input string, stdin io.Reader) ([]byte, error) {
	switch {
	case input == "-":
		return io.ReadAll(io.LimitReader(stdin, maxManifest))
	case strings.HasPrefix(input, "@"):
		return os.ReadFile(input[1:])
	}
	return []byte(input), nil
}

// printPreview prints the request with masks for secrets.
func printPreview(w io.Writer, m *model.Connector, a *model.Action, input []byte, baseURL, format string) error {
	if !slices.Contains([]string{"http", "curl", "all"}, format) {
		return fmt.Errorf("--format cannot be %q; use http, curl or all", format)
	}
	if a.Hook != "" {
		return fmt.Errorf("%s is written by hand (%s), so nobody knows what it sends", a.Name, a.Hook)
	}
	t, err := tableOf(m)
	if err != nil {
		return err
	}
	r, err := preview.Of(t, a.Name, input, runtime.Options{BaseURL: baseURL})
	if err != nil {
		return err
	}
	return r.Write(w, format)
}
