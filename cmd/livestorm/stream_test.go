// The command's lines: one item each as they come, words on standard error, and
// an exit code that tells whether the list is whole.

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/runtime/cli"
)

func TestStream(t *testing.T) {
	u := newUpstream(t, unlimited)
	env := map[string]string{"LIVESTORM_API_TOKEN": "sandbox", "LIVESTORM_BASE_URL": u.base()}
	const lines = "--output|ndjson"
	for _, tt := range []struct {
		name   string
		faults []http.HandlerFunc
		args   string
		code   int
		lines  int
		err    string // on standard error
	}{
		{"a whole list", nil, "list_sessions|" + lines, cli.ExitOK, 123, "list_sessions: 123 items, complete\n"},
		{"page by page", nil, "list_sessions|--together|1|" + lines, cli.ExitOK, 123, "list_sessions: 123 items, complete\n"},
		{"the rest of a list", nil, "list_sessions|--resume|skip=49&page=1|" + lines, cli.ExitOK, 24, "list_sessions: 24 items, complete\n"},
		{"a failure midway", []http.HandlerFunc{nil, nil, status(400, "no")}, "list_sessions|--together|1|" + lines, cli.ExitFailed, 100,
			"list_sessions: API error (400): no (100 items are here; the list is incomplete, resume it at page=2)\nlist_sessions: 100 items, incomplete (error); resume at page=2\n"},
		{"a failure at once", []http.HandlerFunc{status(403, "no")}, "list_sessions|" + lines, cli.ExitFailed, 0,
			"list_sessions: API error (403): no\n"},
		{"one object", nil, "get_event|-p|event_id=" + sandbox.EventID + "|" + lines, cli.ExitOK, 1, ""},
		{"no object", nil, "get_event|-p|event_id=nowhere|" + lines, cli.ExitFailed, 0, "get_event: API error (404): "},
		{"wrong input", nil, "list_sessions|-p|a=b|" + lines, cli.ExitFailed, 0, "list_sessions: Call failed: \"a\" is not a parameter"},
		{"another form", nil, "list_sessions|--output|xml", cli.ExitUsage, 0, `--output is json, ndjson, yaml, csv or table, not "xml"`},
		{"too many together", nil, "list_sessions|--together|17", cli.ExitUsage, 0, "--together must be 1 to 16"},
		{"an envelope of a part", []http.HandlerFunc{nil, status(400, "no")}, "list_sessions|--together|1", cli.ExitFailed, 1, "list_sessions: 50 items, incomplete (error); resume at page=1\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u.expect(tt.faults...)
			got := run(t, env, "", append([]string{"call"}, strings.Split(tt.args, "|")...)...)
			if n := strings.Count(got.out, "\n"); got.code != tt.code || n != tt.lines || !strings.Contains(got.errOut, tt.err) || tt.err == "" && got.errOut != "" {
				t.Errorf("exit %d with %d lines: %s", got.code, n, got.errOut)
			}
			for line := range strings.Lines(got.out) {
				if !json.Valid([]byte(line)) {
					t.Errorf("not JSON: %s", line)
				}
			}
		})
	}
}

// A reader sees the lines of a page while the next is still on its way, and one
// that goes away ends the command.
func TestStreamIsSeenAtOnce(t *testing.T) {
	u := newUpstream(t, unlimited)
	seen := make(chan struct{})
	u.expect(nil, func(w http.ResponseWriter, r *http.Request) {
		<-seen
		u.sandbox.ServeHTTP(w, r)
	})
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"LIVESTORM_API_TOKEN": "sandbox", "LIVESTORM_BASE_URL": u.base()}
	var words bytes.Buffer
	p := program()
	p.Stdin, p.Stdout, p.Stderr, p.Getenv = strings.NewReader(""), writer, &words, func(name string) string { return env[name] }
	code := make(chan int, 1)
	go func() {
		exit := p.Run(t.Context(), []string{"call", "list_sessions", "--output", "ndjson", "--together", "1"})
		writer.Close()
		code <- exit
	}()
	lines := bufio.NewReader(reader)
	for range 50 {
		if _, err := lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	close(seen)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, lines)
	_ = reader.Close()
	if got := <-code; got != cli.ExitOK || words.String() != "list_sessions: 123 items, complete\n" {
		t.Errorf("exit %d: %s", got, &words)
	}

	u.expect()
	reader, writer, err = os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	words.Reset()
	p.Stdout = writer
	if got := p.Run(t.Context(), []string{"call", "list_sessions", "--output", "ndjson"}); got != cli.ExitFailed || words.Len() > 0 {
		t.Errorf("nobody reads: exit %d: %s", got, &words)
	}
	writer.Close()
}
