// Programs of people: all their results, within the time that the caller gives.

package jq

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestProgram(t *testing.T) {
	for _, tt := range []struct{ program, input, want string }{
		{`.`, `{"a":1.50}`, `{"a":1.50}`},
		{`.a[]`, `{"a":[1,"x",null]}`, `1 "x" null`},
		{`empty`, `1`, ``},
		{`1, error("no"), 2`, `null`, `1 error: the program failed: error: no`},
		{`1, halt, 2`, `null`, `1`},
		{`env`, `null`, `{}`},
		{`.`, `{`, `error: the input is not JSON: unexpected EOF`},
		{`def f: [., .] | f; f`, `1`, `error: the program takes too long`},
	} {
		p, err := Parse(tt.program)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		var got []string
		for out, err := range p.Run(ctx, []byte(tt.input)) {
			if err != nil {
				got = append(got, "error: "+err.Error())
				continue
			}
			got = append(got, string(out))
		}
		cancel()
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %s", tt.program, strings.Join(got, " "))
		}
	}
	if _, err := Parse(`.[`); err == nil || !strings.HasPrefix(err.Error(), "this is not a jq program: ") {
		t.Errorf("no program: %v", err)
	}
	p, _ := Parse(`.[]`)
	for range p.Run(t.Context(), []byte(`[1,2,3]`)) {
		break
	}
}
