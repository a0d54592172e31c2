// These tests follow bulk registrations from the call that makes a job to the
// people in the session.

package sandbox_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"modulex.dev/connector/cmd/livestorm/sandbox"
)

// bulk is a body with a task for each address.
func bulk(emails ...string) string {
	var tasks []string
	for _, email := range emails {
		tasks = append(tasks, `{"fields":[{"id":"email","value":"`+email+`"},{"id":"last_name","value":"Bulk"}],"utm_source":"csv"}`)
	}
	return `{"data":{"type":"jobs","attributes":{"tasks":[` + strings.Join(tasks, ",") + `]}}}`
}

// progress is what a job tells, as it comes out of JSON.
func progress(status string, items, processed, failed, succeeded int) map[string]any {
	return map[string]any{"status": status, "total_items": float64(items), "total_processed_items": float64(processed),
		"total_fail": float64(failed), "total_success": float64(succeeded)}
}

func (r response) checkJob(t *testing.T, want map[string]any) {
	t.Helper()
	if got, _ := r.at("data", "attributes").(map[string]any); r.at("data", "type") != "jobs" || !maps.Equal(got, want) {
		t.Errorf("the job is %s, want %v", r.raw, want)
	}
}

func TestJob(t *testing.T) {
	clock := &clock{now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}
	c := newClient(t, sandbox.Options{Now: clock.Now})
	registered := func() any { return c.ok("GET", roomPath, "").at("data", "attributes", "registrants_count") }
	made := c.want(202, "POST", roomPath+"/people/bulk", bulk("a@example.com", "b@example.com", "c@example.com"))
	made.checkJob(t, progress("processing", 3, 0, 0, 0))
	path := "/v1/jobs/" + made.id()

	// Time alone does nothing, and neither do other calls.
	clock.advance(24 * time.Hour)
	tasks := c.ok("GET", path+"/tasks", "")
	for i := range 3 {
		if status := tasks.at("data", i, "attributes", "status"); status != "processing" {
			t.Errorf("task %d is %v", i, status)
		}
	}
	if n := registered(); n != 3.0 {
		t.Errorf("%v registrants before the job is looked at", n)
	}

	c.ok("GET", path, "").checkJob(t, progress("processing", 3, 1, 0, 1))
	if n := registered(); n != 4.0 {
		t.Errorf("%v registrants half way", n)
	}
	for range 3 { // the end is the end
		c.ok("GET", path, "").checkJob(t, progress("ended", 3, 3, 0, 3))
	}
	if n := registered(); n != 6.0 {
		t.Errorf("%v registrants in the end", n)
	}

	tasks = c.ok("GET", path+"/tasks?page[size]=1&page[number]=2", "")
	if m, _ := tasks.at("meta").(map[string]any); !maps.Equal(m, meta(2, 1, nil, 3, 3, 1)) {
		t.Errorf("meta = %v", m)
	}
	if tasks.at("data", 0, "type") != "tasks" || tasks.at("data", 0, "attributes", "status") != "ended" ||
		tasks.at("data", 0, "attributes", "input", "fields", 0, "value") != "c@example.com" {
		t.Errorf("the last task is %s", tasks.raw)
	}
	person := c.ok("GET", roomPath+"/people?filter[email]=c@example.com", "")
	for _, at := range [][]any{{"id"}, {"attributes", "last_name"}, {"attributes", "registrant_detail", "utm_source"}, {"attributes", "created_at"}} {
		here := tasks.at(append([]any{"data", 0, "attributes", "person"}, at...)...)
		if there := person.at(append([]any{"data", 0}, at...)...); here != there || here == nil {
			t.Errorf("%v is %v in the task and %v in the session", at, here, there)
		}
	}
}

// One task that cannot be done fails the job and holds nothing else up.
func TestFailedJob(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	made := c.want(202, "POST", roomPath+"/people/bulk", `{"data":{"type":"jobs","attributes":{"tasks":[
		{"fields":[{"id":"email","value":"a@example.com"}]},
		{"fields":[{"id":"email","value":"A@example.com"}]},
		{"fields":[{"id":"email","value":"`+sandbox.PersonEmail+`"}]},
		{"fields":[{"id":"first_name","value":"Nameless"},{"id":"company","value":"x"}]},
		{"fields":[{"id":"email","value":"b@example.com"},{"id":"topics","value":"pricing"}]},
		{"fields":[{"id":"email","value":"c@example.com"}],"utm":"x"},
		{},
		{"fields":[{"id":"email","value":"d@example.com"}]}]}}}`)
	path := "/v1/jobs/" + made.id()
	c.ok("GET", path, "").checkJob(t, progress("processing", 8, 4, 3, 1))
	c.ok("GET", path, "").checkJob(t, progress("failed", 8, 8, 6, 2))
	tasks := c.ok("GET", path+"/tasks", "")
	for i, want := range []struct {
		code, detail string // "" where the task was done
		errors       int
	}{
		{}, {"409", "already", 1}, {"409", "already", 1}, {"422", "company", 2}, {"422", "topics", 1}, {"422", "utm", 1}, {"422", "email", 1}, {},
	} {
		status, person := tasks.at("data", i, "attributes", "status"), tasks.at("data", i, "attributes", "person")
		errors, _ := tasks.at("data", i, "attributes", "errors").([]any)
		if done := want.code == ""; done != (status == "ended") || done == (status == "failed") || done != (person != nil) {
			t.Errorf("task %d: status %v, person %v", i, status, person)
		}
		if len(errors) != want.errors {
			t.Errorf("task %d: errors %v", i, errors)
			continue
		}
		if detail, _ := tasks.at("data", i, "attributes", "errors", 0, "detail").(string); !strings.Contains(detail, want.detail) {
			t.Errorf("task %d: detail %q does not tell %q", i, detail, want.detail)
		}
		if want.code != "" && tasks.at("data", i, "attributes", "errors", 0, "code") != want.code {
			t.Errorf("task %d: errors %v", i, errors)
		}
	}
	if n := c.ok("GET", roomPath, "").at("data", "attributes", "registrants_count"); n != 5.0 {
		t.Errorf("%v registrants", n)
	}
}

