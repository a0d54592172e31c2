// The next action of a manifest, written behind the last one. All bytes that
// were there stay as they are.

package scaffold

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/manifest"
)

// Action is what is to be known of a new action.
type Action struct {
	Name        string // get_thing
	Request     string // GET /things/{thing_id}
	Description string
	Params      []Param
	Kind        string // list, object or none
	Path        string // of the list or object; $ is the whole body
	Paging      string // name of a paging of the manifest, or ""
	Docs        string
}

// Param is one parameter. Those in the path need not be given.
type Param struct {
	Name, In, Type string
	Required       bool
	Description    string
}

// ParseParam reads name:in:type[:required][=description].
func ParseParam(text string) (Param, error) {
	text, description, _ := strings.Cut(text, "=")
	parts := strings.Split(text, ":")
	wrong := fmt.Errorf("a parameter cannot be %q; write name:in:type, such as limit:query:integer or title:body:string:required=The title", text)
	if len(parts) < 3 || len(parts) > 4 || len(parts) == 4 && parts[3] != "required" || slices.Contains(parts, "") {
		return Param{}, wrong
	}
	p := Param{Name: parts[0], In: parts[1], Type: parts[2], Required: len(parts) == 4, Description: strings.TrimSpace(description)}
	if p.Description == "" {
		p.Description = describe(p.Name)
	}
	return p, nil
}

// describe makes a description of a name, to be replaced by a better one.
func describe(name string) string {
	words := strings.ReplaceAll(name, "_", " ")
	if of, ok := strings.CutSuffix(words, " id"); ok {
		return "The ID of the " + of
	}
	if words == "id" {
		return "The ID"
	}
	return "The " + words
}

// Sentence makes a description of the name of an action.
func Sentence(name string) string {
	words := strings.ReplaceAll(name, "_", " ")
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:] + "."
}

// Pagings are the ways of paging that a manifest declares.
func Pagings(file string, src []byte) []string {
	m, _ := manifest.Load(file, src)
	if m == nil {
		return nil
	}
	return manifest.Names(m.Paging)
}

// AddAction returns a manifest with one more action behind the others. A
// manifest with faults is refused with its [manifest.Diagnostics]; an action that
// would have faults, with the first of them.
func AddAction(file string, src []byte, a Action) ([]byte, error) {
	if _, faults := generator.Load(file, src); len(faults) > 0 {
		return nil, faults
	}
	root, err := parse(src)
	if err != nil {
		return nil, err
	}
	at, err := endOfActions(root, src)
	if err != nil {
		return nil, err
	}
	out := slices.Concat(src[:at.offset], a.text(at), src[at.offset:])
	if _, faults := generator.Load(file, out); len(faults) > 0 {
		return nil, asAnswer(faults)
	}
	if after, err := parse(out); err != nil || !oneMore(root, after, a.Name) {
		return nil, errors.New("the end of the actions cannot be found; write the action there by hand")
	}
	return out, nil
}

func parse(src []byte) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(bytes.TrimPrefix(src, []byte("\uFEFF")), &doc); err != nil {
		return nil, err
	}
	return doc.Content[0], nil
}

// oneMore reports whether a manifest is another with an action of that name at
// the end, and nothing else.
func oneMore(before, after *yaml.Node, name string) bool {
	list := actionsOf(after)
	n := len(list.Content)
	if n < 2 || list.Content[n-2].Value != name {
		return false
	}
	list.Content = list.Content[:n-2]
	return same(before, after)
}

// actionsOf is the value of the key actions.
func actionsOf(root *yaml.Node) *yaml.Node {
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value == "actions" {
			return root.Content[i+1]
		}
	}
	return &yaml.Node{}
}

// same reports whether two nodes mean the same.
func same(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Tag == b.Tag && a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, same)
}

// Check tells what is wrong with the answers that there are.
func (a Action) Check(file string, src []byte) error {
	if a.Request == "" {
		a.Request = "DELETE /"
	}
	if a.Kind == "" {
		a.Kind = "none"
	}
	if a.Description == "" {
		a.Description = "Said later."
	}
	_, err := AddAction(file, src, a)
	return err
}

// spot is where the next action goes, and how the others are written.
type spot struct {
	offset   int
	indent   int    // of the names of actions
	step     int    // further, for each level inside
	blank    bool   // an empty line stands between actions
	newline  string // the end of a line
	unclosed bool   // the last line has none
}

