// Lines and their indentation.

package format

import (
	"slices"
	"strings"
)

// level is a block of the document: its column now, and the one that it gets.
// A list may be in the column of the key above it, and is inside it all the
// same.
type level struct {
	old, new int
	list     bool
}

func (l level) order() int {
	if l.list {
		return 2*l.old + 1
	}
	return 2 * l.old
}

type layouter struct {
	in       []string
	at       int // index of the line in hand
	out      []string
	levels   []level
	comments []string // that wait for the line below them
}

// full lays everything out; ok is false for YAML that no manifest has.
func full(text string) (out string, ok bool) {
	l := &layouter{in: strings.Split(text, "\n")}
	for l.at < len(l.in) {
		line := l.in[l.at]
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "", trimmed[0] == '#':
			l.comments = append(l.comments, line)
			l.at++
		case strings.HasPrefix(line, "---"), strings.HasPrefix(line, "..."), line[0] == '%':
			l.waiting(l.levels, -1, 0)
			l.levels = nil
			l.out = append(l.out, strings.TrimRight(line, " \t"))
			l.at++
		case strings.HasPrefix(trimmed, "? "), trimmed == "?", strings.HasPrefix(trimmed, ": "), indentOf(line) != len(line)-len(strings.TrimLeft(line, " \t")):
			return "", false
		default:
			l.entry()
		}
	}
	l.waiting(l.levels, -1, 0)
	return ended(l.out), true
}

// ended joins lines to a file that ends with one line break.
func ended(lines []string) string {
	out := strings.TrimRight(strings.Join(lines, "\n"), "\n")
	if out == "" {
		return ""
	}
	return out + "\n"
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// entry lays out a line that begins an entry, and the lines that it goes on in.
func (l *layouter) entry() {
	line := l.in[l.at]
	column := indentOf(line)
	rest := line[column:]
	var dashes []int
	for rest == "-" || strings.HasPrefix(rest, "- ") {
		dashes = append(dashes, column)
		inner := strings.TrimLeft(rest[1:], " ")
		column += len(rest) - len(inner)
		rest = inner
	}
	around := slices.Clone(l.levels) // for the comments above
	begin := ""                      // the dashes, in their new columns
	for i, old := range dashes {
		at := l.enter(old, true)
		if i == 0 {
			l.waiting(around, old, at)
			begin = strings.Repeat(" ", at)
		}
		begin += "- "
	}
	if rest == "" || rest[0] == '#' {
		l.out = append(l.out, strings.TrimRight(begin+rest, " \t"))
		l.at++
		return
	}
	at := l.enter(column, false)
	if len(dashes) == 0 {
		l.waiting(around, column, at)
		begin = strings.Repeat(" ", at)
	}
	s := scanner{lines: l.in[l.at:], begin: begin, old: column, new: at, parent: level{old: column, new: at}}
	if n := len(dashes); n > 0 {
		s.parent = level{old: dashes[n-1], new: at - 2}
	}
	s.value(rest)
	l.out = append(l.out, s.out...)
	l.at += s.line + 1
}

// enter finds the level of a column, or makes one inside the last.
func (l *layouter) enter(column int, list bool) int {
	here := level{old: column, list: list}
	for len(l.levels) > 0 && l.levels[len(l.levels)-1].order() > here.order() {
		l.levels = l.levels[:len(l.levels)-1]
	}
	if n := len(l.levels); n > 0 {
		last := l.levels[n-1]
		if last.order() == here.order() {
			return last.new
		}
		here.new = last.new + 2
	}
	l.levels = append(l.levels, here)
	return here.new
}

// waiting writes the comments and blank lines above an entry that goes from one
// column to another. A comment keeps the company of the entry when it is in its
// column, else that of the block around in whose column it is.
func (l *layouter) waiting(around []level, old, new int) {
	blank := len(l.out) == 0
	for _, line := range l.comments {
		comment := strings.TrimSpace(line)
		if comment == "" {
			if !blank {
				l.out = append(l.out, "")
			}
			blank = true
			continue
		}
		blank = false
		column := new
		if c := indentOf(line); c != old {
			column = columnOf(around, c)
		}
		l.out = append(l.out, strings.Repeat(" ", column)+comment)
	}
	l.comments = nil
}

func columnOf(around []level, old int) (column int) {
	for _, b := range around {
		if b.old > old {
			break
		}
		column = b.new
		if b.old == old {
			break
		}
	}
	return column
}

// ends only removes what is at the ends of lines and of the file, outside texts
// of several lines.
func ends(text string) (string, bool) {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if t := strings.TrimSpace(line); t == "" || t[0] == '#' {
			lines[i] = strings.TrimRight(line, " \t")
		}
	}
	return ended(lines), true
}
