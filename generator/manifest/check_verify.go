// verify: how the outcome of a write is looked up.

package manifest

import (
	"slices"
	"strings"
)

// checkVerify checks it once the parameters of all actions are known.
func (r *Report) checkVerify(m *Manifest, a *Action) {
	v := a.Verify
	if v == nil {
		return
	}
	if reads(a) {
		r.Add(v.Pos, "remove it", "the action %s only reads: there is nothing to look up", quote(a.Name.Value))
		return
	}
	other, ok := Find(m.Actions, v.Action.Value)
	if !ok {
		r.refers(v.Action, "action", Names(m.Actions))
		return
	}
	if !reads(other) {
		r.Add(v.Action.Pos, "name an action that reads", "the action %s does more than read", quote(v.Action.Value))
	}
	own, taken := parameterNames(a.Params), parameterNames(other.Params)
	for _, w := range v.With {
		r.refers(w.Name, "parameter", taken)
		root, _, _ := strings.Cut(w.Value.Value, ".")
		r.refers(Text{Value: root, Pos: w.Value.Pos, Style: w.Value.Style}, "parameter", own)
	}
	for _, p := range other.Params {
		if p.Required.Value && !slices.Contains(Names(v.With), p.Name.Value) {
			r.Add(v.Pos, "add `"+p.Name.Value+": …` to `with`", "the action %s needs the parameter %s", quote(v.Action.Value), quote(p.Name.Value))
		}
	}
}

// reads reports whether an action is one that only reads.
func reads(a *Action) bool {
	return a.Effect.Value == "read" || !a.Effect.Given() && strings.HasPrefix(a.Request.Value, "GET ")
}

func parameterNames(list []*Parameter) (out []string) {
	for _, p := range list {
		out = append(out, p.Name.Value)
	}
	return out
}
