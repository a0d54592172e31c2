// Records as they change, for whoever looks on.

package jetstream

import (
	"context"
	"iter"

	"github.com/nats-io/nats.go/jetstream"

	"modulex.dev/connector/fleet"
)

// Change is a record as it is now, or that it is no more.
type Change struct {
	ID     string
	Record fleet.Record
	Gone   bool
	Old    bool // it was so before anybody looked
}

// Watch tells all records and then each change, until ctx ends: that is no error.
func (e *Engine) Watch(ctx context.Context) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		w, err := e.records.WatchAll(ctx)
		if err != nil {
			yield(Change{}, away(ctx, err))
			return
		}
		defer func() { _ = w.Stop() }()
		old := true
		for {
			select {
			case <-ctx.Done():
				return
			case entry, open := <-w.Updates():
				if !open {
					return
				}
				if entry == nil { // all that was there has been told
					old = false
					continue
				}
				c := Change{ID: entry.Key(), Old: old, Gone: entry.Operation() != jetstream.KeyValuePut || len(entry.Value()) == 0}
				if !c.Gone {
					c.Record, _, err = readRecord(c.ID, entry.Value(), 0)
				}
				if !yield(c, err) {
					return
				}
			}
		}
	}
}
