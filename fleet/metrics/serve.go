// Serving the meters to Prometheus, and whether the worker is well.

package metrics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

	"modulex.dev/connector/fleet/jetstream"
)

// Server serves /metrics and /healthz.
type Server struct {
	Provider *metric.MeterProvider // whose meters /metrics shows
	Addr     string                // where it listens
	server   *http.Server
	over     chan error
}

// answerWithin bounds what a probe waits for.
const answerWithin = 3 * time.Second

// Serve begins to listen.
func Serve(addr string, e *jetstream.Engine) (*Server, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo())
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, Timeout: 2 * answerWithin}))
	mux.HandleFunc("GET /healthz", health(e))
	s := &Server{Provider: metric.NewMeterProvider(metric.WithReader(exporter)), Addr: listener.Addr().String(), over: make(chan error, 1),
		server: &http.Server{Handler: mux, ReadHeaderTimeout: answerWithin, IdleTimeout: time.Minute}}
	go func() { s.over <- s.server.Serve(listener) }()
	return s, nil
}

// health answers 200 while the worker is well, and 503 with a reason.
func health(e *jetstream.Engine) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if err := e.Healthy(ctx); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, err)
			return
		}
		fmt.Fprintln(w, "ok")
	}
}

// Close stops listening.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), answerWithin)
	defer cancel()
	err := errors.Join(s.server.Shutdown(ctx), s.Provider.Shutdown(ctx))
	if served := <-s.over; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
