// Parameters: their places, types, encodings and checks.

package importer

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/pb33f/libopenapi/datamodel/high/v3"
	"gopkg.in/yaml.v3"
)

// parameter is one that callers give.
type parameter struct {
	name, wire, in string
	description    string
	typ, items     string
	required       bool
	preset         *yaml.Node // default: sent
	apiDefault     *yaml.Node
	enum           []*yaml.Node
	pattern        string
	min, max       *yaml.Node
	minLen, maxLen int
	encode         string
	file           *yaml.Node
	declared       bool // a hole of the path that the document describes
	limit          int  // the largest value, where the document tells
	guesses        []string
	key            *yaml.Node
}

func (p *parameter) tree() *yaml.Node {
	m := flow()
	if p.in != "path" {
		m.text("in", p.in)
		if p.wire != p.name && p.in != "none" {
			m.text("wire", p.wire)
		}
	}
	if p.typ != "string" {
		m.text("type", p.typ)
	}
	m.text("items", p.items)
	m.flag("required", p.required && p.in != "path")
	m.node("default", p.preset)
	m.node("api_default", p.apiDefault)
	if len(p.enum) > 0 {
		m.put("enum", list(p.enum...))
	}
	m.text("pattern", p.pattern)
	m.node("minimum", p.min)
	m.node("maximum", p.max)
	if p.minLen > 0 {
		m.put("min_length", integer(p.minLen))
	}
	if p.maxLen > 0 {
		m.put("max_length", integer(p.maxLen))
	}
	m.text("encode", p.encode)
	m.node("file", p.file)
	m.text("description", p.description)
	return m.Node
}

// describe settles the texts and the type of a parameter.
func (p *parameter) describe(description string, s *schema) {
	p.description = first(prose(description), prose(s.description), line(s.title), words(p.wire), words(p.name), "The value")
	p.typ = first(s.kind(), "any")
}

var wirePattern = regexp.MustCompile(`^[!-~]{1,200}$`)

func wireName(s string) bool { return wirePattern.MatchString(s) }

// parameters reads those of the path, then those of the operation, which win.
func (d *draft) parameters(a *action) error {
	for _, raw := range merged(a.item.Parameters, a.operation.Parameters) {
		place := d.placeOf(raw)
		switch raw.In {
		case "path":
			d.pathParameter(a, raw)
		case "query", "header":
			if err := d.sentParameter(a, raw, place); err != nil {
				return err
			}
		default:
			subject := "parameter " + visible(raw.Name)
			if raw.Required != nil && *raw.Required && raw.In == "cookie" {
				return &obstacle{place, subject, "it is required, and the language sends no cookies"}
			}
			d.note(a, LeftOut, place, subject, "the language has no place "+quoted(visible(raw.In)))
		}
	}
	return d.undescribed(a)
}

func merged(shared, own []*v3.Parameter) (out []*v3.Parameter) {
	for _, p := range append(slices.Clone(shared), own...) {
		if p == nil || p.Name == "" {
			continue
		}
		if i := slices.IndexFunc(out, func(o *v3.Parameter) bool { return o.Name == p.Name && o.In == p.In }); i >= 0 {
			out[i] = p
			continue
		}
		out = append(out, p)
	}
	return out
}

func (d *draft) placeOf(p *v3.Parameter) string {
	low := p.GoLow()
	if low == nil {
		return d.place(nil, nil)
	}
	n := low.Name.KeyNode
	if n == nil {
		n = low.RootNode
	}
	return d.place(n, low.GetIndex())
}

// schemaOf is the schema of a parameter, which may be that of its content.
func (d *draft) schemaOf(p *v3.Parameter) (s *schema, media string) {
	if p.Content != nil {
		for name, m := range p.Content.FromOldest() {
			if m != nil {
				return d.of(m.Schema), name
			}
		}
	}
	return d.of(p.Schema), ""
}

// pathParameter describes a hole of the path.
func (d *draft) pathParameter(a *action, raw *v3.Parameter) {
	found := false
	for _, p := range a.params {
		if p.in != "path" || p.wire != raw.Name {
			continue
		}
		found = true
		s, _ := d.schemaOf(raw)
		p.declared, p.required = true, true
		p.describe(raw.Description, s)
		say := func(message string) { d.note(a, LeftOut, d.placeOf(raw), "parameter "+p.wire, message) }
		switch p.typ {
		case "array":
			p.encode = "csv"
		case "object", "any":
			p.typ = "string"
		}
		d.values(p, s, say)
	}
	if !found {
		d.note(a, LeftOut, d.placeOf(raw), "parameter "+visible(raw.Name), "the path does not name it")
	}
}

// undescribed gives the holes that the document does not describe a text.
func (d *draft) undescribed(a *action) error {
	for _, p := range a.params {
		if p.in != "path" || p.declared {
			continue
		}
		p.typ, p.required, p.description = "string", true, first(words(p.wire), words(p.name))
		if p.wire == "" {
			return &obstacle{d.where(a.operation), "path", "a hole of the path has no name"}
		}
		d.note(a, Guessed, d.where(a.operation), "parameter "+visible(p.wire), "the document does not describe "+p.name)
	}
	return nil
}

// ignored are headers that OpenAPI describes elsewhere; as parameters they mean
// nothing.
var ignored = []string{"Accept", "Content-Type", "Authorization"}

// ownHeaders are set by the runtime.
var ownHeaders = []string{"Content-Length", "Host", "Transfer-Encoding", "Connection", "Accept-Encoding", "User-Agent", "Trailer", "Te", "Upgrade"}

