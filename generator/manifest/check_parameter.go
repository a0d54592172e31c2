// Parameters: each fits its place, its checks fit its type, its encoding fits
// both.

package manifest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

func (r *Report) checkParameter(a *Action, p *Parameter, method string, known []string) {
	r.checkParameterPlace(a, p, method)
	r.checkEncoding(p, known)
	r.checkValueChecks(p)
	r.checkParameterDefault(p)
	r.checkConditions(a, p.When)
	r.valueHoles(p.Template, known)
	r.program(p.JQ)
	if p.FileUse != nil {
		r.holes(p.FileUse.Name, known)
		r.holes(p.FileUse.MediaType, known)
	}
	if p.Omit.Given() && p.Required.Value && p.Omit.Value != "never" && p.Omit.Value != "unless_true" {
		r.Add(p.Omit.Pos, "remove it, or make the parameter optional", "the parameter %s is required, so it is never left out", quote(p.Name.Value))
	}
}

func (r *Report) checkParameterPlace(a *Action, p *Parameter, method string) {
	name := quote(p.Name.Value)
	switch p.In.Value {
	case "":
		r.Add(p.Name.Pos, "add `in: query`, `in: header` or `in: body`, or name it in the path", "the parameter %s has no place", name)
	case "path":
		if p.Required.Given() && !p.Required.Value && !a.takes(p.Name.Value) {
			r.Add(p.Required.Pos, "remove it", "the parameter %s is in the path, so it is always required", name)
		}
		if p.Wire.Given() {
			r.Add(p.Wire.Pos, "remove it", "a parameter in the path has no name on the wire")
		}
		p.Required.Value = !p.Default.Given() && !a.takes(p.Name.Value)
	case "body", "form":
		if method == "GET" {
			r.Add(p.In.Pos, "write `in: query`", "a %s request has no body for the parameter %s", method, name)
		}
	case "header":
		wire := p.Wire
		if !wire.Given() {
			wire = p.Name
		}
		r.ownHeader(wire, wire.Value)
		if !headerName.MatchString(wire.Value) {
			r.Add(wire.Pos, "write a name such as X-Request-Source", "%s cannot be the name of a header", quote(wire.Value))
		}
	}
}

// takes reports whether a step keeps a value under a name: it fills in for a
// parameter that is not given.
func (a *Action) takes(name string) bool {
	return slices.ContainsFunc(a.Steps, func(s Step) bool {
		_, ok := Find(s.Take, name)
		return ok
	})
}

var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

// encodings says which values an encoding takes, and where it may stand.
var encodings = map[string]struct{ types, places []string }{
	"csv":         {[]string{"array"}, []string{"query", "header", "path", "body", "form"}},
	"semicolons":  {[]string{"array"}, []string{"query", "header", "path", "body", "form"}},
	"spaces":      {[]string{"array"}, []string{"query", "header", "path", "body", "form"}},
	"pipes":       {[]string{"array"}, []string{"query", "header", "path", "body", "form"}},
	"repeat":      {[]string{"array"}, []string{"query", "form", "body"}},
	"brackets":    {[]string{"array", "object"}, []string{"query", "form", "body"}},
	"indices":     {[]string{"array"}, []string{"query", "form", "body"}},
	"deep_object": {[]string{"object"}, []string{"query", "form", "body"}},
	"json":        {nil, nil},
	"python_json": {nil, nil},
	"pairs":       {[]string{"object"}, []string{"body", "form"}},
	"each":        {[]string{"array"}, []string{"body", "form"}},
	"wrap":        {nil, []string{"body", "form"}},
	"merge":       {[]string{"object"}, []string{"body", "form"}},
	"base64":      {[]string{"string"}, nil},
	"md5":         {[]string{"string"}, nil},
	"segments":    {[]string{"string"}, []string{"path"}},
}

func (r *Report) checkEncoding(p *Parameter, known []string) {
	typ := p.ValueType()
	nested := typ == "array" || typ == "object"
	if p.FileUse != nil {
		r.checkFile(p, typ)
		return
	}
	if p.Encode == nil {
		if nested && p.JQ.Value == "" && !p.Template.Given() && slices.Contains([]string{"path", "query", "header"}, p.In.Value) {
			r.Add(p.Name.Pos, "add `encode: csv`, `repeat`, `brackets` or `json`, or send it in the body", "the %s %s has no form for the %s", typ, quote(p.Name.Value), p.In.Value)
		}
		return
	}
	r.eachHoles(p.Encode.Each, known)
	name, at := p.Encode.Name()
	e := encodings[name]
	if e.types != nil && typ != "any" && !slices.Contains(e.types, typ) {
		r.Add(at, fmt.Sprintf("write `type: %s`, or remove the encoding", e.types[0]), "the encoding %s takes no %s", name, typ)
	}
	if e.places != nil && p.In.Value != "none" && p.In.Given() && !slices.Contains(e.places, p.In.Value) {
		r.Add(at, "use another encoding or place", "the encoding %s has no meaning in the %s", name, p.In.Value)
	}
	if pairs := p.Encode.Pairs; pairs != nil && pairs.Key.Value == pairs.Value.Value && pairs.Key.Given() {
		r.Add(pairs.Value.Pos, "name the member that takes the value", "key and value of the pairs have one name")
	}
}

