// Texts from outside on their way into an error.

package runtime

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func secretsOf(values ...string) secrets {
	scheme := &AuthScheme{}
	for i := range values {
		scheme.Fields = append(scheme.Fields, CredentialField{Key: fmt.Sprint(i)})
	}
	return secrets{scheme: scheme, values: values}
}

func TestCleanRedacts(t *testing.T) {
	quoted, _ := json.Marshal(secret)
	inJSON := strings.Trim(string(quoted), `"`)
	std, raw := base64.StdEncoding, base64.RawURLEncoding
	tests := []struct{ name, text, want string }{
		{"as it is", "no " + secret + " here", "no [redacted] here"},
		{"twice", secret + secret, "[redacted][redacted]"},
		{"with its prefix", "Bearer " + secret, "Bearer [redacted]"},
		{"in a query", "k=" + url.QueryEscape(secret) + "&x", "k=[redacted]&x"},
		{"in a query, lower case", "k=" + lowerEscapes(url.QueryEscape(secret)), "k=[redacted]"},
		{"in a path", "/" + url.PathEscape(secret) + "/x", "/[redacted]/x"},
		{"in a path, lower case", "/" + lowerEscapes(url.PathEscape(secret)), "/[redacted]"},
		{"in JSON, as Go writes it", `{"k":"` + inJSON + `"}`, `{"k":"[redacted]"}`},
		{"in JSON, as most write it", `{"k":"` + strings.ReplaceAll(secret, `"`, `\"`) + `"}`, `{"k":"[redacted]"}`},
		{"in JSON, as PHP writes it", `{"k":"` + strings.NewReplacer(`"`, `\"`, `/`, `\/`).Replace(secret) + `"}`, `{"k":"[redacted]"}`},
		{"in HTML", "<b>" + html.EscapeString(secret) + "</b>", "<b>[redacted]</b>"},
		{"in HTML, as most write it", strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(secret), "[redacted]"},
		{"hex", hex.EncodeToString([]byte(secret)), "[redacted]"},
		{"hex, upper case", strings.ToUpper(hex.EncodeToString([]byte(secret))), "[redacted]"},
		{"base64", std.EncodeToString([]byte(secret)), "[redacted]"},
		{"base64 of addresses, no padding", raw.EncodeToString([]byte(secret)), "[redacted]"},
		{"base64 of addresses", base64.URLEncoding.EncodeToString([]byte(secret)), "[redacted]"},
		{"across an invalid byte", "\xff" + secret + "\xff", "\uFFFD[redacted]\uFFFD"},
	}
	for _, tt := range tests {
		if got := secretsOf(secret).clean(tt.text); got != tt.want {
			t.Errorf("%s: %s\n got %s\nwant %s", tt.name, tt.text, got, tt.want)
		}
	}
}

// TestCleanRedactsPairs: base64 of something around the secret hides it at any
// of three offsets; what is left of it cannot be decoded to more than a byte at
// each end.
func TestCleanRedactsPairs(t *testing.T) {
	const key = "abcdefghijklmnopqrstuvwxyz0123"
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		for _, before := range []string{"", "u", "us", "use", "user:", "Bearer ", "\xff\xff:"} {
			for _, after := range []string{"", ":", ":x", ":xy", "\xff\xff\xff"} {
				got := secretsOf(key).clean("Basic " + enc.EncodeToString([]byte(before+key+after)))
				if !strings.Contains(got, redacted) {
					t.Errorf("%q+key+%q: %s", before, after, got)
				}
				rest := strings.ReplaceAll(strings.TrimPrefix(got, "Basic "), redacted, "")
				if len(rest) > len(enc.EncodeToString([]byte(before)))+len(enc.EncodeToString([]byte(after)))+4 {
					t.Errorf("%q+key+%q leaves %s", before, after, got)
				}
			}
		}
	}
}

