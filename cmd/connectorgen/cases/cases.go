// Package cases runs the cases that stand beside the actions of a manifest: an
// input, the requests that it must lead to with their answers, and the envelope.
// They run over the wire against a server on this machine, with a table that
// was generated or one that was made of the manifest just now.
//
// This file runs a case, stage.go is the server, request.go and diff.go compare.
package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/runtime"
)

// Report is what came of the cases of a manifest.
type Report struct {
	Passed  int      `json:"passed"`
	Total   int      `json:"total"`
	Actions []Action `json:"actions"` // in the order of the manifest, those without a case too
}

// Action is what came of the cases of one action.
type Action struct {
	Name   string   `json:"name"`
	Passed int      `json:"passed"`
	Cases  []Result `json:"cases"`
}

// Result is what came of one case.
type Result struct {
	Name   string   `json:"name"`
	Line   int      `json:"line"`
	Column int      `json:"column"`
	Faults []string `json:"faults"` // what is not as the case says, a line each
	Drift  []string `json:"drift"`  // where an answer differs from the types of the manifest
}

// Options chooses among the cases.
type Options struct {
	Action string // only those of this action
	// ByHand reports whether an action is written by hand, so that the table
	// has nothing to run.
	ByHand func(action string) bool
}

// Run runs the cases of a manifest with a table.
func Run(ctx context.Context, t *runtime.Table, m *manifest.Manifest, o Options) Report {
	report := Report{Actions: []Action{}}
	for _, a := range m.Actions {
		if o.Action != "" && a.Name.Value != o.Action {
			continue
		}
		done := Action{Name: a.Name.Value, Cases: []Result{}}
		byHand := o.ByHand != nil && o.ByHand(done.Name)
		for _, c := range a.Value.Cases {
			r := Result{Name: c.Name.Value, Line: c.Pos.Line, Column: c.Pos.Col, Faults: []string{}, Drift: []string{}}
			if byHand {
				r.Faults = append(r.Faults, "the action is written by hand; only a test of the generated package can run it")
			} else {
				run := &running{table: t, manifest: m, action: a.Value, c: c, result: &r}
				run.run(ctx)
			}
			if len(r.Faults) == 0 {
				done.Passed++
			}
			done.Cases = append(done.Cases, r)
		}
		report.Passed += done.Passed
		report.Total += len(done.Cases)
		report.Actions = append(report.Actions, done)
	}
	return report
}

// longest is how long a case may take. Nothing in it waits, so this is for
// machines that are busy.
const longest = 30 * time.Second

// running is a case on its way.
type running struct {
	table    *runtime.Table
	manifest *manifest.Manifest
	action   *manifest.Action
	c        manifest.Case
	result   *Result
}

func (r *running) fault(format string, args ...any) {
	r.result.Faults = append(r.result.Faults, fmt.Sprintf(format, args...))
}

func (r *running) run(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	action := r.table.Lookup(r.action.Name.Value)
	if action == nil {
		r.fault("the table has no such action; generate it again")
		return
	}
	cred, err := r.credentials(action)
	if err != nil {
		r.fault("%s", err)
		return
	}
	s := newStage(r.c.Exchanges, r.bases(cred.data))
	defer s.close()
	client, err := runtime.NewClient(r.table, runtime.Options{
		Transport: s, Attempts: max(1, r.c.Attempts.Value), AttemptTimeout: longest, DisableBudgets: true, Clock: &quickClock{},
		PagesTogether: 1, // the exchanges are in an order
		UUID:          func() string { return uuid },
		Drift:         func(_ context.Context, d runtime.Drift) { r.result.Drift = append(r.result.Drift, d.String()) },
	})
	if err != nil {
		r.fault("%s", err)
		return
	}
	defer client.Close()
	e := client.Call(ctx, action.Name, cred.Credentials, []byte(model.ValueJSON(r.c.Input)))
	r.result.Faults = append(r.result.Faults, s.finish()...)
	r.result.Faults = append(r.result.Faults, compareEnvelope(string(e.JSON), model.ValueJSON(r.c.Envelope))...)
}

// credentials are those of a case, with their fields as texts.
type credentials struct {
	runtime.Credentials
	data map[string]string
}

// credentials reads those of the case as a host hands them over, or makes up
// what every check of the scheme lets pass.
func (r *running) credentials(a *runtime.Action) (out credentials, err error) {
	out.data = make(map[string]string)
	if a.Auth == nil {
		return out, nil
	}
	scheme := a.Auth
	if want := r.c.AuthType.Value; want != "" {
		for _, s := range r.table.API.Auth {
			if s.Type == want && !a.Auth.AnyType {
				scheme = s
			}
		}
	}
	data := make(map[string]any)
	if r.c.Credentials.Given() {
		if json.Unmarshal([]byte(model.ValueJSON(r.c.Credentials)), &data) != nil {
			return out, fmt.Errorf("the credentials are no mapping of auth_data")
		}
	} else {
		for _, f := range scheme.Fields {
			data[f.Key] = Placeholder(f)
		}
	}
	for _, f := range scheme.Fields {
		out.data[f.Key] = fmt.Sprint(data[f.Key])
		for _, v := range f.Values {
			if v.From == data[f.Key] {
				out.data[f.Key] = v.To
			}
		}
	}
	text, err := json.Marshal(map[string]any{"auth_type": r.c.AuthType.Or(scheme.Type), "auth_data": data})
	if err == nil {
		err = json.Unmarshal(text, &out.Credentials)
	}
	return out, err
}

// Placeholder is the value of a field in cases that give none: test-KEY, or the
// first that is allowed.
func Placeholder(f runtime.CredentialField) string {
	if len(f.Values) > 0 {
		return f.Values[0].From
	}
	return "test-" + f.Key
}

// bases are the addresses of the hosts by their names, "" for that of the
// action.
func (r *running) bases(data map[string]string) map[string]string {
	api := r.table.API
	out := map[string]string{"default": api.BaseURL}
	for _, h := range api.Hosts {
		out[h.Name] = h.URL
	}
	for name, base := range out {
		for key, value := range data {
			base = strings.NewReplacer("{"+key+"}", value, "{auth."+key+"}", value).Replace(base)
		}
		out[name] = strings.TrimRight(base, "/")
	}
	out[""] = out[r.action.Host.Or(r.manifest.Defaults.Host.Or("default"))]
	return out
}

// begin is the time in a case, and uuid the one that is made in it.
var begin = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

const uuid = "00000000-0000-4000-8000-000000000000"

// quickClock is a clock whose waits are over at once: it goes on by itself.
type quickClock struct {
	mu   sync.Mutex
	gone time.Duration
}

func (c *quickClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return begin.Add(c.gone)
}

func (c *quickClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone += d
	return ctx.Err()
}

// compareEnvelope compares whole envelopes, the order of their fields too.
func compareEnvelope(got, want string) []string {
	faults := diffTexts("envelope", got, want)
	if len(faults) > 0 {
		return faults
	}
	if g, w := keysOf(got), keysOf(want); !slices.Equal(g, w) {
		return []string{fmt.Sprintf("envelope: its fields are in the order %s, want %s", strings.Join(g, ", "), strings.Join(w, ", "))}
	}
	return nil
}
