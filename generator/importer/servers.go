// Where requests go: the servers of a document. What varies in an address
// becomes a public field of the credential.

package importer

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pb33f/libopenapi/datamodel/high/v3"
)

// host is a further base address.
type host struct{ name, url string }

const exampleURL = "https://api.example.com"

// servers settles the connector's name and base address.
func (d *draft) servers() {
	d.title = "API"
	if d.doc.Info != nil {
		d.title = first(line(d.doc.Info.Title), "API")
	}
	d.name = connectorName(first(d.options.Name, d.title))
	if d.options.BaseURL != "" {
		d.baseURL = strings.TrimRight(d.options.BaseURL, "/")
		return
	}
	d.baseURL, d.baseNote = d.address(d.doc.Servers)
	if d.baseURL == "" {
		d.baseURL, d.baseNote = "https://{auth."+d.variable("host", nil)+"}", "the document names no server"
	}
	if d.baseNote != "" {
		d.report.add(Note{Kind: Guessed, Place: d.place(nil, nil), Subject: "servers", Message: d.baseNote})
	}
}

var (
	noise    = regexp.MustCompile(`(?i)^(api|apis|rest|restful|openapi|swagger|specification|spec|reference|documentation|docs|public|web|http|the|service|services|v[0-9]+(\.[0-9]+)*|[0-9]+\.[0-9.]+|-)$`)
	keywords = regexp.MustCompile(`^(break|case|chan|const|continue|default|defer|else|fallthrough|for|func|go|goto|if|import|interface|map|package|range|return|select|struct|switch|type|var|main|internal|vendor|testdata|documentation|init)$`)
)

// connectorName is the product in a title: "GitHub v3 REST API" is github.
func connectorName(title string) string {
	var kept []string
	for _, word := range strings.FieldsFunc(title, func(c rune) bool { return c == ' ' || c == '/' || c == ':' || c == ',' || c == '(' || c == ')' }) {
		if !noise.MatchString(word) {
			kept = append(kept, word)
		}
	}
	if len(kept) == 0 {
		kept = strings.Fields(title)
	}
	name := identifier(strings.Join(kept, " "), "api")
	if keywords.MatchString(strings.ReplaceAll(name, "_", "")) || strings.HasSuffix(name, "_test") {
		name += "_api"
	}
	return name
}

var (
	hostURL  = regexp.MustCompile(`^(https://([A-Za-z0-9.-]|\{auth\.[a-z][a-z0-9_]*\})+(:[0-9]{1,5})?|\{auth\.[a-z][a-z0-9_]*\})(/([A-Za-z0-9._~-]|\{auth\.[a-z][a-z0-9_]*\})+)*$`)
	clean    = regexp.MustCompile(`^[A-Za-z0-9._~/-]*$`)
	digits   = regexp.MustCompile(`^[0-9]{1,5}$`)
	scheming = regexp.MustCompile(`^(\{[^{}]*\}|https?|wss?):(//)`)
	whole    = regexp.MustCompile(`^\{([^{}]*)\}(.*)$`)
	local    = regexp.MustCompile(`^https://(localhost|127\.|0\.0\.0\.0|\[)`)
)

// address is the first server that can be a base address, and what is guessed
// about it.
func (d *draft) address(servers []*v3.Server) (url, guess string) {
	var spare string
	for _, s := range servers {
		if s == nil {
			continue
		}
		found := d.serverURL(s)
		switch {
		case found == "":
		case local.MatchString(found):
			spare = first(spare, found)
		default:
			if strings.HasPrefix(s.URL, "http:") {
				guess = "https; the document has http"
			}
			return found, guess
		}
	}
	if spare != "" {
		return "https://{auth." + d.variable("host", nil) + "}" + pathOf(spare), "the API is on a host of one's own"
	}
	return "", ""
}

func pathOf(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return ""
}

