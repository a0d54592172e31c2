package format

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"
)

func TestSource(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"nothing", "", ""},
		{"comments alone", "# a\n\n\n# b", "# a\n\n# b\n"},
		{"already", "a: b\n", "a: b\n"},
		{"end", "a: b", "a: b\n"},
		{"ends", "a: b  \n  \nc: d\t\n\n\n", "a: b\n\nc: d\n"},
		{"blank lines", "\n\na: b\n\n\n\nc: d\n", "a: b\n\nc: d\n"},
		{"CRLF and byte order mark", "\uFEFFa: b\r\nc: d\r\n", "a: b\nc: d\n"},
		{"four spaces", "a:\n    b:\n        c: d\n    e: f\ng: h\n", "a:\n  b:\n    c: d\n  e: f\ng: h\n"},
		{"one space", "a:\n b:\n  c: d\n e: f\n", "a:\n  b:\n    c: d\n  e: f\n"},
		{"list in the column of its key", "a:\n- b\n- c\nd: e\n", "a:\n  - b\n  - c\nd: e\n"},
		{"list of mappings", "a:\n-   b: c\n    d: e\n-   f:\n    - g\n", "a:\n  - b: c\n    d: e\n  - f:\n      - g\n"},
		{"list of lists", "a:\n- - b\n  - c\n-\n  - d\n", "a:\n  - - b\n    - c\n  -\n    - d\n"},
		{"comments with their entries", "a: # 1\n    # 2\n    b: c # 3\n    # 4\n# 5\nd: e   # 6\n", "a: # 1\n  # 2\n  b: c # 3\n  # 4\n# 5\nd: e   # 6\n"},
		{"comment in a list", "a:\n# 1\n- b\n# 2\n- c\n# 3\n", "a:\n  # 1\n  - b\n  # 2\n  - c\n# 3\n"},
		{"spaces", "a:   b   c\nd:\t e\n", "a: b   c\nd: e\n"},
		{"flow", "a: {b: [c,d ,  e], f: {}, g: [ ], h : 'i' }\n", "a: { b: [c, d, e], f: {}, g: [], h : \"i\" }\n"},
		{"flow over lines", "a: {\n    b: c,\n    d: [e,\n      f],\n}\n", "a: {\n    b: c,\n    d: [e,\n      f],\n}\n"},
		{"flow further out", "a:\n    b: { c: d,\n         e: f }\n", "a:\n  b: { c: d,\n       e: f }\n"},
		{"comment in flow", "a: [b, # 1\n  # 2\n  c]\n", "a: [b, # 1\n  # 2\n  c]\n"},
		{"single quotes", "a: 'b'\n'c': 'it''s'\nd: 'e \"f\"'\ng: 'h\\i'\nj: k 'l'\n", "a: \"b\"\n\"c\": \"it's\"\nd: 'e \"f\"'\ng: 'h\\i'\nj: k 'l'\n"},
		{"quotes keep what they hold", "a: \"b:   c, {d}  # e\"\nf: 'g   [h,i]'\n", "a: \"b:   c, {d}  # e\"\nf: \"g   [h,i]\"\n"},
		{"quotes over lines", "a:\n    b: \"c  \n\n            d \\\n        e\"\n    f: 'g\n      h'\n", "a:\n  b: \"c\n\n    d \\\n    e\"\n  f: 'g\n    h'\n"},
		{"text over lines", "a:\n    b: c\n       d\n\n\n       e # 1\n    f: g\n", "a:\n  b: c\n    d\n\n\n    e # 1\n  f: g\n"},
		{"block text", "a:\n    b: |\n          c\n            d  \n\n\n          e\n    f: g\n", "a:\n  b: |\n    c\n      d  \n\n\n    e\n  f: g\n"},
		{"block text at the end", "a: |\n    b  \n", "a: |\n  b  \n"},
		{"block text in a list", "a:\n- |\n  b\n- >-\n  c\n\n\n- d\n", "a:\n  - |\n    b\n  - >-\n    c\n\n  - d\n"},
		{"block text that keeps its end", "a: |+\n   b\n\n\nc: d\n", "a: |+\n  b\n\n\nc: d\n"},
		{"block text with an indent", "a:\n    b: |4\n          c\n        d\n", "a:\n  b: |4\n        c\n      d\n"},
		{"comment behind block text", "a:\n    b: |\n        c\n    # 1\n    d: e\n", "a:\n  b: |\n    c\n  # 1\n  d: e\n"},
		{"document marks", "---\na:\n    b: c\n...\n", "---\na:\n  b: c\n...\n"},
		{"anchors and tags", "a: &x   b\nc:  *x\nd: !!str   e\n", "a: &x b\nc: *x\nd: !!str e\n"},
		{"signs in texts", "a: b#c:d{e}, [f]  g\n", "a: b#c:d{e}, [f]  g\n"},
		{"keys of the language", "actions:\n    get:\n        parameters:\n            +page: {}\n            page[number]: {in: query}\n", "actions:\n  get:\n    parameters:\n      +page: {}\n      page[number]: { in: query }\n"},
		{"what no manifest has", "? a\n: b  \n# c  \n", "? a\n: b  \n# c\n"},
		{"no line break in a block text", "a: |\n  b", "a: |\n  b"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Source([]byte(test.src))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			holds(t, []byte(test.src), got)
		})
	}
}

