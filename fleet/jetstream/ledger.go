// The ledger that all workers share. A key is claimed by whoever creates its
// entry: the server lets one do it. The entry is there, on the disk of the server,
// before anything is sent.

package jetstream

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"modulex.dev/connector/runtime"
)

type ledger struct {
	entries bucket
	alive   *alive
	keep    time.Duration
	limit   int    // bytes of an answer that is kept whole
	owner   string // the life of this worker: one that has started again is another owner

	mu   sync.Mutex
	held map[string]uint64 // claimed by this process and under way, with the revision; 0: it is being claimed

	ctx   context.Context // of what is made up for later, when the server was away
	stop  context.CancelFunc
	later sync.WaitGroup
}

func newLedger(entries bucket, alive *alive, keep time.Duration, limit int) *ledger {
	l := &ledger{entries: entries, alive: alive, keep: keep, limit: limit, owner: alive.life, held: make(map[string]uint64)}
	l.ctx, l.stop = context.WithCancel(context.Background())
	return l
}

// close gives up what could not be written down yet. Whoever gets those jobs next
// finds a claim whose owner is gone.
func (l *ledger) close() {
	l.stop()
	l.later.Wait()
}

// page is an entry as it is kept.
type page struct {
	Entry runtime.LedgerEntry
	Owner string // whoever claimed it
	Sent  bool   // or about to be
	At    int64  // when that was noted, in milliseconds of the server's clock
}

// After these times a claim is given up even if its owner is there: it may have
// forgotten it. One that was not sent is safe to take over at any time, since
// Sending fails then; one that was sent is of unknown outcome.
const (
	unsentLife = time.Minute
	sentLife   = 30 * time.Minute
)

const (
	askEvery = 200 * time.Millisecond // at a claim of another
	askFor   = 5 * time.Second        // until an answer is no longer expected
)

func ledgerKey(k runtime.LedgerKey) string {
	return hashed(sha256.Sum256(fmt.Appendf(nil, "%s\x00%x\x00%s", k.API, k.Tenant, k.Key)))
}

