package main

import (
	"encoding/json"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/fixture"
)

// Every client yields the envelope, so that all rows are the same work.
func TestEnvelopes(t *testing.T) {
	for _, s := range subjects() {
		c, err := s.make(clients.Settings{BaseURL: fixture.BaseURL, Transport: fixture.NewMemory(3)})
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range clients.Operations {
			got, err := c.Calls[op](t.Context())
			if err != nil {
				t.Errorf("%s, %s: %v", s.name, op, err)
				continue
			}
			want := fixture.EventEnvelope()
			if strings.HasPrefix(op, "list") {
				want = fixture.ListEnvelope(3)
			}
			compare(t, s, op, got, want)
		}
	}
}

// Pages that come together make the same list.
func TestTogether(t *testing.T) {
	server := httptest.NewServer(fixture.Server())
	defer server.Close()
	for _, s := range subjects() {
		c, err := s.make(clients.Settings{BaseURL: fixture.At(server.URL, 7, 0), Together: 3})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Calls["list_sessions"](t.Context())
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		compare(t, s, "list_sessions", got, fixture.ListEnvelope(7))
	}
}

func compare(t *testing.T, s subject, op string, got []byte, want string) {
	t.Helper()
	switch s.yields {
	case exact:
		if string(got) != want {
			t.Errorf("%s, %s: %.300s", s.name, op, got)
		}
	case sameJSON:
		var a, b any
		if json.Unmarshal(got, &a) != nil || json.Unmarshal([]byte(want), &b) != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%s, %s: %.300s", s.name, op, got)
		}
	}
}

// Streams give every item, in order.
func TestStreams(t *testing.T) {
	for _, s := range subjects() {
		c, err := s.make(clients.Settings{BaseURL: fixture.BaseURL, Transport: fixture.NewMemory(3)})
		if err != nil {
			t.Fatal(err)
		}
		if c.Stream == nil {
			continue
		}
		n := 0
		err = c.Stream(t.Context(), func(item []byte) error {
			if id := fixture.Item(n)[1:43]; n%fixture.PageSize == 0 && !strings.Contains(string(item), id) {
				t.Errorf("%s: item %d is %.100s", s.name, n, item)
			}
			n++
			return nil
		})
		if err != nil || n != 3*fixture.PageSize {
			t.Errorf("%s: %d items, %v", s.name, n, err)
		}
	}
}

// The anchors read what our runtime reads.
func TestAnchors(t *testing.T) {
	codes, err := input(options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range codes {
		if err := c.Run(1); err != nil {
			t.Errorf("%s, %s: %v", c.Group, c.Name, err)
		}
	}
}

// The rows as benchmarks, for profiles.
func BenchmarkRows(b *testing.B) {
	for _, name := range []string{"calls", "lists", "dispatch", "input"} {
		codes, err := sections[name](options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, c := range codes {
			b.Run(strings.ReplaceAll(c.Group, " ", "_")+"/"+c.Name, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(c.Size)
				if err := c.Run(b.N); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
