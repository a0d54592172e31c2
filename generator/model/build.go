// From a checked manifest to the model: the story, and what a connector shares.

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
	"modulex.dev/connector/generator/table"
)

// Build decides the model of a checked manifest, or reports the names that
// cannot be in Go.
func Build(m *manifest.Manifest) (*Connector, manifest.Diagnostics) {
	r := &manifest.Report{File: m.File}
	b := builder{Report: r, m: m, scope: newScope(r), bodies: make(map[string]*Body),
		types: make(map[string]*Type), schemes: make(map[string]*AuthScheme)}
	c := b.connector()
	return c, r.Faults.Sorted()
}

type builder struct {
	*manifest.Report
	m       *manifest.Manifest
	scope   *scope
	bodies  map[string]*Body
	types   map[string]*Type
	schemes map[string]*AuthScheme
	jq      bool // a program is used somewhere
	c       *Connector
}

func (b *builder) connector() *Connector {
	m := b.m
	b.scope.fixed("Client", "Client.Runtime", "New", "Table", "api", "bodyOfParameters", "formOfParameters")
	b.c = &Connector{
		Source: filepath.Base(m.File), Package: b.packageName(), Author: m.Author.Or("ModuleX"), Logo: m.Logo.Value,
		AppURL: m.AppURL.Value, Docs: m.Docs.Value, Categories: given(m.Categories), Limits: given(m.Limits), API: b.api(),
	}
	for _, s := range m.Auth {
		b.auth(s)
	}
	for _, p := range m.Paging {
		b.c.Paging = append(b.c.Paging, &Paging{
			Name: p.Name.Value, Var: b.scope.take(unexported(p.Name.Value)+"Paging", p.Name), Paging: paging(p.Value)})
	}
	for _, v := range m.Bodies {
		b.bodies[v.Name.Value] = &Body{Var: b.scope.take(unexported(v.Name.Value)+"Body", v.Name), Body: b.frame(v.Value, nil)}
		b.c.Bodies = append(b.c.Bodies, b.bodies[v.Name.Value])
	}
	b.declareTypes()
	for _, a := range m.Actions {
		b.c.Actions = append(b.c.Actions, b.action(a.Name, a.Value))
	}
	b.dropUnused()
	if b.jq {
		b.c.API.JQ = "jq.Engine"
	}
	return b.c
}

func (b *builder) api() *table.API {
	m := b.m
	api := &table.API{
		Name: m.Name.Value, Title: m.Title.Value, Version: m.Version.Value, Overview: m.Overview.Value, BaseURL: m.BaseURL.Value,
		Categories: given(m.Categories), Limits: given(m.Limits), Docs: m.Docs.Value,
		Errors: b.errors(m.Errors),
		Texts: b.texts(m.Texts, table.Texts{
			Status: "API error ({status}): {detail}", Timeout: "Request timed out.", Failed: "Call failed: {reason}",
			JSON: "{parameter} is not valid JSON.",
		}),
	}
	for _, h := range m.Hosts {
		api.Hosts = append(api.Hosts, table.Host{Name: h.Name.Value, URL: h.Value.Value})
	}
	api.Headers = headers(m.Headers)
	api.Query = b.fields(m.Query)
	for _, budget := range m.Budgets {
		api.Budgets = append(api.Budgets, table.Budget{
			Calls: budget.Calls.Value, Per: duration(budget.Per.Value, 0),
			Limit: budget.Limit.Value, Remaining: budget.Remaining.Value, Reset: budget.Reset.Value, Shared: budget.Shared.Value})
	}
	return api
}

// dropUnused forgets shared parts that no action names: generated code has no
// use for them.
func (b *builder) dropUnused() {
	used := make(map[any]bool)
	for _, a := range b.c.Actions {
		used[a.Op.Body], used[a.Op.Paging] = true, true
	}
	b.c.Bodies = slices.DeleteFunc(b.c.Bodies, func(x *Body) bool { return !used[x.Body] })
	b.c.Paging = slices.DeleteFunc(b.c.Paging, func(x *Paging) bool { return !used[x.Paging] })
}

