// Facts: the leaves of a value of generator/table as texts, each under the key
// that the manifest has for it. Two values differ where their facts do. They are
// read by reflection, so a new field of the table is compared without a word
// here; keys only says where its name differs.

package compare

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

// fact is one leaf: where it is, from the root of what was read, and its value.
type fact struct {
	path  []string
	value string
	flag  bool // the value is yes, and its absence no
}

func (f fact) name() string { return strings.Join(f.path, ".") }

type facts []fact

// get is the value of a fact, "" when it is not there.
func (f facts) get(name string) string {
	i := slices.IndexFunc(f, func(x fact) bool { return x.name() == name })
	if i < 0 {
		return ""
	}
	return f[i].value
}

// keys are the names in the manifest of fields that are called otherwise in the
// table. "" is no level of its own, "-" is compared elsewhere.
var keys = map[string]string{
	"Param.Name": "-", "Param.Required": "required", "Param.Change": "", "Param.Check": "", "Param.Map": "values", "Param.JQ": "jq",
	"Param.APIDefault": "api_default",
	"Check.Min":        "minimum", "Check.Max": "maximum", "Check.Text": "invalid",
	"Encoding.As": "", "Encoding.FileName": "name",
	"Operation.Name": "-", "Operation.Method": "-", "Operation.Path": "-", "Operation.Params": "-", "Operation.Auth": "-", "Operation.OtherAuth": "-",
	"Operation.Rules": "-", "Operation.Errors": "-", "Operation.Texts": "-", "Operation.Result": "-", "Operation.Outputs": "-",
	"Step.Op":      "",
	"Capture.Name": "-", "Capture.Paths": "path", "Capture.JQ": "jq",
	"Until.Done": "is",
	"Body.Root":  "", "Body.Nested": "nested",
	"Paging.Param": "parameter", "Paging.SizeValue": "items", "Paging.SizeParam": "size_parameter", "Paging.Header": "next_header",
	"Output.Field": "-", "Output.Type": "-", "Output.Items": "-", "Output.From": "source", "Output.Paths": "path", "Output.Map": "values", "Output.JQ": "jq",
	"Output.Shape": "of", "Output.Value": "constant",
	"ShapeField.Name": "-", "ShapeField.Path": "from", "ShapeField.Shape": "type", "ShapeField.Map": "free_keys",
	"Texts.JSON": "json",
	"API.Auth":   "-", "API.Errors": "-", "API.Texts": "-", "API.Version": "-", "API.BaseURL": "base_url", "API.JQ": "jq",
	"Header.Name": "-", "Header.Value": "", "Host.Name": "-", "Host.URL": "", "Field.Name": "-", "Field.Value": "",
	"Translation.From": "-", "Translation.To": "",
	"FailureRule.JQ": "jq", "ErrorRule.JQ": "jq",
	"AuthScheme.Name": "-", "AuthScheme.AnyType": "accepts", "AuthScheme.Fields": "-",
	"TokenRequest.URL": "url", "TokenRequest.JSON": "json",
	"CredentialField.Key": "-",
}

// names are the fields by which the elements of a list are told apart. Other
// lists are one fact.
var names = map[string]string{
	"Header": "Name", "Host": "Name", "Field": "Name", "Translation": "From", "Capture": "Name", "Step": "",
}

// factsOf reads a value.
func factsOf(v any) (out facts) {
	out.read(nil, reflect.ValueOf(v))
	return out
}

// read adds the facts of a value. What is not set is no fact.
func (f *facts) read(path []string, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		if _, ok := v.Interface().(*table.Shape); !ok {
			v = v.Elem()
		}
	}
	if text, ok := leaf(v); ok {
		if text != "" {
			*f = append(*f, fact{path, text, v.Kind() == reflect.Bool})
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if op, ok := v.Interface().(table.Operation); ok && op.Method != "" {
			*f = append(*f, fact{path: within(path, "request"), value: op.Method + " " + op.Path})
		}
		for i := range v.NumField() {
			key := keyOf(v.Type(), i)
			switch {
			case key == "-" || v.Field(i).IsZero() && v.Field(i).Kind() != reflect.Int64:
			case key == "":
				f.read(path, v.Field(i))
			default:
				f.read(within(path, key), v.Field(i))
			}
		}
	case reflect.Slice:
		by := names[v.Type().Elem().Name()]
		for i := range v.Len() {
			name := strconv.Itoa(i)
			if by != "" {
				name = v.Index(i).FieldByName(by).String()
			}
			f.read(within(path, name), v.Index(i))
		}
	}
}

// within is a path with one more key.
func within(path []string, key string) []string { return append(slices.Clone(path), key) }

// keyOf is the manifest's key of a field.
func keyOf(t reflect.Type, field int) string {
	name := t.Field(field).Name
	if key, ok := keys[t.Name()+"."+name]; ok {
		return key
	}
	return snake(name)
}

