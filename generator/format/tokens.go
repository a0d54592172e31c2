// The value of an entry, token by token, over as many lines as it takes.

package format

import (
	"bytes"
	"strings"
)

// scanner reads an entry and writes it laid out.
type scanner struct {
	lines    []string // of the file, from the entry on
	line     int      // index of the line in hand
	out      []string
	begin    string // of the first line
	old, new int    // the entry's column, before and after
	parent   level  // what a text over several lines is further in than

	rest    string // of the line in hand
	buf     []byte // of the line in hand, laid out
	depth   int    // of braces and brackets
	written bool   // the line in hand is in out already
}

// value reads all of an entry that begins with rest.
func (s *scanner) value(rest string) {
	s.rest = rest
	s.write(s.begin)
	for fresh := true; ; { // fresh: a token may begin here
		fresh = s.token(fresh)
		if s.rest != "" {
			continue
		}
		s.flush()
		if s.depth == 0 || !s.next() {
			return
		}
		fresh = true
	}
}

func (s *scanner) write(text string) { s.buf = append(s.buf, text...) }

func (s *scanner) trim(cut string) { s.buf = bytes.TrimRight(s.buf, cut) }

// spaced reports whether the last character written is a space, blank whether
// nothing but spaces is.
func (s *scanner) spaced() bool { return len(s.buf) > 0 && s.buf[len(s.buf)-1] == ' ' }

func (s *scanner) blank() bool {
	for _, c := range s.buf {
		if c != ' ' {
			return false
		}
	}
	return true
}

// flush ends the line in hand.
func (s *scanner) flush() {
	if s.written {
		return
	}
	s.trim(" \t")
	s.out = append(s.out, string(s.buf))
	s.buf = s.buf[:0]
}

// next goes to the next line inside braces or brackets, moved as far as the
// entry is.
func (s *scanner) next() bool {
	for s.line+1 < len(s.lines) {
		s.line++
		line := s.lines[s.line]
		s.rest = strings.TrimSpace(line)
		if s.rest == "" {
			s.out = append(s.out, "")
			continue
		}
		s.write(strings.Repeat(" ", max(indentOf(line)+s.new-s.old, 0)))
		return true
	}
	return false
}

// token reads a token and the spaces behind it.
func (s *scanner) token(fresh bool) bool {
	switch c := s.rest[0]; {
	case c == ' ' || c == '\t':
		s.spaces(fresh)
		return fresh
	case c == '#' && (len(s.buf) == 0 || s.spaced()):
		s.take(len(s.rest))
		return true
	case fresh && (c == '"' || c == '\''):
		s.quoted(c)
		return false
	case fresh && s.depth == 0 && (c == '|' || c == '>'):
		s.block()
		return true
	case c == '{' && (fresh || s.depth > 0), c == '[' && (fresh || s.depth > 0):
		s.open(c)
		return true
	case s.depth > 0 && (c == '}' || c == ']'):
		s.close(c)
		return false
	case s.depth > 0 && c == ',':
		s.comma()
		return true
	case c == ':' && s.colon():
		if s.depth == 0 {
			s.parent = level{old: s.old, new: s.new}
		}
		s.take(1)
		return true
	case fresh && (c == '!' || c == '&' || c == '*'):
		s.take(s.until(" \t"))
		return c != '*'
	case fresh:
		s.plain()
		return false
	}
	s.take(1)
	return false
}

func (s *scanner) take(n int) {
	s.write(s.rest[:n])
	s.rest = s.rest[n:]
}

func (s *scanner) until(stops string) int {
	if s.depth > 0 {
		stops += ",[]{}"
	}
	if i := strings.IndexAny(s.rest, stops); i > 0 {
		return i
	}
	if i := strings.IndexAny(s.rest[1:], stops); i >= 0 {
		return i + 1
	}
	return len(s.rest)
}

// spaces are one where a value begins; before a comment they stay.
func (s *scanner) spaces(fresh bool) {
	n := len(s.rest) - len(strings.TrimLeft(s.rest, " \t"))
	behind := s.rest[n:]
	switch {
	case behind == "":
	case fresh && behind[0] != '#' && len(s.buf) > 0 && !s.spaced():
		s.write(" ")
	case fresh && behind[0] != '#':
	case behind[0] == '#':
		s.trim(" ")
		s.write(strings.ReplaceAll(s.rest[:n], "\t", " "))
	default:
		s.write(s.rest[:n])
	}
	s.rest = behind
}

// colon reports whether the colon in hand ends a key.
func (s *scanner) colon() bool {
	if len(s.rest) == 1 || s.rest[1] == ' ' || s.rest[1] == '\t' {
		return true
	}
	return s.depth > 0 && strings.ContainsRune(",[]{}", rune(s.rest[1]))
}

func (s *scanner) open(c byte) {
	s.depth++
	s.take(1)
	s.rest = strings.TrimLeft(s.rest, " \t")
	if c == '{' && s.rest != "" && s.rest[0] != '}' || strings.HasPrefix(s.rest, "#") {
		s.write(" ")
	}
}

