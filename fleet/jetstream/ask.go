// Questions: a job that only reads, and that somebody waits for, is asked of the
// workers over core NATS and answered to the asker's inbox. Nothing is kept of it,
// so it waits for no disk; and since it only reads, one that nobody answers may be
// asked again, or submitted.

package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"modulex.dev/connector/fleet"
)

// A worker says that it is at it from time to time; one that has been silent for
// longer is believed to be lost.
const (
	atItEvery  = time.Second
	longSilent = 3 * time.Second
)

// question is what is asked.
type question struct {
	Job  fleet.Job     `json:"job"`
	Wait time.Duration `json:"wait_ns,omitempty"` // how long the asker waits; clocks may differ
}

// word is what a worker says to a question: that it is at it, any number of times,
// and what became of it, or that another has to do it.
type word struct {
	Ending *fleet.Ending `json:"ending,omitempty"`
	Passed bool          `json:"passed,omitempty"`
}

// Ask implements [fleet.Engine].
func (e *Engine) Ask(ctx context.Context, j fleet.Job) (fleet.Ending, error) {
	if err := j.Validate(); err != nil {
		return fleet.Ending{}, err
	}
	end, err := e.ask(ctx, j)
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w: %w", fleet.ErrNobody, err)
	}
	return end, err
}

func (e *Engine) ask(ctx context.Context, j fleet.Job) (end fleet.Ending, err error) {
	q := question{Job: j}
	if until, ok := ctx.Deadline(); ok {
		q.Wait = time.Until(until)
	}
	text, err := json.Marshal(q)
	if err != nil {
		return end, err
	}
	inbox := e.nc.NewInbox()
	said, err := e.nc.SubscribeSync(inbox)
	if err != nil {
		return end, err
	}
	defer func() { _ = said.Unsubscribe() }()
	if err := e.nc.PublishRequest(askSubject+j.API, inbox, text); err != nil {
		return end, err
	}
	for {
		w, err := hear(ctx, said)
		switch {
		case err != nil:
			return end, err
		case w.Passed:
			return end, errors.New("it is busy")
		case w.Ending != nil:
			return *w.Ending, nil
		}
	}
}

// hear waits for the next word of a worker, for as long as one may be silent.
func hear(ctx context.Context, said *nats.Subscription) (w word, err error) {
	waiting, cancel := context.WithTimeout(ctx, longSilent)
	defer cancel()
	m, err := said.NextMsgWithContext(waiting)
	switch {
	case ctx.Err() != nil:
		return w, ctx.Err()
	case err != nil:
		return w, err
	}
	return w, json.Unmarshal(m.Data, &w)
}

// Answer implements [fleet.Engine].
func (e *Engine) Answer(ctx context.Context, api string, do func(context.Context, fleet.Job) (fleet.Ending, bool)) error {
	var at sync.WaitGroup
	questions := make(chan *nats.Msg, TenantQueue)
	asked, err := e.nc.ChanQueueSubscribe(askSubject+api, workersGroup, questions)
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		select {
		case m := <-questions:
			at.Go(func() { e.answer(context.WithoutCancel(ctx), m, do) })
		case <-ctx.Done():
		}
	}
	err = asked.Unsubscribe()
	for len(questions) > 0 {
		say(<-questions, word{Passed: true})
	}
	at.Wait()
	if e.nc.IsClosed() {
		return nil
	}
	return err
}

// answer answers one question.
func (e *Engine) answer(ctx context.Context, m *nats.Msg, do func(context.Context, fleet.Job) (fleet.Ending, bool)) {
	var q question
	if json.Unmarshal(m.Data, &q) != nil || q.Job.Validate() != nil {
		say(m, word{Passed: true})
		return
	}
	if q.Wait > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, q.Wait)
		defer cancel()
	}
	quiet := atIt(m)
	end, answered := do(ctx, q.Job)
	quiet()
	switch end = e.fit(end); {
	case answered:
		say(m, word{Ending: &end})
	case ctx.Err() == nil: // else nobody waits any more
		say(m, word{Passed: true})
	}
}

// atIt says from time to time that the worker is at it, until quiet is called.
func atIt(m *nats.Msg) (quiet func()) {
	stop, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(atItEvery)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				say(m, word{})
			}
		}
	}()
	return func() { close(stop); <-over }
}

// say says a word; whoever does not hear it asks another, or submits the job.
func say(m *nats.Msg, w word) {
	if text, err := json.Marshal(w); err == nil {
		_ = m.Respond(text)
	}
}
