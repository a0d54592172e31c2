// The skeleton itself: what the catalogue says, and guesses for the rest.

package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// skeleton is a manifest in the making.
type skeleton struct {
	*integration
	file   string
	report *Report
	prefix string // of the test's path, part of the base address
}

func (s *skeleton) note(kind Kind, action, subject, message string) {
	s.report.add(Note{Kind: kind, Place: s.file, Operation: action, Subject: subject, Message: message})
}

var semver = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`)

func (s *skeleton) tree() *yaml.Node {
	m := newMapping()
	title := first(line(s.DisplayName), words(s.Name), "API")
	m.HeadComment = title + ", a skeleton from the host's catalogue by `connectorgen import catalogue`.\nThe catalogue does not say what is sent: every request is guessed from the\nname of its action. Write the real ones."
	m.put("manifest", integer(1))
	name := identifier(s.Name, "api")
	if keywords.MatchString(strings.ReplaceAll(name, "_", "")) {
		name += "_api"
	}
	m.text("name", name)
	m.text("title", title)
	version := "1.0.0"
	if semver.MatchString(s.Version) {
		version = s.Version
	}
	m.text("version", version)
	m.text("author", line(s.Author))
	m.text("logo", line(s.Logo))
	m.text("app_url", link(s.AppURL))
	m.text("overview", first(prose(s.Description), title+"."))
	var categories []string
	for _, c := range s.Categories {
		if c = line(c); c != "" {
			categories = append(categories, c)
		}
	}
	if categories != nil {
		m.put("categories", texts(categories...))
	}
	base, guess := s.baseURL()
	m.put("base_url", text(base)).HeadComment = "\nguessed: " + guess
	if auth := s.auth(name); len(auth.Content) > 0 {
		m.put("auth", auth).HeadComment = "\n"
	}
	m.put("actions", s.actions()).HeadComment = "\n"
	return m.Node
}

var apiPrefix = regexp.MustCompile(`^((/(api|rest|v[0-9]+(\.[0-9]+)?))+)(/|$)`)

// baseURL is the host of the credential's test, with what looks like a version.
func (s *skeleton) baseURL() (base, guess string) {
	for _, a := range s.AuthSchemas {
		if a.Test == nil {
			continue
		}
		u, err := url.Parse(a.Test.URL)
		if err != nil || u.Host == "" || strings.ContainsAny(u.Host, "{}") {
			continue
		}
		if m := apiPrefix.FindStringSubmatch(u.Path); m != nil {
			s.prefix = m[1]
		}
		if base := "https://" + u.Host + s.prefix; hostURL.MatchString(base) {
			return base, "from the test of the credential"
		}
		s.prefix = ""
	}
	return exampleURL, "the catalogue does not say it"
}

func (s *skeleton) auth(name string) *yaml.Node {
	out := newMapping()
	taken := scope{"none": true}
	for _, a := range s.AuthSchemas {
		typ := a.AuthType
		if !slices.Contains([]string{"bearer_token", "api_key", "oauth2", "custom", "modulex_key"}, typ) {
			typ = "custom"
		}
		m := newMapping()
		m.text("type", typ)
		m.text("title", first(line(a.DisplayName), words(typ)))
		m.text("description", prose(a.Description))
		var steps []string
		for _, step := range a.Instructions {
			if step = line(step); step != "" {
				steps = append(steps, step)
			}
		}
		if steps != nil {
			n := texts(steps...)
			n.Style = 0
			m.put("steps", n)
		}
		fields := s.fields(name, typ, a)
		m.put("fields", fields.Node)
		s.send(m, typ, a, keys(fields.Node))
		s.test(m, a)
		out.put(taken.take(typ), m.Node)
	}
	return out.Node
}

var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)

// fields are named by the placeholders of the test, or by the variables.
func (s *skeleton) fields(name, typ string, a catalogueAuth) mapping {
	usual := map[string]string{"bearer_token": "token", "api_key": "api_key", "oauth2": "access_token"}[typ]
	var named []string
	if a.Test != nil {
		for _, header := range sortedKeys(a.Test.Headers) {
			for _, m := range placeholder.FindAllStringSubmatch(a.Test.Headers[header], -1) {
				if !slices.Contains(named, m[1]) {
					named = append(named, m[1])
				}
			}
		}
	}
	fields, taken := newMapping(), make(scope)
	for _, v := range a.Variables {
		if typ == "oauth2" && !v.Inject {
			continue // of the host's own application, and never in auth_data
		}
		key := identifier(strings.TrimPrefix(strings.ToLower(v.Name), strings.ToLower(name)+"_"), "token")
		if len(a.Variables) == 1 {
			key = first(append(named, usual, key)...)
		}
		f := newMapping()
		f.text("title", first(line(v.DisplayName), words(v.Name)))
		f.text("description", prose(v.Description))
		f.text("env", variableName(v.Name, name, key))
		f.flag("optional", v.Required != nil && !*v.Required)
		f.flag("public", v.Sensitive != nil && !*v.Sensitive && key != "access_token")
		f.text("format", line(v.SampleFormat))
		f.text("about_url", link(v.AboutURL))
		fields.put(taken.take(key), f.Node)
	}
	if len(fields.Content) == 0 {
		key := first(append(named, usual, "token")...)
		f := flow()
		f.text("title", words(key))
		f.text("env", variableName("", name, key))
		fields.put(key, f.Node)
	}
	return fields
}

var environment = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,99}$`)

