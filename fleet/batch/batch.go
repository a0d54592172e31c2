// Package batch runs an action for every row of a file: the job people really
// have, such as registering ten thousand people from a spreadsheet.
//
// A row is a job of the fleet whose ID is made of what it does, so it is done once
// however often the file is run: after a crash, after more rows were added, from
// two terminals at once. input.go reads rows, check.go checks them without
// sending, plan.go says how long the budgets make it take; this file submits them
// and writes down what came of each.
package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/runtime"
)

// Options are what a batch is.
type Options struct {
	Table  *runtime.Table
	Engine fleet.Engine
	Action string
	Rows   []Row
	Tenant string
	// Name tells batches of equal rows apart: rows of one name that are equal are
	// one job. "" is the action's.
	Name       string
	Credential fleet.Credential
	// RetryFailed runs rows again that have failed or could not be run.
	RetryFailed bool
	// Ended is told what became of each row, as it ends. May be nil.
	Ended func(r Row, record fleet.Record)
}

// Result is a line of the results.
type Result struct {
	Row      int             `json:"row"`
	Line     int             `json:"line"`
	ID       string          `json:"id"`
	State    fleet.State     `json:"state"`
	Envelope json.RawMessage `json:"envelope,omitempty"`
	Why      string          `json:"why,omitempty"`
	Check    string          `json:"check,omitempty"`
}

// Summary is what became of a batch.
type Summary struct {
	Rows   int                 `json:"rows"`
	States map[fleet.State]int `json:"states"`
}

// Complete reports whether every row has succeeded.
func (s Summary) Complete() bool { return s.States[fleet.Done] == s.Rows }

// String says it in a line.
func (s Summary) String() string {
	text := fmt.Sprintf("%d rows", s.Rows)
	for _, state := range []fleet.State{fleet.Done, fleet.Failed, fleet.Unknown, fleet.Dead, fleet.Canceled, fleet.Running, fleet.Queued} {
		if n := s.States[state]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, state)
		}
	}
	return text
}

// ahead is how many rows of a batch are in the queue at a time: enough for any
// number of workers at the rates of APIs, and other batches of the tenant fit too.
const ahead = 200

// Run submits the rows that have not been run and waits for all of them. When ctx
// ends the rest stays as it is; to run the batch again goes on there.
func Run(ctx context.Context, o Options) (Summary, error) {
	s := Summary{Rows: len(o.Rows), States: make(map[fleet.State]int)}
	ids := IDs(o)
	type outcome struct {
		row    Row
		record fleet.Record
		err    error
	}
	ended, places := make(chan outcome), make(chan struct{}, ahead)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		for i, row := range o.Rows {
			select {
			case places <- struct{}{}:
			case <-ctx.Done():
				return
			}
			go func() {
				record, err := one(ctx, o, row, ids[i])
				<-places
				select {
				case ended <- outcome{row, record, err}:
				case <-ctx.Done():
				}
			}()
		}
	}()
	for range o.Rows {
		select {
		case <-ctx.Done():
			return s, context.Cause(ctx)
		case x := <-ended:
			if x.err != nil {
				return s, x.err
			}
			s.States[x.record.State]++
			if o.Ended != nil {
				o.Ended(x.row, x.record)
			}
		}
	}
	return s, nil
}

// IDs are the jobs of the rows. Rows that are equal are told apart by their
// number among the equal ones, so rows may be added and moved.
func IDs(o Options) []string {
	ids, equal := make([]string, len(o.Rows)), make(map[string]int)
	for i, r := range o.Rows {
		input := canonical(r.Input)
		equal[input]++
		ids[i] = fleet.IDOf(o.Table.API.Name, o.Action, o.Tenant, o.Name, input, fmt.Sprint(equal[input]))
	}
	return ids
}

// canonical is an input with its members in order.
func canonical(input []byte) string {
	var v any
	d := json.NewDecoder(bytesOf(input))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return string(input)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return string(input)
	}
	return string(text)
}

// one submits a row and waits for its end.
func one(ctx context.Context, o Options, r Row, id string) (fleet.Record, error) {
	j := fleet.Job{
		ID: id, API: o.Table.API.Name, Action: o.Action, Tenant: o.Tenant, Class: fleet.Bulk, Input: r.Input,
		Credential: o.Credential, Batch: o.Name, Row: r.Number, Submitted: time.Now().UTC(),
	}
	if err := patiently(ctx, func() error { return o.Engine.Submit(ctx, j) }); err != nil {
		return fleet.Record{}, fmt.Errorf("row %d: %w", r.Number, err)
	}
	if o.RetryFailed {
		err := patiently(ctx, func() error { return o.Engine.Retry(ctx, id, false) })
		if err != nil && !errors.Is(err, fleet.ErrState) {
			return fleet.Record{}, fmt.Errorf("row %d: %w", r.Number, err)
		}
	}
	return o.Engine.Await(ctx, id)
}

// patiently does something again while another batch of the tenant has filled the
// queue, or the server is away.
func patiently(ctx context.Context, do func() error) error {
	for {
		err := do()
		if !errors.Is(err, fleet.ErrFull) && !errors.Is(err, fleet.ErrAway) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// ResultOf is the line of a row's result.
func ResultOf(r Row, record fleet.Record) Result {
	return Result{r.Number, r.Line, record.Job.ID, record.State, record.Envelope, record.Why, record.Check}
}

// Write writes results as JSON lines.
func Write(w io.Writer, results []Result) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, r := range results {
		if err := e.Encode(r); err != nil {
			return err
		}
	}
	return nil
}