// TestCleanKeepsOthers: what only looks like the secret stays.
func TestCleanKeepsOthers(t *testing.T) {
	for _, text := range []string{
		"", "nothing to hide", secret[:len(secret)-1], "[redacted]", "100 % of a+b", "日本語", "a\nb\tc",
	} {
		if got := secretsOf(secret).clean(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := (secrets{}).clean("no scheme " + secret); got != "no scheme "+secret {
		t.Errorf("got %q", got)
	}
}

// TestCleanSeveralSecrets: every field of a scheme is kept out, also when one is
// the beginning of another.
func TestCleanSeveralSecrets(t *testing.T) {
	for _, values := range [][]string{{"key-one", "other-two"}, {"other-two", "key-one"}} {
		if got := secretsOf(values...).clean("key-one/other-two"); got != "[redacted]/[redacted]" {
			t.Errorf("%q: %s", values, got)
		}
	}
	for _, values := range [][]string{{"app-1", "app-1-9f8e7d6c5b"}, {"app-1-9f8e7d6c5b", "app-1"}} {
		if got := secretsOf(values...).clean("app-1-9f8e7d6c5b is wrong"); got != "[redacted] is wrong" {
			t.Errorf("%q: %s", values, got)
		}
	}
}

// TestCleanOddSecrets: a secret that is a part of the word that replaces it
// neither nests nor grows.
func TestCleanOddSecrets(t *testing.T) {
	for value, want := range map[string]string{"red": "a [redacted] car", "acted": "a red car", "[": "a red car"} {
		if got := secretsOf(value).clean("a red car"); got != want {
			t.Errorf("%q: %s", value, got)
		}
	}
	const letters = 1024
	if got := len(secretsOf("e").redact(strings.Repeat("e", letters))); got > letters*len(redacted) {
		t.Errorf("%d letters became %d bytes", letters, got)
	}
}

func TestCleanControlCharacters(t *testing.T) {
	tests := []struct{ text, want string }{
		{"a\x00b", "a b"},
		{"\x1b[31mred\x1b[0m", "[31mred [0m"},
		{"\x1b]0;title\x07", "]0;title"},
		{"a\rb", "a b"},
		{"a\bb\x7fc", "a b c"},
		{"\u009b31m", "31m"},         // the one-byte form of escape-bracket
		{"a\u202eb\u2066c", "a b c"}, // reorder a line
		{"a\u200bb\ufeffc", "a b c"}, // cannot be seen
		{"a\nb\tc", "a\nb\tc"},
		{"  a \n\n", "a"},
		{"\xff\xfe", "\uFFFD"},
		{"\x00\x01", ""},
	}
	for _, tt := range tests {
		if got := (secrets{}).clean(tt.text); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestCleanBounds(t *testing.T) {
	for _, char := range []string{"a", "é", "語", "😀"} {
		whole := strings.Repeat(char, maxErrorText)
		if got := (secrets{}).clean(whole); got != whole {
			t.Errorf("%s: %d characters became %d", char, maxErrorText, utf8.RuneCountInString(got))
		}
		if got := (secrets{}).clean(whole + char); got != whole+"…" || !utf8.ValidString(got) {
			t.Errorf("%s: %d characters became %d", char, maxErrorText+1, utf8.RuneCountInString(got))
		}
	}
	// The cut comes after the redaction: it never leaves half a secret.
	for pad := maxErrorText - len(secret); pad <= maxErrorText; pad++ {
		if got := secretsOf(secret).clean(strings.Repeat("a", pad) + secret); strings.Contains(got, secret[:4]) {
			t.Fatalf("after %d characters: …%s", pad, got[pad-10:])
		}
	}
}

// TestErrorBodyCut: the bound on what is read of an error page may fall into
// the secret; what is left of it does not reach the text.
func TestErrorBodyCut(t *testing.T) {
	for kept := len(secret) / 2; kept < len(secret); kept++ {
		body := strings.Repeat(" ", maxErrorBytes-kept) + secret
		c := newTestClient(t, Options{Transport: play(answering(422, body, "Content-Type: text/plain"))})
		e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
		if e.Err == nil || strings.Contains(e.Err.Error(), secret[:kept]) {
			t.Errorf("%d of %d characters are shown: %s", kept, len(secret), e.JSON)
			return
		}
	}
}

func TestLowerEscapes(t *testing.T) {
	for in, want := range map[string]string{"%2F": "%2f", "a%2FB%3C": "a%2fB%3c", "%": "%", "%2": "%2", "A": "A", "": ""} {
		if got := lowerEscapes(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// TestRedactors: the redactors of some credentials are kept, each for its own.
func TestRedactors(t *testing.T) {
	known := new(redactors)
	for range 2 {
		for i := range 2 * maxRedactors {
			s := secretsOf(fmt.Sprintf("secret-number-%d", i))
			s.known = known
			if got := s.redact(fmt.Sprintf("it was secret-number-%d!", i)); got != "it was [redacted]!" {
				t.Fatal(got)
			}
		}
	}
	if len(known.of) != maxRedactors || len(known.order) != maxRedactors {
		t.Errorf("%d redactors, %d in order", len(known.of), len(known.order))
	}
}

func BenchmarkRedact(b *testing.B) {
	for name, known := range map[string]*redactors{"known": {}, "compiled each time": nil} {
		b.Run(name, func(b *testing.B) {
			s := secretsOf("4f6a9c1e8d7b2a5f0c3e6d9b8a7f4e1c2d5b")
			s.known = known
			b.ReportAllocs()
			for b.Loop() {
				s.redact("the e-mail address is not valid")
			}
		})
	}
}
