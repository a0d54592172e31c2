// The declared rates: what the API sees is never more than it allows, and what
// could not go out in time fails at once.

package runtime

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// budgetOf is the demo API with these rates.
func budgetOf(b ...Budget) *API {
	a := demoAPI
	a.Budgets = b
	return &a
}

var (
	fivePerSecond = Budget{Calls: 5, Per: time.Second, Limit: "Burst", Remaining: "Burst-Left"}
	threeInAMonth = Budget{Calls: 3, Per: 30 * 24 * time.Hour, Limit: "Quota", Remaining: "Quota-Left", Reset: "Quota-Reset"}
)

func get(ctx context.Context, c *Client, cred Credentials) Envelope {
	return c.Call(ctx, "get_thing", cred, []byte(good["get_thing"]))
}

// wantRate checks that no window of a second sees more than five of these
// moments.
func wantRate(t *testing.T, moments []time.Time) {
	t.Helper()
	slices.SortFunc(moments, time.Time.Compare)
	for i := 5; i < len(moments); i++ {
		if d := moments[i].Sub(moments[i-5]); d < time.Second {
			t.Fatalf("six requests within %s, from %s on", d, moments[i-5].Sub(moments[0]))
		}
	}
}

// TestRate sends many calls at once through ways of every length: the API, at
// the other end of the way, never sees more than its rate.
func TestRate(t *testing.T) {
	tests := []struct {
		name    string
		callers int
		calls   int           // each
		there   time.Duration // longest way to the API
		back    time.Duration // longest way back
	}{
		{"in a row", 1, 23, 0, 0},
		{"in a row, some way", 1, 23, 100 * time.Millisecond, 100 * time.Millisecond},
		{"at once", 50, 1, 0, 0},
		{"at once, some way", 50, 1, 100 * time.Millisecond, 50 * time.Millisecond},
		{"at once, nearly a second there", 40, 2, 900 * time.Millisecond, 0},
		{"at once, long back", 40, 2, 100 * time.Millisecond, 5 * time.Second},
		{"at once, more than a second there", 40, 2, 3 * time.Second, 500 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var arrived []time.Time
				random := func(d time.Duration) time.Duration { return rand.N(d + 1) }
				c := clientOf(t, tableOf(budgetOf(fivePerSecond), &getThing), Options{Transport: play(func(r *http.Request) (*http.Response, error) {
					time.Sleep(random(tt.there))
					mu.Lock()
					arrived = append(arrived, time.Now())
					mu.Unlock()
					time.Sleep(random(tt.back))
					return answering(200, goodBody)(r)
				})})
				start := time.Now()
				var all sync.WaitGroup
				for range tt.callers {
					all.Go(func() {
						for range tt.calls {
							if e := get(t.Context(), c, token()); !e.Success() {
								t.Errorf("%s", e.JSON)
							}
						}
					})
				}
				all.Wait()
				if len(arrived) != tt.callers*tt.calls {
					t.Errorf("%d requests, want %d", len(arrived), tt.callers*tt.calls)
				}
				wantRate(t, arrived)
				// Nor is it much slower than the rate: nobody waits for nothing.
				if fastest := time.Duration((len(arrived)-1)/5) * time.Second; tt.there+tt.back == 0 && time.Since(start) != fastest {
					t.Errorf("took %s, the rate allows %s", time.Since(start), fastest)
				}
			})
		})
	}
}

// TestRateOfAttempts: retries and redirects are requests like any other.
func TestRateOfAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := play(status(302, "Location: /v1/x"), status(302, "Location: /v1/y"), status(429, "Retry-After: 0"), status(302, "Location: /v1/x"), answering(200, goodBody))
		c := clientOf(t, tableOf(budgetOf(Budget{Calls: 1, Per: 10 * time.Second}), &getThing), Options{Transport: api})
		start := time.Now()
		if e := get(t.Context(), c, token()); !e.Success() || time.Since(start) != 40*time.Second || api.count() != 5 {
			t.Errorf("%s after %s and %d requests", e.JSON, time.Since(start), api.count())
		}
	})
}

