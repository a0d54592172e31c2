// The last import: how it is kept beside a manifest, and what a second import
// takes from it.

package importer

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Base is what a second import compares with: the import as it was written,
// with the wishes that led to it in comments.
func Base(r *Result, o Options) []byte {
	var b bytes.Buffer
	b.WriteString("# The last import, as it was written. A second import compares with it; do not edit.\n")
	for _, only := range o.Only {
		fmt.Fprintf(&b, "# only: %s\n", line(only))
	}
	if o.BaseURL != "" {
		fmt.Fprintf(&b, "# base-url: %s\n", line(o.BaseURL))
	}
	if o.NoTypes {
		b.WriteString("# types: false\n")
	}
	b.Write(r.Manifest)
	return b.Bytes()
}

var wish = regexp.MustCompile(`(?m)^# (only|base-url|types): (.+)$`)

// BaseOptions are the wishes that led to a last import.
func BaseOptions(base []byte) (o Options) {
	head, _, _ := bytes.Cut(base, []byte("\nmanifest:"))
	for _, m := range wish.FindAllSubmatch(head, -1) {
		switch v := string(m[2]); string(m[1]) {
		case "only":
			o.Only = append(o.Only, v)
		case "base-url":
			o.BaseURL = v
		case "types":
			o.NoTypes = v == "false"
		}
	}
	if b, err := parse(base); err == nil {
		if name := child(b, "name"); name != nil {
			o.Name = name.Value
		}
	}
	return o
}

// Again imports a document with the wishes of the last import, where no others
// are given. base is the last import, or nil. Where a part is asked for, the rest
// is as it was then. The wishes that the next import will have are returned.
func Again(file string, src, base []byte, asked Options) (*Result, Options, error) {
	before, o := BaseOptions(base), asked
	o.Name, o.BaseURL = first(o.Name, before.Name), first(o.BaseURL, before.BaseURL)
	o.NoTypes = o.NoTypes || before.NoTypes
	part := len(base) > 0 && len(asked.Only) > 0
	if len(asked.Only) == 0 || part && len(before.Only) == 0 {
		o.Only = before.Only
	} else if part {
		o.Only = slices.Clone(before.Only)
		for _, only := range asked.Only {
			if !slices.Contains(o.Only, only) {
				o.Only = append(o.Only, only)
			}
		}
	}
	r, err := OpenAPI(file, src, o)
	if err != nil || !part {
		return r, o, err
	}
	b, err := parse(base)
	if err != nil {
		return nil, o, fmt.Errorf("the last import: %w", err)
	}
	r.keep(b, asked.Only)
	return r, o, nil
}

// keep makes all of an import what it was, except the operations of a part and
// what they need.
func (r *Result) keep(base *yaml.Node, part []string) {
	actions := child(r.tree, "actions")
	was := child(base, "actions")
	fresh := make(map[string]string) // actions of the last import, by request
	for _, name := range keys(was) {
		fresh[bare(child(was, name))] = name
	}
	kept := newMapping()
	seen := make(map[string]bool)
	for _, a := range r.actions {
		name := fresh[anyHole.ReplaceAllString(a.request, "{}")]
		seen[name] = true
		k, v := entry(actions, a.name)
		switch asked := a.wanted(part); {
		case asked:
		case name == "":
			continue // new, and nobody has asked for it
		default:
			k, v = entry(was, name)
			dress(k)
			dress(v)
			k.HeadComment = "\n" + k.HeadComment
		}
		kept.Content = append(kept.Content, k, v)
	}
	for _, name := range keys(was) {
		if !seen[name] {
			k, v := entry(was, name)
			kept.Content = append(kept.Content, k, v)
		}
	}
	actions.Content = kept.Content
	r.rest(base)
	r.Manifest = printed(r.tree)
}

// rest keeps what is beside the actions as it was, and takes in what is new.
func (r *Result) rest(base *yaml.Node) {
	for _, section := range keys(base) {
		was, now := child(base, section), child(r.tree, section)
		dress(was)
		switch {
		case section == "actions":
		case now == nil:
			mapping{r.tree}.put(section, was)
		case was.Kind == yaml.MappingNode && slices.Contains(shared, section):
			for _, name := range keys(was) {
				k, v := entry(was, name)
				if i := indexOf(now, name); i >= 0 {
					now.Content[i+1] = v
					continue
				}
				now.Content = append(now.Content, k, v)
			}
		default:
			r.tree.Content[indexOf(r.tree, section)+1] = was
		}
	}
}

// dress takes the marks off comments that were parsed, as the printer sets them.
func dress(n *yaml.Node) {
	for _, c := range []*string{&n.HeadComment, &n.LineComment} {
		lines := strings.Split(*c, "\n")
		for i, l := range lines {
			lines[i] = strings.TrimPrefix(strings.TrimPrefix(l, "#"), " ")
		}
		*c = strings.TrimSpace(strings.Join(lines, "\n"))
	}
	n.FootComment = ""
	for _, c := range n.Content {
		dress(c)
	}
}
