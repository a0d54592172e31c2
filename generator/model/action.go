// Actions: their identifiers, parameters and requests.

package model

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/table"
)

func (b *builder) action(name manifest.Text, v *manifest.Action) *Action {
	goName, local := exported(name.Value), unexported(name.Value)
	method, path, _ := strings.Cut(v.Request.Value, " ")
	a := &Action{
		Name: name.Value, Title: v.Title.Or(sentenceOf(name.Value)), Description: v.Description.Value, Docs: v.Docs.Value,
		Method: b.method(goName, name), Input: b.scope.take(goName+"Input", name),
		OpVar: b.scope.take(local+"Op", name), ParamsVar: b.scope.take(local+"Params", name),
		InputConst: b.scope.take(local+"InputSchema", name), OutputConst: b.scope.take(local+"OutputSchema", name),
		File: name.Value + "_action.go", // the suffix keeps a name from becoming a build constraint
		Hook: v.Hook.Value,
		Op: &table.Operation{
			Name: name.Value, Method: method, Path: path, Host: b.host(v.Host), Repeatable: v.Repeatable.Value,
			Query: b.fields(v.Query), Headers: headerFields(v.Headers), Success: statuses(v.Success, b.m.Defaults.Success, method), Absent: ints(v.Absent),
			Timeout: duration(v.Timeout.Or(b.m.Defaults.Timeout.Value), 0), Rules: rules(v.Rules),
		},
	}
	b.schemesOf(a, v)
	fields := newScope(b.Report)
	for _, p := range v.Params {
		a.Op.Params = append(a.Op.Params, b.param(p))
		a.Params = append(a.Params, &Param{Field: fields.take(exported(p.Name.Value), p.Name)})
	}
	for i := range a.Params {
		a.Params[i].Param = &a.Op.Params[i]
	}
	b.bodyOf(a, v, name)
	b.own(a, v)
	for _, s := range v.Steps {
		a.Op.Steps = append(a.Op.Steps, b.step(a, s))
	}
	for _, p := range b.c.Paging {
		if v.Paging.Given() && p.Name == v.Paging.Value {
			a.Op.Paging = p.Paging
		}
	}
	a.Effect = effectOf(a, v)
	b.result(a, v, name)
	a.InputSchema, a.OutputSchema = inputSchema(a), b.outputSchema(a, v)
	a.Sample = sampleOf(v)
	return a
}

// sampleOf is the first case that succeeds.
func sampleOf(v *manifest.Action) Sample {
	for _, c := range v.Cases {
		var outcome struct{ Success bool }
		if err := json.Unmarshal([]byte(ValueJSON(c.Envelope)), &outcome); err != nil || !outcome.Success {
			continue
		}
		input := ValueJSON(c.Input)
		if input == "" {
			input = "{}"
		}
		return Sample{Input: input, Envelope: ValueJSON(c.Envelope)}
	}
	return Sample{}
}

// sentenceOf is a name in words: Get event.
func sentenceOf(name string) string {
	words := strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(words[:min(1, len(words))]) + words[min(1, len(words)):]
}

// effectOf is what the manifest says, or the strongest effect that the methods of
// the requests have.
func effectOf(a *Action, v *manifest.Action) table.Effect {
	if v.Effect.Given() {
		return table.Effect(v.Effect.Value)
	}
	rank := []table.Effect{table.EffectRead, table.EffectAdd, table.EffectChange, table.EffectRemove}
	strongest := slices.Index(rank, effectOfMethod(a.Op.Method))
	for _, s := range a.Op.Steps {
		strongest = max(strongest, slices.Index(rank, effectOfMethod(s.Op.Method)))
	}
	return rank[strongest]
}

func effectOfMethod(method string) table.Effect {
	switch method {
	case http.MethodGet:
		return table.EffectRead
	case http.MethodPost:
		return table.EffectAdd
	case http.MethodDelete:
		return table.EffectRemove
	}
	return table.EffectChange // PUT, PATCH, and a hook's unknown requests
}

// own is what an action says instead of its connector.
func (b *builder) own(a *Action, v *manifest.Action) {
	if v.Errors != nil {
		e := b.errors(*v.Errors)
		if v.Errors.Messages == nil {
			e.Messages = b.c.API.Errors.Messages
		}
		if !v.Errors.Failure.Given() && v.Errors.Failures == nil {
			e.Failures = b.c.API.Errors.Failures
		}
		a.Op.Errors = &e
	}
	if v.Texts != nil {
		t := b.texts(*v.Texts, b.c.API.Texts)
		a.Op.Texts = &t
	}
	if x := v.Verify; x != nil {
		a.Op.Verify = &table.Verify{Action: x.Action.Value}
		for _, w := range x.With {
			a.Op.Verify.With = append(a.Op.Verify.With, table.VerifyArgument{Name: w.Name.Value, Path: w.Value.Value})
		}
	}
	if u := v.Until; u != nil {
		a.Op.Until = &table.Until{Path: u.Path.Value, Done: values(u.Is), Failed: values(u.Failed),
			Every: duration(u.Every.Or("2s"), 0), For: duration(u.For.Or("2m"), 0)}
	}
}

func (b *builder) schemesOf(a *Action, v *manifest.Action) {
	for i, name := range b.m.AuthOf(v) {
		s := b.schemes[name]
		switch {
		case s == nil: // reported
		case i == 0:
			a.Op.Auth = s.AuthScheme
		default:
			a.Op.OtherAuth = append(a.Op.OtherAuth, s.AuthScheme)
		}
	}
}

// host is the name of a host, "" for the base address.
func (b *builder) host(t manifest.Text) string {
	if name := t.Or(b.m.Defaults.Host.Value); name != "default" {
		return name
	}
	return ""
}