func endOfActions(root *yaml.Node, src []byte) (spot, error) {
	list, next := actionsOf(root), 0 // the line of what follows
	for i := 0; i+2 < len(root.Content); i += 2 {
		if root.Content[i+1] == list {
			next = root.Content[i+2].Line
		}
	}
	if root.Style&yaml.FlowStyle != 0 || list.Style&yaml.FlowStyle != 0 {
		return spot{}, errors.New("the actions are in braces; write each on lines of its own first")
	}
	lines := bytes.SplitAfter(src, []byte("\n"))
	if next == 0 {
		next = len(lines) + 1
	}
	s := spot{indent: list.Content[0].Column - 1, step: 2, newline: "\n"}
	if bytes.Contains(src, []byte("\r\n")) {
		s.newline = "\r\n"
	}
	for i := 1; i < len(list.Content); i += 2 {
		if a := list.Content[i]; a.Style&yaml.FlowStyle == 0 && a.Kind == yaml.MappingNode {
			s.step = a.Column - 1 - s.indent
			break
		}
	}
	// What stands at the margin behind the last action belongs to what follows.
	last := next - 1
	for last > list.Content[len(list.Content)-1].Line && atMargin(lines[last-1], s.indent) {
		last--
	}
	for _, l := range lines[:last] {
		s.offset += len(l)
	}
	s.unclosed = !bytes.HasSuffix(src[:s.offset], []byte("\n"))
	s.blank = blankBetween(list, lines)
	return s, nil
}

// atMargin reports whether a line is empty, or a comment left of the actions.
func atMargin(line []byte, indent int) bool {
	text := bytes.TrimLeft(line, " ")
	return len(bytes.TrimSpace(text)) == 0 || text[0] == '#' && len(line)-len(text) < indent
}

// blankBetween reports whether the author leaves a line between actions; with one
// action nobody knows, and it reads better.
func blankBetween(list *yaml.Node, lines [][]byte) bool {
	if len(list.Content) < 4 {
		return true
	}
	line := list.Content[len(list.Content)-2].Line - 2 // the one before the last name
	for line > 0 && bytes.HasPrefix(bytes.TrimSpace(lines[line]), []byte("#")) {
		line--
	}
	return len(bytes.TrimSpace(lines[line])) == 0
}

var braces = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)

// text writes the action.
func (a Action) text(at spot) []byte {
	var b strings.Builder
	if at.unclosed {
		b.WriteString(at.newline)
	}
	if at.blank {
		b.WriteString(at.newline)
	}
	line := func(level int, text string) {
		b.WriteString(strings.Repeat(" ", at.indent+level*at.step) + text + at.newline)
	}
	line(0, a.Name+":")
	line(1, "description: "+quote(sentence(a.Description)))
	line(1, "request: "+requestText(a.Request))
	if params := a.params(); len(params) > 0 {
		line(1, "parameters:")
		for _, p := range params {
			line(2, p.text())
		}
	}
	if a.Paging != "" {
		line(1, "paging: "+quote(a.Paging))
	}
	if a.Kind == "none" {
		line(1, "returns: none")
	} else {
		line(1, fmt.Sprintf("returns: { data: { %s: %s } }", a.Kind, quote(a.Path)))
	}
	if a.Docs != "" {
		line(1, "docs: "+quote(a.Docs))
	}
	return []byte(b.String())
}

// requestText writes a request as it stands where it can stand so.
func requestText(request string) string {
	if plainRequest.MatchString(request) {
		return request
	}
	return quote(request)
}

var plainRequest = regexp.MustCompile(`^[A-Z]+ /[A-Za-z0-9_./{}~-]*$`)

// params are the parameters of the path, in its order, and then the others.
func (a Action) params() (out []Param) {
	for _, m := range braces.FindAllStringSubmatch(a.Request, -1) {
		p := Param{Name: m[1], Type: "string", Description: describe(m[1])}
		if i := slices.IndexFunc(a.Params, func(x Param) bool { return x.Name == p.Name }); i >= 0 {
			p = a.Params[i]
			p.In, p.Required = "", false // the path says it
		}
		if !slices.ContainsFunc(out, func(x Param) bool { return x.Name == p.Name }) {
			out = append(out, p)
		}
	}
	inPath := len(out)
	for _, p := range a.Params {
		if !slices.ContainsFunc(out[:inPath], func(x Param) bool { return x.Name == p.Name }) {
			out = append(out, p)
		}
	}
	return out
}

func (p Param) text() string {
	var parts []string
	if p.In != "" {
		parts = append(parts, "in: "+quote(p.In))
	}
	if p.Type != "string" {
		parts = append(parts, "type: "+quote(p.Type))
	}
	if p.Required {
		parts = append(parts, "required: true")
	}
	parts = append(parts, "description: "+quote(p.Description))
	return fmt.Sprintf("%s: { %s }", p.Name, strings.Join(parts, ", "))
}

// sentence ends a text with a full stop.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}
