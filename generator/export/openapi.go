// OpenAPI 3.1: what the connector sends to its API, as a document that other
// tools read. An operation for each request of an action; what OpenAPI cannot say
// (paging, retries, budgets, requests after each other) is the connector's own
// affair and left out.
//
// openapi_operation.go has an operation, openapi_schema.go bodies and answers,
// openapi_security.go credentials. envelope.go is the second document: the host's
// side. yaml.go prints either as YAML.

package export

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

// OpenAPI describes the requests of a connector, and tells what it leaves out.
func OpenAPI(c *model.Connector) (doc []byte, notes []string) {
	w := &document{c: c, answers: answerType(c.API)}
	for _, a := range c.Actions {
		w.action(a)
	}
	components := model.Object{}
	for _, part := range []model.Member{{Name: "schemas", Value: w.schemas}, {Name: "responses", Value: w.responses}, {Name: "securitySchemes", Value: w.security}} {
		if len(part.Value.(model.Object)) > 0 {
			components = append(components, part)
		}
	}
	return line(model.JSON(append(head(c, c.API.Title+" API", c.API.Overview),
		model.Member{Name: "servers", Value: []model.Object{w.server(c.API.BaseURL)}},
		model.Member{Name: "security", Value: []model.Object{}},
		model.Member{Name: "tags", Value: w.tags},
		model.Member{Name: "paths", Value: w.pathItems()},
		model.Member{Name: "components", Value: components}), "  ")), w.notes
}

// head begins a document.
func head(c *model.Connector, title, description string) model.Object {
	home := homeOf(c)
	contact, license := model.Object{{Name: "name", Value: c.API.Title}}, model.Object{{Name: "name", Value: "Terms of " + c.API.Title}}
	if home != "" {
		contact = append(contact, model.Member{Name: "url", Value: home})
		license = append(license, model.Member{Name: "url", Value: home})
	} else {
		license = append(license, model.Member{Name: "identifier", Value: "LicenseRef-Terms"})
	}
	doc := model.Object{
		{Name: "openapi", Value: "3.1.0"},
		{Name: "info", Value: model.Object{
			{Name: "title", Value: plainTitle(title)},
			{Name: "version", Value: c.API.Version},
			{Name: "description", Value: CommonMark(description)},
			{Name: "contact", Value: contact},
			{Name: "license", Value: license},
		}},
	}
	if c.Docs != "" {
		doc = append(doc, model.Member{Name: "externalDocs", Value: model.Object{{Name: "url", Value: linkTarget(c.Docs)}}})
	}
	return doc
}

// homeOf is where to read about an API: the product's page, the documentation, or
// where it is.
func homeOf(c *model.Connector) string {
	for _, address := range []string{linkTarget(c.AppURL), linkTarget(c.Docs), c.API.BaseURL} {
		if address != "" && !strings.Contains(address, "{") {
			return address
		}
	}
	return ""
}

// plainTitle is a title in which no tool sees a tag.
func plainTitle(title string) string { return strings.ReplaceAll(title, "<", "‹") }

// document is an OpenAPI document on its way.
type document struct {
	c       *model.Connector
	answers string // the media type of answers

	tags      []model.Object
	paths     []*pathItem
	schemas   model.Object
	responses model.Object
	security  model.Object
	notes     []string
}

// pathItem is a path with its operations.
type pathItem struct {
	path       string
	holes      []string // names of its parameters
	operations model.Object
}

func (w *document) pathItems() model.Object {
	out := model.Object{}
	for _, p := range w.paths {
		out = append(out, model.Member{Name: p.path, Value: p.operations})
	}
	return out
}

// action describes the requests of an action: those before the last one too,
// where nobody else sends them.
func (w *document) action(a *model.Action) {
	if a.Hook != "" {
		w.notes = append(w.notes, a.Name+" is left out: it is written by hand, so nobody knows what it sends")
		return
	}
	w.operation(a, a.Op, a.Name)
	for i, s := range a.Op.Steps {
		if !w.sent(s.Op) {
			w.operation(a, s.Op, a.Name+"_before_"+strconv.Itoa(i+1))
		}
	}
}

