// Package compare tells what a new manifest of a connector changes for those who
// use the old one, and which version that asks for.
//
// What is compared is what callers see and what goes over the wire, not the
// YAML: [Compare] holds two models against each other, leaf by leaf (facts.go;
// action.go, params.go, connector.go and auth.go say what a leaf means), their
// schemas (schema.go), and the exported Go of their generated packages
// (surface.go). place.go finds the places in the manifests, version.go asks for a
// version, print.go writes the report. What counts as breaking is told in
// docs/versioning.md.
package compare

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
)

// Class is how much a change matters to those whom it reaches.
type Class string

// The classes, the gravest first.
const (
	Breaking  Class = "breaking"  // what worked may not work any more
	Additive  Class = "additive"  // there is more; what worked works
	Behaviour Class = "behaviour" // the same is asked and answered, by another way
	Cosmetic  Class = "cosmetic"  // words, order, names that nobody outside sees
)

var classes = []Class{Breaking, Additive, Behaviour, Cosmetic}

// Audience is whom a change reaches.
type Audience string

// The audiences.
const (
	Action Audience = "action" // hosts that call by name, with JSON
	Go     Audience = "go"     // callers of the generated package
	Schema Audience = "schema" // those who check or build with the schemas
	Wire   Audience = "wire"   // the API: what is sent and how answers are read
)

// Kind is what happened to a thing.
type Kind string

// The kinds.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
)

// Change is one difference.
type Change struct {
	File      string       // NEW, or OLD where something was removed
	Pos       manifest.Pos // in File
	Subjects  []string     // the actions that change; or one other part: connector, auth X, type X
	Kind      Kind
	What      string // the thing: "parameter slug", "paging.items"
	From, To  string // its values; "" where it was or is not
	Class     Class
	Audiences []Audience
	Why       string // what that means, in a few words; "" when it is plain
	Hint      string // a guess at what the author did

	together string // what it is called when several actions have it in common
}

// Report is all that differs between two manifests.
type Report struct {
	OldFile, NewFile       string
	OldVersion, NewVersion string
	Changes                []Change // the gravest first, then by place

	actions int // that both have
}

// Same reports whether nothing differs.
func (r *Report) Same() bool { return len(r.Changes) == 0 }

// Side is one of the two manifests.
type Side struct {
	File      string
	connector *model.Connector
	files     []generator.File
	places    places
	surface   *surface
}

// Load reads one side. A manifest with faults cannot be compared; the error is
// the [manifest.Diagnostics].
func Load(file string, src []byte) (*Side, error) {
	c, files, err := generator.Generate(file, src)
	if err != nil {
		return nil, err
	}
	s := &Side{File: file, connector: c, files: files, places: readPlaces(src)}
	s.surface, err = readSurface(c, files)
	return s, err
}

// Compare tells what changes from old to new.
func Compare(old, new *Side) *Report {
	d := &differ{old: old, new: new}
	d.connectors()
	d.schemes()
	d.types()
	d.actions()
	d.surfaces()
	d.rest()
	return &Report{
		OldFile: old.File, NewFile: new.File, OldVersion: old.connector.API.Version, NewVersion: new.connector.API.Version,
		Changes: sorted(merged(d.changes)),
		actions: len(common(actionNames(old.connector.Actions), actionNames(new.connector.Actions))),
	}
}

// differ collects changes. subject is what is looked at.
type differ struct {
	old, new *Side
	subject  string
	changes  []Change
}

// add notes a change at a place of the manifests, named by its keys: in the old
// one where something is gone.
func (d *differ) add(c Change, at ...string) {
	side := d.new
	if c.Kind == Removed {
		side = d.old
	}
	d.note(c, side, side.places.at(at...))
}

// addIn notes a change at a place inside the action that is looked at.
func (d *differ) addIn(c Change, at ...string) {
	side := d.new
	if c.Kind == Removed {
		side = d.old
	}
	d.note(c, side, side.places.inAction(d.subject, at...))
}

func (d *differ) note(c Change, side *Side, at manifest.Pos) {
	c.File, c.Pos = side.File, at
	if c.Subjects == nil {
		c.Subjects = []string{d.subject}
	}
	d.changes = append(d.changes, c)
}

// rest reports generated files that differ where nothing else does: names of
// variables that only the package itself sees.
func (d *differ) rest() {
	if len(d.changes) > 0 {
		return
	}
	var names []string
	for _, f := range d.new.files {
		i := slices.IndexFunc(d.old.files, func(o generator.File) bool { return o.Name == f.Name })
		if i < 0 || !bytes.Equal(body(d.old.files[i].Content), body(f.Content)) {
			names = append(names, f.Name)
		}
	}
	if len(names) > 0 {
		d.add(Change{Subjects: []string{connectorSubject}, Kind: Changed, What: "generated code in " + list(names), Class: Cosmetic, Audiences: []Audience{Go},
			Why: "nothing that other packages see"})
	}
}

// body is a generated file without its first line, which names the manifest.
func body(content []byte) []byte {
	_, rest, _ := bytes.Cut(content, []byte("\n"))
	return rest
}

// merged makes one change of those that several actions have in common, because
// they share a group, a body or a paging.
func merged(changes []Change) (out []Change) {
	type key struct{ at, what, values, class, why string }
	seen := make(map[key]int)
	for _, c := range changes {
		k := key{c.File + ":" + place(c.Pos), string(c.Kind) + " " + cmp.Or(c.together, c.What), c.From + "\x00" + c.To, string(c.Class) + " " + list(c.Audiences), c.Why + "\x00" + c.Hint}
		if i, ok := seen[k]; ok {
			out[i].What = cmp.Or(c.together, c.What)
			for _, s := range c.Subjects {
				if !slices.Contains(out[i].Subjects, s) {
					out[i].Subjects = append(out[i].Subjects, s)
				}
			}
			continue
		}
		seen[k] = len(out)
		c.Subjects = slices.Clone(c.Subjects)
		out = append(out, c)
	}
	return out
}

func sorted(changes []Change) []Change {
	rank := func(c Change) int { return slices.Index(classes, c.Class) }
	gone := func(c Change) int {
		if c.Kind == Removed {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(gone(a), gone(b)), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
	return changes
}

// list joins names with commas.
func list[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = string(n)
	}
	return strings.Join(texts, ", ")
}
