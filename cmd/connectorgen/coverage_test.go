// docs/coverage.md: its sums are those of its tables, and its links lead to
// examples.

package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"modulex.dev/connector/generator/export"
)

func TestCoverageAddsUp(t *testing.T) {
	src, err := os.ReadFile("../../docs/coverage.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(src)
	sums := make(map[string]int)
	rows := regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| .* \\| ([0-9]+) \\| (YAML|jq|partly|Go|moved|refused) \\| ").FindAllStringSubmatch(page, -1)
	if len(rows) < 150 {
		t.Fatalf("only %d rows", len(rows))
	}
	seen := make(map[string]bool)
	for _, r := range rows {
		if seen[r[1]] {
			t.Errorf("%s stands there twice", r[1])
		}
		seen[r[1]] = true
		n, _ := strconv.Atoi(r[2])
		if r[1] != "unused" && r[1] != "echosecret" { // what is refused of these is not the action
			sums[r[3]] += n
		}
	}
	const sampled = 1434
	line := func(actions int) string {
		return fmt.Sprintf("%d | %.1f %%", actions, 100*float64(actions)/sampled)
	}
	alone := sampled - sums["Go"] - sums["refused"] - sums["partly"]
	for what, want := range map[string]string{
		"| need a Go function: a row answered `Go` below | ":                                       line(sums["Go"]),
		"| refused: foreign addresses are downloaded | ":                                           line(sums["refused"]),
		"| have a row answered `partly` | ":                                                        line(sums["partly"]),
		"| at least: every one of those `partly` counted as Go | ":                                 line(alone),
		"| **in YAML alone**, half of those `partly` counted | **":                                 strings.ReplaceAll(line(alone+sums["partly"]/2), " | ", "** | **"),
		fmt.Sprintf("%d further actions (%.1f", sums["moved"], 100*float64(sums["moved"])/sampled): " %)",
	} {
		if !strings.Contains(page, what+want) {
			t.Errorf("the page does not say %q", what+want)
		}
	}
}

func TestCoverageLinksToExamples(t *testing.T) {
	src, err := os.ReadFile("../../docs/coverage.md")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"index", "case"}
	for _, e := range export.Examples() {
		names = append(names, e.Name)
	}
	for _, link := range regexp.MustCompile(`\(manifest\.md#([^)]*)\)`).FindAllStringSubmatch(string(src), -1) {
		if !slices.Contains(names, link[1]) {
			t.Errorf("there is no example %s", link[1])
		}
	}
	for _, e := range export.Examples() {
		if !strings.Contains(string(src), "#"+e.Name+")") && e.Name != "catalogue" {
			t.Errorf("no row leads to the example %s", e.Name)
		}
	}
}
