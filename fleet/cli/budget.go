// budget tells what is used of the API's budgets.

package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"modulex.dev/connector/fleet/jetstream"
)

func (p Program) budget() *cobra.Command {
	x := place{folderToo: true}
	var asJSON bool
	cmd := &cobra.Command{Use: "budget", Short: "Tell what is used of the API's budgets, by whom, and when they refill", Args: cobra.NoArgs,
		Example: "  " + p.Table.API.Name + "-fleet budget --nats nats://127.0.0.1:4222",
		RunE: func(c *cobra.Command, _ []string) error {
			return p.with(c.Context(), x, func(e *jetstream.Engine) error {
				spent, err := e.Spent(c.Context(), p.Table.API)
				if err != nil {
					return err
				}
				if asJSON {
					return p.json(spent)
				}
				w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "CREDENTIAL\tTENANT\tALLOWED\tUSED\tLEFT\tREFILL")
				for _, s := range spent {
					refill := "-"
					if !s.Refill.IsZero() {
						refill = s.Refill.Local().Format("2006-01-02 15:04:05")
					}
					fmt.Fprintf(w, "%s\t%s\t%d in %s\t%d\t%d\t%s\n", s.Credential, s.Tenant, s.Calls, s.Per, s.Used, s.Left, refill)
				}
				return w.Flush()
			})
		}}
	x.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}
