// Queries and forms: names and values, escaped, in the order in which the
// manifest has them.

package runtime

import "strings"

// query is a query or a form on its way.
type query struct{ text strings.Builder }

func (q *query) add(name, value string) {
	if q.text.Len() == 0 {
		q.text.Grow(64) // most are not longer
	} else {
		q.text.WriteByte('&')
	}
	q.escape(name)
	q.text.WriteByte('=')
	q.escape(value)
}

// escape writes a text as [url.QueryEscape] does, without making a string of it.
func (q *query) escape(text string) {
	for i := range len(text) {
		switch c := text[i]; {
		case unreserved(c):
			q.text.WriteByte(c)
		case c == ' ':
			q.text.WriteByte('+')
		default:
			const hex = "0123456789ABCDEF"
			q.text.WriteByte('%')
			q.text.WriteByte(hex[c>>4])
			q.text.WriteByte(hex[c&15])
		}
	}
}

// query encodes the query parameters in the order of the manifest, then the
// constants, the page and the credential.
func (b *builder) query() string {
	var q query
	for i := range b.op.Params {
		if p := &b.op.Params[i]; b.places(p, InQuery) && !b.reserved(InQuery, p.Wire) {
			b.parameter(p.Wire, p, b.sent(i), "", b.bounded(&q))
		}
	}
	b.constants(&q, b.op.Query)
	b.constants(&q, b.client.table.API.Query)
	if b.page.in == InQuery {
		for _, f := range b.page.fields {
			q.add(f.name, f.value)
		}
	}
	if b.secrets.scheme != nil {
		for i := range b.secrets.scheme.Send {
			part := &b.secrets.scheme.Send[i]
			if part.Query == "" {
				continue
			}
			if value, ok := b.part(part); ok {
				q.add(part.Query, value)
			}
		}
	}
	return q.text.String()
}

// places reports whether a parameter is sent in that place. A step has the
// parameters of its action, but sends only those that its templates name.
func (b *builder) places(p *Param, in Place) bool { return p.In == in && b.action == nil }

// parameter writes what a parameter sends as fields of a query or a form.
// Without an encoding of its own a list or an object is written as nested says.
func (b *builder) parameter(name string, p *Param, v Value, nested EncodingKind, field func(name, value string)) {
	if v.kind == absentValue {
		return
	}
	as := nested
	if p.Encode != nil && p.Encode.As.several() {
		as = p.Encode.As
	}
	if !p.as(EncodeMerge) {
		spread(name, v, as, field)
		return
	}
	if as == "" {
		as = EncodeRepeat
	}
	b.mergeable(p, v)
	v.members(func(name string, m Value) { spread(name, m, as, field) })
}

// constants writes the query parameters that are no parameters of the action.
func (b *builder) constants(q *query, fields []Field) {
	for i := range fields {
		f := &fields[i]
		if v, as := b.field(f); v.kind != absentValue && !b.reserved(InQuery, f.Name) {
			spread(f.Name, v, as, q.add)
		}
	}
}

// field returns the value of a constant field, and how it is spread.
func (b *builder) field(f *Field) (v Value, as EncodingKind) {
	v = b.eval(&f.Value)
	if f.Encode == nil || v.kind == absentValue {
		return v, ""
	}
	v, reason := b.encode(f.Encode, v)
	if reason != "" {
		b.fail(f.Name + " " + reason)
	}
	return v, f.Encode.As
}

// paged reports whether the page has a field of that name in that place, which
// then counts.
func (b *builder) paged(in Place, name string) bool {
	if b.page.in != in {
		return false
	}
	for i := range b.page.fields {
		if b.page.fields[i].name == name {
			return true
		}
	}
	return false
}

// reserved reports whether a name in a place belongs to the credential or to the
// page.
func (b *builder) reserved(in Place, name string) bool {
	if b.paged(in, name) {
		return true
	}
	if b.secrets.scheme == nil {
		return false
	}
	for i := range b.secrets.scheme.Send {
		part := &b.secrets.scheme.Send[i]
		if in == InQuery && part.Query == name || in == InBody && part.Body == name {
			return true
		}
	}
	return false
}
