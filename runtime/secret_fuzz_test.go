// Secrets: wherever one stands in a text, in whatever spelling, it does not come
// through; and credentials are read as encoding/json reads them, and never shown.

package runtime

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// FuzzRedact: a secret between two texts, each of its characters spelt in a way
// of its own or all of it in hex or base64, is found by none who undoes the
// spellings of what is left.
func FuzzRedact(f *testing.F) {
	for _, before := range []string{"", "Bearer ", `{"token":"`, "user:", "é%", "\xff", "&#", "a\\"} {
		f.Add(secret, before, `"}`, []byte{0, 1, 2, 3, 4, 5, 6, 7}, byte(0))
		f.Add("sk-live-0123456789abcdef", before, "&x", []byte{1}, byte(1))
		f.Add("pässwörd 🙂 <&>\"'", before, "", []byte{4, 2}, byte(9))
		for whole := range byte(12) {
			f.Add("sk-live-0123456789abcdef", before, "", []byte{5, 6, 7}, whole)
		}
	}
	f.Fuzz(func(t *testing.T, value, before, after string, ways []byte, whole byte) {
		value = strings.TrimSpace(value)
		if len(value) < 8 || len(value) > maxSpelled || !sendable(value) || strings.ContainsAny(value, "[]") || strings.Contains(redacted, value) || len(before)+len(after) > 2000 {
			return // with a bracket it could be put together of the word that stands for it
		}
		text := before + spell(value, ways, whole, before) + after
		got := secretsOf(value).clean(text)
		for how, plain := range unspelt(got) {
			if strings.Contains(plain, value) {
				t.Fatalf("%q in %q leaves %q, which is %q %s", value, text, got, plain, how)
			}
		}
		if !strings.Contains(got, redacted) {
			t.Fatalf("%q in %q leaves %q", value, text, got)
		}
		if again := secretsOf(value).clean(got); again != got {
			t.Fatalf("%q becomes %q a second time", got, again)
		}
	})
}

// spell writes a secret in one of the ways in which an API may throw it back.
func spell(value string, ways []byte, whole byte, before string) string {
	switch whole % 12 {
	case 1:
		return hex.EncodeToString([]byte(value))
	case 2:
		return strings.ToUpper(hex.EncodeToString([]byte(value)))
	case 3:
		return base64.StdEncoding.EncodeToString([]byte(value))
	case 4:
		return base64.RawURLEncoding.EncodeToString([]byte(value))
	case 5:
		return base64.StdEncoding.EncodeToString([]byte("user:" + value + "x"))
	case 6:
		return base64.URLEncoding.EncodeToString([]byte(before + value))
	case 7:
		return url.QueryEscape(value)
	case 8:
		return html.EscapeString(value)
	case 9:
		quoted, _ := json.Marshal(value)
		return string(quoted[1 : len(quoted)-1])
	}
	var b strings.Builder
	for i, r := range []rune(value) {
		way := byte(0)
		if len(ways) > 0 {
			way = ways[i%len(ways)] % 8
		}
		b.WriteString(spellRune(r, way))
	}
	return b.String()
}

func spellRune(r rune, way byte) string {
	switch way {
	case 1:
		return percent("%%%02X", string(r))
	case 2:
		return percent("%%%02x", string(r))
	case 3, 4:
		format := map[byte]string{3: `\u%04x`, 4: `\u%04X`}[way]
		var b strings.Builder
		for _, u := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, format, u)
		}
		return b.String()
	case 5:
		return fmt.Sprintf("&#%d;", r)
	case 6:
		return fmt.Sprintf("&#x%X;", r)
	case 7:
		return fmt.Sprintf("&#00%d;", r)
	}
	return string(r)
}

