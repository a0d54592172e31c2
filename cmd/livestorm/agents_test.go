// The official TypeScript clients against the command: testdata/mcp.

package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// needs skips a test where something is not installed, and says how to install
// it. Where everything must be there (CI=true) it fails.
func needs(t *testing.T, there bool, what, install string) {
	t.Helper()
	switch {
	case there:
	case os.Getenv("CONNECTOR_TEST_ALL") != "":
		t.Fatalf("%s is not there: %s", what, install)
	default:
		t.Skipf("%s is not there: %s", what, install)
	}
}

func TestTypeScriptClients(t *testing.T) {
	if testing.Short() {
		t.Skip("runs other programs; the run without -short does")
	}
	npm, err := exec.LookPath("npm")
	needs(t, err == nil, "npm", "install Node.js 20 or newer")
	dir := filepath.Join("..", "..", "testdata", "mcp")
	_, err = os.Stat(filepath.Join(dir, "node_modules", "@modelcontextprotocol"))
	needs(t, !errors.Is(err, fs.ErrNotExist), "testdata/mcp/node_modules", "run make clients")

	command := filepath.Join(t.TempDir(), "livestorm")
	if out, err := exec.Command("go", "build", "-o", command, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	tests := exec.CommandContext(t.Context(), npm, "test", "--silent")
	tests.Dir = dir
	tests.Env = append(os.Environ(), "LIVESTORM="+command, "LIVESTORM_BASE_URL="+newUpstream(t, unlimited).base())
	if out, err := tests.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
