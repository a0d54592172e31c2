// From YAML nodes to the types of manifest.go. The shape has been checked
// before: what does not fit has been reported and is left out here.

package manifest

import (
	"strconv"

	"gopkg.in/yaml.v3"
)

func decode(file string, n *yaml.Node) *Manifest {
	return &Manifest{
		File:       file,
		Name:       text(n, "name"),
		Title:      text(n, "title"),
		Version:    text(n, "version"),
		Author:     text(n, "author"),
		Logo:       text(n, "logo"),
		AppURL:     text(n, "app_url"),
		Docs:       text(n, "docs"),
		Overview:   text(n, "overview"),
		Categories: list(child(n, "categories"), textOf),
		Limits:     list(child(n, "limits"), textOf),
		BaseURL:    text(n, "base_url"),
		Headers:    named(child(n, "headers"), textOf),
		Auth:       named(child(n, "auth"), authScheme),
		Errors:     errorsOf(child(n, "errors")),
		Texts:      textsOf(child(n, "texts")),
		Budgets:    list(child(n, "budgets"), budget),
		Paging:     named(child(n, "paging"), paging),
		Bodies:     named(child(n, "bodies"), body),
		Groups:     named(child(n, "groups"), group),
		Actions:    named(child(n, "actions"), action),
	}
}

func textOf(n *yaml.Node) Text {
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return Text{}
	}
	return Text{Value: n.Value, Pos: posOf(n), Style: uint32(n.Style)}
}

func text(n *yaml.Node, key string) Text { return textOf(child(n, key)) }

func intOf(n *yaml.Node) Int {
	if n == nil {
		return Int{}
	}
	i, err := strconv.Atoi(n.Value)
	if err != nil {
		return Int{}
	}
	return Int{i, posOf(n)}
}

func flag(n *yaml.Node, key string) (bool, Pos) {
	if c := child(n, key); c != nil {
		return c.Value == "true", posOf(c)
	}
	return false, Pos{}
}

func list[T any](n *yaml.Node, of func(*yaml.Node) T) []T {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	out := make([]T, len(n.Content))
	for i, c := range n.Content {
		out[i] = of(c)
	}
	return out
}

func named[T any](n *yaml.Node, of func(*yaml.Node) T) (out []Named[T]) {
	unique(n, func(k, v *yaml.Node) { out = append(out, Named[T]{textOf(k), of(v)}) })
	return out
}

// unique is members without keys that have been reported: those that are no
// text, and repeated ones.
func unique(n *yaml.Node, f func(key, value *yaml.Node)) {
	seen := make(map[string]bool)
	members(n, func(k, v *yaml.Node) {
		if k.Kind == yaml.ScalarNode && k.Tag == "!!str" && !seen[k.Value] {
			seen[k.Value] = true
			f(k, v)
		}
	})
}

func authScheme(n *yaml.Node) *AuthScheme {
	send, test := child(n, "send"), child(n, "test")
	return &AuthScheme{
		Type: text(n, "type"), Title: text(n, "title"), Description: text(n, "description"),
		Steps:  list(child(n, "steps"), textOf),
		Fields: named(child(n, "fields"), authField),
		Header: text(send, "header"), Value: text(send, "value"),
		TestRequest: text(test, "request"), TestSuccess: list(child(test, "success"), intOf),
	}
}

func authField(n *yaml.Node) *AuthField {
	return &AuthField{
		Title: text(n, "title"), Description: text(n, "description"), Env: text(n, "env"),
		Missing: text(n, "missing"), Format: text(n, "format"), AboutURL: text(n, "about_url"),
	}
}

func errorsOf(n *yaml.Node) Errors {
	return Errors{Failure: text(n, "failure"), Messages: list(child(n, "messages"), func(n *yaml.Node) Message {
		return Message{Path: text(n, "path"), Text: list(child(n, "text"), textOf)}
	})}
}

func textsOf(n *yaml.Node) Texts {
	return Texts{Status: text(n, "status"), Timeout: text(n, "timeout"), Failed: text(n, "failed")}
}

func budget(n *yaml.Node) Budget {
	return Budget{
		Pos: posOf(n), Calls: intOf(child(n, "calls")), Per: text(n, "per"),
		Limit: text(n, "limit"), Remaining: text(n, "remaining"), Reset: text(n, "reset"),
	}
}

func paging(n *yaml.Node) *Paging {
	return &Paging{
		Mode: text(n, "mode"), Page: text(n, "page"), Size: text(n, "size"), Next: text(n, "next"), Current: text(n, "current"),
		First: intOf(child(n, "first")), Items: intOf(child(n, "items")),
	}
}

func body(n *yaml.Node) *Body {
	return &Body{
		MediaType: text(n, "media_type"), Parameters: text(n, "parameters"),
		Constants: named(child(n, "constants"), textOf),
	}
}

func group(n *yaml.Node) []Named[*Parameter] {
	params := named(n, parameter)
	for _, p := range params {
		p.Value.Name = p.Name
	}
	return params
}

func parameter(n *yaml.Node) *Parameter {
	pairs := child(child(n, "encode"), "pairs")
	p := &Parameter{
		Description: text(n, "description"), Type: text(n, "type"), In: text(n, "in"),
		Wire: text(n, "wire"), Omit: text(n, "omit"),
		PairsKey: text(pairs, "key"), PairsValue: text(pairs, "value"),
	}
	p.Required, p.RequiredPos = flag(n, "required")
	return p
}

func action(n *yaml.Node) *Action {
	a := &Action{
		Description: text(n, "description"), Request: text(n, "request"), Auth: text(n, "auth"),
		Body: text(n, "body"), Paging: text(n, "paging"), Docs: text(n, "docs"),
		Success: list(child(n, "success"), intOf),
	}
	a.Repeatable, a.RepeatablePos = flag(n, "repeatable")
	unique(child(n, "parameters"), func(k, v *yaml.Node) { a.Entries = append(a.Entries, entry(k, v)) })
	returns := child(n, "returns")
	a.ReturnsNone = returns != nil && returns.Kind == yaml.ScalarNode
	members(returns, func(field, output *yaml.Node) {
		a.Field = textOf(field)
		members(output, func(kind, path *yaml.Node) { a.Kind, a.Path = textOf(kind), textOf(path) })
	})
	return a
}

// entry is a parameter, or `+group` with what the action changes in it.
func entry(k, v *yaml.Node) Entry {
	name := textOf(k)
	if len(name.Value) == 0 || name.Value[0] != '+' {
		p := parameter(v)
		p.Name = name
		return Entry{Parameter: p}
	}
	g := &GroupUse{Name: Text{Value: name.Value[1:], Pos: name.Pos}}
	required := child(v, "required")
	g.All = required != nil && required.Kind == yaml.ScalarNode
	g.Required = list(required, textOf)
	return Entry{Group: g}
}
