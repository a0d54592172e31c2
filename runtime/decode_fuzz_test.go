// Typed results: what fits is what encoding/json reads, member by member.

package runtime

import (
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzDecode: whatever is JSON can be read, what encoding/json reads into the
// type of a field is read as the same, and what passes through keeps its bytes.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(fullBody))
	f.Add([]byte(`{"id":null,"tags":[[]],"labels":{"a":{}}}`))
	f.Add([]byte(`{"id":"1","id":2,"places":[{"street":1},null]}`))
	f.Add([]byte(`{"age":-9223372036854775808,"score":1e308,"rank":9223372036854775808,"tags":["a","\ud800"],"counts":[1,2.0],"labels":{"a":"b","a":"c"},"Id":"x","\u0069d":"y"}`))
	f.Add([]byte(`{"age":"7","score":1e400,"live":"true","note":"","extra":{ "a" : [ ] },"any":{"b":1.50},"mixed":[1.0,"x",{}],"parts":[{"a":1}]}`))
	d, err := newDecoder(reflect.TypeFor[everything](), &everythingShape)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		value := checkedJSON(text)
		if value == nil {
			return
		}
		var got everything
		d.decode(value, reflect.ValueOf(&got).Elem())
		var members map[string]json.RawMessage
		if json.Unmarshal(value, &members) != nil {
			return
		}
		of := reflect.ValueOf(got)
		for i := range everythingShape.Fields {
			field, member := &everythingShape.Fields[i], members[everythingShape.Fields[i].Name]
			if field.Shape != nil || field.Items == TypeObject || hasNull(member) {
				continue // encoding/json takes other names and other nulls there
			}
			want := reflect.New(of.Field(i).Type())
			if member == nil || json.Unmarshal(member, want.Interface()) != nil {
				continue
			}
			if field.Name == "extra" && member[0] != '{' {
				continue
			}
			if !reflect.DeepEqual(of.Field(i).Interface(), want.Elem().Interface()) {
				t.Errorf("%s in %q: got %#v, want %#v", field.Name, text, of.Field(i).Interface(), want.Elem().Interface())
			}
		}
	})
}

// hasNull reports whether a list or a map has a null in it.
func hasNull(value []byte) bool {
	var list []json.RawMessage
	var object map[string]json.RawMessage
	_, _ = json.Unmarshal(value, &list), json.Unmarshal(value, &object)
	for _, e := range object {
		list = append(list, e)
	}
	for _, e := range list {
		if string(e) == "null" {
			return true
		}
	}
	return false
}