// serverURL is the address of a server with its variables settled, or "".
func (d *draft) serverURL(s *v3.Server) string {
	url := strings.TrimSpace(s.URL)
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		url = url[:i]
	}
	if m := whole.FindStringSubmatch(url); m != nil && s.Variables != nil {
		if v := s.Variables.GetOrZero(m[1]); v != nil && strings.Contains(v.Default, "://") {
			url = v.Default + m[2]
		}
	}
	relative := !strings.Contains(url, "://")
	if relative && strings.HasPrefix(url, "//") {
		url, relative = "https:"+url, false
	}
	if relative && !strings.HasPrefix(url, "{") {
		url = "https://{host}/" + strings.TrimLeft(url, "/")
	}
	url = scheming.ReplaceAllString(url, "https:$2")
	inHost := len("https://") + strings.IndexByte(strings.TrimPrefix(url, "https://")+"/", '/')
	var b strings.Builder
	last := 0
	for _, m := range pathHole.FindAllStringSubmatchIndex(url, -1) {
		b.WriteString(url[last:m[0]])
		b.WriteString(d.hole(s, url[m[2]:m[3]], m[0] < inHost, strings.HasSuffix(url[:m[0]], ":")))
		last = m[1]
	}
	b.WriteString(url[last:])
	out := tidy(b.String())
	if !hostURL.MatchString(out) || strings.Contains(out+"/", "/../") || strings.Contains(out+"/", "/./") {
		return ""
	}
	return out
}

// tidy removes slashes that say nothing.
func tidy(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return strings.TrimRight(url, "/")
	}
	for strings.Contains(rest, "//") {
		rest = strings.ReplaceAll(rest, "//", "/")
	}
	return scheme + "://" + strings.TrimRight(rest, "/:")
}

// hole is what stands in an address for a variable: its value, where there is
// but one, or a field of the credential.
func (d *draft) hole(s *v3.Server, name string, inHost, port bool) string {
	var v *v3.ServerVariable
	if s.Variables != nil {
		v = s.Variables.GetOrZero(name)
	}
	switch {
	case port && v != nil && digits.MatchString(v.Default):
		return v.Default
	case port:
		return "443"
	case v == nil:
		return "{auth." + d.variable(name, nil) + "}"
	case len(v.Enum) == 1 && clean.MatchString(v.Enum[0]):
		return v.Enum[0]
	case (len(v.Enum) == 0 && !inHost || d.fixed) && clean.MatchString(v.Default):
		return v.Default
	}
	return "{auth." + d.variable(name, v) + "}"
}

// variable is the field of every credential for a variable of an address.
func (d *draft) variable(name string, v *v3.ServerVariable) string {
	field := authField{name: identifier(name, "host"), public: true, title: first(words(name), "Host")}
	if i := slices.IndexFunc(d.variables, func(f authField) bool { return f.name == field.name }); i >= 0 {
		return field.name
	}
	if v != nil {
		field.description = prose(v.Description)
		for _, e := range v.Enum {
			if clean.MatchString(e) && e != "" && len(e) <= maxName && !slices.Contains(field.values, e) {
				field.values = append(field.values, e)
			}
		}
		switch {
		case len(field.values) > 0 && slices.Contains(field.values, v.Default):
			field.preset = v.Default
		case line(v.Default) != "":
			field.format = line(v.Default)
		}
	}
	if name == "host" && v == nil {
		field.description = "Host name of the API, such as api.example.com"
	}
	d.variables = append(d.variables, field)
	return field.name
}

// hostOf settles the host of an action that has servers of its own.
func (d *draft) hostOf(a *action) {
	servers := a.operation.Servers
	if len(servers) == 0 {
		servers = a.item.Servers
	}
	if len(servers) == 0 || d.options.BaseURL != "" {
		return
	}
	d.fixed = true
	url, _ := d.address(servers)
	d.fixed = false
	switch {
	case url == "":
		d.note(a, LeftOut, d.where(a.operation), "servers", "its own server is no https address")
	case url != d.baseURL:
		a.host = d.hostNamed(url)
	}
}

func (d *draft) hostNamed(url string) string {
	for _, h := range d.hosts {
		if h.url == url {
			return h.name
		}
	}
	rest := strings.TrimPrefix(url, "https://")
	label, _, _ := strings.Cut(rest, ".")
	label = strings.TrimPrefix(strings.Trim(pathHole.ReplaceAllString(label, "$1"), "-"), "auth.")
	name := d.hostNames.take(identifier(label, "other"), identifier(strings.ReplaceAll(rest, "/", "_"), "other"))
	d.hosts = append(d.hosts, host{name, url})
	return name
}
