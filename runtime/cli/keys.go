// --idempotency-key: writes that happen once, however often the command is run.

package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/fileledger"
)

// ledgerDir is the place of the ledger in the user's state.
func (p Program) ledgerDir() (string, error) {
	state, err := p.stateDir()
	if err != nil {
		return "", fmt.Errorf("there is no place for the ledger (%w); name one with --ledger DIR", err)
	}
	return filepath.Join(state, p.Table.API.Name, "ledger"), nil
}

// ledger opens the ledger of the command: in the directory that the flag names,
// or in the user's state.
func (p Program) ledger(dir string) (runtime.Ledger, error) {
	if dir == "" {
		var err error
		if dir, err = p.ledgerDir(); err != nil {
			return nil, err
		}
	}
	ledger, err := fileledger.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("the ledger cannot be opened: %w; name another place with --ledger DIR", err)
	}
	return ledger, nil
}

// stateDir is where programs keep what must outlive them (XDG Base Directory), or
// the system's place for settings where it has no such custom.
func (p Program) stateDir() (string, error) {
	if dir := p.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	if config, err := os.UserConfigDir(); err != nil || filepath.Base(config) != ".config" {
		return config, err
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state"), err
}

// tellKey says on standard error what a key has done to a call.
func (p Program) tellKey(e runtime.Envelope) {
	switch {
	case e.Replayed:
		fmt.Fprintln(p.Stderr, "replayed: this is the answer of an earlier call with the same idempotency key; nothing was sent")
	case e.Unsettled:
		fmt.Fprintln(p.Stderr, "warning: the answer could not be written to the ledger; a repeat with this idempotency key will report an unknown outcome")
	}
}