func (s *scanner) close(c byte) {
	if !s.blank() {
		s.trim(" ")
		if c == '}' && s.buf[len(s.buf)-1] != '{' {
			s.write(" ")
		}
	}
	s.depth--
	s.take(1)
}

func (s *scanner) comma() {
	if !s.blank() {
		s.trim(" ")
	}
	s.take(1)
	behind := strings.TrimLeft(s.rest, " \t")
	if behind == "" || behind[0] == '#' {
		return
	}
	s.rest = behind
	s.write(" ")
}

// plain reads a text without quotes, up to what ends it in its line; outside
// braces it may go on in lines that are further in.
func (s *scanner) plain() {
	n := 0
	for n < len(s.rest) {
		c := s.rest[n]
		switch {
		case c == ':' && (&scanner{rest: s.rest[n:], depth: s.depth}).colon():
			s.take(n)
			return
		case c == '#' && n > 0 && (s.rest[n-1] == ' ' || s.rest[n-1] == '\t'), s.depth > 0 && strings.IndexByte(",[]{}", c) >= 0:
			n = len(strings.TrimRight(s.rest[:n], " \t"))
			s.take(n)
			return
		}
		n++
	}
	s.take(n)
	if s.depth > 0 {
		return
	}
	for {
		ahead := s.line + 1
		for ahead < len(s.lines) && strings.TrimSpace(s.lines[ahead]) == "" {
			ahead++
		}
		if ahead == len(s.lines) || indentOf(s.lines[ahead]) <= s.parent.old || strings.TrimSpace(s.lines[ahead])[0] == '#' {
			return
		}
		for s.line < ahead {
			s.flush()
			s.line++
		}
		text := strings.TrimSpace(s.lines[ahead])
		comment := strings.Index(text, " #")
		s.write(strings.Repeat(" ", s.parent.new+2) + text)
		if comment >= 0 {
			return
		}
	}
}

// quoted reads a text in quotes. On one line it gets double quotes, where they
// need no escapes.
func (s *scanner) quoted(quote byte) {
	n, closed := quotedLength(s.rest, quote, 1)
	if closed {
		content := s.rest[1 : n-1]
		if quote == '\'' && !strings.ContainsAny(content, "\"\\\t") {
			s.write(`"` + strings.ReplaceAll(content, "''", "'") + `"`)
			s.rest = s.rest[n:]
			return
		}
		s.take(n)
		return
	}
	s.take(n)
	for s.line+1 < len(s.lines) {
		s.line++
		s.breakQuoted(quote)
		line := strings.TrimLeft(s.lines[s.line], " \t")
		n, closed = quotedLength(line, quote, 0)
		if line != "" {
			s.write(strings.Repeat(" ", s.parent.new+2))
		}
		s.rest = line
		s.take(n)
		if closed {
			return
		}
	}
}

// breakQuoted ends a line inside quotes: spaces at its end mean nothing, unless
// a backslash says so.
func (s *scanner) breakQuoted(quote byte) {
	line := string(s.buf)
	s.buf = s.buf[:0]
	trimmed := strings.TrimRight(line, " \t")
	if quote == '"' && strings.HasSuffix(trimmed, `\`) {
		trimmed = line
	}
	s.out = append(s.out, trimmed)
}

func quotedLength(text string, quote byte, from int) (n int, closed bool) {
	for i := from; i < len(text); i++ {
		switch {
		case quote == '"' && text[i] == '\\':
			i++
		case text[i] != quote:
		case quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		default:
			return i + 1, true
		}
	}
	return len(text), false
}

// block reads a block text: its header, and the lines that are further in than
// the entry. Their own indentation is a part of the text.
func (s *scanner) block() {
	header := s.rest[:s.until(" \t")]
	s.take(len(s.rest))
	s.flush()
	indent, given := s.parent.old, strings.IndexAny(header, "123456789")
	target := s.parent.new + 2
	if given >= 0 {
		indent += int(header[given] - '0')
		target = s.parent.new + int(header[given]-'0')
	} else {
		indent = s.firstIndent()
	}
	end := s.line + 1 // behind the last line that is not blank
	last := s.line
	for last+1 < len(s.lines) {
		line := s.lines[last+1]
		blank := strings.Trim(line, " ") == ""
		if !blank && (indent <= s.parent.old || indentOf(line) < indent) {
			break
		}
		last++
		if !blank || len(line) > indent && indent > s.parent.old {
			end = last + 1
		}
	}
	if strings.Contains(header, "+") {
		end = last + 1
	}
	for _, line := range s.lines[s.line+1 : end] {
		if len(line) <= indent && strings.Trim(line, " ") == "" {
			s.out = append(s.out, "")
		} else {
			s.out = append(s.out, strings.Repeat(" ", target)+line[indent:])
		}
	}
	s.line, s.written = end-1, true
}

// firstIndent is that of the first line of a block text.
func (s *scanner) firstIndent() int {
	for _, line := range s.lines[s.line+1:] {
		if strings.Trim(line, " ") != "" {
			return indentOf(line)
		}
	}
	return 0
}
