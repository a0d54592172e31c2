// table.go and schemas.go of a generated package: the dispatch table, and the
// JSON Schemas that it shows.

package emit

import (
	"bytes"
	"strings"

	"github.com/dave/jennifer/jen"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

// Table and Action are the runtime's types of these names.
type (
	Table struct {
		API     table.Code
		Actions []Action
	}
	Action struct {
		Name, Title, Description  string
		Docs                      string
		Effect                    table.Effect
		Parameters                table.Code
		InputSchema, OutputSchema table.Code
		Auth                      *table.AuthScheme
		Op, Hook                  table.Code
	}
)

func (e *emitter) dispatch() ([]byte, error) {
	t := Table{API: "&api"}
	for _, a := range e.Actions {
		t.Actions = append(t.Actions, Action{
			Name: a.Name, Title: a.Title, Description: a.Description, Docs: a.Docs, Effect: a.Effect, Parameters: table.Code(a.ParamsVar), InputSchema: table.Code(a.InputConst),
			OutputSchema: table.Code(a.OutputConst), Auth: a.Op.Auth, Op: table.Code("&" + a.OpVar), Hook: table.Code(a.Hook)})
	}
	w := literals{printer: e.printer}
	w.declare("Table", t)
	text := append([]byte("// Table lists the actions in the order of the manifest.\n"), w.Bytes()...)
	return e.file(text, func(f *jen.File) { needs(f, needed{runtime: true}) })
}

func (e *emitter) schemas() ([]byte, error) {
	var b bytes.Buffer
	for i, a := range e.Actions {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("const " + a.InputConst + " runtime.Schema = " + schema(a.InputSchema) + "\n")
		b.WriteString("const " + a.OutputConst + " runtime.Schema = " + schema(a.OutputSchema) + "\n")
	}
	return e.file(b.Bytes(), func(f *jen.File) { needs(f, needed{runtime: true}) })
}

// schema prints a JSON Schema as a raw string with a line for each property. A
// back quote can only be inside a JSON string, where \u0060 says the same.
func schema(s model.Object) string {
	var b strings.Builder
	for i, m := range s {
		b.WriteString([]string{"{", ","}[min(i, 1)])
		b.WriteString(`"` + m.Name + `":`)
		properties, ok := m.Value.(model.Object)
		if !ok || m.Name != "properties" || len(properties) == 0 {
			b.Write(model.JSON(m.Value, ""))
			continue
		}
		for i, p := range properties {
			b.WriteString([]string{"{\n  ", ",\n  "}[min(i, 1)])
			b.Write(model.JSON(p.Name, ""))
			b.WriteByte(':')
			b.Write(model.JSON(p.Value, ""))
		}
		b.WriteString("\n}")
	}
	return "`" + strings.ReplaceAll(b.String(), "`", `\u0060`) + "}`"
}
