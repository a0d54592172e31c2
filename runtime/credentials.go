// Who calls. Credentials come with each call, as the host passes them, so one
// client serves any number of tenants. They are checked before anything else
// happens and no way of printing them shows a secret.

package runtime

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
)

// Credentials are one tenant's {auth_type, auth_data}. The zero value holds
// nothing. They print as their type and the names of their fields, and marshal
// that way too: a secret never leaves by accident. They unmarshal from the
// host's JSON object.
type Credentials struct {
	authType string
	// secret looks a field up. The data is behind a function because fmt prints
	// the unexported fields of an enclosing struct without asking for their
	// methods; of a function it prints an address.
	secret func(key string) string
}

func credentials(authType string, values map[string]string) Credentials {
	return Credentials{authType, func(key string) string { return values[key] }}
}

// NewCredentials returns credentials of a type (the host's auth_type, such as
// "bearer_token") with the given auth_data.
func NewCredentials(authType string, data map[string]string) Credentials {
	values := make(map[string]string, len(data))
	for k, v := range data {
		values[k] = v
	}
	return credentials(authType, values)
}

// AuthType is the host's auth_type; "" where the caller said none.
func (c Credentials) AuthType() string { return c.authType }

// CredentialsFromEnv returns the credentials that the environment holds: for the
// first of the API's auth schemes whose fields are all there, else for the first
// scheme. Schemes that share a type are told apart by their fields alone, so an
// API that has such gets all that the environment holds, and no type. getenv is
// os.Getenv or a stand-in.
func (a *API) CredentialsFromEnv(getenv func(string) string) Credentials {
	if len(a.Auth) == 0 {
		return Credentials{}
	}
	all := make(map[string]string)
	types := make(map[string]bool)
	for _, s := range a.Auth {
		for key, v := range s.fromEnv(getenv) {
			if all[key] == "" {
				all[key] = v
			}
		}
		types[s.Type] = true
	}
	if len(types) < len(a.Auth) {
		return credentials("", all)
	}
	chosen := a.Auth[0]
	for _, s := range slices.Backward(a.Auth) {
		if s.complete(s.fromEnv(getenv)) {
			chosen = s
		}
	}
	return credentials(chosen.Type, chosen.fromEnv(getenv))
}

// fromEnv are the fields of a scheme that the environment holds.
func (s *AuthScheme) fromEnv(getenv func(string) string) map[string]string {
	data := make(map[string]string)
	for _, f := range s.Fields {
		if f.Env == "" {
			continue
		}
		if v := getenv(f.Env); v != "" {
			data[f.Key] = v
		}
	}
	return data
}

// complete reports whether data holds what the scheme cannot do without.
func (s *AuthScheme) complete(data map[string]string) bool {
	for _, f := range s.Fields {
		if data[f.Key] == "" && f.Default == "" && !f.Optional {
			return false
		}
	}
	return true
}

// UnmarshalJSON reads {"auth_type": "…", "auth_data": {…}}. Values of auth_data
// that are not text are kept as their JSON text; null counts as absent. Its
// errors quote nothing of the input.
func (c *Credentials) UnmarshalJSON(b []byte) error {
	var raw struct {
		AuthType *string                    `json:"auth_type"`
		AuthData map[string]json.RawMessage `json:"auth_data"`
	}
	if json.Unmarshal(b, &raw) != nil {
		return errors.New(`credentials are not a JSON object {"auth_type": "…", "auth_data": {…}}`)
	}
	values := make(map[string]string, len(raw.AuthData))
	for key, v := range raw.AuthData {
		var s string
		switch {
		case string(v) == "null":
		case json.Unmarshal(v, &s) == nil:
			values[key] = s
		default:
			values[key] = string(v)
		}
	}
	*c = credentials("", values)
	if raw.AuthType != nil {
		c.authType = *raw.AuthType
	}
	return nil
}

// String names the type only.
func (c Credentials) String() string { return "credentials(" + c.authType + ")" }

// GoString is String.
func (c Credentials) GoString() string { return c.String() }

// Format prints String for every verb.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue is String.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON writes the type and no data.
func (c Credentials) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"auth_type": c.authType, "auth_data": "[redacted]"})
}

// secrets are the checked fields of one call, in the order of the scheme.
type secrets struct {
	scheme *AuthScheme
	values []string // "" for an optional field that is not given
	access string   // the access token that they have been exchanged for
	proxy  string   // user:password of the proxy in the way, where its errors are told
	known  *redactors
}

// field is a field without the blanks around it.
func (c Credentials) field(key string) string {
	if c.secret == nil {
		return ""
	}
	return strings.TrimSpace(c.secret(key))
}

// of is the value of a field, or of the access token; "" when it is not given.
func (s secrets) of(key string) string {
	if s.scheme == nil {
		return ""
	}
	if s.scheme.Token != nil && s.scheme.Token.Field == key && s.access != "" {
		return s.access
	}
	for i := range s.scheme.Fields {
		if s.scheme.Fields[i].Key == key {
			return s.values[i]
		}
	}
	return ""
}

// hidden are the values that no text may show.
func (s secrets) hidden() []string {
	var out []string
	for i, v := range s.values {
		if v != "" && !s.scheme.Fields[i].Public {
			out = append(out, v)
		}
	}
	if s.access != "" {
		out = append(out, s.access)
	}
	if _, password, _ := strings.Cut(s.proxy, ":"); password != "" {
		out = append(out, s.proxy, password)
	}
	return append(out, s.pairs()...)
}

// pairs are the user:password of Basic authentication. In base64 a short
// password is known by its pair only.
func (s secrets) pairs() (out []string) {
	if s.scheme == nil {
		return nil
	}
	for i := range s.scheme.Send {
		if p := &s.scheme.Send[i]; p.Basic {
			out = s.appendPair(out, p.Value)
		}
	}
	if s.scheme.Token != nil {
		out = s.appendPair(out, s.scheme.Token.Basic)
	}
	return out
}

func (s secrets) appendPair(pairs []string, template string) []string {
	k := call{secrets: s}
	if pair, ok := fillHoles(template, k.credential); ok && pair != "" {
		pairs = append(pairs, pair)
	}
	return pairs
}

// tenant identifies the credential in the budgets without holding it.
func (s secrets) tenant() [sha256.Size]byte {
	if len(s.values) == 1 {
		return sha256.Sum256([]byte(s.values[0]))
	}
	return sha256.Sum256([]byte(strings.Join(s.values, "\x00")))
}
