// Writes with an idempotency key: what is sent, and what a repeat gets.

package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const newThing = `{"name":"n"}`

// TestRepeat makes one call twice with one key: what the second gets, and how
// many requests went out in all.
func TestRepeat(t *testing.T) {
	created := answering(201, `{"data":{"id":"1"}}`)
	tests := []struct {
		name     string
		first    step
		want     string // the envelope of the repeat; "" for that of the first call
		requests int
		code     Code
	}{
		{"success", created, "", 1, ""},
		{"refused for good", status(422), "", 1, CodeInvalidInput},
		{"not found", status(404), "", 1, CodeNotFound},
		{"a conflict", status(409), "", 1, CodeConflict},
		{"an answer that cannot be read", answering(201, "<html>"), "", 1, CodeUnexpectedResponse},
		{"broken off after it was sent", failing(true, io.EOF), "", 1, CodeOutcomeUnknown},
		{"bad gateway", status(502), "", 1, CodeOutcomeUnknown},
		{"a fault of the API", status(500), "", 1, CodeUnavailable},
		{"the answer broke off", func(*http.Request) (*http.Response, error) {
			return response(201, breaking(`{"da`, io.ErrUnexpectedEOF)), nil
		}, "", 1, CodeOutcomeUnknown},

		{"never sent", failing(false, errors.New("refused")), `{"success":true,"error":null,"data":{"id":"1"}}`, 2, ""},
		{"not accepted", status(401), `{"success":true,"error":null,"data":{"id":"1"}}`, 2, ""},
		{"not allowed", status(403), `{"success":true,"error":null,"data":{"id":"1"}}`, 2, ""},
		{"too many", status(429), `{"success":true,"error":null,"data":{"id":"1"}}`, 2, ""},
		{"not now", status(503, "Retry-After: 1"), `{"success":true,"error":null,"data":{"id":"1"}}`, 2, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			api := play(tt.first, created)
			c := newTestClient(t, Options{Transport: api, Attempts: 1, Clock: newFakeClock()})
			first := c.Call(t.Context(), "create_thing", token(), []byte(newThing), IdempotencyKey("k1"))
			again := c.Call(t.Context(), "create_thing", token(), []byte(` { "name" : "n" } `), IdempotencyKey("k1"))
			want := tt.want
			if want == "" {
				want = string(first.JSON)
			}
			if string(again.JSON) != want || api.count() != tt.requests || again.Replayed != (tt.requests == 1) || again.code() != tt.code {
				t.Errorf("%s (%s) after %d requests\nwant %s", again.JSON, again.code(), api.count(), want)
			}
			if f, a := first.Err, again.Err; a != nil && (f.Code != a.Code || f.Status != a.Status || f.Error() != a.Error() || f.Attempts != a.Attempts) {
				t.Errorf("the repeat says %+v, the first call %+v", a, f)
			}
			wantEnvelope(t, &createThing, again)
		})
	}
}

// TestOtherInput: a key stands for one write of one tenant.
func TestOtherInput(t *testing.T) {
	api := play(answering(201, goodBody))
	c := newTestClient(t, Options{Transport: api})
	call := func(action, input string, cred Credentials) Envelope {
		return c.Call(t.Context(), action, cred, []byte(input), IdempotencyKey("k1"))
	}
	call("create_thing", newThing, token())
	const refused = "Call failed: the idempotency key has been used with other input"
	for _, e := range []Envelope{call("create_thing", `{"name":"m"}`, token()), call("update_thing", `{"thing_id":"1","name":"n"}`, token())} {
		if errorText(e) != refused || e.code() != CodeConflict || e.Replayed {
			t.Errorf("%s", e.JSON)
		}
	}
	if api.count() != 1 {
		t.Errorf("%d requests", api.count())
	}
	if e := call("create_thing", `{"name":"m"}`, bearer("another")); !e.Success() || api.count() != 2 {
		t.Errorf("another tenant's key: %s", e.JSON)
	}
}

// TestKeys: which keys there are, and where they mean nothing.
func TestKeys(t *testing.T) {
	api := play(answering(200, goodBody))
	c := newTestClient(t, Options{Transport: api})
	for _, key := range []string{"", "with space", "line\nbreak", "é", strings.Repeat("k", 256)} {
		e := c.Call(t.Context(), "create_thing", token(), []byte(newThing), IdempotencyKey(key))
		if errorText(e) != "Call failed: the idempotency key must be 1 to 255 visible ASCII characters" || api.count() != 0 {
			t.Errorf("%q: %s", key, e.JSON)
		}
	}
	for range 2 {
		c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]), IdempotencyKey("k"))
	}
	if api.count() != 2 {
		t.Errorf("a read was answered from the ledger: %d requests", api.count())
	}
}

