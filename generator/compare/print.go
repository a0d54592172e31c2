// The report as text, as JSON, and as markdown for a changelog.

package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Text writes a line for each change, and one on versions. Nothing when the
// manifests are the same.
func (r *Report) Text(w io.Writer) error {
	if r.Same() {
		return nil
	}
	var b bytes.Buffer
	for _, c := range r.Changes {
		fmt.Fprintf(&b, "%s:%s: %s for %s: %s: %s%s\n", c.File, place(c.Pos), c.Class, list(c.Audiences), r.subject(c.Subjects, same), sentence(c), because(c))
	}
	fmt.Fprintf(&b, "%s; %s\n", counted(r), r.verdict())
	_, err := w.Write(b.Bytes())
	return err
}

// subject names the actions that change: all of them, or the first few of many.
func (r *Report) subject(names []string, form func(string) string) string {
	const most = 3
	var shown []string
	for _, n := range names {
		shown = append(shown, form(n))
	}
	switch {
	case len(names) > 1 && len(names) == r.actions:
		return "every action"
	case len(names) > most+1:
		return fmt.Sprintf("%s and %d more", strings.Join(shown[:most], ", "), len(names)-most)
	}
	return strings.Join(shown, ", ")
}

func same(s string) string { return s }

// sentence is what changed: "parameter slug: optional → required".
func sentence(c Change) string {
	from, to := clip(c.From, c.To)
	switch {
	case c.Kind == Changed && from+to == "":
		return c.What + " changed"
	case c.Kind == Changed:
		return fmt.Sprintf("%s: %s → %s", c.What, from, to)
	case from+to == "":
		return fmt.Sprintf("%s %s", c.What, c.Kind)
	}
	return fmt.Sprintf("%s %s (%s)", c.What, c.Kind, from+to)
}

func because(c Change) (out string) {
	for _, text := range []string{c.Why, c.Hint} {
		if text != "" {
			out += "; " + text
		}
	}
	return out
}

func counted(r *Report) string {
	var parts []string
	for _, class := range classes {
		if n := r.count(class); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, class))
		}
	}
	return strings.Join(parts, ", ")
}

func (r *Report) count(class Class) (n int) {
	for _, c := range r.Changes {
		if c.Class == class {
			n++
		}
	}
	return n
}

// verdict is what the changes ask of the version.
func (r *Report) verdict() string {
	asked := fmt.Sprintf("%s asks for %s or higher", r.OldVersion, r.Asked())
	if r.Satisfied() {
		return asked + ", and " + r.NewVersion + " is"
	}
	return asked + ", and the new manifest says " + r.NewVersion
}

// JSON writes the report as one object.
func (r *Report) JSON(w io.Writer) error {
	type side struct {
		File    string `json:"file"`
		Version string `json:"version"`
	}
	type asked struct {
		Level     Level  `json:"level"`
		Version   string `json:"version"`
		Satisfied bool   `json:"satisfied"`
	}
	type change struct {
		File      string     `json:"file"`
		Line      int        `json:"line"`
		Col       int        `json:"col"`
		Class     Class      `json:"class"`
		Audiences []Audience `json:"audiences"`
		Subjects  []string   `json:"subjects"`
		Kind      Kind       `json:"kind"`
		What      string     `json:"what"`
		From      string     `json:"from,omitempty"`
		To        string     `json:"to,omitempty"`
		Why       string     `json:"why,omitempty"`
		Hint      string     `json:"hint,omitempty"`
	}
	out := struct {
		Old     side          `json:"old"`
		New     side          `json:"new"`
		Same    bool          `json:"same"`
		Asked   asked         `json:"asked"`
		Counts  map[Class]int `json:"counts"`
		Changes []change      `json:"changes"`
	}{
		side{r.OldFile, r.OldVersion}, side{r.NewFile, r.NewVersion}, r.Same(), asked{r.Level(), r.Asked(), r.Satisfied()}, map[Class]int{}, []change{},
	}
	for _, class := range classes {
		out.Counts[class] = r.count(class)
	}
	for _, c := range r.Changes {
		out.Changes = append(out.Changes, change{c.File, c.Pos.Line, c.Pos.Col, c.Class, c.Audiences, c.Subjects, c.Kind, c.What, c.From, c.To, c.Why, c.Hint})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

var headings = map[Class]string{Breaking: "Breaking", Additive: "Added", Behaviour: "Changed", Cosmetic: "Words and order"}

// Markdown writes a section for a changelog: a heading for each class, an item
// for each thing that changes, under the version of the new manifest or the one
// that the changes ask for.
func (r *Report) Markdown(w io.Writer) error {
	version := r.NewVersion
	if !r.Satisfied() {
		version = r.Asked()
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "## %s\n", version)
	if r.Same() {
		b.WriteString("\nNothing changes.\n")
	}
	for _, class := range classes {
		if r.count(class) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n### %s\n\n", headings[class])
		for _, c := range r.Changes {
			if c.Class == class {
				b.WriteString(r.item(c))
			}
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// item is a change on one line of a list, values in code.
func (r *Report) item(c Change) string {
	from, to := clip(c.From, c.To)
	text := "- " + r.subject(c.Subjects, code) + ": " + plain(c.What)
	switch {
	case c.Kind == Changed && from+to == "":
		text += " changed"
	case c.Kind == Changed:
		text += ": " + code(from) + " → " + code(to)
	case from+to == "":
		text += " " + string(c.Kind)
	default:
		text += " " + string(c.Kind) + " (" + code(from+to) + ")"
	}
	text += " (" + list(c.Audiences) + ")"
	return text + plain(because(c)) + ".\n"
}

// code is inline code, whatever is in it.
func code(s string) string {
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	s = strings.Join(strings.Fields(s), " ")
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || s == "" {
		s = " " + s + " "
	}
	return fence + s + fence
}

// plain is text in which nothing means markdown.
func plain(s string) string {
	return strings.NewReplacer("_", `\_`, "*", `\*`, "[", `\[`, "<", `\<`, "`", "\\`").Replace(s)
}

// clip shortens two texts to what differs in them.
func clip(from, to string) (string, string) {
	if utf8.RuneCountInString(from) <= widest && utf8.RuneCountInString(to) <= widest {
		return from, to
	}
	a, b := []rune(from), []rune(to)
	same := 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	return window(a, same), window(b, same)
}

// widest is how many characters of a value are shown.
const widest = 72

func window(text []rune, at int) string {
	start := max(0, min(at-widest/3, len(text)-widest))
	end := min(len(text), start+widest)
	out := string(text[start:end])
	if start > 0 {
		out = "…" + out
	}
	if end < len(text) {
		out += "…"
	}
	return out
}
