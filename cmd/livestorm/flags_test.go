// Flags made of parameters, the forms of answers, and the request that is only
// shown.

package main

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/runtime/cli"
)

func TestFlagsOfParameters(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "fields.json")
	if err := os.WriteFile(file, []byte("\uFEFF"+`{"email":"f@example.com"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, args string // split at |
		sent       string // body of the request, as the dry run shows it
		err        string // or what standard error says, with exit code 2
	}{
		{name: "texts and booleans", args: "create_event|--owner-id|o|--title|A \"b\"|--chat-enabled|--no-polls-enabled|--recording-public=false",
			sent: `{"owner_id":"o","title":"A \"b\"","chat_enabled":true,"recording_public":false,"polls_enabled":false}`},
		{name: "the flag may come before the action's own", args: "--strict|create_event|--owner-id|o|--title|t", sent: `{"owner_id":"o","title":"t"}`},
		{name: "flags, -p and input together", args: `create_event|--input|{"owner_id":"o"}|-p|title=t|--slug|s`, sent: `{"owner_id":"o","title":"t","slug":"s"}`},
		{name: "a text that looks like something else", args: "create_event|--owner-id|o|--title=-1|--slug|true", sent: `{"owner_id":"o","title":"-1","slug":"true"}`},
		{name: "a flag of the command's own name", args: "register_someone_for_session|--session-id|s|--param-fields|email=a@b.c|--param-fields|x=1=2",
			sent: `{"fields":[{"id":"email","value":"a@b.c"},{"id":"x","value":"1=2"}]}`},
		{name: "an object as JSON", args: `register_someone_for_session|--session-id|s|--param-fields|{"email":["a","b"]}`, sent: `{"fields":[{"id":"email","value":["a","b"]}]}`},
		{name: "an object from a file", args: "register_someone_for_session|--session-id|s|--param-fields|@" + file, sent: `{"fields":[{"id":"email","value":"f@example.com"}]}`},
		{name: "a list one by one", args: `queue_registrations|--session-id|s|--tasks|{"a":1}|--tasks|{"b":2}`, sent: `[{"a":1},{"b":2}]`},
		{name: "a list as JSON", args: `queue_registrations|--session-id|s|--tasks|[{"a":1.50}]`, sent: `[{"a":1.50}]`},

		{name: "an unknown flag", args: "create_event|--titel|t", err: "unknown flag: --titel (did you mean --title?); livestorm call create_event --help lists them"},
		{name: "an unknown flag, far off", args: "create_event|--zzzzzzzz|t", err: "unknown flag: --zzzzzzzz; livestorm call create_event --help lists them"},
		{name: "an unknown action", args: "create_evnt|--title|t", err: `there is no action "create_evnt" (did you mean create_event?); livestorm actions lists them`},
		{name: "twice", args: "create_event|--title|a|--title|b", err: `invalid argument "b" for "--title" flag: it is given twice`},
		{name: "yes and no", args: "create_event|--chat-enabled|--no-chat-enabled", err: "--chat-enabled and --no-chat-enabled are both given"},
		{name: "flag and -p", args: "create_event|--title|a|-p|title=b", err: `--title gives "title", which -p gives too; say it once`},
		{name: "flag and input", args: `create_event|--title|a|--input|{"title":"b"}`, err: `--title gives "title", which --input gives too; say it once`},
		{name: "an argument too many", args: "get_event|" + sandbox.EventID, err: "is one argument too many; parameters are given as flags (livestorm call get_event --help lists them)"},
		{name: "a file that is not there", args: "register_someone_for_session|--param-fields|@/nowhere.json", err: "--param-fields: @/nowhere.json: open /nowhere.json"},
		{name: "pieces of two kinds", args: `register_someone_for_session|--param-fields|a=b|--param-fields|{}`, err: `"{}" is not KEY=TEXT`},
		{name: "a member twice", args: `register_someone_for_session|--param-fields|a=b|--param-fields|a=c`, err: `--param-fields gives "a" twice`},
		{name: "no text", args: "create_event|--title|\xff", err: "the value is not UTF-8"},
		{name: "a program that is none", args: "list_events|--jq|.[", err: "--jq: this is not a jq program"},
		{name: "a program and fields", args: "list_events|--jq|.|--fields|id", err: "--jq and --fields are given both"},
		{name: "a program and a form", args: "list_events|--jq|.|-o|csv", err: "does not go with --output csv"},
		{name: "a colour", args: "list_events|--color|alwys", err: `--color is auto, always or never, not "alwys" (did you mean always?)`},
		{name: "a limit of no list", args: "get_event|--limit|1", err: "--limit is for lists that come in pages; get_event is none"},
		{name: "a limit", args: "list_events|--limit|-1", err: "--limit must be at least 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, nil, "", append([]string{"call"}, append(strings.Split(tt.args, "|"), "--dry-run")...)...)
			if tt.err != "" {
				if got.code != cli.ExitUsage || !strings.Contains(got.errOut, tt.err) || got.out != "" {
					t.Errorf("exit %d, %s%s", got.code, got.out, got.errOut)
				}
				return
			}
			if got.code != cli.ExitOK || !strings.Contains(got.out, tt.sent) || !strings.Contains(got.out, "Authorization: [token]") || !strings.Contains(got.errOut, "nothing was sent") {
				t.Errorf("exit %d, %s%s", got.code, got.out, got.errOut)
			}
		})
	}
}

func TestHelpOfAnAction(t *testing.T) {
	got := run(t, map[string]string{"COLUMNS": "80"}, "", "call", "register_someone_for_session", "--help")
	for _, want := range []string{
		"--session-id text", "(required)", "--param-fields object", "[fields] Registration fields", "JSON, @FILE, or KEY=TEXT",
		"livestorm call register_someone_for_session --session-id SESSION_ID", "--idempotency-key key", "130",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("no %q in:\n%s", want, got.out)
		}
	}
	for line := range strings.Lines(got.out) {
		if len(line) > 81 {
			t.Errorf("wider than 80: %q", line)
		}
	}
	if enum := run(t, nil, "", "call", "create_webhook", "--help"); !strings.Contains(enum.out, "one of event.created, event.published") {
		t.Errorf("the values are not told:\n%s", enum.out)
	}
}

func TestFormsOfAnswers(t *testing.T) {
	u := newUpstream(t, unlimited)
	env := map[string]string{"LIVESTORM_API_TOKEN": "sandbox", "LIVESTORM_BASE_URL": u.base(), "COLUMNS": "60"}
	call := func(code int, args ...string) ran {
		t.Helper()
		got := run(t, env, "", append([]string{"call"}, args...)...)
		if got.code != code {
			t.Fatalf("%v: exit %d, %s%s", args, got.code, got.out, got.errOut)
		}
		return got
	}

	table := call(0, "list_people", "--limit", "2", "-o", "table")
	if lines := strings.Split(table.out, "\n"); len(lines) != 4 || !strings.HasPrefix(lines[0], "ID ") || strings.Contains(table.out, "\x1b") {
		t.Errorf("a table:\n%s", table.out)
	}
	if !strings.Contains(table.errOut, "list_people: 2 items, as many as were wanted; resume at 'skip=2&page=0'\n") || !strings.Contains(table.errOut, "choose with --fields") {
		t.Errorf("words: %s", table.errOut)
	}
	if got := call(0, "list_people", "--limit", "1", "-o", "table", "--color", "always"); !strings.HasPrefix(got.out, "\x1b[1mID") {
		t.Errorf("no colours: %q", got.out)
	}
	if got := call(0, "list_events", "--limit", "2", "-o", "table", "--fields", "title,owner.attributes.email"); got.out != "TITLE                OWNER.ATTRIBUTES.EMAIL\nQuarterly roadmap    noor.haddad@example.com\nCustomer onboarding  noor.haddad@example.com\n" {
		t.Errorf("fields:\n%s", got.out)
	}
	if got := call(0, "get_event", "--event-id", sandbox.EventID, "-o", "table"); !strings.Contains(got.out, "\ntitle                               Quarterly roadmap\n") {
		t.Errorf("a record:\n%s", got.out)
	}
	if got := call(0, "delete_session", "--session-id", sandbox.PastSessionID, "-o", "table"); got.out != "" || got.errOut != "delete_session: done\n" {
		t.Errorf("nothing to show: %s%s", got.out, got.errOut)
	}

	rows, err := csv.NewReader(strings.NewReader(call(0, "list_people", "--limit", "3", "-o", "csv").out)).ReadAll()
	if err != nil || len(rows) != 4 || rows[0][0] != "id" {
		t.Errorf("CSV: %v, %v", rows, err)
	}
	var document struct {
		Success bool
		Data    []map[string]any
	}
	if err := yaml.Unmarshal([]byte(call(0, "list_people", "--limit", "2", "-o", "yaml").out), &document); err != nil || !document.Success || len(document.Data) != 2 {
		t.Errorf("YAML: %+v, %v", document, err)
	}
	if got := call(0, "list_people", "--limit", "1", "--fields", "first_name,id"); got.out != `{"success":true,"error":null,"data":[{"first_name":"Noor","id":"`+sandbox.OwnerID+`"}]}`+"\n" {
		t.Errorf("fields as JSON: %s", got.out)
	}
	if got := call(0, "list_people", "--limit", "2", "-o", "ndjson", "--fields", "first_name"); got.out != `{"first_name":"Noor"}`+"\n"+`{"first_name":"Elif"}`+"\n" {
		t.Errorf("fields as lines: %s", got.out)
	}
	if got := call(0, "list_people", "--limit", "2", "--jq", ".data[] | .attributes.first_name, (.attributes | has(\"email\"))"); got.out != "Noor\ntrue\nElif\ntrue\n" {
		t.Errorf("a program: %s", got.out)
	}
	if got := call(2, "list_people", "--limit", "1", "--jq", ".data | error"); !strings.Contains(got.errOut, "the action itself succeeded") {
		t.Errorf("a program that fails: %s", got.errOut)
	}
	if got := call(1, "get_event", "--event-id", "nowhere", "--jq", ".error"); !strings.HasPrefix(got.out, "API error (404)") {
		t.Errorf("a program over a failure: %s", got.out)
	}
	if got := call(1, "get_event", "--event-id", "nowhere", "-o", "csv"); got.out != "" || !strings.HasPrefix(got.errOut, "get_event: API error (404)") {
		t.Errorf("a failure as CSV: %s%s", got.out, got.errOut)
	}
	u.expect(nil, status(400, "no"))
	part := call(1, "list_sessions", "--together", "1", "-o", "csv", "--fields", "id")
	if strings.Count(part.out, "\n") != 51 || !strings.Contains(part.errOut, "resume at page=1") {
		t.Errorf("a part of a list: %d lines, %s", strings.Count(part.out, "\n"), part.errOut)
	}
}

// Nothing else than the flags of one action is made for a call, and help of the
// verb stays one page.
func TestHelpOfCall(t *testing.T) {
	got := run(t, nil, "", "call", "--help")
	if strings.Contains(got.out, "Available Commands") || !strings.Contains(got.out, "livestorm login") || !strings.Contains(got.out, "130 it was interrupted") {
		t.Errorf("help of call:\n%s", got.out)
	}
}

func TestManPages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	if got := run(t, nil, "", "man", "--out", dir); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	for name := range map[string]bool{"livestorm": true, "livestorm-call": true, "livestorm-call-create_event": true, "livestorm-login": true} {
		page, err := os.ReadFile(filepath.Join(dir, name+".1"))
		if err != nil || !strings.HasPrefix(string(page), `.TH "`) || !strings.Contains(string(page), `.SH "EXAMPLES"`) {
			t.Errorf("%s: %v\n%s", name, err, page)
		}
	}
	pages, _ := filepath.Glob(filepath.Join(dir, "livestorm-call-*.1"))
	if len(pages) != len(program().Table.Actions) {
		t.Errorf("%d pages for %d actions", len(pages), len(program().Table.Actions))
	}
	if got := run(t, nil, "", "man"); got.code != cli.ExitUsage || !strings.Contains(got.errOut, "--out DIR") {
		t.Errorf("no directory: %+v", got)
	}
}

