// Texts for models. A manifest is written by people and read by programs that may
// take words for commands, so what is shown is plain: no control characters, none
// that are invisible or turn the direction of writing, no markup that a client
// would render, and never without an end.

package mcp

import (
	"slices"
	"strings"
	"unicode"
)

// maxDescription bounds the description of a tool, in characters.
const maxDescription = 1024

// markup is what clients render, and what they show of it instead.
var markup = strings.NewReplacer("<!--", "", "-->", "", "![", "[", "](", "] (", "`", "'")

// plain is a text on one line, with at most so many characters.
func plain(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r): // control characters, and those that nobody sees
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	for shown := ""; shown != text; { // what is taken out may leave markup behind
		shown, text = text, markup.Replace(text)
	}
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		return strings.TrimRight(string(runes[:most-1]), " ") + "…"
	}
	return text
}

// empty are the words that say nothing by themselves.
var empty = strings.Fields("the a an of to for in is are whether which this that and or its it be on")

// says reports whether a description says more than names do: has a word that is
// in none of them. "The ID of the event" says no more than event_id.
func says(description string, names ...string) bool {
	known := words(strings.Join(names, " "))
	for i := range known {
		known[i] = singular(known[i])
	}
	return slices.ContainsFunc(words(description), func(w string) bool {
		return !slices.Contains(empty, w) && !slices.Contains(known, singular(w))
	})
}

// singular is a word without its plural s.
func singular(word string) string {
	if len(word) > 3 {
		return strings.TrimSuffix(word, "s")
	}
	return word
}

// brief is a description without the article at its beginning.
func brief(description string) string {
	for _, article := range []string{"The ", "A ", "An "} {
		if rest, found := strings.CutPrefix(description, article); found {
			return rest
		}
	}
	return description
}
