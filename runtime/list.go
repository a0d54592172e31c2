// The lists among the fields of an envelope: their elements are unwrapped,
// sought, plucked and projected one by one.

package runtime

// elementsMade is a list that was made of another.
type elementsMade struct {
	json  []byte
	count int
	came  int      // elements of the other
	items []Object // when they are collected
}

// list makes the page of a paged list out of what its output finds in an answer.
func (k *call) list(c *cut, collect bool) *Error {
	if c.plan.list < 0 {
		return k.failed(CodeInternal, "the list that is paged is no output")
	}
	o := &k.op.Outputs[c.plan.list]
	value, at := c.result, ""
	if !c.absent {
		value, at = o.choose(c, c.plan.outputs[c.plan.list])
	}
	switch {
	case value == nil && o.misread(c) != "":
		return k.failed(CodeUnexpectedResponse, o.misread(c))
	case !k.holds(o.When, k.values) || value == nil && o.Default != "":
		value = o.otherwise()
	case value == nil:
		return k.failed(CodeUnexpectedResponse, o.places()+" is missing")
	case value[0] != '[':
		return k.failed(CodeUnexpectedResponse, inAnswer(at)+" is "+kindOf(value)+", not a list")
	}
	l, err := k.elements(o, value, at, collect)
	c.result, c.count, c.items = l.json, l.count, l.items
	c.came, c.sifted = l.came, l.came-l.count
	return err
}

// elements makes the elements of a list as its output says. A list of which
// nothing is asked passes through as it stands.
func (k *call) elements(o *Output, list []byte, at string, collect bool) (made elementsMade, err *Error) {
	m := maker{call: k, o: o, trail: trail{name: at}, changes: o.changes(), known: true}
	if o.Find != nil && (o.Find.Path != "" || o.Find.Is != "") {
		m.is, m.known = k.fill(o.Find.Is, k.values)
	}
	var out []byte
	if m.changes {
		out = append(make([]byte, 0, len(list)), '[')
	}
	for c := inside(list); c.more(); {
		start := len(out)
		made.came++
		element, there := m.element(c)
		if !there {
			continue
		}
		if m.changes && made.count > 0 {
			out = append(out, ',')
			start++
		}
		if out, err = m.append(out, c, element); err != nil {
			return made, err
		}
		made.count++
		if collect {
			if m.changes {
				element = out[start:len(out):len(out)]
			}
			made.items = append(made.items, Object(element))
		}
		if o.Find != nil {
			break
		}
	}
	if made.json = list; m.changes {
		made.json = append(out, ']')
	}
	return made, nil
}

// changes reports whether an output makes another list of the one that it finds.
func (o *Output) changes() bool {
	return o.sifts() || o.Project != nil || o.Map != nil || o.Convert || o.scalars()
}

// scalars reports whether the elements are texts, numbers or booleans.
func (o *Output) scalars() bool { return isScalarType(o.Items) }

func isScalarType(t Type) bool {
	return t == TypeString || t == TypeInteger || t == TypeNumber || t == TypeBoolean
}

// sifts reports whether it takes only some elements, or parts of them.
func (o *Output) sifts() bool { return o.Unwrap != "" || o.Pluck != "" || o.Find != nil }

// maker makes the elements of one list.
type maker struct {
	*call
	o       *Output
	trail   trail
	changes bool   // the list becomes another one
	is      string // what the element that is sought says
	known   bool   // that is known
}

// element takes the element that the cursor stands at, or what it stands for. It
// is not there when it is left out. Objects that are projected as they stand are
// left to the cursor, so that they are walked only once.
func (m *maker) element(c *cursor) (value []byte, there bool) {
	if m.o.Project != nil && !m.o.sifts() && c.first() == '{' {
		return nil, true
	}
	value = c.skip()
	if m.o.Unwrap != "" {
		if inner := member(value, m.o.Unwrap); inner != nil && inner[0] != 'n' {
			value = inner
		}
	}
	if m.o.Find != nil && m.o.Pluck == "" && !isType(m.o.kind(), value) {
		return nil, false // an element of another kind is none that fits
	}
	if f := m.o.Find; f != nil && (f.Path != "" || f.Is != "") {
		said := find(value, f.Path)
		if !m.known || said == nil || textOf(said) != m.is {
			return nil, false
		}
	}
	if m.o.Pluck != "" {
		value = find(value, m.o.Pluck)
	}
	return value, value != nil && (m.o.Pluck == "" || value[0] != 'n')
}

// append appends an element, which is nil when the cursor stands at it.
func (m *maker) append(dst []byte, c *cursor, element []byte) ([]byte, *Error) {
	switch {
	case element == nil:
		return m.projectNext(dst, m.o.Project, c, m.trail)
	case (m.o.Items == TypeObject || m.o.Project != nil) && element[0] != '{':
		return dst, m.failed(CodeUnexpectedResponse, m.o.where(m.trail.name)+" has an element that is not an object")
	case m.o.Project != nil:
		return m.project(dst, m.o.Project, element, m.trail)
	}
	came := element
	if m.o.Map != nil || m.o.Convert || m.o.scalars() {
		element = m.convert(scalar{t: m.o.Items, convert: true, table: m.o.Map}, element)
	}
	if m.o.scalars() && !isType(m.o.Items, element) {
		return dst, m.failed(CodeUnexpectedResponse, m.o.where(m.trail.name)+" has an element that is "+kindOf(element)+", not a "+string(m.o.Items))
	}
	m.inspectElement(m.o, came, m.trail)
	if m.changes {
		dst = append(dst, element...)
	}
	return dst, nil
}
