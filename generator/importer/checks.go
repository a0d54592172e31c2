// Checks and defaults: what a schema allows, as far as the language can say it and
// as far as it does not contradict itself.

package importer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	oas "github.com/pb33f/go-yaml"
	"gopkg.in/yaml.v3"
)

// values takes the checks and defaults of a schema, those that the language can
// say and that do not contradict each other.
func (d *draft) values(p *parameter, s *schema, say func(message string)) {
	of := s
	if p.typ == "array" && s.kind() == "array" {
		items := d.of(s.items)
		if k := items.kind(); k != "" && k != "array" {
			p.items, of = k, items
		}
		p.length(s.minItems, s.maxItems)
	}
	p.enum = enumOf(of, first(p.items, p.typ))
	switch p.typ {
	case "string":
		p.length(s.minLen, s.maxLen)
		p.expression(s.pattern, say)
	case "integer", "number":
		p.bounds(s)
	}
	p.presets(s, say)
}

// enumOf are the values that a schema allows, once each and of one type.
func enumOf(s *schema, typ string) (out []*yaml.Node) {
	nodes := s.enum
	if s.constant != nil {
		nodes = []*oas.Node{s.constant}
	}
	if typ == "object" || typ == "array" || len(nodes) > maxValue*4 {
		return nil
	}
	seen := make(map[string]bool)
	for _, n := range nodes {
		v := value(n)
		if v == nil || v.Kind != yaml.ScalarNode || v.Tag == "!!null" || v.Value == "" && len(nodes) == 1 {
			continue
		}
		v = convert(v, typ)
		if v == nil {
			return nil
		}
		if !seen[v.Value] {
			seen[v.Value] = true
			out = append(out, v)
		}
	}
	return out
}

// convert makes a value one of a type, or nil where it is none.
func convert(v *yaml.Node, typ string) *yaml.Node {
	if typ == "any" || typ == "" {
		return v
	}
	switch {
	case typ == "array" && v.Kind == yaml.SequenceNode, typ == "object" && v.Kind == yaml.MappingNode:
		return v
	case v.Kind != yaml.ScalarNode || v.Tag == "!!null":
		return nil
	case typ == "string":
		return text(v.Value)
	case typ == "boolean":
		if s := strings.ToLower(v.Value); s == "true" || s == "false" {
			return boolean(s == "true")
		}
	case typ == "integer" || typ == "number":
		n := number(v.Value)
		if n != nil && (typ == "number" || n.Tag == "!!int") {
			return n
		}
	}
	return nil
}

const maxLength = 1_000_000

func (p *parameter) length(least, most *int64) {
	if least != nil && *least >= 1 && *least <= maxLength {
		p.minLen = int(*least)
	}
	if most != nil && *most >= 1 && *most <= maxLength && int(*most) >= p.minLen {
		p.maxLen = int(*most)
	}
}

// expression takes a pattern that RE2 knows.
func (p *parameter) expression(pattern string, say func(string)) {
	if pattern == "" || p.file != nil {
		return
	}
	if _, err := regexp.Compile(pattern); err != nil || visible(pattern) != pattern || strings.Contains(pattern, "\n") || len(pattern) > maxLine || strings.TrimSpace(pattern) == "" {
		say("the pattern " + quoted(clip(visible(pattern), 60)) + " is none of RE2, so it is not checked")
		return
	}
	p.pattern = pattern
}

func (p *parameter) bounds(s *schema) {
	if s.min != nil && s.max != nil && *s.min > *s.max {
		return
	}
	if s.min != nil {
		p.min = decimal(*s.min)
	}
	if s.max != nil {
		p.max = decimal(*s.max)
		p.limit = int(min(*s.max, 1e9))
	}
}

// presets takes the default. What the API takes by itself is only shown; the one
// value that a required parameter may have is sent.
func (p *parameter) presets(s *schema, say func(string)) {
	if p.in == "path" {
		return
	}
	if p.required && len(p.enum) == 1 && p.typ != "array" {
		p.required, p.preset = false, p.enum[0]
		return
	}
	if s.preset == nil || s.preset.ShortTag() == "!!null" {
		return
	}
	v := value(s.preset)
	if v != nil {
		v = convert(v, p.typ)
	}
	if v == nil || !p.allows(v) {
		say("its default is none of its values, so it is not shown")
		return
	}
	p.apiDefault = v
}

// allows reports whether a value passes the parameter's own checks.
func (p *parameter) allows(v *yaml.Node) bool {
	if v.Kind != yaml.ScalarNode {
		return true
	}
	if len(p.enum) > 0 && !slices.ContainsFunc(p.enum, func(e *yaml.Node) bool { return e.Value == v.Value }) {
		return false
	}
	if f, err := strconv.ParseFloat(v.Value, 64); err == nil && (p.typ == "integer" || p.typ == "number") {
		for _, bound := range []struct {
			at   *yaml.Node
			sign float64
		}{{p.min, 1}, {p.max, -1}} {
			if bound.at != nil {
				if b, _ := strconv.ParseFloat(bound.at.Value, 64); (f-b)*bound.sign < 0 {
					return false
				}
			}
		}
	}
	n := utf8.RuneCountInString(v.Value)
	return p.typ != "string" || n >= p.minLen && (p.maxLen == 0 || n <= p.maxLen)
}
