// types.go of a generated package: the types of the manifest, each with the
// shape by which answers are read into it.

package emit

import (
	"bytes"

	"github.com/dave/jennifer/jen"
)

func (e *emitter) types() ([]byte, error) {
	var b bytes.Buffer
	n := needed{runtime: true}
	for i, t := range e.Types {
		words := t.Go
		if t.Description != "" {
			words += " is: " + sentence(t.Description)
		} else {
			words += " is the type " + t.Shape.Name + " of the manifest."
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(doc(words) + "\ntype " + t.Go + " struct {\n" + structFields(t.Fields) + "}\n\n")
		w := literals{printer: e.printer}
		w.declare(t.Var, *t.Shape)
		b.Write(w.Bytes())
		for _, f := range t.Fields {
			n.json = n.json || f.Type.JSON
		}
	}
	return e.file(b.Bytes(), func(f *jen.File) { needs(f, n) })
}
