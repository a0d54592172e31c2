package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"modulex.dev/connector/fleet/cli"
	"modulex.dev/connector/gen/livestorm"
)

// TestUsage: wrong usage ends with 2, says what is wrong on standard error, and
// prints nothing else; faults in the rows end with 1.
func TestUsage(t *testing.T) {
	dir := t.TempDir()
	rows := filepath.Join(dir, "rows.csv")
	if err := os.WriteFile(rows, []byte("fields.email,session_id\na@b.c,s1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	faulty := filepath.Join(dir, "faulty.csv")
	if err := os.WriteFile(faulty, []byte("fields.email,session_id\na@b.c,s1\nb@b.c\nc@b.c,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	nobody := filepath.Join(dir, "key")
	if err := os.WriteFile(nobody, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	const register = "register_someone_for_session"
	state := filepath.Join(dir, "state")
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"", 2, "livestorm-fleet: say what to do; livestorm-fleet --help lists it"},
		{"fly", 2, `livestorm-fleet: unknown command "fly" for "livestorm-fleet"`},
		{"batch", 2, "livestorm-fleet: accepts 1 arg(s), received 0"},
		{"batch fly --input " + rows, 2, `livestorm-fleet: there is no action "fly"; livestorm actions lists them`},
		{"batch " + register, 2, "livestorm-fleet: name the rows with --input FILE, or - for standard input"},
		{"batch " + register + " --input " + dir + "/none.csv", 2, "livestorm-fleet: open DIR/none.csv: no such file or directory"},
		{"batch " + register + " --input - --credentials -", 2, "livestorm-fleet: only one of --input and --credentials can be read from standard input"},
		{"batch " + register + " --input - --state " + state, 2, "livestorm-fleet: standard input holds no rows"},
		{"batch " + register + " --credentials {} --input " + rows, 2, "livestorm-fleet: Missing API token in auth_data."},
		{"batch " + register + " --credentials canary --input " + rows, 2, `livestorm-fleet: --credentials is not a JSON object {"auth_type": "…", "auth_data": {…}}`},
		{"batch " + register + " --set colour=red --input " + rows, 2, `livestorm-fleet: --set takes PARAMETER=VALUE, and register_someone_for_session has no parameter "colour"`},
		{"batch " + register + " --map a --input " + rows, 2, "livestorm-fleet: --map takes COLUMN=PARAMETER"},
		{"batch " + register + " --nats nats://127.0.0.1:1 --input " + rows, 2, "livestorm-fleet: the workers need the credential: name it with --credential-ref NAME, or seal it with --seal-for RECIPIENT"},
		{"batch " + register + " --nats nats://127.0.0.1:1 --seal-for nobody --input " + rows, 2, "livestorm-fleet: the workers' key is no age recipient (age1…)"},
		{"batch " + register + " --credential-ref acme --input " + rows, 2, "livestorm-fleet: --credential-ref and --seal-for are for workers of a server, which --nats names"},
		{"batch " + register + " --nats nats://127.0.0.1:1 --credential-ref acme --input " + rows, 2, "livestorm-fleet: NATS at nats://127.0.0.1:1: nats: no servers available for connection"},
		{"batch " + register + " --dry-run --state " + state + " --input " + rows, 0, "1 rows; 1 calls, which takes a second at 5 calls in 1s"},
		{"batch " + register + " --dry-run --state " + state + " --input " + faulty, 1, `DIR/faulty.csv:3:1: wrong number of fields
DIR/faulty.csv:4: session_id is required
2 of 3 rows have faults; nothing has been sent. Mend them, or run the others with --skip-faulty.`},
		{"batch " + register + " --dry-run --skip-faulty --state " + state + " --input " + faulty, 0, `DIR/faulty.csv:3:1: wrong number of fields
DIR/faulty.csv:4: session_id is required
1 rows; 1 calls, which takes a second at 5 calls in 1s`},
		{"worker", 2, "livestorm-fleet: name the NATS server with --nats URL; batch alone needs none"},
		{"worker --nats nats://10.0.0.1:4222", 2, "livestorm-fleet: the connection to 10.0.0.1 would be readable by others; use tls://, or --nats-allow-plaintext where the network is your own"},
		{"worker --nats nats://127.0.0.1:1 --identity " + nobody, 2, "livestorm-fleet: DIR/key holds no age identity"},
		{"worker --nats nats://127.0.0.1:1 --name a.b", 2, `livestorm-fleet: the name of a worker must be 1 to 64 letters, digits, _ and -, not "a.b"`},
		{"server --state " + state + " --addr 0.0.0.0:4222", 2, "livestorm-fleet: --addr is a loopback address and a port, such as 127.0.0.1:4222"},
		{"server", 2, "livestorm-fleet: name the folder of the state with --state DIR"},
		{"submit " + register + " --nats nats://127.0.0.1:1", 2, `livestorm-fleet: a tenant must be 1 to 64 letters, digits, _ and -, not ""`},
		{"submit " + register + " --nats nats://127.0.0.1:1 --tenant acme --wait -3s", 2, "livestorm-fleet: --wait is how long to wait, such as 30s, and not less than nothing"},
		{"submit " + register + " --nats nats://127.0.0.1:1 --tenant acme --input {", 2, "livestorm-fleet: the input of a job must be JSON"},
		{"jobs", 2, "livestorm-fleet: say what: list, show, cancel or retry; or --watch"},
		{"jobs list", 2, "livestorm-fleet: name where the jobs are, with --nats URL or --state DIR"},
		{"jobs show none --state " + state, 2, "livestorm-fleet: there is no such job, or it has been forgotten"},
	} {
		t.Run(c.args, func(t *testing.T) {
			var out, words bytes.Buffer
			p := cli.Program{Table: &livestorm.Table, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &words, Getenv: func(name string) string {
				return map[string]string{"LIVESTORM_API_TOKEN": "sandbox"}[name]
			}}
			code := p.Run(t.Context(), strings.Fields(c.args))
			said := strings.TrimSpace(strings.ReplaceAll(words.String(), dir, "DIR"))
			if code != c.code || said != c.says || out.Len() > 0 {
				t.Errorf("exit %d, want %d; said\n%s\nwant\n%s\n%s", code, c.code, said, c.says, out.String())
			}
		})
	}
}
