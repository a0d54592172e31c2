// What agents see of the tools. The listing is made once, as rich as the budget
// of a model's context allows, and every client gets the same bytes. When there is
// too much of it, words go before facts: first hints that only repeat the
// protocol's defaults, then what is said twice, then the types of the results. Names, titles,
// descriptions of tools, and the types of all parameters always stay.

package mcp

import (
	"bytes"
	"encoding/json"
	"math"
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
	known := make([]described, 0, len(actions))
	for _, a := range actions {
		known = append(known, describe(a))
	}
	for _, r := range levels[:len(levels)-1] {
		if out = r.list(known, listingBudget); out != nil {
			return out
		}
	}
	return levels[len(levels)-1].list(known, math.MaxInt)
}

// described is an action with its schemas as they are printed in any listing:
// small, with the descriptions of parameters that say something.
type described struct {
	*runtime.Action
	title, description string
	input, output      value
}

func describe(a *runtime.Action) described {
	in := compactor{closed: true, describe: func(property, said string) string {
		if said = brief(plain(said, maxDescription)); says(said, property, a.Name, titleOf(a)) {
			return said
		}
		return ""
	}}
	out := compactor{describe: func(_, said string) string { return "" }}
	return described{a, plain(titleOf(a), 100), plain(a.Description, maxDescription), in.schema("", read(a.InputSchema)), out.schema("", read(a.OutputSchema))}
}

// list prints a listing; nil when it is larger than it may be.
func (r richness) list(actions []described, most int) json.RawMessage {
	said := make(map[string]bool)
	tools := make([]json.RawMessage, 0, len(actions))
	size := len("[]")
	for _, a := range actions {
		tools = append(tools, r.tool(a, said))
		if size += len(tools[len(tools)-1]) + len(","); size > most {
			return nil
		}
	}
	return list(tools)
}

// tool prints one. said are the parameters that the tools before it have
// described, with their descriptions.
func (r richness) tool(a described, said map[string]bool) json.RawMessage {
	return object([]member{
		{"name", quoted(a.Name)},
		{"title", quoted(a.title)},
		{"description", quoted(a.description)},
		{"inputSchema", r.input(a, said).append(nil)},
		{"outputSchema", r.output(a).append(nil)},
		{"annotations", r.annotations(a.Action)},
	})
}

func titleOf(a *runtime.Action) string {
	if a.Title == "" {
		return a.Name
	}
	return a.Title
}

// input is the schema of the arguments, with the place to go on at for lists.
func (r richness) input(a described, said map[string]bool) value {
	out := value{kind: '{'}
	for _, f := range a.input.fields {
		switch {
		case f.key == "additionalProperties" && f.value.is("false") && !r.closed:
			continue
		case f.key == "properties":
			f.value = r.properties(a, f.value, said)
		}
		out.fields = append(out.fields, f)
	}
	return out
}

// properties are the parameters of an action. Those that have been described are
// not described again in a poor listing.
func (r richness) properties(a described, all value, said map[string]bool) value {
	out := value{kind: '{', fields: make([]field, 0, len(all.fields)+1)}
	for _, p := range all.fields {
		key := p.key + "\x00" + p.value.get("description").text()
		if said[key] && !r.repeats {
			p.value.fields = slices.DeleteFunc(slices.Clone(p.value.fields), func(f field) bool { return f.key == "description" })
		}
		said[key] = true
		out.fields = append(out.fields, p)
	}
	if name := resumeName(a.Action); name != "" {
		resume := value{kind: '{', fields: []field{{"type", scalar("string")}}}
		if r.repeats {
			resume.fields = append(resume.fields, field{"description", scalar("Where to go on, as an earlier result named it")})
		}
		out.fields = append(out.fields, field{name, resume})
	}
	return out
}

// output is the schema of the envelope.
func (r richness) output(a described) value {
	if r.types {
		return a.output
	}
	names := value{kind: '{'}
	for _, f := range a.output.get("properties").fields {
		names.fields = append(names.fields, field{f.key, value{kind: '{'}})
	}
	return value{kind: '{', fields: []field{{"type", scalar("object")}, {"properties", names}}}
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