// TestRateOff: a host that keeps to the rates itself is not held up.
func TestRateOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := play(answering(200, goodBody, "Quota-Left: 0"))
		c := clientOf(t, tableOf(budgetOf(fivePerSecond, threeInAMonth), &getThing), Options{Transport: api, DisableBudgets: true})
		start := time.Now()
		for range 50 {
			if e := get(t.Context(), c, token()); !e.Success() {
				t.Fatal(e.Err)
			}
		}
		if time.Since(start) != 0 {
			t.Errorf("took %s", time.Since(start))
		}
	})
}

// TestRateAndDeadline: a call whose turn comes after its deadline fails at once
// and says when; one that can make it waits.
func TestRateAndDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := play(answering(200, goodBody))
		c := clientOf(t, tableOf(budgetOf(fivePerSecond), &getThing, &createThing, &listThings), Options{Transport: api})
		for range 5 {
			get(t.Context(), c, token())
		}
		start := time.Now()
		short, cancel := context.WithTimeout(t.Context(), 600*time.Millisecond)
		defer cancel()
		e := get(short, c, token())
		if want := "Call failed: the budget allows the next call in 1s, after the deadline"; errorText(e) != want || e.Err.Code != CodeRateLimited || e.Err.Attempts != 0 {
			t.Errorf("got %s", e.JSON)
		}
		if w := c.Call(short, "create_thing", token(), []byte(good["create_thing"])); w.code() != CodeRateLimited {
			t.Errorf("a write that was not sent: %s", w.JSON)
		}
		if time.Since(start) != 0 || api.count() != 5 {
			t.Errorf("after %s and %d requests", time.Since(start), api.count())
		}

		canceled, cancel := context.WithCancel(t.Context())
		time.AfterFunc(300*time.Millisecond, cancel)
		if e := get(canceled, c, token()); e.code() != CodeCanceled || !errors.Is(e.Err, context.Canceled) || time.Since(start) != 300*time.Millisecond {
			t.Errorf("canceled: %s after %s", e.JSON, time.Since(start))
		}

		long, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if e := get(long, c, token()); !e.Success() || time.Since(start) != time.Second {
			t.Errorf("in time: %s after %s", e.JSON, time.Since(start))
		}
	})
}

// TestRateOfLists: the pages of a list keep to the rate; a deadline that is too
// short stops it with what is there.
func TestRateOfLists(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := tableOf(budgetOf(fivePerSecond), &listThings)
		start := time.Now()
		whole := clientOf(t, table, Options{Transport: play(library(12, nil))}).Call(t.Context(), "list_things", token(), nil)
		if !whole.Success() || whole.List.Count != 24 || time.Since(start) != 2*time.Second {
			t.Errorf("%+v after %s", whole.List, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		part := clientOf(t, table, Options{Transport: play(library(12, nil))}).Call(ctx, "list_things", token(), nil)
		want := ListState{Count: 20, Stop: StopBudget, Resume: "page=10"}
		if *part.List != want || part.code() != CodeRateLimited || time.Since(start) != 3*time.Second {
			t.Errorf("%+v %v after %s", part.List, part.Err, time.Since(start))
		}
	})
}

// TestTenants: each credential has its rate, and nobody else's.
func TestTenants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := play(answering(200, goodBody))
		c := clientOf(t, tableOf(budgetOf(fivePerSecond), &getThing, &ping), Options{Transport: api})
		start := time.Now()
		for n := range 20 {
			for range 5 {
				get(t.Context(), c, bearer(fmt.Sprint("tenant", n)))
			}
		}
		for range 5 {
			c.Call(t.Context(), "ping", Credentials{}, nil) // without a credential
		}
		if time.Since(start) != 0 {
			t.Errorf("tenants waited %s for each other", time.Since(start))
		}
		// However it is spelled, it is the same credential.
		get(t.Context(), c, NewCredentials("bearer", map[string]string{"token": " tenant7\n", "x": "y"}))
		if time.Since(start) != time.Second {
			t.Errorf("the same tenant waited %s", time.Since(start))
		}
	})
}

