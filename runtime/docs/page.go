// What is on which page: the overview, how to authenticate, a page an action, and
// one for addresses that lead nowhere.

package docs

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"modulex.dev/connector/runtime"
)

// site is a connector with what its pages share.
type site struct {
	*runtime.Table
	Options
	Groups []group
}

// group are actions that belong together.
type group struct {
	Name    string // "" where there is one group only
	Actions []*runtime.Action
}

// page is what a template gets.
type page struct {
	*site
	Kind        string
	File        string
	Root        string // the way from the page to the root of the site: "" or "../"
	Title       string
	Description string
	Keywords    string
	Current     string // name of the action at hand
	Action      *actionPage
}

func newSite(t *runtime.Table, o Options) *site {
	return &site{Table: t, Options: o, Groups: grouped(t.Actions)}
}

func (s *site) pages() []page {
	title := s.API.Title
	out := []page{
		{Kind: "overview", File: "index.html", Title: title, Description: s.API.Overview, Keywords: strings.Join(append([]string{title, "API", "connector"}, s.API.Categories...), ", ")},
		{Kind: "authentication", File: "authentication.html", Title: "Authentication · " + title, Description: "How to get a credential for " + title + ", and where to give it.", Keywords: title + ", authentication, credential"},
	}
	for i := range s.Actions {
		a := &s.Actions[i]
		out = append(out, page{Kind: "action", File: "actions/" + a.Name + ".html", Root: "../", Title: a.Title + " · " + title,
			Description: fmt.Sprintf("%s: %s %s %s", a.Name, strings.TrimSuffix(a.Description, ".")+".", a.Op.Method, a.Op.Path),
			Keywords:    strings.Join([]string{title, a.Name, a.Title, a.Op.Method + " " + a.Op.Path}, ", "), Current: a.Name, Action: s.action(a)})
	}
	out = append(out, page{Kind: "notfound", File: "404.html", Title: "Not here · " + title, Description: "There is no such page."})
	for i := range out {
		out[i].site = s
	}
	return out
}

// grouped puts actions together by the first word of their paths, when there are
// many of them and the words tell something.
func grouped(actions []runtime.Action) (out []group) {
	for i := range actions {
		name := resource(actions[i].Op.Path)
		at := slices.IndexFunc(out, func(g group) bool { return g.Name == name })
		if at < 0 {
			out, at = append(out, group{Name: name}), len(out)
		}
		out[at].Actions = append(out[at].Actions, &actions[i])
	}
	if len(actions) >= 10 && len(out) > 1 && len(out) <= len(actions)/2 {
		return out
	}
	all := group{}
	for i := range actions {
		all.Actions = append(all.Actions, &actions[i])
	}
	return []group{all}
}

// isPrefix reports whether a segment of a path is one that says nothing of what the
// path is about: v1, 2024.10, api.
func isPrefix(segment string) bool {
	if slices.Contains([]string{"api", "rest", "public"}, segment) {
		return true
	}
	number := strings.TrimPrefix(segment, "v")
	return number != "" && strings.Trim(number, "0123456789.") == ""
}

// resource is what a path is about: Events for /v1/events/{id}.
func resource(path string) string {
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if segment != "" && !strings.Contains(segment, "{") && !isPrefix(segment) {
			words := strings.NewReplacer("_", " ", "-", " ").Replace(segment)
			return strings.ToUpper(words[:1]) + words[1:]
		}
	}
	return "Other"
}

// searchIndex is a script with what the search looks through.
func (s *site) searchIndex() []byte {
	type entry struct {
		Name, Title, Method, Path, Effect, Description, Page string
	}
	entries := []entry{
		{Name: "Overview", Title: s.API.Title, Description: s.API.Overview, Page: "index.html"},
		{Name: "Authentication", Title: "Credentials, tokens, keys", Description: "How to get a credential, and where to give it.", Page: "authentication.html"},
	}
	for _, a := range s.Actions {
		entries = append(entries, entry{a.Name, a.Title, a.Op.Method, a.Op.Path, effectWord(a.Effect), a.Description, "actions/" + a.Name + ".html"})
	}
	text, err := json.Marshal(entries) // escapes <, > and & too
	if err != nil {
		panic(err) // texts always marshal
	}
	return []byte("self.searchIndex = " + string(text) + ";\n")
}

