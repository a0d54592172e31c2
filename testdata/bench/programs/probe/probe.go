// Package probe is the main of the programs of the bench: the same few things
// with each client, so that whole processes can be compared.
package probe

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"modulex.dev/connector/testdata/bench/clients"
)

// Main runs a program. Without arguments it makes its client and ends; otherwise
// these are the base URL and an operation, or "stream". The envelope, or the
// items, go to standard output.
func Main(make func(clients.Settings) (*clients.Client, error)) {
	if err := run(make, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(make func(clients.Settings) (*clients.Client, error), args []string) error {
	if len(args) == 0 {
		_, err := make(clients.Settings{BaseURL: "http://127.0.0.1/v1"})
		return err
	}
	c, err := make(clients.Settings{BaseURL: args[0]})
	if err != nil {
		return err
	}
	if args[1] == "stream" {
		return stream(c)
	}
	envelope, err := c.Calls[args[1]](context.Background())
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(envelope)
	return err
}

// stream writes items as they come, a line for each.
func stream(c *clients.Client) error {
	w := bufio.NewWriter(os.Stdout)
	err := c.Stream(context.Background(), func(item []byte) error {
		if _, err := w.Write(item); err != nil {
			return err
		}
		return w.WriteByte('\n')
	})
	if err != nil {
		return err
	}
	return w.Flush()
}
