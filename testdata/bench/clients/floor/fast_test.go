package floor

import (
	"bytes"
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
		found, err := Fast(body)
		if err == nil && !(json.Valid(body) && json.Valid(found.Data)) {
			t.Fatalf("passes, but is not JSON: %q", body)
		}
		var members map[string]json.RawMessage
		plain := !bytes.ContainsRune(body, '\\') && bytes.Count(body, []byte("["))+bytes.Count(body, []byte("{")) < maxDepth
		if err != nil && plain && json.Unmarshal(body, &members) == nil && members["data"] != nil {
			t.Fatalf("does not pass: %q", body)
		}
	})
}
