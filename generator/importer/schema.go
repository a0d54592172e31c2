// Schemas, as the rest looks at them: references followed, allOf put together,
// alternatives known, null taken out of the types.

package importer

import (
	"math"
	"slices"
	"strings"

	oas "github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/datamodel/high/base"
)

// schema is one schema of a document.
type schema struct {
	ref          string // the last part of the reference that led here
	at           *oas.Node
	types        []string // without null
	nullable     bool
	props        []property
	index        map[string]int // of props, by name
	required     map[string]bool
	items        *base.SchemaProxy
	extra        *base.SchemaProxy // of additional properties
	open         bool              // additional properties are mentioned
	enum         []*oas.Node
	constant     *oas.Node
	preset       *oas.Node // default
	title        string
	description  string
	format       string
	pattern      string
	media        string // contentMediaType
	min, max     *float64
	minLen       *int64
	maxLen       *int64
	minItems     *int64
	maxItems     *int64
	readOnly     bool
	alternatives []*schema // of oneOf and anyOf
}

type property struct {
	name   string
	schema *base.SchemaProxy
	also   []*base.SchemaProxy // what other alternatives make of it
}

// schemas reads schemas, each once.
type schemas struct {
	known map[*oas.Node]*schema
}

// maxNesting bounds allOf in allOf, and alternatives in alternatives.
const maxNesting = 12

// of is the schema of a proxy; that of nothing is empty.
func (s *schemas) of(p *base.SchemaProxy) *schema { return s.read(p, 0) }

func (s *schemas) read(p *base.SchemaProxy, depth int) *schema {
	if p == nil || depth > maxNesting {
		return &schema{}
	}
	at := p.GetValueNode()
	if known := s.known[at]; known != nil && at != nil {
		return known.named(p)
	}
	out := s.build(p, at, depth)
	if at != nil && depth == 0 {
		s.known[at] = out
	}
	return out.named(p)
}

// named is the schema with the name by which it was reached.
func (s *schema) named(p *base.SchemaProxy) *schema {
	if !p.IsReference() || s.ref != "" {
		return s
	}
	ref := p.GetReference()
	s.ref = ref[strings.LastIndexByte(ref, '/')+1:]
	if i := strings.LastIndexByte(s.ref, '.'); i > 0 && slices.Contains([]string{".yaml", ".yml", ".json"}, s.ref[i:]) {
		s.ref = s.ref[:i]
	}
	return s
}

// build reads a schema. The parser may fail on hostile ones; then nothing is
// known of it.
func (s *schemas) build(p *base.SchemaProxy, at *oas.Node, depth int) (out *schema) {
	out = &schema{at: at}
	defer func() {
		if recover() != nil {
			out = &schema{at: at}
		}
	}()
	raw := p.Schema()
	if raw == nil {
		return out
	}
	// A reference is read where it leads, so that all that lead there are one.
	if low := raw.GoLow(); low != nil && low.RootNode != nil && low.RootNode != at {
		if known := s.known[low.RootNode]; known != nil {
			return known
		}
		out.at = low.RootNode
		if depth == 0 {
			s.known[out.at] = out
		}
	}
	out.own(raw)
	for _, part := range raw.AllOf {
		one := s.read(part, depth+1)
		if len(raw.AllOf) == 1 {
			out.adopt(one)
		}
		out.merge(one)
	}
	s.choices(out, slices.Concat(raw.OneOf, raw.AnyOf), depth)
	out.settle()
	return out
}