func snake(name string) string {
	var b strings.Builder
	for i, c := range name {
		if i > 0 && unicode.IsUpper(c) && !unicode.IsUpper(rune(name[i-1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// leaf is the text of a value that has no parts of its own here.
func leaf(v reflect.Value) (string, bool) {
	switch x := v.Interface().(type) {
	case time.Duration:
		if x == 0 {
			return "", true
		}
		return x.String(), true
	case table.Template:
		return templateText(x), true
	case *table.Shape:
		return x.Name, true
	case table.Bound:
		if !x.Set {
			return "", true
		}
		return strconv.FormatFloat(x.Value, 'g', -1, 64), true
	case []string:
		return strings.Join(x, ", "), true
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), true
	case reflect.Bool:
		if v.Bool() {
			return "yes", true
		}
		return "", true
	case reflect.Int:
		if v.Int() == 0 {
			return "", true
		}
		return strconv.FormatInt(v.Int(), 10), true
	case reflect.Int64: // the first page, where 0 is a number too
		return strconv.FormatInt(v.Int(), 10), true
	case reflect.Slice:
		if e := v.Type().Elem(); e.Kind() == reflect.Struct {
			if _, keyed := names[e.Name()]; keyed {
				return "", false
			}
		}
		return elements(v), true
	}
	return "", false
}

// elements writes a list whose elements have no names.
func elements(v reflect.Value) string {
	var out []string
	for i := range v.Len() {
		if text, ok := leaf(v.Index(i)); ok {
			out = append(out, text)
			continue
		}
		var inner facts
		inner.read(nil, v.Index(i))
		var parts []string
		for _, f := range inner {
			parts = append(parts, f.name()+": "+f.value)
		}
		out = append(out, "{"+strings.Join(parts, ", ")+"}")
	}
	return strings.Join(out, ", ")
}

// templateText writes a template as the JSON that it yields, holes in braces.
func templateText(t table.Template) string {
	var text string
	switch t.Kind {
	case "json":
		text = t.JSON
	case "text":
		text = string(model.JSON(t.Text, ""))
	case "value":
		text = "{" + t.Name + "}"
	case "list":
		var elements []string
		for _, e := range t.Elements {
			elements = append(elements, templateText(e))
		}
		text = "[" + strings.Join(elements, ", ") + "]"
	case "object":
		var members []string
		for _, m := range t.Members {
			members = append(members, string(model.JSON(m.Name, ""))+": "+templateText(m.Value))
		}
		if t.Parameters {
			members = append(members, "parameters")
		}
		text = "{" + strings.Join(members, ", ") + "}"
	}
	if t.Optional {
		text += "?"
	}
	if len(t.When) > 0 {
		text += " when " + elements(reflect.ValueOf(t.When))
	}
	return text
}

// pair is a fact of both sides, or of one.
type pair struct {
	path     []string
	from, to string
}

func (p pair) name() string { return strings.Join(p.path, ".") }

func (p pair) kind() Kind {
	switch "" {
	case p.from:
		return Added
	case p.to:
		return Removed
	}
	return Changed
}

// whole makes one pair of those that come or go together: a paging, a body.
func whole(pairs []pair) (out []pair) {
	for _, p := range pairs {
		key := p.path[0]
		if !slices.Contains([]string{"paging", "body", "until", "steps"}, key) {
			out = append(out, p)
			continue
		}
		of := slices.DeleteFunc(slices.Clone(pairs), func(x pair) bool { return x.path[0] != key })
		kind := p.kind()
		switch {
		case slices.ContainsFunc(of, func(x pair) bool { return x.kind() != kind }) || kind == Changed || len(of) == 1:
			out = append(out, p)
		case slices.ContainsFunc(out, func(x pair) bool { return len(x.path) == 1 && x.path[0] == key }):
		default:
			out = append(out, pair{[]string{key}, together(of, func(x pair) string { return x.from }), together(of, func(x pair) string { return x.to })})
		}
	}
	return out
}

func together(pairs []pair, side func(pair) string) string {
	var parts []string
	for _, p := range pairs {
		switch value := side(p); {
		case value == "":
			return ""
		case len(p.path) == 1:
			parts = append(parts, value)
		default:
			parts = append(parts, strings.Join(p.path[1:], ".")+": "+value)
		}
	}
	return strings.Join(parts, ", ")
}

// differing pairs the facts that are not the same.
func differing(old, new facts) (out []pair) {
	for _, o := range old {
		if to := new.get(o.name()); to != o.value {
			out = append(out, pair{o.path, o.value, cmp.Or(to, no(o))})
		}
	}
	for _, n := range new {
		if old.get(n.name()) == "" {
			out = append(out, pair{n.path, no(n), n.value})
		}
	}
	return out
}

// no is the absence of a flag in words.
func no(f fact) string {
	if f.flag {
		return "no"
	}
	return ""
}
