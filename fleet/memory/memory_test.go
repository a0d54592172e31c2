package memory_test

import (
	"testing"

	"modulex.dev/connector/fleet"
	"modulex.dev/connector/fleet/enginetest"
	"modulex.dev/connector/fleet/memory"
)

func TestEngine(t *testing.T) {
	enginetest.Run(t, func(*testing.T) fleet.Engine { return memory.New(memory.Options{Lease: enginetest.Lease, Worker: "w"}) })
}
