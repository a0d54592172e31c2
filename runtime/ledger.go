// Writes that never happen twice: a caller gives a write an idempotency key, and
// the ledger keeps what became of it. A repeat with the same key and input gets
// the first answer, one with another input is refused, and of a hundred that come
// at once one is sent.
//
// This file is what a call does with its key and the interface to whoever keeps
// the answers; memoryledger.go keeps them in this process.

package runtime

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Ledger keeps what became of writes with an idempotency key. The one that
// [NewLedger] makes keeps it in this process; one that outlives the process, or
// that several share, keeps the promise across them. Its methods are called by
// many goroutines at once.
type Ledger interface {
	// Claim makes the key the caller's, who is then to call Settle or Release,
	// or returns the entry of whoever has claimed it before. While that call is
	// still under way it waits, after telling waiting, until it is settled or
	// released, or until ctx ends, whose error it returns then. An entry of
	// another input is returned at once.
	Claim(ctx context.Context, key LedgerKey, input [32]byte, waiting func()) (entry LedgerEntry, claimed bool, err error)
	// Settle keeps what became of the write.
	Settle(ctx context.Context, key LedgerKey, entry LedgerEntry) error
	// Release gives the key back: the write has surely not been carried out.
	Release(ctx context.Context, key LedgerKey) error
}

// SendingLedger is a [Ledger] that is told, too, when the request of a write is
// about to leave. A write that was claimed by a process that died can then be told
// apart from one that may have been carried out.
type SendingLedger interface {
	Ledger
	// Sending notes that the write under a claimed key is about to be sent. When
	// it fails nothing is sent.
	Sending(ctx context.Context, key LedgerKey) error
}

// LedgerKey identifies a write: an idempotency key belongs to one credential of
// one connector.
type LedgerKey struct {
	API    string // name of the connector
	Tenant Tenant
	Key    string // as the caller gave it
}

// LedgerEntry is what became of a write. It holds the answer and no credential.
type LedgerEntry struct {
	Input    [32]byte       // identifies the action and its arguments
	Envelope []byte         // nil while nobody knows: the write is under way
	Failure  *LedgerFailure // nil when it succeeded
}

// LedgerFailure is what an [Error] says besides its text, which is in the
// envelope.
type LedgerFailure struct {
	Code       Code
	Status     int
	RequestID  string
	RetryAfter time.Duration
	Attempts   int
}

// IdempotencyKey gives a write a key of the caller's, 1 to 255 visible
// characters, unique for what is to be done once: a second call with the same
// key, credential and input sends nothing and gets the answer of the first, with
// [Envelope.Replayed] set; one with another action or other arguments fails with
// [CodeConflict]. A write that has surely not been carried out (it was not sent,
// or refused with 401, 403, 429 or 503) leaves the key free. Actions that change
// nothing ignore it.
//
// How long and how widely that holds is the [Ledger]'s to say.
func IdempotencyKey(key string) CallOption {
	return func(s *callSettings) { s.key, s.hasKey = key, true }
}

const (
	maxKey     = 255              // characters of an idempotency key
	settleTime = 10 * time.Second // for a ledger to keep an entry
)

// keyed reports whether the call is one to be made once.
func (k *call) keyed() bool { return k.settings.hasKey && !safe(k.op.Method) && k.op.Paging == nil }

// once makes a call through the ledger, where it has a key.
func (k *call) once(ctx context.Context, run func(*call, context.Context) Envelope) (e Envelope) {
	if !k.keyed() {
		return run(k, ctx)
	}
	if !goodKey(k.settings.key) {
		return failure(k.op, k.failed(CodeInvalidInput, fmt.Sprintf("the idempotency key must be 1 to %d visible ASCII characters", maxKey)), nil)
	}
	key := LedgerKey{API: k.client.table.API.Name, Tenant: k.tenant(), Key: k.settings.key}
	input := k.inputSum()
	entry, claimed, err := k.client.ledger.Claim(ctx, key, input, func() { k.watch.wait(ctx, 0, WaitKey) })
	switch {
	case err != nil:
		return failure(k.op, k.noLedger(ctx, err), nil)
	case !claimed && entry.Input != input:
		return failure(k.op, k.failed(CodeConflict, "the idempotency key has been used with other input"), nil)
	case !claimed:
		return k.replay(entry)
	}
	return k.claimed(ctx, key, input, run)
}

