// This file holds the bulk registration and the jobs it makes
// (https://developers.livestorm.co/reference/post_sessions-id-people-bulk). A job
// moves on only when somebody looks at it, not with the clock, so that every run
// is the same: pollsToEnd calls of GET /jobs/{id} bring it to its end.
//
// What happens to each person is decided in registration.go. No webhook is
// called when a job ends, as this API makes no calls of its own.

package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
)

const (
	// maxTasks is documented: "a maximum length of 50 items".
	maxTasks = 50

	// pollsToEnd is how often a job is looked at until it is done: the first
	// call sees it half way, the second at its end.
	pollsToEnd = 2
)

// The documented states of a job: ended when all its tasks were successful,
// failed when at least one was not. The states of a task are not documented;
// the same words serve.
const (
	jobProcessing = "processing"
	jobEnded      = "ended"
	jobFailed     = "failed"
)

// job is a bulk registration under way, or done.
type job struct {
	id      string
	session *session
	tasks   []*task
	polls   int
	done    int // tasks that have been tried, from the first on
}

// task is one person to be registered. After its try it holds either the person
// or the errors.
type task struct {
	id     string
	input  object // the attributes as they were sent
	person *resource
	errors []errorObject
}

func (w *world) addJob(j *job) *job {
	w.jobs.add(j.id, j)
	return j
}

// bulkRegister makes a job. The form of every task is looked at now, as that of
// any body is; what the tasks say (a missing address, somebody who is there
// already) is found out by the job.
func (c *call) bulkRegister() (*reply, error) {
	s, err := c.world.sessions.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	if err := c.checkDocument(""); err != nil {
		return nil, err
	}
	if err := s.takesPeople(); err != nil {
		return nil, err
	}
	inputs, err := c.readTasks(s.event)
	if err != nil {
		return nil, err
	}
	j := &job{id: c.world.newID(typeJob), session: s}
	for _, input := range inputs {
		j.tasks = append(j.tasks, &task{id: c.world.newID(typeTask), input: input})
	}
	return single(http.StatusAccepted, c.world.addJob(j).resource(), nil), nil
}

// readTasks reads the tasks attribute, an array of registrations.
func (c *call) readTasks(e *event) ([]object, error) {
	rest := maps.Clone(c.doc.attributes)
	delete(rest, "tasks")
	if err := c.assign(rest, nil); err != nil {
		return nil, err
	}
	var entries []json.RawMessage
	if !readAs(c.doc.attributes["tasks"], &entries) {
		return nil, badRequest("tasks must be an array of objects.")
	}
	// That an empty list is refused is a choice: its job would have no end to
	// tell about.
	if len(entries) == 0 || len(entries) > maxTasks {
		return nil, unprocessable(fmt.Sprintf("tasks must hold between 1 and %d people.", maxTasks))
	}
	var inputs []object
	for i, entry := range entries {
		input, err := c.readTask(e, entry)
		if err != nil {
			return nil, badRequest(fmt.Sprintf("Task %d: %s", i, err))
		}
		inputs = append(inputs, input)
	}
	return inputs, nil
}

// readTask takes both forms that are public and contradict each other: the page
// of the documentation wraps the attributes of each person in an attributes
// object, the schema under it has them in the task itself.
func (c *call) readTask(e *event, raw json.RawMessage) (object, error) {
	var outer, input object
	if !readAs(raw, &outer) {
		return nil, badRequest("it must be an object.")
	}
	if wrapped, ok := outer["attributes"]; !ok {
		input = outer
	} else if len(outer) > 1 || !readAs(wrapped, &input) {
		return nil, badRequest("attributes must be an object, with nothing beside it.")
	}
	_, _, err := c.readRegistration(e, input)
	if err != nil && asFault(err).status == http.StatusBadRequest {
		return nil, err
	}
	return input, nil
}

// getJob moves the job on before it tells about it.
func (c *call) getJob() (*reply, error) {
	j, err := c.world.jobs.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	c.advance(j)
	return single(http.StatusOK, j.resource(), nil), nil
}

// advance tries the tasks that fall due with this call, in the order in which
// they were sent.
func (c *call) advance(j *job) {
	j.polls = min(j.polls+1, pollsToEnd)
	for due := len(j.tasks) * j.polls / pollsToEnd; j.done < due; j.done++ {
		t := j.tasks[j.done]
		if l, err := c.attempt(j.session, t.input); err != nil {
			t.errors = asFault(err).objects()
		} else {
			t.person = new(l.underSession())
		}
	}
}

// attempt registers one person, as long as the session is still there.
func (c *call) attempt(s *session, input object) (link, error) {
	if _, err := c.world.sessions.get(s.id); err != nil {
		return link{}, err
	}
	return c.admit(s, input)
}

// listTasks leaves the job where it is: only its own address counts as a poll.
func (c *call) listTasks() (*reply, error) {
	j, err := c.world.jobs.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	tasks, m, err := selectPage(c, j.tasks, filters[*task]{})
	if err != nil {
		return nil, err
	}
	return list(render(tasks, (*task).resource), m, nil), nil
}

// resource uses the names on the page of the documentation. The vendor's schema
// says total_succeeded and total_failed for this operation, and total_tasks and
// total_processed_tasks for the bulk registration.
func (j *job) resource() resource {
	a := jobAttributes{Status: jobProcessing, TotalItems: len(j.tasks), TotalProcessedItems: j.done}
	for _, t := range j.tasks[:j.done] {
		if t.person == nil {
			a.TotalFail++
		} else {
			a.TotalSuccess++
		}
	}
	switch {
	case j.done < len(j.tasks):
	case a.TotalFail > 0:
		a.Status = jobFailed
	default:
		a.Status = jobEnded
	}
	return resource{ID: j.id, Type: typeJob, Attributes: a}
}

func (t *task) resource() resource {
	a := taskAttributes{Status: jobProcessing, Input: t.input, Person: t.person, Errors: []errorObject{}}
	switch {
	case t.person != nil:
		a.Status = jobEnded
	case t.errors != nil:
		a.Status, a.Errors = jobFailed, t.errors
	}
	return resource{ID: t.id, Type: typeTask, Attributes: a}
}

// asSent writes answers as a caller would have sent them.
func asSent(fields []field, answers map[string]any) object {
	type entry struct {
		ID    string `json:"id"`
		Value any    `json:"value"`
	}
	var entries []entry
	for _, f := range fields {
		if value, ok := answers[f.ID]; ok {
			entries = append(entries, entry{f.ID, value})
		}
	}
	return object{"fields": encode(entries)}
}
