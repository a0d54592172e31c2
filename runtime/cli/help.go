// Help texts, as wide as the window: of verbs, as cobra lays them out, and of one
// action, made of its declaration.

package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"modulex.dev/connector/runtime"
)

// usage prints how a verb is used. Cobra's own does not wrap.
func (p Program) usage(c *cobra.Command) error {
	w, width := c.OutOrStderr(), p.helpWidth()
	line := c.UseLine()
	if c.HasAvailableSubCommands() {
		line = c.CommandPath() + " COMMAND [flags]"
	}
	fmt.Fprintf(w, "Usage:\n  %s\n", line)
	if c.HasExample() {
		fmt.Fprintf(w, "\nExamples:\n%s\n", c.Example)
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprint(w, "\nCommands:\n")
		for _, below := range c.Commands() {
			if below.IsAvailableCommand() {
				fmt.Fprintf(w, "  %-*s  %s\n", c.NamePadding(), below.Name(), below.Short)
			}
		}
	}
	fmt.Fprintf(w, "\nFlags:\n%s", c.LocalFlags().FlagUsagesWrapped(width))
	if c.HasAvailableInheritedFlags() {
		fmt.Fprintf(w, "\nFlags of every command:\n%s", c.InheritedFlags().FlagUsagesWrapped(width))
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\n%s COMMAND --help says more about one.\n", c.CommandPath())
	}
	return nil
}

// help prints what an action does and takes.
func (p Program) help(w io.Writer, action *runtime.Action, cmd *cobra.Command, params paramFlags) {
	width := p.helpWidth()
	fmt.Fprintf(w, "%s\n\n", wrapped(oneLine(action.Description), width))
	fmt.Fprintf(w, "Usage:\n  %s [flags]\n", cmd.CommandPath())
	if len(params) > 0 {
		fmt.Fprintf(w, "\nParameters:\n%s", params.shown(cmd).FlagUsagesWrapped(width))
	}
	for _, f := range params {
		if f.name == "" {
			fmt.Fprintf(w, "  -p %s=…   %s\n", f.param.Name, f.usage())
		}
	}
	fmt.Fprintf(w, "\nExample:\n%s\n", cmd.Example)
	fmt.Fprintf(w, "\nFlags of every call:\n%s", cmd.InheritedFlags().FlagUsagesWrapped(width))
	fmt.Fprintf(w, "\n%s\n", exitCodes)
}

// shown are the flags of the parameters, in their order and without the
// negations, which stand beside what they negate.
func (fs paramFlags) shown(cmd *cobra.Command) *pflag.FlagSet {
	out := pflag.NewFlagSet("", pflag.ContinueOnError)
	out.SortFlags = false
	for _, required := range []bool{true, false} {
		for _, f := range fs {
			if f.name != "" && f.param.Required == required {
				out.AddFlag(cmd.LocalFlags().Lookup(f.name))
			}
		}
	}
	return out
}

// example is a call with what the action cannot do without. Words in capitals
// stand for values.
func (p Program) example(action *runtime.Action, params paramFlags) string {
	line := "  " + p.Table.API.Name + " call " + action.Name
	for _, f := range params {
		if !f.param.Required {
			continue
		}
		flag, value := "--"+f.name+" ", f.example()
		if f.name == "" {
			flag = "-p " + f.param.Name + "="
		}
		if f.param.Type == runtime.TypeBoolean && f.name != "" {
			flag, value = "--"+f.name, ""
		}
		line += " " + flag + value
	}
	return line
}

// example is a value of a parameter's kind.
func (f *paramFlag) example() string {
	name := strings.ToUpper(strings.ReplaceAll(kebab(f.param.Name), "-", "_"))
	kind := f.param.Type
	if kind == runtime.TypeArray {
		kind = f.param.Items
	}
	switch c := f.param.Check; {
	case c != nil && len(c.Enum) > 0:
		return c.Enum[0]
	case f.param.Parse == runtime.ParseJSON:
		return "'[]'"
	case kind == runtime.TypeInteger || kind == runtime.TypeNumber:
		if c != nil && c.Min.Set {
			return fmt.Sprint(c.Min.Value)
		}
		return "1"
	case kind == runtime.TypeBoolean:
		return "true"
	case kind == runtime.TypeObject:
		return "@" + name + ".json"
	}
	return name
}

// wrapped breaks a text into lines of at most width.
func wrapped(text string, width int) string {
	var b strings.Builder
	at := 0
	for i, word := range strings.Fields(text) {
		switch n := len([]rune(word)); {
		case i == 0:
			at = n
		case at+1+n > width:
			b.WriteByte('\n')
			at = n
		default:
			b.WriteByte(' ')
			at += 1 + n
		}
		b.WriteString(word)
	}
	return b.String()
}
