package compare

import (
	"reflect"
	"strings"
	"testing"

	"modulex.dev/connector/generator/table"
)

// Each field of the table is compared, those of tomorrow too.
func TestEveryFieldIsAFact(t *testing.T) {
	seen := make(map[reflect.Type]bool)
	var look func(of reflect.Type)
	look = func(of reflect.Type) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || seen[of] {
			return
		}
		seen[of] = true
		for i := range of.NumField() {
			look(of.Field(i).Type)
			name := of.Name() + "." + of.Field(i).Name
			if keys[name] == "-" || of == reflect.TypeFor[table.Bound]() || of == reflect.TypeFor[table.Template]() || of == reflect.TypeFor[table.Member]() {
				continue
			}
			v := reflect.New(of).Elem()
			before := factsOf(v.Interface())
			set(v.Field(i), 0)
			if len(differing(before, factsOf(v.Interface()))) == 0 {
				t.Errorf("a change of %s is no fact", name)
			}
		}
	}
	look(reflect.TypeFor[table.API]())
	look(reflect.TypeFor[table.Operation]())
	if len(seen) < 30 {
		t.Errorf("only %d types were looked at", len(seen))
	}
	for name := range keys {
		typ, field, _ := strings.Cut(name, ".")
		known := false
		for of := range seen {
			if _, ok := of.FieldByName(field); of.Name() == typ && ok {
				known = true
			}
		}
		if !known {
			t.Errorf("the table has no field %s", name)
		}
	}
}

// set fills a value, and what is in it, with something that is not nothing.
func set(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		set(v.Elem(), depth)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		set(v.Index(0), depth)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[table.Template]() {
			v.Set(reflect.ValueOf(table.Template{Kind: table.TemplateValue, Name: "text"}))
			return
		}
		for i := range v.NumField() {
			if depth < 4 {
				set(v.Field(i), depth+1)
			}
		}
	}
}

// What is told of a text is where it differs.
func TestClip(t *testing.T) {
	for _, tt := range []struct{ from, to, wantFrom, wantTo string }{
		{"a", "b", "a", "b"},
		{strings.Repeat("x", 100) + "1", strings.Repeat("x", 100) + "2", "…" + strings.Repeat("x", 71) + "1", "…" + strings.Repeat("x", 71) + "2"},
		{"", strings.Repeat("é", 80), "", strings.Repeat("é", 72) + "…"},
		{"1" + strings.Repeat("x", 100), "2", "1" + strings.Repeat("x", 71) + "…", "2"},
	} {
		if from, to := clip(tt.from, tt.to); from != tt.wantFrom || to != tt.wantTo {
			t.Errorf("clip(%q, %q) = %q, %q", tt.from, tt.to, from, to)
		}
	}
}

func TestSnake(t *testing.T) {
	for name, want := range map[string]string{"MediaType": "media_type", "URL": "url", "AppURL": "app_url", "Timeout": "timeout", "StripPrefix": "strip_prefix"} {
		if got := snake(name); got != want {
			t.Errorf("snake(%q) = %q, want %q", name, got, want)
		}
	}
}

// Values are code in markdown, and what they hold stays text.
func TestMarkdownOfHostileTexts(t *testing.T) {
	r := &Report{OldVersion: "1.0.0", NewVersion: "2.0.0", Changes: []Change{{Subjects: []string{"get_a"}, Kind: Changed, What: "a_b*", From: "`x`", To: "two\nlines", Class: Breaking, Audiences: []Audience{Action}, Why: "<b>"}}}
	var b strings.Builder
	if err := r.Markdown(&b); err != nil {
		t.Fatal(err)
	}
	const want = "## 2.0.0\n\n### Breaking\n\n- `get_a`: a\\_b\\*: `` `x` `` → `two lines` (action); \\<b>.\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
