// What agents see of the tools. The listing is made once, as rich as the budget
// of a model's context allows, and every client gets the same bytes. When there is
// too much of it, words go before facts: first hints that only repeat the
// protocol's defaults, then what is said twice, then the types of the results. Names, titles,
// descriptions of tools, and the types of all parameters always stay.

package mcp

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"modulex.dev/connector/runtime"
)

const (
	// listingBudget is what a listing should not exceed, in bytes: below six
	// thousand tokens, at four bytes or a little more each.
	listingBudget = 24_000
	// listingTTL is how long clients may keep the listing, in milliseconds.
	listingTTL = 300_000
)

// richness is how much a listing says.
type richness struct {
	hints   bool // all hints, also those that are the protocol's defaults
	closed  bool // that there are no other parameters
	repeats bool // descriptions of parameters that another tool has described
	types   bool // the types of the fields of results
}

// richest first.
var levels = []richness{
	{hints: true, closed: true, repeats: true, types: true},
	{repeats: true, types: true},
	{types: true},
	{},
}

// listTools makes the listing of tools for actions.
func listTools(actions []*runtime.Action) (out json.RawMessage) {
	for _, r := range levels {
		if out = r.list(actions); len(out) <= listingBudget {
			break
		}
	}
	return out
}

func (r richness) list(actions []*runtime.Action) json.RawMessage {
	described := make(map[string]bool)
	tools := make([]json.RawMessage, 0, len(actions))
	for _, a := range actions {
		tools = append(tools, r.tool(a, described))
	}
	return list(tools)
}

// tool describes one. described are the parameters that the tools before it have
// described, with their descriptions.
func (r richness) tool(a *runtime.Action, described map[string]bool) json.RawMessage {
	return object([]member{
		{"name", quoted(a.Name)},
		{"title", quoted(plain(titleOf(a), 100))},
		{"description", quoted(plain(a.Description, maxDescription))},
		{"inputSchema", r.input(a, described)},
		{"outputSchema", r.output(a)},
		{"annotations", r.annotations(a)},
	})
}

func titleOf(a *runtime.Action) string {
	if a.Title == "" {
		return a.Name
	}
	return a.Title
}

// input is the schema of the arguments, with the place to go on at for lists.
func (r richness) input(a *runtime.Action, described map[string]bool) json.RawMessage {
	c := compactor{closed: r.closed, describe: func(property, said string) string {
		said = brief(plain(said, maxDescription))
		if !says(said, property, a.Name, titleOf(a)) {
			return ""
		}
		key := property + "\x00" + said
		if described[key] && !r.repeats {
			return ""
		}
		described[key] = true
		return said
	}}
	schema := c.schema("", json.RawMessage(a.InputSchema))
	name := resumeName(a)
	if name == "" {
		return schema
	}
	resume := []member{{"type", quoted("string")}}
	if r.repeats {
		resume = append(resume, member{"description", quoted("Where to go on, as an earlier result named it")})
	}
	ms := members(schema)
	for i := range ms {
		if ms[i].key == "properties" {
			ms[i].value = object(append(members(ms[i].value), member{name, object(resume)}))
		}
	}
	return object(ms)
}

// output is the schema of the envelope.
func (r richness) output(a *runtime.Action) json.RawMessage {
	if r.types {
		c := compactor{describe: func(_, said string) string { return "" }}
		return c.schema("", json.RawMessage(a.OutputSchema))
	}
	var fields []member
	for _, m := range members(find(members(json.RawMessage(a.OutputSchema)), "properties")) {
		fields = append(fields, member{m.key, json.RawMessage("{}")})
	}
	return object([]member{{"type", quoted("object")}, {"properties", object(fields)}})
}

// annotations tell what an action does. Hints that the protocol takes for granted
// are left out of a poor listing, and so are those that mean nothing for a tool
// that only reads.
func (r richness) annotations(a *runtime.Action) json.RawMessage {
	reads := a.Effect == runtime.EffectRead
	hints := []member{{"readOnlyHint", boolean(reads)}}
	if r.hints || !reads {
		hints = append(hints, member{"destructiveHint", boolean(destroys(a))}, member{"idempotentHint", boolean(a.Idempotent())})
	}
	if r.hints {
		hints = append(hints, member{"openWorldHint", boolean(true)})
	}
	if !r.hints && !reads {
		hints = hints[1:]
	}
	return object(hints)
}

// destroys reports whether something that is there may become different or be
// lost. What is not known may.
func destroys(a *runtime.Action) bool {
	return a.Effect != runtime.EffectRead && a.Effect != runtime.EffectAdd
}

func boolean(b bool) json.RawMessage {
	if b {
		return json.RawMessage("true")
	}
	return json.RawMessage("false")
}

// resumeName is the name of the argument that says where a list goes on; "" where
// an action has no list, or every name is taken.
func resumeName(a *runtime.Action) string {
	if a.Op.Result.Kind != runtime.ResultList {
		return ""
	}
	for _, name := range []string{"resume", "resume_at", "resume_list_at"} {
		if !slices.ContainsFunc(a.Parameters, func(p runtime.Param) bool { return p.Name == name }) {
			return name
		}
	}
	return ""
}

// listing is the answer to tools/list: that of the SDK with the tools as they
// have been made once.
type listing struct {
	*mcp.ListToolsResult
	tools json.RawMessage
}

// MarshalJSON puts the tools into their place.
func (l listing) MarshalJSON() ([]byte, error) {
	frame, err := json.Marshal(l.ListToolsResult)
	if err != nil {
		return nil, err
	}
	before, after, _ := bytes.Cut(frame, []byte(`"tools":[]`))
	out := make([]byte, 0, len(frame)+len(l.tools))
	out = append(append(append(out, before...), `"tools":`...), l.tools...)
	return append(out, after...), nil
}
