// The code to copy, for the values that the page begins with. request.js prints
// the same for the values that are typed; a test holds the two together.

package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/preview"
)

// snippet is one way to run an action.
type snippet struct {
	Name  string // curl
	Label string
	Lang  string // how it is coloured
	Text  string
	Note  string
}

// member is a member of an input, its value as JSON.
type member struct{ name, value string }

func (s *site) snippets(a *runtime.Action, input []member, r *recipe) []snippet {
	curl := snippet{Name: "curl", Label: "curl", Lang: "shell", Note: "The request as it goes over the wire, the credential from the environment."}
	request, err := preview.Of(s.Table, a.Name, []byte(joined(input)), runtime.Options{})
	switch {
	case err != nil:
		curl.Text, curl.Note = "# "+strings.ReplaceAll(err.Error(), "\n", " "), "There is no request to show."
	default:
		curl.Text = request.Curl()
		if request.Token != "" {
			curl.Note = "Before this, an access token is fetched from " + request.Token + "."
		}
		if n := len(a.Op.Steps); n > 0 {
			curl.Note = fmt.Sprintf("This is the first of %d requests; the last is %s %s.", n+1, a.Op.Method, a.Op.Path)
		}
		if !r.Curl {
			curl.Note += " It is that of the values the page began with; connectorgen preview shows others."
		}
	}
	return []snippet{
		curl,
		{Name: "go", Label: "Go", Lang: "go", Text: strings.Replace(r.Go, "INPUT", goText(pretty(input, "\t")), 1), Note: "By the dispatch table, as a host does it; the package has a typed method for each action too."},
		{Name: "command", Label: "Command line", Lang: "shell", Text: command(s.API.Name, a, input), Note: "Prints the envelope as JSON; exit code 0 when it worked."},
		{Name: "mcp", Label: "MCP", Lang: "json", Text: mcp(a.Name, input), Note: mcpNote(s.API.Name, a)},
	}
}

func mcpNote(name string, a *runtime.Action) string {
	if a.Effect == runtime.EffectRead {
		return "The call of the tool, as an agent sends it to " + name + " mcp."
	}
	return "The call of the tool, as an agent sends it to " + name + " mcp --allow-writes; without that flag agents only read."
}

// joined is an input on one line.
func joined(input []member) string {
	var parts []string
	for _, m := range input {
		parts = append(parts, quoted(m.name)+":"+m.value)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// pretty is an input with a member a line.
func pretty(input []member, indent string) string {
	if len(input) == 0 {
		return "{}"
	}
	var lines []string
	for _, m := range input {
		lines = append(lines, indent+"  "+quoted(m.name)+": "+m.value)
	}
	return "{\n" + strings.Join(lines, ",\n") + "\n" + indent + "}"
}

// command is a line for a shell.
func command(name string, a *runtime.Action, input []member) string {
	parts := []string{name + " call " + a.Name}
	for _, m := range input {
		value := m.value
		for i := range a.Parameters {
			if p := &a.Parameters[i]; p.Name == m.name && p.Type == runtime.TypeString {
				value = typed("text", json.RawMessage(m.value))
			}
		}
		parts = append(parts, "-p "+m.name+"='"+strings.ReplaceAll(value, "'", `'\''`)+"'")
	}
	return strings.Join(parts, " \\\n  ")
}

// mcp is the message that calls the tool.
func mcp(name string, input []member) string {
	return "{\n  \"jsonrpc\": \"2.0\",\n  \"id\": 1,\n  \"method\": \"tools/call\",\n  \"params\": {\n    \"name\": " + quoted(name) +
		",\n    \"arguments\": " + pretty(input, "    ") + "\n  }\n}"
}

// program is a Go program that runs the action; INPUT is its input.
func (s *site) program(a *runtime.Action) string {
	pkg := s.API.Name
	path := s.Package
	if path == "" {
		path = "your.module/gen/" + pkg
	}
	return fmt.Sprintf(`package main

import (
	"context"
	"fmt"
	"log"
	"os"

	%q
	"modulex.dev/connector/runtime"
)

func main() {
	client, err := runtime.NewClient(&%[2]s.Table, runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	credentials := %[2]s.Table.API.CredentialsFromEnv(os.Getenv)
	input := []byte(INPUT)
	envelope := client.Call(context.Background(), %[3]q, credentials, input)
	fmt.Println(string(envelope.JSON))
}`, path, pkg, a.Name)
}

// goText is a text as Go writes it: between back quotes where it can be.
func goText(text string) string {
	if !strings.ContainsFunc(text, notRaw) {
		return "`" + text + "`"
	}
	return strings.NewReplacer("\x7f", `\x7f`, "\ufeff", `\ufeff`).Replace(quoted(text))
}

// notRaw reports whether a character cannot stand between back quotes, or would not
// be seen there.
func notRaw(r rune) bool {
	return r == '`' || r < ' ' && r != '\t' && r != '\n' || r == 0x7f || r == '\ufeff'
}

// quoted is a text as JSON, without escapes for HTML.
func quoted(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a text always encodes
	return strings.TrimSuffix(b.String(), "\n")
}
