package mcp

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"modulex.dev/connector/runtime"
)

func bearerToken(token string) runtime.Credentials {
	return runtime.NewCredentials("bearer_token", map[string]string{"token": token})
}

func TestCredentialHeader(t *testing.T) {
	one := &runtime.API{Auth: []*runtime.AuthScheme{&bearer}}
	two := &runtime.API{Auth: []*runtime.AuthScheme{&keyed}}
	for _, tt := range []struct {
		name  string
		api   *runtime.API
		value string
		kind  string
		err   string
	}{
		{"a token", one, " abc ", "bearer_token", ""},
		{"an object", one, `{"auth_type":"bearer_token","auth_data":{"token":"abc"}}`, "bearer_token", ""},
		{"an object of another type", one, `{"auth_type":"oauth2","auth_data":{"access_token":"abc"}}`, "oauth2", ""},
		{"several fields", two, `{"auth_type":"api_key","auth_data":{"api_key":"a","site":"b"}}`, "api_key", ""},
		{"half an object", one, `{"auth_data":{`, "", `X-Connector-Credential is not a JSON object {"auth_type": "…", "auth_data": {…}}`},
		{"an object without data", one, `{"token":"abc"}`, "", `X-Connector-Credential is not a JSON object {"auth_type": "…", "auth_data": {…}}`},
		{"a token where there are two fields", two, "abc", "", `X-Connector-Credential must be JSON, since the credential has several fields: {"auth_type":"api_key","auth_data":{"api_key":"…","site":"…"}}`},
	} {
		cred, err := credentialOf(tt.api, tt.value)
		switch {
		case tt.err != "" && (err == nil || err.Error() != tt.err):
			t.Errorf("%s: %v, want %s", tt.name, err, tt.err)
		case tt.err == "" && (err != nil || cred.String() != "credentials("+tt.kind+")"):
			t.Errorf("%s: %v %v", tt.name, cred, err)
		}
	}
}

// Hosts of key style pass keys as arguments. A model must not: it would keep them.
func TestNoCredentialAmongArguments(t *testing.T) {
	s := newServer(t, Options{Credentials: runtime.NewCredentials("api_key", map[string]string{"site": "s"})})
	got := talk(t, s, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"keyed_thing","arguments":{"api_key":"hush"}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"keyed_thing","arguments":{"api\u005fkey":"hush"}}}`)
	for _, line := range got {
		if !strings.Contains(line, `\"api_key\" is no parameter: the credential comes with the server or with the request's headers, never with the arguments`) || strings.Contains(line, "hush") {
			t.Errorf("it said %s", line)
		}
	}
}

// FuzzCredentialHeader: a header is refused in words that quote nothing of it, or
// it is the credential that encoding/json reads; nothing that prints it shows it.
func FuzzCredentialHeader(f *testing.F) {
	for _, v := range []string{"abc", "", "{}", `{"auth_type":"bearer_token","auth_data":{"token":"Zm9vYmFyYmF6cXV4"}}`, `{"auth_type":null,"auth_data":null}`, `{"auth_data":{"token":["x"]}}`, `{"auth_data":{"token":1}}`, "{\"auth_data\":{\"\xff\":\"\xfe\"}}", "[]", `"x"`, `{"AUTH_DATA":{"token":"x"}}`} {
		f.Add(v)
	}
	apis := []*runtime.API{{Auth: []*runtime.AuthScheme{&bearer}}, {Auth: []*runtime.AuthScheme{&keyed}}, {}}
	f.Fuzz(func(t *testing.T, value string) {
		for i, api := range apis {
			cred, err := credentialOf(api, value)
			trimmed := strings.TrimSpace(value)
			object := strings.HasPrefix(trimmed, "{")
			var given struct {
				Type *string                    `json:"auth_type"`
				Data map[string]json.RawMessage `json:"auth_data"`
			}
			valid := json.Unmarshal([]byte(trimmed), &given) == nil && given.Data != nil
			if want := object && valid || !object && i == 0; want != (err == nil) {
				t.Fatalf("%q of API %d: %v", value, i, err)
			}
			printed := fmt.Sprintf("%v %+v %#v %s", cred, cred, cred, cred)
			if err != nil {
				printed = err.Error()
			}
			_, ofAnother := credentialOf(api, "another text") // what is the same for all values quotes none
			if len(trimmed) > 12 && !object && strings.Contains(printed, trimmed) && (ofAnother == nil || printed != ofAnother.Error()) {
				t.Fatalf("%q is shown: %s", value, printed)
			}
			for _, raw := range given.Data {
				if s := text(raw); len(s) > 12 && s != trimmed && err == nil && strings.Contains(printed, s) && (given.Type == nil || !strings.Contains(*given.Type, s)) {
					t.Fatalf("%q is shown: %s", s, printed)
				}
			}
		}
	})
}
