// Completion: what a shell offers for actions, flags and their values. The scripts
// for the shells are cobra's.

package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// choices offers a closed list.
func choices(list []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typing string) ([]string, cobra.ShellCompDirective) {
		return starting(list, typing), cobra.ShellCompDirectiveNoFileComp
	}
}

// starting are the texts that begin with what has been typed.
func starting(list []string, typing string) (out []string) {
	for _, text := range list {
		if strings.HasPrefix(text, typing) {
			out = append(out, text)
		}
	}
	return out
}

// completeAction offers the actions.
func (p Program) completeAction(_ *cobra.Command, args []string, typing string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for i := range p.Table.Actions {
		names = append(names, p.Table.Actions[i].Name+"\t"+oneLine(p.Table.Actions[i].Description))
	}
	if len(args) > 0 {
		names = nil
	}
	return starting(names, typing), cobra.ShellCompDirectiveNoFileComp
}

// completeList offers the actions as parts of a list split at commas.
func (p Program) completeList(_ *cobra.Command, _ []string, typing string) ([]string, cobra.ShellCompDirective) {
	before := typing[:strings.LastIndexByte(typing, ',')+1]
	var lists []string
	for _, name := range p.actionNames() {
		lists = append(lists, before+name)
	}
	return starting(lists, typing), cobra.ShellCompDirectiveNoFileComp
}

// completeParam offers what -p may say: the names, and behind a name its values.
func (p Program) completeParam(c *cobra.Command, _ []string, typing string) ([]string, cobra.ShellCompDirective) {
	const none = cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	action := p.Table.Lookup(c.Name())
	if action == nil {
		return nil, none
	}
	var out []string
	name, _, valued := strings.Cut(typing, "=")
	for i := range action.Parameters {
		q := &action.Parameters[i]
		switch {
		case !valued:
			out = append(out, q.Name+"=\t"+oneLine(q.Description))
		case q.Name == name && q.Check != nil:
			for _, v := range q.Check.Enum {
				out = append(out, name+"="+v)
			}
		}
	}
	return starting(out, typing), none
}

// complete offers the values of the flags of an action. Objects may be files.
func (fs paramFlags) complete(cmd *cobra.Command) {
	for _, f := range fs {
		switch {
		case f.name == "":
		case f.param.Check != nil && len(f.param.Check.Enum) > 0:
			_ = cmd.RegisterFlagCompletionFunc(f.name, choices(f.param.Check.Enum)) // the flag is there
		case f.Type() != "object":
			_ = cmd.RegisterFlagCompletionFunc(f.name, cobra.NoFileCompletions)
		}
	}
}
