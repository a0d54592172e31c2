// Steps: the requests that come before the one of an action, and what is kept of
// their answers.

package manifest

import (
	"slices"
	"strings"
)

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
