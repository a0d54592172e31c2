package jetstream_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/jetstream"
)

// TestLanesAreTakenAway: tenants that had work leave no consumer behind, so the
// number of tenants that there ever were costs nothing.
func TestLanesAreTakenAway(t *testing.T) {
	e, err := jetstream.Open(t.Context(), jetstream.Options{Embedded: embedded(t), Worker: "w"})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	const tenants = 60
	for i := range tenants {
		j := fleet.Job{ID: fmt.Sprint("j", i), API: "demo", Action: "act", Tenant: fmt.Sprint("t", i), Class: fleet.Bulk, Input: json.RawMessage(`{}`), Submitted: time.Now().UTC()}
		if err := e.Submit(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	for range tenants {
		d, err := e.Take(t.Context(), "demo")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := d.End(t.Context(), fleet.Ending{State: fleet.Done}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() { // a worker that waits for more
		defer close(over)
		_, _ = e.Take(ctx, "demo")
	}()
	deadline := time.Now().Add(30 * time.Second)
	for {
		load, err := e.Load(t.Context(), "demo")
		if err != nil {
			t.Fatal(err)
		}
		if load.Consumers == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d consumers are left", load.Consumers)
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	<-over
}
