package main

// Larger and smaller manifests: the actions and types of one manifest again and
// again, under other names and paths, or seven of them.

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/testdata/bench/clients"
)

// writeManifest writes a manifest of n actions, those of the bench when n is their
// number and the connector as it is when n is 0. It returns how many there are.
func writeManifest(from, to string, n int) (actions int, err error) {
	src, err := os.ReadFile(from)
	if err != nil {
		return 0, err
	}
	switch n {
	case 0:
	case len(clients.Operations):
		src, err = only(src, clients.Operations)
	default:
		src, err = multiplied(src, n)
	}
	if err != nil {
		return 0, err
	}
	var m struct{ Actions map[string]yaml.Node }
	if err := yaml.Unmarshal(src, &m); err != nil {
		return 0, err
	}
	return len(m.Actions), os.WriteFile(to, src, 0o644)
}

// only is a manifest with some of its actions.
func only(src []byte, keep []string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		return nil, err
	}
	actions := member(doc.Content[0], "actions")
	var kept []*yaml.Node
	for pair := range slices.Chunk(actions.Content, 2) {
		if slices.Contains(keep, pair[0].Value) {
			without(pair[1], "verify") // the action that it names may be gone
			kept = append(kept, pair...)
		}
	}
	actions.Content = kept
	return encoded(&doc)
}

// without takes a key out of a mapping.
func without(n *yaml.Node, key string) {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content = slices.Delete(n.Content, i, i+2)
			return
		}
	}
}

// multiplied is a manifest of n actions. The first copy is the manifest as it
// is; copy k has types and actions whose names end in _k and paths that begin
// with /k. What actions share by name (bodies, paging, groups, credentials)
// stays shared. What is not told apart by a name, comments above all, is copied
// with the rest, so that the size of the text grows as the number of actions.
func multiplied(src []byte, n int) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		return nil, err
	}
	types, actions := member(doc.Content[0], "types"), member(doc.Content[0], "actions")
	own, ownTypes := slices.Clone(actions.Content), slices.Clone(types.Content)
	actions.Content = actions.Content[:0]
	for k := 1; len(actions.Content) < 2*n; k++ {
		names := renaming(ownTypes, k)
		if k > 1 {
			types.Content = append(types.Content, names.typePairs(ownTypes)...)
		}
		missing := 2*n - len(actions.Content)
		actions.Content = append(actions.Content, names.pairs(own[:min(missing, len(own))])...)
	}
	return encoded(&doc)
}

func encoded(doc *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	err := e.Encode(doc)
	return b.Bytes(), err
}

// member is the value of a key.
func member(n *yaml.Node, key string) *yaml.Node {
	for pair := range slices.Chunk(n.Content, 2) {
		if pair[0].Value == key {
			return pair[1]
		}
	}
	return &yaml.Node{Kind: yaml.MappingNode}
}

// copyOf is how copy k of the manifest's parts is renamed.
type copyOf struct {
	k     int
	types map[string]bool
}

func renaming(types []*yaml.Node, k int) copyOf {
	c := copyOf{k: k, types: make(map[string]bool)}
	for pair := range slices.Chunk(types, 2) {
		c.types[pair[0].Value] = true
	}
	return c
}

// pairs copies keys and values: the keys are names of types or actions.
func (c copyOf) pairs(list []*yaml.Node) (out []*yaml.Node) {
	for pair := range slices.Chunk(list, 2) {
		key := clone(pair[0])
		key.Value = c.name(key.Value)
		out = append(out, key, c.node(pair[1], ""))
	}
	return out
}

func (c copyOf) name(s string) string {
	if c.k == 1 {
		return s
	}
	return fmt.Sprintf("%s_%d", s, c.k)
}

// node copies a value that stands under a key.
func (c copyOf) node(n *yaml.Node, key string) *yaml.Node {
	out := clone(n)
	switch n.Kind {
	case yaml.MappingNode:
		for i, child := range n.Content {
			if i%2 == 0 {
				key = child.Value
				out.Content[i] = clone(child)
				continue
			}
			out.Content[i] = c.node(child, key)
		}
	case yaml.SequenceNode:
		for i, child := range n.Content {
			out.Content[i] = c.node(child, "")
		}
	default:
		out.Value = c.text(n.Value, key)
	}
	return out
}

var word = regexp.MustCompile(`[a-z_0-9]+`)

// text is a scalar: a request has a path, `of`, `project` and `type` have types.
func (c copyOf) text(s, key string) string {
	switch key {
	case "of", "project", "type":
		return c.typeNames(s)
	case "request":
		if c.k > 1 {
			return path.ReplaceAllString(s, fmt.Sprintf("$1/%d/", c.k))
		}
	}
	return s
}

var path = regexp.MustCompile(`^([A-Z]+ )/`)

func (c copyOf) typeNames(s string) string {
	return word.ReplaceAllStringFunc(s, func(w string) string {
		if c.types[w] {
			return c.name(w)
		}
		return w
	})
}

// typePairs is pairs for types, whose fields may be a type alone: { owner: person }.
func (c copyOf) typePairs(list []*yaml.Node) []*yaml.Node {
	out := c.pairs(list)
	for pair := range slices.Chunk(out, 2) {
		for _, field := range member(pair[1], "fields").Content {
			if field.Kind == yaml.ScalarNode {
				field.Value = c.typeNames(field.Value)
			}
		}
	}
	return out
}

func clone(n *yaml.Node) *yaml.Node {
	out := *n
	out.Content = slices.Clone(n.Content)
	return &out
}
