// Looking unknown outcomes up, where the manifest says how.

package worker

import (
	"context"
	"fmt"
	"time"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/runtime"
)

// lookUp settles an unknown outcome, if it can; notDone tells that the write has
// not been carried out. That nothing is found is believed
// only after a while: a request may still be on its way when its worker has died.
func (w *Worker) lookUp(ctx context.Context, a *runtime.Action, j fleet.Job, cred runtime.Credentials, end fleet.Ending) (_ fleet.Ending, notDone bool) {
	end.Check = fmt.Sprintf("look whether %s has happened for this input; if not, retry the job and say --nothing-happened", a.Name)
	if a.Op.Verify == nil {
		return end, false
	}
	end.Check = fmt.Sprintf("run %s for this input: if it finds nothing, retry the job and say --nothing-happened", a.Op.Verify.Action)
	for looked, failed := 0, 0; looked < w.o.Looks; {
		if looked+failed > 0 {
			select {
			case <-ctx.Done():
				return end, false
			case <-time.After(w.o.BetweenLooks):
			}
		}
		e, verdict := w.client.Verify(ctx, j.Action, cred, j.Input)
		switch {
		case verdict == runtime.VerdictDone:
			return fleet.Ending{State: fleet.Done, Envelope: e.JSON, Why: "its answer never came; " + a.Op.Verify.Action + " has found that it was carried out"}, false
		case verdict == runtime.VerdictNotDone:
			looked++
		case failed == maxFailedLooks || !forNow(e):
			return end, false
		default:
			failed++
		}
	}
	return fleet.Ending{State: fleet.Failed, Envelope: end.Envelope, Why: fmt.Sprintf("its answer never came; %s has found that it was not carried out", a.Op.Verify.Action)}, true
}

// maxFailedLooks is how often a look may fail for now, and is made again.
const maxFailedLooks = 10

// forNow reports whether a look may succeed another time: the API is busy, or away.
func forNow(e runtime.Envelope) bool {
	if e.Err == nil {
		return false
	}
	switch e.Err.Code {
	case runtime.CodeRateLimited, runtime.CodeUnavailable, runtime.CodeTimeout:
		return true
	}
	return false
}
