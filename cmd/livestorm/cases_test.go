// The cases of the manifest, against what was generated of it.

package main

import (
	"testing"

	"modulex.dev/connector/cmd/connectorgen/casetest"
	"modulex.dev/connector/gen/livestorm"
)

func TestCases(t *testing.T) { casetest.Run(t, "../../manifest.yaml", &livestorm.Table) }