// TestSweep: credentials that were silent for an hour are forgotten, so that
// thousands of tenants do not pile up.
func TestSweep(t *testing.T) {
	clock := newFakeClock()
	c := clientOf(t, tableOf(budgetOf(fivePerSecond), &getThing), Options{Transport: play(answering(200, goodBody)), Clock: clock})
	for n := range 1000 {
		get(t.Context(), c, bearer(fmt.Sprint("tenant", n)))
	}
	if n := len(c.budgets.(*meters).kept); n != 1000 {
		t.Fatalf("%d meters", n)
	}
	clock.advance(40 * time.Minute)
	get(t.Context(), c, bearer("tenant0"))
	clock.advance(30 * time.Minute) // 70 for most, 30 for one
	get(t.Context(), c, bearer("new"))
	if n := len(c.budgets.(*meters).kept); n != 2 {
		t.Errorf("%d meters are left, want 2", n)
	}
}

// TestQuota counts a long budget: over it, nothing is sent.
func TestQuota(t *testing.T) {
	const usedUp = "Call failed: the quota of 3 calls in 30 days is used up"
	left := func(n string) step { return answering(200, goodBody, "Quota-Left: "+n) }
	plain := answering(200, goodBody)
	type at struct {
		after time.Duration // since the call before
		want  string        // "" for success
	}
	now := func(want string) at { return at{0, want} }
	tests := []struct {
		name  string
		steps []step
		calls []at
	}{
		{"by our own count", []step{plain}, []at{now(""), now(""), now(""), now(usedUp), now(usedUp)}},
		{"the API counts more", []step{left("1"), left("0")}, []at{now(""), now(""), now(usedUp)}},
		{"the API counts less", []step{plain, plain, left("2")}, []at{now(""), now(""), now(""), now(""), now("")}},
		{"the API says none", []step{left("0")}, []at{now(""), now(usedUp)}},
		{"the API says rubbish", []step{left("many"), left("-1"), left("1.5")}, []at{now(""), now(""), now(""), now(usedUp)}},
		{"none, said by a failure", []step{status(404, "Quota-Left: 0")}, []at{now("API error (404): T: D"), now(usedUp)}},
		{"none, said by a 429", []step{status(429, "Quota-Left: 0")}, []at{now("API error (429): T: D"), now(usedUp)}},

		{"asked again after a minute", []step{left("0"), left("7")}, []at{now(""), {59 * time.Second, usedUp}, {time.Second, ""}, now(""), now("")}},
		{"asked again, still none", []step{left("0")}, []at{now(""), {time.Minute, ""}, now(usedUp), {59 * time.Second, usedUp}, {time.Second, ""}, now(usedUp)}},
		{"asked again, no word", []step{plain, plain, left("0"), plain}, []at{now(""), now(""), now(""), now(usedUp), {time.Minute, ""}, now(usedUp)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := play(tt.steps...)
				c := clientOf(t, tableOf(budgetOf(fivePerSecond, threeInAMonth), &getThing), Options{Transport: api})
				for i, call := range tt.calls {
					time.Sleep(call.after)
					before, start := api.count(), time.Now()
					e := get(t.Context(), c, token())
					if !strings.HasPrefix(errorText(e), call.want) || (call.want == "") != e.Success() {
						t.Errorf("call %d: %s, want %q", i+1, e.JSON, call.want)
					}
					if call.want == usedUp && (e.code() != CodeQuotaExhausted || api.count() != before || time.Since(start) != 0) {
						t.Errorf("call %d: code %s, %d requests, after %s", i+1, e.code(), api.count()-before, time.Since(start))
					}
				}
			})
		})
	}
}

// TestQuotaRefill: one period after the first call, the whole allowance is back.
func TestQuotaRefill(t *testing.T) {
	clock := newFakeClock()
	c := clientOf(t, tableOf(budgetOf(Budget{Calls: 3, Per: time.Hour}), &getThing), Options{Transport: play(answering(200, goodBody)), Clock: clock})
	for i, call := range []struct {
		after time.Duration
		want  string
	}{
		{0, ""}, {50 * time.Minute, ""}, {0, ""}, {0, "Call failed: the quota of 3 calls in 1h0m0s is used up"},
		{10 * time.Minute, ""}, {0, ""}, {0, ""}, {0, "Call failed: the quota of 3 calls in 1h0m0s is used up"},
	} {
		clock.advance(call.after)
		if got := errorText(get(t.Context(), c, token())); got != call.want {
			t.Errorf("call %d: got %q, want %q", i+1, got, call.want)
		}
	}
}

