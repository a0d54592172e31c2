// Multipart bodies, read back as a server reads them.

package runtime

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
)

// partsOf reads a multipart body: "name[ (file name, media type)]=content".
func partsOf(t testing.TB, media, body string) (parts []string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(media)
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		t.Fatalf("%q: %v", media, err)
	}
	reader := multipart.NewReader(strings.NewReader(body), params["boundary"])
	for {
		p, err := reader.NextRawPart()
		if err == io.EOF {
			return parts
		}
		if err != nil {
			t.Fatalf("%v in %q", err, body)
		}
		content, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		file := ""
		if p.FileName() != "" {
			file = " (" + p.FileName() + ", " + p.Header.Get("Content-Type") + ")"
		}
		parts = append(parts, p.FormName()+file+"="+string(content))
	}
}

func TestMultipart(t *testing.T) {
	op := posting(
		Param{Name: "title"}, Param{Name: "tags", Type: TypeArray}, Param{Name: "type", In: InNone},
		Param{Name: "file", Encode: &Encoding{As: EncodeFile, FileName: "{title}.txt", MediaType: "{type}"}},
		Param{Name: "more", Type: TypeArray, Encode: &Encoding{As: EncodeFile}},
	)
	op.Body = &Body{Format: BodyMultipart, Nested: EncodeRepeat, Root: Template{Kind: TemplateObject, Members: []Member{{"v", constant(`2`)}}, Parameters: true}}
	op.Auth = &AuthScheme{Type: "custom", Fields: tokenAuth.Fields, Send: []AuthPart{{Body: "token", Value: "{token}"}}}
	tests := []struct{ input, want string }{
		{`{}`, `token=T|v=2`},
		{`{"title":"a\"b\\","tags":["x","y"],"type":"text/plain","file":"aGk="}`, `token=T|v=2|title=a"b\|tags=x|tags=y|file (a%22b\.txt, text/plain)=hi`},
		{`{"file":"AA0KLS0=","more":["YQ","Yg=="]}`, "token=T|v=2|file (file, application/octet-stream)=\x00\r\n--|more (more, application/octet-stream)=a|more (more, application/octet-stream)=b"},
	}
	for _, tt := range tests {
		r, text := ask(t, &openAPI, op, NewCredentials("custom", map[string]string{"token": "T"}), tt.input)
		if r == nil {
			t.Fatal(text)
		}
		if got := strings.Join(partsOf(t, r.Header.Get("Content-Type"), r.body), "|"); got != tt.want {
			t.Errorf("%s:\ngot  %q\nwant %q", tt.input, got, tt.want)
		}
		again, _ := ask(t, &openAPI, op, NewCredentials("custom", map[string]string{"token": "T"}), tt.input)
		if again.body != r.body {
			t.Error("the same input makes another body")
		}
	}
	for input, want := range map[string]string{
		`{"file":"!"}`:      "Call failed: file must be the file's bytes as base64 text",
		`{"more":["YQ",7]}`: "Call failed: more must be the file's bytes as base64 text",
		`{"file":"YQ","type":"text/plain\r\nX:"}`: "Call failed: the media type of file has characters that a header cannot carry",
	} {
		if _, text := ask(t, &openAPI, op, NewCredentials("custom", map[string]string{"token": "T"}), input); text != want {
			t.Errorf("%s: got %s, want %s", input, text, want)
		}
	}
}

// TestBoundary: a boundary is in no content, even in one made to hold it.
func TestBoundary(t *testing.T) {
	parts := []formPart{{`Content-Disposition: form-data; name="a"`, []byte("x")}}
	first := boundaryOf(parts)
	if first != boundaryOf(parts) {
		t.Error("not the same again")
	}
	for range 3 {
		parts[0].content = append(parts[0].content, boundaryOf(parts)...)
		if b := boundaryOf(parts); bytes.Contains(joinParts(parts, b)[len(b)+4:len(joinParts(parts, b))-len(b)-8], []byte(b)) {
			t.Errorf("%q is in its own content", b)
		}
	}
}
