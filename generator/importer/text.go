// Texts: what vendors write, without what a manifest cannot hold.

package importer

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxProse = 8000
	maxLine  = 2000
)

var (
	breakTags = regexp.MustCompile(`(?i)<(/p|/li|/ul|/ol|br ?/?|/h[1-6]|/tr|/table|/div)>`)
	otherTags = regexp.MustCompile(`(?i)</?(p|a|b|i|em|strong|code|pre|span|div|ul|ol|li|h[1-6]|table|thead|tbody|tr|td|th|br|hr|small|sup|sub|u)(\s[^<>]*)?/?>`)
	manyLines = regexp.MustCompile(`\n{3,}`)
)

// prose is a text of several lines: no tags of HTML, nothing invisible, bounded.
func prose(s string) string {
	if otherTags.MatchString(s) {
		s = html.UnescapeString(otherTags.ReplaceAllString(breakTags.ReplaceAllString(s, "\n"), ""))
	}
	s = visible(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u00a0", " ", "\t", "  ").Replace(s))
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRightFunc(line, unicode.IsSpace)
	}
	s = manyLines.ReplaceAllString(strings.Join(lines, "\n"), "\n\n")
	return clip(strings.TrimSpace(s), maxProse)
}

// line is a text on one line.
func line(s string) string {
	return clip(strings.Join(strings.Fields(prose(s)), " "), maxLine)
}

// visible drops what nobody sees: controls, marks of direction, private use.
func visible(s string) string {
	return strings.Map(func(c rune) rune {
		if c != '\n' && hidden(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
}

func hidden(c rune) bool {
	return unicode.IsControl(c) || unicode.In(c, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) || c == utf8.RuneError
}

// clip bounds a text, at a space where there is one near.
func clip(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	cut := string(r[:most-1])
	if i := strings.LastIndexAny(cut, " \n"); i > len(cut)*9/10 {
		cut = cut[:i]
	}
	return strings.TrimSpace(cut) + "…"
}

// sentence is the first paragraph of a text on one line.
func sentence(s string) string {
	first, _, _ := strings.Cut(prose(s), "\n\n")
	return line(first)
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

var address = regexp.MustCompile(`^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][!-~]*)?$`)

// link is an https address, or nothing.
func link(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "http://") {
		s = "https" + strings.TrimPrefix(s, "http")
	}
	if len(s) > maxLine || !address.MatchString(s) {
		return ""
	}
	return s
}
