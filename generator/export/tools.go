// Tools for models, as the APIs of OpenAI and Anthropic take them: a list of
// definitions that the vendors' SDKs read into their own types. strict.go has what
// their strict modes ask for.

package export

import (
	"fmt"
	"unicode/utf8"

	"modulex.dev/connector/generator/model"
)

// ToolForm is a form of OpenAI's tools.
type ToolForm string

// The forms: that of the Responses API has its members at the top, that of Chat
// Completions has them inside "function".
const (
	FormResponses ToolForm = "responses"
	FormChat      ToolForm = "chat"
)

// What the vendors take in one request.
const (
	openAITools        = 128
	openAIDescription  = 1024 // characters
	anthropicStrict    = 20   // strict tools
	anthropicOptionals = 24   // optional parameters of all strict tools together
)

// OpenAITools are the actions as tools of OpenAI, and what their reader should
// know.
func OpenAITools(c *model.Connector, form ToolForm, strict bool) (doc []byte, notes []string) {
	tools := []model.Object{}
	for _, a := range c.Actions {
		schema, why := toolSchema(a), ""
		if strict {
			schema, why = strictSchema(a, allRequired)
		}
		if why != "" {
			schema = toolSchema(a)
			notes = append(notes, notStrict(a, why))
		}
		description := bounded(a.Description, openAIDescription)
		if description != a.Description {
			notes = append(notes, fmt.Sprintf("%s: the description is cut at %d characters, the most that OpenAI takes", a.Name, openAIDescription))
		}
		function := model.Object{
			{Name: "name", Value: a.Name},
			{Name: "description", Value: description},
			{Name: "parameters", Value: schema},
			{Name: "strict", Value: strict && why == ""}, // said always: the Responses API would take it for true
		}
		tools = append(tools, openAITool(form, function))
	}
	if len(tools) > openAITools {
		notes = append(notes, fmt.Sprintf("these are %d tools, and OpenAI takes %d in a request; choose some with --actions", len(tools), openAITools))
	}
	return line(model.JSON(tools, "  ")), notes
}

func openAITool(form ToolForm, function model.Object) model.Object {
	if form == FormChat {
		return model.Object{{Name: "type", Value: "function"}, {Name: "function", Value: function}}
	}
	return append(model.Object{{Name: "type", Value: "function"}}, function...)
}

// AnthropicTools are the actions as tools of Anthropic, and what their reader
// should know.
func AnthropicTools(c *model.Connector, strict bool) (doc []byte, notes []string) {
	tools := []model.Object{}
	strictTools, optionals := 0, 0
	for _, a := range c.Actions {
		tool := model.Object{{Name: "name", Value: a.Name}, {Name: "description", Value: a.Description}}
		schema, why := toolSchema(a), ""
		if strict {
			schema, why = strictSchema(a, asDeclared)
		}
		switch {
		case why != "":
			schema = toolSchema(a)
			notes = append(notes, notStrict(a, why))
		case strict:
			tool = append(tool, model.Member{Name: "strict", Value: true})
			strictTools++
			optionals += optionalParams(a)
		}
		tools = append(tools, append(tool, model.Member{Name: "input_schema", Value: schema}))
	}
	if strictTools > anthropicStrict || optionals > anthropicOptionals {
		notes = append(notes, fmt.Sprintf("these are %d strict tools with %d optional parameters, and Anthropic takes %d with %d in a request; choose some with --actions",
			strictTools, optionals, anthropicStrict, anthropicOptionals))
	}
	return line(model.JSON(tools, "  ")), notes
}

func notStrict(a *model.Action, why string) string {
	return fmt.Sprintf("%s is not strict: %s", a.Name, why)
}

func optionalParams(a *model.Action) (n int) {
	for _, p := range a.Params {
		if !p.Required {
			n++
		}
	}
	return n
}

// toolSchema is the input schema without titles, which tell a model nothing that
// names do not.
func toolSchema(a *model.Action) model.Object { return untitled(a.InputSchema) }

// untitled leaves out the titles of a schema. Inside "properties" a title is a
// parameter.
func untitled(s model.Object) (out model.Object) {
	for _, m := range s {
		value, deeper := m.Value.(model.Object)
		switch {
		case m.Name == "title":
			continue
		case m.Name == "properties":
			properties := model.Object{}
			for _, p := range value {
				if schema, ok := p.Value.(model.Object); ok {
					p.Value = untitled(schema)
				}
				properties = append(properties, p)
			}
			m.Value = properties
		case deeper:
			m.Value = append(model.Object{}, untitled(value)...)
		}
		out = append(out, m)
	}
	return out
}

// bounded is a text of at most so many characters.
func bounded(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
