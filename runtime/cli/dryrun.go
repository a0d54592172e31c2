// call --dry-run: the request that would be sent, as HTTP and as a curl line.

package cli

import (
	"fmt"

	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/preview"
)

// dryRun prints the request of a call. The input is checked as ever; a fault of it
// is told as the call would.
func (p Program) dryRun(action *runtime.Action, input []byte, f callFlags) error {
	r, err := preview.Of(p.Table, action.Name, input, p.place(f))
	if err != nil {
		fmt.Fprintf(p.Stderr, "%s: %v\n", action.Name, err)
		return ErrFailed
	}
	if err := r.Write(p.Stdout, "all"); err != nil {
		return err
	}
	if op := action.Op; op.Paging != nil {
		fmt.Fprintln(p.Stderr, "this is the first page; the others follow from its answer")
	}
	fmt.Fprintln(p.Stderr, "nothing was sent")
	return nil
}
