// The reference page of the manifest language: a tour, written by hand in
// language.md, then every key, rendered from the language's schema, with the
// examples (example.go) where they belong.

package export

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator/manifest"
)

//go:embed language.md
var tour string

// LanguageReference is docs/manifest.md.
func LanguageReference() []byte {
	examples := Examples()
	sections := languageSections()
	var b bytes.Buffer
	b.WriteString(placed(examples))
	index(&b, sections, examples)
	for _, s := range sections {
		section(&b, s)
		for _, e := range examples {
			if e.Section == s.name {
				show(&b, e)
			}
		}
	}
	return b.Bytes()
}

// languageSection is a mapping of the language that has keys of its own.
type languageSection struct {
	name string // as examples call it
	rule *manifest.Rule
}

func (s languageSection) title() string { return upper(s.name) }

func languageSections() []languageSection {
	l := manifest.ReadLanguage()
	out := []languageSection{{"the manifest", l.Root}}
	for _, d := range l.Defs {
		if d.Rule.Type == "object" && len(d.Rule.Keys) > 0 {
			out = append(out, languageSection{d.Rule.Title, d.Rule})
		}
	}
	return out
}

// placed is the tour with its examples in their places.
func placed(examples []Example) string {
	return slot.ReplaceAllStringFunc(tour, func(line string) string {
		name := strings.Trim(line, "{}")
		i := slices.IndexFunc(examples, func(e Example) bool { return e.Name == name })
		if i < 0 {
			panic("the tour shows an example that is not there: " + name) // a test renders it
		}
		return strings.TrimSpace(examples[i].markdown())
	})
}

var slot = regexp.MustCompile(`(?m)^\{\{[a-z_]+\}\}$`)

// index lists the sections with their keys and examples.
func index(b *bytes.Buffer, sections []languageSection, examples []Example) {
	b.WriteString("## Index\n\n| section | keys | examples |\n| --- | --- | --- |\n")
	for _, s := range sections {
		var keys, links []string
		for _, k := range s.rule.Keys {
			if k.Name != "docs" || len(s.rule.Keys) == 1 {
				keys = append(keys, "`"+k.Name+"`")
			}
		}
		for _, e := range examples {
			if e.Section == s.name {
				links = append(links, "["+e.Title+"](#"+e.Name+")")
			}
		}
		fmt.Fprintf(b, "| [%s](#%s) | %s | %s |\n", s.title(), anchor(s.name), strings.Join(keys, " "), strings.Join(links, "; "))
	}
}

func anchor(title string) string { return strings.ReplaceAll(title, " ", "-") }

// show folds an example away below its title.
func show(b *bytes.Buffer, e Example) {
	fmt.Fprintf(b, "\n<a id=\"%s\"></a>\n<details>\n<summary><b>%s</b></summary>\n\n%s\n\n%s\n</details>\n", e.Name, e.Title, e.Why, e.markdown())
}

// markdown is the example's YAML, and its first case as it goes over the wire.
func (e Example) markdown() string {
	out := "```yaml\n" + e.excerpt() + "```\n"
	if e.Go != nil {
		out += "\n```go\n" + string(e.Go) + "```\n"
	}
	if t := e.trace(); t != "" {
		out += "\n```text\n" + t + "```\n"
	}
	return out
}

func section(b *bytes.Buffer, s languageSection) {
	r := s.rule
	fmt.Fprintf(b, "\n## %s\n\n", s.title())
	if r.Description != "" {
		fmt.Fprintf(b, "%s\n\n", placeholders.ReplaceAllString(r.Description, "`$0`"))
	}
	b.WriteString("| key | value | meaning |\n| --- | --- | --- |\n")
	for _, k := range r.Keys {
		name := "`" + k.Name + "`"
		if slices.Contains(r.Required, k.Name) {
			name = "**" + name + "** (required)"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, valueOf(k.Rule), meaning(k.Rule))
	}
}

// valueOf names what may stand as a value, linked to its section.
func valueOf(r *manifest.Rule) string {
	switch {
	case r.Scalar:
		return "text, number or boolean"
	case r.Any:
		return "any JSON"
	case len(r.AnyOf) > 0:
		var parts []string
		for _, a := range r.AnyOf {
			parts = append(parts, valueOf(a))
		}
		return strings.Join(parts, " or ")
	case len(r.Enum) > 0:
		return "`" + strings.Join(r.Enum, "`, `") + "`"
	case r.Type == "object" && len(r.Keys) > 0:
		return "[" + r.Title + "](#" + anchor(r.Title) + ")"
	case r.Type == "object" && len(r.Patterns) > 0:
		return "mapping of " + valueOf(r.Patterns[0].Rule)
	case r.Type == "array":
		return "list of " + valueOf(r.Items)
	case r.Type == "string" && r.Title != "":
		return r.Title
	case r.Type == "string":
		return "text"
	}
	return r.Type
}

var placeholders = regexp.MustCompile(`\{\$?[a-z, ]+\}`)

func meaning(r *manifest.Rule) string {
	out := placeholders.ReplaceAllString(r.Description, "`$0`")
	if r.Default != "" {
		out += " Default: `" + r.Default + "`."
	}
	if r.Hint != "" {
		out += " Form: " + r.Hint + "."
	}
	for i, e := range r.Examples {
		if i == 0 {
			out += " For example "
		} else {
			out += " or "
		}
		out += "`" + example(e) + "`"
	}
	return strings.ReplaceAll(out, "|", "\\|")
}

// example writes an example on one line, as flow YAML.
func example(n *yaml.Node) string {
	var v any
	if err := n.Decode(&v); err != nil {
		return n.Value
	}
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return n.Value
	}
	return string(b)
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
