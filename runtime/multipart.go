// Multipart bodies (RFC 7578): the fields of a form, and files, each as a part.

package runtime

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// formPart is one part of a multipart body.
type formPart struct {
	header  string // its lines, without the empty one
	content []byte
}

// multipart writes a multipart body and its media type with the boundary.
func (b *builder) multipart(body *Body) (text []byte, media string) {
	var parts []formPart
	size := 0
	field := func(name, value string) {
		if size += len(name) + len(value) + 128; size <= maxFormBytes {
			parts = append(parts, formPart{`Content-Disposition: form-data; name="` + headerQuoted(name) + `"`, []byte(value)})
		} else {
			b.fail("the input makes a request that is too large")
		}
	}
	b.fields(body, field, func(name string, p *Param, v Value) {
		if !p.as(EncodeFile) {
			b.parameter(name, p, v, body.Nested, field)
		} else if v.kind != absentValue {
			v.elements(func(e Value) { parts = append(parts, b.file(name, p, e)) })
		}
	})
	boundary := boundaryOf(parts)
	return joinParts(parts, boundary), or(body.MediaType, "multipart/form-data") + "; boundary=" + boundary
}

// file is the part of a file that came as base64 text.
func (b *builder) file(name string, p *Param, v Value) formPart {
	fileName, ok := b.text(p.Encode.FileName)
	if !ok || fileName == "" {
		fileName = p.Name
	}
	return formPart{`Content-Disposition: form-data; name="` + headerQuoted(name) + `"; filename="` + headerQuoted(fileName) + `"` +
		"\r\nContent-Type: " + b.mediaOf(p), b.fileContent(p, v)}
}

// headerQuoted escapes what would end a name or its line.
func headerQuoted(name string) string {
	var b strings.Builder
	for i := range len(name) {
		switch c := name[i]; {
		case c == '"' || c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, "%%%02X", c)
		case c == '\\':
			b.WriteString(`\\`)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// boundaryOf makes a boundary of the parts themselves, so that one body always
// looks the same, and one that is in none of them.
func boundaryOf(parts []formPart) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p.header))
		h.Write(p.content)
	}
	sum := h.Sum(nil)
	for {
		boundary := hex.EncodeToString(sum[:16])
		free := true
		for _, p := range parts {
			free = free && !bytes.Contains(p.content, []byte(boundary)) && !strings.Contains(p.header, boundary)
		}
		if free {
			return boundary
		}
		next := sha256.Sum256(sum)
		sum = next[:]
	}
}

func joinParts(parts []formPart, boundary string) []byte {
	var out []byte
	for _, p := range parts {
		out = append(append(append(out, "--"...), boundary...), "\r\n"...)
		out = append(append(out, p.header...), "\r\n\r\n"...)
		out = append(append(out, p.content...), "\r\n"...)
	}
	return append(append(append(out, "--"...), boundary...), "--\r\n"...)
}
