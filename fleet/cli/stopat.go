// FLEET_STOP_AT=STEP:N kills this process at the N-th time that a job comes to a
// step: crash tests find every point of a job's life with it.

package cli

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	"modulex.dev/connector/fleet"
)

func (p Program) stopAt() func(string, fleet.Job) {
	step, text, ok := strings.Cut(p.Getenv("FLEET_STOP_AT"), ":")
	n, err := strconv.Atoi(text)
	if !ok || err != nil {
		return nil
	}
	var seen atomic.Int64
	return func(at string, _ fleet.Job) {
		if at == step && seen.Add(1) == int64(n) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
}
