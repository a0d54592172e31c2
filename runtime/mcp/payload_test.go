package mcp

import (
	"encoding/json"
	"strings"
	"testing"

	"modulex.dev/connector/runtime"
)

func TestPayloads(t *testing.T) {
	var p payloads
	first, second := p.mark(json.RawMessage(`{"a":1}`)), p.mark(json.RawMessage("{\n \"b\": \"x\\ny\"\r\n}"))
	got := string(p.fill([]byte(`[{"structuredContent":"` + second + `"},{"structuredContent":"` + first + `"}]`)))
	if want := `[{"structuredContent":{"b":"x\ny"}},{"structuredContent":{"a":1}}]`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if again := string(p.fill([]byte(`"` + first + `"`))); again != `"`+first+`"` || len(p.marks) != 0 {
		t.Errorf("a mark stands for its payload twice: %s", again)
	}
	if untouched := string(p.fill([]byte(`{"x":1}`))); untouched != `{"x":1}` {
		t.Error(untouched)
	}
}

// An API that sends its JSON on many lines must not break messages, which are on
// one, over either transport.
func TestPayloadOfManyLines(t *testing.T) {
	body := memory("{\n\t\"data\": {\r\n\t\t\"id\": \"1\"\n\t}\n}")
	s, err := New(demo(), Options{Credentials: bearerToken("x"), Client: runtime.Options{Transport: body}})
	if err != nil {
		t.Fatal(err)
	}
	lines := talk(t, s, callThing)
	address, _ := web(t, s, HTTPOptions{Local: true})
	_, _, answer := ask(t, "POST", address+"/mcp", callThing)
	for _, got := range []string{lines[0], answer} {
		if len(lines) != 1 || !strings.Contains(got, `"structuredContent":{"success":true,"error":null,"data":{"id":"1"}}}`) {
			t.Errorf("%d lines: %s", len(lines), got)
		}
	}
}
