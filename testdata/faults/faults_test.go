// Package faults puts a bad network between the connector and the sandbox: every
// toxic of toxiproxy, in both directions, for a read, a list and a write. It is a
// module of its own because toxiproxy brings sixteen others.
//
// Whatever the network does, the envelope keeps to its form, the call ends, and
// a write is told truly: never done twice, and never done behind an error that
// does not say so.
package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
)

// TestMain wants no goroutine to be left, except those in which toxiproxy itself
// holds a piece of data that the network, which is gone, will not take any more.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2/toxics.(*ToxicStub).Run"))
}

// The outcomes of a read, a list and a write.
var (
	works   = [3]string{"success", "success", "success"}
	broken  = [3]string{"unavailable", "unavailable", "outcome_unknown"}
	late    = [3]string{"timeout", "timeout", "outcome_unknown"}
	actions = [3]struct{ name, input string }{
		{"get_event", `{"event_id":"` + sandbox.EventID + `"}`},
		{"list_events", `{}`},
		{"create_event", `{"owner_id":"` + sandbox.OwnerID + `","title":"Tour","status":"draft","chat_enabled":false}`},
	}
)

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		toxic, stream, attributes string
		want                      [3]string
	}{
		{"latency", "downstream", `{"latency":100,"jitter":50}`, works},
		{"latency", "upstream", `{"latency":100,"jitter":50}`, works},
		{"latency", "downstream", `{"latency":60000}`, late},
		{"latency", "upstream", `{"latency":60000}`, late},
		{"bandwidth", "downstream", `{"rate":1000}`, works},
		{"bandwidth", "upstream", `{"rate":1000}`, works},
		{"bandwidth", "downstream", `{"rate":0}`, late},
		{"bandwidth", "upstream", `{"rate":0}`, late},
		{"slow_close", "downstream", `{"delay":100}`, works},
		{"slow_close", "upstream", `{"delay":100}`, works},
		{"timeout", "downstream", `{"timeout":0}`, late},
		{"timeout", "upstream", `{"timeout":0}`, late},
		{"timeout", "downstream", `{"timeout":100}`, broken},
		{"timeout", "upstream", `{"timeout":100}`, broken},
		{"reset_peer", "downstream", `{"timeout":100}`, broken},
		{"reset_peer", "upstream", `{"timeout":100}`, broken},
		{"slicer", "downstream", `{"average_size":64,"size_variation":32,"delay":10}`, works},
		{"slicer", "upstream", `{"average_size":8,"size_variation":4,"delay":10}`, works},
		{"limit_data", "downstream", `{"bytes":10}`, broken},  // in the status line
		{"limit_data", "downstream", `{"bytes":500}`, broken}, // in the headers, or in the body
		{"limit_data", "upstream", `{"bytes":50}`, broken},
	} {
		for i, action := range actions {
			t.Run(fmt.Sprintf("%s %s %s/%s", tt.toxic, tt.stream, tt.attributes, action.name), func(t *testing.T) {
				t.Parallel()
				api := newAPI(t)
				base := api.behind(t, fmt.Sprintf(`{"type":%q,"stream":%q,"toxicity":1,"attributes":%s}`, tt.toxic, tt.stream, tt.attributes))
				timeout := time.Minute
				if tt.want == late {
					timeout = 500 * time.Millisecond
				}
				e := call(t, base, action.name, action.input, timeout)
				got := "success"
				if e.Err != nil {
					got = string(e.Err.Code)
				}
				if got != tt.want[i] {
					t.Errorf("got %s, want %s: %.300s", got, tt.want[i], e.JSON)
				}
				if n := api.writes.Load(); n > 1 || n > 0 && got != "success" && got != "outcome_unknown" {
					t.Errorf("%d writes behind %s", n, e.JSON)
				}
			})
		}
	}
}

// TestRecovers: a network that is well again leaves no trace.
func TestRecovers(t *testing.T) {
	api := newAPI(t)
	proxy := api.proxy(t)
	add(t, proxy, `{"name":"cut","type":"limit_data","stream":"downstream","toxicity":1,"attributes":{"bytes":300}}`)
	base := "http://" + proxy.Listen + "/v1"
	if e := call(t, base, "list_events", `{}`, time.Minute); e.Success() {
		t.Fatalf("%s", e.JSON)
	}
	if err := proxy.Toxics.RemoveToxic(context.Background(), "cut"); err != nil {
		t.Fatal(err)
	}
	for _, a := range actions {
		if e := call(t, base, a.name, a.input, time.Minute); !e.Success() {
			t.Errorf("%s: %s", a.name, e.JSON)
		}
	}
}

// api is the sandbox, with its writes counted.
type api struct {
	*httptest.Server
	writes atomic.Int64
}

func newAPI(t *testing.T) *api {
	a := &api{}
	world := sandbox.New(sandbox.Options{PerSecond: -1, Monthly: -1})
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			a.writes.Add(1)
		}
		world.ServeHTTP(w, r)
	}))
	t.Cleanup(a.Close)
	return a
}

// proxy is a proxy before the API.
func (a *api) proxy(t *testing.T) *toxiproxy.Proxy {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := toxiproxy.NewProxy(server, "api", "127.0.0.1:0", strings.TrimPrefix(a.URL, "http://"))
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Toxics.ResetToxics(context.Background()) // what they hold back ends
		p.Stop()
	})
	return p
}

// behind is the base URL of the API behind a toxic.
func (a *api) behind(t *testing.T, toxic string) string {
	p := a.proxy(t)
	add(t, p, toxic)
	return "http://" + p.Listen + "/v1"
}

func add(t *testing.T, p *toxiproxy.Proxy, toxic string) {
	if _, err := p.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		t.Fatal(err)
	}
}

// call runs an action and checks the form of its envelope.
func call(t *testing.T, base, action, input string, timeout time.Duration) runtime.Envelope {
	t.Helper()
	c, err := runtime.NewClient(&livestorm.Table, runtime.Options{BaseURL: base, AttemptTimeout: timeout, DisableBudgets: true, Clock: hasty{}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	e := c.Call(t.Context(), action, livestorm.APIToken("sandbox"), []byte(input))
	var envelope struct {
		Success *bool           `json:"success"`
		Error   *string         `json:"error"`
		Data    json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(e.JSON, &envelope); err != nil || envelope.Success == nil || *envelope.Success != (envelope.Error == nil) || envelope.Data == nil {
		t.Errorf("no envelope: %.300s", e.JSON)
	}
	return e
}

// hasty is a clock that does not wait between attempts.
type hasty struct{}

func (hasty) Now() time.Time { return time.Now() }

func (hasty) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }
