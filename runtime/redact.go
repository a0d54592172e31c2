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

// redact replaces every spelling of every secret, in one pass and the longest
// first, so that nothing is replaced twice and no piece of a longer one stays.
func (s secrets) redact(text string) string {
	var forms []string
	for _, v := range s.values {
		forms = append(forms, encodings(v)...)
	}
	sort.SliceStable(forms, func(i, j int) bool { return len(forms[i]) > len(forms[j]) })
	pairs := make([]string, 0, 2*len(forms))
	for _, f := range forms {
		pairs = append(pairs, f, redacted)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// encodings lists the spellings in which a secret may come back.
func encodings(secret string) []string {
	query, path, hexed := url.QueryEscape(secret), url.PathEscape(secret), hex.EncodeToString([]byte(secret))
	plain := string(appendQuoted(nil, secret))
	escaped, _ := json.Marshal(secret) // as plain, but < > & are escaped
	forms := []string{secret, query, path, lowerEscapes(query), lowerEscapes(path), hexed, strings.ToUpper(hexed)}
	for _, quoted := range []string{plain, string(escaped)} {
		inner := quoted[1 : len(quoted)-1]
		forms = append(forms, inner, strings.ReplaceAll(inner, "/", `\/`))
	}
	for _, quote := range []string{"&#34;", "&quot;"} {
		forms = append(forms, strings.ReplaceAll(html.EscapeString(secret), "&#34;", quote))
	}
	return append(forms, base64Forms(secret)...)
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
