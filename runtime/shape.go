// Projection: an object becomes another one with the members that a shape
// names, in its order and always all of them. A member that is no such thing as
// the shape says becomes its default or null.

package runtime

// projection is a shape made ready: where its fields are in a source.
type projection struct {
	names []string      // the members of the source that fields begin at
	from  []fieldSource // of each field
	rest  bool          // a field takes the other members
}

// fieldSource is where a field comes from.
type fieldSource struct {
	name  int  // index in names
	below path // inside that member
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
			p.from = append(p.from, fieldSource{name: -1})
			continue
		}
		whole := parsePath(f.source())
		p.from = append(p.from, fieldSource{p.name(whole[0].name), whole[1:]})
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

// name returns the index of a member of the source.
func (p *projection) name(name string) int {
	for i, n := range p.names {
		if n == name {
			return i
		}
	}
	p.names = append(p.names, name)
	return len(p.names) - 1
}

// find returns the index of a member's name, -1 when no field begins there.
// Members mostly come in one order, so the search begins at a guess.
func (p *projection) find(name []byte, guess int) int {
	for i := guess; i < len(p.names); i++ {
		if p.names[i] == string(name) {
			return i
		}
	}
	for i := range min(guess, len(p.names)) {
		if p.names[i] == string(name) {
			return i
		}
	}
	return -1
}

// project appends what a shape makes of an object, which stands where t leads.
func (k *call) project(dst []byte, s *Shape, object []byte, t trail) ([]byte, *Error) {
	p := k.projection(s)
	var few [32][]byte
	found := few[:]
	if len(p.names) > len(few) {
		found = make([][]byte, len(p.names))
	}
	var rest []byte
	guess := 0
	for c := inside(object); c.more(); {
		key := c.key()
		value := c.skip()
		if i := p.find(nameOf(key), guess); i >= 0 {
			found[i], guess = value, i+1
		} else if p.rest {
			rest = append(append(append(append(rest, ','), key...), ':'), value...)
		}
	}
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
		from := p.from[i]
		var err *Error
		if dst, err = k.projectField(dst, f, from.below.in(found[from.name]), trail{up: &t, name: f.source(), shape: s}); err != nil {
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
	out := k.scalar(scalar{f.Type, f.Convert, f.Values}, value, t)
	k.inspectEnum(f, out, t)
	return append(dst, out...), nil
}

// projectList appends a list of a projected object. One with an element that is
// no object where objects are wanted is no such list.
func (k *call) projectList(dst []byte, f *ShapeField, list []byte, t trail) ([]byte, *Error) {
	if f.Shape == nil && f.Items != TypeObject && !f.Convert && f.Values == nil {
		k.inspectItems(f, list, t)
		return append(dst, list...), nil
	}
	start := len(dst)
	dst = append(dst, '[')
	for c := inside(list); c.more(); {
		value := c.skip()
		if len(dst) > start+1 {
			dst = append(dst, ',')
		}
		var fits bool
		var err *Error
		if dst, fits, err = k.projectItem(dst, f, value, t); err != nil {
			return dst, err
		}
		if !fits {
			k.reportAt(t, DriftType, string(TypeObject), typeOf(value))
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
			k.reportAt(t, DriftType, string(TypeObject), typeOf(value))
			dst = append(dst, "null"...)
		}
	}
	return append(dst, '}'), nil
}

// projectItem appends an element of a list or a value of a map, unless it should
// be an object and is none.
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
	value = k.convert(scalar{f.Items, f.Convert, f.Values}, value)
	k.inspectType(f.Items, value, t)
	return append(dst, value...), true, nil
}
