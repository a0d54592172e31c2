// The engine: a connection, the stream and the buckets.

package jetstream

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/runtime"
)

// Options are the settings of an engine. The zero value of each is its default.
type Options struct {
	Server   Server    // ignored with Embedded
	Embedded *Embedded // a server in this process
	Replicas int       // of the streams: 1, or 3 and 5 in a cluster
	// Lease is how long a worker may be silent before its job is given to
	// another: 30 s.
	Lease time.Duration
	// Keep is how long ended jobs and answers of the ledger are kept: 7 days.
	Keep time.Duration
	// Margin is what is added to each window of a budget, for the time that
	// requests take to arrive: 90 ms.
	Margin time.Duration
	Worker string // its name; made up when ""
}

// Engine implements [fleet.Engine].
type Engine struct {
	nc      *nats.Conn
	js      jetstream.JetStream
	options Options

	jobs     jetstream.Stream
	records  bucket
	ledgers  bucket
	accounts bucket
	alive    *alive
	budgets  *budgets
	ledger   *ledger

	ends    ends
	lanesMu sync.Mutex
	lanes   map[string]*lanes // by API
}

var _ fleet.Engine = (*Engine)(nil)

// Open connects to the server and makes what is not there yet.
func Open(ctx context.Context, o Options) (*Engine, error) {
	o.Replicas = max(1, o.Replicas)
	if o.Lease <= 0 {
		o.Lease = defaultLease
	}
	if o.Keep <= 0 {
		o.Keep = defaultKeep
	}
	if o.Margin <= 0 {
		o.Margin = defaultMargin
	}
	if o.Worker == "" {
		o.Worker = nuid.Next()
	}
	if !fleet.Word(o.Worker) {
		return nil, fmt.Errorf("the name of a worker must be 1 to 64 letters, digits, _ and -, not %q", o.Worker)
	}
	e := &Engine{options: o, lanes: make(map[string]*lanes)}
	if err := e.open(ctx); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func (e *Engine) open(ctx context.Context) (err error) {
	if e.options.Embedded != nil {
		e.nc, err = e.options.Embedded.connect(e.options.Worker)
	} else {
		e.nc, err = e.options.Server.connect(e.options.Worker)
	}
	if err != nil {
		return err
	}
	if e.js, err = jetstream.New(e.nc); err != nil {
		return err
	}
	e.jobs, err = e.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: JobsStream, Subjects: []string{jobSubjects}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage,
		Replicas: e.options.Replicas, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, MaxMsgsPerSubject: TenantQueue, MaxConsumers: MaxTenants,
		Duplicates: 2 * time.Minute, Description: "jobs that wait or run; the message is the job's ID",
	})
	if err != nil {
		return fmt.Errorf("the stream %s: %w", JobsStream, err)
	}
	for name, b := range map[string]*bucket{RecordsBucket: &e.records, LedgerBucket: &e.ledgers, BudgetsBucket: &e.accounts} {
		if *b, err = e.bucket(ctx, jetstream.KeyValueConfig{Bucket: name, LimitMarkerTTL: time.Minute}); err != nil {
			return err
		}
	}
	workers, err := e.bucket(ctx, jetstream.KeyValueConfig{Bucket: WorkersBucket, TTL: lifeOfBeat})
	if err != nil {
		return err
	}
	grace := graceOfBeat
	if e.options.Embedded != nil && e.options.Embedded.alone() {
		grace = 0
		if err := workers.stream.Purge(ctx); err != nil {
			return err
		}
	}
	if e.alive, err = announce(ctx, workers, grace, e.options.Worker); err != nil {
		return err
	}
	e.budgets = &budgets{accounts: e.accounts, clock: e.alive, margin: e.options.Margin, held: make(map[string]*account)}
	e.ledger = newLedger(e.ledgers, e.alive, e.options.Keep, e.limit())
	return nil
}

// bucket opens a bucket.
func (e *Engine) bucket(ctx context.Context, c jetstream.KeyValueConfig) (bucket, error) {
	c.Replicas, c.History = e.options.Replicas, 1
	kv, err := e.js.CreateOrUpdateKeyValue(ctx, c)
	if err != nil {
		return bucket{}, fmt.Errorf("the bucket %s: %w", c.Bucket, err)
	}
	stream, err := e.js.Stream(ctx, "KV_"+c.Bucket)
	if err != nil {
		return bucket{}, fmt.Errorf("the bucket %s: %w", c.Bucket, err)
	}
	return bucket{KeyValue: kv, js: e.js, stream: stream}, nil
}

// bucket is a key-value bucket whose values may expire one by one.
type bucket struct {
	jetstream.KeyValue
	js     jetstream.JetStream
	stream jetstream.Stream
}

// put writes a value over that of a revision (0: there is none), to be forgotten
// after a while unless that is 0. errMoved says that the value is another one.
func (b bucket) put(ctx context.Context, key string, value []byte, revision uint64, life time.Duration) (uint64, error) {
	options := []jetstream.PublishOpt{jetstream.WithExpectLastSequencePerSubject(revision)}
	if life > 0 {
		options = append(options, jetstream.WithMsgTTL(life))
	}
	ack, err := b.js.Publish(ctx, "$KV."+b.Bucket()+"."+key, value, options...)
	if refused, ok := errors.AsType[*jetstream.APIError](err); ok && refused.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence {
		return 0, errMoved
	}
	if err != nil {
		return 0, err
	}
	return ack.Sequence, nil
}

var errMoved = errors.New("the value has been changed by another")

// get reads a value and its revision. Where there is none (any more) the value is
// nil, and the revision the one that put can go over.
func (b bucket) get(ctx context.Context, key string) (value []byte, revision uint64, err error) {
	m, err := b.stream.GetLastMsgForSubject(ctx, "$KV."+b.Bucket()+"."+key)
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return nil, 0, nil
	case err != nil:
		return nil, 0, err
	case m.Header.Get("KV-Operation") != "" || m.Header.Get(jetstream.MarkerReasonHeader) != "":
		return nil, m.Sequence, nil
	}
	return m.Data, m.Sequence, nil
}

// Budgets implements [fleet.Engine].
func (e *Engine) Budgets() runtime.BudgetStore { return e.budgets }

// Ledger implements [fleet.Engine].
func (e *Engine) Ledger() runtime.Ledger { return e.ledger }

// Broken is closed when the server in this process can no longer write its state;
// never for another server.
func (e *Engine) Broken() <-chan struct{} {
	if e.options.Embedded == nil {
		return nil
	}
	return e.options.Embedded.Broken()
}

// Close ends the connection; the jobs stay.
func (e *Engine) Close() error {
	if e.alive != nil {
		e.alive.leave()
	}
	if e.ledger != nil {
		e.ledger.close()
	}
	e.ends.stop()
	if e.nc != nil {
		e.nc.Close()
	}
	return nil
}

// hashed is a key of a bucket made of anything.
func hashed(sum [32]byte) string { return hex.EncodeToString(sum[:16]) }
