// jobs --watch: on a terminal a table that follows what happens, elsewhere a line
// for each change.

package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/clipperhouse/displaywidth"
	"golang.org/x/term"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/jetstream"
	"modulex.dev/connector/runtime/cli/show"
)

// watch follows jobs until ctx ends, which is how one leaves it.
func (p Program) watch(ctx context.Context, e *jetstream.Engine, f filter, asJSON bool) error {
	if file, ok := p.Stdout.(*os.File); ok && !asJSON && term.IsTerminal(int(file.Fd())) {
		return watchScreen(ctx, e, f, file)
	}
	for c, err := range e.Watch(ctx) {
		switch {
		case err != nil:
			return err
		case c.Gone || !f.has(c.Record):
		case asJSON:
			if err := p.line(c.Record); err != nil {
				return err
			}
		default:
			r := c.Record
			line := fmt.Sprintf("%s  %s  %-8s  %s  %s  %s", r.Job.ID, changedAt(r).UTC().Format(time.RFC3339), r.State, r.Job.Tenant, r.Job.Action, oneLine(r.Why))
			if _, err := fmt.Fprintln(p.Stdout, strings.TrimRight(line, " ")); err != nil {
				return err
			}
		}
	}
	return nil
}

// changedAt is when the state of a job began, as far as its record tells.
func changedAt(r fleet.Record) time.Time {
	switch {
	case !r.Ended.IsZero():
		return r.Ended
	case r.State == fleet.Running && !r.Began.IsZero():
		return r.Began
	}
	return r.Job.Submitted
}

func oneLine(text string) string { return show.Clean(strings.Join(strings.Fields(text), " ")) }

// The screen: other than the one that was there, which comes back.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l"
	leaveScreen = "\x1b[?25h\x1b[?1049l"
	home        = "\x1b[H"
	restOfLine  = "\x1b[K"
	restBelow   = "\x1b[J"
)

// redrawEvery is how often the table is drawn at most.
const redrawEvery = 250 * time.Millisecond

// watchScreen draws the table on a terminal.
func watchScreen(ctx context.Context, e *jetstream.Engine, f filter, out *os.File) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	changes := make(chan jetstream.Change)
	failed := make(chan error, 1)
	go func() {
		for c, err := range e.Watch(ctx) {
			if err != nil {
				failed <- err
				return
			}
			select {
			case changes <- c:
			case <-ctx.Done():
				return
			}
		}
	}()
	fmt.Fprint(out, enterScreen)
	defer fmt.Fprint(out, leaveScreen)
	b := newBoard(f)
	tick := time.NewTicker(redrawEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case c := <-changes:
			b.take(c, time.Now())
		case <-tick.C:
			width, height, err := term.GetSize(int(out.Fd()))
			if err != nil {
				width, height = 80, 24
			}
			if err := b.draw(out, width, height, time.Now()); err != nil {
				return err
			}
		}
	}
}

// board is what the screen tells: how many jobs are in each state, and those that
// changed last.
type board struct {
	filter filter
	of     map[string]fleet.State // of each job
	count  map[fleet.State]int
	recent []fleet.Record // the last one last
	ends   []time.Time    // of the last rateOver
}

const (
	shownAtMost = 200 // a screen is not higher
	rateOver    = 10 * time.Second
)

func newBoard(f filter) *board {
	return &board{filter: f, of: make(map[string]fleet.State), count: make(map[fleet.State]int)}
}

// take takes a change in.
func (b *board) take(c jetstream.Change, now time.Time) {
	was, known := b.of[c.ID]
	if known {
		b.count[was]--
		delete(b.of, c.ID)
	}
	if !c.Old || known {
		b.recent = slices.DeleteFunc(b.recent, func(r fleet.Record) bool { return r.Job.ID == c.ID })
	}
	if c.Gone || !b.filter.has(c.Record) {
		return
	}
	b.of[c.ID] = c.Record.State
	b.count[c.Record.State]++
	r := bare(c.Record)
	r.Envelope, r.Job.Input = nil, nil
	b.recent = append(b.recent, r)
	b.recent = b.recent[max(0, len(b.recent)-shownAtMost):]
	if !c.Old && r.State.Ended() {
		b.ends = append(b.ends, now)
	}
}

// draw draws the board as large as the terminal is.
func (b *board) draw(w io.Writer, width, height int, now time.Time) error {
	lines := b.lines(width, height, now)
	_, err := io.WriteString(w, home+strings.Join(lines, restOfLine+"\r\n")+restOfLine+restBelow)
	return err
}

// lines are the board's: the counts, a head, and jobs, the last changed first.
func (b *board) lines(width, height int, now time.Time) []string {
	b.ends = slices.DeleteFunc(b.ends, func(t time.Time) bool { return now.Sub(t) > rateOver })
	var counts []string
	for _, s := range states {
		if n := b.count[s]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(counts) == 0 {
		counts = []string{"no jobs"}
	}
	head := fmt.Sprintf("%s; %.1f ended a second (Ctrl-C leaves)", strings.Join(counts, ", "), float64(len(b.ends))/rateOver.Seconds())
	out := []string{cut(head, width), "", cut(row("STATE", "AGE", "TENANT", "ACTION", "JOB", "WHY"), width)}
	for i := len(b.recent) - 1; i >= 0 && len(out) < height-1; i-- {
		r := b.recent[i]
		age := max(0, now.Sub(changedAt(r))).Round(time.Second).String()
		out = append(out, cut(row(string(r.State), age, r.Job.Tenant, r.Job.Action, r.Job.ID, oneLine(r.Why)), width))
	}
	return out[:min(len(out), max(1, height-1))]
}

func row(state, age, tenant, action, id, why string) string {
	return fmt.Sprintf("%-8s  %7s  %-14s  %-28s  %-32s  %s", state, age, cut(tenant, 14), cut(action, 28), id, why)
}

// cut is a text that is no wider than so many columns.
func cut(text string, width int) string {
	text = strings.TrimRight(text, " ")
	if displaywidth.String(text) <= width {
		return text
	}
	return displaywidth.TruncateString(text, max(1, width), "…")
}
