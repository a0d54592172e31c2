// Pairs of manifests and what differs in them. testdata/base.yaml is the old
// manifest; each archive beside it holds edits, lines with - replaced by lines
// with +, and what comparing says: from the old manifest to the edited one, and
// behind a line of dashes the way back. `go test ./generator/compare -update`
// writes what is said today; read the difference before you keep it.

package compare_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/compare"
)

var update = flag.Bool("update", false, "write what is said into testdata")

const wayBack = "---- back\n"

func TestPairs(t *testing.T) {
	eachPair(t, func(t *testing.T, base, edited *compare.Side, archive *txtar.Archive, i int) {
		got := text(t, compare.Compare(base, edited)) + wayBack + text(t, compare.Compare(edited, base))
		if *update {
			archive.Files[i+1].Data = []byte(got)
			return
		}
		if diff := cmp.Diff(string(archive.Files[i+1].Data), got); diff != "" {
			t.Errorf("what differs (-want +got):\n%s", diff)
		}
	})
}

// eachPair runs f for each edit of testdata.
func eachPair(t *testing.T, f func(t *testing.T, base, edited *compare.Side, archive *txtar.Archive, i int)) {
	t.Helper()
	src := read(t, "testdata/base.yaml")
	base := load(t, "base.yaml", src)
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	pairs := 0
	for _, file := range archives {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(archive.Files); i += 2 {
			pairs++
			name := archive.Files[i].Name
			if archive.Files[i+1].Name != name+".want" {
				t.Fatalf("%s: %s has no want", file, name)
			}
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+name, func(t *testing.T) {
				f(t, base, load(t, "edited.yaml", edit(t, src, archive.Files[i].Data)), archive, i)
			})
		}
		if *update {
			if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if pairs < 60 {
		t.Errorf("only %d pairs", pairs)
	}
}

// edit replaces the lines with - by those with +.
func edit(t *testing.T, src, lines []byte) []byte {
	t.Helper()
	var old, new []string
	for line := range strings.Lines(string(lines)) {
		text := strings.TrimSuffix(line[1:], "\n")
		if line[0] == '-' {
			old = append(old, text)
		} else {
			new = append(new, text)
		}
	}
	before := strings.Join(old, "\n")
	if !bytes.Contains(src, []byte(before)) {
		t.Fatalf("base.yaml does not hold %q", before)
	}
	return bytes.Replace(src, []byte(before), []byte(strings.Join(new, "\n")), 1)
}

func load(t *testing.T, file string, src []byte) *compare.Side {
	t.Helper()
	side, err := compare.Load(file, src)
	if err != nil {
		t.Fatal(err)
	}
	return side
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func text(t *testing.T, r *compare.Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.Text(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// manifests are the good manifests of the repository.
func manifests(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{"manifest.yaml": read(t, "../../manifest.yaml"), "base.yaml": read(t, "testdata/base.yaml")}
	files, err := filepath.Glob("../../testdata/manifests/good/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no manifests", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name == "manifest.yaml" {
				out[filepath.Base(file)] = f.Data
			}
		}
	}
	return out
}

// A manifest does not differ from itself, nor from itself with other comments and
// names of files.
func TestSame(t *testing.T) {
	for name, src := range manifests(t) {
		r := compare.Compare(load(t, name, src), load(t, "other.yaml", slices.Concat([]byte("# words\n\n"), src, []byte("\n# more\n"))))
		if !r.Same() || text(t, r) != "" || r.Asked() != r.OldVersion || !r.Satisfied() {
			t.Errorf("%s differs from itself:\n%s", name, text(t, r))
		}
	}
}

// What is written otherwise and means the same is no difference.
func TestSameByAnotherWay(t *testing.T) {
	src := string(read(t, "testdata/base.yaml"))
	for _, tt := range []struct{ name, old, new string }{
		{"order of keys", "    description: Find people.\n    request: GET /people\n", "    request: GET /people\n    description: Find people.\n"},
		{"block instead of flow", "      order: { in: query, description: The order, enum: [asc, desc] }\n",
			"      order:\n        description: The order\n        in: query\n        enum:\n          - asc\n          - desc\n"},
		{"a group", "      name: { in: query, required: true, description: Its name }\n", "      +named: {}\n"},
		{"defaults written out", "    request: GET /people\n", "    request: GET /people\n    success: [200]\n    auth: token\n"},
	} {
		other := strings.Replace(src, tt.old, tt.new, 1)
		if tt.name == "a group" {
			other = strings.Replace(other, "groups:\n", "groups:\n  named: { name: { in: query, required: true, description: Its name } }\n", 1)
		}
		if other == src {
			t.Fatalf("%s: nothing is edited", tt.name)
		}
		if r := compare.Compare(load(t, "base.yaml", []byte(src)), load(t, "other.yaml", []byte(other))); !r.Same() {
			t.Errorf("%s:\n%s", tt.name, text(t, r))
		}
	}
}

// Whatever changes a generated file is reported, if only as cosmetic.
func TestNothingIsMissed(t *testing.T) {
	generated := func(src []byte) string {
		_, files, err := generator.Generate("manifest.yaml", src)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%s", files)
	}
	src := read(t, "testdata/base.yaml")
	all := manifests(t)
	all["renamed body"] = bytes.ReplaceAll(bytes.ReplaceAll(src, []byte("  item:\n"), []byte("  thing:\n")), []byte("body: item"), []byte("body: thing"))
	for name, other := range all {
		r := compare.Compare(load(t, "base.yaml", src), load(t, name, other))
		if same := generated(src) == generated(other); same != r.Same() {
			t.Errorf("%s: generated files are the same: %t, and so says the comparison: %t", name, same, r.Same())
		}
	}
}

// The place of a change is in its file, and there stands what changes.
func TestPlaces(t *testing.T) {
	line := regexp.MustCompile(`^(base|edited)\.yaml:(\d+):(\d+): (\w+) for `)
	src := read(t, "testdata/base.yaml")
	eachPair(t, func(t *testing.T, base, edited *compare.Side, archive *txtar.Archive, i int) {
		lines := map[string][]string{
			"base":   strings.Split(string(src), "\n"),
			"edited": strings.Split(string(edit(t, src, archive.Files[i].Data)), "\n"),
		}
		for _, l := range strings.Split(strings.TrimSpace(text(t, compare.Compare(base, edited))), "\n") {
			m := line.FindStringSubmatch(l)
			if m == nil {
				if !strings.Contains(l, " asks for ") {
					t.Errorf("a line without a place: %s", l)
				}
				continue
			}
			row, _ := strconv.Atoi(m[2])
			col, _ := strconv.Atoi(m[3])
			if row > len(lines[m[1]]) || col > len(lines[m[1]][row-1]) || lines[m[1]][row-1][col-1] == ' ' {
				t.Errorf("nothing stands at the place of: %s", l)
			}
		}
	})
}

func TestVersions(t *testing.T) {
	for _, tt := range []struct {
		class    compare.Class
		old, new string
		asked    string
		enough   bool
	}{
		{compare.Breaking, "1.2.3", "2.0.0", "2.0.0", true},
		{compare.Breaking, "1.2.3", "1.9.0", "2.0.0", false},
		{compare.Breaking, "1.2.3", "3.1.0", "2.0.0", true},
		{compare.Additive, "1.2.3", "1.3.0", "1.3.0", true},
		{compare.Additive, "1.2.3", "1.2.4", "1.3.0", false},
		{compare.Behaviour, "1.2.3", "1.10.0", "1.3.0", true},
		{compare.Cosmetic, "1.2.3", "1.2.4", "1.2.4", true},
		{compare.Cosmetic, "1.2.3", "1.2.3", "1.2.4", false},
		{compare.Cosmetic, "1.2.3", "1.1.9", "1.2.4", false},
		{compare.Breaking, "0.2.3", "0.3.0", "0.3.0", true},
		{compare.Breaking, "0.2.3", "0.2.4", "0.3.0", false},
		{compare.Additive, "0.2.3", "0.2.4", "0.2.4", true},
		{compare.Behaviour, "0.2.3", "1.0.0", "0.2.4", true},
		{compare.Cosmetic, "0.0.9", "0.0.10", "0.0.10", true},
		{"", "1.2.3", "1.2.3", "1.2.3", true},
		{"", "1.2.3", "1.2.2", "1.2.3", false},
	} {
		r := &compare.Report{OldVersion: tt.old, NewVersion: tt.new}
		if tt.class != "" {
			r.Changes = []compare.Change{{Class: compare.Cosmetic}, {Class: tt.class}}
		}
		if r.Asked() != tt.asked || r.Satisfied() != tt.enough {
			t.Errorf("%s from %s to %s: asks for %s, satisfied: %t", tt.class, tt.old, tt.new, r.Asked(), r.Satisfied())
		}
	}
}

func TestFaultyManifest(t *testing.T) {
	if _, err := compare.Load("x.yaml", []byte("manifest: 1\n")); err == nil || !strings.HasPrefix(err.Error(), "x.yaml:1:1: ") {
		t.Errorf("got %v", err)
	}
}
