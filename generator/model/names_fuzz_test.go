// Names: whatever the language takes for a name is an identifier in Go, and two
// names never share one without a word.

package model

import (
	"go/build"
	"go/token"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"modulex.dev/connector/generator/manifest"
)

// The language's rules for names, and for those of members.
var (
	nameRule   = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	memberRule = regexp.MustCompile(`^[A-Za-z_@][A-Za-z0-9_@:-]*$`)
)

func TestNameRulesAreTheLanguages(t *testing.T) {
	for _, rule := range []string{`"name": {"title": "name", "type": "string", "maxLength": 64, "pattern": "` + nameRule.String() + `"`, `"Its members.", "type": "object", "minProperties": 1, "patternProperties": {"` + memberRule.String() + `"`} {
		if !strings.Contains(string(manifest.Schema()), rule) {
			t.Errorf("the language has another rule than %s, so the targets here try other names", rule)
		}
	}
}

// empty is a place where every file is empty but for its package clause.
var empty = func() build.Context {
	c := build.Default
	c.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("package x\n")), nil }
	return c
}()

func FuzzNames(f *testing.F) {
	for _, name := range []string{"event", "list_events", "id", "ids", "type", "func", "range_", "x", "a__b", "a_b", "ab", "v_2", "v2", "string", "runtime", "x_test", "x_windows", "init", "url", "u_r_l", "api_url", "init_", "any", "nil", "true", "len"} {
		f.Add(name, "a_b")
		f.Add("ab", name)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, name := range []string{a, b} {
			if !nameRule.MatchString(name) || len(name) > 64 {
				return
			}
			if !token.IsIdentifier(exported(name)) || !token.IsExported(exported(name)) {
				t.Errorf("%q is %s for other packages", name, exported(name))
			}
			// Inside the package a suffix says what it is: eventOp, eventShape.
			if !token.IsIdentifier(unexported(name)+"Op") || token.IsExported(unexported(name)) {
				t.Errorf("%q is %s inside the package", name, unexported(name))
			}
			if !token.IsIdentifier(argument(name)) || token.IsExported(argument(name)) {
				t.Errorf("%q is the argument %s", name, argument(name))
			}
			if match, err := empty.MatchFile("", name+"_action.go"); err != nil || !match {
				t.Errorf("Go leaves %s_action.go out: %v", name, err)
			}
			if got := strings.ToLower(strings.ReplaceAll(exported(name), "_", "")); got != strings.ReplaceAll(name, "_", "") {
				t.Errorf("%q became %s: it has other letters", name, exported(name))
			}
		}
		r := &manifest.Report{File: "manifest.yaml"}
		s := newScope(r)
		first := s.take(exported(a), manifest.Text{Value: a, Pos: manifest.Pos{Line: 1, Col: 1}})
		second := s.take(exported(b), manifest.Text{Value: b, Pos: manifest.Pos{Line: 2, Col: 1}})
		if told := len(r.Faults) > 0; told != (first == second) {
			t.Errorf("%q and %q are %s and %s, and the faults are %v", a, b, first, second, r.Faults)
		}
	})
}

// FuzzMemberNames: a member of an answer has a Go name, whatever it is called.
// Those that would have none are refused by the language.
func FuzzMemberNames(f *testing.F) {
	for _, name := range []string{"registrants_count", "seriesLabels", "@type", "a-b", "a:b", "0", "1st", "_", "__", "ID", "userID", "URL", "é", "a.b", "x y", "$ref", "id", "Ids"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !memberRule.MatchString(name) {
			return
		}
		if got := memberName(name); !token.IsIdentifier(got) || !token.IsExported(got) || slices.Contains([]string{"_", ""}, got) {
			t.Errorf("%q is %q in Go", name, got)
		}
	})
}
