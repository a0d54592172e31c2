// This file counts calls: five in any second, 10,000 in 30 days, and the six
// headers that tell a caller where they stand
// (https://developers.livestorm.co/docs/rate-limits-and-quotas). server.go asks
// it once per call.

package sandbox

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// period is the quota period. It starts with the first call; the first call
// after its end starts the next one. (An older version of the page had calendar
// months.)
const period = 30 * 24 * time.Hour

// limiter counts admitted calls. A limit of zero or less is off.
type limiter struct {
	perSecond int
	monthly   int

	mu     sync.Mutex
	recent []time.Time // admitted calls of the last second, oldest first
	used   int         // admitted calls of the current period
	since  time.Time   // start of the current period, zero before the first call
}

// allowance is where a caller stands after a call.
type allowance struct {
	perSecond, perSecondLeft int
	monthly, monthlyLeft     int
	wait                     time.Duration // until a call may succeed; zero when one may now
	reset                    time.Time     // end of the quota period
}

// take admits a call at now or refuses it. A refused call is counted nowhere,
// so that hammering does not push the way out further off.
func (l *limiter) take(now time.Time) (allowance, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now)
	if left := l.allowance(now); left.wait > 0 {
		return left, false
	}
	if l.used == 0 {
		l.since = now
	}
	l.used++
	if l.perSecond > 0 {
		l.recent = append(l.recent, now)
	}
	return l.allowance(now), true
}

// peek says where a caller stands without counting a call.
func (l *limiter) peek(now time.Time) allowance {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now)
	return l.allowance(now)
}

// forget drops what no longer counts at now.
func (l *limiter) forget(now time.Time) {
	for len(l.recent) > 0 && now.Sub(l.recent[0]) >= time.Second {
		l.recent = l.recent[1:]
	}
	if l.used > 0 && now.Sub(l.since) >= period {
		l.used, l.since = 0, time.Time{}
	}
}

func (l *limiter) allowance(now time.Time) allowance {
	start := l.since
	if l.used == 0 {
		start = now // the period would start with the next call
	}
	a := allowance{
		perSecond:     l.perSecond,
		perSecondLeft: l.perSecond - len(l.recent),
		monthly:       l.monthly,
		monthlyLeft:   l.monthly - l.used,
		reset:         start.Add(period),
	}
	if l.perSecond > 0 && a.perSecondLeft <= 0 {
		a.wait = l.recent[0].Add(time.Second).Sub(now)
	}
	if l.monthly > 0 && a.monthlyLeft <= 0 {
		a.wait = a.reset.Sub(now)
	}
	return a
}

// set writes the headers. The page says that they come on each response.
// RateLimit-Reset is "a timestamp" there; unix seconds is a choice, being the
// form of every other time in the API. A limit that is switched off sends no
// headers, since no number in them would be true.
func (a allowance) set(h http.Header) {
	if a.perSecond > 0 {
		h.Set("RateLimit-Interval-Limit", strconv.Itoa(a.perSecond))
		h.Set("RateLimit-Interval-Remaining", strconv.Itoa(a.perSecondLeft))
	}
	if a.monthly > 0 {
		h.Set("RateLimit-Monthly-Limit", strconv.Itoa(a.monthly))
		h.Set("RateLimit-Monthly-Remaining", strconv.Itoa(a.monthlyLeft))
		h.Set("RateLimit-Reset", strconv.FormatInt(a.reset.Unix(), 10))
	}
	h.Set("Retry-After", strconv.FormatInt(a.waitSeconds(), 10))
}

// waitSeconds rounds up: a caller who waits that long gets through.
func (a allowance) waitSeconds() int64 {
	return int64((a.wait + time.Second - 1) / time.Second)
}

func tooManyCalls(a allowance) error {
	if a.monthly > 0 && a.monthlyLeft <= 0 {
		return refuse(http.StatusTooManyRequests, "The calls of this 30-day period are used up; RateLimit-Reset says when the next one starts.")
	}
	return refuse(http.StatusTooManyRequests, "Too many calls in one second; Retry-After says how long to wait.")
}
