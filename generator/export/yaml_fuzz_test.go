package export_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator/export"
)

// FuzzYAML: a JSON document as YAML is read back as the values that it had.
func FuzzYAML(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `{"a":{},"b":[],"c":null,"d":true,"e":-1.5e3}`, `{"openapi":"3.1.0","4XX":{"$ref":"#/x"}}`,
		`["yes","no","on","null","~","1","0x1f","1:30","2026-11-29","1e3",".inf","=","<<",""," a ","a: b","# a","- a","|","> x","@x","%x","\u0085","\u2028","\t","a\nb","a\nb\n","\n","'","\"","\\","é😀"]`,
		`{"<<":{"a":1},"=":1,"":2,"null":3,"true":4,"1":5,"a: b":6,"? x":7}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		var want, got any
		if json.Unmarshal(doc, &want) != nil {
			t.Skip("not JSON")
		}
		doc, err := json.Marshal(want) // a key that is there twice is in none of our documents
		if err != nil {
			t.Fatal(err)
		}
		text, err := export.YAML(doc)
		if err != nil {
			t.Fatalf("%q: %v", doc, err)
		}
		if err := yaml.Unmarshal(text, &got); err != nil {
			t.Fatalf("%q is YAML that nobody reads: %v\n%s", doc, err, text)
		}
		if diff := cmp.Diff(want, numbers(got)); diff != "" {
			t.Errorf("%q becomes %q (-JSON +YAML):\n%s", doc, text, diff)
		}
	})
}

// numbers are YAML's values with numbers as JSON has them.
func numbers(v any) any {
	switch v := v.(type) {
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	}
	return v
}
