// Templates: JSON values with holes, and what is left out of them. holes.go has
// the texts, sent.go what a parameter sends in its place.

package runtime

import (
	"fmt"
	"strings"
)

// builder fills the places of one request. What cannot be sent is its reason;
// the first one stays.
type builder struct {
	*call
	values []Value
	item   Value  // the element at hand
	own    *Param // the parameter whose template is being filled: there its own name
	self   Value  // is the value itself
	depth  int
	reason string
}

func (b *builder) fail(reason string) {
	if b.reason == "" {
		b.reason = reason
	}
}

// hole returns the value of a hole in a template.
func (b *builder) hole(name string) Value {
	if rest, ok := strings.CutPrefix(name, "item"); ok && b.item.kind != absentValue && (rest == "" || rest[0] == '.') {
		return b.inItem(rest)
	}
	if i := b.op.index(name); i >= 0 {
		if b.own == &b.op.Params[i] {
			return b.self
		}
		return b.sent(i)
	}
	return b.lookup(name, b.values)
}

// inItem returns the element at hand, or a member of it.
func (b *builder) inItem(path string) Value {
	if path == "" {
		return b.item
	}
	if found := find(b.item.appendJSON(nil), strings.TrimPrefix(path, ".")); found != nil {
		return notNull(rawJSON(found))
	}
	return Value{}
}

// text fills a text with what the parameters send.
func (b *builder) text(text string) (out string, ok bool) { return fillHoles(text, b.hole) }

// comma separates what comes next in the object or list that begins at start.
func comma(dst []byte, start int) []byte {
	if len(dst) > start+1 {
		return append(dst, ',')
	}
	return dst
}

// eval returns the value of a template; absent when it is left out.
func (b *builder) eval(t *Template) Value {
	if t.When != nil && !b.holds(t.When, b.values) {
		return Value{}
	}
	switch t.Kind {
	case TemplateText:
		if text, ok := b.text(t.Text); ok {
			return Text(text)
		}
		return Value{}
	case TemplateValue:
		return b.hole(t.Name)
	}
	if out, ok := b.append(nil, t); ok {
		return rawJSON(out)
	}
	return Value{}
}

// append appends a template as JSON. It is not ok when the template is left out
// of what is around it.
func (b *builder) append(dst []byte, t *Template) (out []byte, ok bool) {
	switch t.Kind {
	case TemplateText, TemplateValue:
		v := b.eval(t)
		return v.appendJSON(dst), v.kind != absentValue
	}
	if t.When != nil && !b.holds(t.When, b.values) {
		return dst, false
	}
	switch t.Kind {
	case TemplateObject:
		return b.object(dst, t)
	case TemplateList:
		return b.list(dst, t)
	}
	return append(dst, t.JSON...), t.JSON != ""
}

func (b *builder) list(dst []byte, t *Template) (out []byte, ok bool) {
	start := len(dst)
	dst = append(dst, '[')
	for i := range t.Elements {
		before := len(dst)
		if dst, ok = b.append(comma(dst, start), &t.Elements[i]); !ok {
			dst = dst[:before]
		}
	}
	if t.Optional && len(dst) == start+1 {
		return dst[:start], false
	}
	return append(dst, ']'), true
}

func (b *builder) object(dst []byte, t *Template) (out []byte, ok bool) {
	start, merged := len(dst), false
	dst = append(dst, '{')
	for i := range t.Members {
		m := &t.Members[i]
		if p := b.merging(&m.Value); p != nil {
			dst, merged = b.merge(dst, start, p, b.eval(&m.Value)), true
			continue
		}
		before := len(dst)
		dst = append(appendQuoted(comma(dst, start), m.Name), ':')
		if dst, ok = b.append(dst, &m.Value); !ok {
			dst = dst[:before]
		}
	}
	if t.Parameters {
		dst, merged = b.parameters(dst, start, merged)
	}
	if t.Optional && len(dst) == start+1 {
		return dst[:start], false
	}
	if dst = append(dst, '}'); merged {
		dst = append(dst[:start], lastMembers(dst[start:])...)
	}
	return dst, true
}

// parameters appends the body parameters that no template places.
func (b *builder) parameters(dst []byte, start int, merged bool) ([]byte, bool) {
	for i := range b.op.Params {
		p := &b.op.Params[i]
		if p.In != InBody || b.action != nil || b.values[i].kind == absentValue && b.captured == nil && p.Omit != OmitNever {
			continue
		}
		v := b.sent(i)
		switch {
		case v.kind == absentValue, !p.inRoot():
		case p.as(EncodeMerge):
			dst, merged = b.merge(dst, start, p, v), true
		default:
			dst = append(appendQuoted(comma(dst, start), p.Wire), ':')
			dst = v.appendJSON(dst)
		}
	}
	return dst, merged
}

// inRoot reports whether a parameter stands beside the others in the body:
// those with a dotted name, and the one that is the whole body, have a place of
// their own in the template.
func (p *Param) inRoot() bool {
	return p.In == InBody && p.Wire != "$" && strings.IndexByte(p.Wire, '.') < 0
}

// as reports whether the parameter has that encoding.
func (p *Param) as(kind EncodingKind) bool { return p.Encode != nil && p.Encode.As == kind }

// merging returns the parameter of a template that puts its members in the
// place of itself, or nil.
func (b *builder) merging(t *Template) *Param {
	if t.Kind != TemplateValue {
		return nil
	}
	if i := b.op.index(t.Name); i >= 0 && b.op.Params[i].as(EncodeMerge) {
		return &b.op.Params[i]
	}
	return nil
}

// merge appends the members of a value to the object that begins at start.
func (b *builder) merge(dst []byte, start int, p *Param, v Value) []byte {
	b.mergeable(p, v)
	v.members(func(name string, member Value) {
		dst = append(appendQuoted(comma(dst, start), name), ':')
		dst = member.appendJSON(dst)
	})
	return dst
}

// mergeable refuses what is no object, and members in the place of the
// credential or of the page.
func (b *builder) mergeable(p *Param, v Value) {
	if v.kind == absentValue || v.null() {
		return
	}
	if !v.object() {
		b.fail(p.Name + " must be an object")
	}
	v.members(func(name string, _ Value) {
		if b.reserved(p.In, name) {
			b.fail(fmt.Sprintf("%s must not have the member %q, which is sent already", p.Name, name))
		}
	})
}

// lastMembers is a checked object without the members that a later one of the
// same name replaces; that one takes the place of the first.
func lastMembers(object []byte) []byte {
	var order []string
	last := make(map[string]Value)
	rawJSON(object).members(func(name string, v Value) {
		if _, ok := last[name]; !ok {
			order = append(order, name)
		}
		last[name] = v
	})
	out := append(make([]byte, 0, len(object)), '{')
	for _, name := range order {
		out = append(appendQuoted(comma(out, 0), name), ':')
		out = last[name].appendJSON(out)
	}
	return append(out, '}')
}
