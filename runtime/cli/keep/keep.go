// Package keep keeps one credential of a person for one connector: in the keyring
// of the system, or in a file that nobody else can read where there is none.
//
// A small file tells in either case that there is one, and where: so a program
// asks the keyring only when it holds something, which may take a while and may
// ask the person. The credential belongs to the address that it was kept for.
package keep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"
)

// Credential is what is kept. It prints as nothing.
type Credential struct {
	AuthType string            `json:"auth_type"`
	AuthData map[string]string `json:"auth_data"`
}

// Format prints no secret.
func (Credential) Format(f fmt.State, _ rune) { fmt.Fprint(f, "credential") }

// Store is where the credential of a connector is kept.
type Store struct {
	// Name is that of the connector.
	Name string
	// Dir is the directory of the file; "" when there is none.
	Dir string
	// NoKeyring keeps in the file only.
	NoKeyring bool
}

// note is the file.
type note struct {
	BaseURL    string      `json:"base_url"` // that the credential is for; "" is the API's own
	Keyring    bool        `json:"keyring,omitempty"`
	Credential *Credential `json:"credential,omitempty"`
}

// Kept is a credential and what is known of its keeping.
type Kept struct {
	Credential Credential
	BaseURL    string // that it is for; "" is the API's own
	Keyring    bool   // it is in the keyring, else in the file
	Path       string // of the file
	Open       bool   // others can read the file
}

var (
	// ErrNone says that nothing is kept.
	ErrNone = errors.New("no credential is kept")
	// ErrNoPlace says that nothing can be kept: there is no home directory.
	ErrNoPlace = errors.New("there is no directory for settings; set HOME or XDG_CONFIG_HOME")
)

// keyringTime bounds an answer of the keyring, which may wait for a person.
const keyringTime = 20 * time.Second

// Path is the file.
func (s Store) Path() string { return filepath.Join(s.Dir, s.Name, "credential.json") }

// Load returns what is kept, or ErrNone.
func (s Store) Load(ctx context.Context) (k Kept, err error) {
	n, open, err := s.read()
	if err != nil {
		return k, err
	}
	k = Kept{BaseURL: n.BaseURL, Keyring: n.Keyring, Path: s.Path(), Open: open}
	switch {
	case n.Keyring:
		var text string
		err = within(ctx, func() (err error) {
			text, err = keyring.Get(s.service(), s.account())
			return err
		})
		if err == nil && json.Unmarshal([]byte(text), &k.Credential) != nil {
			err = errors.New("what it holds cannot be read")
		}
		if err != nil {
			err = fmt.Errorf("the keyring has not given the credential: %w; unlock it, or log in again", err)
		}
	case n.Credential != nil:
		k.Credential = *n.Credential
	default:
		err = ErrNone
	}
	return k, err
}

// Save keeps a credential in place of the one before. It returns how.
func (s Store) Save(ctx context.Context, c Credential, baseURL string) (k Kept, err error) {
	if s.Dir == "" {
		return k, ErrNoPlace
	}
	text, err := json.Marshal(c)
	if err != nil {
		return k, err
	}
	n := note{BaseURL: baseURL}
	if !s.NoKeyring && hasKeyring() {
		n.Keyring = within(ctx, func() error { return keyring.Set(s.service(), s.account(), string(text)) }) == nil
	}
	if ctx.Err() != nil {
		return k, ctx.Err()
	}
	if !n.Keyring {
		n.Credential = &c
	}
	return Kept{Credential: c, BaseURL: baseURL, Keyring: n.Keyring, Path: s.Path()}, s.write(n)
}

// Forget takes away what is kept. It returns ErrNone when there is nothing.
func (s Store) Forget(ctx context.Context) error {
	n, _, err := s.read()
	if errors.Is(err, ErrNone) {
		return err
	}
	if err == nil && n.Keyring {
		err = within(ctx, func() error { return keyring.Delete(s.service(), s.account()) })
		if err != nil && !errors.Is(err, keyring.ErrNotFound) {
			return fmt.Errorf("the keyring has not forgotten the credential: %w", err)
		}
	}
	return os.Remove(s.Path())
}

func (s Store) service() string { return "modulex-connector-" + s.Name }

func (s Store) account() string { return s.Name }

func (s Store) read() (n note, open bool, err error) {
	if s.Dir == "" {
		return n, false, ErrNone
	}
	text, err := os.ReadFile(s.Path())
	switch {
	case errors.Is(err, os.ErrNotExist):
		return n, false, ErrNone
	case err != nil:
		return n, false, err
	case json.Unmarshal(text, &n) != nil:
		return n, false, fmt.Errorf("%s is damaged; log in again", s.Path())
	}
	if info, err := os.Stat(s.Path()); err == nil && runtime.GOOS != "windows" {
		open = info.Mode().Perm()&0o077 != 0
	}
	return n, open, nil
}

// write replaces the file as a whole, for its owner alone.
func (s Store) write(n note) error {
	dir := filepath.Dir(s.Path())
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	text, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, ".credential-*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // which fails when all went well
	_, err = file.Write(append(text, '\n'))
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), s.Path())
}

// within runs what the system may answer late, or never.
func within(ctx context.Context, ask func() error) error {
	ctx, cancel := context.WithTimeout(ctx, keyringTime)
	defer cancel()
	answer := make(chan error, 1)
	go func() { answer <- ask() }()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return errors.New("it does not answer")
	}
}

// hasKeyring reports whether asking for a keyring makes sense. On Unix it is
// reached over the session's bus; without one, the library would try to start it.
func hasKeyring() bool {
	switch runtime.GOOS {
	case "windows", "darwin":
		return true
	}
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	_, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Getuid()))
	return err == nil
}
