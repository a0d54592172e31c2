package batch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/batch"
	"modulex.dev/connector/fleet/memory"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
)

const register = "register_someone_for_session"

func read(t *testing.T, text string) []batch.Row {
	t.Helper()
	m := batch.Mapping{Constants: map[string]json.RawMessage{"session_id": json.RawMessage(`"s1"`)}}
	rows, err := batch.Read("in", strings.NewReader(text), livestorm.Table.Lookup(register), m)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func options(t *testing.T, e fleet.Engine, text string) batch.Options {
	return batch.Options{Table: &livestorm.Table, Engine: e, Action: register, Tenant: "acme", Rows: read(t, text)}
}

// TestIDs: a row is known by what it does. Rows may be added, moved and written
// otherwise; equal ones are told apart by their number.
func TestIDs(t *testing.T) {
	base := batch.IDs(options(t, nil, "fields.email,fields.first_name\na@b.c,A\nb@b.c,B\n"))
	for _, c := range []struct {
		name, text string
		want       []int // the place in base of each row; -1 is a new one
	}{
		{"moved", "fields.email,fields.first_name\nb@b.c,B\na@b.c,A\n", []int{1, 0}},
		{"added before", "fields.email,fields.first_name\nc@b.c,C\na@b.c,A\nb@b.c,B\n", []int{-1, 0, 1}},
		{"equal ones", "fields.email,fields.first_name\na@b.c,A\na@b.c,A\nb@b.c,B\n", []int{0, -1, 1}},
		{"columns moved", "fields.first_name,fields.email\nA,a@b.c\n", []int{0}},
		{"as JSON", "{\"fields\": {\"first_name\": \"A\", \"email\": \"a@b.c\"}}\n", []int{0}},
		{"changed", "fields.email,fields.first_name\na@b.c,Anna\n", []int{-1}},
	} {
		ids := batch.IDs(options(t, nil, c.text))
		for i, id := range ids {
			if slices.Index(base, id) != c.want[i] {
				t.Errorf("%s: row %d is row %d of before, want %d", c.name, i, slices.Index(base, id), c.want[i])
			}
		}
		slices.Sort(ids)
		if len(slices.Compact(ids)) != len(c.want) {
			t.Errorf("%s: two rows are one job", c.name)
		}
	}
	other := options(t, nil, "fields.email,fields.first_name\na@b.c,A\n")
	other.Name = "second try"
	if slices.Contains(base, batch.IDs(other)[0]) {
		t.Error("a batch of another name is not another one")
	}
}

// works ends the jobs of an engine until the test is over; bad says which fail.
func works(t *testing.T, e fleet.Engine, bad func(fleet.Job) bool) (done func() int) {
	var mu sync.Mutex
	n := 0
	go func() {
		for {
			d, err := e.Take(t.Context(), "livestorm")
			if err != nil {
				return
			}
			_, _ = d.Begin(t.Context())
			end := fleet.Ending{State: fleet.Done, Envelope: []byte(`{"success":true}`)}
			if bad != nil && bad(d.Job()) {
				end.State = fleet.Failed
			}
			mu.Lock()
			n++
			mu.Unlock()
			_ = d.End(t.Context(), end)
		}
	}()
	return func() int { mu.Lock(); defer mu.Unlock(); return n }
}

// TestRun: each row is run once, however often and in whatever order the file is
// run; what failed is run again when that is asked for.
func TestRun(t *testing.T) {
	e := memory.New(memory.Options{})
	broken := true
	var mu sync.Mutex
	done := works(t, e, func(j fleet.Job) bool {
		mu.Lock()
		defer mu.Unlock()
		return broken && strings.Contains(string(j.Input), "bad@")
	})
	run := func(text string, again bool) string {
		o := options(t, e, text)
		o.RetryFailed = again
		s, err := batch.Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return s.String()
	}
	steps := []struct {
		text  string
		again bool
		want  string
		runs  int
	}{
		{"fields.email\na@b.c\nbad@b.c\n", false, "2 rows, 1 done, 1 failed", 2},
		{"fields.email\nbad@b.c\na@b.c\n", false, "2 rows, 1 done, 1 failed", 2},
		{"fields.email\nnew@b.c\nbad@b.c\na@b.c\na@b.c\n", false, "4 rows, 3 done, 1 failed", 4},
		{"fields.email\na@b.c\nbad@b.c\n", true, "2 rows, 2 done", 5},
		{"fields.email\na@b.c\nbad@b.c\n", true, "2 rows, 2 done", 5},
	}
	for i, s := range steps {
		mu.Lock()
		broken = !s.again
		mu.Unlock()
		if got := run(s.text, s.again); got != s.want || done() != s.runs {
			t.Errorf("step %d: %q after %d runs, want %q after %d", i, got, done(), s.want, s.runs)
		}
	}
}

// TestRunStopped: what has not been run when ctx ends stays to be run.
func TestRunStopped(t *testing.T) {
	e := memory.New(memory.Options{})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	o := options(t, e, "fields.email\na@b.c\n")
	if _, err := batch.Run(ctx, o); err == nil {
		t.Error("it ended well")
	}
	works(t, e, nil)
	if s, err := batch.Run(t.Context(), o); err != nil || !s.Complete() {
		t.Errorf("%v, %v", s, err)
	}
}

// TestCheck: rows go the way of a real call up to the wire, and nothing leaves.
func TestCheck(t *testing.T) {
	rows := read(t, "{\"fields\":{\"email\":\"a@b.c\"}}\n{\"fields\":3}\n{\"colour\":\"red\"}\n")
	var cred runtime.Credentials
	if err := json.Unmarshal([]byte(`{"auth_type":"bearer_token","auth_data":{"token":"sandbox"}}`), &cred); err != nil {
		t.Fatal(err)
	}
	if err := batch.Check(t.Context(), &livestorm.Table, register, cred, rows); err != nil {
		t.Fatal(err)
	}
	for i, faulty := range []bool{false, true, true} {
		if (len(rows[i].Faults) > 0) != faulty {
			t.Errorf("row %d: %v", i, rows[i].Faults)
		}
		for _, f := range rows[i].Faults {
			if f.Line != i+1 || f.What == "" || strings.Contains(f.What, "sent") {
				t.Errorf("row %d: %+v", i, f)
			}
		}
	}
	if err := batch.Check(t.Context(), &livestorm.Table, register, runtime.Credentials{}, rows[:1]); err == nil || !strings.Contains(err.Error(), "Missing API token") {
		t.Errorf("without a credential: %v", err)
	}
	if err := batch.Check(t.Context(), &livestorm.Table, register, batch.StandIn(livestorm.Table.API), rows[:1]); err != nil || len(rows[0].Faults) > 0 {
		t.Errorf("with a stand-in: %v, %v", err, rows[0].Faults)
	}
}

func TestPlan(t *testing.T) {
	second, month := runtime.Budget{Calls: 5, Per: time.Second}, runtime.Budget{Calls: 100, Per: 30 * 24 * time.Hour}
	for _, c := range []struct {
		plan batch.Plan
		want string
	}{
		{batch.Plan{}, "0 rows; 0 calls"},
		{batch.Plan{Rows: 3, Calls: 3, By: second}, "3 rows; 3 calls, which takes a second at 5 calls in 1s"},
		{batch.Plan{Rows: 900, Ended: 300, Calls: 600, Takes: 119 * time.Second, By: second}, "900 rows, 300 of them have been run; 600 calls, which takes about 119 seconds at 5 calls in 1s"},
		{batch.Plan{Rows: 9000, Calls: 9000, Takes: 30 * time.Minute, By: second, Over: &month}, "9000 rows; 9000 calls, which takes about 30 minutes at 5 calls in 1s\nThat is more than the 100 calls that the API allows in 30 days: the rest waits for the refill."},
		{batch.Plan{Rows: 90000, Calls: 90000, Takes: 5 * time.Hour, By: second}, "90000 rows; 90000 calls, which takes about 5.0 hours at 5 calls in 1s"},
	} {
		if got := c.plan.String(); got != c.want {
			t.Errorf("got %q\nwant %q", got, c.want)
		}
	}
	e := memory.New(memory.Options{})
	var text strings.Builder
	text.WriteString("fields.email\n")
	for i := range 50 {
		fmt.Fprintf(&text, "p%d@b.c\n", i)
	}
	p, err := batch.Plans(t.Context(), options(t, e, text.String()))
	if err != nil || p.Rows != 50 || p.Calls != 50 || p.Ended != 0 || p.Takes != 9*time.Second {
		t.Errorf("%+v, %v", p, err)
	}
}
