// Credentials in an OpenAPI document.

package export

import (
	"fmt"
	"slices"
	"strings"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

// securityOf are the ways to be let in: one of the action's schemes, all parts of
// it together.
func (w *document) securityOf(op *table.Operation) []model.Object {
	out := []model.Object{}
	if op.Auth == nil {
		return out
	}
	for _, s := range append([]*table.AuthScheme{op.Auth}, op.OtherAuth...) {
		out = append(out, w.requirement(s))
		if withoutFields(s) {
			out = append(out, model.Object{})
		}
	}
	return slices.CompactFunc(out, func(a, b model.Object) bool { return jsonText(a) == jsonText(b) })
}

// withoutFields reports whether a call may go without the credential.
func withoutFields(s *table.AuthScheme) bool {
	return !slices.ContainsFunc(s.Fields, func(f table.CredentialField) bool { return !f.Optional })
}

// requirement names the parts of a scheme and declares them. A part of a body or
// of a path is described there.
func (w *document) requirement(s *table.AuthScheme) model.Object {
	out := model.Object{}
	for _, part := range s.Send {
		scheme := securityScheme(s, part)
		if scheme == nil {
			continue
		}
		name := s.Name
		if len(out) > 0 {
			name = fmt.Sprintf("%s_%d", s.Name, len(out)+1)
		}
		if w.security.Get(name) == nil {
			w.security = append(w.security, model.Member{Name: name, Value: scheme})
		}
		out = append(out, model.Member{Name: name, Value: []string{}})
	}
	return out
}

func securityScheme(s *table.AuthScheme, part table.AuthPart) model.Object {
	description := model.Member{Name: "description", Value: CommonMark(s.Title)}
	if s.Description != "" {
		description.Value = CommonMark(s.Description)
	}
	apiKey := func(in, name string) model.Object {
		return model.Object{{Name: "type", Value: "apiKey"}, {Name: "in", Value: in}, {Name: "name", Value: name}, description}
	}
	bearer := strings.HasPrefix(part.Value, "Bearer {") && part.Header == "Authorization"
	switch {
	case bearer && s.Token != nil && !strings.Contains(s.Token.URL, "{"):
		return model.Object{{Name: "type", Value: "oauth2"}, {Name: "flows", Value: model.Object{{Name: "clientCredentials", Value: model.Object{
			{Name: "tokenUrl", Value: s.Token.URL}, {Name: "scopes", Value: model.Object{}}}}}}, description}
	case part.Basic:
		return model.Object{{Name: "type", Value: "http"}, {Name: "scheme", Value: "basic"}, description}
	case bearer:
		return model.Object{{Name: "type", Value: "http"}, {Name: "scheme", Value: "bearer"}, description}
	case part.Header != "":
		return apiKey("header", part.Header)
	case part.Query != "":
		return apiKey("query", part.Query)
	}
	return nil
}
