// Parameters and the rules between them: what is accepted from callers is for
// them, what becomes of it is for the wire.

package compare

import (
	"slices"
	"strconv"
	"strings"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

func (d *differ) params(o, n *model.Action) {
	d.orderIn(paramNames(o), paramNames(n), "parameters")
	for i := range o.Op.Params {
		p := &o.Op.Params[i]
		if find(n.Op.Params, p.Name) == nil {
			d.addIn(Change{Kind: Removed, What: "parameter " + p.Name, From: signature(p), Class: Breaking, Audiences: []Audience{Action},
				Why: "calls that pass it are refused", Hint: renamedParam(p, o, n, "perhaps called %s now")}, "parameters", p.Name)
		}
	}
	for i := range n.Op.Params {
		p := &n.Op.Params[i]
		before := find(o.Op.Params, p.Name)
		if before != nil {
			d.param(before, p)
			continue
		}
		c := Change{Kind: Added, What: "parameter " + p.Name, To: signature(p), Class: Additive, Audiences: []Audience{Action},
			Hint: renamedParam(p, n, o, "perhaps %s under another name")}
		if p.Required {
			c.Class, c.Why = Breaking, "calls without it are refused"
		} else if p.Default != "" {
			c.Why = "calls without it send its default"
		}
		d.addIn(c, "parameters", p.Name)
	}
}

func paramNames(a *model.Action) (out []string) {
	for _, p := range a.Op.Params {
		out = append(out, p.Name)
	}
	return out
}

// signature is a parameter in a few words: optional string in query.
func signature(p *table.Param) string {
	text := demand(p.Required) + " " + string(p.Type)
	if p.Items != "" {
		text += " of " + string(p.Items)
	}
	if p.Default != "" {
		text += ", default " + p.Default
	}
	return text
}

// renamedParam is a hint when the other action has a parameter in the same
// place, by a name that this one has not.
func renamedParam(p *table.Param, own, other *model.Action, hint string) string {
	var same []string
	for _, x := range other.Op.Params {
		if find(own.Op.Params, x.Name) == nil && x.In == p.In && x.Type == p.Type && placeOf(&x, other) == placeOf(p, own) {
			same = append(same, x.Name)
		}
	}
	if len(same) != 1 {
		return ""
	}
	return strings.Replace(hint, "%s", same[0], 1)
}

// placeOf is where a parameter goes, whatever callers name it. One that is not
// named on the wire goes by its own name, so nothing tells that it is the same.
func placeOf(p *table.Param, a *model.Action) string {
	if p.In != table.InPath {
		return p.Wire
	}
	for i, h := range hole.FindAllString(a.Op.Path, -1) {
		if strings.Trim(h, "{}") == p.Name {
			return strconv.Itoa(i)
		}
	}
	return ""
}

func (d *differ) param(o, n *table.Param) {
	old, new := factsOf(o), factsOf(n)
	for _, p := range differing(old, new) {
		c := Change{Kind: p.kind(), What: "parameter " + n.Name + ", " + p.name(), From: p.from, To: p.to, Class: Behaviour, Audiences: []Audience{Wire}}
		paramRule(&c, p, o, n)
		d.addIn(c, append([]string{"parameters", n.Name}, p.path...)...)
	}
}

// paramRule says what a change of a parameter means.
func paramRule(c *Change, p pair, o, n *table.Param) {
	toCallers := func(class Class, why string) { c.Class, c.Audiences, c.Why = class, []Audience{Action}, why }
	switch key := p.name(); key {
	case "description":
		toCallers(Cosmetic, "")
		c.Audiences = []Audience{Action, Go, Schema}
	case "api_default", "invalid":
		toCallers(Cosmetic, "")
	case "required":
		c.Kind, c.What, c.From, c.To = Changed, "parameter "+n.Name, demand(o.Required), demand(n.Required)
		if n.Required {
			toCallers(Breaking, "calls without it are refused")
		} else {
			toCallers(Additive, "it may be left out")
		}
	case "type", "items":
		toCallers(Breaking, "other values are taken")
		if wider(p.from, p.to) {
			toCallers(Additive, "more values are taken")
		}
	case "parse":
		toCallers(Breaking, "its text means something else")
	case "default":
		defaultRule(c, p, o, n)
	case "enum":
		toCallers(enumRule(o.Check, n.Check))
	case "pattern":
		toCallers(Breaking, "values that it does not match are refused")
		if p.to == "" {
			toCallers(Additive, "every text is taken")
		}
	case "minimum", "min_length":
		toCallers(boundRule(p, -1))
	case "maximum", "max_length":
		toCallers(boundRule(p, 1))
	case "clamp":
		toCallers(Additive, "numbers outside the bounds are moved to them instead of refused")
		if p.to == "no" {
			toCallers(Breaking, "numbers outside the bounds are refused instead of moved")
		}
	}
}

// wider reports whether a type takes all values of another.
func wider(from, to string) bool {
	return to == "any" || to == "" || from == "integer" && to == "number"
}

func defaultRule(c *Change, p pair, o, n *table.Param) {
	switch {
	case p.from == "":
		c.Why = "calls without it send it"
	case p.to == "" && n.APIDefault == p.from:
		c.Why = "calls without it leave it to the API"
	default:
		c.Class, c.Audiences, c.Why = Breaking, []Audience{Action}, "calls without it mean something else"
	}
	if p.from == "" && o.APIDefault == p.to {
		c.Why += ", as the API takes it anyway"
	}
}

// enumRule compares closed lists of values.
func enumRule(o, n *table.Check) (Class, string) {
	switch {
	case n == nil || n.Enum == nil:
		return Additive, "every value is taken"
	case o == nil || o.Enum == nil:
		return Breaking, "values that are not listed are refused"
	}
	switch kept := len(common(o.Enum, n.Enum)); {
	case kept < len(o.Enum):
		return Breaking, "some values are refused"
	case len(n.Enum) > kept:
		return Additive, "more values are taken"
	}
	return Cosmetic, "the same values in another order"
}

// boundRule compares bounds; sign is 1 for upper ones.
func boundRule(p pair, sign float64) (Class, string) {
	from, _ := strconv.ParseFloat(p.from, 64)
	to, _ := strconv.ParseFloat(p.to, 64)
	if p.to == "" || p.from != "" && sign*to > sign*from {
		return Additive, "more values are taken"
	}
	return Breaking, "some values are refused"
}

// rules compares the rules between parameters.
func (d *differ) rules(o, n *model.Action) {
	note := func(kind Kind, r table.Rule, i int, class Class, why string) {
		c := Change{Kind: kind, What: "rule", Class: class, Audiences: []Audience{Action}, Why: why}
		if kind == Removed {
			c.From = ruleText(r)
		} else {
			c.To = ruleText(r)
		}
		d.addIn(c, "rules", strconv.Itoa(i))
	}
	for i, r := range o.Op.Rules {
		j := slices.IndexFunc(n.Op.Rules, func(x table.Rule) bool { return ruleText(x) == ruleText(r) })
		switch {
		case j >= 0 && n.Op.Rules[j].Text != r.Text:
			p := pair{from: r.Text, to: n.Op.Rules[j].Text}
			d.addIn(Change{Kind: p.kind(), What: "text of the rule " + ruleText(r), From: p.from, To: p.to, Class: Cosmetic, Audiences: []Audience{Action}},
				"rules", strconv.Itoa(j), "text")
		case j < 0 && slices.ContainsFunc(n.Op.Rules, func(x table.Rule) bool { return implies(x, r) }):
			note(Removed, r, i, Cosmetic, "another rule says more")
		case j < 0:
			note(Removed, r, i, Additive, "calls that it refused are taken")
		}
	}
	for i, r := range n.Op.Rules {
		switch {
		case slices.ContainsFunc(o.Op.Rules, func(x table.Rule) bool { return ruleText(x) == ruleText(r) }):
		case slices.ContainsFunc(o.Op.Rules, func(x table.Rule) bool { return implies(x, r) }):
			note(Added, r, i, Cosmetic, "the old rules say it too")
		default:
			note(Added, r, i, Breaking, "calls that break it are refused")
		}
	}
}

func ruleText(r table.Rule) string {
	text := string(r.Kind) + ": " + strings.Join(r.Params, ", ")
	if len(r.Unless) > 0 {
		text += " unless " + strings.Join(r.Unless, ", ")
	}
	return text
}

// implies reports whether what satisfies one rule satisfies another.
func implies(strong, weak table.Rule) bool {
	switch {
	case strong.Kind == table.RuleExactlyOne && weak.Kind == table.RuleAtLeastOne, strong.Kind == table.RuleAtLeastOne && weak.Kind == table.RuleAtLeastOne:
		return len(common(strong.Params, weak.Params)) == len(strong.Params)
	case (strong.Kind == table.RuleExactlyOne || strong.Kind == table.RuleExclusive) && weak.Kind == table.RuleExclusive:
		return len(common(weak.Params, strong.Params)) == len(weak.Params)
	case strong.Kind == table.RuleRequires && weak.Kind == table.RuleRequires && strong.Params[0] == weak.Params[0]:
		return len(common(weak.Params, strong.Params)) == len(weak.Params)
	}
	return false
}
