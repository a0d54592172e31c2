// What a tool costs beside the call that it makes: the lines are read together,
// as differences in one run.

package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"modulex.dev/connector/runtime"
)

func envelopeOf(text json.RawMessage, items int) runtime.Envelope {
	return runtime.Envelope{JSON: text, List: &runtime.ListState{Count: items, Complete: true, Stop: runtime.StopEnd}}
}

// memory answers from memory.
type memory []byte

func (m memory) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(m)), ContentLength: int64(len(m))}, nil
}

// BenchmarkTool measures a call by the dispatch table, the same call as a tool up
// to the bytes of its answer, and the listing. p99 is of the single calls.
func BenchmarkTool(b *testing.B) {
	for name, size := range map[string]int{"small": 3, "page": 400} {
		body := memory(`{"data":` + things(0, size) + `}`)
		s, err := New(demo(), Options{Client: runtime.Options{Transport: body}, Credentials: bearerToken("x")})
		if err != nil {
			b.Fatal(err)
		}
		request := &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: "list_all", Arguments: json.RawMessage(`{}`)}}
		b.Run(name+"/dispatch", func(b *testing.B) {
			measure(b, func() {
				if e := s.client.Call(context.Background(), "list_all", s.options.Credentials, []byte(`{}`)); !e.Success() {
					b.Fatal(e.Err)
				}
			})
		})
		b.Run(name+"/tool", func(b *testing.B) {
			var sends payloads
			measure(b, func() {
				r, err := s.call(context.Background(), context.Background(), &sends, request)
				if err != nil {
					b.Fatal(err)
				}
				encoded, err := json.Marshal(r)
				if err != nil {
					b.Fatal(err)
				}
				id, _ := jsonrpc.MakeID("1")
				message, err := jsonrpc.EncodeMessage(&jsonrpc.Response{ID: id, Result: encoded})
				if err != nil || len(sends.fill(message)) < len(body) {
					b.Fatal(err)
				}
			})
		})
	}
	s, err := New(demo(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("listing", func(b *testing.B) {
		measure(b, func() {
			r, _ := s.list(&mcp.ListToolsRequest{})
			if _, err := json.Marshal(r); err != nil {
				b.Fatal(err)
			}
		})
	})
}

func measure(b *testing.B, one func()) {
	b.ReportAllocs()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		one()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1000, "p99-µs")
}
