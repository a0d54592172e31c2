// Answers: the statuses that are success, and where in the body the result is.

package importer

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pb33f/libopenapi/datamodel/high/base"
	"github.com/pb33f/libopenapi/datamodel/high/v3"
	"gopkg.in/yaml.v3"
)

// result is what an action returns.
type result struct {
	fields []output // none: the answer has no body that matters
	list   *listing // of the one list that may be paged
}

// output is one field of the envelope.
type output struct {
	name, kind, path string
	items, of        string
	fallback         *yaml.Node // default
}

// listing is a list in an answer, and the object around it.
type listing struct {
	path     string
	wrapper  *schema
	required bool
	headers  []string
	items    *base.SchemaProxy
}

func (r *result) tree() *yaml.Node {
	if len(r.fields) == 0 {
		return text("none")
	}
	m := flow()
	for _, o := range r.fields {
		f := flow()
		f.text(o.kind, o.path)
		f.text("items", o.items)
		f.text("of", o.of)
		f.node("default", o.fallback)
		m.put(o.name, f.Node)
	}
	return m.Node
}

// response settles statuses and result of an action.
func (d *draft) response(a *action) {
	a.result = &result{}
	if a.Responses == nil {
		a.success = text("2xx")
		d.note(a, Guessed, d.where(a.operation), "responses", "any success; the document tells no answers")
		return
	}
	codes, answers, anyCode := d.successes(a)
	d.failures.look(d, a.Responses)
	d.success(a, codes, anyCode)
	best, empty := bestAnswer(answers)
	if best == nil {
		return
	}
	d.fill(a, best)
	if empty {
		for i := range a.result.fields {
			if f := &a.result.fields[i]; f.fallback == nil && (f.kind == "object" || f.kind == "list") {
				f.fallback = emptyOf(f.kind)
			}
		}
	}
}

func emptyOf(kind string) *yaml.Node {
	if kind == "list" {
		return list()
	}
	return null()
}

// successes are the answers under a status of success.
func (d *draft) successes(a *action) (codes []int, answers []*v3.Response, anyCode bool) {
	if a.Responses.Codes != nil {
		for code, r := range a.Responses.Codes.FromOldest() {
			status, err := strconv.Atoi(code)
			switch {
			case r == nil:
			case strings.EqualFold(code, "2xx"):
				anyCode = true
				answers = append(answers, r)
			case err == nil && status >= 200 && status <= 299:
				if !slices.Contains(codes, status) {
					codes = append(codes, status)
				}
				answers = append(answers, r)
			}
		}
	}
	if len(answers) == 0 {
		anyCode = true
		if a.Responses.Default != nil {
			answers = append(answers, a.Responses.Default)
		}
	}
	return codes, answers, anyCode
}

// success writes the statuses, unless they are those that the language takes by
// itself.
func (d *draft) success(a *action, codes []int, anyCode bool) {
	if anyCode {
		a.success = text("2xx")
		if a.Responses.Codes != nil && a.Responses.Codes.GetOrZero("2XX") == nil && a.Responses.Codes.GetOrZero("2xx") == nil {
			d.note(a, Guessed, d.where(a.operation), "responses", "any success; the document names no status of it")
		}
		return
	}
	usual := []int{200}
	if a.method == "POST" {
		usual = []int{200, 201}
	}
	if !slices.ContainsFunc(codes, func(c int) bool { return !slices.Contains(usual, c) }) && (len(codes) == len(usual) || a.method == "POST") {
		return
	}
	n := list()
	for _, c := range codes {
		n.Content = append(n.Content, integer(c))
	}
	a.success = n
}

// answer is the body of a success.
type answer struct {
	media  string
	schema *base.SchemaProxy
	*v3.Response
}

