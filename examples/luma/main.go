// Command luma runs the actions of the Luma connector.
package main

import (
	"modulex.dev/connector/examples/luma/gen/luma"
	"modulex.dev/connector/runtime/cli"
)

func main() {
	cli.Program{Table: &luma.Table, Package: "modulex.dev/connector/examples/luma/gen/luma"}.Main()
}
