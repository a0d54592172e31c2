// Bodies: the members of an object become parameters; what is no object, or has
// names that the language cannot send, becomes one parameter that is the body.

package importer

import (
	"mime"
	"slices"
	"strings"

	"github.com/pb33f/libopenapi/datamodel/high/v3"
)

// content is one way in which a body may be written.
type content struct {
	media  string
	format string // json, form, multipart, raw
	*v3.MediaType
}

// body reads the request body of an operation.
func (d *draft) body(a *action) error {
	raw := a.RequestBody
	if raw == nil || raw.Content == nil || raw.Content.Len() == 0 {
		return nil
	}
	place := d.place(nil, nil)
	if low := raw.GoLow(); low != nil {
		place = d.place(low.RootNode, low.GetIndex())
	}
	required := raw.Required == nil || *raw.Required
	if a.method == "GET" {
		if raw.Required != nil && *raw.Required {
			return &obstacle{place, "body", "a GET request of the language has no body"}
		}
		if c, ok := choose(raw.Content.FromOldest()); ok && len(d.of(c.Schema).props) > 0 {
			d.note(a, LeftOut, place, "body", "a GET request of the language has no body")
		}
		return nil
	}
	c, ok := choose(raw.Content.FromOldest())
	if !ok {
		return nil
	}
	s := d.of(c.Schema)
	b := &bodyDraft{draft: d, action: a, content: c, place: place, required: required, schema: s, description: prose(raw.Description)}
	return b.take()
}

// choose picks the media type that the language writes best: JSON, a form, a
// form with files, anything else.
func choose(all func(func(string, *v3.MediaType) bool)) (best content, ok bool) {
	rank := map[string]int{"json": 4, "form": 3, "multipart": 2, "raw": 1}
	for media, m := range all {
		if m == nil {
			continue
		}
		c := content{media, formatOf(media), m}
		if !ok || rank[c.format] > rank[best.format] {
			best, ok = c, true
		}
	}
	return best, ok
}

// formatOf is the format of the language for a media type.
func formatOf(media string) string {
	base, _, err := mime.ParseMediaType(media)
	if err != nil {
		base = strings.ToLower(strings.TrimSpace(media))
	}
	switch {
	case base == "application/json", strings.HasSuffix(base, "+json"), base == "text/json", base == "*/*":
		return "json"
	case base == "application/x-www-form-urlencoded":
		return "form"
	case strings.HasPrefix(base, "multipart/"):
		return "multipart"
	}
	return "raw"
}

// bodyDraft is a body while its parameters are made.
type bodyDraft struct {
	*draft
	*action
	content
	place       string
	required    bool
	schema      *schema
	description string
	params      []*parameter
}

func (b *bodyDraft) take() error {
	switch {
	case b.format == "raw":
		b.raw()
	case (b.schema.kind() == "object" || len(b.schema.props) > 0) && !b.schema.isOpen():
		if err := b.members(); err != nil {
			return err
		}
	default:
		b.whole()
	}
	b.action.params = append(b.action.params, b.params...)
	b.frame()
	return nil
}

// frame says how the body is written, where that is not plain JSON.
func (b *bodyDraft) frame() {
	m := flow()
	media := mediaType(b.media)
	switch b.format {
	case "json":
		if media != "application/json" && media != "*/*" {
			m.text("media_type", media)
		}
	case "raw":
		m.text("media_type", concrete(media))
		m.text("format", "raw")
	case "multipart":
		m.text("format", "multipart")
	case "form":
		if len(b.params) > 0 && !slices.ContainsFunc(b.params, func(p *parameter) bool { return p.in != "form" }) {
			return // the parameters say it
		}
		m.text("format", "form")
	}
	if len(m.Content) > 0 {
		b.action.body = m.Node
	}
}

// mediaType is a media type without what follows it, unless that matters.
func mediaType(media string) string {
	base, params, err := mime.ParseMediaType(media)
	switch {
	case err != nil || headerValue(base) == "":
		return "application/octet-stream"
	case len(params) == 0 || len(params) == 1 && params["charset"] != "":
		return base
	}
	return first(headerValue(strings.TrimSpace(media)), base)
}

// concrete is a media type without stars.
func concrete(media string) string {
	switch {
	case !strings.Contains(media, "*"):
		return media
	case strings.HasPrefix(media, "text/"):
		return "text/plain"
	}
	return "application/octet-stream"
}

// headerValue is a text that a header can hold, or nothing.
func headerValue(s string) string {
	if s == "" || len(s) > 1000 || strings.TrimSpace(s) != s || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c > '~' }) {
		return ""
	}
	return s
}

