// Questions: what is asked of a worker and answered at once, and not kept.

package enginetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"modulex.dev/connector/fleet"
)

// answering has do answer what is asked of an engine until its test is over, or
// leave is called. Whoever asks before it listens is answered by nobody, so it asks
// until somebody does.
func answering(t *testing.T, e fleet.Engine, do func(context.Context, fleet.Job) (fleet.Ending, bool)) (leave func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var over sync.WaitGroup
	over.Go(func() {
		err := e.Answer(ctx, api, func(ctx context.Context, j fleet.Job) (fleet.Ending, bool) {
			if j.Action == "listen" {
				return fleet.Ending{State: fleet.Done}, true
			}
			return do(ctx, j)
		})
		if err != nil {
			t.Error(err)
		}
	})
	leave = func() { stop(); over.Wait() }
	t.Cleanup(leave)
	listens := job("listens", "acme", fleet.Waiting)
	listens.Action = "listen"
	for within := within(t, 10*time.Second); ; {
		if _, err := e.Ask(within, listens); err == nil {
			return leave
		} else if within.Err() != nil {
			t.Fatal("nobody listens:", err)
		}
	}
}

// told is an answer that names its job.
func told(_ context.Context, j fleet.Job) (fleet.Ending, bool) {
	return fleet.Ending{State: fleet.Done, Envelope: fmt.Appendf(nil, `{"of":%q}`, j.ID), Why: "because"}, true
}

func ask(t *testing.T, e fleet.Engine, id string) {
	t.Helper()
	end, err := e.Ask(within(t, 10*time.Second), job(id, "acme", fleet.Waiting))
	if err != nil || end.State != fleet.Done || string(end.Envelope) != fmt.Sprintf(`{"of":%q}`, id) || end.Why != "because" {
		t.Errorf("%s: %+v %s, %v", id, end, end.Envelope, err)
	}
}

func askedAtOnce(t *testing.T, e fleet.Engine) {
	answering(t, e, told)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() { ask(t, e, fmt.Sprint("q", i)) })
	}
	all.Wait()
	if _, err := e.Record(t.Context(), "q1"); !errors.Is(err, fleet.ErrNotFound) {
		t.Errorf("a question was kept: %v", err)
	}
	nothing(t, e, 100*time.Millisecond)
}

// askedNobody: nobody is there, somebody is no more, and somebody is busy.
func askedNobody(t *testing.T, e fleet.Engine) {
	asked := func(what string) {
		began := time.Now()
		if _, err := e.Ask(within(t, 20*time.Second), job("q", "acme", fleet.Waiting)); !errors.Is(err, fleet.ErrNobody) {
			t.Errorf("%s: %v", what, err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: it took %s to be told", what, took)
		}
	}
	asked("nobody is there")
	leave := answering(t, e, func(context.Context, fleet.Job) (fleet.Ending, bool) { return fleet.Ending{}, false })
	asked("a busy worker")
	leave()
	asked("a worker that has left")
}

// askedLong: an answer that takes its time is waited for, also by a worker that
// leaves; the context of who answers ends when nobody waits any more.
func askedLong(t *testing.T, e fleet.Engine) {
	begun, gaveUp := make(chan struct{}), make(chan struct{})
	leave := answering(t, e, func(ctx context.Context, j fleet.Job) (fleet.Ending, bool) {
		if j.ID == "forever" {
			<-ctx.Done()
			close(gaveUp)
			return fleet.Ending{}, false
		}
		close(begun)
		time.Sleep(5 * time.Second) // longer than silence is borne
		return told(ctx, j)
	})
	if _, err := e.Ask(within(t, time.Second), job("forever", "acme", fleet.Waiting)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the waiting is over: %v", err)
	}
	<-gaveUp
	var asking sync.WaitGroup
	asking.Go(func() { ask(t, e, "long") })
	<-begun
	leave()
	asking.Wait()
}

// done: what reads is asked, all else goes through the queue, and what nobody
// answers too.
func done(t *testing.T, e fleet.Engine) {
	submitted := func(id string) {
		t.Helper()
		d := take(t, e)
		if d.Job().ID != id {
			t.Fatalf("%s was in the queue", d.Job().ID)
		}
		begin(t, d)
		end(t, d, fleet.Done)
	}
	do := func(id string, reads bool) {
		t.Helper()
		r, err := fleet.Do(t.Context(), e, job(id, "acme", fleet.Waiting), reads, 20*time.Second)
		if err != nil || r.State != fleet.Done || r.Envelope == nil {
			t.Errorf("%s: %+v, %v", id, r, err)
		}
	}
	var asking sync.WaitGroup
	asking.Go(func() { do("unheard", true) })
	submitted("unheard")
	asking.Wait()

	answering(t, e, told)
	do("read", true)
	asking.Go(func() { do("write", false) })
	submitted("write")
	asking.Wait()
	nothing(t, e, 100*time.Millisecond)
}

// doneLater: the waiting is over before the answer is there, and the job goes on in
// the queue.
func doneLater(t *testing.T, e fleet.Engine) {
	answering(t, e, func(ctx context.Context, _ fleet.Job) (fleet.Ending, bool) {
		<-ctx.Done()
		return fleet.Ending{}, false
	})
	r, err := fleet.Do(t.Context(), e, job("later", "acme", fleet.Waiting), true, time.Second)
	if !errors.Is(err, context.DeadlineExceeded) || r.Job.ID != "later" {
		t.Errorf("%+v, %v", r, err)
	}
	if d := take(t, e); d.Job().ID != "later" {
		t.Errorf("%s was in the queue", d.Job().ID)
	}
}

// answeredByOther: what the one asks the other answers.
func answeredByOther(t *testing.T, p Pair) {
	answering(t, p.B, told)
	ask(t, p.A, "q")
}
