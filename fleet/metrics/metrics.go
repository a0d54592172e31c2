// Package metrics meters a worker and the queue that it works on with
// OpenTelemetry.
//
//	fleet.queue.jobs          {job}  gauge, by class: jobs that have not ended
//	fleet.queue.oldest        s      gauge, by class: age of the first of them
//	fleet.queue.consumers     {consumer} gauge: lanes that the server holds
//	fleet.worker.jobs         {job}  gauge: jobs in this worker's hands
//	fleet.jobs.ended          {job}  counter, by action, class and state
//	fleet.jobs.again          {job}  counter, by action: given back, to be tried later
//	fleet.jobs.redelivered    {job}  counter, by action: another worker was lost with it
//	fleet.job.duration        s      histogram, by class: from submitted to ended
//	fleet.budget.used         1      gauge, by window: of the credential that has used most
//	fleet.budget.exhausted    {credential} gauge, by window: those that have nothing left
//	fleet.budget.credentials  {credential} gauge, by window: those that are counted
//
// The queue is the same for all workers: take the greatest of what they tell. The
// budgets are those of the credentials that this worker has had calls of. Every
// label is bounded: actions are those of the table, and neither tenants nor jobs
// are told of.
package metrics

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/jetstream"
	"modulex.dev/connector/fleet/worker"
	"modulex.dev/connector/runtime"
)

const scope = "modulex.dev/connector/fleet/metrics"

// Meter counts the jobs of a worker. It is a [worker.Observer].
type Meter struct {
	table                     *runtime.Table
	ended, again, redelivered metric.Int64Counter
	hands                     metric.Int64UpDownCounter
	duration                  metric.Float64Histogram
}

var _ worker.Observer = (*Meter)(nil)

// long are the bounds of a job's duration: from an answer at once to one that
// waited for a month to refill.
var long = metric.WithExplicitBucketBoundaries(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43200, 604800)

// New makes the instruments. It fails when one cannot be made.
func New(provider metric.MeterProvider, table *runtime.Table, e *jetstream.Engine) (*Meter, error) {
	m, in := &Meter{table: table}, provider.Meter(scope)
	var err error
	counter := func(to *metric.Int64Counter, name, what string) {
		if err == nil {
			*to, err = in.Int64Counter(name, metric.WithUnit("{job}"), metric.WithDescription(what))
		}
	}
	counter(&m.ended, "fleet.jobs.ended", "Jobs that this worker has carried to an end.")
	counter(&m.again, "fleet.jobs.again", "Jobs that were given back, to be tried later.")
	counter(&m.redelivered, "fleet.jobs.redelivered", "Jobs that another worker was lost with.")
	if err != nil {
		return nil, err
	}
	if m.hands, err = in.Int64UpDownCounter("fleet.worker.jobs", metric.WithUnit("{job}"), metric.WithDescription("Jobs in this worker's hands.")); err != nil {
		return nil, err
	}
	if m.duration, err = in.Float64Histogram("fleet.job.duration", metric.WithUnit("s"), metric.WithDescription("From when a job was submitted to its end."), long); err != nil {
		return nil, err
	}
	if err := queueGauges(in, table.API.Name, e); err != nil {
		return nil, err
	}
	return m, budgetGauges(in, table.API, e)
}

// queueGauges tell of the queue whenever somebody asks.
func queueGauges(in metric.Meter, api string, e *jetstream.Engine) error {
	jobs, err1 := in.Int64ObservableGauge("fleet.queue.jobs", metric.WithUnit("{job}"), metric.WithDescription("Jobs that have not ended, those in the hands of workers too."))
	oldest, err2 := in.Float64ObservableGauge("fleet.queue.oldest", metric.WithUnit("s"), metric.WithDescription("Age of the first job that has not ended."))
	consumers, err3 := in.Int64ObservableGauge("fleet.queue.consumers", metric.WithUnit("{consumer}"), metric.WithDescription("Lanes that the server holds a consumer for."))
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return err
		}
	}
	_, err := in.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		load, err := e.Load(ctx, api)
		if err != nil {
			return err
		}
		o.ObserveInt64(consumers, int64(load.Consumers))
		for _, c := range load.Classes {
			class := metric.WithAttributes(attribute.String("class", string(c.Class)))
			o.ObserveInt64(jobs, int64(c.Jobs), class)
			o.ObserveFloat64(oldest, c.Oldest.Seconds(), class)
		}
		return nil
	}, jobs, oldest, consumers)
	return err
}

// budgetGauges tell of the budgets whenever somebody asks.
func budgetGauges(in metric.Meter, api *runtime.API, e *jetstream.Engine) error {
	used, err1 := in.Float64ObservableGauge("fleet.budget.used", metric.WithUnit("1"), metric.WithDescription("Of the credential that has used most of a budget."))
	exhausted, err2 := in.Int64ObservableGauge("fleet.budget.exhausted", metric.WithUnit("{credential}"), metric.WithDescription("Credentials that have nothing left of a budget."))
	counted, err3 := in.Int64ObservableGauge("fleet.budget.credentials", metric.WithUnit("{credential}"), metric.WithDescription("Credentials whose calls this worker counts."))
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return err
		}
	}
	_, err := in.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		for window, b := range budgetsOf(e.SpentSeen(api)) {
			by := metric.WithAttributes(attribute.String("window", window))
			o.ObserveFloat64(used, b.used, by)
			o.ObserveInt64(exhausted, b.exhausted, by)
			o.ObserveInt64(counted, b.counted, by)
		}
		return nil
	}, used, exhausted, counted)
	return err
}

// budget is a window over all credentials.
type budget struct {
	used               float64
	exhausted, counted int64
}

func budgetsOf(spent []jetstream.Spent) map[string]budget {
	out := make(map[string]budget)
	for _, s := range spent {
		window := fmt.Sprintf("%d in %s", s.Calls, period(s.Per))
		if s.Budget.Shared {
			window += ", shared"
		}
		b := out[window]
		b.counted++
		if s.Left <= 0 {
			b.exhausted++
		}
		b.used = max(b.used, float64(s.Used)/float64(max(1, s.Calls)))
		out[window] = b
	}
	return out
}

func period(d time.Duration) string {
	if day := 24 * time.Hour; d >= day && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	return d.String()
}

// Begun implements [worker.Observer].
func (m *Meter) Begun(j fleet.Job, lost int) {
	m.hands.Add(context.Background(), 1)
	if lost > 0 {
		m.redelivered.Add(context.Background(), 1, m.action(j))
	}
}

// Again implements [worker.Observer].
func (m *Meter) Again(j fleet.Job) {
	m.hands.Add(context.Background(), -1)
	m.again.Add(context.Background(), 1, m.action(j))
}

// Left implements [worker.Observer].
func (m *Meter) Left(fleet.Job) { m.hands.Add(context.Background(), -1) }

// Ended implements [worker.Observer].
func (m *Meter) Ended(j fleet.Job, s fleet.State) {
	ctx, class := context.Background(), attribute.String("class", string(j.Class))
	m.hands.Add(ctx, -1)
	m.ended.Add(ctx, 1, m.action(j), metric.WithAttributes(class, attribute.String("state", string(s))))
	m.duration.Record(ctx, max(0, time.Since(j.Submitted).Seconds()), metric.WithAttributes(class))
}

// action is the label of a job's action; a job may name any, the table has few.
func (m *Meter) action(j fleet.Job) metric.MeasurementOption {
	name := "other"
	if m.table.Lookup(j.Action) != nil {
		name = j.Action
	}
	return metric.WithAttributes(attribute.String("action", name))
}
