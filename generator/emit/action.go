// NAME_action.go of a generated package: the input type of one action, its
// typed handlers, and how it goes over the wire.

package emit

import (
	"reflect"

	"github.com/dave/jennifer/jen"

	"modulex.dev/connector/generator/model"
)

func action(f *jen.File, p printer, a *model.Action) {
	input(f, a)
	if a.Kind == model.KindFields && a.Hook == "" {
		output(f, a)
	}
	if a.Hook == "" {
		handler(f, a)
	} else {
		hooked(f, a)
	}
	if a.Kind == model.KindList {
		sequence(f, a)
	}
	f.Line()
	f.Var().Id(a.OpVar).Op("=").Add(p.composite(rt("Operation"), reflect.ValueOf(*a.Op)))
	if a.Body != nil {
		f.Line()
		f.Var().Id(a.Body.Var).Op("=").Add(p.composite(rt("Body"), reflect.ValueOf(*a.Body.Body)))
	}
	f.Line()
	params := printer{pointers: p.pointers}
	f.Var().Id(a.ParamsVar).Op("=").Add(params.slice(reflect.ValueOf(a.Op.Params)))
}

// input prints the input type:
//
//	// GetEventInput is the input of [Client.GetEvent].
//	type GetEventInput struct {
//		// EventID (required): The ID of the event.
//		EventID string
//	}
func input(f *jen.File, a *model.Action) {
	var fields []jen.Code
	for _, p := range a.Params {
		label := p.Field
		if p.Required {
			label += " (required)"
		}
		fields = append(fields, comment(label+": "+sentence(p.Description)), jen.Id(p.Field).Add(goType(p)))
	}
	f.Commentf("%s is the input of [Client.%s].", a.Input, a.Method)
	f.Type().Id(a.Input).Struct(fields...)
}

// goType is the type of a parameter's field. Optional scalars are pointers:
// nil is not sent.
func goType(p *model.Param) jen.Code {
	var t *jen.Statement
	switch p.Type {
	case "object":
		return jen.Map(jen.String()).Any()
	case "array":
		if name := scalars[string(p.Items)]; name != "" {
			return jen.Index().Id(name)
		}
		return jen.Index().Any()
	case "any":
		return jen.Any()
	default:
		t = jen.Id(scalars[string(p.Type)])
	}
	if !p.Required {
		return jen.Op("*").Add(t)
	}
	return t
}

// scalars are the Go types of JSON's scalars.
var scalars = map[string]string{"string": "string", "boolean": "bool", "integer": "int64", "number": "float64"}

// output prints the struct of an action that returns several fields.
func output(f *jen.File, a *model.Action) {
	f.Commentf("%s is the result of [Client.%s].", a.Output, a.Method)
	f.Type().Id(a.Output).Struct(structFields(a.Out)...)
}

func structFields(list []model.TypeField) (fields []jen.Code) {
	for _, x := range list {
		if x.Description != "" {
			fields = append(fields, comment(x.Go+": "+sentence(x.Description)))
		}
		fields = append(fields, jen.Id(x.Go).Add(typeName(x.Type)))
	}
	return fields
}

func typeName(t model.GoType) *jen.Statement {
	s := jen.Op(t.Prefix)
	switch {
	case t.Runtime:
		return s.Add(rt(t.Name))
	case t.JSON:
		return s.Qual("encoding/json", t.Name)
	}
	return s.Id(t.Name)
}

