// Package report prints what the generator says about a manifest: for people
// (text.go, frame.go), for programs (json.go), for code scanners (sarif.go), and
// the rules behind it (rules.go).
package report

// Home is where the documentation of the generator is; help addresses begin
// with it.
const Home = "https://modulex.dev/connector"

// page is the address of docs/rules.md.
const page = Home + "/docs/rules.md"

// help is the address of a rule's explanation, or "" for no rule.
func help(code string) string {
	if code == "" {
		return ""
	}
	return page + "#" + code
}
