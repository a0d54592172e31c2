// From an operation and its values to a request: the address (address.go,
// query.go), headers and body (body.go). Nothing here touches the network;
// attempt.go sends what is built.

package runtime

import (
	"encoding/base64"
	"maps"
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
	h := headerWriter{maps.Clone(b.client.headers), make([]string, 0, 2)} // most requests have as many of their own
	for i := range b.client.filled {
		c := &b.client.filled[i]
		if value, ok := b.text(c.Value); ok {
			b.header(&h, c.Name, "the header ", c.Name, value)
		}
	}
	if media != "" {
		h.set("Content-Type", media)
	}
	for i := range b.op.Headers {
		f := &b.op.Headers[i]
		if v, _ := b.field(f); notNull(v).kind != absentValue {
			b.header(&h, f.Name, "the header ", f.Name, v.plain())
		}
	}
	for i := range b.op.Params {
		p := &b.op.Params[i]
		if !b.places(p, InHeader) {
			continue
		}
		if v := notNull(b.sent(i)); v.kind != absentValue {
			b.header(&h, p.Wire, "", p.Name, v.plain())
		}
	}
	if b.page.in == InHeader {
		for _, f := range b.page.fields {
			b.header(&h, f.name, "the page's ", f.name, f.value)
		}
	}
	b.authorize(&h)
	h.header[acceptEncoding] = b.client.headers[acceptEncoding]
	return h.header
}

const acceptEncoding = "Accept-Encoding"

// constantHeaders are the headers that are the same in every request; filled are
// the declared ones from the first with a hole on.
func constantHeaders(userAgent string, declared []Header) (same http.Header, filled []Header) {
	same = http.Header{"User-Agent": {userAgent}}
	for i, c := range declared {
		if strings.Contains(c.Value, "{") {
			filled = declared[i:]
			break
		}
		same[http.CanonicalHeaderKey(c.Name)] = []string{c.Value}
	}
	same[acceptEncoding] = []string{"gzip"} // asked for by us, so that the decoded size can be bounded
	return same, filled
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
			b.header(h, name, "the ", "credential", value)
		}
	}
}

// header sets a header, if one can carry the value; else the kind and the word
// say what is wrong.
func (b *builder) header(h *headerWriter, name, kind, word, value string) {
	if !headerValue(value) {
		b.fail(kind + word + " has characters that a header cannot carry")
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
