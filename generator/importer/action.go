// Operations become actions: the request, the parameters, the body, the result.

package importer

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// action is an operation in the words of the language.
type action struct {
	operation
	name        string
	description string
	request     string
	host        string
	auth        []string // nil: as the others
	anonymous   bool
	params      []*parameter
	query       mapping
	accept      string // the media type of the answer
	body        *yaml.Node
	success     *yaml.Node
	pagingName  string
	result      *result
	docs        string
	guesses     []string
	taken       scope // names of parameters
	label       string
	key, rest   *yaml.Node // in the tree: its name, and what follows the parameters
}

// methods of the language.
var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

func (d *draft) action(o operation) (*action, error) {
	if !slices.Contains(methods, o.method) {
		return nil, &obstacle{"", "method " + o.method, "the language has GET, POST, PUT, PATCH and DELETE"}
	}
	a := &action{operation: o, taken: make(scope), query: flow(), label: identifier(actionName(o), "call")}
	a.description = first(prose(o.Summary), sentence(o.Description), words(o.OperationId), o.id)
	if long := prose(o.Description); long != "" && o.Summary != "" && !strings.EqualFold(strings.TrimSuffix(long, "."), strings.TrimSuffix(a.description, ".")) {
		a.description = described(a.description, long)
	}
	if o.ExternalDocs != nil {
		a.docs = link(o.ExternalDocs.URL)
	}
	if err := d.whole(o); err != nil {
		return nil, err
	}
	if err := d.path(a); err != nil {
		return nil, err
	}
	if err := d.parameters(a); err != nil {
		return nil, err
	}
	if err := d.body(a); err != nil {
		return nil, err
	}
	d.response(a)
	d.authOf(a)
	d.hostOf(a)
	d.page(a)
	a.name = d.names.take(a.label, identifier(o.method+" "+o.path, "call"))
	return a, nil
}

// whole refuses an operation of which the parser has read only a part: a
// reference in it leads nowhere.
func (d *draft) whole(o operation) error {
	low := o.GoLow()
	if low == nil || low.RootNode == nil {
		return nil
	}
	for name, there := range map[string]bool{"responses": o.Responses != nil, "requestBody": o.RequestBody != nil, "parameters": o.Operation.Parameters != nil} {
		if n := step(low.RootNode, name); n != nil && len(n.Content) > 0 && !there {
			return &obstacle{d.where(o), name, "a reference in it leads nowhere"}
		}
	}
	return nil
}

// described is a summary with what the description adds.
func described(summary, long string) string {
	if strings.HasPrefix(strings.ToLower(long), strings.ToLower(strings.TrimSuffix(summary, "."))) {
		return long
	}
	if !strings.HasSuffix(summary, ".") && !strings.HasSuffix(summary, "!") && !strings.HasSuffix(summary, "?") {
		summary += "."
	}
	if strings.Contains(long, "\n") {
		return clip(summary+"\n\n"+long, maxProse)
	}
	return clip(summary+" "+long, maxProse)
}

// actionName is the operationId, or method and path.
func actionName(o operation) string {
	if snake(o.OperationId) != "" {
		return o.OperationId
	}
	name := o.path
	if i := strings.IndexAny(name, "?#"); i >= 0 {
		name = name[:i]
	}
	verb := strings.ToLower(o.method)
	if verb == "post" {
		verb = "create"
	}
	return verb + " " + name
}

var (
	pathHole     = regexp.MustCompile(`\{([^{}]*)\}`)
	plainSegment = regexp.MustCompile(`^[A-Za-z0-9._~!$&'()*+,;=:@-]*$`)
)

// path writes the request: the holes get names of the language, a query that is
// part of the path becomes constant parameters.
func (d *draft) path(a *action) error {
	at := d.where(a.operation)
	p, _, _ := strings.Cut(a.path, "#")
	p, query, _ := strings.Cut(p, "?")
	if err := d.constantQuery(a, query); err != nil {
		return err
	}
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	for _, segment := range strings.Split(strings.TrimSuffix(p, "/"), "/")[1:] {
		literal := pathHole.ReplaceAllString(segment, "")
		if (segment == "" || segment == "." || segment == "..") || !plainSegment.MatchString(literal) {
			return &obstacle{at, "path", "the language has no segment " + quoted(visible(segment))}
		}
	}
	p = pathHole.ReplaceAllStringFunc(p, func(hole string) string {
		wire := strings.Trim(hole, "{}")
		if strings.HasPrefix(wire, "?") || strings.HasPrefix(wire, "&") {
			return "" // a template of query parameters, which are declared beside it
		}
		name := a.taken.take(identifier(wire, "part"))
		param := &parameter{name: name, wire: strings.Trim(wire, "+*/;"), in: "path"}
		a.params = append(a.params, param)
		return "{" + name + "}"
	})
	if p == "" {
		p = "/"
	}
	a.request = a.method + " " + p
	if len(a.request) > 1000 {
		return &obstacle{at, "path", "the path is longer than 1000 characters"}
	}
	return nil
}

func (d *draft) constantQuery(a *action, query string) error {
	for _, pair := range strings.Split(query, "&") {
		name, v, _ := strings.Cut(pair, "=")
		if name == "" || strings.HasPrefix(v, "{") {
			continue
		}
		name, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(v)
		if err1 != nil || err2 != nil || !wireName(name) || len(name) > maxName || strings.ContainsAny(v, "{}") {
			return &obstacle{d.where(a.operation), "path", "the query in the path cannot be said"}
		}
		if child(a.query.Node, name) == nil {
			a.query.put(name, text(visible(v)))
		}
	}
	return nil
}

// note adds a note on an action.
func (d *draft) note(a *action, kind Kind, place, subject, message string) {
	if kind == Guessed {
		a.guesses = append(a.guesses, message)
	}
	d.report.add(Note{Kind: kind, Place: place, Operation: a.id, Subject: subject, Message: message})
}

// tree is the action as it stands in the manifest.
func (d *draft) actionTree(a *action) (k, v *yaml.Node) {
	m := newMapping()
	m.text("description", a.description)
	m.text("request", a.request)
	m.text("host", a.host)
	switch {
	case a.anonymous:
		m.text("auth", "none")
	case len(a.auth) == 1:
		m.text("auth", a.auth[0])
	case len(a.auth) > 1:
		m.put("auth", texts(a.auth...))
	}
	if len(a.params) > 0 {
		list := newMapping()
		for _, p := range a.params {
			p.key = list.put(p.name, p.tree())
			if len(p.guesses) > 0 {
				p.key.HeadComment = "guessed: " + strings.Join(p.guesses, "; ")
			}
		}
		m.put("parameters", list.Node)
	}
	before := len(m.Content)
	if len(a.query.Content) > 0 {
		m.put("query", a.query.Node)
	}
	if a.accept != "" && a.accept != d.accept {
		headers := flow()
		headers.text("Accept", a.accept)
		m.put("headers", headers.Node)
	}
	m.node("body", a.body)
	m.node("success", a.success)
	m.text("paging", a.pagingName)
	m.put("returns", a.result.tree())
	m.text("docs", a.docs)
	a.rest = m.Content[before]
	k = text(a.name)
	if len(a.guesses) > 0 {
		k.HeadComment = "guessed: " + strings.Join(a.guesses, "; ")
	}
	return k, m.Node
}
