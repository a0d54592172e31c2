// Texts of a manifest where Markdown is read: in pages, in MDX, in descriptions of
// OpenAPI. They are plain text, so nothing in them may become markup, a link or an
// expression.

package export

import (
	"regexp"
	"strings"
	"unicode"
)

// CommonMark is a text for a paragraph of CommonMark or MDX, on one line.
func CommonMark(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }), " ")
	var b strings.Builder
	for i, c := range text {
		switch {
		case c == '<':
			b.WriteString("&lt;")
		case c == '&' && i+1 < len(text) && text[i+1] != ' ':
			b.WriteString("&amp;")
		case c == '_' && insideWord(text, i):
			b.WriteByte('_')
		case c == ':' && !breaksLink(text, i):
			b.WriteByte(':')
		case strings.ContainsRune("\\`*_{}[]|~$@:", c):
			b.WriteByte('\\')
			b.WriteRune(c)
		default:
			b.WriteRune(c)
		}
	}
	return guarded(b.String())
}

// insideWord reports whether an underscore stands between letters and digits, where
// it means nothing.
func insideWord(text string, i int) bool {
	return i > 0 && i+1 < len(text) && alphanumeric(text[i-1]) && alphanumeric(text[i+1])
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// breaksLink reports whether a colon could make a link of an address, a directive
// or an emoji: in front of anything but a blank.
func breaksLink(text string, i int) bool { return i+1 < len(text) && text[i+1] != ' ' }

// guarded escapes what means something at the beginning of a line, and what is
// taken for an address or a script wherever it stands.
func guarded(text string) string {
	text = webAddress.ReplaceAllString(text, `$1\.`)
	text = strings.ReplaceAll(text, "eval(", "eval&#40;")
	switch {
	case lineStart.MatchString(text):
		return lineStart.ReplaceAllString(text, `$1\$2`)
	case module.MatchString(text):
		return "&#" + map[byte]string{'i': "105", 'e': "101"}[text[0]] + ";" + text[1:]
	}
	return text
}

var (
	webAddress = regexp.MustCompile(`(?i)(www)\.`)
	lineStart  = regexp.MustCompile(`^([0-9]{0,9})([#+=>:.)-])`)
	module     = regexp.MustCompile(`^(import|export)\b`)
)
