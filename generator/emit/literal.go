// Values of generator/table as Go literals of the runtime's types. This is the
// only place that knows how: a new field of the table needs nothing here.

package emit

import (
	"reflect"
	"strings"
	"time"

	"github.com/dave/jennifer/jen"

	"modulex.dev/connector/generator/table"
)

// printer prints values. What is declared as a variable is printed as its name.
type printer struct {
	pointers map[any]string          // &x
	params   map[*table.Param]string // a list of parameters, by its first
}

// wide is how long a literal may be to stand on one line.
const wide = 110

// value prints a value where its type is known from its place.
func (p printer) value(v reflect.Value) jen.Code {
	switch v.Kind() {
	case reflect.Pointer:
		if name := p.pointers[v.Interface()]; name != "" {
			return jen.Op("&").Id(name)
		}
		return jen.Op("&").Add(p.composite(typeOf(v.Type().Elem()), v.Elem()))
	case reflect.Struct:
		return p.composite(typeOf(v.Type()), v)
	case reflect.Slice:
		return p.slice(v)
	case reflect.String:
		return scalar(v)
	}
	if d, ok := v.Interface().(time.Duration); ok {
		return per(d)
	}
	if v.Kind() == reflect.Float64 {
		return jen.Lit(v.Float())
	}
	if v.Kind() == reflect.Bool {
		return jen.Lit(v.Bool())
	}
	return jen.Lit(int(v.Int()))
}

// composite prints a struct with the given type in front, without its zero
// fields.
func (p printer) composite(typ jen.Code, v reflect.Value) *jen.Statement {
	var fields []jen.Code
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() {
			fields = append(fields, kv(v.Type().Field(i).Name, p.value(f)))
		}
	}
	if p.size(v) <= wide {
		return row(typ, fields...)
	}
	return spread(typ, fields...)
}

func (p printer) slice(v reflect.Value) jen.Code {
	if params, ok := v.Interface().([]table.Param); ok && len(params) > 0 && p.params[&params[0]] != "" {
		return jen.Id(p.params[&params[0]])
	}
	element := v.Type().Elem()
	var elements []jen.Code
	for i := range v.Len() {
		if e := v.Index(i); e.Kind() == reflect.Struct {
			elements = append(elements, p.composite(jen.Null(), e))
		} else {
			elements = append(elements, p.value(e))
		}
	}
	typ := jen.Index().Add(typeOf(element))
	if element.Kind() != reflect.Struct && p.size(v) <= wide {
		return row(typ, elements...)
	}
	return spread(typ, elements...)
}

// typeOf is a type of the table as a type of the runtime.
func typeOf(t reflect.Type) jen.Code {
	if t.Kind() == reflect.Pointer {
		return jen.Op("*").Add(typeOf(t.Elem()))
	}
	if t.PkgPath() == "" {
		return jen.Id(t.Name())
	}
	return rt(t.Name())
}

// words are the prefixes of the runtime's constants, by their type.
var words = map[string]string{
	"Type": "Type", "Place": "In", "Parse": "Parse", "Omit": "Omit", "RuleKind": "Rule", "TemplateKind": "Template",
	"EncodingKind": "Encode", "BodyFormat": "Body", "ResultKind": "Result", "Source": "Source", "PagingMode": "Paging",
}

// capitals are the words of constants that are written in capitals.
var capitals = map[string]string{"csv": "CSV", "json": "JSON", "md5": "MD5", "url": "URL", "jq": "JQ"}

// scalar prints a text, or the constant that it names.
func scalar(v reflect.Value) jen.Code {
	s := v.String()
	if v.Type() == reflect.TypeFor[table.Code]() {
		return code(s)
	}
	prefix, ok := words[v.Type().Name()]
	if !ok || v.Type().PkgPath() == "" {
		return text(s)
	}
	var name strings.Builder
	name.WriteString(prefix)
	for word := range strings.SplitSeq(s, "_") {
		if c := capitals[word]; c != "" {
			name.WriteString(c)
		} else {
			name.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return rt(name.String())
}

// code prints the engine of jq programs, or a function of the package.
func code(s string) jen.Code {
	if s == "jq.Engine" {
		return jen.Op("&").Qual(runtimePath+"/jq", "Engine").Values()
	}
	return jen.Id(s)
}

// size estimates how long a value is on one line; far beyond the width it stops
// counting.
func (p printer) size(v reflect.Value) (n int) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || p.pointers[v.Interface()] != "" {
			return 12
		}
		return 10 + p.size(v.Elem())
	case reflect.Struct:
		n = len(v.Type().Name())
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() && n <= wide {
				n += len(v.Type().Field(i).Name) + 4 + p.size(f)
			}
		}
		return n
	case reflect.Slice:
		if params, ok := v.Interface().([]table.Param); ok && len(params) > 0 && p.params[&params[0]] != "" {
			return 16
		}
		n = 10
		for i := range v.Len() {
			if n <= wide {
				n += 2 + p.size(v.Index(i))
			}
		}
		if v.Len() > 0 && v.Index(0).Kind() == reflect.Struct {
			n += wide // a list of structs has a line each
		}
		return n
	case reflect.String:
		return len(v.String()) + 2
	}
	return 8
}
