// The places of a request: each is taken once, by a parameter, a constant, the
// credential or the page.

package manifest

import (
	"net/http"
	"strings"
)

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
