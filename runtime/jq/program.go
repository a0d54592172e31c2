// Programs that a person writes, rather than a manifest: all of their results
// count, and their bounds are wider.

package jq

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/itchyny/gojq"
)

// Program is a compiled program.
type Program struct{ code *gojq.Code }

// Parse compiles a program. It sees no environment, no files and no variables.
func Parse(text string) (*Program, error) {
	p := compile(text, nil)
	if p.err != nil {
		return nil, p.err
	}
	return &Program{p.code}, nil
}

// Run gives input (JSON) to the program and yields its results as JSON. An error
// is the last element. The context bounds it; numbers that it only passes on keep
// their digits.
func (p *Program) Run(ctx context.Context, input []byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var value any
		d := json.NewDecoder(bytes.NewReader(input))
		d.UseNumber()
		if err := d.Decode(&value); err != nil {
			yield(nil, fmt.Errorf("the input is not JSON: %w", err))
			return
		}
		for results := p.code.RunWithContext(ctx, value); ; {
			result, ok := next(results)
			if !ok {
				return
			}
			out, err := written(ctx, result)
			if out == nil && err == nil {
				return // it has halted
			}
			if !yield(out, err) || err != nil {
				return
			}
		}
	}
}

// next is the next result. The words of a panic may hold anything.
func next(results gojq.Iter) (result any, ok bool) {
	defer func() {
		if recover() != nil {
			result, ok = errors.New("it broke down"), true
		}
	}()
	return results.Next()
}

// written is a result as JSON; nothing when the program has ended itself.
func written(ctx context.Context, result any) ([]byte, error) {
	if err, failed := result.(error); failed {
		halt, ok := errors.AsType[*gojq.HaltError](err)
		switch {
		case ok && halt.Value() == nil:
			return nil, nil
		case errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil:
			return nil, errors.New("the program takes too long")
		}
		return nil, fmt.Errorf("the program failed: %w", err)
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
