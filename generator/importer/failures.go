// Failures: where answers that are none have their message.

package importer

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pb33f/libopenapi/datamodel/high/v3"
	"gopkg.in/yaml.v3"
)

// failures counts the forms of error bodies.
type failures struct {
	counts map[string]int
	seen   map[*schemaNode]string
}

// look counts the error bodies of an operation.
func (f *failures) look(d *draft, responses *v3.Responses) {
	if f.counts == nil {
		f.counts, f.seen = make(map[string]int), make(map[*schemaNode]string)
	}
	one := func(r *v3.Response) {
		if r == nil || r.Content == nil {
			return
		}
		for media, m := range r.Content.FromOldest() {
			if m != nil && strings.Contains(media, "json") {
				f.count(d, d.of(m.Schema))
				return
			}
		}
	}
	one(responses.Default)
	if responses.Codes != nil {
		for code, r := range responses.Codes.FromOldest() {
			if strings.HasPrefix(code, "4") || strings.HasPrefix(code, "5") {
				one(r)
			}
		}
	}
}

func (f *failures) count(d *draft, s *schema) {
	form, known := f.seen[s.at]
	if !known || s.at == nil {
		form = d.errorForm(s)
		f.seen[s.at] = form
	}
	if form != "" {
		f.counts[form]++
	}
}

// errorForm is the path of the message and the members that it is made of, as
// "errors:title detail".
func (d *draft) errorForm(s *schema) string {
	for _, name := range []string{"errors", "error", "fault", "err"} {
		i, ok := s.index[name]
		if !ok {
			continue
		}
		inner := d.of(s.props[i].schema)
		if inner.kind() == "array" {
			inner = d.of(inner.items)
		}
		if texts := messageTexts(inner); texts != "" {
			return name + ":" + texts
		}
		if k := inner.kind(); k == "string" && messageTexts(s) == "" {
			return name + ":"
		}
	}
	if texts := messageTexts(s); texts != "" {
		return ":" + texts
	}
	return ""
}

func messageTexts(s *schema) string {
	for _, form := range []string{"title detail", "message", "detail", "error_description", "description", "error_message", "errorMessage", "title", "msg", "reason"} {
		has := true
		for _, name := range strings.Fields(form) {
			if _, ok := s.index[name]; !ok {
				has = false
			}
		}
		if has {
			return form
		}
	}
	return ""
}

// maxMessages bounds the places of messages.
const maxMessages = 4

func (f *failures) tree() *yaml.Node {
	forms := make([]string, 0, len(f.counts))
	for form := range f.counts {
		forms = append(forms, form)
	}
	slices.SortFunc(forms, func(a, b string) int {
		return cmp.Or(f.counts[b]-f.counts[a], strings.Compare(a, b))
	})
	messages := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, form := range forms[:min(len(forms), maxMessages)] {
		path, members, _ := strings.Cut(form, ":")
		m := flow()
		m.text("path", path)
		if members != "" {
			m.put("text", texts(strings.Fields(members)...))
		}
		messages.Content = append(messages.Content, m.Node)
	}
	if len(messages.Content) == 0 {
		return nil
	}
	out := newMapping()
	out.put("messages", messages).HeadComment = "guessed: from the bodies that the document gives for failures"
	return out.Node
}
