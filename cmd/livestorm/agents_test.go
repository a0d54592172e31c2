// The official TypeScript clients against the command: testdata/mcp.

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"modulex.dev/connector/internal/needs"
)

func TestTypeScriptClients(t *testing.T) {
	t.Parallel()
	npm := needs.Program(t, "npm", "install Node.js 20 or newer")
	dir := filepath.Join("..", "..", "testdata", "mcp")
	needs.File(t, filepath.Join(dir, "node_modules", "@modelcontextprotocol"), "run make clients")

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
