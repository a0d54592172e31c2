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
	if at := badByte(src); at >= 0 {
		r.Add(place(src, at), "save the file as UTF-8", "the file is not text in UTF-8")
		return nil
	}
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

// syntax reports what the YAML library found, at the line that it names.
func (r *Report) syntax(err error) {
	at, message := Pos{1, 1}, err.Error()
	if m := yamlLine.FindStringSubmatch(strings.ReplaceAll(message, "\n", " ")); m != nil {
		message = m[2]
		if line, err := strconv.Atoi(m[1]); err == nil && line > 0 {
			at.Line = line
		}
	}
	r.Add(at, "", "this is not YAML: %s", clip(message))
}

func separators(src []byte) (n int) {
	for _, c := range []byte("\n,[{") {
		n += bytes.Count(src, []byte{c})
	}
	return n
}

// badByte returns the index of the first byte that is not UTF-8 text, or -1.
func badByte(src []byte) int {
	for i := 0; i < len(src); {
		c, size := utf8.DecodeRune(src[i:])
		if c == 0 || c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func place(src []byte, at int) Pos {
	before := src[:at]
	return Pos{bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1}
}
