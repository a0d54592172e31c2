// Other people's bytes: whatever a file holds, the generator answers with faults
// that have a place in it, or with Go that compiles.

package generator_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/manifest"
)

func FuzzLoad(f *testing.F) {
	paths, err := filepath.Glob("../testdata/manifests/*/*.txtar")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range paths {
		c, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(c.Files[0].Data)
	}
	whole, err := filepath.Glob("../examples/*/manifest.yaml")
	if err != nil || len(whole) != 3 {
		f.Fatalf("%d examples, %v", len(whole), err)
	}
	parts, err := filepath.Glob("export/examples/*.yaml")
	if err != nil || len(parts) < 30 {
		f.Fatalf("%d examples of the language, %v", len(parts), err)
	}
	for _, path := range append(append(whole, parts...), "../manifest.yaml") {
		src, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	if _, err := imported(); err != nil { // not inside: it may take long the first time
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		_, faults := generator.Load("manifest.yaml", src)
		for _, fault := range faults {
			if !inside(string(src), fault.Pos) && !inside(breaks.Replace(string(src)), fault.Pos) {
				t.Errorf("there is no such place: %v", fault)
			}
			if strings.ContainsAny(fault.String(), "\n\r\x00") {
				t.Errorf("the message is not one line: %q", fault)
			}
		}
		if len(faults) > 0 {
			return
		}
		c, first, err := generator.Generate("manifest.yaml", src)
		if err != nil {
			t.Fatalf("an accepted manifest yields no Go: %v", err)
		}
		if err := compiled(c, first); err != nil {
			t.Errorf("an accepted manifest yields Go that does not compile: %v", err)
		}
		if second := generate(t, src); !reflect.DeepEqual(first, second) {
			t.Errorf("the second run differs (-first +second):\n%s", cmp.Diff(first, second))
		}
	})
}

// breaks are what YAML 1.1 counts as the end of a line; bytes that are not text
// are found before it gets to count.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// inside reports whether a place is in a text, or right behind a line of it.
func inside(text string, at manifest.Pos) bool {
	lines := strings.Split(strings.TrimPrefix(text, "\uFEFF"), "\n")
	if at.Line < 1 || at.Line > len(lines) {
		return false
	}
	return at.Col >= 1 && at.Col <= utf8.RuneCountInString(lines[at.Line-1])+1
}
