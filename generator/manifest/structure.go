// The first check of a manifest: its shape. Every node is held against the rule
// of the language for its place; scalars are read as the rule says, not as YAML
// guesses.

package manifest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

func posOf(n *yaml.Node) Pos { return Pos{n.Line, n.Column} }

// structure holds node n against rule r. name is how messages call the node; at
// is where a fault is reported that has no place of its own.
func (r *Report) structure(n *yaml.Node, rule *Rule, name string, at Pos) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		r.Add(posOf(n), "write it out, or share it by name: groups, bodies, paging", "anchors and aliases are not part of the language")
	}
	switch {
	case n.Kind == yaml.AliasNode:
	case n.Style&yaml.TaggedStyle != 0:
		r.Add(posOf(n), "remove it", "the tag %s is not part of the language", n.Tag)
	case rule.Any && !rule.Scalar:
		r.anything(n, name, 0)
	case rule.AnyOf != nil:
		r.anyOf(n, rule, name, at)
	case rule.Type == "object":
		r.mapping(n, rule, name, at)
	case rule.Type == "array":
		r.sequence(n, rule, name)
	default:
		r.scalar(n, rule, name)
	}
}

// maxValueDepth bounds the values of a manifest.
const maxValueDepth = 50

// anything holds a node against JSON: what stands in a manifest as a value must
// be one in JSON too.
func (r *Report) anything(n *yaml.Node, name string, depth int) {
	switch {
	case depth > maxValueDepth:
		r.Add(posOf(n), "make it flatter", "%s is nested more than %d deep", name, maxValueDepth)
	case n.Kind == yaml.MappingNode:
		r.anyMapping(n, name, depth)
	case n.Kind == yaml.SequenceNode:
		if !r.tooMany(n, name, len(n.Content)) {
			for i, e := range n.Content {
				r.anyNode(e, fmt.Sprintf("entry %d of %s", i+1, name), depth+1)
			}
		}
	case n.Kind == yaml.ScalarNode:
		r.anyScalar(n, name)
	}
}

// anyNode is anything for a node inside a value.
func (r *Report) anyNode(n *yaml.Node, name string, depth int) {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.Add(posOf(n), "write it out", "anchors and aliases are not part of the language")
	case n.Style&yaml.TaggedStyle != 0:
		r.Add(posOf(n), "remove it", "the tag %s is not part of the language", n.Tag)
	default:
		r.anything(n, name, depth)
	}
}

func (r *Report) anyMapping(n *yaml.Node, name string, depth int) {
	if r.tooMany(n, name, len(n.Content)/2) {
		return
	}
	var first keyNodes
	members(n, func(k, v *yaml.Node) {
		switch before := first.named(k.Value); {
		case r.full():
		case k.Kind != yaml.ScalarNode || k.Anchor != "" || k.Style&yaml.TaggedStyle != 0 || k.Tag != "!!str":
			r.Add(posOf(k), "put it in quotes", "a key must be text, but this is %s", kind(k))
		case r.badCharacter(k, false):
		case before != nil:
			r.Add(posOf(k), "remove one of them", "%s stands here twice, first in line %d", quote(k.Value), before.Line)
		default:
			first.add(k)
			r.anyNode(v, quote(k.Value), depth+1)
		}
	})
}

// anyScalar refuses what YAML reads otherwise than JSON would.
func (r *Report) anyScalar(n *yaml.Node, name string) {
	switch n.Tag {
	case "!!str":
		r.badCharacter(n, true)
	case "!!null":
	case "!!bool":
		if n.Value != "true" && n.Value != "false" {
			r.Add(posOf(n), "write true or false, or put it in quotes", "%s is %s", name, quote(n.Value))
		}
	default:
		if !json.Valid([]byte(n.Value)) {
			r.Add(posOf(n), fmt.Sprintf("write a plain number, or put it in quotes: %q", clip(n.Value)), "%s is %s, which JSON does not know", name, kind(n))
		}
	}
}

// anyOf picks the alternative for the node's kind.
func (r *Report) anyOf(n *yaml.Node, rule *Rule, name string, at Pos) {
	var wants []string
	for _, alternative := range rule.AnyOf {
		if kindFits(n, alternative.Type) {
			r.structure(n, alternative, name, at)
			return
		}
		wants = append(wants, wanted(alternative))
	}
	r.Add(posOf(n), "", "%s must be %s, but it is %s", name, strings.Join(wants, " or "), kind(n))
}

func kindFits(n *yaml.Node, typ string) bool {
	switch typ {
	case "object":
		return n.Kind == yaml.MappingNode
	case "array":
		return n.Kind == yaml.SequenceNode
	}
	return n.Kind == yaml.ScalarNode && n.Tag != "!!null"
}

