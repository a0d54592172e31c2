// Package needs is for tests that other programs help with: without one a test is
// skipped and says how to install it, and with -short too, which is for the race
// detector and sees nothing of other programs. Where CONNECTOR_TEST_ALL is set, as .ci/run
// does, everything must be there, and what is missing is an error.
package needs

import (
	"os"
	"os/exec"
	"testing"
)

// Program is the path of a program.
func Program(t testing.TB, name, install string) string {
	t.Helper()
	if testing.Short() {
		t.Skipf("runs %s; the run without -short does", name)
	}
	path, err := exec.LookPath(name)
	There(t, err == nil, name, install)
	return path
}

// File says that a test needs a file or a directory.
func File(t testing.TB, path, install string) {
	t.Helper()
	_, err := os.Stat(path)
	There(t, err == nil, path, install)
}

// There skips the test, or fails it, when something is not there.
func There(t testing.TB, there bool, what, install string) {
	t.Helper()
	switch {
	case there:
	case os.Getenv("CONNECTOR_TEST_ALL") != "":
		t.Fatalf("%s is not there, and CONNECTOR_TEST_ALL wants it: %s", what, install)
	default:
		t.Skipf("%s is not there: %s", what, install)
	}
}
