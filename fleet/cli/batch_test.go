// What a batch says when it has ended.

package cli_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// TestBatchTellsFailures: of rows that failed the first are told with their reasons,
// and how many more there are.
func TestBatchTellsFailures(t *testing.T) {
	a := newAPI(t)
	a.gate = func(w http.ResponseWriter) bool {
		http.Error(w, `{"errors":[{"title":"Invalid","detail":"the session is over"}]}`, http.StatusUnprocessableEntity)
		return true
	}
	out, _ := command(t, nil, "batch", "register_someone_for_session", "--input", people(t, 7), "--set", "session_id=s1", "--base-url", a.URL+"/v1",
		"--state", filepath.Join(t.TempDir(), "state"), "--no-budgets").CombinedOutput()
	said := string(out)
	if n := strings.Count(said, "API error (422): Invalid: the session is over"); n != 5 {
		t.Errorf("%d reasons, want 5:\n%s", n, said)
	}
	if !strings.Contains(said, "row 1 (line 2): ") || !strings.Contains(said, "7 rows, 7 failed") || !strings.Contains(said, "2 more failed; the results say why") {
		t.Errorf("said:\n%s", said)
	}
}
