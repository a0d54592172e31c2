// Conditions on an input: what a parameter, a member of a template, a step or a
// field of the envelope may depend on.

package runtime

import "slices"

// holds reports whether all the conditions hold.
func (k *call) holds(when []Condition, values []Value) bool {
	for i := range when {
		if !when[i].holds(k.lookup(when[i].Param, values)) {
			return false
		}
	}
	return true
}

func (c *Condition) holds(v Value) bool {
	switch {
	case c.Given && !v.there(), c.Absent && v.there():
		return false
	case len(c.Is) > 0:
		return v.kind != absentValue && slices.Contains(c.Is, v.plain())
	}
	return true
}
