// Edits of a manifest's text, entry by entry. Printing the whole file from its
// nodes would lose blank lines and the hand's layout, so only the lines of what
// has changed are written anew.

package importer

import (
	"cmp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// edits collects what is to be done to a text.
type edits struct {
	lines []string
	todo  []edit
	outer map[*yaml.Node]owner // of mappings on one line: the entry that is printed anew
	dirty map[*yaml.Node]bool  // keys of entries that are printed anew
	found []owner              // those, in order
}

// owner is an entry of a mapping in block style.
type owner struct{ key, value *yaml.Node }

// edit replaces the lines from..to (counted from 0, to excluded).
type edit struct {
	from, to int
	lines    []string
	order    int
}

func newEdits(src []byte) *edits {
	return &edits{
		lines: strings.Split(strings.TrimSuffix(string(src), "\n"), "\n"),
		outer: make(map[*yaml.Node]owner), dirty: make(map[*yaml.Node]bool),
	}
}

func isFlow(n *yaml.Node) bool { return n.Style&yaml.FlowStyle != 0 || len(n.Content) == 0 }

// within notes that a mapping is the value of an entry, before its own entries
// are looked at.
func (e *edits) within(parent, key, value *yaml.Node) {
	switch outer, inside := e.outer[parent]; {
	case inside:
		e.outer[value] = outer
	case isFlow(value):
		e.outer[value] = owner{key, value}
	}
}

// touch marks the entry that holds a mapping on one line, and reports whether
// there is one.
func (e *edits) touch(mapping *yaml.Node) bool {
	o, inside := e.outer[mapping]
	if inside && !e.dirty[o.key] {
		e.dirty[o.key] = true
		e.found = append(e.found, o)
	}
	return inside
}

func (e *edits) replace(parent, key, value *yaml.Node) {
	i := indexOf(parent, key.Value)
	before := parent.Content[i+1]
	parent.Content[i+1] = value
	if e.touch(parent) {
		return
	}
	from, to := e.extent(key)
	p := newPrinter()
	k := bareKey(key, before)
	p.entry(&k, value, 0)
	e.add(from, to, e.indented(p, key.Column-1))
}

// bareKey is a key whose own comment above stays in the text; the one behind its
// value is printed again.
func bareKey(key, value *yaml.Node) yaml.Node {
	k := *key
	k.LineComment = first(key.LineComment, value.LineComment)
	k.HeadComment = ""
	dress(&k)
	return k
}

func (e *edits) remove(parent, key *yaml.Node) {
	i := indexOf(parent, key.Value)
	if e.touch(parent) {
		parent.Content = slices.Delete(parent.Content, i, i+2)
		return
	}
	from, to := e.extent(key)
	for from > 0 && strings.HasPrefix(e.lines[from-1], strings.Repeat(" ", key.Column-1)+"#") {
		from--
	}
	if to < len(e.lines) && strings.TrimSpace(e.lines[to]) == "" && (from == 0 || strings.TrimSpace(e.lines[from-1]) == "") {
		to++
	}
	e.add(from, to, nil)
}

// insert adds an entry behind another, or in front of all.
func (e *edits) insert(parent, after, key, value *yaml.Node, apart bool) {
	if e.outer[parent].key == nil && len(parent.Content) == 0 {
		return // an empty file has no manifest to merge into
	}
	if e.touch(parent) {
		i := 0
		if after != nil {
			i = indexOf(parent, after.Value) + 2
		}
		parent.Content = slices.Insert(parent.Content, i, key, value)
		return
	}
	column := parent.Content[0].Column - 1
	at := parent.Content[0].Line - 1
	for at > 0 && strings.HasPrefix(e.lines[at-1], strings.Repeat(" ", column)+"#") {
		at--
	}
	if after != nil {
		_, at = e.extent(after)
	}
	p := newPrinter()
	k := *key
	k.HeadComment = strings.TrimPrefix(k.HeadComment, "\n")
	p.entry(&k, value, 0)
	lines := e.indented(p, column)
	switch {
	case !apart:
	case after != nil:
		lines = append([]string{""}, lines...)
	default:
		lines = append(lines, "")
	}
	e.add(at, at, lines)
}

func (e *edits) add(from, to int, lines []string) {
	e.todo = append(e.todo, edit{from, to, lines, len(e.todo)})
}

// indented are the lines of a printer, further in.
func (e *edits) indented(p *printer, column int) []string {
	lines := strings.Split(strings.TrimSuffix(p.out.String(), "\n"), "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = strings.Repeat(" ", column) + l
		}
	}
	return lines
}

// extent are the lines of an entry in block style: those that are further in
// than its key, up to the next that is not.
func (e *edits) extent(key *yaml.Node) (from, to int) {
	from = key.Line - 1
	to = from + 1
	for i := to; i < len(e.lines); i++ {
		l := e.lines[i]
		trimmed := strings.TrimLeft(l, " ")
		in := len(l) - len(trimmed)
		inside := in > key.Column-1 || in == key.Column-1 && (strings.HasPrefix(trimmed, "- ") || trimmed == "-" || strings.HasPrefix(trimmed, "]") || strings.HasPrefix(trimmed, "}"))
		switch {
		case strings.TrimSpace(l) == "":
		case inside:
			to = i + 1
		default:
			return from, to
		}
	}
	return from, to
}

// clone is a copy that may be applied by itself.
func (e *edits) clone() *edits {
	out := *e
	out.todo, out.found = slices.Clone(e.todo), slices.Clone(e.found)
	return &out
}

// apply is the text with the edits made.
func (e *edits) apply() []byte {
	for _, o := range e.found {
		from, to := e.extent(o.key)
		p := newPrinter()
		k := bareKey(o.key, o.value)
		dress(o.value)
		p.entry(&k, o.value, 0)
		e.add(from, to, e.indented(p, o.key.Column-1))
	}
	slices.SortStableFunc(e.todo, func(a, b edit) int {
		// From the end on. At one place lines are replaced before others go in in
		// front of them, and what comes later goes in first, so that it ends up behind.
		return cmp.Or(b.from-a.from, b.to-a.to, b.order-a.order)
	})
	lines := e.lines
	for _, one := range e.todo {
		lines = slices.Concat(lines[:one.from], one.lines, lines[one.to:])
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}
