// Tables of lists and records of objects, for a window of any width.

package show

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Table prints a list of objects, an item a line. It returns the fields for which
// there was no room.
func Table(w io.Writer, list Value, s Style) (left []string, err error) {
	items := list.Elements()
	if !slices.ContainsFunc(items, Value.IsObject) {
		return nil, writeLines(w, plain(items, s))
	}
	fields := s.Fields
	if len(fields) == 0 {
		fields = best(items)
	}
	if len(fields) == 0 {
		return nil, writeLines(w, plain(items, s))
	}
	if wanted := len(s.Fields); s.Width > 0 && wanted > 0 && wanted+(wanted-1)*gap > s.Width {
		return nil, records(w, items, s)
	}
	columns, left := fit(columnsOf(items, fields), s.Width, len(s.Fields) > 0)
	return left, writeLines(w, rows(columns, len(items), s.Color))
}

// plain is a list of other things than objects.
func plain(items []Value, s Style) (lines []string) {
	for _, v := range items {
		line := cell(v.Text())
		if s.Width > 0 {
			line = cut(line, s.Width)
		}
		lines = append(lines, line)
	}
	return lines
}

// rows lays a table out.
func rows(columns []column, count int, color bool) []string {
	lines := make([]string, 0, count+1)
	line := make([]string, len(columns))
	add := func(text func(c column) string, style string) {
		for i, c := range columns {
			line[i] = c.pad(text(c), i == len(columns)-1)
		}
		joined := strings.TrimRight(strings.Join(line, strings.Repeat(" ", gap)), " ")
		if color && style != "" {
			joined = style + joined + reset
		}
		lines = append(lines, joined)
	}
	add(func(c column) string { return strings.ToUpper(c.name) }, bold)
	for row := range count {
		add(func(c column) string { return c.cells[row] }, "")
	}
	return lines
}

// pad is a cell in the width of its column.
func (c column) pad(text string, last bool) string {
	text = cut(text, c.width)
	blanks := strings.Repeat(" ", max(0, c.width-width(text)))
	switch {
	case c.right:
		return blanks + text
	case last:
		return text
	}
	return text + blanks
}

// The escape sequences of our own (ECMA-48).
const (
	bold  = "\x1b[1m"
	faint = "\x1b[2m"
	reset = "\x1b[0m"
)

// Record prints an object, a field a line.
func Record(w io.Writer, object Value, s Style) error {
	var fields []field
	switch {
	case len(s.Fields) > 0:
		for _, name := range s.Fields {
			v, _ := object.Field(name)
			fields = append(fields, field{name, v})
		}
	case object.IsObject():
		fields = flat(nil, "", object, 0)
		shorten(fields)
	default:
		return writeLines(w, fold(Clean(object.Text()), s.room()))
	}
	return writeLines(w, recordLines(fields, s))
}

// room is the width of the window, or of one without end.
func (s Style) room() int {
	if s.Width <= 0 {
		return 1 << 20
	}
	return s.Width
}

func records(w io.Writer, items []Value, s Style) error {
	for i, item := range items {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		if err := Record(w, item, s); err != nil {
			return err
		}
	}
	return nil
}

// field is a line of a record.
type field struct {
	name  string
	value Value
}

// flat are the fields of an object and of what is in it. An element of a list is
// one field.
func flat(out []field, prefix string, v Value, depth int) []field {
	for i, part := range v.parts {
		name := prefix + v.names[i]
		switch {
		case part.IsObject() && len(part.parts) > 0 && depth < deepest:
			out = flat(out, name+".", part, depth+1)
		case part.IsList() && slices.ContainsFunc(part.parts, func(p Value) bool { return !p.scalar() }):
			for j, element := range part.parts {
				out = append(out, field{name + "[" + strconv.Itoa(j) + "]", element})
			}
		default:
			out = append(out, field{name, part})
		}
	}
	return out
}

// shorten drops the words data and attributes of JSON:API where the name behind
// them is nobody else's.
func shorten(fields []field) {
	taken := make(map[string]bool)
	for _, f := range fields {
		taken[f.name] = true
	}
	for i := range fields {
		short := strings.TrimPrefix(strings.TrimPrefix(fields[i].name, "data."), attributes+".")
		if !taken[short] {
			taken[short] = true
			fields[i].name = short
		}
	}
}

// text is a value of a record: of a list its elements, of an object its members.
func (f field) text() string {
	if f.value.scalar() {
		return Clean(f.value.Text())
	}
	var texts []string
	for i, part := range f.value.parts {
		text := part.Text()
		if f.value.IsObject() {
			text = f.value.names[i] + ": " + text
		}
		texts = append(texts, Clean(text))
	}
	return strings.Join(texts, ", ")
}

const leastValue = 16 // columns that a value needs beside its name

func recordLines(fields []field, s Style) (lines []string) {
	names := 0
	for i := range fields {
		fields[i].name = cell(fields[i].name)
		names = max(names, width(fields[i].name))
	}
	beside := s.Width <= 0 || s.Width-names-gap >= leastValue
	for _, f := range fields {
		name := f.name
		if !beside {
			name = cut(name, s.Width)
		}
		pad := strings.Repeat(" ", max(0, names-width(name)))
		if s.Color {
			name = faint + name + reset
		}
		room, indent := 1<<20, strings.Repeat(" ", names+gap)
		switch {
		case s.Width > 0 && beside:
			room = s.Width - names - gap
		case !beside:
			indent = strings.Repeat(" ", min(gap, s.Width-1))
			room = s.Width - len(indent)
			lines = append(lines, name)
		}
		for i, part := range fold(f.text(), room) {
			switch {
			case part == "" && !beside:
			case i == 0 && beside:
				lines = append(lines, strings.TrimRight(fmt.Sprint(name, pad, strings.Repeat(" ", gap), part), " "))
			default:
				lines = append(lines, strings.TrimRight(indent+part, " "))
			}
		}
	}
	return lines
}
