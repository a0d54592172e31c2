// Credentials: their fields, the places where they are sent, the requests that
// prove or exchange them.

package manifest

import (
	"fmt"
	"slices"
	"strings"
)

func (r *Report) checkAuth(m *Manifest, s *AuthScheme) {
	fields := Names(s.Fields)
	for _, f := range s.Fields {
		r.checkAuthField(f)
	}
	known := slices.Clone(fields)
	if s.Token != nil {
		r.checkToken(s, fields)
		known = append(known, "access_token")
	}
	for _, send := range s.Send {
		r.checkSend(send, known)
	}
	if s.Test != nil {
		r.checkAuthTest(m, s.Test)
	}
}

func (r *Report) checkAuthField(f Named[*AuthField]) {
	r.expression(f.Value.Pattern)
	if f.Name.Value == "access_token" && f.Value.Public.Value {
		r.Add(f.Value.Public.Pos, "remove it", "an access token is a secret")
	}
	if f.Value.Default.Given() && f.Value.Values != nil {
		if _, ok := Find(f.Value.Values, f.Value.Default.Value); !ok {
			r.Add(f.Value.Default.Pos, DidYouMean(f.Value.Default.Value, Names(f.Value.Values)), "the default %s is not one of the values", quote(f.Value.Default.Value))
		}
	}
	if f.Value.Pattern.Given() && f.Value.Values != nil {
		r.Add(f.Value.Pattern.Pos, "remove it", "a field with a closed list of values needs no pattern")
	}
}

// checkSend wants one place and one value.
func (r *Report) checkSend(s AuthSend, fields []string) {
	places := count(s.Header.Given(), s.Query.Given(), s.Body.Given(), s.Basic != nil)
	switch {
	case places == 0:
		r.Add(s.Pos, "add `header: …`, `query: …`, `body: …` or `basic: …`", "the credential has no place")
	case places > 1:
		r.Add(s.Pos, "make a list of places", "the credential has several places in one entry")
	case s.Basic != nil && s.Value.Given():
		r.Add(s.Value.Pos, "remove it", "basic authentication says itself what is sent")
	case s.Basic == nil && !s.Value.Given():
		r.Add(s.Pos, "add `value: \"{"+firstOf(fields)+"}\"`", "nothing says what is sent")
	}
	r.ownHeader(s.Header, s.Header.Value)
	r.fields(s.Value, fields, true)
	if s.Basic != nil {
		r.fields(s.Basic.User, fields, false)
		r.fields(s.Basic.Password, fields, false)
	}
}

// fields wants the holes of a text to be fields of the scheme, and at least one
// where the text would be a constant otherwise.
func (r *Report) fields(t Text, fields []string, atLeastOne bool) {
	if !t.Given() {
		return
	}
	found := placeholder.FindAllStringIndex(t.Value, -1)
	if len(found) == 0 && atLeastOne {
		r.Add(t.Pos, "write {"+firstOf(fields)+"}", "the value holds no field of the credential")
	}
	for _, f := range found {
		if key := t.Value[f[0]+1 : f[1]-1]; !slices.Contains(fields, key) {
			r.Add(r.inside(t, f[0]), DidYouMean(key, fields), "%s is not a field of this scheme", quote(key))
		}
	}
}

// firstOf is a field to show in a cure; a scheme whose fields are wrong has none.
func firstOf(fields []string) string {
	if len(fields) == 0 {
		return "token"
	}
	return fields[0]
}

func (r *Report) checkToken(s *AuthScheme, fields []string) {
	t := s.Token
	if slices.Contains(fields, "access_token") {
		r.Add(t.Request.Pos, "rename the field", "the scheme has a field access_token already")
	}
	if t.Form != nil && len(t.JSON) > 0 {
		r.Add(t.JSON[0].Name.Pos, "keep one of them", "the token request has two bodies")
	}
	texts := []Text{t.Request}
	for _, list := range [][]Named[Text]{t.Headers, t.Form, t.JSON} {
		for _, e := range list {
			texts = append(texts, e.Value)
		}
	}
	if t.Basic != nil {
		texts = append(texts, t.Basic.User, t.Basic.Password)
	}
	for _, text := range texts {
		r.fields(text, fields, false)
	}
}

func (r *Report) checkAuthTest(m *Manifest, t *AuthTest) {
	r.refers(t.Host, "host", m.hostNames())
	_, path, ok := strings.Cut(t.Request.Value, " ")
	if !ok {
		return
	}
	for _, seg := range r.segments(t.Request, path) {
		for _, hole := range seg.holes {
			if !strings.HasPrefix(hole.name, "auth.") {
				r.Add(r.inside(t.Request, hole.at), "use a request that needs none", "a credential test has no parameters")
			}
		}
	}
}

// checkCredentialsAreSent wants every scheme to be sent somewhere: in a place of
// its own, or in a hole of an address.
func (r *Report) checkCredentialsAreSent(m *Manifest) {
	for _, s := range m.Auth {
		if s.Value.Send != nil || s.Value.Sign.Given() {
			continue
		}
		if !slices.ContainsFunc(s.Value.Fields, func(f Named[*AuthField]) bool { return m.mentions("{auth." + f.Name.Value + "}") }) {
			r.Add(s.Name.Pos, fmt.Sprintf("add `send: { header: Authorization, value: \"Bearer {%s}\" }`", firstOf(Names(s.Value.Fields))), "the credential %s is sent nowhere", quote(s.Name.Value))
		}
	}
}

// mentions reports whether a hole stands in an address or a header.
func (m *Manifest) mentions(hole string) bool {
	texts := []Text{m.BaseURL}
	for _, h := range append(slices.Clone(m.Hosts), m.Headers...) {
		texts = append(texts, h.Value)
	}
	for _, a := range m.Actions {
		texts = append(texts, a.Value.Request)
		for _, h := range a.Value.Headers {
			texts = append(texts, h.Value)
		}
	}
	return slices.ContainsFunc(texts, func(t Text) bool { return strings.Contains(t.Value, hole) })
}
