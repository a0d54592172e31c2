// The host's catalogue: manifests.json, as its docs site reads it. Field for
// field and in the order of the host's own exporter, nulls and empty lists
// included.

package export

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

// Catalogue is the manifests.json of one connector, and what the host's
// exporter says about it on standard error.
func Catalogue(c *model.Connector, indent int) (doc []byte, said string) {
	doc = line(model.JSON(model.Object{
		{Name: "schema_version", Value: "1.0"},
		{Name: "package_version", Value: c.API.Version},
		{Name: "integration_count", Value: 1},
		{Name: "warnings", Value: []string{}},
		{Name: "integrations", Value: []model.Object{integration(c)}},
	}, strings.Repeat(" ", indent)))
	n := len(c.Actions)
	return doc, "output_schema coverage: " + strconv.Itoa(n) + "/" + strconv.Itoa(n) + " actions · 0 warning(s)"
}

func integration(c *model.Connector) model.Object {
	actions := []model.Object{}
	for _, a := range c.Actions {
		actions = append(actions, catalogueAction(a))
	}
	schemes := []model.Object{}
	for _, s := range merged(c.Auth) {
		schemes = append(schemes, catalogueAuth(s, c))
	}
	return model.Object{
		{Name: "integration_type", Value: "tool"},
		{Name: "name", Value: c.API.Name},
		{Name: "display_name", Value: c.API.Title},
		{Name: "description", Value: c.API.Overview},
		{Name: "version", Value: c.API.Version},
		{Name: "author", Value: c.Author},
		{Name: "logo", Value: orNull(c.Logo)},
		{Name: "app_url", Value: orNull(c.AppURL)},
		{Name: "categories", Value: c.Categories},
		{Name: "actions", Value: actions},
		{Name: "auth_schemas", Value: schemes},
		// The host's registration table is not here to be read; its exporter
		// says true in that case.
		{Name: "registered_entry_point", Value: true},
		{Name: "readme", Value: readme(c)},
	}
}

// merged are the schemes as the host has them: one for each type. Schemes of one
// type take parts of one credential, so their fields are put together; those
// that only a later scheme wants are optional.
func merged(schemes []*model.AuthScheme) (out []*model.AuthScheme) {
	for _, s := range schemes {
		i := slices.IndexFunc(out, func(o *model.AuthScheme) bool { return o.Type == s.Type })
		if i < 0 {
			own := *s
			out = append(out, &own)
			continue
		}
		for _, f := range s.Fields {
			if !slices.ContainsFunc(out[i].Fields, func(o model.AuthField) bool { return o.Key == f.Key }) {
				field := *f.CredentialField
				field.Optional = true
				f.CredentialField = &field
				out[i].Fields = append(slices.Clone(out[i].Fields), f)
			}
		}
		if out[i].Test == nil && s.Test != nil {
			scheme := *out[i].AuthScheme
			scheme.Send = s.Send // the test is sent as its own scheme says
			out[i].AuthScheme, out[i].Test = &scheme, s.Test
		}
	}
	return out
}

func catalogueAction(a *model.Action) model.Object {
	parameters := model.Object{}
	for _, p := range a.Params {
		parameters = append(parameters, model.Member{Name: p.Name, Value: model.Object{
			{Name: "type", Value: hostType(p.Type)},
			{Name: "description", Value: p.Description},
			{Name: "default", Value: orJSON(p.Default + p.APIDefault)},
			{Name: "required", Value: p.Required},
		}})
	}
	return model.Object{
		{Name: "name", Value: a.Name},
		{Name: "description", Value: a.Description},
		{Name: "parameters", Value: parameters},
		{Name: "output_schema", Value: a.OutputSchema},
	}
}

