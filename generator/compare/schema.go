// Schemas: those of inputs are held against senders, those of outputs against
// readers. What senders may still send and readers may still expect breaks
// nobody.

package compare

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"modulex.dev/connector/generator/model"
)

// schemas compares the input and output schemas of an action.
func (d *differ) schemas(o, n *model.Action) {
	in := schemaWalk{differ: d, old: decoded(o.InputSchema), new: decoded(n.InputSchema), root: "parameters", what: "input"}
	in.object(in.old, in.new, nil)
	out := schemaWalk{differ: d, old: decoded(o.OutputSchema), new: decoded(n.OutputSchema), output: true, root: "returns", what: "output",
		seen: make(map[string]bool), oldAction: o, newAction: n}
	out.object(out.old, out.new, nil)
}

type object = map[string]any

func decoded(o model.Object) (out object) {
	if err := json.Unmarshal(model.JSON(o, ""), &out); err != nil {
		panic(err) // the model's own objects are JSON
	}
	return out
}

// schemaWalk is a walk through two schemas at once.
type schemaWalk struct {
	*differ
	old, new object
	output   bool
	root     string // the manifest's key
	what     string
	typ      string          // the type of the manifest that the walk is in
	seen     map[string]bool // pairs of definitions

	oldAction, newAction *model.Action // of outputs
}

// tell notes a change at a path. wider says whether the new schema allows more.
func (w *schemaWalk) tell(path []string, kind Kind, what, from, to string, wider bool, why string) {
	class := Additive
	if wider == w.output {
		class = Breaking
	}
	w.note(path, Change{Kind: kind, What: what, From: from, To: to, Class: class, Why: why}, cmp.Or(snake(what), "required"))
}

func (w *schemaWalk) note(path []string, c Change, key ...string) {
	name := w.what
	if len(path) > 0 {
		name += " " + strings.Join(path, ".")
	}
	c.What = strings.TrimSuffix(name+", "+c.What, ", ")
	c.Audiences = []Audience{Schema}
	if w.output {
		c.Audiences = []Audience{Action, Schema}
	}
	if w.typ == "" {
		w.addIn(c, slices.Concat([]string{w.root}, path, key)...)
		return
	}
	w.add(c, append([]string{"types", w.typ, "fields"}, path[len(path)-1:]...)...)
}

// schema compares two schemas at one place.
func (w *schemaWalk) schema(o, n object, path []string) {
	oRef, oNull, o := w.resolve(w.old, o)
	nRef, nNull, n := w.resolve(w.new, n)
	if oNull != nNull {
		w.tell(path, Changed, "null", allowed(oNull), allowed(nNull), nNull, "")
		o, n = without(o, "default"), without(n, "default") // it comes and goes with null
	}
	if oRef != "" && nRef != "" {
		if w.seen[oRef+" "+nRef] {
			return
		}
		w.seen[oRef+" "+nRef] = true
		before := w.typ
		w.typ = w.typeTitled(nRef)
		defer func() { w.typ = before }()
	}
	if from, to := text(o["type"]), text(n["type"]); from != to {
		wide := to == "" || from == "integer" && to == "number"
		if narrow := from == "" || from == "number" && to == "integer"; !wide && !narrow {
			wide = w.output // neither takes the values of the other
		}
		w.tell(path, Changed, "type", orAny(from), orAny(to), wide, "")
		return
	}
	w.constraints(o, n, path)
	w.object(o, n, path)
	if a, b, ok := objects(o["items"], n["items"]); ok {
		w.schema(a, b, append(slices.Clone(path), "[]"))
	}
}

func without(o object, key string) object {
	o = maps.Clone(o)
	delete(o, key)
	return o
}

func allowed(yes bool) string {
	if yes {
		return "allowed"
	}
	return "not allowed"
}

func orAny(typ string) string {
	if typ == "" {
		return "any"
	}
	return typ
}

// resolve follows references and takes null apart.
func (w *schemaWalk) resolve(root, s object) (ref string, null bool, _ object) {
	if options, ok := s["anyOf"].([]any); ok && len(options) == 2 {
		if last, _ := options[1].(object); text(last["type"]) == "null" {
			first, _ := options[0].(object)
			merged := maps.Clone(first)
			for k, v := range s {
				if k != "anyOf" {
					merged[k] = v
				}
			}
			null, s = true, merged
		}
	}
	if name, ok := strings.CutPrefix(text(s["$ref"]), "#/$defs/"); ok {
		defs, _ := root["$defs"].(object)
		target, _ := defs[name].(object)
		return name, null, target
	}
	return "", null, s
}

// typeTitled is the type of the new manifest that a definition is of.
func (w *schemaWalk) typeTitled(title string) string {
	for _, t := range w.differ.new.connector.Types {
		if t.Title == title {
			return t.Shape.Name
		}
	}
	return ""
}