// TestAtOnce: of a hundred that arrive together one is sent, and all get its
// answer; those that give up are told so, and nothing of theirs is sent.
func TestAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := play(func(r *http.Request) (*http.Response, error) {
			time.Sleep(3 * time.Second)
			return answering(201, `{"data":{"id":"only"}}`)(r)
		})
		c := newTestClient(t, Options{Transport: api})
		call := func(ctx context.Context) Envelope {
			return c.Call(ctx, "create_thing", token(), []byte(newThing), IdempotencyKey("k"))
		}
		var all sync.WaitGroup
		replayed := make(chan bool, 100)
		for range 100 {
			all.Go(func() {
				e := call(t.Context())
				if string(e.JSON) != `{"success":true,"error":null,"data":{"id":"only"}}` {
					t.Errorf("%s", e.JSON)
				}
				replayed <- e.Replayed
			})
		}
		synctest.Wait()
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if e := call(ctx); e.code() != CodeTimeout || e.Err.Attempts != 0 {
				t.Errorf("gave up: %s", e.JSON)
			}
		})
		all.Wait()
		first := 0
		for range 100 {
			if !<-replayed {
				first++
			}
		}
		if api.count() != 1 || first != 1 {
			t.Errorf("%d requests, %d calls that were no repeat", api.count(), first)
		}
	})
}

// TestReleasedAtOnce: when the one that is sent could not be carried out, the
// next of those who wait tries, until one has been.
func TestReleasedAtOnce(t *testing.T) {
	api := play(status(429), status(429), answering(201, goodBody))
	c := newTestClient(t, Options{Transport: api, Attempts: 1, Clock: newFakeClock()})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { c.Call(t.Context(), "create_thing", token(), []byte(newThing), IdempotencyKey("k")) })
	}
	all.Wait()
	if api.count() != 3 {
		t.Errorf("%d requests, want 3", api.count())
	}
}

// TestPanicWithKey: a part of the host that panics after the request went out
// leaves an unknown outcome, and the key stays taken.
func TestPanicWithKey(t *testing.T) {
	api := play(func(*http.Request) (*http.Response, error) {
		return response(201, readerFunc(func([]byte) (int, error) { panic("no") })), nil
	})
	c := newTestClient(t, Options{Transport: api})
	for range 2 {
		e := c.Call(t.Context(), "create_thing", token(), []byte(newThing), IdempotencyKey("k"))
		if e.code() != CodeOutcomeUnknown || api.count() != 1 {
			t.Errorf("%s after %d requests", e.JSON, api.count())
		}
	}
}

// TestTypedRepeat: typed calls go through the ledger too.
func TestTypedRepeat(t *testing.T) {
	api := play(answering(201, `{"data":{"id":"1"}}`), status(422))
	c := newTestClient(t, Options{Transport: api})
	values := make([]Value, len(createThing.Params))
	values[0] = Text("n")
	for range 3 {
		o, err := c.Object(t.Context(), &createThing, token(), values, IdempotencyKey("k"))
		if err != nil || string(o) != `{"id":"1"}` {
			t.Errorf("%s, %v", o, err)
		}
	}
	for range 3 {
		if _, err := c.Object(t.Context(), &createThing, token(), values, IdempotencyKey("l")); CodeOf(err) != CodeInvalidInput {
			t.Errorf("%v", err)
		}
	}
	if api.count() != 2 {
		t.Errorf("%d requests", api.count())
	}
}

// TestHookRepeat: actions written by hand have keys as well.
func TestHookRepeat(t *testing.T) {
	api := play(answering(201, `{"data":{"id":"1"}}`))
	c := newTestClient(t, Options{Transport: api})
	runs := 0
	hook := func(ctx context.Context, h *Hook) error {
		runs++
		_, err := h.Do(ctx, http.MethodPost, "/things", nil, map[string]string{"a": "b"})
		return err
	}
	for range 3 {
		c.InvokeHook(t.Context(), &createThing, token(), []byte(newThing), hook, IdempotencyKey("k"))
	}
	if api.count() != 1 || runs != 1 {
		t.Errorf("%d requests, %d runs", api.count(), runs)
	}
}

// TestKeyOnTheWire: an API that knows idempotency keys gets the caller's, the same
// in every attempt, or a UUID where the caller has none.
func TestKeyOnTheWire(t *testing.T) {
	op := createThing
	op.Repeatable = true
	op.Headers = []Field{{Name: "Idempotency-Key", Value: Template{Kind: TemplateText, Text: "{$idempotency_key}"}}}
	api := play(status(500), answering(201, goodBody))
	c := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: api, Clock: newFakeClock(), UUID: func() string { return "made" }})
	c.Call(t.Context(), "create_thing", token(), []byte(newThing), IdempotencyKey("mine"))
	c.Call(t.Context(), "create_thing", token(), []byte(newThing))
	var keys []string
	for _, r := range api.requests {
		keys = append(keys, r.Header.Get("Idempotency-Key"))
	}
	if got := strings.Join(keys, " "); got != "mine mine made" {
		t.Errorf("the keys were %s", got)
	}
}

