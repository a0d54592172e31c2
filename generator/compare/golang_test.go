// Go callers, as the compiler sees them: a program that uses everything that the
// old package exports is type-checked against the new one. It must fail exactly
// where a change is said to break Go code.

package compare_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/compare"
)

func TestBreakingForGoIsWhatDoesNotCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("runs other programs; the run without -short does")
	}
	imports := newImports(t)
	src := read(t, "testdata/base.yaml")
	old := imports.generated(t, src)
	if err := imports.compiles(caller(old), old); err != nil {
		t.Fatalf("the caller does not compile against its own package: %v\n%s", err, caller(old))
	}
	broken := 0
	eachPair(t, func(t *testing.T, base, edited *compare.Side, archive *txtar.Archive, i int) {
		new := imports.generated(t, edit(t, src, archive.Files[i].Data))
		for _, way := range []struct {
			name           string
			report         *compare.Report
			before, behind *types.Package
		}{
			{"there", compare.Compare(base, edited), old, new},
			{"back", compare.Compare(edited, base), new, old},
		} {
			err := imports.compiles(caller(way.before), way.behind)
			said := slices.ContainsFunc(way.report.Changes, func(c compare.Change) bool {
				return c.Class == compare.Breaking && slices.Contains(c.Audiences, compare.Go) && !strings.Contains(c.Why, "compiles and") && !strings.Contains(c.Why, "compiles, and")
			})
			if said != (err != nil) {
				t.Errorf("%s: said to break Go code: %t; the compiler says: %v\n%s", way.name, said, err, text(t, way.report))
			}
			if err != nil {
				broken++
			}
		}
	})
	if broken < 30 {
		t.Errorf("only %d pairs break a caller", broken)
	}
}

// imports are the packages that generated code imports, as the go command has
// compiled them, and packages of tests.
type imports struct {
	types.Importer
	own map[string]*types.Package
}

func (i imports) Import(path string) (*types.Package, error) {
	if p := i.own[path]; p != nil {
		return p, nil
	}
	return i.Importer.Import(path)
}

func newImports(t *testing.T) imports {
	t.Helper()
	list := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "modulex.dev/connector/runtime/jq", "encoding/json", "iter")
	list.Stderr = t.Output()
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	return imports{Importer: importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(files[path])
	})}
}

// generated is the package of a manifest. A hand-written function that it names
// is there too.
func (i imports) generated(t *testing.T, src []byte) *types.Package {
	t.Helper()
	c, files, err := generator.Generate("manifest.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var parsed []*ast.File
	add := func(name string, content any) {
		f, err := parser.ParseFile(fset, name, content, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	for _, f := range files {
		add(f.Name, f.Content)
	}
	for _, a := range c.Actions {
		if a.Hook != "" {
			add("hook.go", "package "+c.Package+"\n\nimport \"modulex.dev/connector/runtime\"\n\nvar "+a.Hook+" runtime.HookFunc\n")
		}
	}
	p, err := (&types.Config{Importer: i}).Check("example.com/gen/"+c.Package, fset, parsed, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// compiles type-checks a program that imports p.
func (i imports) compiles(src string, p *types.Package) error {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "caller.go", src, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	with := imports{i.Importer, map[string]*types.Package{p.Path(): p}}
	_, err = (&types.Config{Importer: with}).Check("caller", fset, []*ast.File{f}, nil)
	return err
}

// caller is a program that uses everything that a package exports: it calls each
// function by its type, and reads and sets each field.
func caller(p *types.Package) string {
	imported := map[string]string{p.Path(): p.Name()}
	typ := func(t types.Type) string {
		return types.TypeString(t, func(of *types.Package) string {
			imported[of.Path()] = of.Name()
			return of.Name()
		})
	}
	var body strings.Builder
	for _, name := range p.Scope().Names() {
		o := p.Scope().Lookup(name)
		if !o.Exported() {
			continue
		}
		named, isType := o.Type().(*types.Named)
		if _, ok := o.(*types.TypeName); !ok || !isType {
			fmt.Fprintf(&body, "var _ %s = %s.%s\n", typ(o.Type()), p.Name(), name)
			continue
		}
		of := typ(named)
		fmt.Fprintf(&body, "var _ %s\n", of)
		for m := range named.Methods() {
			if m.Exported() {
				fmt.Fprintf(&body, "var _ %s = new(%s).%s\n", typ(m.Signature()), of, m.Name())
			}
		}
		if s, ok := named.Underlying().(*types.Struct); ok {
			for f := range s.Fields() {
				if f.Exported() {
					fmt.Fprintf(&body, "func _(x *%s) { var v %s = x.%s; x.%s = v }\n", of, typ(f.Type()), f.Name(), f.Name())
				}
			}
		}
	}
	var head strings.Builder
	head.WriteString("package caller\n\n")
	for path, name := range imported {
		fmt.Fprintf(&head, "import %s %q\n", name, path)
	}
	return head.String() + body.String()
}
