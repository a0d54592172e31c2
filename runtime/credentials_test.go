// Who may call, and that no way of printing anything shows a secret.

package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func bearer(text string) Credentials {
	return NewCredentials("bearer_token", map[string]string{"token": text})
}

func TestGuard(t *testing.T) {
	const missing = "Missing API token in auth_data."
	const unfit = "Call failed: auth_data.token has characters or a length that no credential has; paste it again"
	tests := []struct {
		name string
		cred Credentials
		want string // "": accepted
	}{
		{"good", bearer("abc"), ""},
		{"trimmed", bearer(" \t\r\nabc\u00a0\n"), ""},
		{"as long as it may be", bearer(strings.Repeat("a", maxSecretBytes)), ""},
		{"every visible character", bearer("!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~"), ""},
		{"the older type", NewCredentials("bearer", map[string]string{"token": "abc"}), ""},
		{"no type", NewCredentials("", map[string]string{"token": "abc"}), ""},
		{"other fields beside it", NewCredentials("bearer_token", map[string]string{"token": "abc", "x": "\n"}), ""},

		{"zero value", Credentials{}, missing},
		{"no data", NewCredentials("bearer_token", nil), missing},
		{"another field", NewCredentials("bearer_token", map[string]string{"Token": "abc"}), missing},
		{"empty", bearer(""), missing},
		{"blank", bearer(" \r\n\t "), missing},
		{"missing comes before the type", NewCredentials("oauth2", nil), missing},

		{"line break", bearer("abc\r\nX-Evil: 1"), unfit},
		{"blank inside", bearer("abc def"), unfit},
		{"NUL", bearer("abc\x00def"), unfit},
		{"DEL", bearer("abc\x7f"), unfit},
		{"not ASCII", bearer("abcé"), unfit},
		{"not UTF-8", bearer("abc\xff"), unfit},
		{"too long", bearer(strings.Repeat("a", maxSecretBytes+1)), unfit},

		{"another type", NewCredentials("oauth2", map[string]string{"token": "abc"}), `Call failed: auth_type is not "bearer_token", the one that this action takes`},
		{"another spelling", NewCredentials("Bearer_Token", map[string]string{"token": "abc"}), `Call failed: auth_type is not "bearer_token", the one that this action takes`},
	}
	for _, tt := range tests {
		api := play(answering(200, goodBody))
		c := newTestClient(t, Options{Transport: api})
		e := c.Call(t.Context(), "get_thing", tt.cred, []byte(good["get_thing"]))
		wantEnvelope(t, &getThing, e)
		switch {
		case tt.want == "" && e.Err != nil:
			t.Errorf("%s: refused: %v", tt.name, e.Err)
		case tt.want == "":
			if got := api.requests[0].Header["Authorization"]; !slices.Equal(got, []string{strings.TrimSpace(tt.cred.secret("token"))}) {
				t.Errorf("%s: sent %q", tt.name, got)
			}
		case e.Err == nil || e.Err.Error() != tt.want || e.Err.Code != CodeUnauthenticated:
			t.Errorf("%s: got %s, want %s", tt.name, e.JSON, tt.want)
		case api.count() > 0:
			t.Errorf("%s: a request went out", tt.name)
		}
	}
}

// TestGuardComesFirst: without a credential nothing else is looked at, not even
// a context that is over or an input that is wrong.
func TestGuardComesFirst(t *testing.T) {
	over, cancel := context.WithCancel(context.Background())
	cancel()
	api := play()
	c := newTestClient(t, Options{Transport: api})
	const want = "Missing API token in auth_data."
	for _, op := range demoOps {
		if op.Auth == nil {
			continue
		}
		for _, input := range []string{"", "not JSON", `{"nope":1}`, `[]`} {
			e := c.Call(over, op.Name, Credentials{}, []byte(input), ResumeAt("nowhere"))
			wantEnvelope(t, op, e)
			if e.Err == nil || e.Err.Error() != want {
				t.Errorf("%s %q: %s", op.Name, input, e.JSON)
			}
		}
	}
	if err := c.Do(over, &deleteThing, Credentials{}, []Value{{}}); err == nil || err.Error() != want {
		t.Errorf("Do: %v", err)
	}
	if _, err := c.Object(over, &getThing, Credentials{}, make([]Value, 4)); err == nil || err.Error() != want {
		t.Errorf("Object: %v", err)
	}
	if l, err := c.List(over, &listThings, Credentials{}, make([]Value, 1)); err == nil || err.Error() != want || l.Complete || l.Stop != StopError {
		t.Errorf("List: %+v %v", l, err)
	}
	for _, err := range c.Seq(over, &listThings, Credentials{}, make([]Value, 1)) {
		if err == nil || err.Error() != want {
			t.Errorf("Seq: %v", err)
		}
	}
	if api.count() > 0 {
		t.Error("a request went out")
	}
}

