// Package generator turns a connector manifest into the files of a Go package.
// It is pure: bytes in, files out; writing and comparing are for the caller.
package generator

import (
	"fmt"

	"modulex.dev/connector/generator/emit"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
)

// File is one generated file: its name inside the package, and its content.
type File = emit.File

// Generate turns a manifest into Go. file is the manifest's name in messages
// and comments. A manifest with faults yields no files and a
// [manifest.Diagnostics] that lists them all.
func Generate(file string, src []byte) (*model.Connector, []File, error) {
	// Decide what the connector is, or say everything that is wrong.
	c, faults := Load(file, src)
	if len(faults) > 0 {
		return nil, nil, faults
	}
	// Print what has been decided.
	files, err := emit.Files(c)
	if err != nil {
		return nil, nil, fmt.Errorf("the generated code does not parse, which is a fault of the generator: %w", err)
	}
	return c, files, nil
}

// Load reads, checks and decides a manifest without printing it. The connector
// is nil when there are faults.
func Load(file string, src []byte) (*model.Connector, manifest.Diagnostics) {
	m, faults := manifest.Load(file, src)
	if m == nil {
		return nil, faults.Spanned(src)
	}
	// Names are decided even when the shape has faults, so that an author sees
	// everything in one run.
	c, nameFaults := model.Build(m)
	if faults = append(faults, nameFaults...).Sorted(); len(faults) > 0 {
		return nil, faults.Spanned(src)
	}
	return c, nil
}
