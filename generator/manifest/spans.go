// Where the thing ends that a diagnostic is about, so that it can be underlined.

package manifest

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// Spanned returns the diagnostics with their ends: that of the YAML token which
// begins at the place of each, on its line. src is what they are about.
func (d Diagnostics) Spanned(src []byte) Diagnostics {
	if len(d) == 0 {
		return d
	}
	s := newSpans(src, d)
	out := slices.Clone(d)
	for i := range out {
		out[i].End = s.end(out[i].Pos)
	}
	return out
}

type spans struct {
	lines  []string
	yaml   bool               // it can be parsed
	nodes  map[Pos]*yaml.Node // at the places asked for
	number int                // of the line that is at hand as characters
	line   []rune
}

func newSpans(src []byte, d Diagnostics) *spans {
	src = bytes.TrimPrefix(src, []byte("\uFEFF"))
	s := &spans{lines: strings.Split(string(src), "\n"), nodes: make(map[Pos]*yaml.Node, len(d))}
	var doc yaml.Node
	if len(src) > maxSize || separators(src) > maxNodes || decodeNode(yaml.NewDecoder(bytes.NewReader(src)), &doc) != nil {
		return s
	}
	s.yaml = true
	for _, one := range d {
		s.nodes[one.Pos] = nil
	}
	s.collect(&doc)
	return s
}

// collect finds the nodes at the places asked for. A block mapping begins where
// its first key does; the key is what can be underlined.
func (s *spans) collect(n *yaml.Node) {
	at := posOf(n)
	if before, asked := s.nodes[at]; asked && n.Kind != yaml.DocumentNode && (before == nil || n.Kind == yaml.ScalarNode) {
		s.nodes[at] = n
	}
	for _, c := range n.Content {
		s.collect(c)
	}
}

func (s *spans) end(at Pos) Pos {
	if at.Line < 1 || at.Line > len(s.lines) || at.Col < 1 {
		return at
	}
	if s.number != at.Line {
		s.number, s.line = at.Line, []rune(strings.TrimRight(s.lines[at.Line-1], " \t\r"))
	}
	if at.Col > len(s.line) {
		return at
	}
	at.Col += s.length(s.line[at.Col-1:], s.nodes[at])
	return at
}

// length counts the characters of what begins rest. n is the node that does, or
// nil inside a text.
func (s *spans) length(rest []rune, n *yaml.Node) int {
	switch {
	case !unicode.IsPrint(rest[0]) && rest[0] != '\t':
		return 1
	case !s.yaml:
		return len(rest)
	case rest[0] == '{' && n == nil:
		return max(slices.Index(rest, '}')+1, 1)
	case n == nil:
		return until(rest, " \t\"',/")
	case rest[0] == '"' || rest[0] == '\'':
		return quoted(rest)
	case rest[0] == '{' || rest[0] == '[':
		return bracketed(rest)
	case strings.ContainsRune("!&*|>", rest[0]):
		return until(rest, " \t,]}")
	case n.Kind != yaml.ScalarNode:
		return 1 // the dash of a list
	}
	if value := []rune(n.Value); len(value) <= len(rest) && slices.Equal(value, rest[:len(value)]) {
		return len(value)
	}
	return len(rest) // it goes on in the next line
}

func until(rest []rune, stops string) int {
	if i := slices.IndexFunc(rest, func(c rune) bool { return strings.ContainsRune(stops, c) }); i >= 0 {
		return i
	}
	return len(rest)
}

// quoted is the length of a quoted text, or of what the line has of it.
func quoted(rest []rune) int {
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[0] == '"' && rest[i] == '\\':
			i++
		case rest[i] != rest[0]:
		case rest[0] == '\'' && i+1 < len(rest) && rest[i+1] == '\'':
			i++
		default:
			return i + 1
		}
	}
	return len(rest)
}

// bracketed is the length of a mapping in braces or a list in brackets, or of
// what the line has of it.
func bracketed(rest []rune) int {
	depth := 0
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case (c == '"' || c == '\'') && strings.ContainsRune(" ,:[{", rest[i-1]):
			i += quoted(rest[i:]) - 1
		}
	}
	return len(rest)
}
