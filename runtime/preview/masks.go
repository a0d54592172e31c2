// What stands for the secrets in a preview: words that nothing else holds, found
// again wherever the runtime has put them, inside base64 too.

package preview

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"sync"

	"modulex.dev/connector/runtime"
)

// accessToken is the name of what a credential is exchanged for.
const accessToken = "access_token"

// maskOf is what a field is while a request is built: letters and digits, which
// nothing escapes and a host name may hold.
func maskOf(key string) string {
	return "mask0" + strings.ReplaceAll(key, "_", "0") + "0mask"
}

// mask is a field that is masked.
type mask struct {
	key, env string
	word     string // what stands for it in the credential
	host     string // for a field that is a whole base address: its host
}

type masks []mask

// masksOf makes the masks for a scheme.
func masksOf(api *runtime.API, auth *runtime.AuthScheme) (out masks) {
	if auth == nil {
		return nil
	}
	for i := range auth.Fields {
		f := &auth.Fields[i]
		if len(f.Values) > 0 {
			continue // one of a closed list is no secret
		}
		m := mask{key: f.Key, env: f.Env, word: maskOf(f.Key)}
		if isBase(api, f.Key) {
			m.host = m.word + ".invalid"
			m.word = "https://" + m.host
		}
		out = append(out, m)
	}
	if auth.Token != nil {
		out = append(out, mask{key: accessToken, env: "ACCESS_TOKEN", word: maskOf(accessToken)})
	}
	slices.SortFunc(out, func(a, b mask) int { return len(b.word) - len(a.word) })
	return out
}

// isBase reports whether a field is the base address of a host.
func isBase(api *runtime.API, key string) bool {
	is := func(url string) bool {
		return strings.HasPrefix(url, "{"+key+"}") || strings.HasPrefix(url, "{auth."+key+"}")
	}
	return is(api.BaseURL) || slices.ContainsFunc(api.Hosts, func(h runtime.Host) bool { return is(h.URL) })
}

// credentials are the masks as a credential.
func (m masks) credentials(auth *runtime.AuthScheme) runtime.Credentials {
	data := make(map[string]string)
	for _, f := range auth.Fields {
		if len(f.Values) > 0 {
			data[f.Key] = f.Values[0].From
		}
	}
	for _, one := range m {
		data[one.key] = one.word
	}
	return runtime.NewCredentials(auth.Type, data)
}

// in reports whether a text holds a mask as it stands.
func (m masks) in(text string) bool {
	return slices.ContainsFunc(m, func(one mask) bool { return strings.Contains(text, one.word) })
}

// shown names the fields in the place of their masks: [token].
func (m masks) shown(text string) string {
	text = base64Run().ReplaceAllStringFunc(text, func(run string) string {
		if plain, ok := m.decoded(run); ok {
			return "[base64 of " + plain + "]"
		}
		return run
	})
	for _, one := range m {
		text = strings.ReplaceAll(text, one.word, "["+one.key+"]")
		if one.host != "" {
			text = strings.ReplaceAll(text, one.host, "[host of "+one.key+"]")
		}
	}
	return text
}

// Mask is the word that stands for a field of a credential in a request that is
// built with masks.
type Mask struct{ Key, Env, Word string }

// Masks are the masks of a scheme, the longest word first.
func Masks(api *runtime.API, auth *runtime.AuthScheme) (out []Mask) {
	for _, m := range masksOf(api, auth) {
		out = append(out, Mask{m.key, m.env, m.word})
	}
	return out
}

// base64Run is compiled when it is needed: few processes show a request.
var base64Run = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}={0,2}`) })

// decoded reads base64 that holds a mask.
func (m masks) decoded(run string) (plain string, ok bool) {
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if b, err := encoding.DecodeString(run); err == nil && m.in(string(b)) {
			return string(b), true
		}
	}
	return "", false
}
