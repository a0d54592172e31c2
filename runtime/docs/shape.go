// What comes back, as a tree that a page unfolds: the output schema, with the
// types of the table where the schema leaves objects open.

package docs

import (
	"encoding/json"
	"slices"
	"strings"

	"modulex.dev/connector/runtime"
)

// node is a member of an object on its way back.
type node struct {
	Name        string
	Type        string // integer, list of objects, text or null
	Description string
	Enum        []string
	Nodes       []*node
	Again       string // the type that is unfolded further up

	sample string // JSON, for the example
}

// schema is what these pages read of a JSON Schema.
type schema struct {
	Type        string
	Description string
	Properties  ordered
	Items       *schema
	AnyOf       []*schema
	Defs        map[string]*schema `json:"$defs"`
	Ref         string             `json:"$ref"`
}

// ordered are properties in their order.
type ordered []property

type property struct {
	name string
	*schema
}

// UnmarshalJSON reads an object member by member.
func (o *ordered) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(strings.NewReader(string(text)))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		p := property{schema: &schema{}}
		p.name, _ = key.(string) // keys are texts
		if err := d.Decode(p.schema); err != nil {
			return err
		}
		*o = append(*o, p)
	}
	return nil
}

// response is the envelope of an action.
func response(a *runtime.Action) (out []*node) {
	var s schema
	if json.Unmarshal([]byte(a.OutputSchema), &s) != nil {
		return nil // a table made by hand may have none
	}
	for _, p := range s.Properties {
		n := s.node(p.name, p.schema, nil)
		switch {
		case p.name == "success":
			n.Description, n.sample = "whether it worked", "true"
		case p.name == "error":
			n.Description, n.sample = "what went wrong, or null", "null"
		}
		if shape := shapeOf(a.Op, p.name); shape != nil && len(n.Nodes) == 0 {
			n.fill(shape, nil)
		}
		out = append(out, n)
	}
	return out
}

// shapeOf is the type that describes a field of the envelope further.
func shapeOf(op *runtime.Operation, field string) *runtime.Shape {
	for i := range op.Outputs {
		if o := &op.Outputs[i]; o.Field == field {
			if o.Project != nil {
				return o.Project
			}
			return o.Shape
		}
	}
	if op.Result.Field == field {
		return op.Result.Shape
	}
	return nil
}

// node makes a node of a schema; refs are the definitions around it.
func (s *schema) node(name string, of *schema, refs []string) *node {
	n := &node{Name: name, Description: of.Description}
	null := false
	for _, one := range of.AnyOf {
		if one.Type == "null" {
			null = true
		} else {
			of = one
		}
	}
	n.Type = typeName(of.Type)
	inner := of
	if of.Type == "array" && of.Items != nil {
		inner = of.Items
		n.Type = listOf(typeName(inner.Type))
		if inner.Ref != "" {
			n.Type = "list of objects"
		}
	}
	if inner.Ref != "" {
		s.refer(n, strings.TrimPrefix(inner.Ref, "#/$defs/"), refs, of == inner)
	}
	for _, p := range inner.Properties {
		n.Nodes = append(n.Nodes, s.node(p.name, p.schema, refs))
	}
	if null {
		n.Type += " or null"
	}
	return n
}

// refer unfolds a definition, unless it is inside itself.
func (s *schema) refer(n *node, ref string, refs []string, plain bool) {
	def := s.Defs[ref]
	if plain {
		n.Type = "object"
	}
	switch {
	case def == nil:
	case slices.Contains(refs, ref):
		n.Again = ref
	default:
		for _, p := range def.Properties {
			n.Nodes = append(n.Nodes, s.node(p.name, p.schema, append(slices.Clone(refs), ref)))
		}
	}
}

// fill unfolds a type of the table.
func (n *node) fill(shape *runtime.Shape, around []*runtime.Shape) {
	if slices.Contains(around, shape) {
		n.Again = shape.Name
		return
	}
	around = append(slices.Clone(around), shape)
	if n.Description == "" {
		n.Description = shape.Description
	}
	for i := range shape.Fields {
		f := &shape.Fields[i]
		child := &node{Name: f.Name, Type: fieldType(f), Description: f.Description, Enum: f.Enum}
		if f.Shape != nil {
			child.fill(f.Shape, around)
		}
		n.Nodes = append(n.Nodes, child)
	}
}

func fieldType(f *runtime.ShapeField) string {
	out := typeName(string(f.Type))
	switch {
	case f.Map:
		out = "object with free keys"
	case f.Type == runtime.TypeArray && f.Shape != nil:
		out = "list of objects"
	case f.Type == runtime.TypeArray:
		out = listOf(typeName(string(f.Items)))
	}
	if f.Nullable {
		out += " or null"
	}
	return out
}

func typeName(t string) string {
	if t == "" {
		return "any"
	}
	if t == "array" {
		return "list"
	}
	return t
}

func listOf(t string) string {
	if t == "any" {
		return "list"
	}
	return "list of " + t + "s"
}

// envelope is an example of an answer: what the types say, one element a list.
func envelope(nodes []*node) string {
	var b strings.Builder
	writeExample(&b, nodes, "", 0)
	return b.String()
}

// deepest is where the example says no more.
const deepest = 4

func writeExample(b *strings.Builder, nodes []*node, indent string, depth int) {
	if len(nodes) == 0 || depth > deepest {
		b.WriteString("{}")
		return
	}
	b.WriteString("{\n")
	for i, n := range nodes {
		b.WriteString(indent + "  " + quoted(n.Name) + ": ")
		list := strings.HasPrefix(n.Type, "list")
		switch {
		case n.sample != "":
			b.WriteString(n.sample)
		case list && len(n.Nodes) == 0:
			b.WriteString("[]")
		case list:
			b.WriteString("[")
			writeExample(b, n.Nodes, indent+"  ", depth+1)
			b.WriteString("]")
		case strings.HasPrefix(n.Type, "object"):
			writeExample(b, n.Nodes, indent+"  ", depth+1)
		default:
			b.WriteString(scalarExample(n))
		}
		if i < len(nodes)-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString(indent + "}")
}

func scalarExample(n *node) string {
	kind, _, _ := strings.Cut(n.Type, " ")
	switch {
	case len(n.Enum) > 0:
		return quoted(n.Enum[0])
	case kind == "integer", kind == "number":
		return "1"
	case kind == "boolean":
		return "true"
	case kind == "any":
		return "null"
	}
	return `"…"`
}
