// What was meant: the name that is nearest to one that does not exist.

package cli

import "strings"

// meant is " (did you mean X?)" for a name, or "" when nothing is near.
func meant(name string, names []string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, n := range names {
		d := distance(name, n)
		if len(name) > 2 && strings.HasPrefix(n, name) {
			d = min(d, 2)
		}
		if d < least {
			best, least = n, d
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + best + "?)"
}

// distance counts the bytes to insert, delete or change (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