// members makes a parameter of each member of the body. Where a required one has
// a name that the language cannot send, the body is one parameter.
func (b *bodyDraft) members() error {
	in := "body"
	if b.format == "form" {
		in = "form"
	}
	for _, prop := range b.schema.props {
		s := b.member(prop)
		required := b.required && b.schema.required[prop.name]
		switch {
		case s.readOnly:
			continue
		case sendable(prop.name):
		case required || b.format != "json":
			b.params = nil
			b.note(b.action, LeftOut, b.place, "body", "a member is called "+quoted(clip(visible(prop.name), 60))+", so the body is one parameter")
			b.whole()
			return nil
		default:
			b.note(b.action, LeftOut, b.place, "body "+clip(visible(prop.name), 60), "dots in a name lead to nested objects in the language")
			continue
		}
		p := &parameter{wire: prop.name, in: in, required: required}
		p.describe("", s)
		b.encode(p, s)
		b.values(p, s, func(message string) {
			b.note(b.action, LeftOut, b.place, "body "+prop.name, message)
		})
		p.name = b.taken.take(identifier(p.wire, "value"), identifier("body_"+p.wire, "value"))
		b.params = append(b.params, p)
	}
	if b.schema.extra != nil && b.format == "json" {
		b.others()
	}
	if len(b.params) == 0 {
		b.whole()
	}
	return nil
}

// sendable reports whether the language can send a member of that name.
func sendable(name string) bool {
	return wireName(name) && !strings.Contains(name, ".") && name != "$"
}

// others takes the members that the document does not name.
func (b *bodyDraft) others() {
	name := b.taken.take("other_members")
	b.params = append(b.params, &parameter{name: name, wire: name, in: "body", typ: "object", encode: "merge", description: "Further members of the body"})
}

// encode says how a member of a form is written.
func (b *bodyDraft) encode(p *parameter, s *schema) {
	if b.format == "json" {
		return
	}
	if b.format == "multipart" && b.file(p, s) {
		return
	}
	style, explode := "", true
	if b.Encoding != nil {
		if e := b.Encoding.GetOrZero(p.wire); e != nil {
			style = e.Style
			explode = e.Explode == nil || *e.Explode
		}
	}
	switch {
	case style == "deepObject": // brackets, as forms are written by default
	case p.typ == "array" && explode:
		p.encode = "repeat"
	case p.typ == "array":
		p.encode = listStyle(style, explode)
	case p.typ == "object":
		p.encode = "json"
	}
}

// file makes a member of a multipart body a file.
func (b *bodyDraft) file(p *parameter, s *schema) bool {
	media := ""
	if b.Encoding != nil {
		if e := b.Encoding.GetOrZero(p.wire); e != nil {
			media, _, _ = strings.Cut(e.ContentType, ",")
		}
	}
	items := b.of(s.items)
	switch {
	case p.typ == "string" && s.binary():
	case p.typ == "array" && items.kind() == "string" && items.binary():
		p.typ = "string"
		p.guesses = append(p.guesses, "one file, where the API takes a list of them")
	default:
		return false
	}
	f := flow()
	if media = headerValue(strings.TrimSpace(media)); media != "" && !strings.ContainsAny(media, "*{}") && media != "application/octet-stream" {
		f.text("media_type", media)
	}
	p.file = f.Node
	p.description = first(p.description, "The file") + " (base64)"
	return true
}

// whole makes the body one parameter.
func (b *bodyDraft) whole() {
	p := &parameter{name: b.taken.take("body", "request_body"), wire: "$", in: "body", required: b.required}
	if b.format == "form" {
		p.in = "form"
	}
	p.describe(b.description, b.schema)
	p.description = first(b.description, p.description)
	if b.format != "json" {
		p.typ = "object"
	}
	if b.format == "json" {
		b.values(p, b.schema, func(message string) { b.note(b.action, LeftOut, b.place, "body", message) })
		if p.apiDefault != nil || p.preset != nil {
			p.apiDefault, p.preset = nil, nil
			p.required = b.required
		}
	}
	b.params = append(b.params, p)
}

// raw makes the body a text, or a file in base64.
func (b *bodyDraft) raw() {
	p := &parameter{name: b.taken.take("body", "request_body"), wire: "$", in: "body", required: b.required, typ: "string"}
	p.description = first(b.description, prose(b.schema.description), "The body")
	media := mediaType(b.media)
	if !strings.HasPrefix(media, "text/") && !strings.Contains(media, "xml") && !strings.Contains(media, "yaml") && !strings.Contains(media, "graphql") {
		f := flow()
		f.text("media_type", concrete(media))
		p.file = f.Node
		p.description = strings.TrimSuffix(p.description, ".") + " (base64)"
	}
	b.params = append(b.params, p)
}
