//go:build unix

package measure

import (
	"context"
	"fmt"
	"os"
)

// Command is a program to be measured.
type Command struct {
	Group, Name string
	Dir         string
	Args        []string // the program first
	Fresh       string   // a directory that is emptied before each run
	Stamp       string   // a file that is written before each run,
	StampText   string   // with this text, in which %d is the round
}

// Plan is what the launcher runs.
type Plan struct {
	Rounds   int
	Commands []Command
}

// Run measures the commands in turn, once in each round.
func (p Plan) Run(ctx context.Context) ([]*Row, error) {
	rows := make([]*Row, len(p.Commands))
	for i, c := range p.Commands {
		rows[i] = &Row{Group: c.Group, Name: c.Name}
	}
	for round := range p.Rounds {
		for i, c := range p.Commands {
			if err := c.prepare(round); err != nil {
				return nil, err
			}
			s, err := Process(ctx, c.Dir, c.Args[0], c.Args[1:]...)
			if err != nil {
				return nil, err
			}
			rows[i].Samples = append(rows[i].Samples, s)
		}
	}
	return rows, nil
}

func (c Command) prepare(round int) error {
	if c.Fresh != "" {
		if err := os.RemoveAll(c.Fresh); err != nil {
			return err
		}
		if err := os.MkdirAll(c.Fresh, 0o755); err != nil {
			return err
		}
	}
	if c.Stamp != "" {
		return os.WriteFile(c.Stamp, fmt.Appendf(nil, c.StampText, round), 0o644)
	}
	return nil
}