func (r *Report) mapping(n *yaml.Node, rule *Rule, name string, at Pos) {
	if n.Kind != yaml.MappingNode {
		r.Add(posOf(n), "", "%s must be %s, but it is %s", name, wanted(rule), kind(n))
		return
	}
	if r.tooMany(n, name, len(n.Content)/2) {
		return
	}
	var first keyNodes
	members(n, func(k, v *yaml.Node) {
		if r.full() || !r.goodKey(k) {
			return
		}
		if before := first.named(k.Value); before != nil {
			r.Add(posOf(k), "remove one of them", "%s stands here twice, first in line %d", quote(k.Value), before.Line)
			return
		}
		first.add(k)
		sub := rule.key(k.Value)
		if sub == nil {
			r.unknownKey(k, rule, name)
			return
		}
		r.structure(v, sub, quote(k.Value), posOf(k))
	})
	for _, key := range rule.Required {
		if first.named(key) == nil && !r.full() {
			r.Add(at, "add `"+key+": …`", "%s has no %s", name, quote(key))
		}
	}
	r.count(n, rule, name, len(n.Content)/2, "entries")
}

// keyNodes are the keys of a mapping, each where it stands first. Most mappings have
// a few, which are found sooner in a list than in a map.
type keyNodes struct {
	few   [8]*yaml.Node
	n     int
	index map[string]*yaml.Node // of more than a few
}

func (s *keyNodes) add(k *yaml.Node) {
	if s.n < len(s.few) {
		s.few[s.n] = k
		s.n++
		return
	}
	if s.index == nil {
		s.index = make(map[string]*yaml.Node)
	}
	s.index[k.Value] = k
}

func (s *keyNodes) named(name string) *yaml.Node {
	for _, k := range s.few[:s.n] {
		if k.Value == name {
			return k
		}
	}
	return s.index[name]
}

// maxKey bounds keys; names of actions become names of files.
const maxKey = 64

// goodKey refuses keys that are not plain text.
func (r *Report) goodKey(k *yaml.Node) bool {
	switch {
	case k.Kind == yaml.AliasNode || k.Anchor != "" || k.Tag == "!!merge":
		r.Add(posOf(k), "write it out, or share it by name: groups, bodies, paging", "anchors, aliases and merge keys are not part of the language")
	case k.Style&yaml.TaggedStyle != 0:
		r.Add(posOf(k), "remove it", "the tag %s is not part of the language", k.Tag)
	case k.Kind != yaml.ScalarNode || k.Tag != "!!str":
		r.Add(posOf(k), "put it in quotes if it is meant as text", "a key must be text, but this is %s", kind(k))
	case utf8.RuneCountInString(k.Value) > maxKey:
		r.Add(posOf(k), fmt.Sprintf("use at most %d", maxKey), "the key %s is %d characters long", quote(k.Value), utf8.RuneCountInString(k.Value))
	case r.badCharacter(k, false):
	default:
		return true
	}
	return false
}

// unknownKey tells what may stand in a mapping: its keys, or the form of the
// names that authors choose.
func (r *Report) unknownKey(k *yaml.Node, rule *Rule, name string) {
	if len(rule.Keys) == 0 {
		r.Add(posOf(k), "write "+nameForm(rule), "%s cannot be the name of an entry of %s", quote(k.Value), name)
		return
	}
	r.Add(posOf(k), DidYouMean(k.Value, rule.names()), "%s has no key %s", name, quote(k.Value))
}

// nameForm says what names a mapping takes.
func nameForm(rule *Rule) string {
	switch rule.Patterns[0].Pattern.String() {
	case `^[a-z][a-z0-9_]*$`:
		return "it with lower-case letters, digits and underscores, a letter first"
	case `^[^.\s]+(\.[^.\s]+)*$`:
		return "a path of member names joined with dots: data.type"
	case `^[A-Za-z_@][A-Za-z0-9_@:-]*$`:
		return "the name of a member: letters, digits, _ @ : -"
	case `^[!-~]+$`:
		return "visible ASCII characters without spaces"
	case `^.+$`:
		return "some text"
	}
	return "the name of a header, such as Accept"
}

func (r *Report) sequence(n *yaml.Node, rule *Rule, name string) {
	if n.Kind != yaml.SequenceNode {
		r.Add(posOf(n), "write [a, b], or each in a line of its own after a dash", "%s must be a list, but it is %s", name, kind(n))
		return
	}
	if r.tooMany(n, name, len(n.Content)) {
		return
	}
	for i, element := range n.Content {
		r.structure(element, rule.Items, fmt.Sprintf("entry %d of %s", i+1, name), posOf(element))
	}
	r.count(n, rule, name, len(n.Content), "entries")
}

func (r *Report) scalar(n *yaml.Node, rule *Rule, name string) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		r.Add(posOf(n), "", "%s must be %s, but it is %s", name, wanted(rule), kind(n))
		return
	}
	if rule.Scalar {
		r.anyScalar(n, name)
		return
	}
	switch rule.Type {
	case "integer":
		r.integer(n, rule, name)
	case "number":
		if n.Tag != "!!int" && n.Tag != "!!float" || !json.Valid([]byte(n.Value)) {
			r.Add(posOf(n), unquoted(n, "write a plain number, such as 10 or 0.5"), "%s must be a number, but it is %s", name, kind(n))
		}
	case "boolean":
		if n.Tag != "!!bool" || n.Value != "true" && n.Value != "false" {
			r.Add(posOf(n), unquoted(n, "write true or false"), "%s must be true or false, but it is %s", name, kind(n))
		}
	default:
		r.text(n, rule, name)
	}
}

