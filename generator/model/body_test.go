// Frames: the JSON around the parameters of a body, written out.

package model

import (
	"encoding/json"
	"testing"

	"modulex.dev/connector/generator/manifest"
)

func TestFrame(t *testing.T) {
	type constants [][2]string
	tests := []struct {
		name       string
		constants  constants
		parameters string
		want       string // ‸ is the place of the parameters
		member     bool   // a member stands before them
	}{
		{"nothing", nil, "", `{‸}`, false},
		{"parameters at a path", nil, "data.attributes", `{"data":{"attributes":{‸}}}`, false},
		{"constant beside the path", constants{{"data.type", "events"}}, "data.attributes", `{"data":{"type":"events","attributes":{‸}}}`, false},
		{"constant among the parameters", constants{{"type", "events"}}, "", `{"type":"events"‸}`, true},
		{"constant deep among the parameters", constants{{"data.meta.source", "a"}}, "data", `{"data":{"meta":{"source":"a"}‸}}`, true},
		{
			"constants after the parameters",
			constants{{"data.attributes.kind", "a"}, {"data.type", "b"}, {"meta.version", "c"}}, "data.attributes",
			`{"data":{"attributes":{"kind":"a"‸},"type":"b"},"meta":{"version":"c"}}`, true,
		},
		{"constants in the order of the manifest", constants{{"z", "1"}, {"a.y", "2"}, {"b", "3"}, {"a.x", "4"}}, "p", `{"z":"1","a":{"y":"2","x":"4"},"b":"3","p":{‸}}`, false},
		{"names that begin alike", constants{{"data", "1"}}, "data_too", `{"data":"1","data_too":{‸}}`, false},
		{"what JSON escapes", constants{{`a"b\`, "\"\\\t<&> ü 🙂"}}, `p"`, `{"a\"b\\":"\"\\\t<&> ü 🙂","p\"":{‸}}`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			given := manifest.Pos{Line: 1, Col: 1}
			b := &manifest.Body{}
			for _, c := range test.constants {
				b.Constants = append(b.Constants, manifest.Named[manifest.Text]{Name: manifest.Text{Value: c[0], Pos: given}, Value: manifest.Text{Value: c[1], Pos: given}})
			}
			if test.parameters != "" {
				b.Parameters = manifest.Text{Value: test.parameters, Pos: given}
			}
			open, closing, member := frame(b)
			if got := open + "‸" + closing; got != test.want || member != test.member {
				t.Errorf("got %s, member before the parameters: %v\nwant %s, %v", got, member, test.want, test.member)
			}
			if !json.Valid([]byte(open + closing)) {
				t.Errorf("without parameters this is not JSON: %s%s", open, closing)
			}
		})
	}
}