// handler prints the typed method:
//
//	func (c *Client) GetEvent(ctx context.Context, cred runtime.Credentials, in GetEventInput) (runtime.Object, error) {
//		return c.rt.Object(ctx, &getEventOp, cred, runtime.Arguments(&in))
//	}
func handler(f *jen.File, a *model.Action) {
	takes := []jen.Code{ctx, cred, jen.Id("in").Id(a.Input), options}
	method := methodOf(f, a)
	passes := []jen.Code{jen.Id("ctx"), jen.Op("&").Id(a.OpVar), jen.Id("cred"), arguments(a), jen.Id("opts").Op("...")}
	generic := append([]jen.Code{jen.Id("ctx"), jen.Id("c").Dot("rt")}, passes[1:]...)
	switch {
	case a.Kind == model.KindFields:
		method.Params(takes...).Params(jen.Id(a.Output), jen.Error()).
			Block(jen.Return(rt("OutputsAs").Types(jen.Id(a.Output)).Call(generic...)))
	case a.Typed != "" && a.Kind == model.KindList:
		method.Params(takes...).Params(rt("TypedList").Types(jen.Id(a.Typed)), jen.Error()).
			Block(jen.Return(rt("ListAs").Types(jen.Id(a.Typed)).Call(generic...)))
	case a.Typed != "":
		method.Params(takes...).Params(rt("Typed").Types(jen.Id(a.Typed)), jen.Error()).
			Block(jen.Return(rt("ObjectAs").Types(jen.Id(a.Typed)).Call(generic...)))
	case a.Kind == model.KindList:
		method.Params(takes...).Params(rt("List"), jen.Error()).
			Block(jen.Return(jen.Id("c").Dot("rt").Dot("List").Call(passes...)))
	case a.Kind == model.KindObject:
		method.Params(takes...).Params(rt("Object"), jen.Error()).
			Block(jen.Return(jen.Id("c").Dot("rt").Dot("Object").Call(passes...)))
	default:
		method.Params(takes...).Error().
			Block(jen.Return(jen.Id("c").Dot("rt").Dot("Do").Call(passes...)))
	}
}

// hooked prints the typed method of an action that a hand-written function
// carries out: it yields the envelope.
func hooked(f *jen.File, a *model.Action) {
	method := methodOf(f, a)
	method.Params(ctx, cred, jen.Id("in").Id(a.Input), options).Add(rt("Envelope")).
		Block(jen.Return(jen.Id("c").Dot("rt").Dot("DoHook").Call(
			jen.Id("ctx"), jen.Op("&").Id(a.OpVar), jen.Id("cred"), arguments(a), jen.Id(a.Hook), jen.Id("opts").Op("..."))))
}

// arguments are the fields of the input, in the order of the parameters:
// runtime.Arguments(&in).
func arguments(a *model.Action) jen.Code {
	if len(a.Params) == 0 {
		return jen.Nil()
	}
	return rt("Arguments").Call(jen.Op("&").Id("in"))
}

func methodOf(f *jen.File, a *model.Action) *jen.Statement {
	handlerComment(f, a)
	return f.Func().Params(jen.Id("c").Op("*").Id("Client")).Id(a.Method)
}

func handlerComment(f *jen.File, a *model.Action) {
	f.Add(comment(a.Method + " runs " + a.Name + ": " + sentence(a.Description)))
	f.Comment("//")
	if a.Op.Method != "" {
		f.Comment("//	" + a.Op.Method + " " + a.Op.Path)
		f.Comment("//")
	}
	if a.Op.Paging != nil {
		f.Comment("It fetches every page. When it fails midway the list holds what came before.")
	}
	f.Comment("Errors are [*runtime.Error].")
	if a.Docs != "" {
		f.Comment("//")
		f.Comment("// Documented at " + a.Docs)
	}
}

// sequence prints the iterator of a list action.
func sequence(f *jen.File, a *model.Action) {
	f.Add(comment(a.Seq + " is [Client." + a.Method + "] as an iterator: it fetches a page when the one before is used up. An error is its last element."))
	passes := []jen.Code{jen.Op("&").Id(a.OpVar), jen.Id("cred"), arguments(a), jen.Id("opts").Op("...")}
	item, call := rt("Object"), jen.Id("c").Dot("rt").Dot("Seq").Call(append([]jen.Code{jen.Id("ctx")}, passes...)...)
	if a.Typed != "" {
		item = rt("Typed").Types(jen.Id(a.Typed))
		call = rt("SeqAs").Types(jen.Id(a.Typed)).Call(append([]jen.Code{jen.Id("ctx"), jen.Id("c").Dot("rt")}, passes...)...)
	}
	f.Func().Params(jen.Id("c").Op("*").Id("Client")).Id(a.Seq).
		Params(ctx, cred, jen.Id("in").Id(a.Input), options).
		Qual("iter", "Seq2").Types(item, jen.Error()).
		Block(jen.Return(call))
}
