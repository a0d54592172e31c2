// call --output ndjson: one item a line on standard output, as they come, and the
// words on standard error. Lists may be of any length; memory stays as it is.

package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/cli/show"
)

// flushAfter is how long a line waits at most for others to be written with it.
const flushAfter = 10 * time.Millisecond

// stream writes the items of a list, or the one result of another action. It
// succeeds when the list is complete, or has as many items as the input wants.
func (p Program) stream(ctx context.Context, client *runtime.Client, name string, cred runtime.Credentials, input []byte, opts []runtime.CallOption, form *printer) error {
	var state runtime.ListState
	out := &lines{w: bufio.NewWriterSize(p.Stdout, 64<<10)}
	var failed, broken error
	for item, err := range client.Stream(ctx, name, cred, input, append(opts, runtime.KeepState(&state))...) {
		if err != nil {
			failed = err
			break
		}
		if broken = out.write(form.line(item)); broken != nil {
			break
		}
	}
	if err := out.close(); broken == nil {
		broken = err
	}
	switch {
	case errors.Is(broken, syscall.EPIPE):
		return ErrFailed // whoever read has enough
	case broken != nil:
		return fmt.Errorf("standard output: %w", broken)
	case failed != nil:
		fmt.Fprintf(p.Stderr, "%s: %v\n", name, failed)
	}
	if state.Stop != "" {
		p.tellList(name, state, failed == nil, form)
	}
	if failed != nil {
		return ErrFailed
	}
	return nil
}

// line is an item as it is printed.
func (out *printer) line(item []byte) []byte {
	if len(out.fields) > 0 {
		if v, err := show.Parse(item); err == nil {
			return show.Pick(v, out.fields).JSON()
		}
	}
	if out.style.Clean {
		return show.EscapeJSON(item)
	}
	return item
}

// lines writes lines together that come quickly after each other; none waits for
// longer than flushAfter, so that whoever reads sees them at once.
type lines struct {
	mu    sync.Mutex
	w     *bufio.Writer
	timer *time.Timer // runs while a line waits; nil otherwise
	err   error
}

// write writes an item on one line.
func (l *lines) write(item []byte) error {
	if bytes.IndexByte(item, '\n') >= 0 || bytes.IndexByte(item, '\r') >= 0 { // between its members; inside of texts they are escaped
		var b bytes.Buffer
		if json.Compact(&b, item) == nil {
			item = b.Bytes()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		_, _ = l.w.Write(item) // the writer keeps its first error
		l.err = l.w.WriteByte('\n')
	}
	if l.timer == nil {
		l.timer = time.AfterFunc(flushAfter, l.flush)
	}
	return l.err
}

func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer = nil; l.err == nil {
		l.err = l.w.Flush()
	}
}

// close writes what waits.
func (l *lines) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
	}
	if l.err == nil {
		l.err = l.w.Flush()
	}
	return l.err
}
