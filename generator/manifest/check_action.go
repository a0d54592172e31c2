// Actions: what they name, and the order in which their parts are checked. Each
// part has a file: check_path.go, check_parameter.go, check_places.go,
// check_steps.go and check_result.go.

package manifest

import "strings"

// checkAction checks one action and settles its parameters.
func (r *Report) checkAction(m *Manifest, a *Action) {
	r.refers(a.Body.Name, "body", Names(m.Bodies))
	r.refers(a.Paging, "paging", Names(m.Paging))
	r.refers(a.Host, "host", m.hostNames())
	for _, name := range a.Auth {
		r.refers(name, "auth scheme", append(Names(m.Auth), "none"))
	}
	if len(a.Auth) > 1 {
		for _, name := range a.Auth {
			if name.Value == "none" {
				r.Add(name.Pos, "remove it, or the others", "none stands beside a scheme")
			}
		}
	}
	for _, c := range a.Cases {
		for _, x := range c.Exchanges {
			r.refers(x.Host, "host", m.hostNames())
		}
	}
	r.takeParameters(m, a)
	if a.Body.Inline != nil {
		r.checkBody(a.Body.Inline)
	}
	if a.Errors != nil {
		r.checkErrors(*a.Errors)
	}
	if a.Texts != nil {
		r.checkTexts(*a.Texts)
	}
	if !a.Request.Given() {
		if !a.Hook.Given() {
			r.Add(a.Name.Pos, "add `request: GET /…`, or `hook: …`", "the action %s sends nothing", quote(a.Name.Value))
		}
		r.checkHook(m, a)
		return
	}
	method, path, _ := strings.Cut(a.Request.Value, " ")
	known := r.knownHoles(m, a)
	a.settleStepPaths()
	r.checkPath(a, path, known)
	for _, p := range a.Params {
		r.checkParameter(a, p, method, known)
	}
	r.checkRules(a)
	if method == "" || path == "" {
		return // the request itself is wrong; what follows from it is noise
	}
	r.checkRequest(m, a, method, known)
	r.checkPlaces(m, a)
	r.checkResult(m, a)
}

// checkHook checks an action that only a function carries out.
func (r *Report) checkHook(m *Manifest, a *Action) {
	for _, p := range a.Params {
		if !p.In.Given() {
			p.In = Text{Value: "none", Pos: p.Name.Pos}
		}
		r.checkParameter(a, p, "", r.knownHoles(m, a))
	}
	r.checkRules(a)
	r.checkResult(m, a)
}

// checkRequest checks what goes with the request.
func (r *Report) checkRequest(m *Manifest, a *Action, method string, known []string) {
	if a.Body.Given() && method == "GET" {
		at := a.Body.Name.Pos
		if a.Body.Inline != nil {
			at = a.Body.Inline.Pos
		}
		r.Add(at, "remove it, or use POST, PUT or PATCH", "a %s request has no body", method)
	}
	if a.Repeatable.Value && method != "POST" && method != "PATCH" {
		r.Add(a.Repeatable.Pos, "remove it", "a %s request may always be repeated", method)
	}
	for _, q := range a.Query {
		r.valueHoles(q.Value, known)
	}
	for _, h := range a.Headers {
		r.ownHeader(h.Name, h.Name.Value)
		r.holes(h.Value, known)
	}
	if b := m.BodyOf(a); b != nil {
		for _, c := range b.Constants {
			r.valueHoles(c.Value, known)
		}
		r.valueHoles(b.Template, known)
	}
	r.checkSteps(m, a)
	if a.Until != nil && a.Paging.Given() {
		r.Add(a.Until.Pos, "make two actions", "a list that is paged cannot be waited for")
	}
}

// knownHoles are the names that the texts of an action may have holes for.
func (r *Report) knownHoles(m *Manifest, a *Action) []string {
	known := r.credentialHoles(m, append(m.AuthOf(a), "none"))
	for _, p := range a.Params {
		known = append(known, p.Name.Value)
	}
	for _, s := range a.Steps {
		known = append(known, Names(s.Take)...)
	}
	return known
}

// AuthOf names the schemes of an action: its own, the default ones, or the first.
func (m *Manifest) AuthOf(a *Action) (names []string) {
	own := a.Auth
	if own == nil {
		own = m.Defaults.Auth
	}
	for _, name := range own {
		if name.Value != "none" {
			names = append(names, name.Value)
		}
	}
	if own == nil && len(m.Auth) > 0 {
		names = []string{m.Auth[0].Name.Value}
	}
	return names
}

// takeParameters lists an action's parameters with its groups taken in.
func (r *Report) takeParameters(m *Manifest, a *Action) {
	for _, e := range a.Entries {
		if e.Parameter != nil {
			a.Params = append(a.Params, e.Parameter)
			continue
		}
		group, ok := Find(m.Groups, e.Group.Name.Value)
		if !ok {
			r.Add(e.Group.Name.Pos, DidYouMean(e.Group.Name.Value, Names(m.Groups)), "there is no group %s", quote(e.Group.Name.Value))
			continue
		}
		a.Params = append(a.Params, r.useGroup(e.Group, group)...)
	}
	seen := make(map[string]*Parameter)
	for _, p := range a.Params {
		if before := seen[p.Name.Value]; before != nil {
			r.Add(p.Name.Pos, "rename one of them", "the parameter %s is taken twice, first in line %d", quote(p.Name.Value), before.Name.Pos.Line)
		}
		seen[p.Name.Value] = p
	}
}

func (r *Report) useGroup(use *GroupUse, group []Named[*Parameter]) (out []*Parameter) {
	for _, p := range group {
		own := *p.Value
		if use.All || use.Required != nil {
			own.Required.Value = use.All
		}
		for _, name := range use.Required {
			own.Required.Value = own.Required.Value || name.Value == p.Name.Value
		}
		out = append(out, &own)
	}
	for _, name := range use.Required {
		r.refers(name, "parameter in the group", Names(group))
	}
	return out
}

func (a *Action) param(name string) *Parameter {
	for _, p := range a.Params {
		if p.Name.Value == name {
			return p
		}
	}
	return nil
}
