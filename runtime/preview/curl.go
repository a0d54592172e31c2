// A request as a command for a shell, the secrets as environment variables.

package preview

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Curl is the request as a command. User-Agent and Accept-Encoding are curl's
// own; everything else is as the connector sends it.
func (r *Request) Curl() string {
	address, query := r.target()
	first := "curl -sS -X " + r.sent.Method + " " + address
	if strings.ContainsAny(r.sent.URL.String(), "[]{}") {
		first += " --globoff"
	}
	parts := append([]string{first}, query...)
	for _, name := range sortedHeaders(r.sent.Header) {
		for _, value := range r.sent.Header[name] {
			parts = append(parts, r.headerOption(name, value))
		}
	}
	if r.sent.Header.Get("Accept") == "" {
		parts = append(parts, "-H 'Accept:'") // curl would send one
	}
	parts = append(parts, r.bodyOptions()...)
	return strings.Join(parts, " \\\n  ")
}

// target is the address, and the options for query parameters with a secret,
// which curl escapes.
func (r *Request) target() (address string, query []string) {
	u := *r.sent.URL
	var plain []string
	for _, pair := range strings.FieldsFunc(u.RawQuery, func(c rune) bool { return c == '&' }) {
		if r.masks.in(pair) {
			query = append(query, "--url-query "+r.unescapedPair(pair))
		} else {
			plain = append(plain, pair)
		}
	}
	u.RawQuery = strings.Join(plain, "&")
	return r.shell(u.String()), query
}

// unescapedPair is name=value for an option of curl that escapes the value.
func (r *Request) unescapedPair(pair string) string {
	name, value, _ := strings.Cut(pair, "=")
	if plain, err := url.QueryUnescape(value); err == nil {
		value = plain
	}
	return r.shell(name + "=" + value)
}

// headerOption is a header. Basic authentication with a secret is left to curl.
func (r *Request) headerOption(name, value string) string {
	if credential, basic := strings.CutPrefix(value, "Basic "); basic && name == "Authorization" {
		if plain, ok := r.masks.decoded(credential); ok {
			return "-u " + r.shell(plain)
		}
	}
	if value == "" {
		return "-H " + r.shell(name+";") // with a colon curl would leave it out
	}
	return "-H " + r.shell(name+": "+value)
}

func (r *Request) bodyOptions() (options []string) {
	writes := r.sent.Method == http.MethodPost || r.sent.Method == http.MethodPut || r.sent.Method == http.MethodPatch
	switch {
	case len(r.body) == 0 && writes:
		return []string{"-H 'Content-Length: 0'"}
	case len(r.body) == 0:
		return nil
	case bytes.IndexByte(r.body, 0) >= 0:
		return []string{fmt.Sprintf("--data-binary @body # %d bytes that no command line can hold", len(r.body))}
	case r.sent.Header.Get("Content-Type") == "":
		options = append(options, "-H 'Content-Type:'")
	case strings.HasPrefix(r.sent.Header.Get("Content-Type"), "application/x-www-form-urlencoded") && r.masks.in(string(r.body)):
		return r.formOptions()
	}
	return append(options, "--data-raw "+r.shell(string(r.body)))
}

// formOptions are the fields of a form. curl escapes those with a secret and
// joins all of them with &.
func (r *Request) formOptions() (options []string) {
	var plain []string
	flush := func() {
		if len(plain) > 0 {
			options = append(options, "--data-raw "+r.shell(strings.Join(plain, "&")))
		}
		plain = nil
	}
	for pair := range strings.SplitSeq(string(r.body), "&") {
		if !r.masks.in(pair) {
			plain = append(plain, pair)
			continue
		}
		flush()
		options = append(options, "--data-urlencode "+r.unescapedPair(pair))
	}
	flush()
	return options
}

// shell is a text for a shell, with variables in the place of the masks.
func (r *Request) shell(text string) string {
	var b strings.Builder
	for text != "" {
		at, next := len(text), mask{}
		for _, m := range r.masks {
			if i := strings.Index(text, m.word); i >= 0 && i < at {
				at, next = i, m
			}
		}
		if at > 0 {
			b.WriteString(quoted(text[:at]))
		}
		if next.word != "" {
			b.WriteString(`"$` + next.env + `"`)
		}
		text = text[at+len(next.word):]
	}
	if b.Len() == 0 {
		return "''"
	}
	return b.String()
}

// quoted is a text for a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// sortedHeaders are the names of the headers that a command names.
func sortedHeaders(h http.Header) (names []string) {
	for name := range h {
		if name != "Accept-Encoding" && name != "User-Agent" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
