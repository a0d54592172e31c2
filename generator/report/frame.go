// A line of a manifest on a terminal: what it shows, how wide that is, and what
// is cut off.

package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// cell is one character as it is shown.
type cell struct {
	text  string
	width int
}

const tabStop = 4

// cells are the characters of a line as a terminal shows them. Tabs become
// spaces; what would move the cursor, or nobody would see, becomes a sign that
// stands for it.
func cells(line string) []cell {
	line = strings.TrimSuffix(line, "\r")
	out := make([]cell, 0, len(line))
	column := 0
	for _, c := range line {
		one := cell{string(c), columns(c)}
		switch {
		case c == '\t':
			one.width = tabStop - column%tabStop
			one.text = strings.Repeat(" ", one.width)
		case c == utf8.RuneError || !unicode.IsPrint(c) && one.width > 0:
			one = cell{"\uFFFD", 1}
		}
		column += one.width
		out = append(out, one)
	}
	return out
}

// columns is how much room a character takes: none when it is set onto the one
// before, two when it is wide.
func columns(c rune) int {
	if unicode.In(c, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(c).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

func total(list []cell) (n int) {
	for _, c := range list {
		n += c.width
	}
	return n
}

func joined(list []cell) string {
	var b strings.Builder
	for _, c := range list {
		b.WriteString(c.text)
	}
	return b.String()
}

// frame is the room that lines have.
type frame struct{ width int }

// cut returns a line and what underlines the characters from begin to end in
// it. A line that is too long is cut around them; shifted tells that its
// beginning is off.
func (f frame) cut(line string, begin, end int) (text, underline string, shifted bool) {
	line, before, after := f.near(line, begin, end)
	list := cells(line)
	begin = min(max(begin-before, 0), len(list))
	end = min(max(end-before, begin), len(list))
	from, to := f.window(list, begin, end)
	text = joined(list[from:to])
	indent := total(list[from:begin])
	shifted = before+from > 0
	if shifted {
		text, indent = "…"+text, indent+1
	}
	if after || to < len(list) {
		text += "…"
	}
	marked := max(total(list[begin:max(begin, min(end, to))]), 1)
	return text, strings.Repeat(" ", indent) + strings.Repeat("^", marked), shifted
}

// near is a line without what is certainly cut off, so that lines of megabytes
// cost nothing: how many characters are off before it, and whether some are
// after it.
func (f frame) near(line string, begin, end int) (kept string, before int, after bool) {
	if len(line) <= 4*f.width {
		return line, 0, false
	}
	characters := []rune(line)
	before = min(max(begin-f.width, 0), len(characters))
	to := min(max(begin, min(end, begin+f.width))+f.width, len(characters))
	return string(characters[before:to]), before, to < len(characters)
}

// window is the part of a line that is shown: all of it, its beginning when that
// has what is meant, or a stretch with some room before what is meant.
func (f frame) window(list []cell, begin, end int) (from, to int) {
	if total(list) <= f.width-2 {
		return 0, len(list)
	}
	room := f.width - 2 // for the signs of what is cut off
	if total(list[:end]) > room {
		before := min(max(room/3, room-total(list[begin:end])), room/2)
		for from = begin; from > 0 && before >= list[from-1].width; from-- {
			before -= list[from-1].width
		}
	}
	for to = from; to < len(list) && room >= list[to].width; to++ {
		room -= list[to].width
	}
	return from, max(to, begin)
}
