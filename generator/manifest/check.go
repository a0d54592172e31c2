// The second check: what the parts of a manifest say about each other. Names
// that refer to nothing, paths and parameters that do not meet, places that are
// taken twice. Go names are checked where they are made, in generator/model.

package manifest

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

func (r *Report) check(m *Manifest) {
	r.checkTexts(m.Texts)
	r.checkHeaders(m)
	if strings.Contains(m.BaseURL.Value+"/", "/../") || strings.Contains(m.BaseURL.Value+"/", "/./") {
		r.Add(m.BaseURL.Pos, "write the path as it is meant", "the base URL has a dot segment")
	}
	for _, s := range m.Auth {
		if s.Name.Value == "none" {
			r.Add(s.Name.Pos, "rename it", "an auth scheme cannot be called none: actions say that for no scheme")
		}
		r.checkAuth(m, s.Value)
	}
	for _, p := range m.Paging {
		r.checkPaging(p.Value)
	}
	for _, b := range m.Bodies {
		r.checkBody(b.Value)
	}
	total := 0
	for _, a := range m.Actions {
		r.checkAction(m, a.Value)
		if total += len(a.Value.Params); total > maxParameters {
			r.huge = true
			r.Add(a.Name.Pos, "split the API into several connectors", "the actions up to here take more than %d parameters", maxParameters)
			return
		}
	}
}

// maxParameters bounds the parameters of all actions together, since a group is
// taken in whole by each.
const maxParameters = 200_000

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

func (r *Report) checkTexts(t Texts) {
	r.placeholders(t.Status, "{status}", "{detail}")
	r.placeholders(t.Timeout)
	r.placeholders(t.Failed, "{reason}")
}

// placeholders wants each allowed placeholder once, and no other.
func (r *Report) placeholders(t Text, allowed ...string) {
	if !t.Given() {
		return
	}
	for _, p := range placeholder.FindAllString(t.Value, -1) {
		if !slices.Contains(allowed, p) {
			cure := "remove it"
			if len(allowed) > 0 {
				cure = DidYouMean(p, allowed)
			}
			r.Add(r.inside(t, strings.Index(t.Value, p)), cure, "this text has no placeholder %s", quote(p))
		}
	}
	for _, p := range allowed {
		if n := strings.Count(t.Value, p); n != 1 {
			r.Add(t.Pos, "write it once", "the text holds %s %d times", p, n)
		}
	}
}

// ownHeaders are set by the runtime or by net/http.
var ownHeaders = []string{"Content-Type", "Content-Length", "Host", "Transfer-Encoding", "Connection", "Accept-Encoding", "User-Agent", "Trailer", "Te", "Upgrade"}

func (r *Report) checkHeaders(m *Manifest) {
	seen := make(map[string]Text)
	for _, h := range m.Headers {
		name := http.CanonicalHeaderKey(h.Name.Value)
		if before, ok := seen[name]; ok {
			r.Add(h.Name.Pos, "remove one of them", "the header %s stands here twice, first in line %d", quote(name), before.Pos.Line)
		}
		seen[name] = h.Name
		r.ownHeader(h.Name, name)
	}
	for _, s := range m.Auth {
		if before, ok := seen[http.CanonicalHeaderKey(s.Value.Header.Value)]; ok {
			r.Add(before.Pos, "remove it here", "the header %s carries the credential", quote(before.Value))
		}
	}
}

func (r *Report) ownHeader(at Text, name string) {
	cure := "remove it"
	if http.CanonicalHeaderKey(name) == "Content-Type" {
		cure = "give it as the media_type of a body"
	}
	if slices.Contains(ownHeaders, http.CanonicalHeaderKey(name)) {
		r.Add(at.Pos, cure, "the header %s is set by the runtime", quote(name))
	}
}

