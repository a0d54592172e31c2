// types.go of a generated package: the types of the manifest, each with the
// shape by which answers are read into it.

package emit

import (
	"reflect"

	"github.com/dave/jennifer/jen"

	"modulex.dev/connector/generator/model"
)

func types(f *jen.File, c *model.Connector) {
	p := printerOf(c)
	for _, t := range c.Types {
		words := t.Go
		if t.Description != "" {
			words += " is: " + sentence(t.Description)
		} else {
			words += " is the type " + t.Shape.Name + " of the manifest."
		}
		f.Add(comment(words))
		f.Type().Id(t.Go).Struct(structFields(t.Fields)...)
		f.Var().Id(t.Var).Op("=").Add(p.composite(rt("Shape"), reflect.ValueOf(*t.Shape)))
		f.Line()
	}
}
