// Package otelobserver makes OpenTelemetry traces and metrics of what calls do.
//
//	observer, err := otelobserver.New(otelobserver.Options{})
//	client, err := livestorm.New(runtime.Options{Observers: []runtime.Observer{observer}})
//
// Each call is a span of the kind internal, each request below it one of the kind
// client that keeps to the semantic conventions for HTTP clients (version 1.27 and
// later, stable). Retries, waits and drift are events of the call's span. The
// metrics are
//
//	http.client.request.duration      s       histogram, as the conventions have it
//	connector.call.duration           s       histogram, by connector.action and error.type
//	connector.call.wait.duration      s       histogram of waits, by connector.wait.reason
//	connector.drift                   {drift} counter, by connector.action
//
// Nothing holds an argument or a secret: addresses are the declared paths, such as
// /events/{event_id}, and headers are not recorded.
package otelobserver

import (
	"context"
	"strconv"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"modulex.dev/connector/runtime"
)

const scope = "modulex.dev/connector/runtime/otelobserver"

// Options say where spans and metrics go.
type Options struct {
	TracerProvider trace.TracerProvider // the global one when nil
	MeterProvider  metric.MeterProvider // the global one when nil
}

// New returns an observer. It fails when an instrument cannot be made.
func New(o Options) (runtime.Observer, error) {
	if o.TracerProvider == nil {
		o.TracerProvider = otel.GetTracerProvider()
	}
	if o.MeterProvider == nil {
		o.MeterProvider = otel.GetMeterProvider()
	}
	out := &observer{tracer: o.TracerProvider.Tracer(scope)}
	return out, out.instruments(o.MeterProvider.Meter(scope))
}

type observer struct {
	tracer                 trace.Tracer
	requests, calls, waits metric.Float64Histogram
	drifts                 metric.Int64Counter
}

// seconds are the bounds of the conventions' histograms.
var seconds = metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)

func (o *observer) instruments(m metric.Meter) (err error) {
	if o.requests, err = m.Float64Histogram("http.client.request.duration", metric.WithUnit("s"), metric.WithDescription("Duration of HTTP client requests."), seconds); err != nil {
		return err
	}
	if o.calls, err = m.Float64Histogram("connector.call.duration", metric.WithUnit("s"), metric.WithDescription("Duration of calls of actions."), seconds); err != nil {
		return err
	}
	if o.waits, err = m.Float64Histogram("connector.call.wait.duration", metric.WithUnit("s"), metric.WithDescription("Waits of calls: for a budget, before a retry, for work to end."), seconds); err != nil {
		return err
	}
	o.drifts, err = m.Int64Counter("connector.drift", metric.WithUnit("{drift}"), metric.WithDescription("Places where an answer differed from its declared shape."))
	return err
}

// Start begins the span of a call.
func (o *observer) Start(ctx context.Context, s runtime.CallStart) context.Context {
	ctx, _ = o.tracer.Start(ctx, s.API+"."+s.Action, trace.WithSpanKind(trace.SpanKindInternal), trace.WithAttributes(callOf(s.API, s.Action)...))
	return ctx
}

// callOf are the attributes that name an action.
func callOf(api, action string) []attribute.KeyValue {
	return []attribute.KeyValue{attribute.String("connector.name", api), attribute.String("connector.action", action)}
}

// Attempt begins the span of a request.
func (o *observer) Attempt(ctx context.Context, a runtime.AttemptStart) context.Context {
	attrs := append(requestOf(a), attribute.String("url.full", a.Scheme+"://"+a.Host+portIn(a)+a.Template))
	if a.Resend > 0 {
		attrs = append(attrs, attribute.Int("http.request.resend_count", a.Resend))
	}
	ctx, _ = o.tracer.Start(ctx, a.Method+" "+a.Template, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attrs...))
	return ctx
}

