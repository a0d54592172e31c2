// Questions on a terminal. An answer comes from its flag, from the person at the
// terminal, or, where nobody is asked, from its default.

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// asker asks on a terminal; elsewhere it collects the flags that are missing.
type asker struct {
	in      *bufio.Reader // nil without a terminal
	out     io.Writer
	missing []string
}

// askerOf asks where a person sits at both ends of a command.
func askerOf(c *cobra.Command) *asker {
	a := &asker{out: c.ErrOrStderr()}
	in, isFile := c.InOrStdin().(*os.File)
	if _, shown := terminalOf(a.out); shown && isFile && term.IsTerminal(int(in.Fd())) {
		a.in = bufio.NewReader(in)
	}
	return a
}

// question is one answer to be had.
type question struct {
	flag, text string
	hint       string // what answers look like
	byDefault  string // offered, and taken where nobody is asked
	optional   bool   // nothing is an answer too
	check      func(answer string) error
}

// answer returns the flag's value, or asks until an answer is good.
func (a *asker) answer(given string, q question) (string, error) {
	if given != "" {
		if err := q.checked(given); err != nil {
			return "", fmt.Errorf("--%s: %w", q.flag, err)
		}
		return given, nil
	}
	if a.in == nil {
		if q.byDefault == "" && !q.optional {
			a.missing = append(a.missing, "--"+q.flag)
		}
		return q.byDefault, nil
	}
	for {
		answer, err := a.ask(q)
		if err != nil {
			return "", err
		}
		if answer == "" && q.optional {
			return "", nil
		}
		if answer == "" {
			fmt.Fprintln(a.out, "  an answer is needed")
			continue
		}
		if err := q.checked(answer); err != nil {
			fmt.Fprintf(a.out, "  %v\n", err)
			continue
		}
		return answer, nil
	}
}

func (q question) checked(answer string) error {
	if q.check == nil {
		return nil
	}
	return q.check(answer)
}

func (a *asker) ask(q question) (string, error) {
	text := q.text
	if q.hint != "" {
		text += " (" + q.hint + ")"
	}
	if q.byDefault != "" {
		text += " [" + q.byDefault + "]"
	}
	fmt.Fprint(a.out, text+": ")
	line, err := a.in.ReadString('\n')
	if err != nil {
		fmt.Fprintln(a.out)
		return "", errors.New("the questions were not answered; nothing is written")
	}
	if line = strings.TrimSpace(line); line != "" {
		return line, nil
	}
	return q.byDefault, nil
}

// done is the error of what nobody could be asked for.
func (a *asker) done() error {
	if len(a.missing) == 0 {
		return nil
	}
	return fmt.Errorf("give %s, or run this on a terminal to be asked", strings.Join(a.missing, " and "))
}
