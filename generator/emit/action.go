// NAME_action.go of a generated package: the input type of one action, its
// typed handlers, and how it goes over the wire.

package emit

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"modulex.dev/connector/generator/model"
)

// action prints the file: a form that many actions share, with the words of this
// one, and its tables.
func (e *emitter) action(a *model.Action) ([]byte, error) {
	w := literals{printer: e.printer}
	w.declare(a.OpVar, *a.Op)
	if a.Body != nil {
		w.declare(a.Body.Var, *a.Body.Body)
	}
	params := w.params
	w.params = nil // here it is written out
	w.declare(a.ParamsVar, a.Op.Params)
	w.params = params
	f := form{Kind: a.Kind, typed: a.Typed != "", hooked: a.Hook != "", input: len(a.Params) > 0, time: w.usesTime}
	if f.Kind == model.KindFields {
		f.json = slices.ContainsFunc(a.Out, func(x model.TypeField) bool { return x.Type.JSON })
	}
	frame, err := e.frame(f)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(e.head)
	frame.fill(&b, a)
	b.WriteByte('\n')
	_, err = w.WriteTo(&b)
	return b.Bytes(), err
}

// inputFields are the fields of the input type:
//
//	// EventID (required): The ID of the event.
//	EventID string
func inputFields(a *model.Action) string {
	var b strings.Builder
	for _, p := range a.Params {
		label := p.Field
		if p.Required {
			label += " (required)"
		}
		b.WriteString(commented(label+": "+sentence(p.Description), "\t") + "\n\t" + p.Field + " " + goType(p) + "\n")
	}
	return b.String()
}

// goType is the type of a parameter's field. Optional scalars are pointers:
// nil is not sent.
func goType(p *model.Param) string {
	switch p.Type {
	case "object":
		return "map[string]any"
	case "array":
		if name := scalars[string(p.Items)]; name != "" {
			return "[]" + name
		}
		return "[]any"
	case "any":
		return "any"
	}
	if !p.Required {
		return "*" + scalars[string(p.Type)]
	}
	return scalars[string(p.Type)]
}

// scalars are the Go types of JSON's scalars.
var scalars = map[string]string{"string": "string", "boolean": "bool", "integer": "int64", "number": "float64"}

// structFields are the fields of a struct as gofmt lays them out: types stand
// below each other up to the next comment.
func structFields(list []model.TypeField) string {
	var b strings.Builder
	width := 0
	for i, x := range list {
		if x.Description != "" || i == 0 {
			width = len(x.Go)
			for _, next := range list[i+1:] {
				if next.Description != "" {
					break
				}
				width = max(width, len(next.Go))
			}
		}
		if x.Description != "" {
			b.WriteString(commented(x.Go+": "+sentence(x.Description), "\t") + "\n")
		}
		fmt.Fprintf(&b, "\t%-*s %s\n", width, x.Go, typeName(x.Type))
	}
	return b.String()
}

func typeName(t model.GoType) string {
	switch {
	case t.Runtime:
		return t.Prefix + "runtime." + t.Name
	case t.JSON:
		return t.Prefix + "json." + t.Name
	}
	return t.Prefix + t.Name
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
	f.Comment(docStandIn)
	return f.Func().Params(jen.Id("c").Op("*").Id("Client")).Id(a.Method)
}

// methodDoc is the comment of the typed method.
func methodDoc(a *model.Action) string {
	var b strings.Builder
	b.WriteString(doc(a.Method+" runs "+a.Name+": "+sentence(a.Description)) + "\n//\n")
	if a.Op.Method != "" {
		b.WriteString("//\t" + a.Op.Method + " " + a.Op.Path + "\n//\n")
	}
	if a.Op.Paging != nil {
		b.WriteString("// It fetches every page. When it fails midway the list holds what came before.\n")
	}
	b.WriteString("// Errors are [*runtime.Error].")
	if a.Docs != "" {
		b.WriteString("\n//\n// Documented at " + a.Docs)
	}
	return b.String()
}

// sequence prints the iterator of a list action.
func sequence(f *jen.File, a *model.Action) {
	f.Comment(seqStandIn)
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