// object compares members.
func (w *schemaWalk) object(o, n object, path []string) {
	before, _ := o["properties"].(object)
	after, _ := n["properties"].(object)
	oldRequired, newRequired := texts(o["required"]), texts(n["required"])
	for _, name := range slices.Sorted(maps.Keys(before)) {
		here := append(slices.Clone(path), name)
		if _, ok := after[name]; !ok {
			c := Change{Kind: Removed, From: w.describe(w.old, before[name]), Class: Breaking, Why: "what is sent with it does not fit"}
			if w.output {
				c.Why = "readers miss it"
			}
			if w.output && len(path) == 0 {
				c.Hint = renamedOutput(name, w.oldAction, w.newAction, "perhaps called %s now")
			}
			w.note(here, c)
			continue
		}
		was, is := slices.Contains(oldRequired, name), slices.Contains(newRequired, name)
		if was != is {
			w.tell(here, Changed, "", demand(was), demand(is), was, "")
		}
		if a, b, ok := objects(before[name], after[name]); ok {
			w.schema(a, b, here)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if _, ok := before[name]; ok {
			continue
		}
		c := Change{Kind: Added, To: w.describe(w.new, after[name]), Class: Additive}
		if !w.output && slices.Contains(newRequired, name) {
			c.Class, c.Why = Breaking, "what is sent without it does not fit"
		}
		if w.output && len(path) == 0 {
			c.Hint = renamedOutput(name, w.newAction, w.oldAction, "perhaps %s under another name")
		}
		w.note(append(slices.Clone(path), name), c)
	}
	w.others(o, n, path)
}

// others compares whether further members are allowed.
func (w *schemaWalk) others(o, n object, path []string) {
	if a, b, ok := objects(o["additionalProperties"], n["additionalProperties"]); ok {
		w.schema(a, b, append(slices.Clone(path), "{}"))
		return
	}
	from, to := compact(o["additionalProperties"]), compact(n["additionalProperties"])
	if from != to {
		w.tell(path, Changed, "further members", from, to, to != "false", "")
	}
}

// describe is a schema in a word or two.
func (w *schemaWalk) describe(root object, s any) string {
	o, _ := s.(object)
	ref, null, o := w.resolve(root, o)
	out := orAny(text(o["type"]))
	if ref != "" {
		out = ref
	}
	if items, ok := o["items"].(object); ok {
		out += " of " + w.describe(root, items)
	}
	if null {
		out += " or null"
	}
	return out
}

// constraints compares what a schema says beside types and members.
func (w *schemaWalk) constraints(o, n object, path []string) {
	all := maps.Clone(o)
	maps.Copy(all, n)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		from, to := compact(o[key]), compact(n[key])
		if from == to {
			continue
		}
		_, was := o[key]
		_, is := n[key]
		kind := Changed
		if !was {
			kind, from = Added, ""
		} else if !is {
			kind, to = Removed, ""
		}
		switch key {
		case "type", "properties", "required", "additionalProperties", "items", "anyOf", "$ref", "$defs", "description", "title":
		case "default":
			w.note(path, Change{Kind: kind, What: key, From: from, To: to, Class: Cosmetic}, key)
		case "enum":
			w.enum(o[key], n[key], kind, from, to, path)
		case "minimum", "minLength", "minItems":
			class, why := boundRule(pair{from: from, to: to}, -1)
			w.tell(path, kind, key, from, to, class == Additive, why)
		case "maximum", "maxLength", "maxItems":
			class, why := boundRule(pair{from: from, to: to}, 1)
			w.tell(path, kind, key, from, to, class == Additive, why)
		default: // a pattern, or a word that is new here: nobody can tell what fits
			w.tell(path, kind, key, from, to, !is || w.output && was, "")
		}
	}
}

func (w *schemaWalk) enum(o, n any, kind Kind, from, to string, path []string) {
	old, new := texts(o), texts(n)
	switch kept := len(common(old, new)); {
	case kind == Removed || kind == Changed && kept == len(old) && len(new) > kept:
		w.tell(path, kind, "enum", from, to, true, "")
	case kind == Changed && kept == len(old) && kept == len(new):
		w.note(path, Change{Kind: kind, What: "enum", From: from, To: to, Class: Cosmetic}, "enum")
	default:
		w.tell(path, kind, "enum", from, to, kind == Changed && w.output && len(new) > kept, "")
	}
}

func objects(a, b any) (x, y object, ok bool) {
	x, isX := a.(object)
	y, isY := b.(object)
	return x, y, isX && isY
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func texts(v any) (out []string) {
	list, _ := v.([]any)
	for _, e := range list {
		out = append(out, fmt.Sprint(e))
	}
	return out
}

func compact(v any) string {
	if v == nil {
		return "null"
	}
	return string(model.JSON(v, ""))
}
