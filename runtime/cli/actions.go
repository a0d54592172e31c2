// actions: what there is to call.

package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"modulex.dev/connector/runtime"
)

func (p Program) actions() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "actions",
		Short:   "List the actions",
		Example: "  " + p.Table.API.Name + " actions\n  " + p.Table.API.Name + " actions --json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return p.actionsJSON()
			}
			return p.actionsText()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "prints everything about them as JSON: parameters, schemas, auth")
	return cmd
}

func (p Program) actionsText() error {
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	for _, a := range p.Table.Actions {
		fmt.Fprintf(w, "%s\t%s\n", a.Name, a.Description)
	}
	return w.Flush()
}

type shownAction struct {
	Name         string         `json:"name"`
	Description  string         `json:"description"`
	Parameters   []shownParam   `json:"parameters"`
	Auth         string         `json:"auth,omitempty"`
	InputSchema  runtime.Schema `json:"input_schema"`
	OutputSchema runtime.Schema `json:"output_schema"`
}

type shownParam struct {
	Name        string       `json:"name"`
	Type        runtime.Type `json:"type"`
	Required    bool         `json:"required"`
	Description string       `json:"description"`
}

func (p Program) actionsJSON() error {
	shown := make([]shownAction, 0, len(p.Table.Actions))
	for _, a := range p.Table.Actions {
		s := shownAction{Name: a.Name, Description: a.Description, Parameters: []shownParam{}, InputSchema: a.InputSchema, OutputSchema: a.OutputSchema}
		if a.Auth != nil {
			s.Auth = a.Auth.Name
		}
		for _, q := range a.Parameters {
			s.Parameters = append(s.Parameters, shownParam{q.Name, q.Type, q.Required, q.Description})
		}
		shown = append(shown, s)
	}
	e := json.NewEncoder(p.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(shown)
}
