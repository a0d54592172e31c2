// preview: the request that an action would send, without sending it.

package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
	"modulex.dev/connector/runtime"
)

func previewCommand(file *string) *cobra.Command {
	var input, baseURL, format string
	cmd := &cobra.Command{
		Use:   "preview ACTION",
		Short: "Show the request that an action would send, with the secrets masked, as HTTP and as a curl line",
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
			return preview(c.OutOrStdout(), m, a, in, baseURL, format)
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

// mask is what a secret is while a request is built: a word that nothing else
// holds.
func mask(f table.CredentialField) string {
	return "mask0" + strings.ReplaceAll(f.Key, "_", "0") + "0mask"
}

// preview builds the request with masks for secrets and prints it.
func preview(w io.Writer, m *model.Connector, a *model.Action, input []byte, baseURL, format string) error {
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
	recorder := &requestRecorder{}
	client, err := runtime.NewClient(t, runtime.Options{Transport: recorder, Attempts: 1, DisableBudgets: true, BaseURL: baseURL})
	if err != nil {
		return err
	}
	e := client.Call(context.Background(), a.Name, placeholders(a.Op, mask, nil), input)
	if recorder.request == nil {
		return errors.New(e.Err.Error())
	}
	r := maskedRequest{recorder.request, recorder.body, a}
	if format != "curl" {
		fmt.Fprintln(w, r.http())
	}
	if format == "all" {
		fmt.Fprintln(w)
	}
	if format != "http" {
		fmt.Fprintln(w, r.curl())
	}
	if len(a.Op.Steps) > 0 {
		fmt.Fprintf(w, "\n# this is the first of %d requests; the last is %s %s\n", len(a.Op.Steps)+1, a.Op.Method, a.Op.Path)
	}
	return nil
}

// requestRecorder keeps the first request instead of sending it.
type requestRecorder struct {
	request *http.Request
	body    []byte
}

func (r *requestRecorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.request == nil {
		r.request = req
		if req.Body != nil {
			r.body, _ = io.ReadAll(req.Body)
		}
	}
	return nil, errors.New("this is a preview")
}

// maskedRequest is a request whose secrets are masks.
type maskedRequest struct {
	*http.Request
	body   []byte
	action *model.Action
}

// http is the request as a server receives it, secrets as [field].
func (r maskedRequest) http() string {
	var b bytes.Buffer
	req := r.Clone(context.Background())
	req.Body = io.NopCloser(bytes.NewReader(r.body))
	if err := req.Write(&b); err != nil {
		return err.Error()
	}
	return r.unmask(strings.ReplaceAll(strings.TrimRight(b.String(), "\r\n"), "\r\n", "\n"), func(f table.CredentialField) string { return "[" + f.Key + "]" })
}

// curl is the request as a command, secrets as environment variables.
func (r maskedRequest) curl() string {
	variable := func(f table.CredentialField) string { return `'"$` + f.Env + `"'` }
	parts := []string{"curl -sS -X " + r.Method + " " + r.unmask(quoted(r.URL.String()), variable)}
	for _, name := range sortedHeaders(r.Header) {
		if name == "Accept-Encoding" || name == "User-Agent" {
			continue
		}
		for _, value := range r.Header[name] {
			parts = append(parts, "-H "+r.unmask(quoted(name+": "+value), variable))
		}
	}
	if len(r.body) > 0 {
		parts = append(parts, "--data-binary "+r.unmask(quoted(string(r.body)), variable))
	}
	return strings.Join(parts, " \\\n  ")
}

// quoted is a text for a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func sortedHeaders(h http.Header) (names []string) {
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// unmask names the fields in the place of their masks, inside base64 too.
func (r maskedRequest) unmask(text string, name func(table.CredentialField) string) string {
	if r.action.Op.Auth == nil {
		return text
	}
	fields := r.action.Op.Auth.Fields
	if i := strings.Index(text, "Basic "); i >= 0 {
		rest := text[i+len("Basic "):]
		end := strings.IndexFunc(rest, func(c rune) bool { return !strings.ContainsRune(base64Letters, c) })
		if end < 0 {
			end = len(rest)
		}
		if plain, err := base64.StdEncoding.DecodeString(rest[:end]); err == nil && strings.Contains(string(plain), "mask0") {
			shown := "[base64 of " + string(plain) + "]"
			if strings.Contains(name(fields[0]), "$") {
				shown = `'"$(printf %s "` + string(plain) + `" | base64 -w0)"'`
				for _, f := range fields {
					shown = strings.ReplaceAll(shown, mask(f), "$"+f.Env)
				}
			}
			text = text[:i] + "Basic " + shown + rest[end:]
		}
	}
	for _, f := range fields {
		text = strings.ReplaceAll(text, mask(f), name(f))
	}
	return text
}

const base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
