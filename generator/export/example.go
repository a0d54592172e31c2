// The examples of the language: small manifests, one for each feature, whose
// cases are tests too. The reference page shows them where they belong.

package export

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
)

//go:embed examples
var exampleFiles embed.FS

// Example is a manifest that shows one feature. Its first comment says to which
// section of the reference it belongs and what it shows; the words after it say
// why one needs it.
type Example struct {
	Name    string // of its file: body_frame
	Section string // title of the section: body
	Title   string // Constants around the parameters
	Why     string // a paragraph
	Source  []byte // the whole manifest
	Go      []byte // what is written by hand beside what is generated of it
}

// Examples are all examples, by name.
func Examples() (out []Example) {
	names, err := fs.Glob(exampleFiles, "examples/*.yaml")
	if err != nil {
		panic("the embedded examples cannot be listed: " + err.Error())
	}
	slices.Sort(names)
	for _, name := range names {
		src, err := exampleFiles.ReadFile(name)
		if err != nil {
			panic("the embedded examples cannot be read: " + err.Error())
		}
		e := readExample(strings.TrimSuffix(strings.TrimPrefix(name, "examples/"), ".yaml"), src)
		e.Go, _ = exampleFiles.ReadFile("examples/" + e.Name + ".go.txt") // most have none
		out = append(out, e)
	}
	return out
}

func readExample(name string, src []byte) Example {
	e := Example{Name: name, Source: src}
	head, _, _ := strings.Cut(string(src), "\n\n")
	first, rest, _ := strings.Cut(head, "\n")
	e.Section, e.Title, _ = strings.Cut(strings.TrimPrefix(first, "# "), ": ")
	var words []string
	for line := range strings.Lines(rest) {
		words = append(words, strings.Fields(strings.TrimPrefix(line, "#"))...)
	}
	e.Why = strings.Join(words, " ")
	return e
}

// plainKeys are what every manifest has at its top and no example is about.
var plainKeys = []string{"manifest", "name", "title", "version", "overview"}

// excerpt is the part of the manifest that the example is about: without what
// every manifest has, and without cases.
func (e Example) excerpt() string {
	_, body, _ := strings.Cut(string(e.Source), "\n\n")
	var out strings.Builder
	inCases := false
	for line := range strings.Lines(body) {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if inCases = inCases && indent > 4; inCases {
			continue
		}
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch {
		case indent == 4 && key == "cases":
			inCases = true
		case indent == 0 && slices.Contains(plainKeys, key):
		case indent == 0 && key == "base_url" && strings.TrimSpace(value) == "https://api.example.com":
		default:
			out.WriteString(line)
		}
	}
	return strings.TrimSpace(out.String()) + "\n"
}

// trace is the first case of the manifest as it goes over the wire; "" when there
// is none.
func (e Example) trace() string {
	m, _ := manifest.Load(e.Name+".yaml", e.Source)
	if m == nil {
		return ""
	}
	for _, a := range m.Actions {
		for _, c := range a.Value.Cases {
			return traceOf(a.Name.Value, c)
		}
	}
	return ""
}

func traceOf(action string, c manifest.Case) string {
	var b strings.Builder
	say := func(what, text string) {
		text = strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+strings.Repeat(" ", 9))
		fmt.Fprintf(&b, "%-8s %s\n", what, text)
	}
	say("call", strings.TrimSpace(action+" "+model.ValueJSON(c.Input)))
	for _, x := range c.Exchanges {
		request := x.Request.Value
		for _, h := range x.Headers {
			request += "\n" + h.Name.Value + ": " + h.Value.Value
		}
		if body := sentBody(x); body != "" {
			request += "\n" + body
		}
		say("sends", request)
		say("gets", answered(x.Answer))
	}
	say("yields", model.ValueJSON(c.Envelope))
	return b.String()
}

// sentBody is the body of a request as the case writes it.
func sentBody(x manifest.Exchange) string {
	var fields, parts []string
	for _, f := range x.Form {
		fields = append(fields, f.Name.Value+"="+f.Value.Value)
	}
	for _, p := range x.Parts {
		head := p.Name.Value
		for _, more := range []string{p.File.Value, p.MediaType.Value} {
			if more != "" {
				head += ", " + more
			}
		}
		parts = append(parts, "("+head+") "+p.Text.Value)
	}
	return model.ValueJSON(x.Body) + strings.Join(fields, " & ") + strings.Join(parts, "\n") + x.Text.Value
}

func answered(a manifest.Answer) string {
	if a.Fault.Given() {
		return "nothing: " + a.Fault.Value
	}
	status := 200
	if a.Status.Given() {
		status = a.Status.Value
	}
	out := fmt.Sprint(status)
	for _, h := range a.Headers {
		out += "\n" + h.Name.Value + ": " + h.Value.Value
	}
	if body := model.ValueJSON(a.Body) + a.Text.Value; body != "" {
		out += "\n" + body
	}
	if strings.Count(out, "\n") == 1 {
		out = strings.Replace(out, "\n", " ", 1)
	}
	return out
}
