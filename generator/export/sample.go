// Samples of a call, for pages: from the action's first case that succeeds, else
// made from its schema.

package export

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

// SampleInput is an input that shows what an action takes.
func SampleInput(a *model.Action) json.RawMessage {
	if a.Sample.Input != "" {
		return given(a.Sample.Input)
	}
	input := model.Object{}
	for _, p := range a.Params {
		if p.Required {
			input = append(input, model.Member{Name: p.Name, Value: sampleValue(p.Param)})
		}
	}
	return model.JSON(input, "")
}

// given is an input without what is null: that is as good as not given, and a
// schema does not know it.
func given(input string) json.RawMessage {
	d := json.NewDecoder(strings.NewReader(input))
	if _, err := d.Token(); err != nil { // the object's brace
		return json.RawMessage(input)
	}
	out := model.Object{}
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err == nil {
			err = d.Decode(&value)
		}
		if err != nil {
			return json.RawMessage(input)
		}
		if key, ok := name.(string); ok && string(value) != "null" {
			out = append(out, model.Member{Name: key, Value: value})
		}
	}
	return model.JSON(out, "")
}

// sampleValue is a value that the checks of a parameter take, as far as they are
// simple.
func sampleValue(p *table.Param) any {
	if d := p.Default + p.APIDefault; d != "" {
		return json.RawMessage(d)
	}
	if c := p.Check; c != nil && c.Enum != nil && p.Type != table.TypeArray {
		if p.Type == table.TypeString || p.Type == table.TypeAny {
			return c.Enum[0]
		}
		return json.RawMessage(c.Enum[0])
	}
	switch p.Type {
	case table.TypeInteger, table.TypeNumber:
		if p.Check != nil && p.Check.Min.Set {
			return p.Check.Min.Value
		}
		return 1
	case table.TypeBoolean:
		return true
	case table.TypeArray:
		return []any{sampleValue(&table.Param{Type: p.Items})}
	case table.TypeObject:
		return model.Object{}
	}
	return "…"
}

// SampleEnvelope is the envelope of a success.
func SampleEnvelope(a *model.Action) json.RawMessage {
	if a.Sample.Envelope != "" {
		return json.RawMessage(a.Sample.Envelope)
	}
	e := model.Object{{Name: "success", Value: true}, {Name: "error", Value: nil}}
	switch a.Kind {
	case model.KindObject:
		e = append(e, model.Member{Name: a.Op.Result.Field, Value: model.Object{}})
	case model.KindList:
		e = append(e, model.Member{Name: a.Op.Result.Field, Value: []any{}})
	case model.KindFields:
		for _, o := range a.Op.Outputs {
			e = append(e, model.Member{Name: o.Field, Value: emptyField(o)})
		}
	}
	return model.JSON(e, "")
}

func emptyField(o table.Output) any {
	switch {
	case o.Default != "":
		return json.RawMessage(o.Default)
	case o.Type == table.TypeArray:
		return []any{}
	}
	return nil
}

// CommandLine is the sample call at a terminal.
func CommandLine(c *model.Connector, a *model.Action) string {
	return c.API.Name + " call " + a.Name + " --input '" + strings.ReplaceAll(string(SampleInput(a)), "'", `'\''`) + "'"
}

// GoCall is the sample call in Go.
func GoCall(a *model.Action) string {
	input := string(SampleInput(a))
	literal := "`" + input + "`"
	if strings.Contains(input, "`") {
		literal = strconv.Quote(input)
	}
	return "envelope := client.Call(ctx, " + strconv.Quote(a.Name) + ", credentials, []byte(" + literal + "))"
}

// MCPCall are the parameters of the sample call over MCP.
func MCPCall(a *model.Action) []byte {
	return pretty(model.JSON(model.Object{{Name: "name", Value: a.Name}, {Name: "arguments", Value: SampleInput(a)}}, ""))
}

// pretty is JSON with a line for each member.
func pretty(doc []byte) []byte {
	var b bytes.Buffer
	if err := json.Indent(&b, doc, "", "  "); err != nil {
		return doc
	}
	return b.Bytes()
}
