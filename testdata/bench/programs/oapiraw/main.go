// Command oapiraw is the program of the bench with this client.
package main

import (
	"modulex.dev/connector/testdata/bench/clients/oapiraw"
	"modulex.dev/connector/testdata/bench/programs/probe"
)

func main() { probe.Main(oapiraw.New) }
