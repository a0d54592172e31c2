// Frames: JSON bodies that are the same in every call but for the parameters in
// them. They are worked out once, so that they cost no walk through a template.

package runtime

// frame is what stands around the parameters in a body without holes of its
// own, worked out once for a client.
type frame struct {
	plain     bool // the body is one
	open, end string
	start     int // of the object that takes the parameters, in open
}

// frame returns the frame of a body.
func (c *Client) frame(body *Body) *frame {
	if f, ok := c.plans.Load(body); ok {
		return f.(*frame)
	}
	var w frameWriter
	f := &frame{plain: w.write(&body.Root) && w.start > 0}
	if f.plain {
		f.open, f.end, f.start = string(w.text[:w.open]), string(w.text[w.open:]), w.start-1
	}
	c.plans.Store(body, f)
	return f
}

// frameWriter writes a template that is all constants but for the parameters.
type frameWriter struct {
	text  []byte
	open  int // where the parameters go
	start int // one more than the place of their object; 0 before that
}

// write reports whether the template is such a one.
func (w *frameWriter) write(t *Template) bool {
	switch {
	case t.When != nil || t.Optional:
		return false
	case t.Kind == TemplateJSON && t.JSON != "":
		w.text = append(w.text, t.JSON...)
		return true
	case t.Kind != TemplateObject || t.Parameters && w.start > 0:
		return false
	}
	start := len(w.text)
	w.text = append(w.text, '{')
	for i := range t.Members {
		w.text = append(appendQuoted(comma(w.text, start), t.Members[i].Name), ':')
		if !w.write(&t.Members[i].Value) {
			return false
		}
	}
	if t.Parameters {
		w.open, w.start = len(w.text), start+1
	}
	w.text = append(w.text, '}')
	return true
}

// framed writes a body that is a frame around its parameters. It is not ok when
// the body is none, or a parameter puts its members there in the place of
// itself.
func (b *builder) framed(dst []byte, body *Body) (out []byte, ok bool) {
	f := b.client.frame(body)
	if !f.plain {
		return dst, false
	}
	dst, merged := b.parameters(append(dst, f.open...), f.start, false)
	return append(dst, f.end...), !merged
}
