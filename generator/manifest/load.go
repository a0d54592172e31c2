// Reading a manifest: bytes in, a checked Manifest out, or every fault of it.

package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// A manifest is bounded before it is parsed. Five thousand actions take about
// thirteen million bytes and half a million nodes; each node has a separator of
// its own, so separators bound the nodes.
const (
	maxSize  = 16 << 20
	maxNodes = 1_500_000
)

// Load reads and checks a manifest. file is its name in messages. The manifest
// is good when there are no faults; only then may its parts be relied on.
func Load(file string, src []byte) (*Manifest, Diagnostics) {
	r := &Report{File: file}
	root := r.read(src)
	if root == nil {
		return nil, r.Faults.Sorted()
	}
	r.structure(root, ReadLanguage().Root, "the manifest", posOf(root))
	if r.full() {
		return nil, r.Faults.Sorted()
	}
	m := decode(file, root)
	r.check(m)
	return m, r.Faults.Sorted()
}

// read parses the YAML, or reports why it cannot.
func (r *Report) read(src []byte) *yaml.Node {
	src = bytes.TrimPrefix(src, []byte("\uFEFF"))
	if len(src) > maxSize {
		r.Add(Pos{}, "split the API into several connectors", "the manifest is larger than %d MiB", maxSize>>20)
		return nil
	}
	if separators(src) > maxNodes {
		r.Add(Pos{}, "split the API into several connectors", "the manifest has more than %d entries", maxNodes)
		return nil
	}
	if at, c := badCharacterIn(src); at >= 0 && c == utf8.RuneError {
		r.Add(place(src, at), "save the file as UTF-8", "the file is not text in UTF-8")
		return nil
	} else if at >= 0 {
		r.Add(place(src, at), "remove it", "the invisible character U+%04X cannot stand in a manifest", c)
		return nil
	}
	r.lines = strings.Split(string(src), "\n")
	d := yaml.NewDecoder(bytes.NewReader(src))
	var doc yaml.Node
	if err := decodeNode(d, &doc); errors.Is(err, io.EOF) {
		r.Add(Pos{}, "begin with `manifest: 1`", "the manifest is empty")
		return nil
	} else if err != nil {
		r.syntax(err)
		return nil
	}
	var second yaml.Node
	if err := decodeNode(d, &second); err == nil {
		r.Add(Pos{max(second.Line, 1), max(second.Column, 1)}, "keep one manifest in a file", "a second YAML document begins")
		return nil
	} else if !errors.Is(err, io.EOF) {
		r.syntax(err)
		return nil
	}
	return doc.Content[0]
}

// decodeNode keeps a fault of the YAML library from ending the program.
func decodeNode(d *yaml.Decoder, n *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: %v", p)
		}
	}()
	return d.Decode(n)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

var unknownAnchor = regexp.MustCompile(`unknown anchor '([^']*)'`)

// syntax reports what the YAML library found, at the line that it names: the
// parser names the line before (the scanner the right one), and an unknown anchor
// comes without a line.
func (r *Report) syntax(err error) {
	at, message := Pos{1, 1}, strings.ReplaceAll(err.Error(), "\n", " ")
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		message = m[2]
		if line, err := strconv.Atoi(m[1]); err == nil && line > 0 {
			at.Line = line
		}
	}
	if strings.Contains(message, "did not find expected") && at.Line < len(r.lines) {
		at.Line++
	}
	if m := unknownAnchor.FindStringSubmatch(message); m != nil {
		at = r.find("*"+m[1], at)
	}
	cure := "look at this line and the one before"
	if unknownAnchor.MatchString(message) {
		cure = "put a text that begins with * in quotes"
	}
	if strings.Contains(message, "',' or") {
		cure = "inside { } and [ ] put texts that hold ? : , or # in quotes, and close what is open"
	}
	r.Add(at, cure, "this is not YAML: %s", clip(message))
}

// find returns the place of a text in the file, or otherwise.
func (r *Report) find(text string, otherwise Pos) Pos {
	for i, line := range r.lines {
		if before, _, ok := strings.Cut(line, text); ok {
			return Pos{i + 1, utf8.RuneCountInString(before) + 1}
		}
	}
	return otherwise
}

func separators(src []byte) (n int) {
	for _, c := range []byte("\n,[{") {
		n += bytes.Count(src, []byte{c})
	}
	return n
}

// badCharacterIn returns the index of the first character that cannot stand in a
// manifest, comments included, or -1: bytes that are not UTF-8, control
// characters, and what reorders or hides text. Some of them end a line for YAML
// but not for an editor, and would let a comment hold a key.
func badCharacterIn(src []byte) (int, rune) {
	for i := 0; i < len(src); {
		if c := src[i]; c >= ' ' && c < 0x7f || c == '\n' || c == '\t' {
			i++
			continue
		}
		c, size := utf8.DecodeRune(src[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			return i, c
		case c == '\r' && i+1 < len(src) && src[i+1] == '\n':
		case unicode.IsControl(c), unicode.In(c, unicode.Cf, unicode.Zl, unicode.Zp):
			return i, c
		}
		i += size
	}
	return -1, 0
}

func place(src []byte, at int) Pos {
	before := src[:at]
	return Pos{bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1}
}
