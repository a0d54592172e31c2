// Secrets at rest, with real processes: a token that is in no other place than
// where it has to be, sealed for workers, one of which has the key.

package cli_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

const canary = "canary-8f3Q-token-Zx81"

// spellings are ways in which the canary could be readable.
func spellings() (all []string) {
	all = append(all, canary, hex.EncodeToString([]byte(canary)), strings.ToUpper(hex.EncodeToString([]byte(canary))))
	for pad := range 3 { // wherever it begins in a longer text
		text := base64.StdEncoding.EncodeToString(append(make([]byte, pad), canary...))
		all = append(all, strings.TrimRight(text[(pad*8+5)/6:], "=")[:24])
	}
	return append(all, base64.URLEncoding.EncodeToString([]byte(canary))[:24])
}

// readable reports where the canary can be read in a text.
func readable(t *testing.T, what string, text []byte) {
	t.Helper()
	for _, s := range spellings() {
		if bytes.Contains(text, []byte(s)) {
			t.Errorf("%s holds the token, as %s", what, s)
		}
	}
}

// TestSealed: a credential is sealed for the workers. A worker without the key
// makes a dead letter of the job and says why; one that has it carries it out. The
// token is nowhere to be read.
func TestSealed(t *testing.T) {
	a := newAPI(t)
	var sent, wrong int
	a.seal(&sent, &wrong)
	c := newCluster(t)
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "key.txt")
	if err := os.WriteFile(key, []byte("# a worker's key\n"+identity.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	credentials := `{"auth_type":"bearer_token","auth_data":{"token":"` + canary + `"}}`
	var said []byte
	run := func(args ...string) ([]byte, int) {
		cmd := command(t, []string{"LIVESTORM_API_TOKEN="}, append(args, "--nats", c.url)...)
		out, _ := cmd.CombinedOutput()
		said = append(said, out...)
		return out, cmd.ProcessState.ExitCode()
	}
	submit := func(email, wait string) string {
		out, _ := run("submit", "register_someone_for_session", "--tenant", "acme", "--seal-for", identity.Recipient().String(), "--credentials", credentials,
			"--id", email, "--wait", wait, "--input", `{"session_id":"s1","fields":{"email":"`+email+`"}}`)
		return string(out)
	}

	args := []string{"--base-url", a.URL + "/v1", "--no-budgets"}
	without := c.worker(t, nil, args...)
	if out := submit("first@example.com", "60s"); !strings.Contains(out, "dead: this worker has no key to open sealed credentials") {
		t.Errorf("a worker without the key: %s", out)
	}
	kill(without)
	with := c.worker(t, nil, append(args, "--identity", key)...)
	dead, _ := run("jobs", "list", "--state-is", "dead", "--json")
	var record struct{ Job struct{ ID string } }
	if err := json.Unmarshal(dead, &record); err != nil {
		t.Fatalf("%v: %s", err, dead)
	}
	if out, code := run("jobs", "retry", record.Job.ID); code != 0 {
		t.Errorf("retry: %s", out)
	}
	if out := submit("second@example.com", "60s"); !strings.Contains(out, `"success":true`) {
		t.Errorf("a worker with the key: %s", out)
	}
	a.wait(t, 2)
	if sent != 2 || wrong != 0 {
		t.Errorf("%d requests with the token, %d without", sent, wrong)
	}
	a.deny()
	if out := submit("third@example.com", "60s"); !strings.Contains(out, `"success":false`) { // with errors too
		t.Errorf("a token that the API refuses: %s", out)
	}
	run("jobs", "list", "--json")
	run("jobs", "show", record.Job.ID)
	run("budget", "--json")
	readable(t, "what was printed", said)
	readable(t, "what a worker says", []byte(with.Stderr.(*words).String()))
	held := everyFile(t, c.state)
	readable(t, "the state", held)
	if !bytes.Contains(held, []byte("second@example.com")) || bytes.Contains(held, []byte(identity.String())) {
		t.Error("the state does not hold the input, so nothing has been looked at, or it holds the key")
	}
}

// TestBatchKeepsNoToken: a batch on one machine leaves the token in no file.
func TestBatchKeepsNoToken(t *testing.T) {
	a := newAPI(t)
	dir := t.TempDir()
	file := people(t, 5)
	cmd := command(t, []string{"LIVESTORM_API_TOKEN=" + canary}, "batch", "register_someone_for_session", "--input", file, "--set", "session_id=s1",
		"--base-url", a.URL+"/v1", "--state", dir, "--no-budgets")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	readable(t, "what was printed", out)
	readable(t, "the results", everyFile(t, filepath.Dir(file)))
	held := everyFile(t, dir)
	readable(t, "the state", held)
	if !bytes.Contains(held, []byte("p3@example.com")) {
		t.Error("the state does not hold the input, so nothing has been looked at")
	}
}

// everyFile is what the files of a folder hold.
func everyFile(t *testing.T, dir string) (all []byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all = append(append(all, path...), text...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// seal counts requests with the canary and without.
func (a *api) seal(sent, wrong *int) {
	inner := a.Config.Handler
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		if strings.Contains(r.Header.Get("Authorization"), canary) {
			*sent++
		} else {
			*wrong++
		}
		a.mu.Unlock()
		inner.ServeHTTP(w, r)
	})
}

// deny refuses every request, and quotes the token as a bad API does.
func (a *api) deny() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gate = func(w http.ResponseWriter) bool {
		http.Error(w, `{"errors":[{"title":"the token `+canary+` is not known"}]}`, http.StatusUnauthorized)
		return true
	}
}
