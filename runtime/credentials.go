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

// CredentialsFromEnv returns the credentials that the environment holds for the
// API's first auth scheme. getenv is os.Getenv or a stand-in.
func (a *API) CredentialsFromEnv(getenv func(string) string) Credentials {
	if len(a.Auth) == 0 {
		return Credentials{}
	}
	data := make(map[string]string)
	for _, f := range a.Auth[0].Fields {
		if v := getenv(f.Env); f.Env != "" && v != "" {
			data[f.Key] = v
		}
	}
	return NewCredentials(a.Auth[0].Type, data)
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
	values []string
}

// guard checks credentials against a scheme. The text of the error is the
// scheme's own sentence when a field is missing.
func guard(s *AuthScheme, c Credentials, texts *Texts) (secrets, *Error) {
	if s == nil {
		return secrets{}, nil
	}
	out := secrets{scheme: s, values: make([]string, len(s.Fields))}
	for i, f := range s.Fields {
		v := ""
		if c.secret != nil {
			v = strings.TrimSpace(c.secret(f.Key))
		}
		if v == "" {
			return secrets{}, &Error{Code: CodeUnauthenticated, text: f.Missing}
		}
		if !sendable(v) {
			return secrets{}, failed(texts, CodeUnauthenticated,
				"auth_data."+f.Key+" has characters or a length that no credential has; paste it again")
		}
		out.values[i] = v
	}
	if !s.accepts(c.authType) {
		return secrets{}, failed(texts, CodeUnauthenticated,
			fmt.Sprintf("auth_type is not %q, the one that this action takes", s.Type))
	}
	return out, nil
}

// accepts allows the manifest's spelling, the host's older "bearer" for
// "bearer_token", and no type at all, since there is one scheme to choose from.
func (s *AuthScheme) accepts(authType string) bool {
	return authType == s.Type || authType == "" || authType == "bearer" && s.Type == "bearer_token"
}

// sendable reports whether a secret can travel in a header as it stands.
func sendable(v string) bool {
	if len(v) > maxSecretBytes {
		return false
	}
	for i := range len(v) {
		if v[i] <= ' ' || v[i] >= 0x7f {
			return false
		}
	}
	return true
}

func (s secrets) of(key string) string {
	for i, f := range s.scheme.Fields {
		if f.Key == key {
			return s.values[i]
		}
	}
	return ""
}

// tenant identifies the credential in the budgets without holding it.
func (s secrets) tenant() [sha256.Size]byte {
	if len(s.values) == 1 {
		return sha256.Sum256([]byte(s.values[0]))
	}
	return sha256.Sum256([]byte(strings.Join(s.values, "\x00")))
}