func (r *Report) checkAuth(m *Manifest, s *AuthScheme) {
	if key := strings.Trim(placeholder.FindString(s.Value.Value), "{}"); key != "" {
		if _, ok := Find(s.Fields, key); !ok {
			r.Add(r.inside(s.Value, strings.Index(s.Value.Value, "{"+key)), DidYouMean(key, Names(s.Fields)), "%s is not a field of this scheme", quote(key))
		}
	}
	r.ownHeader(s.Header, s.Header.Value)
	if s.TestRequest.Given() {
		if _, path, ok := strings.Cut(s.TestRequest.Value, " "); ok {
			for _, seg := range r.segments(s.TestRequest, path) {
				if seg.param {
					r.Add(r.inside(s.TestRequest, seg.at), "use a request that needs none", "a credential test has no parameters")
				}
			}
		}
	}
}

func (r *Report) checkPaging(p *Paging) {
	switch {
	case p.Size.Given() && !p.Items.Given():
		r.Add(p.Size.Pos, "add `items: …`, the largest page that the API allows", "the page size has a name but no value")
	case p.Items.Given() && !p.Size.Given():
		r.Add(p.Items.Pos, "add `size: …`, the query name of the page size", "the page size has a value but no name")
	case p.Size.Given() && p.Size.Value == p.Page.Value:
		r.Add(p.Size.Pos, "", "the page size has the same query name as the page number")
	}
}

// checkBody wants constants and parameters to fit into one JSON object: no path
// may lead through a value.
func (r *Report) checkBody(b *Body) {
	taken := make([]Text, 0, len(b.Constants)+1)
	for _, c := range b.Constants {
		taken = append(taken, c.Name)
	}
	for i, t := range taken {
		for _, other := range taken[:i] {
			if within(t.Value, other.Value) || within(other.Value, t.Value) {
				r.Add(t.Pos, "", "%s and %s (line %d) cannot both be in the body: one is inside the other", quote(t.Value), quote(other.Value), other.Pos.Line)
			}
		}
		if b.Parameters.Given() && within(b.Parameters.Value, t.Value) {
			r.Add(b.Parameters.Pos, "", "the parameters cannot be at %s: the constant %s is a text", quote(b.Parameters.Value), quote(t.Value))
		}
	}
}

// within reports whether path is outer or inside it.
func within(path, outer string) bool { return path == outer || strings.HasPrefix(path, outer+".") }

// checkAction checks one action and settles its parameters.
func (r *Report) checkAction(m *Manifest, a *Action) {
	r.refers(a.Body, "body", Names(m.Bodies))
	r.refers(a.Paging, "paging", Names(m.Paging))
	r.refers(a.Auth, "auth scheme", append(Names(m.Auth), "none"))
	r.takeParameters(m, a)
	method, path, _ := strings.Cut(a.Request.Value, " ")
	r.checkPath(a, path)
	for _, p := range a.Params {
		r.checkParameter(a, p, method)
	}
	if method == "" || path == "" {
		return // the request itself is wrong; what follows from it is noise
	}
	r.checkPlaces(m, a)
	r.checkResult(a)
	if a.Body.Given() && (method == "GET" || method == "DELETE") {
		r.Add(a.Body.Pos, "remove it, or use POST, PUT or PATCH", "a %s request has no body", method)
	}
	if a.Repeatable && method != "POST" && method != "PATCH" {
		r.Add(a.RepeatablePos, "remove it", "a %s request may always be repeated", method)
	}
}

// refers wants a name to be one of the declared ones.
func (r *Report) refers(t Text, what string, known []string) {
	if t.Given() && !slices.Contains(known, t.Value) {
		r.Add(t.Pos, DidYouMean(t.Value, known), "there is no %s %s", what, quote(t.Value))
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
			own.Required = use.All
		}
		for _, name := range use.Required {
			own.Required = own.Required || name.Value == p.Name.Value
		}
		out = append(out, &own)
	}
	for _, name := range use.Required {
		r.refers(name, "parameter in the group", Names(group))
	}
	return out
}

// segment is a parameter in a path, or a literal.
type segment struct {
	text  string
	at    int // in the request
	param bool
}

