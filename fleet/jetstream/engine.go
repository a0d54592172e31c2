// The engine: a connection, the stream and the buckets.

package jetstream

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
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
	Replicas int       // of streams that are not there yet: 1, or 3 and 5 in a cluster
	// Lease is how long a worker may be silent before its job is given to
	// another: 30 s.
	Lease time.Duration
	// Keep is how long ended jobs and answers of the ledger are kept: 7 days.
	Keep time.Duration
	// Margin is what is added to each window of a budget, for the time that
	// requests take to arrive: 75 ms.
	Margin time.Duration
	Worker string // its name; made up when ""
	// Log is told when the server is away, and back, and what it refuses; nil logs
	// nothing.
	Log *slog.Logger
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
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
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
		e.nc, err = e.options.Server.connect(e.options.Worker, e.options.Log)
	}
	if err != nil {
		return err
	}
	if e.js, err = jetstream.New(e.nc); err != nil {
		return err
	}
	if err := e.preparePatiently(ctx); err != nil {
		return err
	}
	e.budgets = &budgets{accounts: e.accounts, clock: e.alive, margin: e.options.Margin, held: make(map[string]*account)}
	e.ledger = newLedger(e.ledgers, e.alive, e.options.Keep, e.limit())
	return nil
}

// patience is how long a cluster is waited for that has no leader yet.
const patience = 30 * time.Second

func (e *Engine) preparePatiently(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := e.prepare(ctx)
		if refused, ok := errors.AsType[*jetstream.APIError](err); err == nil || ok && refused.Code < 500 || !passing(err) {
			return err
		}
		e.options.Log.Warn("the servers are not ready; they are waited for", "error", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(lookEvery):
		}
	}
}

// prepare makes the stream and the buckets, where they are not there, and says that
// this worker is.
func (e *Engine) prepare(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, patience/6)
	defer cancel()
	e.jobs, err = e.stream(ctx, jetstream.StreamConfig{
		Name: JobsStream, Subjects: []string{jobSubjects}, Retention: jetstream.WorkQueuePolicy,
		Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, MaxMsgsPerSubject: TenantQueue, MaxConsumers: MaxTenants,
		Duplicates: 2 * time.Minute, Description: "jobs that wait or run; the message is the job's ID",
	})
	if err != nil {
		return err
	}
	expiring := jetstream.StreamConfig{AllowMsgTTL: true, SubjectDeleteMarkerTTL: time.Minute} // values one by one
	for name, b := range map[string]*bucket{RecordsBucket: &e.records, LedgerBucket: &e.ledgers, BudgetsBucket: &e.accounts} {
		if *b, err = e.bucket(ctx, name, expiring); err != nil {
			return err
		}
	}
	workers, err := e.bucket(ctx, WorkersBucket, jetstream.StreamConfig{MaxAge: lifeOfBeat, Duplicates: lifeOfBeat})
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
	e.alive, err = announce(ctx, workers, grace, e.options.Worker)
	return err
}

// layout is the version of what the stream and the buckets are like.
const layout = "1"

// stream opens a stream, and makes it where there is none. One that is there keeps
// its number of copies, so that only whoever comes first has to know it.
func (e *Engine) stream(ctx context.Context, c jetstream.StreamConfig) (jetstream.Stream, error) {
	s, err := e.js.Stream(ctx, c.Name)
	c.Replicas = e.options.Replicas
	if err == nil {
		there := s.CachedInfo().Config
		if there.Metadata["fleet"] == layout && there.AllowDirect == direct(there.Replicas) {
			return s, nil
		}
		c.Replicas = there.Replicas
	}
	if err == nil || errors.Is(err, jetstream.ErrStreamNotFound) {
		if info, err := e.js.AccountInfo(ctx); err == nil && info.API.Level < 1 {
			return nil, errors.New("the NATS server is older than 2.11, in which values cannot expire one by one")
		}
		c.Storage, c.AllowDirect, c.Metadata = jetstream.FileStorage, direct(c.Replicas), map[string]string{"fleet": layout}
		s, err = e.js.CreateOrUpdateStream(ctx, c)
	}
	if err != nil {
		return nil, fmt.Errorf("the stream %s: %w", c.Name, err)
	}
	return s, nil
}

// direct reports whether any copy may answer who reads. One of several could be
// behind the others, and say that a job is not known whose message has just come.
func direct(copies int) bool { return copies == 1 }

// bucket opens a key-value bucket, which is a stream with the settings that the
// NATS clients know it by.
func (e *Engine) bucket(ctx context.Context, name string, c jetstream.StreamConfig) (bucket, error) {
	c.Name, c.Subjects = "KV_"+name, []string{"$KV." + name + ".>"}
	c.MaxMsgsPerSubject, c.Discard, c.AllowRollup, c.DenyDelete = 1, jetstream.DiscardNew, true, true
	stream, err := e.stream(ctx, c)
	if err != nil {
		return bucket{}, err
	}
	kv, err := e.js.KeyValue(ctx, name)
	if err != nil {
		return bucket{}, fmt.Errorf("the bucket %s: %w", name, err)
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
	if err != nil {
		return 0, moved(err)
	}
	return ack.Sequence, nil
}

var errMoved = errors.New("the value has been changed by another")

// moved is errMoved for the words of a server and of a cluster for it, and any other
// error as it is.
func moved(err error) error {
	refused, ok := errors.AsType[*jetstream.APIError](err)
	if ok && (refused.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || refused.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant) {
		return errMoved
	}
	return err
}

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
