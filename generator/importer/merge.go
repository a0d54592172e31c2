// A second import. Three manifests are compared: the last import as it was
// written, the manifest as the hand has edited it, and the new import. What the
// vendor has changed is brought in where the hand has changed nothing; elsewhere
// the hand wins and the change is reported.
//
// Entries are compared by their path of keys. An action that has another name on
// one side is known by its request.

package importer

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/format"
)

// Merged is a manifest with the changes of a vendor in it.
type Merged struct {
	Manifest []byte
	Notes    []Note // Changed and Conflict
}

// Merge brings a new import into a manifest. base is the last import as it was
// written, or nil when it is not known: then everything that differs counts as
// edited by hand. file is the manifest's name in messages.
func Merge(file string, base, mine []byte, theirs *Result) (*Merged, error) {
	b, err := parse(base)
	if err != nil {
		return nil, fmt.Errorf("the last import: %w", err)
	}
	m, err := parse(mine)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(m.Content) == 0 {
		return &Merged{Manifest: theirs.Manifest}, nil
	}
	g := &merger{file: file, edits: newEdits(mine)}
	g.mapping(nil, b, m, theirs.tree)
	out := &Merged{Manifest: g.finish(), Notes: g.notes}
	if _, err := format.Source(out.Manifest); err != nil || isFlow(m) {
		return nil, fmt.Errorf("%s: changes cannot be brought into this layout; write each entry on a line of its own", file)
	}
	out.check(file)
	return out, nil
}

// finish takes out what the vendor no longer shares, unless the hand's actions
// still name it.
func (g *merger) finish() []byte {
	plain := g.edits.clone().apply()
	for _, l := range g.later {
		g.edits.remove(l.mapping, l.key)
	}
	out := g.edits.apply()
	if _, faults := generator.Load(g.file, out); len(faults) > 0 {
		if _, before := generator.Load(g.file, plain); len(before) < len(faults) {
			for _, l := range g.later {
				g.note(Conflict, l.at, l.key, "removed by the vendor, but what was edited by hand needs it: it stays")
			}
			return plain
		}
	}
	for _, l := range g.later {
		g.note(Changed, l.at, l.key, "removed")
	}
	return out
}

// leaving is an entry that actions may name.
type leaving struct {
	at           []string
	mapping, key *yaml.Node
}

// shared are the sections whose entries actions name.
var shared = []string{"hosts", "auth", "paging", "types"}

// check tells what the hand's edits and the vendor's changes make wrong together:
// a type that is no more, and is still named.
func (m *Merged) check(file string) {
	_, faults := generator.Load(file, m.Manifest)
	for _, f := range faults[:min(len(faults), 20)] {
		m.Notes = append(m.Notes, Note{Kind: Conflict, Place: fmt.Sprintf("%s:%d:%d", file, f.Pos.Line, f.Pos.Col), Message: "a fault of the manifest now: " + f.Message})
	}
}

// parse reads a manifest as a mapping; nothing is an empty one.
func parse(src []byte) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		return nil, errors.New(strings.Join(strings.Fields(err.Error()), " "))
	}
	if len(doc.Content) == 0 {
		return newMapping().Node, nil
	}
	if doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("this is no manifest")
	}
	return doc.Content[0], nil
}

type merger struct {
	file  string
	edits *edits
	notes []Note
	later []leaving
}

// trio is one entry as each of the three has it. Nil: it has none.
type trio struct {
	key              string // in the hand's manifest, or where it would be there
	was              string // in the last import
	base, mine, them *yaml.Node
	mineKey, themKey *yaml.Node
}

// mapping merges the entries of mappings at a path.
func (g *merger) mapping(path []string, base, mine, them *yaml.Node) {
	after := (*yaml.Node)(nil) // the entry behind which a new one goes
	for _, t := range trios(path, base, mine, them) {
		at := append(slices.Clone(path), t.key)
		if t.mine != nil && t.base != nil && t.them != nil && t.themKey.Value != t.was {
			g.note(Changed, at, t.mineKey, "the vendor calls it "+t.themKey.Value+" now; its name stays")
		}
		switch {
		case t.them == nil && t.base == nil: // of the hand alone
		case t.them == nil:
			g.removed(at, mine, t)
		case t.mine == nil && t.base == nil:
			g.added(at, mine, after, t)
		case t.mine == nil:
			if !same(t.base, t.them) {
				g.note(Conflict, at, mine, "changed by the vendor, but removed by hand")
			}
		default:
			g.both(at, mine, t)
		}
		if t.mineKey != nil {
			after = t.mineKey
		}
	}
}

