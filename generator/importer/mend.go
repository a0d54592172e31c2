// A reference that leads nowhere would take the whole path with it in the
// parser. So each is taken out first, and reported.

package importer

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	oas "github.com/pb33f/go-yaml"
)

// mend removes the references of a document that lead nowhere in it.
func mend(file, path string, files []string, root *oas.Node) []Note {
	m := &mender{file: file, path: path, files: files, root: root, seen: make(map[*oas.Node]bool), known: make(map[string]bool)}
	if root != nil && root.Kind == oas.DocumentNode && len(root.Content) > 0 {
		m.root = root.Content[0]
	}
	m.walk(m.root, 0)
	return m.notes
}

type mender struct {
	file  string
	path  string
	files []string // that the document may refer to
	root  *oas.Node
	seen  map[*oas.Node]bool
	known map[string]bool // references, and whether they lead somewhere
	notes []Note
}

// maxDepth is deeper than documents are.
const maxDepth = 500

func (m *mender) walk(n *oas.Node, depth int) {
	if n == nil || m.seen[n] {
		return
	}
	m.seen[n] = true
	if depth > maxDepth {
		n.Content = nil
		m.note(n, "what is deeper than here is not read")
		return
	}
	if n.Kind == oas.AliasNode {
		m.walk(n.Alias, depth+1)
	}
	if n.Kind == oas.MappingNode {
		m.reference(n)
	}
	for i, c := range n.Content {
		if n.Kind == oas.MappingNode && i%2 == 1 && strings.HasPrefix(n.Content[i-1].Value, "x-") {
			continue // extensions are not read
		}
		m.walk(c, depth+1)
	}
}

// reference removes a $ref that leads nowhere from a mapping.
func (m *mender) reference(n *oas.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Value != "$ref" || v.Kind != oas.ScalarNode || m.leads(v.Value) {
			continue
		}
		n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
		m.note(v, "the reference "+quoted(clip(visible(v.Value), 200))+" leads nowhere")
		return
	}
}

func (m *mender) note(at *oas.Node, message string) {
	m.notes = append(m.notes, Note{Kind: LeftOut, Place: fmt.Sprintf("%s:%d:%d", m.file, at.Line, at.Column), Message: message})
}

// leads reports whether a reference leads somewhere that is no reference which
// leads back.
func (m *mender) leads(ref string) bool {
	if known, ok := m.known[ref]; ok {
		return known
	}
	if !strings.HasPrefix(ref, "#") {
		return m.isFile(ref)
	}
	m.known[ref] = false // while it is being followed
	to := m.at(ref)
	ok := to != nil && (to.Kind == oas.MappingNode || to.Kind == oas.ScalarNode && to.Tag == "!!bool")
	if ok {
		for i := 0; i+1 < len(to.Content); i += 2 {
			if next := to.Content[i+1]; to.Content[i].Value == "$ref" && next.Kind == oas.ScalarNode && strings.HasPrefix(next.Value, "#") && len(to.Content) == 2 {
				ok = m.leads(next.Value)
			}
		}
	}
	m.known[ref] = ok
	return ok
}

// isFile reports whether a reference leads to a file beside the document.
func (m *mender) isFile(ref string) bool {
	name, _, _ := strings.Cut(ref, "#")
	if m.path == "" || strings.Contains(name, "://") || filepath.IsAbs(name) {
		return false
	}
	abs, err := filepath.Abs(m.path)
	return err == nil && slices.Contains(m.files, filepath.Join(filepath.Dir(abs), filepath.FromSlash(name)))
}

// at is the node of a pointer, or nil. Anchors are taken as they are.
func (m *mender) at(ref string) *oas.Node {
	pointer := strings.TrimPrefix(ref, "#")
	if !strings.HasPrefix(pointer, "/") {
		return m.root
	}
	n := m.root
	for token := range strings.SplitSeq(pointer[1:], "/") {
		if plain, err := url.PathUnescape(token); err == nil {
			token = plain
		}
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		for range 10 {
			if n != nil && n.Kind == oas.AliasNode {
				n = n.Alias
			}
		}
		n = step(n, token)
		if n == nil {
			return nil
		}
	}
	return n
}

func step(n *oas.Node, token string) *oas.Node {
	switch {
	case n == nil:
	case n.Kind == oas.SequenceNode:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	case n.Kind == oas.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == token {
				return n.Content[i+1]
			}
		}
	}
	return nil
}