// own takes what a schema says itself.
func (s *schema) own(raw *base.Schema) {
	for _, t := range raw.Type {
		s.addType(t)
	}
	s.nullable = s.nullable || raw.Nullable != nil && *raw.Nullable
	if raw.Properties != nil {
		for name, p := range raw.Properties.FromOldest() {
			s.add(property{name: name, schema: p})
		}
	}
	for _, name := range raw.Required {
		s.require(name)
	}
	if raw.Items != nil && raw.Items.IsA() {
		s.items = raw.Items.A
	}
	if a := raw.AdditionalProperties; a != nil {
		s.open = a.IsA() || a.B
		if a.IsA() {
			s.extra = a.A
		}
	}
	s.enum, s.constant, s.preset = raw.Enum, raw.Const, raw.Default
	s.title, s.description, s.format, s.pattern, s.media = raw.Title, raw.Description, raw.Format, raw.Pattern, raw.ContentMediaType
	s.min, s.max, s.minLen, s.maxLen, s.minItems, s.maxItems = raw.Minimum, raw.Maximum, raw.MinLength, raw.MaxLength, raw.MinItems, raw.MaxItems
	s.readOnly = raw.ReadOnly != nil && *raw.ReadOnly
	s.exclusive(raw)
}

// exclusive turns exclusive bounds of whole numbers into inclusive ones, and
// forgets others: the language has none.
func (s *schema) exclusive(raw *base.Schema) {
	whole := slices.Contains(raw.Type, "integer")
	bound := func(d *base.DynamicValue[bool, float64], at **float64, step float64) {
		switch {
		case d == nil:
		case d.IsB() && whole:
			v := math.Trunc(d.B) + step
			*at = &v
		case d.IsA() && d.A && *at != nil && whole:
			v := **at + step
			*at = &v
		case d.IsA() && d.A:
			*at = nil
		}
	}
	bound(raw.ExclusiveMinimum, &s.min, 1)
	bound(raw.ExclusiveMaximum, &s.max, -1)
}

func (s *schema) addType(t string) {
	switch {
	case t == "null":
		s.nullable = true
	case t == "file":
		s.addType("string")
		s.format = "binary"
	case !slices.Contains(s.types, t):
		s.types = append(s.types, t)
	}
}

func (s *schema) add(p property) {
	if s.index == nil {
		s.index = make(map[string]int)
	}
	if i, ok := s.index[p.name]; ok {
		s.props[i] = p
		return
	}
	s.index[p.name] = len(s.props)
	s.props = append(s.props, p)
}

func (s *schema) require(name string) {
	if s.required == nil {
		s.required = make(map[string]bool)
	}
	s.required[name] = true
}

// merge takes in a part of allOf. What stands outside wins.
func (s *schema) merge(part *schema) {
	if len(s.types) == 0 {
		s.types = slices.Clone(part.types)
	}
	s.nullable = s.nullable || part.nullable
	for _, p := range part.props {
		if _, ok := s.index[p.name]; !ok {
			s.add(p)
		}
	}
	for name := range part.required {
		s.require(name)
	}
	s.alternatives = append(s.alternatives, part.alternatives...)
	fill(&s.items, part.items)
	fill(&s.extra, part.extra)
	fill(&s.constant, part.constant)
	fill(&s.preset, part.preset)
	fill(&s.min, part.min)
	fill(&s.max, part.max)
	fill(&s.minLen, part.minLen)
	fill(&s.maxLen, part.maxLen)
	fill(&s.minItems, part.minItems)
	fill(&s.maxItems, part.maxItems)
	if s.enum == nil {
		s.enum = part.enum
	}
	s.open = s.open || part.open
	s.readOnly = s.readOnly || part.readOnly
	s.title, s.description = first(s.title, part.title), first(s.description, part.description)
	s.format, s.pattern, s.media = first(s.format, part.format), first(s.pattern, part.pattern), first(s.media, part.media)
}

// adopt takes the name of a part that is all there is.
func (s *schema) adopt(part *schema) {
	if len(s.props) == 0 && part.ref != "" {
		s.ref, s.at = part.ref, part.at
	}
}

func fill[T any](to **T, from *T) {
	if *to == nil {
		*to = from
	}
}

// choices takes in oneOf and anyOf. Null beside one alternative makes that one
// nullable; objects become one object with the members of all.
func (s *schemas) choices(out *schema, list []*base.SchemaProxy, depth int) {
	var rest []*schema
	for _, p := range list {
		a := s.read(p, depth+1)
		if len(a.types) == 0 && a.nullable && len(a.alternatives) == 0 && len(a.props) == 0 && a.enum == nil {
			out.nullable = true
			continue
		}
		rest = append(rest, a)
	}
	if len(rest) == 1 {
		out.adopt(rest[0])
		out.merge(rest[0])
		return
	}
	out.alternatives = append(out.alternatives, rest...)
}

