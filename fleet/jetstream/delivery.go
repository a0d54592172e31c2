// A job in the hands of a worker: its record is moved by compare-and-set, and the
// message leaves the queue last.

package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"modulex.dev/connector/fleet"
)

type delivery struct {
	engine *Engine
	m      jetstream.Msg
	record fleet.Record
	rev    uint64
}

// delivery reads the job of a message. One whose job is over, or is known to
// nobody, has nothing to deliver and leaves the queue: nil.
func (e *Engine) delivery(ctx context.Context, m jetstream.Msg) (fleet.Delivery, error) {
	d := &delivery{engine: e, m: m}
	var err error
	d.record, d.rev, err = e.record(ctx, string(m.Data()))
	switch {
	case errors.Is(err, fleet.ErrNotFound):
		return nil, m.DoubleAck(ctx)
	case err != nil:
		return nil, errors.Join(err, m.Nak())
	case d.record.State.Ended():
		return nil, m.DoubleAck(ctx)
	}
	return d, nil
}

func (d *delivery) Job() fleet.Job { return d.record.Job }

// Begin implements [fleet.Delivery].
func (d *delivery) Begin(ctx context.Context) (lost int, err error) {
	err = d.change(ctx, func(r *fleet.Record) {
		*r = fleet.Begun(*r, d.engine.options.Worker, d.engine.alive.now())
	})
	return d.record.Lost, err
}

// Extend implements [fleet.Delivery].
func (d *delivery) Extend(context.Context) error { return d.m.InProgress() }

// Again implements [fleet.Delivery].
func (d *delivery) Again(ctx context.Context, after time.Duration, anew bool) error {
	err := d.change(ctx, func(r *fleet.Record) {
		r.State, r.Lost = fleet.Queued, 0
		if anew {
			r.Job.Try++
		}
	})
	if err != nil && !errors.Is(err, fleet.ErrEnded) {
		return err
	}
	if after < lookEvery {
		defer d.engine.freed(d.record.Job)
	}
	return d.m.NakWithDelay(after)
}

// End implements [fleet.Delivery].
func (d *delivery) End(ctx context.Context, e fleet.Ending) error {
	err := d.change(ctx, func(r *fleet.Record) {
		r.State, r.Envelope, r.Why, r.Check, r.Ended = e.State, e.Envelope, e.Why, e.Check, d.engine.alive.now().UTC()
		if limit := d.engine.limit(); len(r.Envelope) > limit {
			r.Why = fmt.Sprintf("the answer of %d bytes is larger than the %d that are kept", len(r.Envelope), limit)
			r.Envelope = nil
		}
	})
	if err != nil && !errors.Is(err, fleet.ErrEnded) {
		return err
	}
	defer d.engine.freed(d.record.Job)
	return d.m.DoubleAck(ctx)
}

// limit is how long an answer may be to be kept.
func (e *Engine) limit() int {
	return min(fleet.MaxEnvelope, max(0, int(e.nc.MaxPayload())-fleet.MaxInput-64<<10)) / 4 * 3
}

// change moves the record of a job that has not ended.
func (d *delivery) change(ctx context.Context, how func(*fleet.Record)) error {
	for {
		if d.record.State.Ended() {
			return fleet.ErrEnded
		}
		next := d.record
		how(&next)
		rev, err := d.engine.keep(ctx, next, d.rev)
		if err == nil {
			d.record, d.rev = next, rev
			return nil
		}
		if !errors.Is(err, errMoved) {
			return err
		}
		if d.record, d.rev, err = d.engine.record(ctx, d.record.Job.ID); err != nil {
			return err
		}
	}
}

// keep writes a record; those of ended jobs are forgotten after a while.
func (e *Engine) keep(ctx context.Context, r fleet.Record, rev uint64) (uint64, error) {
	value, err := json.Marshal(r)
	if err != nil {
		return 0, err
	}
	life := time.Duration(0)
	if r.State.Ended() {
		life = e.options.Keep
		if r.Job.Keep > 0 {
			life = r.Job.Keep
		}
	}
	return e.records.put(ctx, r.Job.ID, value, rev, life)
}
