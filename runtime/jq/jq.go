// Package jq runs the jq programs of a manifest. It is a package of its own so
// that connectors without programs link no interpreter; generated code sets
// [runtime.API].JQ to an [Engine] where a manifest has programs.
//
// A program sees one JSON value and its variables, and nothing else: no
// environment, no files, no modules, no further input. What it is given and what
// it yields are bounded, and so is its time. Its memory is not: a program can
// build more than it yields, so programs are part of a manifest and never of an
// input.
package jq

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/itchyny/gojq"
	"modulex.dev/connector/runtime"
)

const (
	maxTime   = time.Second
	maxInput  = 10 << 20 // of the value and of each variable
	maxOutput = 64 << 20
	maxDepth  = 1000 // of what a program yields
)

// Engine runs programs. It compiles each of them once and keeps it. The zero
// value works, for any number of goroutines.
type Engine struct {
	programs sync.Map // *program by key
}

var _ runtime.JQ = (*Engine)(nil)

// key names a compiled program: its text means something else with other
// variables.
type key struct{ text, variables string }

type program struct {
	code *gojq.Code
	err  error
}

// always are the variables that every program may name; they are null where the
// caller has none. So a program that the generator has compiled compiles here.
var always = []string{"headers", "input", "status"}

// Run gives input to a program and returns its first result as JSON, null when
// there is none. It ends after a second, or with the context. Numbers that a
// program only passes on keep their digits.
func (e *Engine) Run(ctx context.Context, text string, input []byte, variables map[string][]byte) (out []byte, err error) {
	defer func() {
		if recover() != nil { // its words may hold anything
			out, err = nil, errors.New("the program broke down")
		}
	}()
	names := namesOf(variables)
	p := e.program(text, names)
	if p.err != nil {
		return nil, p.err
	}
	value, err := decode("the input", input)
	if err != nil {
		return nil, err
	}
	values := make([]any, len(names))
	for i, name := range names {
		if given, ok := variables[name]; ok {
			if values[i], err = decode("$"+name, given); err != nil {
				return nil, err
			}
		}
	}
	return first(ctx, p.code, value, values)
}

// namesOf are the names of all variables, sorted.
func namesOf(variables map[string][]byte) []string {
	names := slices.Clone(always)
	for name := range variables {
		if !slices.Contains(always, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// program returns a program, compiled.
func (e *Engine) program(text string, names []string) *program {
	k := key{text, strings.Join(names, " ")}
	if p, ok := e.programs.Load(k); ok {
		return p.(*program)
	}
	p, _ := e.programs.LoadOrStore(k, compile(text, names))
	return p.(*program)
}

func compile(text string, names []string) *program {
	query, err := gojq.Parse(text)
	if err != nil {
		return &program{err: fmt.Errorf("this is not a jq program: %w", err)}
	}
	var variables []string
	for _, name := range names {
		variables = append(variables, "$"+name)
	}
	code, err := gojq.Compile(query, gojq.WithVariables(variables), gojq.WithEnvironLoader(func() []string { return nil }))
	if err != nil {
		return &program{err: fmt.Errorf("this is not a jq program: %w", err)}
	}
	return &program{code: code}
}

// decode reads JSON with its numbers as they are written.
func decode(what string, text []byte) (value any, err error) {
	if len(text) > maxInput {
		return nil, fmt.Errorf("%s is larger than %d MiB", what, maxInput>>20)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, fmt.Errorf("%s is not JSON: %w", what, err)
	}
	if d.More() {
		return nil, fmt.Errorf("%s is more than one JSON value", what)
	}
	return value, nil
}

// first runs a program up to its first result.
func first(ctx context.Context, code *gojq.Code, value any, values []any) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	result, ok := code.RunWithContext(limited, value, values...).Next()
	if !ok {
		return []byte("null"), nil
	}
	if err, failed := result.(error); failed {
		if halt, ok := errors.AsType[*gojq.HaltError](err); ok && halt.Value() == nil {
			return []byte("null"), nil
		}
		return nil, reason(ctx, limited, err)
	}
	if why := tooMuch(result); why != "" {
		return nil, errors.New(why)
	}
	out, err := gojq.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("the result cannot be written as JSON: %w", err)
	}
	return out, nil
}

// reason words why a program failed.
func reason(ctx, limited context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		return fmt.Errorf("the program takes longer than %s", maxTime)
	}
	return fmt.Errorf("the program failed: %w", err)
}

// tooMuch says why a result cannot be written out: it is too large, or too deep
// to be JSON that anybody reads. A small value may be large as JSON, when it
// holds one part many times.
func tooMuch(result any) string {
	left := maxOutput
	if !measure(result, 0, &left) {
		if left < 0 {
			return fmt.Sprintf("the result is larger than %d MiB", maxOutput>>20)
		}
		return "the result is nested too deep"
	}
	return ""
}

// measure takes the size of a value off what is left and reports whether the
// value is within the bounds.
func measure(value any, depth int, left *int) bool {
	if *left -= 4; *left < 0 || depth > maxDepth {
		return false
	}
	switch v := value.(type) {
	case string:
		*left -= len(v)
	case json.Number:
		*left -= len(v)
	case *big.Int:
		*left -= v.BitLen() / 3
	case []any:
		for _, element := range v {
			if !measure(element, depth+1, left) {
				return false
			}
		}
	case map[string]any:
		for name, member := range v {
			if *left -= len(name); !measure(member, depth+1, left) {
				return false
			}
		}
	}
	return *left >= 0
}
