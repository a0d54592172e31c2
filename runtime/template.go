// Templates: JSON values and texts with holes, and what the holes stand for. A
// parameter's hole is what that parameter sends, after all that its declaration
// does to the value; encode.go has the last step of that.

package runtime

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"
)

// made are the values that are made for a call, when it first asks for them.
type made struct {
	uuid string
	at   time.Time
}

// lookup returns the value of a hole: a parameter's argument, a value that a
// step has found, a field of the credential, or one made for the call. It is
// absent when there is none.
func (k *call) lookup(name string, values []Value) Value {
	if field, ok := strings.CutPrefix(name, "auth."); ok {
		return k.credential(field)
	}
	switch name {
	case "$uuid", "$now", "$unix":
		return k.generate(name)
	}
	if v := k.op.argument(name, values); v.kind != absentValue {
		return v
	}
	return k.found(name)
}

// found returns what a step has found under a name.
func (k *call) found(name string) Value {
	for i := len(k.captured) - 1; i >= 0; i-- {
		if k.captured[i].name == name {
			return notNull(k.captured[i].value)
		}
	}
	return Value{}
}

// credential returns a field of the credential.
func (k *call) credential(field string) Value {
	if k.secrets.scheme == nil {
		return Value{}
	}
	if v := k.secrets.of(strings.TrimPrefix(field, "auth.")); v != "" {
		return Text(v)
	}
	return Value{}
}

// generate returns a value made for the call, the same one each time.
func (k *call) generate(name string) Value {
	if k.made == nil {
		k.made = &made{}
	}
	if k.made.uuid == "" {
		*k.made = made{newUUID(), k.client.clock.Now()}
	}
	switch name {
	case "$uuid":
		return Text(k.made.uuid)
	case "$now":
		return Text(k.made.at.UTC().Format(time.RFC3339))
	}
	return Int(k.made.at.Unix())
}

// newUUID returns a random UUID (RFC 9562, version 4).
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// fill puts values into the holes of a text. It is not ok when one of them is
// not given.
func (k *call) fill(text string, values []Value) (out string, ok bool) {
	return fillHoles(text, func(name string) Value { return k.lookup(name, values) })
}

// fillHoles puts what value says into the holes of a text, once: what is put in
// is not looked through for holes again.
func fillHoles(text string, value func(name string) Value) (out string, ok bool) {
	at := strings.IndexByte(text, '{')
	if at < 0 {
		return text, true
	}
	if name, end := holeAt(text, at); at == 0 && end == len(text) { // the hole is all of it
		v := value(name)
		return v.plain(), v.kind != absentValue && !v.null()
	}
	var b strings.Builder
	for ; at >= 0; at = strings.IndexByte(text, '{') {
		b.WriteString(text[:at])
		name, end := holeAt(text, at)
		if end == 0 {
			b.WriteByte('{')
			text = text[at+1:]
			continue
		}
		v := value(name)
		if v.kind == absentValue || v.null() {
			return "", false
		}
		b.WriteString(v.plain())
		text = text[end:]
	}
	b.WriteString(text)
	return b.String(), true
}

// holeAt reads the hole that begins with the brace at i: {name}, {auth.name} or
// {$name}. end is 0 when the brace is only a brace.
func holeAt(text string, i int) (name string, end int) {
	inner := i + 1
	if inner < len(text) && text[inner] == '$' {
		inner++
	}
	for j, first, dot := inner, true, false; j < len(text); j++ {
		switch c := text[j]; {
		case c >= 'a' && c <= 'z':
			first = false
		case !first && (isDigit(c) || c == '_'):
		case !first && c == '.' && !dot:
			first, dot = true, true
		case !first && c == '}':
			return text[i+1 : j], j + 1
		default:
			return "", 0
		}
	}
	return "", 0
}

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

// maxTemplates bounds parameters whose templates name each other.
const maxTemplates = 16

func (b *builder) fail(reason string) {
	if b.reason == "" {
		b.reason = reason
	}
}

