// client.go of a generated package: the client of the typed handlers, the
// credentials, and what the actions share.

package emit

import (
	"bytes"
	"fmt"

	"github.com/dave/jennifer/jen"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

func (e *emitter) client(header string) ([]byte, error) {
	w := e.shared()
	code, err := rendered(func(f *jen.File) {
		clientCode(f, e.Connector)
		needs(f, needed{time: w.usesTime, jq: w.usesJQ})
	})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(header + packageDoc(e.Connector) + "package " + e.Package + "\n" + code + "\n")
	_, err = w.WriteTo(&b)
	return b.Bytes(), err
}

// packageDoc is the comment of the package.
func packageDoc(c *model.Connector) string {
	lines := []string{"Package " + c.Package + " is the connector of " + oneLine(c.API.Title) + ".", ""}
	lines = append(lines, wrap(c.API.Overview, 77)...)
	lines = append(lines, "", "[Table] holds every action for a host that calls them by name; [Client] has a", "typed method for each.")
	return formatted(lines) + "\n"
}

// shared are the literals that actions share.
func (e *emitter) shared() *literals {
	w := &literals{printer: e.printer}
	w.declare("api", *e.API)
	for _, s := range e.Auth {
		w.declare(s.Var, *s.AuthScheme)
	}
	for _, x := range e.Paging {
		w.declare(x.Var, *x.Paging)
	}
	for _, b := range e.Bodies {
		w.declare(b.Var, *b.Body)
	}
	return w
}

func clientCode(f *jen.File, c *model.Connector) {
	f.Comment("This stops compiling when the runtime can no longer serve code of this generation.")
	f.Const().Id("_").Op("=").Add(rt("SupportsGenerator1"))

	f.Comment("Client runs the actions with typed inputs and results. It is safe for use by many")
	f.Comment("goroutines and tenants at once; credentials come with each call.")
	f.Type().Id("Client").Struct(jen.Id("rt").Op("*").Add(rt("Client")))

	f.Comment("New returns a client. The zero options send to " + c.API.BaseURL + ".")
	f.Func().Id("New").Params(jen.Id("o").Add(rt("Options"))).Params(jen.Op("*").Id("Client"), jen.Error()).Block(
		jen.List(jen.Id("c"), jen.Err()).Op(":=").Add(rt("NewClient")).Call(jen.Op("&").Id("Table"), jen.Id("o")),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())),
		jen.Return(jen.Op("&").Id("Client").Values(jen.Id("rt").Op(":").Id("c")), jen.Nil()),
	)

	f.Comment("Runtime returns the client below, which calls actions by name.")
	f.Func().Params(jen.Id("c").Op("*").Id("Client")).Id("Runtime").Params().Op("*").Add(rt("Client")).Block(jen.Return(jen.Id("c").Dot("rt")))

	for _, s := range c.Auth {
		credentials(f, s)
	}
}

// printerOf knows the variables of a package.
func printerOf(c *model.Connector) printer {
	p := printer{pointers: make(map[any]string), params: make(map[*table.Param]string)}
	for _, s := range c.Auth {
		p.pointers[s.AuthScheme] = s.Var
	}
	for _, x := range c.Paging {
		p.pointers[x.Paging] = x.Var
	}
	for _, b := range c.Bodies {
		p.pointers[b.Body] = b.Var
	}
	for _, t := range c.Types {
		p.pointers[t.Shape] = t.Var
	}
	for _, a := range c.Actions {
		if a.Body != nil {
			p.pointers[a.Body.Body] = a.Body.Var
		}
		if len(a.Op.Params) > 0 {
			p.params[&a.Op.Params[0]] = a.ParamsVar
		}
	}
	return p
}

// credentials prints the constructor of a scheme's credentials.
func credentials(f *jen.File, s *model.AuthScheme) {
	var args, data []jen.Code
	for _, field := range s.Fields {
		args = append(args, jen.Id(field.Arg))
		data = append(data, jen.Lit(field.Key).Op(":").Id(field.Arg))
	}
	f.Add(comment(fmt.Sprintf("%s returns the credentials of one tenant: %s", s.Func, sentence(s.Title))))
	f.Func().Id(s.Func).Params(jen.List(args...).String()).Add(rt("Credentials")).Block(
		jen.Return(rt("NewCredentials").Call(jen.Lit(s.Type), jen.Map(jen.String()).String().Values(data...))),
	)
}
