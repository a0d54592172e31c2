// The ledger of this process: a bounded memory of answers.

package runtime

import (
	"context"
	"sync"
	"time"
)

// What the ledger in memory keeps. Calls under way are always kept.
const (
	ledgerLife  = 24 * time.Hour
	ledgerKeys  = 100_000
	ledgerBytes = 64 << 20
)

// NewLedger returns a ledger in the memory of this process. It keeps an answer
// for 24 hours, and the newest 100,000 answers or 64 MiB of them, whatever is
// less. clock is the system's when nil.
func NewLedger(clock Clock) Ledger {
	if clock == nil {
		clock = systemClock{}
	}
	return &memoryLedger{clock: clock, entries: make(map[LedgerKey]*ledgerPage)}
}

// memoryLedger is that ledger. Settled entries stand in the order in which they
// were settled.
type memoryLedger struct {
	clock Clock

	mu      sync.Mutex
	entries map[LedgerKey]*ledgerPage
	settled []settledKey
	bytes   int
}

// ledgerPage is one entry. over is closed when it is settled or released.
type ledgerPage struct {
	entry    LedgerEntry
	over     chan struct{}
	released bool
}

type settledKey struct {
	key  LedgerKey
	page *ledgerPage
	at   time.Time
}

// Claim implements [Ledger].
func (l *memoryLedger) Claim(ctx context.Context, key LedgerKey, input [32]byte, waiting func()) (LedgerEntry, bool, error) {
	for {
		p, entry, mine := l.page(key, input)
		if mine || entry.Input != input {
			return entry, mine, nil
		}
		select {
		case <-p.over:
		default:
			waiting()
			select {
			case <-p.over:
			case <-ctx.Done():
				return LedgerEntry{}, false, ctx.Err()
			}
		}
		if entry, ok := l.read(p); ok {
			return entry, false, nil
		}
	}
}

// page returns the entry of a key, a new one when there is none.
func (l *memoryLedger) page(key LedgerKey, input [32]byte) (p *ledgerPage, entry LedgerEntry, mine bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(l.clock.Now())
	if p := l.entries[key]; p != nil {
		return p, p.entry, false
	}
	p = &ledgerPage{entry: LedgerEntry{Input: input}, over: make(chan struct{})}
	l.entries[key] = p
	return p, p.entry, true
}

// read is the entry of a page that is over; not ok when it has been released.
func (l *memoryLedger) read(p *ledgerPage) (LedgerEntry, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return p.entry, !p.released
}

// Settle implements [Ledger].
func (l *memoryLedger) Settle(_ context.Context, key LedgerKey, entry LedgerEntry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	p := l.entries[key]
	p.entry = entry
	l.settled = append(l.settled, settledKey{key, p, now})
	l.bytes += len(entry.Envelope)
	close(p.over)
	l.forget(now)
	return nil
}

// Release implements [Ledger].
func (l *memoryLedger) Release(_ context.Context, key LedgerKey) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.entries[key]
	delete(l.entries, key)
	p.released = true
	close(p.over)
	return nil
}

// forget drops what is too old or too much.
func (l *memoryLedger) forget(now time.Time) {
	for len(l.settled) > 0 {
		oldest := l.settled[0]
		if now.Sub(oldest.at) < ledgerLife && len(l.settled) <= ledgerKeys && l.bytes <= ledgerBytes {
			return
		}
		l.settled = l.settled[1:]
		l.bytes -= len(oldest.page.entry.Envelope)
		delete(l.entries, oldest.key)
	}
}
