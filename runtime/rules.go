// Rules between parameters. They speak of what the caller wrote, so they are
// looked at before anything is read, changed or filled in.

package runtime

import "strings"

// brokenRule finds the first rule that the arguments break: its own text, or a
// fault where it has none.
func (in *inspection) brokenRule() (text string, own bool) {
	for i := range in.op.Rules {
		r := &in.op.Rules[i]
		if fault := in.broken(r); fault != "" {
			if r.Text != "" {
				return r.Text, true
			}
			return fault, false
		}
	}
	return "", false
}

// broken says how the arguments break a rule.
func (in *inspection) broken(r *Rule) string {
	given, absent := in.split(r.Params)
	switch r.Kind {
	case RuleExactlyOne:
		if len(given) != 1 {
			return "give exactly one of " + strings.Join(r.Params, ", ")
		}
	case RuleAtLeastOne:
		if len(given) == 0 {
			return "give at least one of " + strings.Join(r.Params, ", ")
		}
	case RuleExclusive:
		if len(given) > 1 {
			return "give only one of " + strings.Join(given, ", ")
		}
	case RuleRequires:
		if len(given) > 0 && given[0] == r.Params[0] && len(absent) > 0 {
			return given[0] + " needs " + strings.Join(absent, ", ") + " too"
		}
	case RuleRequiredUnless:
		if others, _ := in.split(r.Unless); len(others) == 0 && len(absent) > 0 {
			return "give " + strings.Join(absent, ", ") + ", or else " + strings.Join(r.Unless, " or ")
		}
	}
	return ""
}

// split tells the parameters that are given from those that are not.
func (in *inspection) split(names []string) (there, absent []string) {
	for _, name := range names {
		if in.thereFor(name) {
			there = append(there, name)
		} else {
			absent = append(absent, name)
		}
	}
	return there, absent
}

// thereFor reports whether a rule takes a parameter for given. A text of spaces
// is not, where the spaces will go.
func (in *inspection) thereFor(name string) bool {
	for i := range in.op.Params {
		p := &in.op.Params[i]
		if p.Name != name {
			continue
		}
		if p.Change != nil && p.Change.Trim {
			return p.Change.text(in.values[i]).there()
		}
		return in.values[i].there()
	}
	return false
}
