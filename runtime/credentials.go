// Who calls. Credentials come with each call, as the host passes them, so one
// client serves any number of tenants. They are checked before anything else
// happens and no way of printing them shows a secret.

package runtime

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
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
}

// choose checks credentials against the schemes of an operation and takes the
// first whose type and fields fit. When none does, the error is that of the
// first whose type fits, or else of the first.
func (c *Client) choose(op *Operation, cred Credentials) (secrets, *Error) {
	texts := c.texts(op)
	if len(op.OtherAuth) == 0 {
		return c.guard(op.Auth, cred, texts)
	}
	var refused *Error
	for i := -1; i < len(op.OtherAuth); i++ {
		s := op.scheme(i)
		if s == nil || !s.accepts(cred.authType) {
			continue
		}
		found, err := c.guard(s, cred, texts)
		if err == nil {
			return found, nil
		}
		if refused == nil {
			refused = err
		}
	}
	if refused == nil {
		return c.guard(op.Auth, cred, texts)
	}
	return secrets{}, refused
}

// scheme is the scheme of the operation at i among the others, and its own at
// -1.
func (op *Operation) scheme(i int) *AuthScheme {
	if i < 0 {
		return op.Auth
	}
	return op.OtherAuth[i]
}

// guard checks credentials against a scheme. The text of the error is the
// scheme's own sentence when a field is missing.
func (c *Client) guard(s *AuthScheme, cred Credentials, texts *Texts) (secrets, *Error) {
	if s == nil {
		return secrets{}, nil
	}
	out := secrets{scheme: s, values: make([]string, len(s.Fields))}
	for i := range s.Fields {
		f := &s.Fields[i]
		v := cred.field(f.Key)
		if v == "" {
			v = f.Default
		}
		switch {
		case v != "":
		case f.Optional:
			continue
		case f.Missing == "":
			return secrets{}, failed(texts, CodeUnauthenticated, "auth_data."+f.Key+" is missing")
		default:
			return secrets{}, &Error{Code: CodeUnauthenticated, text: f.Missing}
		}
		var why string
		if out.values[i], why = c.fit(s, f, v); why != "" {
			return secrets{}, failed(texts, CodeUnauthenticated, "auth_data."+f.Key+" "+why)
		}
	}
	if !s.accepts(cred.authType) {
		return secrets{}, failed(texts, CodeUnauthenticated,
			fmt.Sprintf("auth_type is not %q, the one that this action takes", s.Type))
	}
	return out, nil
}

// field is a field without the blanks around it.
func (c Credentials) field(key string) string {
	if c.secret == nil {
		return ""
	}
	return strings.TrimSpace(c.secret(key))
}

// fit checks a field and puts in its place what a closed list says.
func (c *Client) fit(s *AuthScheme, f *CredentialField, v string) (value, why string) {
	if !sendable(v) && (s.inHeader(f.Key) || !s.writable(f.Key, v)) {
		return "", "has characters or a length that no credential has; paste it again"
	}
	if len(f.Values) > 0 {
		return f.translated(v)
	}
	if f.Pattern != "" {
		if re := c.pattern("^(?:" + f.Pattern + ")$"); re == nil || !re.MatchString(v) {
			return "", "is not of the form that it must have: " + f.Pattern
		}
	}
	if s.splits(f.Key, v) {
		return "", "has a colon, which this part of a credential cannot have; paste it again"
	}
	return v, ""
}

// translated puts in the place of v what the closed list says.
func (f *CredentialField) translated(v string) (value, why string) {
	names := make([]string, len(f.Values))
	for i, t := range f.Values {
		if t.From == v {
			return t.To, ""
		}
		names[i] = t.From
	}
	if v == f.Default {
		return v, ""
	}
	return "", "must be one of " + strings.Join(names, ", ")
}

// inHeader reports whether a field is put into a header as it stands.
func (s *AuthScheme) inHeader(key string) bool {
	for i := range s.Send {
		if p := &s.Send[i]; p.Header != "" && !p.Basic && hasHole(p.Value, key) {
			return true
		}
	}
	return false
}

// splits reports whether a field would shift the border between the user and
// the password of Basic authentication, which is the first colon.
func (s *AuthScheme) splits(key, v string) bool {
	if !strings.Contains(v, ":") {
		return false
	}
	for i := range s.Send {
		user, _, _ := strings.Cut(s.Send[i].Value, ":")
		if s.Send[i].Basic && hasHole(user, key) {
			return true
		}
	}
	return s.Token != nil && hasHole(before(s.Token.Basic, ":"), key)
}