// packageName is the connector's name without underscores.
func (b *builder) packageName() string {
	name := strings.ReplaceAll(b.m.Name.Value, "_", "")
	if token.IsKeyword(name) || slices.Contains(reservedPackages, name) || strings.HasSuffix(b.m.Name.Value, "_test") {
		b.Add(b.m.Name.Pos, "use the name of the product, such as "+name+"api", "%q cannot be the name of a Go package", b.m.Name.Value)
	}
	return name
}

func (b *builder) errors(e manifest.Errors) (out table.Errors) {
	if e.Failure.Given() {
		out.Failures = append(out.Failures, table.FailureRule{Path: e.Failure.Value})
	}
	for _, f := range e.Failures {
		out.Failures = append(out.Failures, table.FailureRule{
			Path: f.Path.Value, Is: values(f.Is), Unless: values(f.Unless), Missing: f.Missing.Value, Prefix: f.Prefix.Value, JQ: b.program(f.JQ)})
	}
	for _, m := range e.Messages {
		out.Messages = append(out.Messages, table.ErrorRule{Path: m.Path.Value, Text: values(m.Text), JQ: b.program(m.JQ)})
	}
	return out
}

func (b *builder) texts(t manifest.Texts, fallback table.Texts) table.Texts {
	return table.Texts{
		Status: t.Status.Or(fallback.Status), Timeout: t.Timeout.Or(fallback.Timeout),
		Failed: t.Failed.Or(fallback.Failed), JSON: t.JSON.Or(fallback.JSON),
	}
}

// program is a jq program; the connector then links the engine.
func (b *builder) program(t manifest.Text) string {
	b.jq = b.jq || t.Given()
	return t.Value
}

func paging(p *manifest.Paging) *table.Paging {
	out := &table.Paging{
		Mode: table.PagingMode(p.Mode.Value), Param: p.Page.Value + p.Offset.Value + p.Cursor.Value, In: table.Place(p.In.Or("query")),
		First: int64(p.First.Value), Size: p.Size.Value, SizeValue: p.Items.Value, SizeParam: p.SizeParameter.Value,
		Next: p.Next.Value, NextQuery: p.NextQuery.Value, Header: http.CanonicalHeaderKey(p.NextHeader.Value), Current: p.Current.Value,
		More: p.More.Value, Pages: p.Pages.Value, Total: p.Total.Value, Until: p.Until.Value, Limit: p.Limit.Value, MaxPages: p.MaxPages.Value,
		Together: p.Together.Value,
	}
	if out.Param == "" {
		out.In = ""
	}
	return out
}

func headers(list []manifest.Named[manifest.Text]) (out []table.Header) {
	for _, h := range list {
		out = append(out, table.Header{Name: http.CanonicalHeaderKey(h.Name.Value), Value: h.Value.Value})
	}
	return out
}

func statuses(given manifest.Success, fallback manifest.Success, method string) []int {
	for _, s := range []manifest.Success{given, fallback} {
		if s.Any.Given() {
			return []int{200, 201, 202, 203, 204, 205, 206, 207, 208, 226}
		}
		if s.Statuses != nil {
			return ints(s.Statuses)
		}
	}
	if method == http.MethodPost {
		return []int{200, 201}
	}
	return []int{200}
}

func ints(given []manifest.Int) (out []int) {
	for _, g := range given {
		out = append(out, g.Value)
	}
	return out
}

func values(texts []manifest.Text) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = t.Value
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// given is values, never nil.
func given(texts []manifest.Text) []string { return append([]string{}, values(texts)...) }

// duration reads a length of time; the shape has been checked.
func duration(text string, fallback time.Duration) time.Duration {
	if text == "" {
		return fallback
	}
	digits := strings.TrimRight(text, "smhd")
	n, _ := strconv.Atoi(digits)
	unit := map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
	return time.Duration(n) * unit[text[len(digits):]]
}
