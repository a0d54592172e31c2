// The manifest as a tree of YAML nodes, and how it is built.

package importer

import (
	"strconv"

	"gopkg.in/yaml.v3"
)

// mapping is a YAML mapping under construction.
type mapping struct{ *yaml.Node }

func newMapping() mapping { return mapping{&yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}} }

// flow is a mapping on one line, where it fits.
func flow() mapping {
	m := newMapping()
	m.Style = yaml.FlowStyle
	return m
}

// put adds an entry and returns its key, which takes comments.
func (m mapping) put(name string, value *yaml.Node) *yaml.Node {
	k := text(name)
	m.Content = append(m.Content, k, value)
	return k
}

// text adds a text that is not empty.
func (m mapping) text(name, value string) {
	if value != "" {
		m.put(name, text(value))
	}
}

// flag adds true.
func (m mapping) flag(name string, value bool) {
	if value {
		m.put(name, boolean(true))
	}
}

// node adds a value that is there.
func (m mapping) node(name string, value *yaml.Node) {
	if value != nil {
		m.put(name, value)
	}
}

func text(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

func integer(i int) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(i)}
}

func boolean(b bool) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(b)}
}

func null() *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"} }

// list is a list on one line, where it fits.
func list(elements ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle, Content: elements}
}

func texts(values ...string) *yaml.Node {
	n := list()
	for _, v := range values {
		n.Content = append(n.Content, text(v))
	}
	return n
}

// child is the value at a key, or nil.
func child(n *yaml.Node, name string) *yaml.Node {
	if i := indexOf(n, name); i >= 0 {
		return n.Content[i+1]
	}
	return nil
}

// indexOf is the place of a key in the content of a mapping, or -1.
func indexOf(n *yaml.Node, name string) int {
	if n == nil || n.Kind != yaml.MappingNode {
		return -1
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return i
		}
	}
	return -1
}

// keys are the keys of a mapping, in order.
func keys(n *yaml.Node) (out []string) {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		out = append(out, n.Content[i].Value)
	}
	return out
}

// same reports whether two nodes say the same, whatever their layout.
func same(a, b *yaml.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) {
		return false
	}
	switch a.Kind {
	case yaml.ScalarNode:
		return a.ShortTag() == b.ShortTag() && a.Value == b.Value
	case yaml.MappingNode:
		for i := 0; i+1 < len(a.Content); i += 2 {
			if !same(a.Content[i+1], child(b, a.Content[i].Value)) {
				return false
			}
		}
		return true
	}
	for i := range a.Content {
		if !same(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}
