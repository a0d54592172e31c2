// The spellings of a secret that tests look for.

package runtime

import (
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"strings"
)

// encodings lists forms in which a secret may come back.
func encodings(secret string) []string {
	quoted, _ := json.Marshal(secret)
	hexed := hex.EncodeToString([]byte(secret))
	query, path := url.QueryEscape(secret), url.PathEscape(secret)
	return append([]string{secret, query, path, lowerEscapes(query), lowerEscapes(path), strings.Trim(string(quoted), `"`),
		html.EscapeString(secret), hexed, strings.ToUpper(hexed), strings.ToUpper(secret)}, base64Forms(secret)...)
}

// lowerEscapes spells %2F as %2f.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], strings.ToLower(s[i+1:i+3]))
			i += 2
		}
	}
	return string(b)
}
