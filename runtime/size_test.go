// Lists of a bounded size: pieces of any size make the whole list.

package runtime

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// pagesOf serves items of growing size, in pages that know each other.
func pagesOf(t *testing.T, items, size int) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at, _ := strconv.Atoi(r.URL.Query().Get("page[number]"))
		var page []string
		for i := at * size; i < min((at+1)*size, items); i++ {
			page = append(page, fmt.Sprintf(`{"n":%d,"t":"%s"}`, i, strings.Repeat("x", i*7%40)))
		}
		next := fmt.Sprint(at + 1)
		if (at+1)*size >= items {
			next = "null"
		}
		fmt.Fprintf(w, `{"data":[%s],"meta":{"current_page":%d,"next_page":%s,"page_count":%d}}`, strings.Join(page, ", "), at, next, (items+size-1)/size)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestMaxBytes(t *testing.T) {
	const items = 23
	op := countedThings()
	op.Paging.Together, op.Paging.SizeValue = 4, 5
	for most := 1; most < 1200; most += 13 {
		c := clientOf(t, tableOf(&demoAPI, op), Options{BaseURL: pagesOf(t, items, 5), DisableBudgets: true})
		var got []int
		opts := []CallOption{MaxBytes(most)}
		for pieces := 1; ; pieces++ {
			e := c.Call(t.Context(), "list_things", token(), nil, opts...)
			if e.Err != nil {
				t.Fatal(e.Err)
			}
			var envelope struct{ Data []struct{ N int } }
			if err := json.Unmarshal(e.JSON, &envelope); err != nil {
				t.Fatalf("%v: %s", err, e.JSON)
			}
			if n := len(envelope.Data); n != e.List.Count || n == 0 {
				t.Fatalf("%d bytes: %d items, %+v", most, n, *e.List)
			}
			if size := len(e.JSON) - len(`{"success":true,"error":null,"data":[]}`); size > most && len(envelope.Data) > 1 {
				t.Fatalf("%d bytes were wanted, %d came", most, size)
			}
			for _, item := range envelope.Data {
				got = append(got, item.N)
			}
			if e.List.Complete != (e.List.Stop == StopEnd) || !e.List.Complete && e.List.Stop != StopSize {
				t.Fatalf("the list says %+v", *e.List)
			}
			if e.List.Complete {
				break
			}
			opts = []CallOption{MaxBytes(most), ResumeAt(e.List.Resume)}
		}
		var want []int
		for i := range items {
			want = append(want, i)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("with %d bytes the pieces are %v", most, got)
		}
	}
}

// A stream keeps to the bound too.
func TestMaxBytesOfAStream(t *testing.T) {
	c := clientOf(t, tableOf(&demoAPI, &listThings), Options{BaseURL: pagesOf(t, 23, 5), DisableBudgets: true})
	var state ListState
	n := 0
	for _, err := range c.Stream(t.Context(), "list_things", token(), nil, MaxBytes(100), KeepState(&state)) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != state.Count || n == 0 || n > 10 || state.Stop != StopSize || !strings.HasPrefix(state.String(), fmt.Sprint(n)+" items, as many as fit; resume at ") {
		t.Errorf("%d items, %s", n, state)
	}
}

func TestRefusal(t *testing.T) {
	table := tableOf(&demoAPI, &listThings)
	c := clientOf(t, table, Options{})
	e := c.Refusal(&table.Actions[0], CodeInvalidInput, `it is "no"`)
	if string(e.JSON) != `{"success":false,"error":"Call failed: it is \"no\"","data":[]}` || CodeOf(e.Err) != CodeInvalidInput || e.List == nil {
		t.Errorf("%s %v", e.JSON, e.Err)
	}
}
