// From a JSON object to one checked value for each parameter. Everything wrong
// with an input is reported at once, by the names of the parameters.

package runtime

import (
	"bytes"
	"fmt"
	"strings"
)

// arguments reads the input object of an action: one checked value for each
// parameter.
func (k *call) arguments(input []byte) ([]Value, *Error) {
	values, faults := decodeInput(k.op.Params, input)
	if values == nil {
		return nil, k.failed(CodeInvalidInput, faults[0])
	}
	in := inspection{call: k, values: values, faults: faults}
	return in.run()
}

// decodeInput reads the members of an input object. No input at all is an empty
// object. There are no values when the input is no JSON at all.
func decodeInput(params []Param, input []byte) (values []Value, faults []string) {
	values = make([]Value, len(params))
	input = bytes.TrimPrefix(input, []byte("\uFEFF"))
	if len(input) > maxInputBytes {
		return nil, []string{fmt.Sprintf("the input is larger than %d bytes", maxInputBytes)}
	}
	d := inputDecoder{scanner: scanner{b: input}, params: params, values: values}
	if len(bytes.TrimSpace(input)) > 0 {
		if err := d.document(d.root); err != nil {
			return nil, []string{"the input is not valid JSON: " + err.Error()}
		}
	}
	if why := missing(params, values); why != "" {
		d.faults = append(d.faults, why)
	}
	if d.more > 0 {
		d.faults = append(d.faults, fmt.Sprintf("and %d more", d.more))
	}
	return values, d.faults
}

// maxFaults bounds what is listed of an input that is all wrong.
const maxFaults = 20

// missing names the required parameters that have no value, and those whose
// typed value could not be turned into JSON.
func missing(params []Param, values []Value) string {
	var faults []string
	for i := range params {
		p := &params[i]
		switch {
		case values[i].kind == brokenValue:
			faults = append(faults, p.Name+" "+values[i].text)
		case values[i].kind == absentValue && p.Required && p.Default == "":
			faults = append(faults, p.Name+" is required")
		}
	}
	return strings.Join(faults, "; ")
}

type inputDecoder struct {
	scanner
	params []Param
	values []Value
	seen   []string // members read so far that are no parameters or null
	next   int      // the parameter expected next: callers often keep the order
	faults []string
	more   int  // faults that are not listed
	listed bool // the parameters have been named
}

func (d *inputDecoder) fault(format string, args ...any) {
	if len(d.faults) == maxFaults {
		d.more++
		return
	}
	d.faults = append(d.faults, fmt.Sprintf(format, args...))
}

func (d *inputDecoder) root(i int) int {
	if d.peek(i) != '{' {
		end := d.value(i, 0)
		if end >= 0 {
			d.fault("the input must be a JSON object, not %s", kindOf(d.b[i:]))
		}
		return end
	}
	return d.object(i, 0, d.member)
}

// wrong stands for an argument that has been refused: it is there, and nobody
// looks at it again.
var wrong = Value{kind: wrongValue}

// member takes one member of the input into its value.
func (d *inputDecoder) member(key []byte, at int) int {
	end := d.value(at, 1)
	if end < 0 {
		return end
	}
	value := d.b[at:end]
	i := d.find(key)
	switch {
	case i < 0:
		d.unknown(unquote(key))
	case d.values[i].kind != absentValue || d.repeated(d.params[i].Name):
		d.fault("%s is given twice", d.params[i].Name)
	case value[0] == 'n': // null is absent
		d.seen = append(d.seen, d.params[i].Name)
	case !d.params[i].admits(value):
		d.fault("%s must be %s, not %s", d.params[i].Name, d.params[i].Type.article(), describe(value))
		d.values[i] = wrong // present, so not missing too
	case value[0] == '"' && halfCharacter(value):
		d.fault("%s has half of a character (a lone surrogate)", d.params[i].Name)
		d.values[i] = wrong
	default:
		d.values[i] = rawJSON(value)
	}
	return end
}

// halfCharacter reports whether a checked string has an escape for half of a
// surrogate pair: no text holds that, so it would change on its way.
func halfCharacter(quoted []byte) bool {
	return bytes.Contains(quoted, []byte(`\u`)) && strings.Count(unquote(quoted), "\uFFFD") > bytes.Count(quoted, []byte("\uFFFD"))+
		bytes.Count(bytes.ToLower(quoted), []byte(`\ufffd`))
}

// find returns the index of the parameter that a member names, or -1.
func (d *inputDecoder) find(key []byte) int {
	for range d.params {
		i := d.next
		if d.next++; d.next == len(d.params) {
			d.next = 0
		}
		if keyIs(key, d.params[i].Name) {
			return i
		}
	}
	return -1
}

func (d *inputDecoder) repeated(name string) bool {
	for _, s := range d.seen {
		if s == name {
			return true
		}
	}
	return false
}

// unknown reports a member that is no parameter; the first time with those that
// are.
func (d *inputDecoder) unknown(name string) {
	if r := []rune(name); len(r) > 64 {
		name = string(r[:64]) + "…"
	}
	switch {
	case d.listed:
		d.fault("%q is not a parameter", name)
	case len(d.params) == 0:
		d.fault("%q is not a parameter; this action takes none", name)
	default:
		names := make([]string, len(d.params))
		for i, p := range d.params {
			names[i] = p.Name
		}
		d.fault("%q is not a parameter; the parameters are %s", name, strings.Join(names, ", "))
	}
	d.listed = true
}

// admits reports whether a checked JSON value may be given for the parameter:
// one of its type, or the text that such a value will be read from.
func (p *Param) admits(value []byte) bool {
	return p.Type.admits(value) || p.Parse != "" && value[0] == '"'
}

// admits reports whether a checked JSON value has the type.
func (t Type) admits(value []byte) bool {
	switch t {
	case TypeAny:
		return true
	case TypeString:
		return value[0] == '"'
	case TypeBoolean:
		return value[0] == 't' || value[0] == 'f'
	case TypeArray:
		return value[0] == '['
	case TypeObject:
		return value[0] == '{'
	case TypeInteger:
		return isInteger(value)
	}
	return value[0] == '-' || isDigit(value[0])
}

// isInteger accepts 12, -3 and 4.0, as JSON Schema does.
func isInteger(value []byte) bool {
	whole, fraction, _ := bytes.Cut(bytes.TrimPrefix(value, []byte("-")), []byte("."))
	for _, c := range whole {
		if !isDigit(c) {
			return false
		}
	}
	return len(whole) > 0 && len(bytes.Trim(fraction, "0")) == 0
}

func (t Type) article() string {
	switch t {
	case TypeInteger, TypeArray, TypeObject:
		return "an " + string(t)
	case TypeAny:
		return "any value"
	}
	return "a " + string(t)
}

// describe names a value's type, and quotes short scalars: they are the
// caller's own words.
func describe(value []byte) string {
	switch value[0] {
	case '{', '[', '"', 'n':
		return kindOf(value)
	}
	if len(value) > 32 {
		return kindOf(value)
	}
	return kindOf(value) + " (" + string(value) + ")"
}
