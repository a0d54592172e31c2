package manifest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Every check names its rule: the format of each call of Report.Add and
// Report.Advise, anywhere in the generator, is listed in rulebook.go; and no
// rule lists a format that no check has.
func TestEveryCheckHasARule(t *testing.T) {
	used := formats(t)
	if len(used) < 60 {
		t.Errorf("only %d formats were found", len(used))
	}
	listed := make(map[string]string)
	for _, r := range LintRules() {
		for _, f := range r.Formats {
			if before := listed[f]; before != "" {
				t.Errorf("%q belongs to the rules %s and %s", f, before, r.Code)
			}
			listed[f] = r.Code
		}
	}
	for f, at := range used {
		if listed[f] == "" {
			t.Errorf("%s: no rule in rulebook.go lists the format %q; add it to one, or write a rule for it", at, f)
		}
	}
	for f, code := range listed {
		if used[f] == "" {
			t.Errorf("the rule %s lists %q, which no check says", code, f)
		}
	}
}

// formats are the formats that checks give to a report, and where they do.
func formats(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	set := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		own := file.Name.Name == "manifest" || imports(file, "generator/manifest")
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && own && (f.Sel.Name == "Add" || f.Sel.Name == "Advise") && len(n.Args) >= 3 {
					format(t, set, n.Args[2], out)
				}
			case *ast.AssignStmt: // Add itself exchanges what is said
				if name, ok := n.Lhs[min(1, len(n.Lhs)-1)].(*ast.Ident); ok && own && name.Name == "format" && len(n.Lhs) == 3 {
					format(t, set, n.Rhs[1], out)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func imports(file *ast.File, path string) bool {
	for _, i := range file.Imports {
		if strings.HasSuffix(strings.Trim(i.Path.Value, `"`), path) {
			return true
		}
	}
	return false
}

func format(t *testing.T, set *token.FileSet, e ast.Expr, out map[string]string) {
	t.Helper()
	at := set.Position(e.Pos()).String()
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		t.Errorf("%s: write the format as a literal, so that its rule can be found", at)
		return
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		t.Fatal(err)
	}
	out[text] = at
}

func TestRuleCodes(t *testing.T) {
	words, seen, advice := regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`), map[string]bool{}, false
	for _, r := range LintRules() {
		if !words.MatchString(r.Code) || seen[r.Code] {
			t.Errorf("%q is not a code, or stands twice", r.Code)
		}
		seen[r.Code] = true
		if advice && r.Severity == SeverityError {
			t.Errorf("%s: faults come before advice", r.Code)
		}
		advice = r.Severity == SeverityAdvice
		if found, ok := FindLintRule(r.Code); !ok || found.Summary != r.Summary {
			t.Errorf("%s is not found", r.Code)
		}
	}
}

func TestReportNamesTheRule(t *testing.T) {
	r := &Report{File: "manifest.yaml"}
	r.Add(Pos{2, 3}, "mend it", "%s has no key %s", "a", "b")
	r.Advise(Pos{}, "", "the action %s is a verb alone", "get")
	if got := r.Faults[0]; got.Rule != "unknown-key" || got.Severity != SeverityError || got.String() != "manifest.yaml:2:3: a has no key b; mend it" {
		t.Errorf("%+v", got)
	}
	if got := r.Advice[0]; got.Rule != "action-name" || got.Severity != SeverityAdvice || got.String() != "manifest.yaml:1:1: advice: the action get is a verb alone" {
		t.Errorf("%+v", got)
	}
}
