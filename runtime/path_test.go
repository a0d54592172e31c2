// Paths into JSON, and the one pass that finds many of them: it finds what a
// walk over the decoded value finds.

package runtime

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	const value = `{ "a" : { "b" : [ 1, {"c":"x"} , [2,3] ] }, "0": "zero", "\u00e9":{"a":1,"a":2}, "" : {"":5}, "-1": 7 }`
	for path, want := range map[string]string{
		"a.b": `[ 1, {"c":"x"} , [2,3] ]`, "a.b.0": `1`, "a.b.1.c": `"x"`, "a.b.2.1": `3`, "a.b.3": ``, "a.b.-1": `[2,3]`, "a.b.-3": `1`, "a.b.-4": ``, "a.b.-0": ``, "a.b.-1.0": `2`, "a.b.01": ``, "a.b.x": ``,
		"0": `"zero"`, "é.a": `2`, "a.b.0.x": ``, "a.c": ``, "b": ``, "-1": `7`, "a.b.99999999999999999999": ``, ".": `5`,
	} {
		if got := string(find([]byte(value), path)); got != want {
			t.Errorf("%q: got %s, want %s", path, got, want)
		}
	}
	if got := find([]byte(value), ""); string(got) != value {
		t.Errorf("the value itself: %s", got)
	}
	for _, value := range []string{`[]`, `{}`, `[ ]`, `{ }`, `"a"`, `7`, `null`, ``} {
		if got := find([]byte(value), "a.0"); got != nil {
			t.Errorf("%s: %s", value, got)
		}
		if value != "" && value[0] == '[' && elements([]byte(value)) != 0 {
			t.Errorf("%s has elements", value)
		}
	}
}

// FuzzOutputs: whatever the API answers, the envelope is JSON with its fields in
// their order, and scalars have their types.
func FuzzOutputs(f *testing.F) {
	for _, body := range []string{
		`{"items":[{"id":"1","age":2}],"more":true,"meta":{}}`, `{"entries":[{}],"meta":null}`, `{"meta":{},"items":[7]}`, `{"meta":[],"more":"true"}`,
		`[]`, ``, `<html>`, `{"items":[{"id":1.50,"age":"7"}],"meta":{"a":1}}`, `{"items":[{"age":12.0,"age":{}}],"meta":{"a":1}}`,
	} {
		f.Add([]byte(body), uint16(0))
	}
	f.Fuzz(func(t *testing.T, body []byte, status uint16) {
		op := several()
		c := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: play(answering(200+int(status%300), string(body))), Attempts: 1})
		e := c.Call(t.Context(), op.Name, token(), []byte(`{"name":"n"}`))
		keys, values := members(t, e.JSON)
		if want := "success error total items more meta status asked done"; strings.Join(keys, " ") != want {
			t.Fatalf("%q: %s", body, e.JSON)
		}
		if !json.Valid(e.JSON) || values[3][0] != '[' || values[5][0] != '{' && values[5][0] != 'n' || !strings.Contains("tfn", string(values[4][:1])) {
			t.Fatalf("%q: %s", body, e.JSON)
		}
		if n := string(values[2]); e.Success() && n != strconv.Itoa(elements(values[3])) {
			t.Fatalf("%q: %s", body, e.JSON)
		}
		for list := inside(values[3]); list.more(); {
			names, fields := members(t, list.skip())
			if strings.Join(names, " ") != "id age" || fields[0][0] != '"' && fields[0][0] != 'n' || fields[1][0] != 'n' && !isType(TypeInteger, fields[1]) {
				t.Fatalf("%q: %s", body, e.JSON)
			}
		}
	})
}