// effectWord says what an action does to what the API holds.
func effectWord(e runtime.Effect) string {
	words := map[runtime.Effect]string{runtime.EffectRead: "reads", runtime.EffectAdd: "adds", runtime.EffectChange: "changes", runtime.EffectRemove: "removes"}
	return words[e]
}

// EffectWord serves the templates.
func (p page) EffectWord(e runtime.Effect) string { return effectWord(e) }

// link reports whether an address leads to a place on the web. Anything else
// that a manifest may call an address is shown as text.
func link(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// Rates are the budgets of the API in words.
func (s *site) Rates() (out []string) {
	for _, b := range s.API.Budgets {
		text := fmt.Sprintf("%s in %s", counted(b.Calls, "call"), length(b.Per))
		if b.Per > time.Minute {
			text += "; a call over it fails at once"
		} else {
			text += "; a call over it waits for its turn"
		}
		if b.Shared {
			text += "; all credentials share it"
		}
		out = append(out, text+".")
	}
	return out
}

func counted(n int, unit string) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if n != 1 {
		unit += "s"
	}
	return digits + " " + unit
}

// length is a duration as people say it.
func length(d time.Duration) string {
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if d >= u.of && d%u.of == 0 {
			if d == u.of {
				return "a " + u.name
			}
			return counted(int(d/u.of), u.name)
		}
	}
	return d.String()
}

// AuthTitles are the titles of the schemes.
func (s *site) AuthTitles() string {
	var titles []string
	for _, a := range s.API.Auth {
		titles = append(titles, a.Title)
	}
	if len(titles) == 0 {
		return "none"
	}
	return strings.Join(titles, " or ")
}

// Sends says where a scheme sends its fields.
func (p page) Sends(a *runtime.AuthScheme) (out []string) {
	for _, s := range a.Send {
		switch {
		case s.Basic:
			out = append(out, "HTTP Basic authentication: "+s.Value)
		case s.Header != "":
			out = append(out, "the header "+s.Header+": "+s.Value)
		case s.Query != "":
			out = append(out, "the query parameter "+s.Query+"="+s.Value)
		default:
			out = append(out, "the member "+s.Body+" of the body: "+s.Value)
		}
	}
	return out
}

// CredentialJSON is the credential of a scheme as hosts pass it.
func (p page) CredentialJSON(a *runtime.AuthScheme) string {
	var fields []string
	for _, f := range a.Fields {
		fields = append(fields, "    "+quoted(f.Key)+`: "…"`)
	}
	return "{\n  \"auth_type\": " + quoted(a.Type) + ",\n  \"auth_data\": {\n" + strings.Join(fields, ",\n") + "\n  }\n}"
}

// Exports are the variables of a scheme, for a shell.
func (p page) Exports(a *runtime.AuthScheme) string {
	var lines []string
	for _, f := range a.Fields {
		lines = append(lines, "export "+f.Env+"='…'")
	}
	return strings.Join(lines, "\n")
}

// MCPConfig is what an agent's client wants to know of the server.
func (s *site) MCPConfig() string {
	var env []string
	for _, a := range s.API.Auth[:min(1, len(s.API.Auth))] {
		for _, f := range a.Fields {
			env = append(env, quoted(f.Env)+`: "…"`)
		}
	}
	return "{\n  \"mcpServers\": {\n    " + quoted(s.API.Name) + ": {\n      \"command\": " + quoted(s.API.Name) + ",\n      \"args\": [\"mcp\"],\n      \"env\": {" + strings.Join(env, ", ") + "}\n    }\n  }\n}"
}
