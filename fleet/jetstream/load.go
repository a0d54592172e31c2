// What the queue looks like from outside, for meters and probes.

package jetstream

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"modulex.dev/connector/fleet"
)

// Load is how much there is to do.
type Load struct {
	Consumers int // that the stream has: tenants that had work within [idleLane]
	Classes   []ClassLoad
}

// ClassLoad is the load of one class of a connector.
type ClassLoad struct {
	Class  fleet.Class
	Jobs   int           // that have not ended: those in the hands of workers too
	Oldest time.Duration // age of the first of them
}

// Load tells how much there is to do for some connectors.
func (e *Engine) Load(ctx context.Context, apis ...string) (l Load, err error) {
	info, err := e.jobs.Info(ctx)
	if err != nil {
		return l, away(ctx, err)
	}
	l.Consumers = info.State.Consumers
	for _, api := range apis {
		for _, class := range []fleet.Class{fleet.Waiting, fleet.Bulk} {
			one, err := e.classLoad(ctx, subject(api, class, "*"))
			if err != nil {
				return l, away(ctx, err)
			}
			one.Class = class
			l.Classes = append(l.Classes, one)
		}
	}
	return l, nil
}

func (e *Engine) classLoad(ctx context.Context, subjects string) (l ClassLoad, err error) {
	info, err := e.jobs.Info(ctx, jetstream.WithSubjectFilter(subjects))
	if err != nil {
		return l, err
	}
	for _, n := range info.State.Subjects {
		l.Jobs += int(n)
	}
	first, err := e.jobs.GetMsg(ctx, 0, jetstream.WithGetMsgSubject(subjects))
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return l, nil
	case err != nil:
		return l, err
	}
	l.Oldest = max(0, e.alive.now().Sub(first.Time))
	return l, nil
}

// Healthy reports whether the server answers and this engine beats there: others
// hold whoever does not for dead, and take its jobs over.
func (e *Engine) Healthy(ctx context.Context) error {
	there, err := e.alive.has(ctx, e.alive.life)
	switch {
	case err != nil:
		return away(ctx, err)
	case !there:
		return errors.New("the server has heard no beat of this worker lately")
	}
	return nil
}
