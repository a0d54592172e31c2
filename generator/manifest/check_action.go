// Actions: the request and its path, what they name, the places of the request.
// check_parameter.go has the parameters, check_result.go the envelope.

package manifest

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

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

// checkSteps checks the requests that come first. Each sees what those before it
// have taken.
func (r *Report) checkSteps(m *Manifest, a *Action) {
	known := r.credentialHoles(m, append(m.AuthOf(a), "none"))
	for _, p := range a.Params {
		known = append(known, p.Name.Value)
	}
	for _, s := range a.Steps {
		r.refers(s.Host, "host", m.hostNames())
		r.checkConditions(a, s.When)
		if _, path, ok := strings.Cut(s.Request.Value, " "); ok {
			for _, seg := range r.segments(s.Request, path) {
				r.segmentHoles(s.Request, seg, known)
			}
		}
		for _, q := range s.Query {
			r.valueHoles(q.Value, known)
		}
		for _, h := range s.Headers {
			r.ownHeader(h.Name, h.Name.Value)
			r.holes(h.Value, known)
		}
		if s.Body != nil {
			r.checkBody(s.Body)
			for _, c := range s.Body.Constants {
				r.valueHoles(c.Value, known)
			}
			r.valueHoles(s.Body.Template, known)
		}
		for _, c := range s.Take {
			r.checkCapture(a, c)
			known = append(known, c.Name.Value)
		}
	}
}

// settleStepPaths gives parameters that only the path of a step names a place:
// nowhere by themselves, and required.
func (a *Action) settleStepPaths() {
	for _, s := range a.Steps {
		_, path, _ := strings.Cut(s.Request.Value, " ")
		for _, m := range Hole.FindAllStringSubmatch(path, -1) {
			if p := a.param(m[1]); p != nil && !p.In.Given() && !strings.Contains(a.Request.Value, m[0]) {
				p.In = Text{Value: "none", Pos: p.Name.Pos}
				p.Required.Value = p.Required.Value || !p.Default.Given()
			}
		}
	}
}

func (r *Report) checkCapture(a *Action, c Named[*Capture]) {
	switch sources := count(c.Value.Path != nil, c.Value.Header.Given(), c.Value.JQ.Given()); {
	case sources == 0:
		r.Add(c.Name.Pos, "add `path: …`", "nothing says where %s is in the answer", quote(c.Name.Value))
	case sources > 1:
		r.Add(c.Name.Pos, "keep one of them", "%s is taken from several places", quote(c.Name.Value))
	}
	r.program(c.Value.JQ)
	if p := a.param(c.Name.Value); p != nil && p.Required.Value && p.In.Value != "path" {
		r.Add(c.Name.Pos, "call it otherwise, or make the parameter optional", "%s is a required parameter already", quote(c.Name.Value))
	}
}

