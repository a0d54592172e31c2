// Credentials: the security schemes of a document, and which of them an
// operation asks for.

package importer

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/pb33f/libopenapi/datamodel/high/base"
	"github.com/pb33f/libopenapi/datamodel/high/v3"
	"gopkg.in/yaml.v3"
)

// authField is a field of a credential.
type authField struct {
	name, title, description string
	preset, format           string
	values                   []string
	public                   bool
}

// scheme is an auth scheme of the manifest: one of the document, or several that
// belong together.
type scheme struct {
	name, typ   string
	title       string
	description string
	fields      []authField
	send        []*yaml.Node
	places      []spot
	guess       string
	test        string
}

// spot is where a credential is sent.
type spot struct{ in, wire string }

// security reads the schemes that the document declares.
func (d *draft) security() {
	d.declared = make(map[string]*scheme)
	defer func() {
		if len(d.declared) == 0 {
			d.report.add(Note{Kind: LeftOut, Place: d.place(nil, nil), Subject: "security", Message: "the document declares no credential that can be sent; write `auth` by hand"})
		}
	}()
	if d.doc.Components == nil || d.doc.Components.SecuritySchemes == nil {
		return
	}
	for name, raw := range d.doc.Components.SecuritySchemes.FromOldest() {
		if raw == nil {
			continue
		}
		s, refused := d.scheme(name, raw)
		if refused != "" {
			place := d.place(nil, nil)
			if low := raw.GoLow(); low != nil {
				place = d.place(cmp.Or(low.KeyNode, low.RootNode), low.GetIndex())
			}
			d.report.add(Note{Kind: LeftOut, Place: place, Subject: "security scheme " + visible(name), Message: refused})
			continue
		}
		d.declared[name] = s
		d.order = append(d.order, name)
	}
}

var (
	rawAuthorization = regexp.MustCompile(`(?i)\bbearer\b`)
	prefixed         = regexp.MustCompile(`Authorization["'` + "`" + `]?\s*[:=]\s*["'` + "`" + `]?([A-Za-z][A-Za-z0-9_-]{1,20}) ["'<{\[(]?[A-Za-z]`)
)

// scheme turns one security scheme into one of the manifest, or says why not.
func (d *draft) scheme(name string, raw *v3.SecurityScheme) (s *scheme, refused string) {
	s = &scheme{name: identifier(name, "credential"), title: first(words(name), "Credential"), description: prose(raw.Description)}
	field := func(name, title string) string {
		s.fields = append(s.fields, authField{name: name, title: title})
		return "{" + name + "}"
	}
	switch kind := strings.ToLower(raw.Type); {
	case kind == "apikey" && raw.In == "header" && headerName.MatchString(raw.Name):
		s.typ = "api_key"
		v := field("api_key", "API key")
		if http.CanonicalHeaderKey(raw.Name) == "Authorization" {
			s.guess = "the key stands alone in the header"
			if rawAuthorization.MatchString(raw.Description) {
				v, s.guess = "Bearer "+v, "the word Bearer stands before the key"
			} else if m := prefixed.FindStringSubmatch(raw.Description); m != nil {
				v, s.guess = m[1]+" "+v, "the word "+m[1]+" stands before the key"
			}
		}
		s.sends("header", raw.Name, v)
	case kind == "apikey" && raw.In == "query" && wireName(raw.Name):
		s.typ = "api_key"
		s.sends("query", raw.Name, field("api_key", "API key"))
	case kind == "apikey":
		return nil, "the language sends no credential in a " + first(visible(raw.In), "place without a name")
	case kind == "http" && strings.EqualFold(raw.Scheme, "bearer"):
		s.typ = "bearer_token"
		s.sends("header", "Authorization", "Bearer "+field("token", "Token"))
	case kind == "http" && strings.EqualFold(raw.Scheme, "basic"):
		s.typ = "custom"
		s.basic(field("username", "User name"), field("password", "Password"))
	case kind == "oauth2", kind == "openidconnect":
		s.typ = "oauth2"
		s.sends("header", "Authorization", "Bearer "+field("access_token", "Access token"))
	default:
		return nil, "the language has no scheme " + quoted(visible(strings.TrimSpace(raw.Type+" "+raw.Scheme)))
	}
	return s, ""
}

func (s *scheme) sends(in, wire, value string) {
	m := flow()
	m.text(in, wire)
	m.text("value", value)
	s.send = append(s.send, m.Node)
	s.places = append(s.places, spot{in, wire})
}

func (s *scheme) basic(user, password string) {
	who := flow()
	who.text("user", user)
	who.text("password", password)
	m := flow()
	m.put("basic", who.Node)
	s.send = append(s.send, m.Node)
	s.places = append(s.places, spot{"header", "Authorization"})
}

