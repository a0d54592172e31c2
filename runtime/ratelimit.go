// What an API says of its rates, in the headers of its answers: Retry-After, the
// headers that a budget names, and the RateLimit fields of the IETF draft in its
// spellings. What cannot be read counts as not said.

package runtime

import (
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Rate is what an answer says of one budget. What it does not say is -1.
type Rate struct {
	Limit     int           // calls that the window allows
	Remaining int           // calls that are left of it
	Reset     time.Duration // until all of it is there again
}

// silent is what an answer says that says nothing.
var silent = Rate{-1, -1, -1}

// rates is what an answer says of each budget; nil when it says nothing.
func rates(h http.Header, budgets []Budget, now time.Time) (out []Rate) {
	for i := range budgets {
		r := rate(h, budgets, i, now)
		if r != silent && out == nil {
			out = slices.Repeat([]Rate{silent}, len(budgets))
		}
		if r != silent {
			out[i] = r
		}
	}
	return out
}

// rate reads what an answer says of the budget at i: in the headers that the
// budget names, else in RateLimit fields that are surely about it.
func rate(h http.Header, budgets []Budget, i int, now time.Time) Rate {
	b := &budgets[i]
	if b.Limit != "" || b.Remaining != "" || b.Reset != "" {
		return rateOf(h, b.Limit, b.Remaining, b.Reset, now)
	}
	if r, ok := structuredRate(h, b, len(budgets) == 1); ok {
		return r
	}
	for _, names := range [][3]string{
		{"Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset"},
		{"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"},
	} {
		r := rateOf(h, names[0], names[1], names[2], now)
		if r.Remaining >= 0 && (len(budgets) == 1 || r.Limit == b.Calls) {
			return r
		}
	}
	return silent
}

// pause is how long the API wants no further request: the Retry-After of an
// answer that says that there were too many.
func pause(status int, h http.Header, now time.Time) time.Duration {
	if status != http.StatusTooManyRequests {
		return 0
	}
	wait, _ := retryAfter(h, now)
	return wait
}

// rateOf reads three plain headers.
func rateOf(h http.Header, limit, remaining, reset string, now time.Time) Rate {
	return Rate{count(h, limit), count(h, remaining), resetIn(headerText(h, reset), now)}
}

// headerText is the value of a header, "" when it has no name or is not there. The
// name is spelled as net/http spells it ([readable]).
func headerText(h http.Header, name string) string {
	values := h[name]
	if name == "" || len(values) == 0 {
		return ""
	}
	return strings.TrimSpace(values[0])
}

// readable are budgets whose headers are spelled as net/http spells them, so that
// reading an answer need not.
func readable(declared []Budget) []Budget {
	budgets := slices.Clone(declared)
	for i := range budgets {
		for _, name := range []*string{&budgets[i].Limit, &budgets[i].Remaining, &budgets[i].Reset} {
			*name = http.CanonicalHeaderKey(*name)
		}
	}
	return budgets
}

// count reads a header that holds a number of calls; -1 when it does not.
func count(h http.Header, name string) int { return natural(headerText(h, name)) }

func natural(text string) int {
	if text == "" {
		return -1
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// Numbers from these on are moments since 1970, in seconds or in milliseconds;
// smaller ones are seconds from now.
const (
	epochSeconds = 1e9
	epochMillis  = 1e11
)

// resetIn reads the time of a refill: seconds from now, a moment since 1970, or a
// date. It is -1 when the text is none of them.
func resetIn(text string, now time.Time) time.Duration {
	if text == "" {
		return -1
	}
	seconds, err := strconv.ParseFloat(text, 64)
	switch {
	case err == nil && (seconds < 0 || math.IsNaN(seconds) || seconds > 1e14):
		return -1
	case err == nil && seconds >= epochMillis:
		return max(0, time.UnixMilli(int64(seconds)).Sub(now))
	case err == nil && seconds >= epochSeconds:
		return max(0, time.Unix(int64(seconds), 0).Sub(now))
	case err == nil:
		return time.Duration(seconds * float64(time.Second))
	}
	at, err := http.ParseTime(text)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	if err != nil {
		return -1
	}
	return max(0, at.Sub(now))
}

// structuredRate reads the RateLimit field of the IETF draft,
//
//	RateLimit-Policy: "burst";q=5;w=1, "month";q=10000;w=2592000
//	RateLimit: "burst";r=3;t=1, "month";r=9120;t=86400
//
// for the budget whose window is that of a policy, or for the only one. The
// draft's older spelling, RateLimit: limit=5, remaining=3, reset=1, is read for
// the only one.
func structuredRate(h http.Header, b *Budget, alone bool) (Rate, bool) {
	fields := items(h.Values("Ratelimit"))
	if len(fields) == 0 {
		return Rate{}, false
	}
	for _, policy := range items(h.Values("Ratelimit-Policy")) {
		if policy.number("w") != int(b.Per/time.Second) {
			continue
		}
		for _, f := range fields {
			if f.name == policy.name {
				return f.rate(policy.number("q")), true
			}
		}
	}
	switch {
	case !alone:
		return Rate{}, false
	case fields[0].number("r") >= 0 && len(fields) == 1:
		return fields[0].rate(-1), true
	}
	old := item{}
	for _, f := range fields {
		if name, value, ok := strings.Cut(f.name, "="); ok {
			old.params = append(old.params, field{name, value})
		}
	}
	rate := Rate{old.number("limit"), old.number("remaining"), secondsOf(old.number("reset"))}
	return rate, rate.Remaining >= 0
}

// item is one item of a list in a structured field (RFC 8941), as far as the
// RateLimit fields need them.
type item struct {
	name   string
	params []field
}

// number is a parameter that is a natural number; -1 when it is not.
func (i item) number(name string) int {
	value, _ := link{params: i.params}.param(name)
	return natural(value)
}

func (i item) rate(limit int) Rate {
	return Rate{limit, i.number("r"), secondsOf(i.number("t"))}
}

func secondsOf(n int) time.Duration {
	if n < 0 || n > math.MaxInt32 {
		return -1
	}
	return time.Duration(n) * time.Second
}

// items reads the items of a list.
func items(headers []string) (out []item) {
	for _, h := range headers {
		for h = strings.TrimSpace(h); h != ""; h = strings.TrimLeft(strings.TrimPrefix(h, ","), " \t") {
			var i item
			i.name, h = linkValue(h)
			i.params, h = linkParams(h)
			out = append(out, i)
		}
	}
	return out
}

// retryAfter reads a Retry-After header: seconds or a date. Anything else is
// ignored; a number too large to hold is a very long wait.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	text := headerText(h, "Retry-After")
	if text == "" {
		return 0, false
	}
	if strings.Trim(text, "0123456789.") == "" {
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return 0, false
		}
		return time.Duration(math.Min(math.Ceil(seconds*1000)*1e6, math.MaxInt64/2)), true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return max(0, at.Sub(now)), true
}

// toldWait is how long an answer that says "too many requests" wants the caller
// to wait: its Retry-After, else the refill of a short budget that it calls empty.
func toldWait(budgets []Budget, h http.Header, now time.Time) (time.Duration, bool) {
	if wait, ok := retryAfter(h, now); ok {
		return wait, true
	}
	for i := range budgets {
		if r := rate(h, budgets, i, now); budgets[i].Per <= quotaWindow && r.Remaining == 0 && r.Reset >= 0 {
			return min(r.Reset, budgets[i].Per), true
		}
	}
	return 0, false
}

// quotaUsedUp reports whether an answer says that a quota has nothing left.
func quotaUsedUp(budgets []Budget, h http.Header) bool {
	for i := range budgets {
		if budgets[i].Per > quotaWindow && rate(h, budgets, i, time.Time{}).Remaining == 0 {
			return true
		}
	}
	return false
}