// TestGuardFields: every field of a scheme must be there; the first that is not
// gives its sentence.
func TestGuardFields(t *testing.T) {
	pair := AuthScheme{Type: "api_key",
		Fields: []CredentialField{{Key: "id", Missing: "No id."}, {Key: "key", Missing: "No key."}},
		Send:   []AuthPart{{Header: "X-Id", Value: "{id}"}, {Header: "X-Key", Value: "Key {key}"}, {Header: "X-None", Value: "{none}"}}}
	op := getThing
	op.Auth = &pair
	api := play(answering(200, goodBody))
	c := clientOf(t, tableOf(&demoAPI, &op), Options{Transport: api})
	for _, tt := range []struct{ id, key, want string }{
		{"", "", "No id."}, {"a", "", "No key."}, {"", "b", "No id."}, {"a", "b", ""},
	} {
		e := c.Call(t.Context(), "get_thing", NewCredentials("api_key", map[string]string{"id": tt.id, "key": tt.key}), []byte(good["get_thing"]))
		if got := errorText(e); got != tt.want {
			t.Errorf("%q %q: got %q, want %q", tt.id, tt.key, got, tt.want)
		}
	}
	if h := api.requests[0].Header; h.Get("X-Id") != "a" || h.Get("X-Key") != "Key b" || h.Get("X-None") != "" {
		t.Errorf("sent %v", h)
	}
}

func errorText(e Envelope) string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

// TestNewCredentialsCopies: a map that the caller changes later changes nothing.
func TestNewCredentialsCopies(t *testing.T) {
	data := map[string]string{"token": "abc"}
	c := NewCredentials("bearer_token", data)
	data["token"] = "other"
	if s, err := newTestClient(t, Options{}).guard(&tokenAuth, c, &demoAPI.Texts); err != nil || s.of("token") != "abc" {
		t.Errorf("got %q, %v", s.values, err)
	}
}

