package otelobserver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"

	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/otelobserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "canary-7f3a"

var auth = runtime.AuthScheme{
	Name: "token", Type: "bearer_token", Fields: []runtime.CredentialField{{Key: "token"}},
	Send: []runtime.AuthPart{{Query: "key", Value: "{token}"}},
}

var thing = runtime.Operation{
	Name: "get_thing", Method: "GET", Path: "/things/{id}", Auth: &auth, Success: []int{200},
	Result: runtime.Result{Kind: runtime.ResultObject, Field: "data", Path: "data", Shape: &runtime.Shape{Name: "Thing", Fields: []runtime.ShapeField{{Name: "id", Type: runtime.TypeString}}}},
	Params: []runtime.Param{{Name: "id", Type: runtime.TypeString, Required: true, In: runtime.InPath, Wire: "id"}},
}

var table = runtime.Table{
	API: &runtime.API{Name: "demo", Version: "1", BaseURL: "https://api.example.test", Auth: []*runtime.AuthScheme{&auth},
		Texts: runtime.Texts{Status: "API error ({status}): {detail}", Timeout: "Request timed out.", Failed: "Call failed: {reason}"}},
	Actions: []runtime.Action{{Name: "get_thing", Op: &thing}},
}

// TestSpansAndMetrics makes a call that is sent twice and drifts, and one that
// fails, against a server, and reads what the SDK got.
func TestSpansAndMetrics(t *testing.T) {
	var n atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) {
		case 1:
			w.WriteHeader(500)
		case 2:
			fmt.Fprint(w, `{"data":{"id":7}}`)
		default:
			http.Error(w, "no "+r.URL.Query().Get("key"), 404)
		}
	}))
	defer server.Close()
	spans, reader := tracetest.NewInMemoryExporter(), sdkmetric.NewManualReader()
	observer, err := otelobserver.New(otelobserver.Options{
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)),
		MeterProvider:  sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)),
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := runtime.NewClient(&table, runtime.Options{BaseURL: server.URL, Observers: []runtime.Observer{observer}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cred := runtime.NewCredentials("bearer_token", map[string]string{"token": secret})
	c.Call(t.Context(), "get_thing", cred, []byte(`{"id":"a"}`))
	c.Call(t.Context(), "get_thing", cred, []byte(`{"id":"b"}`))

	want := []string{
		"client GET /things/{id} [Error] under demo.get_thing: error.type=500 http.request.method=GET http.response.status_code=500",
		"client GET /things/{id} [Unset] under demo.get_thing: http.request.method=GET http.request.resend_count=1 http.response.status_code=200",
		"internal demo.get_thing [Unset]: connector.action=get_thing connector.attempts=2 events retry wait drift",
		"client GET /things/{id} [Error] under demo.get_thing: error.type=404 http.request.method=GET http.response.status_code=404",
		"internal demo.get_thing [Error]: connector.action=get_thing connector.attempts=1 error.type=not_found events retry",
	}
	if got := shown(spans.GetSpans()); !slices.Equal(got, want) {
		t.Errorf("spans\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var metrics metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &metrics); err != nil {
		t.Fatal(err)
	}
	if got, want := counts(metrics), []string{"connector.call.duration 2", "connector.call.wait.duration 1", "connector.drift 1", "http.client.request.duration 3"}; !slices.Equal(got, want) {
		t.Errorf("metrics %q, want %q", got, want)
	}
	all, _ := json.Marshal([]any{spans.GetSpans(), metrics})
	for _, hidden := range []string{secret, `/things/a`, "127.0.0.1:0"} {
		if strings.Contains(string(all)+fmt.Sprintf("%+v %+v", spans.GetSpans(), metrics), hidden) {
			t.Errorf("%q is recorded", hidden)
		}
	}
}

// shown are spans in words, with the attributes that matter here.
func shown(spans tracetest.SpanStubs) (out []string) {
	names := map[string]string{}
	for _, s := range spans {
		names[s.SpanContext.SpanID().String()] = s.Name
	}
	for _, s := range spans {
		line := fmt.Sprintf("%s %s [%s]", s.SpanKind, s.Name, s.Status.Code)
		if parent := names[s.Parent.SpanID().String()]; parent != "" {
			line += " under " + parent
		}
		line += ":"
		slices.SortFunc(s.Attributes, func(a, b attribute.KeyValue) int { return strings.Compare(string(a.Key), string(b.Key)) })
		for _, a := range s.Attributes {
			switch a.Key {
			case "error.type", "http.request.method", "http.response.status_code", "http.request.resend_count", "connector.action", "connector.attempts":
				line += " " + string(a.Key) + "=" + a.Value.String()
			}
		}
		if len(s.Events) > 0 {
			line += " events"
		}
		for _, e := range s.Events {
			line += " " + e.Name
		}
		out = append(out, line)
	}
	return out
}

// counts are the numbers of measurements of each metric.
func counts(m metricdata.ResourceMetrics) (out []string) {
	for _, scope := range m.ScopeMetrics {
		for _, metric := range scope.Metrics {
			n := uint64(0)
			switch data := metric.Data.(type) {
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					n += p.Count
				}
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					n += uint64(p.Value)
				}
			}
			out = append(out, fmt.Sprintf("%s %d", metric.Name, n))
		}
	}
	slices.Sort(out)
	return out
}
