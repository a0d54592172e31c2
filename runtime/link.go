// Link headers (RFC 8288): the address of the next page in them.

package runtime

import (
	"slices"
	"strings"
)

// nextLink is the target of the link with rel="next" in Link headers (RFC 8288),
// "" when there is none or it says results="false".
func nextLink(headers []string) string {
	for _, h := range headers {
		for _, l := range links(h) {
			rel, _ := l.param("rel")
			if !slices.ContainsFunc(strings.Fields(rel), func(r string) bool { return strings.EqualFold(r, "next") }) {
				continue
			}
			if _, elsewhere := l.param("anchor"); elsewhere {
				continue // it is about another document
			}
			if results, _ := l.param("results"); strings.EqualFold(results, "false") {
				return ""
			}
			return l.target
		}
	}
	return ""
}

// link is one link of a Link header.
type link struct {
	target string
	params []field
}

// param returns the first parameter of that name; a name without a value has
// "".
func (l link) param(name string) (value string, ok bool) {
	for _, p := range l.params {
		if strings.EqualFold(p.name, name) {
			return p.value, true
		}
	}
	return "", false
}

// links reads a Link header. What is no link is passed over.
func links(h string) (out []link) {
	for {
		_, rest, found := strings.Cut(h, "<")
		if !found {
			return out
		}
		target, rest, found := strings.Cut(rest, ">")
		if !found {
			return out
		}
		l := link{target: strings.TrimSpace(target)}
		l.params, h = linkParams(rest)
		out = append(out, l)
	}
}

// linkParams reads the parameters behind a target, up to the comma that ends
// them.
func linkParams(h string) (params []field, rest string) {
	for {
		h = strings.TrimLeft(h, " \t")
		if h == "" || h[0] == ',' {
			return params, h
		}
		h = strings.TrimLeft(strings.TrimPrefix(h, ";"), " \t;")
		end := strings.IndexAny(h, "=;,")
		if end < 0 {
			end = len(h)
		}
		p := field{name: strings.TrimSpace(h[:end])}
		if h = h[end:]; strings.HasPrefix(h, "=") {
			p.value, h = linkValue(strings.TrimLeft(h[1:], " \t"))
		}
		if p.name != "" {
			params = append(params, p)
		}
	}
}

// linkValue reads a token or a quoted string, and passes over what stands
// behind it up to the next separator.
func linkValue(h string) (value, rest string) {
	if !strings.HasPrefix(h, `"`) {
		end := strings.IndexAny(h, ";,")
		if end < 0 {
			end = len(h)
		}
		return strings.TrimSpace(h[:end]), h[end:]
	}
	var b strings.Builder
	i := 1
	for ; i < len(h) && h[i] != '"'; i++ {
		if h[i] == '\\' && i+1 < len(h) {
			i++
		}
		b.WriteByte(h[i])
	}
	rest = h[min(i+1, len(h)):]
	end := strings.IndexAny(rest, ";,")
	if end < 0 {
		end = len(rest)
	}
	return b.String(), rest[end:]
}
