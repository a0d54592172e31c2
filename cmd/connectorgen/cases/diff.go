// Where two JSON values differ, a line for each place.

package cases

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// diffTexts compares two texts as JSON, or as they stand when one is none.
func diffTexts(what, got, want string) []string {
	g, errG := decode(got)
	w, errW := decode(want)
	if errors.Join(errG, errW) != nil {
		if got == want {
			return nil
		}
		return []string{different(what, shown(got), shown(want))}
	}
	var faults []string
	diff(what, "", g, w, func(fault string) { faults = append(faults, fault) })
	return faults
}

// diff reports each place where two values differ, members in the order of their
// names.
func diff(what, path string, got, want any, fault func(string)) {
	g, isObject := got.(map[string]any)
	if w, ok := want.(map[string]any); ok && isObject {
		for _, name := range union(g, w) {
			diff(what, join(path, name), member(g, name), member(w, name), fault)
		}
		return
	}
	gl, isList := got.([]any)
	if wl, ok := want.([]any); ok && isList {
		for i := range max(len(gl), len(wl)) {
			diff(what, join(path, strconv.Itoa(i)), element(gl, i), element(wl, i), fault)
		}
		return
	}
	if !reflect.DeepEqual(got, want) {
		fault(different(strings.TrimSpace(what+" "+path), text(got), text(want)))
	}
}

// different words a difference; "" is what is not there.
func different(where, got, want string) string {
	switch {
	case got == "":
		return where + ": not there, want " + want
	case want == "":
		return where + ": " + got + ", want nothing"
	}
	return where + ": " + got + ", want " + want
}

// nothing stands for a member that is not there, which is not null.
type nothing struct{}

func member(object map[string]any, name string) any {
	if v, ok := object[name]; ok {
		return v
	}
	return nothing{}
}

func element(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nothing{}
}

func union(a, b map[string]any) (names []string) {
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// text is a value as JSON.
func text(v any) string {
	if v == (nothing{}) {
		return ""
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // it was JSON before
	return shown(strings.TrimSpace(b.String()))
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return text(s)
}

// shown cuts what nobody reads to its end.
func shown(s string) string {
	const most = 400
	if r := []rune(s); len(r) > most {
		return fmt.Sprintf("%s… (%d more characters)", string(r[:most]), len(r)-most)
	}
	return s
}

// decode reads JSON with its numbers as they are written.
func decode(text string) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err = d.Decode(&v); err == nil {
		if _, end := d.Token(); end != io.EOF {
			err = errors.New("something follows")
		}
	}
	return v, err
}

// keysOf are the members of an object in their order.
func keysOf(object string) (keys []string) {
	d := json.NewDecoder(strings.NewReader(object))
	if open, _ := d.Token(); open != json.Delim('{') {
		return nil
	}
	for d.More() {
		key, _ := d.Token()
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return keys
		}
		keys = append(keys, fmt.Sprint(key))
	}
	return keys
}