// holds checks what is promised of every layout: the meaning is the same node
// for node, no comment is lost, and a second time nothing changes.
func holds(t *testing.T, src, got []byte) {
	t.Helper()
	before, after := nodes(t, src), nodes(t, got)
	if !reflect.DeepEqual(before, after) { // cmp takes seconds for a manifest
		t.Errorf("the meaning changed (-before +after)\n%s", cmp.Diff(before, after))
	}
	if diff := cmp.Diff(words(src), words(got)); diff != "" {
		t.Errorf("words are lost (-before +after)\n%s", diff)
	}
	again, err := Source(got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), string(again)); diff != "" {
		t.Errorf("a second time changes it (-once +twice)\n%s", diff)
	}
}

// node is what a YAML node means.
type node struct {
	Kind               yaml.Kind
	Tag, Value, Anchor string
	Content            []node
}

func nodes(t *testing.T, src []byte) node {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return meaning(&doc)
}

func meaning(n *yaml.Node) node {
	out := node{Kind: n.Kind, Tag: n.ShortTag(), Value: n.Value, Anchor: n.Anchor}
	for _, c := range n.Content {
		out.Content = append(out.Content, meaning(c))
	}
	return out
}

// words are a text without what layout may change.
func words(src []byte) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune(" \t\r\n'\"\uFEFF", c) {
			return -1
		}
		return c
	}, string(src))
}

// The manifest of this repository is an example of layout too.
func TestLivestormIsFormatted(t *testing.T) {
	src, err := os.ReadFile("../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Source(src)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(src), string(got)); diff != "" {
		t.Errorf("(-manifest.yaml +formatted)\n%s", diff)
	}
}

// Manifests mean the same when they are laid out, those with faults too, and so
// do manifests whose layout is spoilt first.
func TestMeaningStays(t *testing.T) {
	for name, src := range manifests(t) {
		t.Run(name, func(t *testing.T) {
			for _, src := range [][]byte{src, spoilt(src)} {
				got, err := Source(src)
				if err != nil {
					var doc yaml.Node
					if strings.HasPrefix(name, "good") || yaml.Unmarshal(src, &doc) == nil && !strings.Contains(err.Error(), "second YAML") {
						t.Fatal(err)
					}
					continue
				}
				holds(t, src, got)
			}
		})
	}
}

// What was spoilt comes back, but for blank lines and quotes.
func TestSpoiltComesBack(t *testing.T) {
	src, err := os.ReadFile("../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Source(spoilt(src))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(src), string(got)); diff != "" {
		t.Errorf("(-before +after)\n%s", diff)
	}
}

// spoilt moves what is further in, and leaves spaces at the ends of lines.
func spoilt(src []byte) []byte {
	lines := strings.Split(strings.TrimSuffix(string(src), "\n"), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, " ") {
			line = "   " + line
		}
		lines[i] = line + "  "
	}
	return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n")
}

func manifests(t testing.TB) map[string][]byte {
	t.Helper()
	livestorm, err := os.ReadFile("../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{"good/livestorm": livestorm}
	paths, err := filepath.Glob("../../testdata/manifests/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		c, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(filepath.Dir(path))+"/"+strings.TrimSuffix(filepath.Base(path), ".txtar")] = c.Files[0].Data
	}
	return out
}

func TestRefused(t *testing.T) {
	for name, src := range map[string]string{
		"no YAML": "a: [", "two documents": "a: b\n---\nc: d\n", "line break": "a: b\rc: d\n", "separator": "a: b\u2028c: d\n",
	} {
		if got, err := Source([]byte(src)); err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}
