// The small pieces that emitters share: foreign symbols, literals that spread
// over lines, comments that stay comments.

package emit

import (
	"strings"
	"unicode"

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

// kv is one field of a struct literal.
func kv(name string, value jen.Code) jen.Code { return jen.Id(name).Op(":").Add(value) }

var lines = jen.Options{Open: "{", Close: "}", Separator: ",", Multi: true}

// spread is a composite literal with an element a line, in the given order
// (jennifer's Dict would sort them).
func spread(typ jen.Code, elements ...jen.Code) *jen.Statement {
	if len(elements) == 0 {
		return jen.Add(typ).Values()
	}
	return jen.Add(typ).Custom(lines, elements...)
}

// row is a composite literal on one line.
func row(typ jen.Code, elements ...jen.Code) *jen.Statement { return jen.Add(typ).Values(elements...) }

// raw is a raw string literal. The text must hold no back quote.
func raw(text string) *jen.Statement { return jen.Op("`" + text + "`") }

// text is a string literal, raw where that reads better.
func text(s string) *jen.Statement {
	if strings.ContainsAny(s, "\"\n\\") && !strings.ContainsFunc(s, func(r rune) bool { return r == '`' || r != '\n' && unicode.IsControl(r) }) {
		return raw(s)
	}
	return jen.Lit(s)
}

// comment makes comment lines of a text, wrapped. Whatever the text holds, each
// line begins with "// ", so none of it can become code or a directive.
func comment(text string) jen.Code {
	c := jen.Null()
	for i, line := range wrap(text, 77) {
		if i > 0 {
			c.Line()
		}
		c.Comment(strings.TrimRight("// "+line, " "))
	}
	return c
}

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
