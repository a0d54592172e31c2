// Package export prints a connector's model for others than Go: the schemas and
// the catalogue of the host, the reference page of the language.
package export

import (
	"modulex.dev/connector/generator/emit"
	"modulex.dev/connector/generator/model"
)

// File is one exported file.
type File = emit.File

// Schemas is the contract of a connector as one document: what its page shows,
// with the parameters and the output schema of every action.
func Schemas(c *model.Connector) []byte {
	var actions []model.Object
	for _, a := range c.Actions {
		actions = append(actions, model.Object{
			{Name: "name", Value: a.Name},
			{Name: "parameters", Value: parameters(a)},
			{Name: "output_schema", Value: a.OutputSchema},
		})
	}
	doc := model.Object{
		{Name: "connector", Value: c.API.Name},
		{Name: "title", Value: c.API.Title},
		{Name: "overview", Value: c.API.Overview},
		{Name: "categories", Value: c.Categories},
	}
	if len(c.Auth) > 0 {
		doc = append(doc, model.Member{Name: "auth", Value: authOf(merged(c.Auth)[0])})
	}
	doc = append(doc, model.Member{Name: "limits", Value: c.Limits}, model.Member{Name: "actions", Value: actions})
	return line(model.JSON(doc, "  "))
}

// SchemaFiles is the contract and, beside it, each action's schemas as files of
// their own: ACTION.input.json, ACTION.output.json and, where its result has a
// type, ACTION.result.json.
func SchemaFiles(c *model.Connector) []File {
	files := []File{{Name: c.API.Name + ".contract.json", Content: Schemas(c)}}
	for _, a := range c.Actions {
		files = append(files,
			File{Name: a.Name + ".input.json", Content: line(model.JSON(a.InputSchema, "  "))},
			File{Name: a.Name + ".output.json", Content: line(model.JSON(a.OutputSchema, "  "))})
		if s := c.ResultSchema(a); s != nil {
			files = append(files, File{Name: a.Name + ".result.json", Content: line(model.JSON(s, "  "))})
		}
	}
	return files
}

func parameters(a *model.Action) []model.Object {
	out := []model.Object{}
	for _, p := range a.Params {
		out = append(out, model.Object{
			{Name: "name", Value: p.Name},
			{Name: "type", Value: string(p.Type)},
			{Name: "required", Value: p.Required},
			{Name: "description", Value: p.Description},
		})
	}
	return out
}

func authOf(s *model.AuthScheme) model.Object {
	var credentials []model.Object
	for _, f := range s.Fields {
		credentials = append(credentials, model.Object{
			{Name: "field", Value: f.Title},
			{Name: "description", Value: f.Description},
			{Name: "required", Value: !f.Optional},
		})
	}
	return model.Object{
		{Name: "title", Value: s.Title},
		{Name: "description", Value: s.Description},
		{Name: "steps", Value: append([]string{}, s.Steps...)},
		{Name: "credentials", Value: credentials},
	}
}

func line(b []byte) []byte { return append(b, '\n') }