// TestQuotaProbe: of many callers at the minute, one asks.
func TestQuotaProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := play(answering(200, goodBody, "Quota-Left: 0"))
		c := clientOf(t, tableOf(budgetOf(fivePerSecond, threeInAMonth), &getThing), Options{Transport: api})
		get(t.Context(), c, token())
		time.Sleep(time.Minute)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { get(t.Context(), c, token()) })
		}
		all.Wait()
		if api.count() != 2 {
			t.Errorf("%d requests, want 2", api.count())
		}
	})
}

// TestQuotaOfTenants: one tenant's empty quota stops nobody else.
func TestQuotaOfTenants(t *testing.T) {
	api := play(answering(200, goodBody, "Quota-Left: 0"))
	c := clientOf(t, tableOf(budgetOf(threeInAMonth), &getThing), Options{Transport: api})
	for _, want := range []bool{true, false} {
		for _, tenant := range []string{"one", "two"} {
			if e := get(t.Context(), c, bearer(tenant)); e.Success() != want {
				t.Errorf("%s: %s", tenant, e.JSON)
			}
		}
	}
}

// TestWindows: a call needs a place in every window.
func TestWindows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := play(answering(200, goodBody))
		c := clientOf(t, tableOf(budgetOf(Budget{Calls: 2, Per: time.Second}, Budget{Calls: 5, Per: 20 * time.Second}), &getThing), Options{Transport: api})
		start := time.Now()
		for range 9 {
			get(t.Context(), c, token())
		}
		var at []string
		for _, r := range api.requests {
			at = append(at, r.at.Sub(start).String())
		}
		if want := "0s 0s 1s 1s 2s 20s 20s 21s 21s"; strings.Join(at, " ") != want {
			t.Errorf("sent at %q, want %q", at, want)
		}
	})
}

// sentAt are the moments at which requests went out, in whole milliseconds from
// the first on.
func sentAt(api *script) (at []string) {
	for _, r := range api.requests {
		at = append(at, r.at.Sub(api.requests[0].at).Round(time.Millisecond).String())
	}
	return at
}

// TestCorrections: what an answer says of the rates holds from then on.
func TestCorrections(t *testing.T) {
	said := func(lines ...string) step { return answering(200, goodBody, lines...) }
	plain := said()
	three := Budget{Calls: 3, Per: 10 * time.Second, Limit: "Limit", Remaining: "Left", Reset: "Reset"}
	tests := []struct {
		name   string
		budget Budget
		steps  []step
		want   string // when the calls go out
	}{
		{"as declared", three, []step{plain}, "0s 0s 0s 10s 10s 10s 20s"},
		{"others use the credential", three, []step{said("Left: 1"), plain}, "0s 0s 10s 10s 10s 20s 20s"},
		{"others have used it up", three, []step{said("Left: 0"), plain}, "0s 10s 10s 10s 20s 20s 20s"},
		{"used up for four seconds", three, []step{said("Left: 0", "Reset: 4"), plain}, "0s 4s 4s 10s 14s 14s 20s"},
		{"more is left than we think", three, []step{said("Left: 3"), plain}, "0s 0s 0s 10s 10s 10s 20s"},
		{"the API allows fewer", three, []step{said("Limit: 2"), plain}, "0s 0s 10s 10s 20s 20s 30s"},
		{"the API allows more", three, []step{said("Limit: 5"), plain}, "0s 0s 0s 0s 0s 10s 10s"},
		{"rubbish", three, []step{said("Limit: 0", "Left: -1", "Reset: x"), plain}, "0s 0s 0s 10s 10s 10s 20s"},
		{"a refill beyond the window", three, []step{said("Left: 0", "Reset: 86400"), plain}, "0s 10s 10s 10s 20s 20s 20s"},
		{"IETF", Budget{Calls: 3, Per: 10 * time.Second}, []step{said(`RateLimit: "x";r=0;t=4`), plain}, "0s 4s 4s 10s 14s 14s 20s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := play(tt.steps...)
				c := clientOf(t, tableOf(budgetOf(tt.budget), &getThing), Options{Transport: api})
				for range 7 {
					if e := get(t.Context(), c, token()); !e.Success() {
						t.Fatal(e.Err)
					}
				}
				if got := strings.Join(sentAt(api), " "); got != tt.want {
					t.Errorf("sent at %s\n   want %s", got, tt.want)
				}
			})
		})
	}
}