func variableName(given, name, key string) string {
	if environment.MatchString(given) {
		return given
	}
	return clipName(strings.ToUpper(name+"_"+key), 100)
}

func sortedKeys[V any](m map[string]V) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// send is the header of the test that holds a placeholder, or a guess.
func (s *skeleton) send(m mapping, typ string, a catalogueAuth, fields []string) {
	place := flow()
	if a.Test != nil {
		for _, header := range sortedKeys(a.Test.Headers) {
			v := a.Test.Headers[header]
			found := placeholder.FindAllStringSubmatch(v, -1)
			if found == nil || !headerName.MatchString(header) || headerValue(v) == "" || slices.ContainsFunc(found, func(f []string) bool { return !slices.Contains(fields, f[1]) }) {
				continue
			}
			place.text("header", header)
			place.text("value", v)
			m.put("send", place.Node)
			return
		}
	}
	place.text("header", "Authorization")
	place.text("value", "Bearer {"+fields[0]+"}")
	m.put("send", place.Node).HeadComment = "guessed: the catalogue does not say where it is sent"
}

func (s *skeleton) test(m mapping, a catalogueAuth) {
	if a.Test == nil {
		return
	}
	u, err := url.Parse(a.Test.URL)
	method := strings.ToUpper(first(a.Test.Method, "GET"))
	if err != nil || !slices.Contains(methods, method) {
		return
	}
	path := strings.TrimRight(strings.TrimPrefix(u.Path, s.prefix), "/")
	if path == "" {
		path = "/"
	}
	for _, segment := range strings.Split(path, "/")[1:] {
		if !plainSegment.MatchString(segment) || path != "/" && segment == "" {
			return
		}
	}
	test := flow()
	test.text("request", method+" "+path)
	if a.Test.Success != nil {
		codes := list()
		for _, c := range a.Test.Success.StatusCodes {
			if c >= 200 && c <= 299 {
				codes.Content = append(codes.Content, integer(c))
			}
		}
		if len(codes.Content) > 0 {
			test.put("success", codes)
		}
	}
	m.put("test", test.Node)
}

func (s *skeleton) actions() *yaml.Node {
	out := newMapping()
	taken := scope{"runtime": true}
	for _, a := range s.Actions {
		name := taken.take(identifier(a.Name, "call"))
		m, err := s.action(name, a)
		if err != nil {
			s.note(Lost, a.Name, "", err.Error())
			continue
		}
		k := out.put(name, m)
		k.HeadComment = "guessed: the request, from the name"
		if s.report.Imported > 0 {
			k.HeadComment = "\n" + k.HeadComment
		}
		s.report.Imported++
	}
	return out.Node
}

func (s *skeleton) action(name string, a catalogueAction) (*yaml.Node, error) {
	params, err := ordered[catalogueParameter](a.Parameters)
	if err != nil {
		return nil, fmt.Errorf("its parameters cannot be read: %w", err)
	}
	m := newMapping()
	m.text("description", first(prose(a.Description), words(name)))
	method, path := requestOf(name, params)
	m.text("request", method+" "+path)
	in := "body"
	if method == "GET" || method == "DELETE" {
		in = "query"
	}
	if len(params) > 0 {
		list, taken := newMapping(), make(scope)
		for _, p := range params {
			param := s.parameter(p.name, p.value, in)
			param.name = taken.take(identifier(p.name, "value"))
			if strings.Contains(path, "{"+param.name+"}") {
				param.in, param.required = "path", true
			}
			list.put(param.name, param.tree())
		}
		m.put("parameters", list.Node)
	}
	m.put("returns", s.returns(a.OutputSchema))
	return m.Node, nil
}

