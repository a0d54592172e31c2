// From an operation and its values to a request: method, escaped path, query,
// headers; body.go writes the body. Nothing here touches the network; attempt.go
// sends what this file builds.

package runtime

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// request is a request ready to be sent any number of times.
type request struct {
	op     *Operation
	url    url.URL
	header http.Header
	body   []byte
}

// newRequest builds the request for an operation. The reason is "" unless a
// value cannot be sent.
func (k *call) newRequest(values []Value) (r *request, reason string) {
	b := builder{call: k, values: values}
	r = &request{op: k.op}
	if reason = b.address(&r.url); reason != "" {
		return nil, reason
	}
	media := ""
	if k.op.Body != nil {
		r.body, media = b.body(k.op.Body)
	}
	r.header = b.headers(media)
	if b.reason != "" {
		return nil, b.reason
	}
	return r, ""
}

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
	size := len(u.Path) + len(b.op.Path) + 40 // an id is 36 long, as a rule
	p.plain.Grow(size)
	p.escaped.Grow(size)
	p.plain.WriteString(u.Path)
	p.escaped.WriteString(u.EscapedPath())
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
		if i := b.op.index(name); i >= 0 && b.op.Params[i].as(EncodeSegments) {
			b.fail(p.segments(value))
		} else {
			b.fail(p.value(value))
		}
	}
	b.fail(p.end())
	u.Path, u.RawPath = p.plain.String(), p.escaped.String()
	if u.RawPath == u.Path {
		u.RawPath = ""
	}
}

// pathWriter writes a path in both forms and looks after its segments.
type pathWriter struct {
	plain, escaped strings.Builder
	start          int    // of the segment at hand, in plain
	holes          int    // in this segment so far
	name           string // of the last hole
}

// literal appends what the manifest wrote.
func (p *pathWriter) literal(text string) (reason string) {
	if i := strings.IndexByte(text, '/'); i >= 0 {
		p.plain.WriteString(text[:i])
		reason = p.end()
		p.plain.WriteString(text[i:])
		p.start, p.holes = p.plain.Len()-(len(text)-strings.LastIndexByte(text, '/')-1), 0
	} else {
		p.plain.WriteString(text)
	}
	p.escaped.WriteString(text)
	return reason
}

