// The rules of Go names, and the odd names that made them.

package model

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"modulex.dev/connector/generator/manifest"
)

func TestNames(t *testing.T) {
	type names struct{ Exported, Unexported, Argument, Camel, Titled string }
	tests := []struct {
		name string
		want names
	}{
		{"event", names{"Event", "event", "event", "Event", "Event"}},
		{"list_events", names{"ListEvents", "listEvents", "listEvents", "ListEvents", "List Events"}},
		{"x", names{"X", "x", "x", "X", "X"}},

		// Initialisms are whole words, and small when they come first and are
		// not exported. Schemas do not know them: there the host's form counts.
		{"event_id", names{"EventID", "eventID", "eventID", "EventId", "Event Id"}},
		{"id", names{"ID", "id", "id", "Id", "Id"}},
		{"ids", names{"IDs", "ids", "ids", "Ids", "Ids"}},
		{"user_ids", names{"UserIDs", "userIDs", "userIDs", "UserIds", "User Ids"}},
		{"api_url", names{"APIURL", "apiURL", "apiURL", "ApiUrl", "Api Url"}},
		{"http_api_json", names{"HTTPAPIJSON", "httpAPIJSON", "httpAPIJSON", "HttpApiJson", "Http Api Json"}},
		{"utm_source", names{"UTMSource", "utmSource", "utmSource", "UtmSource", "Utm Source"}},
		{"idle_urls", names{"IdleUrls", "idleUrls", "idleUrls", "IdleUrls", "Idle Urls"}},
		{"url2", names{"Url2", "url2", "url2", "Url2", "Url2"}},

		// Digits are letters; underscores that join nothing are dropped.
		{"v2", names{"V2", "v2", "v2", "V2", "V2"}},
		{"v_2", names{"V2", "v2", "v2", "V2", "V 2"}},
		{"a__b", names{"AB", "aB", "aB", "AB", "A  B"}},
		{"a_", names{"A", "a", "a", "A", "A "}},

		// Words that Go keeps for itself get a suffix where they would stand
		// alone: as arguments. Elsewhere a capital or a suffix does it.
		{"type", names{"Type", "type", "typeValue", "Type", "Type"}},
		{"range_", names{"Range", "range", "rangeValue", "Range", "Range "}},
		{"import_path", names{"ImportPath", "importPath", "importPath", "ImportPath", "Import Path"}},
	}
	for _, test := range tests {
		got := names{exported(test.name), unexported(test.name), argument(test.name), camel(test.name), titled(test.name)}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// A scope gives each identifier once, and tells who has it.
func TestScope(t *testing.T) {
	r := &manifest.Report{File: "manifest.yaml"}
	s := newScope(r)
	s.fixed("Client")
	at := func(line int, name string) manifest.Text {
		return manifest.Text{Value: name, Pos: manifest.Pos{Line: line, Col: 3}}
	}
	for _, take := range []struct {
		identifier string
		by         manifest.Text
	}{
		{"GetA1", at(1, "get_a1")},
		{"GetA_1", at(2, "get_b")}, // another identifier
		{"GetA1", at(3, "get_a_1")},
		{"Client", at(4, "client")},
	} {
		if got := s.take(take.identifier, take.by); got != take.identifier {
			t.Errorf("%q became %q", take.identifier, got)
		}
	}
	want := `manifest.yaml:3:3: "get_a_1" and "get_a1" (line 1) are both GetA1 in Go; rename one of them
manifest.yaml:4:3: "client" would be Client in Go, which the generated package uses itself; rename it`
	if diff := cmp.Diff(want, r.Faults.Error()); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
