// Keeping secrets out of texts. An API may throw a credential back in an error,
// in whatever encoding; every text that comes from outside passes here before
// it becomes part of an error.

package runtime

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
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
	if text == "" {
		return text
	}
	hidden := s.hidden()
	if len(hidden) == 0 {
		return text
	}
	return s.known.redactor(hidden)(text)
}

// redactor replaces every spelling of some secrets. A pattern would show them where
// a client is printed; a function does not.
type redactor func(text string) string

// compile makes the redactor of secrets.
func compile(hidden []string) redactor {
	slices.SortFunc(hidden, func(a, b string) int { return len(b) - len(a) })
	var patterns []string
	for _, v := range hidden {
		patterns = append(patterns, spellings(v)...)
	}
	re, err := regexp.Compile(strings.Join(patterns, "|"))
	if err != nil {
		return func(string) string { return redacted } // nothing is shown rather than too much
	}
	return func(text string) string { return re.ReplaceAllLiteralString(text, redacted) }
}

// redactors are those of the credentials that were needed last. To compile one takes
// a millisecond, which an API that refuses many calls would cost each time.
type redactors struct {
	mu    sync.Mutex
	of    map[[sha256.Size]byte]redactor
	order [][sha256.Size]byte // the oldest first
}

// maxRedactors bounds them: one is of some 100 KB.
const maxRedactors = 64

// redactor is that of some secrets, compiled when it is not known. A nil receiver
// knows none.
func (r *redactors) redactor(hidden []string) redactor {
	if r == nil {
		return compile(hidden)
	}
	h := sha256.New()
	for _, v := range hidden {
		fmt.Fprintf(h, "%d:%s", len(v), v)
	}
	key := [sha256.Size]byte(h.Sum(nil))
	r.mu.Lock()
	redact := r.of[key]
	r.mu.Unlock()
	if redact != nil {
		return redact
	}
	redact = compile(hidden)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil {
		r.of = make(map[[sha256.Size]byte]redactor)
	}
	if r.of[key] == nil {
		r.order = append(r.order, key)
	}
	r.of[key] = redact
	if len(r.order) > maxRedactors {
		delete(r.of, r.order[0])
		r.order = slices.Delete(r.order, 0, 1)
	}
	return redact
}

// Secrets outside these lengths are looked for in fewer forms: in a short one
// everything would match, of a long one the pattern would be huge.
const (
	minSpelled = 4
	maxSpelled = 512
)

// spellings are patterns for the forms in which a secret may come back: as it
// stands in any case, with any of its characters escaped as in URLs, JSON or
// HTML, in hex, and in base64.
func spellings(secret string) []string {
	switch {
	case len(secret) < minSpelled:
		return []string{regexp.QuoteMeta(secret)}
	case len(secret) > maxSpelled:
		return plainForms(secret)
	}
	var escaped, hexed strings.Builder
	for _, r := range secret {
		escaped.WriteString(character(r))
	}
	for i := range len(secret) {
		if i > 0 {
			hexed.WriteString(`[:\- ]?`)
		}
		fmt.Fprintf(&hexed, "%02x", secret[i])
	}
	patterns := []string{"(?i:" + escaped.String() + ")", "(?i:" + hexed.String() + ")"}
	for _, form := range base64Forms(secret) {
		patterns = append(patterns, regexp.QuoteMeta(form))
	}
	return patterns
}

// plainForms are a long secret as it stands, as JSON and URLs escape it, and in
// base64.
func plainForms(secret string) []string {
	quoted := string(appendQuoted(nil, secret))
	forms := []string{secret, quoted[1 : len(quoted)-1], url.QueryEscape(secret), url.PathEscape(secret)}
	forms = append(forms, base64Forms(secret)...)
	for i, form := range forms {
		forms[i] = regexp.QuoteMeta(form)
	}
	return forms
}

// character is a pattern for one character and for the ways to escape it.
func character(r rune) string {
	var percent, units strings.Builder
	for _, c := range []byte(string(r)) {
		fmt.Fprintf(&percent, "%%%02x", c)
	}
	for _, u := range utf16.Encode([]rune{r}) {
		fmt.Fprintf(&units, `\\u%04x`, u)
	}
	return fmt.Sprintf(`(?:\\?%s|%s|%s|&#0*%d;|&#x0*%x;%s)`, regexp.QuoteMeta(string(r)), percent.String(), units.String(), r, r, entity(r))
}

// entity is the alternative for a character that HTML has a name for, that a
// form writes as a plus, or that JSON has a letter for.
func entity(c rune) string {
	switch c {
	case ' ':
		return `|\+`
	case '\n':
		return `|\\n`
	case '\r':
		return `|\\r`
	case '\t':
		return `|\\t`
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
