//go:build unix

// Command inside measures what happens inside of a process: calls, lists, pages
// together, dispatch, input. The bench runs it as a process of its own, so that
// every section begins with the same heap, and reads its rows as JSON.
//
// To look closer at one row, the same rows are benchmarks of go test:
//
//	go test -run '^$' -bench 'call_get_event/runtime$' -cpuprofile cpu.out ./inside
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"modulex.dev/connector/testdata/bench/measure"
)

type options struct {
	section                     string
	rounds                      int
	each                        time.Duration
	long                        bool
	server, secure, certificate string
}

// sections are what can be measured.
var sections = map[string]func(options) ([]measure.Code, error){
	"calls": calls, "lists": lists, "slow": slow, "dispatch": dispatch, "input": input,
}

func main() {
	var o options
	flag.StringVar(&o.section, "section", "calls", "what to measure")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds")
	flag.DurationVar(&o.each, "each", 50*time.Millisecond, "time for a row in a round")
	flag.BoolVar(&o.long, "long", false, "the peers against the slow server too")
	flag.StringVar(&o.server, "server", "", "address of the server")
	flag.StringVar(&o.secure, "secure", "", "address of its TLS side")
	flag.StringVar(&o.certificate, "certificate", "", "file with the certificate of that")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "inside:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	section := sections[o.section]
	if section == nil {
		return fmt.Errorf("there is no section %q", o.section)
	}
	codes, err := section(o)
	if err != nil {
		return err
	}
	rows, err := measure.Rounds(codes, o.rounds, o.each)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(rows)
}
