// The page of one action: its parameters with values to begin with, what comes
// back, limits, and the snippets.

package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"modulex.dev/connector/runtime"
)

// actionPage is what the page of an action shows beside the action itself.
type actionPage struct {
	*runtime.Action
	Params   []param
	Rules    []string
	Response []*node
	Example  string // an envelope
	Notes    []string
	Snippets []snippet
	Recipe   *recipe
	Hand     bool // it is written by hand
}

// param is a parameter, and the field to type it in.
type param struct {
	*runtime.Param
	Kind   string // of the field: text, number, boolean, choice, lines, json
	Value  string // in the field
	Facts  []string
	Where  string
	Choice []string
}

func (s *site) action(a *runtime.Action) *actionPage {
	members := s.example(a)
	input := object(a, members)
	p := &actionPage{Action: a, Hand: a.Hook != nil, Rules: rulesOf(a.Op), Response: response(a), Notes: notes(a), Recipe: s.recipe(a)}
	p.Example = envelope(p.Response)
	for i := range a.Parameters {
		p.Params = append(p.Params, paramOf(&a.Parameters[i], members[a.Parameters[i].Name]))
	}
	p.Snippets = s.snippets(a, input, p.Recipe)
	return p
}

// example are the members of an input to begin with.
func (s *site) example(a *runtime.Action) map[string]json.RawMessage {
	var text []byte
	if s.Example != nil {
		text = s.Example(a.Name)
	}
	if text == nil {
		text = Example(a, nil)
	}
	members := make(map[string]json.RawMessage)
	_ = json.Unmarshal(text, &members) // what is no object says nothing
	for name, v := range members {
		var b bytes.Buffer
		if json.Compact(&b, v) == nil {
			members[name] = b.Bytes()
		}
	}
	return members
}

// Example is an input of an action to begin with. Known are JSON values: under
// ACTION.PARAMETER those to give, under PARAMETER those for any action that
// requires one of that name; what else is required is made up.
func Example(a *runtime.Action, known map[string]string) []byte {
	members := make(map[string]json.RawMessage)
	for i := range a.Parameters {
		p := &a.Parameters[i]
		own, anyones := known[a.Name+"."+p.Name], known[p.Name]
		switch {
		case own != "":
			members[p.Name] = json.RawMessage(own)
		case p.Required && anyones != "":
			members[p.Name] = json.RawMessage(anyones)
		case p.Required:
			members[p.Name] = made(p)
		}
	}
	return []byte(joined(object(a, members)))
}

// made is a value for a parameter that nobody has given an example of.
func made(p *runtime.Param) json.RawMessage {
	c := p.Check
	switch {
	case p.Default != "":
		return json.RawMessage(p.Default)
	case c != nil && len(c.Enum) > 0 && p.Type == runtime.TypeString:
		return json.RawMessage(quoted(c.Enum[0]))
	case c != nil && len(c.Enum) > 0 && p.Type != runtime.TypeArray:
		return json.RawMessage(c.Enum[0])
	case c != nil && c.Min.Set && p.Type == runtime.TypeInteger:
		return json.RawMessage(fmt.Sprint(int64(c.Min.Value)))
	}
	switch p.Type {
	case runtime.TypeInteger, runtime.TypeNumber:
		return json.RawMessage("1")
	case runtime.TypeBoolean:
		return json.RawMessage("true")
	case runtime.TypeArray:
		return json.RawMessage("[]")
	case runtime.TypeObject:
		return json.RawMessage("{}")
	}
	return json.RawMessage(quoted(strings.ToUpper(p.Name)))
}

// object is an input of those members, in the order of the parameters.
func object(a *runtime.Action, members map[string]json.RawMessage) (out []member) {
	for _, p := range a.Parameters {
		if v := members[p.Name]; v != nil {
			out = append(out, member{p.Name, string(v)})
		}
	}
	return out
}

func paramOf(p *runtime.Param, example json.RawMessage) param {
	out := param{Param: p, Kind: fieldKind(p), Facts: facts(p), Where: where(p)}
	if out.Kind == "choice" {
		out.Choice = p.Check.Enum
	}
	if out.Kind == "boolean" {
		out.Choice = []string{"true", "false"}
	}
	out.Value = typed(out.Kind, example)
	return out
}

