// Values of a document in a manifest: enums, defaults, bounds.

package importer

import (
	"math"
	"strconv"
	"strings"

	oas "github.com/pb33f/go-yaml"
	"gopkg.in/yaml.v3"
)

// value is a node of the document in a manifest: JSON, without what cannot be
// read back as what it is.
func value(n *oas.Node) *yaml.Node { return valueAt(n, 0) }

const maxValue = 500 // nodes of one value

func valueAt(n *oas.Node, depth int) *yaml.Node {
	switch {
	case n == nil || depth > 10:
		return nil
	case n.Kind == oas.AliasNode:
		return valueAt(n.Alias, depth+1)
	case n.Kind == oas.ScalarNode:
		return valueScalar(n)
	case len(n.Content) > maxValue:
		return nil
	case n.Kind == oas.SequenceNode:
		out := list()
		for _, e := range n.Content {
			v := valueAt(e, depth+1)
			if v == nil {
				return nil
			}
			out.Content = append(out.Content, v)
		}
		return out
	case n.Kind == oas.MappingNode:
		out := flow()
		for i := 0; i+1 < len(n.Content); i += 2 {
			name, v := visible(n.Content[i].Value), valueAt(n.Content[i+1], depth+1)
			if v == nil || n.Content[i].Kind != oas.ScalarNode || len(name) > maxName || strings.Contains(name, "\n") || child(out.Node, name) != nil {
				return nil
			}
			out.put(name, v)
		}
		return out.Node
	}
	return nil
}

func valueScalar(n *oas.Node) *yaml.Node {
	switch n.ShortTag() {
	case "!!null":
		return null()
	case "!!bool":
		b, err := strconv.ParseBool(strings.ToLower(n.Value))
		if err != nil {
			return nil
		}
		return boolean(b)
	case "!!int", "!!float":
		return number(n.Value)
	}
	if s := visible(n.Value); len(s) <= maxLine {
		return text(s)
	}
	return nil
}

// number is a number as JSON has it, or nil.
func number(s string) *yaml.Node {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(i, 10)}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return nil
	}
	return decimal(f)
}

func decimal(f float64) *yaml.Node {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(int64(f), 10)}
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		if len(s) > 40 {
			return nil
		}
		if len(s) > 18 { // YAML would take it for a whole number that is none
			s += ".0"
		}
	}
	tag := "!!float"
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: s}
}