// segments splits the path of a request and reports what cannot be one.
func (r *Report) segments(request Text, path string) (out []segment) {
	at := strings.Index(request.Value, path) + 1
	for _, s := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		seg := segment{text: s, at: at}
		switch {
		case len(s) > 1 && s[0] == '{' && strings.IndexByte(s, '}') == len(s)-1 && strings.Count(s, "{") == 1:
			seg.text, seg.param = s[1:len(s)-1], true
		case s == "" && path == "/":
		case s == "" || s == "." || s == "..":
			r.Add(r.inside(request, at), "remove it, and a slash at the end", "the path has the segment %s", quote(s))
		case strings.ContainsAny(s, "{}"):
			r.Add(r.inside(request, at), "write /{name}/", "a parameter must be a whole segment of the path, but this is %s", quote(s))
		case !plainSegment.MatchString(s):
			r.Add(r.inside(request, at), "query parameters are declared with `in: query`", "the path has characters that it cannot have: %s", quote(s))
		}
		out = append(out, seg)
		at += len(s) + 1
	}
	return out
}

var plainSegment = regexp.MustCompile(`^[A-Za-z0-9._~!$&'()*+,;=:@-]+$`)

// checkPath matches the segments of the path with the parameters, and settles
// which parameters are in the path.
func (r *Report) checkPath(a *Action, path string) {
	if !strings.HasPrefix(path, "/") {
		return // reported with the shape
	}
	seen := make(map[string]bool)
	for _, seg := range r.segments(a.Request, path) {
		if !seg.param {
			continue
		}
		if seen[seg.text] {
			r.Add(r.inside(a.Request, seg.at), "give each segment a parameter of its own", "the parameter %s is in the path twice", quote(seg.text))
		}
		seen[seg.text] = true
		p := a.param(seg.text)
		switch {
		case p == nil:
			r.Add(r.inside(a.Request, seg.at), r.pathCure(seg.text, a), "the path has a parameter %s that the action does not declare", quote(seg.text))
		case p.In.Given() && p.In.Value != "path":
			r.Add(p.In.Pos, "write `in: path`, or remove it", "the parameter %s is named in the path, so it cannot be in the %s", quote(seg.text), p.In.Value)
		default:
			p.In = Text{Value: "path", Pos: p.Name.Pos}
		}
	}
	for _, p := range a.Params {
		if p.In.Value == "path" && !seen[p.Name.Value] {
			r.Add(p.In.Pos, "name it there: /{"+p.Name.Value+"}", "the parameter %s is in the path, but the path does not name it", quote(p.Name.Value))
		}
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

func (r *Report) checkParameter(a *Action, p *Parameter, method string) {
	name, typ := quote(p.Name.Value), p.Type.Or("string")
	switch p.In.Value {
	case "":
		r.Add(p.Name.Pos, "add `in: query`, `in: header` or `in: body`, or name it in the path", "the parameter %s has no place", name)
	case "path":
		if p.RequiredPos.Line > 0 && !p.Required {
			r.Add(p.RequiredPos, "remove it", "the parameter %s is in the path, so it is always required", name)
		}
		if p.Wire.Given() {
			r.Add(p.Wire.Pos, "remove it", "a parameter in the path has no name on the wire")
		}
		p.Required = true
	case "body":
		if method == "GET" || method == "DELETE" {
			r.Add(p.In.Pos, "write `in: query`", "a %s request has no body for the parameter %s", method, name)
		}
		if strings.Contains(p.Wire.Value, ".") {
			r.Add(p.Wire.Pos, "give a body whose `parameters` is the path of that object", "the name %s in the body cannot have a dot", quote(p.Wire.Value))
		}
	case "header":
		wire := p.Wire
		if !wire.Given() {
			wire = p.Name
		}
		r.ownHeader(wire, wire.Value)
		if !headerName.MatchString(wire.Value) {
			r.Add(wire.Pos, "write a name such as X-Request-Source", "%s cannot be the name of a header", quote(wire.Value))
		}
	}
	if p.In.Value != "body" && (typ == "array" || typ == "object") {
		r.Add(p.Name.Pos, "send it in the body", "%s %s cannot be sent in the %s", article(typ), name, p.In.Value)
	}
	if p.PairsKey.Given() && p.PairsKey.Value == p.PairsValue.Value {
		r.Add(p.PairsValue.Pos, "name the member that takes the value", "key and value of the pairs have one name")
	}
	if p.PairsKey.Given() && (typ != "object" || p.In.Value != "body") {
		r.Add(p.PairsKey.Pos, "write `type: object` and `in: body`", "only an object in the body can be sent as pairs")
	}
	if p.Omit.Given() && p.Required {
		r.Add(p.Omit.Pos, "remove it, or make the parameter optional", "the parameter %s is required, so it is never left out", name)
	}
}

var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

func article(typ string) string {
	if typ == "object" || typ == "array" {
		return "the " + typ
	}
	return "the"
}

// checkPlaces wants every place of the request to be taken once.
func (r *Report) checkPlaces(m *Manifest, a *Action) {
	type place struct{ in, wire string }
	taken := make(map[place]string)
	if p, ok := Find(m.Paging, a.Paging.Value); ok {
		taken[place{"query", p.Page.Value}] = "the page number"
		taken[place{"query", p.Size.Value}] = "the page size"
	}
	for _, h := range m.Headers {
		taken[place{"header", http.CanonicalHeaderKey(h.Name.Value)}] = "a header of the connector"
	}
	for _, s := range m.Auth {
		taken[place{"header", http.CanonicalHeaderKey(s.Value.Header.Value)}] = "the credential"
	}
	if b, ok := Find(m.Bodies, a.Body.Value); ok {
		for _, c := range b.Constants {
			if rest, beside := strings.CutPrefix(c.Name.Value, prefix(b.Parameters.Value)); beside {
				name, _, _ := strings.Cut(rest, ".")
				taken[place{"body", name}] = "a constant of the body"
			}
		}
	}
	for _, p := range a.Params {
		at := place{p.In.Value, p.Wire.Or(p.Name.Value)}
		if at.in == "header" {
			at.wire = http.CanonicalHeaderKey(at.wire)
		}
		if by, ok := taken[at]; ok && at.in != "" {
			r.Add(p.Name.Pos, "give one of them another `wire` name", "%s in the %s is taken twice, by %s and by %s", quote(at.wire), at.in, by, quote(p.Name.Value))
			continue
		}
		taken[at] = quote(p.Name.Value)
	}
}

func prefix(path string) string {
	if path == "" {
		return ""
	}
	return path + "."
}

func (r *Report) checkResult(a *Action) {
	if a.Field.Value == "success" || a.Field.Value == "error" {
		r.Add(a.Field.Pos, "call it data", "%s is a field of every envelope already", quote(a.Field.Value))
	}
	if a.Paging.Given() && a.Kind.Given() && a.Kind.Value != "list" || a.Paging.Given() && a.ReturnsNone {
		r.Add(a.Paging.Pos, "write `returns: { data: { list: … } }`, or remove the paging", "only a list has pages")
	}
	for _, s := range a.Success {
		if (s.Value == 204 || s.Value == 205) && !a.ReturnsNone {
			r.Add(s.Pos, "write `returns: none`", "an answer with status %d has no body to return", s.Value)
		}
	}
}

// inside is the place of the character at an index of a text, where the file
// holds the text on one line as it is; otherwise the place of the text.
func (r *Report) inside(t Text, index int) Pos {
	at := t.Pos
	if style := yaml.Style(t.Style); style == yaml.DoubleQuotedStyle || style == yaml.SingleQuotedStyle {
		at.Col++
	}
	if index < 0 || at.Line < 1 || at.Line > len(r.lines) {
		return t.Pos
	}
	if line := []rune(r.lines[at.Line-1]); at.Col > len(line) || !strings.HasPrefix(string(line[at.Col-1:]), t.Value) {
		return t.Pos
	}
	at.Col += len([]rune(t.Value[:index]))
	return at
}
