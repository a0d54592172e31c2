// An answer that differs from what the manifest says: told with --verbose, fatal
// with --strict, and of no consequence otherwise.

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCallTellsDrift(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"data":{"id":"j","type":"jobs","attributes":{"status":"paused","total_items":"2"},"links":{}}}`)
	}))
	defer server.Close()
	args := []string{"call", "get_job", "-p", "job_id=j", "--base-url", server.URL, "--credentials", `{"auth_type":"bearer_token","auth_data":{"token":"x"}}`}

	quiet := run(t, nil, "", args...)
	if quiet.code != 0 || quiet.errOut != "" || !strings.Contains(quiet.out, `"status":"paused"`) {
		t.Errorf("exit %d: %s%s", quiet.code, quiet.out, quiet.errOut)
	}
	told := run(t, nil, "", append(args, "--verbose")...)
	if told.code != 0 || told.out != quiet.out {
		t.Errorf("exit %d: %s", told.code, told.out)
	}
	for _, want := range []string{
		`attempt 1: GET 127.0.0.1 /jobs/{job_id}: 200, 95 bytes in `,
		`drift: "data.attributes.status" is "paused", none of processing, ended, failed`,
		`drift: "data.attributes.total_items" is of the type string, not integer`,
		`drift: "data.links" is new`,
	} {
		if !strings.Contains(told.errOut, want) {
			t.Errorf("standard error does not say %s:\n%s", want, told.errOut)
		}
	}
	strict := run(t, nil, "", append(args, "--strict")...)
	if strict.code != 1 || !strings.Contains(strict.out, `"success":false`) || !strings.Contains(strict.out, "is new") && !strings.Contains(strict.out, "paused") {
		t.Errorf("exit %d: %s", strict.code, strict.out)
	}
}

func TestCallReplacesOneHost(t *testing.T) {
	got := run(t, nil, "", "call", "ping", "--base-url", "files=http://127.0.0.1:1")
	if got.code != 2 || !strings.Contains(got.errOut, `"files", which is no host of this API`) {
		t.Errorf("exit %d: %s", got.code, got.errOut)
	}
}