func (s *skeleton) parameter(name string, c catalogueParameter, in string) *parameter {
	p := &parameter{wire: name, in: in, typ: c.Type, required: c.Required, description: first(prose(c.Description), words(name), "The value")}
	if !slices.Contains(jsonTypes, p.typ) {
		p.typ = "any"
	}
	if !wireName(name) || strings.Contains(name, ".") && in == "body" {
		p.wire = identifier(name, "value")
	}
	if in == "query" && p.typ == "array" {
		p.encode = "repeat"
	} else if in == "query" && p.typ == "object" {
		p.encode = "json"
	}
	var v yaml.Node
	if !p.required && len(c.Default) > 0 && string(c.Default) != "null" && yaml.Unmarshal(c.Default, &v) == nil && len(v.Content) == 1 && v.Content[0].Kind == yaml.ScalarNode {
		p.preset = convert(v.Content[0], p.typ)
	}
	return p
}

// requestOf guesses method and path: get_event takes an ID, so it is
// GET /events/{event_id}.
func requestOf(name string, params []member[catalogueParameter]) (method, path string) {
	verb, rest, _ := strings.Cut(name, "_")
	method, known := map[string]string{
		"get": "GET", "list": "GET", "search": "GET", "find": "GET", "fetch": "GET", "read": "GET", "retrieve": "GET", "query": "GET",
		"delete": "DELETE", "remove": "DELETE", "update": "PATCH", "edit": "PATCH", "modify": "PATCH", "set": "PUT", "replace": "PUT",
	}[verb]
	if !known {
		method = "POST"
	}
	if rest == "" {
		rest = name
	}
	path = "/" + rest
	for _, p := range params {
		if p.value.Required && (p.name == rest+"_id" || p.name == "id") && verb != "list" && verb != "create" && snake(p.name) == p.name {
			return method, path + "s/{" + p.name + "}"
		}
	}
	return method, path
}

// member is an entry of a JSON object, whose order matters.
type member[T any] struct {
	name  string
	value T
}

func ordered[T any](raw json.RawMessage) (out []member[T], err error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("they are no object")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		n := member[T]{name: fmt.Sprint(t)}
		if err := d.Decode(&n.value); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// outputSchema is one field of an envelope's schema.
type outputSchema struct {
	Type  string `json:"type"`
	Ref   string `json:"$ref"`
	Items *struct {
		Type string `json:"type"`
	} `json:"items"`
	AnyOf []outputSchema `json:"anyOf"`
}

func (o outputSchema) kind() string {
	switch {
	case o.Ref != "":
		return "object"
	case o.Type != "":
		return o.Type
	}
	for _, a := range o.AnyOf {
		if k := a.kind(); k != "null" && k != "" {
			return k
		}
	}
	return "any"
}

// returns takes the fields of the envelope from its schema.
func (s *skeleton) returns(raw json.RawMessage) *yaml.Node {
	var schema struct {
		Properties json.RawMessage `json:"properties"`
	}
	out := flow()
	if len(raw) > 0 && string(raw) != "null" && json.Unmarshal(raw, &schema) == nil {
		fields, _ := ordered[outputSchema](schema.Properties)
		taken := scope{"success": true, "error": true}
		for _, f := range fields {
			name := identifier(f.name, "value")
			if taken.has(name) {
				continue
			}
			taken.take(name)
			path := f.name
			if !wrappedPath(path) {
				path = name
			}
			o := output{name: name, kind: f.value.kind(), path: path}
			if o.kind == "array" {
				o.kind = "list"
				if f.value.Items != nil && slices.Contains([]string{"string", "integer", "number", "boolean"}, f.value.Items.Type) {
					o.items = f.value.Items.Type
				}
			} else if !slices.Contains(jsonTypes, o.kind) {
				o.kind = "any"
			}
			field := flow()
			field.text(o.kind, o.path)
			field.text("items", o.items)
			out.put(o.name, field.Node)
		}
		if len(out.Content) == 0 {
			return text("none")
		}
		return out.Node
	}
	field := flow()
	field.text("any", "$")
	out.put("data", field.Node)
	return out.Node
}
