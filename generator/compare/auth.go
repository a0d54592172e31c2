// Credentials: what hosts pass and programs set, and where it goes.

package compare

import (
	"slices"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

// schemes compares the ways to authenticate. One that is only called otherwise
// is the same: hosts choose by auth_type.
func (d *differ) schemes() {
	used := make(map[*model.AuthScheme]bool)
	var gone []*model.AuthScheme
	for _, o := range d.old.connector.Auth {
		if n := byName(d.new.connector.Auth, o.Name); n != nil {
			used[n] = true
			d.scheme(o, n)
		} else {
			gone = append(gone, o)
		}
	}
	for _, o := range gone {
		i := slices.IndexFunc(d.new.connector.Auth, func(n *model.AuthScheme) bool { return !used[n] && n.Type == o.Type })
		if i >= 0 {
			n := d.new.connector.Auth[i]
			used[n] = true
			d.scheme(o, n)
			continue
		}
		d.subject = "auth " + o.Name
		d.add(Change{Kind: Removed, What: "auth scheme", From: o.Type, Class: Breaking, Audiences: []Audience{Action},
			Why: "its credentials are of no use any more"}, "auth", o.Name)
	}
	for _, n := range d.new.connector.Auth {
		if !used[n] {
			d.subject = "auth " + n.Name
			d.add(Change{Kind: Added, What: "auth scheme", To: n.Type, Class: Additive, Audiences: []Audience{Action}}, "auth", n.Name)
		}
	}
}

func byName(list []*model.AuthScheme, name string) *model.AuthScheme {
	for _, s := range list {
		if s.Name == name {
			return s
		}
	}
	return nil
}

func (d *differ) scheme(o, n *model.AuthScheme) {
	d.subject = "auth " + n.Name
	at := func(c Change, path ...string) { d.add(c, append([]string{"auth", n.Name}, path...)...) }
	for _, p := range differing(schemeFacts(o), schemeFacts(n)) {
		c := Change{Kind: p.kind(), What: p.name(), From: p.from, To: p.to, Class: Behaviour, Audiences: []Audience{Wire}}
		switch p.path[0] {
		case "type":
			c.Class, c.Audiences, c.Why = Breaking, []Audience{Action}, "credentials with the old auth_type are refused"
		case "accepts":
			c.Audiences = []Audience{Action}
			c.Class, c.Why = Additive, "the caller's auth_type is not looked at"
			if p.to == "no" {
				c.Class, c.Why = Breaking, "credentials of another auth_type are refused"
			}
		case "title", "description", "steps":
			c.Class, c.Audiences = Cosmetic, []Audience{Action}
		case "test":
			c.Why = "how a host proves a credential"
		}
		at(c, p.path...)
	}
	d.credentialFields(o, n, at)
}

func schemeFacts(s *model.AuthScheme) facts {
	scheme := *s.AuthScheme
	scheme.Probe = nil // the test in another form
	out := factsOf(scheme)
	if s.Test != nil {
		test := factsOf(*s.Test)
		for i := range test {
			test[i].path = append([]string{"test"}, test[i].path...)
		}
		out = append(out, test...)
	}
	return out
}

func (d *differ) credentialFields(o, n *model.AuthScheme, at func(Change, ...string)) {
	find := func(s *model.AuthScheme, key string) *model.AuthField {
		for i := range s.Fields {
			if s.Fields[i].Key == key {
				return &s.Fields[i]
			}
		}
		return nil
	}
	var added, removed []string
	for _, f := range o.Fields {
		if find(n, f.Key) == nil {
			removed = append(removed, f.Key)
		}
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		before := find(o, f.Key)
		if before != nil {
			d.credentialField(before, f, at)
			continue
		}
		added = append(added, f.Key)
		c := Change{Kind: Added, What: "field " + f.Key, To: demand(!f.Optional && f.Default == ""), Class: Additive, Audiences: []Audience{Action}}
		if !f.Optional && f.Default == "" {
			c.Class, c.Why = Breaking, "credentials without it are refused"
		}
		if len(removed) == 1 && len(n.Fields) == len(o.Fields) {
			c.Hint = "perhaps " + removed[0] + " under another name"
		}
		at(c, "fields", f.Key)
	}
	for _, key := range removed {
		c := Change{Kind: Removed, What: "field " + key, From: demand(!find(o, key).Optional), Class: Additive, Audiences: []Audience{Action}, Why: "it is asked for no more"}
		if len(added) == 1 && len(removed) == 1 {
			c.Hint = "perhaps called " + added[0] + " now"
		}
		c.Subjects = []string{"auth " + n.Name}
		d.add(c, "auth", o.Name, "fields", key)
	}
}

func demand(required bool) string {
	if required {
		return "required"
	}
	return "optional"
}

// look is what a field has beside its table.
type look struct{ Format, AboutURL string }

func (d *differ) credentialField(o, n *model.AuthField, at func(Change, ...string)) {
	read := func(f *model.AuthField) facts {
		return append(factsOf(f.CredentialField), factsOf(look{f.Format, f.AboutURL})...)
	}
	for _, p := range differing(read(o), read(n)) {
		c := Change{Kind: p.kind(), What: "field " + n.Key + ", " + p.name(), From: p.from, To: p.to, Class: Cosmetic, Audiences: []Audience{Action}}
		switch p.path[0] {
		case "optional":
			c.Class, c.Why = Additive, "it may be missing"
			if p.to == "no" && n.Default == "" {
				c.Class, c.Why = Breaking, "credentials without it are refused"
			}
		case "default":
			c.Class, c.Why = Additive, "it may be missing"
			if p.from != "" {
				c.Class, c.Why = Breaking, "credentials without it mean something else, or are refused"
			}
		case "env":
			c.Class, c.Why = Breaking, "the old variable is not read any more"
		case "missing":
			c.Class, c.Why = Breaking, textIsKnown
		case "pattern":
			c.Class, c.Why = Breaking, "values that it does not match are refused"
			if p.to == "" {
				c.Class, c.Why = Additive, "every value is taken"
			}
		case "values":
			c.Class, c.Why = fieldValue(o.Values, n.Values, p)
			if c.Class == Behaviour {
				c.Audiences = []Audience{Wire}
			}
		case "public":
			c.Class, c.Audiences, c.Why = Behaviour, []Audience{Wire}, "whether it is kept out of texts and logs"
		}
		at(c, append([]string{"fields", n.Key}, p.path...)...)
	}
}

// textIsKnown is why error texts matter: the envelope has nothing else to know
// a failure by.
const textIsKnown = "hosts know the failure by this text"

// fieldValue is about one of the values that a field may have.
func fieldValue(old, new []table.Translation, p pair) (Class, string) {
	switch {
	case len(old) == 0:
		return Breaking, "other values are refused"
	case len(new) == 0:
		return Additive, "every value is taken"
	case p.from == "":
		return Additive, "one more value is taken"
	case p.to == "":
		return Breaking, "this value is refused"
	}
	return Behaviour, "what is put in its place"
}
