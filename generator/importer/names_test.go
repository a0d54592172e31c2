package importer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

func TestSnake(t *testing.T) {
	for text, want := range map[string]string{
		"listEvents": "list_events", "ListEvents": "list_events", "list-events": "list_events", "page[size]": "page_size",
		"X-Request-ID": "x_request_id", "HTTPServer": "http_server", "listURLs": "list_urls", "getAPIKey": "get_api_key",
		"repos/list-for-org": "repos_list_for_org", "OAuth2Token": "oauth2_token", "a.b": "a_b", "$filter": "filter", "Größe": "gr_e",
		"__x__": "x", "v2Items": "v2_items", "…": "", "": "",
	} {
		if got := snake(text); got != want {
			t.Errorf("snake(%q) is %q, want %q", text, got, want)
		}
	}
}

func TestScope(t *testing.T) {
	s := make(scope)
	long := strings.Repeat("word_", 20)
	var got []string
	for _, name := range []string{"a_b", "ab", "a_b", identifier(long, "x"), identifier(long, "x"), identifier("2fa", "x"), identifier("", "x")} {
		got = append(got, s.take(name))
	}
	want := []string{"a_b", "ab_2", "a_b_3", strings.TrimSuffix(strings.Repeat("word_", 12), "_"), strings.TrimSuffix(strings.Repeat("word_", 12), "_") + "_2", "n2fa", "x"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, name := range got {
		if len(name) > maxName {
			t.Errorf("%s is too long", name)
		}
	}
}

func TestConnectorName(t *testing.T) {
	for title, want := range map[string]string{
		"GitHub v3 REST API": "github", "Stripe API": "stripe", "The Public API": "the_public_api", "Type": "type_api", "API": "api",
		"Zoom Meeting API v2": "zoom_meeting", "Main": "main_api", "123 API": "n123", "": "api",
	} {
		if got := connectorName(title); got != want {
			t.Errorf("connectorName(%q) is %q, want %q", title, got, want)
		}
	}
}

func TestProse(t *testing.T) {
	for text, want := range map[string]string{
		"  a\r\nb \n\n\n\nc ":                             "a\nb\n\nc",
		"<p>One &amp; two</p><p>Three <code>x</code></p>": "One & two\nThree x",
		"keep <id> and a < b":                             "keep <id> and a < b",
		"a\u200bb\u202ec\x00d\xff\ue000":                  "abcd",
		strings.Repeat("word ", 2000) + "end":             strings.TrimSpace(strings.Repeat("word ", 1599)) + "…",
	} {
		if got := prose(text); got != want {
			t.Errorf("prose(%.40q) is %.80q…, want %.80q…", text, got, want)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"/events", "/events", true}, {"/events", "/events/{id}", false}, {"/events/*", "/events/{id}", true}, {"/events/*", "/events/{id}/people", false},
		{"/events/**", "/events/{id}/people", true}, {"/events/**", "/events", true}, {"/**/people", "/events/{id}/people", true}, {"events", "/events", false},
		{"/ev*", "/events", true}, {"/[", "/[", true},
	} {
		if got := matches(c.pattern, c.path); got != c.want {
			t.Errorf("matches(%q, %q) is %v", c.pattern, c.path, got)
		}
	}
}

// Whatever a text is, it is read back from what is printed.
func FuzzPrint(f *testing.F) {
	for _, s := range []string{"a", "", " a", "yes", "1.0", "2024-01-01", "a: b", "a #b", "- a", "[a]", "a\nb", "a\n\n  b", "\ta", "a\"b\\c", "{x}", "?", "a?", "|", "0x1F", "1_000", ".5", "~", "=", "<<", "a:", ":a", "é", "\u2028", "a\n", "\na", "a,b", "-", "--", "- ", "1e3", "%a", "@a", "!a", "&a", "*a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = visible(s)
		m := newMapping()
		m.put("block", text(s))
		inside := flow()
		inside.put("text", text(s))
		inside.put("list", texts(s, s))
		m.put("flow", inside.Node)
		nested := newMapping()
		nested.put("deep", text(s))
		m.put("nested", nested.Node)
		p := newPrinter()
		p.mapping(m.Node, 0)
		var doc yaml.Node
		if err := yaml.Unmarshal(p.out.Bytes(), &doc); err != nil {
			t.Fatalf("%v\n%s", err, p.out.String())
		}
		if !same(doc.Content[0], m.Node) {
			t.Errorf("%q is read back otherwise:\n%s", s, p.out.String())
		}
	})
}
