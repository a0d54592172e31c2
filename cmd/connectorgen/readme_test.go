// The README's way to a new action, followed to the letter.

package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// blockAfter is the first block of code of the README behind some words of it.
func blockAfter(t *testing.T, words string) string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), words)
	_, rest, found := strings.Cut(rest, "```")
	_, rest, _ = strings.Cut(rest, "\n") // the name of the language
	block, _, ended := strings.Cut(rest, "   ```")
	if !found || !ended {
		t.Fatalf("the README has no block of code behind %q", words)
	}
	return strings.ReplaceAll("\n"+block, "\n   ", "\n")[1:]
}

func TestAddAnActionAsTheReadmeSays(t *testing.T) {
	manifest, err := os.ReadFile("../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	action := blockAfter(t, "Append to `actions`")
	slip := strings.NewReplacer("numbered", "numberd", "session }", "sesion }").Replace(action)
	faults := blockAfter(t, "A slip is reported")
	withCase := action + blockAfter(t, "Write down what it sends")
	t.Chdir(t.TempDir())
	for _, step := range []struct {
		appended, args string
		code           int
		said           string
	}{
		{action, "lint", 0, ""},
		{slip, "lint", 1, faults},
		{withCase, "test --action list_past_sessions", 0, "1 of 1 cases pass\n"},
	} {
		if err := os.WriteFile("manifest.yaml", []byte(string(manifest)+"\n"+step.appended), 0o600); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		if code := run(strings.Fields(step.args), &said, &said); code != step.code || said.String() != step.said {
			t.Errorf("%s: exit %d\n%s\nthe README says exit %d\n%s", step.args, code, &said, step.code, step.said)
		}
	}
}
