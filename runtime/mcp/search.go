// Three tools that stand for all: find an action, describe it, call it. For
// connectors with more actions than a model wants to read.

package mcp

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"modulex.dev/connector/runtime"
)

const (
	findDefault = 10 // actions that are found at most, unless the agent says otherwise
	findMost    = 50
)

// offerSearch makes the three tools.
func (s *Server) offerSearch() {
	s.tools = map[string]tool{
		"find_actions":    func(_ context.Context, c *call) mcp.Result { return c.find() },
		"describe_action": func(_ context.Context, c *call) mcp.Result { return c.describe() },
		"call_action":     func(ctx context.Context, c *call) mcp.Result { return c.callAction(ctx) },
	}
	s.listing = s.searchTools()
}

// searchTools is the listing of the three.
func (s *Server) searchTools() json.RawMessage {
	title := plain(s.table.API.Title, 100)
	reads := json.RawMessage(`{"readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}`)
	return list([]json.RawMessage{
		object([]member{
			{"name", quoted("find_actions")},
			{"title", quoted("Find actions")},
			{"description", quoted(fmt.Sprintf("Find actions of %s (%d in all) by words, best first. Without words all are listed.", title, len(s.order)))},
			{"inputSchema", json.RawMessage(`{"type":"object","properties":{"query":{"type":"string","description":"Words such as: list events"},"limit":{"type":"integer","minimum":1,"maximum":50,"default":10}},"additionalProperties":false}`)},
			{"outputSchema", json.RawMessage(`{"type":"object","properties":{"actions":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"title":{"type":"string"},"description":{"type":"string"},"effect":{"type":"string"}},"required":["name"]}},"total":{"type":"integer","description":"That fit"},"error":{"type":"string"}},"required":["actions","total"]}`)},
			{"annotations", reads},
		}),
		object([]member{
			{"name", quoted("describe_action")},
			{"title", quoted("Describe an action")},
			{"description", quoted("Get the schemas of an action's input and result, and what it does to the data.")},
			{"inputSchema", json.RawMessage(`{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}`)},
			{"outputSchema", json.RawMessage(`{"type":"object","properties":{"name":{"type":"string"},"title":{"type":"string"},"description":{"type":"string"},"inputSchema":{"type":"object"},"outputSchema":{"type":"object"},"annotations":{"type":"object"},"error":{"type":"string"}}}`)},
			{"annotations", reads},
		}),
		object([]member{
			{"name", quoted("call_action")},
			{"title", quoted("Call an action")},
			{"description", quoted(fmt.Sprintf("Run an action of %s.", title))},
			{"inputSchema", json.RawMessage(`{"type":"object","properties":{"name":{"type":"string"},"input":{"type":"object","description":"As its inputSchema says"}},"required":["name"],"additionalProperties":false}`)},
			{"outputSchema", json.RawMessage(`{"type":"object","properties":{"success":{"type":"boolean"},"error":{"type":["string","null"]}},"required":["success","error"]}`)},
			{"annotations", s.callAnnotations()},
		}),
	})
}

// callAnnotations are true of whatever action is called.
func (s *Server) callAnnotations() json.RawMessage {
	harmless := !slices.ContainsFunc(s.order, destroys)
	repeatable := !slices.ContainsFunc(s.order, func(a *runtime.Action) bool { return !a.Idempotent() })
	return object([]member{
		{"readOnlyHint", boolean(s.readOnly())}, {"destructiveHint", boolean(!harmless)},
		{"idempotentHint", boolean(repeatable)}, {"openWorldHint", boolean(true)},
	})
}

// take reads the arguments of one of the three tools; wrong says why it cannot.
func (c *call) take(into any) (wrong string) {
	arguments := c.request.Params.Arguments
	if len(arguments) == 0 {
		return ""
	}
	d := json.NewDecoder(bytes.NewReader(arguments))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return "the arguments do not fit the tool's inputSchema: " + plain(strings.TrimPrefix(err.Error(), "json: "), 200)
	}
	return ""
}

// found is one line of what find_actions returns.
type found struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Effect      string `json:"effect"`
}

