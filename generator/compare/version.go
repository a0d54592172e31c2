// The version that changes ask for, by semantic versioning.

package compare

import (
	"cmp"
	"fmt"
)

// Level is the part of a version that must be raised.
type Level string

// The levels.
const (
	None  Level = "none"
	Patch Level = "patch"
	Minor Level = "minor"
	Major Level = "major"
)

// Level is what the changes ask for: major for breaking ones, minor for more
// and for other behaviour, patch for words. Before 1.0.0 breaking changes ask
// for minor and all others for patch.
func (r *Report) Level() Level {
	level := None
	for _, c := range r.Changes {
		if l := levels[c.Class]; rank(l) > rank(level) {
			level = l
		}
	}
	if parse(r.OldVersion)[0] > 0 {
		return level
	}
	switch level {
	case Major:
		return Minor
	case Minor:
		return Patch
	}
	return level
}

var levels = map[Class]Level{Breaking: Major, Additive: Minor, Behaviour: Minor, Cosmetic: Patch}

func rank(l Level) int { return map[Level]int{None: 0, Patch: 1, Minor: 2, Major: 3}[l] }

// Asked is the lowest version that the changes allow.
func (r *Report) Asked() string {
	v := parse(r.OldVersion)
	switch r.Level() {
	case Major:
		v = version{v[0] + 1, 0, 0}
	case Minor:
		v = version{v[0], v[1] + 1, 0}
	case Patch:
		v[2]++
	}
	return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2])
}

// Satisfied reports whether the new manifest's version is high enough.
func (r *Report) Satisfied() bool {
	asked, is := parse(r.Asked()), parse(r.NewVersion)
	return cmp.Or(cmp.Compare(is[0], asked[0]), cmp.Compare(is[1], asked[1]), cmp.Compare(is[2], asked[2])) >= 0
}

type version [3]int

// parse reads a version; its form has been checked.
func parse(text string) (v version) {
	_, _ = fmt.Sscanf(text, "%d.%d.%d", &v[0], &v[1], &v[2])
	return v
}
