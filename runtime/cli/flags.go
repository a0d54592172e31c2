// Flags made of parameters: --title for title, --no-chat-enabled for a boolean,
// --tag twice for a list.

package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"modulex.dev/connector/runtime"
)

// paramFlags are the flags of one action, in the order of its parameters.
type paramFlags []*paramFlag

// paramFlag is the flag of a parameter, and what it was given.
type paramFlag struct {
	param *runtime.Param
	name  string // without the dashes; "" when every name is taken
	texts []string
	no    bool   // --no-NAME was given
	not   string // the flag for false: --no-NAME, or --NAME=false where that is taken
}

// newParamFlags adds the flags of an action to a command. A name that the command
// has already is prefixed: --param-limit.
func newParamFlags(action *runtime.Action, flags *pflag.FlagSet, reserved func(string) bool) paramFlags {
	taken := func(name string) bool { return reserved(name) || flags.Lookup(name) != nil }
	var out paramFlags
	for i := range action.Parameters {
		f := &paramFlag{param: &action.Parameters[i]}
		for _, name := range []string{kebab(f.param.Name), "param-" + kebab(f.param.Name)} {
			if kebab(f.param.Name) != "" && f.name == "" && !taken(name) {
				f.name, f.not = name, "--"+name+"=false"
				flags.AddFlag(f.flag(name))
			}
		}
		out = append(out, f)
	}
	for _, f := range out {
		if f.name == "" {
			continue
		}
		if no := "no-" + f.name; f.param.Type == runtime.TypeBoolean && !taken(no) {
			f.not = "--" + no
			flags.AddFlag(&pflag.Flag{Name: no, Value: negation{f}, NoOptDefVal: "true", Usage: "false for " + f.param.Name})
		}
		flags.Lookup(f.name).Usage = f.usage()
	}
	return out
}

// flag describes the flag to pflag.
func (f *paramFlag) flag(name string) *pflag.Flag {
	out := &pflag.Flag{Name: name, Value: f}
	if f.param.Type == runtime.TypeBoolean {
		out.NoOptDefVal = "true"
	}
	return out
}

// usage is the parameter in a line.
func (f *paramFlag) usage() string {
	p := f.param
	text := strings.ReplaceAll(oneLine(p.Description), "`", "'") // which pflag would read
	if f.name != "" && f.name != kebab(p.Name) {
		text = "[" + p.Name + "] " + text
	}
	var notes []string
	if p.Required {
		notes = append(notes, "required")
	}
	if p.Check != nil && len(p.Check.Enum) > 0 {
		notes = append(notes, "one of "+strings.Join(p.Check.Enum, ", "))
	}
	if d := p.Default + p.APIDefault; d != "" {
		notes = append(notes, "default "+d)
	}
	switch p.Type {
	case runtime.TypeBoolean:
		if f.not != "" {
			notes = append(notes, f.not+" for false")
		}
	case runtime.TypeArray:
		notes = append(notes, "may be repeated, or JSON"+map[bool]string{true: " or @FILE"}[f.param.Items != "" && f.param.Items != runtime.TypeString])
	case runtime.TypeObject:
		notes = append(notes, "JSON, @FILE, or KEY=TEXT that may be repeated")
	}
	if len(notes) > 0 {
		text += " (" + strings.Join(notes, "; ") + ")"
	}
	return text
}

// String is empty: a parameter's default is told in words.
func (f *paramFlag) String() string { return "" }

// Type is the word behind the flag in a help text.
func (f *paramFlag) Type() string {
	switch t := f.param.Type; t {
	case runtime.TypeString:
		return "text"
	case runtime.TypeArray:
		if f.param.Items == "" || f.param.Items == runtime.TypeString {
			return "text"
		}
		return string(f.param.Items)
	case runtime.TypeBoolean:
		return "bool" // pflag knows it and shows nothing
	default:
		return string(t)
	}
}

