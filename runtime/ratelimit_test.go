// What is read from the headers about rates, in every spelling.

package runtime

import (
	"net/http"
	"testing"
	"time"
)

func headerOf(lines ...string) http.Header {
	return response(200, nil, lines...).Header
}

// TestRates reads headers for a short budget and a month, and for one alone.
func TestRates(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	burst, month := Budget{Calls: 5, Per: time.Second}, Budget{Calls: 10000, Per: 30 * 24 * time.Hour}
	named := month
	named.Limit, named.Remaining, named.Reset = "M-Limit", "M-Left", "M-Reset"
	both, alone := []Budget{burst, month}, []Budget{burst}
	ietf := []string{`RateLimit-Policy: "burst";q=5;w=1, "month";q=10000;w=2592000`, `RateLimit: "burst";r=3;t=1, "month";r=9120;t=86400`}
	tests := []struct {
		name    string
		budgets []Budget
		header  []string
		want    []Rate // nil: nothing is said
	}{
		{"nothing", both, nil, nil},
		{"named", []Budget{burst, named}, []string{"M-Limit: 8000", "M-Left: 12", "M-Reset: 60"}, []Rate{silent, {8000, 12, time.Minute}}},
		{"named, a moment", []Budget{named}, []string{"M-Reset: 1795953660"}, []Rate{{-1, -1, time.Minute}}},
		{"named, in milliseconds", []Budget{named}, []string{"M-Reset: 1795953660000"}, []Rate{{-1, -1, time.Minute}}},
		{"named, an HTTP date", []Budget{named}, []string{"M-Reset: Sun, 29 Nov 2026 12:01:00 GMT"}, []Rate{{-1, -1, time.Minute}}},
		{"named, RFC 3339", []Budget{named}, []string{"M-Reset: 2026-11-29T13:01:00+01:00"}, []Rate{{-1, -1, time.Minute}}},
		{"named, past", []Budget{named}, []string{"M-Reset: 1000000000"}, []Rate{{-1, -1, 0}}},
		{"named, rubbish", []Budget{named}, []string{"M-Limit: 1e3", "M-Left: -1", "M-Reset: soon"}, nil},
		{"named, no number", []Budget{named}, []string{"M-Reset: NaN"}, nil},
		{"named, endless", []Budget{named}, []string{"M-Reset: 1e300"}, nil},
		{"named ones are the only ones", []Budget{named}, []string{"RateLimit-Remaining: 1"}, nil},
		{"IETF", both, ietf, []Rate{{5, 3, time.Second}, {10000, 9120, 24 * time.Hour}}},
		{"IETF, another window", []Budget{{Calls: 5, Per: time.Minute}, month}, ietf, []Rate{silent, {10000, 9120, 24 * time.Hour}}},
		{"IETF without a policy", alone, []string{`RateLimit: "default";r=50;t=30`}, []Rate{{-1, 50, 30 * time.Second}}},
		{"IETF without a policy, two budgets", both, []string{`RateLimit: "default";r=50;t=30`}, nil},
		{"IETF, names in quotes", alone, []string{`RateLimit-Policy: "a,b;c";q=5;w=1`, `RateLimit: "a,b;c";r=1;t=1`}, []Rate{{5, 1, time.Second}}},
		{"IETF, older", alone, []string{"RateLimit: limit=100, remaining=50, reset=30"}, []Rate{{100, 50, 30 * time.Second}}},
		{"IETF, rubbish", alone, []string{`RateLimit: "x";r=-1;t=1`}, nil},
		{"IETF, open quote", alone, []string{`RateLimit: "x;r=1`}, nil},
		{"plain", alone, []string{"RateLimit-Limit: 5", "RateLimit-Remaining: 2", "RateLimit-Reset: 1"}, []Rate{{5, 2, time.Second}}},
		{"plain, with X", alone, []string{"X-RateLimit-Remaining: 2"}, []Rate{{-1, 2, -1}}},
		{"plain, by its limit", both, []string{"RateLimit-Limit: 5", "RateLimit-Remaining: 2"}, []Rate{{5, 2, -1}, silent}},
		{"plain, of neither", both, []string{"RateLimit-Limit: 60", "RateLimit-Remaining: 2"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := rates(headerOf(tt.header...), tt.budgets, now)
			if len(got) != len(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			for i := range got {
				if got[i] != tt.want[i] {
					t.Errorf("budget %d: %v, want %v", i, got[i], tt.want[i])
				}
			}
		})
	}
}
