// Clocks that jump: those of workers do not count, and the server's must neither
// stop the workers for good nor let them send too much.

package jetstream

import (
	"errors"
	"slices"
	"testing"
	"time"

	"modulex.dev/connector/runtime"
)

// TestServerClock: a worker knows the server's time whatever its own clock says,
// and follows it when it is set.
func TestServerClock(t *testing.T) {
	a := &alive{base: time.Now()}
	server := func(ahead time.Duration, at, took time.Duration) { // what the server notes in the middle of an exchange
		a.set(a.base.Add(at+took/2+ahead), at, at+took)
	}
	near := func(what string, ahead time.Duration) {
		t.Helper()
		if off := a.now().Sub(time.Now().Add(ahead)); off.Abs() > 300*time.Millisecond {
			t.Errorf("%s: off by %s", what, off)
		}
	}
	server(3*time.Hour, 0, 4*time.Millisecond)
	near("another time zone", 3*time.Hour)
	server(3*time.Hour+100*time.Millisecond, time.Second, 400*time.Millisecond)
	if a.exact != 4*time.Millisecond {
		t.Error("a slow exchange took the place of an exact one")
	}
	server(2*time.Hour, 2*time.Second, 200*time.Millisecond)
	near("set back an hour", 2*time.Hour)
	server(26*time.Hour, 3*time.Second, 200*time.Millisecond)
	near("set ahead a day", 26*time.Hour)
}

// TestClockJumps: calls are reserved before and after the server's clock is set.
func TestClockJumps(t *testing.T) {
	const margin, start = 90, int64(1_800_000_000_000)
	second := runtime.Budget{Calls: 5, Per: time.Second}
	for _, c := range []struct {
		name string
		jump time.Duration
		// most is how long the next call may have to wait.
		most time.Duration
	}{
		{"not at all", 0, 1090 * time.Millisecond},
		{"a second ahead", time.Second, 1090 * time.Millisecond},
		{"an hour ahead", time.Hour, 0},
		{"a second back", -time.Second, 2090 * time.Millisecond},
		{"a minute back", -time.Minute, time.Minute + 1090*time.Millisecond},
		{"an hour back", -time.Hour, 1090 * time.Millisecond},
		{"a year back", -365 * 24 * time.Hour, 1090 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := ledgerOfCalls{Windows: make([]callWindow, 1)}
			for range 5 {
				if at, err := v.reserve(start, []runtime.Budget{second}, margin); err != nil || at != start {
					t.Fatalf("%d, %v", at-start, err)
				}
			}
			now := start + c.jump.Milliseconds()
			var at []int64
			for range 20 {
				one, err := v.reserve(now, []runtime.Budget{second}, margin)
				if err != nil {
					t.Fatal(err)
				}
				at = append(at, one)
			}
			if wait := time.Duration(at[0]-now) * time.Millisecond; wait < 0 || wait > c.most {
				t.Errorf("the next call waits %s", wait)
			}
			if !slices.IsSorted(at) {
				t.Errorf("out of order: %v", at)
			}
			for i := 5; i < len(at); i++ {
				if at[i]-at[i-5] < 1000+margin {
					t.Errorf("calls %d and %d are %d ms apart", i-5, i, at[i]-at[i-5])
				}
			}
		})
	}
}

// TestQuotaClockJumps: a month that is used up stays so when the clock is set ahead
// a little, and comes back however far it is set back.
func TestQuotaClockJumps(t *testing.T) {
	const start = int64(1_800_000_000_000)
	month := runtime.Budget{Calls: 2, Per: 30 * 24 * time.Hour}
	v := ledgerOfCalls{Windows: make([]callWindow, 1)}
	ask := func(now int64) error {
		_, err := v.reserve(now, []runtime.Budget{month}, 90)
		return err
	}
	for range 2 {
		if err := ask(start); err != nil {
			t.Fatal(err)
		}
	}
	for _, later := range []time.Duration{0, time.Second, 30 * time.Second} {
		err := ask(start + later.Milliseconds())
		if b, ok := errors.AsType[*runtime.BudgetError](err); !ok || !b.Quota || b.Wait > month.Per {
			t.Errorf("after %s: %v", later, err)
		}
	}
	back := start - (10 * 365 * 24 * time.Hour).Milliseconds()
	err := ask(back)
	if b, ok := errors.AsType[*runtime.BudgetError](err); !ok || b.Wait > month.Per {
		t.Errorf("ten years back: %v", err)
	}
	if err := ask(back + month.Per.Milliseconds() + 1); err != nil {
		t.Errorf("a month later: %v", err)
	}
}

// TestEmptied: an answer that is too large to be kept is told without its data.
func TestEmptied(t *testing.T) {
	for in, want := range map[string]string{
		`{"success":true,"error":null,"data":{"a":[1]},"items":[1,2]}`: `{"success":true,"error":null,"data":null,"items":[]}`,
		`{"success":false,"error":"no","data":null}`:                   `{"success":false,"error":"no","data":null}`,
		`{`: `{"success":true,"error":null}`,
	} {
		if got := string(emptied([]byte(in))); got != want {
			t.Errorf("%s\n%s, want\n%s", in, got, want)
		}
	}
}