// value appends a value as a part of the segment at hand.
func (p *pathWriter) value(text string) (reason string) {
	if reason = badPart(text); reason != "" {
		return p.name + " " + reason
	}
	p.plain.WriteString(text)
	p.escaped.WriteString(escapeSegment(text))
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

// unreserved are the characters that RFC 3986 lets stand in a segment and that
// nothing reads a second meaning into.
func unreserved(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '~' || c == '.'
}

// argument returns the value of the parameter with that name.
func (op *Operation) argument(name string, values []Value) Value {
	if i := op.index(name); i >= 0 && i < len(values) {
		return values[i]
	}
	return Value{}
}

// index returns the place of the parameter with that name, or -1.
func (op *Operation) index(name string) int {
	for i := range op.Params {
		if op.Params[i].Name == name {
			return i
		}
	}
	return -1
}

// query is a query or a form on its way.
type query struct{ text strings.Builder }

func (q *query) add(name, value string) {
	if q.text.Len() > 0 {
		q.text.WriteByte('&')
	}
	q.text.WriteString(url.QueryEscape(name))
	q.text.WriteByte('=')
	q.text.WriteString(url.QueryEscape(value))
}

// query encodes the query parameters in the order of the manifest, then the
// constants, the page and the credential.
func (b *builder) query() string {
	var q query
	for i := range b.op.Params {
		if p := &b.op.Params[i]; b.places(p, InQuery) && !b.reserved(InQuery, p.Wire) {
			b.parameter(p.Wire, p, b.sent(i), "", b.bounded(&q))
		}
	}
	b.constants(&q, b.op.Query)
	b.constants(&q, b.client.table.API.Query)
	if b.page.in == InQuery {
		for _, f := range b.page.fields {
			q.add(f.name, f.value)
		}
	}
	if b.secrets.scheme != nil {
		for i := range b.secrets.scheme.Send {
			part := &b.secrets.scheme.Send[i]
			if part.Query == "" {
				continue
			}
			if value, ok := b.part(part); ok {
				q.add(part.Query, value)
			}
		}
	}
	return q.text.String()
}

// places reports whether a parameter is sent in that place. A step has the
// parameters of its action, but sends only those that its templates name.
func (b *builder) places(p *Param, in Place) bool { return p.In == in && b.action == nil }

// parameter writes what a parameter sends as fields of a query or a form.
// Without an encoding of its own a list or an object is written as nested says.
func (b *builder) parameter(name string, p *Param, v Value, nested EncodingKind, field func(name, value string)) {
	if v.kind == absentValue {
		return
	}
	as := nested
	if p.Encode != nil && p.Encode.As.several() {
		as = p.Encode.As
	}
	if !p.as(EncodeMerge) {
		spread(name, v, as, field)
		return
	}
	if as == "" {
		as = EncodeRepeat
	}
	b.mergeable(p, v)
	v.members(func(name string, m Value) { spread(name, m, as, field) })
}

// constants writes the query parameters that are no parameters of the action.
func (b *builder) constants(q *query, fields []Field) {
	for i := range fields {
		f := &fields[i]
		if v, as := b.field(f); v.kind != absentValue && !b.reserved(InQuery, f.Name) {
			spread(f.Name, v, as, q.add)
		}
	}
}

// field returns the value of a constant field, and how it is spread.
func (b *builder) field(f *Field) (v Value, as EncodingKind) {
	v = b.eval(&f.Value)
	if f.Encode == nil || v.kind == absentValue {
		return v, ""
	}
	v, reason := b.encode(f.Encode, v)
	if reason != "" {
		b.fail(f.Name + " " + reason)
	}
	return v, f.Encode.As
}

// paged reports whether the page has a field of that name in that place, which
// then counts.
func (b *builder) paged(in Place, name string) bool {
	if b.page.in != in {
		return false
	}
	for i := range b.page.fields {
		if b.page.fields[i].name == name {
			return true
		}
	}
	return false
}

// reserved reports whether a name in a place belongs to the credential or to the
// page.
func (b *builder) reserved(in Place, name string) bool {
	if b.paged(in, name) {
		return true
	}
	if b.secrets.scheme == nil {
		return false
	}
	for i := range b.secrets.scheme.Send {
		part := &b.secrets.scheme.Send[i]
		if in == InQuery && part.Query == name || in == InBody && part.Body == name {
			return true
		}
	}
	return false
}

// part is what a part of the credential sends; not ok when a field of it is not
// there.
func (b *builder) part(part *AuthPart) (value string, ok bool) {
	value, ok = fillHoles(part.Value, b.credential)
	if part.Basic {
		value = "Basic " + base64.StdEncoding.EncodeToString([]byte(value))
	}
	return value, ok
}

// headers returns the constant headers, the parameters that travel in headers
// and the credential. What comes later replaces what is there.
func (b *builder) headers(media string) http.Header {
	h := headerWriter{make(http.Header, 8), make([]string, 0, 8)}
	h.set("User-Agent", b.client.userAgent)
	for i := range b.client.table.API.Headers {
		c := &b.client.table.API.Headers[i]
		if value, ok := b.text(c.Value); ok {
			b.header(&h, c.Name, "the header "+c.Name, value)
		}
	}
	if media != "" {
		h.set("Content-Type", media)
	}
	for i := range b.op.Headers {
		f := &b.op.Headers[i]
		if v, _ := b.field(f); notNull(v).kind != absentValue {
			b.header(&h, f.Name, "the header "+f.Name, v.plain())
		}
	}
	for i := range b.op.Params {
		p := &b.op.Params[i]
		if !b.places(p, InHeader) {
			continue
		}
		if v := notNull(b.sent(i)); v.kind != absentValue {
			b.header(&h, p.Wire, p.Name, v.plain())
		}
	}
	if b.page.in == InHeader {
		for _, f := range b.page.fields {
			b.header(&h, f.name, "the page's "+f.name, f.value)
		}
	}
	b.authorize(&h)
	h.set("Accept-Encoding", "gzip") // asked for by us, so that the decoded size can be bounded
	return h.header
}

// authorize sets the headers of the credential.
func (b *builder) authorize(h *headerWriter) {
	if b.secrets.scheme == nil {
		return
	}
	for i := range b.secrets.scheme.Send {
		part := &b.secrets.scheme.Send[i]
		name := part.Header
		if part.Basic && name == "" {
			name = "Authorization"
		}
		if name == "" {
			continue
		}
		if value, ok := b.part(part); ok {
			b.header(h, name, "the credential", value)
		}
	}
}

// header sets a header, if one can carry the value.
func (b *builder) header(h *headerWriter, name, what, value string) {
	if !headerValue(value) {
		b.fail(what + " has characters that a header cannot carry")
		return
	}
	h.set(http.CanonicalHeaderKey(name), value)
}

// headerWriter gives all the values one allocation.
type headerWriter struct {
	header http.Header
	values []string
}

func (h *headerWriter) set(name, value string) {
	h.values = append(h.values, value)
	h.header[name] = h.values[len(h.values)-1 : len(h.values) : len(h.values)]
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
