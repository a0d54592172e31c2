// Package format lays out manifests: two spaces for each level, one space where
// YAML wants some, double quotes, no spaces at ends of lines, one blank line at
// most, one line break at the end. Order, comments, line breaks and meaning stay.
//
// The text is laid out line by line (lines.go, tokens.go), since printing parsed
// nodes would lose blank lines and the places of comments. What comes out is
// parsed and compared, so that a layout that would change the meaning is never
// returned.
package format

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// Source returns a manifest laid out. Formatting twice is formatting once. The
// manifest may have faults, but it must be one YAML document.
func Source(src []byte) ([]byte, error) {
	before, err := parse(src)
	if err != nil {
		return nil, err
	}
	out := src
	// A second round seldom changes anything; without an end nothing is changed.
	for range 5 {
		next := layout(out, before)
		if bytes.Equal(next, out) {
			return out, nil
		}
		out = next
	}
	return src, nil
}

// layout is one round: the fullest layout that keeps the meaning.
func layout(src []byte, meaning *yaml.Node) []byte {
	text := strings.ReplaceAll(strings.TrimPrefix(string(src), "\uFEFF"), "\r\n", "\n")
	for _, how := range []func(string) (string, bool){full, ends} {
		out, ok := how(text)
		if !ok || bare(out) != bare(text) {
			continue
		}
		if after, err := parse([]byte(out)); err == nil && same(meaning, after) {
			return []byte(out)
		}
	}
	return src
}

// bare is a text without white space and quotes: what no layout changes.
func bare(s string) string {
	return strings.Map(func(c rune) rune {
		if c == '"' || c == '\'' || unicode.IsSpace(c) {
			return -1
		}
		return c
	}, s)
}

// errLineBreaks is returned for characters that end a line for YAML and not for
// people; a manifest cannot hold them anyway.
var errLineBreaks = errors.New("the file has invisible line breaks; connectorgen lint says where")

func parse(src []byte) (*yaml.Node, error) {
	if rest := strings.ReplaceAll(string(src), "\r\n", "\n"); strings.ContainsAny(rest, "\r\u0085\u2028\u2029\x00") {
		return nil, errLineBreaks
	}
	d := yaml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(src, []byte("\uFEFF"))))
	doc, err := decode(d)
	if errors.Is(err, io.EOF) {
		return &yaml.Node{}, nil // comments, or nothing
	} else if err != nil {
		return nil, err
	}
	if _, err := decode(d); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file has a second YAML document")
	}
	return doc, nil
}

// decode keeps a fault of the YAML library from ending the program.
func decode(d *yaml.Decoder) (n *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: %v", p)
		}
	}()
	n = &yaml.Node{}
	return n, d.Decode(n)
}

// same reports whether two nodes mean the same, written in the same way but for
// the kind of quotes.
func same(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.ShortTag() != b.ShortTag() || a.Value != b.Value || a.Anchor != b.Anchor ||
		style(a) != style(b) || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !same(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

func style(n *yaml.Node) yaml.Style {
	if n.Style&yaml.SingleQuotedStyle != 0 {
		return n.Style&^yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle
	}
	return n.Style
}
