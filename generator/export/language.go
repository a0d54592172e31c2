// The reference page of the manifest language, rendered from its schema.

package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator/manifest"
)

// LanguageReference is docs/manifest.md.
func LanguageReference() []byte {
	l := manifest.ReadLanguage()
	var b bytes.Buffer
	fmt.Fprintf(&b, `# The manifest language

<!-- Rendered by `+"`make generate`"+` from generator/manifest/schema.json. Edit that. -->

%s The manifest of Livestorm, [manifest.yaml](../manifest.yaml), is the annotated
example; this page lists every key. `+"`connectorgen lint`"+` reports what is wrong in a
manifest, all of it at once, as `+"`file:line:col: message; cure`"+`.

Texts are UTF-8 without invisible characters. A value that YAML would read as a
number or a boolean is text only in quotes. Anchors, aliases, merge keys and tags
are not part of the language: what actions share is declared once and named.
Every mapping that states a fact about the API may hold `+"`docs`"+`, the page it comes from.
`, l.Root.Description)
	section(&b, "The manifest", l.Root)
	for _, d := range l.Defs {
		if d.Rule.Type == "object" && len(d.Rule.Keys) > 0 {
			section(&b, upper(d.Rule.Title), d.Rule)
		}
	}
	return b.Bytes()
}

func section(b *bytes.Buffer, title string, r *manifest.Rule) {
	fmt.Fprintf(b, "\n## %s\n\n", title)
	if title != "The manifest" && r.Description != "" {
		fmt.Fprintf(b, "%s\n\n", r.Description)
	}
	b.WriteString("| key | value | meaning |\n| --- | --- | --- |\n")
	for _, k := range r.Keys {
		name := "`" + k.Name + "`"
		for _, required := range r.Required {
			if required == k.Name {
				name = "**" + name + "** (required)"
			}
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, valueOf(k.Rule), meaning(k.Rule))
	}
}

// valueOf names what may stand as a value, linked to its section.
func valueOf(r *manifest.Rule) string {
	switch {
	case len(r.AnyOf) > 0:
		var parts []string
		for _, a := range r.AnyOf {
			parts = append(parts, valueOf(a))
		}
		return strings.Join(parts, " or ")
	case len(r.Enum) > 0:
		return "`" + strings.Join(r.Enum, "`, `") + "`"
	case r.Type == "object" && len(r.Keys) > 0:
		return "[" + r.Title + "](#" + strings.ReplaceAll(r.Title, " ", "-") + ")"
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

var placeholders = regexp.MustCompile(`\{[a-z, ]+\}`)

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
