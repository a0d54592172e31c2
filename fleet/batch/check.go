// Checking rows before anything is sent: each goes the way of a real call up to
// the wire, where nothing leaves.

package batch

import (
	"context"
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

// noTransport lets nothing leave.
type noTransport struct{}

var errNothingSent = errors.New("nothing is sent in a dry run")

func (noTransport) RoundTrip(*http.Request) (*http.Response, error) { return nil, errNothingSent }
