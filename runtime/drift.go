// Drift: where an answer is other than the manifest says. Nobody is stopped by
// it, unless a host asks for that; whoever listens learns which member it is and
// what came instead. An answer is looked at for drift only when somebody listens.

package runtime

import (
	"slices"
	"strings"
)

// Drift is one way in which an answer differs from the shape that the manifest
// declares. It holds names and types, never values, except the beginning of an
// enum's unknown value.
type Drift struct {
	Action string
	Shape  string // name of the shape that declares the member; "" for an output
	Path   string // of the member in the body, without indices: data.attributes.title
	Kind   DriftKind
	Want   string // type, or the known values of an enum
	Got    string // type, or the unknown value
}

// DriftKind is the kind of a [Drift].
type DriftKind string

// The kinds.
const (
	DriftNew     DriftKind = "new"     // a member that is not declared
	DriftMissing DriftKind = "missing" // a declared one that is not there
	DriftNull    DriftKind = "null"    // null where it is not declared
	DriftType    DriftKind = "type"    // another type
	DriftEnum    DriftKind = "enum"    // an unknown value
)

// String tells the drift in words.
func (d Drift) String() string {
	switch d.Kind {
	case DriftNew:
		return quotedPath(d.Path) + " is new"
	case DriftMissing:
		return quotedPath(d.Path) + " is missing"
	case DriftNull:
		return quotedPath(d.Path) + " is null"
	case DriftEnum:
		return quotedPath(d.Path) + " is " + d.Got + ", none of " + d.Want
	}
	return quotedPath(d.Path) + " is of the type " + d.Got + ", not " + d.Want
}

func quotedPath(path string) string {
	if path == "" {
		return "the body"
	}
	return `"` + path + `"`
}

// maxDrifts bounds the reports of one call, maxDriftText each text in them.
const (
	maxDrifts    = 100
	maxDriftText = 200
)

// trail is the way to a place in a body.
type trail struct {
	up    *trail
	name  string // of the member, or several with dots
	shape *Shape // that declares it
}

// appendPath appends the names on the trail, without indices. It copies them, so
// that a trail need not be kept; most are never read.
func (t *trail) appendPath(dst []byte) []byte {
	if t.up != nil {
		dst = t.up.appendPath(dst)
	}
	for name, rest, more := strings.Cut(t.name, "."); ; name, rest, more = strings.Cut(rest, ".") {
		if name != "" && parseSegment(name).index < 0 {
			if len(dst) > 0 {
				dst = append(dst, '.')
			}
			dst = append(dst, name...)
		}
		if !more {
			return dst
		}
	}
}

// listening reports whether anybody wants to know of drift.
func (k *call) listening() bool { return k.client.drift != nil || k.client.strict || k.watch != nil }

// reportAt reports a drift at the end of a trail.
func (k *call) reportAt(t trail, kind DriftKind, want, got string) {
	if !k.listening() {
		return
	}
	d := Drift{Path: string(t.appendPath(nil)), Kind: kind, Want: want, Got: got}
	if t.shape != nil {
		d.Shape = strings.Clone(t.shape.Name)
	}
	k.report(d)
}

// report tells of a drift, once for each kind and path in a call.
func (k *call) report(d Drift) {
	if !k.listening() || len(k.drifts) >= maxDrifts {
		return
	}
	if slices.ContainsFunc(k.drifted, func(o Drift) bool { return o.Kind == d.Kind && o.Path == d.Path }) {
		return // it is the same in every element of a list, and to clean texts takes a while
	}
	k.drifted = append(k.drifted, d)
	d.Action, d.Path, d.Want, d.Got = k.op.Name, k.clip(d.Path), k.clip(d.Want), k.clip(d.Got)
	k.drifts = append(k.drifts, d)
	if k.client.drift != nil {
		k.client.drift(k.ctx, d)
	}
	k.watch.drift(k.ctx, d)
}

// clip makes a text from outside fit for a report.
func (k *call) clip(text string) string {
	text = k.secrets.clean(text)
	if len(text) > maxDriftText {
		text = strings.ToValidUTF8(text[:maxDriftText], "") + "…"
	}
	return text
}

// strict is the failure of a client that takes no drift.
func (k *call) strict() *Error {
	if !k.client.strict || len(k.drifts) == 0 {
		return nil
	}
	return k.failed(CodeUnexpectedResponse, "the answer differs from the manifest: "+k.drifts[0].String())
}

// inspectResult looks at the object or the list of a plain operation.
func (k *call) inspectResult(c *cut) {
	r := k.op.Result
	if r.Shape == nil || c.plan.result < 0 || !k.listening() {
		return
	}
	if c.result[0] != '[' {
		k.inspect(r.Shape, c.result, r.Path)
		return
	}
	for l := inside(c.result); l.more(); {
		k.inspect(r.Shape, l.skip(), r.Path)
	}
}