// Set takes a value. Lists and objects may be given in pieces.
func (f *paramFlag) Set(text string) error {
	pieces := f.param.Type == runtime.TypeArray || f.param.Type == runtime.TypeObject
	switch {
	case len(f.texts) > 0 && f.no:
		return fmt.Errorf("--%s and --no-%s are both given", f.name, f.name)
	case len(f.texts) > 0 && !pieces:
		return errors.New("it is given twice")
	case !utf8.ValidString(text):
		return errors.New("the value is not UTF-8")
	}
	f.texts = append(f.texts, text)
	return nil
}

// negation is --no-NAME.
type negation struct{ *paramFlag }

// Set takes the opposite of a value.
func (n negation) Set(text string) error {
	yes, err := strconv.ParseBool(text)
	if err != nil {
		return errors.New("it takes no value")
	}
	if len(n.texts) > 0 {
		return fmt.Errorf("--%s and --no-%s are both given", n.name, n.name)
	}
	n.no = true
	n.texts = append(n.texts, strconv.FormatBool(!yes))
	return nil
}

// members are the parameters that were given.
func (fs paramFlags) members() (out []given, err error) {
	for _, f := range fs {
		if len(f.texts) == 0 {
			continue
		}
		value, err := f.value()
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", f.name, err)
		}
		out = append(out, given{"--" + f.name, f.param.Name, value})
	}
	return out, nil
}

// value makes JSON of what was given.
func (f *paramFlag) value() (json.RawMessage, error) {
	switch f.param.Type {
	case runtime.TypeArray:
		return f.list()
	case runtime.TypeObject:
		return f.object()
	}
	return typed(f.param.Type, f.texts[0]), nil
}

// list is a whole list as JSON, or the elements one by one. Elements that are no
// texts may be files too.
func (f *paramFlag) list() (json.RawMessage, error) {
	items := f.param.Items
	if items == "" {
		items = runtime.TypeString
	}
	var elements [][]byte
	for _, text := range f.texts {
		if items != runtime.TypeString && strings.HasPrefix(text, "@") {
			var err error
			if text, err = jsonFile(text[1:]); err != nil {
				return nil, err
			}
		}
		if whole := strings.TrimSpace(text); len(f.texts) == 1 && strings.HasPrefix(whole, "[") && json.Valid([]byte(whole)) {
			return json.RawMessage(whole), nil
		}
		elements = append(elements, typed(items, text))
	}
	return slices.Concat([]byte("["), bytes.Join(elements, []byte(",")), []byte("]")), nil
}

// jsonFile reads a file that holds JSON.
func jsonFile(name string) (string, error) {
	text, err := readFile("@"+name, name)
	if err != nil {
		return "", err
	}
	text = bytes.TrimPrefix(bytes.TrimSpace(text), []byte("\uFEFF"))
	if !json.Valid(text) {
		return "", fmt.Errorf("the file %s is not JSON", name)
	}
	return string(text), nil
}

// object is JSON, a file, or members one by one.
func (f *paramFlag) object() (json.RawMessage, error) {
	var err error
	text := f.texts[0]
	if name, isFile := strings.CutPrefix(text, "@"); isFile && len(f.texts) == 1 {
		if text, err = jsonFile(name); err != nil {
			return nil, err
		}
	}
	if len(f.texts) == 1 && (json.Valid([]byte(text)) || !strings.Contains(text, "=") || strings.HasPrefix(strings.TrimSpace(text), "{")) {
		return typed(runtime.TypeObject, text), nil
	}
	var members []given
	for _, text := range f.texts {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%q is not KEY=TEXT; give one JSON object, @FILE, or members one by one", text)
		}
		members = append(members, given{"--" + f.name, name, quoted(value)})
	}
	out, err := withGiven(nil, members)
	return out, err
}

// kebab is a name as a flag: created_at and createdAt are created-at.
func kebab(name string) string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		switch {
		case r >= 0x80 || !(unicode.IsLetter(r) || unicode.IsDigit(r)):
			r, lower = '-', false
		case unicode.IsUpper(r):
			if lower {
				b.WriteByte('-')
			}
			r, lower = unicode.ToLower(r), false
		default:
			lower = true
		}
		if r != '-' || b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteRune(r)
		}
	}
	return strings.Trim(b.String(), "-")
}

// oneLine is a text without line breaks and what could steer a terminal.
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, text)), " ")
}
