// Paths: their segments and holes, and the parameters that fill them.

package manifest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

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
