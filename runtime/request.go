// From an operation and its values to a request: method, escaped path, query,
// headers, body. Nothing here touches the network; attempt.go sends what this
// file builds.

package runtime

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// request is a request ready to be sent any number of times.
type request struct {
	op     *Operation
	url    url.URL
	header http.Header
	body   []byte
}

// newRequest builds the request for an operation. page is the page number for
// paged operations. The reason is "" unless a value cannot be sent.
func (k *call) newRequest(values []Value, page int64) (r *request, reason string) {
	r = &request{op: k.op, url: *k.client.base}
	if reason = r.setPath(values); reason != "" {
		return nil, reason
	}
	r.url.RawQuery = query(k.op, values, page)
	if r.header, reason = k.headers(values); reason != "" {
		return nil, reason
	}
	if k.op.Body != nil {
		r.body, reason = k.op.Body.write(k.op.Params, values)
	}
	return r, reason
}

// setPath appends the operation's path to the base URL, each parameter as one
// escaped segment. It keeps the escaped form beside the plain one, so that a
// slash inside a value stays inside its segment.
func (r *request) setPath(values []Value) (reason string) {
	var plain, escaped strings.Builder
	size := len(r.url.Path) + len(r.op.Path) + 40 // an id is 36 long, as a rule
	plain.Grow(size)
	escaped.Grow(size)
	plain.WriteString(r.url.Path)
	escaped.WriteString(r.url.EscapedPath())
	rest := r.op.Path
	for {
		literal, after, found := strings.Cut(rest, "{")
		plain.WriteString(literal)
		escaped.WriteString(literal)
		if !found {
			break
		}
		var name string
		name, rest, _ = strings.Cut(after, "}")
		segment := r.op.argument(name, values).plain()
		if why := badSegment(segment); why != "" {
			return name + " " + why
		}
		plain.WriteString(segment)
		escaped.WriteString(escapeSegment(segment))
	}
	r.url.Path, r.url.RawPath = plain.String(), escaped.String()
	if r.url.RawPath == r.url.Path {
		r.url.RawPath = ""
	}
	return ""
}

// badSegment says why a value cannot be a path segment. An empty one or a dot
// segment would address something else, whatever it is escaped as.
func badSegment(s string) string {
	switch s {
	case "":
		return "is empty, but it is part of the path"
	case ".", "..":
		return fmt.Sprintf("is %q, which would change the path", s)
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

// unreserved are the characters that RFC 3986 lets stand in a segment and that
// nothing reads a second meaning into.
func unreserved(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '~' || c == '.'
}

// argument returns the value of the parameter with that name.
func (op *Operation) argument(name string, values []Value) Value {
	for i := range op.Params {
		if op.Params[i].Name == name {
			return values[i]
		}
	}
	return Value{}
}

// query encodes the query parameters in the order of the manifest, then the
// page.
func query(op *Operation, values []Value, page int64) string {
	var q strings.Builder
	add := func(name, value string) {
		if q.Len() > 0 {
			q.WriteByte('&')
		}
		q.WriteString(url.QueryEscape(name))
		q.WriteByte('=')
		q.WriteString(url.QueryEscape(value))
	}
	for i := range op.Params {
		if op.Params[i].In == InQuery && op.Params[i].sends(values[i]) {
			add(op.Params[i].Wire, values[i].plain())
		}
	}
	if p := op.Paging; p != nil {
		add(p.Page, strconv.FormatInt(page, 10))
		if p.Size != "" {
			add(p.Size, strconv.Itoa(p.SizeValue))
		}
	}
	return q.String()
}

// sends reports whether a value goes over the wire.
func (p *Param) sends(v Value) bool {
	return v.kind != absentValue && !(p.OmitEmpty && v.empty())
}

// headers returns the constant headers, the credential and the parameters that
// travel in headers.
func (k *call) headers(values []Value) (http.Header, string) {
	h := make(http.Header, 8)
	all := make([]string, 0, 8) // one allocation for all of the values
	set := func(name, value string) {
		all = append(all, value)
		h[name] = all[len(all)-1 : len(all) : len(all)]
	}
	for _, c := range k.client.table.API.Headers {
		set(c.Name, c.Value)
	}
	set("User-Agent", k.client.userAgent)
	set("Accept-Encoding", "gzip") // asked for by us, so that the decoded size can be bounded
	if k.op.Body != nil {
		set("Content-Type", k.op.Body.MediaType)
	}
	for i := range k.op.Params {
		p := &k.op.Params[i]
		if p.In != InHeader || !p.sends(values[i]) {
			continue
		}
		v := values[i].plain()
		if !headerValue(v) {
			return nil, p.Name + " has characters that a header cannot carry"
		}
		set(p.Wire, v)
	}
	if k.secrets.scheme != nil {
		for _, part := range k.secrets.scheme.Send {
			set(part.Header, part.Prefix+k.secrets.of(part.Key))
		}
	}
	return h, ""
}

// headerValue reports whether a header can carry v: visible ASCII, spaces and
// tabs (RFC 9110, 5.5, without the obsolete bytes).
func headerValue(v string) bool {
	for i := range len(v) {
		if v[i] != '\t' && v[i] < ' ' || v[i] >= 0x7f {
			return false
		}
	}
	return true
}

// write writes the body: the frame around the body parameters that are sent.
func (b *Body) write(params []Param, values []Value) (body []byte, reason string) {
	body = append(make([]byte, 0, 512), b.Open...)
	comma := b.Constants
	for i := range params {
		p := &params[i]
		if p.In != InBody || !p.sends(values[i]) {
			continue
		}
		if comma {
			body = append(body, ',')
		}
		comma = true
		body = append(appendQuoted(body, p.Wire), ':')
		if p.Pairs == nil {
			body = values[i].appendJSON(body)
		} else if body, reason = p.Pairs.append(body, values[i].json); reason != "" {
			return nil, p.Name + " " + reason
		}
	}
	return append(body, b.Close...), ""
}

// append writes an object as a list of pairs, in the object's own order.
func (p *Pairs) append(dst, object []byte) (out []byte, reason string) {
	s := scanner{b: object}
	seen := make(map[string]bool)
	dst = append(dst, '[')
	s.object(0, 0, func(key []byte, at int) int {
		if name := unquote(key); seen[name] {
			reason = fmt.Sprintf("has the key %q twice", name)
		} else {
			seen[name] = true
		}
		end := s.value(at, 1)
		if len(seen) > 1 {
			dst = append(dst, ',')
		}
		dst = append(appendQuoted(append(dst, '{'), p.Key), ':')
		dst = append(append(dst, key...), ',')
		dst = append(appendQuoted(dst, p.Value), ':')
		dst = append(append(dst, object[at:end]...), '}')
		return end
	})
	return append(dst, ']'), reason
}
