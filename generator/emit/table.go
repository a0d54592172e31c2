// table.go and schemas.go of a generated package: the dispatch table, and the
// JSON Schemas that it shows.

package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"modulex.dev/connector/generator/model"
)

func dispatch(f *jen.File, c *model.Connector) {
	var actions []jen.Code
	vars := printerOf(c).pointers
	for _, a := range c.Actions {
		fields := []jen.Code{
			kv("Name", jen.Lit(a.Name)), kv("Description", jen.Lit(a.Description)),
			kv("Parameters", jen.Id(a.ParamsVar)),
			kv("InputSchema", jen.Id(a.InputConst)), kv("OutputSchema", jen.Id(a.OutputConst)),
		}
		if a.Op.Auth != nil {
			fields = append(fields, kv("Auth", jen.Op("&").Id(vars[a.Op.Auth])))
		}
		fields = append(fields, kv("Op", jen.Op("&").Id(a.OpVar)))
		if a.Hook != "" {
			fields = append(fields, kv("Hook", jen.Id(a.Hook)))
		}
		actions = append(actions, spread(jen.Null(), fields...))
	}
	f.Comment("Table lists the actions in the order of the manifest.")
	f.Var().Id("Table").Op("=").Add(spread(rt("Table"),
		kv("API", jen.Op("&").Id("api")),
		kv("Actions", spread(jen.Index().Add(rt("Action")), actions...))))
}

func schemas(f *jen.File, c *model.Connector) {
	for _, a := range c.Actions {
		f.Line()
		f.Const().Id(a.InputConst).Add(rt("Schema")).Op("=").Add(schema(a.InputSchema))
		f.Const().Id(a.OutputConst).Add(rt("Schema")).Op("=").Add(schema(a.OutputSchema))
	}
}

// schema prints a JSON Schema as a raw string. A back quote can only be inside
// a JSON string, where \u0060 says the same.
func schema(s model.Object) jen.Code {
	return raw(strings.ReplaceAll(string(model.JSON(s, "  ")), "`", `\u0060`))
}