// inspect looks at an object that stands at a path; anything else is none of
// its business.
func (k *call) inspect(s *Shape, value []byte, at string) {
	if s != nil && value[0] == '{' && k.listening() {
		k.inspectObject(s, value, trail{name: at})
	}
}

func (k *call) inspectObject(s *Shape, object []byte, t trail) {
	seen := make([]bool, len(s.Fields))
	rest, guess := false, 0
	for i := range s.Fields {
		if s.Fields[i].Rest {
			rest, seen[i] = true, true
		}
	}
	for c := inside(object); c.more(); {
		name := nameOf(c.key())
		value := c.skip()
		i := s.field(name, guess)
		switch {
		case i >= 0:
			seen[i], guess = true, i+1
			k.inspectField(&s.Fields[i], value, trail{&t, s.Fields[i].Name, s})
		case !rest:
			k.reportAt(trail{&t, string(name), s}, DriftNew, "", typeOf(value))
		}
	}
	for i := range s.Fields {
		if f := &s.Fields[i]; !seen[i] && !f.Optional {
			k.reportAt(trail{&t, f.Name, s}, DriftMissing, string(f.Type), "")
		}
	}
}

// inspectField looks at the value of a declared member.
func (k *call) inspectField(f *ShapeField, value []byte, t trail) {
	switch {
	case f.Type == TypeAny || f.Type == "":
	case value[0] == 'n':
		if !f.Nullable {
			k.reportAt(t, DriftNull, string(f.Type), "null")
		}
	case !isType(f.Type, value):
		k.reportAt(t, DriftType, string(f.Type), typeOf(value))
	case f.Type == TypeArray:
		k.inspectItems(f, value, t)
	case f.Map:
		k.inspectMap(f, value, trail{&t, "*", t.shape})
	case f.Type == TypeObject && f.Shape != nil:
		k.inspectObject(f.Shape, value, t)
	default:
		k.inspectNumber(f.Type, value, t)
		k.inspectEnum(f, value, t)
	}
}

// inspectItems looks at the elements of a list.
func (k *call) inspectItems(f *ShapeField, list []byte, t trail) {
	if !k.listening() {
		return
	}
	for c := inside(list); c.more(); {
		k.inspectItem(f, c.skip(), t)
	}
}

func (k *call) inspectMap(f *ShapeField, object []byte, t trail) {
	for c := inside(object); c.more(); {
		c.key()
		k.inspectItem(f, c.skip(), t)
	}
}

// inspectItem looks at an element of a list or a value of a map.
func (k *call) inspectItem(f *ShapeField, value []byte, t trail) {
	switch {
	case f.Shape == nil:
		k.inspectType(f.Items, value, t)
		k.inspectEnum(f, value, t)
	case value[0] == '{':
		k.inspectObject(f.Shape, value, t)
	default:
		k.inspectType(TypeObject, value, t)
	}
}

// inspectElement looks at an element of an output's list.
func (k *call) inspectElement(o *Output, value []byte, t trail) {
	if !k.listening() {
		return
	}
	if o.Shape != nil && value[0] == '{' {
		k.inspectObject(o.Shape, value, t)
		return
	}
	k.inspectType(o.Items, value, t)
}

// inspectType looks at a value that is to be of a type.
func (k *call) inspectType(want Type, value []byte, t trail) {
	if k.listening() && !isType(want, value) {
		k.reportAt(t, DriftType, string(want), typeOf(value))
		return
	}
	k.inspectNumber(want, value, t)
}

// inspectNumber looks for integers that no int64 holds: typed results cannot
// hold them either.
func (k *call) inspectNumber(want Type, value []byte, t trail) {
	if want != TypeInteger || !k.listening() || value[0] == 'n' {
		return
	}
	if _, ok := integer(string(value)); !ok {
		k.reportAt(t, DriftType, string(want), "integer of more than 64 bits")
	}
}

// inspectEnum looks for unknown values.
func (k *call) inspectEnum(f *ShapeField, value []byte, t trail) {
	if len(f.Enum) == 0 || !k.listening() || value[0] != '"' {
		return
	}
	if text := unquote(value); !slices.Contains(f.Enum, text) {
		k.reportAt(t, DriftEnum, strings.Join(f.Enum, ", "), `"`+text+`"`)
	}
}

// field returns the index of the field with that name, -1 when there is none.
// Members mostly come in one order, so the search begins at a guess.
func (s *Shape) field(name []byte, guess int) int {
	for i := guess; i < len(s.Fields); i++ {
		if s.Fields[i].Name == string(name) && !s.Fields[i].Rest {
			return i
		}
	}
	for i := range min(guess, len(s.Fields)) {
		if s.Fields[i].Name == string(name) && !s.Fields[i].Rest {
			return i
		}
	}
	return -1
}
