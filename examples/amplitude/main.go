// Command amplitude runs the actions of the Amplitude connector.
package main

import (
	"modulex.dev/connector/examples/amplitude/gen/amplitude"
	"modulex.dev/connector/runtime/cli"
)

func main() {
	cli.Program{Table: &amplitude.Table, Package: "modulex.dev/connector/examples/amplitude/gen/amplitude"}.Main()
}