// Name is the name of an encoding and its place.
func (e *Encode) Name() (string, Pos) {
	switch {
	case e.Pairs != nil:
		return "pairs", e.Pairs.Key.Pos
	case e.Each.Given():
		return "each", e.Each.Pos()
	}
	return e.As.Value, e.As.Pos
}

// ValueType is the type of a parameter after its text has been parsed.
func (p *Parameter) ValueType() string {
	switch p.Parse.Value {
	case "json":
		return "any"
	case "csv":
		return "array"
	}
	return p.Type.Or("string")
}

func (r *Report) checkFile(p *Parameter, typ string) {
	if typ != "string" {
		r.Add(p.FileUse.Pos, "write `type: string`", "a file is base64 text")
	}
	if p.Encode != nil {
		r.Add(p.Encode.Pos, "remove it", "a file has no other encoding")
	}
	if p.In.Given() && p.In.Value != "body" && p.In.Value != "form" {
		r.Add(p.FileUse.Pos, "write `in: body`", "a file is sent in a body")
	}
}

// checkValueChecks wants checks and changes to fit the type.
func (r *Report) checkValueChecks(p *Parameter) {
	typ := p.ValueType()
	wants := func(at Pos, what string, types ...string) {
		if at.Line > 0 && typ != "any" && !slices.Contains(types, typ) {
			r.Add(at, "remove it, or change the type", "%s has no meaning for the type %s", what, typ)
		}
	}
	wants(p.Trim.Pos, "trim", "string")
	wants(p.StripPrefix.Pos, "strip_prefix", "string")
	wants(p.StripSuffix.Pos, "strip_suffix", "string")
	wants(p.Case.Pos, "case", "string")
	wants(p.Truncate.Pos, "truncate", "string", "array")
	wants(p.Pattern.Pos, "pattern", "string")
	wants(p.Minimum.Pos, "minimum", "integer", "number")
	wants(p.Maximum.Pos, "maximum", "integer", "number")
	wants(p.Clamp.Pos, "clamp", "integer", "number")
	wants(p.MinLength.Pos, "min_length", "string", "array")
	wants(p.MaxLength.Pos, "max_length", "string", "array")
	wants(p.Items.Pos, "items", "array")
	if p.Parse.Given() && p.Type.Or("string") != "string" && p.Type.Value != "any" {
		r.Add(p.Parse.Pos, "write `type: string`", "only a text is parsed")
	}
	if p.Clamp.Value && !p.Minimum.Given() && !p.Maximum.Given() {
		r.Add(p.Clamp.Pos, "add `minimum` or `maximum`", "there are no bounds to move a number to")
	}
	if p.Minimum.Given() && p.Maximum.Given() && p.Minimum.Value > p.Maximum.Value {
		r.Add(p.Maximum.Pos, "swap them", "the maximum is smaller than the minimum")
	}
	if p.MinLength.Given() && p.MaxLength.Given() && p.MinLength.Value > p.MaxLength.Value {
		r.Add(p.MaxLength.Pos, "swap them", "max_length is smaller than min_length")
	}
	r.expression(p.Pattern)
	r.checkEnum(p)
}

func (r *Report) checkEnum(p *Parameter) {
	seen := make(map[string]bool)
	for _, e := range p.Enum {
		if seen[e.Value] {
			r.Add(e.Pos, "remove one of them", "the value %s stands here twice", quote(e.Value))
		}
		seen[e.Value] = true
		if typ := p.ValueType(); typ == "array" && p.Items.Given() {
			r.enumValue(e, p.Items.Value)
		} else if typ != "array" {
			r.enumValue(e, typ)
		}
	}
}

func (r *Report) enumValue(e Text, typ string) {
	_, err := strconv.ParseFloat(e.Value, 64)
	_, whole := strconv.Atoi(e.Value)
	wrong := typ == "number" && err != nil || typ == "integer" && whole != nil || typ == "boolean" && e.Value != "true" && e.Value != "false"
	if wrong || typ == "object" {
		r.Add(e.Pos, "remove it", "%s is no value of the type %s", quote(e.Value), typ)
	}
}