// removed takes out what the vendor has removed, unless it was edited.
func (g *merger) removed(at []string, mine *yaml.Node, t trio) {
	switch {
	case t.mine == nil:
	case same(t.base, t.mine) && slices.Contains(shared, at[0]) && len(at) < 3:
		g.later = append(g.later, leaving{at, mine, t.mineKey})
	case same(t.base, t.mine):
		g.edits.remove(mine, t.mineKey)
		g.note(Changed, at, t.mineKey, "removed")
	default:
		g.note(Conflict, at, t.mineKey, "removed by the vendor, but edited by hand: it stays")
	}
}

func (g *merger) added(at []string, mine, after *yaml.Node, t trio) {
	g.edits.insert(mine, after, t.themKey, t.them, len(at) == 2 && slices.Contains(airy, at[0]) || len(at) == 1)
	g.note(Changed, at, nil, "added")
}

// airy are the sections whose entries are set apart by blank lines.
var airy = []string{"actions", "types"}

// both merges what all have, or what both sides have added.
func (g *merger) both(at []string, mine *yaml.Node, t trio) {
	mappings := t.mine.Kind == yaml.MappingNode && t.them.Kind == yaml.MappingNode
	switch {
	case same(t.mine, t.them), t.base != nil && same(t.base, t.them):
	case t.base != nil && same(t.base, t.mine) && !mappings:
		g.edits.replace(mine, t.mineKey, t.them)
		g.note(Changed, at, t.mineKey, "changed from "+brief(t.base)+" to "+brief(t.them))
	case mappings:
		base := t.base
		if base == nil || base.Kind != yaml.MappingNode {
			base = newMapping().Node
		}
		g.edits.within(mine, t.mineKey, t.mine)
		g.mapping(at, base, t.mine, t.them)
	case t.base == nil:
		g.note(Conflict, at, t.mineKey, "the import has "+brief(t.them)+": "+brief(t.mine)+" stays")
	default:
		g.note(Conflict, at, t.mineKey, "changed by the vendor from "+brief(t.base)+" to "+brief(t.them)+", and by hand: "+brief(t.mine)+" stays")
	}
}

// note tells of one change. Places are those of the hand's manifest.
func (g *merger) note(kind Kind, at []string, node *yaml.Node, message string) {
	n := Note{Kind: kind, Message: message, Subject: strings.Join(at, ".")}
	if len(at) > 1 && at[0] == "actions" {
		n.Operation, n.Subject = at[1], strings.Join(at[2:], ".")
	}
	if node != nil && node.Line > 0 {
		n.Place = fmt.Sprintf("%s:%d:%d", g.file, node.Line, node.Column)
	}
	g.notes = append(g.notes, n)
}

// brief is a value in a message.
func brief(n *yaml.Node) string {
	return clip(strings.ReplaceAll(inline(n), "\n", " "), 80)
}

// trios pairs the entries of three mappings, in the order of the new import;
// those that only the others have come behind.
func trios(path []string, base, mine, them *yaml.Node) (out []trio) {
	names := func(n *yaml.Node) map[string]string { return nil }
	if len(path) == 1 && path[0] == "actions" {
		names = func(n *yaml.Node) map[string]string { return byRequest(base, n) }
	}
	mineNames, themNames := names(mine), names(them)
	seen := make(map[string]bool)
	add := func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		t := trio{key: name, was: name, base: child(base, name)}
		t.mineKey, t.mine = entry(mine, first(mineNames[name], name))
		t.themKey, t.them = entry(them, first(themNames[name], name))
		if t.mineKey != nil {
			t.key = t.mineKey.Value
		}
		out = append(out, t)
	}
	for _, name := range keys(them) {
		add(original(themNames, name))
	}
	for _, name := range keys(base) {
		add(name)
	}
	for _, name := range keys(mine) {
		add(original(mineNames, name))
	}
	return out
}

func entry(n *yaml.Node, name string) (k, v *yaml.Node) {
	if i := indexOf(n, name); i >= 0 {
		return n.Content[i], n.Content[i+1]
	}
	return nil, nil
}

// original is the name in the last import of what has another one now.
func original(names map[string]string, name string) string {
	for was, is := range names {
		if is == name {
			return was
		}
	}
	return name
}

// byRequest finds actions of the last import that have another name now, by
// their requests.
func byRequest(base, now *yaml.Node) map[string]string {
	fresh := make(map[string]string)
	for _, name := range keys(now) {
		if indexOf(base, name) < 0 {
			fresh[bare(child(now, name))] = name
		}
	}
	out := make(map[string]string)
	for _, name := range keys(base) {
		if to := fresh[bare(child(base, name))]; to != "" && indexOf(now, name) < 0 {
			out[name] = to
		}
	}
	return out
}

var anyHole = regexp.MustCompile(`\{[^{}]*\}`)

// bare is the request of an action without the names of its parameters.
func bare(action *yaml.Node) string {
	request := child(action, "request")
	if request == nil {
		return ""
	}
	return anyHole.ReplaceAllString(request.Value, "{}")
}
