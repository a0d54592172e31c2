// NAME_action.go of a generated package: the input type of one action, its
// typed handlers, and how it goes over the wire.

package emit

import (
	"github.com/dave/jennifer/jen"

	"modulex.dev/connector/generator/model"
)

func action(f *jen.File, a *model.Action) {
	input(f, a)
	handler(f, a)
	if a.Kind == model.KindList {
		sequence(f, a)
	}
	invoke(f, a)
	arguments(f, a)
	operation(f, a)
	params(f, a)
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
		return jen.Index().Any()
	case "boolean":
		t = jen.Bool()
	case "integer":
		t = jen.Int64()
	case "number":
		t = jen.Float64()
	default:
		t = jen.String()
	}
	if !p.Required {
		return jen.Op("*").Add(t)
	}
	return t
}

// handler prints the typed method:
//
//	func (c *Client) GetEvent(ctx context.Context, cred runtime.Credentials, in GetEventInput) (runtime.Object, error) {
//		return c.rt.Object(ctx, &getEventOp, cred, in.values())
//	}
func handler(f *jen.File, a *model.Action) {
	takes := []jen.Code{ctx, cred, jen.Id("in").Id(a.Input)}
	passes := []jen.Code{jen.Id("ctx"), jen.Op("&").Id(a.Op), jen.Id("cred"), jen.Id("in").Dot("values").Call()}
	handlerComment(f, a)
	method := f.Func().Params(jen.Id("c").Op("*").Id("Client")).Id(a.Method)
	switch a.Kind {
	case model.KindList:
		method.Params(append(takes, options)...).Params(rt("List"), jen.Error()).
			Block(jen.Return(jen.Id("c").Dot("rt").Dot("List").Call(append(passes, jen.Id("opts").Op("..."))...)))
	case model.KindObject:
		method.Params(takes...).Params(rt("Object"), jen.Error()).
			Block(jen.Return(jen.Id("c").Dot("rt").Dot("Object").Call(passes...)))
	default:
		method.Params(takes...).Error().
			Block(jen.Return(jen.Id("c").Dot("rt").Dot("Do").Call(passes...)))
	}
}

func handlerComment(f *jen.File, a *model.Action) {
	f.Add(comment(a.Method + " runs " + a.Name + ": " + sentence(a.Description)))
	f.Comment("//")
	f.Comment("//	" + a.HTTPMethod + " " + a.Path)
	f.Comment("//")
	if a.Paging != nil {
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
	f.Func().Params(jen.Id("c").Op("*").Id("Client")).Id(a.Seq).
		Params(ctx, cred, jen.Id("in").Id(a.Input), options).
		Qual("iter", "Seq2").Types(rt("Object"), jen.Error()).
		Block(jen.Return(jen.Id("c").Dot("rt").Dot("Seq").Call(
			jen.Id("ctx"), jen.Op("&").Id(a.Op), jen.Id("cred"), jen.Id("in").Dot("values").Call(), jen.Id("opts").Op("..."))))
}

// invoke prints the function of the dispatch table.
func invoke(f *jen.File, a *model.Action) {
	f.Line()
	f.Func().Id(a.Invoke).
		Params(ctx, jen.Id("c").Op("*").Add(rt("Client")), cred, jen.Id("input").Index().Byte(), options).
		Add(rt("Envelope")).
		Block(jen.Return(jen.Id("c").Dot("Invoke").Call(
			jen.Id("ctx"), jen.Op("&").Id(a.Op), jen.Id("cred"), jen.Id("input"), jen.Id("opts").Op("..."))))
}

// arguments prints the method that lines the fields up with the parameters.
func arguments(f *jen.File, a *model.Action) {
	var values []jen.Code
	for _, p := range a.Params {
		values = append(values, argument(p))
	}
	receiver := jen.Id("in").Id(a.Input)
	if len(values) == 0 {
		receiver = jen.Id(a.Input)
	}
	f.Commentf("values are the arguments in the order of %s.", a.ParamsVar)
	f.Func().Params(receiver).Id("values").Params().Index().Add(rt("Value")).
		Block(jen.Return(spread(jen.Index().Add(rt("Value")), values...)))
}

// argument turns a field into a value: runtime.Text(in.Title), or
// runtime.Opt(in.Slug, runtime.Text).
func argument(p *model.Param) jen.Code {
	field := jen.Id("in").Dot(p.Field)
	of := map[string]string{"object": "Map", "array": "Slice", "boolean": "Bool", "integer": "Int", "number": "Number", "string": "Text"}[p.Type]
	if p.Required || p.Type == "object" || p.Type == "array" {
		return rt(of).Call(field)
	}
	return rt("Opt").Call(field, rt(of))
}

func operation(f *jen.File, a *model.Action) {
	fields := []jen.Code{
		kv("Name", jen.Lit(a.Name)), kv("Method", jen.Lit(a.HTTPMethod)), kv("Path", jen.Lit(a.Path)),
		kv("Params", jen.Id(a.ParamsVar)),
	}
	if a.Auth != nil {
		fields = append(fields, kv("Auth", jen.Op("&").Id(a.Auth.Var)))
	}
	if a.Body != nil {
		fields = append(fields, kv("Body", jen.Op("&").Id(a.Body.Var)))
	}
	fields = append(fields, kv("Success", row(jen.Index().Int(), ints(a.Success)...)))
	if a.Repeatable {
		fields = append(fields, kv("Repeatable", jen.True()))
	}
	if a.Paging != nil {
		fields = append(fields, kv("Paging", jen.Op("&").Id(a.Paging.Var)))
	}
	f.Line()
	f.Var().Id(a.Op).Op("=").Add(spread(rt("Operation"), append(fields, kv("Result", result(a)))...))
}

func result(a *model.Action) jen.Code {
	kinds := map[model.Kind]string{model.KindNone: "ResultNone", model.KindObject: "ResultObject", model.KindList: "ResultList"}
	fields := []jen.Code{kv("Kind", rt(kinds[a.Kind]))}
	fields = append(fields, given("Field", a.ResultField)...)
	return row(rt("Result"), append(fields, given("Path", a.ResultPath)...)...)
}

func params(f *jen.File, a *model.Action) {
	var list []jen.Code
	for _, p := range a.Params {
		list = append(list, param(p))
	}
	f.Line()
	f.Var().Id(a.ParamsVar).Op("=").Add(spread(jen.Index().Add(rt("Param")), list...))
}

func param(p *model.Param) jen.Code {
	types := map[string]string{"object": "TypeObject", "array": "TypeArray", "boolean": "TypeBoolean",
		"integer": "TypeInteger", "number": "TypeNumber", "string": "TypeString"}
	places := map[string]string{"path": "InPath", "query": "InQuery", "header": "InHeader", "body": "InBody"}
	fields := []jen.Code{kv("Name", jen.Lit(p.Name)), kv("Type", rt(types[p.Type]))}
	if p.Required {
		fields = append(fields, kv("Required", jen.True()))
	}
	fields = append(fields, kv("In", rt(places[p.In])), kv("Wire", jen.Lit(p.Wire)))
	if p.OmitEmpty {
		fields = append(fields, kv("OmitEmpty", jen.True()))
	}
	if p.PairsKey != "" {
		fields = append(fields, kv("Pairs", row(jen.Op("&").Add(rt("Pairs")), kv("Key", jen.Lit(p.PairsKey)), kv("Value", jen.Lit(p.PairsValue)))))
	}
	return jen.Values(append(fields, kv("Description", jen.Lit(p.Description)))...)
}
