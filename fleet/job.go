// Package fleet runs the actions of a connector on many machines as on one: jobs
// wait in a queue that a crash does not empty, tenants take turns, all workers
// keep to one budget, and no write happens twice.
//
// This file says what a job is; engine.go what keeps jobs, and what it promises.
// Package jetstream is that engine on NATS JetStream, package memory the one in
// this process, package enginetest the suite that both pass. Package worker runs
// the jobs, package batch makes them of spreadsheets.
package fleet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"
)

// Job is one call of an action, to be made once.
type Job struct {
	// ID is unique for what is to be done: a job that is submitted again under its
	// ID is not done again. It is the idempotency key of a write too.
	ID     string          `json:"id"`
	API    string          `json:"api"`    // name of the connector
	Action string          `json:"action"` // create_event
	Tenant string          `json:"tenant"` // whose job it is; tenants take turns
	Class  Class           `json:"class"`
	Input  json.RawMessage `json:"input"`
	// Credential says where a worker finds the tenant's credential. It is never
	// the credential itself in readable form.
	Credential Credential `json:"credential"`
	Batch      string     `json:"batch,omitempty"` // the batch that it is a row of
	Row        int        `json:"row,omitempty"`   // of the batch, from 1
	// Deadline is when nobody waits any more: a job that has not begun by then is
	// not begun. Zero is never.
	Deadline time.Time `json:"deadline,omitzero"`
	// Keep is how long what became of it is kept; zero is as long as the engine
	// keeps all.
	Keep      time.Duration `json:"keep_ns,omitempty"`
	Try       int           `json:"try,omitempty"` // how often it has been retried by hand: each is a new write
	Submitted time.Time     `json:"submitted"`
}

// Class tells jobs that somebody waits for from those that may take their time.
type Class string

// The classes. Those that wait go first.
const (
	Waiting Class = "waiting"
	Bulk    Class = "bulk"
)

// State is how far a job has come.
type State string

// The states. The last five are ends.
const (
	Queued   State = "queued"
	Running  State = "running"
	Done     State = "done"     // it succeeded
	Failed   State = "failed"   // it failed, and surely did nothing that a repeat would do twice
	Unknown  State = "unknown"  // a write that may have been carried out or not: somebody has to look
	Canceled State = "canceled" // before it began
	Dead     State = "dead"     // a dead letter: workers died of it, or could not begin it
)

// Ended reports whether nothing more happens to a job by itself.
func (s State) Ended() bool { return s != Queued && s != Running && s != "" }

// Record is what is known of a job.
type Record struct {
	Job      Job             `json:"job"`
	State    State           `json:"state"`
	Lost     int             `json:"lost,omitempty"` // how often a worker began it and was not heard of again
	Worker   string          `json:"worker,omitempty"`
	Began    time.Time       `json:"began,omitzero"`
	Ended    time.Time       `json:"ended,omitzero"`
	Envelope json.RawMessage `json:"envelope,omitempty"` // when it has run
	Why      string          `json:"why,omitempty"`      // of Dead, Canceled and Unknown, and how an unknown outcome was settled
	Check    string          `json:"check,omitempty"`    // of Unknown: what to look at
}

// Key is the idempotency key of the job's write.
func (j Job) Key() string {
	if j.Try == 0 {
		return j.ID
	}
	return fmt.Sprintf("%s.%d", j.ID, j.Try)
}

type jobKey struct{}

// WithJob carries a job through its call, for the parts of the fleet that the call
// comes by.
func WithJob(ctx context.Context, j Job) context.Context { return context.WithValue(ctx, jobKey{}, j) }

// JobOf is the job that a call is made for.
func JobOf(ctx context.Context) (Job, bool) {
	j, ok := ctx.Value(jobKey{}).(Job)
	return j, ok
}

// MaxInput and MaxEnvelope bound what a job carries, in bytes.
const (
	MaxInput    = 256 << 10
	MaxEnvelope = 4 << 20
)

var word = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Word reports whether a text may name a job, a tenant, a credential or a worker.
func Word(text string) bool { return word.MatchString(text) }

// Validate says what is wrong with a job that is to be submitted.
func (j *Job) Validate() error {
	switch {
	case !word.MatchString(j.ID):
		return fmt.Errorf("a job's id must be 1 to 64 letters, digits, _ and -, not %q", j.ID)
	case !word.MatchString(j.Tenant):
		return fmt.Errorf("a tenant must be 1 to 64 letters, digits, _ and -, not %q", j.Tenant)
	case !word.MatchString(j.API) || !word.MatchString(j.Action):
		return fmt.Errorf("a job names a connector and one of its actions, not %q and %q", j.API, j.Action)
	case j.Class != Waiting && j.Class != Bulk:
		return fmt.Errorf("a job's class is waiting or bulk, not %q", j.Class)
	case len(j.Input) > MaxInput:
		return fmt.Errorf("the input of %s has %d bytes; a job carries at most %d", j.Action, len(j.Input), MaxInput)
	case j.Keep < 0 || j.Keep > 0 && j.Keep < time.Second:
		return fmt.Errorf("what became of a job is kept for a second at least, not %s", j.Keep)
	case len(j.Input) > 0 && !json.Valid(j.Input):
		return errors.New("the input of a job must be JSON")
	}
	return j.Credential.validate()
}

// IDOf makes the ID of a job from what is to be done: equal parts make the same
// ID, so that whoever submits it again after a crash does not do it twice.
func IDOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
