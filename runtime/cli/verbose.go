// --verbose: each attempt, wait and drift in a line on standard error, without
// secrets and without arguments.

package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"modulex.dev/connector/runtime"
)

// teller tells what a call does.
type teller struct {
	runtime.NoObserver
	out io.Writer
}

// Answer tells what came of an attempt.
func (t teller) Answer(_ context.Context, a runtime.AttemptEnd) {
	said := fmt.Sprintf("%d, %d bytes", a.Status, a.Bytes)
	if a.Fault != "" {
		said = a.Fault
	}
	fmt.Fprintf(t.out, "attempt %d: %s %s %s: %s in %s\n", a.Number, a.Method, a.Host, a.Template, said, a.Took.Round(time.Millisecond))
}

// Retry tells what is done about one that failed.
func (t teller) Retry(_ context.Context, r runtime.RetryDecision) {
	if r.Again {
		fmt.Fprintf(t.out, "retry: %s, again in %s\n", r.Why, r.Wait.Round(time.Millisecond))
		return
	}
	fmt.Fprintf(t.out, "no retry: %s\n", r.Why)
}

// Wait tells of waits that are none before a retry.
func (t teller) Wait(_ context.Context, w runtime.WaitStart) {
	switch {
	case w.Why == runtime.WaitRetry: // told already
	case w.For > 0:
		fmt.Fprintf(t.out, "wait: %s, %s\n", w.Why, w.For.Round(time.Millisecond))
	default:
		fmt.Fprintf(t.out, "wait: %s\n", w.Why)
	}
}

// Drift tells where an answer differs from the manifest.
func (t teller) Drift(_ context.Context, d runtime.Drift) { fmt.Fprintln(t.out, "drift:", d) }
