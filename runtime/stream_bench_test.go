// What asking for pages together saves, and what memory a stream takes: both are
// figures to look at, not tests.
//
//	go test -run '^$' -bench 'Together|Streamed' -benchtime 1x ./runtime

package runtime

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkTogether lists 50 pages of a server that takes 50 ms for each, over
// loopback; x is the part of the time of one by one.
func BenchmarkTogether(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(50 * time.Millisecond)
		fmt.Fprintf(w, `{"data":[%s],"pages":50}`, strings.TrimSuffix(strings.Repeat(sample+",", 50), ","))
	}))
	defer server.Close()
	c, err := NewClient(tableOf(&demoAPI, walking(countedPages)), Options{BaseURL: server.URL + "/v1"})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	alone := 0.0
	for _, width := range []int{1, 4, 8, 16} {
		b.Run(strconv.Itoa(width), func(b *testing.B) {
			for b.Loop() {
				if e := c.Call(b.Context(), "walk", token(), nil, PagesTogether(width)); !e.List.Complete {
					b.Fatal(e.Err)
				}
			}
			took := b.Elapsed().Seconds() / float64(b.N)
			if width == 1 {
				alone = took
			}
			rounds := (49 + width - 1) / width
			b.ReportMetric(took/alone, "x")
			b.ReportMetric(took/(float64(1+rounds)*0.05), "of-formula")
		})
	}
}

// BenchmarkStreamed streams 200 pages and 20,000 (1 GB) over loopback, and tells
// the peak of the heap and of the process, server included.
func BenchmarkStreamed(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(endlessPages()))
	defer server.Close()
	c, err := NewClient(tableOf(&demoAPI, walking(countedPages)), Options{BaseURL: server.URL + "/v1"})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	for _, pages := range []int{200, 20_000} {
		for _, width := range []int{1, 4} {
			b.Run(fmt.Sprintf("pages=%d/together=%d", pages, width), func(b *testing.B) {
				if testing.Short() && pages > 200 {
					b.Skip("a gigabyte of pages is not for -short")
				}
				runtime.GC()
				peak, size := uint64(0), int64(0)
				for b.Loop() {
					n := 0
					for item, err := range c.Stream(b.Context(), "walk", token(), fmt.Appendf(nil, `{"pages":%d}`, pages), PagesTogether(width)) {
						if err != nil {
							b.Fatal(err)
						}
						size += int64(len(item))
						if n++; n%5000 == 0 {
							peak = max(peak, heapInUse())
						}
					}
				}
				b.SetBytes(size / int64(b.N))
				b.ReportMetric(float64(peak)/1e6, "heap-MB")
				b.ReportMetric(peakResident(), "process-MB")
			})
		}
	}
}

// endlessPages answers with pages of 50 items of a kilobyte.
func endlessPages() http.HandlerFunc {
	body := `{"data":[` + strings.TrimSuffix(strings.Repeat(sample+",", 50), ",") + `],"pages":1000000}`
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = io.WriteString(w, body)
	}
}

func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// peakResident is the largest memory of this process so far, in MB; 0 where the
// system does not tell.
func peakResident() float64 {
	text, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	kilobytes, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "kB")), 64)
	return kilobytes / 1000
}