func TestDoctor(t *testing.T) {
	u := newUpstream(t, sandbox.Options{PerSecond: -1})
	home := t.TempDir()
	env := func(more ...string) map[string]string {
		out := map[string]string{"LIVESTORM_API_TOKEN": "sandbox", "LIVESTORM_BASE_URL": u.base(), "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
		for i := 0; i < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		return out
	}
	file := filepath.Join(home, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		env  map[string]string
		code int
		want string // name:status of the findings
	}{
		{"all is well", env(), 0, "settings:ok proxy:ok tcp:ok http:ok clock:ok credential:ok quota:ok ledger:ok"},
		{"no credential", env("LIVESTORM_API_TOKEN", ""), 1, "settings:ok proxy:ok tcp:ok http:ok clock:ok credential:fail ledger:ok"},
		{"a bad one", env("LIVESTORM_API_TOKEN", "s3cr3t-token"), 1, "settings:ok proxy:ok tcp:ok http:ok clock:ok credential:fail quota:skip ledger:ok"},
		{"broken settings", env("LIVESTORM_BASE_URL", "nowhere"), 1, "settings:fail proxy:ok network:skip credential:skip ledger:ok"},
		{"nobody listens", env("LIVESTORM_BASE_URL", "http://127.0.0.1:1/v1"), 1, "settings:ok proxy:ok tcp:fail credential:fail quota:skip ledger:ok"},
		{"no place for the ledger", env("XDG_STATE_HOME", file), 0, "settings:ok proxy:ok tcp:ok http:ok clock:ok credential:ok quota:ok ledger:warn"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, tt.env, "", "doctor", "--json")
			var findings []struct{ Name, Status, Detail, Cure string }
			if err := json.Unmarshal([]byte(got.out), &findings); err != nil {
				t.Fatalf("%v: %s%s", err, got.out, got.errOut)
			}
			var list []string
			for _, f := range findings {
				if f.Name == "quota" && len(list) > 0 && strings.HasPrefix(list[len(list)-1], "quota") {
					continue // one for each rate
				}
				list = append(list, f.Name+":"+f.Status)
				if f.Detail == "" || f.Status == "fail" && f.Cure == "" {
					t.Errorf("%s says too little: %+v", f.Name, f)
				}
			}
			if strings.Join(list, " ") != tt.want || got.code != tt.code {
				t.Errorf("exit %d, %s\n%s", got.code, strings.Join(list, " "), got.out)
			}
			if strings.Contains(got.out, "s3cr3t") {
				t.Error("a secret was printed")
			}
		})
	}
	u.expect(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", "Mon, 02 Jan 2006 15:04:05 GMT")
	})
	if got := run(t, env(), "", "doctor"); got.code != 1 || !strings.Contains(got.out, "fail  clock       it is ") || !strings.Contains(got.out, "-> set the clock") {
		t.Errorf("a wrong clock: exit %d\n%s", got.code, got.out)
	}
}

