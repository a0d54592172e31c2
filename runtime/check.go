// What an argument goes through before it is sent: the default, the rules
// between parameters (rules.go), reading and changing (change.go), the checks. An
// argument without any of it passes untouched.

package runtime

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// checked takes typed arguments, one for each parameter, through what JSON
// input goes through too.
func (k *call) checked(values []Value) ([]Value, *Error) {
	if less := len(k.op.Params) - len(values); less > 0 {
		values = append(slices.Clip(values), make([]Value, less)...)
	}
	in := inspection{call: k, values: values}
	in.add(missing(k.op.Params, values))
	return in.run()
}

// inspection gathers what is wrong with the arguments of a call.
type inspection struct {
	*call
	values []Value
	faults []string
	own    string // the first error text that the manifest gives for a parameter
}

func (in *inspection) add(fault string) {
	if fault != "" {
		in.faults = append(in.faults, fault)
	}
}

// run finishes the arguments. An own text is the error, alone; else all faults
// are. The rules come first: what they speak of is what the caller wrote.
func (in *inspection) run() ([]Value, *Error) {
	if len(in.faults) == 0 {
		text, own := in.brokenRule()
		if own {
			return nil, &Error{Code: CodeInvalidInput, text: text}
		}
		in.add(text)
	}
	for i := range in.op.Params {
		if p := &in.op.Params[i]; p.worked() {
			in.values[i] = in.finish(p, in.values[i])
		}
	}
	switch {
	case in.own != "":
		return nil, &Error{Code: CodeInvalidInput, text: in.own}
	case len(in.faults) > 0:
		return nil, in.failed(CodeInvalidInput, strings.Join(in.faults, "; "))
	}
	return in.values, nil
}

// worked reports whether anything is done to the arguments of a parameter.
func (p *Param) worked() bool {
	return p.Default != "" || p.Parse != "" || p.Change != nil || p.Check != nil || p.Items != "" && p.Items != TypeAny
}

// finish makes of an argument what the request is built from.
func (in *inspection) finish(p *Param, v Value) Value {
	if v.kind == absentValue && p.Default != "" {
		v = notNull(rawJSON([]byte(p.Default)))
	}
	if v.kind == absentValue || v.kind == brokenValue || v.kind == wrongValue {
		return v
	}
	v, ok := in.parse(p, v)
	if !ok {
		return v
	}
	if p.Change != nil {
		v = p.Change.apply(v)
		if p.Change.Clamp && p.Check != nil {
			v = v.mapped(p.Check.clamp)
		}
	}
	if p.omits(v) {
		return v // it is not sent, so nothing about it can be wrong
	}
	in.refuse(p, p.itemsFault(v), "")
	if p.Check != nil {
		in.refuse(p, in.client.fault(p.Check, v), p.Check.Text)
	}
	return v
}

// refuse notes that an argument is wrong.
func (in *inspection) refuse(p *Param, fault, own string) {
	switch {
	case fault == "":
	case own == "":
		if len(in.faults) < maxFaults {
			in.add(p.Name + " " + fault)
		}
	case in.own == "":
		in.own = own
	}
}

// itemsFault says which element of a list has the wrong type.
func (p *Param) itemsFault(v Value) (fault string) {
	if p.Items == "" || p.Items == TypeAny || !v.list() {
		return ""
	}
	n := 0
	v.elements(func(e Value) {
		if fault == "" && !p.Items.admits(e.json) {
			fault = fmt.Sprintf("must be a list of %s, but its element %d is %s", p.Items.plural(), n, describe(e.json))
		}
		n++
	})
	return fault
}

func (t Type) plural() string {
	if t == TypeArray {
		return "lists"
	}
	return string(t) + "s"
}

// fault says what a check has against a value. Every element of a list must
// pass, but the lengths are those of the list.
func (c *Client) fault(check *Check, v Value) (fault string) {
	if fault = check.length(v); fault != "" {
		return fault
	}
	v.elements(func(e Value) {
		if fault == "" {
			fault = c.scalarFault(check, e)
		}
	})
	return fault
}

func (c *Client) scalarFault(check *Check, v Value) string {
	if len(check.Enum) > 0 && !slices.Contains(check.Enum, v.plain()) {
		return "must be " + alternatives(check.Enum)
	}
	if check.Pattern != "" {
		if re := c.pattern(check.Pattern); re == nil || !re.MatchString(v.plain()) {
			return "must match " + check.Pattern
		}
	}
	if (check.Min.Set || check.Max.Set) && v.isNumber() {
		return check.bounds(v.plain())
	}
	return ""
}

// bounds holds a number against the range.
func (c *Check) bounds(number string) string {
	f, _ := strconv.ParseFloat(number, 64) // too large is infinite, and that is what it is
	switch {
	case c.Min.Set && f < c.Min.Value:
		return "must be at least " + c.Min.number().text + ", not " + shortened(number)
	case c.Max.Set && f > c.Max.Value:
		return "must be at most " + c.Max.number().text + ", not " + shortened(number)
	}
	return ""
}

// length holds the characters of a text or the elements of a list against the
// bounds.
func (c *Check) length(v Value) string {
	if c.MinLength == 0 && c.MaxLength == 0 {
		return ""
	}
	n, unit := 0, "element"
	switch {
	case v.list():
		v.elements(func(Value) { n++ })
	case v.isText():
		n, unit = utf8.RuneCountInString(v.plain()), "character"
	default:
		return ""
	}
	switch {
	case n < c.MinLength:
		return fmt.Sprintf("must have at least %s, not %d", counted(c.MinLength, unit), n)
	case c.MaxLength > 0 && n > c.MaxLength:
		return fmt.Sprintf("must have at most %s, not %d", counted(c.MaxLength, unit), n)
	}
	return ""
}

func counted(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// alternatives lists what a value may be.
func alternatives(texts []string) string {
	if len(texts) == 1 {
		return texts[0]
	}
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " or " + texts[last]
}

func shortened(number string) string {
	if len(number) > 32 {
		return "a longer number"
	}
	return number
}

// pattern compiles a pattern once for the client; nil when it cannot be.
func (c *Client) pattern(text string) *regexp.Regexp {
	if re, ok := c.patterns.Load(text); ok {
		return re.(*regexp.Regexp)
	}
	re, err := regexp.Compile(text)
	if err != nil {
		re = nil // the generator has compiled it too, so this is a hand-made table
	}
	c.patterns.Store(text, re)
	return re
}
