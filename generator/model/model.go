// Package model is the Go-shaped truth about a connector: every name, type,
// sentence and default is decided here, once, and printed any number of times
// by emit and export. names.go makes the names, schema.go the schemas.
package model

import (
	"go/token"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"modulex.dev/connector/generator/manifest"
)

// Connector is one generated package.
type Connector struct {
	Source   string // name of the manifest file
	Package  string
	Name     string
	Title    string
	Version  string
	Author   string
	Logo     string
	AppURL   string
	Docs     string
	Overview string

	Categories []string
	Limits     []string

	BaseURL  string
	Headers  []Header
	Auth     []*AuthScheme
	Failure  string
	Messages []Message
	Texts    Texts
	Budgets  []Budget
	Paging   []*Paging
	Bodies   []*Body // those that an action uses
	Actions  []*Action
}

// Header is a constant header.
type Header struct{ Name, Value string }

// Message is a place of an error message.
type Message struct {
	Path string
	Text []string
}

// Texts are the templates of error texts.
type Texts struct{ Status, Timeout, Failed string }

// Budget is one rate.
type Budget struct {
	Calls                   int
	Per                     time.Duration
	Limit, Remaining, Reset string
}

// AuthScheme is a credential and where it is sent.
type AuthScheme struct {
	Name, Var, Func          string // in the manifest; its variable; its constructor
	Type, Title, Description string
	Steps                    []string
	Fields                   []AuthField
	Header, Prefix, Key      string
	Test                     *AuthTest
}

// AuthField is one secret.
type AuthField struct {
	Key, Arg, Title, Description, Env, Missing, Format, AboutURL string
}

// AuthTest is a request that proves a credential.
type AuthTest struct {
	Method, URL string
	Success     []int
}

// Paging is a way in which lists are paged.
type Paging struct {
	Name, Var, Page, Size, Next, Current string
	First, Items                         int
}

// Body is a JSON frame around parameters, written out.
type Body struct {
	Name, Var, MediaType, Open, Close string
	Constants                         bool // Open ends with a member
}

// Kind is what an action returns.
type Kind string

// The kinds.
const (
	KindNone   Kind = "none"
	KindObject Kind = "object"
	KindList   Kind = "list"
)

// Action is one action with all its identifiers.
type Action struct {
	Name, Description, Docs string

	// Identifiers of the generated package, and the file they are in.
	Method, Seq, Input                             string
	Op, ParamsVar, Invoke, InputConst, OutputConst string
	File                                           string

	HTTPMethod, Path string
	Params           []*Param
	Auth             *AuthScheme
	Body             *Body
	Success          []int
	Repeatable       bool
	Paging           *Paging

	Kind        Kind
	ResultField string
	ResultPath  string

	InputSchema, OutputSchema Object
}

// Param is one parameter and the field it becomes.
type Param struct {
	Name, Field, Type, Description string
	Required                       bool
	In, Wire                       string
	OmitEmpty                      bool
	PairsKey, PairsValue           string
}

// Build decides the model of a checked manifest, or reports the names that
// cannot be in Go. source is the manifest's name in generated comments.
func Build(m *manifest.Manifest) (*Connector, manifest.Diagnostics) {
	r := &manifest.Report{File: m.File}
	b := builder{Report: r, m: m, scope: newScope(r), bodies: make(map[string]*Body)}
	c := b.connector()
	return c, r.Faults.Sorted()
}

type builder struct {
	*manifest.Report
	m      *manifest.Manifest
	scope  *scope
	bodies map[string]*Body
	c      *Connector
}

