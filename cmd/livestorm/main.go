// Command livestorm runs the actions of the Livestorm connector, and a stand-in
// of the Livestorm API to try them on.
package main

import (
	"github.com/spf13/cobra"

	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime/cli"
)

func main() {
	program().Main()
}

func program() cli.Program {
	return cli.Program{
		Table:   &livestorm.Table,
		Package: "modulex.dev/connector/gen/livestorm",
		Sandbox: docsSandbox,
		Verbs:   []*cobra.Command{sandboxCommand(), demoCommand()},
	}
}