// checkParameterDefault wants defaults to be values that a caller could give.
func (r *Report) checkParameterDefault(p *Parameter) {
	if p.Default.Given() && p.APIDefault.Given() {
		r.Add(p.APIDefault.Pos(), "keep one of them", "the parameter %s has two defaults", quote(p.Name.Value))
	}
	if p.Default.Given() && p.Required.Value && p.In.Value != "path" {
		r.Add(p.Default.Pos(), "remove it, or make the parameter optional", "the parameter %s is required, so its default is never used", quote(p.Name.Value))
	}
	if p.Omit.Value == "default" && !p.Default.Given() {
		r.Add(p.Omit.Pos, "add `default: …`", "there is no default to leave out")
	}
	for _, d := range []Value{p.Default, p.APIDefault} {
		if d.Given() {
			r.checkDefaultValue(p, d)
		}
	}
}

func (r *Report) checkDefaultValue(p *Parameter, d Value) {
	typ := p.Type.Or("string")
	if !d.Is(typ) {
		cure := ""
		if typ == "string" && d.Node.Kind == yaml.ScalarNode {
			cure = fmt.Sprintf("put it in quotes: %q", d.Node.Value)
		}
		r.Add(d.Pos(), cure, "the default of %s must be of the type %s, but it is %s", quote(p.Name.Value), typ, kind(d.Node))
		return
	}
	if d.Node.Kind != yaml.ScalarNode {
		return
	}
	text := d.Node.Value
	if len(p.Enum) > 0 && !slices.ContainsFunc(p.Enum, func(e Text) bool { return e.Value == text }) {
		r.Add(d.Pos(), "", "the default %s is not one of the values", quote(text))
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && (typ == "integer" || typ == "number") {
		if p.Minimum.Given() && f < p.Minimum.Value || p.Maximum.Given() && f > p.Maximum.Value {
			r.Add(d.Pos(), "", "the default %s is outside the bounds", text)
		}
	}
	if n := utf8.RuneCountInString(text); typ == "string" && (p.MaxLength.Given() && n > p.MaxLength.Value || p.MinLength.Given() && n < p.MinLength.Value) {
		r.Add(d.Pos(), "", "the default %s is too long or too short", quote(text))
	}
}

// Is reports whether a value is of a JSON type.
func (v Value) Is(typ string) bool {
	switch typ {
	case "any":
		return true
	case "object":
		return v.Node.Kind == yaml.MappingNode
	case "array":
		return v.Node.Kind == yaml.SequenceNode
	}
	if v.Node.Kind != yaml.ScalarNode {
		return false
	}
	switch typ {
	case "string":
		return v.Node.Tag == "!!str"
	case "boolean":
		return v.Node.Tag == "!!bool"
	case "integer":
		return v.Node.Tag == "!!int"
	}
	return v.Node.Tag == "!!int" || v.Node.Tag == "!!float"
}

// checkConditions wants conditions to look at parameters, each at one thing.
func (r *Report) checkConditions(a *Action, when []Condition) {
	var names []string
	for _, p := range a.Params {
		names = append(names, p.Name.Value)
	}
	for _, s := range a.Steps {
		names = append(names, Names(s.Take)...)
	}
	for _, c := range when {
		for _, t := range []Text{c.Given, c.Absent, c.Parameter} {
			r.refers(t, "parameter", names)
		}
		switch said := count(c.Given.Given(), c.Absent.Given(), c.Parameter.Given()); {
		case said != 1:
			r.Add(c.Pos, "write `given: x`, `absent: x`, or `parameter: x` with `is: …`", "a condition looks at one parameter")
		case c.Parameter.Given() && c.Is == nil:
			r.Add(c.Parameter.Pos, "add `is: …`", "the condition does not say what the parameter must be")
		case len(c.Is) > 0 && !c.Parameter.Given():
			r.Add(c.Is[0].Pos, "add `parameter: …`", "the condition does not say which parameter")
		}
	}
}

// checkRules wants the rules of an action to be about its parameters.
func (r *Report) checkRules(a *Action) {
	var names []string
	for _, p := range a.Params {
		names = append(names, p.Name.Value)
	}
	for _, rule := range a.Rules {
		lists := [][]Text{rule.ExactlyOne, rule.AtLeastOne, rule.Exclusive, rule.Requires, rule.Required}
		said := 0
		for _, list := range append(lists, rule.Unless) {
			for _, t := range list {
				r.refers(t, "parameter", names)
			}
		}
		for _, list := range lists {
			said += count(list != nil)
		}
		switch {
		case said != 1:
			r.Add(rule.Pos, "write one of exactly_one, at_least_one, exclusive, requires, or required with unless", "a rule says one thing")
		case (rule.Required != nil) != (rule.Unless != nil):
			r.Add(rule.Pos, "write both", "required and unless belong together")
		}
	}
}
