// How long a batch takes: as long as the budgets make it.

package batch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/runtime"
)

func bytesOf(b []byte) io.Reader { return bytes.NewReader(b) }

// Plan is what running a batch would do.
type Plan struct {
	Rows  int
	Ended int           // rows that need not be run again
	Calls int           // requests that the others make at least
	Takes time.Duration // at the rates that the API allows
	By    runtime.Budget
	// Over is the quota that the batch needs more of than it gives in one
	// period; nil when none is.
	Over *runtime.Budget
}

// Plans says what running a batch would do.
func Plans(ctx context.Context, o Options) (Plan, error) {
	p := Plan{Rows: len(o.Rows)}
	for _, id := range IDs(o) {
		r, err := o.Engine.Record(ctx, id)
		switch {
		case err == nil && r.State.Ended() && !(o.RetryFailed && r.State != fleet.Done && r.State != fleet.Unknown):
			p.Ended++
		case err != nil && !errors.Is(err, fleet.ErrNotFound):
			return p, err
		}
	}
	a := o.Table.Lookup(o.Action)
	p.Calls = (p.Rows - p.Ended) * (1 + len(a.Op.Steps))
	for i, b := range o.Table.API.Budgets {
		if b.Calls <= 0 {
			continue
		}
		if b.Per > time.Minute {
			if p.Calls > b.Calls && p.Over == nil {
				p.Over = &o.Table.API.Budgets[i]
			}
			continue
		}
		takes := time.Duration(max(0, p.Calls-b.Calls)) * b.Per / time.Duration(b.Calls)
		if takes > p.Takes || p.By.Calls == 0 {
			p.Takes, p.By = takes, b
		}
	}
	return p, nil
}

// String says the plan in a few lines.
func (p Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d rows", p.Rows)
	if p.Ended > 0 {
		fmt.Fprintf(&b, ", %d of them have been run", p.Ended)
	}
	fmt.Fprintf(&b, "; %d calls", p.Calls)
	if p.By.Calls > 0 && p.Calls > 0 {
		fmt.Fprintf(&b, ", which takes %s at %d calls in %s", about(p.Takes), p.By.Calls, p.By.Per)
	}
	if p.Over != nil {
		fmt.Fprintf(&b, "\nThat is more than the %d calls that the API allows in %s: the rest waits for the refill.", p.Over.Calls, days(p.Over.Per))
	}
	return b.String()
}

func days(d time.Duration) string {
	if d >= 48*time.Hour && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
	return d.String()
}

func about(d time.Duration) string {
	switch {
	case d < time.Second:
		return "a second"
	case d < 2*time.Minute:
		return fmt.Sprintf("about %d seconds", int(d.Seconds()+0.5))
	case d < 2*time.Hour:
		return fmt.Sprintf("about %d minutes", int(d.Minutes()+0.5))
	}
	return fmt.Sprintf("about %.1f hours", d.Hours())
}