func percent(format, s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

var (
	percents = regexp.MustCompile(`(?:%[0-9a-fA-F]{2})+`)
	units    = regexp.MustCompile(`(?:\\u[0-9a-fA-F]{4})+`)
	hexes    = regexp.MustCompile(`[0-9a-fA-F]{16,}`)
	sixties  = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}`)
)

// unspelt are a text with one kind of spelling undone, and with the escapes of
// single characters all undone.
func unspelt(text string) map[string]string {
	unhex := func(s string) string {
		b, err := hex.DecodeString(s)
		if err != nil {
			return s
		}
		return string(b)
	}
	plain := percents.ReplaceAllStringFunc(text, func(s string) string { return unhex(strings.ReplaceAll(s, "%", "")) })
	plain = units.ReplaceAllStringFunc(plain, func(s string) string {
		var out string
		_ = json.Unmarshal([]byte(`"`+s+`"`), &out)
		return out
	})
	return map[string]string{
		"as it is":        text,
		"without escapes": html.UnescapeString(plain),
		"with hex undone": hexes.ReplaceAllStringFunc(text, func(s string) string { return unhex(s[:len(s)&^1]) }),
		"with base64 undone": sixties.ReplaceAllStringFunc(text, func(s string) string {
			b, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(s))
			if err != nil {
				return s
			}
			return string(b)
		}),
	}
}

// FuzzCredentials: credentials are read as encoding/json reads them, every field
// is found under its name, and no way of printing them, or the error, shows one.
func FuzzCredentials(f *testing.F) {
	for _, text := range []string{
		`{"auth_type":"bearer_token","auth_data":{"token":"sk-live-0123456789"}}`, `{"auth_type":null,"auth_data":null}`, `{}`, `null`, `[]`, `{"auth_data":{"a":1.50,"b":true,"c":null,"d":{"e":[1]},"f":"x y"}}`,
		`{"auth_type":7,"auth_data":{"token":"sk-live-0123456789"}}`, `{"auth_data":"sk-live-0123456789"}`, `{"auth_data":{"token":"sk-live-0123456789"`, `{"AUTH_DATA":{"a":"b"},"auth_data":{"c":"d"}}`, `{"auth_data":{"a":"1","a":"2"}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var c Credentials
		err := json.Unmarshal(text, &c)
		var want struct {
			AuthType *string        `json:"auth_type"`
			AuthData map[string]any `json:"auth_data"`
		}
		d := json.NewDecoder(strings.NewReader(string(text)))
		d.UseNumber()
		wantErr := d.Decode(&want)
		if d.More() {
			return // json.Unmarshal refuses it before we are asked
		}
		if (err == nil) != (wantErr == nil) && !json.Valid(text) == (err == nil) {
			t.Fatalf("%q: %v, but encoding/json says %v", text, err, wantErr)
		}
		if err != nil {
			if _, syntax := err.(*json.SyntaxError); !syntax && strings.Contains(err.Error(), "sk-live") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		printed := fmt.Sprint(c) + fmt.Sprintf("%+v %#v %s %q %x %d", c, &c, c, c, c, struct{ C Credentials }{c}) + c.LogValue().String() + fmt.Sprint(slog.Any("c", c))
		marshaled, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		for key, v := range want.AuthData {
			said, isText := v.(string)
			if !isText && v != nil {
				if !sameJSON(c.secret(key), v) {
					t.Errorf("%q: %s is %q", text, key, c.secret(key))
				}
				continue
			}
			if got := c.secret(key); got != said || c.field(key) != strings.TrimSpace(said) {
				t.Errorf("%q: %s is %q, want %q", text, key, got, said)
			}
			if len(said) >= 8 && utf8.ValidString(said) && !strings.Contains(c.authType+redacted+"credentials(auth_type auth_data", said) && strings.Contains(printed+string(marshaled), said) {
				t.Errorf("%q: %q shows", text, said)
			}
		}
	})
}

// sameJSON reports whether a text is that value as JSON.
func sameJSON(text string, v any) bool {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var got any
	if d.Decode(&got) != nil {
		return false
	}
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(v)
	return string(a) == string(b)
}
