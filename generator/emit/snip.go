// The small pieces that emitters share: foreign symbols, literals that spread
// over lines, comments that stay comments.

package emit

import (
	"go/format"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"
)

const runtimePath = "modulex.dev/connector/runtime"

// rt is a symbol of the runtime.
func rt(name string) *jen.Statement { return jen.Qual(runtimePath, name) }

var (
	ctx     = jen.Id("ctx").Qual("context", "Context")
	cred    = jen.Id("cred").Add(rt("Credentials"))
	options = jen.Id("opts").Op("...").Add(rt("CallOption"))
)

// quoted is a string literal, raw where that reads better.
func quoted(s string) string {
	if strings.ContainsAny(s, "\"\n\\") && !strings.ContainsFunc(s, func(r rune) bool {
		return r == '`' || r == '\uFEFF' || r == utf8.RuneError || r != '\n' && unicode.IsControl(r)
	}) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// comment makes comment lines of a text, wrapped. Whatever the text holds, each
// line begins with "// ", so none of it can become code or a directive.
func comment(text string) jen.Code { return jen.Comment(commented(text, "")) }

// commented is comment as text, each line behind an indent.
func commented(text, indent string) string {
	var b strings.Builder
	for i, line := range wrap(text, 77) {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strings.TrimRight(indent+"// "+line, " "))
	}
	return b.String()
}

// doc is the comment of a declaration, as gofmt writes it.
func doc(text string) string { return formatted(wrap(text, 77)) }

// formatted is lines as a comment at the left margin. gofmt lays such comments
// out: lists, headings and links have forms of their own, so lines that may be
// one of them are given to it.
func formatted(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimRight("// "+line, " ") + "\n")
	}
	text := b.String()
	if slices.ContainsFunc(lines, func(line string) bool { return !prose.MatchString(line) }) {
		if src, err := format.Source([]byte("package p\n\n" + text + "type p int\n")); err == nil {
			text = strings.TrimSuffix(strings.TrimPrefix(string(src), "package p\n\n"), "type p int\n")
		}
	}
	return strings.TrimSuffix(text, "\n")
}

// prose is a line that means nothing but its words.
var prose = regexp.MustCompile(`^[A-Za-z(]([^` + "`" + `']|'[^']|` + "`[^`]" + `)*$`)

// wrap breaks paragraphs into lines of at most width characters, words whole.
func wrap(text string, width int) (out []string) {
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
				out, line = append(out, line), ""
			}
			switch {
			case line != "":
				line += " " + word
			case strings.HasPrefix(word, "+build"):
				line = "| " + word // an old build constraint, if it began a line
			default:
				line = word
			}
		}
		out = append(out, line)
	}
	return out
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// sentence ends a text with a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}
