package main

import (
	"testing"

	"modulex.dev/connector/generator"
)

// The made-up manifest has no faults, or the generators would not be measured on
// it.
func TestSyntheticManifest(t *testing.T) {
	c, faults := generator.Load("manifest.yaml", []byte(syntheticManifest(3)))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, a := range c.Actions {
		if len(a.Op.Params) != 15 {
			t.Errorf("%s has %d parameters", a.Name, len(a.Op.Params))
		}
	}
}