// TestRetryAfterHoldsAll: when the API asks one call of a credential to wait, the
// others of it wait too, and other tenants do not.
func TestRetryAfterHoldsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := play(status(429, "Retry-After: 7"), answering(200, goodBody))
		c := clientOf(t, tableOf(budgetOf(fivePerSecond), &getThing), Options{Transport: api, Attempts: 1})
		start := time.Now()
		get(t.Context(), c, token())
		get(t.Context(), c, bearer("another"))
		if time.Since(start) != 0 {
			t.Errorf("another tenant waited %s", time.Since(start))
		}
		short, cancel := context.WithTimeout(t.Context(), 6*time.Second)
		defer cancel()
		if e := get(short, c, token()); e.code() != CodeRateLimited || e.Err.RetryAfter != 7*time.Second || time.Since(start) != 0 {
			t.Errorf("%s, again in %s, after %s", e.JSON, e.Err.RetryAfter, time.Since(start))
		}
		if e := get(t.Context(), c, token()); !e.Success() || time.Since(start) != 7*time.Second {
			t.Errorf("%s after %s", e.JSON, time.Since(start))
		}
	})
}

// TestUnsentCountsNot: a request that had no connection has used nothing up.
func TestUnsentCountsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := failing(false, errors.New("connection refused"))
		api := play(refused, refused, refused, refused, answering(200, goodBody))
		c := clientOf(t, tableOf(budgetOf(Budget{Calls: 1, Per: time.Second}, Budget{Calls: 1, Per: time.Hour}), &getThing), Options{Transport: api, Attempts: 1})
		start := time.Now()
		for range 4 {
			if e := get(t.Context(), c, token()); e.code() != CodeUnavailable {
				t.Fatal(e.Err)
			}
		}
		if e := get(t.Context(), c, token()); !e.Success() || time.Since(start) != 0 {
			t.Errorf("%s after %s", e.JSON, time.Since(start))
		}
		if e := get(t.Context(), c, token()); e.code() != CodeQuotaExhausted {
			t.Errorf("the one that was sent does not count: %s", e.JSON)
		}
	})
}

// TestTurnAfterDeadline: a call with many ahead of it fails at once when its turn
// comes too late, and takes nobody's place.
func TestTurnAfterDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := play(answering(200, goodBody))
		c := clientOf(t, tableOf(budgetOf(fivePerSecond), &getThing), Options{Transport: api})
		start := time.Now()
		var all sync.WaitGroup
		for range 50 { // ten seconds of calls
			all.Go(func() {
				if e := get(t.Context(), c, token()); !e.Success() {
					t.Error(e.Err)
				}
			})
		}
		synctest.Wait()
		for deadline, want := range map[time.Duration]bool{8 * time.Second: false, 9900 * time.Millisecond: false, 10 * time.Second: true} {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), deadline)
				defer cancel()
				e := get(ctx, c, token())
				if e.Success() != want {
					t.Errorf("with %s: %s", deadline, e.JSON)
				}
				if !want && (e.code() != CodeRateLimited || time.Since(start) != 0) {
					t.Errorf("with %s: %s after %s", deadline, e.JSON, time.Since(start))
				}
			})
		}
		all.Wait()
		wantRate(t, momentsOf(api))
		if api.count() != 51 || time.Since(start) != 10*time.Second {
			t.Errorf("%d requests in %s", api.count(), time.Since(start))
		}
	})
}

func momentsOf(api *script) (at []time.Time) {
	for _, r := range api.requests {
		at = append(at, r.at)
	}
	return at
}

// TestGivingUp: those who give up while they wait hold nobody up.
func TestGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := play(answering(200, goodBody))
		c := clientOf(t, tableOf(budgetOf(Budget{Calls: 1, Per: time.Second}), &getThing), Options{Transport: api})
		start := time.Now()
		get(t.Context(), c, token())
		var all sync.WaitGroup
		for n := range 10 {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(500*time.Millisecond, cancel)
			all.Go(func() {
				if e := get(ctx, c, token()); e.code() != CodeCanceled || time.Since(start) != 500*time.Millisecond {
					t.Errorf("%d: %s after %s", n, e.JSON, time.Since(start))
				}
			})
		}
		synctest.Wait()
		if e := get(t.Context(), c, token()); !e.Success() || time.Since(start) != time.Second {
			t.Errorf("%s after %s", e.JSON, time.Since(start))
		}
		all.Wait()
	})
}

