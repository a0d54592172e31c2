// The surface of a generated package: what other packages can name. It is read
// from the generated files themselves, so it is what callers compile against.

package compare

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/model"
)

// symbol is an exported name: a function, a method as Client.GetEvent, a type, a
// field as GetEventInput.EventID, a variable.
type symbol struct {
	name, typ      string
	args           []string // of a function, in their order
	takes, returns string   // of a function
	owner          string   // "action get_event", "type event", "auth api_token"
	place          []string // in the manifest
	inAction       string   // the action that the place is in
	required       bool     // a field of an input that must be set
}

type surface struct {
	symbols []*symbol
	byName  map[string]*symbol
}

func (s *surface) add(x symbol) {
	s.symbols = append(s.symbols, &x)
	s.byName[x.name] = &x
}

// readSurface reads the generated files and finds what each symbol is made of.
func readSurface(c *model.Connector, files []generator.File) (*surface, error) {
	s := &surface{byName: make(map[string]*symbol)}
	for _, f := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Content, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("the generated code does not parse, which is a fault of the generator: %w", err)
		}
		for _, d := range parsed.Decls {
			s.declaration(d)
		}
	}
	s.origins(c)
	return s, nil
}

func (s *surface) declaration(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		s.function(d)
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				s.typeSpec(spec)
			case *ast.ValueSpec:
				for _, n := range spec.Names {
					if n.IsExported() {
						s.add(symbol{name: n.Name, typ: d.Tok.String()})
					}
				}
			}
		}
	}
}

func (s *surface) function(d *ast.FuncDecl) {
	name := d.Name.Name
	if d.Recv != nil {
		receiver := strings.TrimPrefix(types.ExprString(d.Recv.List[0].Type), "*")
		if !token.IsExported(receiver) {
			return
		}
		name = receiver + "." + name
	}
	if !d.Name.IsExported() {
		return
	}
	args, takes := fieldTypes(d.Type.Params)
	_, returns := fieldTypes(d.Type.Results)
	x := symbol{name: name, args: args, takes: strings.Join(takes, ", "), returns: strings.Join(returns, ", ")}
	x.typ = "func(" + x.takes + ") (" + x.returns + ")"
	s.add(x)
}

func fieldTypes(list *ast.FieldList) (names, typs []string) {
	if list == nil {
		return nil, nil
	}
	for _, f := range list.List {
		typ := types.ExprString(f.Type)
		if len(f.Names) == 0 {
			typs = append(typs, typ)
		}
		for _, n := range f.Names {
			names, typs = append(names, n.Name), append(typs, typ)
		}
	}
	return names, typs
}

func (s *surface) typeSpec(spec *ast.TypeSpec) {
	if !spec.Name.IsExported() {
		return
	}
	of, ok := spec.Type.(*ast.StructType)
	if !ok {
		s.add(symbol{name: spec.Name.Name, typ: types.ExprString(spec.Type)})
		return
	}
	s.add(symbol{name: spec.Name.Name, typ: "struct"})
	for _, f := range of.Fields.List {
		for _, n := range f.Names {
			if n.IsExported() {
				s.add(symbol{name: spec.Name.Name + "." + n.Name, typ: types.ExprString(f.Type)})
			}
		}
	}
}

// origins finds the places of symbols in the manifest.
func (s *surface) origins(c *model.Connector) {
	from := func(name, owner, action string, place ...string) {
		if x := s.byName[name]; x != nil {
			x.owner, x.inAction, x.place = owner, action, place
		}
	}
	for _, a := range c.Actions {
		owner := "action " + a.Name
		for _, name := range []string{"Client." + a.Method, "Client." + a.Seq, a.Input} {
			from(name, owner, a.Name)
		}
		from(a.Output, owner, a.Name, "returns")
		for _, p := range a.Params {
			from(a.Input+"."+p.Field, owner, a.Name, "parameters", p.Name)
			if x := s.byName[a.Input+"."+p.Field]; x != nil {
				x.required = p.Required
			}
		}
		for i, f := range a.Out {
			field := "State"
			if i < len(a.Op.Outputs) {
				field = a.Op.Outputs[i].Field
			}
			from(a.Output+"."+f.Go, owner, a.Name, "returns", field)
		}
	}
	for _, t := range c.Types {
		from(t.Go, "type "+t.Shape.Name, "", "types", t.Shape.Name)
		for i, f := range t.Fields {
			from(t.Go+"."+f.Go, "type "+t.Shape.Name, "", "types", t.Shape.Name, "fields", t.Shape.Fields[i].Name)
		}
	}
	for _, a := range c.Auth {
		from(a.Func, "auth "+a.Name, "", "auth", a.Name)
	}
}

