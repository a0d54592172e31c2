// Names: whatever a document calls its things becomes a name of the language,
// lower-case words joined with underscores, unique where it stands.

package importer

import (
	"strconv"
	"strings"
	"unicode"
)

// maxName bounds names, as the language does.
const maxName = 64

// snake is a text as a name: listURLs becomes list_urls, page[size] page_size,
// X-Request-ID x_request_id. It may be empty.
func snake(s string) string {
	s = strings.NewReplacer("OAuth", "Oauth", "GitHub", "Github", "IDs", "Ids", "URLs", "Urls", "APIs", "Apis", "IPs", "Ips").Replace(s)
	var b strings.Builder
	runes := []rune(s)
	for i, c := range runes {
		switch {
		case c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c):
			separate(&b)
		case unicode.IsUpper(c):
			if i > 0 && wordBegins(runes, i) {
				separate(&b)
			}
			b.WriteRune(unicode.ToLower(c))
		default:
			b.WriteRune(c)
		}
	}
	return strings.Trim(b.String(), "_")
}

func separate(b *strings.Builder) {
	if s := b.String(); s != "" && s[len(s)-1] != '_' {
		b.WriteByte('_')
	}
}

// wordBegins reports whether the capital at i begins a word: after a small
// letter or a digit, or before a small letter that follows an abbreviation.
func wordBegins(s []rune, i int) bool {
	before := s[i-1]
	if unicode.IsLower(before) || unicode.IsDigit(before) {
		return true
	}
	return unicode.IsUpper(before) && i+1 < len(s) && unicode.IsLower(s[i+1])
}

// identifier is snake with a letter first and of bounded length; otherwise is
// the name of what has none.
func identifier(s, otherwise string) string {
	name := snake(s)
	if name == "" {
		name = otherwise
	}
	if name[0] >= '0' && name[0] <= '9' {
		name = "n" + name
	}
	return shorten(name, maxName)
}

// shorten cuts a name between words where it can.
func shorten(name string, most int) string {
	if len(name) <= most {
		return name
	}
	name = name[:most]
	if i := strings.LastIndexByte(name, '_'); i > most/2 {
		name = name[:i]
	}
	return strings.TrimRight(name, "_")
}

// scope keeps names apart. Names that differ in underscores only would be one
// name in Go, so they count as the same.
type scope map[string]bool

func key(name string) string { return strings.ReplaceAll(name, "_", "") }

func (s scope) has(name string) bool { return s[key(name)] }

// take makes a name unique: as it is, as one of the others, or with a number.
func (s scope) take(name string, others ...string) string {
	for _, candidate := range append([]string{name}, others...) {
		if candidate = shorten(candidate, maxName); !s.has(candidate) {
			s[key(candidate)] = true
			return candidate
		}
	}
	for n := 2; ; n++ {
		suffix := "_" + strconv.Itoa(n)
		if candidate := shorten(name, maxName-len(suffix)) + suffix; !s.has(candidate) {
			s[key(candidate)] = true
			return candidate
		}
	}
}

// words is a name for people: page_size becomes "Page size".
func words(name string) string {
	s := strings.ReplaceAll(snake(name), "_", " ")
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
