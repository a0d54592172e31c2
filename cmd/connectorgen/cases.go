// test: the cases that stand beside the actions of a manifest. Each is an input,
// the requests that it must lead to with their answers, and the envelope. They
// run against a server on this machine, over the wire.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
	"modulex.dev/connector/runtime"
)

func testCommand(file *string) *cobra.Command {
	var only string
	var verbose bool
	cmd := &cobra.Command{
		Use:   "test",
		Short: "Run the cases that stand beside the actions",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			src, err := readManifest(*file)
			if err != nil {
				return err
			}
			failures, err := runCases(c.OutOrStdout(), *file, src, only, verbose)
			if err == nil && failures > 0 {
				err = errDifferent
			}
			return err
		},
	}
	cmd.Flags().StringVar(&only, "action", "", "only the cases of this action")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "name the cases that pass too")
	return cmd
}

// runCases runs the cases of a manifest and says what came of them.
func runCases(w io.Writer, file string, src []byte, only string, verbose bool) (failures int, err error) {
	m, faults := manifest.Load(file, src)
	if len(faults) > 0 {
		return 0, faults
	}
	c, faults := generator.Load(file, src)
	if len(faults) > 0 {
		return 0, faults
	}
	t, err := tableOf(c)
	if err != nil {
		return 0, err
	}
	total, without := 0, []string{}
	for i, a := range m.Actions {
		if only != "" && a.Name.Value != only {
			continue
		}
		if len(a.Value.Cases) == 0 {
			without = append(without, a.Name.Value)
		}
		for _, x := range a.Value.Cases {
			total++
			faults := runCase(t, c.Actions[i], x)
			if len(faults) > 0 {
				failures++
				fmt.Fprintf(w, "%s:%d:%d: %s, %s: %s\n", file, x.Pos.Line, x.Pos.Col, a.Name.Value, x.Name.Value, strings.Join(faults, "\n\t"))
			} else if verbose {
				fmt.Fprintf(w, "ok %s, %s\n", a.Name.Value, x.Name.Value)
			}
		}
	}
	if total == 0 && only != "" {
		return 0, fmt.Errorf("%s has no cases", only)
	}
	if verbose && len(without) > 0 {
		fmt.Fprintf(w, "without a case: %s\n", strings.Join(without, ", "))
	}
	fmt.Fprintf(w, "%d of %d cases pass\n", total-failures, total)
	return failures, nil
}

// runCase runs one case and says what is not as it should be.
func runCase(t *runtime.Table, a *model.Action, x manifest.Case) []string {
	s := &stage{exchanges: x.Exchanges}
	server := httptest.NewServer(s)
	defer server.Close()
	client, err := runtime.NewClient(t, runtime.Options{BaseURL: server.URL, Attempts: 1, AttemptTimeout: caseTimeout, DisableBudgets: true, Clock: quickClock{}})
	if err != nil {
		return []string{err.Error()}
	}
	defer client.Close()
	given := make(map[string]string)
	if x.Credentials.Given() {
		if json.Unmarshal([]byte(model.ValueJSON(x.Credentials)), &given) != nil {
			return []string{"the credentials must be texts by the keys of auth_data"}
		}
	}
	word := func(f table.CredentialField) string { return "test-" + f.Key }
	input := model.ValueJSON(x.Input)
	if a.Hook != "" {
		return []string{"the action is written by hand, so no case can run it"}
	}
	e := client.Call(context.Background(), a.Name, placeholders(a.Op, word, given), []byte(input))
	faults := s.finish()
	if want := model.ValueJSON(x.Envelope); !sameJSON(e.JSON, []byte(want)) {
		faults = append(faults, fmt.Sprintf("the envelope is\n\t\t%s\n\tnot\n\t\t%s", e.JSON, want))
	}
	return faults
}

// caseTimeout is how long a case waits for an answer that does not come.
const caseTimeout = 300 * time.Millisecond

// quickClock does not wait.
type quickClock struct{}

func (quickClock) Now() time.Time { return time.Now() }

func (quickClock) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// stage answers the requests of a case in order and notes what is wrong with
// them.
type stage struct {
	exchanges []manifest.Exchange
	mu        sync.Mutex
	next      int
	faults    []string
}

func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	n := s.next
	s.next++
	if n >= len(s.exchanges) {
		s.faults = append(s.faults, fmt.Sprintf("request %d was not expected: %s %s", n+1, r.Method, r.URL.RequestURI()))
		s.mu.Unlock()
		http.Error(w, "unexpected", http.StatusTeapot)
		return
	}
	x := s.exchanges[n]
	for _, f := range compareRequest(r, body, x) {
		s.faults = append(s.faults, fmt.Sprintf("request %d: %s", n+1, f))
	}
	s.mu.Unlock()
	answer(w, r, x.Answer)
}

// finish says what was wrong, and which requests never came.
func (s *stage) finish() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.exchanges[min(s.next, len(s.exchanges)):] {
		s.faults = append(s.faults, "this request did not come: "+x.Request.Value)
	}
	return s.faults
}

func compareRequest(r *http.Request, body []byte, x manifest.Exchange) (faults []string) {
	method, target, _ := strings.Cut(x.Request.Value, " ")
	want, err := url.Parse(target)
	if err != nil {
		return []string{err.Error()}
	}
	if r.Method != method || r.URL.EscapedPath() != want.EscapedPath() {
		faults = append(faults, fmt.Sprintf("%s %s, not %s %s", r.Method, r.URL.EscapedPath(), method, want.EscapedPath()))
	}
	if !reflect.DeepEqual(r.URL.Query(), want.Query()) {
		faults = append(faults, fmt.Sprintf("the query is %q, not %q", r.URL.RawQuery, want.RawQuery))
	}
	for _, h := range x.Headers {
		if got := r.Header.Get(h.Name.Value); got != h.Value.Value {
			faults = append(faults, fmt.Sprintf("the header %s is %q, not %q", h.Name.Value, got, h.Value.Value))
		}
	}
	if x.Body.Given() {
		if want := model.ValueJSON(x.Body); !sameJSON(body, []byte(want)) {
			faults = append(faults, fmt.Sprintf("the body is\n\t\t%s\n\tnot\n\t\t%s", body, want))
		}
	} else if string(body) != x.Text.Value {
		faults = append(faults, fmt.Sprintf("the body is\n\t\t%s\n\tnot\n\t\t%s", body, x.Text.Value))
	}
	return faults
}

func answer(w http.ResponseWriter, r *http.Request, a manifest.Answer) {
	switch a.Fault.Value {
	case "timeout":
		select {
		case <-r.Context().Done():
		case <-time.After(10 * caseTimeout):
		}
		panic(http.ErrAbortHandler)
	case "reset":
		panic(http.ErrAbortHandler)
	}
	body := []byte(a.Text.Value)
	if a.Body.Given() {
		body = []byte(model.ValueJSON(a.Body))
		w.Header().Set("Content-Type", "application/json")
	}
	for _, h := range a.Headers {
		w.Header().Set(h.Name.Value, h.Value.Value)
	}
	status := http.StatusOK
	if a.Status.Given() {
		status = a.Status.Value
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// sameJSON reports whether two texts are the same JSON, or the same text.
func sameJSON(a, b []byte) bool {
	va, errA := numbersKept(a)
	vb, errB := numbersKept(b)
	if err := errors.Join(errA, errB); err != nil {
		return bytes.Equal(a, b)
	}
	return reflect.DeepEqual(va, vb)
}

func numbersKept(b []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}