func TestFinishedJobs(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	c.ok("GET", "/v1/jobs/"+sandbox.JobID, "").checkJob(t, progress("ended", 2, 2, 0, 2))
	c.ok("GET", "/v1/jobs/"+sandbox.FailedJobID, "").checkJob(t, progress("failed", 2, 2, 1, 1))
	got := c.ok("GET", "/v1/jobs/"+sandbox.JobID+"/tasks", "")
	if got.at("data", 0, "attributes", "person", "id") != sandbox.PersonID ||
		got.at("data", 0, "attributes", "input", "fields", 0, "value") != sandbox.PersonEmail {
		t.Errorf("tasks are %s", got.raw)
	}
	got = c.ok("GET", "/v1/jobs/"+sandbox.FailedJobID+"/tasks", "")
	if got.at("data", 1, "attributes", "errors", 0, "status") != "conflict" {
		t.Errorf("tasks are %s", got.raw)
	}
}

// The documentation contradicts itself about the body; each of its forms works.
func TestBulkForms(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	const plain = `{"fields":[{"id":"email","value":"EMAIL"}],"referrer":"x"}`
	for i, form := range []string{
		`{"data":{"type":"jobs","attributes":{"tasks":[` + plain + `]}}}`,
		`{"data":{"type":"jobs","attributes":{"tasks":[{"attributes":` + plain + `}]}}}`,
		`{"type":"jobs","data":{"attributes":{"tasks":[` + plain + `]}}}`,
		`{"type":"jobs","data":{"attributes":{"tasks":[{"attributes":` + plain + `}]}}}`,
	} {
		email := fmt.Sprintf("form%d@example.com", i)
		path := "/v1/jobs/" + c.want(202, "POST", roomPath+"/people/bulk", strings.ReplaceAll(form, "EMAIL", email)).id()
		c.ok("GET", path, "").checkJob(t, progress("processing", 1, 0, 0, 0))
		c.ok("GET", path, "").checkJob(t, progress("ended", 1, 1, 0, 1))
		got := c.ok("GET", roomPath+"/people?filter[email]="+email, "")
		if got.at("data", 0, "attributes", "registrant_detail", "referrer") != "x" {
			t.Errorf("form %d: %s", i, got.raw)
		}
	}
}

func TestMostTasks(t *testing.T) {
	c := newClient(t, sandbox.Options{})
	var emails []string
	for i := range 50 {
		emails = append(emails, fmt.Sprintf("p%d@example.com", i))
	}
	path := "/v1/jobs/" + c.want(202, "POST", roomPath+"/people/bulk", bulk(emails...)).id()
	c.ok("GET", path, "").checkJob(t, progress("processing", 50, 25, 0, 25))
	c.ok("GET", path, "").checkJob(t, progress("ended", 50, 50, 0, 50))
}

// A session that goes away takes the rest of its job along.
func TestJobWithoutSession(t *testing.T) {
	for _, gone := range []string{roomPath, eventPath} {
		c := newClient(t, sandbox.Options{})
		path := "/v1/jobs/" + c.want(202, "POST", roomPath+"/people/bulk", bulk("a@example.com", "b@example.com")).id()
		c.ok("GET", path, "").checkJob(t, progress("processing", 2, 1, 0, 1))
		c.want(204, "DELETE", gone, "")
		c.ok("GET", path, "").checkJob(t, progress("failed", 2, 2, 1, 1))
		if got := c.ok("GET", path+"/tasks", ""); got.at("data", 1, "attributes", "errors", 0, "status") != "not_found" {
			t.Errorf("tasks are %s", got.raw)
		}
	}
}

// Run with -race: many look at one job, and nobody is registered twice.
func TestConcurrentPolls(t *testing.T) {
	ts := httptest.NewServer(sandbox.New(sandbox.Options{PerSecond: -1}))
	defer ts.Close()
	c := newClient(t, sandbox.Options{})
	c.srv = ts.Config.Handler
	path := "/v1/jobs/" + c.want(202, "POST", roomPath+"/people/bulk", bulk("a@example.com", "b@example.com", "c@example.com")).id()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			req, err := http.NewRequest("GET", ts.URL+path, nil)
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set("Authorization", "sandbox")
			resp, err := ts.Client().Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			if err := resp.Body.Close(); err != nil || resp.StatusCode != 200 {
				t.Errorf("status %d, %v", resp.StatusCode, err)
			}
		})
	}
	wg.Wait()
	c.ok("GET", path, "").checkJob(t, progress("ended", 3, 3, 0, 3))
}