func catalogueAuth(s *model.AuthScheme, c *model.Connector) model.Object {
	variables := []model.Object{}
	for _, f := range s.Fields {
		variables = append(variables, model.Object{
			{Name: "name", Value: f.Env},
			{Name: "display_name", Value: f.Title},
			{Name: "description", Value: f.Description},
			{Name: "required", Value: !f.Optional},
			{Name: "sensitive", Value: f.Sensitive},
			{Name: "only_for_custom", Value: false},
			// Only what the host stores by name needs injecting; a bearer token
			// is in auth_data by itself.
			{Name: "inject_into_auth_data", Value: s.Type == "custom"},
			{Name: "sample_format", Value: orNull(f.Format)},
			{Name: "about_url", Value: orNull(f.AboutURL)},
		})
	}
	return model.Object{
		{Name: "display_name", Value: s.Title},
		{Name: "description", Value: s.Description},
		{Name: "setup_instructions", Value: orNullList(s.Steps)},
		{Name: "setup_environment_variables", Value: variables},
		{Name: "test_endpoint", Value: testEndpoint(s, c)},
		{Name: "auth_type", Value: s.Type},
	}
}

// testEndpoint is the request by which the host proves a credential; it fills
// in the placeholders itself.
func testEndpoint(s *model.AuthScheme, c *model.Connector) any {
	if s.Test == nil {
		return nil
	}
	headers, params := model.Object{}, model.Object{}
	for _, h := range c.API.Headers {
		headers = append(headers, model.Member{Name: h.Name, Value: h.Value})
	}
	for _, q := range s.Test.Query {
		params = append(params, model.Member{Name: q.Name, Value: q.Value})
	}
	var basic any
	for _, send := range s.Send {
		switch {
		case send.Basic:
			basic = basicAuth(s, send)
		case send.Header != "":
			headers = append(headers, model.Member{Name: send.Header, Value: hostPlaceholders(s, send.Value)})
		case send.Query != "":
			params = append(params, model.Member{Name: send.Query, Value: hostPlaceholders(s, send.Value)})
		}
	}
	return model.Object{
		{Name: "url", Value: s.Test.URL},
		{Name: "method", Value: s.Test.Method},
		{Name: "headers", Value: headers},
		{Name: "params", Value: params},
		{Name: "body", Value: nil},
		{Name: "auth", Value: basic},
		{Name: "success_indicators", Value: model.Object{
			{Name: "status_codes", Value: slices.Clone(s.Test.Success)},
			{Name: "response_fields", Value: orNullList(s.Test.Fields)},
		}},
		{Name: "cost_level", Value: s.Test.Cost},
		{Name: "description", Value: nil},
	}
}

// basicAuth is the host's directive for Basic authentication: the names of the
// variables, or a text as it stands.
func basicAuth(s *model.AuthScheme, send table.AuthPart) model.Object {
	user, password, _ := strings.Cut(send.Value, ":")
	return model.Object{
		{Name: "type", Value: "basic"},
		{Name: "username_placeholder", Value: variable(s, user)},
		{Name: "password_placeholder", Value: variable(s, password)},
	}
}

// variable is the environment variable of the field that a text is a hole for.
func variable(s *model.AuthScheme, text string) string {
	for _, f := range s.Fields {
		if text == "{"+f.Key+"}" {
			return f.Env
		}
	}
	return text
}

// hostPlaceholders names the fields as the host does: {token}, {api_key},
// {access_token} and {bearer_token} by these words, others by their variable.
func hostPlaceholders(s *model.AuthScheme, value string) string {
	for _, f := range s.Fields {
		if !slices.Contains([]string{"token", "api_key", "access_token", "bearer_token"}, f.Key) {
			value = strings.ReplaceAll(value, "{"+f.Key+"}", "{"+f.Env+"}")
		}
	}
	return value
}

// hostType is a type that the host knows: it has none for any value.
func hostType(t table.Type) string {
	if t == "any" {
		return "object"
	}
	return string(t)
}

func orJSON(text string) any {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

// readme is what the host's pages take from an integration's README.
func readme(c *model.Connector) model.Object {
	sections := model.Object{}
	if len(c.Limits) > 0 {
		sections = append(sections, model.Member{Name: "Limits & Quotas", Value: "- " + strings.Join(c.Limits, "\n- ")})
	}
	return model.Object{{Name: "intro", Value: c.API.Overview}, {Name: "sections", Value: sections}}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orNullList(s []string) any {
	if len(s) == 0 {
		return nil
	}
	return s
}
