// Frames: the JSON around the parameters of a body, written out.

package model

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/table"
)

func TestFrame(t *testing.T) {
	type constants [][2]string
	tests := []struct {
		name       string
		constants  constants
		parameters string
		want       string
	}{
		{"nothing", nil, "", `{‸}`},
		{"parameters at a path", nil, "data.attributes", `{"data":{"attributes":{‸}}}`},
		{"constant beside the path", constants{{"data.type", "events"}}, "data.attributes", `{"data":{"type":"events","attributes":{‸}}}`},
		{"constant among the parameters", constants{{"type", "events"}}, "", `{"type":"events"‸}`},
		{"constant deep among the parameters", constants{{"data.meta.source", "a"}}, "data", `{"data":{"meta":{"source":"a"}‸}}`},
		{
			"constants after the parameters",
			constants{{"data.attributes.kind", "a"}, {"data.type", "b"}, {"meta.version", "c"}}, "data.attributes",
			`{"data":{"attributes":{"kind":"a"‸},"type":"b"},"meta":{"version":"c"}}`,
		},
		{"constants in the order of the manifest", constants{{"z", "1"}, {"a.y", "2"}, {"b", "3"}, {"a.x", "4"}}, "p", `{"z":"1","a":{"y":"2","x":"4"},"b":"3","p":{‸}}`},
		{"names that begin alike", constants{{"data", "1"}}, "data_too", `{"data":"1","data_too":{‸}}`},
		{"what JSON escapes", constants{{`a"b\`, "\"\\\t<&> ü 🙂"}}, `p"`, `{"a\"b\\":"\"\\\t<&> ü 🙂","p\"":{‸}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			given := manifest.Pos{Line: 1, Col: 1}
			b := &manifest.Body{}
			for _, c := range test.constants {
				b.Constants = append(b.Constants, manifest.Named[manifest.Value]{Name: manifest.Text{Value: c[0], Pos: given},
					Value: manifest.Value{Node: &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: c[1]}}})
			}
			if test.parameters != "" {
				b.Parameters = manifest.Text{Value: test.parameters, Pos: given}
			}
			got := written((&builder{}).frame(b, nil).Root)
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if without := strings.ReplaceAll(strings.ReplaceAll(got, ",‸", ""), "‸", ""); !json.Valid([]byte(without)) {
				t.Errorf("without parameters this is not JSON: %s", without)
			}
		})
	}
}

// Parameters with places of their own stand in objects that are left out when
// nothing is in them, and in lists where a name is a number.
func TestPlacedParameters(t *testing.T) {
	for _, test := range []struct {
		wires      []string
		parameters string
		want       string
	}{
		{[]string{"vendor.id", "vendor.name"}, "", `{"vendor":?{"id":<p0>,"name":<p1>}‸}`},
		{[]string{"a.b.c", "a.d"}, "data", `{"data":{"a":?{"b":?{"c":<p0>},"d":<p1>}‸}}`},
		{[]string{"refs.0.id"}, "", `{"refs":?[?{"id":<p0>}]‸}`},
		{nil, "events.0", `{"events":[{‸}]}`},
		{[]string{"$"}, "", `<p0>`},
	} {
		given := manifest.Pos{Line: 1, Col: 1}
		b := &manifest.Body{}
		if test.parameters != "" {
			b.Parameters = manifest.Text{Value: test.parameters, Pos: given}
		}
		var placed []*manifest.Parameter
		for i, w := range test.wires {
			placed = append(placed, &manifest.Parameter{Name: manifest.Text{Value: fmt.Sprintf("p%d", i), Pos: given}, Wire: manifest.Text{Value: w, Pos: given}})
		}
		if got := written((&builder{}).frame(b, placed).Root); got != test.want {
			t.Errorf("%v at %q: got  %s\nwant %s", test.wires, test.parameters, got, test.want)
		}
	}
}

// written shows a template: ‸ is the place of the parameters, <x> a value, ?
// what is left out when nothing is in it.
func written(t table.Template) string {
	optional := map[bool]string{true: "?"}[t.Optional]
	var parts []string
	switch t.Kind {
	case "value":
		return "<" + t.Name + ">"
	case "object":
		for _, m := range t.Members {
			parts = append(parts, string(JSON(m.Name, ""))+":"+written(m.Value))
		}
		return optional + "{" + strings.Join(parts, ",") + map[bool]string{true: "‸"}[t.Parameters] + "}"
	case "list":
		for _, e := range t.Elements {
			parts = append(parts, written(e))
		}
		return optional + "[" + strings.Join(parts, ",") + "]"
	}
	return t.JSON
}
