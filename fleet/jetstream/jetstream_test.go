package jetstream_test

import (
	"testing"

	"go.uber.org/goleak"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/enginetest"
	"modulex.dev/connector/fleet/jetstream"
)

func embedded(t *testing.T) *jetstream.Embedded {
	t.Helper()
	s, err := jetstream.Embed(t.TempDir(), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestEngine(t *testing.T) {
	enginetest.Run(t, func(t *testing.T) fleet.Engine {
		e, err := jetstream.Open(t.Context(), jetstream.Options{Embedded: embedded(t), Lease: enginetest.Lease, Worker: "w"})
		if err != nil {
			t.Fatal(err)
		}
		return e
	})
}

func TestPair(t *testing.T) {
	enginetest.RunPair(t, func(t *testing.T) enginetest.Pair {
		s := embedded(t)
		open := func(name string) *jetstream.Engine {
			e, err := jetstream.Open(t.Context(), jetstream.Options{Embedded: s, Lease: enginetest.Lease, Worker: name})
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		a, b := open("same"), open("same") // names need not differ
		return enginetest.Pair{A: a, B: b, Stall: a.Stall}
	})
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func job(id string) fleet.Job {
	return fleet.Job{ID: id, API: "demo", Action: "create_item", Tenant: "acme", Class: fleet.Bulk, Input: []byte(`{}`)}
}
