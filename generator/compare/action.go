// Actions: what callers pass, what they get, and what goes over the wire.

package compare

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

func (d *differ) actions() {
	d.subject = connectorSubject
	old, new := d.old.connector.Actions, d.new.connector.Actions
	d.order(actionNames(old), actionNames(new), "actions", "actions")
	for _, o := range old {
		if actionNamed(new, o.Name) == nil {
			d.subject = o.Name
			d.addIn(Change{Kind: Removed, What: "action", From: request(o), Class: Breaking, Audiences: []Audience{Action, Schema},
				Why: "calls of it fail", Hint: renamed(o, d.new.connector, d.old.connector, "perhaps called %s now")})
		}
	}
	for _, n := range new {
		d.subject = n.Name
		o := actionNamed(old, n.Name)
		if o == nil {
			d.addIn(Change{Kind: Added, What: "action", To: request(n), Class: Additive, Audiences: []Audience{Action, Schema},
				Hint: renamed(n, d.old.connector, d.new.connector, "perhaps %s under another name")})
			continue
		}
		d.action(o, n)
	}
}

func actionNames(list []*model.Action) (out []string) {
	for _, a := range list {
		out = append(out, a.Name)
	}
	return out
}

func actionNamed(list []*model.Action, name string) *model.Action {
	i := slices.IndexFunc(list, func(a *model.Action) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return list[i]
}

func request(a *model.Action) string {
	if a.Op.Method == "" {
		return "hook " + a.Hook
	}
	return a.Op.Method + " " + a.Op.Path
}

var hole = regexp.MustCompile(`\{[^{}]*\}`)

// renamed is a hint when the other side has an action with the same request that
// this side has not.
func renamed(a *model.Action, other, own *model.Connector, hint string) string {
	plain := func(a *model.Action) string { return hole.ReplaceAllString(request(a), "{}") }
	var same []string
	for _, x := range other.Actions {
		if actionNamed(own.Actions, x.Name) == nil && plain(x) == plain(a) {
			same = append(same, x.Name)
		}
	}
	if len(same) != 1 {
		return ""
	}
	return strings.Replace(hint, "%s", same[0], 1)
}

func (d *differ) action(o, n *model.Action) {
	d.wordsIn([2]string{o.Title, n.Title}, []Audience{Action}, "title", "title")
	d.wordsIn([2]string{o.Description, n.Description}, []Audience{Action, Go}, "description", "description")
	d.effect(o, n)
	d.wordsIn([2]string{o.Docs, n.Docs}, []Audience{Go}, "docs", "docs")
	d.params(o, n)
	d.rules(o, n)
	d.accepts(o, n)
	d.texts(o, n)
	d.request(o, n)
	d.outputs(o, n)
	d.schemas(o, n)
}

// effect compares what the action is said to do.
func (d *differ) effect(o, n *model.Action) {
	if o.Effect != n.Effect {
		d.addIn(Change{Kind: Changed, What: "effect", From: string(o.Effect), To: string(n.Effect), Class: Behaviour, Audiences: []Audience{Action},
			Why: "whether agents may run it, and are warned"}, "effect")
	}
}

// wordsIn is words inside an action, for those who see them.
func (d *differ) wordsIn(texts [2]string, who []Audience, what string, at ...string) {
	if texts[0] != texts[1] {
		p := pair{from: texts[0], to: texts[1]}
		d.addIn(Change{Kind: p.kind(), What: what, From: p.from, To: p.to, Class: Cosmetic, Audiences: who}, at...)
	}
}

// request compares what is sent, when, how often, and which answers are good.
func (d *differ) request(o, n *model.Action) {
	read := func(a, other *model.Action) facts {
		op := *a.Op
		// A parameter that is called otherwise leaves the same request.
		op.Path = hole.ReplaceAllStringFunc(op.Path, func(h string) string {
			if find(other.Op.Params, strings.Trim(h, "{}")) == nil {
				return "{}"
			}
			return h
		})
		out := factsOf(op)
		if a.Hook != "" {
			out = append(out, fact{path: []string{"hook"}, value: a.Hook})
		}
		return out
	}
	for _, p := range whole(differing(read(o, n), read(n, o))) {
		d.addIn(Change{Kind: p.kind(), What: p.name(), From: p.from, To: p.to, Class: Behaviour, Audiences: []Audience{Wire}, Why: cmp.Or(wireWhy[strings.Join(p.path, ".")], wireWhy[p.path[0]])}, p.path...)
	}
}

var wireWhy = map[string]string{
	"absent":          "which answers say that there is nothing",
	"hook":            "another function runs instead of the request",
	"paging":          "how the pages of the list are found",
	"paging.together": "how many pages are asked for at once; the list is the same",
	"repeatable":      "whether it is sent again after a failure",
	"success":         "which answers are failures",
	"timeout":         "how long an attempt may take",
}

// accepts compares the credentials that an action takes, by the host's word for
// them.
func (d *differ) accepts(o, n *model.Action) {
	old, new := schemesOf(o), schemesOf(n)
	if slices.Equal(old, new) {
		return
	}
	before, after := authTypes(o), authTypes(n)
	c := Change{Kind: Changed, What: "auth", From: orNone(old), To: orNone(new), Class: Behaviour, Audiences: []Audience{Wire}, Why: "where the credential goes"}
	switch {
	case slices.Equal(before, after):
		if len(common(old, new)) < len(old) && sameSchemes(o, n) {
			return // called otherwise, and nothing else
		}
	case len(after) == 0:
		c.Class, c.Audiences, c.Why = Additive, []Audience{Action}, "no credential is asked for"
	case len(before) == 0:
		c.Class, c.Audiences, c.Why = Breaking, []Audience{Action}, "calls without a credential are refused"
	case len(common(before, after)) < len(before):
		c.Class, c.Audiences, c.Why = Breaking, []Audience{Action}, "credentials of the old auth_type are refused"
	case len(after) > len(before):
		c.Class, c.Audiences, c.Why = Additive, []Audience{Action}, "one more kind of credential is taken"
	default:
		c.Why = "which of them comes first"
	}
	d.addIn(c, "auth")
}

func schemesOf(a *model.Action) (out []string) {
	for _, s := range allSchemes(a) {
		out = append(out, s.Name)
	}
	return out
}

func authTypes(a *model.Action) (out []string) {
	for _, s := range allSchemes(a) {
		if !slices.Contains(out, s.Type) {
			out = append(out, s.Type)
		}
	}
	return out
}

func allSchemes(a *model.Action) []*table.AuthScheme {
	if a.Op.Auth == nil {
		return nil
	}
	return append([]*table.AuthScheme{a.Op.Auth}, a.Op.OtherAuth...)
}

func sameSchemes(o, n *model.Action) bool {
	return slices.EqualFunc(allSchemes(o), allSchemes(n), func(a, b *table.AuthScheme) bool {
		return len(differing(factsOf(a), factsOf(b))) == 0
	})
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// texts compares the error texts and the rules of failure that hold for an
// action: its own, or those of its connector.
func (d *differ) texts(o, n *model.Action) {
	at := func(own bool, key string) []string {
		if own {
			return []string{"actions", n.Name, key}
		}
		return []string{key}
	}
	before := or(o.Op.Texts, d.old.connector.API.Texts)
	for _, p := range differing(factsOf(before), factsOf(or(n.Op.Texts, d.new.connector.API.Texts))) {
		d.add(Change{Kind: Changed, What: "text " + p.name(), From: p.from, To: p.to, Class: Breaking, Audiences: []Audience{Action}, Why: textIsKnown},
			append(at(o.Op.Texts != nil || n.Op.Texts != nil, "texts"), p.path...)...)
	}
	rules := or(o.Op.Errors, d.old.connector.API.Errors)
	for _, p := range differing(factsOf(rules), factsOf(or(n.Op.Errors, d.new.connector.API.Errors))) {
		why := "where the message of a failure is found"
		if p.path[0] == "failures" {
			why = "which answers are failures"
		}
		d.add(Change{Kind: p.kind(), What: "errors." + p.name(), From: p.from, To: p.to, Class: Behaviour, Audiences: []Audience{Wire}, Why: why},
			append(at(o.Op.Errors != nil || n.Op.Errors != nil, "errors"), p.path...)...)
	}
}

// or is what an action says itself, or what its connector says.
func or[T any](own *T, shared T) T {
	if own != nil {
		return *own
	}
	return shared
}

// outputs compares where the fields of an envelope come from. Their types are
// compared as schemas.
func (d *differ) outputs(o, n *model.Action) {
	old, new := outputsOf(o), outputsOf(n)
	d.orderIn(outputNames(old), outputNames(new), "returns")
	for i, f := range new {
		j := slices.IndexFunc(old, func(x table.Output) bool { return x.Field == f.Field })
		if j < 0 {
			continue
		}
		d.wordsIn([2]string{described(o, j), described(n, i)}, []Audience{Go, Schema}, "returns."+f.Field+", description", "returns", f.Field, "description")
		for _, p := range differing(factsOf(old[j]), factsOf(f)) {
			d.addIn(Change{Kind: p.kind(), What: "returns." + f.Field + ", " + p.name(), From: p.from, To: p.to, Class: Behaviour, Audiences: []Audience{Wire},
				Why: "what the field is filled with"}, append([]string{"returns", f.Field}, p.path...)...)
		}
	}
}

func described(a *model.Action, i int) string {
	if i < len(a.Out) {
		return a.Out[i].Description
	}
	return ""
}

// outputsOf are the fields of an envelope; an object or list that is cut out as
// it stands is one too.
func outputsOf(a *model.Action) []table.Output {
	r := a.Op.Result
	list := slices.Clone(a.Op.Outputs)
	if a.Kind == model.KindObject || a.Kind == model.KindList {
		list = []table.Output{{Field: r.Field, From: table.SourceBody, Paths: []string{r.Path}, Shape: r.Shape}}
	}
	for i := range list {
		list[i].Paths = slices.Clone(list[i].Paths)
		for j, path := range list[i].Paths {
			list[i].Paths[j] = cmp.Or(path, "$")
		}
	}
	return list
}

// renamedOutput is a hint when the other action fills a field in the same way
// that this one has not.
func renamedOutput(name string, own, other *model.Action, hint string) string {
	mine, theirs := outputsOf(own), outputsOf(other)
	i := slices.IndexFunc(mine, func(f table.Output) bool { return f.Field == name })
	var same []string
	for _, f := range theirs {
		if i >= 0 && f.Type == mine[i].Type && !slices.Contains(outputNames(mine), f.Field) && len(differing(factsOf(mine[i]), factsOf(f))) == 0 {
			same = append(same, f.Field)
		}
	}
	if len(same) != 1 {
		return ""
	}
	return strings.Replace(hint, "%s", same[0], 1)
}

func outputNames(list []table.Output) (out []string) {
	for _, f := range list {
		out = append(out, f.Field)
	}
	return out
}

func (d *differ) orderIn(old, new []string, what string) {
	old, new = common(old, new), common(new, old)
	if !slices.Equal(old, new) {
		d.addIn(Change{Kind: Changed, What: "order of " + what, From: strings.Join(old, ", "), To: strings.Join(new, ", "), Class: Cosmetic,
			Audiences: []Audience{Action, Go, Schema}}, what)
	}
}

func find(params []table.Param, name string) *table.Param {
	i := slices.IndexFunc(params, func(p table.Param) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &params[i]
}
