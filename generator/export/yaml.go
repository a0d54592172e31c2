// A JSON document as YAML, its keys in their order.

package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"

	"gopkg.in/yaml.v3"
)

// YAML is a JSON document as YAML.
func YAML(doc []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	node, err := yamlNode(d)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(node); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

// yamlNode reads one value.
func yamlNode(d *json.Decoder) (*yaml.Node, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		return yamlNodes(d, t)
	case string:
		return yamlText(t), nil
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: t.String()}, nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: fmt.Sprint(t)}, nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
}

// yamlNodes reads the members of an object, names among them, or the elements of a
// list, to the end of either.
func yamlNodes(d *json.Decoder, open json.Delim) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.MappingNode}
	if open == '[' {
		n.Kind = yaml.SequenceNode
	}
	for d.More() {
		child, err := yamlNode(d)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, child)
	}
	if len(n.Content) == 0 {
		n.Style = yaml.FlowStyle
	}
	_, err := d.Token() // the end
	return n, err
}

// yamlText is a text, quoted unless it begins with a letter and has nothing that a
// reader of YAML, old ones too, could take for something else.
func yamlText(text string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(text)
	if !plainYAML.MatchString(text) || oldBoolean.MatchString(text) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

var (
	plainYAML  = regexp.MustCompile(`^[A-Za-z/][^\x00-\x1f\x7f-\x{a0}\x{2028}\x{2029}\x{feff}]*$`)
	oldBoolean = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off)$`)
)
