// Waiting for the ends of jobs: one watch for all who wait, and a look from time
// to time, in case the watch has missed something while the server was away.

package jetstream

import (
	"context"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"modulex.dev/connector/fleet"
)

// lookAgain is how often a job is looked at whose end nobody has told.
const lookAgain = 3 * time.Second

// ends are those who wait for a job to change.
type ends struct {
	mu      sync.Mutex
	watch   jetstream.KeyWatcher
	waiting map[string][]chan struct{}
}

// Await implements [fleet.Engine].
func (e *Engine) Await(ctx context.Context, id string) (fleet.Record, error) {
	changed, leave, err := e.ends.join(e.records, id)
	if err != nil && !passing(err) {
		return fleet.Record{}, err
	}
	defer leave()
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		r, err := e.Record(ctx, id)
		if err == nil && r.State.Ended() || err != nil && !passing(err) {
			return r, err
		}
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-changed:
		case <-tick.C:
		}
	}
}

// join begins to wait for changes of a job.
func (w *ends) join(records bucket, id string) (changed <-chan struct{}, leave func(), err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.watch == nil {
		if w.watch, err = records.WatchAll(context.Background(), jetstream.UpdatesOnly()); err != nil {
			return nil, func() {}, err // it is looked at from time to time
		}
		w.waiting = make(map[string][]chan struct{})
		go w.tell(w.watch)
	}
	c := make(chan struct{}, 1)
	w.waiting[id] = append(w.waiting[id], c)
	return c, func() { w.leave(id, c) }, nil
}

func (w *ends) tell(watch jetstream.KeyWatcher) {
	for entry := range watch.Updates() {
		if entry == nil {
			continue
		}
		w.mu.Lock()
		for _, c := range w.waiting[entry.Key()] {
			select {
			case c <- struct{}{}:
			default:
			}
		}
		w.mu.Unlock()
	}
}

func (w *ends) leave(id string, c chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var rest []chan struct{}
	for _, o := range w.waiting[id] {
		if o != c {
			rest = append(rest, o)
		}
	}
	if w.waiting[id] = rest; rest == nil {
		delete(w.waiting, id)
	}
}

// stop ends the watch.
func (w *ends) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.watch != nil {
		_ = w.watch.Stop()
	}
}
