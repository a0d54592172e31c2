// preview: the request that an action would send, without sending it. masks.go
// has what stands for the secrets, curl.go the command.

package main

import (
	"bytes"
	"context"
	"encoding/json"
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

// preview builds the request with masks for secrets and prints it.
func preview(w io.Writer, m *model.Connector, a *model.Action, input []byte, baseURL, format string) error {
	if !slices.Contains([]string{"http", "curl", "all"}, format) {
		return fmt.Errorf("--format cannot be %q; use http, curl or all", format)
	}
	if a.Hook != "" {
		return fmt.Errorf("%s is written by hand (%s), so nobody knows what it sends", a.Name, a.Hook)
	}
	r, err := buildMasked(m, a, input, baseURL)
	if err != nil {
		return err
	}
	if r.token != "" {
		fmt.Fprintf(w, "# before this, an access token is fetched from %s\n", r.token)
	}
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

// maskedRequest is a request whose secrets are masks.
type maskedRequest struct {
	*http.Request
	body  []byte
	masks masks
	token string // where an access token is fetched first
}

// buildMasked lets the runtime build the request of an action, with masks.
func buildMasked(m *model.Connector, a *model.Action, input []byte, baseURL string) (*maskedRequest, error) {
	t, err := tableOf(m)
	if err != nil {
		return nil, err
	}
	auth := t.Lookup(a.Name).Auth
	r := &maskedRequest{masks: masksOf(t.API, auth)}
	recorder := &requestRecorder{into: r, auth: auth}
	client, err := runtime.NewClient(t, runtime.Options{Transport: recorder, Attempts: 1, DisableBudgets: true, BaseURL: baseURL, AllowPrivateHosts: true})
	if err != nil {
		return nil, err
	}
	cred := runtime.Credentials{}
	if auth != nil {
		cred, input = r.masks.credentials(auth), withoutKeys(auth, a, input)
	}
	e := client.Call(context.Background(), a.Name, cred, input)
	if r.Request == nil {
		return nil, errors.New(e.Err.Error())
	}
	return r, nil
}

// withoutKeys takes a credential out of an input that a host has put there: a
// mask takes its place.
func withoutKeys(auth *runtime.AuthScheme, a *model.Action, input []byte) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(input, &members) != nil {
		return input
	}
	taken := false
	for _, f := range auth.Fields {
		if _, there := members[f.Key]; there && !slices.ContainsFunc(a.Op.Params, func(p table.Param) bool { return p.Name == f.Key }) {
			delete(members, f.Key)
			taken = true
		}
	}
	if without, err := json.Marshal(members); taken && err == nil {
		return without
	}
	return input
}

// requestRecorder keeps the first request instead of sending it, apart from one
// for an access token, which it answers.
type requestRecorder struct {
	into *maskedRequest
	auth *runtime.AuthScheme
}

func (r *requestRecorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.into.Request != nil {
		return nil, errors.New("this is a preview")
	}
	if r.auth != nil && r.auth.Token != nil && r.into.token == "" {
		r.into.token = r.into.masks.shown(req.URL.String())
		token := tokenAnswer(r.auth.Token.Path)
		return &http.Response{StatusCode: http.StatusOK, Header: make(http.Header), Body: io.NopCloser(strings.NewReader(token)), Request: req}, nil
	}
	r.into.Request = req
	if req.Body != nil {
		r.into.body, _ = io.ReadAll(req.Body)
	}
	return nil, errors.New("this is a preview")
}

// tokenAnswer is an answer with a mask for the access token at its path.
func tokenAnswer(path string) string {
	text := `"` + maskOf(accessToken) + `"`
	for _, name := range slices.Backward(strings.Split(path, ".")) {
		key, _ := json.Marshal(name)
		text = fmt.Sprintf("{%s:%s}", key, text)
	}
	return text
}

// http is the request as a server receives it, secrets as [field]. Its
// Content-Length is that of the body as it is shown, so that the text is a
// request of its own.
func (r *maskedRequest) http() string {
	body := r.masks.shown(string(r.body))
	req := r.Clone(context.Background())
	if req.Body != nil {
		req.Body, req.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
	var b bytes.Buffer
	if err := req.Write(&b); err != nil {
		return err.Error()
	}
	head, _, _ := strings.Cut(b.String(), "\r\n\r\n")
	head = r.masks.shown(strings.ReplaceAll(head, "\r\n", "\n"))
	if body == "" {
		return head
	}
	return head + "\n\n" + body
}
