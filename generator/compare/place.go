// Where things stand in a manifest. A place is asked for by keys, from the root
// down; where a key is missing, its nearest parent is the answer.

package compare

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator/manifest"
)

// places is a parsed manifest.
type places struct{ root *yaml.Node }

// readPlaces parses a manifest that has been found good.
func readPlaces(src []byte) places {
	var doc yaml.Node
	if err := yaml.Unmarshal(bytes.TrimPrefix(src, []byte("\uFEFF")), &doc); err != nil || len(doc.Content) == 0 {
		return places{&yaml.Node{Line: 1, Column: 1}}
	}
	return places{doc.Content[0]}
}

// at is the place of the key that the path leads to, or of its nearest parent.
func (p places) at(path ...string) manifest.Pos {
	found, n := p.root, p.root
	for _, name := range path {
		key, value := step(n, name)
		if value == nil {
			break
		}
		found, n = key, value
	}
	return manifest.Pos{Line: max(found.Line, 1), Col: max(found.Column, 1)}
}

// step is the member of a mapping, or the element of a list.
func step(n *yaml.Node, name string) (key, value *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return n.Content[i], n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i], n.Content[i]
		}
	}
	return nil, nil
}

func (p places) node(path ...string) *yaml.Node {
	n := p.root
	for _, name := range path {
		if _, n = step(n, name); n == nil {
			return nil
		}
	}
	return n
}

// inAction is a place inside an action, or in what the action shares with
// others: a group, a body, a paging, the defaults of the connector.
func (p places) inAction(action string, path ...string) manifest.Pos {
	own := append([]string{"actions", action}, path...)
	if len(path) == 0 {
		return p.at(own...)
	}
	switch path[0] {
	case "body":
		if n := p.node("actions", action, "body"); n != nil && n.Kind == yaml.ScalarNode {
			return p.at(append([]string{"bodies", n.Value}, path[1:]...)...)
		}
	case "paging":
		if n := p.node("actions", action, "paging"); n != nil {
			return p.at(append([]string{"paging", n.Value}, path[1:]...)...)
		}
	case "parameters":
		if len(path) > 1 {
			return p.at(p.parameter(action, path[1], path[2:])...)
		}
	case "timeout", "success", "host", "auth":
		if p.node(own...) != nil {
			break
		}
		if p.node("defaults", path[0]) != nil {
			return p.at("defaults", path[0])
		}
		if path[0] == "auth" {
			return p.at("auth") // the first scheme
		}
	}
	return p.at(own...)
}

// parameter is the path of a parameter: in the action, or in a group that it
// takes in. What a group's use says about it stands at the use.
func (p places) parameter(action, name string, rest []string) []string {
	own := []string{"actions", action, "parameters", name}
	uses := p.node("actions", action, "parameters")
	if uses == nil || p.node(own...) != nil {
		return append(own, rest...)
	}
	for i := 0; i+1 < len(uses.Content); i += 2 {
		group, ok := strings.CutPrefix(uses.Content[i].Value, "+")
		if !ok || p.node("groups", group, name) == nil {
			continue
		}
		if _, required := step(uses.Content[i+1], "required"); required != nil && slices.Equal(rest, []string{"required"}) {
			return []string{"actions", action, "parameters", "+" + group, "required"}
		}
		return append([]string{"groups", group, name}, rest...)
	}
	return own
}

// place is line:col.
func place(at manifest.Pos) string { return strconv.Itoa(at.Line) + ":" + strconv.Itoa(at.Col) }