func (b *builder) method(name string, by manifest.Text) string {
	// Methods share no scope with package-level names, so they get a prefix
	// that no identifier has.
	b.scope.take("Client."+name, by)
	return name
}

// step is a request before the one of an action, whose parameters and
// credentials it has.
func (b *builder) step(a *Action, s manifest.Step) table.Step {
	method, path, _ := strings.Cut(s.Request.Value, " ")
	op := &table.Operation{
		Name: a.Name, Method: method, Path: path, Host: b.host(s.Host), Params: a.Op.Params, Auth: a.Op.Auth, OtherAuth: a.Op.OtherAuth,
		Query: b.fields(s.Query), Headers: headerFields(s.Headers), Success: statuses(s.Success, b.m.Defaults.Success, method),
		Repeatable: s.Repeatable.Value, Timeout: a.Op.Timeout, Texts: a.Op.Texts, Result: table.Result{Kind: "fields"},
	}
	if s.Body != nil {
		op.Body = b.frame(s.Body, nil)
		op.Body.Root.Parameters = false
	}
	out := table.Step{Op: op, When: conditions(s.When), Ignore: s.Ignore.Value}
	for _, c := range s.Take {
		out.Take = append(out.Take, table.Capture{
			Name: c.Name.Value, Paths: paths(c.Value.Path), Header: http.CanonicalHeaderKey(c.Value.Header.Value), JQ: b.program(c.Value.JQ),
			Default: ValueJSON(c.Value.Default), Missing: c.Value.Missing.Value})
	}
	return out
}

func rules(list []manifest.ParameterRule) (out []table.Rule) {
	for _, r := range list {
		rule := table.Rule{Unless: values(r.Unless), Text: r.Text.Value}
		for _, kind := range []struct {
			kind table.RuleKind
			list []manifest.Text
		}{{"exactly_one", r.ExactlyOne}, {"at_least_one", r.AtLeastOne}, {"exclusive", r.Exclusive}, {"requires", r.Requires}, {"required_unless", r.Required}} {
			if kind.list != nil {
				rule.Kind, rule.Params = kind.kind, values(kind.list)
			}
		}
		out = append(out, rule)
	}
	return out
}

func (b *builder) param(p *manifest.Parameter) table.Param {
	out := table.Param{
		Name: p.Name.Value, Type: table.Type(p.Type.Or("string")), Items: table.Type(p.Items.Value), Description: p.Description.Value,
		Required: p.Required.Value, In: table.Place(p.In.Value), Wire: p.Wire.Or(p.Name.Value),
		Default: ValueJSON(p.Default), APIDefault: ValueJSON(p.APIDefault), Parse: table.Parse(p.Parse.Value),
		Change: change(p), Check: check(p), Omit: b.omit(p), When: conditions(p.When), Map: translations(p.Values),
		JQ: b.program(p.JQ), SendAs: table.Type(p.SendAs.Value), Encode: encoding(p),
	}
	switch out.In {
	case "header":
		out.Wire = http.CanonicalHeaderKey(out.Wire)
	case "form":
		out.In = "body"
	}
	if p.Template.Given() {
		t := template(p.Template.Node)
		out.Template = &t
	}
	return out
}

// omit is what a parameter or the connector says of values that are not sent.
func (b *builder) omit(p *manifest.Parameter) table.Omit {
	omit := p.Omit.Value
	if !p.Omit.Given() && !p.Required.Value && p.In.Value != "path" {
		omit = b.m.Defaults.Omit.Value
	}
	if omit == "null" {
		return ""
	}
	return table.Omit(omit)
}

func change(p *manifest.Parameter) *table.Change {
	c := table.Change{Trim: p.Trim.Value, StripPrefix: p.StripPrefix.Value, StripSuffix: p.StripSuffix.Value,
		Case: p.Case.Value, Truncate: p.Truncate.Value, Clamp: p.Clamp.Value}
	if c == (table.Change{}) {
		return nil
	}
	return &c
}

func check(p *manifest.Parameter) *table.Check {
	c := &table.Check{Enum: values(p.Enum), Pattern: p.Pattern.Value, MinLength: p.MinLength.Value, MaxLength: p.MaxLength.Value, Text: p.Invalid.Value,
		Min: table.Bound{Set: p.Minimum.Given(), Value: p.Minimum.Value}, Max: table.Bound{Set: p.Maximum.Given(), Value: p.Maximum.Value}}
	if c.Enum == nil && c.Pattern == "" && c.MinLength == 0 && c.MaxLength == 0 && c.Text == "" && !c.Min.Set && !c.Max.Set {
		return nil
	}
	return c
}

func encoding(p *manifest.Parameter) *table.Encoding {
	switch {
	case p.FileUse != nil:
		return &table.Encoding{As: "file", FileName: p.FileUse.Name.Value, MediaType: p.FileUse.MediaType.Or("application/octet-stream")}
	case p.Encode == nil:
		return nil
	}
	name, _ := p.Encode.Name()
	out := &table.Encoding{As: table.EncodingKind(name)}
	if p.Encode.Pairs != nil {
		out.Key, out.Value = p.Encode.Pairs.Key.Value, p.Encode.Pairs.Value.Value
	}
	if p.Encode.Each.Given() {
		t := template(p.Encode.Each.Node)
		out.Each = &t
	}
	return out
}

// paths are paths in a body; $ is the whole body.
func paths(list []manifest.Text) (out []string) {
	for _, p := range list {
		out = append(out, strings.TrimPrefix(p.Value, "$"))
	}
	return out
}
