// The host's catalogue: manifests.json, as its docs site reads it. Field for
// field and in the order of the host's own exporter, nulls and empty lists
// included.

package export

import (
	"slices"
	"strconv"
	"strings"

	"modulex.dev/connector/generator/model"
)

// Catalogue is the manifests.json of one connector, and what the host's
// exporter says about it on standard error.
func Catalogue(c *model.Connector, indent int) (doc []byte, said string) {
	doc = line(model.JSON(model.Object{
		{Name: "schema_version", Value: "1.0"},
		{Name: "package_version", Value: c.Version},
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
	for _, s := range c.Auth {
		schemes = append(schemes, catalogueAuth(s, c))
	}
	return model.Object{
		{Name: "integration_type", Value: "tool"},
		{Name: "name", Value: c.Name},
		{Name: "display_name", Value: c.Title},
		{Name: "description", Value: c.Overview},
		{Name: "version", Value: c.Version},
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

func catalogueAction(a *model.Action) model.Object {
	parameters := model.Object{}
	for _, p := range a.Params {
		parameters = append(parameters, model.Member{Name: p.Name, Value: model.Object{
			{Name: "type", Value: p.Type},
			{Name: "description", Value: p.Description},
			{Name: "default", Value: nil},
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
			{Name: "required", Value: true},
			{Name: "sensitive", Value: true},
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
	headers := model.Object{}
	for _, h := range c.Headers {
		headers = append(headers, model.Member{Name: h.Name, Value: h.Value})
	}
	headers = append(headers, model.Member{Name: s.Header, Value: s.Prefix + "{" + s.Key + "}"})
	return model.Object{
		{Name: "url", Value: s.Test.URL},
		{Name: "method", Value: s.Test.Method},
		{Name: "headers", Value: headers},
		{Name: "params", Value: model.Object{}},
		{Name: "body", Value: nil},
		{Name: "auth", Value: nil},
		{Name: "success_indicators", Value: model.Object{
			{Name: "status_codes", Value: slices.Clone(s.Test.Success)},
			{Name: "response_fields", Value: nil},
		}},
		{Name: "cost_level", Value: "free"},
		{Name: "description", Value: nil},
	}
}

// readme is what the host's pages take from an integration's README.
func readme(c *model.Connector) model.Object {
	sections := model.Object{}
	if len(c.Limits) > 0 {
		sections = append(sections, model.Member{Name: "Limits & Quotas", Value: "- " + strings.Join(c.Limits, "\n- ")})
	}
	return model.Object{{Name: "intro", Value: c.Overview}, {Name: "sections", Value: sections}}
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
