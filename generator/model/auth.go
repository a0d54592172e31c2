// Credentials: their fields, where they are sent, the request that proves them.

package model

import (
	"net/http"
	"strings"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/table"
)

func (b *builder) auth(s manifest.Named[*manifest.AuthScheme]) {
	v := s.Value
	out := &AuthScheme{
		Var: b.scope.take(unexported(s.Name.Value)+"Auth", s.Name), Func: b.scope.take(exported(s.Name.Value), s.Name),
		AuthScheme: &table.AuthScheme{
			Name: s.Name.Value, Type: v.Type.Value, AnyType: v.Accepts.Value == "any", Title: v.Title.Value,
			Description: v.Description.Value, Steps: values(v.Steps), Sign: table.Code(v.Sign.Value),
		},
	}
	args := newScope(b.Report)
	for _, f := range v.Fields {
		out.AuthScheme.Fields = append(out.AuthScheme.Fields, credentialField(f))
		out.Fields = append(out.Fields, AuthField{
			Arg: args.take(argument(f.Name.Value), f.Name), Format: f.Value.Format.Value, AboutURL: f.Value.AboutURL.Value,
			Sensitive: !f.Value.Public.Value && (f.Value.Sensitive.Value || !f.Value.Sensitive.Given())})
	}
	for i := range out.Fields {
		out.Fields[i].CredentialField = &out.AuthScheme.Fields[i]
	}
	for _, send := range v.Send {
		out.Send = append(out.Send, authPart(send))
	}
	if v.Token != nil {
		out.Token = tokenRequest(v.Token)
	}
	if v.Test != nil {
		out.Test = b.authTest(v.Test)
		out.Probe = probe(v.Test, out.Test)
	}
	b.schemes[s.Name.Value] = out
	b.c.Auth = append(b.c.Auth, out)
	b.c.API.Auth = append(b.c.API.Auth, out.AuthScheme)
}

func credentialField(f manifest.Named[*manifest.AuthField]) table.CredentialField {
	return table.CredentialField{
		Key: f.Name.Value, Env: f.Value.Env.Value, Title: f.Value.Title.Value, Description: f.Value.Description.Value,
		Missing:  f.Value.Missing.Or("Missing " + f.Name.Value + " in auth_data."),
		Optional: f.Value.Optional.Value, Public: f.Value.Public.Value, Default: f.Value.Default.Value,
		Pattern: f.Value.Pattern.Value, Values: translations(f.Value.Values),
	}
}

func authPart(s manifest.AuthSend) table.AuthPart {
	if s.Basic != nil {
		return table.AuthPart{Header: "Authorization", Basic: true, Value: s.Basic.User.Value + ":" + s.Basic.Password.Value}
	}
	return table.AuthPart{Header: http.CanonicalHeaderKey(s.Header.Value), Query: s.Query.Value, Body: s.Body.Value, Value: s.Value.Value}
}

func tokenRequest(t *manifest.TokenRequest) *table.TokenRequest {
	method, url, _ := strings.Cut(t.Request.Value, " ")
	out := &table.TokenRequest{
		Method: method, URL: url, Headers: headers(t.Headers), JSON: t.JSON != nil,
		Path: t.Path.Or("access_token"), Expires: t.Expires.Or("expires_in"), Life: duration(t.Life.Value, 0), Field: "access_token",
	}
	if t.Basic != nil {
		out.Basic = t.Basic.User.Value + ":" + t.Basic.Password.Value
	}
	for _, f := range append(t.Form, t.JSON...) {
		out.Fields = append(out.Fields, table.Header{Name: f.Name.Value, Value: f.Value.Value})
	}
	return out
}

func (b *builder) authTest(t *manifest.AuthTest) *AuthTest {
	method, path, _ := strings.Cut(t.Request.Value, " ")
	base := b.m.BaseURL.Value
	if host, ok := manifest.Find(b.m.Hosts, t.Host.Value); ok {
		base = host.Value
	}
	out := &AuthTest{Method: method, URL: base + path, Success: ints(t.Success), Fields: values(t.Fields), Cost: t.Cost.Or("free")}
	if out.Success == nil {
		out.Success = []int{200}
	}
	for _, q := range t.Query {
		out.Query = append(out.Query, table.Header{Name: q.Name.Value, Value: q.Value.Value})
	}
	return out
}

// probe is the test as a request that the runtime can send.
func probe(t *manifest.AuthTest, test *AuthTest) *table.Operation {
	_, path, _ := strings.Cut(t.Request.Value, " ")
	out := &table.Operation{Name: "credential_test", Method: test.Method, Path: path, Success: test.Success, Result: table.Result{Kind: table.ResultNone}}
	if t.Host.Value != "default" {
		out.Host = t.Host.Value
	}
	for _, q := range test.Query {
		out.Query = append(out.Query, table.Field{Name: q.Name, Value: textTemplate(q.Value)})
	}
	return out
}

func translations(list []manifest.Named[manifest.Text]) (out []table.Translation) {
	for _, t := range list {
		out = append(out, table.Translation{From: t.Name.Value, To: t.Value.Value})
	}
	return out
}
