// Wrong answers: whatever an API sends in the place of what an example expects,
// the envelope keeps to its schema, and a failure says so.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"modulex.dev/connector/cmd/connectorgen/cases"
	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/export"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/runtime"
)

func TestWrongAnswersKeepTheEnvelope(t *testing.T) {
	sources := make(map[string][]byte)
	for _, e := range export.Examples() {
		if e.Go == nil {
			sources[e.Name] = e.Source
		}
	}
	for _, file := range connectors {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources[filepath.Base(filepath.Dir(file))] = src
	}
	for name, src := range sources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, faults := manifest.Load(name+".yaml", src)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			c, faults := generator.Load(name+".yaml", src)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			table, err := tableOf(c)
			if err != nil {
				t.Fatal(err)
			}
			calls := 0
			defer func() { t.Logf("%d calls", calls) }()
			for _, a := range m.Actions {
				w := wrong{t: t, table: table, action: table.Lookup(a.Name.Value), calls: &calls}
				w.schema = compiled(t, string(w.action.OutputSchema))
				for _, x := range a.Value.Cases {
					w.run(x)
				}
			}
		})
	}
}

func compiled(t *testing.T, text string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	if err := c.AddResource("output.json", strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("output.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wrong runs an action with answers that are not what its cases say.
type wrong struct {
	t      *testing.T
	table  *runtime.Table
	action *runtime.Action
	schema *jsonschema.Schema
	calls  *int
}

// run runs a case as it is, then with each of its answers spoilt in every way.
func (w wrong) run(x manifest.Case) {
	as := make([]reply, len(x.Exchanges))
	for i, e := range x.Exchanges {
		as[i] = replyOf(e.Answer)
	}
	w.call(x, as, "as it is")
	if w.failsAsIs(x) {
		return
	}
	for i := range as {
		for _, body := range spoilt(as[i].body) {
			other := slices.Clone(as)
			other[i].body = body
			success := w.call(x, other, fmt.Sprintf("answer %d is %s", i+1, clipped(body)))
			if success && strings.HasPrefix(string(body), "<html>") && i == len(as)-1 && w.reads(x.Exchanges[i].Answer) {
				w.t.Errorf("%s, %s: a page of a proxy is a success", w.action.Name, x.Name.Value)
			}
		}
	}
}

// reads reports whether an action makes its fields of the JSON of an answer.
func (w wrong) reads(a manifest.Answer) bool {
	return a.Body.Given() && len(w.fields()) > 2
}

// fields are the fields of the envelope.
func (w wrong) fields() map[string]any {
	var s struct{ Properties map[string]any }
	_ = json.Unmarshal([]byte(w.action.OutputSchema), &s)
	return s.Properties
}

func (w wrong) failsAsIs(x manifest.Case) bool {
	var e struct{ Success bool }
	_ = json.Unmarshal([]byte(model.ValueJSON(x.Envelope)), &e)
	return !e.Success
}

func clipped(b []byte) string {
	if len(b) > 300 {
		return string(b[:300]) + "…"
	}
	return string(b)
}

// call runs the action and looks at the envelope.
func (w wrong) call(x manifest.Case, answers []reply, what string) (success bool) {
	w.t.Helper()
	*w.calls++
	client, err := runtime.NewClient(w.table, runtime.Options{
		Transport: &replies{all: answers}, Attempts: 1, DisableBudgets: true, Clock: &leaping{}, AllowPrivateHosts: true})
	if err != nil {
		w.t.Fatal(err)
	}
	defer client.Close()
	e := client.Call(context.Background(), w.action.Name, w.credentials(x), []byte(model.ValueJSON(x.Input)))
	fault := func(format string, args ...any) {
		w.t.Errorf("%s, %s, %s:\n\t%s\n\t%s", w.action.Name, x.Name.Value, what, e.JSON, fmt.Sprintf(format, args...))
	}
	d := json.NewDecoder(bytes.NewReader(e.JSON))
	d.UseNumber()
	var envelope map[string]any
	if err := d.Decode(&envelope); err != nil {
		fault("the envelope is not JSON: %v", err)
		return false
	}
	if err := w.schema.Validate(envelope); err != nil {
		fault("%#v", err)
	}
	text, _ := envelope["error"].(string)
	if (envelope["success"] == true) != (envelope["error"] == nil) || (envelope["success"] == false) != (text != "") {
		fault("success and error do not agree")
	}
	if e.Err != nil && e.Err.Code == runtime.CodeInternal {
		fault("a part of the program failed")
	}
	return e.Success()
}

func (w wrong) credentials(x manifest.Case) runtime.Credentials {
	scheme := w.action.Auth
	if scheme == nil {
		return runtime.Credentials{}
	}
	for _, s := range w.table.API.Auth {
		if s.Type == x.AuthType.Value {
			scheme = s
		}
	}
	data := make(map[string]string)
	if x.Credentials.Given() {
		_ = json.Unmarshal([]byte(model.ValueJSON(x.Credentials)), &data)
	} else {
		for _, f := range scheme.Fields {
			data[f.Key] = cases.Placeholder(f)
		}
	}
	return runtime.NewCredentials(scheme.Type, data)
}

// reply is an answer that is given whatever is asked.
type reply struct {
	status int
	header http.Header
	body   []byte
	fault  bool
}

func replyOf(a manifest.Answer) reply {
	r := reply{status: 200, header: make(http.Header), body: []byte(a.Text.Value), fault: a.Fault.Given()}
	if a.Body.Given() {
		r.body = []byte(model.ValueJSON(a.Body))
		r.header.Set("Content-Type", "application/json")
	}
	for _, h := range a.Headers {
		r.header.Set(h.Name.Value, h.Value.Value)
	}
	if a.Status.Given() {
		r.status = a.Status.Value
	}
	return r
}

// replies gives answers in order, and then none.
type replies struct {
	all []reply

	mu   sync.Mutex // pages may be asked for together
	next int
}

func (r *replies) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	a := reply{status: 418}
	if r.next < len(r.all) {
		a = r.all[r.next]
	}
	r.next++
	r.mu.Unlock()
	if a.fault {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{StatusCode: a.status, Header: a.header.Clone(), Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: req}, nil
}

// leaping is a clock whose waits are over at once.
type leaping struct{ gone atomic.Int64 }

func (c *leaping) Now() time.Time {
	return time.Unix(1_790_000_000, 0).Add(time.Duration(c.gone.Load()))
}

func (c *leaping) Sleep(ctx context.Context, d time.Duration) error {
	c.gone.Add(int64(d))
	return ctx.Err()
}

// spoilt are the bodies that come in the place of a good one: none, pages of a
// proxy, other JSON, halves, and the good one with each of its values gone or of
// another kind.
func spoilt(good []byte) (out [][]byte) {
	for _, body := range []string{"", " \n", "null", "true", "0", `""`, `"ERROR"`, "[]", "[[]]", "[null]", "[1]", `["a"]`, "{}", `[{}]`,
		"<html><body>Bad gateway</body></html>", "{", "[1,", `{"a":1}{"a":2}`, "\xff\xfe", "a,b\n1,2,3\n", `{"a":1e999}`, `{"data":null,"items":null,"errors":{}}`} {
		out = append(out, []byte(body))
	}
	if len(good) > 2 {
		out = append(out, good[:len(good)/2])
	}
	d := json.NewDecoder(bytes.NewReader(good))
	d.UseNumber()
	var value any
	if d.Decode(&value) != nil {
		return out
	}
	for _, path := range pathsOf(value, nil) {
		for _, other := range []any{gone{}, nil, true, json.Number("7"), json.Number("-1.5e3"), "", "text", "12", []any{}, []any{nil}, []any{"a", json.Number("1")}, []any{map[string]any{}}, []any{[]any{}}, map[string]any{}, map[string]any{"id": []any{}, "name": json.Number("1")}} {
			if body, err := json.Marshal(replaced(value, path, other)); err == nil {
				out = append(out, body)
			}
		}
	}
	return out
}

// gone in the place of a member or an element takes it away.
type gone struct{}

// pathsOf are the paths of all that is inside a value.
func pathsOf(v any, path []string) (out [][]string) {
	inside := func(name string, v any) {
		p := append(slices.Clone(path), name)
		out = append(append(out, p), pathsOf(v, p)...)
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			inside(name, v[name])
		}
	case []any:
		for i := range v {
			inside(strconv.Itoa(i), v[i])
		}
	}
	return out
}

// replaced is a value with another one at a path.
func replaced(v any, path []string, other any) any {
	if len(path) == 0 {
		return other
	}
	switch v := v.(type) {
	case map[string]any:
		out := maps.Clone(v)
		if out[path[0]] = replaced(v[path[0]], path[1:], other); isGone(out[path[0]]) {
			delete(out, path[0])
		}
		return out
	case []any:
		i, _ := strconv.Atoi(path[0])
		out := slices.Clone(v)
		if out[i] = replaced(v[i], path[1:], other); isGone(out[i]) {
			return slices.Delete(out, i, i+1)
		}
		return out
	}
	return v
}

func isGone(v any) bool { _, ok := v.(gone); return ok }