var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")

// sentParameter is one in the query or a header.
func (d *draft) sentParameter(a *action, raw *v3.Parameter, place string) error {
	subject := "parameter " + visible(raw.Name)
	required := raw.Required != nil && *raw.Required
	refuse := func(message string) error {
		if required {
			return &obstacle{place, subject, message}
		}
		d.note(a, LeftOut, place, subject, message)
		return nil
	}
	switch {
	case raw.In == "header" && slices.Contains(ignored, http.CanonicalHeaderKey(raw.Name)), d.isCredential(raw):
		return nil
	case raw.In == "header" && slices.Contains(ownHeaders, http.CanonicalHeaderKey(raw.Name)):
		d.note(a, LeftOut, place, subject, "it is sent by the runtime")
		return nil
	case !wireName(raw.Name), raw.In == "header" && !headerName.MatchString(raw.Name):
		return refuse("it has characters that a name on the wire cannot have")
	case raw.In == "query" && child(a.query.Node, raw.Name) != nil:
		return nil // the path has it already
	}
	s, media := d.schemaOf(raw)
	p := &parameter{wire: raw.Name, in: raw.In, required: required}
	p.describe(raw.Description, s)
	if message := d.style(p, raw, s, media); message == spread {
		return d.spread(a, p, raw, s)
	} else if message != "" {
		return refuse(message)
	}
	d.values(p, s, func(message string) { d.note(a, LeftOut, place, subject, message) })
	if _, taken := d.at(a, p.in, p.wire); taken {
		return refuse("another parameter is sent there already")
	}
	p.name = a.taken.take(identifier(p.wire, "value"), identifier(p.in+"_"+p.wire, "value"))
	a.params = append(a.params, p)
	return nil
}

// at finds the parameter at a place of the request.
func (d *draft) at(a *action, in, wire string) (*parameter, bool) {
	for _, p := range a.params {
		if p.in == in && (p.wire == wire || in == "header" && strings.EqualFold(p.wire, wire)) {
			return p, true
		}
	}
	return nil, false
}

// spread says that the members of an object are parameters of their own.
const spread = "spread"

// style chooses the encoding of a parameter, or says why there is none.
func (d *draft) style(p *parameter, raw *v3.Parameter, s *schema, media string) string {
	explode := raw.Style == "" || raw.Style == "form"
	if raw.Explode != nil {
		explode = *raw.Explode
	}
	switch {
	case media != "":
		if strings.Contains(media, "json") {
			if p.typ != "string" || s.kind() != "string" {
				p.encode = "json"
			}
			return ""
		}
		if p.typ == "object" || p.typ == "array" {
			return "the language cannot write " + media + " there"
		}
		return ""
	case p.in == "query" && strings.HasSuffix(p.wire, "[]") && p.typ != "array" && p.typ != "object":
		p.asList()
	case p.typ == "any":
		if raw.Style == "deepObject" {
			p.encode = "deep_object"
		} else if items := listAmong(s); items != nil && p.in == "query" {
			p.typ, p.encode = "array", "repeat"
		}
		return ""
	case p.typ == "array" && p.in == "header":
		p.encode = "csv"
	case p.typ == "array":
		p.encode = listStyle(raw.Style, explode)
	case p.typ == "object" && raw.Style == "deepObject":
		p.encode = "deep_object"
	case p.typ == "object" && p.in == "query" && explode && len(s.props) > 0:
		return spread
	case p.typ == "object" && p.in == "query":
		p.encode = "json"
		p.guesses = append(p.guesses, "the object is sent as JSON")
	case p.typ == "object":
		return "the language has no form for an object in a header"
	}
	return ""
}

// asList makes a list of what is called x[], whatever its schema says.
func (p *parameter) asList() {
	p.items, p.typ, p.encode = p.typ, "array", "repeat"
	if p.items == "any" {
		p.items = ""
	}
	p.guesses = append(p.guesses, "a list, as its name ends in []")
}

func listStyle(style string, explode bool) string {
	switch {
	case style == "deepObject":
		return "brackets"
	case explode:
		return "repeat"
	case style == "spaceDelimited":
		return "spaces"
	case style == "pipeDelimited":
		return "pipes"
	}
	return "csv"
}

// listAmong is the list among alternatives, when all others are its elements.
func listAmong(s *schema) *schema {
	for _, a := range s.alternatives {
		if a.kind() == "array" {
			return a
		}
	}
	return nil
}

// spread makes a parameter of each member of an object: that is how a form
// writes an object.
func (d *draft) spread(a *action, outer *parameter, raw *v3.Parameter, s *schema) error {
	for _, prop := range s.props {
		inner := d.member(prop)
		p := &parameter{wire: prop.name, in: "query", required: outer.required && s.required[prop.name]}
		p.describe("", inner)
		switch p.typ {
		case "array":
			p.encode = "repeat"
		case "object":
			p.encode = "json"
		}
		place := d.placeOf(raw)
		say := func(message string) { d.note(a, LeftOut, place, "parameter "+visible(raw.Name+"."+prop.name), message) }
		_, taken := d.at(a, "query", p.wire)
		if !wireName(p.wire) || taken {
			say("its name cannot be sent")
			continue
		}
		d.values(p, inner, say)
		p.name = a.taken.take(identifier(p.wire, "value"), identifier(outer.wire+"_"+p.wire, "value"))
		a.params = append(a.params, p)
	}
	return nil
}
