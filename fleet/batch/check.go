// Checking rows before anything is sent: each goes the way of a real call up to
// the wire, where nothing leaves.

package batch

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"modulex.dev/connector/runtime"
)

// Check runs every row without sending and notes its faults. Its error is of the
// credential, or of ctx.
func Check(ctx context.Context, table *runtime.Table, action string, cred runtime.Credentials, rows []Row) error {
	client, err := runtime.NewClient(table, runtime.Options{Transport: noTransport{}, Attempts: 1, DisableBudgets: true})
	if err != nil {
		return err
	}
	defer client.Close()
	for i := range rows {
		r := &rows[i]
		if len(r.Faults) > 0 {
			continue
		}
		e := client.Call(ctx, action, cred, r.Input)
		if runtime.CodeOf(e.Err) == runtime.CodeUnauthenticated { // a fault of no row
			return e.Err
		}
		if e.Err != nil && !errors.Is(e.Err, errNothingSent) {
			r.Faults = []Fault{{Line: r.Line, What: strings.TrimPrefix(e.Err.Error(), "Call failed: ")}}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// StandIn is a credential that looks like one of an API, for rows to be checked
// where the workers alone have it.
func StandIn(api *runtime.API) (cred runtime.Credentials) {
	if len(api.Auth) == 0 {
		return cred
	}
	data := make(map[string]string)
	for _, f := range api.Auth[0].Fields {
		data[f.Key] = cmp.Or(f.Default, "stand-in")
		if len(f.Values) > 0 {
			data[f.Key] = f.Values[0].From
		}
	}
	text, err := json.Marshal(map[string]any{"auth_type": api.Auth[0].Type, "auth_data": data})
	if err == nil {
		_ = json.Unmarshal(text, &cred) // what is made of texts is one
	}
	return cred
}

// noTransport lets nothing leave.
type noTransport struct{}

var errNothingSent = errors.New("nothing is sent in a dry run")

func (noTransport) RoundTrip(*http.Request) (*http.Response, error) { return nil, errNothingSent }
