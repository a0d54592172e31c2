// The second check: what the parts of a manifest say about each other. Names
// that refer to nothing, paths and parameters that do not meet, places that are
// taken twice. This file tells the order and checks what a connector shares;
// check_*.go have the parts of an action. Go names are checked where they are
// made, in generator/model.

package manifest

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

func (r *Report) check(m *Manifest) {
	r.checkTexts(m.Texts)
	r.checkHeaders(m)
	r.checkHosts(m)
	for _, s := range m.Auth {
		if s.Name.Value == "none" {
			r.Add(s.Name.Pos, "rename it", "an auth scheme cannot be called none: actions say that for no scheme")
		}
		r.checkAuth(m, s.Value)
	}
	r.checkErrors(m.Errors)
	r.checkDefaults(m)
	for _, p := range m.Paging {
		r.checkPaging(p.Name, p.Value)
	}
	for _, b := range m.Bodies {
		r.checkBody(b.Value)
	}
	r.checkTypes(m)
	total := 0
	for _, a := range m.Actions {
		r.checkAction(m, a.Value)
		if total += len(a.Value.Params); total > maxParameters {
			r.huge = true
			r.Add(a.Name.Pos, "split the API into several connectors", "the actions up to here take more than %d parameters", maxParameters)
			return
		}
	}
	for _, a := range m.Actions {
		r.checkVerify(m, a.Value)
	}
	r.checkCredentialsAreSent(m)
}

// maxParameters bounds the parameters of all actions together, since a group is
// taken in whole by each.
const maxParameters = 200_000

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

func (r *Report) checkTexts(t Texts) {
	r.placeholders(t.Status, "{status}", "{detail}")
	r.placeholders(t.Timeout)
	r.placeholders(t.Failed, "{reason}")
	r.placeholders(t.JSON, "{parameter}")
}

// placeholders wants each allowed placeholder once, and no other.
func (r *Report) placeholders(t Text, allowed ...string) {
	if !t.Given() {
		return
	}
	for _, p := range placeholder.FindAllString(t.Value, -1) {
		if !slices.Contains(allowed, p) {
			cure := "remove it"
			if len(allowed) > 0 {
				cure = DidYouMean(p, allowed)
			}
			r.Add(r.inside(t, strings.Index(t.Value, p)), cure, "this text has no placeholder %s", quote(p))
		}
	}
	for _, p := range allowed {
		if n := strings.Count(t.Value, p); n != 1 {
			r.Add(t.Pos, "write it once", "the text holds %s %d times", p, n)
		}
	}
}

// ownHeaders are set by the runtime or by net/http.
var ownHeaders = []string{"Content-Type", "Content-Length", "Host", "Transfer-Encoding", "Connection", "Accept-Encoding", "User-Agent", "Trailer", "Te", "Upgrade"}

func (r *Report) checkHeaders(m *Manifest) {
	seen := make(map[string]Text)
	for _, h := range m.Headers {
		name := http.CanonicalHeaderKey(h.Name.Value)
		if before, ok := seen[name]; ok {
			r.Add(h.Name.Pos, "remove one of them", "the header %s stands here twice, first in line %d", quote(name), before.Pos.Line)
		}
		seen[name] = h.Name
		if name != "User-Agent" && name != "Content-Type" { // a connector may have its own; an API may ask for them
			r.ownHeader(h.Name, name)
		}
		r.holes(h.Value, r.credentialHoles(m, nil))
	}
	for _, s := range m.Auth {
		for _, send := range s.Value.Send {
			if before, ok := seen[http.CanonicalHeaderKey(send.Header.Value)]; ok && send.Header.Given() {
				r.Add(before.Pos, "remove it here", "the header %s carries the credential", quote(before.Value))
			}
		}
	}
	for _, q := range m.Query {
		r.valueHoles(q.Value, r.credentialHoles(m, nil))
	}
}

func (r *Report) ownHeader(at Text, name string) {
	cure := "remove it"
	if http.CanonicalHeaderKey(name) == "Content-Type" {
		cure = "give it as the media_type of a body"
	}
	if slices.Contains(ownHeaders, http.CanonicalHeaderKey(name)) {
		r.Add(at.Pos, cure, "the header %s is set by the runtime", quote(name))
	}
}

// hostNames are the names by which actions choose a host.
func (m *Manifest) hostNames() []string { return append(Names(m.Hosts), "default") }

func (r *Report) checkHosts(m *Manifest) {
	for _, h := range m.Hosts {
		if h.Name.Value == "default" {
			r.Add(h.Name.Pos, "rename it", "the host default is the base address itself")
		}
	}
	hosts := append([]Named[Text]{{Value: m.BaseURL}}, m.Hosts...)
	for _, h := range hosts {
		if strings.Contains(h.Value.Value+"/", "/../") || strings.Contains(h.Value.Value+"/", "/./") {
			r.Add(h.Value.Pos, "write the path as it is meant", "the base URL has a dot segment")
		}
		r.holes(h.Value, r.credentialHoles(m, nil))
	}
}

// checkErrors wants each rule of failure to say one thing.
func (r *Report) checkErrors(e Errors) {
	for _, f := range e.Failures {
		said := count(len(f.Is) > 0, len(f.Unless) > 0, f.Missing.Given(), f.Prefix.Given(), f.JQ.Given())
		switch {
		case said > 1:
			r.Add(f.Pos, "make a rule of each", "one rule of failure says several things")
		case !f.Path.Given() && !f.Prefix.Given() && !f.JQ.Given():
			r.Add(f.Pos, "add `path: …`", "the rule of failure looks at no member")
		case f.Path.Given() && (f.Prefix.Given() || f.JQ.Given()):
			r.Add(f.Path.Pos, "remove it", "a prefix or a program looks at the whole body, so it has no path")
		}
		r.program(f.JQ)
	}
	for _, m := range e.Messages {
		r.program(m.JQ)
		if m.JQ.Given() && (m.Path.Given() || m.Text != nil) {
			r.Add(m.JQ.Pos, "keep one of them", "a message is at a path or made by a program, not both")
		}
	}
}

func (r *Report) checkDefaults(m *Manifest) {
	for _, name := range m.Defaults.Auth {
		r.refers(name, "auth scheme", append(Names(m.Auth), "none"))
	}
	r.refers(m.Defaults.Host, "host", m.hostNames())
}

// refers wants a name to be one of the declared ones.
func (r *Report) refers(t Text, what string, known []string) {
	if t.Given() && !slices.Contains(known, t.Value) {
		r.Add(t.Pos, DidYouMean(t.Value, known), "there is no %s %s", what, quote(t.Value))
	}
}

func count(flags ...bool) (n int) {
	for _, f := range flags {
		if f {
			n++
		}
	}
	return n
}

// inside is the place of the character at an index of a text, where the file
// holds the text on one line as it is; otherwise the place of the text.
func (r *Report) inside(t Text, index int) Pos {
	at := t.Pos
	if style := yaml.Style(t.Style); style == yaml.DoubleQuotedStyle || style == yaml.SingleQuotedStyle {
		at.Col++
	}
	if index < 0 || at.Line < 1 || at.Line > len(r.lines) {
		return t.Pos
	}
	if line := []rune(r.lines[at.Line-1]); at.Col > len(line) || !strings.HasPrefix(string(line[at.Col-1:]), t.Value) {
		return t.Pos
	}
	at.Col += len([]rune(t.Value[:index]))
	return at
}