// claimed makes the call of whoever has the key, and settles it whatever happens.
func (k *call) claimed(ctx context.Context, key LedgerKey, input [32]byte, run func(*call, context.Context) Envelope) (e Envelope) {
	k.wrote = new(atomic.Bool)
	if l, ok := k.client.ledger.(SendingLedger); ok {
		k.sending = sync.OnceValue(func() error { return l.Sending(context.WithoutCancel(ctx), key) })
	}
	defer func() {
		if recover() != nil { // of a part of the host, in the middle of anything
			e = failure(k.op, k.failed(CodeInternal, "a part of this program failed").unlessUnsent(k.wrote.Load()), nil)
		}
		e = k.settle(ctx, key, input, e)
	}()
	return run(k, ctx)
}

// unlessUnsent makes a failure one of unknown outcome where something was sent.
func (e *Error) unlessUnsent(sent bool) *Error {
	if sent {
		return e.unknownOutcome()
	}
	return e
}

// settle writes down what became of the write. A ledger that cannot keep it does
// not take back what has happened: the answer stands, and says so.
func (k *call) settle(ctx context.Context, key LedgerKey, input [32]byte, e Envelope) Envelope {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime) // the caller may be gone; the entry must not be
	defer cancel()
	if e.Err != nil && !k.wrote.Load() && !e.Err.settled() {
		_ = k.client.ledger.Release(ctx, key) // at worst the key stays taken
		return e
	}
	entry := LedgerEntry{Input: input, Envelope: e.JSON}
	if e.Err != nil {
		entry.Failure = &LedgerFailure{e.Err.Code, e.Err.Status, e.Err.RequestID, e.Err.RetryAfter, e.Err.Attempts}
	}
	if err := k.client.ledger.Settle(ctx, key, entry); err != nil {
		e.Unsettled = true
	}
	return e
}

// settled reports whether a repeat would fail in the same way: the API has looked
// at the write and refused it.
func (e *Error) settled() bool {
	switch e.Code {
	case CodeInvalidInput, CodeNotFound, CodeConflict, CodeUnexpectedResponse:
		return e.Status != 0
	}
	return e.Code == CodeOutcomeUnknown
}

// replay is the answer of an earlier call. One that never told its end may have
// been carried out.
func (k *call) replay(entry LedgerEntry) Envelope {
	if entry.Envelope == nil {
		e := failure(k.op, k.failed(CodeOutcomeUnknown, "an earlier call with this idempotency key did not tell its end").unknownOutcome(), nil)
		e.Replayed = true
		return e
	}
	e := Envelope{JSON: entry.Envelope, Replayed: true}
	if f := entry.Failure; f != nil {
		e.Err = &Error{
			Code: f.Code, Status: f.Status, RequestID: f.RequestID, RetryAfter: f.RetryAfter, Attempts: f.Attempts,
			text: textOf(orNull(member(e.JSON, "error"))),
		}
	}
	return e
}

func orNull(value []byte) []byte {
	if value == nil {
		return []byte("null")
	}
	return value
}

// noLedger is the error of a call whose key cannot be claimed.
func (k *call) noLedger(ctx context.Context, cause error) *Error {
	if ctx.Err() != nil && errors.Is(cause, ctx.Err()) {
		return k.ended(ctx, 0)
	}
	err := k.failed(CodeUnavailable, "the idempotency key cannot be claimed: "+k.secrets.clean(cause.Error()))
	err.cause = cause
	return err
}

// inputSum identifies the action and its arguments, as they have been checked.
func (k *call) inputSum() [32]byte {
	b := builder{call: k, values: k.values}
	return sha256.Sum256(append([]byte(k.op.Name+"\x00"), b.input()...))
}

// goodKey reports whether a text may be a key.
func goodKey(key string) bool {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] >= 0x7f {
			return false
		}
	}
	return key != "" && len(key) <= maxKey
}

// presumeWrite takes a write of a keyed call for carried out while it is under
// way, in case nobody ever tells, and returns what was known before.
func (k *call) presumeWrite() (before bool) {
	if k.wrote == nil || safe(k.op.Method) || k.unmetered {
		return false
	}
	return k.wrote.Swap(true)
}

// noteSending tells the ledger that a write is about to be sent.
func (k *call) noteSending(op *Operation) *Error {
	if k.sending == nil || safe(op.Method) || k.unmetered {
		return nil
	}
	if err := k.sending(); err != nil {
		failed := k.failed(CodeUnavailable, "nothing was sent, since the ledger cannot note it: "+k.secrets.clean(err.Error()))
		failed.cause = err
		return failed
	}
	return nil
}

// noteWrite is what is known of it afterwards.
func (k *call) noteWrite(before, acted bool) {
	if k.wrote != nil && !safe(k.op.Method) && !k.unmetered {
		k.wrote.Store(before || acted)
	}
}
