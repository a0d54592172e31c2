// Values of generator/table as Go literals of the runtime's types, laid out as
// gofmt does it: tables are most of what is generated, and formatting them would
// take longer than all the rest. This is the only place that knows how: a new
// field of the table needs nothing here.

package emit

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"modulex.dev/connector/generator/table"
)

// printer prints values. What is declared as a variable is printed as its name.
type printer struct {
	pointers map[any]string          // &x
	params   map[*table.Param]string // a list of parameters, by its first
}

// literals are declarations in the order in which they are made.
type literals struct {
	printer
	bytes.Buffer
	usesTime, usesJQ bool
}

// wide is how long a literal may be to stand on one line.
const wide = 110

// declare prints a variable of a type of the runtime.
func (w *literals) declare(name string, value any) {
	if w.Len() > 0 {
		w.WriteByte('\n')
	}
	v := reflect.ValueOf(value)
	w.WriteString("var " + name + " = ")
	if v.Kind() == reflect.Slice {
		w.list(v, 0)
	} else {
		w.composite(typeOf(v.Type()), v, 0)
	}
	w.WriteByte('\n')
}

// value prints a value where its type is known from its place. depth is the
// indent of the line that it is on.
func (w *literals) value(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		w.WriteByte('&')
		if name := w.pointers[v.Interface()]; name != "" {
			w.WriteString(name)
			return
		}
		w.composite(typeOf(v.Type().Elem()), v.Elem(), depth)
	case reflect.Struct:
		w.composite(typeOf(v.Type()), v, depth)
	case reflect.Slice:
		w.slice(v, depth)
	case reflect.String:
		w.scalar(v)
	case reflect.Float64:
		w.WriteString(strconv.FormatFloat(v.Float(), 'g', -1, 64))
	case reflect.Bool:
		w.WriteString(strconv.FormatBool(v.Bool()))
	default:
		if d, ok := v.Interface().(time.Duration); ok {
			w.per(d)
			return
		}
		w.WriteString(strconv.FormatInt(v.Int(), 10))
	}
}

// composite prints a struct with the given type in front, without its zero
// fields.
func (w *literals) composite(typ string, v reflect.Value, depth int) {
	w.WriteString(typ + "{")
	if w.size(v) > wide {
		w.fields(v, depth+1)
		w.line(depth)
		w.WriteByte('}')
		return
	}
	first := true
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() {
			if !first {
				w.WriteString(", ")
			}
			first = false
			w.WriteString(v.Type().Field(i).Name + ": ")
			w.value(f, depth)
		}
	}
	w.WriteByte('}')
}

// fields prints the fields of a struct, a line each. The values of lines that
// follow each other stand below each other; a value of several lines stands
// alone.
func (w *literals) fields(v reflect.Value, depth int) {
	var names, values []string
	flush := func() {
		longest := 0
		for _, name := range names {
			longest = max(longest, len(name))
		}
		for i, name := range names {
			w.line(depth)
			fmt.Fprintf(w, "%-*s %s,", longest+1, name+":", values[i])
		}
		names, values = nil, nil
	}
	for i := range v.NumField() {
		f := v.Field(i)
		if f.IsZero() {
			continue
		}
		one := literals{printer: w.printer}
		one.value(f, depth)
		w.usesTime, w.usesJQ = w.usesTime || one.usesTime, w.usesJQ || one.usesJQ
		alone := bytes.ContainsRune(one.Bytes(), '\n')
		if alone {
			flush()
		}
		names, values = append(names, v.Type().Field(i).Name), append(values, one.String())
		if alone {
			flush()
		}
	}
	flush()
}

func (w *literals) line(depth int) {
	w.WriteByte('\n')
	for range depth {
		w.WriteByte('\t')
	}
}

// slice prints a list, or the variable that holds it.
func (w *literals) slice(v reflect.Value, depth int) {
	if params, ok := v.Interface().([]table.Param); ok && len(params) > 0 && w.params[&params[0]] != "" {
		w.WriteString(w.params[&params[0]])
		return
	}
	w.list(v, depth)
}

func (w *literals) list(v reflect.Value, depth int) {
	element := v.Type().Elem()
	w.WriteString("[]" + typeOf(element) + "{")
	spread := v.Len() > 0 && (element.Kind() == reflect.Struct || w.size(v) > wide)
	for i := range v.Len() {
		switch {
		case spread:
			w.line(depth + 1)
		case i > 0:
			w.WriteString(", ")
		}
		if e := v.Index(i); e.Kind() == reflect.Struct {
			w.composite("", e, depth+1)
		} else {
			w.value(e, depth+1)
		}
		if spread {
			w.WriteByte(',')
		}
	}
	if spread {
		w.line(depth)
	}
	w.WriteByte('}')
}

// typeOf is a type of the table as a type of the runtime.
func typeOf(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		return "*" + typeOf(t.Elem())
	}
	if t.PkgPath() == "" {
		return t.Name()
	}
	return "runtime." + t.Name()
}

// per prints a duration in its largest whole unit.
func (w *literals) per(d time.Duration) {
	w.usesTime = true
	for _, u := range []struct {
		name string
		unit time.Duration
	}{{"Hour", time.Hour}, {"Minute", time.Minute}, {"Second", time.Second}} {
		if d%u.unit == 0 {
			fmt.Fprintf(w, "%d * time.%s", d/u.unit, u.name)
			return
		}
	}
	fmt.Fprintf(w, "%d * time.Millisecond", d/time.Millisecond)
}

// words are the prefixes of the runtime's constants, by their type.
var words = map[string]string{
	"Type": "Type", "Place": "In", "Parse": "Parse", "Omit": "Omit", "RuleKind": "Rule", "TemplateKind": "Template",
	"EncodingKind": "Encode", "BodyFormat": "Body", "ResultKind": "Result", "Source": "Source", "PagingMode": "Paging", "Effect": "Effect",
}

// capitals are the words of constants that are written in capitals.
var capitals = map[string]string{"csv": "CSV", "json": "JSON", "md5": "MD5", "url": "URL", "jq": "JQ"}

// scalar prints a text, or the constant that it names.
func (w *literals) scalar(v reflect.Value) {
	s := v.String()
	if v.Type() == reflect.TypeFor[table.Code]() {
		w.code(s)
		return
	}
	prefix, ok := words[v.Type().Name()]
	if !ok || v.Type().PkgPath() == "" {
		w.WriteString(quoted(s))
		return
	}
	w.WriteString("runtime." + prefix)
	for word := range strings.SplitSeq(s, "_") {
		if c := capitals[word]; c != "" {
			w.WriteString(c)
		} else {
			w.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
}

// code prints the engine of jq programs, or something that the package declares.
func (w *literals) code(s string) {
	if s == "jq.Engine" {
		w.usesJQ = true
		s = "&jq.Engine{}"
	}
	w.WriteString(s)
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
		if strings.Contains(v.String(), "\n") {
			return wide + 1 // a raw text may have lines of its own
		}
		return len(v.String()) + 2
	}
	return 8
}