// sent reports whether an action sends such a request as its own.
func (w *document) sent(op *table.Operation) bool {
	same := func(o *table.Operation) bool {
		return o.Method == op.Method && o.Host == op.Host && samePath(o.Path) == samePath(op.Path)
	}
	return slices.ContainsFunc(w.c.Actions, func(a *model.Action) bool { return a.Hook == "" && same(a.Op) }) ||
		slices.ContainsFunc(w.paths, func(p *pathItem) bool {
			return samePath(p.path) == samePath(openAPIPath(op.Path)) && p.operations.Get(strings.ToLower(op.Method)) != nil
		})
}

// at is the place of an operation. A second one with the same method and path has
// a fragment behind its path: it is sent to the same address, and documents may
// hold both.
func (w *document) at(op *table.Operation, id string) *pathItem {
	path, method := openAPIPath(op.Path), strings.ToLower(op.Method)
	for _, p := range w.paths {
		if samePath(p.path) != samePath(path) {
			continue
		}
		if p.operations.Get(method) == nil {
			return p
		}
		return w.newPath(p.path + "#" + id)
	}
	return w.newPath(path)
}

func (w *document) newPath(path string) *pathItem {
	p := &pathItem{path: path, operations: model.Object{}}
	for _, h := range pathHole.FindAllStringSubmatch(path, -1) {
		p.holes = append(p.holes, h[1])
	}
	w.paths = append(w.paths, p)
	return p
}

var pathHole = regexp.MustCompile(`\{([^{}]*)\}`)

// openAPIPath is a path whose holes have names that OpenAPI's tools like.
func openAPIPath(path string) string {
	return pathHole.ReplaceAllStringFunc(path, func(hole string) string { return strings.NewReplacer(".", "_", "$", "").Replace(hole) })
}

// samePath is the same text for paths that differ in the names of holes only.
func samePath(path string) string { return pathHole.ReplaceAllString(path, "{}") }

// answerType is what answers are in.
func answerType(api *table.API) string {
	for _, h := range api.Headers {
		if h.Name == "Accept" && h.Value != "*/*" && !strings.ContainsAny(h.Value, ",{") {
			return h.Value
		}
	}
	return "application/json"
}

// server is a base address. Fields of the credential in it are variables.
func (w *document) server(url string) model.Object {
	variables := model.Object{}
	for _, hole := range pathHole.FindAllStringSubmatch(url, -1) {
		name := strings.TrimPrefix(hole[1], "auth.")
		if variables.Get(name) == nil {
			variables = append(variables, model.Member{Name: name, Value: w.serverVariable(name)})
		}
	}
	if strings.HasPrefix(url, "{") { // the whole address is the user's
		variables[0].Value = with(variables[0].Value.(model.Object), "default", "https://localhost")
	}
	s := model.Object{{Name: "url", Value: strings.ReplaceAll(url, "{auth.", "{")}}
	if len(variables) > 0 {
		s = append(s, model.Member{Name: "variables", Value: variables})
	}
	return s
}

// serverVariable is a field of a credential that is part of an address. OpenAPI
// wants a default.
func (w *document) serverVariable(name string) model.Object {
	for _, s := range w.c.Auth {
		for _, f := range s.Fields {
			if f.Key != name {
				continue
			}
			v := model.Object{{Name: "default", Value: name}}
			if f.Default != "" {
				v[0].Value = f.Default
			}
			var values []string
			for _, t := range f.Values {
				values = append(values, t.To)
				if t.From == f.Default || f.Default == "" && len(values) == 1 {
					v[0].Value = t.To
				}
			}
			if values != nil {
				v = append(model.Object{{Name: "enum", Value: values}}, v...)
			}
			return append(v, model.Member{Name: "description", Value: CommonMark(f.Title)})
		}
	}
	return model.Object{{Name: "default", Value: name}}
}

// tag is the group of an operation: the first word of its path.
func (w *document) tag(path string) string {
	tag := tagOf(path, w.c.API.Name)
	if !slices.ContainsFunc(w.tags, func(t model.Object) bool { return t.Get("name") == tag }) {
		w.tags = append(w.tags, model.Object{{Name: "name", Value: tag}, {Name: "description", Value: "Requests about " + strings.ReplaceAll(tag, "_", " ") + "."}})
	}
	return tag
}

func tagOf(path, otherwise string) string {
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if word.MatchString(segment) && !version.MatchString(segment) {
			return strings.ReplaceAll(segment, "-", "_")
		}
	}
	return otherwise
}

var (
	word    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
	version = regexp.MustCompile(`^v[0-9]+$`)
)
