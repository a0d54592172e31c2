// Types: the objects that answers are made of.

package manifest

import "strings"

// scalarTypes are the types of JSON that need no name.
var builtinTypes = []string{"string", "integer", "number", "boolean", "object", "any"}

// TypeExpression is a type as an author writes it.
type TypeExpression struct {
	Name      string // a built-in type or the name of a declared one
	List, Map bool
	Nullable  bool // null and absence are no surprise
}

// ParseType reads a type expression whose form has been checked: x, [x], {x},
// each with |null behind it.
func ParseType(text string) (t TypeExpression) {
	text, t.Nullable = strings.CutSuffix(text, "|null")
	t.List, t.Map = strings.HasPrefix(text, "["), strings.HasPrefix(text, "{")
	t.Name = strings.Trim(text, "[]{}")
	return t
}

// Builtin reports whether the type needs no declaration.
func (t TypeExpression) Builtin() bool { return contains(builtinTypes, t.Name) }

func (r *Report) checkTypes(m *Manifest) {
	for _, t := range m.Types {
		if contains(builtinTypes, t.Name.Value) {
			r.Add(t.Name.Pos, "rename it", "%s is a type of JSON already", quote(t.Name.Value))
			continue
		}
		for _, f := range t.Value.Fields {
			r.checkField(m, f)
		}
		if through := m.cycle(t.Name.Value, t.Name.Value, make(map[string]bool)); through.Given() {
			r.Add(through.Pos, "write `object` or `[object]` there", "the type %s contains itself", quote(t.Name.Value))
		}
	}
}

func (r *Report) checkField(m *Manifest, f Named[*Field]) {
	if !f.Value.Type.Given() {
		return // reported with the shape
	}
	t := ParseType(f.Value.Type.Value)
	if !t.Builtin() && m.TypeNamed(t.Name) == nil {
		known := append(Names(m.Types), builtinTypes...)
		r.Add(f.Value.Type.Pos, DidYouMean(t.Name, known), "there is no type %s", quote(t.Name))
	}
	if f.Value.Rest.Value && f.Value.From.Given() {
		r.Add(f.Value.From.Pos, "remove it", "the rest has no path: it is what no other field takes")
	}
	if f.Value.Pluck.Given() && !t.List {
		r.Add(f.Value.Pluck.Pos, "write `type: \"[string]\"`, or remove it", "only of a list a member of each element can be taken")
	}
	if f.Value.Template.Given() && t.Name != "string" {
		r.Add(f.Value.Template.Pos, "write `type: string`", "a template makes a text")
	}
	if strings.Contains("."+f.Value.From.Value, ".-") {
		r.Add(f.Value.From.Pos, "take the list, or use a program", "in a projection no place is counted from the end of a list")
	}
	if len(f.Value.Enum) > 0 && t.Name != "string" {
		r.Add(f.Value.Type.Pos, "write `type: string`", "only texts have known values")
	}
}

// cycle finds the field through which a type contains itself. Go has no such
// values, and no answer is endless.
func (m *Manifest) cycle(from, target string, seen map[string]bool) Text {
	t := m.TypeNamed(from)
	if t == nil || seen[from] {
		return Text{}
	}
	seen[from] = true
	for _, f := range t.Fields {
		name := ParseType(f.Value.Type.Value).Name
		if name == target {
			return f.Value.Type
		}
		if through := m.cycle(name, target, seen); through.Given() {
			return f.Value.Type
		}
	}
	return Text{}
}

// TypeNamed is the type of that name, or nil. Each result and each field asks
// for some.
func (m *Manifest) TypeNamed(name string) *Type {
	if m.types == nil {
		m.types = make(map[string]*Type, len(m.Types))
		for _, t := range m.Types {
			m.types[t.Name.Value] = t.Value
		}
	}
	return m.types[name]
}