func (r *Report) segmentHoles(request Text, seg segment, known []string) {
	for _, h := range seg.holes {
		if !slices.Contains(known, h.name) {
			r.Add(r.inside(request, h.at), DidYouMean(h.name, known), "there is nothing called %s to fill in", quote(h.name))
		}
	}
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

// segment is a part of a path, with its holes.
type segment struct {
	text  string
	at    int // in the request
	holes []hole
}

// hole is a name in braces and its place in the request.
type hole struct {
	name string
	at   int
}

// segments splits the path of a request and reports what cannot be one.
func (r *Report) segments(request Text, path string) (out []segment) {
	at := strings.Index(request.Value, path) + 1
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, s := range parts {
		seg := segment{text: s, at: at}
		for _, m := range Hole.FindAllStringSubmatchIndex(s, -1) {
			seg.holes = append(seg.holes, hole{s[m[2]:m[3]], at + m[2] - 1})
		}
		literal := Hole.ReplaceAllString(s, "")
		switch {
		case s == "" && (path == "/" || i > 0 && i == len(parts)-1): // a slash at the end is meant as it stands
		case s == "" || s == "." || s == "..":
			r.Add(r.inside(request, at), "remove it", "the path has the segment %s", quote(s))
		case strings.ContainsAny(literal, "{}"):
			r.Add(r.inside(request, at), "write /{name}/", "the braces in %s hold no name", quote(s))
		case literal != "" && !plainSegment.MatchString(literal):
			r.Add(r.inside(request, at), "query parameters are declared with `in: query`, constant ones with `query: { … }`", "the path has characters that it cannot have: %s", quote(s))
		}
		out = append(out, seg)
		at += len(s) + 1
	}
	return out
}

var plainSegment = regexp.MustCompile(`^[A-Za-z0-9._~!$&'()*+,;=:@-]+$`)

// checkPath matches the holes of the path with the parameters, and settles
// which parameters are in the path.
func (r *Report) checkPath(a *Action, path string, known []string) {
	if !strings.HasPrefix(path, "/") {
		return // reported with the shape
	}
	seen := make(map[string]bool)
	for _, seg := range r.segments(a.Request, path) {
		for _, h := range seg.holes {
			if seen[h.name] && a.param(h.name) != nil {
				r.Add(r.inside(a.Request, h.at), "give each segment a parameter of its own", "the parameter %s is in the path twice", quote(h.name))
			}
			seen[h.name] = true
			r.checkPathHole(a, h, known)
		}
	}
	for _, p := range a.Params {
		if p.In.Value == "path" && !seen[p.Name.Value] {
			r.Add(p.In.Pos, "name it there: /{"+p.Name.Value+"}", "the parameter %s is in the path, but the path does not name it", quote(p.Name.Value))
		}
	}
}

func (r *Report) checkPathHole(a *Action, h hole, known []string) {
	p := a.param(h.name)
	switch {
	case p == nil && slices.Contains(known, h.name):
	case p == nil:
		r.Add(r.inside(a.Request, h.at), r.pathCure(h.name, a), "the path has a parameter %s that the action does not declare", quote(h.name))
	case p.In.Given() && p.In.Value != "path":
		r.Add(p.In.Pos, "write `in: path`, or remove it", "the parameter %s is named in the path, so it cannot be in the %s", quote(h.name), p.In.Value)
	default:
		p.In = Text{Value: "path", Pos: p.Name.Pos}
	}
}

func (r *Report) pathCure(name string, a *Action) string {
	if len(a.Params) == 0 {
		return fmt.Sprintf("declare it: `parameters: { %s: { description: … } }`", name)
	}
	var names []string
	for _, p := range a.Params {
		names = append(names, p.Name.Value)
	}
	return DidYouMean(name, names)
}

func (a *Action) param(name string) *Parameter {
	for _, p := range a.Params {
		if p.Name.Value == name {
			return p
		}
	}
	return nil
}

// spot is a name in one part of a request.
type spot struct{ in, wire string }

// checkPlaces wants every place of the request to be taken once.
func (r *Report) checkPlaces(m *Manifest, a *Action) {
	taken := r.sharedPlaces(m, a)
	own := func(at Text, p spot, as string) {
		if p.in == "header" {
			p.wire = http.CanonicalHeaderKey(p.wire)
		}
		if by, ok := taken[p]; ok {
			r.Add(at.Pos, "give one of them another `wire` name", "%s in the %s is taken twice, by %s and by %s", quote(p.wire), p.in, by, quote(at.Value))
			return
		}
		taken[p] = as
	}
	for _, q := range a.Query {
		own(q.Name, spot{"query", q.Name.Value}, "a constant of the query")
	}
	for _, h := range a.Headers {
		delete(taken, spot{"header", http.CanonicalHeaderKey(h.Name.Value)}) // it replaces the connector's
		own(h.Name, spot{"header", h.Name.Value}, "a header of the action")
	}
	for _, p := range a.Params {
		switch p.In.Value {
		case "", "none", "path":
		default:
			own(p.Name, spot{p.In.Value, p.Wire.Or(p.Name.Value)}, quote(p.Name.Value))
		}
	}
	r.checkNesting(a)
}

// sharedPlaces are the places that an action takes by what it names.
func (r *Report) sharedPlaces(m *Manifest, a *Action) map[spot]string {
	taken := make(map[spot]string)
	if p, ok := Find(m.Paging, a.Paging.Value); ok {
		in := p.In.Or("query")
		for _, t := range []struct {
			name Text
			what string
		}{{p.Page, "the page number"}, {p.Offset, "the offset"}, {p.Cursor, "the cursor"}, {p.Size, "the page size"}} {
			if t.name.Given() {
				taken[spot{in, t.name.Value}] = t.what
			}
		}
	}
	for _, h := range m.Headers {
		taken[spot{"header", http.CanonicalHeaderKey(h.Name.Value)}] = "a header of the connector"
	}
	for _, q := range m.Query {
		taken[spot{"query", q.Name.Value}] = "a query parameter of the connector"
	}
	for _, name := range m.AuthOf(a) {
		s, _ := Find(m.Auth, name)
		if s == nil {
			continue
		}
		for _, send := range s.Send {
			switch {
			case send.Header.Given():
				taken[spot{"header", http.CanonicalHeaderKey(send.Header.Value)}] = "the credential"
			case send.Query.Given():
				taken[spot{"query", send.Query.Value}] = "the credential"
			case send.Body.Given():
				taken[spot{"body", send.Body.Value}] = "the credential"
			case send.Basic != nil:
				taken[spot{"header", "Authorization"}] = "the credential"
			}
		}
	}
	if b := m.BodyOf(a); b != nil {
		for _, c := range b.Constants {
			if rest, beside := strings.CutPrefix(c.Name.Value, prefix(b.Parameters.Value)); beside {
				name, _, _ := strings.Cut(rest, ".")
				taken[spot{"body", name}] = "a constant of the body"
			}
		}
	}
	return taken
}

// checkNesting wants no parameter of a body to lead through another.
func (r *Report) checkNesting(a *Action) {
	wires := make(map[string]*Parameter)
	for _, p := range a.Params {
		if p.In.Value == "body" || p.In.Value == "form" {
			wires[p.Wire.Or(p.Name.Value)] = p
		}
	}
	for _, p := range a.Params {
		wire := p.Wire.Or(p.Name.Value)
		if wires[wire] == nil || !strings.Contains(wire, ".") && wire != "$" {
			continue
		}
		if wire == "$" && len(wires) > 1 {
			r.Add(p.Wire.Pos, "send the others elsewhere", "the parameter %s is the whole body, but there are others in the body", quote(p.Name.Value))
		}
		for path := range prefixes(wire) {
			if outer := wires[path]; outer != nil && path != wire {
				r.Add(p.Wire.Pos, "give one of them another `wire` name", "%s leads through the parameter %s", quote(wire), quote(outer.Name.Value))
			}
		}
	}
}

func prefix(path string) string {
	if path == "" || path == "$" {
		return ""
	}
	return path + "."
}
