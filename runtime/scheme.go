// Which scheme a call uses, and whether a credential fits it: the fields that
// are there, what they may be, where they can be sent.

package runtime

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

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
	out := secrets{scheme: s, values: make([]string, len(s.Fields)), known: &c.redactors}
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