// isCredential reports whether a parameter is one that a scheme sends already.
func (d *draft) isCredential(p *v3.Parameter) bool {
	for _, s := range d.declared {
		for _, at := range s.places {
			if at.in == p.In && (at.wire == p.Name || p.In == "header" && strings.EqualFold(at.wire, p.Name)) {
				return true
			}
		}
	}
	return false
}

// authOf settles the schemes of an action; fallbacks are taken out at the end.
func (d *draft) authOf(a *action) {
	requirements, said := d.doc.Security, d.doc.Security != nil
	if low := a.GoLow(); a.operation.Security != nil || low != nil && low.Security.KeyNode != nil {
		requirements, said = a.operation.Security, true
	}
	if !said {
		if len(d.order) > 0 {
			a.auth = []string{d.schemeFor([]string{d.order[0]})}
			d.guessedAuth = true
			return
		}
		a.anonymous = true
		return
	}
	a.auth = d.alternatives(requirements)
	if a.auth == nil && len(requirements) > 0 && !free(requirements) {
		d.note(a, LeftOut, d.where(a.operation), "security", "none of its schemes can be said, so no credential is sent")
	}
	a.anonymous = a.auth == nil
}

// free reports whether an operation may be called by anybody.
func free(requirements []*base.SecurityRequirement) bool {
	return slices.ContainsFunc(requirements, func(r *base.SecurityRequirement) bool {
		return r == nil || r.Requirements == nil || r.Requirements.Len() == 0
	})
}

// alternatives are the schemes of the manifest for security requirements.
func (d *draft) alternatives(requirements []*base.SecurityRequirement) (names []string) {
	for _, r := range requirements {
		if r == nil || r.Requirements == nil || r.Requirements.Len() == 0 {
			continue
		}
		var parts []string
		for name := range r.Requirements.FromOldest() {
			parts = append(parts, name)
		}
		if slices.ContainsFunc(parts, func(p string) bool { return d.declared[p] == nil }) {
			continue
		}
		if name := d.schemeFor(parts); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return d.rank(a) - d.rank(b) })
	return names
}

// rank puts a token before user and password, where either will do.
func (d *draft) rank(name string) int {
	for _, s := range d.schemes {
		if s.name == name && s.typ == "custom" {
			return 1
		}
	}
	return 0
}

// schemeFor is the scheme of the manifest for schemes of the document that are
// sent together.
func (d *draft) schemeFor(parts []string) string {
	id := strings.Join(parts, "\n")
	if s := d.combined[id]; s != nil {
		return s.name
	}
	out := *d.declared[parts[0]]
	if len(parts) > 1 {
		out = d.together(parts)
	}
	if d.combined == nil {
		d.combined = make(map[string]*scheme)
		d.schemeNames = scope{"none": true}
	}
	out.name = d.schemeNames.take(out.name)
	d.combined[id] = &out
	d.schemes = append(d.schemes, &out)
	return out.name
}

// together is a scheme of several that are sent together; each has fields of its
// own.
func (d *draft) together(parts []string) scheme {
	out := scheme{typ: "custom"}
	var names, titles []string
	for _, part := range parts {
		s := d.declared[part]
		names, titles = append(names, s.name), append(titles, s.title)
		prefix := ""
		if slices.ContainsFunc(s.fields, func(f authField) bool { return out.field(f.name) }) || len(s.fields) == 1 && s.typ == "api_key" {
			prefix = shorten(s.name, 40)
		}
		for _, f := range s.fields {
			if prefix != "" {
				f.title = s.title
				f.name = prefix
				if len(s.fields) > 1 {
					f.name, f.title = prefix+"_"+f.name, s.title+" "+f.title
				}
			}
			out.fields = append(out.fields, f)
		}
		for i, send := range s.send {
			out.send = append(out.send, renamed(send, s.fields, prefix))
			out.places = append(out.places, s.places[i])
		}
	}
	out.name, out.title = shorten(strings.Join(names, "_and_"), maxName), strings.Join(titles, " and ")
	return out
}

func (s *scheme) field(name string) bool {
	return slices.ContainsFunc(s.fields, func(f authField) bool { return f.name == name })
}

// renamed is a place of a credential whose fields have other names.
func renamed(n *yaml.Node, fields []authField, prefix string) *yaml.Node {
	out := *n
	out.Content = nil
	for _, c := range n.Content {
		out.Content = append(out.Content, renamed(c, fields, prefix))
	}
	for _, f := range fields {
		name := prefix
		if prefix == "" {
			name = f.name
		} else if len(fields) > 1 {
			name = prefix + "_" + f.name
		}
		out.Value = strings.ReplaceAll(out.Value, "{"+f.name+"}", "{"+name+"}")
	}
	return &out
}
