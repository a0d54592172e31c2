// Command floor is the program of the bench with this client.
package main

import (
	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/clients/floor"
	"modulex.dev/connector/testdata/bench/programs/probe"
)

func main() {
	probe.Main(func(s clients.Settings) (*clients.Client, error) { return floor.New(s, floor.Scan) })
}
