// Flags for parameters of any name and kind: every one has a flag of its own or is
// left to -p, whatever the command calls its own.

package cli

import (
	"bytes"
	"strings"
	"testing"

	"modulex.dev/connector/runtime"
)

func TestKebab(t *testing.T) {
	for name, want := range map[string]string{
		"title": "title", "created_at": "created-at", "createdAt": "created-at", "userID": "user-id", "page[size]": "page-size",
		"a.b": "a-b", "__x": "x", "$filter": "filter", "A": "a", "x2Y": "x2-y", "été": "t", "—": "",
	} {
		if got := kebab(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
}

func table(params ...runtime.Param) *runtime.Table {
	op := &runtime.Operation{Name: "act", Method: "POST", Path: "/x", Success: []int{200}, Params: params, Result: runtime.Result{Kind: runtime.ResultNone},
		Body: &runtime.Body{Format: runtime.BodyJSON, MediaType: "application/json", Root: runtime.Template{Kind: runtime.TemplateObject, Parameters: true}}}
	return &runtime.Table{
		API:     &runtime.API{Name: "demo", Title: "Demo", BaseURL: "https://example.com", Texts: runtime.Texts{Failed: "{reason}"}},
		Actions: []runtime.Action{{Name: "act", Description: "Act on `it`.\nTwice \x1b[31m", Parameters: params, Op: op}},
	}
}

func TestFlagNames(t *testing.T) {
	p := func(name string, kind runtime.Type) runtime.Param {
		return runtime.Param{Name: name, Type: kind, In: runtime.InBody, Wire: name, Description: "the `" + name + "`"}
	}
	all := table(
		p("limit", runtime.TypeInteger), p("help", runtime.TypeString), p("color", runtime.TypeString), p("param_limit", runtime.TypeInteger),
		p("no_mail", runtime.TypeBoolean), p("mail", runtime.TypeBoolean), p("userId", runtime.TypeString), p("user_id", runtime.TypeString), p("user-id", runtime.TypeString),
		p("—", runtime.TypeString), p("tags", runtime.TypeArray), p("any", runtime.TypeAny), p("ratio", runtime.TypeNumber),
	)
	run := func(args ...string) (string, string) {
		var out, words bytes.Buffer
		program := Program{Table: all, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &words, Getenv: func(string) string { return "" }}
		program.Run(t.Context(), append([]string{"call", "act"}, args...))
		return out.String(), words.String()
	}
	help, _ := run("--help")
	for _, want := range []string{"--param-limit integer", "[limit]", "--param-help", "--param-color", "--param-param-limit integer", "--no-mail ", "(--mail=false for false)", "(--no-no-mail for false)", "--user-id", "--param-user-id", "-p user-id=", "-p —=", "Act on `it`. Twice [31m"} {
		if !strings.Contains(help, want) {
			t.Errorf("no %q in\n%s", want, help)
		}
	}
	for args, want := range map[string]string{
		"--param-limit 3 --param-param-limit 4":      `{"limit":3,"param_limit":4}`,
		"--no-mail":                                  `{"no_mail":true}`, // the parameter of that name; mail has --mail=false
		"--mail=false":                               `{"mail":false}`,
		"--user-id a --param-user-id b -p user-id=c": `{"userId":"a","user_id":"b","user-id":"c"}`,
		"--tags a --tags 1":                          `{"tags":["a","1"]}`,
		`--tags ["a",1]`:                             `{"tags":["a",1]}`,
		`--any {"a":1} --ratio 1.50`:                 `{"any":{"a":1},"ratio":1.50}`,
		"--any text":                                 `{"any":"text"}`,
	} {
		if out, words := run(append(strings.Fields(args), "--dry-run")...); !strings.Contains(out, "\n\n"+want) {
			t.Errorf("%s: %s%s", args, out, words)
		}
	}
	if _, words := run("--ratio", "much", "--dry-run"); !strings.Contains(words, "ratio must be a number, not a string") {
		t.Errorf("a wrong type: %s", words)
	}
}