func before(text, sep string) string {
	head, _, _ := strings.Cut(text, sep)
	return head
}

// hasHole reports whether a text has the hole {key} or {auth.key}.
func hasHole(text, key string) bool {
	for {
		_, rest, found := strings.Cut(text, "{")
		if !found {
			return false
		}
		var name string
		name, text, _ = strings.Cut(rest, "}")
		if strings.TrimPrefix(name, "auth.") == key {
			return true
		}
	}
}

// accepts allows the manifest's spelling, the host's older "bearer" for
// "bearer_token", and no type at all, since the fields tell enough.
func (s *AuthScheme) accepts(authType string) bool {
	return s.AnyType || authType == s.Type || authType == "" || authType == "bearer" && s.Type == "bearer_token"
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

// writable reports whether a secret can travel anywhere else: it is text that a
// person can see. The key of a signer may have lines.
func (s *AuthScheme) writable(key, v string) bool {
	if len(v) > maxSecretBytes || !utf8.ValidString(v) {
		return false
	}
	lines := s.Sign != nil && !s.sends(key)
	for _, r := range v {
		if !unicode.IsGraphic(r) && !(lines && (r == '\n' || r == '\r' || r == '\t')) {
			return false
		}
	}
	return true
}

// sends reports whether a part of a request holds the field.
func (s *AuthScheme) sends(key string) bool {
	return slices.ContainsFunc(s.Send, func(p AuthPart) bool { return hasHole(p.Value, key) })
}

// keyStyle reports whether hosts pass the credential among the arguments.
func (s *AuthScheme) keyStyle() bool { return s.Type == "api_key" || s.Type == "modulex_key" }

// keysOf takes the fields that the host passes among the arguments out of an
// input: members that are no parameters, for fields that the credentials do not
// hold. Anything that is no JSON object stays as it is.
func (op *Operation) keysOf(cred Credentials, input []byte) (Credentials, []byte) {
	var wanted []string
	for i := -1; i < len(op.OtherAuth); i++ {
		s := op.scheme(i)
		if s == nil || !s.keyStyle() || i >= 0 && !s.accepts(cred.authType) {
			continue
		}
		for _, f := range s.Fields {
			if cred.field(f.Key) == "" && !slices.ContainsFunc(op.Params, func(p Param) bool { return p.Name == f.Key }) {
				wanted = append(wanted, f.Key)
			}
		}
	}
	if len(wanted) == 0 {
		return cred, input
	}
	found, rest := without(input, wanted)
	if len(found) == 0 {
		return cred, input
	}
	held := cred.secret
	return Credentials{cred.authType, func(key string) string {
		if v, ok := found[key]; ok {
			return v
		}
		if held == nil {
			return ""
		}
		return held(key)
	}}, rest
}

// without takes members out of a JSON object: their texts, and the object that
// is left. A text that is no object has none of them.
func without(object []byte, names []string) (found map[string]string, rest []byte) {
	s := scanner{b: bytes.TrimPrefix(object, []byte("\uFEFF"))}
	if len(s.b) > maxInputBytes {
		return nil, object
	}
	found = make(map[string]string)
	rest = append(make([]byte, 0, len(s.b)), '{')
	err := s.document(func(start int) int {
		if s.peek(start) != '{' {
			return s.value(start, 0)
		}
		return s.object(start, 0, func(key []byte, at int) int {
			end := s.value(at, 1)
			if end < 0 {
				return end
			}
			if name := unquote(key); slices.Contains(names, name) {
				found[name] = dataText(s.b[at:end])
				return end
			}
			if len(rest) > 1 {
				rest = append(rest, ',')
			}
			rest = append(append(append(rest, key...), ':'), s.b[at:end]...)
			return end
		})
	})
	if err != nil {
		return nil, object
	}
	return found, append(rest, '}')
}

// dataText is a value of auth_data as text: other than text stays JSON, null is
// nothing.
func dataText(value []byte) string {
	switch value[0] {
	case '"':
		return unquote(value)
	case 'n':
		return ""
	}
	return string(value)
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
	return out
}

// tenant identifies the credential in the budgets without holding it.
func (s secrets) tenant() [sha256.Size]byte {
	if len(s.values) == 1 {
		return sha256.Sum256([]byte(s.values[0]))
	}
	return sha256.Sum256([]byte(strings.Join(s.values, "\x00")))
}