func (b *builder) connector() *Connector {
	m := b.m
	b.scope.fixed("Client", "Client.Runtime", "New", "Table", "api", "plainBody")
	b.c = &Connector{
		Source: filepath.Base(m.File), Package: b.packageName(), Name: m.Name.Value, Title: m.Title.Value,
		Version: m.Version.Value, Author: m.Author.Or("ModuleX"), Logo: m.Logo.Value, AppURL: m.AppURL.Value,
		Docs: m.Docs.Value, Overview: m.Overview.Value, Categories: values(m.Categories), Limits: values(m.Limits),
		BaseURL: m.BaseURL.Value, Failure: m.Errors.Failure.Value,
		Texts: Texts{
			Status:  m.Texts.Status.Or("API error ({status}): {detail}"),
			Timeout: m.Texts.Timeout.Or("Request timed out."),
			Failed:  m.Texts.Failed.Or("Call failed: {reason}"),
		},
	}
	for _, h := range m.Headers {
		b.c.Headers = append(b.c.Headers, Header{http.CanonicalHeaderKey(h.Name.Value), h.Value.Value})
	}
	for _, e := range m.Errors.Messages {
		b.c.Messages = append(b.c.Messages, Message{e.Path.Value, values(e.Text)})
	}
	for _, budget := range m.Budgets {
		b.c.Budgets = append(b.c.Budgets, Budget{
			budget.Calls.Value, duration(budget.Per.Value), budget.Limit.Value, budget.Remaining.Value, budget.Reset.Value})
	}
	for _, s := range m.Auth {
		b.c.Auth = append(b.c.Auth, b.authScheme(s))
	}
	for _, p := range m.Paging {
		b.c.Paging = append(b.c.Paging, &Paging{
			Name: p.Name.Value, Var: b.scope.take(unexported(p.Name.Value)+"Paging", p.Name),
			Page: p.Value.Page.Value, Size: p.Value.Size.Value, Next: p.Value.Next.Value, Current: p.Value.Current.Value,
			First: p.Value.First.Value, Items: p.Value.Items.Value})
	}
	for _, body := range m.Bodies {
		b.body(body.Name, body.Value, b.scope.take(unexported(body.Name.Value)+"Body", body.Name))
	}
	for _, a := range m.Actions {
		b.c.Actions = append(b.c.Actions, b.action(a.Name, a.Value))
	}
	b.dropUnused()
	return b.c
}

// dropUnused forgets shared parts that no action names: generated code has no
// use for them.
func (b *builder) dropUnused() {
	used := make(map[any]bool)
	for _, a := range b.c.Actions {
		used[a.Body], used[a.Paging] = true, true
	}
	b.c.Bodies = slices.DeleteFunc(b.c.Bodies, func(x *Body) bool { return !used[x] })
	b.c.Paging = slices.DeleteFunc(b.c.Paging, func(x *Paging) bool { return !used[x] })
}

// packageName is the connector's name without underscores.
func (b *builder) packageName() string {
	name := strings.ReplaceAll(b.m.Name.Value, "_", "")
	if token.IsKeyword(name) || slices.Contains(reservedPackages, name) || strings.HasSuffix(b.m.Name.Value, "_test") {
		b.Add(b.m.Name.Pos, "use the name of the product, such as "+name+"api", "%q cannot be the name of a Go package", b.m.Name.Value)
	}
	return name
}

func (b *builder) authScheme(s manifest.Named[*manifest.AuthScheme]) *AuthScheme {
	v := s.Value
	prefix, key, _ := strings.Cut(strings.TrimSuffix(v.Value.Value, "}"), "{")
	out := &AuthScheme{
		Name: s.Name.Value, Var: b.scope.take(unexported(s.Name.Value)+"Auth", s.Name), Func: b.scope.take(exported(s.Name.Value), s.Name),
		Type: v.Type.Value, Title: v.Title.Value, Description: v.Description.Value, Steps: values(v.Steps),
		Header: http.CanonicalHeaderKey(v.Header.Value), Prefix: prefix, Key: key,
	}
	args := newScope(b.Report)
	for _, f := range v.Fields {
		out.Fields = append(out.Fields, AuthField{
			Key: f.Name.Value, Arg: args.take(argument(f.Name.Value), f.Name), Title: f.Value.Title.Value,
			Description: f.Value.Description.Value, Env: f.Value.Env.Value,
			Missing: f.Value.Missing.Or("Missing " + f.Name.Value + " in auth_data."),
			Format:  f.Value.Format.Value, AboutURL: f.Value.AboutURL.Value})
	}
	if v.TestRequest.Given() {
		method, path, _ := strings.Cut(v.TestRequest.Value, " ")
		out.Test = &AuthTest{Method: method, URL: b.m.BaseURL.Value + path, Success: statuses(v.TestSuccess, 200)}
	}
	return out
}

func (b *builder) body(name manifest.Text, v *manifest.Body, variable string) {
	out := &Body{Name: name.Value, Var: variable, MediaType: v.MediaType.Or("application/json")}
	out.Open, out.Close, out.Constants = frame(v)
	b.bodies[name.Value] = out
	b.c.Bodies = append(b.c.Bodies, out)
}

