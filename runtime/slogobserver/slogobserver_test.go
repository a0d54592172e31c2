package slogobserver_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/slogobserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "canary-7f3a"

var thing = runtime.Operation{
	Name: "get_thing", Method: "GET", Path: "/things/{id}", Auth: &auth, Success: []int{200},
	Result: runtime.Result{Kind: runtime.ResultObject, Field: "data", Path: "data", Shape: &runtime.Shape{Name: "Thing", Fields: []runtime.ShapeField{{Name: "id", Type: runtime.TypeString}}}},
	Params: []runtime.Param{{Name: "id", Type: runtime.TypeString, Required: true, In: runtime.InPath, Wire: "id"}},
}

var auth = runtime.AuthScheme{
	Name: "token", Type: "bearer_token", Fields: []runtime.CredentialField{{Key: "token"}},
	Send: []runtime.AuthPart{{Header: "Authorization", Value: "{token}"}},
}

var table = runtime.Table{
	API: &runtime.API{Name: "demo", Version: "1", BaseURL: "https://api.example.test", Auth: []*runtime.AuthScheme{&auth},
		Texts: runtime.Texts{Status: "API error ({status}): {detail}", Timeout: "Request timed out.", Failed: "Call failed: {reason}"}},
	Actions: []runtime.Action{{Name: "get_thing", Op: &thing}},
}

type answers []func(*http.Request) *http.Response

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	next := (*a)[0]
	*a = (*a)[1:]
	return next(r), nil
}

func answer(status int, body string) func(*http.Request) *http.Response {
	return func(r *http.Request) *http.Response {
		body := strings.ReplaceAll(body, "KEY", r.Header.Get("Authorization"))
		return &http.Response{StatusCode: status, Header: http.Header{"X-Request-Id": {"req-1"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1}
	}
}

// still is a clock that stands still, so that durations are 0.
type still struct{}

func (still) Now() time.Time                                   { return time.Time{} }
func (still) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// TestLog makes a call that is sent twice and drifts, and one that fails, and
// reads what is logged.
func TestLog(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "wait" {
			return slog.Attr{}
		}
		return a
	}}))
	transport := answers{answer(503, "busy KEY"), answer(200, `{"data":{"id":7}}`), answer(404, "no KEY")}
	c, err := runtime.NewClient(&table, runtime.Options{Transport: &transport, Observers: []runtime.Observer{slogobserver.New(logger)}, Clock: still{}})
	if err != nil {
		t.Fatal(err)
	}
	cred := runtime.NewCredentials("bearer_token", map[string]string{"token": secret})
	c.Call(t.Context(), "get_thing", cred, []byte(`{"id":"a"}`))
	c.Call(t.Context(), "get_thing", cred, []byte(`{"id":"b"}`))
	want := `level=DEBUG msg=request api=demo action=get_thing attempt=1 resend=0 method=GET host=api.example.test path=/things/{id} status=503 bytes=16 took=0s request_id=req-1
level=WARN msg=retry action=get_thing attempt=1 again=true why=transient code=unavailable status=503
level=DEBUG msg=wait action=get_thing why=retry
level=DEBUG msg=request api=demo action=get_thing attempt=2 resend=1 method=GET host=api.example.test path=/things/{id} status=200 bytes=17 took=0s request_id=req-1
level=WARN msg=drift action=get_thing kind=type path=data.id want=string got=integer
level=INFO msg=call api=demo action=get_thing success=true attempts=2 took=0s
level=DEBUG msg=request api=demo action=get_thing attempt=1 resend=0 method=GET host=api.example.test path=/things/{id} status=404 bytes=14 took=0s request_id=req-1
level=DEBUG msg=retry action=get_thing attempt=1 again=false why=final code=not_found status=404
level=ERROR msg=call api=demo action=get_thing success=false attempts=1 took=0s code=not_found error="API error (404): no [redacted]" status=404
`
	if got := out.String(); got != want {
		t.Errorf("logged\n%s\nwant\n%s", got, want)
	}
	if strings.Contains(out.String(), secret) {
		t.Error("the secret is logged")
	}
}
