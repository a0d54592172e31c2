// Package manifests finds what the judges judge.
package manifests

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/model"
)

// Root is the directory of the repository.
func Root(t *testing.T) string {
	t.Helper()
	_, here, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("nobody knows where this file is")
	}
	return filepath.Join(filepath.Dir(here), "../../..")
}

// All are the connectors of the repository, the examples of the language and two
// manifests with something of everything, one of them hostile.
func All(t *testing.T) (out []*model.Connector) {
	t.Helper()
	for _, pattern := range []string{"manifest.yaml", "examples/*/manifest.yaml", "generator/export/examples/*.yaml", "generator/export/testdata/*.txtar"} {
		names, err := filepath.Glob(filepath.Join(Root(t), pattern))
		if err != nil || names == nil {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, n := range names {
			out = append(out, load(t, n))
		}
	}
	return out
}

func load(t *testing.T, name string) *model.Connector {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(name, ".txtar") {
		src = txtar.Parse(src).Files[0].Data
	}
	// Linters do not like servers of example.com, which the examples have.
	c, faults := generator.Load(name, []byte(strings.ReplaceAll(string(src), "example.com", "vendor.test")))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return c
}
