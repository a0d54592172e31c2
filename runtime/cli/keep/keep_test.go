package keep

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"
)

var credential = Credential{AuthType: "bearer_token", AuthData: map[string]string{"token": "s3cret"}}

func TestKeyring(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere") // the keyring is one in memory
	keyring.MockInit()
	s := Store{Name: "demo", Dir: t.TempDir()}
	kept, err := s.Save(t.Context(), credential, "https://example.com")
	if err != nil || !kept.Keyring {
		t.Fatalf("kept in the keyring: %v, %v", kept.Keyring, err)
	}
	note, _ := os.ReadFile(s.Path())
	if strings.Contains(string(note), "s3cret") {
		t.Errorf("the file holds the secret: %s", note)
	}
	got, err := s.Load(t.Context())
	if err != nil || !reflect.DeepEqual(got.Credential.AuthData, credential.AuthData) || got.BaseURL != "https://example.com" {
		t.Errorf("loaded: %v", err)
	}
	if err := s.Forget(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := keyring.Get(s.service(), s.account()); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("the keyring still has it: %v", err)
	}
	if _, err := s.Load(t.Context()); !errors.Is(err, ErrNone) {
		t.Errorf("after forgetting: %v", err)
	}
	if err := s.Forget(t.Context()); !errors.Is(err, ErrNone) {
		t.Errorf("forgotten twice: %v", err)
	}
}

func TestBrokenKeyring(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	keyring.MockInitWithError(errors.New("locked"))
	s := Store{Name: "demo", Dir: t.TempDir()}
	kept, err := s.Save(t.Context(), credential, "")
	if err != nil || kept.Keyring {
		t.Fatalf("a keyring that refuses: %v, %v", kept.Keyring, err)
	}
	info, err := os.Stat(s.Path())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	if got, err := s.Load(t.Context()); err != nil || got.Credential.AuthData["token"] != "s3cret" || got.Open {
		t.Errorf("loaded: %v, %v", got.Open, err)
	}
	if err := os.Chmod(s.Path(), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Load(t.Context()); err != nil || !got.Open {
		t.Errorf("a file that others can read is not told: %v", err)
	}
	if err := os.WriteFile(s.Path(), []byte(`{"keyring":true}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(t.Context()); err == nil || !strings.Contains(err.Error(), "the keyring has not given the credential: locked") {
		t.Errorf("a keyring that gives nothing: %v", err)
	}
	if err := os.WriteFile(s.Path(), []byte(`{`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(t.Context()); err == nil || !strings.Contains(err.Error(), "is damaged; log in again") {
		t.Errorf("a damaged file: %v", err)
	}
	if err := s.Forget(t.Context()); err != nil {
		t.Errorf("a damaged file is forgotten too: %v", err)
	}
}

func TestPlaces(t *testing.T) {
	if _, err := (Store{Name: "demo"}).Save(t.Context(), credential, ""); !errors.Is(err, ErrNoPlace) {
		t.Errorf("no directory: %v", err)
	}
	if _, err := (Store{Name: "demo"}).Load(t.Context()); !errors.Is(err, ErrNone) {
		t.Errorf("no directory: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (Store{Name: "demo", Dir: file, NoKeyring: true}).Save(t.Context(), credential, ""); err == nil {
		t.Error("a file as directory is taken")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if said := fmt.Sprintf(verb, Kept{Credential: credential}); strings.Contains(said, "s3cret") {
			t.Errorf("%s prints %s", verb, said)
		}
	}
}
