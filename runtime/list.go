// The lists among the fields of an envelope: their elements are unwrapped,
// sought, plucked and projected one by one.

package runtime

// elementsMade is a list that was made of another.
type elementsMade struct {
	json  []byte
	count int
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
	case !k.holds(o.When, k.values) || value == nil && o.Default != "":
		value = o.otherwise()
	case value == nil:
		return k.failed(CodeUnexpectedResponse, o.places()+" is missing")
	case value[0] != '[':
		return k.failed(CodeUnexpectedResponse, inAnswer(at)+" is "+kindOf(value)+", not a list")
	}
	l, err := k.elements(o, value, at, collect)
	c.result, c.count, c.items = l.json, l.count, l.items
	return err
}

// elements makes the elements of a list as its output says. A list of which
// nothing is asked passes through as it stands.
func (k *call) elements(o *Output, list []byte, at string, collect bool) (made elementsMade, err *Error) {
	m := maker{call: k, o: o, at: at}
	if m.is, m.fixed = "", true; o.Find != nil && o.Find.Path != "" {
		m.is, m.fixed = k.fill(o.Find.Is, k.values)
	}
	var out []byte
	if m.changes() {
		out = append(make([]byte, 0, len(list)), '[')
	}
	for c := inside(list); c.more(); {
		element := m.element(c.skip())
		if element == nil {
			continue
		}
		start := len(out)
		if out, err = m.append(out, element, made.count); err != nil {
			return made, err
		}
		made.count++
		if collect {
			if m.changes() {
				element = out[start+min(made.count-1, 1):]
			}
			made.items = append(made.items, Object(element[:len(element):len(element)]))
		}
		if o.Find != nil {
			break
		}
	}
	if made.json = list; m.changes() {
		made.json = append(out, ']')
	}
	return made, nil
}

// maker makes the elements of one list.
type maker struct {
	*call
	o     *Output
	at    string
	is    string // what the element that is sought says
	fixed bool   // it is known
}

// changes reports whether the list becomes another one.
func (m *maker) changes() bool {
	o := m.o
	return o.Unwrap != "" || o.Pluck != "" || o.Find != nil || o.Project != nil || o.Map != nil || o.Convert
}

// element is what an element of the source stands for: its own member, or nil
// when it is left out.
func (m *maker) element(value []byte) []byte {
	if m.o.Unwrap != "" {
		if inner := member(value, m.o.Unwrap); inner != nil && inner[0] != 'n' {
			value = inner
		}
	}
	if f := m.o.Find; f != nil && f.Path != "" {
		said := find(value, f.Path)
		if !m.fixed || said == nil || textOf(said) != m.is {
			return nil
		}
	}
	if m.o.Pluck == "" {
		return value
	}
	if value = find(value, m.o.Pluck); value == nil || value[0] == 'n' {
		return nil
	}
	return value
}

// append appends an element; n stand before it.
func (m *maker) append(dst, element []byte, n int) ([]byte, *Error) {
	if (m.o.Items == TypeObject || m.o.Project != nil) && element[0] != '{' {
		return dst, m.failed(CodeUnexpectedResponse, m.o.where(m.at)+" has an element that is not an object")
	}
	if m.changes() && n > 0 {
		dst = append(dst, ',')
	}
	t := trail{name: m.at}
	switch {
	case m.o.Project != nil:
		return m.project(dst, m.o.Project, element, t)
	case m.o.Map != nil || m.o.Convert:
		element = m.convert(scalar{t: m.o.Items, convert: m.o.Convert, table: m.o.Map}, element)
	}
	m.inspectElement(m.o, element, t)
	if m.changes() {
		dst = append(dst, element...)
	}
	return dst, nil
}