func TestCredentialsUnmarshal(t *testing.T) {
	tests := []struct {
		doc      string
		authType string
		values   map[string]string
	}{
		{`{"auth_type":"bearer_token","auth_data":{"token":"abc"}}`, "bearer_token", map[string]string{"token": "abc"}},
		{`{"auth_data":{"token":"a\u0062c"}}`, "", map[string]string{"token": "abc"}},
		{`{"auth_type":null,"auth_data":null}`, "", map[string]string{}},
		{`{"auth_type":"x","auth_data":{"n":17,"b":true,"o":{"k":[1]},"none":null}}`, "x", map[string]string{"n": "17", "b": "true", "o": `{"k":[1]}`}},
		{`{}`, "", map[string]string{}},
		{`{"auth_type":"x","auth_data":{},"id":7}`, "x", map[string]string{}},
	}
	for _, tt := range tests {
		c := bearer("stays if this fails")
		if err := json.Unmarshal([]byte(tt.doc), &c); err != nil {
			t.Errorf("%s: %v", tt.doc, err)
			continue
		}
		if c.authType != tt.authType {
			t.Errorf("%s: the type is %q", tt.doc, c.authType)
		}
		for _, key := range []string{"token", "n", "b", "o", "none"} {
			if got := c.secret(key); got != tt.values[key] {
				t.Errorf("%s: %s is %q, want %q", tt.doc, key, got, tt.values[key])
			}
		}
	}
	for _, doc := range []string{`[]`, `"` + "tok" + `"`, `{"auth_type":7}`, `{"auth_data":"tok"}`, `{"auth_data":["tok"]}`} {
		var c Credentials
		err := json.Unmarshal([]byte(doc), &c)
		if err == nil || err.Error() != `credentials are not a JSON object {"auth_type": "…", "auth_data": {…}}` {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func TestCredentialsFromEnv(t *testing.T) {
	env := func(name string) string { return map[string]string{"DEMO_TOKEN": "abc", "": "never"}[name] }
	c := demoAPI.CredentialsFromEnv(env)
	if c.authType != "bearer_token" || c.secret("token") != "abc" {
		t.Errorf("got %q %q", c.authType, c.secret("token"))
	}
	empty := demoAPI.CredentialsFromEnv(func(string) string { return "" })
	if _, err := newTestClient(t, Options{}).guard(&tokenAuth, empty, &demoAPI.Texts); err == nil || err.Error() != "Missing API token in auth_data." {
		t.Errorf("an empty environment: %v", err)
	}
	unnamed := API{Auth: []*AuthScheme{{Fields: []CredentialField{{Key: "token"}}}}}
	if c := unnamed.CredentialsFromEnv(env); c.secret("token") != "" {
		t.Errorf("a field without a variable got %q", c.secret("token"))
	}
	if c := (&API{}).CredentialsFromEnv(env); c.secret != nil {
		t.Error("an API without a scheme got credentials")
	}
}

// The holders are what a host may keep credentials in.
type (
	exportedHolder   struct{ Cred Credentials }
	unexportedHolder struct{ cred Credentials }
	embeddedHolder   struct{ Credentials }
	pointerHolder    struct {
		Cred *Credentials
		cred *Credentials
	}
	deepHolder struct {
		in   unexportedHolder
		list []unexportedHolder
		dict map[string]unexportedHolder
		any  any
		arr  [1]Credentials
	}
)

func holders() []any {
	c := token()
	u := unexportedHolder{c}
	return []any{
		c, &c, exportedHolder{c}, &exportedHolder{c}, u, &u, embeddedHolder{c}, &embeddedHolder{c}, pointerHolder{&c, &c}, &pointerHolder{&c, &c},
		[]Credentials{c}, []*Credentials{&c}, map[string]Credentials{"a": c}, map[string]any{"a": &c},
		deepHolder{u, []unexportedHolder{u}, map[string]unexportedHolder{"a": u}, c, [1]Credentials{c}},
		reflect.ValueOf(c), reflect.ValueOf(u).Field(0), reflect.ValueOf(u).Field(0).Field(1), reflect.ValueOf(deepHolder{in: u}).Field(0),
	}
}

// TestNothingPrints tries every verb and flag on everything that holds
// credentials.
func TestNothingPrints(t *testing.T) {
	for _, holder := range holders() {
		for _, verb := range "vTtbcdoOqxXUeEfFgGspwz" {
			for _, flag := range []string{"", "+", "#", " ", "-", "0", "100", ".3", "# ", "+#"} {
				format := "%" + flag + string(verb)
				noSecret(t, fmt.Sprintf("%T %s", holder, format), fmt.Sprintf(format, holder))
			}
		}
		noSecret(t, fmt.Sprintf("%T Sprint", holder), fmt.Sprint(holder)+fmt.Sprintln(holder))
		noSecret(t, fmt.Sprintf("%T Errorf", holder), fmt.Errorf("failed for %v, %+v, %w", holder, holder, errors.New("x")).Error())
		marshaled, _ := json.Marshal(holder)
		noSecret(t, fmt.Sprintf("%T json", holder), string(marshaled))

		var log bytes.Buffer
		for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
			slog.New(h).Info("call", "holder", holder, slog.Group("g", "holder", holder))
		}
		noSecret(t, fmt.Sprintf("%T slog", holder), log.String())
	}
}

// TestCredentialsPrintTheirType: what is left to see still helps.
func TestCredentialsPrintTheirType(t *testing.T) {
	c := token()
	for got, want := range map[string]string{
		c.String():                "credentials(bearer_token)",
		fmt.Sprintf("%v", c):      "credentials(bearer_token)",
		fmt.Sprintf("%#v", c):     "credentials(bearer_token)",
		c.LogValue().String():     "credentials(bearer_token)",
		fmt.Sprint(Credentials{}): "credentials()",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if b, err := json.Marshal(c); err != nil || string(b) != `{"auth_data":"[redacted]","auth_type":"bearer_token"}` {
		t.Errorf("%s %v", b, err)
	}
}

// TestPanicPrintsNothing lets a copy of this program die of a panic with
// credentials in it.
func TestPanicPrintsNothing(t *testing.T) {
	const ask = "RUNTIME_TEST_PANIC_WITH"
	if n := os.Getenv(ask); n != "" {
		panic(holders()[len(n)-1])
	}
	if testing.Short() {
		t.Skip("starts programs")
	}
	for n := range 8 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestPanicPrintsNothing$")
		cmd.Env = append(os.Environ(), ask+"="+strings.Repeat("x", n+1), "GOTRACEBACK=all")
		out, err := cmd.CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("panic: ")) {
			t.Fatalf("no panic: %v %s", err, out)
		}
		noSecret(t, fmt.Sprintf("panic with %T", holders()[n]), string(out))
	}
}

// noSecret fails when a text holds the secret in any spelling of it.
func noSecret(t testing.TB, where, text string) {
	t.Helper()
	for _, form := range encodings(secret) {
		// fmt spells bytes in more ways than an API would.
		for _, f := range []string{form, strings.Trim(fmt.Sprintf("%q", form), `"`), fmt.Sprint([]byte(form)), fmt.Sprintf("% x", form)} {
			if strings.Contains(text, f) {
				t.Fatalf("%s shows the secret as %s: %.500s", where, f, text)
			}
		}
	}
}

// reflecting is an API that throws the credential back in every place.
func reflecting(status int, body string, err error) step {
	return func(r *http.Request) (*http.Response, error) {
		connected(r, true)
		if err != nil {
			return nil, err
		}
		key := r.Header.Get("Authorization")
		return response(status, strings.NewReader(strings.ReplaceAll(body, "KEY", string(appendQuoted(nil, key)))),
			"X-Request-Id: "+key, "Location: https://user:"+key+"@evil.test/?k="+key, "Content-Type: text/"+key), nil
	}
}

// TestErrorsShowNothing: an error of a call, its causes and the envelope never
// show the credential, whatever the API or the network answers.
func TestErrorsShowNothing(t *testing.T) {
	reset := fmt.Errorf("malformed MIME header: %s", secret)
	dial := &net.OpError{Op: "dial", Net: secret, Err: os.NewSyscallError(secret, syscall.ECONNREFUSED)}
	steps := map[string]step{
		"error body":         reflecting(422, `{"errors":[{"title":KEY,"detail":KEY}]}`, nil),
		"other error body":   reflecting(500, `{"nobody":["knows",KEY]}`, nil),
		"plain error body":   reflecting(403, `KEY is not allowed`, nil),
		"errors under 200":   reflecting(200, `{"data":null,"errors":[KEY]}`, nil),
		"redirect":           reflecting(302, ``, nil),
		"content type":       reflecting(200, `<KEY>`, nil),
		"broken body":        func(r *http.Request) (*http.Response, error) { return response(200, breaking(`{"data":`, reset)), nil },
		"bad status line":    reflecting(0, ``, reset),
		"dial error":         reflecting(0, ``, dial),
		"url in the error":   reflecting(0, ``, fmt.Errorf("Get \"https://h/?key=%s\": EOF", secret)),
		"panic of transport": func(*http.Request) (*http.Response, error) { panic(secret) },
	}
	for name, answer := range steps {
		for _, action := range []string{"get_thing", "create_thing", "list_things", "delete_thing"} {
			c := newTestClient(t, Options{Transport: play(answer), Clock: newFakeClock()})
			e := c.Call(t.Context(), action, token(), []byte(good[action]))
			if e.Err == nil {
				if action != "delete_thing" {
					t.Errorf("%s: %s succeeded", name, action)
				}
				continue
			}
			t.Run(name+"/"+action+"/text", func(t *testing.T) {
				noSecret(t, "envelope", string(e.JSON))
				marshaled, _ := json.Marshal(map[string]any{"e": e, "err": e.Err})
				noSecret(t, "json", string(marshaled))
				for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
					noSecret(t, "error "+format, fmt.Sprintf(format, e.Err))
					noSecret(t, "value "+format, fmt.Sprintf(format, *e.Err))
					noSecret(t, "envelope "+format, fmt.Sprintf(format, e))
				}
			})
			t.Run(name+"/"+action+"/cause", func(t *testing.T) {
				for cause := errors.Unwrap(e.Err); cause != nil; cause = errors.Unwrap(cause) {
					noSecret(t, "cause", fmt.Sprintf("%v %+v %#v", cause, cause, cause))
				}
			})
		}
	}
}

