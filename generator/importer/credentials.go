// Credentials in the manifest: the schemes that most actions have, the fields that
// addresses need, the test.

package importer

import (
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// settleAuth finds the schemes that most actions have; those name none then.
func (d *draft) settleAuth() {
	d.variables = slices.DeleteFunc(d.variables, func(f authField) bool { return !d.inAddress("{auth." + f.name + "}") })
	if len(d.variables) > 0 {
		d.connect()
	}
	counts := make(map[string]int)
	best := ""
	for _, a := range d.actions {
		id := strings.Join(a.auth, "\n")
		if a.anonymous {
			continue
		}
		if counts[id]++; counts[id] > counts[best] || best == "" {
			best = id
		}
	}
	if best == "" {
		for _, a := range d.actions {
			a.anonymous = false // there is no scheme at all
		}
		d.schemes = nil
		return
	}
	d.fallback = strings.Split(best, "\n")
	for _, a := range d.actions {
		if !a.anonymous && strings.Join(a.auth, "\n") == best {
			a.auth = nil
		}
	}
	slices.SortStableFunc(d.schemes, func(a, b *scheme) int {
		rank := func(s *scheme) int {
			if i := slices.Index(d.fallback, s.name); i >= 0 {
				return i
			}
			return len(d.fallback)
		}
		return rank(a) - rank(b)
	})
	d.test()
}

// inAddress reports whether a field stands in an address that is used.
func (d *draft) inAddress(hole string) bool {
	return strings.Contains(d.baseURL, hole) || slices.ContainsFunc(d.hosts, func(h host) bool {
		return strings.Contains(h.url, hole) && slices.ContainsFunc(d.actions, func(a *action) bool { return a.host == h.name })
	})
}

// connect gives every credential the fields that addresses need; actions that
// need no other credential get one with these alone.
func (d *draft) connect() {
	for _, s := range d.schemes {
		s.fields = append(slices.Clone(s.fields), d.variables...)
	}
	var name string
	for _, a := range d.actions {
		if !a.anonymous {
			continue
		}
		if name == "" {
			if d.schemeNames == nil {
				d.schemeNames = scope{"none": true}
			}
			name = d.schemeNames.take("connection")
			d.schemes = append(d.schemes, &scheme{name: name, typ: "custom", title: "Connection", fields: d.variables})
		}
		a.anonymous, a.auth = false, []string{name}
	}
}

var cheap = regexp.MustCompile(`^GET (/[a-z0-9._-]+)*/(me|user|users/me|account|whoami|ping|profile|self|viewer|myself|current_user|tokens/verify|verify|status|version)$`)

// test guesses the request that proves a credential.
func (d *draft) test() {
	for _, s := range d.schemes {
		best := ""
		for _, a := range d.actions {
			mine := slices.Contains(a.auth, s.name) || a.auth == nil && !a.anonymous && slices.Contains(d.fallback, s.name)
			if mine && a.host == "" && cheap.MatchString(strings.ToLower(a.request)) && !slices.ContainsFunc(a.params, func(p *parameter) bool { return p.required }) {
				if best == "" || len(a.request) < len(best) {
					best = a.request
				}
			}
		}
		s.test = best
	}
}

func (d *draft) authTree() *yaml.Node {
	out := newMapping()
	for _, s := range d.schemes {
		m := newMapping()
		m.text("type", s.typ)
		m.text("title", s.title)
		m.text("description", s.description)
		fields := newMapping()
		for _, f := range s.fields {
			fields.put(f.name, d.authField(f))
		}
		m.put("fields", fields.Node)
		switch {
		case len(s.send) == 1:
			k := m.put("send", s.send[0])
			if s.guess != "" {
				k.HeadComment = "guessed: " + s.guess
			}
		case len(s.send) > 1:
			n := list(s.send...)
			n.Style = 0
			m.put("send", n)
		}
		if s.test != "" {
			test := flow()
			test.text("request", s.test)
			m.put("test", test.Node).HeadComment = "guessed: a cheap request that needs the credential"
		}
		k := out.put(s.name, m.Node)
		if d.guessedAuth && len(out.Content) == 2 {
			k.HeadComment = "guessed: the document does not say what its operations need"
		}
	}
	return out.Node
}

func (d *draft) authField(f authField) *yaml.Node {
	m := flow()
	m.text("title", f.title)
	m.text("env", clipName(strings.ToUpper(d.name+"_"+f.name), 100))
	m.flag("public", f.public)
	m.text("default", f.preset)
	m.text("format", f.format)
	if len(f.values) > 0 {
		values := flow()
		for _, v := range f.values {
			values.text(v, v)
		}
		m.put("values", values.Node)
	} else if f.public {
		m.text("pattern", "[A-Za-z0-9.-]+")
	}
	m.text("description", f.description)
	return m.Node
}

func clipName(s string, most int) string {
	if len(s) > most {
		s = strings.TrimRight(s[:most], "_")
	}
	return s
}
