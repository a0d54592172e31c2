// What is known of jobs: one, all, and the end of one; and what people change.

package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/nats-io/nats.go/jetstream"

	"modulex.dev/connector/fleet"
)

// Record implements [fleet.Engine].
func (e *Engine) Record(ctx context.Context, id string) (fleet.Record, error) {
	r, _, err := e.record(ctx, id)
	return r, err
}

func (e *Engine) record(ctx context.Context, id string) (r fleet.Record, rev uint64, err error) {
	value, rev, err := e.records.get(ctx, id)
	switch {
	case err != nil:
		return r, 0, err
	case value == nil:
		return r, rev, fleet.ErrNotFound
	}
	return readRecord(id, value, rev)
}

func readRecord(id string, value []byte, rev uint64) (r fleet.Record, _ uint64, err error) {
	if err := json.Unmarshal(value, &r); err != nil {
		return r, 0, fmt.Errorf("the record of job %s cannot be read: %w", id, err)
	}
	return r, rev, nil
}

// Records implements [fleet.Engine].
func (e *Engine) Records(ctx context.Context) iter.Seq2[fleet.Record, error] {
	return func(yield func(fleet.Record, error) bool) {
		w, err := e.records.WatchAll(ctx, jetstream.IgnoreDeletes())
		if err != nil {
			yield(fleet.Record{}, err)
			return
		}
		defer func() { _ = w.Stop() }()
		for {
			select {
			case <-ctx.Done():
				yield(fleet.Record{}, ctx.Err())
				return
			case entry, open := <-w.Updates():
				if entry == nil || !open { // all that was there has been told
					return
				}
				r, _, err := readRecord(entry.Key(), entry.Value(), 0)
				if !yield(r, err) {
					return
				}
			}
		}
	}
}

// Cancel implements [fleet.Engine]. Its message leaves the queue when it is taken.
func (e *Engine) Cancel(ctx context.Context, id string) error {
	return e.change(ctx, id, func(r *fleet.Record) error {
		switch {
		case r.State.Ended():
			return fleet.ErrEnded
		case r.State == fleet.Running:
			return fleet.ErrBegun
		}
		r.State, r.Ended, r.Why = fleet.Canceled, e.alive.now().UTC(), "canceled before it began"
		return nil
	})
}

// Retry implements [fleet.Engine]. One that is queued is put in line once more,
// in case a crash has kept it out; a worker that gets it twice finds it ended.
func (e *Engine) Retry(ctx context.Context, id string, nothingHappened bool) error {
	var before, again fleet.Record
	err := e.change(ctx, id, func(r *fleet.Record) (err error) {
		before = *r
		if again = *r; r.State == fleet.Queued {
			return errQueued
		}
		again, err = fleet.Again(*r, nothingHappened)
		*r = again
		return err
	})
	if err != nil && !errors.Is(err, errQueued) {
		return away(ctx, err)
	}
	err = e.enqueue(ctx, again.Job)
	if errors.Is(err, fleet.ErrFull) { // it stays what it was, to be retried when there is room
		return errors.Join(err, e.change(ctx, id, func(r *fleet.Record) error { *r = before; return nil }))
	}
	return away(ctx, err)
}

var errQueued = errors.New("the job is queued")

// change moves a record, again where another has moved it meanwhile.
func (e *Engine) change(ctx context.Context, id string, how func(*fleet.Record) error) error {
	for {
		r, rev, err := e.record(ctx, id)
		if err != nil {
			return err
		}
		if err := how(&r); err != nil {
			return err
		}
		if _, err = e.keep(ctx, r, rev); !errors.Is(err, errMoved) {
			return err
		}
	}
}
