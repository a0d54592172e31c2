// A line on standard error while a call takes its time: how many requests, how
// long, what is waited for. It is there only on a terminal, only when standard
// output shows nothing by itself, and gone when the call is over.

package cli

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"modulex.dev/connector/runtime"
)

const (
	quiet = 400 * time.Millisecond // a call that is over sooner shows nothing
	tick  = 100 * time.Millisecond
)

// progress is such a line. It observes the call; nil shows nothing.
type progress struct {
	runtime.NoObserver
	out     io.Writer
	name    string
	width   int
	list    bool
	began   time.Time
	mu      sync.Mutex
	answers int
	bytes   int
	waits   string // what for, "" for nothing
	until   time.Time
	shown   bool
	over    chan struct{}
	ended   sync.WaitGroup
}

// progress is a line that begins with start, or nil where nobody would see it.
func (p Program) progress(action *runtime.Action, f callFlags) *progress {
	if !p.screen.words || f.verbose || f.dryRun || f.output == "ndjson" {
		return nil
	}
	return &progress{out: p.raw, name: action.Name, width: p.screen.wordsWidth, list: action.Op.Paging != nil, over: make(chan struct{})}
}

func (l *progress) start() {
	if l != nil {
		l.began = time.Now()
		l.ended.Go(l.run)
	}
}

func (l *progress) run() {
	wait := time.NewTimer(quiet)
	defer wait.Stop()
	for {
		select {
		case <-l.over:
			return
		case now := <-wait.C:
			l.draw(now)
			wait.Reset(tick)
		}
	}
}

// done takes the line away.
func (l *progress) done() {
	if l == nil {
		return
	}
	close(l.over)
	l.ended.Wait()
	if l.shown {
		_, _ = io.WriteString(l.out, "\r\x1b[K")
	}
}

// draw writes the line anew.
func (l *progress) draw(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	what := "answer"
	if l.list {
		what = "page"
	}
	if l.answers != 1 {
		what += "s"
	}
	line := fmt.Sprintf("%s: %d %s, %d kB, %s", l.name, l.answers, what, l.bytes/1000, now.Sub(l.began).Round(tick))
	if left := l.until.Sub(now).Round(tick); l.waits != "" && (l.until.IsZero() || left > 0) {
		line += ", waits for " + l.waits
		if left > 0 {
			line += " " + left.String()
		}
	}
	if l.width > 1 && len(line) >= l.width {
		line = line[:l.width-1] // a line that wraps could not be taken away
	}
	l.shown = true
	_, _ = io.WriteString(l.out, "\r\x1b[K"+line)
}

// Attempt notes that a wait is over.
func (l *progress) Attempt(ctx context.Context, _ runtime.AttemptStart) context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waits = ""
	return ctx
}

// Answer counts an answer.
func (l *progress) Answer(_ context.Context, a runtime.AttemptEnd) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers++
	l.bytes += a.Bytes
}

// Wait notes what is waited for.
func (l *progress) Wait(_ context.Context, w runtime.WaitStart) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waits = map[runtime.WaitReason]string{
		runtime.WaitBudget: "the API's rate", runtime.WaitRetry: "another try", runtime.WaitWork: "the API to finish", runtime.WaitKey: "another call with this key",
	}[w.Why]
	if l.until = (time.Time{}); w.For > 0 {
		l.until = time.Now().Add(w.For)
	}
}