// requestOf are the attributes that a request's span and metric share.
func requestOf(a runtime.AttemptStart) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("http.request.method", a.Method), attribute.String("server.address", a.Host), attribute.Int("server.port", a.Port),
		attribute.String("url.scheme", a.Scheme), attribute.String("url.template", a.Template),
	}
}

// portIn is the port where the address names one that is not its scheme's.
func portIn(a runtime.AttemptStart) string {
	if a.Scheme == "https" && a.Port == 443 || a.Scheme == "http" && a.Port == 80 {
		return ""
	}
	return ":" + strconv.Itoa(a.Port)
}

// Answer ends the span of a request.
func (o *observer) Answer(ctx context.Context, a runtime.AttemptEnd) {
	span := trace.SpanFromContext(ctx)
	outcome := outcomeOf(a)
	span.SetAttributes(outcome...)
	span.SetAttributes(attribute.Int("http.response.body.size", a.Bytes))
	if a.Fault != "" || a.Status >= 400 {
		span.SetStatus(codes.Error, a.Fault)
	}
	span.End()
	o.requests.Record(ctx, a.Took.Seconds(), metric.WithAttributes(append(requestOf(a.AttemptStart), outcome...)...))
}

// outcomeOf are the attributes that say what came of a request.
func outcomeOf(a runtime.AttemptEnd) (attrs []attribute.KeyValue) {
	if a.Status != 0 {
		attrs = append(attrs, attribute.Int("http.response.status_code", a.Status))
	}
	switch {
	case a.Timeout:
		attrs = append(attrs, attribute.String("error.type", "timeout"))
	case a.Fault != "":
		attrs = append(attrs, attribute.String("error.type", "connection"))
	case a.Status >= 400:
		attrs = append(attrs, attribute.String("error.type", strconv.Itoa(a.Status)))
	}
	return attrs
}

// Retry is an event of the call.
func (o *observer) Retry(ctx context.Context, r runtime.RetryDecision) {
	trace.SpanFromContext(ctx).AddEvent("retry", trace.WithAttributes(
		attribute.Int("connector.retry.attempt", r.Attempt), attribute.Bool("connector.retry.again", r.Again),
		attribute.String("connector.retry.reason", string(r.Why)), attribute.Float64("connector.retry.wait", r.Wait.Seconds())))
}

// Wait is an event of the call, and counted.
func (o *observer) Wait(ctx context.Context, w runtime.WaitStart) {
	why := attribute.String("connector.wait.reason", string(w.Why))
	trace.SpanFromContext(ctx).AddEvent("wait", trace.WithAttributes(why, attribute.Float64("connector.wait.duration", w.For.Seconds())))
	if w.For > 0 {
		o.waits.Record(ctx, w.For.Seconds(), metric.WithAttributes(why))
	}
}

// Drift is an event of the call, and counted.
func (o *observer) Drift(ctx context.Context, d runtime.Drift) {
	trace.SpanFromContext(ctx).AddEvent("drift", trace.WithAttributes(
		attribute.String("connector.drift.kind", string(d.Kind)), attribute.String("connector.drift.path", d.Path)))
	o.drifts.Add(ctx, 1, metric.WithAttributes(attribute.String("connector.action", d.Action)))
}

// End ends the span of a call.
func (o *observer) End(ctx context.Context, e runtime.CallEnd) {
	span := trace.SpanFromContext(ctx)
	attrs := callOf(e.API, e.Action)
	if e.Err != nil {
		failure := attribute.String("error.type", string(e.Err.Code))
		attrs = append(attrs, failure)
		span.SetAttributes(failure)
		span.SetStatus(codes.Error, e.Err.Error())
	}
	span.SetAttributes(attribute.Int("connector.attempts", e.Attempts))
	if e.List != nil {
		span.SetAttributes(attribute.Int("connector.list.items", e.List.Count), attribute.Bool("connector.list.complete", e.List.Complete))
	}
	span.End()
	o.calls.Record(ctx, e.Took.Seconds(), metric.WithAttributes(attrs...))
}