func (b *builder) action(name manifest.Text, v *manifest.Action) *Action {
	goName, local := exported(name.Value), unexported(name.Value)
	method, path, _ := strings.Cut(v.Request.Value, " ")
	a := &Action{
		Name: name.Value, Description: v.Description.Value, Docs: v.Docs.Value,
		Method: b.method(goName, name), Input: b.scope.take(goName+"Input", name),
		Op: b.scope.take(local+"Op", name), ParamsVar: b.scope.take(local+"Params", name), Invoke: b.scope.take("invoke"+goName, name),
		InputConst: b.scope.take(local+"InputSchema", name), OutputConst: b.scope.take(local+"OutputSchema", name),
		File:       name.Value + "_action.go", // the suffix keeps a name from becoming a build constraint
		HTTPMethod: method, Path: path, Repeatable: v.Repeatable,
		Success: statuses(v.Success, defaultSuccess(method)...),
		Kind:    Kind(v.Kind.Value), ResultField: v.Field.Value, ResultPath: v.Path.Value,
	}
	if a.ResultPath == "$" {
		a.ResultPath = "" // the whole body
	}
	if v.ReturnsNone {
		a.Kind = KindNone
	}
	if a.Kind == KindList {
		a.Seq = b.method(goName+"Seq", name)
	}
	b.wire(a, v)
	fields := newScope(b.Report)
	for _, p := range v.Params {
		a.Params = append(a.Params, param(p, fields))
	}
	if a.Body == nil && hasBody(a) {
		a.Body = b.plainBody()
	}
	a.InputSchema, a.OutputSchema = inputSchema(a), outputSchema(a)
	return a
}

// wire looks up what an action names.
func (b *builder) wire(a *Action, v *manifest.Action) {
	if v.Body.Given() {
		a.Body = b.bodies[v.Body.Value]
	}
	for _, p := range b.c.Paging {
		if v.Paging.Given() && p.Name == v.Paging.Value {
			a.Paging = p
		}
	}
	for i, s := range b.c.Auth {
		if s.Name == v.Auth.Value || !v.Auth.Given() && i == 0 {
			a.Auth = s
		}
	}
}

func (b *builder) method(name string, by manifest.Text) string {
	// Methods share no scope with package-level names, so they get a prefix
	// that no identifier has.
	b.scope.take("Client."+name, by)
	return name
}

func hasBody(a *Action) bool {
	return slices.ContainsFunc(a.Params, func(p *Param) bool { return p.In == "body" })
}

// plainBody is the frame of actions that name none.
func (b *builder) plainBody() *Body {
	const none = "" // no name in a manifest is empty
	if b.bodies[none] == nil {
		b.bodies[none] = &Body{Var: "plainBody", MediaType: "application/json", Open: "{", Close: "}"}
		b.c.Bodies = append(b.c.Bodies, b.bodies[none])
	}
	return b.bodies[none]
}

func param(p *manifest.Parameter, fields *scope) *Param {
	out := &Param{
		Name: p.Name.Value, Field: fields.take(exported(p.Name.Value), p.Name), Type: p.Type.Or("string"),
		Description: p.Description.Value, Required: p.Required, In: p.In.Value, Wire: p.Wire.Or(p.Name.Value),
		OmitEmpty: p.Omit.Value == "empty", PairsKey: p.PairsKey.Value, PairsValue: p.PairsValue.Value,
	}
	if out.In == "header" {
		out.Wire = http.CanonicalHeaderKey(out.Wire)
	}
	return out
}

func defaultSuccess(method string) []int {
	if method == http.MethodPost {
		return []int{200, 201}
	}
	return []int{200}
}

func statuses(given []manifest.Int, fallback ...int) []int {
	if len(given) == 0 {
		return fallback
	}
	out := make([]int, len(given))
	for i, g := range given {
		out[i] = g.Value
	}
	return out
}

func values(texts []manifest.Text) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = t.Value
	}
	return out
}

// duration reads a window's length; the shape has been checked.
func duration(text string) time.Duration {
	if text == "" {
		return 0
	}
	n, _ := strconv.Atoi(text[:len(text)-1])
	unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}
	return time.Duration(n) * unit[text[len(text)-1]]
}
