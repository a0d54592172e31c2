// The lanes of the queue: one for each tenant and class of a connector that has
// work. A worker goes round them, so tenants take turns.
//
// A lane is a consumer, and consumers are what a server has few of. So they are
// light: kept in memory, made when a worker first comes by, and taken away when the
// lane has been empty for a moment. What a restart of the server forgets with them
// is who has which job: all are delivered again, and the ledger knows which have
// been sent.

package jetstream

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"modulex.dev/connector/fleet"
)

// lanes are the lanes of a connector, those who wait before the others.
type lanes struct {
	engine *Engine
	api    string
	woken  chan struct{}

	mu        sync.Mutex
	ready     []string // subjects that may have a free job
	waiting   int      // of these, the first so many are of those who wait
	next      int
	looked    time.Time
	pause     time.Duration // between looks
	rests     map[string]rest
	comes     map[string]int // how many jobs were heard of in a lane since it had none
	consumers map[string]*lane
}

// lane is the consumer of a tenant.
type lane struct {
	jetstream.Consumer
	used time.Time // when it last had a job
}

// rest is of a lane that had no free job: all are in the hands of workers, or
// given back for a while. It is not asked before until, unless one comes or ends.
type rest struct {
	until time.Time
	last  time.Duration
}

const (
	lookEvery = 500 * time.Millisecond // at who has work, when nobody wakes us
	shortRest = 100 * time.Millisecond
	longRest  = 3 * time.Second
	emptyLane = 2 * time.Second // after which its consumer is taken away
	idleLane  = 5 * time.Minute // after which the server does that, where no worker has
)

func (e *Engine) lanesOf(api string) (*lanes, error) {
	e.lanesMu.Lock()
	defer e.lanesMu.Unlock()
	if l := e.lanes[api]; l != nil {
		return l, nil
	}
	l := &lanes{engine: e, api: api, woken: make(chan struct{}, 1), next: rand.IntN(1 << 20), // workers begin at different tenants
		rests: make(map[string]rest), comes: make(map[string]int), consumers: make(map[string]*lane)}
	if _, err := e.nc.Subscribe(wakeSubject+api, func(m *nats.Msg) { l.wake(string(m.Data)) }); err != nil {
		return nil, err
	}
	e.lanes[api] = l
	return l, nil
}

// wake notes that a job has come to a lane, whose turn may be at once then.
func (l *lanes) wake(name string) {
	l.mu.Lock()
	l.comes[name]++
	l.add(name)
	l.mu.Unlock()
	l.signal()
}

// freed notes that a job of a tenant is in nobody's hands any more, which may be
// what others of its lane have waited for.
func (e *Engine) freed(j fleet.Job) {
	e.lanesMu.Lock()
	l := e.lanes[j.API]
	e.lanesMu.Unlock()
	if l == nil {
		return
	}
	name := subject(j.API, j.Class, j.Tenant)
	l.mu.Lock()
	_, resting := l.rests[name]
	if resting {
		l.comes[name]++
		l.add(name)
	}
	l.mu.Unlock()
	if resting {
		l.signal()
	}
}

// add lets a lane take its turn; the caller holds the lock.
func (l *lanes) add(name string) {
	delete(l.rests, name)
	if slices.Contains(l.ready, name) {
		return
	}
	if strings.HasPrefix(name, subject(l.api, fleet.Waiting, "")) {
		l.ready = slices.Insert(l.ready, l.waiting, name)
		l.waiting++
		return
	}
	l.ready = append(l.ready, name)
}

func (l *lanes) signal() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// take goes round the tenants once; nil when none has a job that is free.
func (l *lanes) take(ctx context.Context) (fleet.Delivery, error) {
	for {
		lane, comes, err := l.turn(ctx)
		if lane == "" || err != nil {
			return nil, err
		}
		m, err := l.fetch(ctx, lane)
		if err != nil {
			return nil, err
		}
		if m == nil || last(m) {
			l.drop(lane, comes)
		}
		if m == nil {
			continue
		}
		d, err := l.engine.delivery(ctx, m)
		if d != nil || err != nil {
			return d, err
		}
	}
}

// turn is whose turn it is, and how many jobs were heard of there. It looks again
// who has work when nobody is known to, and from time to time, so that those who
// wait are not kept behind.
func (l *lanes) turn(ctx context.Context) (name string, comes int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if since := time.Since(l.looked); since > l.pause || len(l.ready) == 0 && since > 5*time.Millisecond {
		if err := l.look(ctx); err != nil {
			return "", 0, err
		}
	}
	of := l.waiting // those who wait come first
	if of == 0 {
		of = len(l.ready)
	}
	if of == 0 {
		return "", 0, nil
	}
	l.next++
	name = l.ready[l.next%of]
	return name, l.comes[name], nil
}