// TestShared: what an API allows all of its callers together is shared out
// fairly: a crowd of one tenant does not hold up another's one call.
func TestShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := play(answering(200, goodBody))
		shared := Budget{Calls: 1, Per: time.Second, Shared: true}
		c := clientOf(t, tableOf(budgetOf(Budget{Calls: 100, Per: time.Second}, shared), &getThing), Options{Transport: api})
		start := time.Now()
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() { get(t.Context(), c, bearer("crowd")) })
		}
		synctest.Wait()
		if e := get(t.Context(), c, bearer("single")); !e.Success() || time.Since(start) > 2*time.Second {
			t.Errorf("%s after %s", e.JSON, time.Since(start))
		}
		all.Wait()
		if api.count() != 31 || time.Since(start) != 30*time.Second {
			t.Errorf("%d requests in %s", api.count(), time.Since(start))
		}
	})
}

// TestOneStore: clients that share a store share the budgets.
func TestOneStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, store := play(answering(200, goodBody)), NewBudgetStore(nil)
		start := time.Now()
		var all sync.WaitGroup
		for range 3 {
			c := clientOf(t, tableOf(budgetOf(fivePerSecond), &getThing), Options{Transport: api, Budgets: store})
			for range 10 {
				all.Go(func() { get(t.Context(), c, token()) })
			}
		}
		all.Wait()
		wantRate(t, momentsOf(api))
		if api.count() != 30 || time.Since(start) != 5*time.Second {
			t.Errorf("%d requests in %s", api.count(), time.Since(start))
		}
	})
}

// brokenStore is a store that cannot be reached.
type brokenStore struct{}

func (brokenStore) Acquire(context.Context, BudgetRequest) (BudgetPermit, error) {
	return nil, errors.New("no server answers")
}

// TestBrokenStore: without the store nothing is sent, and the call says why.
func TestBrokenStore(t *testing.T) {
	api := play(answering(200, goodBody))
	c := clientOf(t, tableOf(budgetOf(fivePerSecond), &getThing), Options{Transport: api, Budgets: brokenStore{}})
	if e := get(t.Context(), c, token()); errorText(e) != "Call failed: the budgets cannot be asked: no server answers" || e.code() != CodeUnavailable || api.count() != 0 {
		t.Errorf("%s after %d requests", e.JSON, api.count())
	}
}

// TestQuotaOutlivesSilence: what has been used of a month is not forgotten in an
// hour without calls.
func TestQuotaOutlivesSilence(t *testing.T) {
	clock := newFakeClock()
	c := clientOf(t, tableOf(budgetOf(threeInAMonth), &getThing), Options{Transport: play(answering(200, goodBody)), Clock: clock})
	for call, want := range []bool{true, true, true, false} {
		if e := get(t.Context(), c, token()); e.Success() != want {
			t.Errorf("call %d: %s", call+1, e.JSON)
		}
		if call < 2 {
			clock.advance(3 * time.Hour)
			get(t.Context(), c, bearer("another")) // which sweeps
		}
	}
}

// TestQuotaSaysWhen: a used-up quota tells when it is full again, as the API said.
func TestQuotaSaysWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := play(answering(200, goodBody, "Quota-Left: 0", "Quota-Reset: "+time.Now().Add(50*time.Hour).UTC().Format(http.TimeFormat)), answering(200, goodBody, "Quota-Left: 2"))
		c := clientOf(t, tableOf(budgetOf(threeInAMonth), &getThing), Options{Transport: api})
		get(t.Context(), c, token())
		if e := get(t.Context(), c, token()); e.code() != CodeQuotaExhausted || e.Err.RetryAfter.Round(time.Second) != 50*time.Hour {
			t.Errorf("%s, again in %s", e.JSON, e.Err.RetryAfter)
		}
	})
}
