// Forms of action files. Actions differ in names and texts more than in code, so
// code is built with jennifer and formatted once for all actions that look
// alike, with stand-ins for the names; each action then puts its own in. None of
// a manifest's text is in a form.

package emit

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/dave/jennifer/jen"

	"modulex.dev/connector/generator/model"
)

// form is what decides the code of an action's file, besides names.
type form struct {
	model.Kind
	typed, hooked, input, time, json bool
}

// standIn has the names that fill replaces; the lines that it replaces follow.
var standIn = &model.Action{Method: "FormMethod", Seq: "FormSeq", Input: "FormInput", Output: "FormOutput", OpVar: "formOp"}

const (
	docStandIn    = "// FormMethod is described here."
	seqStandIn    = "// FormSeq is described here."
	inputStandIn  = "formField int"
	outputStandIn = "formOutput int"
)

// code builds a form:
//
//	// FormInput is the input of [Client.FormMethod].
//	type FormInput struct {
//		formField int
//	}
//
//	// FormMethod is described here.
//	func (c *Client) FormMethod(ctx context.Context, …) (runtime.Object, error) {
//		return c.rt.Object(ctx, &formOp, cred, runtime.Arguments(&in), opts...)
//	}
func (x form) code(f *jen.File) {
	a := *standIn
	a.Kind = x.Kind
	if x.typed {
		a.Typed = "FormType"
	}
	if x.hooked {
		a.Hook = "formHook"
	}
	if x.input {
		a.Params = []*model.Param{{}}
	}
	var fields []jen.Code
	if x.input {
		fields = append(fields, jen.Op(inputStandIn))
	}
	f.Commentf("%s is the input of [Client.%s].", a.Input, a.Method)
	f.Type().Id(a.Input).Struct(fields...)
	if a.Kind == model.KindFields && a.Hook == "" {
		f.Commentf("%s is the result of [Client.%s].", a.Output, a.Method)
		f.Type().Id(a.Output).Struct(jen.Op(outputStandIn))
	}
	if a.Hook == "" {
		handler(f, &a)
	} else {
		hooked(f, &a)
	}
	if a.Kind == model.KindList {
		sequence(f, &a)
	}
}

// frame is a form as text, from the imports on. The tables of the action need
// imports too.
func (e *emitter) frame(x form) (frame, error) {
	e.lock.Lock()
	defer e.lock.Unlock()
	if f, ok := e.forms[x]; ok {
		return f, nil
	}
	text, err := rendered(func(f *jen.File) {
		x.code(f)
		needs(f, needed{time: x.time, json: x.json && !x.hooked})
	})
	e.forms[x] = cut(text)
	return e.forms[x], err
}

// needed are the packages that text besides jennifer's needs.
type needed struct{ time, json, jq, runtime bool }

// needs makes a file import packages: for the declaration of an end that rendered
// cuts off.
func needs(f *jen.File, n needed) {
	var of []jen.Code
	if n.time {
		of = append(of, jen.Qual("time", "Time"))
	}
	if n.json {
		of = append(of, jen.Qual("encoding/json", "RawMessage"))
	}
	if n.jq {
		of = append(of, jen.Qual(runtimePath+"/jq", "Engine"))
	}
	if n.runtime {
		of = append(of, rt("Table"))
	}
	f.Type().Id(end).Struct(of...)
}

const end = "endOfFile"

// rendered is a file as gofmt writes it, from the imports to what needs has
// added.
func rendered(fill func(*jen.File)) (string, error) {
	f := jen.NewFile("p")
	f.ImportName(runtimePath, "runtime")
	fill(f)
	var b bytes.Buffer
	err := f.Render(&b)
	text := strings.TrimPrefix(b.String(), "package p\n")
	if i := strings.LastIndex(text, "\ntype "+end); i >= 0 {
		text = text[:i]
	}
	return strings.TrimRight(text, "\n") + "\n", err
}

// A frame is a form, cut at its stand-ins: a text, a stand-in, a text, and so on.
type frame []string

var standIns = regexp.MustCompile(`// FormMethod is described here\.|// FormSeq is described here\.|\tformField int\n|\tformOutput int\n|Form(Method|Seq|Input|Output|Type)|form(Op|Hook)`)

func cut(text string) (f frame) {
	from := 0
	for _, at := range standIns.FindAllStringIndex(text, -1) {
		f = append(f, text[from:at[0]], text[at[0]:at[1]])
		from = at[1]
	}
	return append(f, text[from:])
}

// fill writes a form with the names and texts of an action.
func (f frame) fill(b *bytes.Buffer, a *model.Action) {
	for i, text := range f {
		if i%2 == 1 {
			text = inPlaceOf(text, a)
		}
		b.WriteString(text)
	}
}

func inPlaceOf(standIn string, a *model.Action) string {
	switch standIn {
	case docStandIn:
		return methodDoc(a)
	case seqStandIn:
		return commented(a.Seq+" is [Client."+a.Method+"] as an iterator: it fetches a page when the one before is used up. An error is its last element.", "")
	case "\t" + inputStandIn + "\n":
		return inputFields(a)
	case "\t" + outputStandIn + "\n":
		return structFields(a.Out)
	case "FormMethod":
		return a.Method
	case "FormSeq":
		return a.Seq
	case "FormInput":
		return a.Input
	case "FormOutput":
		return a.Output
	case "FormType":
		return a.Typed
	case "formOp":
		return a.OpVar
	}
	return a.Hook
}
