// man: pages for man(1), one for each command and each action.

package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (p Program) man() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "man",
		Short: "Write man pages, one for each command and each action",
		Long: `Write man pages into a directory: NAME.1, NAME-call.1, NAME-call-ACTION.1 and so on. They
are made of what the manifest says, as the help is.`,
		Example: "  " + p.Table.API.Name + " man --out man1\n  man -l man1/" + p.Table.API.Name + ".1",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if out == "" {
				return fmt.Errorf("name the directory with --out DIR")
			}
			if err := os.MkdirAll(out, 0o755); err != nil {
				return err
			}
			p.everything = true
			return p.pages(p.root(), out)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the `directory` to write to")
	_ = cmd.MarkFlagDirname("out")
	return cmd
}

// pages writes the page of a command and those of the commands below.
func (p Program) pages(cmd *cobra.Command, dir string) error {
	if cmd.Name() == "help" || cmd.Hidden {
		return nil
	}
	name := pageName(cmd) + ".1"
	if err := os.WriteFile(filepath.Join(dir, name), p.page(cmd), 0o644); err != nil {
		return err
	}
	for _, below := range cmd.Commands() {
		if err := p.pages(below, dir); err != nil {
			return err
		}
	}
	return nil
}

func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// page is the page of a command, in the man macros.
func (p Program) page(cmd *cobra.Command) []byte {
	r := &roff{}
	r.macro(".TH", strings.ToUpper(pageName(cmd)), "1", "", p.Table.API.Name+" "+p.Table.API.Version, p.Table.API.Title)
	r.macro(".SH", "NAME")
	r.text(pageName(cmd) + " - " + strings.TrimSuffix(oneLine(cmd.Short), "."))
	r.macro(".SH", "SYNOPSIS")
	r.text(cmd.UseLine())
	r.macro(".SH", "DESCRIPTION")
	r.text(or(cmd.Long, cmd.Short))
	r.flags("OPTIONS", cmd.NonInheritedFlags())
	r.flags("OPTIONS OF EVERY CALL", cmd.InheritedFlags())
	if cmd.Example != "" {
		r.macro(".SH", "EXAMPLES")
		r.macro(".nf")
		r.text(strings.ReplaceAll(cmd.Example, "\n  ", "\n"))
		r.macro(".fi")
	}
	r.macro(".SH", "EXIT STATUS")
	r.text(strings.TrimPrefix(exitCodes, "Exit codes: "))
	r.seeAlso(cmd)
	return r.Bytes()
}

// roff is a page under way.
type roff struct{ bytes.Buffer }

// macro writes a request with its arguments.
func (r *roff) macro(name string, args ...string) {
	r.WriteString(name)
	for _, a := range args {
		r.WriteString(` "` + strings.ReplaceAll(escape(oneLine(a)), `"`, `\(dq`) + `"`)
	}
	r.WriteByte('\n')
}

// text writes text: an empty line begins a paragraph.
func (r *roff) text(text string) {
	for line := range strings.Lines(strings.TrimSpace(text)) {
		line = oneLine(line)
		switch {
		case line == "":
			r.WriteString(".PP\n")
			continue
		case line[0] == '.' || line[0] == '\'':
			r.WriteString(`\&`) // or it would be a request
		}
		r.WriteString(escape(line) + "\n")
	}
}

func (r *roff) flags(title string, flags *pflag.FlagSet) {
	first := true
	flags.VisitAll(func(f *pflag.Flag) {
		if _, no := f.Value.(negation); no || f.Hidden {
			return
		}
		if first {
			r.macro(".SH", title)
		}
		first = false
		name, usage := pflag.UnquoteUsage(f)
		head := "--" + f.Name
		if f.Shorthand != "" {
			head = "-" + f.Shorthand + ", " + head
		}
		if name != "" {
			head += " " + name
		}
		r.WriteString(".TP\n")
		r.text(head)
		r.text(usage)
	})
}

func (r *roff) seeAlso(cmd *cobra.Command) {
	var names []string
	if cmd.HasParent() {
		names = append(names, pageName(cmd.Parent())+"(1)")
	}
	for _, below := range cmd.Commands() {
		if below.Name() != "help" && !below.Hidden {
			names = append(names, pageName(below)+"(1)")
		}
	}
	if len(names) > 0 {
		r.macro(".SH", "SEE ALSO")
		r.text(strings.Join(names, ", "))
	}
}

// escape spells what roff would read.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "`", "\\(ga", "^", `\(ha`, "~", `\(ti`).Replace(text)
}