func (r *Report) integer(n *yaml.Node, rule *Rule, name string) {
	i, err := strconv.Atoi(n.Value)
	if n.Tag != "!!int" || err != nil || strconv.Itoa(i) != n.Value {
		r.Add(posOf(n), unquoted(n, "write digits only"), "%s must be a whole number, but it is %s", name, kind(n))
		return
	}
	switch {
	case rule.Const != "" && n.Value != rule.Const:
		r.Add(posOf(n), "write "+rule.Const, "%s must be %s", name, rule.Const)
	case rule.Min != nil && i < *rule.Min:
		r.Add(posOf(n), "", "%s must be at least %d, but it is %d", name, *rule.Min, i)
	case rule.Max != nil && i > *rule.Max:
		r.Add(posOf(n), "", "%s must be at most %d, but it is %d", name, *rule.Max, i)
	}
}

// unquoted is the cure for a number or a boolean that is written as a text.
func unquoted(n *yaml.Node, otherwise string) string {
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		return "write it without quotes"
	}
	return otherwise
}

func (r *Report) text(n *yaml.Node, rule *Rule, name string) {
	if n.Tag != "!!str" {
		cure := fmt.Sprintf("put it in quotes if that is what you mean: %q", n.Value)
		if rule.Pattern != nil && !rule.Pattern.MatchString(n.Value) {
			cure = "write " + rule.Hint
		}
		r.Add(posOf(n), cure, "%s must be text, but it is %s", name, kind(n))
		return
	}
	if r.badCharacter(n, rule.Multiline) {
		return
	}
	length := utf8.RuneCountInString(n.Value)
	switch {
	case rule.Enum != nil && !contains(rule.Enum, n.Value):
		r.Add(posOf(n), DidYouMean(n.Value, rule.Enum), "%s cannot be %s", name, quote(n.Value))
	case strings.TrimSpace(n.Value) == "" && rule.Min != nil:
		r.Add(posOf(n), "write something, or remove the key", "%s is empty", name)
	case rule.Max != nil && length > *rule.Max:
		r.Add(posOf(n), fmt.Sprintf("use at most %d", *rule.Max), "%s is %d characters long", name, length)
	case rule.Pattern != nil && !rule.Pattern.MatchString(n.Value):
		r.Add(posOf(n), "write "+rule.Hint, "%s cannot be %s", name, quote(n.Value))
	}
}

// badCharacter refuses characters that nobody sees: controls, and those that
// reorder or hide text. They have no use in a manifest and plenty in an attack.
func (r *Report) badCharacter(n *yaml.Node, multiline bool) bool {
	for _, c := range n.Value {
		switch {
		case c == '\n' && multiline, c == '\t' && multiline:
		case c == '\n':
			r.Add(posOf(n), "write it on one line", "a line break cannot stand here")
			return true
		case unicode.IsControl(c), unicode.In(c, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co), c == utf8.RuneError:
			r.Add(posOf(n), "remove it", "the invisible character U+%04X cannot stand in a text", c)
			return true
		}
	}
	return false
}

// maxEntries bounds every mapping and list, so that nobody waits for a manifest
// that is no manifest.
const maxEntries = 10_000

func (r *Report) tooMany(n *yaml.Node, name string, have int) bool {
	if have > maxEntries {
		r.huge = true
		r.Add(posOf(n), fmt.Sprintf("keep it under %d", maxEntries), "%s has %d entries", name, have)
	}
	return have > maxEntries
}

func (r *Report) count(n *yaml.Node, rule *Rule, name string, have int, what string) {
	if rule.Min != nil && have < *rule.Min {
		r.Add(posOf(n), fmt.Sprintf("it needs at least %d", *rule.Min), "%s has %d %s", name, have, what)
	}
	if rule.Max != nil && have > *rule.Max {
		r.Add(posOf(n), fmt.Sprintf("it takes at most %d", *rule.Max), "%s has %d %s", name, have, what)
	}
}

// wanted names what a rule asks for.
func wanted(rule *Rule) string {
	switch rule.Type {
	case "object":
		return "a mapping (key: value)"
	case "array":
		return "a list"
	case "integer":
		return "a whole number"
	case "number":
		return "a number"
	case "boolean":
		return "true or false"
	}
	if rule.Scalar {
		return "text, a number or a boolean"
	}
	if len(rule.Enum) > 0 {
		return "one of " + strings.Join(rule.Enum, ", ")
	}
	return "text"
}

// kind names what a node is.
func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	switch n.Tag {
	case "!!null":
		return "empty"
	case "!!bool":
		return "a boolean (" + clip(n.Value) + ")"
	case "!!int", "!!float":
		return "a number (" + clip(n.Value) + ")"
	case "!!timestamp":
		return "a date (" + clip(n.Value) + ")"
	}
	return "the text " + quote(n.Value)
}

// quote shows a text in a message: on one line, bounded, nothing invisible.
func quote(s string) string { return strconv.Quote(clip(s)) }

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
