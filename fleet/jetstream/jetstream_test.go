package jetstream_test

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
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

// TestPairInCluster: the two are at different servers of three, which keep a copy
// each. Leaders, copies that are behind and other words for the same errors are what
// one server does not have.
func TestPairInCluster(t *testing.T) {
	servers := clustered(t)
	enginetest.RunPair(t, func(t *testing.T) enginetest.Pair {
		emptied(t, servers[2].ClientURL())
		open := func(i int) *jetstream.Engine {
			e, err := jetstream.Open(t.Context(), jetstream.Options{Server: jetstream.Server{URL: servers[i].ClientURL()}, Replicas: 3, Lease: enginetest.Lease, Worker: "same"})
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		a, b := open(0), open(1)
		return enginetest.Pair{A: a, B: b, Stall: a.Stall}
	})
}

// emptied takes all streams from a server.
func emptied(t *testing.T, address string) {
	t.Helper()
	nc, err := nats.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := natsjs.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{jetstream.JobsStream, "KV_" + jetstream.RecordsBucket, "KV_" + jetstream.LedgerBucket, "KV_" + jetstream.BudgetsBucket, "KV_" + jetstream.WorkersBucket} {
		for { // until the three have found a leader
			err := js.DeleteStream(t.Context(), name)
			if err == nil || errors.Is(err, natsjs.ErrStreamNotFound) {
				break
			}
			if t.Context().Err() != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// clustered are three servers in this process.
func clustered(t *testing.T) (servers []*server.Server) {
	t.Helper()
	var routes []*url.URL
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		routes = append(routes, &url.URL{Scheme: "nats", Host: l.Addr().String()})
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for i, route := range routes {
		port, err := strconv.Atoi(route.Port())
		if err != nil {
			t.Fatal(err)
		}
		s, err := server.NewServer(&server.Options{ServerName: fmt.Sprint("n", i), JetStream: true, StoreDir: t.TempDir(), Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true,
			Cluster: server.ClusterOpts{Name: "fleet", Host: "127.0.0.1", Port: port}, Routes: routes})
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
		servers = append(servers, s)
	}
	for _, s := range servers {
		if !s.ReadyForConnections(20 * time.Second) {
			t.Fatal("a server does not start")
		}
	}
	return servers
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func job(id string) fleet.Job {
	return fleet.Job{ID: id, API: "demo", Action: "create_item", Tenant: "acme", Class: fleet.Bulk, Input: []byte(`{}`)}
}