// forgetfulLedger claims every key and cannot keep anything.
type forgetfulLedger struct{ Ledger }

func (forgetfulLedger) Claim(context.Context, LedgerKey, [32]byte, func()) (LedgerEntry, bool, error) {
	return LedgerEntry{}, true, nil
}

func (forgetfulLedger) Settle(context.Context, LedgerKey, LedgerEntry) error {
	return errors.New("the disk is full")
}

// TestLedgerFails: a ledger that does not answer stops a write before it is sent;
// one that cannot keep what happened does not take it back.
func TestLedgerFails(t *testing.T) {
	api := play(answering(201, goodBody))
	c := newTestClient(t, Options{Transport: api, Ledger: forgetfulLedger{}})
	if e := c.Call(t.Context(), "create_thing", token(), []byte(newThing), IdempotencyKey("k")); !e.Success() || !e.Unsettled {
		t.Errorf("%s", e.JSON)
	}
	api = play(answering(201, goodBody))
	c = newTestClient(t, Options{Transport: api, Ledger: brokenLedger{}})
	e := c.Call(t.Context(), "create_thing", token(), []byte(newThing), IdempotencyKey("k"))
	if errorText(e) != "Call failed: the idempotency key cannot be claimed: no server answers" || api.count() != 0 {
		t.Errorf("%s after %d requests", e.JSON, api.count())
	}
}

type brokenLedger struct{ Ledger }

func (brokenLedger) Claim(context.Context, LedgerKey, [32]byte, func()) (LedgerEntry, bool, error) {
	return LedgerEntry{}, false, errors.New("no server answers")
}

// orphan is a ledger whose entry was begun by a process that died.
type orphan struct{ Ledger }

func (orphan) Claim(_ context.Context, _ LedgerKey, input [32]byte, _ func()) (LedgerEntry, bool, error) {
	return LedgerEntry{Input: input}, false, nil
}

// TestOrphan: a write whose process died is never sent again by itself.
func TestOrphan(t *testing.T) {
	api := play(answering(201, goodBody))
	c := newTestClient(t, Options{Transport: api, Ledger: orphan{}})
	e := c.Call(t.Context(), "create_thing", token(), []byte(newThing), IdempotencyKey("k"))
	want := "Call failed: an earlier call with this idempotency key did not tell its end (outcome unknown: it may have been carried out, check before repeating it)"
	if errorText(e) != want || e.code() != CodeOutcomeUnknown || api.count() != 0 {
		t.Errorf("%s after %d requests", e.JSON, api.count())
	}
}

// TestMemoryLedger: what it forgets, and when.
func TestMemoryLedger(t *testing.T) {
	clock := newFakeClock()
	l := NewLedger(clock).(*memoryLedger)
	key := func(n int) LedgerKey { return LedgerKey{Key: fmt.Sprint(n)} }
	write := func(n int, envelope string) {
		if _, claimed, _ := l.Claim(t.Context(), key(n), [32]byte{}, nil); !claimed {
			t.Fatalf("%d is taken", n)
		}
		_ = l.Settle(t.Context(), key(n), LedgerEntry{Envelope: []byte(envelope)})
	}
	kept := func(n int) bool { l.mu.Lock(); defer l.mu.Unlock(); return l.entries[key(n)] != nil }
	write(1, "{}")
	clock.advance(23 * time.Hour)
	write(2, "{}")
	if !kept(1) || !kept(2) {
		t.Error("an answer was forgotten within a day")
	}
	clock.advance(time.Hour)
	write(3, "{}")
	if kept(1) || !kept(2) {
		t.Error("an answer is kept for longer than a day")
	}
	big := strings.Repeat("x", 40<<20)
	write(4, big)
	write(5, big)
	if kept(4) || !kept(5) || l.bytes > ledgerBytes {
		t.Errorf("%d bytes are kept", l.bytes)
	}
}

// TestEntryTravels: an entry can be stored anywhere and read back.
func TestEntryTravels(t *testing.T) {
	in := LedgerEntry{Input: [32]byte{1}, Envelope: []byte(`{"success":false}`), Failure: &LedgerFailure{Code: CodeConflict, Status: 409, Attempts: 2}}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out LedgerEntry
	if err := json.Unmarshal(b, &out); err != nil || out.Input != in.Input || string(out.Envelope) != string(in.Envelope) || *out.Failure != *in.Failure {
		t.Errorf("%+v, %v", out, err)
	}
}
