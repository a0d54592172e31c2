// How fast a manifest becomes Go, beside the floor: what yaml.v3 takes to decode
// the same bytes.
//
//	go test ./generator -run '^$' -bench . -benchmem

package generator_test

import (
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator"
)

func BenchmarkGenerate(b *testing.B) {
	for _, actions := range []int{7, 100, 1_000} {
		src := []byte(synthetic(actions))
		b.Run(fmt.Sprintf("actions=%d/yaml", actions), func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				var doc yaml.Node
				if err := yaml.Unmarshal(src, &doc); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("actions=%d/load", actions), func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				if _, faults := generator.Load("manifest.yaml", src); len(faults) > 0 {
					b.Fatal(faults)
				}
			}
		})
		b.Run(fmt.Sprintf("actions=%d/generate", actions), func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				_, files, err := generator.Generate("manifest.yaml", src)
				if err != nil {
					b.Fatal(err)
				}
				size = 0
				for _, f := range files {
					size += len(f.Content)
				}
			}
			b.ReportMetric(float64(size), "go-bytes")
		})
	}
}

// synthetic is a manifest of n actions with fifteen parameters each.
func synthetic(n int) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(small, "  ping: { description: Ping., request: GET /ping, returns: none }\n"))
	types := []string{"string", "integer", "number", "boolean", "object", "array"}
	for i := range n {
		fmt.Fprintf(&b, "  do_thing_%d:\n    description: Do thing number %d.\n    request: POST /things/%d/{thing_id}\n    parameters:\n", i, i, i)
		b.WriteString("      thing_id: { description: The ID of the thing }\n")
		for p := 1; p < 15; p++ {
			fmt.Fprintf(&b, "      parameter_%d: { in: body, type: %s, description: What parameter %d of the thing is good for }\n", p, types[p%len(types)], p)
		}
		b.WriteString("    returns: { data: { object: data } }\n")
	}
	return b.String()
}
