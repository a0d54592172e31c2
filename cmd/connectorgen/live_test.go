// What generated code declares (generator/table) and what runs it (runtime) have
// the same fields. This is the only place that sees both.

package main

import (
	"reflect"
	"testing"

	"modulex.dev/connector/generator/table"
	"modulex.dev/connector/runtime"
)

func TestTableIsTheRuntimes(t *testing.T) {
	seen := make(map[reflect.Type]bool)
	var same func(where string, a, b reflect.Type)
	same = func(where string, a, b reflect.Type) {
		if a == reflect.TypeFor[table.Code]() || seen[a] {
			return // a function or an engine: printed as it stands
		}
		seen[a] = true
		if a.Kind() != b.Kind() || a.Name() != b.Name() {
			t.Errorf("%s: the generator has %v, the runtime %v", where, a, b)
			return
		}
		switch a.Kind() {
		case reflect.Pointer, reflect.Slice:
			same(where, a.Elem(), b.Elem())
		case reflect.Struct:
			for i := range max(a.NumField(), b.NumField()) {
				if i >= a.NumField() || i >= b.NumField() || a.Field(i).Name != b.Field(i).Name {
					t.Errorf("%s: field %d of %s differs", where, i, a.Name())
					return
				}
				same(where+"."+a.Field(i).Name, a.Field(i).Type, b.Field(i).Type)
			}
		}
	}
	same("API", reflect.TypeFor[table.API](), reflect.TypeFor[runtime.API]())
	same("Operation", reflect.TypeFor[table.Operation](), reflect.TypeFor[runtime.Operation]())
}
