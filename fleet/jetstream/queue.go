// The queue: jobs are kept, then put in line; workers take them tenant by tenant.

package jetstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	return e.nc.Publish(wakeSubject+j.API, nil)
}

// lanes are the tenants of a connector that have work, those who wait before the
// others; a worker goes round them.
type lanes struct {
	engine *Engine
	api    string
	woken  chan struct{}
	sub    *nats.Subscription

	mu        sync.Mutex
	ready     []string // subjects
	next      int
	looked    time.Time
	consumers map[string]jetstream.Consumer
}

const (
	lookEvery = 500 * time.Millisecond // at who has work, when nobody wakes us
	idleLane  = time.Hour              // after which a tenant's consumer is forgotten by the server
)

func (e *Engine) lanesOf(api string) (*lanes, error) {
	e.lanesMu.Lock()
	defer e.lanesMu.Unlock()
	if l := e.lanes[api]; l != nil {
		return l, nil
	}
	l := &lanes{engine: e, api: api, woken: make(chan struct{}, 1), consumers: make(map[string]jetstream.Consumer)}
	sub, err := e.nc.Subscribe(wakeSubject+api, func(*nats.Msg) {
		select {
		case l.woken <- struct{}{}:
		default:
		}
	})
	if err != nil {
		return nil, err
	}
	l.sub = sub
	e.lanes[api] = l
	return l, nil
}

// Take implements [fleet.Engine].
func (e *Engine) Take(ctx context.Context, api string) (fleet.Delivery, error) {
	l, err := e.lanesOf(api)
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		d, err := l.take(ctx)
		if d != nil || err != nil && ctx.Err() != nil {
			return d, err
		}
		if err != nil && !passing(err) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-l.woken:
		case <-tick.C:
		}
	}
}

// passing reports whether an error is of a server that will be back.
func passing(err error) bool {
	for _, e := range []error{nats.ErrTimeout, nats.ErrNoResponders, nats.ErrConnectionReconnecting, nats.ErrDisconnected, nats.ErrConnectionClosed, nats.ErrReconnectBufExceeded, nats.ErrStaleConnection,
		jetstream.ErrNoHeartbeat, jetstream.ErrConsumerDeleted, jetstream.ErrConsumerNotFound, context.DeadlineExceeded} {
		if errors.Is(err, e) {
			return e != nats.ErrConnectionClosed
		}
	}
	_, api := errors.AsType[*jetstream.APIError](err)
	return api // a server that is starting, or electing
}

// take goes round the tenants once; nil when none has a job that is free.
func (l *lanes) take(ctx context.Context) (fleet.Delivery, error) {
	for {
		lane, ok, err := l.turn(ctx)
		if !ok || err != nil {
			return nil, err
		}
		m, err := l.fetch(ctx, lane)
		if err != nil {
			return nil, err
		}
		if m == nil {
			l.drop(lane)
			continue
		}
		d, err := l.engine.delivery(ctx, m)
		if d != nil || err != nil {
			return d, err
		}
	}
}

// turn is whose turn it is. It looks again who has work when nobody is known to,
// and from time to time, so that those who wait are not kept behind.
func (l *lanes) turn(ctx context.Context) (string, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ready) == 0 || time.Since(l.looked) > lookEvery {
		if len(l.ready) == 0 && time.Since(l.looked) < 5*time.Millisecond {
			return "", false, nil
		}
		if err := l.look(ctx); err != nil {
			return "", false, err
		}
	}
	if len(l.ready) == 0 {
		return "", false, nil
	}
	waiting := slices.IndexFunc(l.ready, func(s string) bool { return !strings.HasPrefix(s, l.prefix(fleet.Waiting)) })
	if waiting < 0 {
		waiting = len(l.ready)
	}
	first, of := 0, waiting // those who wait come first
	if waiting == 0 {
		of = len(l.ready)
	}
	l.next++
	return l.ready[first+l.next%of], true, nil
}

func (l *lanes) prefix(class fleet.Class) string { return subject(l.api, class, "") }

// look asks the server who has work.
func (l *lanes) look(ctx context.Context) error {
	l.looked = time.Now()
	var ready []string
	for _, class := range []fleet.Class{fleet.Waiting, fleet.Bulk} {
		info, err := l.engine.jobs.Info(ctx, jetstream.WithSubjectFilter(l.prefix(class)+"*"))
		if err != nil {
			return err
		}
		var some []string
		for s := range info.State.Subjects {
			some = append(some, s)
		}
		slices.Sort(some)
		ready = append(ready, some...)
	}
	l.ready = ready
	return nil
}

// drop notes that a tenant has no free job now.
func (l *lanes) drop(lane string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ready = slices.DeleteFunc(l.ready, func(s string) bool { return s == lane })
}

// fetch takes the next message of a tenant; nil when none is free.
func (l *lanes) fetch(ctx context.Context, lane string) (jetstream.Msg, error) {
	c, err := l.consumer(ctx, lane)
	if err != nil {
		return nil, err
	}
	batch, err := c.FetchNoWait(1)
	if err != nil {
		l.forget(lane)
		return nil, err
	}
	for m := range batch.Messages() {
		return m, nil
	}
	if err := batch.Error(); err != nil {
		l.forget(lane)
		if errors.Is(err, jetstream.ErrNoMessages) {
			return nil, nil
		}
		return nil, err
	}
	return nil, nil
}

// consumer is that of a tenant, made when there is none.
func (l *lanes) consumer(ctx context.Context, lane string) (jetstream.Consumer, error) {
	l.mu.Lock()
	c := l.consumers[lane]
	l.mu.Unlock()
	if c != nil {
		return c, nil
	}
	c, err := l.engine.jobs.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: strings.ReplaceAll(strings.TrimPrefix(lane, "fleet.job."), ".", "="), FilterSubject: lane, AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: l.engine.options.Lease, MaxAckPending: TenantAtOnce, InactiveThreshold: idleLane,
	})
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.consumers[lane] = c
	l.mu.Unlock()
	return c, nil
}

func (l *lanes) forget(lane string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.consumers, lane)
}
