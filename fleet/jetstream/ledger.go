// The ledger that all workers share. A key is claimed by whoever creates its
// entry: the server lets one do it. The entry is there, on the disk of the server,
// before anything is sent.

package jetstream

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"modulex.dev/connector/runtime"
)

type ledger struct {
	entries bucket
	alive   *alive
	keep    time.Duration
	owner   string // worker.life: a worker that has started again is another owner

	mu   sync.Mutex
	held map[string]uint64 // claimed by this process and under way, with the revision
}

// page is an entry as it is kept.
type page struct {
	Entry  runtime.LedgerEntry
	Owner  string // whoever claimed it
	Sent   bool   // or about to be
	Worker string // under which it beats
}

// askEvery is how often a claim of another is looked at.
const askEvery = 200 * time.Millisecond

func ledgerKey(k runtime.LedgerKey) string {
	return hashed(sha256.Sum256(fmt.Appendf(nil, "%s\x00%x\x00%s", k.API, k.Tenant, k.Key)))
}

// Claim implements [runtime.Ledger].
func (l *ledger) Claim(ctx context.Context, key runtime.LedgerKey, input [32]byte, waiting func()) (runtime.LedgerEntry, bool, error) {
	name, told := ledgerKey(key), false
	for {
		p, rev, err := l.read(ctx, name)
		if err != nil {
			return runtime.LedgerEntry{}, false, err
		}
		if p == nil {
			switch err := l.create(ctx, name, input, rev); {
			case err == nil:
				return runtime.LedgerEntry{}, true, nil
			case !errors.Is(err, errMoved):
				return runtime.LedgerEntry{}, false, err
			}
			continue
		}
		if p.Entry.Input != input || p.Entry.Envelope != nil {
			return p.Entry, false, nil
		}
		there, err := l.underWay(ctx, name, p)
		if err != nil || !there && p.Sent {
			return p.Entry, false, err
		}
		if !there { // whoever claimed it is gone, and had not sent it
			switch err := l.create(ctx, name, input, rev); {
			case err == nil:
				return runtime.LedgerEntry{}, true, nil
			case !errors.Is(err, errMoved):
				return runtime.LedgerEntry{}, false, err
			}
			continue
		}
		if !told {
			waiting()
			told = true
		}
		select {
		case <-ctx.Done():
			return runtime.LedgerEntry{}, false, ctx.Err()
		case <-time.After(askEvery):
		}
	}
}

// create claims a key. An answer that does not come leaves it open whether the
// claim is there, so it is looked at.
func (l *ledger) create(ctx context.Context, name string, input [32]byte, rev uint64) error {
	value, err := json.Marshal(page{Entry: runtime.LedgerEntry{Input: input}, Owner: l.owner, Worker: l.alive.name})
	if err != nil {
		return err
	}
	l.hold(name, 0) // before it can be seen
	rev, err = l.entries.put(ctx, name, value, rev, 0)
	if err != nil {
		l.letGo(name)
		return err
	}
	l.hold(name, rev)
	return nil
}

// Sending implements [runtime.SendingLedger]. It fails when another has taken the
// claim over because it held this worker for dead.
func (l *ledger) Sending(ctx context.Context, key runtime.LedgerKey) error {
	name := ledgerKey(key)
	p, rev, err := l.read(ctx, name)
	l.mu.Lock()
	held := l.held[name]
	l.mu.Unlock()
	switch {
	case err != nil:
		return err
	case p == nil || rev != held:
		return errors.New("another worker has the job now")
	}
	p.Sent = true
	value, err := json.Marshal(p)
	if err != nil {
		return err
	}
	rev, err = l.entries.put(ctx, name, value, rev, 0)
	if err != nil {
		return err
	}
	l.hold(name, rev)
	return nil
}

func (l *ledger) hold(name string, rev uint64) {
	l.mu.Lock()
	l.held[name] = rev
	l.mu.Unlock()
}

// underWay reports whether whoever claimed a key is still at it.
func (l *ledger) underWay(ctx context.Context, name string, p *page) (bool, error) {
	if p.Owner == l.owner {
		l.mu.Lock()
		defer l.mu.Unlock()
		_, held := l.held[name]
		return held, nil
	}
	if p.Worker == l.alive.name {
		return false, nil // an earlier life of this worker
	}
	return l.alive.has(ctx, p.Worker)
}

func (l *ledger) letGo(name string) {
	l.mu.Lock()
	delete(l.held, name)
	l.mu.Unlock()
}

func (l *ledger) read(ctx context.Context, name string) (*page, uint64, error) {
	value, rev, err := l.entries.get(ctx, name)
	if err != nil || value == nil {
		return nil, rev, err
	}
	p := new(page)
	if err := json.Unmarshal(value, p); err != nil {
		return nil, 0, fmt.Errorf("the ledger's entry %s cannot be read: %w", name, err)
	}
	return p, rev, nil
}

// Settle implements [runtime.Ledger].
func (l *ledger) Settle(ctx context.Context, key runtime.LedgerKey, entry runtime.LedgerEntry) error {
	name := ledgerKey(key)
	defer l.letGo(name)
	value, err := json.Marshal(page{Entry: entry, Owner: l.owner, Worker: l.alive.name, Sent: true})
	if err != nil {
		return err
	}
	return retried(ctx, func() error {
		_, rev, err := l.entries.get(ctx, name)
		if err != nil {
			return err
		}
		_, err = l.entries.put(ctx, name, value, rev, l.keep)
		return err
	})
}

// Release implements [runtime.Ledger].
func (l *ledger) Release(ctx context.Context, key runtime.LedgerKey) error {
	name := ledgerKey(key)
	defer l.letGo(name)
	return retried(ctx, func() error { return l.entries.Purge(ctx, name) })
}

// retried does something that has to be written down, again while the server is
// away, until ctx ends.
func retried(ctx context.Context, do func() error) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := do()
		if err == nil || ctx.Err() != nil || !errors.Is(err, errMoved) && !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}