// look asks the server who has work. With many tenants the answer is long, so it
// is asked for less often.
func (l *lanes) look(ctx context.Context) error {
	began := time.Now()
	ready, rests, comes := l.ready[:0], make(map[string]rest), make(map[string]int)
	empty := maps.Clone(l.consumers)
	for _, class := range []fleet.Class{fleet.Waiting, fleet.Bulk} {
		l.waiting = len(ready)
		info, err := l.engine.jobs.Info(ctx, jetstream.WithSubjectFilter(subject(l.api, class, "*")))
		if err != nil {
			l.ready, l.waiting = nil, 0
			return err
		}
		for lane := range info.State.Subjects {
			delete(empty, lane)
			comes[lane] = l.comes[lane]
			r, resting := l.rests[lane]
			if resting {
				rests[lane] = r
			}
			if !resting || began.After(r.until) {
				ready = append(ready, lane)
			}
		}
		slices.Sort(ready[l.waiting:])
	}
	l.ready, l.rests, l.comes = ready, rests, comes
	l.looked = time.Now()
	l.pause = max(lookEvery, 20*l.looked.Sub(began))
	l.clear(empty)
	return nil
}

// clear takes the consumers of lanes away that have been empty for a moment. Should
// a job come to one just now, it is delivered to the next that is made.
func (l *lanes) clear(empty map[string]*lane) {
	var gone []string
	for name, c := range empty {
		if time.Since(c.used) > emptyLane {
			delete(l.consumers, name)
			gone = append(gone, c.CachedInfo().Name)
		}
	}
	if len(gone) == 0 {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), longRest)
		defer cancel()
		for _, name := range gone {
			_ = l.engine.jobs.DeleteConsumer(ctx, name) // another worker has, or the server will
		}
	}()
}

// drop notes that a tenant has no free job now, unless one has come meanwhile.
func (l *lanes) drop(lane string, comes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.comes[lane] != comes {
		return
	}
	last := min(max(2*l.rests[lane].last, shortRest), longRest)
	l.rests[lane] = rest{time.Now().Add(last), last}
	if i := slices.Index(l.ready, lane); i >= 0 {
		l.ready = slices.Delete(l.ready, i, i+1)
		if i < l.waiting {
			l.waiting--
		}
	}
}

// last reports whether no message of a lane waits behind this one, so that nobody
// has to ask. Of those that come again the server does not tell.
func last(m jetstream.Msg) bool {
	at, err := m.Metadata()
	return err == nil && at.NumPending == 0 && at.NumDelivered == 1
}

// askLane is how long the server looks for a free job of a lane. It has to know: a
// request that only the asker gives up can meet a job on its way, which would be in
// nobody's hands until its lease is over. And where a tenant has as many jobs out as
// it may, one that is not to wait is not answered at all.
const askLane = 20 * time.Millisecond

// fetch takes the next message of a tenant; nil when none is free.
func (l *lanes) fetch(ctx context.Context, lane string) (jetstream.Msg, error) {
	c, err := l.consumer(ctx, lane)
	if refused, ok := errors.AsType[*jetstream.APIError](err); ok && refused.ErrorCode == errMaxConsumers {
		return nil, nil // its turn comes when other lanes are empty
	}
	if err != nil {
		return nil, err
	}
	batch, err := c.Fetch(1, jetstream.FetchMaxWait(askLane))
	if err != nil {
		l.forget(lane)
		return nil, err
	}
	for m := range batch.Messages() {
		l.mu.Lock()
		c.used = time.Now()
		l.mu.Unlock()
		return m, nil
	}
	if err := batch.Error(); err != nil {
		l.forget(lane)
		return nil, err
	}
	return nil, nil
}

// errMaxConsumers is the server's code for a stream that has all the consumers it
// may have; the client has no name for it.
const errMaxConsumers = 10026

// consumer is that of a tenant, made when there is none.
func (l *lanes) consumer(ctx context.Context, name string) (*lane, error) {
	l.mu.Lock()
	c := l.consumers[name]
	l.mu.Unlock()
	if c != nil {
		return c, nil
	}
	made, err := l.engine.jobs.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: strings.ReplaceAll(strings.TrimPrefix(name, "fleet.job."), ".", "="), FilterSubject: name, AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: l.engine.options.Lease, MaxAckPending: TenantAtOnce, InactiveThreshold: idleLane, MemoryStorage: true,
	})
	if err != nil {
		return nil, err
	}
	c = &lane{Consumer: made, used: time.Now()}
	l.mu.Lock()
	l.consumers[name] = c
	l.mu.Unlock()
	return c, nil
}

func (l *lanes) forget(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.consumers, name)
}
