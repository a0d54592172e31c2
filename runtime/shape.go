// Projection: an object becomes another one with the members that a shape
// names, in its order and always all of them. A member that is no such thing as
// the shape says becomes its default or null.

package runtime

import (
	"slices"
	"strings"
)

// projection is a shape made ready: the ways that its fields go in a source,
// put together so that one walk over the source finds all of them.
type projection struct {
	ways  []way
	slots []int // of each field: where the walk leaves its source; -1 for the rest
	size  int   // slots
	rest  bool  // a field takes the other members
}

// way is one member of a source on the way of some fields.
type way struct {
	segment
	slot  int   // of the fields that end here, -1 when none does
	below []way // of the fields that go on
}

// projection returns the shape made ready, which happens once for each client.
func (k *call) projection(s *Shape) *projection {
	if p, ok := k.client.plans.Load(s); ok {
		return p.(*projection)
	}
	p, _ := k.client.plans.LoadOrStore(s, newProjection(s))
	return p.(*projection)
}

func newProjection(s *Shape) *projection {
	p := &projection{}
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.Rest {
			p.rest = true
			p.slots = append(p.slots, -1)
			continue
		}
		p.slots = append(p.slots, p.slot(&p.ways, parsePath(f.source())))
	}
	return p
}

// source is the path of a field's source.
func (f *ShapeField) source() string {
	if f.Path == "" {
		return f.Name
	}
	return f.Path
}

// slot returns the slot at the end of a path. Fields with one source share it.
func (p *projection) slot(ways *[]way, whole path) int {
	i := findWay(*ways, []byte(whole[0].name), 0)
	if i < 0 {
		i = len(*ways)
		*ways = append(*ways, way{segment: whole[0], slot: -1})
	}
	w := &(*ways)[i]
	if len(whole) > 1 {
		return p.slot(&w.below, whole[1:])
	}
	if w.slot < 0 {
		w.slot = p.size
		p.size++
	}
	return w.slot
}

// findWay returns the index of the way through a member, -1 when there is none.
// Members mostly come in one order, so the search begins at a guess.
func findWay(ways []way, name []byte, guess int) int {
	for i := guess; i < len(ways); i++ {
		if ways[i].name == string(name) {
			return i
		}
	}
	for i := range min(guess, len(ways)) {
		if ways[i].name == string(name) {
			return i
		}
	}
	return -1
}

// gather walks over an object and leaves the sources of fields in their slots.
// It returns the other members, when rest asks for them.
func gather(c *cursor, ways []way, found [][]byte, rest bool) (others []byte) {
	guess := 0
	for c.enter(); c.more(); {
		key := c.key()
		i := findWay(ways, nameOf(key), guess)
		if i >= 0 {
			ways[i].follow(c, found)
			guess = i + 1
			continue
		}
		if value := c.skip(); rest {
			others = append(append(append(append(others, ','), key...), ':'), value...)
		}
	}
	return others
}

// follow takes the value that a way has led to. The last of several members with
// one name counts, so what was found before is forgotten.
func (w *way) follow(c *cursor, found [][]byte) {
	start := c.i
	w.forget(found)
	switch first := c.first(); {
	case first == '{' && len(w.below) > 0:
		gather(c, w.below, found, false)
	case first == '[' && len(w.below) > 0:
		w.elements(c, found)
	default:
		c.skip()
	}
	if w.slot >= 0 {
		found[w.slot] = c.b[start:c.i:c.i]
	}
}

// elements follows the ways that go on with an index.
func (w *way) elements(c *cursor, found [][]byte) {
	n := 0
	for c.enter(); c.more(); n++ {
		i := slices.IndexFunc(w.below, func(b way) bool { return b.index == n })
		if i < 0 {
			c.skip()
			continue
		}
		w.below[i].follow(c, found)
	}
}

func (w *way) forget(found [][]byte) {
	if w.slot >= 0 {
		found[w.slot] = nil
	}
	for i := range w.below {
		w.below[i].forget(found)
	}
}

// project appends what a shape makes of an object, which stands where t leads.
func (k *call) project(dst []byte, s *Shape, object []byte, t trail) ([]byte, *Error) {
	c := cursor{scanner: scanner{b: object}}
	return k.projectNext(dst, s, &c, t)
}

