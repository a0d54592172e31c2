//go:build unix

// Command launch runs the programs of a plan and measures them. It is small for a
// reason: what the system tells as the peak memory of a process is never less
// than that of the process that started it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"modulex.dev/connector/testdata/bench/measure"
)

func main() {
	if err := launch(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func launch() error {
	var plan measure.Plan
	if err := json.NewDecoder(os.Stdin).Decode(&plan); err != nil {
		return err
	}
	rows, err := plan.Run(context.Background())
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(rows)
}
