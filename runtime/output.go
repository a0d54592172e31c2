// The fields of an envelope, where they are more than one object or list: each
// has a source, and may be changed on its way. shape.go projects objects,
// convert.go changes scalars, envelope.go puts the fields together.

package runtime

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// fields are the values of an operation's outputs, in their order.
type fields struct {
	values [][]byte
	list   int      // the one that is made of parts, or -1
	parts  [][]byte // of the pages: the elements of each, as they stand in a list
}

// outputs makes the fields of the envelope of an answer. The paged list, which
// has been made page by page, is left out; count is the number of its elements.
func (k *call) outputs(c *cut, count int) ([][]byte, *Error) {
	values, err := k.makeOutputs(c, count)
	if err != nil {
		k.came(err, c.answer)
	}
	return values, err
}

func (k *call) makeOutputs(c *cut, count int) ([][]byte, *Error) {
	values := make([][]byte, len(k.op.Outputs))
	for i := range k.op.Outputs {
		if k.paged() && i == c.plan.list {
			continue
		}
		value, err := k.output(&k.op.Outputs[i], c, c.plan.outputs[i])
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	if !k.paged() {
		count = countOf(c.plan.list, values)
	}
	k.counts(c, values, count)
	return values, k.strict()
}

// counts fills the outputs in that count the envelope's list.
func (k *call) counts(c *cut, values [][]byte, count int) {
	for i := range k.op.Outputs {
		if o := &k.op.Outputs[i]; k.countsList(o, c.plan) && k.holds(o.When, k.values) && count >= 0 {
			values[i] = strconv.AppendInt(nil, int64(count), 10)
		}
	}
}

// countsList reports whether an output counts the list of the envelope: it says
// so, or it names the path of the list that is paged.
func (k *call) countsList(o *Output, p *plan) bool {
	if o.From != SourceCount {
		return false
	}
	return len(o.Paths) == 0 || k.paged() && p.list >= 0 && len(o.Paths) == 1 && o.Paths[0] == k.listPath(&k.op.Outputs[p.list])
}

// listPath is the path of the list that is paged.
func (k *call) listPath(o *Output) string {
	if len(o.Paths) > 0 {
		return o.Paths[0]
	}
	return k.op.Result.Path
}

// countOf is the number of elements of one of the values, -1 when it is no list.
func countOf(list int, values [][]byte) int {
	if list < 0 || len(values[list]) == 0 || values[list][0] != '[' {
		return -1
	}
	return elements(values[list])
}

// output makes one field.
func (k *call) output(o *Output, c *cut, wants []int) ([]byte, *Error) {
	if !k.holds(o.When, k.values) {
		return o.otherwise(), nil
	}
	value, at, err := k.source(o, c, wants)
	switch {
	case err != nil:
		return nil, err
	case value == nil && o.misread(c) != "":
		return nil, k.failed(CodeUnexpectedResponse, o.misread(c))
	case value == nil && o.Default == "" && !c.absent && o.needsBody():
		return nil, k.failed(CodeUnexpectedResponse, o.places()+" is missing")
	case value == nil:
		return o.otherwise(), nil
	case (o.From == SourceEcho || o.From == SourceConstant) && o.Map == nil && !o.Convert:
		return value, nil
	}
	return k.shaped(o, value, at)
}

// otherwise is what a field holds when nothing is there for it.
func (o *Output) otherwise() []byte {
	if o.Default != "" {
		return []byte(o.Default)
	}
	return o.empty()
}

// empty is what a field holds when the action has failed.
func (o *Output) empty() []byte {
	if o.kind() == TypeArray && o.Default != "null" {
		return []byte("[]")
	}
	return []byte("null")
}

// places names where an output is looked for.
func (o *Output) places() string {
	if o.From == SourceJQ {
		return "the result of a jq program"
	}
	if len(o.Paths) < 2 {
		return inAnswer(strings.Join(o.Paths, ""))
	}
	var quoted []string
	for _, dotted := range o.Paths {
		if dotted == "" {
			return "the body"
		}
		quoted = append(quoted, strconv.Quote(dotted))
	}
	return strings.Join(quoted, " or ") + " in the answer"
}

// misread says what is wrong with a body that is no object, where an output
// looks for members of one: that it lacks them would be said of an outage page
// too, and a default would hide it.
func (o *Output) misread(c *cut) string {
	if c.absent || len(c.root) == 0 || c.root[0] == '{' || o.From != SourceBody && o.From != SourceCount {
		return ""
	}
	for _, dotted := range o.Paths {
		if dotted == "" || c.root[0] == '[' && parseSegment(strings.Split(dotted, ".")[0]).index >= 0 {
			return ""
		}
	}
	if len(o.Paths) == 0 {
		return ""
	}
	return "the body is " + kindOf(c.root) + ", not an object"
}

// source finds the value of an output, nil when nothing is there, and the path
// where it was.
func (k *call) source(o *Output, c *cut, wants []int) (value []byte, at string, err *Error) {
	switch o.From {
	case SourceBody:
		value, at = o.choose(c, wants)
	case SourceCount:
		value = k.count(o, c, wants)
	case SourceHeader:
		value = header(c.answer.header, o.Name)
	case SourceStatus:
		value = strconv.AppendInt(nil, int64(c.answer.status), 10)
	case SourceEcho:
		value = k.lookup(o.Name, k.values).appendJSON(nil)
	case SourceConstant:
		value = []byte(o.Value)
	case SourceText:
		value, err = k.text(c)
	case SourceBase64:
		value = inBase64(c)
	case SourceCSV:
		value, err = k.rows(c)
	case SourceJQ:
		value, err = k.programOutput(o, c)
	}
	if len(value) == 0 {
		value = nil
	}
	return value, at, err
}

// choose takes the first of an output's paths where something is. null gives
// way to what comes later. An object or list that must be there may be empty,
// also where emptiness counts as nothing.
func (o *Output) choose(c *cut, wants []int) (value []byte, at string) {
	for i, w := range wants {
		v := c.at(w)
		switch {
		case v == nil:
			continue
		case o.Falsy && falsy(v):
			if o.Default == "" && o.fits(v) {
				value, at = v, o.Paths[i]
			}
			continue
		case v[0] != 'n':
			return v, o.Paths[i]
		}
		if value == nil && !(o.Default != "" && o.kind() == TypeArray) {
			value, at = v, o.Paths[i]
		}
	}
	return value, at
}

// fits reports whether a value is of the kind of an output that must be there.
func (o *Output) fits(value []byte) bool {
	switch o.Type {
	case TypeObject:
		return value[0] == '{' || value[0] == 'n'
	case TypeArray:
		return value[0] == '['
	}
	return false
}

// falsy reports whether a checked value is null, false, 0, "", [] or {}.
func falsy(value []byte) bool {
	switch c := value[0]; {
	case c == 'n' || c == 'f':
		return true
	case c == '-' || isDigit(c):
		mantissa, _, _ := strings.Cut(strings.ToLower(string(value)), "e")
		return strings.Trim(mantissa, "-0.") == ""
	}
	return hollow(value)
}

// count counts a list of the body.
func (k *call) count(o *Output, c *cut, wants []int) []byte {
	value, at := o.choose(c, wants)
	if value == nil || value[0] == 'n' {
		return nil
	}
	if value[0] != '[' {
		k.report(Drift{Path: at, Kind: DriftType, Want: string(TypeArray), Got: typeOf(value)})
		return nil
	}
	return strconv.AppendInt(nil, int64(elements(value)), 10)
}

// header is a header of an answer as JSON.
func header(h http.Header, name string) []byte {
	if len(h.Values(name)) == 0 {
		return nil
	}
	return appendQuoted(nil, h.Get(name))
}

// text is the body as JSON text.
func (k *call) text(c *cut) ([]byte, *Error) {
	body := withoutMark(c.answer.body)
	switch {
	case len(body) == 0 || c.absent:
		return nil, nil
	case !utf8.Valid(body):
		return nil, k.failed(CodeUnexpectedResponse, "the answer is not a text in UTF-8"+k.mediaType(c.answer.header.Get("Content-Type")))
	}
	return appendQuoted(make([]byte, 0, len(body)+2), string(body)), nil
}

// inBase64 is the body's bytes as JSON text in base64.
func inBase64(c *cut) []byte {
	if len(c.answer.body) == 0 || c.absent {
		return nil
	}
	out := make([]byte, 0, base64.StdEncoding.EncodedLen(len(c.answer.body))+2)
	out = base64.StdEncoding.AppendEncode(append(out, '"'), c.answer.body)
	return append(out, '"')
}

// programOutput is what a program makes of the body. Its null gives way to a
// default.
func (k *call) programOutput(o *Output, c *cut) ([]byte, *Error) {
	if c.absent || c.root == nil {
		return nil, nil
	}
	value, err := k.program(o.JQ, c.root, c.answer)
	if err == nil && value[0] == 'n' && (o.Default != "" || o.kind() == TypeArray) {
		return nil, nil
	}
	return value, err
}

// shaped changes the value of an output as the output says and holds it against
// its type.
func (k *call) shaped(o *Output, value []byte, at string) ([]byte, *Error) {
	if o.Type == TypeArray || o.Find != nil {
		if value[0] != '[' {
			return k.misplaced(o, value, at, "a list")
		}
		l, err := k.elements(o, value, at, false)
		if err != nil || o.Find == nil {
			return l.json, err
		}
		return k.oneFound(o, l)
	}
	return k.single(o, o.Type, value, at)
}

// misplaced is what an output holds whose value is of another kind: null, where
// that is its default; otherwise the answer is not what the manifest says, and
// records would vanish behind an empty list.
func (k *call) misplaced(o *Output, value []byte, at, want string) ([]byte, *Error) {
	if o.Default != "null" {
		return nil, k.failed(CodeUnexpectedResponse, o.where(at)+" is "+kindOf(value)+", not "+want)
	}
	k.report(Drift{Path: at, Kind: DriftType, Want: string(o.Type), Got: typeOf(value)})
	return []byte(o.Default), nil
}

// oneFound is the element that was looked for.
func (k *call) oneFound(o *Output, l elementsMade) ([]byte, *Error) {
	switch {
	case l.count > 0:
		return l.json[1 : len(l.json)-1], nil
	case o.Default == "" && o.kind() == TypeObject:
		return nil, k.failed(CodeUnexpectedResponse, "no element of "+o.places()+" is the one that is wanted")
	}
	return o.otherwise(), nil
}

// single makes an object or a scalar.
func (k *call) single(o *Output, t Type, value []byte, at string) ([]byte, *Error) {
	switch {
	case t != TypeObject:
		s := scalar{t: t, convert: o.Convert || o.From == SourceHeader || o.From == SourceText, table: o.Map}
		return k.scalar(s, value, trail{name: at}), nil
	case value[0] == 'n':
		return value, nil
	case value[0] != '{':
		return k.misplaced(o, value, at, "an object")
	case o.Project != nil:
		return k.project(make([]byte, 0, len(value)), o.Project, value, trail{name: at})
	}
	k.inspect(o.Shape, value, at)
	return value, nil
}

// where names the place of an output's value in messages.
func (o *Output) where(at string) string {
	switch o.From {
	case SourceBody:
		return inAnswer(at)
	case SourceJQ:
		return "the result of a jq program"
	}
	return fmt.Sprintf("the value of %q", o.Field)
}
