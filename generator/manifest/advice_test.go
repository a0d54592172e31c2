package manifest

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The manifest of this repository is an example of style too.
func TestNoAdviceForLivestorm(t *testing.T) {
	src, err := os.ReadFile("../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range Advice("manifest.yaml", src) {
		if d.Rule != "action-docs" { // some requests have no page
			t.Error(d)
		}
	}
}

const styleless = `
paging:
  numbered: { mode: page, page: page, first: 1, next: next }
  other: { mode: page, page: page, first: 1, next: next }
groups:
  page:
    page_cursor: { in: query, description: Where to go on }
  common:
    sort_by: { in: query, description: Sort by }
  lonely:
    id: { in: query, description: The ID }
actions:
  events_list:
    description: List
    request: GET /events
    parameters:
      +common: {}
      kind: { in: query, description: "The kind: one of a, b" }
    returns: { data: { list: data } } # allow: list-without-paging
    docs: https://a.example
  get:
    description: Get one.
    request: GET /events/{id}
    parameters: { id: { description: The number of the event } }
    returns: { data: { object: data } }
  # It is small. allow: list-without-paging, action-docs
  list_people:
    description: Get one.
    request: GET /people
    returns:
      people: { list: data }
  list_logs:
    description: List the logs.
    request: GET /logs
    parameters: { +page: {} }
    returns: { logs: { list: data } }
    docs: https://a.example
  get_report:
    description: Get the report.
    request: GET /report
    returns: { rows: { list: data } }
    docs: https://a.example
  find_person:
    description: Find one by its name.
    request: GET /people
    returns: { person: { list: data, find: { path: name, is: x } }, others: { list: data } }
    docs: https://a.example
  list_things:
    description: List the things ("all").
    request: GET /things
    paging: numbered
    returns:
      things: { list: data }
    docs: https://a.example
`

func TestAdvice(t *testing.T) {
	want := `manifest.yaml:4:3: advice: no action uses the paging "other"; remove it, or use it
manifest.yaml:9:40: advice: the description of "sort_by" only repeats its name; say what it is for, with an example of a value
manifest.yaml:10:3: advice: no action uses the group "lonely"; remove it, or use it
manifest.yaml:13:3: advice: the name of an action begins with its verb, and "events_list" does not; call it list_events
manifest.yaml:14:18: advice: the description of "events_list" is not a sentence; end it with a full stop
manifest.yaml:18:39: advice: the description of "kind" lists the values that it may have; declare them: ` + "`enum: [a, b]`" + `
manifest.yaml:21:3: advice: "get" does not say where it is documented; add ` + "`docs: …`" + `
manifest.yaml:21:3: advice: the action "get" is a verb alone; say of what: get_items
manifest.yaml:28:18: advice: "get" and "list_people" are described in the same words; say in what they differ
manifest.yaml:31:17: advice: "list_people" returns a list without paging; name its ` + "`paging`, or say `# allow: list-without-paging`" + ` when the API gives the whole list at once`
	if diff := cmp.Diff(want, Advice("manifest.yaml", []byte(styleless)).Error()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Advice is for manifests of any shape, and for none.
func TestAdviceForAnything(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of manifests in one goroutine; the run without -short tries them")
	}
	for name, src := range cases(t) {
		for _, d := range Advice(name, src) {
			if d.Severity != SeverityAdvice || d.Rule == "" || d.Pos.Line < 1 {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}
	if d := Advice("x", []byte("a: [")); d != nil {
		t.Error(d)
	}
}
