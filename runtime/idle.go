// Bodies that stall. An answer may be slow, as long as something of it comes; an
// answer of which nothing comes is given up long before its attempt is over.

package runtime

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

var errStalled = fmt.Errorf("nothing came of the answer for %s: %w", idleBodyTimeout, context.DeadlineExceeded)

// steady ends the attempt when the body of its answer stalls. A transport that
// has never looked at the context would not notice.
func (a *attemptContext) steady(res *http.Response, limit time.Duration) {
	a.mu.Lock()
	watched := a.made != nil
	a.mu.Unlock()
	if watched && limit > idleBodyTimeout {
		res.Body = &steadyBody{res.Body, time.AfterFunc(idleBodyTimeout, a.stall)}
	}
}

func (a *attemptContext) stall() {
	a.stalled.Store(true)
	a.end()
}

// steadyBody is a body whose clock starts anew with every byte that comes.
type steadyBody struct {
	io.ReadCloser
	idle *time.Timer
}

func (b *steadyBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.idle.Reset(idleBodyTimeout)
	}
	return n, err
}

func (b *steadyBody) Close() error {
	b.idle.Stop()
	return b.ReadCloser.Close()
}
