// Keeping secrets out of texts. An API may throw a credential back in an error,
// in whatever encoding; every text that comes from outside passes here before
// it becomes part of an error.

package runtime

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const redacted = "[redacted]"

// clean makes a text from outside fit for an error: without the secrets, valid
// UTF-8, without control characters and bounded.
func (s secrets) clean(text string) string {
	text = s.redact(text)
	// The end of a text that was cut off may hold the beginning of a secret.
	text = strings.ToValidUTF8(text[:min(len(text), maxErrorBytes-maxSecretBytes)], "\uFFFD")
	text = strings.TrimSpace(strings.Map(printable, text))
	if utf8.RuneCountInString(text) > maxErrorText {
		text = string([]rune(text)[:maxErrorText]) + "…"
	}
	return text
}

// printable keeps line breaks and tabs, and blanks what could steer a terminal
// or reorder a line.
func printable(r rune) rune {
	if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
		return ' '
	}
	return r
}

// redact replaces every spelling of every secret in one pass.
func (s secrets) redact(text string) string {
	if len(s.values) == 0 || text == "" {
		return text
	}
	longest := slices.SortedFunc(slices.Values(s.values), func(a, b string) int { return len(b) - len(a) })
	var patterns []string
	for _, v := range longest {
		patterns = append(patterns, spellings(v)...)
	}
	return regexp.MustCompile(strings.Join(patterns, "|")).ReplaceAllLiteralString(text, redacted)
}

// Secrets outside these lengths are looked for as they stand only: in a short
// one everything would match, of a long one the pattern would be huge.
const (
	minSpelled = 4
	maxSpelled = 512
)

// spellings are patterns for the forms in which a secret may come back: as it
// stands in any case, with any of its characters escaped as in URLs, JSON or
// HTML, in hex, and in base64.
func spellings(secret string) []string {
	if len(secret) < minSpelled || len(secret) > maxSpelled {
		return []string{regexp.QuoteMeta(secret)}
	}
	var escaped, hexed strings.Builder
	for i := range len(secret) {
		c := secret[i]
		fmt.Fprintf(&escaped, `(?:\\?%s|%%%02x|\\u00%02x|&#0*%d;|&#x0*%x;%s)`, regexp.QuoteMeta(string(c)), c, c, c, c, entity(c))
		if i > 0 {
			hexed.WriteString(`[:\- ]?`)
		}
		fmt.Fprintf(&hexed, "%02x", c)
	}
	patterns := []string{"(?i:" + escaped.String() + ")", "(?i:" + hexed.String() + ")"}
	for _, form := range base64Forms(secret) {
		patterns = append(patterns, regexp.QuoteMeta(form))
	}
	return patterns
}

// entity is the alternative for a character that HTML has a name for.
func entity(c byte) string {
	switch c {
	case '&':
		return "|&amp;"
	case '<':
		return "|&lt;"
	case '>':
		return "|&gt;"
	case '"':
		return "|&quot;"
	case '\'':
		return "|&apos;"
	}
	return ""
}

// base64Forms are the secret in base64, alone and as it looks inside a longer
// text such as user:secret, where it may start at any of three offsets. Short
// secrets have none inside: the pieces would match anything. Longer forms come
// first.
func base64Forms(secret string) []string {
	var forms []string
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		forms = append(forms, enc.EncodeToString([]byte(secret)))
	}
	if len(secret) < 8 {
		return forms
	}
	for offset := range 3 {
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			full := enc.EncodeToString([]byte(strings.Repeat("\x00", offset) + secret))
			start := (offset*8 + 5) / 6 // the first characters mix with what stands before
			end := (offset + len(secret)) * 8 / 6
			forms = append(forms, full[start:end])
		}
	}
	return forms
}
