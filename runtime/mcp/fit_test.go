package mcp

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// answered is the result of one call over lines.
type answered struct {
	Meta              map[string]map[string]any `json:"_meta"`
	Content           []struct{ Text string }   `json:"content"`
	StructuredContent json.RawMessage           `json:"structuredContent"`
	IsError           bool                      `json:"isError"`
}

func callLine(t testing.TB, s *Server, name, arguments string) (a answered) {
	t.Helper()
	lines := talk(t, s, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, name, arguments))
	var message struct{ Result answered }
	if err := json.Unmarshal([]byte(lines[0]), &message); err != nil {
		t.Fatalf("%v: %s", err, lines[0])
	}
	return message.Result
}

// idsIn are the ids of a field's elements.
func idsIn(t testing.TB, envelope json.RawMessage, field string) (ids []string) {
	t.Helper()
	for _, e := range elements(find(members(envelope), field)) {
		ids = append(ids, text(find(members(e), "id")))
	}
	return ids
}

// Lists of each kind are cut, and their pieces are the whole.
func TestPiecesAreTheWhole(t *testing.T) {
	for _, tt := range []struct {
		action, resume string
		most, want     int
	}{
		{"list_all", "resume", 1100, 100},
		{"list_pages", "resume_at", 1100, 120},
		{"list_more", "resume", 2000, 120},
	} {
		s := newServer(t, Options{MaxResult: tt.most, Credentials: bearerToken("x")})
		got, at, pieces := []string{}, "", 0
		for {
			arguments := "{}"
			if at != "" {
				arguments = fmt.Sprintf(`{%q:%q}`, tt.resume, at)
			}
			a := callLine(t, s, tt.action, arguments)
			if a.IsError || len(a.StructuredContent) > tt.most {
				t.Fatalf("%s: %d bytes: %s", tt.action, len(a.StructuredContent), a.Content)
			}
			got = append(got, idsIn(t, a.StructuredContent, "data")...)
			about := a.Meta[metaList]
			if at, _ = about["resume"].(string); at == "" {
				if about["complete"] != true {
					t.Errorf("%s: the end is %v", tt.action, about)
				}
				break
			}
			if about["complete"] != false || about["stop"] != "size" || !strings.Contains(a.Content[0].Text, fmt.Sprintf("%q: %q", tt.resume, at)) {
				t.Errorf("%s: %v %q", tt.action, about, a.Content)
			}
			if pieces++; pieces > 200 {
				t.Fatalf("%s goes in a circle at %s", tt.action, at)
			}
		}
		for i, id := range got {
			if id != fmt.Sprintf("%04d", i) {
				t.Fatalf("%s: item %d is %s", tt.action, i, id)
			}
		}
		if len(got) != tt.want || pieces < 2 {
			t.Errorf("%s: %d items in %d pieces", tt.action, len(got), pieces+1)
		}
	}
}

// What is beside a list is cut too, and said.
func TestListsBesideAreCut(t *testing.T) {
	a := callLine(t, newServer(t, Options{MaxResult: 3000, Credentials: bearerToken("x")}), "list_more", "{}")
	data, beside := idsIn(t, a.StructuredContent, "data"), idsIn(t, a.StructuredContent, "included")
	want := fmt.Sprintf("included: %d of 120 elements are here; the server passes on 3000 bytes at once", len(beside))
	if len(data) == 0 || len(beside) == 0 || !strings.Contains(a.Content[0].Text, want) {
		t.Errorf("%d and %d: %s, want %s", len(data), len(beside), a.Content[0].Text, want)
	}
}

// FuzzFit: whatever the bound and the place, a piece of a list is valid, within
// the bound, and a run of the list.
func FuzzFit(f *testing.F) {
	f.Add(1024, 0)
	f.Add(2000, 99)
	f.Add(5000, 40)
	f.Add(1024, 1<<30)
	f.Fuzz(func(t *testing.T, most, skip int) {
		if most < minMaxResult || most > 10_000 || skip < 0 || skip > 1<<30 {
			t.Skip("the options and the reading of places refuse these")
		}
		s := &Server{table: demo(), options: Options{MaxResult: most}}
		whole := json.RawMessage(`{"success":true,"error":null,"data":` + things(0, 100) + `}`)
		fit := fitting{call: &call{server: s}, action: s.table.Lookup("list_all"), skip: skip}
		got, _ := fit.fit(envelopeOf(whole, 100))
		ids := idsIn(t, got.JSON, "data")
		if !json.Valid(got.JSON) || len(got.JSON) > most || len(ids) != got.List.Count {
			t.Fatalf("%d bytes, %d items, %+v", len(got.JSON), len(ids), *got.List)
		}
		for i, id := range ids {
			if id != fmt.Sprintf("%04d", skip+i) {
				t.Fatalf("item %d is %s", i, id)
			}
		}
		if got.List.Complete != (skip+len(ids) >= 100) {
			t.Fatalf("%d items from %d: %+v", len(ids), skip, *got.List)
		}
	})
}
