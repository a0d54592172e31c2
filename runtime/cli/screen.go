// Who reads along: whether standard output and standard error are terminals, how
// wide, and whether they take colours.

package cli

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"golang.org/x/term"

	"modulex.dev/connector/runtime/cli/show"
)

// screen is what is known of the terminals.
type screen struct {
	terminal bool // standard output is one
	words    bool // standard error is one
	width    int  // of standard output; 0 is any
	color    bool

	wordsWidth int // of standard error
}

// colors are what --color takes.
var colors = []string{"auto", "always", "never"}

// look finds the terminals out.
func (p Program) look() *screen {
	s := &screen{terminal: isTerminal(p.Stdout), words: isTerminal(p.Stderr)}
	if columns, err := strconv.Atoi(p.Getenv("COLUMNS")); err == nil && columns > 0 {
		s.width = columns
	}
	if s.terminal {
		if width, _, err := term.GetSize(fd(p.Stdout)); err == nil && width > 0 {
			s.width = width
		}
	}
	if width, _, err := term.GetSize(fd(p.Stderr)); s.words && err == nil {
		s.wordsWidth = width
	}
	s.color = s.terminal && p.Getenv("NO_COLOR") == "" && p.Getenv("TERM") != "dumb"
	return s
}

// paint does what --color says.
func (s *screen) paint(color string) error {
	switch color {
	case "auto":
	case "always", "never":
		s.color = color == "always"
	default:
		return fmt.Errorf("--color is auto, always or never, not %q%s", color, meant(color, colors))
	}
	return nil
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func fd(w any) int {
	if f, ok := w.(*os.File); ok {
		return int(f.Fd())
	}
	return -1
}

// helpWidth is how wide a help text is.
func (p Program) helpWidth() int {
	if p.screen.width > 0 {
		return max(30, min(p.screen.width, 120))
	}
	return 100
}

// words are texts for people. They may quote an API, so nothing in them steers a
// terminal.
type words struct{ io.Writer }

// Write writes a text without what could steer a terminal.
func (w words) Write(text []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, show.Clean(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}
