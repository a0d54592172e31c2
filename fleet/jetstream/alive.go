// Who is there, and what time it is. Every engine beats in a bucket whose values
// expire: a worker without a beat is dead. The server notes the time of each beat,
// so all workers know its clock, whatever their own says.

package jetstream

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
)

const (
	beatEvery  = 2 * time.Second
	lifeOfBeat = 10 * time.Second
	// graceOfBeat is how long a life may be missing before that is believed: a
	// server that was away has forgotten all beats, and the next ones are to come.
	graceOfBeat = 3 * beatEvery
)

type alive struct {
	workers bucket
	grace   time.Duration
	life    string // worker.number: a worker that has started again is another one
	stop    context.CancelFunc
	over    chan struct{}

	mu     sync.Mutex
	base   time.Time // of this process; its monotonic clock counts from here
	offset time.Duration
	exact  time.Duration // how long the exchange took that the offset is from
	taken  time.Time
}

// announce begins to beat.
func announce(ctx context.Context, workers bucket, grace time.Duration, name string) (*alive, error) {
	a := &alive{workers: workers, grace: grace, life: name + "." + nuid.Next(), base: time.Now(), over: make(chan struct{})}
	if err := a.beat(ctx); err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	a.stop = stop
	go a.run(running)
	return a, nil
}

func (a *alive) run(ctx context.Context) {
	defer close(a.over)
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = a.beat(ctx) // the next one may come through
		}
	}
}

// beat says that this worker is there, and reads the server's clock off it.
func (a *alive) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, beatEvery)
	defer cancel()
	before := time.Since(a.base)
	if _, err := a.workers.Put(ctx, a.life, nil); err != nil {
		return err
	}
	after := time.Since(a.base)
	entry, err := a.workers.Get(ctx, a.life)
	if err != nil {
		return err
	}
	a.set(entry.Created(), before, after)
	return nil
}

// set takes over the server's time of something that happened between two moments
// of ours: the shorter they are apart the better it is known.
func (a *alive) set(server time.Time, before, after time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	took := after - before
	offset := server.Sub(a.base.Add((before + after) / 2))
	jumped := (offset - a.offset).Abs() > time.Second
	if a.taken.IsZero() || took <= a.exact || jumped || time.Since(a.taken) > time.Minute {
		a.offset, a.exact, a.taken = offset, took, time.Now()
	}
}

// now is the time on the server. A clock of this machine that is set meanwhile
// does not move it.
func (a *alive) now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.base.Round(0).Add(time.Since(a.base) + a.offset)
}

// has reports whether a life goes on.
func (a *alive) has(ctx context.Context, life string) (bool, error) {
	_, err := a.workers.Get(ctx, life)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return false, nil
	}
	return err == nil, err
}

// leave ends the beats.
func (a *alive) leave() {
	a.stop()
	<-a.over
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = a.workers.Delete(ctx, a.life) // otherwise it expires
}
