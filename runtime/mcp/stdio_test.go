package mcp

import (
	"encoding/json"
	"strings"
	"testing"
)

// Whatever a line holds, the next one is read; what was asked is answered, and
// nothing but messages is written.
func TestLinesThatAreNoMessages(t *testing.T) {
	s := newServer(t, Options{Credentials: bearerToken("x")})
	ping := `{"jsonrpc":"2.0","id":"last","method":"ping"}`
	for _, tt := range []struct{ name, line, want string }{
		{"no JSON", `hello`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"this is not valid JSON"}}`},
		{"half", `{"jsonrpc":"2.0","id":1`, `"id":null,"error":{"code":-32700`},
		{"not UTF-8", "\xff\xfe", `"code":-32700`},
		{"a null byte", "\x00", `"code":-32700`},
		{"a number", `42`, `"message":"a message is a JSON object"`},
		{"a batch", `[{"jsonrpc":"2.0","id":1,"method":"ping"}]`, `"message":"messages come one by one; the protocol has no batches since 2025-06-18"`},
		{"nothing in it", `{}`, `"code":-32600`},
		{"another version", `{"jsonrpc":"1.0","id":7,"method":"ping"}`, `"id":7,"error":{"code":-32600`},
		{"an id that is null", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, `"message":"the id of a message is a string or a whole number"`},
		{"an id that is an object", `{"jsonrpc":"2.0","id":{},"method":"ping"}`, `"id":null,"error":{"code":-32600`},
		{"an id with a fraction", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`, `"id":null,"error":{"code":-32600`},
		{"a method that is a number", `{"jsonrpc":"2.0","id":7,"method":5}`, `"id":7,"error":{"code":-32600`},
		{"no such method", `{"jsonrpc":"2.0","id":7,"method":"nope"}`, `"id":7,"error":{"code":-32601`},
		{"no parameters", `{"jsonrpc":"2.0","id":7,"method":"tools/call"}`, `"id":7,"error":{"code":-32600`},
		{"parameters in a list", `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":[]}`, `"id":7,"error":{"code":-32602`},
		{"a name that is a number", `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":7}}`, `"id":7,"error":{"code":-32602`},
		{"arguments in a list", `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_thing","arguments":[]}}`, `Call failed: the input must be a JSON object, not an array`},
		{"hello again", strings.Replace(strings.SplitN(hello, "\n", 2)[0], `"hello"`, `8`, 1), `"id":8,"error":{"code":-32600`},
		{"a page that is none", `{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":"x"}}`, `"id":7,"error":{"code":-32602`},
		{"a level that is none", `{"jsonrpc":"2.0","id":7,"method":"logging/setLevel","params":{"level":7}}`, `"id":7,"error":{`},
		{"an answer to nothing", `{"jsonrpc":"2.0","id":"x","result":{}}`, ""},
		{"canceling nothing", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}`, ""},
		{"telling nothing", `{"jsonrpc":"2.0","method":"notifications/nope"}`, ""},
		{"a blank line", "", ""},
		{"a line of 17 MiB", strings.Repeat("a", 17<<20), `"message":"the message is larger than 16 MiB"`},
		{"deep", `{"jsonrpc":"2.0","id":7,"method":"ping","params":` + strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000) + "}", `"code":-32700`},
		{"less deep", `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_thing","arguments":` + strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000) + "}}", `"id":7,"error":{"code":-32600`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := talk(t, s, tt.line, ping)
			all := strings.Join(got, "\n")
			if !strings.Contains(all, tt.want) || !strings.Contains(all, `{"jsonrpc":"2.0","id":"last","result":{}}`) {
				t.Errorf("it said\n%.2000s", all)
			}
			for _, line := range got {
				if !json.Valid([]byte(line)) {
					t.Errorf("this is no message: %.200s", line)
				}
			}
		})
	}
}
