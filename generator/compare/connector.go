// What a connector says for all its actions: its card in the catalogue, where
// requests go, the types of answers. auth.go has the credentials.

package compare

import (
	"slices"
	"strings"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

const connectorSubject = "connector"

// card is what only the catalogue shows.
type card struct {
	Author, Logo, AppURL, Docs string
	Categories, Limits         []string
}

func (d *differ) connectors() {
	d.subject = connectorSubject
	o, n := d.old.connector, d.new.connector
	if o.API.Version != n.API.Version {
		d.add(Change{Kind: Changed, What: "version", From: o.API.Version, To: n.API.Version, Class: Cosmetic, Audiences: []Audience{Action}}, "version")
	}
	for _, p := range differing(append(factsOf(o.API), factsOf(cardOf(o))...), append(factsOf(n.API), factsOf(cardOf(n))...)) {
		c := Change{Kind: p.kind(), What: p.name(), From: p.from, To: p.to}
		c.Class, c.Audiences, c.Why = connectorRule(p.path[0])
		d.add(c, p.path...)
	}
}

func cardOf(c *model.Connector) card {
	return card{Author: c.Author, Logo: c.Logo, AppURL: c.AppURL, Docs: c.Docs, Categories: c.Categories, Limits: c.Limits}
}

func connectorRule(key string) (Class, []Audience, string) {
	switch key {
	case "name":
		return Breaking, []Audience{Action, Go}, "the integration, the Go package and the command are called otherwise"
	case "title", "overview", "author", "logo", "app_url", "docs", "categories", "limits":
		return Cosmetic, []Audience{Action}, ""
	case "jq":
		return Cosmetic, []Audience{Go}, "whether the package links the engine of jq programs"
	case "budgets":
		return Behaviour, []Audience{Wire}, "calls wait, or are refused, at another rate"
	}
	return Behaviour, []Audience{Wire}, ""
}

// types compares what answers are read by. Their Go is compared as Go, and
// their schemas as schemas.
func (d *differ) types() {
	for _, n := range d.new.connector.Types {
		i := slices.IndexFunc(d.old.connector.Types, func(o *model.Type) bool { return o.Shape.Name == n.Shape.Name })
		if i < 0 {
			continue
		}
		o := d.old.connector.Types[i]
		d.subject = "type " + n.Shape.Name
		d.words([2]string{o.Description, n.Description}, "description", "types", n.Shape.Name, "description")
		d.words([2]string{o.Title, n.Title}, "title", "types", n.Shape.Name, "title")
		d.order(fieldNames(o), fieldNames(n), "fields", "types", n.Shape.Name, "fields")
		for i, f := range n.Shape.Fields {
			if j := slices.IndexFunc(o.Shape.Fields, func(x table.ShapeField) bool { return x.Name == f.Name }); j >= 0 {
				d.words([2]string{o.Fields[j].Description, n.Fields[i].Description}, "field "+f.Name+", description", "types", n.Shape.Name, "fields", f.Name, "description")
				d.typeField(n.Shape.Name, o.Shape.Fields[j], f)
			}
		}
	}
}

func (d *differ) typeField(in string, o, n table.ShapeField) {
	for _, p := range differing(shapeFacts(o), shapeFacts(n)) {
		c := Change{Kind: p.kind(), What: "field " + n.Name + ", " + p.name(), From: p.from, To: p.to, Class: Behaviour, Audiences: []Audience{Wire},
			Why: "what is read from an answer, and reported when it is otherwise"}
		d.add(c, append([]string{"types", in, "fields", n.Name}, p.path...)...)
	}
}

// shapeFacts writes the type of a field as the manifest does: [person], {any}.
func shapeFacts(f table.ShapeField) facts {
	element := string(f.Type)
	if f.Items != "" {
		element = string(f.Items)
	}
	if f.Shape != nil {
		element = f.Shape.Name
	}
	switch {
	case f.Map:
		element = "{" + element + "}"
	case f.Type == "array":
		element = "[" + element + "]"
	}
	rest := f
	rest.Type, rest.Items, rest.Shape, rest.Map = "", "", nil, false
	if f.Nullable && f.Optional {
		element += "|null"
		rest.Nullable, rest.Optional = false, false
	}
	return append(facts{{path: []string{"type"}, value: element}}, factsOf(rest)...)
}

func fieldNames(t *model.Type) (out []string) {
	for _, f := range t.Shape.Fields {
		out = append(out, f.Name)
	}
	return out
}

// words notes a text for people that has been changed.
func (d *differ) words(texts [2]string, what string, at ...string) {
	if texts[0] != texts[1] {
		p := pair{from: texts[0], to: texts[1]}
		d.add(Change{Kind: p.kind(), What: what, From: p.from, To: p.to, Class: Cosmetic, Audiences: []Audience{Action, Go, Schema}}, at...)
	}
}

// order notes that what both sides have comes in another order.
func (d *differ) order(old, new []string, what string, at ...string) {
	old, new = common(old, new), common(new, old)
	if !slices.Equal(old, new) {
		d.add(Change{Kind: Changed, What: "order of " + what, From: strings.Join(old, ", "), To: strings.Join(new, ", "), Class: Cosmetic,
			Audiences: []Audience{Action, Go, Schema}}, at...)
	}
}

// common are the names of a that b has too.
func common(a, b []string) (out []string) {
	for _, name := range a {
		if slices.Contains(b, name) {
			out = append(out, name)
		}
	}
	return out
}
