// Unknown outcomes that are looked up, and ledgers that are told when a write
// leaves.

package runtime

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestVerify(t *testing.T) {
	find := Param{Name: "name", Type: TypeString, Required: true, In: InQuery, Wire: "name"}
	list := Operation{Name: "find_things", Method: "GET", Path: "/things", Params: []Param{find}, Success: []int{200}, Result: Result{Kind: ResultList, Field: "data", Path: "data"}}
	get := list
	get.Name, get.Result = "find_thing", dataObject
	write := createThing
	write.Verify = &Verify{Action: "find_things", With: []VerifyArgument{{Name: "name", Path: "name"}}}
	byObject := write
	byObject.Name, byObject.Verify = "create_other", &Verify{Action: "find_thing", With: []VerifyArgument{{Name: "name", Path: "name"}}}
	table := &Table{API: &demoAPI}
	for _, op := range []*Operation{&list, &get, &write, &byObject, &updateThing} {
		table.Actions = append(table.Actions, Action{Name: op.Name, Parameters: op.Params, Auth: op.Auth, Op: op})
	}
	tests := []struct {
		name, action, input string
		answer              step
		want                Verdict
		envelope            string
	}{
		{"found in a list", "create_thing", newThing, answering(200, `{"data":[{"id":"1"},{"id":"2"}]}`), VerdictDone, `{"success":true,"error":null,"data":{"id":"1"}}`},
		{"an empty list", "create_thing", newThing, answering(200, `{"data":[]}`), VerdictNotDone, ""},
		{"an object", "create_other", newThing, answering(200, `{"data":{"id":"1"}}`), VerdictDone, `{"success":true,"error":null,"data":{"id":"1"}}`},
		{"not found", "create_other", newThing, status(404), VerdictNotDone, ""},
		{"looking fails", "create_thing", newThing, status(500), VerdictOpen, `{"success":false,"error":"API error (500): T: D","data":[]}`},
		{"nothing to look for", "create_thing", `{}`, nil, VerdictOpen, ""},
		{"no way to look", "update_thing", newThing, nil, VerdictOpen, ""},
		{"no such action", "drop_thing", newThing, nil, VerdictOpen, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var steps []step
			if tt.answer != nil {
				steps = append(steps, tt.answer)
			}
			c := clientOf(t, table, Options{Transport: play(steps...), Attempts: 1})
			e, verdict := c.Verify(t.Context(), tt.action, token(), []byte(tt.input))
			if verdict != tt.want || string(e.JSON) != tt.envelope {
				t.Errorf("%s: %s\nwant %s: %s", verdict, e.JSON, tt.want, tt.envelope)
			}
			if verdict == VerdictDone {
				wantEnvelope(t, &createThing, e)
			}
		})
	}
}

// notedLedger notes what it is told.
type notedLedger struct {
	Ledger
	told   []string
	refuse error
}

func (l *notedLedger) Claim(ctx context.Context, key LedgerKey, input [32]byte, waiting func()) (LedgerEntry, bool, error) {
	l.told = append(l.told, "claim")
	return l.Ledger.Claim(ctx, key, input, waiting)
}

func (l *notedLedger) Sending(context.Context, LedgerKey) error {
	l.told = append(l.told, "sending")
	return l.refuse
}

func (l *notedLedger) Settle(ctx context.Context, key LedgerKey, e LedgerEntry) error {
	l.told = append(l.told, "settle")
	return l.Ledger.Settle(ctx, key, e)
}

func (l *notedLedger) Release(ctx context.Context, key LedgerKey) error {
	l.told = append(l.told, "release")
	return l.Ledger.Release(ctx, key)
}

// TestSending: a ledger that wants to know is told once, right before the first
// request leaves, and what it cannot note is not sent.
func TestSending(t *testing.T) {
	for _, budgets := range []bool{true, false} {
		l := &notedLedger{Ledger: NewLedger(nil)}
		api := play(status(429), answering(201, goodBody))
		c := newTestClient(t, Options{Transport: api, Ledger: l, Clock: newFakeClock(), DisableBudgets: !budgets})
		if e := c.Call(t.Context(), "create_thing", token(), []byte(newThing), IdempotencyKey("k")); !e.Success() {
			t.Fatalf("%s", e.JSON)
		}
		if want := []string{"claim", "sending", "settle"}; !slices.Equal(l.told, want) {
			t.Errorf("budgets %v: told %v, want %v", budgets, l.told, want)
		}

		l = &notedLedger{Ledger: NewLedger(nil), refuse: errors.New("the disk is full")}
		api = play()
		c = newTestClient(t, Options{Transport: api, Ledger: l, Clock: newFakeClock(), DisableBudgets: !budgets})
		e := c.Call(t.Context(), "create_thing", token(), []byte(newThing), IdempotencyKey("k"))
		const want = `{"success":false,"error":"Call failed: nothing was sent, since the ledger cannot note it: the disk is full","data":null}`
		if string(e.JSON) != want || api.count() != 0 || e.code() != CodeUnavailable {
			t.Errorf("budgets %v: %s (%s) after %d requests\nwant %s", budgets, e.JSON, e.code(), api.count(), want)
		}
		if want := []string{"claim", "sending", "release"}; !slices.Equal(l.told, want) {
			t.Errorf("budgets %v: told %v, want %v", budgets, l.told, want)
		}
	}
}
