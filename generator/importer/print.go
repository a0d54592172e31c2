// Printing a tree as a person would write it: short mappings on one line, long
// texts in blocks, a blank line between actions, comments where they belong.

package importer

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// width is where a mapping on one line becomes too long. Texts are not broken.
const width = 120

// printer writes nodes and remembers the line of each key.
type printer struct {
	out   bytes.Buffer
	line  int
	lines map[*yaml.Node]int
}

func newPrinter() *printer { return &printer{line: 1, lines: make(map[*yaml.Node]int)} }

func (p *printer) write(s string) {
	p.out.WriteString(s)
	p.line += strings.Count(s, "\n")
}

// mapping prints the entries of a mapping, a line or more each.
func (p *printer) mapping(n *yaml.Node, indent int) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		p.entry(n.Content[i], n.Content[i+1], indent)
	}
}

func (p *printer) entry(k, v *yaml.Node, indent int) {
	margin := strings.Repeat("  ", indent)
	p.comment(k.HeadComment, margin)
	p.lines[k] = p.line
	p.write(margin + scalar(k, true) + ":")
	p.value(v, k.LineComment, indent, len(margin)+utf8.RuneCountInString(k.Value)+2)
}

// comment prints a comment of its own lines; an empty line in front of it is
// one in the file.
func (p *printer) comment(c, margin string) {
	if c == "" {
		return
	}
	for _, l := range strings.Split(strings.TrimSuffix(c, "\n"), "\n") {
		if l == "" {
			p.write("\n")
			continue
		}
		p.write(margin + "# " + l + "\n")
	}
}

// value prints what stands behind a colon or a dash; used is the width that is
// taken already.
func (p *printer) value(v *yaml.Node, comment string, indent, used int) {
	behind := ""
	if comment != "" {
		behind = " # " + comment
	}
	switch {
	case v.Kind == yaml.ScalarNode && isBlock(v):
		p.block(v.Value, behind, indent+1)
	case v.Kind == yaml.ScalarNode:
		p.write(" " + scalar(v, false) + behind + "\n")
	case len(v.Content) == 0 || v.Style&yaml.FlowStyle != 0 && fits(v, used):
		p.write(" " + inline(v) + behind + "\n")
	case v.Kind == yaml.MappingNode:
		p.write(behind + "\n")
		p.mapping(v, indent+1)
	case v.Style&yaml.FlowStyle != 0 && scalars(v):
		p.wrapped(v, behind, indent+1, used)
	default:
		p.write(behind + "\n")
		p.sequence(v, indent+1)
	}
}

func (p *printer) sequence(n *yaml.Node, indent int) {
	margin := strings.Repeat("  ", indent)
	for _, e := range n.Content {
		if e.Kind == yaml.ScalarNode && isBlock(e) || e.Kind != yaml.ScalarNode {
			p.write(margin + "- " + inline(e) + "\n")
			continue
		}
		p.write(margin + "- " + scalar(e, false) + "\n")
	}
}

// wrapped prints a list of values over several lines.
func (p *printer) wrapped(n *yaml.Node, behind string, indent, used int) {
	margin := strings.Repeat("  ", indent)
	line := " ["
	for i, e := range n.Content {
		s := scalar(e, true)
		if i+1 < len(n.Content) {
			s += ","
		}
		if used+len(line)+len(s)+1 > width {
			p.write(strings.TrimRight(line, " ") + "\n")
			line, used = margin+"  ", 0
		}
		line += s + " "
	}
	p.write(strings.TrimRight(line, " ") + "]" + behind + "\n")
}

// block prints a text of several lines.
func (p *printer) block(s, behind string, indent int) {
	margin := strings.Repeat("  ", indent)
	p.write(" |-" + behind + "\n")
	for _, l := range strings.Split(s, "\n") {
		if l == "" {
			p.write("\n")
			continue
		}
		p.write(margin + l + "\n")
	}
}

// isBlock reports whether a text is printed as a block.
func isBlock(n *yaml.Node) bool {
	return n.ShortTag() == "!!str" && strings.Contains(n.Value, "\n") && n.Value[0] != ' ' && n.Value[0] != '\n' &&
		!strings.HasSuffix(n.Value, "\n") && !strings.ContainsFunc(n.Value, func(c rune) bool { return c != '\n' && !unicode.IsPrint(c) })
}

// fits reports whether a node may stand on one line.
func fits(n *yaml.Node, used int) bool {
	if commented(n) {
		return false
	}
	return used+utf8.RuneCountInString(inline(n)) <= width
}

func commented(n *yaml.Node) bool {
	if n.Kind == yaml.ScalarNode {
		return n.HeadComment != "" || n.LineComment != "" || strings.Contains(n.Value, "\n")
	}
	for _, c := range n.Content {
		if commented(c) {
			return true
		}
	}
	return false
}

func scalars(n *yaml.Node) bool {
	for _, e := range n.Content {
		if e.Kind != yaml.ScalarNode || strings.Contains(e.Value, "\n") {
			return false
		}
	}
	return n.Kind == yaml.SequenceNode
}

// inline is a node on one line.
func inline(n *yaml.Node) string {
	var b strings.Builder
	switch n.Kind {
	case yaml.MappingNode:
		if len(n.Content) == 0 {
			return "{}"
		}
		b.WriteString("{ ")
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(scalar(n.Content[i], true) + ": " + inline(n.Content[i+1]))
		}
		b.WriteString(" }")
	case yaml.SequenceNode:
		b.WriteString("[")
		for i, e := range n.Content {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(inline(e))
		}
		b.WriteString("]")
	default:
		return scalar(n, true)
	}
	return b.String()
}

// scalar is a value as it stands in YAML, in quotes only where it needs them.
func scalar(n *yaml.Node, inFlow bool) string {
	if n.ShortTag() != "!!str" {
		return n.Value
	}
	if plain(n.Value, inFlow) {
		return n.Value
	}
	return quoted(n.Value)
}

// quoted is a text in double quotes. Go and YAML share the escapes that are used.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

var (
	yamlWords  = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null|nan|inf|~)$`)
	maybeValue = regexp.MustCompile(`^[-+.0-9]`)
)

// plain reports whether a text means itself without quotes.
func plain(s string, inFlow bool) bool {
	switch {
	case s == "" || strings.TrimSpace(s) != s || yamlWords.MatchString(s):
		return false
	case strings.ContainsAny(s, "\n\t\"\\") && strings.ContainsAny(s, "\n\t"):
		return false
	case strings.ContainsRune("?:,[]{}#&*!|>'\"%@`=<", rune(s[0])) || strings.HasPrefix(s, "- ") || s == "-" || strings.HasPrefix(s, "--"):
		return false
	case strings.Contains(s, ": ") || strings.HasSuffix(s, ":") || strings.Contains(s, " #"):
		return false
	case inFlow && strings.ContainsAny(s, ",[]{}?"):
		return false
	case strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) }):
		return false
	case maybeValue.MatchString(s):
		var n yaml.Node
		return yaml.Unmarshal([]byte(s), &n) == nil && len(n.Content) == 1 && n.Content[0].ShortTag() == "!!str" && n.Content[0].Value == s
	}
	return true
}
