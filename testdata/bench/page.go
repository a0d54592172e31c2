//go:build unix

package main

import (
	"fmt"
	"os"
	"strings"
)

// write puts the tables between their markers:
//
//	<!-- bench: calls -->
//	…
//	<!-- end -->
//
// What stands around them is written by hand. The summary is that of a whole run.
func (b *bench) write(page string, done []report, whole bool) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	out := string(text)
	if whole {
		if out, err = between(out, "summary", summary(done)); err != nil {
			return err
		}
	}
	for _, r := range done {
		if out, err = between(out, r.name, r.markdown()); err != nil {
			return err
		}
	}
	return os.WriteFile(page, []byte(out), 0o644)
}

func between(page, name, text string) (string, error) {
	mark := fmt.Sprintf("<!-- bench: %s -->\n", name)
	before, rest, found := strings.Cut(page, mark)
	if !found {
		return "", fmt.Errorf("the page has no %q", strings.TrimSpace(mark))
	}
	_, after, found := strings.Cut(rest, "<!-- end -->")
	if !found {
		return "", fmt.Errorf("the page has no <!-- end --> behind %q", strings.TrimSpace(mark))
	}
	return before + mark + "\n" + text + "\n<!-- end -->" + after, nil
}
