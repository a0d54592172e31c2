// Keeping secrets out of texts. An API may throw a credential back in an error,
// in whatever encoding; every text that comes from outside passes here before
// it becomes part of an error.

package runtime

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

const redacted = "[redacted]"

// clean makes a text from outside fit for an error: without the secrets, valid
// UTF-8, without control characters and bounded.
func (s secrets) clean(text string) string {
	text = s.redact(strings.ToValidUTF8(text, "\uFFFD"))
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

func (s secrets) redact(text string) string {
	for _, v := range s.values {
		for _, form := range encodings(v) {
			text = strings.ReplaceAll(text, form, redacted)
		}
	}
	return text
}

// encodings lists the spellings in which a secret may come back, longest first.
func encodings(secret string) []string {
	quoted, _ := json.Marshal(secret)
	hexed := hex.EncodeToString([]byte(secret))
	forms := []string{
		secret,
		url.QueryEscape(secret), url.PathEscape(secret),
		lowerEscapes(url.QueryEscape(secret)), lowerEscapes(url.PathEscape(secret)),
		strings.Trim(string(quoted), `"`),
		html.EscapeString(secret),
		hexed, strings.ToUpper(hexed),
	}
	forms = append(forms, base64Forms(secret)...)
	sort.Slice(forms, func(i, j int) bool { return len(forms[i]) > len(forms[j]) })
	return forms
}

// lowerEscapes spells %2F as %2f.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], strings.ToLower(s[i+1:i+3]))
			i += 2
		}
	}
	return string(b)
}

// base64Forms are the secret in base64, alone and as it looks inside a longer
// text such as user:secret, where it may start at any of three offsets. Short
// secrets have none inside: the pieces would match anything.
func base64Forms(secret string) []string {
	forms := []string{base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte(secret))}
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
