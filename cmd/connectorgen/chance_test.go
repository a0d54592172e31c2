// Random JSON, the same for the same seed: what the property tests give to
// actions, and what they let APIs answer.

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"modulex.dev/connector/runtime"
)

// chance decides.
type chance struct{ *rand.Rand }

// newChance is what one seed makes of one action.
func newChance(seed uint64, action int) chance {
	return chance{rand.New(rand.NewPCG(seed, uint64(action)))}
}

// once reports true once in so many times.
func (c chance) once(in int) bool { return c.IntN(in) == 0 }

func pick[T any](c chance, from []T) T { return from[c.IntN(len(from))] }

// What is hard to read, or means something to somebody.
var (
	oddTexts = []string{
		`""`, `" "`, `"a"`, `"."`, `".."`, `"a/b"`, `"%2e%2e"`, `"é😀"`, `"\ud83d\ude00"`, `"\ud800"`, `"\u0000"`, `"a\r\nX: y"`, `"\u202e"`, `"true"`, `"12"`, `"null"`, `"{a}"`,
		`"2026-01-02T03:04:05Z"`, `"https://elsewhere.example/x?y#z"`, `"a,b"`, `"[1]"`, `"{\"a\":1}"`, `"<b>&\"'"`, `"\u2028"`, `"YQ=="`, `"test-token"`, "\"\x7f\"",
	}
	oddNumbers = []string{`0`, `-0`, `1`, `-1`, `7`, `50`, `4.0`, `1.50`, `1e2`, `-1.5e-7`, `1e400`, `9007199254740993`, `12345678901234567890`, `-9223372036854775809`}
	oddNames   = []string{`""`, `"a"`, `"data"`, `"id"`, `"meta"`, `"errors"`, `"success"`, `"next_page"`, `"\u0061"`, `"a.b"`, `"é"`, `"__proto__"`, `"0"`}
)

// json is any JSON value, at most so deep.
func (c chance) json(depth int) string {
	kinds := 8
	if depth <= 0 {
		kinds = 6
	}
	switch c.IntN(kinds) {
	case 0:
		return pick(c, []string{`null`, `true`, `false`})
	case 1, 2:
		return pick(c, oddNumbers)
	case 6:
		return c.object(depth)
	case 7:
		return c.list(depth)
	}
	return pick(c, oddTexts)
}

// object may have one name twice.
func (c chance) object(depth int) string {
	var members []string
	for range c.IntN(4) {
		members = append(members, pick(c, oddNames)+c.blank()+":"+c.blank()+c.json(depth-1))
	}
	return "{" + c.blank() + strings.Join(members, c.blank()+",") + "}"
}

func (c chance) list(depth int) string {
	var elements []string
	for range c.IntN(4) {
		elements = append(elements, c.json(depth-1))
	}
	return "[" + strings.Join(elements, ","+c.blank()) + c.blank() + "]"
}

func (c chance) blank() string { return pick(c, []string{"", "", "", " ", "\n\t"}) }

// spoil changes a document at one place: it leaves something out, renames it,
// doubles it, or puts something else there.
func (c chance) spoil(doc string) string {
	var v any
	d := json.NewDecoder(strings.NewReader(doc))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return c.json(3)
	}
	out, err := json.Marshal(c.spoilt(v))
	if err != nil {
		return c.json(3)
	}
	return string(out)
}

func (c chance) spoilt(v any) any {
	other := json.RawMessage(c.json(2))
	if c.once(6) {
		return other
	}
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			return other
		}
		name := pick(c, slices.Sorted(maps.Keys(v))) // sorted, so that a seed says all
		switch c.IntN(5) {
		case 0:
			delete(v, name)
		case 1:
			v[name+"_"] = v[name]
			delete(v, name)
		default:
			v[name] = c.spoilt(v[name])
		}
		return v
	case []any:
		if len(v) == 0 {
			return append(v, other)
		}
		at := c.IntN(len(v))
		switch c.IntN(4) {
		case 0:
			return slices.Delete(v, at, at+1)
		case 1:
			return append(v, v[at])
		}
		v[at] = c.spoilt(v[at])
		return v
	}
	return other
}

// broken is a document that is no longer one, or is just still one.
func (c chance) broken(doc string) string {
	switch c.IntN(6) {
	case 0:
		return doc[:c.IntN(len(doc)+1)]
	case 1:
		return "\uFEFF" + doc
	case 2:
		return doc + pick(c, []string{"\n", "x", "{}", "\x00"})
	case 3:
		return ""
	case 4:
		at := c.IntN(len(doc) + 1)
		return doc[:at] + pick(c, []string{"\xff", "\xed\xa0\x80", "\x00", `"`, ",", "}"}) + doc[at:]
	}
	deep := pick(c, []int{999, 1001})
	return strings.Repeat("[", deep) + strings.Repeat("]", deep)
}

// input is something that a caller may give to an action.
func (c chance) input(a *runtime.Action) string {
	object := c.arguments(a)
	switch c.IntN(10) {
	case 0:
		return c.json(3)
	case 1:
		return c.broken(object)
	case 2, 3, 4:
		return c.spoil(object)
	}
	return object
}

// arguments are an input of the right types: what is required, and some of the
// rest.
func (c chance) arguments(a *runtime.Action) string {
	var members []string
	for i := range a.Parameters {
		if p := &a.Parameters[i]; p.Required || c.once(3) {
			members = append(members, fmt.Sprintf("%q:%s", p.Name, c.argument(p)))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

func (c chance) argument(p *runtime.Param) string {
	t := p.Type
	switch {
	case c.once(12):
		return `null`
	case p.Parse != "" && c.once(2):
		text, _ := json.Marshal(c.typed(t, p.Items))
		return string(text)
	case p.Check != nil && len(p.Check.Enum) > 0 && t == runtime.TypeString:
		text, _ := json.Marshal(pick(c, p.Check.Enum))
		return string(text)
	}
	return c.typed(t, p.Items)
}

// typed is a value of a type.
func (c chance) typed(t, items runtime.Type) string {
	switch t {
	case runtime.TypeString:
		return pick(c, oddTexts)
	case runtime.TypeBoolean:
		return pick(c, []string{`true`, `false`})
	case runtime.TypeInteger:
		return pick(c, []string{`0`, `1`, `2`, `-3`, `50`, `4.0`, `12345678901234567890`})
	case runtime.TypeNumber:
		return pick(c, oddNumbers)
	case runtime.TypeObject:
		return c.object(2)
	case runtime.TypeArray:
		var elements []string
		for range c.IntN(4) {
			elements = append(elements, c.typed(items, ""))
		}
		return "[" + strings.Join(elements, ",") + "]"
	}
	return c.json(2)
}
