// Credentials at rest: a job names one, or carries it sealed for the workers.

package fleet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"modulex.dev/connector/runtime"
)

// Credential is where a worker finds a credential: under a name that it knows, or
// sealed to its key. One of them is set, or neither for actions without a
// credential.
type Credential struct {
	Ref    string `json:"ref,omitempty"`
	Sealed []byte `json:"sealed,omitempty"` // age, for the workers' recipients
}

func (c Credential) validate() error {
	switch {
	case c.Ref != "" && c.Sealed != nil:
		return errors.New("a job names its credential or carries it sealed, not both")
	case c.Ref != "" && !word.MatchString(c.Ref):
		return errors.New("the name of a credential must be 1 to 64 letters, digits, _ and -")
	case c.Sealed != nil && !bytes.HasPrefix(c.Sealed, []byte("age-encryption.org/")):
		return errors.New("the credential of a job is not sealed; use fleet.Seal")
	}
	return nil
}

// sealed is what a seal holds. It is bound to its tenant, so that nobody can use
// it for a job of their own.
type sealed struct {
	Tenant     string          `json:"tenant"`
	Credential json.RawMessage `json:"credential"` // {"auth_type", "auth_data"}
}

// Seal seals a credential of a tenant, {"auth_type", "auth_data"} as JSON, for
// whoever has the identity of a recipient (age1…; several on lines of their own).
func Seal(recipients, tenant string, credential []byte) (Credential, error) {
	to, err := age.ParseRecipients(strings.NewReader(recipients))
	if err != nil {
		return Credential{}, errors.New("the workers' key is no age recipient (age1…)")
	}
	var cred runtime.Credentials
	if json.Unmarshal(credential, &cred) != nil {
		return Credential{}, errors.New(`the credential is no JSON object {"auth_type": "…", "auth_data": {…}}`)
	}
	plain, err := json.Marshal(sealed{tenant, credential})
	if err != nil {
		return Credential{}, err
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err != nil {
		return Credential{}, err
	}
	if _, err := w.Write(plain); err != nil {
		return Credential{}, err
	}
	if err := w.Close(); err != nil {
		return Credential{}, err
	}
	return Credential{Sealed: out.Bytes()}, nil
}

// Resolver finds the credential of a job.
type Resolver func(j Job) (runtime.Credentials, error)

// Keys are what a worker finds credentials with.
type Keys struct {
	// Named returns a credential by its name; nil knows none.
	Named func(ref string) (runtime.Credentials, error)
	// Identities open seals; nil opens none.
	Identities []age.Identity
}

// Resolve is a [Resolver].
func (k Keys) Resolve(j Job) (runtime.Credentials, error) {
	switch c := j.Credential; {
	case c.Ref != "" && k.Named == nil:
		return runtime.Credentials{}, fmt.Errorf("this worker knows no credential by name, and the job names %s", c.Ref)
	case c.Ref != "":
		return k.Named(c.Ref)
	case c.Sealed != nil:
		return k.open(j)
	}
	return runtime.Credentials{}, nil
}

func (k Keys) open(j Job) (runtime.Credentials, error) {
	if len(k.Identities) == 0 {
		return runtime.Credentials{}, errors.New("this worker has no key to open sealed credentials")
	}
	r, err := age.Decrypt(bytes.NewReader(j.Credential.Sealed), k.Identities...)
	if err != nil {
		return runtime.Credentials{}, errors.New("the credential is not sealed for this worker's key")
	}
	plain, err := io.ReadAll(io.LimitReader(r, MaxInput))
	if err != nil {
		return runtime.Credentials{}, errors.New("the seal of the credential is broken")
	}
	var s sealed
	if json.Unmarshal(plain, &s) != nil {
		return runtime.Credentials{}, errors.New("the seal of the credential is broken")
	}
	if s.Tenant != j.Tenant {
		return runtime.Credentials{}, errors.New("the credential is sealed for another tenant")
	}
	var cred runtime.Credentials
	if json.Unmarshal(s.Credential, &cred) != nil {
		return runtime.Credentials{}, errors.New("the seal of the credential is broken")
	}
	return cred, nil
}