// settle makes of the alternatives what they have in common.
func (s *schema) settle() {
	if len(s.alternatives) == 0 {
		return
	}
	var types []string
	counts := make(map[string]int)
	for _, a := range s.alternatives {
		types = append(types, first(a.kind(), "any"))
		s.nullable = s.nullable || a.nullable
		for _, p := range a.props {
			if i, ok := s.index[p.name]; ok {
				s.props[i].also = append(s.props[i].also[:len(s.props[i].also):len(s.props[i].also)], p.schema)
				continue
			}
			s.add(p)
		}
		for name := range a.required {
			counts[name]++
		}
		if a.open || a.kind() == "object" && len(a.props) == 0 {
			s.open = true
		}
	}
	for name, n := range counts {
		if n == len(s.alternatives) {
			s.require(name)
		}
	}
	if len(s.types) > 0 {
		return
	}
	slices.Sort(types)
	if types = slices.Compact(types); !slices.Contains(types, "any") {
		s.types = types
		s.common()
	}
}

// common takes what all alternatives of one scalar type or of lists share.
func (s *schema) common() {
	if len(s.types) != 1 {
		return
	}
	var enum []*oas.Node
	for _, a := range s.alternatives {
		fill(&s.items, a.items)
		if a.constant != nil {
			enum = append(enum, a.constant)
		} else if a.enum != nil {
			enum = append(enum, a.enum...)
		} else {
			return
		}
	}
	if s.enum == nil && s.types[0] != "array" {
		s.enum = enum
	}
}

// kind is the JSON type of a schema, or "" when it may be several or anything.
func (s *schema) kind() string {
	types := s.types
	if len(types) == 0 {
		types = s.inferred()
	}
	switch {
	case len(types) == 1 && slices.Contains(jsonTypes, types[0]):
		return types[0]
	case len(types) == 2 && slices.Contains(types, "integer") && slices.Contains(types, "number"):
		return "number"
	}
	return ""
}

var jsonTypes = []string{"string", "integer", "number", "boolean", "array", "object"}

// inferred is the type of a schema that does not say it.
func (s *schema) inferred() []string {
	switch {
	case len(s.props) > 0 || s.open && len(s.alternatives) == 0:
		return []string{"object"}
	case s.items != nil:
		return []string{"array"}
	case len(s.alternatives) > 0:
		return nil
	}
	var types []string
	for _, e := range append(slices.Clone(s.enum), s.constant) {
		if e != nil && e.Kind == oas.ScalarNode && e.Tag != "!!null" {
			types = append(types, map[string]string{"!!int": "integer", "!!float": "number", "!!bool": "boolean"}[e.Tag])
		}
	}
	slices.Sort(types)
	if types = slices.Compact(types); len(types) == 1 {
		return []string{first(types[0], "string")}
	}
	if s.pattern != "" || slices.Contains([]string{"date", "date-time", "uuid", "uri", "url", "email", "binary", "byte", "password"}, s.format) {
		return []string{"string"}
	}
	return nil
}

// binary reports whether a text is bytes.
func (s *schema) binary() bool {
	return s.format == "binary" || s.media != "" && !strings.Contains(s.media, "json") && !strings.HasPrefix(s.media, "text/")
}

// member is the schema of a property, which may be several: then it is what they
// have in common.
func (s *schemas) member(p property) *schema {
	first := s.of(p.schema)
	if len(p.also) == 0 {
		return first
	}
	out := &schema{title: first.title, description: first.description, alternatives: []*schema{first}}
	for _, other := range p.also {
		o := s.of(other)
		if o == first {
			continue
		}
		out.alternatives = append(out.alternatives, o)
		if out.description == "" {
			out.description = o.description
		}
	}
	if len(out.alternatives) == 1 {
		return first
	}
	out.settle()
	return out
}

// isOpen reports whether an object has no members that are known.
func (s *schema) isOpen() bool { return len(s.props) == 0 }
