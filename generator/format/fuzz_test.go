// Other people's layouts: whatever is laid out keeps its meaning and its words,
// and a second time nothing changes.

package format

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func FuzzFormat(f *testing.F) {
	all := manifests(f)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if src := all[name]; len(src) < 20_000 { // of the large ones a round takes seconds
			f.Add(src)
		}
	}
	for _, src := range []string{
		"a:   b # c\n\n\n\nd: [ x,y ]\n", "- 'a'\n-   \"b\"\n", "a: |\n   x\n    y\n\n", "a: >-\n  x\n\n  y\nb: 1\n", "{a: {b: [c]}}", "? a\n: b\n", "a: &x b\nc: *x\n", "--- # c\na: b\n...\n", "a: 'it''s'\n", "a: \"\\u00e9\\n\"\n",
		"a:\n- b\n-  - c\n", "# only\n", "a: !!str 1\n", "a: b\r\nc: d\r\n", "\ta: b\n", "a: #c\n  b\n", "\"a\" : b\n", "a: 'x\n  y'\n", "a: {b: c, # d\n  e: f}\n",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 64<<10 {
			return
		}
		got, err := Source(src)
		if err != nil {
			return
		}
		var doc yaml.Node
		if yaml.Unmarshal(src, &doc) != nil {
			t.Skip("read by a decoder, and not whole")
		}
		holds(t, src, got)
		for line := range strings.Lines(string(got)) {
			if strings.HasSuffix(line, "\r\n") && string(src) != string(got) {
				t.Errorf("%q keeps the line break of another system", line)
			}
		}
	})
}