// surfaces compares what Go callers see.
func (d *differ) surfaces() {
	d.gone(d.old, d.new, Removed)
	for _, n := range d.new.surface.symbols {
		if o := d.old.surface.byName[n.name]; o != nil {
			d.symbol(o, n)
		}
	}
	d.gone(d.new, d.old, Added)
}

// gone notes the symbols of one side that the other has not, those of one owner
// together. The fields of a type go with it.
func (d *differ) gone(side, other *Side, kind Kind) {
	together := make(map[string]int)
	for _, s := range side.surface.symbols {
		if other.surface.byName[s.name] != nil {
			continue
		}
		owner, _, nested := strings.Cut(s.name, ".")
		field := nested && owner != "Client"
		if field && other.surface.byName[owner] == nil {
			continue
		}
		if at, ok := together[s.owner]; ok && !field && s.owner != "" {
			d.changes[at].What += ", " + s.name
			continue
		}
		c := Change{Kind: kind, What: s.name, Class: Additive, Audiences: []Audience{Go}}
		if kind == Removed {
			c.Class, c.Why = Breaking, doesNotCompile
		}
		if field {
			c.From, c.To = sideOf(kind, s.typ)
			c.together = fieldOfMany(s)
			if kind == Added && s.required {
				c.Class, c.Why = Breaking, notSet
			}
		} else if s.owner != "" {
			together[s.owner] = len(d.changes)
		}
		d.addSymbol(c, s, side)
	}
}

// fieldOfMany is a field of inputs that several actions have from one group.
func fieldOfMany(s *symbol) string {
	_, field, nested := strings.Cut(s.name, ".")
	if !nested || len(s.place) == 0 || s.place[0] != "parameters" {
		return ""
	}
	return "input field " + field
}

func sideOf(kind Kind, typ string) (from, to string) {
	if kind == Removed {
		return typ, ""
	}
	return "", typ
}

const doesNotCompile = "code that uses it does not compile"

// These are worse than not compiling.
const (
	stillCompiles = "code that calls it compiles and passes the wrong values"
	notSet        = "code that does not set it compiles, and its calls are refused or send nothing in it"
)

func (d *differ) symbol(o, n *symbol) {
	switch {
	case o.typ != n.typ && o.takes != "" && o.takes == n.takes:
		d.addSymbol(Change{Kind: Changed, What: "result of " + n.name, From: o.returns, To: n.returns, Class: Breaking, Audiences: []Audience{Go}, Why: doesNotCompile}, n, d.new)
	case o.typ != n.typ && o.returns != "" && o.returns == n.returns:
		d.addSymbol(Change{Kind: Changed, What: "arguments of " + n.name, From: o.takes, To: n.takes, Class: Breaking, Audiences: []Audience{Go}, Why: doesNotCompile}, n, d.new)
	case o.typ != n.typ:
		d.addSymbol(Change{Kind: Changed, What: n.name, From: o.typ, To: n.typ, Class: Breaking, Audiences: []Audience{Go}, Why: doesNotCompile,
			together: fieldOfMany(n)}, n, d.new)
	case !slices.Equal(common(o.args, n.args), common(n.args, o.args)):
		d.addSymbol(Change{Kind: Changed, What: "arguments of " + n.name, From: strings.Join(o.args, ", "), To: strings.Join(n.args, ", "), Class: Breaking,
			Audiences: []Audience{Go}, Why: stillCompiles}, n, d.new)
	case !slices.Equal(o.args, n.args):
		d.addSymbol(Change{Kind: Changed, What: "arguments of " + n.name, From: strings.Join(o.args, ", "), To: strings.Join(n.args, ", "), Class: Cosmetic,
			Audiences: []Audience{Go}, Why: "the same places, other names"}, n, d.new)
	}
}

func (d *differ) addSymbol(c Change, s *symbol, side *Side) {
	at := side.places.at(s.place...)
	c.Subjects = []string{strings.TrimPrefix(s.owner, "action ")}
	switch {
	case s.inAction != "":
		at = side.places.inAction(s.inAction, s.place...)
	case s.owner == "":
		c.Subjects = []string{connectorSubject}
	}
	d.note(c, side, at)
}
