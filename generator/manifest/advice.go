// Advice on style: what works and could be better. A manifest is never refused
// for it. A comment `# allow: CODE` in the line, or alone in the line above, says that
// something is meant as it is.

package manifest

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// Advice looks at the style of a manifest. One that cannot be read gets none:
// [Load] says why.
func Advice(file string, src []byte) Diagnostics {
	r := &Report{File: file}
	root := r.read(src)
	if root == nil || root.Kind != yaml.MappingNode {
		return nil
	}
	actions := child(root, "actions")
	r.adviseUnused(root)
	r.adviseRepeated(actions)
	members(actions, func(name, a *yaml.Node) { r.adviseAction(root, name, a) })
	members(child(root, "groups"), func(_, group *yaml.Node) { members(group, r.adviseParameter) })
	r.Advice = slices.DeleteFunc(r.Advice, r.allowed)
	return r.Advice.Sorted().Spanned(src)
}

func (r *Report) adviseAction(root, name, a *yaml.Node) {
	if a.Kind != yaml.MappingNode {
		return
	}
	r.adviseName(name)
	if child(a, "docs") == nil {
		r.Advise(posOf(name), "add `docs: …`", "%s does not say where it is documented", quote(name.Value))
	}
	description := child(a, "description")
	if textIn(description) != "" && !strings.ContainsAny(lastCharacter(description.Value), ".!?…") {
		r.Advise(posOf(description), "end it with a full stop", "the description of %s is not a sentence", quote(name.Value))
	}
	if at := listOf(a); at != nil && child(a, "paging") == nil && listing.MatchString(name.Value) && !pagedByHand(root, a) {
		r.Advise(posOf(at), "name its `paging`, or say `# allow: list-without-paging` when the API gives the whole list at once", "%s returns a list without paging", quote(name.Value))
	}
	members(child(a, "parameters"), r.adviseParameter)
}

// verbs are what actions do most. A name that ends with one has it in the wrong
// place; one that begins otherwise may still begin with a verb.
var verbs = []string{"add", "archive", "cancel", "create", "delete", "export", "find", "get", "list", "read", "remove", "search", "send", "update", "upload"}

func (r *Report) adviseName(name *yaml.Node) {
	words := strings.Split(name.Value, "_")
	last := words[len(words)-1]
	switch {
	case len(words) > 1 && slices.Contains(verbs, last) && !slices.Contains(verbs, words[0]):
		r.Advise(posOf(name), "call it "+last+"_"+strings.Join(words[:len(words)-1], "_"), "the name of an action begins with its verb, and %s does not", quote(name.Value))
	case len(words) == 1 && slices.Contains(verbs, last):
		r.Advise(posOf(name), "say of what: "+last+"_items", "the action %s is a verb alone", quote(name.Value))
	}
}

// listOf returns the key of the list that an action is about: the first field of
// its result, where that is a list and not found in one.
func listOf(a *yaml.Node) (at *yaml.Node) {
	returns := child(a, "returns")
	if returns == nil || len(returns.Content) < 2 || child(returns.Content[1], "find") != nil {
		return nil
	}
	members(returns.Content[1], func(kind, _ *yaml.Node) {
		if kind.Value == "list" {
			at = kind
		}
	})
	return at
}

// listing is how actions are called that list what there is; others, such as
// reports, return lists that nobody pages.
var listing = regexp.MustCompile(`^(list|search|find)_`)

// pages is how parameters are called by which callers ask for a page themselves.
var pages = regexp.MustCompile(`(^|[_.\[-])(page|offset|cursor|limit|after|start|size|skip)($|[_.\]-])`)

// pagedByHand reports whether callers ask for pages themselves, by parameters of
// the action or of a group that it takes in.
func pagedByHand(root, a *yaml.Node) (found bool) {
	look := func(name, p *yaml.Node) {
		found = found || pages.MatchString(name.Value) || pages.MatchString(textIn(child(p, "wire")))
	}
	members(child(a, "parameters"), func(name, p *yaml.Node) {
		if group, ok := strings.CutPrefix(name.Value, "+"); ok {
			members(child(child(root, "groups"), group), look)
			return
		}
		look(name, p)
	})
	return found
}

// values is how descriptions speak of a closed list.
var values = regexp.MustCompile(`(?i)\b(one of|(allowed|possible|valid|supported) values|either \S+ or)\b`)

func (r *Report) adviseParameter(name, p *yaml.Node) {
	description := child(p, "description")
	if textIn(description) == "" {
		return
	}
	if letters(description.Value) == letters(name.Value) {
		r.Advise(posOf(description), "say what it is for, with an example of a value", "the description of %s only repeats its name", quote(name.Value))
	}
	if values.MatchString(description.Value) && child(p, "enum") == nil && child(p, "values") == nil && isText(p) {
		r.Advise(posOf(description), "declare them: `enum: [a, b]`", "the description of %s lists the values that it may have", quote(name.Value))
	}
}

func isText(p *yaml.Node) bool {
	t := textIn(child(p, "type"))
	return t == "" || t == "string"
}

func (r *Report) adviseRepeated(actions *yaml.Node) {
	first := make(map[string]*yaml.Node)
	members(actions, func(name, a *yaml.Node) {
		description := child(a, "description")
		text := textIn(description)
		if before := first[text]; before != nil && text != "" {
			r.Advise(posOf(description), "say in what they differ", "%s and %s are described in the same words", quote(before.Value), quote(name.Value))
			return
		}
		first[text] = name
	})
}

// adviseUnused looks for declarations whose name stands nowhere else.
func (r *Report) adviseUnused(root *yaml.Node) {
	uses := make(map[string]int)
	countUses(root, uses)
	for _, what := range []struct{ key, one string }{
		{"hosts", "host"}, {"paging", "paging"}, {"bodies", "body"}, {"types", "type"}, {"groups", "group"}, {"auth", "auth scheme"},
	} {
		first := true
		members(child(root, what.key), func(name, _ *yaml.Node) {
			use := name.Value
			if what.key == "groups" {
				use = "+" + use
			}
			if uses[use] == 0 && (what.key != "auth" || !first) {
				r.Advise(posOf(name), "remove it, or use it", "no action uses the %s %s", what.one, quote(name.Value))
			}
			first = false
		})
	}
}

// countUses counts the words of every value, and the groups that are taken in.
func countUses(n *yaml.Node, uses map[string]int) {
	if n.Kind == yaml.ScalarNode {
		for _, word := range strings.FieldsFunc(n.Value, func(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
			uses[word]++
		}
	}
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			countUses(c, uses)
		} else if strings.HasPrefix(c.Value, "+") {
			uses[c.Value]++
		}
	}
}

var allowance = regexp.MustCompile(`#.*\ballow: ([a-z0-9, -]+)`)

// allowed reports whether a comment allows what d advises against.
func (r *Report) allowed(d Diagnostic) bool {
	for _, n := range []int{d.Pos.Line, d.Pos.Line - 1} {
		if n < 1 || n > len(r.lines) {
			continue
		}
		line := r.lines[n-1]
		if n < d.Pos.Line && !strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		if m := allowance.FindStringSubmatch(line); m != nil && slices.Contains(strings.FieldsFunc(m[1], func(c rune) bool { return c == ',' || c == ' ' }), d.Rule) {
			return true
		}
	}
	return false
}

func textIn(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return strings.TrimSpace(n.Value)
}

func lastCharacter(s string) string {
	r := []rune(strings.TrimRight(s, "\"'`)]}» \n"))
	return string(r[max(len(r)-1, 0):])
}

// letters is a text without case, spaces and signs.
func letters(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, s)
}
