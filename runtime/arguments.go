// Typed inputs: structs of the generated package with a field for each
// parameter, in their order. Each field becomes a value here, once for all
// actions: code for each of them would be most of what a connector compiles.

package runtime

import "reflect"

// Arguments are the fields of a typed input as values. The input is a pointer to
// a struct; a field is a string, bool, int64 or float64, a pointer to one of
// them, a slice, a map, or anything else that can be written as JSON. What is
// nil is absent.
func Arguments(input any) []Value {
	v := reflect.ValueOf(input).Elem()
	values := make([]Value, v.NumField())
	for i := range values {
		values[i] = argument(v.Field(i))
	}
	return values
}

func argument(v reflect.Value) Value {
	switch v.Kind() {
	case reflect.String:
		return Text(v.String())
	case reflect.Bool:
		return Bool(v.Bool())
	case reflect.Int64:
		return Int(v.Int())
	case reflect.Float64:
		return Number(v.Float())
	case reflect.Pointer:
		if v.IsNil() {
			return Value{}
		}
		return argument(v.Elem())
	case reflect.Slice, reflect.Map:
		if v.IsNil() {
			return Value{}
		}
		return encoded(v.Interface())
	}
	return Any(v.Interface())
}
