// The house: which way imports run, and what a Go host links.

package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "modulex.dev/connector"

type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
}

func listed(t *testing.T, args ...string) (out []pkg) {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Standard,Imports,Deps"}, args...)...)
	cmd.Dir = "../.."
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	for {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
}

// room is the part of the house that a package is in.
func room(path string) string {
	rest := strings.TrimPrefix(path, module+"/")
	switch {
	case rest == "runtime/jq":
		return "jq"
	case strings.HasPrefix(rest, "runtime/"):
		return "face"
	}
	first, _, _ := strings.Cut(rest, "/")
	return first
}

func TestImportsRunDownward(t *testing.T) {
	allowed := map[string][]string{
		"cmd":       {"cmd", "face", "jq", "gen", "runtime", "generator"},
		"examples":  {"examples", "face", "jq", "gen", "runtime", "cmd"}, // cmd: their tests run the cases of their manifests
		"face":      {"face", "jq", "runtime"},
		"jq":        {"runtime"},
		"gen":       {"runtime", "jq"}, // jq where a manifest holds programs
		"generator": {"generator"},
		"runtime":   {},
	}
	seen := 0
	for _, p := range listed(t, "./...") {
		for _, i := range p.Imports {
			if strings.HasPrefix(i, module) {
				seen++
				if !slices.Contains(allowed[room(p.ImportPath)], room(i)) {
					t.Errorf("%s imports %s", p.ImportPath, i)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d imports were looked at", seen)
	}
}

// TestPromisesHaveFiles: every file that docs/runtime.md names is there, and every
// promise has one.
func TestPromisesHaveFiles(t *testing.T) {
	page, err := os.ReadFile("../../docs/runtime.md")
	if err != nil {
		t.Fatal(err)
	}
	promises := 0
	for line := range strings.Lines(string(page)) {
		for _, link := range regexp.MustCompile(`\]\((\.\./[^)]+)\)`).FindAllStringSubmatch(line, -1) {
			if _, err := os.Stat("../../docs/" + link[1]); err != nil {
				t.Errorf("%v", err)
			}
			promises++
		}
	}
	if promises < 25 {
		t.Errorf("only %d files are named", promises)
	}
}

// A host that loads the table links the runtime and the standard library, and
// nothing else.
func TestWhatAHostLinks(t *testing.T) {
	want := []string{module + "/runtime"}
	var got []string
	for _, p := range listed(t, "-deps", "./gen/livestorm") {
		if !p.Standard && p.ImportPath != module+"/gen/livestorm" {
			got = append(got, p.ImportPath)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("gen/livestorm links %v, want %v", got, want)
	}
}

// The fleet is a module of its own: neither the connector nor its command links
// anything of it, nor of what it is built on.
func TestTheFleetStaysApart(t *testing.T) {
	seen := 0
	for _, p := range listed(t, "-deps", "./gen/...", "./cmd/...", "./runtime/...", "./generator/...") {
		seen++
		for _, apart := range []string{module + "/fleet", "github.com/nats-io/", "filippo.io/age", "github.com/prometheus/"} {
			if strings.HasPrefix(p.ImportPath, apart) {
				t.Errorf("%s is linked", p.ImportPath)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d packages were looked at", seen)
	}
}
