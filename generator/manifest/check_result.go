// Results: the fields of an envelope, each from one source that yields its type.

package manifest

import "slices"

// Source is where an output comes from: its kind and the paths in the body, or
// the name of another source.
func (o *Output) Source() (source, typ string, paths []Text) {
	for _, s := range []struct {
		typ   string
		paths []Text
	}{{"object", o.Object}, {"list", o.List}, {"string", o.String}, {"integer", o.Integer}, {"number", o.Number}, {"boolean", o.Boolean}, {"any", o.Any}} {
		if s.paths != nil {
			return "path", s.typ, s.paths
		}
	}
	switch {
	case o.Count.Given():
		return "count", "integer", []Text{o.Count}
	case o.Header.Given():
		return "header", o.Type.Or("string"), nil
	case o.Status.Given():
		return "status", "integer", nil
	case o.Echo.Given():
		return "echo", o.Type.Value, nil
	case o.Constant.Given():
		return "constant", "", nil
	case o.Body.Value == "csv":
		return "body", "list", nil
	case o.Body.Given():
		return "body", "string", nil
	case o.JQ.Given():
		return "jq", o.Type.Or("any"), nil
	}
	return "", "", nil
}

func (o *Output) sources() int {
	return count(o.Object != nil, o.List != nil, o.String != nil, o.Integer != nil, o.Number != nil, o.Boolean != nil, o.Any != nil,
		o.Count.Given(), o.Header.Given(), o.Status.Given(), o.Echo.Given(), o.Constant.Given(), o.Body.Given(), o.JQ.Given())
}

func (r *Report) checkResult(m *Manifest, a *Action) {
	for _, f := range a.Returns.Fields {
		if f.Name.Value == "success" || f.Name.Value == "error" {
			r.Add(f.Name.Pos, "call it data", "%s is a field of every envelope already", quote(f.Name.Value))
		}
		r.checkOutput(m, a, f)
	}
	r.checkPagedResult(m, a)
	for _, s := range a.Success.Statuses {
		if (s.Value == 204 || s.Value == 205) && slices.ContainsFunc(a.Returns.Fields, needsBody) {
			r.Add(s.Pos, "write `returns: none`", "an answer with status %d has no body to return", s.Value)
		}
	}
}

// needsBody reports whether an output is a failure without a body.
func needsBody(f Named[*Output]) bool {
	_, typ, paths := f.Value.Source()
	return paths != nil && (typ == "object" || typ == "list") && !f.Value.Default.Given()
}

func (r *Report) checkOutput(m *Manifest, a *Action, f Named[*Output]) {
	o := f.Value
	switch n := o.sources(); {
	case n == 0:
		r.Add(o.Pos, "write `object: PATH`, `list: PATH`, `string: PATH`, …", "nothing says where %s comes from", quote(f.Name.Value))
		return
	case n > 1:
		r.Add(o.Pos, "keep one of them", "%s comes from several places", quote(f.Name.Value))
		return
	}
	source, typ, _ := o.Source()
	r.checkOutputOptions(a, o, source, typ)
	r.refersToType(m, o.Project)
	r.refersToType(m, o.Of)
	r.program(o.JQ)
	r.checkConditions(a, o.When)
	if o.Echo.Given() && a.param(o.Echo.Value) == nil && !a.takes(o.Echo.Value) {
		var names []string
		for _, p := range a.Params {
			names = append(names, p.Name.Value)
		}
		r.refers(o.Echo, "parameter", names)
	}
	if o.Find != nil {
		r.holes(o.Find.Is, r.knownHoles(m, a))
	}
	if o.Find != nil {
		typ = o.Items.Or("object") // one element stands in the field
	}
	if o.Default.Given() && typ != "" && !o.Default.Is(jsonType(typ)) && !isNull(o.Default) {
		r.Add(o.Default.Pos(), "", "the default of %s must be of the type %s, but it is %s", quote(f.Name.Value), typ, kind(o.Default.Node))
	}
}

// refersToType is refers for types, of which there may be thousands.
func (r *Report) refersToType(m *Manifest, t Text) {
	if t.Given() && m.TypeNamed(t.Value) == nil {
		r.refers(t, "type", Names(m.Types))
	}
}

func isNull(v Value) bool { return v.Node != nil && v.Node.Tag == "!!null" }

func jsonType(typ string) string {
	if typ == "list" {
		return "array"
	}
	return typ
}

// checkOutputOptions wants options to have a meaning for the output's kind.
func (r *Report) checkOutputOptions(a *Action, o *Output, source, typ string) {
	list := typ == "list"
	for _, option := range []struct {
		at   Pos
		name string
		good bool
	}{
		{o.Unwrap.Pos, "unwrap", list && source == "path"},
		{o.Pluck.Pos, "pluck", list && source == "path"},
		{o.Items.Pos, "items", list},
		{o.Project.Pos, "project", (list || typ == "object") && source == "path"},
		{o.Of.Pos, "of", (list || typ == "object") && source == "path"},
		{o.Falsy.Pos, "falsy", source == "path"},
		{o.Convert.Pos, "convert", !list && typ != "object" && source != "constant" && source != "count"},
		{o.Type.Pos, "type", source == "jq" || source == "header" || a.takes(o.Echo.Value)},
		{o.Default.Pos(), "default", source == "path" || source == "header" || source == "jq" || source == "body" || o.When != nil},
	} {
		if option.at.Line > 0 && !option.good {
			r.Add(option.at, "remove it", "%s has no meaning here", option.name)
		}
	}
	if o.Find != nil && (!list || source != "path") {
		r.Add(o.Find.Path.Pos, "write `list: PATH`", "only in a list can something be found")
	}
	if o.Project.Given() && o.Of.Given() {
		r.Add(o.Of.Pos, "keep one of them", "a value is projected to a type or described by one, not both")
	}
	if o.JQ.Given() && !o.Type.Given() {
		r.Add(o.JQ.Pos, "add `type: object`, `list`, `string`, …", "nothing says what the program makes")
	}
}

// checkPagedResult wants a paged action to have a list: its first one is paged,
// the others are put together from all pages.
func (r *Report) checkPagedResult(m *Manifest, a *Action) {
	if !a.Paging.Given() {
		return
	}
	var lists []Named[*Output]
	for _, f := range a.Returns.Fields {
		if f.Value.List != nil && f.Value.Find == nil {
			lists = append(lists, f)
		}
	}
	switch {
	case a.Returns.None || len(lists) == 0:
		r.Add(a.Paging.Pos, "write `returns: { data: { list: … } }`, or remove the paging", "only a list has pages")
	case len(lists[0].Value.List) > 1:
		r.Add(lists[0].Value.List[1].Pos, "keep one path", "a list that is paged is at one path")
	}
	if p, ok := Find(m.Paging, a.Paging.Value); ok {
		for _, name := range []Text{p.Limit, p.MaxPages, p.SizeParameter} {
			if name.Given() && a.param(name.Value) == nil {
				r.Add(a.Paging.Pos, "declare it, with `type: integer` and `in: none`", "the paging %s wants a parameter %s", quote(a.Paging.Value), quote(name.Value))
			}
		}
	}
}
