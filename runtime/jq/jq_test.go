// Programs and what they yield, the bounds that hold them, and texts that are no
// programs at all.

package jq

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	t.Setenv("SECRET_OF_THE_HOST", "x")
	tests := []struct{ name, program, input, want string }{ // want: the result, or ! and why there is none
		{"the value itself", `.`, `{"b":1,"a":[null,true]}`, `{"a":[null,true],"b":1}`},
		{"a member", `.a.b`, `{"a":{"b":"x"}}`, `"x"`},
		{"the first result of many", `.[]`, `[1,2,3]`, `1`},
		{"no result", `empty`, `1`, `null`},
		{"a variable", `$input.id`, `null`, `"7"`},
		{"the status", `$status + 1`, `null`, `201`},
		{"a variable of one's own", `$extra`, `null`, `[1]`},
		{"a long integer", `.n`, `{"n":12345678901234567890123}`, `12345678901234567890123`},
		{"a long fraction", `.n`, `{"n":1.000000000000000000001}`, `1.000000000000000000001`},
		{"long integers added", `.n + 1`, `{"n":12345678901234567890123}`, `12345678901234567890124`},
		{"text beyond ASCII", `.s`, `{"s":"é<&>"}`, `"é<&>"`},
		{"halt", `halt`, `1`, `null`},
		{"no environment", `env`, `1`, `{}`},
		{"no environment either", `$ENV`, `1`, `{}`},

		{"no JSON", `.`, `{`, `!the input is not JSON: `},
		{"nothing", `.`, ``, `!the input is not JSON: `},
		{"two values", `.`, `1 2`, `!the input is more than one JSON value`},
		{"no program", `.a |`, `1`, `!this is not a jq program: unexpected EOF`},
		{"an unknown function", `nope`, `1`, `!this is not a jq program: function not defined: nope/0`},
		{"an unknown variable", `$nope`, `1`, `!this is not a jq program: variable not defined: $nope`},
		{"further input", `input`, `1`, `!this is not a jq program: `},
		{"a module", `import "a" as a; 1`, `1`, `!this is not a jq program: `},
		{"an error", `error("no")`, `1`, `!the program failed: error: no`},
		{"a wrong type", `.a`, `[1]`, `!the program failed: expected an object but got: array ([1])`},
		{"an error as a value", `halt_error`, `"x"`, `!the program failed: `},
		{"too large", `reduce range(40) as $i (1; [.,.])`, `1`, `!the result is larger than 64 MiB`},
		{"too deep", `reduce range(2000) as $i (1; [.])`, `1`, `!the result is nested too deep`},
	}
	var e Engine
	variables := map[string][]byte{"input": []byte(`{"id":"7"}`), "status": []byte(`200`), "extra": []byte(`[1]`)}
	for _, tt := range tests {
		for range 2 { // the second time it is compiled already
			out, err := e.Run(t.Context(), tt.program, []byte(tt.input), variables)
			got := string(out)
			if err != nil {
				got = "!" + err.Error()
			}
			if got != tt.want && !(strings.HasPrefix(tt.want, "!") && strings.HasPrefix(got, tt.want)) {
				t.Errorf("%s: %s of %s: got %s, want %s", tt.name, tt.program, tt.input, got, tt.want)
			}
		}
	}
}

// TestVariables: what is not given is null, so that a program means the same
// wherever it runs.
func TestVariables(t *testing.T) {
	var e Engine
	if out, err := e.Run(t.Context(), `[$input, $status]`, []byte(`1`), nil); string(out) != `[null,null]` || err != nil {
		t.Errorf("%s %v", out, err)
	}
	if _, err := e.Run(t.Context(), `.`, []byte(`1`), map[string][]byte{"input": []byte(`{`)}); err == nil || !strings.HasPrefix(err.Error(), "$input is not JSON") {
		t.Error(err)
	}
}

// TestBounds: a program ends after its time, or with the call.
func TestBounds(t *testing.T) {
	var e Engine
	start := time.Now()
	_, err := e.Run(t.Context(), `[range(infinite)] | length`, []byte(`1`), nil)
	if err == nil || err.Error() != "the program takes longer than 1s" {
		t.Error(err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Run(ctx, `def f: f; f`, []byte(`1`), nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := e.Run(t.Context(), `.`, append([]byte(`"`), make([]byte, maxInput)...), nil); err == nil || err.Error() != "the input is larger than 10 MiB" {
		t.Error(err)
	}
}

// TestTogether: one engine serves many calls at once.
func TestTogether(t *testing.T) {
	var e Engine
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			for range 50 {
				if out, err := e.Run(t.Context(), `.a + 1`, []byte(`{"a":1}`), nil); string(out) != "2" || err != nil {
					t.Errorf("%s %v", out, err)
				}
			}
		})
	}
	running.Wait()
}

func BenchmarkRun(b *testing.B) {
	var e Engine
	input := []byte(`{"data":[` + strings.TrimSuffix(strings.Repeat(`{"id":"1","title":"t"},`, 50), ",") + `]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Run(b.Context(), `.data | map(.id)`, input, nil); err != nil {
			b.Fatal(err)
		}
	}
}