// projectNext is project for the object that a cursor stands at.
func (k *call) projectNext(dst []byte, s *Shape, c *cursor, t trail) ([]byte, *Error) {
	p := k.projection(s)
	var few [32][]byte
	found := few[:]
	if p.size > len(few) {
		found = make([][]byte, p.size)
	}
	rest := gather(c, p.ways, found, p.rest)
	dst = append(dst, '{')
	for i := range s.Fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		f := &s.Fields[i]
		dst = append(appendQuoted(dst, f.Name), ':')
		if f.Rest {
			dst = appendRest(dst, rest, f)
			continue
		}
		var err *Error
		if dst, err = k.projectField(dst, f, found[p.slots[i]], trail{up: &t, name: f.source(), shape: s}); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

// appendRest appends the members that no field takes.
func appendRest(dst, rest []byte, f *ShapeField) []byte {
	if len(rest) == 0 {
		return append(dst, f.otherwise()...)
	}
	return append(append(append(dst, '{'), rest[1:]...), '}')
}

// otherwise is what a projected field holds when nothing is there for it.
func (f *ShapeField) otherwise() string {
	if f.Default != "" {
		return f.Default
	}
	return "null"
}

// projectField appends the value of a field.
func (k *call) projectField(dst []byte, f *ShapeField, value []byte, t trail) ([]byte, *Error) {
	if value == nil || value[0] == 'n' {
		return append(dst, f.otherwise()...), nil
	}
	if !isType(f.Type, value) && (f.Type == TypeObject || f.Type == TypeArray) {
		k.reportAt(t, DriftType, string(f.Type), typeOf(value))
		return append(dst, f.otherwise()...), nil
	}
	switch {
	case f.Type == TypeArray:
		return k.projectList(dst, f, value, t)
	case f.Type == TypeObject && f.Map:
		return k.projectMap(dst, f, value, t)
	case f.Type == TypeObject && f.Shape != nil:
		return k.project(dst, f.Shape, value, t)
	case f.Type == TypeObject:
		return append(dst, value...), nil
	}
	if f.Template != "" && isScalar(value) || f.Template != "" && value[0] == '"' {
		value = appendQuoted(nil, strings.ReplaceAll(f.Template, "{value}", textOf(value)))
	}
	out := k.scalar(scalar{f.Type, f.Convert, f.Values}, value, t)
	if out[0] == 'n' {
		return append(dst, f.otherwise()...), nil
	}
	k.inspectEnum(f, out, t)
	return append(dst, out...), nil
}

// projectList appends a list of a projected object. One with an element of
// another type than its elements are is no such list.
func (k *call) projectList(dst []byte, f *ShapeField, list []byte, t trail) ([]byte, *Error) {
	if f.Shape == nil && f.Items != TypeObject && !isScalarType(f.Items) && f.Pluck == "" {
		return append(dst, list...), nil
	}
	start := len(dst)
	dst = append(dst, '[')
	for c := inside(list); c.more(); {
		value := c.skip()
		if f.Pluck != "" {
			if value = find(value, f.Pluck); value == nil || value[0] == 'n' {
				continue
			}
		}
		if len(dst) > start+1 {
			dst = append(dst, ',')
		}
		var fits bool
		var err *Error
		if dst, fits, err = k.projectItem(dst, f, value, t); err != nil {
			return dst, err
		}
		if !fits {
			k.reportAt(t, DriftType, string(f.items()), typeOf(value))
			return append(dst[:start], f.otherwise()...), nil
		}
	}
	return append(dst, ']'), nil
}

// projectMap appends an object with free keys.
func (k *call) projectMap(dst []byte, f *ShapeField, object []byte, t trail) ([]byte, *Error) {
	start := len(dst)
	dst = append(dst, '{')
	t = trail{up: &t, name: "*", shape: t.shape}
	for c := inside(object); c.more(); {
		key := c.key()
		value := c.skip()
		if len(dst) > start+1 {
			dst = append(dst, ',')
		}
		dst = append(append(dst, key...), ':')
		var fits bool
		var err *Error
		if dst, fits, err = k.projectItem(dst, f, value, t); err != nil {
			return dst, err
		}
		if !fits {
			k.reportAt(t, DriftType, string(f.items()), typeOf(value))
			dst = append(dst, "null"...)
		}
	}
	return append(dst, '}'), nil
}

// items is the type of the elements of a list or the values of a map.
func (f *ShapeField) items() Type {
	if f.Shape != nil {
		return TypeObject
	}
	return f.Items
}

// projectItem appends an element of a list or a value of a map, unless it is of
// another type.
func (k *call) projectItem(dst []byte, f *ShapeField, value []byte, t trail) ([]byte, bool, *Error) {
	switch object := f.Shape != nil || f.Items == TypeObject; {
	case object && value[0] != '{':
		return dst, false, nil
	case f.Shape != nil:
		dst, err := k.project(dst, f.Shape, value, t)
		return dst, true, err
	case object || f.Items == "" || f.Items == TypeAny:
		return append(dst, value...), true, nil
	}
	if !f.Convert && f.Values == nil {
		k.inspectType(f.Items, value, t)
	}
	value = k.convert(scalar{f.Items, true, f.Values}, value)
	if !isType(f.Items, value) {
		return dst, false, nil
	}
	return append(dst, value...), true, nil
}
