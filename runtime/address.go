// The address of a request: the path, with every value kept inside its segment.

package runtime

import (
	"fmt"
	"net/url"
	"strings"
)

// address is the URL of a request: that of the page, where the API gave one.
func (b *builder) address(u *url.URL) (reason string) {
	if b.page.url != nil {
		*u = *b.page.url
		u.RawQuery = b.addCredential(u.RawQuery)
		return ""
	}
	base, reason := b.base()
	if reason != "" {
		return reason
	}
	*u = *base
	b.path(u)
	u.RawQuery = b.query()
	return b.reason
}

// addCredential puts the credential into a query that does not have it yet.
func (b *builder) addCredential(raw string) string {
	if b.secrets.scheme == nil {
		return raw
	}
	var q query
	q.text.WriteString(raw)
	there, _ := url.ParseQuery(raw)
	for i := range b.secrets.scheme.Send {
		part := &b.secrets.scheme.Send[i]
		if value, ok := b.part(part); ok && part.Query != "" && !there.Has(part.Query) {
			q.add(part.Query, value)
		}
	}
	return q.text.String()
}

// path appends the operation's path to the base URL, each hole as an escaped
// part of one segment. It keeps the escaped form beside the plain one, so that a
// slash inside a value stays inside its segment.
func (b *builder) path(u *url.URL) {
	var p pathWriter
	p.plain.Grow(len(u.Path) + len(b.op.Path) + 40) // an id is 36 long, as a rule
	p.write(u.Path, u.EscapedPath())
	rest := b.op.Path
	for {
		literal, after, found := strings.Cut(rest, "{")
		b.fail(p.literal(literal))
		if !found {
			break
		}
		var name string
		name, rest, _ = strings.Cut(after, "}")
		p.name, p.holes = name, p.holes+1
		value := notNull(b.hole(name)).plain()
		if field, ok := strings.CutPrefix(name, "auth."); ok && value == "" {
			b.fail("auth_data." + field + " is missing, but it is part of the path")
		}
		if i := b.op.index(name); i >= 0 && b.op.Params[i].as(EncodeSegments) {
			b.fail(p.segments(value))
		} else {
			b.fail(p.value(value))
		}
	}
	b.fail(p.end())
	u.Path, u.RawPath = p.plain.String(), p.escaped.String()
}

// pathWriter writes a path and looks after its segments.
type pathWriter struct {
	plain   strings.Builder
	escaped strings.Builder // the same as it is sent; empty while that is no other
	start   int             // of the segment at hand, in plain
	holes   int             // in this segment so far
	name    string          // of the last hole
}

// write appends a piece of the path in both forms.
func (p *pathWriter) write(plain, escaped string) {
	if p.escaped.Len() == 0 && plain != escaped {
		p.escaped.WriteString(p.plain.String())
	}
	if p.escaped.Len() > 0 || plain != escaped {
		p.escaped.WriteString(escaped)
	}
	p.plain.WriteString(plain)
}

// literal appends what the manifest wrote.
func (p *pathWriter) literal(text string) (reason string) {
	i := strings.IndexByte(text, '/')
	if i < 0 {
		p.write(text, text)
		return ""
	}
	p.write(text[:i], text[:i])
	reason = p.end()
	p.write(text[i:], text[i:])
	p.start, p.holes = p.plain.Len()-(len(text)-strings.LastIndexByte(text, '/')-1), 0
	return reason
}

// value appends a value as a part of the segment at hand.
func (p *pathWriter) value(text string) (reason string) {
	if reason = badPart(text); reason != "" {
		return p.name + " " + reason
	}
	p.write(text, escapeSegment(text))
	return ""
}

// segments appends a value with slashes: each of its segments is looked after.
func (p *pathWriter) segments(text string) (reason string) {
	for {
		segment, rest, more := strings.Cut(text, "/")
		if segment == "" && (more || text == "") {
			return p.name + " has an empty segment, but it is part of the path"
		}
		if reason = p.value(segment); reason != "" || !more {
			return reason
		}
		if reason = p.literal("/"); reason != "" {
			return reason
		}
		p.holes, text = 1, rest
	}
}

// end looks at the segment that has been written.
func (p *pathWriter) end() (reason string) {
	if p.holes == 0 {
		return ""
	}
	if reason = badSegment(p.plain.String()[p.start:]); reason != "" {
		return p.name + " " + reason
	}
	return ""
}

// badSegment says why a text cannot be a whole path segment. An empty one or a
// dot segment would address something else, whatever it is escaped as.
func badSegment(s string) string {
	if s == "." || s == ".." {
		return fmt.Sprintf("is %q, which would change the path", s)
	}
	return badPart(s)
}

// badPart says why a value cannot be a part of a path segment.
func badPart(s string) string {
	if s == "" {
		return "is empty, but it is part of the path"
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return "has a control character, but it is part of the path"
		}
	}
	return ""
}

func escapeSegment(s string) string {
	for i := range len(s) {
		if !unreserved(s[i]) {
			return url.PathEscape(s)
		}
	}
	return s
}

// escapeQuery escapes what no query of an address can hold as it stands: an API
// may give an address with a space in it, which would end the request line.
func escapeQuery(raw string) string {
	outside := func(c rune) bool { return c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' }
	if strings.IndexFunc(raw, outside) < 0 {
		return raw
	}
	var b strings.Builder
	for i := range len(raw) {
		if outside(rune(raw[i])) {
			fmt.Fprintf(&b, "%%%02X", raw[i])
		} else {
			b.WriteByte(raw[i])
		}
	}
	return b.String()
}

// unreserved are the characters that RFC 3986 lets stand in a segment and that
// nothing reads a second meaning into.
func unreserved(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '~' || c == '.'
}
