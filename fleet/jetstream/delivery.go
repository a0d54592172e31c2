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
	job    fleet.Job // as it was taken
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
	d.job = d.record.Job
	return d, nil
}

func (d *delivery) Job() fleet.Job { return d.job }

// Begin implements [fleet.Delivery]. The record is as it was when the job was
// taken, or the delivery does not count any more.
func (d *delivery) Begin(ctx context.Context) (lost int, err error) {
	next := fleet.Begun(d.record, d.engine.options.Worker, d.engine.alive.now())
	if err := d.move(ctx, next); err != nil {
		return 0, err
	}
	return next.Lost, nil
}

// Extend implements [fleet.Delivery].
func (d *delivery) Extend(context.Context) error { return d.m.InProgress() }

// Again implements [fleet.Delivery].
func (d *delivery) Again(ctx context.Context, after time.Duration, anew bool) error {
	next := d.record
	next.State, next.Lost = fleet.Queued, 0
	if anew {
		next.Job.Try++
	}
	if err := d.move(ctx, next); err != nil {
		return err
	}
	if after < lookEvery {
		defer d.engine.freed(d.record.Job)
	}
	return d.m.NakWithDelay(after)
}

// move writes the next record over the one that this delivery knows.
func (d *delivery) move(ctx context.Context, next fleet.Record) error {
	if d.record.State.Ended() {
		return fleet.ErrEnded
	}
	rev, err := d.engine.keep(ctx, next, d.rev)
	if err == nil {
		d.record, d.rev = next, rev
		return nil
	}
	if !errors.Is(err, errMoved) {
		return err
	}
	now, _, err := d.engine.record(ctx, next.Job.ID)
	switch {
	case err != nil:
		return err
	case now.State.Ended():
		return fleet.ErrEnded
	}
	return fleet.ErrTaken
}

// End implements [fleet.Delivery].
func (d *delivery) End(ctx context.Context, e fleet.Ending) error {
	e = d.engine.fit(e)
	err := d.change(ctx, func(r *fleet.Record) {
		r.State, r.Envelope, r.Why, r.Check, r.Ended = e.State, e.Envelope, e.Why, e.Check, d.engine.alive.now().UTC()
	})
	if err != nil && !errors.Is(err, fleet.ErrEnded) {
		return err
	}
	defer d.engine.freed(d.record.Job)
	return leave(ctx, d.m)
}

// leave takes a message out of the queue; it may have left already.
func leave(ctx context.Context, m jetstream.Msg) error {
	if err := m.DoubleAck(ctx); !errors.Is(err, jetstream.ErrMsgAlreadyAckd) {
		return err
	}
	return nil
}

// fit leaves out an answer that is too large to be sent and kept, and says so.
func (e *Engine) fit(end fleet.Ending) fleet.Ending {
	if limit := e.limit(); len(end.Envelope) > limit {
		end.Why = fmt.Sprintf("the answer of %d bytes is larger than the %d that are kept", len(end.Envelope), limit)
		end.Envelope = nil
	}
	return end
}

// limit is how long an answer may be to be kept.
func (e *Engine) limit() int {
	return min(fleet.MaxEnvelope, max(0, int(e.nc.MaxPayload())-fleet.MaxInput-64<<10)) / 4 * 3
}

// change moves the record of a job that has not ended, whoever has moved it
// meanwhile. A job that has been made anew is another one.
func (d *delivery) change(ctx context.Context, how func(*fleet.Record)) error {
	for {
		if d.record.State.Ended() {
			return fleet.ErrEnded
		}
		if d.record.Job.Try != d.job.Try {
			return fleet.ErrTaken
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