// find answers find_actions.
func (c *call) find() mcp.Result {
	var asked struct {
		Query string   `json:"query"`
		Limit *float64 `json:"limit"`
	}
	answer := struct {
		Actions []found `json:"actions"`
		Total   int     `json:"total"`
		Error   string  `json:"error,omitempty"`
	}{Actions: []found{}}
	limit := findDefault
	answer.Error = c.take(&asked)
	if asked.Limit != nil && answer.Error == "" {
		if limit = int(*asked.Limit); limit < 1 || limit > findMost || float64(limit) != *asked.Limit {
			answer.Error = fmt.Sprintf("limit must be a whole number from 1 to %d", findMost)
		}
	}
	if answer.Error != "" {
		return c.answer(answer, answer.Error, true)
	}
	actions := c.server.ranked(asked.Query)
	answer.Total = len(actions)
	for _, a := range actions[:min(limit, len(actions))] {
		answer.Actions = append(answer.Actions, found{a.Name, plain(titleOf(a), 100), plain(a.Description, maxLine), string(a.Effect)})
	}
	return c.answer(answer, fmt.Sprintf("%d of %d actions that fit", len(answer.Actions), answer.Total), false)
}

// maxLine bounds a description among others.
const maxLine = 200

// ranked are the actions that a query fits, best first; all of them, in the order
// of the table, when it has no words.
func (s *Server) ranked(query string) []*runtime.Action {
	wanted := words(query)
	if len(wanted) == 0 {
		return s.order
	}
	scores := make(map[*runtime.Action]int)
	var out []*runtime.Action
	for _, a := range s.order {
		if n := score(a, query, wanted); n > 0 {
			scores[a] = n
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b *runtime.Action) int { return cmp.Compare(scores[b], scores[a]) })
	return out
}

// score is how well an action fits: where each word is found, best place first.
func score(a *runtime.Action, query string, wanted []string) (n int) {
	if strings.TrimSpace(query) == a.Name {
		return 1 << 20
	}
	var parameters []string
	for _, p := range a.Parameters {
		parameters = append(parameters, p.Name)
	}
	places := []struct {
		words  []string
		weight int
	}{
		{words(strings.ReplaceAll(a.Name, "_", " ")), 8},
		{words(titleOf(a)), 8},
		{words(a.Description), 4},
		{words(strings.ReplaceAll(strings.Join(parameters, " "), "_", " ")), 1},
	}
	for _, w := range wanted {
		if slices.Contains(empty, w) {
			continue
		}
		for _, p := range places {
			if fit := best(w, p.words); fit > 0 {
				n += fit * p.weight
				break
			}
		}
	}
	return n
}

// best is how well a word fits the best of others: 2 when it is the same but for
// its plural, 1 when one begins with the other.
func best(word string, others []string) (fit int) {
	for _, o := range others {
		switch {
		case singular(o) == singular(word):
			return 2
		case len(word) > 2 && (strings.HasPrefix(o, singular(word)) || len(o) > 2 && strings.HasPrefix(word, singular(o))):
			fit = 1
		}
	}
	return fit
}

// describe answers describe_action.
func (c *call) describe() mcp.Result {
	var asked struct {
		Name string `json:"name"`
	}
	wrong := c.take(&asked)
	a := c.server.offered[asked.Name]
	if wrong == "" && a == nil {
		wrong = c.server.noAction(asked.Name)
	}
	if wrong != "" {
		return c.answer(map[string]string{"error": wrong}, wrong, true)
	}
	return c.answer(levels[0].tool(describe(a), make(map[string]bool)), a.Name+": its schemas", false)
}

// callAction answers call_action.
func (c *call) callAction(ctx context.Context) mcp.Result {
	var asked struct {
		Name  string          `json:"name"`
		Input json.RawMessage `json:"input"`
	}
	wrong := c.take(&asked)
	a := c.server.offered[asked.Name]
	if wrong == "" && a == nil {
		wrong = c.server.noAction(asked.Name)
	}
	if wrong != "" {
		return c.answer(struct {
			Success bool   `json:"success"`
			Error   string `json:"error"`
		}{false, wrong}, wrong, true)
	}
	return c.run(ctx, a, asked.Input)
}

// noAction says that there is no such action, and what to do.
func (s *Server) noAction(name string) string {
	said := s.unknown("action", name)
	if !s.writes[name] {
		said += "; find_actions tells what there is"
	}
	return said
}

// answer makes a result of what one of the three tools found.
func (c *call) answer(payload any, said string, failed bool) mcp.Result {
	encoded, ok := payload.(json.RawMessage)
	if !ok {
		encoded, _ = json.Marshal(payload) // plain structs and maps of texts always encode
	}
	r := &mcp.CallToolResult{IsError: failed, Content: []mcp.Content{&mcp.TextContent{Text: said}}}
	return c.carrying(r, encoded)
}
