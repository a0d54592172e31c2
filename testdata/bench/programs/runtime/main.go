// Command runtime is the program of the bench with this client.
package main

import (
	"modulex.dev/connector/testdata/bench/clients/ours"
	"modulex.dev/connector/testdata/bench/programs/probe"
)

func main() { probe.Main(ours.New) }
