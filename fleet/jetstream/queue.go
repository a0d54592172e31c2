// The queue: jobs are kept, then put in line; workers take them tenant by tenant.

package jetstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"modulex.dev/connector/fleet"
)

// Submit implements [fleet.Engine]: the job is kept first and put in line then. A
// crash between the two is mended by whoever submits it again.
func (e *Engine) Submit(ctx context.Context, j fleet.Job) error {
	if err := j.Validate(); err != nil {
		return err
	}
	known, rev, err := e.first(ctx, j)
	if err != nil || known.State != fleet.Queued {
		return away(ctx, err)
	}
	err = e.enqueue(ctx, known.Job)
	if errors.Is(err, fleet.ErrFull) && rev > 0 { // it is not known yet: nobody shall wait for it
		return errors.Join(err, e.records.Purge(ctx, j.ID, jetstream.LastRevision(rev)))
	}
	return away(ctx, err)
}

// away says of an error that the server is away, where it is.
func away(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || !passing(err) {
		return err
	}
	return fmt.Errorf("%w: %w", fleet.ErrAway, err)
}

// first keeps the record of a job and returns its revision, or returns the one
// that is known.
func (e *Engine) first(ctx context.Context, j fleet.Job) (r fleet.Record, rev uint64, err error) {
	r = fleet.Record{Job: j, State: fleet.Queued}
	for over := uint64(0); ; {
		rev, err = e.keep(ctx, r, over)
		if !errors.Is(err, errMoved) {
			return r, rev, err
		}
		var known fleet.Record
		known, over, err = e.record(ctx, j.ID)
		if !errors.Is(err, fleet.ErrNotFound) {
			return known, 0, err
		}
	}
}

// enqueue puts a job in line and wakes whoever waits for one.
func (e *Engine) enqueue(ctx context.Context, j fleet.Job) error {
	_, err := e.js.Publish(ctx, subject(j.API, j.Class, j.Tenant), []byte(j.ID), jetstream.WithMsgID(j.ID+"."+strconv.Itoa(j.Try)))
	if refused, ok := errors.AsType[*jetstream.APIError](err); ok && strings.Contains(refused.Description, "maximum messages per subject") {
		return fleet.ErrFull
	}
	if err != nil {
		return err
	}
	return e.nc.Publish(wakeSubject+j.API, []byte(subject(j.API, j.Class, j.Tenant)))
}

// Take implements [fleet.Engine].
func (e *Engine) Take(ctx context.Context, api string) (fleet.Delivery, error) {
	l, err := e.lanesOf(api)
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	trouble := trouble{log: e.options.Log, since: time.Now()}
	for {
		d, err := l.take(ctx)
		if d != nil || err != nil && ctx.Err() != nil {
			return d, err
		}
		if err != nil && !passing(err) {
			return nil, err
		}
		trouble.met(err)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-l.woken:
		case <-tick.C:
		}
	}
}

// trouble is an error that should pass. It is told when it does not, and from time
// to time then: it may be of something that has been forbidden, or taken away.
type trouble struct {
	log   *slog.Logger
	since time.Time // when all was well, or the trouble was told last
}

const longTrouble = 10 * time.Second

func (t *trouble) met(err error) {
	switch {
	case err == nil:
		t.since = time.Now()
	case time.Since(t.since) > longTrouble:
		t.log.Warn("no job can be taken; it is tried again", "error", err)
		t.since = time.Now().Add(5 * longTrouble)
	}
}

// passing reports whether an error is of a server that will be back.
func passing(err error) bool {
	for _, e := range []error{nats.ErrTimeout, nats.ErrNoResponders, nats.ErrConnectionReconnecting, nats.ErrDisconnected, nats.ErrConnectionClosed, nats.ErrReconnectBufExceeded, nats.ErrStaleConnection,
		jetstream.ErrNoStreamResponse, jetstream.ErrNoHeartbeat, jetstream.ErrConsumerDeleted, jetstream.ErrConsumerNotFound, context.DeadlineExceeded} {
		if errors.Is(err, e) {
			return e != nats.ErrConnectionClosed
		}
	}
	_, api := errors.AsType[*jetstream.APIError](err)
	return api // a server that is starting, or electing
}