// fieldKind is the kind of field in which a parameter is typed.
func fieldKind(p *runtime.Param) string {
	switch p.Type {
	case runtime.TypeString:
		if p.Check != nil && len(p.Check.Enum) > 0 && p.Change == nil && p.Parse == "" {
			return "choice"
		}
		return "text"
	case runtime.TypeInteger, runtime.TypeNumber:
		return "number"
	case runtime.TypeBoolean:
		return "boolean"
	case runtime.TypeArray:
		switch p.Items {
		case runtime.TypeString, runtime.TypeInteger, runtime.TypeNumber, runtime.TypeBoolean:
			return "lines"
		}
	}
	return "json"
}

// typed is what somebody types to give a value.
func typed(kind string, value json.RawMessage) string {
	var text string
	if (kind == "text" || kind == "choice") && json.Unmarshal(value, &text) == nil {
		return text
	}
	var items []json.RawMessage
	if kind != "lines" || json.Unmarshal(value, &items) != nil {
		return string(value)
	}
	var lines []string
	for _, item := range items {
		lines = append(lines, typed("text", item))
	}
	return strings.Join(lines, "\n")
}

// where says where a parameter travels, and under which name when it is another.
func where(p *runtime.Param) string {
	switch {
	case p.In == runtime.InNone:
		return "not sent as such"
	case p.Wire == "" || p.Wire == p.Name:
		return string(p.In)
	case p.Wire == "$":
		return "the whole body"
	}
	return string(p.In) + ", as " + p.Wire
}

// facts are what bounds a parameter, in a few words each.
func facts(p *runtime.Param) (out []string) {
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if p.Default != "" {
		say("default %s", p.Default)
	}
	if p.APIDefault != "" {
		say("the API takes %s when it is not given", p.APIDefault)
	}
	c := p.Check
	if c == nil {
		return out
	}
	if len(c.Enum) > 0 {
		say("one of %s", strings.Join(c.Enum, ", "))
	}
	if c.Min.Set {
		say("at least %v", c.Min.Value)
	}
	if c.Max.Set {
		say("at most %v", c.Max.Value)
	}
	unit := "characters"
	if p.Type == runtime.TypeArray {
		unit = "elements"
	}
	if c.MinLength > 0 {
		say("at least %d %s", c.MinLength, unit)
	}
	if c.MaxLength > 0 {
		say("at most %d %s", c.MaxLength, unit)
	}
	if c.Pattern != "" {
		say("matches %s", c.Pattern)
	}
	return out
}

// rulesOf are the rules between parameters in words.
func rulesOf(op *runtime.Operation) (out []string) {
	for _, r := range op.Rules {
		all := strings.Join(r.Params, ", ")
		switch r.Kind {
		case runtime.RuleExactlyOne:
			out = append(out, "Give exactly one of "+all+".")
		case runtime.RuleAtLeastOne:
			out = append(out, "Give at least one of "+all+".")
		case runtime.RuleExclusive:
			out = append(out, "Give only one of "+all+".")
		case runtime.RuleRequires:
			out = append(out, r.Params[0]+" needs "+strings.Join(r.Params[1:], ", ")+" too.")
		case runtime.RuleRequiredUnless:
			out = append(out, "Give "+all+", or else "+strings.Join(r.Unless, " or ")+".")
		}
	}
	return out
}

// notes say how the action behaves beyond its parameters.
func notes(a *runtime.Action) (out []string) {
	op := a.Op
	if op.Paging != nil {
		text := "Every page of the list is fetched"
		if op.Paging.SizeValue > 1 {
			text += fmt.Sprintf(", %s each", counted(op.Paging.SizeValue, "item"))
		}
		out = append(out, text+"; when it fails midway the list keeps what came, and the error says where to go on.")
	}
	if len(op.Steps) > 0 {
		out = append(out, counted(len(op.Steps), "request")+" may come before this one.")
	}
	if op.Until != nil {
		out = append(out, "The answer is asked for again until the work is done.")
	}
	if op.Timeout > 0 {
		out = append(out, "An attempt takes "+length(op.Timeout)+" at most.")
	}
	if a.Idempotent() {
		return append(out, "It may be run again: the same input does no more than once.")
	}
	return append(out, "Running it twice does it twice; an idempotency key makes it happen once.")
}
