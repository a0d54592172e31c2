// Bodies: constants, parameters and templates that fit into each other.

package manifest

import "strings"

// checkBody wants constants and parameters to fit into one JSON value: no path
// may lead through a value.
func (r *Report) checkBody(b *Body) {
	r.checkBodyForm(b)
	taken := make(map[string]Text, len(b.Constants))
	for _, c := range b.Constants {
		for path := range prefixes(c.Name.Value) {
			if other, ok := taken[path]; ok && path != c.Name.Value {
				r.Add(c.Name.Pos, "", "%s and %s (line %d) cannot both be in the body: one is inside the other", quote(c.Name.Value), quote(other.Value), other.Pos.Line)
			}
		}
		taken[c.Name.Value] = c.Name
	}
	for _, c := range b.Constants {
		for path := range prefixes(c.Name.Value) {
			if other, ok := taken[path]; ok && path != c.Name.Value && other.Pos.Line > c.Name.Pos.Line {
				r.Add(other.Pos, "", "%s and %s (line %d) cannot both be in the body: one is inside the other", quote(other.Value), quote(c.Name.Value), c.Name.Pos.Line)
			}
		}
		if b.Parameters.Given() && within(b.Parameters.Value, c.Name.Value) {
			r.Add(b.Parameters.Pos, "", "the parameters cannot be at %s: the constant %s is a text", quote(b.Parameters.Value), quote(c.Name.Value))
		}
	}
}

// checkBodyForm wants one way of saying what the body is.
func (r *Report) checkBodyForm(b *Body) {
	switch {
	case b.Template.Given() && (b.Constants != nil || b.Parameters.Given()):
		r.Add(b.Template.Pos(), "keep one of them", "a template is the whole body: it has no constants and parameters beside it")
	case b.GraphQL.Given() && (b.Template.Given() || b.Parameters.Given()):
		r.Add(b.GraphQL.Pos, "keep one of them", "a GraphQL body has its own form: the document and its variables")
	case b.Nested.Given() && b.Format.Value != "form" && b.Format.Value != "multipart":
		r.Add(b.Nested.Pos, "add `format: form`, or remove it", "only a form says how nested values are written")
	case b.Format.Value == "raw" && (b.Constants != nil || b.Parameters.Given() || b.GraphQL.Given()):
		r.Add(b.Format.Pos, "use a parameter with `wire: $`, or `template`", "a raw body is one value")
	}
}

// prefixes yields a path and every path that leads to it.
func prefixes(path string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := range len(path) {
			if path[i] == '.' && !yield(path[:i]) {
				return
			}
		}
		yield(path)
	}
}

// within reports whether path is outer or inside it.
func within(path, outer string) bool { return path == outer || strings.HasPrefix(path, outer+".") }

// BodyOf is the body that an action uses, or nil.
func (m *Manifest) BodyOf(a *Action) *Body {
	if a.Body.Inline != nil {
		return a.Body.Inline
	}
	b, _ := Find(m.Bodies, a.Body.Name.Value)
	return b
}