// TestStructsShowNothing prints one of every exported struct of the package,
// after calls that handled the secret, and walks through all that a client
// keeps.
func TestStructsShowNothing(t *testing.T) {
	clock := newFakeClock()
	api := demoAPI
	api.Budgets = []Budget{{Calls: 5, Per: 1e9}, {Calls: 100, Per: 1e15}}
	table := tableOf(&api, demoOps...)
	options := Options{Transport: forgetful{}, Clock: clock}
	c := clientOf(t, table, options)
	envelope := c.Call(t.Context(), "list_things", token(), nil)
	list, err := c.List(t.Context(), &listThings, token(), make([]Value, 1))
	var failure *Error
	if !errors.As(err, &failure) || envelope.Err == nil {
		t.Fatalf("the calls should fail midway: %v %s", err, envelope.JSON)
	}
	structs := []any{
		token(), options, c, *table, table.Actions[0], api, api.Headers[0], api.Texts, tokenAuth, tokenAuth.Fields[0], tokenAuth.Send[0], api.Budgets[0],
		api.Errors, getThing, thingID, wrapped, dataList, *listThings.Paging, envelope, *failure, list, list.ListState, Text("x"),
		Bound{}, Capture{}, Change{}, Check{}, Condition{}, Encoding{}, ErrorRule{}, FailureRule{}, Field{}, Find{}, Hook{}, HookAnswer{}, Host{}, Member{}, Output{}, Proof{}, Rule{}, Verify{}, VerifyArgument{},
		Shape{}, ShapeField{}, Step{}, Template{}, TokenRequest{}, Translation{}, Until{}, Drift{}, Typed[int]{}, TypedList[int]{},
		AttemptEnd{}, AttemptStart{}, BudgetError{}, BudgetReport{}, BudgetRequest{}, CallEnd{}, CallStart{}, LedgerEntry{}, LedgerFailure{}, LedgerKey{},
		NoObserver{}, Rate{}, RetryDecision{}, WaitStart{},
	}
	var names []string
	for _, s := range structs {
		name, _, _ := strings.Cut(reflect.Indirect(reflect.ValueOf(s)).Type().Name(), "[")
		names = append(names, name)
		v := reflect.ValueOf(s)
		pointer := reflect.New(v.Type())
		pointer.Elem().Set(v)
		for _, one := range []any{s, pointer.Interface(), []any{s}, struct{ in any }{s}} {
			for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				noSecret(t, fmt.Sprintf("%T %s", one, format), fmt.Sprintf(format, one))
			}
		}
		if b, err := json.Marshal(s); err == nil {
			noSecret(t, fmt.Sprintf("%T json", s), string(b))
		}
	}
	slices.Sort(names)
	if want := exportedStructs(t); !slices.Equal(names, want) {
		t.Errorf("this test prints\n%q, but the package exports\n%q", names, want)
	}
	reach(t, "Client", reflect.ValueOf(c), map[uintptr]bool{})
	reach(t, "Envelope", reflect.ValueOf(envelope), map[uintptr]bool{})
	reach(t, "List", reflect.ValueOf(list), map[uintptr]bool{})
}

