// Command livestorm-fleet runs the actions of the Livestorm connector in batches
// and on many machines.
package main

import (
	"modulex.dev/connector/fleet/cli"
	"modulex.dev/connector/gen/livestorm"
)

func main() { cli.Program{Table: &livestorm.Table}.Main() }