// bestAnswer picks the answer that tells most: JSON before others. empty says
// whether a success may come without a body.
func bestAnswer(answers []*v3.Response) (best *answer, empty bool) {
	rank := func(media string) int {
		switch base := mediaType(media); {
		case base == "application/json":
			return 4
		case strings.HasSuffix(base, "json"):
			return 3
		case base == "*/*" || media == "*/*":
			return 2
		case strings.HasPrefix(base, "text/"):
			return 1
		}
		return 0
	}
	for _, r := range answers {
		found := false
		if r.Content != nil {
			for media, m := range r.Content.FromOldest() {
				if m == nil {
					continue
				}
				found = true
				if best == nil || rank(media) > rank(best.media) {
					best = &answer{media, m.Schema, r}
				}
			}
		}
		empty = empty || !found
	}
	return best, empty
}

// fill makes the fields of the envelope out of an answer.
func (d *draft) fill(a *action, best *answer) {
	media := mediaType(best.media)
	s := d.of(best.schema)
	json := strings.Contains(media, "json") || media == "*/*" || best.media == "*/*"
	if json && !s.binary() {
		a.asks(media)
		d.json(a, best, s)
		return
	}
	a.asks(media)
	body := "base64"
	if strings.HasPrefix(media, "text/") || strings.Contains(media, "xml") || strings.Contains(media, "yaml") || strings.Contains(media, "javascript") {
		body = "text"
	}
	a.result.fields = []output{{name: "data", kind: "body", path: body}}
}

const jsonMedia = "application/json"

// asks notes the media type of the answer.
func (a *action) asks(media string) {
	if strings.Contains(media, "*") {
		media = jsonMedia
	}
	if headerValue(media) != "" && !strings.ContainsAny(media, "{}") {
		a.accept = media
	}
}

// settleAccept finds what most actions ask for.
func (d *draft) settleAccept() {
	counts := make(map[string]int)
	for _, a := range d.actions {
		if a.accept == "" {
			continue
		}
		if counts[a.accept]++; counts[a.accept] > counts[d.accept] || d.accept == "" {
			d.accept = a.accept
		}
	}
}

func (d *draft) json(a *action, best *answer, s *schema) {
	one := func(o output) { a.result.fields = []output{o} }
	switch kind := s.kind(); {
	case kind == "array":
		items := d.of(s.items)
		o := output{name: "data", kind: "list", path: "$", of: d.typeOf(s.items, a.label, "item")}
		o.items = itemsOf(items)
		one(o)
		if o.items == "" {
			a.result.list = &listing{path: "$", headers: headersOf(best.Response), required: true, items: s.items}
		}
	case kind == "object":
		d.object(a, best, s)
	case kind == "" && len(s.props) > 0:
		one(output{name: "data", kind: "object", path: "$"})
	case kind == "":
		one(output{name: "data", kind: "any", path: "$"})
	default:
		one(output{name: "data", kind: kind, path: "$"})
	}
}

// itemsOf is the type of a list's elements where they are no objects.
func itemsOf(s *schema) string {
	switch kind := s.kind(); kind {
	case "object":
		return ""
	case "array", "":
		if len(s.props) > 0 && !slices.ContainsFunc(s.alternatives, func(a *schema) bool { return a.kind() != "object" }) {
			return ""
		}
		return "any"
	default:
		return kind
	}
}

func headersOf(r *v3.Response) (names []string) {
	if r.Headers != nil {
		for name := range r.Headers.FromOldest() {
			names = append(names, strings.ToLower(name))
		}
	}
	return names
}

// object looks into an object for the list, or the object, that it wraps.
func (d *draft) object(a *action, best *answer, s *schema) {
	if i := d.wrappedList(a, s); i >= 0 {
		d.listOf(a, best, s, s.props[i])
		return
	}
	if i := d.wrappedObject(s); i >= 0 {
		p := s.props[i]
		a.result.fields = []output{{name: "data", kind: "object", path: p.name, of: d.typeOf(p.schema, a.label, "data")}}
		return
	}
	a.result.fields = []output{{name: "data", kind: "object", path: "$", of: d.typeOf(best.schema, a.label, "result")}}
}

