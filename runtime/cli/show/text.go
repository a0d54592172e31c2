// The forms for programs: CSV and YAML.

package show

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"
)

// CSV prints a list of objects, or one, with a line of names in front. All fields
// are columns unless some are wanted; lists stand in theirs as JSON.
func CSV(w io.Writer, v Value, s Style) error {
	items := v.Elements()
	if !v.IsList() {
		items = []Value{v}
	}
	fields := s.Fields
	if len(fields) == 0 {
		fields = fieldsOf(items, true)
	}
	out := csv.NewWriter(w)
	if len(fields) == 0 {
		fields = []string{"value"} // a list of texts or numbers
		items = slices.Clone(items)
		for i, e := range items {
			items[i] = Value{kind: '{', names: fields, parts: []Value{e}}
		}
	}
	_ = out.Write(s.cells(fields)) // the writer keeps its first error
	for _, item := range items {
		line := make([]string, len(fields))
		for i, f := range fields {
			found, _ := item.Field(f)
			line[i] = found.Text()
		}
		_ = out.Write(s.cells(line))
	}
	out.Flush()
	return out.Error()
}

// cells are texts as they are, or fit for a terminal.
func (s Style) cells(texts []string) []string {
	if !s.Clean {
		return texts
	}
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = Clean(t)
	}
	return out
}

// YAML prints a value in YAML's block style. A text that could be taken for
// something else is quoted as in JSON, which YAML 1.2 reads.
func YAML(w io.Writer, v Value) error {
	_, err := w.Write(v.appendYAML(nil, 0))
	return err
}

// appendYAML appends a value and the end of its line.
func (v Value) appendYAML(out []byte, depth int) []byte {
	if v.scalar() || len(v.parts) == 0 {
		return append(append(out, v.yamlScalar()...), '\n')
	}
	indent := strings.Repeat("  ", depth)
	for i, part := range v.parts {
		if i > 0 {
			out = append(out, indent...)
		}
		inner := part.scalar() || len(part.parts) == 0
		switch {
		case v.IsList():
			out = append(out, "- "...)
			out = part.appendYAML(out, depth+1)
			continue
		default:
			out = append(append(out, yamlText(v.names[i])...), ':')
		}
		if inner {
			out = append(out, ' ')
			out = part.appendYAML(out, depth+1)
			continue
		}
		out = append(append(out, '\n'), strings.Repeat("  ", depth+1)...)
		out = part.appendYAML(out, depth+1)
	}
	return out
}

func (v Value) yamlScalar() string {
	if v.kind == '"' {
		return yamlText(v.text)
	}
	return string(v.JSON())
}

// meaning are words that are no texts in some version of YAML.
var meaning = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}

func yamlText(text string) string {
	if bare(text) && !slices.Contains(meaning, strings.ToLower(text)) {
		return text
	}
	return string(quoted(text))
}

// bare reports whether a text needs no quotes in any version of YAML, unless it is
// a word that means something.
func bare(text string) bool {
	for i, r := range text {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r != '_' && r != '-' && (r < '0' || r > '9')) {
			return false
		}
	}
	return text != "" && len(text) <= 120
}