func TestLogin(t *testing.T) {
	u := newUpstream(t, unlimited)
	home := t.TempDir()
	env := map[string]string{"LIVESTORM_BASE_URL": u.base(), "XDG_CONFIG_HOME": home, "LIVESTORM_NO_KEYRING": "1"}
	file := filepath.Join(home, "livestorm", "credential.json")
	for _, step := range []struct {
		name, stdin, args string
		code              int
		out, err          string
	}{
		{"nobody yet", "", "whoami", 2, "", "there is no credential; log in with livestorm login, or set LIVESTORM_API_TOKEN"},
		{"nothing in the pipe", "\n", "login", 2, "", "standard input holds no credential"},
		{"refused", "wr0ng-s3cret\n", "login", 2, "", "API error (401): Unauthorized: The credential was refused.; nothing was kept"},
		{"not kept", "", "logout", 0, "", "nothing was kept"},
		{"kept", "sandbox\n", "login", 0, "", "kept in a file, since there is no keyring: " + file + " (only you can read it)"},
		{"used", "", "call|ping", 0, `{"success":true`, ""},
		{"told", "", "whoami", 0, "from  the file " + file + "\ntoken  ••••\nLivestorm takes it\n", ""},
		{"not sent elsewhere", "", "call|ping|--base-url|http://127.0.0.1:1/v1", 1, "Missing API token", "does not go elsewhere"},
		{"given in JSON", `{"auth_data":{"token":"sandbox"}}`, "login", 0, "", "kept in a file"},
		{"not tried", "a-very-long-token-abcd", "login|--no-check", 0, "", "kept in a file"},
		{"masked", "", "whoami", 1, "token  ••••abcd", "API error (401)"},
		{"forgotten", "", "logout", 0, "", "forgotten"},
		{"gone", "", "call|ping", 1, "Missing API token", ""},
	} {
		got := run(t, env, step.stdin, strings.Split(step.args, "|")...)
		if got.code != step.code || !strings.Contains(got.out, step.out) || !strings.Contains(got.errOut, step.err) {
			t.Errorf("%s: exit %d\n%s%s", step.name, got.code, got.out, got.errOut)
		}
		if strings.Contains(got.out+got.errOut, "s3cret") || strings.Contains(got.out+got.errOut, "very-long") {
			t.Errorf("%s: a secret was printed", step.name)
		}
		if info, err := os.Stat(file); err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: the file has mode %v", step.name, info.Mode())
		}
	}
}
