// What a client is told while a call runs: how many pages of a list there are, if
// it asked for progress, and log messages of the level that it asked for. Both
// hold names and numbers, never an argument or a secret.

package mcp

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"modulex.dev/connector/runtime"
)

// follower tells the client whose call it is. It serves all calls of a client of
// the runtime; the context says which one it is.
type follower struct{ runtime.NoObserver }

// followedKey is the key of a *followed in the context of a call.
type followedKey struct{}

// followed is a call that a client follows.
type followed struct {
	session *mcp.ServerSession
	token   any             // of progress; nil when the client does not want to know
	quiet   bool            // it had no way to ask for log messages, and the SDK would send them
	ctx     context.Context // of the call, which knows the stream to write to

	mu    sync.Mutex
	pages int
	bytes int
}

// followed makes a context by which the observer finds the client.
func (c *call) followed(ctx context.Context) context.Context {
	f := &followed{session: c.request.Session, token: c.request.Params.GetProgressToken(), ctx: ctx}
	if f.session == nil {
		return ctx
	}
	f.quiet = c.caller != nil && f.session.ID() == "" && c.request.ProtocolVersion() < statelessSince
	return context.WithValue(ctx, followedKey{}, f)
}

func followedOf(ctx context.Context) *followed {
	f, _ := ctx.Value(followedKey{}).(*followed)
	return f
}

// Answer tells of a page.
func (follower) Answer(ctx context.Context, a runtime.AttemptEnd) {
	f := followedOf(ctx)
	if f == nil || f.token == nil || a.Status < 200 || a.Status > 299 {
		return
	}
	f.mu.Lock() // also while it is sent, so that the numbers only grow
	defer f.mu.Unlock()
	f.pages++
	f.bytes += a.Bytes
	_ = f.session.NotifyProgress(f.ctx, &mcp.ProgressNotificationParams{
		ProgressToken: f.token, Progress: float64(f.pages), Message: fmt.Sprintf("%s: %d answers, %d bytes", a.Action, f.pages, f.bytes),
	})
}

// Retry tells what is done about an attempt that failed.
func (follower) Retry(ctx context.Context, r runtime.RetryDecision) {
	said := fmt.Sprintf("attempt %d failed (%s), not sent again: %s", r.Attempt, r.Code, r.Why)
	if r.Again {
		said = fmt.Sprintf("attempt %d failed (%s), sent again in %s: %s", r.Attempt, r.Code, r.Wait.Round(time.Millisecond), r.Why)
	}
	followedOf(ctx).log("warning", r.Action, said)
}

// Wait tells of waits that are none before a retry.
func (follower) Wait(ctx context.Context, w runtime.WaitStart) {
	switch {
	case w.Why == runtime.WaitRetry: // told already
	case w.For > 0:
		followedOf(ctx).log("info", w.Action, fmt.Sprintf("waits %s (%s)", w.For.Round(time.Millisecond), w.Why))
	default:
		followedOf(ctx).log("info", w.Action, fmt.Sprintf("waits (%s)", w.Why))
	}
}

// Drift tells where an answer differs from what the manifest says.
func (follower) Drift(ctx context.Context, d runtime.Drift) {
	followedOf(ctx).log("notice", d.Action, fmt.Sprint("the answer differs from its description: ", d))
}

// log sends a message to the client, if it wants messages of that level.
//
//lint:ignore SA1019 the newest revision deprecates log messages, and clients have them for another year
func (f *followed) log(level mcp.LoggingLevel, action, said string) {
	if f == nil || f.quiet {
		return
	}
	//lint:ignore SA1019 as above
	_ = f.session.Log(f.ctx, &mcp.LoggingMessageParams{Level: level, Logger: action, Data: said})
}
