// Types: the objects of answers, as far as the language can describe them. It
// knows no recursion, so a type that contains itself is an object there.

package importer

import (
	"regexp"
	"slices"
	"strings"

	oas "github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	"gopkg.in/yaml.v3"
)

const (
	maxTypes     = 2_000
	maxTypeDepth = 8
	maxFields    = 300
	maxInline    = 3 // objects without a name, one in the other
)

type schemaNode = oas.Node

// types collects the types that answers need.
type types struct {
	*draft
	names   scope
	list    []*typ
	known   map[*schemaNode]*typ
	working map[*schemaNode]bool
}

// typ is one type. Fields refer to others by pointer until names are final.
type typ struct {
	name   string
	fields []field
	schema *schema
	key    *yaml.Node
}

type field struct {
	name, before, after string // [ and ]|null around the type
	of                  *typ
	builtin             string
	description         string
	enum                []string
}

func newTypes(d *draft) *types {
	t := &types{draft: d, names: make(scope), known: make(map[*schemaNode]*typ), working: make(map[*schemaNode]bool)}
	for _, taken := range reservedTypes {
		t.names.take(taken)
	}
	return t
}

// typeOf is the name of the type of an object, or nothing.
func (d *draft) typeOf(p *base.SchemaProxy, owner, part string) string {
	if d.options.NoTypes || p == nil {
		return ""
	}
	if t := d.types.make(d.of(p), owner+"_"+part, 0, 0); t != nil {
		return t.name
	}
	return ""
}

// make returns the type of a schema, made now unless it is known. Nil: the
// schema is none of an object with members, or the type would be too much.
func (t *types) make(s *schema, otherwise string, depth, inline int) *typ {
	if s.kind() != "object" || len(s.props) == 0 || s.at == nil || t.working[s.at] {
		return nil
	}
	if known := t.known[s.at]; known != nil {
		return known
	}
	if s.ref == "" {
		if inline++; inline > maxInline {
			return nil
		}
	}
	if depth > maxTypeDepth || len(t.list) >= maxTypes {
		return nil
	}
	t.working[s.at] = true
	defer delete(t.working, s.at)
	out := &typ{schema: s}
	at := len(t.list)
	t.list = append(t.list, out)
	out.name = t.name(first(s.ref, otherwise))
	taken := make(scope)
	for _, p := range s.props {
		if !fieldName.MatchString(p.name) || len(p.name) > maxName || len(out.fields) >= maxFields || taken.has(fieldKey(p.name)) {
			continue
		}
		taken.take(fieldKey(p.name))
		out.fields = append(out.fields, t.field(out, p, s.required[p.name], depth, inline))
	}
	if len(out.fields) == 0 {
		t.list = slices.Delete(t.list, at, at+1)
		return nil
	}
	t.known[s.at] = out
	return out
}

// name is a free name for a type that Go will not take for something else.
func (t *types) name(text string) string {
	name := identifier(strings.ReplaceAll(text, ".", "_"), "item")
	for _, suffix := range []string{"_input", "_output"} {
		if strings.HasSuffix(name, suffix) {
			name = shorten(name, maxName-5) + "_type"
		}
	}
	if slices.Contains(reservedTypes, name) {
		name += "_type"
	}
	return t.names.take(name)
}

// reservedTypes are types of the language, and names that Go has already.
var reservedTypes = []string{"string", "integer", "number", "boolean", "object", "any", "array", "client", "table", "new"}

var fieldName = regexp.MustCompile(`^[A-Za-z_@][A-Za-z0-9_@:-]*$`)

// fieldKey is what the name of a member comes to in Go.
func fieldKey(name string) string {
	return "x" + strings.ToLower(strings.NewReplacer("-", "", ":", "", "@", "", "_", "").Replace(name))
}

func (t *types) field(in *typ, p property, required bool, depth, inline int) field {
	s := t.member(p)
	f := field{name: p.name, description: clip(line(s.description), 300)}
	if !required || s.nullable {
		f.after = "|null"
	}
	inner := s
	switch s.kind() {
	case "array":
		f.before, f.after = "[", "]"+f.after
		inner = t.of(s.items)
	case "object":
		if len(s.props) == 0 && s.extra != nil {
			f.before, f.after = "{", "}"+f.after
			inner = t.of(s.extra)
		}
	}
	switch kind := inner.kind(); kind {
	case "":
		f.builtin = "any"
		if len(inner.props) > 0 {
			f.builtin = "object"
		}
		if slices.ContainsFunc(inner.alternatives, func(a *schema) bool { return a.kind() != "object" }) {
			f.builtin = "any"
		}
	case "array":
		f.builtin = "any"
	case "object":
		f.builtin = "object"
		f.of = t.make(inner, in.name+"_"+snake(p.name), depth+1, inline)
	default:
		f.builtin = kind
		f.enum = knownValues(inner, kind)
	}
	return f
}

// knownValues are the texts that a field may be.
func knownValues(s *schema, kind string) (out []string) {
	if kind != "string" {
		return nil
	}
	for _, v := range enumOf(s, kind) {
		if strings.TrimSpace(v.Value) == "" || strings.Contains(v.Value, "\n") || len(v.Value) > maxLine {
			return nil
		}
		out = append(out, v.Value)
	}
	if len(out) > 60 {
		return nil
	}
	return out
}

func (f field) typeName() string {
	name := f.builtin
	if f.of != nil {
		name = f.of.name
	}
	return f.before + name + f.after
}

func (f field) tree() *yaml.Node {
	if f.description == "" && f.enum == nil {
		return text(f.typeName())
	}
	m := flow()
	m.text("type", f.typeName())
	if f.enum != nil {
		m.put("enum", texts(f.enum...))
	}
	m.text("description", f.description)
	return m.Node
}

// tree is the types that are used, by name.
func (t *types) tree(used map[string]bool) *yaml.Node {
	out := newMapping()
	for _, one := range t.list {
		if !used[one.name] {
			continue
		}
		fields := newMapping()
		for _, f := range one.fields {
			fields.put(f.name, f.tree())
		}
		m := newMapping()
		m.text("description", clip(sentence(one.schema.description), maxProse))
		m.put("fields", fields.Node)
		one.key = out.put(one.name, m.Node)
		if len(out.Content) > 2 {
			one.key.HeadComment = "\n"
		}
	}
	return out.Node
}

// used are the types that answers lead to.
func (t *types) used(actions []*action) map[string]bool {
	byName := make(map[string]*typ, len(t.list))
	for _, one := range t.list {
		byName[one.name] = one
	}
	out := make(map[string]bool)
	var visit func(one *typ)
	visit = func(one *typ) {
		if one == nil || out[one.name] {
			return
		}
		out[one.name] = true
		for _, f := range one.fields {
			visit(f.of)
		}
	}
	for _, a := range actions {
		for _, o := range a.result.fields {
			visit(byName[o.of])
		}
	}
	return out
}
