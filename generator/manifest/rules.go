// Every fault has a rule, and every rule a code, a page and two examples. The
// rules themselves are in rulebook.go.

package manifest

import (
	"slices"
	"sync"
)

// LintRule is what a diagnostic refers to by its code. A check names its rule by
// its words: the format that it gives to [Report.Add] or [Report.Advise] is
// listed in Formats, and a test holds that each one is.
type LintRule struct {
	Code        string // words joined with dashes
	Severity    Severity
	Formats     []string
	Summary     string // what is wrong, in one line without a full stop
	Explanation string // why it is wrong and how to mend it, a sentence or more
	// Bad draws the rule, Good does not. An example holds the parts of a manifest
	// that matter; what is required besides is added. It may be a manifest by
	// itself, see Whole. Both are empty where an example would be too large to
	// read.
	Bad, Good string
	Whole     bool
}

// LintRules are all rules: faults in the order of the checks, then advice.
func LintRules() []LintRule { return slices.Clone(rulebook) }

// FindLintRule returns the rule with that code.
func FindLintRule(code string) (LintRule, bool) {
	for _, r := range rulebook {
		if r.Code == code {
			return r, true
		}
	}
	return LintRule{}, false
}

// ruleOf is the code of the rule that a format belongs to.
func ruleOf(format string) string { return codes()[format] }

var codes = sync.OnceValue(func() map[string]string {
	out := make(map[string]string)
	for _, r := range rulebook {
		for _, f := range r.Formats {
			out[f] = r.Code
		}
	}
	return out
})
