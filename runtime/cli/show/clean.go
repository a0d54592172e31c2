// What may reach a terminal. A text from outside can hold escape sequences that
// move the cursor, change the title or answer for the person, and marks that turn
// a line around.

package show

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// Clean is a text that steers no terminal: control characters are shown as
// pictures, marks that reorder or hide text as U+FFFD. Line breaks and tabs stay.
func Clean(text string) string {
	if !strings.ContainsFunc(text, steers) && utf8.ValidString(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case !steers(r):
			return r
		case r == '\r':
			return -1
		case r < ' ':
			return 0x2400 + r // ␛ for escape
		case r == 0x7f:
			return 0x2421
		}
		return utf8.RuneError
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
}

// steers reports whether a character does something else than stand there.
func steers(r rune) bool {
	switch r {
	case '\n', '\t', 0x200c, 0x200d: // joiners make one character of several
		return false
	case 0x2028, 0x2029, utf8.RuneError:
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// cell is a text on one line.
func cell(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, Clean(text)))
}

// EscapeJSON spells what could steer a terminal as \u, which means the same in
// JSON.
func EscapeJSON(text []byte) []byte {
	var out []byte
	done := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r >= 0x7f && steers(r) && !(r == utf8.RuneError && size == 3) {
			out = append(out, text[done:i]...)
			if r > 0xffff {
				hi, lo := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
				out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
			} else {
				out = fmt.Appendf(out, `\u%04x`, r)
			}
			done = i + size
		}
		i += size
	}
	if out == nil {
		return text
	}
	return append(out, text[done:]...)
}

// width is how many columns a text takes.
func width(text string) int { return displaywidth.String(text) }

// cut is a text of at most n columns.
func cut(text string, n int) string {
	if width(text) <= n {
		return text
	}
	return displaywidth.TruncateString(text, n, "…")
}

// Fold breaks a text into lines of at most n columns, fit for a terminal.
func Fold(text string, n int) []string { return fold(Clean(text), n) }

// fold breaks a text into lines of at most n columns, at blanks where it can.
func fold(text string, n int) (lines []string) {
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, foldLine(strings.ReplaceAll(line, "\t", "    "), n)...)
	}
	return lines
}

func foldLine(line string, n int) (lines []string) {
	start, blank, used, end := 0, -1, 0, 0 // of the line under way: its beginning, its last blank, its width, its end
	g := displaywidth.StringGraphemes(line)
	for g.Next() {
		if used+g.Width() > n && end > start {
			stop := end
			if blank > start {
				stop = blank
			}
			lines = append(lines, strings.TrimRight(line[start:stop], " "))
			for stop < end && line[stop] == ' ' {
				stop++
			}
			start, blank, used = stop, -1, width(line[stop:end])
		}
		if g.Value() == " " {
			blank = end
		}
		end += len(g.Value())
		used += g.Width()
	}
	return append(lines, line[start:])
}
