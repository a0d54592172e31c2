// Command ahrefs runs the actions of the Ahrefs connector.
package main

import (
	"modulex.dev/connector/examples/ahrefs/gen/ahrefs"
	"modulex.dev/connector/runtime/cli"
)

func main() {
	cli.Program{Table: &ahrefs.Table, Package: "modulex.dev/connector/examples/ahrefs/gen/ahrefs"}.Main()
}