// forgetful answers a page and then fails, and keeps nothing.
type forgetful struct{}

func (forgetful) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.RawQuery, "=0&") {
		return response(200, strings.NewReader(`{"data":[{"id":"1"}],"meta":{"next_page":1}}`), "X-Request-Id: "+secret), nil
	}
	return response(400, strings.NewReader(`no `+secret), "X-Request-Id: "+secret), nil
}

// exportedStructs reads the names of the package's exported structs.
func exportedStructs(t *testing.T) (names []string) {
	files := gotoken.NewFileSet()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, entry.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.IsExported() {
				if _, ok := spec.Type.(*ast.StructType); ok {
					names = append(names, spec.Name.Name)
				}
			}
			return true
		})
	}
	slices.Sort(names)
	return names
}

// reach looks for the secret in all that a value reaches, unexported fields
// included.
func reach(t *testing.T, path string, v reflect.Value, seen map[uintptr]bool) {
	switch v.Kind() {
	case reflect.String:
		noSecret(t, path, v.String())
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			return
		}
		seen[v.Pointer()] = true
		reach(t, path, v.Elem(), seen)
	case reflect.Interface:
		if !v.IsNil() {
			reach(t, path, v.Elem(), seen)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			reach(t, path+"."+v.Type().Field(i).Name, v.Field(i), seen)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			reach(t, path+"[]", it.Key(), seen)
			reach(t, path+"[]", it.Value(), seen)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			noSecret(t, path, string(v.Bytes()))
			return
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			reach(t, path, v.Index(i), seen)
		}
	}
}