// hole returns the value of a hole in a template.
func (b *builder) hole(name string) Value {
	if rest, ok := strings.CutPrefix(name, "item"); ok && (rest == "" || rest[0] == '.') {
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
	if path == "" || b.item.kind == absentValue {
		return b.item
	}
	if found := find(b.item.appendJSON(nil), strings.TrimPrefix(path, ".")); found != nil {
		return notNull(rawJSON(found))
	}
	return Value{}
}

// text fills a text with what the parameters send.
func (b *builder) text(text string) (out string, ok bool) { return fillHoles(text, b.hole) }

// sent returns what a parameter sends; absent is nothing.
func (b *builder) sent(i int) Value {
	p, v := &b.op.Params[i], b.values[i]
	if v.kind == absentValue && len(b.captured) > 0 {
		v = b.found(p.Name)
	}
	if p.When != nil && !b.holds(p.When, b.values) {
		return Value{}
	}
	if v.kind == absentValue {
		if p.Omit == OmitNever {
			return rawJSON([]byte("null"))
		}
		return v
	}
	if p.omits(v) {
		return Value{}
	}
	if p.plain() {
		return v
	}
	return b.transformed(p, v)
}

// plain reports whether a value is sent as it is.
func (p *Param) plain() bool {
	return p.Map == nil && p.Template == nil && p.JQ == "" && p.SendAs == "" && p.Encode == nil
}

// omits reports whether a value is one that the parameter does not send. A
// required parameter sends every value.
func (p *Param) omits(v Value) bool {
	switch {
	case p.Omit == "" || p.Required:
		return false
	case p.Omit == OmitEmpty:
		return v.empty()
	case p.Omit == OmitFalsy:
		return v.falsy()
	case p.Omit == OmitUnlessTrue:
		return v.plain() != "true"
	case p.Omit == OmitDefault:
		return p.Default != "" && v.same(p.Default)
	}
	return false
}

// transformed makes what a parameter sends of its value.
func (b *builder) transformed(p *Param, v Value) Value {
	if b.depth++; b.depth > maxTemplates {
		b.fail(p.Name + " is made of itself")
		return Value{}
	}
	defer func() { b.depth-- }()
	if p.Map != nil {
		v = v.mapped(p.translate)
	}
	if p.Template != nil {
		v = b.template(p, v)
	}
	if p.JQ != "" && v.kind != absentValue {
		v = b.program(p, v)
	}
	if p.SendAs != "" && v.kind != absentValue {
		v = b.sendAs(p, v)
	}
	if p.Encode != nil && v.kind != absentValue {
		var reason string
		if v, reason = b.encode(p.Encode, v); reason != "" {
			b.fail(p.Name + " " + reason)
		}
	}
	return v
}

// translate looks a value up in the parameter's table.
func (p *Param) translate(v Value) Value {
	text := v.plain()
	for i := range p.Map {
		if p.Map[i].From == text {
			return Text(p.Map[i].To)
		}
	}
	return v
}

// template puts a value into the parameter's own template.
func (b *builder) template(p *Param, v Value) Value {
	own, self := b.own, b.self
	b.own, b.self = p, v
	out := b.eval(p.Template)
	b.own, b.self = own, self
	return out
}

func (b *builder) sendAs(p *Param, v Value) Value {
	whole := true
	out := v.mapped(func(e Value) Value {
		e, ok := e.as(p.SendAs)
		whole = whole && ok
		return e
	})
	if !whole {
		b.fail(p.Name + " must be " + p.SendAs.article() + " to be sent")
	}
	return out
}

// program runs the parameter's jq program on a value.
func (b *builder) program(p *Param, v Value) Value {
	runner := b.client.table.API.JQ
	if runner == nil {
		b.fail(p.Name + " needs a jq program, and this connector has nothing to run it with")
		return Value{}
	}
	ctx := b.ctx
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, cancel := context.WithTimeout(ctx, programTime)
	defer cancel()
	out, err := runner.Run(ctx, p.JQ, v.appendJSON(nil), map[string][]byte{"input": b.input()})
	if err == nil {
		v, err = parseJSON(string(out))
	}
	if err != nil {
		b.fail(p.Name + " cannot be made into what is sent: " + b.secrets.clean(err.Error()))
		return Value{}
	}
	return v
}

// input is the arguments as one object.
func (b *builder) input() []byte {
	out := []byte{'{'}
	for i := range min(len(b.op.Params), len(b.values)) {
		if b.values[i].kind == absentValue {
			continue
		}
		out = append(appendQuoted(comma(out, 0), b.op.Params[i].Name), ':')
		out = b.values[i].appendJSON(out)
	}
	return append(out, '}')
}

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
	return append(dst, t.JSON...), true
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
		if p.In != InBody || b.action != nil {
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
