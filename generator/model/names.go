// Go names, made here and nowhere else.
//
// A name of the manifest is lower-case words joined with underscores. In Go the
// words are joined without them, each with a capital, and initialisms as a
// whole: event_id becomes EventID, or eventID where the name is not exported.
// Suffixes tell the kinds of identifiers of one action apart (GetEventInput,
// getEventOp), so that an action never clashes with Go's own words. Two names
// that come out the same are reported, with both places.

package model

import (
	"go/token"
	"strings"

	"modulex.dev/connector/generator/manifest"
)

// initialisms are written in capitals, as Go's own style has it.
var initialisms = map[string]bool{
	"api": true, "csv": true, "html": true, "http": true, "https": true, "id": true, "ids": true,
	"ip": true, "json": true, "md5": true, "sql": true, "ui": true, "uri": true, "url": true, "utc": true,
	"utm": true, "uuid": true, "xml": true,
}

// exported is the Go name for other packages.
func exported(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		b.WriteString(capital(word))
	}
	return b.String()
}

// unexported is the Go name inside the package.
func unexported(name string) string {
	first, rest, _ := strings.Cut(name, "_")
	return first + exported(rest)
}

func capital(word string) string {
	switch {
	case word == "ids":
		return "IDs"
	case initialisms[word]:
		return strings.ToUpper(word)
	case word == "":
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// memberName is the Go name of a member of an answer, whatever its spelling:
// registrants_count, seriesLabels, @type.
func memberName(name string) string {
	var words strings.Builder
	for i, c := range name {
		switch {
		case c == '-' || c == ':' || c == '@' || c == '_':
			words.WriteByte('_')
		case c >= 'A' && c <= 'Z' && i > 0 && name[i-1] >= 'a' && name[i-1] <= 'z':
			words.WriteByte('_')
			words.WriteRune(c)
		default:
			words.WriteRune(c)
		}
	}
	out := exported(strings.ToLower(words.String()))
	if out == "" || out[0] >= '0' && out[0] <= '9' {
		return "X" + out
	}
	return out
}

// argument is the Go name of a function's parameter.
func argument(name string) string {
	switch n := unexported(name); {
	case token.IsKeyword(n), n == "runtime", n == "string": // the function's body uses them
		return n + "Value"
	default:
		return n
	}
}

// camel joins words with capitals only: the form of titles in schemas.
func camel(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// titled is a field's name for people: owner_id becomes "Owner Id", as the
// host's schemas have it.
func titled(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words {
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}

// reserved names of connectors would not make a Go package of that name.
var reservedPackages = []string{"main", "internal", "vendor", "testdata", "documentation", "init"}

// scope holds the identifiers of one Go scope and reports clashes.
type scope struct {
	report *manifest.Report
	names  map[string]manifest.Text
	told   map[manifest.Pos]bool // names whose clash has been reported: one line is enough
}

func newScope(r *manifest.Report) *scope {
	return &scope{report: r, names: make(map[string]manifest.Text), told: make(map[manifest.Pos]bool)}
}

// fixed takes a name that every generated package has.
func (s *scope) fixed(names ...string) {
	for _, n := range names {
		s.names[n] = manifest.Text{}
	}
}

// take gives an identifier to a name of the manifest, or reports who has it.
func (s *scope) take(identifier string, by manifest.Text) string {
	before, taken := s.names[identifier]
	switch {
	case !taken:
		s.names[identifier] = by
		return identifier
	case s.told[by.Pos]:
		return identifier
	case before.Given():
		s.report.Add(by.Pos, "rename one of them", "%q and %q (line %d) are both %s in Go", by.Value, before.Value, before.Pos.Line, identifier)
	default:
		s.report.Add(by.Pos, "rename it", "%q would be %s in Go, which the generated package uses itself", by.Value, identifier)
	}
	s.told[by.Pos] = true
	return identifier
}
