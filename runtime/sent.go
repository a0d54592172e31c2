// What a parameter sends: its value, or what its declaration makes of it. The
// steps are taken in the order of the fields of [Param]; encode.go has the last.

package runtime

import "context"

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

// maxTemplates bounds parameters whose templates name each other.
const maxTemplates = 16

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
	return notNull(v)
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
