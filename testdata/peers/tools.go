//go:build unix

// The generators: how they are had, run, and what their output needs.

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// tool is a generator. It runs in the directory of a size and writes to the
// directory of its name.
type tool struct {
	name, label string
	peer        bool
	binary      string
	args        []string
	pkg         string   // of the output
	requires    []string // by the output
	replace     string   // a required module that is here
}

// ogenConfig leaves out servers and telemetry.
const ogenConfig = `generator:
  features:
    enable: [paths/client]
    disable: [paths/server, ogen/otel]
  content_type_aliases:
    application/vnd.api+json: application/json
`

const (
	oapiVersion        = "v2.8.2"
	oapiRuntimeVersion = "v1.8.0"
	ogenVersion        = "v1.24.0"
)

// installed is the generators that can be had, connectorgen first.
func installed(ctx context.Context, dir string, o options) ([]tool, error) {
	root, err := filepath.Abs(".")
	if err != nil {
		return nil, err
	}
	bin := filepath.Join(dir, "bin")
	if err := goCommand(ctx, root, "build", "-o", bin+"/", "./cmd/connectorgen"); err != nil {
		return nil, err
	}
	tools := []tool{{
		name: "connectorgen", label: "connectorgen generate", binary: filepath.Join(bin, "connectorgen"),
		args: []string{"generate", "--manifest", "manifest.yaml", "--out", "connectorgen"},
		pkg:  "livestorm", requires: []string{"modulex.dev/connector"}, replace: root,
	}}
	if o.peersUpTo == 0 {
		return tools, nil
	}
	config := filepath.Join(dir, "ogen.yml")
	if err := os.WriteFile(config, []byte(ogenConfig), 0o644); err != nil {
		return nil, err
	}
	for _, p := range []struct {
		tool
		command, version string
	}{
		{tool{
			name: "oapi-codegen", args: []string{"-generate", "types,client", "-package", "api", "-o", "oapi-codegen/api.go", "openapi.json"},
			requires: []string{"github.com/oapi-codegen/runtime@" + oapiRuntimeVersion},
		}, "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen", oapiVersion},
		{tool{
			name: "ogen", args: []string{"-config", config, "-package", "api", "-target", "ogen", "openapi.json"},
			requires: []string{"github.com/ogen-go/ogen@" + ogenVersion},
		}, "github.com/ogen-go/ogen/cmd/ogen", ogenVersion},
	} {
		if err := install(ctx, bin, p.command+"@"+p.version); err != nil {
			fmt.Printf("Without %s %s, which cannot be had here: %v\n", p.name, p.version, err)
			continue
		}
		p.peer, p.label, p.binary, p.pkg = true, p.name+" "+p.version, filepath.Join(bin, p.name), "api"
		tools = append(tools, p.tool)
	}
	return tools, nil
}

func install(ctx context.Context, bin, command string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute) // a proxy that never answers
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "install", command)
	cmd.Env = append(os.Environ(), "GOBIN="+bin)
	return said(cmd)
}

func goCommand(ctx context.Context, dir string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	return said(cmd)
}

// said runs a command whose output matters only when it fails.
func said(cmd *exec.Cmd) error {
	text, err := cmd.CombinedOutput()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		return fmt.Errorf("go %s: %w: %s", cmd.Args[1], err, lines[len(lines)-1])
	}
	return nil
}

// module makes the output of a tool a module of its own, and compiles what it
// imports.
func module(ctx context.Context, dir string, x tool) error {
	if x.replace != "" {
		text := fmt.Sprintf("module generated\n\ngo 1.26.0\n\nrequire %s v0.0.0\n\nreplace %s => %s\n", x.requires[0], x.requires[0], x.replace)
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644); err != nil {
			return err
		}
		sums, err := os.ReadFile(filepath.Join(x.replace, "go.sum"))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644); err != nil {
			return err
		}
	} else {
		if err := goCommand(ctx, dir, "mod", "init", "generated"); err != nil {
			return err
		}
		if err := goCommand(ctx, dir, append([]string{"get"}, x.requires...)...); err != nil {
			return err
		}
	}
	if err := goCommand(ctx, dir, "mod", "tidy"); err != nil {
		return err
	}
	return imports(ctx, dir)
}

// imports compiles what the package in dir imports.
func imports(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, "go", "list", "-f", `{{join .Imports "\n"}}`, ".")
	cmd.Dir = dir
	text, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	return goCommand(ctx, dir, append([]string{"build"}, strings.Fields(string(text))...)...)
}
