// Bodies: JSON, forms and raw texts. multipart.go puts the fields of a form into
// parts.

package runtime

import (
	"fmt"
	"slices"
	"strings"
)

// body writes the body of the request and returns its media type.
func (b *builder) body(body *Body) (text []byte, media string) {
	switch body.Format {
	case BodyForm:
		return b.form(body), or(body.MediaType, "application/x-www-form-urlencoded")
	case BodyMultipart:
		return b.multipart(body)
	case BodyRaw:
		return b.raw(body)
	}
	return b.json(body), or(body.MediaType, "application/json")
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// json writes a JSON body.
func (b *builder) json(body *Body) []byte {
	text, ok := b.framed(make([]byte, 0, 512), body)
	if !ok {
		text, ok = b.append(text[:0], &body.Root)
	}
	first, last := b.credentialFields(), b.pageFields()
	switch {
	case len(first) == 0 && len(last) == 0:
		return text
	case !ok:
		text = []byte("{}")
	case text[0] != '{':
		b.fail("the body is " + kindOf(text) + ", so the credential or the page has no place in it")
		return nil
	}
	return withFields(text, first, last)
}

// bodyField is one member of a body's root, or field of a form.
type bodyField struct {
	name  string
	value Value
}

// credentialFields are the parts of the credential that travel in the body.
func (b *builder) credentialFields() (fields []bodyField) {
	if b.secrets.scheme == nil {
		return nil
	}
	for i := range b.secrets.scheme.Send {
		part := &b.secrets.scheme.Send[i]
		if part.Body == "" {
			continue
		}
		if value, ok := b.part(part); ok {
			fields = append(fields, bodyField{part.Body, Text(value)})
		}
	}
	return fields
}

// pageFields are the fields of the page that travel in the body. Sizes, page
// numbers and offsets are numbers, cursors are texts.
func (b *builder) pageFields() (fields []bodyField) {
	if b.page.in != InBody {
		return nil
	}
	for _, f := range b.page.fields {
		v := Text(f.value)
		if p := b.op.Paging; p != nil && (p.Mode != PagingCursor || f.name == p.Size) {
			v, _ = v.as(TypeNumber)
		}
		fields = append(fields, bodyField{f.name, v})
	}
	return fields
}

// withFields puts members in front of the members of an object and behind them. A
// member of the object that has the name of one of those gives way. A dot in a
// name behind leads into an object.
func withFields(object []byte, first, last []bodyField) []byte {
	out := append(make([]byte, 0, len(object)+128), '{')
	add := func(fields []bodyField) {
		for _, f := range fields {
			out = append(appendQuoted(comma(out, 0), f.name), ':')
			out = f.value.appendJSON(out)
		}
	}
	var deep []bodyField
	last = slices.DeleteFunc(slices.Clone(last), func(f bodyField) bool {
		if strings.Contains(f.name, ".") {
			deep = append(deep, f)
		}
		return strings.Contains(f.name, ".")
	})
	add(first)
	rawJSON(object).members(func(name string, v Value) {
		named := func(f bodyField) bool { return f.name == name }
		if !slices.ContainsFunc(first, named) && !slices.ContainsFunc(last, named) {
			add([]bodyField{{name, v}})
		}
	})
	add(last)
	out = append(out, '}')
	for _, f := range deep {
		out = placed(out, strings.Split(f.name, "."), f.value)
	}
	return out
}

// placed puts a value at a path of an object, in the place of what stands there.
func placed(object []byte, path []string, value Value) []byte {
	if len(path) == 0 {
		return value.appendJSON(nil)
	}
	if len(object) == 0 || object[0] != '{' {
		object = []byte("{}")
	}
	out, met := []byte{'{'}, false
	rawJSON(object).members(func(name string, v Value) {
		if name == path[0] {
			met, v = true, rawJSON(placed(v.appendJSON(nil), path[1:], value))
		}
		out = append(appendQuoted(comma(out, 0), name), ':')
		out = v.appendJSON(out)
	})
	if !met {
		out = append(appendQuoted(comma(out, 0), path[0]), ':')
		out = append(out, placed(nil, path[1:], value)...)
	}
	return append(out, '}')
}

// form writes a form body.
func (b *builder) form(body *Body) []byte {
	var q query
	field := b.bounded(&q)
	b.fields(body, field, func(name string, p *Param, v Value) { b.parameter(name, p, v, body.Nested, field) })
	return []byte(q.text.String())
}

// fields walks through the fields of a form: field is called for those that are
// none of the parameters, parameter for the others.
func (b *builder) fields(body *Body, field func(name, value string), parameter func(name string, p *Param, v Value)) {
	for _, f := range b.credentialFields() {
		field(f.name, f.value.plain())
	}
	root := &body.Root
	if root.Kind != TemplateObject {
		b.eval(root).members(func(name string, v Value) { spread(name, v, body.Nested, field) })
	}
	for i := range root.Members {
		m := &root.Members[i]
		if b.reserved(InBody, m.Name) || m.Value.When != nil && !b.holds(m.Value.When, b.values) {
			continue
		}
		if j := b.op.index(m.Value.Name); m.Value.Kind == TemplateValue && j >= 0 {
			parameter(m.Name, &b.op.Params[j], b.sent(j))
		} else if v := b.eval(&m.Value); v.kind != absentValue {
			spread(m.Name, v, body.Nested, field)
		}
	}
	for i := range b.op.Params {
		if p := &b.op.Params[i]; root.Parameters && p.inRoot() && b.action == nil && !b.reserved(InBody, p.Wire) {
			parameter(p.Wire, p, b.sent(i))
		}
	}
	for _, f := range b.pageFields() {
		field(f.name, f.value.plain())
	}
}

// maxFormBytes bounds a query or a form: the names of deeply nested values are
// long, so a small input could become a huge one.
const maxFormBytes = 4 * maxInputBytes

// bounded adds fields until there are too many of them.
func (b *builder) bounded(q *query) func(name, value string) {
	return func(name, value string) {
		if q.text.Len()+len(name)+len(value) > maxFormBytes {
			b.fail(fmt.Sprintf("the input makes a request larger than %d MiB", maxFormBytes>>20))
			return
		}
		q.add(name, value)
	}
}

// raw writes a body that is one text, or the bytes of one file.
func (b *builder) raw(body *Body) (content []byte, media string) {
	media = or(body.MediaType, octets)
	v := notNull(b.eval(&body.Root))
	i := b.op.index(body.Root.Name)
	switch {
	case body.Root.Kind == TemplateValue && i >= 0 && b.op.Params[i].as(EncodeFile):
		p := &b.op.Params[i]
		if of := b.mediaOf(p); of != octets || strings.HasPrefix(media, "text/plain") {
			media = of // the file knows it better than the body that takes any
		}
		return b.fileContent(p, v), media
	case v.kind == absentValue:
		return nil, media
	}
	return []byte(v.plain()), media
}

const octets = "application/octet-stream"

// mediaOf is the media type of a file.
func (b *builder) mediaOf(p *Param) string {
	media, ok := b.text(p.Encode.MediaType)
	if !ok || media == "" {
		return octets
	}
	if !headerValue(media) {
		b.fail("the media type of " + p.Name + " has characters that a header cannot carry")
	}
	return media
}

// fileContent is a file that came as base64 text.
func (b *builder) fileContent(p *Param, v Value) []byte {
	if v.kind == absentValue {
		return nil
	}
	content, err := decodeBase64(v.plain())
	if err != nil || !v.isText() {
		b.fail(p.Name + " must be the file's bytes as base64 text")
	}
	return content
}
