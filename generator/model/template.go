// Values of a manifest as templates: JSON as it stands, or JSON with holes.

package model

import (
	"strings"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/table"
)

// template reads a value. What has no hole is written out as JSON once.
func template(n *yaml.Node) table.Template {
	if !hasHole(n) {
		return table.Template{Kind: "json", JSON: nodeJSON(n)}
	}
	switch n.Kind {
	case yaml.MappingNode:
		t := table.Template{Kind: "object"}
		for i := 0; i+1 < len(n.Content); i += 2 {
			t.Members = append(t.Members, table.Member{Name: n.Content[i].Value, Value: template(n.Content[i+1])})
		}
		return t
	case yaml.SequenceNode:
		t := table.Template{Kind: "list"}
		for _, e := range n.Content {
			t.Elements = append(t.Elements, template(e))
		}
		return t
	}
	return textTemplate(n.Value)
}

// textTemplate is a text with holes; a hole alone keeps the type of its value.
func textTemplate(text string) table.Template {
	if m := manifest.Hole.FindString(text); m == text {
		return table.Template{Kind: "value", Name: strings.Trim(m, "{}")}
	} else if m == "" {
		return table.Template{Kind: "json", JSON: string(JSON(text, ""))}
	}
	return table.Template{Kind: "text", Text: text}
}

// hasHole reports whether a text of a value has a hole.
func hasHole(n *yaml.Node) bool {
	if n.Kind == yaml.ScalarNode {
		return n.Tag == "!!str" && manifest.Hole.MatchString(n.Value)
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue // a key
		}
		if hasHole(c) {
			return true
		}
	}
	return false
}

// nodeJSON writes a checked value as JSON, in the order of the manifest.
func nodeJSON(n *yaml.Node) string {
	var w strings.Builder
	writeJSON(&w, n)
	return w.String()
}

func writeJSON(w *strings.Builder, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		w.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				w.WriteByte(',')
			}
			w.Write(JSON(n.Content[i].Value, ""))
			w.WriteByte(':')
			writeJSON(w, n.Content[i+1])
		}
		w.WriteByte('}')
	case yaml.SequenceNode:
		w.WriteByte('[')
		for i, e := range n.Content {
			if i > 0 {
				w.WriteByte(',')
			}
			writeJSON(w, e)
		}
		w.WriteByte(']')
	default:
		writeScalar(w, n)
	}
}

func writeScalar(w *strings.Builder, n *yaml.Node) {
	switch n.Tag {
	case "!!str":
		w.Write(JSON(n.Value, ""))
	case "!!null":
		w.WriteString("null")
	default:
		w.WriteString(n.Value)
	}
}

// ValueJSON is a value of a manifest as JSON, "" when it is not given.
func ValueJSON(v manifest.Value) string {
	if !v.Given() {
		return ""
	}
	return nodeJSON(v.Node)
}

// fields are query parameters or headers that no caller gives.
func (b *builder) fields(list []manifest.Named[manifest.Value]) (out []table.Field) {
	for _, f := range list {
		field := table.Field{Name: f.Name.Value, Value: template(f.Value.Node)}
		if strings.HasSuffix(field.Name, "[]") && f.Value.Node.Kind == yaml.SequenceNode {
			field.Encode = &table.Encoding{As: "repeat"}
		}
		out = append(out, field)
	}
	return out
}

func headerFields(list []manifest.Named[manifest.Text]) (out []table.Field) {
	for _, h := range headers(list) {
		out = append(out, table.Field{Name: h.Name, Value: textTemplate(h.Value)})
	}
	return out
}

func conditions(list []manifest.Condition) (out []table.Condition) {
	for _, c := range list {
		out = append(out, table.Condition{
			Param: c.Given.Value + c.Absent.Value + c.Parameter.Value, Is: values(c.Is), Given: c.Given.Given(), Absent: c.Absent.Given()})
	}
	return out
}
