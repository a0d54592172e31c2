// Which fields of a list are columns, and how wide.

package show

import (
	"slices"
	"strings"
)

// Style says how things are shown.
type Style struct {
	Width  int      // of the window; 0 is any
	Color  bool     // escape sequences of our own
	Clean  bool     // for a terminal; tables and records always are
	Fields []string // the fields wanted, in this order; none: what seems best
}

// column is one column of a table.
type column struct {
	name    string
	cells   []string
	right   bool // numbers stand at the right
	natural int  // the width of its widest cell
	width   int  // the one that it has
}

// columnsOf makes a column of each of the fields.
func columnsOf(items []Value, fields []string) []column {
	out := make([]column, len(fields))
	for i, f := range fields {
		c := column{name: cell(f), right: true, cells: make([]string, len(items))}
		c.natural = width(strings.ToUpper(c.name))
		for j, item := range items {
			v, _ := item.Field(f)
			c.cells[j] = cell(v.Text())
			c.natural = max(c.natural, width(c.cells[j]))
			c.right = c.right && (v.kind == '0' || v.IsNull())
		}
		c.width = c.natural
		out[i] = c
	}
	return out
}

// fieldsOf are the fields that a list has, as they come: members with one value,
// and those of their attributes. deep takes objects apart as well, and has lists.
func fieldsOf(items []Value, deep bool) (out []string) {
	seen := make(map[string]bool)
	for _, item := range items {
		item.walk("", deep, 0, func(path string, _ Value) {
			name := strings.TrimPrefix(path, attributes+".")
			if _, other := item.at(name); other && name != path {
				name = path // a member and an attribute of one name
			}
			if !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		})
	}
	return out
}

// deepest is how deep objects are taken apart; what is deeper is shown as JSON.
const deepest = 16

// walk visits the fields of an item.
func (v Value) walk(prefix string, deep bool, depth int, visit func(path string, v Value)) {
	for i, name := range v.names {
		part := v.parts[i]
		switch {
		case part.scalar():
			visit(prefix+name, part)
		case part.IsObject() && len(part.parts) > 0 && depth < deepest && (deep || prefix == "" && name == attributes):
			part.walk(prefix+name+".", deep, depth+1, visit)
		case deep:
			visit(prefix+name, part)
		}
	}
}

// first are names that tell items apart; they come before others, in this order.
var first = []string{"id", "name", "title", "full_name", "first_name", "last_name", "email", "label", "status", "state"}

// best are the fields to show without being asked: those that say something, the
// telling ones first.
func best(items []Value) (fields []string) {
	all := fieldsOf(items, false)
	if len(all) == 0 {
		all = fieldsOf(items, true)
	}
	for _, name := range first {
		if slices.Contains(all, name) {
			fields = append(fields, name)
		}
	}
	for _, name := range all {
		if !slices.Contains(first, name) {
			fields = append(fields, name)
		}
	}
	return slices.DeleteFunc(fields, func(f string) bool { return tellsNothing(items, f) })
}

// tellsNothing reports whether a field is empty in all items, or the type that
// they all have.
func tellsNothing(items []Value, field string) bool {
	types := make(map[string]bool)
	for _, item := range items {
		v, _ := item.Field(field)
		types[v.Text()] = true
	}
	return len(types) == 1 && (types[""] || field == "type" && len(items) > 1)
}

const (
	gap    = 2  // between columns
	narrow = 10 // a column is not made narrower than this to make room for another
	wide   = 48 // nor wider than this while another could be there
)

// fit gives the columns their widths. Those for which there is no room are left
// out, unless all are wanted.
func fit(columns []column, window int, all bool) (shown []column, left []string) {
	if window <= 0 {
		return columns, nil
	}
	room := window + gap
	for _, c := range columns {
		c.width = min(c.natural, narrow)
		if c.name == "id" && window >= 80 {
			c.width = min(c.natural, wide) // it is to be copied
		}
		if c.width+gap > room && !all && len(shown) > 0 {
			left = append(left, c.name)
			continue
		}
		room -= c.width + gap
		shown = append(shown, c)
	}
	widen(shown, room)
	return shown, left
}

// widen shares out the room that is left, first up to what is wide, then to all
// that a column can use. Where too much is taken, the last columns give it back.
func widen(shown []column, room int) {
	for _, most := range []int{wide, 1 << 30} {
		for i := range shown {
			more := max(0, min(shown[i].natural, most)-shown[i].width)
			more = min(more, max(0, room))
			shown[i].width += more
			room -= more
		}
	}
	for i := len(shown) - 1; i >= 0 && room < 0; i-- {
		less := min(shown[i].width-1, -room)
		shown[i].width -= less
		room += less
	}
}
