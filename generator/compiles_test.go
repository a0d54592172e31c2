// Whether generated packages compile, asked of go/types: building thousands of
// packages would take hours, checking their types takes milliseconds each.

package generator_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/model"
)

// compiled type-checks the files of a generated package. The functions that an
// author writes by hand are not there, and may be missing.
func compiled(c *model.Connector, files []generator.File) error {
	imports, err := imported()
	if err != nil {
		return err
	}
	set := token.NewFileSet()
	var parsed []*ast.File
	for _, f := range files {
		file, err := parser.ParseFile(set, f.Name, f.Content, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		parsed = append(parsed, file)
	}
	var faults []error
	config := types.Config{
		Importer: imports,
		Error: func(err error) {
			if !byHand(c, err) {
				faults = append(faults, err)
			}
		},
	}
	_, _ = config.Check("example.com/generated", set, parsed, nil) // Error has been told
	return errors.Join(faults...)
}

// byHand reports whether an error is about a function that is not generated.
func byHand(c *model.Connector, err error) bool {
	name, undefined := strings.CutPrefix(err.(types.Error).Msg, "undefined: ")
	if !undefined {
		return false
	}
	for _, a := range c.Actions {
		if a.Hook == name {
			return true
		}
	}
	for _, s := range c.API.Auth {
		if string(s.Sign) == name {
			return true
		}
	}
	return false
}

// imported has the go command compile what generated packages import, once, and
// keeps what it has read of that.
var imported = sync.OnceValues(func() (types.Importer, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "modulex.dev/connector/runtime/jq")
	var words bytes.Buffer
	cmd.Stderr = &words
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, words.String())
	}
	exports := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path] = file
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("generated code imports %s", path)
		}
		return os.Open(exports[path])
	}), nil
})
