// The second OpenAPI document: the host's side. An action is a POST of its input,
// and what comes back is its envelope, whether it succeeded or not.

package export

import (
	"strings"

	"modulex.dev/connector/generator/model"
)

// EnvelopeOpenAPI describes the actions as a host offers them:
// POST /actions/NAME takes the input and answers with the envelope.
func EnvelopeOpenAPI(c *model.Connector) []byte {
	w := &document{c: c}
	schemas, paths := model.Object{}, model.Object{}
	define := func(s model.Object) model.Object {
		title, _ := s.Get("title").(string)
		schemas = append(schemas, model.Member{Name: title, Value: referred(commonMarked(s), title)})
		return model.Object{{Name: "$ref", Value: "#/components/schemas/" + title}}
	}
	for _, a := range c.Actions {
		paths = append(paths, model.Member{Name: "/actions/" + a.Name, Value: model.Object{{Name: "post", Value: w.envelopeOperation(a, define)}}})
	}
	doc := append(head(c, c.API.Title+" actions", sentence(c.API.Overview)+"Each action takes its input and answers with an envelope."),
		model.Member{Name: "servers", Value: []model.Object{{{Name: "url", Value: "/"}, {Name: "description", Value: "The host"}}}},
		model.Member{Name: "security", Value: []model.Object{{{Name: "host", Value: []string{}}}}},
		model.Member{Name: "tags", Value: w.tags},
		model.Member{Name: "paths", Value: paths},
		model.Member{Name: "components", Value: model.Object{
			{Name: "schemas", Value: schemas},
			{Name: "securitySchemes", Value: model.Object{{Name: "host", Value: model.Object{
				{Name: "type", Value: "http"}, {Name: "scheme", Value: "bearer"},
				{Name: "description", Value: "The host's own token. The credential of the API is the host's affair."}}}}},
		}})
	return line(model.JSON(doc, "  "))
}

func (w *document) envelopeOperation(a *model.Action, define func(model.Object) model.Object) model.Object {
	path := "/" + w.c.API.Name
	if a.Hook == "" {
		path = a.Op.Path
	}
	input := model.Object{{Name: "schema", Value: define(a.InputSchema)}}
	output := model.Object{{Name: "schema", Value: define(a.OutputSchema)}}
	if a.Sample.Input != "" {
		input = append(input, model.Member{Name: "example", Value: SampleInput(a)})
		output = append(output, model.Member{Name: "example", Value: SampleEnvelope(a)})
	}
	json := func(media model.Object) model.Object { return model.Object{{Name: "application/json", Value: media}} }
	out := model.Object{
		{Name: "operationId", Value: a.Name},
		{Name: "summary", Value: plainTitle(a.Title)},
		{Name: "description", Value: CommonMark(a.Description)},
		{Name: "tags", Value: []string{w.tag(path)}},
		{Name: "x-effect", Value: string(a.Effect)},
	}
	if a.Docs != "" {
		out = append(out, model.Member{Name: "externalDocs", Value: model.Object{{Name: "url", Value: linkTarget(a.Docs)}}})
	}
	return append(out,
		model.Member{Name: "requestBody", Value: model.Object{{Name: "required", Value: true}, {Name: "content", Value: json(input)}}},
		model.Member{Name: "responses", Value: model.Object{
			{Name: "200", Value: model.Object{{Name: "description", Value: "The envelope, of a success or of a failure."}, {Name: "content", Value: json(output)}}},
			{Name: "401", Value: model.Object{{Name: "description", Value: "The host does not know the caller."}}},
		}})
}

// referred moves the definitions of a schema into the document, where its
// references find them.
func referred(s model.Object, title string) model.Object {
	return rewritten(s, func(name string, value any) any {
		ref, ok := value.(string)
		if name == "$ref" && ok {
			return "#/components/schemas/" + title + strings.TrimPrefix(ref, "#")
		}
		return value
	})
}

// commonMarked is a schema whose descriptions are text where CommonMark is read.
func commonMarked(s model.Object) model.Object {
	return rewritten(s, func(name string, value any) any {
		if text, ok := value.(string); ok && name == "description" {
			return CommonMark(text)
		}
		return value
	})
}

// rewritten is an object, and all objects in it, with members changed.
func rewritten(o model.Object, change func(name string, value any) any) model.Object {
	out := model.Object{}
	for _, m := range o {
		switch v := change(m.Name, m.Value).(type) {
		case model.Object:
			m.Value = rewritten(v, change)
		case []model.Object:
			list := []model.Object{}
			for _, e := range v {
				list = append(list, rewritten(e, change))
			}
			m.Value = list
		default:
			m.Value = v
		}
		out = append(out, m)
	}
	return out
}
