// Package slogobserver writes what calls do to a logger of log/slog.
//
//	client, err := livestorm.New(runtime.Options{
//		Observers: []runtime.Observer{slogobserver.New(slog.Default())},
//	})
//
// The end of each call is logged at the level Info, or Error when it failed;
// retries and drift at Warn; attempts and waits at Debug. The records hold names,
// numbers and cleaned error texts: no argument, no address with a query, no secret.
package slogobserver

import (
	"context"
	"log/slog"

	"modulex.dev/connector/runtime"
)

// New returns an observer that logs to l, to slog.Default() when l is nil.
func New(l *slog.Logger) runtime.Observer {
	if l == nil {
		l = slog.Default()
	}
	return &observer{log: l}
}

type observer struct {
	runtime.NoObserver
	log *slog.Logger
}

// Answer logs an attempt.
func (o *observer) Answer(ctx context.Context, a runtime.AttemptEnd) {
	attrs := []slog.Attr{
		slog.String("api", a.API), slog.String("action", a.Action), slog.Int("attempt", a.Number), slog.Int("resend", a.Resend),
		slog.String("method", a.Method), slog.String("host", a.Host), slog.String("path", a.Template),
		slog.Int("status", a.Status), slog.Int("bytes", a.Bytes), slog.Duration("took", a.Took),
	}
	if a.RequestID != "" {
		attrs = append(attrs, slog.String("request_id", a.RequestID))
	}
	if a.Fault != "" {
		attrs = append(attrs, slog.String("fault", a.Fault), slog.Bool("timeout", a.Timeout))
	}
	o.log.LogAttrs(ctx, slog.LevelDebug, "request", attrs...)
}

// Retry logs what is done about a failed attempt.
func (o *observer) Retry(ctx context.Context, r runtime.RetryDecision) {
	level := slog.LevelDebug // the end of the call tells it
	if r.Again {
		level = slog.LevelWarn
	}
	o.log.LogAttrs(ctx, level, "retry",
		slog.String("action", r.Action), slog.Int("attempt", r.Attempt), slog.Bool("again", r.Again), slog.String("why", string(r.Why)),
		slog.Duration("wait", r.Wait), slog.String("code", string(r.Code)), slog.Int("status", r.Status))
}

// Wait logs a wait.
func (o *observer) Wait(ctx context.Context, w runtime.WaitStart) {
	o.log.LogAttrs(ctx, slog.LevelDebug, "wait",
		slog.String("action", w.Action), slog.String("why", string(w.Why)), slog.Duration("wait", w.For))
}

// Drift logs where an answer differs from the manifest.
func (o *observer) Drift(ctx context.Context, d runtime.Drift) {
	o.log.LogAttrs(ctx, slog.LevelWarn, "drift",
		slog.String("action", d.Action), slog.String("kind", string(d.Kind)), slog.String("path", d.Path),
		slog.String("want", d.Want), slog.String("got", d.Got))
}

// End logs the end of a call.
func (o *observer) End(ctx context.Context, e runtime.CallEnd) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("api", e.API), slog.String("action", e.Action), slog.Bool("success", e.Err == nil),
		slog.Int("attempts", e.Attempts), slog.Duration("took", e.Took),
	}
	if e.Err != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.String("code", string(e.Err.Code)), slog.String("error", e.Err.Error()), slog.Int("status", e.Err.Status))
	}
	if e.List != nil {
		attrs = append(attrs, slog.Int("items", e.List.Count), slog.Bool("complete", e.List.Complete), slog.String("stop", string(e.List.Stop)))
	}
	if e.Replayed {
		attrs = append(attrs, slog.Bool("replayed", true))
	}
	o.log.LogAttrs(ctx, level, "call", attrs...)
}
