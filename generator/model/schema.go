// The schemas of an action, in the host's form: what pydantic writes for the
// Python integrations, keys sorted except inside properties.

package model

// inputSchema describes the input object of an action.
func inputSchema(a *Action) Object {
	properties, required := Object{}, []string{}
	for _, p := range a.Params {
		properties = append(properties, Member{p.Name, paramSchema(p)})
		if p.Required {
			required = append(required, p.Name)
		}
	}
	s := Object{{"additionalProperties", false}, {"properties", properties}}
	if len(required) > 0 {
		s = append(s, Member{"required", required})
	}
	return append(s, Member{"title", camel(a.Name) + "Input"}, Member{"type", "object"})
}

func paramSchema(p *Param) Object {
	s := Object{}
	if p.Type == "object" {
		s = append(s, Member{"additionalProperties", true})
	}
	s = append(s, Member{"description", p.Description})
	if p.Type == "array" {
		s = append(s, Member{"items", Object{}})
	}
	return append(s, Member{"title", titled(p.Name)}, Member{"type", p.Type})
}

// outputSchema describes the envelope of an action.
func outputSchema(a *Action) Object {
	properties := Object{
		{"success", Object{{"title", "Success"}, {"type", "boolean"}}},
		{"error", nullable(Object{{"type", "string"}}, "Error")},
	}
	openObject := Object{{"additionalProperties", true}, {"type", "object"}}
	switch a.Kind {
	case KindObject:
		properties = append(properties, Member{a.ResultField, nullable(openObject, titled(a.ResultField))})
	case KindList:
		properties = append(properties, Member{a.ResultField, Object{{"items", openObject}, {"title", titled(a.ResultField)}, {"type", "array"}}})
	}
	return Object{
		{"additionalProperties", false},
		{"properties", properties},
		{"required", []string{"success"}},
		{"title", camel(a.Name) + "Output"},
		{"type", "object"},
	}
}

func nullable(s Object, title string) Object {
	return Object{{"anyOf", []Object{s, {{"type", "null"}}}}, {"default", nil}, {"title", title}}
}