// Claim implements [runtime.Ledger].
func (l *ledger) Claim(ctx context.Context, key runtime.LedgerKey, input [32]byte, waiting func()) (runtime.LedgerEntry, bool, error) {
	name, told := ledgerKey(key), false
	var gone time.Time // since when the owner of one that was sent is not there
	for {
		p, rev, err := l.read(ctx, name)
		if err != nil {
			return runtime.LedgerEntry{}, false, err
		}
		if p != nil && (p.Entry.Input != input || p.Entry.Envelope != nil) {
			return p.Entry, false, nil
		}
		there, err := l.underWay(ctx, name, p)
		if err != nil {
			return runtime.LedgerEntry{}, false, err
		}
		sent := !there && p != nil && p.Sent
		if sent && gone.IsZero() {
			gone = time.Now()
		}
		if sent && time.Since(gone) >= l.alive.grace {
			if _, now, err := l.read(ctx, name); err != nil || now == rev {
				return p.Entry, false, err
			}
			continue // it has been settled meanwhile
		}
		if !there && !sent { // there is none, or whoever claimed it is gone and had not sent it
			switch err := l.create(ctx, name, input, rev); {
			case err == nil:
				return runtime.LedgerEntry{}, true, nil
			case !errors.Is(err, errMoved):
				return runtime.LedgerEntry{}, false, err
			}
			continue
		}
		if there {
			gone = time.Time{}
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

// create claims a key. Where no answer comes nobody knows whether the claim is
// there, so it is given back as soon as the server can be asked.
func (l *ledger) create(ctx context.Context, name string, input [32]byte, rev uint64) error {
	value, err := json.Marshal(page{Entry: runtime.LedgerEntry{Input: input}, Owner: l.owner, At: l.alive.now().UnixMilli()})
	if err != nil {
		return err
	}
	if !l.reserve(name) { // before it can be seen
		return errMoved
	}
	rev, err = l.entries.put(ctx, name, value, rev, 0)
	switch {
	case err == nil:
		l.hold(name, rev)
	case errors.Is(err, errMoved):
		l.letGo(name)
	default:
		l.makeUp(name, func(ctx context.Context) error { return l.drop(ctx, name) })
	}
	return err
}

// reserve makes a key that of one caller in this process.
func (l *ledger) reserve(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, taken := l.held[name]; taken {
		return false
	}
	l.held[name] = 0
	return true
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
	p.Sent, p.At = true, l.alive.now().UnixMilli()
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
	l.mu.Lock()
	_, held := l.held[name]
	l.mu.Unlock()
	switch {
	case held || p == nil || p.Owner == l.owner:
		return held, nil
	case p.old(l.alive.now()):
		return false, nil
	}
	return l.alive.has(ctx, p.Owner)
}

// old reports whether a claim is older than any that is under way.
func (p *page) old(now time.Time) bool {
	life := unsentLife
	if p.Sent {
		life = sentLife
	}
	return now.Sub(time.UnixMilli(p.At)) > life
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

// Settle implements [runtime.Ledger]. When the server is away for longer than ctx
// it is done as soon as the server is back; the key stays held until then.
func (l *ledger) Settle(ctx context.Context, key runtime.LedgerKey, entry runtime.LedgerEntry) error {
	name := ledgerKey(key)
	if len(entry.Envelope) > l.limit {
		entry.Envelope = emptied(entry.Envelope)
	}
	value, err := json.Marshal(page{Entry: entry, Owner: l.owner, Sent: true, At: l.alive.now().UnixMilli()})
	if err != nil {
		l.letGo(name)
		return err
	}
	return l.finish(ctx, name, func(ctx context.Context) error {
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
	return l.finish(ctx, name, func(ctx context.Context) error { return l.drop(ctx, name) })
}

// drop takes the claim of this owner back. One that another has taken over is the
// other's, and may have been sent.
func (l *ledger) drop(ctx context.Context, name string) error {
	p, rev, err := l.read(ctx, name)
	if err != nil || p == nil || p.Owner != l.owner || p.Entry.Envelope != nil {
		return err
	}
	return moved(l.entries.Purge(ctx, name, jetstream.LastRevision(rev)))
}

// finish writes down the end of a claim and lets go of it.
func (l *ledger) finish(ctx context.Context, name string, do func(context.Context) error) error {
	err := retried(ctx, func() error { return do(ctx) })
	if err != nil && (passing(err) || ctx.Err() != nil) {
		l.makeUp(name, do)
		return err
	}
	l.letGo(name)
	return err
}

// makeUp does later what the server was not there for, and lets go then.
func (l *ledger) makeUp(name string, do func(context.Context) error) {
	l.later.Go(func() {
		_ = retried(l.ctx, func() error {
			ctx, cancel := context.WithTimeout(l.ctx, askFor)
			defer cancel()
			return do(ctx)
		})
		l.letGo(name)
	})
}

// emptied is an envelope that is too large to be kept, without its data: a repeat
// is told that it was carried out, and is not carried out again.
func emptied(envelope []byte) []byte {
	var fields map[string]json.RawMessage
	if json.Unmarshal(envelope, &fields) != nil {
		return []byte(`{"success":true,"error":null}`)
	}
	out := fmt.Appendf(nil, `{"success":%s,"error":%s`, orNull(fields["success"]), bounded(orNull(fields["error"])))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name == "success" || name == "error" {
			continue
		}
		empty := "null"
		if bytes.HasPrefix(fields[name], []byte("[")) {
			empty = "[]"
		}
		out = fmt.Appendf(out, ",%q:%s", name, empty)
	}
	return append(out, '}')
}

func orNull(v json.RawMessage) json.RawMessage {
	if v == nil {
		return json.RawMessage("null")
	}
	return v
}

// bounded is a text of an error, short enough to be kept.
func bounded(v json.RawMessage) json.RawMessage {
	if len(v) > 4<<10 {
		return json.RawMessage(`"the error is too long to be kept"`)
	}
	return v
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