// aroundLists are members that stand beside the list or the object of an answer.
var aroundLists = []string{"meta", "metadata", "links", "_links", "pagination", "paging", "page", "pageinfo", "page_info", "response_metadata", "next_page",
	"errors", "warnings", "messages", "included", "jsonapi", "result_info", "success", "ok", "status", "object", "url", "cursor", "cursors", "next", "previous", "prev",
	"request_id", "warning", "@odata.context", "search_metadata", "summary"}

// wrappedList is the member that is the list which an answer is about, or -1:
// the only list of objects, in an object that has no identity of its own.
func (d *draft) wrappedList(a *action, s *schema) int {
	if a.method != "GET" && a.method != "POST" || a.method == "POST" && !searching(a) {
		return -1
	}
	found := -1
	for i, p := range s.props {
		inner := d.member(p)
		around := slices.Contains(aroundLists, snake(p.name)) || slices.Contains(aroundLists, p.name)
		switch {
		case p.name == "id" || p.name == "uuid" || p.name == "gid":
			return -1
		case inner.kind() == "array" && !around:
			if found >= 0 {
				return -1
			}
			found = i
		case inner.kind() == "object" && !around:
			return -1
		}
	}
	if found < 0 || !wrappedPath(s.props[found].name) {
		return -1
	}
	name := s.props[found].name
	if slices.Contains(listNames, strings.ToLower(name)) || named(a.path, name) {
		return found
	}
	return -1
}

var listNames = []string{"data", "items", "results", "result", "values", "value", "records", "entries", "list", "rows", "elements", "objects", "content", "resources", "edges", "hits"}

func searching(a *action) bool {
	id := strings.ToLower(a.OperationId + " " + a.path)
	return strings.Contains(id, "search") || strings.Contains(id, "query") || strings.Contains(id, "list")
}

// named reports whether a path ends in the plural that a list is called by.
func named(path, name string) bool {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	last := strings.TrimSuffix(segments[len(segments)-1], ".json")
	return !strings.Contains(last, "{") && snake(last) == snake(name)
}

// wrappedPath reports whether a member can be named in a path.
func wrappedPath(name string) bool {
	return name != "" && len(name) <= 200 && !strings.ContainsAny(name, ".$ \t\n") && visible(name) == name && wireName(name)
}

// wrappedObject is the one member that is the object of an answer, or -1.
func (d *draft) wrappedObject(s *schema) int {
	found := -1
	for i, p := range s.props {
		switch around := slices.Contains(aroundLists, snake(p.name)); {
		case p.name == "data" && d.of(p.schema).kind() == "object":
			found = i
		case !around:
			return -1
		}
	}
	return found
}

// listOf returns the list and, beside it, what else there is: a caller that
// pages by hand needs it.
func (d *draft) listOf(a *action, best *answer, s *schema, p property) {
	inner := d.member(p)
	o := output{name: "data", kind: "list", path: p.name, of: d.typeOf(inner.items, a.label, "item"), items: itemsOf(d.of(inner.items))}
	a.result.fields = []output{o}
	if o.items == "" {
		a.result.list = &listing{path: p.name, wrapper: s, headers: headersOf(best.Response), required: s.required[p.name], items: inner.items}
	}
	names := scope{"success": true, "error": true, "data": true}
	for _, other := range s.props {
		if other.name == p.name || !wrappedPath(other.name) || len(a.result.fields) > maxOutputs {
			continue
		}
		name := identifier(other.name, "value")
		if names.has(name) {
			continue
		}
		names.take(name)
		beside := output{name: name, kind: first(d.member(other).kind(), "any"), path: other.name}
		switch beside.kind {
		case "array":
			beside.kind, beside.items, beside.fallback = "any", "", nil
		case "object":
			beside.fallback = null()
		}
		a.result.fields = append(a.result.fields, beside)
	}
}

// maxOutputs bounds what is returned beside a list.
const maxOutputs = 12
