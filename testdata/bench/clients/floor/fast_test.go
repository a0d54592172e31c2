package floor

import (
	"encoding/json"
	"testing"

	"modulex.dev/connector/testdata/bench/fixture"
)

// What the fast floor lets pass is what encoding/json lets pass, so that its
// speed is not that of a check left out.
func FuzzFast(f *testing.F) {
	for _, seed := range []string{
		string(fixture.Single()), string(fixture.Page(0, 2)), `{"data":null}`, ` {"data" : [ ] , "meta":{"next_page":1}} `, `{"data":-0.5e+10}`,
		`{"data":01}`, `{"data":1.}`, `{"data":"\u12g4"}`, `{"data":"\x"}`, "{\"data\":\"a\x01\"}", `{"data":tru}`, `{"data":[1,]}`, `{"data":{"a":1,}}`, `{"data":1}}`, `{"data`, `{`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var want struct {
			Data json.RawMessage `json:"data"`
		}
		valid := json.Valid(body) && body[space(body, 0)] == '{'
		found, err := Fast(body)
		if err == nil && !valid {
			t.Fatalf("passes, but is not JSON: %q", body)
		}
		if valid && err != nil && json.Unmarshal(body, &want) == nil && want.Data != nil && depth(body) < maxDepth && !odd(body) {
			t.Fatalf("does not pass: %q", body)
		}
		if err == nil && !json.Valid(found.Data) {
			t.Fatalf("the data of %q is not JSON: %q", body, found.Data)
		}
	})
}

// odd bodies spell data in a way that encoding/json reads and the floor does not:
// with an escape, or in capitals.
func odd(body []byte) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return true
	}
	_, plain := members["data"]
	return !plain || members["data"] == nil || containsEscape(body)
}

func containsEscape(body []byte) bool {
	for i := range body {
		if body[i] == '\\' {
			return true
		}
	}
	return false
}

func depth(body []byte) (deepest int) {
	n := 0
	for _, c := range body {
		switch c {
		case '{', '[':
			n++
		case '}', ']':
			n--
		}
		deepest = max(deepest, n)
	}
	return deepest
}
